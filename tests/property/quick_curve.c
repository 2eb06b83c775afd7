/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quick_curve: agree and sign over Curve25519, in the clothes of P-521.
 *
 * A schedule spends nine tenths of its time in point multiplications, and it is the protocol around
 * them that is in question here.  So long runs put X25519 and Ed25519 in their place, which take a
 * tenth of the time and keep the same promises; lengths and first bytes are those of P-521, so that
 * no other line of the product is different.  Shorter runs use the real thing.
 */
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "crypto/agree.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "crypto/sign.h"

#define RAW      32
#define RAW_SIGN 64

static const uint8_t FIRST = 2;

/* Keys are 02 | raw | zeros, scalars zeros | raw, signatures raw | zeros. */

static struct err write_public(EVP_PKEY *key, uint8_t *out, size_t n)
{
    size_t raw = RAW;

    memset(out, 0, n);
    out[0] = FIRST;
    return EVP_PKEY_get_raw_public_key(key, out + 1, &raw) == 1 ? OK : FAIL(E_CRYPTO);
}

static struct err generate(int kind, EVP_PKEY **out, uint8_t *pub, size_t n)
{
    struct err err = OK;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_id(kind, NULL);
    EVP_PKEY *key = NULL;

    if (ctx == NULL || EVP_PKEY_keygen_init(ctx) != 1 || EVP_PKEY_keygen(ctx, &key) != 1)
        TRY_OUT(FAIL(E_CRYPTO));
    TRY_OUT(write_public(key, pub, n));
    *out = key;
    key = NULL;
out:
    EVP_PKEY_free(key);
    EVP_PKEY_CTX_free(ctx);
    return err;
}

static struct err parse_public(int kind, struct bytes in, size_t n, EVP_PKEY **out)
{
    if (in.n != n || in.at[0] != FIRST || !bytes_all_zero(bytes(in.at + 1 + RAW, n - 1 - RAW)))
        return FAIL(E_MALFORMED);
    *out = EVP_PKEY_new_raw_public_key(kind, NULL, in.at + 1, RAW);
    return *out != NULL ? OK : FAIL(E_MALFORMED);
}

static struct err parse_private(int kind, struct bytes in, size_t n, EVP_PKEY **out)
{
    if (in.n != n || !bytes_all_zero(bytes(in.at, n - RAW)) || bytes_all_zero(in))
        return FAIL(E_MALFORMED);
    *out = EVP_PKEY_new_raw_private_key(kind, NULL, in.at + (n - RAW), RAW);
    return *out != NULL ? OK : FAIL(E_CRYPTO);
}

static struct err write_private(const void *key, uint8_t *out, size_t n)
{
    size_t raw = RAW;

    memset(out, 0, n);
    return EVP_PKEY_get_raw_private_key(key, out + (n - RAW), &raw) == 1 ? OK : FAIL(E_CRYPTO);
}

static bool is_plausible(struct bytes point)
{
    return point.n == AGREE_PUBLIC_SIZE && (point.at[0] == 2 || point.at[0] == 3);
}

/* ---- agree */

struct err agree_generate(struct agree_private **out, uint8_t pub[AGREE_PUBLIC_SIZE])
{
    return generate(EVP_PKEY_X25519, (EVP_PKEY **)out, pub, AGREE_PUBLIC_SIZE);
}

struct err agree_private_parse(struct agree_private **out, struct bytes scalar)
{
    return parse_private(EVP_PKEY_X25519, scalar, AGREE_PRIVATE_SIZE, (EVP_PKEY **)out);
}

struct err agree_private_write(const struct agree_private *key, uint8_t scalar[AGREE_PRIVATE_SIZE])
{
    return write_private(key, scalar, AGREE_PRIVATE_SIZE);
}

struct err agree_private_public(const struct agree_private *key, uint8_t pub[AGREE_PUBLIC_SIZE])
{
    return write_public((EVP_PKEY *)key, pub, AGREE_PUBLIC_SIZE);
}

struct err agree_public_parse(struct agree_public **out, struct bytes point)
{
    return parse_public(EVP_PKEY_X25519, point, AGREE_PUBLIC_SIZE, (EVP_PKEY **)out);
}

struct err agree_public_share(struct agree_public *key, struct agree_public **out)
{
    *out = key;
    return EVP_PKEY_up_ref((EVP_PKEY *)key) == 1 ? OK : FAIL(E_CRYPTO);
}

