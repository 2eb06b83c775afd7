/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agree: ECDH on P-521 [SP800-56A], cofactor 1.
 *
 * A public key is checked when it is parsed: on the curve and not infinity, which on a curve of
 * cofactor 1 is all there is to check.  Derivation therefore does not validate it a second time.
 */
#ifndef TACET_CRYPTO_AGREE_H
#define TACET_CRYPTO_AGREE_H

#include "base/bytes.h"
#include "base/err.h"

#define AGREE_PUBLIC_SIZE  67 /* compressed point [SEC1 2.3.3] */
#define AGREE_PRIVATE_SIZE 66
#define AGREE_SHARED_SIZE  66 /* x of the shared point */

struct agree_public;
struct agree_private;

/* A key pair from OpenSSL's generator; its public half is written to `pub`.  E_CRYPTO. */
FALLIBLE agree_generate(struct agree_private **out, uint8_t pub[AGREE_PUBLIC_SIZE]);

/* From a 66-byte scalar, 1 <= scalar < n.  E_MALFORMED, E_CRYPTO. */
FALLIBLE agree_private_parse(struct agree_private **out, struct bytes scalar);
/* The scalar again; and the public half, for known answers, which give the scalar alone.  On error
 * a scalar is zeroed, and a public key is untouched.  E_CRYPTO. */
FALLIBLE agree_private_write(const struct agree_private *key, uint8_t scalar[AGREE_PRIVATE_SIZE]);
FALLIBLE agree_private_public(const struct agree_private *key, uint8_t pub[AGREE_PUBLIC_SIZE]);

/* From a compressed point, length and first byte included.  E_MALFORMED: not a point.
 * E_CRYPTO. */
FALLIBLE agree_public_parse(struct agree_public **out, struct bytes point);

/* The same key once more: it goes when each has been freed.  E_CRYPTO. */
FALLIBLE agree_public_share(struct agree_public *key, struct agree_public **out);

/* Is this the right length and first byte?  No curve work; for the server. */
bool agree_public_plausible(struct bytes point);

/* x of private * public.  E_CRYPTO; `shared` is zeroed on error. */
FALLIBLE agree_derive(const struct agree_private *key, const struct agree_public *peer,
                      uint8_t shared[AGREE_SHARED_SIZE]);

void agree_private_free(struct agree_private *key); /* NULL is fine; wipes */
void agree_public_free(struct agree_public *key);   /* NULL is fine */

#endif
