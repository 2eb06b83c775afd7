/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/secret.h"

#include <malloc.h>
#include <openssl/crypto.h>
#include <stdlib.h>

void secret_wipe(void *at, size_t n)
{
    if (n > 0)
        OPENSSL_cleanse(at, n);
}

__attribute__((noinline)) void secret_sweep(void)
{
    uint8_t below[16 * 1024]; /* signing goes down 6 KiB */

    OPENSSL_cleanse(below, sizeof below);
}

bool secret_same(struct bytes a, struct bytes b)
{
    return a.n == b.n && (a.n == 0 || CRYPTO_memcmp(a.at, b.at, a.n) == 0);
}

/* As OpenSSL's own do; the file and the line are for those who look for leaks. */
static void *take(size_t n, const char *file, int line)
{
    (void)file;
    (void)line;
    return n == 0 ? NULL : malloc(n);
}

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
    void *other = take(n, file, line);

    if (other == NULL && n > 0)
        return NULL;
    if (had > 0 && n > 0)
        memcpy(other, at, had < n ? had : n);
    give(at, file, line);
    return other;
}

bool secret_guard(void)
{
    return CRYPTO_set_mem_functions(take, take_other, give) == 1;
}
