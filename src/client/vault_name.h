/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vault_name: how a vault's records are named on disk.  [ARCHITECTURE 4]
 *
 *   name = kind 1 | HMAC-SHA-512(index key, kind | key)[0..16) | number 8
 *
 * The file shows of a key only that two records have the same.  The same few keys are asked for
 * again and again, so the names that were made last are kept.
 */
#ifndef TACET_CLIENT_VAULT_NAME_H
#define TACET_CLIENT_VAULT_NAME_H

#include "base/bytes.h"
#include "base/err.h"
#include "crypto/hash.h"

#define VAULT_NAME_SIZE     16 /* of a hashed key */
#define VAULT_NAME_AAD_SIZE (1 + VAULT_NAME_SIZE + 8)
#define VAULT_NAMES_KEPT    256
#define VAULT_NAMES_KEY_MAX 46 /* bytes; a longer key is hashed each time */

struct vault_name {
    uint64_t number;
    uint8_t kind, key[VAULT_NAME_SIZE];
    uint8_t aad[VAULT_NAME_AAD_SIZE]; /* what the record's value is bound to: all of the name */
};

/* A name from what stands on disk; `key` has VAULT_NAME_SIZE bytes. */
struct vault_name vault_name(uint8_t kind, const uint8_t *key, uint64_t number);

/* The same record, at another number. */
void vault_name_move(struct vault_name *name, uint64_t number);

struct vault_names {
    uint8_t index_key[HASH_SHA512_SIZE];
    struct vault_name_kept {
        uint8_t kind; /* 0: nothing */
        uint8_t n, key[VAULT_NAMES_KEY_MAX], name[VAULT_NAME_SIZE];
    } kept[VAULT_NAMES_KEPT];
};

/* `kind` is not 0.  E_LIMIT: a number over INT64_MAX; E_CRYPTO. */
FALLIBLE vault_name_find(struct vault_names *names, uint8_t kind, struct bytes key, uint64_t number,
                         struct vault_name *out);

#endif
