/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/agree.h"

#include <stdlib.h>

#include <openssl/evp.h>

#include "crypto/curve_internal.h"
#include "crypto/provider_internal.h"
#include "crypto/secret.h"

_Static_assert(AGREE_PUBLIC_SIZE == CURVE_POINT_SIZE, "a public key is a point");
_Static_assert(AGREE_PRIVATE_SIZE == CURVE_SCALAR_SIZE, "a private key is a scalar");

struct agree_private {
    EVP_PKEY *pair;
};

struct agree_public {
    EVP_PKEY *point;
};

struct err agree_generate(struct agree_private **out, uint8_t pub[AGREE_PUBLIC_SIZE])
{
    struct err err = OK;
    struct agree_private *key = calloc(1, sizeof *key);

    if (key == NULL)
        return FAIL(E_NOMEM);
    TRY_OUT(curve_generate(&key->pair));
    TRY_OUT(curve_public_write(key->pair, pub));
    *out = key;
    key = NULL;
out:
    agree_private_free(key);
    return err;
}

struct err agree_private_parse(struct agree_private **out, struct bytes scalar)
{
    struct err err = OK;
    struct agree_private *key = calloc(1, sizeof *key);

    if (key == NULL)
        return FAIL(E_NOMEM);
    TRY_OUT(curve_private_parse(&key->pair, scalar));
    *out = key;
    key = NULL;
out:
    agree_private_free(key);
    return err;
}

struct err agree_private_write(const struct agree_private *key, uint8_t scalar[AGREE_PRIVATE_SIZE])
{
    return curve_private_write(key->pair, scalar);
}

struct err agree_private_public(const struct agree_private *key, uint8_t pub[AGREE_PUBLIC_SIZE])
{
    return curve_public_write(key->pair, pub);
}

struct err agree_public_parse(struct agree_public **out, struct bytes point)
{
    struct err err = OK;
    struct agree_public *key = calloc(1, sizeof *key);

    if (key == NULL)
        return FAIL(E_NOMEM);
    TRY_OUT(curve_public_parse(&key->point, point));
    *out = key;
    key = NULL;
out:
    agree_public_free(key);
    return err;
}

bool agree_public_plausible(struct bytes point)
{
    return curve_public_plausible(point);
}

struct err agree_derive(const struct agree_private *key, const struct agree_public *peer,
                        uint8_t shared[AGREE_SHARED_SIZE])
{
    struct err err = OK;
    size_t n = AGREE_SHARED_SIZE;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, key->pair, NULL);

    /* 0: the point was checked when it was parsed; checking again would double the time. */
    if (ctx == NULL || EVP_PKEY_derive_init(ctx) != 1 ||
        EVP_PKEY_derive_set_peer_ex(ctx, peer->point, 0) != 1 ||
        EVP_PKEY_derive(ctx, shared, &n) != 1 || n != AGREE_SHARED_SIZE) {
        secret_wipe(shared, AGREE_SHARED_SIZE);
        err = FAIL_OPENSSL(E_CRYPTO);
    }
    EVP_PKEY_CTX_free(ctx);
    return err;
}

void agree_private_free(struct agree_private *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->pair); /* wipes the scalar */
    free(key);
}

void agree_public_free(struct agree_public *key)
{
    if (key == NULL)
        return;
    EVP_PKEY_free(key->point);
    free(key);
}
