/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/mlkem/polynomial.h"

#include "crypto/mlkem/keccak.h"

#define N POLYNOMIAL_N
#define Q POLYNOMIAL_Q

/* A constant, and floor(constant * 2^16 / q): with both, a product needs no division. */
struct factor {
    uint16_t value, ratio;
};

static const struct factor HALVED = {3303, 65024}; /* 1 / 128 */

/* ZETA[i] is 17 to the power of i with its 7 bits reversed [FIPS203 appendix A]. */
static const struct factor ZETA[128] = {
    {1, 19},       {1729, 34037}, {2580, 50790}, {3289, 64748}, {2642, 52011}, {630, 12402},
    {1897, 37345}, {848, 16694},  {1062, 20906}, {1919, 37778}, {193, 3799},   {797, 15690},
    {2786, 54846}, {3260, 64177}, {569, 11201},  {1746, 34372}, {296, 5827},   {2447, 48172},
    {1339, 26360}, {1476, 29057}, {3046, 59964}, {56, 1102},    {2240, 44097}, {1333, 26241},
    {1426, 28072}, {2094, 41223}, {535, 10532},  {2882, 56736}, {2393, 47109}, {2879, 56677},
    {1974, 38860}, {821, 16162},  {289, 5689},   {331, 6516},   {3253, 64039}, {1756, 34569},
    {1197, 23564}, {2304, 45357}, {2277, 44825}, {2055, 40455}, {650, 12796},  {1977, 38919},
    {2513, 49471}, {632, 12441},  {2865, 56401}, {33, 649},     {1320, 25986}, {1915, 37699},
    {2319, 45652}, {1435, 28249}, {807, 15886},  {452, 8898},   {1438, 28309}, {2868, 56460},
    {1534, 30198}, {2402, 47286}, {2647, 52109}, {2617, 51519}, {1481, 29155}, {648, 12756},
    {2474, 48704}, {3110, 61224}, {1227, 24155}, {910, 17914},  {17, 334},     {2761, 54354},
    {583, 11477},  {2649, 52149}, {1637, 32226}, {723, 14233},  {2288, 45042}, {1100, 21655},
    {1409, 27738}, {2662, 52405}, {3281, 64591}, {233, 4586},   {756, 14882},  {2156, 42443},
    {3015, 59354}, {3050, 60043}, {1703, 33525}, {1651, 32502}, {2789, 54905}, {1789, 35218},
    {1847, 36360}, {952, 18741},  {1461, 28761}, {2687, 52897}, {939, 18485},  {2308, 45436},
    {2437, 47975}, {2388, 47011}, {733, 14430},  {2337, 46007}, {268, 5275},   {641, 12618},
    {1584, 31183}, {2298, 45239}, {2037, 40101}, {3220, 63390}, {375, 7382},   {2549, 50180},
    {2090, 41144}, {1645, 32384}, {1063, 20926}, {319, 6279},   {2773, 54590}, {757, 14902},
    {2099, 41321}, {561, 11044},  {2466, 48546}, {2594, 51066}, {2804, 55200}, {1092, 21497},
    {403, 7933},   {1026, 20198}, {1143, 22501}, {2150, 42325}, {2775, 54629}, {886, 17442},
    {1722, 33899}, {1212, 23859}, {1874, 36892}, {1029, 20257}, {2110, 41538}, {2935, 57779},
    {885, 17422},  {2154, 42404}};

/* x * f, below 2q: the quotient is short by one at most. */
static inline uint16_t times(uint16_t x, struct factor f)
{
    uint16_t quotient = (uint16_t)((uint32_t)x * f.ratio >> 16);

    return (uint16_t)((uint32_t)x * f.value - (uint32_t)quotient * Q);
}

/* Any x, below 2q: 19 is floor(2^16 / q). */
static inline uint16_t lessen(uint16_t x)
{
    return (uint16_t)(x - ((uint32_t)x * 19 >> 16) * Q);
}

/* x below 2q, below q. */
static inline uint16_t settle(uint16_t x)
{
    uint16_t less = (uint16_t)(x - Q);
    uint16_t borrow = (uint16_t) - (less >> 15);

    return (uint16_t)(less + (borrow & Q));
}

/* x below 2^32, below q: 1290167 is floor(2^32 / q). */
static inline uint16_t settle_wide(uint32_t x)
{
    uint32_t quotient = (uint32_t)((uint64_t)x * 1290167 >> 32);

    return settle((uint16_t)(x - quotient * Q));
}

void polynomial_encode(const struct polynomial *p, unsigned d, uint8_t *out)
{
    uint32_t held = 0;
    unsigned bits = 0;

    for (size_t i = 0; i < N; i++) {
        held |= (uint32_t)p->at[i] << bits;
        for (bits += d; bits >= 8; bits -= 8) {
            *out++ = (uint8_t)held;
            held >>= 8;
        }
    }
}

bool polynomial_decode(struct polynomial *out, unsigned d, const uint8_t *in)
{
    uint32_t held = 0, above = 0;
    unsigned bits = 0;

    for (size_t i = 0; i < N; i++) {
        for (; bits < d; bits += 8)
            held |= (uint32_t)*in++ << bits;
        out->at[i] = (uint16_t)(held & ((1u << d) - 1));
        held >>= d;
        bits -= d;
        above |= Q - 1 - (uint32_t)out->at[i];
        out->at[i] = settle(out->at[i]);
    }
    return above >> 31 == 0;
}

