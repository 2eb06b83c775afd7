/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agreed: what the values mean on which my devices agree: names, verifications, who a handle is,
 * read marks, drafts, and whom I do not want to hear of.  [PROTOCOL 15.8]
 *
 * A register says what the person said on some device.  What it means here follows from it and from
 * what is known here, again each time that one of the two changes.  In the caller's transaction,
 * but for agreed_begin().
 */
#ifndef TACET_CLIENT_AGREED_H
#define TACET_CLIENT_AGREED_H

#include "client/engine.h"
#include "client/people.h"
#include "e2ee/shared.h"
#include "e2ee/trailer.h"

/* What this device says from now on; the others hear of it soon. */
FALLIBLE agreed_put(struct engine *e, uint8_t kind, struct bytes key, struct bytes value);
/* Of the kinds that hold 1, or nothing. */
FALLIBLE agreed_turn(struct engine *e, uint8_t kind, struct bytes key, bool on);
FALLIBLE agreed_is_on(struct vault *v, uint8_t kind, struct bytes key, bool *is);
bool agreed_says_on(struct bytes value);
/* In a transaction of its own: what a vault from before has of it. */
FALLIBLE agreed_begin(struct engine *e);
/* Their digits were compared; their handle is another account now, and that is right. */
FALLIBLE agreed_confirm(struct engine *e, struct contact *c);
FALLIBLE agreed_accept(struct engine *e, struct contact *c);
/* A register has another value. */
FALLIBLE agreed_apply(struct engine *e, const struct shared_change *c);
/* Something was learned of a contact, who is as it was put then. */
FALLIBLE agreed_learned(struct engine *e, struct contact *c);
/* Something of this stream was read, or will not come: it is read up to where? */
FALLIBLE agreed_raise(struct engine *e, const struct room_id *room, const struct device_id *did);
/* Up to which place of it is everything read, or over? */
FALLIBLE agreed_read_up_to(struct vault *v, const struct room_id *room, const struct device_id *did,
                           uint64_t *mark);
/* Did another device read it? */
FALLIBLE agreed_is_read(struct vault *v, const struct core *core, bool *is);
/* Is nothing to be shown of what this account writes? */
FALLIBLE agreed_is_blocked(struct vault *v, const struct account_id *aid, bool *is);
/* Until when does nobody want a notice of this conversation, in ms?  0: they do. */
FALLIBLE agreed_muted(struct vault *v, const struct room_id *room, uint64_t *until_ms);
/* Is it to come first? */
FALLIBLE agreed_is_pinned(struct vault *v, const struct room_id *room, bool *is);

#endif
