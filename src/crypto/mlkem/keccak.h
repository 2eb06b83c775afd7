/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keccak: SHA3-256, SHA3-512, SHAKE128 and SHAKE256 [FIPS202], for ML-KEM alone.
 *
 * OpenSSL 3.0 has them, but cannot go on squeezing a SHAKE.  Constant time: no branch and no
 * address depends on what is absorbed.
 */
#ifndef TACET_CRYPTO_MLKEM_KECCAK_H
#define TACET_CRYPTO_MLKEM_KECCAK_H

#include "base/bytes.h"

#define KECCAK_SHAKE128_RATE 168
#define KECCAK_SHAKE256_RATE 136

struct keccak {
    uint64_t lane[25];
    size_t rate, at; /* bytes */
};

void keccak_sha3_256(const struct bytes *parts, size_t n, uint8_t out[32]);
void keccak_sha3_512(const struct bytes *parts, size_t n, uint8_t out[64]);
void keccak_shake256(const struct bytes *parts, size_t n, uint8_t *out, size_t out_n);

/* SHAKE128 of the parts, squeezed as often as one likes; to be wiped by its owner if secret. */
void keccak_shake128(struct keccak *k, const struct bytes *parts, size_t n);
void keccak_squeeze(struct keccak *k, uint8_t *out, size_t n);

#endif
