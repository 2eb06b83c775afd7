/* SPDX-License-Identifier: Apache-2.0 */
#include "assert_err.h"
#include "crypto/secret.h"

static void wiping_leaves_zeros_and_spares_the_neighbours(void **state)
{
    uint8_t at[4] = {1, 2, 3, 4};

    (void)state;
    secret_wipe(at + 1, 2);
    assert_bytes(BYTES(at), BYTES(((uint8_t[]){1, 0, 0, 4})));
    secret_wipe(NULL, 0);
}

static void same_means_same_length_and_content(void **state)
{
    struct bytes a = BYTES_LITERAL("abc"), b = BYTES_LITERAL("abd"), nothing = {NULL, 0};

    (void)state;
    assert_true(secret_same(a, a));
    assert_false(secret_same(a, b));
    assert_false(secret_same(a, bytes(a.at, 2)));
    assert_true(secret_same(bytes(a.at, 2), bytes(b.at, 2)));
    assert_true(secret_same(nothing, nothing));
    assert_false(secret_same(nothing, a));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(wiping_leaves_zeros_and_spares_the_neighbours),
        cmocka_unit_test(same_means_same_length_and_content),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
