/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vault_slot: a key of its own for each record whose end must be the end of it.  [ARCHITECTURE 4]
 *
 * A database moves rows from page to page as it grows, and what they leave behind is not
 * overwritten: a row that was deleted may still be read from where it once stood.  Slots are never
 * moved: they are added behind one another, overwritten where they stand, and used again.  A record
 * that is sealed under the key in one is lost with that key, wherever copies of it are.
 *
 * What a slot holds is of no use without the vault's key.
 */
#ifndef TACET_CLIENT_VAULT_SLOT_H
#define TACET_CLIENT_VAULT_SLOT_H

#include "client/vault_name.h"
#include "crypto/aead.h"
#include "crypto/random.h"
#include "storage/migrate.h"

/* Step by step, with the vault's own. */
extern const struct schema vault_slot_schema;

/* What seals a record: the vault's own seal key; or, if it has a slot, what follows from that and
 * the key in there.  E_FORGED: there is no such key. */
FALLIBLE vault_slot_derive(const uint8_t seal_key[AEAD_KEY_SIZE], uint64_t slot, struct bytes key,
                           uint8_t out[AEAD_KEY_SIZE]);

/* Has a record of this kind a slot, when it is written? */
bool vault_slot_has(uint8_t kind);

/* Inside of a transaction, as the next: what seals the record of that name from now on, with the
 * slot that it has, or a new one; 0: it needs none. */
FALLIBLE vault_slot_for(struct db *db, struct random *random, const uint8_t seal_key[AEAD_KEY_SIZE],
                        const struct vault_name *name, uint64_t *slot, uint8_t out[AEAD_KEY_SIZE]);

/* The key of the record of that name is overwritten: in the file, when the log was emptied. */
FALLIBLE vault_slot_wipe(struct db *db, const struct vault_name *name);

#endif
