/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/mlkem/keccak.h"

#include "crypto/secret.h"

#define ROUNDS        24
#define SHA3_256_RATE 136
#define SHA3_512_RATE 72

/* What stands behind the message before the padding [FIPS202 6]. */
#define SHA3_SUFFIX  0x06
#define SHAKE_SUFFIX 0x1f

/* iota [FIPS202 3.2.5] */
static const uint64_t ROUND_CONSTANT[ROUNDS] = {
    0x0000000000000001, 0x0000000000008082, 0x800000000000808a, 0x8000000080008000,
    0x000000000000808b, 0x0000000080000001, 0x8000000080008081, 0x8000000000008009,
    0x000000000000008a, 0x0000000000000088, 0x0000000080008009, 0x000000008000000a,
    0x000000008000808b, 0x800000000000008b, 0x8000000000008089, 0x8000000000008003,
    0x8000000000008002, 0x8000000000000080, 0x000000000000800a, 0x800000008000000a,
    0x8000000080008081, 0x8000000000008080, 0x0000000080000001, 0x8000000080008008,
};

/* rho and pi: the lane at x + 5y is turned by this, and goes to y + 5((2x + 3y) mod 5)
 * [FIPS202 3.2.2, 3.2.3]. */
static const uint8_t TURN[25] = {0,  1,  62, 28, 27, 36, 44, 6,  55, 20, 3,  10, 43,
                                 25, 39, 41, 45, 15, 21, 8,  18, 2,  61, 56, 14};

static inline uint64_t turn(uint64_t x, unsigned n)
{
    return n == 0 ? x : x << n | x >> (64 - n);
}

/* Unrolled, so that the places and the turns become constants. */
static void permute(uint64_t a[25])
{
    uint64_t b[25], c[5], d[5];

    for (size_t round = 0; round < ROUNDS; round++) {
#pragma GCC unroll 5
        for (size_t x = 0; x < 5; x++)
            c[x] = a[x] ^ a[x + 5] ^ a[x + 10] ^ a[x + 15] ^ a[x + 20];
#pragma GCC unroll 5
        for (size_t x = 0; x < 5; x++)
            d[x] = c[(x + 4) % 5] ^ turn(c[(x + 1) % 5], 1);
#pragma GCC unroll 5
        for (size_t y = 0; y < 5; y++)
#pragma GCC unroll 5
            for (size_t x = 0; x < 5; x++)
                b[y + 5 * ((2 * x + 3 * y) % 5)] = turn(a[x + 5 * y] ^ d[x], TURN[x + 5 * y]);
#pragma GCC unroll 5
        for (size_t y = 0; y < 25; y += 5)
#pragma GCC unroll 5
            for (size_t x = 0; x < 5; x++)
                a[y + x] = b[y + x] ^ (~b[y + (x + 1) % 5] & b[y + (x + 2) % 5]);
        a[0] ^= ROUND_CONSTANT[round];
    }
}

static uint64_t load(const uint8_t *at)
{
    uint64_t lane = 0;

    for (unsigned i = 0; i < 8; i++)
        lane |= (uint64_t)at[i] << 8 * i;
    return lane;
}

static void store(uint8_t *at, uint64_t lane)
{
    for (unsigned i = 0; i < 8; i++)
        at[i] = (uint8_t)(lane >> 8 * i);
}

static void xor_byte(struct keccak *k, size_t at, uint8_t byte)
{
    k->lane[at / 8] ^= (uint64_t)byte << 8 * (at % 8);
}

/* The next round of sponge when this one is full. */
static void turn_over(struct keccak *k)
{
    if (k->at == k->rate) {
        permute(k->lane);
        k->at = 0;
    }
}

/* Whole lanes where they fit, bytes elsewhere. */
static void absorb_part(struct keccak *k, struct bytes part)
{
    for (size_t i = 0; i < part.n; turn_over(k))
        if (k->at % 8 == 0 && part.n - i >= 8) {
            k->lane[k->at / 8] ^= load(part.at + i);
            k->at += 8;
            i += 8;
        } else {
            xor_byte(k, k->at++, part.at[i++]);
        }
}

static void absorb(struct keccak *k, size_t rate, uint8_t suffix, const struct bytes *parts,
                   size_t n)
{
    *k = (struct keccak){.rate = rate};
    for (size_t i = 0; i < n; i++)
        absorb_part(k, parts[i]);
    xor_byte(k, k->at, suffix);
    xor_byte(k, rate - 1, 0x80);
    k->at = rate; /* the first squeeze permutes */
}

void keccak_squeeze(struct keccak *k, uint8_t *out, size_t n)
{
    for (size_t i = 0; i < n;) {
        turn_over(k);
        if (k->at % 8 == 0 && n - i >= 8) {
            store(out + i, k->lane[k->at / 8]);
            k->at += 8;
            i += 8;
        } else {
            out[i++] = (uint8_t)(k->lane[k->at / 8] >> 8 * (k->at % 8));
            k->at++;
        }
    }
}

static void hash(size_t rate, uint8_t suffix, const struct bytes *parts, size_t n, uint8_t *out,
                 size_t out_n)
{
    struct keccak k;

    absorb(&k, rate, suffix, parts, n);
    keccak_squeeze(&k, out, out_n);
    secret_wipe(&k, sizeof k);
}

void keccak_sha3_256(const struct bytes *parts, size_t n, uint8_t out[32])
{
    hash(SHA3_256_RATE, SHA3_SUFFIX, parts, n, out, 32);
}

void keccak_sha3_512(const struct bytes *parts, size_t n, uint8_t out[64])
{
    hash(SHA3_512_RATE, SHA3_SUFFIX, parts, n, out, 64);
}

void keccak_shake256(const struct bytes *parts, size_t n, uint8_t *out, size_t out_n)
{
    hash(KECCAK_SHAKE256_RATE, SHAKE_SUFFIX, parts, n, out, out_n);
}

void keccak_shake128(struct keccak *k, const struct bytes *parts, size_t n)
{
    absorb(k, KECCAK_SHAKE128_RATE, SHAKE_SUFFIX, parts, n);
}
