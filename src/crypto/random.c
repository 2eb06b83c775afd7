/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/random.h"

#include <openssl/rand.h>

#include "crypto/provider_internal.h"
#include "crypto/secret.h"

static struct err fill_from_system(void *ctx, uint8_t *out, size_t n)
{
    (void)ctx;
    if (provider_get() == NULL || RAND_priv_bytes_ex(NULL, out, n, 0) != 1)
        return FAIL_OPENSSL(E_CRYPTO);
    return OK;
}

struct err random_fill(struct random *r, uint8_t *out, size_t n)
{
    struct err err = OK;

    if (n == 0)
        return OK;
    err = r->fill(r->ctx, out, n);
    if (err.code != E_OK)
        secret_wipe(out, n);
    return err;
}

struct random random_system(void)
{
    return (struct random){fill_from_system, NULL};
}
