/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/peers/evp.h"

#include <openssl/core_names.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <openssl/rand.h>

static EVP_MAC_CTX *hmac; /* without a key: to be copied */
static EVP_MD *sha512;
static EVP_CIPHER *aes256_cbc;

/* `made` moves to the library as one of its buffers. */
static int hand_over(const uint8_t *made, size_t n, signal_buffer **out)
{
    *out = signal_buffer_create(made, n);
    return *out == NULL ? SG_ERR_NOMEM : SG_SUCCESS;
}

static int fill_random(uint8_t *data, size_t len, void *user_data)
{
    (void)user_data;
    return RAND_bytes(data, (int)len) == 1 ? SG_SUCCESS : SG_ERR_UNKNOWN;
}

/* ---- HMAC-SHA256 */

static int hmac_begin(void **ctx, const uint8_t *key, size_t key_len, void *user_data)
{
    (void)user_data;
    *ctx = EVP_MAC_CTX_dup(hmac);
    return *ctx != NULL && EVP_MAC_init(*ctx, key, key_len, NULL) == 1 ? SG_SUCCESS
                                                                       : SG_ERR_UNKNOWN;
}

static int hmac_more(void *ctx, const uint8_t *data, size_t data_len, void *user_data)
{
    (void)user_data;
    return EVP_MAC_update(ctx, data, data_len) == 1 ? SG_SUCCESS : SG_ERR_UNKNOWN;
}

static int hmac_end(void *ctx, signal_buffer **out, void *user_data)
{
    uint8_t made[EVP_MAX_MD_SIZE];
    size_t n;

    (void)user_data;
    if (EVP_MAC_final(ctx, made, &n, sizeof made) != 1)
        return SG_ERR_UNKNOWN;
    return hand_over(made, n, out);
}

static void hmac_free(void *ctx, void *user_data)
{
    (void)user_data;
    EVP_MAC_CTX_free(ctx);
}

/* ---- SHA-512 */

static int sha512_begin(void **ctx, void *user_data)
{
    (void)user_data;
    *ctx = EVP_MD_CTX_new();
    return *ctx != NULL && EVP_DigestInit_ex2(*ctx, sha512, NULL) == 1 ? SG_SUCCESS
                                                                       : SG_ERR_UNKNOWN;
}

static int sha512_more(void *ctx, const uint8_t *data, size_t data_len, void *user_data)
{
    (void)user_data;
    return EVP_DigestUpdate(ctx, data, data_len) == 1 ? SG_SUCCESS : SG_ERR_UNKNOWN;
}

/* The context must be ready for the next one. */
static int sha512_end(void *ctx, signal_buffer **out, void *user_data)
{
    uint8_t made[EVP_MAX_MD_SIZE];
    unsigned n;

    (void)user_data;
    if (EVP_DigestFinal_ex(ctx, made, &n) != 1 || EVP_DigestInit_ex2(ctx, sha512, NULL) != 1)
        return SG_ERR_UNKNOWN;
    return hand_over(made, n, out);
}

static void sha512_free(void *ctx, void *user_data)
{
    (void)user_data;
    EVP_MD_CTX_free(ctx);
}

/* ---- AES-256-CBC with padding, all that sessions of today's version use */

static int cbc(int sealing, const uint8_t *key, const uint8_t *iv, const uint8_t *in, size_t in_n,
               uint8_t *out, size_t *out_n)
{
    EVP_CIPHER_CTX *ctx = EVP_CIPHER_CTX_new();
    int n = 0, rest = 0;
    int good = ctx != NULL && EVP_CipherInit_ex2(ctx, aes256_cbc, key, iv, sealing, NULL) == 1 &&
               EVP_CipherUpdate(ctx, out, &n, in, (int)in_n) == 1 &&
               EVP_CipherFinal_ex(ctx, out + n, &rest) == 1;

    EVP_CIPHER_CTX_free(ctx);
    *out_n = (size_t)n + (size_t)rest;
    return good ? SG_SUCCESS : SG_ERR_UNKNOWN;
}

static int run(int sealing, signal_buffer **out, int cipher, const uint8_t *key, size_t key_len,
               const uint8_t *iv, size_t iv_len, const uint8_t *in, size_t in_n)
{
    uint8_t *made;
    size_t n;
    int code;

    if (cipher != SG_CIPHER_AES_CBC_PKCS5 || key_len != 32 || iv_len != 16)
        return SG_ERR_INVAL;
    made = malloc(in_n + EVP_MAX_BLOCK_LENGTH);
    if (made == NULL)
        return SG_ERR_NOMEM;
    code = cbc(sealing, key, iv, in, in_n, made, &n);
    if (code == SG_SUCCESS)
        code = hand_over(made, n, out);
    free(made);
    return code;
}

static int aes_seal(signal_buffer **out, int cipher, const uint8_t *key, size_t key_len,
                    const uint8_t *iv, size_t iv_len, const uint8_t *in, size_t in_n,
                    void *user_data)
{
    (void)user_data;
    return run(1, out, cipher, key, key_len, iv, iv_len, in, in_n);
}

static int aes_open(signal_buffer **out, int cipher, const uint8_t *key, size_t key_len,
                    const uint8_t *iv, size_t iv_len, const uint8_t *in, size_t in_n,
                    void *user_data)
{
    (void)user_data;
    return run(0, out, cipher, key, key_len, iv, iv_len, in, in_n);
}

/* ---- all of it */

static EVP_MAC_CTX *hmac_sha256(void)
{
    char digest[] = "SHA256";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_END,
    };
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *ctx = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);

    EVP_MAC_free(mac);
    if (ctx == NULL || EVP_MAC_CTX_set_params(ctx, params) == 1)
        return ctx;
    EVP_MAC_CTX_free(ctx);
    return NULL;
}

const signal_crypto_provider *evp_provider(void)
{
    static const signal_crypto_provider provider = {
        .random_func = fill_random,
        .hmac_sha256_init_func = hmac_begin,
        .hmac_sha256_update_func = hmac_more,
        .hmac_sha256_final_func = hmac_end,
        .hmac_sha256_cleanup_func = hmac_free,
        .sha512_digest_init_func = sha512_begin,
        .sha512_digest_update_func = sha512_more,
        .sha512_digest_final_func = sha512_end,
        .sha512_digest_cleanup_func = sha512_free,
        .encrypt_func = aes_seal,
        .decrypt_func = aes_open,
    };

    if (hmac == NULL) {
        hmac = hmac_sha256();
        sha512 = EVP_MD_fetch(NULL, "SHA512", NULL);
        aes256_cbc = EVP_CIPHER_fetch(NULL, "AES-256-CBC", NULL);
    }
    return hmac == NULL || sha512 == NULL || aes256_cbc == NULL ? NULL : &provider;
}
