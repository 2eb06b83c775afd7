/* SPDX-License-Identifier: Apache-2.0 */
/* conversations: which of mine a room is.  [PROTOCOL 2.4] */
#ifndef TACET_CLIENT_CONVERSATIONS_H
#define TACET_CLIENT_CONVERSATIONS_H

#include "client/people.h"

/* With whom I write in a room, of which something came, or went, under this roster; my own account
 * in the pair of it with itself.  E_ABSENT: it is none of mine, with nobody I know, or the roster
 * is not known. */
FALLIBLE conversations_find(struct vault *v, const struct own *me, const struct room_id *room,
                            const struct roster_id *roster, struct arena *a, struct contact *out);

#endif
