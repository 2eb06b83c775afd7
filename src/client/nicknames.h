/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nicknames: what this person calls others, for their own eyes.
 *
 * A nickname is one of the registers on which the devices of an account agree [PROTOCOL 15.8],
 * under the account that it is of; as long as that is not known, it is a record of its own.  It is
 * read into an arena where it is shown and nowhere else.
 */
#ifndef TACET_CLIENT_NICKNAMES_H
#define TACET_CLIENT_NICKNAMES_H

#include "client/people.h"

#define NICKNAMES_MAX 64 /* bytes */

/* One line of text that shows as what it is: UTF-8, no character of text_harmless(), no blank at
 * either end.  E_MALFORMED; E_LIMIT: over NICKNAMES_MAX. */
FALLIBLE nicknames_check(struct bytes name);

/* Of a contact whose account is not known, in the caller's transaction; an empty name is none.  As
 * nicknames_check(). */
FALLIBLE nicknames_keep(struct vault *v, const struct contact *c, struct bytes name);

/* With a NUL behind it.  E_ABSENT: the contact has none that may be shown. */
FALLIBLE nicknames_get(struct vault *v, const struct contact *c, struct arena *a,
                       const char **name);

/* Of a device of mine. */
FALLIBLE nicknames_of_device(struct vault *v, const struct device_id *did, struct arena *a,
                             const char **name);

#endif
