/* SPDX-License-Identifier: Apache-2.0 */
/* attending: the states of rooms, and the server.  [PROTOCOL 4.9, 6.9] */
#ifndef TACET_CLIENT_ATTENDING_H
#define TACET_CLIENT_ATTENDING_H

#include "client/engine_internal.h"
#include "client/roomlog.h"
#include "client/rules.h"
#include "wire/tacet.pb-c.h"

/* In which rooms is my account?  After a sign-in, and once a day. */
FALLIBLE attending_ask(struct engine *e);
/* Ask for the states of a room behind those that are known. */
FALLIBLE attending_look(struct engine *e, const struct room_id *id);
/* Those from a version on, which may be known: is another one there? */
FALLIBLE attending_look_from(struct engine *e, const struct room_id *id, uint32_t from);
FALLIBLE attending_answered(struct engine *e, const struct waiting *w, const struct frame *f,
                            struct arena *a);
FALLIBLE attending_all_answered(struct engine *e, const struct frame *f, struct arena *a);
/* Somebody's account is known now: rooms whose states waited for one are asked for again. */
FALLIBLE attending_met(struct engine *e);

/* In the caller's transaction: check and keep states, rising; *news: one was not known.  Where the
 * lists of a signer are missing they are asked for, and what follows is left.  Errors that are not
 * this machine's: something does not check, and nothing may be kept. */
FALLIBLE attending_learn(struct engine *e, const struct room_id *id,
                         Tacet__Wire__RoomState *const *state, size_t n, struct bytes certificate,
                         bool *news);
/* After the commit. */
FALLIBLE attending_moved(struct engine *e, const struct room_id *id);
void attending_tell(struct engine *e, const struct room_id *id);
void attending_tell_forked(struct engine *e);

#endif