/* round(2^d x / q): 10321340 is ceil(2^35 / q), which is exact for what 23 bits hold and a little
 * more.  A division would take longer for some x than for others. */
void polynomial_compress(struct polynomial *p, unsigned d)
{
    for (size_t i = 0; i < N; i++) {
        uint64_t x = ((uint32_t)p->at[i] << d) + Q / 2;

        p->at[i] = (uint16_t)((x * 10321340 >> 35) & ((1u << d) - 1));
    }
}

void polynomial_decompress(struct polynomial *p, unsigned d)
{
    for (size_t i = 0; i < N; i++)
        p->at[i] = (uint16_t)(((uint32_t)p->at[i] * Q + (1u << (d - 1))) >> d);
}

/* Candidates of 12 bits, of which those below q stay.  All of a block are written, since a branch
 * for each would be guessed wrong too often. */
void polynomial_uniform(struct polynomial *out, struct bytes seed, uint8_t i, uint8_t j)
{
    const uint8_t index[] = {i, j};
    const struct bytes parts[] = {seed, BYTES(index)};
    uint8_t block[KECCAK_SHAKE128_RATE];
    uint16_t kept[N + 2 * sizeof block / 3];
    struct keccak k;
    size_t n = 0;

    keccak_shake128(&k, parts, 2);
    while (n < N) {
        keccak_squeeze(&k, block, sizeof block);
        for (size_t at = 0; at < sizeof block; at += 3) {
            kept[n] = (uint16_t)(block[at] | (block[at + 1] & 15) << 8);
            n += kept[n] < Q;
            kept[n] = (uint16_t)(block[at + 1] >> 4 | block[at + 2] << 4);
            n += kept[n] < Q;
        }
    }
    memcpy(out->at, kept, sizeof out->at);
}

/* A byte has two coefficients, each of them two bits less two bits. */
void polynomial_noise(struct polynomial *out, const uint8_t in[POLYNOMIAL_NOISE])
{
    for (size_t i = 0; i < POLYNOMIAL_NOISE; i++) {
        unsigned sums = (in[i] & 0x55u) + (in[i] >> 1 & 0x55u);

        out->at[2 * i] = settle((uint16_t)(Q + (sums & 3) - (sums >> 2 & 3)));
        out->at[2 * i + 1] = settle((uint16_t)(Q + (sums >> 4 & 3) - (sums >> 6)));
    }
}

/* Each layer adds at most 2q: 15q at the end, which 16 bits hold. */
void polynomial_transform(struct polynomial *p)
{
    size_t zeta = 1;

    for (size_t half = N / 2; half >= 2; half /= 2)
        for (size_t start = 0; start < N; start += 2 * half) {
            const struct factor f = ZETA[zeta++];
            uint16_t *a = p->at + start, *b = a + half;

            for (size_t i = 0; i < half; i++) {
                uint16_t t = times(b[i], f);

                b[i] = (uint16_t)(a[i] + 2 * Q - t);
                a[i] = (uint16_t)(a[i] + t);
            }
        }
    for (size_t i = 0; i < N; i++)
        p->at[i] = settle(lessen(p->at[i]));
}

/* All stay below 2q. */
void polynomial_untransform(struct polynomial *p)
{
    size_t zeta = 127;

    for (size_t half = 2; half <= N / 2; half *= 2)
        for (size_t start = 0; start < N; start += 2 * half) {
            const struct factor f = ZETA[zeta--];
            uint16_t *a = p->at + start, *b = a + half;

            for (size_t i = 0; i < half; i++) {
                uint16_t t = a[i];

                a[i] = lessen((uint16_t)(t + b[i]));
                b[i] = times((uint16_t)(b[i] + 2 * Q - t), f);
            }
        }
    for (size_t i = 0; i < N; i++)
        p->at[i] = settle(times(p->at[i], HALVED));
}

/* Pairs of coefficients are multiplied modulo X^2 - zeta and X^2 + zeta in turn.  Eight products
 * of 24 bits are 27 bits long: they are reduced together. */
void polynomial_dot(struct polynomial *out, const struct polynomial a[POLYNOMIAL_RANK],
                    const struct polynomial b[POLYNOMIAL_RANK])
{
    for (size_t i = 0; i < N; i += 2) {
        uint32_t zeta = ZETA[64 + i / 4].value, low = 0, high = 0, square = 0;

        for (size_t k = 0; k < POLYNOMIAL_RANK; k++) {
            uint32_t a0 = a[k].at[i], a1 = a[k].at[i + 1], b0 = b[k].at[i], b1 = b[k].at[i + 1];

            low += a0 * b0;
            high += a0 * b1 + a1 * b0;
            square += a1 * b1;
        }
        low += settle_wide(square) * (i % 4 == 0 ? zeta : Q - zeta);
        out->at[i] = settle_wide(low);
        out->at[i + 1] = settle_wide(high);
    }
}

void polynomial_add(struct polynomial *to, const struct polynomial *p)
{
    for (size_t i = 0; i < N; i++)
        to->at[i] = settle((uint16_t)(to->at[i] + p->at[i]));
}

void polynomial_subtract(struct polynomial *from, const struct polynomial *p)
{
    for (size_t i = 0; i < N; i++)
        from->at[i] = settle((uint16_t)(from->at[i] + Q - p->at[i]));
}
