/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spare_key: a second seal of a vault's key, beside that of the passphrase.  [ARCHITECTURE 4]
 *
 * Under a random key that somebody else keeps: the system's key store, which gives it out while its
 * owner is signed in.  What is kept there opens nothing without the file, and says nothing of the
 * passphrase; without it, or without this row, the passphrase alone opens the vault.
 */
#ifndef TACET_CLIENT_SPARE_KEY_H
#define TACET_CLIENT_SPARE_KEY_H

#include "crypto/aead.h"
#include "crypto/random.h"
#include "storage/migrate.h"

#define SPARE_KEY_NAME_SIZE 16
#define SPARE_KEY_SIZE      32

/* `name` says which of the keys that are kept there it is, and nothing else. */
struct spare_key {
    uint8_t name[SPARE_KEY_NAME_SIZE], key[SPARE_KEY_SIZE];
};

/* Step by step, with the vault's own. */
extern const struct schema spare_key_schema;

/* E_ABSENT: there is no such seal. */
FALLIBLE spare_key_name(struct db *db, uint8_t out[SPARE_KEY_NAME_SIZE]);

/* Inside of a transaction: seal anew, in place of what there was.  Name and key are drawn. */
FALLIBLE spare_key_seal(struct db *db, const uint8_t root[AEAD_KEY_SIZE], struct random *random,
                        struct spare_key *out);

/* E_ABSENT.  E_DENIED: it is not this key. */
FALLIBLE spare_key_open(struct db *db, const uint8_t key[SPARE_KEY_SIZE],
                        uint8_t root[AEAD_KEY_SIZE]);

/* Inside of a transaction.  What was there is in the files until the log was emptied. */
FALLIBLE spare_key_erase(struct db *db);

#endif
