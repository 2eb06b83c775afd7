/* SPDX-License-Identifier: Apache-2.0 */
#include "base/bytes.h"

#include "assert_err.h"
#include "base/id.h"

static void a_literal_ends_before_its_nul_and_a_label_after_it(void **state)
{
    assert_int_equal(BYTES_LITERAL("abc").n, 3);
    assert_int_equal(BYTES_LABEL("abc").n, 4);
    assert_int_equal(BYTES_LABEL("abc").at[3], 0);
    assert_int_equal(bytes_text("abc").n, 3);
}

static void sameness_is_length_and_content(void **state)
{
    assert_true(bytes_same(BYTES_LITERAL("a\0b"), BYTES_LITERAL("a\0b")));
    assert_false(bytes_same(BYTES_LITERAL("a\0b"), BYTES_LITERAL("a\0c")));
    assert_false(bytes_same(BYTES_LITERAL("ab"), BYTES_LITERAL("abc")));
    assert_true(bytes_same(bytes(NULL, 0), BYTES_LITERAL("")));
}

static void order_is_by_content_and_then_by_length(void **state)
{
    assert_true(bytes_compare(BYTES_LITERAL("ab"), BYTES_LITERAL("b")) < 0);
    assert_true(bytes_compare(BYTES_LITERAL("\xff"), BYTES_LITERAL("a")) > 0);
    assert_true(bytes_compare(BYTES_LITERAL("a"), BYTES_LITERAL("ab")) < 0);
    assert_true(bytes_compare(BYTES_LITERAL("ab"), BYTES_LITERAL("a")) > 0);
    assert_int_equal(bytes_compare(BYTES_LITERAL("ab"), BYTES_LITERAL("ab")), 0);
    assert_int_equal(bytes_compare(bytes(NULL, 0), BYTES_LITERAL("")), 0);
    assert_true(bytes_compare(bytes(NULL, 0), BYTES_LITERAL("a")) < 0);
}

static void one_bit_makes_a_run_other_than_zero(void **state)
{
    uint8_t run[9] = {0};

    assert_true(bytes_all_zero(BYTES(run)));
    assert_true(bytes_all_zero(bytes(NULL, 0)));
    for (size_t i = 0; i < sizeof run; i++) {
        run[i] = 0x80;
        assert_false(bytes_all_zero(BYTES(run)));
        run[i] = 0;
    }
}

static void an_id_is_compared_over_its_whole_length(void **state)
{
    struct device_id one = {{1}}, other = {{1}};

    assert_int_equal(ID_BYTES(one).n, 16);
    assert_true(ID_SAME(one, other));
    other.b[15] = 1;
    assert_false(ID_SAME(one, other));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_literal_ends_before_its_nul_and_a_label_after_it),
        cmocka_unit_test(sameness_is_length_and_content),
        cmocka_unit_test(order_is_by_content_and_then_by_length),
        cmocka_unit_test(one_bit_makes_a_run_other_than_zero),
        cmocka_unit_test(an_id_is_compared_over_its_whole_length),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
