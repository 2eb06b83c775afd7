/* SPDX-License-Identifier: Apache-2.0 */
#include "assert_err.h"
#include "crypto/password.h"
#include "unit/crypto/hex.h"

static const uint8_t SALT[PASSWORD_SALT_SIZE] = {'S', 'o', 'd', 'i', 'u', 'm', 'C', 'h',
                                                 'l', 'o', 'r', 'i', 'd', 'e', '1', '6'};

/* From Python's hashlib.scrypt. */
static void known_answers_are_given(void **state)
{
    uint8_t key[PASSWORD_KEY_SIZE];

    (void)state;
    assert_ok(password_key(BYTES_LITERAL("pleaseletmein"), SALT, 10, key));
    assert_hex(BYTES(key), "c259dbffbcff249591dcb872c422fd04fcd1cca45d07cc0fc7f87bdec4cb89b8");
    assert_ok(password_key(bytes(NULL, 0), SALT, 11, key));
    assert_hex(BYTES(key), "a49920ec772c4065275e2bdd3e2d2d0c297ecaa57cb820128f7647e4e66d0db2");
}

/* Not so NULs at the end: HMAC pads its key with them, and scrypt hands the password to HMAC. */
static void salt_cost_and_every_letter_matter(void **state)
{
    const struct bytes others[] = {
        BYTES_LITERAL("secres"),   BYTES_LITERAL("secre"),    BYTES_LITERAL("secret "),
        BYTES_LITERAL("\0secret"), BYTES_LITERAL("sec\0ret"),
    };
    uint8_t salt[PASSWORD_SALT_SIZE] = {0}, a[PASSWORD_KEY_SIZE], b[PASSWORD_KEY_SIZE];

    (void)state;
    assert_ok(password_key(BYTES_LITERAL("secret"), SALT, 10, a));
    assert_ok(password_key(BYTES_LITERAL("secret"), salt, 10, b));
    assert_false(bytes_same(BYTES(a), BYTES(b)));
    assert_ok(password_key(BYTES_LITERAL("secret"), SALT, 11, b));
    assert_false(bytes_same(BYTES(a), BYTES(b)));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_ok(password_key(others[i], SALT, 10, b));
        assert_false(bytes_same(BYTES(a), BYTES(b)));
    }
}

static void the_default_cost_fits_its_memory_limit(void **state)
{
    uint8_t key[PASSWORD_KEY_SIZE];

    (void)state;
    assert_ok(password_key(BYTES_LITERAL("secret"), SALT, PASSWORD_COST_DEFAULT, key));
}

static void a_cost_out_of_range_is_refused(void **state)
{
    static const uint8_t costs[] = {0, PASSWORD_COST_LEAST - 1, PASSWORD_COST_MOST + 1, 64, 255};
    uint8_t key[PASSWORD_KEY_SIZE];

    (void)state;
    for (size_t i = 0; i < sizeof costs; i++) {
        memset(key, 0xee, sizeof key);
        assert_err(password_key(BYTES_LITERAL("secret"), SALT, costs[i], key), E_LIMIT);
        assert_true(bytes_all_zero(BYTES(key)));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(known_answers_are_given),
        cmocka_unit_test(salt_cost_and_every_letter_matter),
        cmocka_unit_test(the_default_cost_fits_its_memory_limit),
        cmocka_unit_test(a_cost_out_of_range_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
