/* SPDX-License-Identifier: Apache-2.0 */
/* aead: AES-256-GCM [SP800-38D] with a 96-bit nonce and a 128-bit tag behind the ciphertext. */
#ifndef TACET_CRYPTO_AEAD_H
#define TACET_CRYPTO_AEAD_H

#include "base/bytes.h"
#include "base/err.h"

#define AEAD_KEY_SIZE   32
#define AEAD_NONCE_SIZE 12
#define AEAD_TAG_SIZE   16
#define AEAD_TEXT_MAX   (1 << 30) /* bytes of one plaintext, or of what goes with it */

/* For keys that seal exactly one plaintext. */
extern const uint8_t AEAD_NONCE_ZERO[AEAD_NONCE_SIZE];

/* A key that was taken in once, for many short texts: what aead_seal() and aead_open() do, at half
 * the price for a few hundred bytes.  One thread at a time uses it.  E_NOMEM, E_CRYPTO. */
struct aead_key;
FALLIBLE aead_key_take(const uint8_t key[AEAD_KEY_SIZE], struct aead_key **out);
FALLIBLE aead_seal_with(struct aead_key *k, const uint8_t nonce[AEAD_NONCE_SIZE], struct bytes aad,
                        struct bytes plain, uint8_t *out);
FALLIBLE aead_open_with(struct aead_key *k, const uint8_t nonce[AEAD_NONCE_SIZE], struct bytes aad,
                        struct bytes sealed, uint8_t *out);
/* The same as aead_open(), under a key of its own, which takes the place of the one before. */
FALLIBLE aead_open_as(struct aead_key *k, const uint8_t key[AEAD_KEY_SIZE],
                      const uint8_t nonce[AEAD_NONCE_SIZE], struct bytes aad, struct bytes sealed,
                      uint8_t *out);
void aead_key_free(struct aead_key *k); /* wipes; NULL is fine */

/* `out` receives plain.n + AEAD_TAG_SIZE bytes; it may be plain.at itself, and must not
 * overlap it otherwise.  E_LIMIT: over AEAD_TEXT_MAX; `out` is untouched.  E_CRYPTO: `out` is
 * zeroed. */
FALLIBLE aead_seal(const uint8_t key[AEAD_KEY_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
                   struct bytes aad, struct bytes plain, uint8_t *out);

/* `out` receives sealed.n - AEAD_TAG_SIZE bytes; it may be sealed.at itself,
 * and must not overlap it otherwise.  E_LIMIT, E_CRYPTO.
 * E_TRUNCATED: no room for a tag.  E_FORGED: altered, or another key, nonce or aad.
 * On error those bytes of `out` are zeroed: no unauthenticated plaintext is handed out. */
FALLIBLE aead_open(const uint8_t key[AEAD_KEY_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
                   struct bytes aad, struct bytes sealed, uint8_t *out);

#endif
