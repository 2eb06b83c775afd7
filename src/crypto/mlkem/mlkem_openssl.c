/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mlkem_openssl: the keys of mlkem.h over OpenSSL's ML-KEM, from 3.5 on.
 *
 * Seed and public half are kept beside OpenSSL's key, because how a provider is configured decides
 * whether it still tells the seed of a key that it holds.
 */
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>
#include <stdlib.h>

#include "crypto/mlkem/mlkem_internal.h"
#include "crypto/secret.h"

static const char NAME[] = "ML-KEM-1024";

struct mlkem_private {
    uint8_t seed[MLKEM_PRIVATE_SIZE], pub[MLKEM_PUBLIC_SIZE];
    EVP_PKEY *key;
};

/* Leaves this thread's error queue empty, for whoever reads it next. */
static struct err settled(struct err err)
{
    ERR_clear_error();
    return err;
}

static bool import(struct mlkem_private *key)
{
    size_t n = 0;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_ML_KEM_SEED, key->seed, sizeof key->seed),
        OSSL_PARAM_END,
    };
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, NAME, NULL);
    bool good = ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1 &&
                EVP_PKEY_fromdata(ctx, &key->key, EVP_PKEY_KEYPAIR, params) == 1 &&
                EVP_PKEY_get_octet_string_param(key->key, OSSL_PKEY_PARAM_PUB_KEY, key->pub,
                                                sizeof key->pub, &n) == 1 &&
                n == sizeof key->pub;

    EVP_PKEY_CTX_free(ctx);
    return good;
}

struct err mlkem_import(struct mlkem_private **out, const uint8_t seed[MLKEM_PRIVATE_SIZE])
{
    struct mlkem_private *key = calloc(1, sizeof *key);

    if (key == NULL)
        return FAIL(E_NOMEM);
    memcpy(key->seed, seed, sizeof key->seed);
    if (!import(key)) {
        mlkem_private_free(key);
        return settled(FAIL(E_CRYPTO));
    }
    *out = key;
    return OK;
}

void mlkem_private_write(const struct mlkem_private *key, uint8_t seed[MLKEM_PRIVATE_SIZE])
{
    memcpy(seed, key->seed, MLKEM_PRIVATE_SIZE);
}

void mlkem_private_public(const struct mlkem_private *key, uint8_t pub[MLKEM_PUBLIC_SIZE])
{
    memcpy(pub, key->pub, MLKEM_PUBLIC_SIZE);
}

void mlkem_private_free(struct mlkem_private *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->key); /* wipes what it holds */
    secret_wipe(key, sizeof *key);
    free(key);
}

struct err mlkem_seal(const uint8_t pub[MLKEM_PUBLIC_SIZE], const uint8_t *m,
                      uint8_t sealed[MLKEM_SEALED_SIZE], uint8_t shared[MLKEM_SHARED_SIZE])
{
    struct err err = OK;
    uint8_t made[MLKEM_SEALED_SIZE], coins[32], secret[MLKEM_SHARED_SIZE];
    size_t made_n = sizeof made, secret_n = sizeof secret;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_KEM_PARAM_IKME, coins, sizeof coins),
        OSSL_PARAM_END,
    };
    EVP_PKEY_CTX *ctx = NULL;
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key_ex(NULL, NAME, NULL, pub, MLKEM_PUBLIC_SIZE);

    if (m != NULL)
        memcpy(coins, m, sizeof coins);
    ctx = key == NULL ? NULL : EVP_PKEY_CTX_new_from_pkey(NULL, key, NULL);
    if (ctx == NULL || EVP_PKEY_encapsulate_init(ctx, m == NULL ? NULL : params) != 1 ||
        EVP_PKEY_encapsulate(ctx, made, &made_n, secret, &secret_n) != 1 || made_n != sizeof made ||
        secret_n != sizeof secret)
        TRY_OUT(FAIL(E_CRYPTO));
    memcpy(sealed, made, sizeof made);
    memcpy(shared, secret, sizeof secret);
out:
    EVP_PKEY_CTX_free(ctx);
    EVP_PKEY_free(key);
    secret_wipe(coins, sizeof coins);
    secret_wipe(secret, sizeof secret);
    return settled(err);
}

struct err mlkem_unseal(const struct mlkem_private *key, const uint8_t sealed[MLKEM_SEALED_SIZE],
                        uint8_t shared[MLKEM_SHARED_SIZE])
{
    uint8_t secret[MLKEM_SHARED_SIZE];
    size_t n = sizeof secret;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->key, NULL);
    bool good = ctx != NULL && EVP_PKEY_decapsulate_init(ctx, NULL) == 1 &&
                EVP_PKEY_decapsulate(ctx, secret, &n, sealed, MLKEM_SEALED_SIZE) == 1 &&
                n == sizeof secret;

    if (good)
        memcpy(shared, secret, sizeof secret);
    EVP_PKEY_CTX_free(ctx);
    secret_wipe(secret, sizeof secret);
    return good ? OK : settled(FAIL(E_CRYPTO));
}