bool agree_public_plausible(struct bytes point)
{
    return is_plausible(point);
}

struct err agree_derive(const struct agree_private *key, const struct agree_public *peer,
                        uint8_t shared[AGREE_SHARED_SIZE])
{
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new((EVP_PKEY *)key, NULL);
    size_t raw = RAW;
    bool good;

    memset(shared, 0, AGREE_SHARED_SIZE);
    good = ctx != NULL && EVP_PKEY_derive_init(ctx) == 1 &&
           EVP_PKEY_derive_set_peer(ctx, (EVP_PKEY *)peer) == 1 &&
           EVP_PKEY_derive(ctx, shared, &raw) == 1;
    EVP_PKEY_CTX_free(ctx);
    return good ? OK : FAIL(E_CRYPTO);
}

void agree_private_free(struct agree_private *key)
{
    EVP_PKEY_free((EVP_PKEY *)key);
}

void agree_public_free(struct agree_public *key)
{
    EVP_PKEY_free((EVP_PKEY *)key);
}

/* ---- sign */

struct err sign_generate(struct sign_private **out, uint8_t pub[SIGN_PUBLIC_SIZE])
{
    return generate(EVP_PKEY_ED25519, (EVP_PKEY **)out, pub, SIGN_PUBLIC_SIZE);
}

struct err sign_private_parse(struct sign_private **out, struct bytes scalar)
{
    return parse_private(EVP_PKEY_ED25519, scalar, SIGN_PRIVATE_SIZE, (EVP_PKEY **)out);
}

struct err sign_private_write(const struct sign_private *key, uint8_t scalar[SIGN_PRIVATE_SIZE])
{
    return write_private(key, scalar, SIGN_PRIVATE_SIZE);
}

struct err sign_private_public(const struct sign_private *key, uint8_t pub[SIGN_PUBLIC_SIZE])
{
    return write_public((EVP_PKEY *)key, pub, SIGN_PUBLIC_SIZE);
}

struct err sign_public_parse(struct sign_public **out, struct bytes point)
{
    return parse_public(EVP_PKEY_ED25519, point, SIGN_PUBLIC_SIZE, (EVP_PKEY **)out);
}

struct err sign_public_share(struct sign_public *key, struct sign_public **out)
{
    *out = key;
    return EVP_PKEY_up_ref((EVP_PKEY *)key) == 1 ? OK : FAIL(E_CRYPTO);
}

struct err sign_make(const struct sign_private *key, const struct bytes *parts, size_t n,
                     uint8_t out[SIGN_SIZE])
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    uint8_t digest[HASH_SHA512_SIZE];
    size_t raw = RAW_SIGN;
    struct err err = OK;

    memset(out, 0, SIGN_SIZE);
    TRY_OUT(hash_sha512(parts, n, digest));
    if (ctx == NULL || EVP_DigestSignInit(ctx, NULL, NULL, NULL, (EVP_PKEY *)key) != 1 ||
        EVP_DigestSign(ctx, out, &raw, digest, sizeof digest) != 1)
        TRY_OUT(FAIL(E_CRYPTO));
out:
    EVP_MD_CTX_free(ctx);
    return err;
}

struct err sign_verify(const struct sign_public *key, const struct bytes *parts, size_t n,
                       const uint8_t signature[SIGN_SIZE])
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    uint8_t digest[HASH_SHA512_SIZE];
    struct err err = OK;

    TRY_OUT(hash_sha512(parts, n, digest));
    if (ctx == NULL || EVP_DigestVerifyInit(ctx, NULL, NULL, NULL, (EVP_PKEY *)key) != 1)
        TRY_OUT(FAIL(E_CRYPTO));
    if (!bytes_all_zero(bytes(signature + RAW_SIGN, SIGN_SIZE - RAW_SIGN)) ||
        EVP_DigestVerify(ctx, signature, RAW_SIGN, digest, sizeof digest) != 1)
        TRY_OUT(FAIL(E_FORGED));
out:
    EVP_MD_CTX_free(ctx);
    return err;
}

void sign_private_free(struct sign_private *key)
{
    EVP_PKEY_free((EVP_PKEY *)key);
}

void sign_public_free(struct sign_public *key)
{
    EVP_PKEY_free((EVP_PKEY *)key);
}
