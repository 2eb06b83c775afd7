/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vault_seal: how a vault's records are sealed.  [ARCHITECTURE 4]
 *
 *   sealed = nonce 12, random | AES-256-GCM(seal key, nonce, aad = name, value)
 */
#ifndef TACET_CLIENT_VAULT_SEAL_H
#define TACET_CLIENT_VAULT_SEAL_H

#include "base/buf.h"
#include "client/vault_name.h"
#include "crypto/aead.h"
#include "crypto/random.h"

#define VAULT_SEAL_OVERHEAD (AEAD_NONCE_SIZE + AEAD_TAG_SIZE)

/* `k` NULL: the vault was destroyed, and nothing opens any more. */

/* Append the sealed value.  E_IO: without a key; E_LIMIT, E_NOMEM, E_CRYPTO. */
FALLIBLE vault_seal(struct aead_key *k, struct random *random, const struct vault_name *name,
                    struct bytes value, struct buf *out);

/* `out` receives sealed.n - VAULT_SEAL_OVERHEAD bytes.  E_FORGED: altered, shorter than that, or
 * another record's; E_LIMIT, E_CRYPTO. */
FALLIBLE vault_seal_open(struct aead_key *k, const struct vault_name *name, struct bytes sealed,
                         uint8_t *out);

#endif
