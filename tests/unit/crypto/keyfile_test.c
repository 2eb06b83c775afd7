/* SPDX-License-Identifier: Apache-2.0 */
#include "assert_err.h"
#include "crypto/keyfile.h"

#include "crypto/password.h"

#define COST PASSWORD_COST_LEAST

#define PASSPHRASE BYTES_LITERAL("correct horse")
static struct sign_private *key;
static uint8_t pub[SIGN_PUBLIC_SIZE];
static uint8_t file[KEYFILE_SIZE];

static int make_file(void **state)
{
    struct random random = random_system();
    struct buf b = BUF(KEYFILE_SIZE);

    assert_ok(sign_generate(&key, pub));
    assert_ok(keyfile_seal(key, PASSPHRASE, COST, &random, &b));
    assert_int_equal(b.n, KEYFILE_SIZE);
    memcpy(file, b.at, sizeof file);
    buf_free(&b);
    return 0;
}

static int forget(void **state)
{
    sign_private_free(key);
    return 0;
}

static void the_passphrase_opens_the_very_key(void **state)
{
    uint8_t scalar[SIGN_PRIVATE_SIZE], other[SIGN_PRIVATE_SIZE], whose[SIGN_PUBLIC_SIZE];
    struct sign_private *opened = NULL;

    assert_ok(keyfile_open(BYTES(file), PASSPHRASE, &opened));
    assert_ok(sign_private_write(key, scalar));
    assert_ok(sign_private_write(opened, other));
    assert_bytes(BYTES(other), BYTES(scalar));
    assert_ok(keyfile_public(BYTES(file), whose));
    assert_bytes(BYTES(whose), BYTES(pub));
    sign_private_free(opened);
}

static void another_passphrase_is_denied(void **state)
{
    struct sign_private *opened = NULL;

    assert_err(keyfile_open(BYTES(file), BYTES_LITERAL("correct hors"), &opened), E_DENIED);
    assert_err(keyfile_open(BYTES(file), bytes(NULL, 0), &opened), E_DENIED);
    assert_null(opened);
}

/* Every byte is either looked at before or bound by the seal. */
static void no_byte_can_be_changed(void **state)
{
    struct sign_private *opened = NULL;

    for (size_t i = 0; i < sizeof file; i++) {
        uint8_t altered[KEYFILE_SIZE];
        struct err err;

        memcpy(altered, file, sizeof file);
        altered[i] ^= 1;
        err = keyfile_open(BYTES(altered), PASSPHRASE, &opened);
        assert_true(err.code == E_DENIED || err.code == E_MALFORMED);
        assert_null(opened);
    }
}

static void no_part_and_no_more_is_taken_for_the_whole(void **state)
{
    struct sign_private *opened = NULL;
    uint8_t longer[KEYFILE_SIZE + 1] = {0}, whose[SIGN_PUBLIC_SIZE];

    for (size_t n = 0; n < sizeof file; n++) {
        assert_err(keyfile_open(bytes(file, n), PASSPHRASE, &opened), E_MALFORMED);
        assert_err(keyfile_public(bytes(file, n), whose), E_MALFORMED);
    }
    memcpy(longer, file, sizeof file);
    assert_err(keyfile_open(BYTES(longer), PASSPHRASE, &opened), E_MALFORMED);
}

static void a_newer_file_is_told_from_a_broken_one(void **state)
{
    struct sign_private *opened = NULL;
    uint8_t newer[KEYFILE_SIZE];

    memcpy(newer, file, sizeof file);
    newer[8] = 2;
    assert_err(keyfile_open(BYTES(newer), PASSPHRASE, &opened), E_VERSION);
    newer[8] = 0;
    assert_err(keyfile_open(BYTES(newer), PASSPHRASE, &opened), E_MALFORMED);
}

/* Or a file from a stranger could ask for all memory there is. */
static void a_cost_out_of_range_is_refused(void **state)
{
    struct random random = random_system();
    struct sign_private *opened = NULL;
    uint8_t costly[KEYFILE_SIZE];
    struct buf b = BUF(KEYFILE_SIZE);

    memcpy(costly, file, sizeof file);
    costly[9] = PASSWORD_COST_MOST + 1;
    assert_err(keyfile_open(BYTES(costly), PASSPHRASE, &opened), E_MALFORMED);
    assert_err(keyfile_seal(key, PASSPHRASE, PASSWORD_COST_MOST + 1, &random, &b), E_LIMIT);
    assert_int_equal(b.n, 0);
    buf_free(&b);
}

static void two_seals_of_one_key_have_nothing_secret_in_common(void **state)
{
    struct random random = random_system();
    struct buf b = BUF(KEYFILE_SIZE);

    assert_ok(keyfile_seal(key, PASSPHRASE, COST, &random, &b));
    assert_memory_equal(b.at, file, 10);
    assert_memory_not_equal(b.at + 10, file + 10, PASSWORD_SALT_SIZE);
    assert_memory_not_equal(b.at + KEYFILE_SIZE - 82, file + KEYFILE_SIZE - 82, 82);
    buf_free(&b);
}

static void without_room_nothing_is_written(void **state)
{
    struct random random = random_system();
    struct buf b = BUF(KEYFILE_SIZE);

    buf_u8(&b, 7);
    assert_err(keyfile_seal(key, PASSPHRASE, COST, &random, &b), E_LIMIT);
    assert_int_equal(b.n, 1);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_passphrase_opens_the_very_key),
        cmocka_unit_test(another_passphrase_is_denied),
        cmocka_unit_test(no_byte_can_be_changed),
        cmocka_unit_test(no_part_and_no_more_is_taken_for_the_whole),
        cmocka_unit_test(a_newer_file_is_told_from_a_broken_one),
        cmocka_unit_test(a_cost_out_of_range_is_refused),
        cmocka_unit_test(two_seals_of_one_key_have_nothing_secret_in_common),
        cmocka_unit_test(without_room_nothing_is_written),
    };

    return cmocka_run_group_tests(tests, make_file, forget);
}
