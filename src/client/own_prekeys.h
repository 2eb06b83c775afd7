/* SPDX-License-Identifier: Apache-2.0 */
/*
 * own_prekeys: my prekeys with their private halves: made, confirmed, used, deleted.
 * [PROTOCOL 3.1]
 */
#ifndef TACET_CLIENT_OWN_PREKEYS_H
#define TACET_CLIENT_OWN_PREKEYS_H

#include "client/own.h"

/* Those that the vault has: for own_load(). */
FALLIBLE own_prekeys_load(struct own *o, struct vault *v, struct arena *a);
void own_prekeys_free(struct own *o); /* wipes */

/* Of a new profile, in the caller's transaction: one with this number is own.prekey[0] then; and
 * private half i goes, from disk and from memory. */
FALLIBLE own_prekeys_make(struct own *o, struct vault *v, uint32_t number, uint64_t now_ms);
/* The same of private halves that are there, which move, also on error. */
FALLIBLE own_prekeys_adopt(struct own *o, struct vault *v, uint32_t number,
                           struct agree_private **point, struct mlkem_private **kem,
                           uint64_t now_ms);
FALLIBLE own_prekeys_delete(struct own *o, struct vault *v, size_t i);

/* As a statement, with its ML-KEM key, in the arena. */
FALLIBLE own_prekeys_statement(struct own *o, struct vault *v, uint32_t number, struct arena *a,
                               struct bytes *out, struct bytes *kem);

/* The private half that `number` names, whole or mod 65536 (newest first); NULL when gone. */
const struct own_prekey *own_prekeys_find(const struct own *o, uint32_t number);
const struct own_prekey *own_prekeys_find_low(const struct own *o, uint16_t low);

/* Had the server confirmed the next prekey more than 48 hours before this date?  Then it hands out
 * old ones.  [PROTOCOL 3.1] */
bool own_prekeys_was_superseded(const struct own *o, uint16_t low, uint64_t dated_ms);

/* When is it time for a new prekey, or for an old one to go?  A prekey that the server did not
 * confirm within the hour is due again, under the next number: servers refuse old ones. */
uint64_t own_prekeys_next_rotation(const struct own *o);
bool own_prekeys_is_due(const struct own *o, uint64_t now_ms);

/* Make it in the caller's transaction: it is own.prekey[0] then.  One that was never confirmed
 * goes. */
FALLIBLE own_prekeys_make_next(struct own *o, struct vault *v, uint64_t now_ms);

/* This vault was restored: a new one, numbered above all that a copy may have published, of which
 * the server says the highest.  In the caller's transaction. */
FALLIBLE own_prekeys_renew(struct own *o, struct vault *v, uint32_t servers, uint64_t now_ms);

/* The server confirmed `number`. */
FALLIBLE own_prekeys_acknowledged(struct own *o, struct vault *v, uint32_t number, uint64_t now_ms);

/* The mailbox is drained (or not): delete the private halves that [PROTOCOL 3.1] says. */
bool own_prekeys_deletion_is_due(const struct own *o, bool drained, uint64_t now_ms);
FALLIBLE own_prekeys_delete_old(struct own *o, struct vault *v, bool drained, uint64_t now_ms);

#endif
