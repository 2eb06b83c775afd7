/* SPDX-License-Identifier: Apache-2.0 */
#include "assert_err.h"
#include "crypto/random.h"

static struct err broken(void *ctx, uint8_t *out, size_t n)
{
    (void)ctx;
    memset(out, 7, n);
    return FAIL(E_CRYPTO);
}

static struct err counting(void *ctx, uint8_t *out, size_t n)
{
    uint8_t *next = ctx;

    for (size_t i = 0; i < n; i++)
        out[i] = (*next)++;
    return OK;
}

static void the_system_never_repeats_itself(void **state)
{
    struct random r = random_system();
    uint8_t a[32] = {0}, b[32] = {0};

    (void)state;
    assert_ok(random_fill(&r, a, sizeof a));
    assert_ok(random_fill(&r, b, sizeof b));
    assert_false(bytes_all_zero(BYTES(a)));
    assert_false(bytes_same(BYTES(a), BYTES(b)));
}

static void a_failing_generator_leaves_zeros(void **state)
{
    struct random r = {broken, NULL};
    uint8_t out[16];

    (void)state;
    memset(out, 1, sizeof out);
    assert_err(random_fill(&r, out, sizeof out), E_CRYPTO);
    assert_true(bytes_all_zero(BYTES(out)));
}

static void a_seeded_generator_repeats(void **state)
{
    uint8_t next = 5, out[3];
    struct random r = {counting, &next};

    (void)state;
    assert_ok(random_fill(&r, out, sizeof out));
    assert_bytes(BYTES(out), BYTES(((uint8_t[]){5, 6, 7})));
}

static void no_bytes_need_no_generator(void **state)
{
    struct random r = {broken, NULL};

    (void)state;
    assert_ok(random_fill(&r, NULL, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_system_never_repeats_itself),
        cmocka_unit_test(a_failing_generator_leaves_zeros),
        cmocka_unit_test(a_seeded_generator_repeats),
        cmocka_unit_test(no_bytes_need_no_generator),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
