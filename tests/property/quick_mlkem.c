/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quick_mlkem: encapsulation over the toy group of quick_curve, in the clothes of ML-KEM-1024.
 *
 * As there, what a server that does not calculate could tell from the real thing is kept: the
 * secret hangs on every bit of the key and of what carries it, and what was made for another key
 * gives a secret that nobody knows.
 */
#include <openssl/rand.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/hash.h"
#include "crypto/mlkem/mlkem.h"
#include "property/quick_group.h"

struct mlkem_private {
    uint8_t seed[MLKEM_PRIVATE_SIZE];
};

static void write_element(uint64_t element, uint8_t out[MLKEM_PUBLIC_SIZE])
{
    memset(out, 0, MLKEM_PUBLIC_SIZE);
    quick_put_number(element, out);
}

static uint64_t scalar_of(const uint8_t seed[MLKEM_PRIVATE_SIZE])
{
    return quick_get_number(seed) | 1;
}

static struct err secret_of(uint64_t element, const uint8_t pub[MLKEM_PUBLIC_SIZE],
                            struct bytes sealed, uint8_t shared[MLKEM_SHARED_SIZE])
{
    uint8_t number[QUICK_NUMBER];

    quick_put_number(element, number);
    return hash_sha256(HASH_PARTS(BYTES(number), bytes(pub, MLKEM_PUBLIC_SIZE), sealed), shared);
}

struct err mlkem_generate(struct mlkem_private **out, uint8_t pub[MLKEM_PUBLIC_SIZE])
{
    uint8_t seed[MLKEM_PRIVATE_SIZE];

    if (RAND_bytes(seed, sizeof seed) != 1)
        return FAIL(E_CRYPTO);
    TRY(mlkem_private_parse(out, BYTES(seed)));
    mlkem_private_public(*out, pub);
    return OK;
}

struct err mlkem_private_parse(struct mlkem_private **out, struct bytes seed)
{
    struct mlkem_private *key;

    if (seed.n != MLKEM_PRIVATE_SIZE)
        return FAIL(E_MALFORMED);
    key = malloc(sizeof *key);
    if (key == NULL)
        return FAIL(E_NOMEM);
    memcpy(key->seed, seed.at, sizeof key->seed);
    *out = key;
    return OK;
}

void mlkem_private_write(const struct mlkem_private *key, uint8_t seed[MLKEM_PRIVATE_SIZE])
{
    memcpy(seed, key->seed, MLKEM_PRIVATE_SIZE);
}

void mlkem_private_public(const struct mlkem_private *key, uint8_t pub[MLKEM_PUBLIC_SIZE])
{
    write_element(quick_power(QUICK_BASE, scalar_of(key->seed)), pub);
}

void mlkem_private_free(struct mlkem_private *key)
{
    free(key);
}

bool mlkem_public_check(struct bytes pub)
{
    return pub.n == MLKEM_PUBLIC_SIZE && quick_get_number(pub.at) < QUICK_PRIME &&
           bytes_all_zero(bytes(pub.at + QUICK_NUMBER, pub.n - QUICK_NUMBER));
}

struct err mlkem_encapsulate(struct bytes pub, uint8_t sealed[MLKEM_SEALED_SIZE],
                             uint8_t shared[MLKEM_SHARED_SIZE])
{
    uint8_t drawn[MLKEM_SHARED_SIZE]; /* as many as the real one draws */
    uint64_t scalar;

    memset(shared, 0, MLKEM_SHARED_SIZE);
    if (!mlkem_public_check(pub))
        return FAIL(E_MALFORMED);
    if (RAND_bytes(drawn, sizeof drawn) != 1)
        return FAIL(E_CRYPTO);
    scalar = quick_get_number(drawn) | 1;
    write_element(quick_power(QUICK_BASE, scalar), sealed);
    return secret_of(quick_power(quick_get_number(pub.at), scalar), pub.at,
                     bytes(sealed, MLKEM_SEALED_SIZE), shared);
}

struct err mlkem_decapsulate(const struct mlkem_private *key, struct bytes sealed,
                             uint8_t shared[MLKEM_SHARED_SIZE])
{
    uint8_t pub[MLKEM_PUBLIC_SIZE];

    memset(shared, 0, MLKEM_SHARED_SIZE);
    if (sealed.n != MLKEM_SEALED_SIZE)
        return FAIL(E_MALFORMED);
    mlkem_private_public(key, pub);
    return secret_of(quick_power(quick_get_number(sealed.at) % QUICK_PRIME, scalar_of(key->seed)),
                     pub, sealed, shared);
}

/* It has no known answers: no program that tests itself can be built with this. */
struct err mlkem_known(void)
{
    return FAIL(E_CRYPTO);
}
