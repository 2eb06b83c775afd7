/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/secret.h"

#include <openssl/crypto.h>

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
