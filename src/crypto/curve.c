/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/curve_internal.h"

#include <openssl/bn.h>
#include <openssl/core_names.h>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/params.h>

#include "crypto/provider_internal.h"
#include "crypto/secret.h"

#define COORDINATE_SIZE   66
#define UNCOMPRESSED_SIZE (1 + 2 * COORDINATE_SIZE)

/* The first byte of a compressed point: this, plus the lowest bit of y. */
static const uint8_t COMPRESSED = 2;

/* a < b, of numbers as long as a scalar, in a time that says nothing of them. */
static bool is_below(const uint8_t a[CURVE_SCALAR_SIZE], const uint8_t b[CURVE_SCALAR_SIZE])
{
    uint32_t borrow = 0;

    for (size_t i = CURVE_SCALAR_SIZE; i > 0; i--)
        borrow = ((uint32_t)a[i - 1] - b[i - 1] - borrow) >> 31;
    return borrow;
}

/* 1 <= scalar < n.  Nothing but the verdict is told of a private key. */
static bool is_scalar(struct bytes in, const EC_GROUP *group)
{
    static const uint8_t ZERO[CURVE_SCALAR_SIZE] = {0};
    uint8_t order[CURVE_SCALAR_SIZE];
    uint32_t below, zero; /* numbers, so that no compiler makes a branch of && out of their & */
    bool good;

    if (in.n != CURVE_SCALAR_SIZE ||
        BN_bn2binpad(EC_GROUP_get0_order(group), order, sizeof order) != sizeof order)
        return false;
    below = is_below(in.at, order);
    zero = secret_same(in, BYTES(ZERO));
    good = (below & (zero ^ 1)) != 0;
    secret_reveal(&good, sizeof good);
    return good;
}

static struct err scalar_parse(BIGNUM **out, struct bytes in, const EC_GROUP *group)
{
    BIGNUM *scalar;

    if (!is_scalar(in, group))
        return FAIL(E_MALFORMED);
    scalar = BN_secure_new();
    if (scalar == NULL || BN_bin2bn(in.at, CURVE_SCALAR_SIZE, scalar) == NULL) {
        BN_clear_free(scalar);
        return FAIL_OPENSSL(E_CRYPTO);
    }
    BN_set_flags(scalar, BN_FLG_CONSTTIME);
    *out = scalar;
    return OK;
}

/* scalar * G, uncompressed: that spares the import a square root. */
static struct err public_compute(const BIGNUM *scalar, const EC_GROUP *group,
                                 uint8_t point[UNCOMPRESSED_SIZE])
{
    BN_CTX *scratch = BN_CTX_secure_new();
    EC_POINT *product = EC_POINT_new(group);
    bool good = scratch != NULL && product != NULL &&
                EC_POINT_mul(group, product, scalar, NULL, NULL, scratch) == 1 &&
                EC_POINT_point2oct(group, product, POINT_CONVERSION_UNCOMPRESSED, point,
                                   UNCOMPRESSED_SIZE, scratch) == UNCOMPRESSED_SIZE;

    secret_reveal(point, UNCOMPRESSED_SIZE);
    EC_POINT_clear_free(product);
    BN_CTX_free(scratch);
    return good ? OK : FAIL_OPENSSL(E_CRYPTO);
}

static struct err pair_import(EVP_PKEY **out, const BIGNUM *scalar,
                              uint8_t point[UNCOMPRESSED_SIZE])
{
    struct err err = OK;
    uint8_t native[CURVE_SCALAR_SIZE] = {0};
    char group[] = "P-521";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_construct_octet_string(OSSL_PKEY_PARAM_PUB_KEY, point, UNCOMPRESSED_SIZE),
        OSSL_PARAM_construct_BN(OSSL_PKEY_PARAM_PRIV_KEY, native, sizeof native),
        OSSL_PARAM_END,
    };
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);

    if (ctx == NULL || BN_bn2nativepad(scalar, native, sizeof native) != sizeof native ||
        EVP_PKEY_fromdata_init(ctx) != 1 ||
        EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEYPAIR, params) != 1)
        TRY_OUT(FAIL_OPENSSL(E_CRYPTO));
    *out = key;
