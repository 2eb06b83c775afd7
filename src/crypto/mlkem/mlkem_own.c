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

struct err mlkem_import(struct mlkem_private **out, const uint8_t seed[MLKEM_PRIVATE_SIZE])
{
    struct mlkem_private *key = malloc(sizeof *key);

    if (key == NULL)
        return FAIL(E_NOMEM);
    memcpy(key->seed, seed, sizeof key->seed);
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

struct err mlkem_seal(const uint8_t pub[MLKEM_PUBLIC_SIZE], const uint8_t *m,
                      uint8_t sealed[MLKEM_SEALED_SIZE], uint8_t shared[MLKEM_SHARED_SIZE])
{
    struct err err = OK;
    struct random random = random_system();
    uint8_t drawn[32];

    if (m == NULL)
        TRY_OUT(random_fill(&random, drawn, sizeof drawn));
    mlkem_encapsulate_with(pub, m == NULL ? drawn : m, sealed, shared);
    secret_reveal(sealed, MLKEM_SEALED_SIZE);
out:
    secret_wipe(drawn, sizeof drawn);
    return err;
}

struct err mlkem_unseal(const struct mlkem_private *key, const uint8_t sealed[MLKEM_SEALED_SIZE],
                        uint8_t shared[MLKEM_SHARED_SIZE])
{
    mlkem_decapsulate_with(&key->expanded, sealed, shared);
    return OK;
}
