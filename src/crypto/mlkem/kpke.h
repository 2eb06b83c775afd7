/* SPDX-License-Identifier: Apache-2.0 */
/* kpke: K-PKE of ML-KEM-1024 [FIPS203 5], which is safe only inside of mlkem. */
#ifndef TACET_CRYPTO_MLKEM_KPKE_H
#define TACET_CRYPTO_MLKEM_KPKE_H

#include "crypto/mlkem/polynomial.h"

#define KPKE_SECRET_SIZE  (POLYNOMIAL_RANK * POLYNOMIAL_SIZE)
#define KPKE_PUBLIC_SIZE  (POLYNOMIAL_RANK * POLYNOMIAL_SIZE + 32)
#define KPKE_MESSAGE_SIZE 32
#define KPKE_SEALED_SIZE  (POLYNOMIAL_RANK * POLYNOMIAL_PACK(11) + POLYNOMIAL_PACK(5))

/* A key pair from 32 random bytes [FIPS203 algorithm 13]. */
void kpke_keys(const uint8_t d[32], uint8_t pub[KPKE_PUBLIC_SIZE],
               uint8_t secret[KPKE_SECRET_SIZE]);

/* Are all its coefficients below q [FIPS203 7.2]? */
bool kpke_public_check(const uint8_t pub[KPKE_PUBLIC_SIZE]);

/* Under 32 bytes of randomness [FIPS203 algorithms 14 and 15]. */
void kpke_encrypt(const uint8_t pub[KPKE_PUBLIC_SIZE], const uint8_t message[KPKE_MESSAGE_SIZE],
                  const uint8_t coins[32], uint8_t out[KPKE_SEALED_SIZE]);
void kpke_decrypt(const uint8_t secret[KPKE_SECRET_SIZE], const uint8_t sealed[KPKE_SEALED_SIZE],
                  uint8_t message[KPKE_MESSAGE_SIZE]);

#endif
