/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trusted: what stands in for cryptography in targets that are linked with WRAP, so that inputs get
 * behind it as the bytes of somebody do who holds the key: members sign and seal what they like.
 */
#include "fuzz/trusted.h"

#include "crypto/aead.h"
#include "crypto/password.h"
#include "crypto/sign.h"

struct err __wrap_sign_verify(const struct sign_public *key, const struct bytes *parts, size_t n,
                              const uint8_t signature[SIGN_SIZE]);
struct err __wrap_sign_make(const struct sign_private *key, const struct bytes *parts, size_t n,
                            uint8_t out[SIGN_SIZE]);
struct err __wrap_aead_open(const uint8_t key[AEAD_KEY_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
                            struct bytes aad, struct bytes sealed, uint8_t *out);
struct err __wrap_password_key(struct bytes password, const uint8_t salt[PASSWORD_SALT_SIZE],
                               uint8_t cost, uint8_t key[PASSWORD_KEY_SIZE]);

struct err __wrap_sign_verify(const struct sign_public *key, const struct bytes *parts, size_t n,
                              const uint8_t signature[SIGN_SIZE])
{
    (void)key;
    (void)parts;
    (void)n;
    return signature[0] == TRUSTED_NOT ? FAIL(E_FORGED) : OK;
}

struct err __wrap_sign_make(const struct sign_private *key, const struct bytes *parts, size_t n,
                            uint8_t out[SIGN_SIZE])
{
    (void)key;
    (void)parts;
    (void)n;
    memset(out, 0, SIGN_SIZE);
    return OK;
}

/* What is sealed is the plaintext itself, with a tag that nobody looks at. */
struct err __wrap_aead_open(const uint8_t key[AEAD_KEY_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
                            struct bytes aad, struct bytes sealed, uint8_t *out)
{
    (void)key;
    (void)nonce;
    (void)aad;
    if (sealed.n < AEAD_TAG_SIZE)
        return FAIL(E_TRUNCATED);
    memmove(out, sealed.at, sealed.n - AEAD_TAG_SIZE);
    return OK;
}

/* Without the time that a password costs. */
struct err __wrap_password_key(struct bytes password, const uint8_t salt[PASSWORD_SALT_SIZE],
                               uint8_t cost, uint8_t key[PASSWORD_KEY_SIZE])
{
    (void)password;
    (void)salt;
    memset(key, 0, PASSWORD_KEY_SIZE);
    return cost >= PASSWORD_COST_LEAST && cost <= PASSWORD_COST_MOST ? OK : FAIL(E_LIMIT);
}
