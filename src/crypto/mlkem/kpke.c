/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/mlkem/kpke.h"

#include "crypto/hash.h"
#include "crypto/mlkem/keccak.h"
#include "crypto/secret.h"

#define K       POLYNOMIAL_RANK
#define U_BITS  11
#define V_BITS  5
#define U_SIZE  POLYNOMIAL_PACK(U_BITS)
#define V_PLACE (K * U_SIZE) /* of the second part of what is sealed */

/* The next small polynomial from a seed; `count` tells them apart. */
static void small(struct polynomial *out, const uint8_t seed[32], uint8_t *count)
{
    uint8_t bits[POLYNOMIAL_NOISE];

    keccak_shake256(HASH_PARTS(bytes(seed, 32), bytes(count, 1)), bits, sizeof bits);
    polynomial_noise(out, bits);
    secret_wipe(bits, sizeof bits);
    ++*count;
}

static void small_vector(struct polynomial out[K], const uint8_t seed[32], uint8_t *count)
{
    for (size_t i = 0; i < K; i++)
        small(&out[i], seed, count);
}

/* Row i of the public matrix, or its column i. */
static void row(struct polynomial out[K], struct bytes rho, uint8_t i)
{
    for (uint8_t j = 0; j < K; j++)
        polynomial_uniform(&out[j], rho, j, i);
}

static void column(struct polynomial out[K], struct bytes rho, uint8_t i)
{
    for (uint8_t j = 0; j < K; j++)
        polynomial_uniform(&out[j], rho, i, j);
}

void kpke_keys(const uint8_t d[32], uint8_t pub[KPKE_PUBLIC_SIZE], uint8_t secret[KPKE_SECRET_SIZE])
{
    const uint8_t rank = K;
    struct polynomial s[K], e[K], a[K], t;
    uint8_t seed[64], count = 0;
    const struct bytes rho = {seed, 32};
    const uint8_t *sigma = seed + 32;

    keccak_sha3_512(HASH_PARTS(bytes(d, 32), bytes(&rank, 1)), seed);
    secret_reveal(rho.at, rho.n);
    small_vector(s, sigma, &count);
    small_vector(e, sigma, &count);
    for (size_t i = 0; i < K; i++) {
        polynomial_transform(&s[i]);
        polynomial_transform(&e[i]);
        polynomial_encode(&s[i], 12, secret + i * POLYNOMIAL_SIZE);
    }
    for (uint8_t i = 0; i < K; i++) {
        row(a, rho, i);
        polynomial_dot(&t, a, s);
        polynomial_add(&t, &e[i]);
        polynomial_encode(&t, 12, pub + i * POLYNOMIAL_SIZE);
    }
    memcpy(pub + K * POLYNOMIAL_SIZE, rho.at, rho.n);
    secret_reveal(pub, KPKE_PUBLIC_SIZE);
    secret_wipe(s, sizeof s);
    secret_wipe(e, sizeof e);
    secret_wipe(seed, sizeof seed);
}

bool kpke_public_check(const uint8_t pub[KPKE_PUBLIC_SIZE])
{
    struct polynomial t;
    bool good = true;

    for (size_t i = 0; i < K; i++)
        good &= polynomial_decode(&t, 12, pub + i * POLYNOMIAL_SIZE);
    return good;
}

/* u of the sealed message: its first part. */
static void seal_u(const struct polynomial y[K], const struct polynomial e[K], struct bytes rho,
                   uint8_t *out)
{
    struct polynomial a[K], u;

    for (uint8_t i = 0; i < K; i++) {
        column(a, rho, i);
        polynomial_dot(&u, a, y);
        polynomial_untransform(&u);
        polynomial_add(&u, &e[i]);
        polynomial_compress(&u, U_BITS);
        polynomial_encode(&u, U_BITS, out + i * U_SIZE);
    }
    secret_wipe(&u, sizeof u);
}

static void seal_v(const struct polynomial y[K], const struct polynomial *e, const uint8_t *pub,
                   const uint8_t message[KPKE_MESSAGE_SIZE], uint8_t *out)
{
    struct polynomial t[K], v, m;

    for (size_t i = 0; i < K; i++)
        (void)polynomial_decode(&t[i], 12, pub + i * POLYNOMIAL_SIZE);
    (void)polynomial_decode(&m, 1, message);
    polynomial_decompress(&m, 1);
    polynomial_dot(&v, t, y);
    polynomial_untransform(&v);
    polynomial_add(&v, e);
    polynomial_add(&v, &m);
    polynomial_compress(&v, V_BITS);
    polynomial_encode(&v, V_BITS, out);
    secret_wipe(&v, sizeof v);
    secret_wipe(&m, sizeof m);
}

void kpke_encrypt(const uint8_t pub[KPKE_PUBLIC_SIZE], const uint8_t message[KPKE_MESSAGE_SIZE],
                  const uint8_t coins[32], uint8_t out[KPKE_SEALED_SIZE])
{
    struct polynomial y[K], e1[K], e2;
    uint8_t count = 0;

    small_vector(y, coins, &count);
    small_vector(e1, coins, &count);
    small(&e2, coins, &count);
    for (size_t i = 0; i < K; i++)
        polynomial_transform(&y[i]);
    seal_u(y, e1, bytes(pub + K * POLYNOMIAL_SIZE, 32), out);
    seal_v(y, &e2, pub, message, out + V_PLACE);
    secret_wipe(y, sizeof y);
    secret_wipe(e1, sizeof e1);
    secret_wipe(&e2, sizeof e2);
}

void kpke_decrypt(const uint8_t secret[KPKE_SECRET_SIZE], const uint8_t sealed[KPKE_SEALED_SIZE],
                  uint8_t message[KPKE_MESSAGE_SIZE])
{
    struct polynomial s[K], u[K], v, w;

    for (size_t i = 0; i < K; i++) {
        (void)polynomial_decode(&s[i], 12, secret + i * POLYNOMIAL_SIZE);
        (void)polynomial_decode(&u[i], U_BITS, sealed + i * U_SIZE);
        polynomial_decompress(&u[i], U_BITS);
        polynomial_transform(&u[i]);
    }
    (void)polynomial_decode(&v, V_BITS, sealed + V_PLACE);
    polynomial_decompress(&v, V_BITS);
    polynomial_dot(&w, s, u);
    polynomial_untransform(&w);
    polynomial_subtract(&v, &w);
    polynomial_compress(&v, 1);
    polynomial_encode(&v, 1, message);
    secret_wipe(s, sizeof s);
    secret_wipe(&v, sizeof v);
    secret_wipe(&w, sizeof w);
}
