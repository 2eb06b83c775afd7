/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mlkem_known: one exchange with all of its randomness given, by the implementation of mlkem.h that
 * this build has.  The answers are digests, which OpenSSL 3.5 and our own steps give alike.
 * Nothing here is a secret.
 */
#include "base/encoding.h"
#include "crypto/hash.h"
#include "crypto/mlkem/mlkem_internal.h"

/* SHA-256 of the public key, of what is sealed, and of the two shared secrets. */
static const char PUBLIC[] = "c7b8fa0aa471d5ae18922d6ccad5b31e1d84f92ae723abfd13747018740a8530";
static const char SEALED[] = "ed94c4d368750d7afcae38a6e5a5d351840a8c66c6da49907f6ebfbdd402c2d3";
static const char SHARED[] = "df873de1997bb7fe89bdb2e910c278380c3ed07ce60bb0bed3856a29f53103d3";
static const char REJECTED[] = "5d45228acd253a48262faa776acc310b99beada0ddfe9d1e5b5a1bddf9fee193";

static bool is(struct bytes got, const char *hex)
{
    uint8_t digest[HASH_SHA256_SIZE], want[HASH_SHA256_SIZE];

    return encoding_hex_read(bytes_text(hex), want, sizeof want).code == E_OK &&
           hash_sha256(&got, 1, digest).code == E_OK && bytes_same(BYTES(digest), BYTES(want));
}

struct err mlkem_known(void)
{
    struct err err = OK;
    struct mlkem_private *key = NULL;
    uint8_t seed[MLKEM_PRIVATE_SIZE], m[32], pub[MLKEM_PUBLIC_SIZE];
    uint8_t sealed[MLKEM_SEALED_SIZE], shared[MLKEM_SHARED_SIZE], again[MLKEM_SHARED_SIZE];

    for (size_t i = 0; i < sizeof seed; i++)
        seed[i] = (uint8_t)i;
    for (size_t i = 0; i < sizeof m; i++)
        m[i] = (uint8_t)(0x80 + i);
    TRY_OUT(mlkem_private_parse(&key, BYTES(seed)));
    mlkem_private_public(key, pub);
    TRY_OUT(mlkem_encapsulate_from(BYTES(pub), m, sealed, shared));
    TRY_OUT(mlkem_decapsulate(key, BYTES(sealed), again));
    if (!is(BYTES(pub), PUBLIC) || !is(BYTES(sealed), SEALED) || !is(BYTES(shared), SHARED) ||
        !bytes_same(BYTES(again), BYTES(shared)))
        TRY_OUT(FAIL(E_CRYPTO));
    sealed[MLKEM_SEALED_SIZE - 1] ^= 1;
    TRY_OUT(mlkem_decapsulate(key, BYTES(sealed), again));
    if (!is(BYTES(again), REJECTED))
        TRY_OUT(FAIL(E_CRYPTO));
    TRY_OUT(mlkem_encapsulate(BYTES(pub), sealed, shared));
    TRY_OUT(mlkem_decapsulate(key, BYTES(sealed), again));
    if (!bytes_same(BYTES(again), BYTES(shared)))
        TRY_OUT(FAIL(E_CRYPTO));
out:
    mlkem_private_free(key);
    return err;
}