out:
    secret_wipe(native, sizeof native);
    EVP_PKEY_CTX_free(ctx);
    return err;
}

struct err curve_generate(EVP_PKEY **out, uint8_t pub[CURVE_POINT_SIZE])
{
    struct err err = OK;
    const struct provider *p = provider_get();
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = p == NULL ? NULL : EVP_PKEY_CTX_new_from_pkey(NULL, p->p521, NULL);

    if (ctx == NULL || EVP_PKEY_keygen_init(ctx) != 1 || EVP_PKEY_keygen(ctx, &key) != 1)
        TRY_OUT(FAIL_OPENSSL(E_CRYPTO));
    TRY_OUT(curve_public_write(key, pub));
    *out = key;
    key = NULL;
out:
    EVP_PKEY_free(key);
    EVP_PKEY_CTX_free(ctx);
    secret_sweep();
    return err;
}

struct err curve_private_parse(EVP_PKEY **out, struct bytes in)
{
    struct err err = OK;
    const struct provider *p = provider_get();
    BIGNUM *scalar = NULL;
    uint8_t point[UNCOMPRESSED_SIZE];

    if (p == NULL)
        return FAIL(E_CRYPTO);
    TRY_OUT(scalar_parse(&scalar, in, p->p521_group));
    TRY_OUT(public_compute(scalar, p->p521_group, point));
    TRY_OUT(pair_import(out, scalar, point));
out:
    BN_clear_free(scalar);
    secret_sweep();
    return err;
}

struct err curve_private_write(EVP_PKEY *key, uint8_t out[CURVE_SCALAR_SIZE])
{
    struct err err = OK;
    BIGNUM *scalar = NULL;

    if (EVP_PKEY_get_bn_param(key, OSSL_PKEY_PARAM_PRIV_KEY, &scalar) != 1 ||
        BN_bn2binpad(scalar, out, CURVE_SCALAR_SIZE) != CURVE_SCALAR_SIZE) {
        secret_wipe(out, CURVE_SCALAR_SIZE);
        err = FAIL_OPENSSL(E_CRYPTO);
    }
    BN_clear_free(scalar);
    secret_sweep();
    return err;
}

bool curve_public_plausible(struct bytes point)
{
    return point.n == CURVE_POINT_SIZE && (point.at[0] & 0xfe) == COMPRESSED;
}

struct err curve_public_parse(EVP_PKEY **out, struct bytes point)
{
    const struct provider *p = provider_get();
    EVP_PKEY *key;

    if (!curve_public_plausible(point))
        return FAIL(E_MALFORMED);
    ERR_clear_error();
    key = p == NULL ? NULL : EVP_PKEY_dup(p->p521);
    if (key == NULL)
        return FAIL_OPENSSL(E_CRYPTO);
    /* Refuses x >= p and an x without a y; what it finds is on the curve by construction. */
    if (EVP_PKEY_set1_encoded_public_key(key, point.at, point.n) != 1) {
        EVP_PKEY_free(key);
        return FAIL_OPENSSL(provider_wanted_memory() ? E_CRYPTO : E_MALFORMED);
    }
    *out = key;
    return OK;
}

struct err curve_public_write(EVP_PKEY *key, uint8_t point[CURVE_POINT_SIZE])
{
    uint8_t held[UNCOMPRESSED_SIZE];
    size_t n = 0;

    if (EVP_PKEY_get_octet_string_param(key, OSSL_PKEY_PARAM_PUB_KEY, held, sizeof held, &n) != 1)
        return FAIL_OPENSSL(E_CRYPTO);
    /* Versions of OpenSSL differ in which of the two forms they give here. */
    if (n == UNCOMPRESSED_SIZE)
        held[0] = (uint8_t)(COMPRESSED | (held[UNCOMPRESSED_SIZE - 1] & 1));
    else if (n != CURVE_POINT_SIZE)
        return FAIL(E_CRYPTO);
    memcpy(point, held, CURVE_POINT_SIZE);
    return OK;
}
