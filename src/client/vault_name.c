/* SPDX-License-Identifier: Apache-2.0 */
#include "client/vault_name.h"

#include <string.h>

void vault_name_move(struct vault_name *name, uint64_t number)
{
    name->number = number;
    name->aad[0] = name->kind;
    memcpy(name->aad + 1, name->key, VAULT_NAME_SIZE);
    for (size_t i = 0; i < 8; i++)
        name->aad[1 + VAULT_NAME_SIZE + i] = (uint8_t)(number >> (56 - 8 * i));
}

struct vault_name vault_name(uint8_t kind, const uint8_t *key, uint64_t number)
{
    struct vault_name name = {.kind = kind};

    memcpy(name.key, key, sizeof name.key);
    vault_name_move(&name, number);
    return name;
}

/* Where a key would be kept.  Most are random ids; the rest are few. */
static struct vault_name_kept *place(struct vault_names *names, uint8_t kind, struct bytes key)
{
    uint32_t mixed = kind;

    for (size_t i = 0; i < key.n; i++)
        mixed = mixed * 31 + key.at[i];
    return &names->kept[(mixed ^ mixed >> 16) % VAULT_NAMES_KEPT];
}

static struct err hash_key(const struct vault_names *names, uint8_t kind, struct bytes key,
                           uint8_t out[VAULT_NAME_SIZE])
{
    uint8_t digest[HASH_SHA512_SIZE];

    TRY(hash_hmac_sha512(BYTES(names->index_key), HASH_PARTS(bytes(&kind, 1), key), digest));
    memcpy(out, digest, VAULT_NAME_SIZE);
    return OK;
}

struct err vault_name_find(struct vault_names *names, uint8_t kind, struct bytes key,
                           uint64_t number, struct vault_name *out)
{
    struct vault_name_kept *kept = place(names, kind, key);

    if (number > INT64_MAX)
        return FAIL(E_LIMIT);
    if (kept->kind != kind || !bytes_same(bytes(kept->key, kept->n), key)) {
        uint8_t made[VAULT_NAME_SIZE];

        TRY(hash_key(names, kind, key, made));
        *out = vault_name(kind, made, number);
        if (key.n > sizeof kept->key)
            return OK;
        *kept = (struct vault_name_kept){.kind = kind, .n = (uint8_t)key.n};
        memcpy(kept->name, made, sizeof made);
        if (key.n > 0)
            memcpy(kept->key, key.at, key.n);
        return OK;
    }
    *out = vault_name(kind, kept->name, number);
    return OK;
}
