/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vault_slot: a key of its own for each record whose end must be the end of it.  [ARCHITECTURE 4]
 *
 * A database moves rows from page to page as it grows, and what they leave behind is not
 * overwritten: a row that was deleted may still be read from where it once stood.  Slots are never
 * moved: they are added behind one another, overwritten where they stand, and used again.  A record
 * that is sealed under the key in one is lost with that key, wherever copies of it are.
 *
 *   within the seal = nonce 12, random | AES-256-GCM(key in the slot, nonce, no aad, value)
 *
 * What a slot holds is of no use without the vault's key.
 */
#ifndef TACET_CLIENT_VAULT_SLOT_H
#define TACET_CLIENT_VAULT_SLOT_H

#include "base/buf.h"
#include "client/vault_name.h"
#include "crypto/aead.h"
#include "crypto/random.h"
#include "storage/migrate.h"

/* Step by step, with the vault's own. */
extern const struct schema vault_slot_schema;

#define VAULT_SLOT_OVERHEAD (AEAD_NONCE_SIZE + AEAD_TAG_SIZE)

/* Has a record of this kind a slot, when it is written? */
bool vault_slot_has(uint8_t kind);

/* A record's; number 0: it has none. */
struct vault_slot {
    uint64_t number;
    struct bytes key;
};

/* Inside of a transaction, as the next: append what is to be sealed of the record of that name,
 * sealed with the slot that it has, or a new one.  *slot 0: it needs none, and nothing is
 * appended. */
FALLIBLE vault_slot_seal(struct db *db, struct random *random, const struct vault_name *name,
                         struct bytes value, uint64_t *slot, struct buf *out);

/* The key of the record of that name is overwritten: in the file, when the log was emptied. */
FALLIBLE vault_slot_wipe(struct db *db, const struct vault_name *name);

/* *value is a part of the n bytes at `at`, which are opened where they stand.  E_FORGED. */
FALLIBLE vault_slot_open(const struct vault_slot *slot, uint8_t *at, size_t n, struct bytes *value);

/*
 * For who opens every record of a kind, one after the other: the keys of all slots in memory, and
 * one cipher, from the first record on that has a slot.  Where there are more slots than
 * VAULT_SLOTS_HELD, the others are asked for one by one.  No slot may change meanwhile.
 */
struct vault_slots {
    struct db *db;
    struct aead_key *cipher; /* NULL: none was needed yet */
    uint64_t n;              /* slots from 1 on that are held */
    uint8_t *key;            /* n of AEAD_KEY_SIZE */
};
#define VAULT_SLOTS_HELD (1u << 20)

/* As vault_slot_open(), by the number alone; 0: it has none.  E_FORGED: there is none of that
 * number, too. */
FALLIBLE vault_slot_open_all(struct vault_slots *s, uint64_t slot, uint8_t *at, size_t n,
                             struct bytes *value);
void vault_slot_free_all(struct vault_slots *s); /* wipes; its memory stays the caller's */

#endif
