/* SPDX-License-Identifier: Apache-2.0 */
#include "client/vault_seal.h"

struct err vault_seal(struct aead_key *k, struct random *random, const struct vault_name *name,
                      struct bytes value, struct buf *out)
{
    uint8_t *at;

    if (k == NULL)
        return FAIL(E_IO);
    at = buf_extend(out, value.n + VAULT_SEAL_OVERHEAD);
    if (at == NULL)
        return FAIL(out->failed);
    TRY(random_fill(random, at, AEAD_NONCE_SIZE));
    return aead_seal_with(k, at, BYTES(name->aad), value, at + AEAD_NONCE_SIZE);
}

struct err vault_seal_open(struct aead_key *k, const struct vault_name *name, struct bytes sealed,
                           uint8_t *out)
{
    if (k == NULL || sealed.n < VAULT_SEAL_OVERHEAD)
        return FAIL(E_FORGED);
    return aead_open_with(k, sealed.at, BYTES(name->aad),
                          bytes(sealed.at + AEAD_NONCE_SIZE, sealed.n - AEAD_NONCE_SIZE), out);
}
