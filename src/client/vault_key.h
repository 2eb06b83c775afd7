/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vault_key: a vault's own key, sealed under a passphrase.  [ARCHITECTURE 4]
 *
 *   header = plain | AES-256-GCM(scrypt(passphrase, salt, cost), nonce, aad = plain, key 32)
 *   plain  = format 1 | cost 1 | salt 16; the nonce, 12 bytes, stands between the two
 */
#ifndef TACET_CLIENT_VAULT_KEY_H
#define TACET_CLIENT_VAULT_KEY_H

#include "base/buf.h"
#include "crypto/aead.h"
#include "crypto/password.h"
#include "crypto/random.h"

#define VAULT_KEY_HEADER_PLAIN (1 + 1 + PASSWORD_SALT_SIZE)
#define VAULT_KEY_HEADER_SIZE \
    (VAULT_KEY_HEADER_PLAIN + AEAD_NONCE_SIZE + AEAD_KEY_SIZE + AEAD_TAG_SIZE)

/* With a salt and a nonce of its own, appended to `out`.  E_LIMIT: no such cost. */
FALLIBLE vault_key_seal(const uint8_t key[AEAD_KEY_SIZE], struct bytes passphrase, uint8_t cost,
                        struct random *random, struct buf *out);

/* Has it the form of a header that vault_key_open() knows?  E_VERSION: of a newer program.
 * E_TRUNCATED, E_MALFORMED: no. */
FALLIBLE vault_key_check(struct bytes header);

/* E_DENIED: wrong passphrase, or altered: the two cannot be told apart.  E_VERSION: of a newer
 * program.  E_TRUNCATED, E_MALFORMED: not such a header. */
FALLIBLE vault_key_open(struct bytes header, struct bytes passphrase, uint8_t out[AEAD_KEY_SIZE]);

/* What it was sealed with; of a header that opened. */
uint8_t vault_key_cost(struct bytes header);

#endif
