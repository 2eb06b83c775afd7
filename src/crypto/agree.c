/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/agree.h"

#include <openssl/evp.h>

#include "crypto/curve_internal.h"
#include "crypto/provider_internal.h"
#include "crypto/secret.h"

_Static_assert(AGREE_PUBLIC_SIZE == CURVE_POINT_SIZE, "a public key is a point");
_Static_assert(AGREE_PRIVATE_SIZE == CURVE_SCALAR_SIZE, "a private key is a scalar");

/* Ours are names for OpenSSL's keys, so that an agreement's is never taken for a signature's. */
static EVP_PKEY *pair_of(const struct agree_private *key)
{
    return (EVP_PKEY *)key;
}

static EVP_PKEY *point_of(const struct agree_public *key)
{
    return (EVP_PKEY *)key;
}

struct err agree_generate(struct agree_private **out, uint8_t pub[AGREE_PUBLIC_SIZE])
{
    EVP_PKEY *pair;

    TRY(curve_generate(&pair, pub));
    *out = (struct agree_private *)pair;
    return OK;
}

struct err agree_private_parse(struct agree_private **out, struct bytes scalar)
{
    EVP_PKEY *pair;

    TRY(curve_private_parse(&pair, scalar));
    *out = (struct agree_private *)pair;
    return OK;
}

struct err agree_private_write(const struct agree_private *key, uint8_t scalar[AGREE_PRIVATE_SIZE])
{
    return curve_private_write(pair_of(key), scalar);
}

struct err agree_private_public(const struct agree_private *key, uint8_t pub[AGREE_PUBLIC_SIZE])
{
    return curve_public_write(pair_of(key), pub);
}

struct err agree_public_parse(struct agree_public **out, struct bytes point)
{
    EVP_PKEY *key;

    TRY(curve_public_parse(&key, point));
    *out = (struct agree_public *)key;
    return OK;
}

struct err agree_public_share(struct agree_public *key, struct agree_public **out)
{
    if (EVP_PKEY_up_ref(point_of(key)) != 1)
        return FAIL_OPENSSL(E_CRYPTO);
    *out = key;
    return OK;
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
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_pkey(NULL, pair_of(key), NULL);

    /* 0: the point was checked when it was parsed; checking again would double the time. */
    if (ctx == NULL || EVP_PKEY_derive_init(ctx) != 1 ||
        EVP_PKEY_derive_set_peer_ex(ctx, point_of(peer), 0) != 1 ||
        EVP_PKEY_derive(ctx, shared, &n) != 1 || n != AGREE_SHARED_SIZE) {
        secret_wipe(shared, AGREE_SHARED_SIZE);
        err = FAIL_OPENSSL(E_CRYPTO);
    }
    EVP_PKEY_CTX_free(ctx);
    secret_sweep();
    return err;
}

void agree_private_free(struct agree_private *key)
{
    EVP_PKEY_free(pair_of(key)); /* wipes the scalar */
}

void agree_public_free(struct agree_public *key)
{
    EVP_PKEY_free(point_of(key));
}
