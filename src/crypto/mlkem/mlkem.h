/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mlkem: ML-KEM-1024 [FIPS203], a key encapsulation that a quantum computer does not break.
 *
 * A private key is the 64-byte seed from which both halves follow [FIPS203 7.1].  Random bytes come
 * from OpenSSL's generator, as key pairs do everywhere.  An OpenSSL that has ML-KEM (3.5) does the
 * work itself; under an older one it is done here.
 */
#ifndef TACET_CRYPTO_MLKEM_MLKEM_H
#define TACET_CRYPTO_MLKEM_MLKEM_H

#include "base/bytes.h"
#include "base/err.h"

#define MLKEM_PRIVATE_SIZE 64
#define MLKEM_PUBLIC_SIZE  1568
#define MLKEM_SEALED_SIZE  1568
#define MLKEM_SHARED_SIZE  32

struct mlkem_private;

/* A key pair; its public half is written to `pub`.  E_CRYPTO, E_NOMEM. */
FALLIBLE mlkem_generate(struct mlkem_private **out, uint8_t pub[MLKEM_PUBLIC_SIZE]);

/* From its seed.  E_MALFORMED: the length; E_CRYPTO, E_NOMEM. */
FALLIBLE mlkem_private_parse(struct mlkem_private **out, struct bytes seed);
void mlkem_private_write(const struct mlkem_private *key, uint8_t seed[MLKEM_PRIVATE_SIZE]);
void mlkem_private_public(const struct mlkem_private *key, uint8_t pub[MLKEM_PUBLIC_SIZE]);
void mlkem_private_free(struct mlkem_private *key); /* NULL is fine; wipes */

/* Can this be a public key: its length, and every coefficient below q [FIPS203 7.2]? */
bool mlkem_public_check(struct bytes pub);

/* A fresh secret, and what carries it to the holder of the key.  E_MALFORMED: not a public key.
 * E_CRYPTO.  On error `shared` is zeroed and `sealed` untouched. */
FALLIBLE mlkem_encapsulate(struct bytes pub, uint8_t sealed[MLKEM_SEALED_SIZE],
                           uint8_t shared[MLKEM_SHARED_SIZE]);

/* The secret.  What nobody made for this key gives a secret that nobody knows: whether it was the
 * right one shows when it is used.  E_MALFORMED: the length; E_CRYPTO; `shared` is zeroed. */
FALLIBLE mlkem_decapsulate(const struct mlkem_private *key, struct bytes sealed,
                           uint8_t shared[MLKEM_SHARED_SIZE]);

/* Does it give its known answers?  For the self-test; E_CRYPTO: no. */
FALLIBLE mlkem_known(void);

#endif
