/* SPDX-License-Identifier: Apache-2.0 */
/*
 * polynomial: the ring of ML-KEM [FIPS203 2.4, 4.2, 4.3], Z_q[X] / (X^256 + 1) with q = 3329.
 *
 * Coefficients are kept in 0 .. q - 1 between calls.  Nothing here branches on one, divides by one
 * or looks one up, so that time says nothing of what it works on; polynomial_uniform alone does,
 * and is for public seeds.
 */
#ifndef TACET_CRYPTO_MLKEM_POLYNOMIAL_H
#define TACET_CRYPTO_MLKEM_POLYNOMIAL_H

#include "base/bytes.h"

#define POLYNOMIAL_N       256
#define POLYNOMIAL_Q       3329
#define POLYNOMIAL_RANK    4          /* polynomials in a vector of ML-KEM-1024 */
#define POLYNOMIAL_SIZE    384        /* bytes, 12 bits a coefficient */
#define POLYNOMIAL_NOISE   128        /* bytes from which polynomial_noise samples */
#define POLYNOMIAL_PACK(d) (32 * (d)) /* bytes, d bits a coefficient */

struct polynomial {
    uint16_t at[POLYNOMIAL_N];
};

/* Bits to coefficients and back, d bits each, 1 <= d <= 12 [FIPS203 algorithms 5 and 6].  With
 * d = 12, false: a coefficient was not below q; it is made so. */
void polynomial_encode(const struct polynomial *p, unsigned d, uint8_t *out);
bool polynomial_decode(struct polynomial *out, unsigned d, const uint8_t *in);

/* Round to d bits, and back [FIPS203 4.2.1]: d is 1, 5 or 11. */
void polynomial_compress(struct polynomial *p, unsigned d);
void polynomial_decompress(struct polynomial *p, unsigned d);

/* Uniform, in the domain of the transform, from a public seed [FIPS203 algorithm 7]. */
void polynomial_uniform(struct polynomial *out, struct bytes seed, uint8_t i, uint8_t j);

/* Small and centred at 0, eta = 2, from POLYNOMIAL_NOISE bytes [FIPS203 algorithm 8]. */
void polynomial_noise(struct polynomial *out, const uint8_t in[POLYNOMIAL_NOISE]);

/* Into the domain of the transform and back [FIPS203 algorithms 9 and 10]. */
void polynomial_transform(struct polynomial *p);
void polynomial_untransform(struct polynomial *p);

/* The dot product of two vectors in the domain of the transform [FIPS203 algorithm 11]. */
void polynomial_dot(struct polynomial *out, const struct polynomial a[POLYNOMIAL_RANK],
                    const struct polynomial b[POLYNOMIAL_RANK]);

void polynomial_add(struct polynomial *to, const struct polynomial *p);
void polynomial_subtract(struct polynomial *from, const struct polynomial *p);

#endif
