/* SPDX-License-Identifier: Apache-2.0 */
/* sign: ECDSA on P-521 with SHA-512 [FIPS186-5]; signatures are r | s, 66 bytes each. */
#ifndef TACET_CRYPTO_SIGN_H
#define TACET_CRYPTO_SIGN_H

#include "base/bytes.h"
#include "base/err.h"

#define SIGN_PUBLIC_SIZE  67
#define SIGN_PRIVATE_SIZE 66
#define SIGN_SIZE         132

struct sign_public;
struct sign_private;

/* A key pair from OpenSSL's generator; its public half is written to `pub`.  E_CRYPTO. */
FALLIBLE sign_generate(struct sign_private **out, uint8_t pub[SIGN_PUBLIC_SIZE]);

/* From a 66-byte scalar, 1 <= scalar < n.  E_MALFORMED, E_CRYPTO. */
FALLIBLE sign_private_parse(struct sign_private **out, struct bytes scalar);
/* On error a scalar is zeroed, and a public key is untouched.  E_CRYPTO. */
FALLIBLE sign_private_write(const struct sign_private *key, uint8_t scalar[SIGN_PRIVATE_SIZE]);
FALLIBLE sign_private_public(const struct sign_private *key, uint8_t pub[SIGN_PUBLIC_SIZE]);

/* From a compressed point.  E_MALFORMED, E_CRYPTO. */
FALLIBLE sign_public_parse(struct sign_public **out, struct bytes point);

/* The same key once more: it goes when each has been freed.  E_CRYPTO. */
FALLIBLE sign_public_share(struct sign_public *key, struct sign_public **out);

/* Signature of parts[0] | ... | parts[n - 1], nonces hedged by the library.  E_CRYPTO. */
FALLIBLE sign_make(const struct sign_private *key, const struct bytes *parts, size_t n,
                   uint8_t out[SIGN_SIZE]);

/* E_FORGED: not this key's signature of these bytes.  E_CRYPTO: it could not be decided. */
FALLIBLE sign_verify(const struct sign_public *key, const struct bytes *parts, size_t n,
                     const uint8_t signature[SIGN_SIZE]);

void sign_private_free(struct sign_private *key); /* NULL is fine; wipes */
void sign_public_free(struct sign_public *key);   /* NULL is fine */

#endif
