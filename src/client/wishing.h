/* SPDX-License-Identifier: Apache-2.0 */
/* wishing: what wishes.h keeps, and the server.  [PROTOCOL 6.9] */
#ifndef TACET_CLIENT_WISHING_H
#define TACET_CLIENT_WISHING_H

#include "client/attending.h"
#include "client/wishes.h"

/* Make of wishes what can be made now. */
FALLIBLE wishing_pump(struct engine *e);
FALLIBLE wishing_answered(struct engine *e, const struct waiting *w, const struct frame *f,
                          struct arena *a);
/* Nobody is called as this contact. */
FALLIBLE wishing_nobody(struct engine *e, uint64_t contact, enum err_code why);
uint64_t wishing_at(const struct engine *e); /* when to look again; 0: no need */
FALLIBLE wishing_wake(struct engine *e);

/* ---- wanting.c: what is wished */

/* COMMAND_ROOM_*, and COMMAND_TIMERS of a room.  E_ABSENT: no such room; E_REMOVED: I am not in it
 * any more; E_DENIED: I may not, by what is known here; E_MALFORMED; E_LIMIT.  EVENT_ROOM_CHANGE
 * says what comes of it. */
FALLIBLE wanting_command(struct engine *e, const struct command *c);
/* Somebody in the room has no account any more: whoever may puts them out.  In the caller's
 * transaction. */
FALLIBLE wanting_tidy(struct engine *e, uint64_t room);
/* Not where moderators alone do, and I am none, by what is known here. */
FALLIBLE wanting_may_write(struct engine *e, const struct room *r, bool *may);
/* Does a change of the room wait?  What is written meanwhile waits for it: it may be for others. */
FALLIBLE wanting_waits(struct engine *e, uint64_t room, bool *waits);

#endif
