/* SPDX-License-Identifier: Apache-2.0 */
/*
 * random: where our own randomness comes from: message keys, ids, tokens, jitter.
 *
 * It is an argument everywhere, so that a test can seed it.  Key pairs and signature nonces are not
 * drawn from here: they come from OpenSSL's generator inside agree and sign.
 */
#ifndef TACET_CRYPTO_RANDOM_H
#define TACET_CRYPTO_RANDOM_H

#include "base/err.h"

struct random {
    struct err (*fill)(void *ctx, uint8_t *out, size_t n);
    void *ctx;
};

/* n random bytes.  E_CRYPTO: the generator failed; `out` is zeroed. */
FALLIBLE random_fill(struct random *r, uint8_t *out, size_t n);

/* The operating system's generator, through OpenSSL's private DRBG. */
struct random random_system(void);

#endif
