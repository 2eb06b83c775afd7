/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/aead.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/provider_internal.h"
#include "crypto/secret.h"

_Static_assert(AEAD_TEXT_MAX <= INT32_MAX - AEAD_TAG_SIZE, "OpenSSL counts in int");

const uint8_t AEAD_NONCE_ZERO[AEAD_NONCE_SIZE] = {0};

enum direction { OPENING = 0, SEALING = 1 }; /* OpenSSL's numbers */

/* A cipher that has taken in the key only; NULL on failure. */
static EVP_CIPHER_CTX *take_key(enum direction direction, const uint8_t *key)
{
    const struct provider *p = provider_get();
    EVP_CIPHER_CTX *ctx = p == NULL ? NULL : EVP_CIPHER_CTX_new();

    if (ctx != NULL && EVP_CipherInit_ex2(ctx, p->aes256_gcm, key, NULL, (int)direction, NULL) == 1)
        return ctx;
    EVP_CIPHER_CTX_free(ctx);
    return NULL;
}

/* And the nonce, and what is authenticated only. */
static bool begin(EVP_CIPHER_CTX *ctx, enum direction direction, const uint8_t *nonce,
                  struct bytes aad)
{
    int ignored;

    return EVP_CipherInit_ex2(ctx, NULL, NULL, nonce, (int)direction, NULL) == 1 &&
           (aad.n == 0 || EVP_CipherUpdate(ctx, NULL, &ignored, aad.at, (int)aad.n) == 1);
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

/* `ctx` has a key, unless it is NULL for want of memory. */
static struct err seal(EVP_CIPHER_CTX *ctx, const uint8_t *nonce, struct bytes aad,
                       struct bytes plain, uint8_t *out)
{
    if (ctx != NULL && begin(ctx, SEALING, nonce, aad) && run(ctx, plain, out) && finish(ctx) &&
        EVP_CIPHER_CTX_ctrl(ctx, EVP_CTRL_AEAD_GET_TAG, AEAD_TAG_SIZE, out + plain.n) == 1)
        return OK;
    secret_wipe(out, plain.n + AEAD_TAG_SIZE);
    return FAIL_OPENSSL(E_CRYPTO);
}

/* Key, unless it is NULL, nonce and tag at once: each call of OpenSSL costs as much as opening a
 * hundred bytes. */
static bool begin_opening(EVP_CIPHER_CTX *ctx, const uint8_t *key, const uint8_t *nonce,
                          uint8_t tag[AEAD_TAG_SIZE], struct bytes aad)
{
    const OSSL_PARAM with[] = {
        OSSL_PARAM_construct_octet_string(OSSL_CIPHER_PARAM_AEAD_TAG, tag, AEAD_TAG_SIZE),
        OSSL_PARAM_construct_end(),
    };
    int ignored;

    return EVP_CipherInit_ex2(ctx, NULL, key, nonce, (int)OPENING, with) == 1 &&
           (aad.n == 0 || EVP_CipherUpdate(ctx, NULL, &ignored, aad.at, (int)aad.n) == 1);
}

/* `ctx` has a key, if `key` is NULL, unless it is NULL itself; `sealed` has a tag. */
static struct err open_sealed(EVP_CIPHER_CTX *ctx, const uint8_t *key, const uint8_t *nonce,
                              struct bytes aad, struct bytes sealed, uint8_t *out)
{
    struct err err = OK;
    struct bytes cipher = bytes(sealed.at, sealed.n - AEAD_TAG_SIZE);
    uint8_t tag[AEAD_TAG_SIZE];

    memcpy(tag, sealed.at + cipher.n, sizeof tag);
    if (ctx == NULL || !begin_opening(ctx, key, nonce, tag, aad) || !run(ctx, cipher, out))
        TRY_OUT(FAIL_OPENSSL(E_CRYPTO));
    if (!finish(ctx))
        TRY_OUT(FAIL_OPENSSL(E_FORGED));
out:
    if (err.code != E_OK)
        secret_wipe(out, cipher.n);
    return err;
}

static struct err check_plain(struct bytes aad, struct bytes plain)
{
    return plain.n > AEAD_TEXT_MAX || aad.n > AEAD_TEXT_MAX ? FAIL(E_LIMIT) : OK;
}

/* What is refused for its length alone is wiped like all else. */
static struct err check_sealed(struct bytes aad, struct bytes sealed, uint8_t *out)
{
    if (sealed.n < AEAD_TAG_SIZE)
        return FAIL(E_TRUNCATED);
    if (sealed.n - AEAD_TAG_SIZE <= AEAD_TEXT_MAX && aad.n <= AEAD_TEXT_MAX)
        return OK;
    secret_wipe(out, sealed.n - AEAD_TAG_SIZE);
    return FAIL(E_LIMIT);
}

struct err aead_seal(const uint8_t key[AEAD_KEY_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
                     struct bytes aad, struct bytes plain, uint8_t *out)
{
    EVP_CIPHER_CTX *ctx;
    struct err err;

    TRY(check_plain(aad, plain));
    ctx = take_key(SEALING, key);
    err = seal(ctx, nonce, aad, plain, out);
    EVP_CIPHER_CTX_free(ctx);
    return err;
}

struct err aead_open(const uint8_t key[AEAD_KEY_SIZE], const uint8_t nonce[AEAD_NONCE_SIZE],
                     struct bytes aad, struct bytes sealed, uint8_t *out)
{
    EVP_CIPHER_CTX *ctx;
    struct err err;

    TRY(check_sealed(aad, sealed, out));
    ctx = take_key(OPENING, key);
    err = open_sealed(ctx, NULL, nonce, aad, sealed, out);
    EVP_CIPHER_CTX_free(ctx);
    return err;
}

/* ---- a key that stays */

struct aead_key {
    EVP_CIPHER_CTX *ctx;
};

struct err aead_key_take(const uint8_t key[AEAD_KEY_SIZE], struct aead_key **out)
{
    struct aead_key *k = calloc(1, sizeof *k);

    if (k == NULL)
        return FAIL(E_NOMEM);
    k->ctx = take_key(SEALING, key);
    if (k->ctx == NULL) {
        free(k);
        return FAIL_OPENSSL(E_CRYPTO);
    }
    *out = k;
    return OK;
}

void aead_key_free(struct aead_key *k)
{
    if (k == NULL)
        return;
    EVP_CIPHER_CTX_free(k->ctx);
    free(k);
}

struct err aead_seal_with(struct aead_key *k, const uint8_t nonce[AEAD_NONCE_SIZE],
                          struct bytes aad, struct bytes plain, uint8_t *out)
{
    TRY(check_plain(aad, plain));
    return seal(k->ctx, nonce, aad, plain, out);
}

struct err aead_open_with(struct aead_key *k, const uint8_t nonce[AEAD_NONCE_SIZE],
                          struct bytes aad, struct bytes sealed, uint8_t *out)
{
    TRY(check_sealed(aad, sealed, out));
    return open_sealed(k->ctx, NULL, nonce, aad, sealed, out);
}

struct err aead_open_as(struct aead_key *k, const uint8_t key[AEAD_KEY_SIZE],
                        const uint8_t nonce[AEAD_NONCE_SIZE], struct bytes aad, struct bytes sealed,
                        uint8_t *out)
{
    TRY(check_sealed(aad, sealed, out));
    return open_sealed(k->ctx, key, nonce, aad, sealed, out);
}
