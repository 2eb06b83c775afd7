/* SPDX-License-Identifier: Apache-2.0 */
/* password: a key from something a person remembers: scrypt [RFC7914], r = 8, p = 1. */
#ifndef TACET_CRYPTO_PASSWORD_H
#define TACET_CRYPTO_PASSWORD_H

#include "base/bytes.h"
#include "base/err.h"

#define PASSWORD_SALT_SIZE    16
#define PASSWORD_KEY_SIZE     32
#define PASSWORD_COST_LEAST   10 /* N = 2^10: for tests */
#define PASSWORD_COST_DEFAULT 17 /* N = 2^17: about 0.3 s and 128 MiB */
#define PASSWORD_COST_MOST    20

/* `cost` is the base-2 logarithm of N.  E_LIMIT: outside the range above.  E_NOMEM, E_CRYPTO.
 * `key` is zeroed on error. */
FALLIBLE password_key(struct bytes password, const uint8_t salt[PASSWORD_SALT_SIZE], uint8_t cost,
                      uint8_t key[PASSWORD_KEY_SIZE]);

#endif
