/* SPDX-License-Identifier: Apache-2.0 */
/* mlkem_own: the keys of mlkem.h over the steps here, where OpenSSL has no ML-KEM. */
#include <stdlib.h>

#include "crypto/mlkem/mlkem_internal.h"
#include "crypto/random.h"
#include "crypto/secret.h"

struct mlkem_private {
    uint8_t seed[MLKEM_PRIVATE_SIZE];
    struct mlkem_expanded expanded;
};

struct err mlkem_generate(struct mlkem_private **out, uint8_t pub[MLKEM_PUBLIC_SIZE])
{
    struct err err = OK;
    struct random random = random_system();
    uint8_t seed[MLKEM_PRIVATE_SIZE];

    TRY_OUT(random_fill(&random, seed, sizeof seed));
    TRY_OUT(mlkem_private_parse(out, BYTES(seed)));
    mlkem_private_public(*out, pub);
out:
    secret_wipe(seed, sizeof seed);
    return err;
}

struct err mlkem_private_parse(struct mlkem_private **out, struct bytes seed)
{
    struct mlkem_private *key;

    if (seed.n != MLKEM_PRIVATE_SIZE)
        return FAIL(E_MALFORMED);
    key = malloc(sizeof *key);
    if (key == NULL)
        return FAIL(E_NOMEM);
    memcpy(key->seed, seed.at, seed.n);
    mlkem_expand(key->seed, &key->expanded);
    *out = key;
    return OK;
}

void mlkem_private_write(const struct mlkem_private *key, uint8_t seed[MLKEM_PRIVATE_SIZE])
{
    memcpy(seed, key->seed, MLKEM_PRIVATE_SIZE);
}

void mlkem_private_public(const struct mlkem_private *key, uint8_t pub[MLKEM_PUBLIC_SIZE])
{
    memcpy(pub, key->expanded.pub, MLKEM_PUBLIC_SIZE);
}

void mlkem_private_free(struct mlkem_private *key)
{
    if (key == NULL)
        return;
    secret_wipe(key, sizeof *key);
    free(key);
}

struct err mlkem_encapsulate_from(struct bytes pub, const uint8_t m[32],
                                  uint8_t sealed[MLKEM_SEALED_SIZE],
                                  uint8_t shared[MLKEM_SHARED_SIZE])
{
    memset(shared, 0, MLKEM_SHARED_SIZE);
    if (!mlkem_public_check(pub))
        return FAIL(E_MALFORMED);
    mlkem_encapsulate_with(pub.at, m, sealed, shared);
    secret_reveal(sealed, MLKEM_SEALED_SIZE);
    return OK;
}

struct err mlkem_encapsulate(struct bytes pub, uint8_t sealed[MLKEM_SEALED_SIZE],
                             uint8_t shared[MLKEM_SHARED_SIZE])
{
    struct err err = OK;
    struct random random = random_system();
    uint8_t m[32];

    memset(shared, 0, MLKEM_SHARED_SIZE);
    TRY_OUT(random_fill(&random, m, sizeof m));
    TRY_OUT(mlkem_encapsulate_from(pub, m, sealed, shared));
out:
    secret_wipe(m, sizeof m);
    return err;
}

struct err mlkem_decapsulate(const struct mlkem_private *key, struct bytes sealed,
                             uint8_t shared[MLKEM_SHARED_SIZE])
{
    memset(shared, 0, MLKEM_SHARED_SIZE);
    if (sealed.n != MLKEM_SEALED_SIZE)
        return FAIL(E_MALFORMED);
    mlkem_decapsulate_with(&key->expanded, sealed.at, shared);
    return OK;
}
