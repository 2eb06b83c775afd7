/* SPDX-License-Identifier: Apache-2.0 */
/* people_internal: contacts as the two files see them that keep them and learn of them. */
#ifndef TACET_CLIENT_PEOPLE_INTERNAL_H
#define TACET_CLIENT_PEOPLE_INTERNAL_H

#include "client/people.h"

/* Who has this handle, or somebody new who is not `known`. */
FALLIBLE people_find_or_add(struct vault *v, struct bytes handle, struct contact *c);

/* Trust on first use; the contact itself is the caller's to put. */
FALLIBLE people_put_known(struct vault *v, const struct account_id *aid, const struct point *ark,
                          struct contact *c);

#endif
