/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/provider_internal.h"

#include <malloc.h>
#include <openssl/core_names.h>
#include <openssl/crypto.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/obj_mac.h>
#include <openssl/params.h>
#include <stdlib.h>
#include <string.h>

static struct provider found;
static bool complete;
static CRYPTO_ONCE once = CRYPTO_ONCE_STATIC_INIT;

/* As OpenSSL's own do, and wipe; the file and the line are for those who look for leaks. */
static void give(void *at, const char *file, int line)
{
    (void)file;
    (void)line;
    if (at != NULL)
        explicit_bzero(at, malloc_usable_size(at));
    free(at);
}

static void *take_other(void *at, size_t n, const char *file, int line)
{
    size_t had = at == NULL ? 0 : malloc_usable_size(at);
    void *other = CRYPTO_malloc(n, file, line); /* of 0 bytes: NULL */

    if (other == NULL && n > 0)
        return NULL;
    if (had > 0 && n > 0)
        memcpy(other, at, had < n ? had : n);
    give(at, file, line);
    return other;
}

static EVP_MAC_CTX *hmac_sha512(void)
{
    char digest[] = "SHA512";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_MAC_PARAM_DIGEST, digest, 0),
        OSSL_PARAM_END,
    };
    EVP_MAC *mac = EVP_MAC_fetch(NULL, "HMAC", NULL);
    EVP_MAC_CTX *ctx = mac == NULL ? NULL : EVP_MAC_CTX_new(mac);

    if (ctx != NULL && EVP_MAC_CTX_set_params(ctx, params) != 1) {
        EVP_MAC_CTX_free(ctx);
        ctx = NULL;
    }
    EVP_MAC_free(mac);
    return ctx;
}

static EVP_PKEY *p521(void)
{
    char group[] = "P-521";
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_utf8_string(OSSL_PKEY_PARAM_GROUP_NAME, group, 0),
        OSSL_PARAM_END,
    };
    EVP_PKEY *key = NULL;
    EVP_PKEY_CTX *ctx = EVP_PKEY_CTX_new_from_name(NULL, "EC", NULL);

    if (ctx != NULL && EVP_PKEY_fromdata_init(ctx) == 1)
        (void)EVP_PKEY_fromdata(ctx, &key, EVP_PKEY_KEY_PARAMETERS, params);
    EVP_PKEY_CTX_free(ctx);
    return key;
}

/* OpenSSL's P-521 leaves private keys in memory that it frees: from here on it wipes what it frees.
 * In a program that has used OpenSSL for itself it is too late for that, and nothing changes. */
static void look_up(void)
{
    (void)CRYPTO_set_mem_functions(NULL, take_other, give);
    found.sha256 = EVP_MD_fetch(NULL, "SHA256", NULL);
    found.sha384 = EVP_MD_fetch(NULL, "SHA384", NULL);
    found.sha512 = EVP_MD_fetch(NULL, "SHA512", NULL);
    found.sha512_256 = EVP_MD_fetch(NULL, "SHA512-256", NULL);
    found.hmac_sha512 = hmac_sha512();
    found.aes256_gcm = EVP_CIPHER_fetch(NULL, "AES-256-GCM", NULL);
    found.p521 = p521();
    found.p521_group = EC_GROUP_new_by_curve_name(NID_secp521r1);
    complete = found.sha256 != NULL && found.sha384 != NULL && found.sha512 != NULL &&
               found.sha512_256 != NULL && found.hmac_sha512 != NULL && found.aes256_gcm != NULL &&
               found.p521 != NULL && found.p521_group != NULL;
}

const struct provider *provider_get(void)
{
    return CRYPTO_THREAD_run_once(&once, look_up) == 1 && complete ? &found : NULL;
}

/* The oldest entry is the cause; those after it are how the callers put it. */
bool provider_wanted_memory(void)
{
    return ERR_GET_REASON(ERR_peek_error()) == ERR_R_MALLOC_FAILURE;
}

struct err provider_settle(struct err err)
{
    ERR_clear_error();
    return err;
}
