/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mlkem_internal: the steps of ML-KEM-1024 with their randomness given, for known answers.
 *
 * The steps are always our own.  The keys of mlkem.h stand on them (mlkem_own.c) or on OpenSSL's
 * ML-KEM (mlkem_openssl.c), as the build found.
 */
#ifndef TACET_CRYPTO_MLKEM_MLKEM_INTERNAL_H
#define TACET_CRYPTO_MLKEM_MLKEM_INTERNAL_H

#include "crypto/mlkem/kpke.h"
#include "crypto/mlkem/mlkem.h"

/* A private key with all that decapsulation needs, in the order of FIPS 203's dk. */
struct mlkem_expanded {
    uint8_t secret[KPKE_SECRET_SIZE], pub[MLKEM_PUBLIC_SIZE], digest[32], rejection[32];
};
_Static_assert(sizeof(struct mlkem_expanded) == 3168, "as FIPS 203 has it");

/* [FIPS203 algorithm 16].  The seed is d | z. */
void mlkem_expand(const uint8_t seed[MLKEM_PRIVATE_SIZE], struct mlkem_expanded *out);

/* Does the digest fit the public half [FIPS203 7.3]?  For known answers: ours come from seeds. */
bool mlkem_expanded_check(const struct mlkem_expanded *key);

/* [FIPS203 algorithms 17 and 18] */
void mlkem_encapsulate_with(const uint8_t pub[MLKEM_PUBLIC_SIZE], const uint8_t m[32],
                            uint8_t sealed[MLKEM_SEALED_SIZE], uint8_t shared[MLKEM_SHARED_SIZE]);
void mlkem_decapsulate_with(const struct mlkem_expanded *key,
                            const uint8_t sealed[MLKEM_SEALED_SIZE],
                            uint8_t shared[MLKEM_SHARED_SIZE]);

/* What mlkem_own.c or mlkem_openssl.c does for mlkem.h, when lengths and public keys have been
 * checked.  Where m is NULL the randomness is drawn.  On error `sealed` and `shared` are untouched.
 * E_CRYPTO, E_NOMEM. */
FALLIBLE mlkem_import(struct mlkem_private **out, const uint8_t seed[MLKEM_PRIVATE_SIZE]);
FALLIBLE mlkem_seal(const uint8_t pub[MLKEM_PUBLIC_SIZE], const uint8_t *m,
                    uint8_t sealed[MLKEM_SEALED_SIZE], uint8_t shared[MLKEM_SHARED_SIZE]);
FALLIBLE mlkem_unseal(const struct mlkem_private *key, const uint8_t sealed[MLKEM_SEALED_SIZE],
                      uint8_t shared[MLKEM_SHARED_SIZE]);

/* mlkem_encapsulate() with its randomness given: of the implementation that mlkem.h has here. */
FALLIBLE mlkem_encapsulate_from(struct bytes pub, const uint8_t *m,
                                uint8_t sealed[MLKEM_SEALED_SIZE],
                                uint8_t shared[MLKEM_SHARED_SIZE]);

#endif
