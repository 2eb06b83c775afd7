/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keyfile: a signing key sealed under a passphrase, as the bytes of one file.
 *
 *   header = "tacetkey" | version u8 = 1 | cost u8 | salt 16 | nonce 12 | public point 67
 *   file   = header | AES-256-GCM(scrypt(passphrase, salt, cost), nonce, aad = header, scalar 66)
 *
 * Whose key it is can be read without the passphrase; that nobody changed it is known with it only.
 */
#ifndef TACET_CRYPTO_KEYFILE_H
#define TACET_CRYPTO_KEYFILE_H

#include "base/buf.h"
#include "crypto/random.h"
#include "crypto/sign.h"

#define KEYFILE_SIZE 187

/* Append the file.  `cost` as password_key() has it.  E_LIMIT: cost out of range, or no room in
 * `out`; E_NOMEM, E_CRYPTO.  On error `out` gets nothing. */
FALLIBLE keyfile_seal(const struct sign_private *key, struct bytes passphrase, uint8_t cost,
                      struct random *random, struct buf *out);

/* E_DENIED: wrong passphrase, or altered: the two cannot be told apart.  E_MALFORMED: not such a
 * file.  E_VERSION: written by a newer program.  E_NOMEM, E_CRYPTO. */
FALLIBLE keyfile_open(struct bytes in, struct bytes passphrase, struct sign_private **out);

/* Whose key it says it is.  E_MALFORMED, E_VERSION. */
FALLIBLE keyfile_public(struct bytes in, uint8_t pub[SIGN_PUBLIC_SIZE]);

#endif
