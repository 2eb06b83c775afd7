/* SPDX-License-Identifier: Apache-2.0 */
/* p521: one private key against many public keys, on as many threads as the host lends. */
#ifndef TACET_CRYPTO_P521_H
#define TACET_CRYPTO_P521_H

#include "crypto/agree.h"

/* run() calls job(arg, i) once for each i < n, in any order and on any thread, and returns when
 * all of them have returned. */
struct pool {
    void (*run)(void *ctx, void (*job)(void *arg, size_t i), void *arg, size_t n);
    void *ctx;
};

/* out[i] = x of key * peers[i].  `pool` NULL runs inline.  Jobs write to disjoint outputs, so the
 * result does not depend on their order.  E_CRYPTO: any of them failed; all of out is zeroed. */
FALLIBLE p521_ecdh_batch(const struct agree_private *key, const struct agree_public *const *peers,
                         size_t n, uint8_t (*out)[AGREE_SHARED_SIZE], const struct pool *pool);

#endif
