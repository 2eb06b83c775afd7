/* SPDX-License-Identifier: Apache-2.0 */
/*
 * provider: what this folder asks of OpenSSL, looked up once.
 *
 * A lookup by name costs more than hashing a short message, so the first caller makes them all and
 * they stay until the process ends.  Everything here is only read afterwards, by any thread.
 */
#ifndef TACET_CRYPTO_PROVIDER_INTERNAL_H
#define TACET_CRYPTO_PROVIDER_INTERNAL_H

#include <openssl/ec.h>
#include <openssl/types.h>

#include "base/err.h"

struct provider {
    EVP_MD *sha256, *sha384, *sha512, *sha512_256;
    EVP_MAC_CTX *hmac_sha512; /* without a key: to be copied */
    EVP_CIPHER *aes256_gcm;
    EVP_PKEY *p521; /* the curve without a point: to be copied */
    EC_GROUP *p521_group;
};

/* NULL: OpenSSL lacks something of the above, or memory ran out. */
const struct provider *provider_get(void);

/* Did memory run out in what just failed?  Asks the error queue, so that must have been empty
 * before. */
bool provider_wanted_memory(void);

/* FAIL after a call to OpenSSL.  Empties this thread's error queue, because whoever reads it next
 * is TLS, about another matter. */
#define FAIL_OPENSSL(code) provider_settle(FAIL(code))
struct err provider_settle(struct err err);

#endif
