/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/mlkem/mlkem_internal.h"

#include "crypto/hash.h"
#include "crypto/mlkem/keccak.h"
#include "crypto/random.h"
#include "crypto/secret.h"

_Static_assert(KPKE_PUBLIC_SIZE == MLKEM_PUBLIC_SIZE && KPKE_SEALED_SIZE == MLKEM_SEALED_SIZE,
               "kpke's are ours");

void mlkem_expand(const uint8_t seed[MLKEM_PRIVATE_SIZE], struct mlkem_expanded *out)
{
    kpke_keys(seed, out->pub, out->secret);
    keccak_sha3_256(HASH_PARTS(BYTES(out->pub)), out->digest);
    memcpy(out->rejection, seed + 32, sizeof out->rejection);
}

bool mlkem_expanded_check(const struct mlkem_expanded *key)
{
    uint8_t digest[32];

    keccak_sha3_256(HASH_PARTS(BYTES(key->pub)), digest);
    return secret_same(BYTES(digest), BYTES(key->digest));
}

/* The shared secret and the coins of its encryption follow from m. */
static void derive(const uint8_t m[32], const uint8_t digest[32], uint8_t secret_and_coins[64])
{
    keccak_sha3_512(HASH_PARTS(bytes(m, 32), bytes(digest, 32)), secret_and_coins);
}

void mlkem_encapsulate_with(const uint8_t pub[MLKEM_PUBLIC_SIZE], const uint8_t m[32],
                            uint8_t sealed[MLKEM_SEALED_SIZE], uint8_t shared[MLKEM_SHARED_SIZE])
{
    uint8_t digest[32], both[64];

    keccak_sha3_256(HASH_PARTS(bytes(pub, MLKEM_PUBLIC_SIZE)), digest);
    derive(m, digest, both);
    kpke_encrypt(pub, m, both + 32, sealed);
    memcpy(shared, both, MLKEM_SHARED_SIZE);
    secret_wipe(both, sizeof both);
}

/* Who sends something else than an encapsulation gets the other secret, in the same time. */
void mlkem_decapsulate_with(const struct mlkem_expanded *key,
                            const uint8_t sealed[MLKEM_SEALED_SIZE],
                            uint8_t shared[MLKEM_SHARED_SIZE])
{
    uint8_t m[32], both[64], other[32], again[MLKEM_SEALED_SIZE], take;

    kpke_decrypt(key->secret, sealed, m);
    derive(m, key->digest, both);
    keccak_shake256(HASH_PARTS(BYTES(key->rejection), bytes(sealed, MLKEM_SEALED_SIZE)), other,
                    sizeof other);
    kpke_encrypt(key->pub, m, both + 32, again);
    take = (uint8_t) - (uint8_t)secret_same(BYTES(again), bytes(sealed, MLKEM_SEALED_SIZE));
    for (size_t i = 0; i < MLKEM_SHARED_SIZE; i++)
        shared[i] = (uint8_t)(other[i] ^ (take & (both[i] ^ other[i])));
    secret_wipe(m, sizeof m);
    secret_wipe(both, sizeof both);
    secret_wipe(other, sizeof other);
    secret_wipe(again, sizeof again);
}

bool mlkem_public_check(struct bytes pub)
{
    return pub.n == MLKEM_PUBLIC_SIZE && kpke_public_check(pub.at);
}

/* ---- mlkem.h: form, which is the same whoever does the work */

struct err mlkem_generate(struct mlkem_private **out, uint8_t pub[MLKEM_PUBLIC_SIZE])
{
    struct err err = OK;
    struct random random = random_system();
    uint8_t seed[MLKEM_PRIVATE_SIZE];

    TRY_OUT(random_fill(&random, seed, sizeof seed));
    TRY_OUT(mlkem_import(out, seed));
    mlkem_private_public(*out, pub);
out:
    secret_wipe(seed, sizeof seed);
    return err;
}

struct err mlkem_private_parse(struct mlkem_private **out, struct bytes seed)
{
    return seed.n == MLKEM_PRIVATE_SIZE ? mlkem_import(out, seed.at) : FAIL(E_MALFORMED);
}

struct err mlkem_encapsulate_from(struct bytes pub, const uint8_t *m,
                                  uint8_t sealed[MLKEM_SEALED_SIZE],
                                  uint8_t shared[MLKEM_SHARED_SIZE])
{
    memset(shared, 0, MLKEM_SHARED_SIZE);
    return mlkem_public_check(pub) ? mlkem_seal(pub.at, m, sealed, shared) : FAIL(E_MALFORMED);
}

struct err mlkem_encapsulate(struct bytes pub, uint8_t sealed[MLKEM_SEALED_SIZE],
                             uint8_t shared[MLKEM_SHARED_SIZE])
{
    return mlkem_encapsulate_from(pub, NULL, sealed, shared);
}

struct err mlkem_decapsulate(const struct mlkem_private *key, struct bytes sealed,
                             uint8_t shared[MLKEM_SHARED_SIZE])
{
    memset(shared, 0, MLKEM_SHARED_SIZE);
    return sealed.n == MLKEM_SEALED_SIZE ? mlkem_unseal(key, sealed.at, shared) : FAIL(E_MALFORMED);
}
