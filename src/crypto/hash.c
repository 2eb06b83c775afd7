/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/hash.h"

#include <openssl/evp.h>
#include <stdlib.h>

#include "crypto/provider_internal.h"
#include "crypto/secret.h"

/* Into a buffer of our own first, so that `out` is written whole or not at all. */
static struct err digest(const EVP_MD *md, const struct bytes *parts, size_t n, uint8_t *out,
                         size_t size)
{
    uint8_t made[HASH_SHA512_SIZE];
    unsigned made_n = 0;
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();
    bool good = ctx != NULL && EVP_DigestInit_ex2(ctx, md, NULL) == 1;

    for (size_t i = 0; good && i < n; i++)
        good = EVP_DigestUpdate(ctx, parts[i].at, parts[i].n) == 1;
    good = good && EVP_DigestFinal_ex(ctx, made, &made_n) == 1 && made_n == size;
    if (good)
        memcpy(out, made, size);
    EVP_MD_CTX_free(ctx);
    secret_wipe(made, sizeof made);
    return good ? OK : FAIL_OPENSSL(E_CRYPTO);
}

struct err hash_sha256(const struct bytes *parts, size_t n, uint8_t out[HASH_SHA256_SIZE])
{
    const struct provider *p = provider_get();

    return p == NULL ? FAIL(E_CRYPTO) : digest(p->sha256, parts, n, out, HASH_SHA256_SIZE);
}

struct err hash_sha384(const struct bytes *parts, size_t n, uint8_t out[HASH_SHA384_SIZE])
{
    const struct provider *p = provider_get();

    return p == NULL ? FAIL(E_CRYPTO) : digest(p->sha384, parts, n, out, HASH_SHA384_SIZE);
}

struct err hash_sha512(const struct bytes *parts, size_t n, uint8_t out[HASH_SHA512_SIZE])
{
    const struct provider *p = provider_get();

    return p == NULL ? FAIL(E_CRYPTO) : digest(p->sha512, parts, n, out, HASH_SHA512_SIZE);
}

struct err hash_sha512_256(const struct bytes *parts, size_t n, uint8_t out[HASH_SHA256_SIZE])
{
    const struct provider *p = provider_get();

    return p == NULL ? FAIL(E_CRYPTO) : digest(p->sha512_256, parts, n, out, HASH_SHA256_SIZE);
}

struct err hash_hmac_sha512(struct bytes key, const struct bytes *parts, size_t n,
                            uint8_t out[HASH_SHA512_SIZE])
{
    static const uint8_t EMPTY[1] = {0};
    uint8_t made[HASH_SHA512_SIZE];
    size_t made_n = 0;
    const struct provider *p = provider_get();
    EVP_MAC_CTX *ctx = p == NULL ? NULL : EVP_MAC_CTX_dup(p->hmac_sha512);
    /* To OpenSSL a key at NULL is a key that was set before. */
    const uint8_t *key_at = key.n == 0 ? EMPTY : key.at;
    bool good = ctx != NULL && EVP_MAC_init(ctx, key_at, key.n, NULL) == 1;

    for (size_t i = 0; good && i < n; i++)
        good = EVP_MAC_update(ctx, parts[i].at, parts[i].n) == 1;
    good = good && EVP_MAC_final(ctx, made, &made_n, sizeof made) == 1 && made_n == sizeof made;
    if (good)
        memcpy(out, made, sizeof made);
    EVP_MAC_CTX_free(ctx);
    secret_wipe(made, sizeof made);
    return good ? OK : FAIL_OPENSSL(E_CRYPTO);
}

struct hash_run {
    EVP_MD_CTX *ctx;
    bool good; /* nothing failed, and it did not end */
};

struct err hash_run_new(struct hash_run **out)
{
    const struct provider *p = provider_get();
    struct hash_run *run = calloc(1, sizeof *run);

    if (run == NULL)
        return FAIL(E_NOMEM);
    run->ctx = EVP_MD_CTX_new();
    run->good = p != NULL && run->ctx != NULL && EVP_DigestInit_ex2(run->ctx, p->sha384, NULL) == 1;
    if (!run->good) {
        hash_run_free(run);
        return FAIL_OPENSSL(E_CRYPTO);
    }
    *out = run;
    return OK;
}

void hash_run_add(struct hash_run *run, struct bytes part)
{
    run->good = run->good && EVP_DigestUpdate(run->ctx, part.at, part.n) == 1;
}

struct err hash_run_end(struct hash_run *run, uint8_t out[HASH_SHA384_SIZE])
{
    bool good = run->good && EVP_DigestFinal_ex(run->ctx, out, NULL) == 1;

    run->good = false;
    return good ? OK : FAIL_OPENSSL(E_CRYPTO);
}

void hash_run_free(struct hash_run *run)
{
    if (run == NULL)
        return;
    EVP_MD_CTX_free(run->ctx); /* which wipes it */
    free(run);
}
