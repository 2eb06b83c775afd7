/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/aead.h"

#include <openssl/evp.h>

#include "crypto/provider_internal.h"
#include "crypto/secret.h"

_Static_assert(AEAD_TEXT_MAX <= INT32_MAX - AEAD_TAG_SIZE, "OpenSSL counts in int");

const uint8_t AEAD_NONCE_ZERO[AEAD_NONCE_SIZE] = {0};

enum direction { OPENING = 0, SEALING = 1 }; /* OpenSSL's numbers */

/* A cipher that has taken in the key, the nonce and what is authenticated only. */
static EVP_CIPHER_CTX *begin(enum direction direction, const uint8_t *key, const uint8_t *nonce,
                             struct bytes aad)
{
    const struct provider *p = provider_get();
    EVP_CIPHER_CTX *ctx = p == NULL ? NULL : EVP_CIPHER_CTX_new();
    int ignored;

    if (ctx == NULL)
        return NULL;
    if (EVP_CipherInit_ex2(ctx, p->aes256_gcm, key, nonce, (int)direction, NULL) == 1 &&
        (aad.n == 0 || EVP_CipherUpdate(ctx, NULL, &ignored, aad.at, (int)aad.n) == 1))
        return ctx;
    EVP_CIPHER_CTX_free(ctx);
    return NULL;
}

static bool run(EVP_CIPHER_CTX *ctx, struct bytes in, uint8_t *out)
{
    int done = 0;

    return in.n == 0 ||
           (EVP_CipherUpdate(ctx, out, &done, in.at, (int)in.n) == 1 && (size_t)done == in.n);
}

/* In counter mode nothing is held back: this only makes the tag, or compares it. */
static bool finish(EVP_CIPHER_CTX *ctx)
{
    uint8_t nothing[EVP_MAX_BLOCK_LENGTH];
    int done = 0;

    return EVP_CipherFinal_ex(ctx, nothing, &done) == 1;
}

struct err aead_seal(const uint8_t key[AEAD_KEY_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
                     struct bytes aad, struct bytes plain, uint8_t *out)
{
    EVP_CIPHER_CTX *ctx = NULL;
    bool good;

    if (plain.n > AEAD_TEXT_MAX || aad.n > AEAD_TEXT_MAX)
        return FAIL(E_LIMIT);
    ctx = begin(SEALING, key, nonce, aad);
    good = ctx != NULL && run(ctx, plain, out) && finish(ctx) &&
           EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_SIZE, out + plain.n) == 1;
    EVP_CIPHER_CTX_free(ctx);
    if (good)
        return OK;
    secret_wipe(out, plain.n + AEAD_TAG_SIZE);
    return FAIL_OPENSSL(E_CRYPTO);
}

struct err aead_open(const uint8_t key[AEAD_KEY_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
                     struct bytes aad, struct bytes sealed, uint8_t *out)
{
    struct err err = OK;
    EVP_CIPHER_CTX *ctx = NULL;
    struct bytes cipher = sealed;
    uint8_t tag[AEAD_TAG_SIZE];

    if (sealed.n < AEAD_TAG_SIZE)
        return FAIL(E_TRUNCATED);
    cipher.n -= AEAD_TAG_SIZE;
    if (cipher.n > AEAD_TEXT_MAX || aad.n > AEAD_TEXT_MAX)
        TRY_OUT(FAIL(E_LIMIT));
    memcpy(tag, sealed.at + cipher.n, sizeof tag);

    ctx = begin(OPENING, key, nonce, aad);
    if (ctx == NULL || !run(ctx, cipher, out) ||
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_SET_TAG, sizeof tag, tag) != 1)
        TRY_OUT(FAIL_OPENSSL(E_CRYPTO));
    if (!finish(ctx))
        TRY_OUT(FAIL_OPENSSL(E_FORGED));
out:
    if (err.code != E_OK)
        secret_wipe(out, cipher.n);
    EVP_CIPHER_CTX_free(ctx);
    return err;
}
