/* SPDX-License-Identifier: Apache-2.0 */
/*
 * curve: keys on P-521 as OpenSSL holds them; what agree and sign have in common.
 *
 * Outside, a private key is its scalar, big-endian, and a public key a compressed point
 * [SEC1 2.3.3].  Outputs are untouched on error, except that a scalar is zeroed.
 */
#ifndef TACET_CRYPTO_CURVE_INTERNAL_H
#define TACET_CRYPTO_CURVE_INTERNAL_H

#include <openssl/types.h>

#include "base/bytes.h"
#include "base/err.h"

#define CURVE_SCALAR_SIZE 66
#define CURVE_POINT_SIZE  (1 + 66)

/* Its public half is written to `pub`.  E_CRYPTO. */
FALLIBLE curve_generate(EVP_PKEY **out, uint8_t pub[CURVE_POINT_SIZE]);

/* 1 <= scalar < n; the public half is computed from it.  E_MALFORMED, E_CRYPTO. */
FALLIBLE curve_private_parse(EVP_PKEY **out, struct bytes scalar);
FALLIBLE curve_private_write(EVP_PKEY *key, uint8_t scalar[CURVE_SCALAR_SIZE]);

/* The right length, one of the two first bytes, and on the curve.  E_MALFORMED, E_CRYPTO. */
FALLIBLE curve_public_parse(EVP_PKEY **out, struct bytes point);
FALLIBLE curve_public_write(EVP_PKEY *key, uint8_t point[CURVE_POINT_SIZE]);

bool curve_public_plausible(struct bytes point);

#endif
