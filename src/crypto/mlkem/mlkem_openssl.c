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
#include "crypto/random.h"
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

struct err mlkem_generate(struct mlkem_private **out, uint8_t pub[MLKEM_PUBLIC_SIZE])
{
    struct err err = OK;
    struct random random = random_system();
    uint8_t seed[MLKEM_PRIVATE_SIZE];

    TRY_OUT(random_fill(&random, seed, sizeof seed));
    TRY_OUT(mlkem_private_parse(out, BYTES(seed)));
    mlkem_private_public(*out, pub);
out:
    secret_wipe(seed, sizeof seed);
    return err;
}

struct err mlkem_private_parse(struct mlkem_private **out, struct bytes seed)
{
    struct mlkem_private *key;

    if (seed.n != MLKEM_PRIVATE_SIZE)
        return FAIL(E_MALFORMED);
    key = calloc(1, sizeof *key);
    if (key == NULL)
        return FAIL(E_NOMEM);
    memcpy(key->seed, seed.at, seed.n);
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

/* Of a public key that was checked.  OpenSSL draws the randomness where m is NULL. */
static struct err encapsulate(struct bytes pub, const uint8_t *m, uint8_t *sealed, uint8_t *shared)
{
    struct err err = OK;
    uint8_t made[MLKEM_SEALED_SIZE], coins[32], secret[MLKEM_SHARED_SIZE];
    size_t made_n = sizeof made, secret_n = sizeof secret;
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_KEM_PARAM_IKME, coins, sizeof coins),
        OSSL_PARAM_END,
    };
    EVP_PKEY_CTX *ctx = NULL;
    EVP_PKEY *key = EVP_PKEY_new_raw_public_key_ex(NULL, NAME, NULL, pub.at, pub.n);

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

struct err mlkem_encapsulate_from(struct bytes pub, const uint8_t m[32],
                                  uint8_t sealed[MLKEM_SEALED_SIZE],
                                  uint8_t shared[MLKEM_SHARED_SIZE])
{
    memset(shared, 0, MLKEM_SHARED_SIZE);
    if (!mlkem_public_check(pub))
        return FAIL(E_MALFORMED);
    return encapsulate(pub, m, sealed, shared);
}

struct err mlkem_encapsulate(struct bytes pub, uint8_t sealed[MLKEM_SEALED_SIZE],
                             uint8_t shared[MLKEM_SHARED_SIZE])
{
    return mlkem_encapsulate_from(pub, NULL, sealed, shared);
}

struct err mlkem_decapsulate(const struct mlkem_private *key, struct bytes sealed,
                             uint8_t shared[MLKEM_SHARED_SIZE])
{
    uint8_t secret[MLKEM_SHARED_SIZE];
    size_t n = sizeof secret;
    EVP_PKEY_CTX *ctx;
    bool good;

    memset(shared, 0, MLKEM_SHARED_SIZE);
    if (sealed.n != MLKEM_SEALED_SIZE)
        return FAIL(E_MALFORMED);
    ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->key, NULL);
    good = ctx != NULL && EVP_PKEY_decapsulate_init(ctx, NULL) == 1 &&
           EVP_PKEY_decapsulate(ctx, secret, &n, sealed.at, sealed.n) == 1 && n == sizeof secret;
    if (good)
        memcpy(shared, secret, sizeof secret);
    EVP_PKEY_CTX_free(ctx);
    secret_wipe(secret, sizeof secret);
    return good ? OK : settled(FAIL(E_CRYPTO));
}
