/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sign: our signatures are r | s, OpenSSL's are DER; the two are translated here and nowhere else.
 * The message is hashed first, so that the signature itself is made of 64 bytes in one call.
 */
#include "crypto/sign.h"

#include <openssl/bn.h>
#include <openssl/ecdsa.h>
#include <openssl/err.h>
#include <openssl/evp.h>

#include "crypto/curve_internal.h"
#include "crypto/hash.h"
#include "crypto/provider_internal.h"
#include "crypto/secret.h"

_Static_assert(SIGN_PUBLIC_SIZE == CURVE_POINT_SIZE, "a public key is a point");
_Static_assert(SIGN_PRIVATE_SIZE == CURVE_SCALAR_SIZE, "a private key is a scalar");
_Static_assert(SIGN_SIZE == 2 * CURVE_SCALAR_SIZE, "a signature is two scalars");

/* A sequence of two integers, each of 66 bytes and a sign byte: 3 + 2 * (2 + 67), rounded up. */
#define DER_MAX 144

/* Ours are names for OpenSSL's keys, so that an agreement's is never taken for a signature's. */
static EVP_PKEY *pair_of(const struct sign_private *key)
{
    return (EVP_PKEY *)key;
}

static EVP_PKEY *point_of(const struct sign_public *key)
{
    return (EVP_PKEY *)key;
}

static struct err raw_from_der(const uint8_t *der, size_t n, uint8_t out[SIGN_SIZE])
{
    uint8_t raw[SIGN_SIZE];
    ECDSA_SIG *pair = d2i_ECDSA_SIG(NULL, &der, (long)n);
    bool good = pair != NULL &&
                BN_bn2binpad(ECDSA_SIG_get0_r(pair), raw, CURVE_SCALAR_SIZE) == CURVE_SCALAR_SIZE &&
                BN_bn2binpad(ECDSA_SIG_get0_s(pair), raw + CURVE_SCALAR_SIZE, CURVE_SCALAR_SIZE) ==
                    CURVE_SCALAR_SIZE;

    if (good)
        memcpy(out, raw, sizeof raw);
    ECDSA_SIG_free(pair);
    return good ? OK : FAIL_OPENSSL(E_CRYPTO);
}

static struct err der_from_raw(const uint8_t raw[SIGN_SIZE], uint8_t der[DER_MAX], size_t *n)
{
    struct err err = OK;
    BIGNUM *r = BN_bin2bn(raw, CURVE_SCALAR_SIZE, NULL);
    BIGNUM *s = BN_bin2bn(raw + CURVE_SCALAR_SIZE, CURVE_SCALAR_SIZE, NULL);
    ECDSA_SIG *pair = ECDSA_SIG_new();
    int length;

    if (r == NULL || s == NULL || pair == NULL || ECDSA_SIG_set0(pair, r, s) != 1)
        TRY_OUT(FAIL_OPENSSL(E_CRYPTO));
    r = s = NULL; /* they are the pair's now */
    length = i2d_ECDSA_SIG(pair, NULL);
    if (length <= 0 || length > DER_MAX || i2d_ECDSA_SIG(pair, &der) != length)
        TRY_OUT(FAIL_OPENSSL(E_CRYPTO));
    *n = (size_t)length;
out:
    ECDSA_SIG_free(pair);
    BN_free(s);
    BN_free(r);
    return err;
}

struct err sign_generate(struct sign_private **out, uint8_t pub[SIGN_PUBLIC_SIZE])
{
    EVP_PKEY *pair;

    TRY(curve_generate(&pair, pub));
    *out = (struct sign_private *)pair;
    return OK;
}

struct err sign_private_parse(struct sign_private **out, struct bytes scalar)
{
    EVP_PKEY *pair;

    TRY(curve_private_parse(&pair, scalar));
    *out = (struct sign_private *)pair;
    return OK;
}

struct err sign_private_write(const struct sign_private *key, uint8_t scalar[SIGN_PRIVATE_SIZE])
{
    return curve_private_write(pair_of(key), scalar);
}

struct err sign_private_public(const struct sign_private *key, uint8_t pub[SIGN_PUBLIC_SIZE])
{
    return curve_public_write(pair_of(key), pub);
}

struct err sign_public_parse(struct sign_public **out, struct bytes point)
{
    EVP_PKEY *key;

    TRY(curve_public_parse(&key, point));
    *out = (struct sign_public *)key;
    return OK;
}

struct err sign_public_share(struct sign_public *key, struct sign_public **out)
{
    if (EVP_PKEY_up_ref(point_of(key)) != 1)
        return FAIL_OPENSSL(E_CRYPTO);
    *out = key;
    return OK;
}

struct err sign_make(const struct sign_private *key, const struct bytes *parts, size_t n,
                     uint8_t out[SIGN_SIZE])
{
    struct err err = OK;
    EVP_PKEY_CTX *ctx = NULL;
    uint8_t digest[HASH_SHA512_SIZE], der[DER_MAX];
    size_t der_n = sizeof der;

    TRY(hash_sha512(parts, n, digest));
    ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pair_of(key), NULL);
    if (ctx == NULL || EVP_PKEY_sign_init(ctx) != 1 ||
        EVP_PKEY_sign(ctx, der, &der_n, digest, sizeof digest) != 1)
        TRY_OUT(FAIL_OPENSSL(E_CRYPTO));
    secret_reveal(&der_n, sizeof der_n);
    /* OpenSSL 3.0 takes no notice when the encoding fails for lack of memory: its length is then -1
     * and not one byte of `der` is written. */
    if (der_n > sizeof der)
        TRY_OUT(FAIL_OPENSSL(E_CRYPTO));
    secret_reveal(der, sizeof der);
    TRY_OUT(raw_from_der(der, der_n, out));
out:
    EVP_PKEY_CTX_free(ctx);
    secret_wipe(digest, sizeof digest);
    secret_sweep();
    return err;
}

struct err sign_verify(const struct sign_public *key, const struct bytes *parts, size_t n,
                       const uint8_t signature[SIGN_SIZE])
{
    struct err err = OK;
    EVP_PKEY_CTX *ctx = NULL;
    uint8_t digest[HASH_SHA512_SIZE], der[DER_MAX];
    size_t der_n = 0;

    TRY(der_from_raw(signature, der, &der_n));
    TRY(hash_sha512(parts, n, digest));
    ERR_clear_error();
    ctx = EVP_PKEY_CTX_new_from_pkey(NULL, point_of(key), NULL);
    if (ctx == NULL || EVP_PKEY_verify_init(ctx) != 1)
        TRY_OUT(FAIL_OPENSSL(E_CRYPTO));
    /* Besides 0, an untrue signature may give -1: when a sum of points happens to be infinity. */
    if (EVP_PKEY_verify(ctx, der, der_n, digest, sizeof digest) != 1)
        TRY_OUT(FAIL_OPENSSL(provider_wanted_memory() ? E_CRYPTO : E_FORGED));
out:
    EVP_PKEY_CTX_free(ctx);
    secret_wipe(digest, sizeof digest);
    return err;
}

void sign_private_free(struct sign_private *key)
{
    EVP_PKEY_free(pair_of(key)); /* wipes the scalar */
}

void sign_public_free(struct sign_public *key)
{
    EVP_PKEY_free(point_of(key));
}
