/* SPDX-License-Identifier: Apache-2.0 */
#include "assert_err.h"
#include "constant_time/taint.h"
#include "crypto/mlkem/mlkem_internal.h"

static struct mlkem_private *key;
static uint8_t pub[MLKEM_PUBLIC_SIZE], sealed[MLKEM_SEALED_SIZE];
static uint8_t theirs[MLKEM_SHARED_SIZE], ours[MLKEM_SHARED_SIZE];

/* The seed is what random_fill() gave. */
static int exchange(void **state)
{
    taint_setup(state);
    assert_ok(mlkem_generate(&key, pub));
    assert_ok(mlkem_encapsulate(BYTES(pub), sealed, theirs));
    assert_false(taint_holds(sealed, sizeof sealed));
    return 0;
}

static int end(void **state)
{
    mlkem_private_free(key);
    key = NULL;
    return taint_teardown(state);
}

static void generating_says_nothing_of_the_seed(void **state)
{
    uint8_t seed[MLKEM_PRIVATE_SIZE];

    mlkem_private_write(key, seed);
    assert_true(taint_holds(seed, sizeof seed));
    assert_false(taint_holds(pub, sizeof pub));
}

static void encapsulating_says_nothing_of_the_secret(void **state)
{
    assert_true(taint_holds(theirs, sizeof theirs));
}

static void decapsulating_says_nothing_of_key_and_secret(void **state)
{
    assert_ok(mlkem_decapsulate(key, BYTES(sealed), ours));
    assert_true(taint_holds(ours, sizeof ours));
    taint_end(ours, sizeof ours);
    taint_end(theirs, sizeof theirs);
    assert_memory_equal(ours, theirs, sizeof ours);
}

/* Not even whether it was one for this key. */
static void rejecting_says_nothing_of_having_rejected(void **state)
{
    for (size_t i = 0; i < sizeof sealed; i += 523) {
        sealed[i] ^= 4;
        assert_ok(mlkem_decapsulate(key, BYTES(sealed), ours));
        assert_true(taint_holds(ours, sizeof ours));
    }
    assert_ok(mlkem_decapsulate(key, BYTES(pub), ours));
    assert_true(taint_holds(ours, sizeof ours));
    taint_end(ours, sizeof ours);
    taint_end(theirs, sizeof theirs);
    assert_memory_not_equal(ours, theirs, sizeof ours);
}

#define EXCHANGE_TEST(claim) cmocka_unit_test_setup_teardown(claim, exchange, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        EXCHANGE_TEST(generating_says_nothing_of_the_seed),
        EXCHANGE_TEST(encapsulating_says_nothing_of_the_secret),
        EXCHANGE_TEST(decapsulating_says_nothing_of_key_and_secret),
        EXCHANGE_TEST(rejecting_says_nothing_of_having_rejected),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
