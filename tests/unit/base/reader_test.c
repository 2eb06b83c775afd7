/* SPDX-License-Identifier: Apache-2.0 */
#include "base/reader.h"

#include "assert_err.h"

static void integers_are_big_endian(void **state)
{
    static const uint8_t in[] = {0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
                                 0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f};
    struct reader r = reader(BYTES(in));

    assert_int_equal(reader_u8(&r), 0x01);
    assert_int_equal(reader_u16(&r), 0x0203);
    assert_int_equal(reader_u32(&r), 0x04050607);
    assert_true(reader_u64(&r) == 0x08090a0b0c0d0e0f);
    assert_ok(reader_end(&r));
}

static void no_bytes_are_a_whole_message_too(void **state)
{
    struct reader r = reader(bytes(NULL, 0));
    uint8_t none[1] = {7};

    assert_int_equal(reader_left(&r), 0);
    assert_int_equal(reader_take(&r, 0).n, 0);
    reader_copy(&r, none, 0);
    assert_int_equal(none[0], 7);
    assert_ok(reader_end(&r));
    assert_int_equal(reader_u8(&r), 0);
    assert_err(reader_end(&r), E_TRUNCATED);
}

static void bytes_left_over_are_malformed(void **state)
{
    struct reader r = reader(BYTES_LITERAL("abc"));

    assert_int_equal(reader_u16(&r), 0x6162);
    assert_err(reader_end(&r), E_MALFORMED);
    assert_int_equal(reader_u8(&r), 'c');
    assert_ok(reader_end(&r));
}

static void a_read_past_the_end_moves_nothing(void **state)
{
    struct reader r = reader(BYTES_LITERAL("abc"));

    assert_int_equal(reader_u32(&r), 0);
    assert_ptr_equal(r.at + 3, r.end);
    assert_err(reader_end(&r), E_TRUNCATED);
}

static void the_first_failure_sticks(void **state)
{
    struct reader r = reader(BYTES_LITERAL("abcdef"));
    uint8_t copy[2] = {7, 7};

    assert_int_equal(reader_u64(&r), 0);
    assert_int_equal(reader_u8(&r), 0); /* this alone would have succeeded */
    assert_int_equal(reader_u16(&r), 0);
    assert_int_equal(reader_take(&r, 1).n, 0);
    assert_null(reader_take(&r, 1).at);
    assert_int_equal(reader_block(&r, 0).n, 0);
    reader_copy(&r, copy, sizeof copy);
    assert_true(bytes_all_zero(BYTES(copy)));
    reader_require(&r, false, E_FORGED);
    assert_err(reader_end(&r), E_TRUNCATED);
}

static void nothing_is_left_after_a_failure(void **state)
{
    struct reader r = reader(BYTES_LITERAL("abc"));
    int rounds = 0;

    reader_require(&r, false, E_MALFORMED);
    while (reader_left(&r) > 0 && rounds < 10) {
        (void)reader_u16(&r);
        rounds++;
    }
    assert_int_equal(rounds, 0);
    assert_int_equal(reader_rest(&r).n, 0);
    assert_err(reader_end(&r), E_MALFORMED);
}

static void runs_are_borrowed_and_copies_are_not(void **state)
{
    struct bytes in = BYTES_LITERAL("abcd");
    struct reader r = reader(in);
    uint8_t copy[2];

    assert_ptr_equal(reader_take(&r, 2).at, in.at);
    assert_ptr_equal(reader_rest(&r).at, in.at + 2);
    assert_int_equal(reader_left(&r), 2);
    reader_copy(&r, copy, 2);
    assert_memory_equal(copy, "cd", 2);
    assert_ok(reader_end(&r));
}

static void a_block_is_its_length_and_that_many_bytes(void **state)
{
    struct reader r = reader(BYTES_LITERAL("\0\0\0\3abc\0\0\0\0"));

    assert_bytes(reader_block(&r, 3), BYTES_LITERAL("abc"));
    assert_int_equal(reader_block(&r, 3).n, 0);
    assert_ok(reader_end(&r));
}

static void a_block_longer_than_its_limit_is_refused(void **state)
{
    struct reader r = reader(BYTES_LITERAL("\0\0\0\3abc"));

    assert_int_equal(reader_block(&r, 2).n, 0);
    assert_err(reader_end(&r), E_LIMIT);
    r = reader(BYTES_LITERAL("\xff\xff\xff\xff"));
    assert_int_equal(reader_block(&r, 100).n, 0);
    assert_err(reader_end(&r), E_LIMIT);
}

static void a_block_longer_than_what_is_left_is_truncated(void **state)
{
    struct bytes in = BYTES_LITERAL("\0\0\0\3abc");

    for (size_t n = 0; n < in.n; n++) {
        struct reader r = reader(bytes(in.at, n));

        assert_int_equal(reader_block(&r, 100).n, 0);
        assert_err(reader_end(&r), E_TRUNCATED);
    }
}

static void a_length_near_the_largest_number_is_truncated(void **state)
{
    struct reader r = reader(BYTES_LITERAL("abc"));

    assert_int_equal(reader_u8(&r), 'a');
    assert_int_equal(reader_take(&r, SIZE_MAX).n, 0);
    assert_err(reader_end(&r), E_TRUNCATED);
}

static void a_rule_that_is_broken_fails_the_reader_with_its_code(void **state)
{
    struct reader r = reader(BYTES_LITERAL("a"));

    reader_require(&r, true, E_VERSION);
    assert_int_equal(reader_u8(&r), 'a');
    assert_ok(reader_end(&r));
    reader_require(&r, false, E_VERSION);
    assert_err(reader_end(&r), E_VERSION);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(integers_are_big_endian),
        cmocka_unit_test(no_bytes_are_a_whole_message_too),
        cmocka_unit_test(bytes_left_over_are_malformed),
        cmocka_unit_test(a_read_past_the_end_moves_nothing),
        cmocka_unit_test(the_first_failure_sticks),
        cmocka_unit_test(nothing_is_left_after_a_failure),
        cmocka_unit_test(runs_are_borrowed_and_copies_are_not),
        cmocka_unit_test(a_block_is_its_length_and_that_many_bytes),
        cmocka_unit_test(a_block_longer_than_its_limit_is_refused),
        cmocka_unit_test(a_block_longer_than_what_is_left_is_truncated),
        cmocka_unit_test(a_length_near_the_largest_number_is_truncated),
        cmocka_unit_test(a_rule_that_is_broken_fails_the_reader_with_its_code),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
