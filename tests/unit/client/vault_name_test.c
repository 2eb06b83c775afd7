/* SPDX-License-Identifier: Apache-2.0 */
#include "client/vault_name.h"

#include "assert_err.h"

static struct vault_names names;

static int begin(void **state)
{
    names = (struct vault_names){.index_key = {7}};
    return 0;
}

/* As PROTOCOL.md's reader would make it, without anything that is kept. */
static struct vault_name by_hand(uint8_t kind, struct bytes key, uint64_t number)
{
    uint8_t digest[HASH_SHA512_SIZE];

    assert_ok(hash_hmac_sha512(BYTES(names.index_key), HASH_PARTS(bytes(&kind, 1), key), digest));
    return vault_name(kind, digest, number);
}

static void is_named(uint8_t kind, struct bytes key, uint64_t number)
{
    struct vault_name found, expected = by_hand(kind, key, number);

    assert_ok(vault_name_find(&names, kind, key, number, &found));
    assert_int_equal(found.kind, kind);
    assert_int_equal(found.number, number);
    assert_bytes(BYTES(found.key), BYTES(expected.key));
    assert_bytes(BYTES(found.aad), BYTES(expected.aad));
}

static void a_name_that_is_kept_is_the_name_that_is_made(void **state)
{
    for (unsigned round = 0; round < 2; round++) {
        is_named(1, (struct bytes){0}, 1);
        is_named(2, (struct bytes){0}, 1);
        is_named(2, BYTES_LITERAL("a key"), 2);
        is_named(2, BYTES_LITERAL("a ke"), 2);
        is_named(2, BYTES_LITERAL("a kez"), UINT64_C(1) << 40);
    }
}

/* Four times as many as there is room for. */
static void keys_that_share_a_place_keep_their_own_names(void **state)
{
    uint8_t key[2];

    for (unsigned round = 0; round < 2; round++)
        for (unsigned i = 0; i < 4 * VAULT_NAMES_KEPT; i++) {
            key[0] = (uint8_t)(i >> 8);
            key[1] = (uint8_t)i;
            is_named(3, BYTES(key), i);
        }
}

static void a_key_too_long_to_be_kept_has_a_name_like_any_other(void **state)
{
    uint8_t key[VAULT_NAMES_KEY_MAX + 1];

    for (unsigned round = 0; round < 2; round++)
        for (uint8_t last = 0; last < 3; last++) {
            memset(key, 1, sizeof key);
            key[sizeof key - 1] = last;
            is_named(1, BYTES(key), 0);
            key[sizeof key - 2] = last;
            is_named(1, bytes(key, sizeof key - 1), 0);
        }
}

static void a_number_that_the_database_cannot_hold_is_refused(void **state)
{
    struct vault_name name;

    is_named(1, BYTES_LITERAL("a key"), INT64_MAX);
    assert_err(vault_name_find(&names, 1, BYTES_LITERAL("a key"), UINT64_C(1) << 63, &name),
               E_LIMIT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_name_that_is_kept_is_the_name_that_is_made, begin),
        cmocka_unit_test_setup(keys_that_share_a_place_keep_their_own_names, begin),
        cmocka_unit_test_setup(a_key_too_long_to_be_kept_has_a_name_like_any_other, begin),
        cmocka_unit_test_setup(a_number_that_the_database_cannot_hold_is_refused, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
