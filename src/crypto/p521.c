/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/p521.h"

#include <stdatomic.h>

#include "crypto/secret.h"

struct batch {
    const struct agree_private *key;
    const struct agree_public *const *peers;
    uint8_t (*out)[AGREE_SHARED_SIZE];
    atomic_bool failed;
};

static void derive_one(void *arg, size_t i)
{
    struct batch *b = arg;
    struct err err = agree_derive(b->key, b->peers[i], b->out[i]);

    if (err.code != E_OK)
        atomic_store(&b->failed, true);
}

struct err p521_ecdh_batch(const struct agree_private *key, const struct agree_public *const *peers,
                           size_t n, uint8_t (*out)[AGREE_SHARED_SIZE], const struct pool *pool)
{
    struct batch b = {.key = key, .peers = peers, .out = out, .failed = false};

    if (pool != NULL)
        pool->run(pool->ctx, derive_one, &b, n);
    else
        for (size_t i = 0; i < n; i++)
            derive_one(&b, i);
    if (!atomic_load(&b.failed))
        return OK;
    secret_wipe(out, n * sizeof out[0]);
    return FAIL(E_CRYPTO);
}
