/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/password.h"

#include <openssl/core_names.h>
#include <openssl/err.h>
#include <openssl/kdf.h>
#include <openssl/params.h>

#include "crypto/provider_internal.h"
#include "crypto/secret.h"

static const uint32_t BLOCK_FACTOR = 8; /* r */
static const uint32_t PARALLEL = 1;     /* p */

/* The arrays are not const because OSSL_PARAM is not; scrypt only reads them. */
static struct err derive(struct bytes password, const uint8_t *salt, uint64_t n, uint8_t *key)
{
    static const uint8_t EMPTY[1] = {0};
    struct err err = OK;
    uint32_t r = BLOCK_FACTOR, p = PARALLEL;
    /* OpenSSL refuses above 32 MiB unless told: 128 N r for the table, 128 p r and a little more
     * for what stands beside it. */
    uint64_t memory_max = 128 * (n + PARALLEL + 8) * BLOCK_FACTOR;
    void *password_at = (void *)(uintptr_t)(password.n == 0 ? EMPTY : password.at);
    OSSL_PARAM params[] = {
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_PASSWORD, password_at, password.n),
        OSSL_PARAM_construct_octet_string(OSSL_KDF_PARAM_SALT, (void *)(uintptr_t)salt,
                                          PASSWORD_SALT_SIZE),
        OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_N, &n),
        OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_R, &r),
        OSSL_PARAM_construct_uint32(OSSL_KDF_PARAM_SCRYPT_P, &p),
        OSSL_PARAM_construct_uint64(OSSL_KDF_PARAM_SCRYPT_MAXMEM, &memory_max),
        OSSL_PARAM_END,
    };
    EVP_KDF *scrypt = NULL;
    EVP_KDF_CTX *ctx = NULL;

    ERR_clear_error();
    scrypt = provider_get() == NULL ? NULL : EVP_KDF_fetch(NULL, "SCRYPT", NULL);
    ctx = scrypt == NULL ? NULL : EVP_KDF_CTX_new(scrypt);
    if (ctx == NULL || EVP_KDF_derive(ctx, key, PASSWORD_KEY_SIZE, params) != 1)
        err = FAIL_OPENSSL(provider_wanted_memory() ? E_NOMEM : E_CRYPTO);
    EVP_KDF_CTX_free(ctx);
    EVP_KDF_free(scrypt);
    return err;
}

struct err password_key(struct bytes password, const uint8_t salt[PASSWORD_SALT_SIZE], uint8_t cost,
                        uint8_t key[PASSWORD_KEY_SIZE])
{
    struct err err = OK;

    if (cost < PASSWORD_COST_LEAST || cost > PASSWORD_COST_MOST)
        err = FAIL(E_LIMIT);
    else
        err = derive(password, salt, UINT64_C(1) << cost, key);
    if (err.code != E_OK)
        secret_wipe(key, PASSWORD_KEY_SIZE);
    return err;
}
