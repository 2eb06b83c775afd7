/* SPDX-License-Identifier: Apache-2.0 */
#include "assert_err.h"
#include "crypto/mlkem/polynomial.h"

#define N POLYNOMIAL_N
#define Q POLYNOMIAL_Q

/* Some polynomial, the same each time: a generator of Lehmer's. */
static struct polynomial some(uint32_t seed)
{
    struct polynomial p;
    uint64_t x = seed * 2 + 1;

    for (size_t i = 0; i < N; i++) {
        x = x * 48271 % 2147483647;
        p.at[i] = (uint16_t)(x % Q);
    }
    return p;
}

/* a * b modulo X^256 + 1, as one writes it down. */
static struct polynomial product(const struct polynomial *a, const struct polynomial *b)
{
    struct polynomial out = {{0}};

    for (size_t i = 0; i < N; i++)
        for (size_t j = 0; j < N; j++) {
            uint32_t term = (uint32_t)a->at[i] * b->at[j] % Q;
            size_t at = (i + j) % N;

            out.at[at] = (uint16_t)((out.at[at] + (i + j < N ? term : Q - term)) % Q);
        }
    return out;
}

static void transforming_there_and_back_changes_nothing(void **state)
{
    for (uint32_t seed = 0; seed < 100; seed++) {
        struct polynomial p = some(seed), q = p;

        polynomial_transform(&q);
        assert_memory_not_equal(&p, &q, sizeof p);
        polynomial_untransform(&q);
        assert_memory_equal(&p, &q, sizeof p);
    }
}

static void the_extremes_are_transformed_like_all_else(void **state)
{
    struct polynomial p, q;

    for (size_t i = 0; i < N; i++)
        p.at[i] = Q - 1;
    q = p;
    polynomial_transform(&q);
    for (size_t i = 0; i < N; i++)
        assert_true(q.at[i] < Q);
    polynomial_untransform(&q);
    assert_memory_equal(&p, &q, sizeof p);
}

static void a_dot_product_is_the_sum_of_the_products(void **state)
{
    struct polynomial a[POLYNOMIAL_RANK], b[POLYNOMIAL_RANK], want = {{0}}, got, term;

    for (uint32_t i = 0; i < POLYNOMIAL_RANK; i++) {
        a[i] = some(i);
        b[i] = some(100 + i);
        term = product(&a[i], &b[i]);
        polynomial_add(&want, &term);
        polynomial_transform(&a[i]);
        polynomial_transform(&b[i]);
    }
    polynomial_dot(&got, a, b);
    polynomial_untransform(&got);
    assert_memory_equal(&got, &want, sizeof got);
}

static void rounding_is_exact_for_every_coefficient(void **state)
{
    static const unsigned BITS[] = {1, 5, 11};
    struct polynomial p;

    for (size_t b = 0; b < sizeof BITS / sizeof *BITS; b++)
        for (uint32_t x = 0; x < Q; x++) {
            const uint32_t d = BITS[b], want = (2 * (x << d) + Q) / (2 * Q) % (1u << d);

            p.at[0] = (uint16_t)x;
            for (size_t i = 1; i < N; i++)
                p.at[i] = 0;
            polynomial_compress(&p, d);
            assert_int_equal(p.at[0], want);
            polynomial_decompress(&p, d);
            assert_int_equal(p.at[0], (2 * want * Q + (1u << d)) / (2u << d));
        }
}

static void what_is_encoded_decodes_to_the_same(void **state)
{
    static const unsigned BITS[] = {1, 5, 11, 12};
    uint8_t packed[POLYNOMIAL_SIZE];

    for (size_t b = 0; b < sizeof BITS / sizeof *BITS; b++) {
        struct polynomial p = some(7), q;

        for (size_t i = 0; i < N; i++)
            p.at[i] = (uint16_t)(p.at[i] & ((1u << BITS[b]) - 1));
        polynomial_encode(&p, BITS[b], packed);
        assert_true(polynomial_decode(&q, BITS[b], packed));
        assert_memory_equal(&p, &q, sizeof p);
    }
}

static void a_coefficient_of_q_or_more_is_noticed_wherever_it_stands(void **state)
{
    uint8_t packed[POLYNOMIAL_SIZE];
    struct polynomial p = some(3), q;

    for (size_t i = 0; i < N; i++)
        for (uint16_t x = Q; x < 4096; x += 255) {
            struct polynomial wrong = p;

            wrong.at[i] = x;
            polynomial_encode(&wrong, 12, packed);
            assert_false(polynomial_decode(&q, 12, packed));
            assert_int_equal(q.at[i], x - Q);
        }
}

static void noise_is_within_two_of_zero_and_all_of_it_occurs(void **state)
{
    uint8_t bits[POLYNOMIAL_NOISE];
    struct polynomial p;
    unsigned seen[5] = {0};

    for (size_t i = 0; i < sizeof bits; i++)
        bits[i] = (uint8_t)(i * 2 + i / 64);
    polynomial_noise(&p, bits);
    for (size_t i = 0; i < N; i++) {
        const unsigned from = (p.at[i] + 2u) % Q;

        assert_in_range(from, 0, 4);
        seen[from]++;
    }
    for (size_t i = 0; i < 5; i++)
        assert_true(seen[i] > 0);
}

/* As the standard puts it: bits in a row, from the lowest [FIPS203 algorithm 8]. */
static void noise_is_two_bits_less_the_next_two(void **state)
{
    uint8_t bits[POLYNOMIAL_NOISE];
    struct polynomial p;

    for (unsigned from = 0; from < 256; from += sizeof bits) {
        for (size_t i = 0; i < sizeof bits; i++)
            bits[i] = (uint8_t)(from + i);
        polynomial_noise(&p, bits);
        for (size_t i = 0; i < N; i++) {
            unsigned four = (unsigned)bits[i / 2] >> 4 * (i % 2) & 15u;

            assert_int_equal(
                p.at[i], (Q + (four & 1) + (four >> 1 & 1) - (four >> 2 & 1) - (four >> 3)) % Q);
        }
    }
}

static void a_uniform_polynomial_follows_from_seed_and_place(void **state)
{
    const struct bytes seed = BYTES_LITERAL("thirty-two bytes that are public");
    struct polynomial a, b;

    polynomial_uniform(&a, seed, 1, 2);
    polynomial_uniform(&b, seed, 1, 2);
    assert_memory_equal(&a, &b, sizeof a);
    polynomial_uniform(&b, seed, 2, 1);
    assert_memory_not_equal(&a, &b, sizeof a);
    for (size_t i = 0; i < N; i++)
        assert_true(a.at[i] < Q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(transforming_there_and_back_changes_nothing),
        cmocka_unit_test(the_extremes_are_transformed_like_all_else),
        cmocka_unit_test(a_dot_product_is_the_sum_of_the_products),
        cmocka_unit_test(rounding_is_exact_for_every_coefficient),
        cmocka_unit_test(what_is_encoded_decodes_to_the_same),
        cmocka_unit_test(a_coefficient_of_q_or_more_is_noticed_wherever_it_stands),
        cmocka_unit_test(noise_is_within_two_of_zero_and_all_of_it_occurs),
        cmocka_unit_test(noise_is_two_bits_less_the_next_two),
        cmocka_unit_test(a_uniform_polynomial_follows_from_seed_and_place),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
