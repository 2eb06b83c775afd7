/* SPDX-License-Identifier: Apache-2.0 */
/* What the other programs here look for is found where it was put: a harness that sees nothing
 * would pass them all. */
#include "assert_err.h"
#include "constant_time/taint.h"
#include "crypto/kdf.h"
#include "crypto/random.h"
#include "crypto/secret.h"

static uint8_t secret[32];
static volatile unsigned seen; /* keeps what a leak computes */

static int enter(void **state)
{
    struct random random = random_system();

    assert_true(taint_watched());
    assert_ok(random_fill(&random, secret, sizeof secret));
    return 0;
}

static void a_branch_on_a_secret_is_reported(void **state)
{
    unsigned before = taint_reports();

    if (secret[5] & 1)
        seen++;
    assert_true(taint_reports() > before);
}

static void an_address_made_of_a_secret_is_reported(void **state)
{
    static const volatile uint8_t table[256] = {1};
    unsigned before = taint_reports();

    seen = table[secret[6]];
    assert_true(taint_reports() > before);
}

static void a_comparison_that_stops_early_is_reported(void **state)
{
    static const uint8_t guess[sizeof secret] = {0};
    unsigned before = taint_reports();

    seen = bytes_same(BYTES(secret), BYTES(guess));
    assert_true(taint_reports() > before);
}

/* Through OpenSSL and back: what it makes of a secret is a secret. */
static void a_branch_on_what_was_derived_is_reported(void **state)
{
    uint8_t key[32];
    unsigned before;

    assert_ok(kdf_hkdf((struct bytes){0}, BYTES(secret), BYTES_LITERAL("leak"), key, sizeof key));
    before = taint_reports();
    if (key[0] & 1)
        seen++;
    assert_true(taint_reports() > before);
}

static void what_was_revealed_is_not(void **state)
{
    unsigned before = taint_reports();
    uint8_t copy[sizeof secret];

    memcpy(copy, secret, sizeof copy);
    secret_reveal(copy, sizeof copy);
    if (copy[5] & 1)
        seen++;
    assert_int_equal(taint_reports(), before);
    assert_true(taint_holds(secret, sizeof secret));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_branch_on_a_secret_is_reported, enter),
        cmocka_unit_test_setup(an_address_made_of_a_secret_is_reported, enter),
        cmocka_unit_test_setup(a_comparison_that_stops_early_is_reported, enter),
        cmocka_unit_test_setup(a_branch_on_what_was_derived_is_reported, enter),
        cmocka_unit_test_setup(what_was_revealed_is_not, enter),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
