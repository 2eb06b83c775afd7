/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/slash.h"

#include "assert_err.h"

static void assert_split(const char *line, const char *word, const char *rest)
{
    struct bytes behind, first = slash_word(bytes_text(line), &behind);

    assert_true(bytes_same(first, bytes_text(word)));
    assert_true(bytes_same(behind, bytes_text(rest)));
}

static void a_word_ends_at_the_first_blank(void **state)
{
    assert_split("/find one", "/find", "one");
    assert_split("/find", "/find", "");
    assert_split("/find\tone", "/find\tone", "");
}

static void blanks_between_are_left_out_and_no_others(void **state)
{
    assert_split("/find   one  two ", "/find", "one  two ");
    assert_split("/lock  ", "/lock", "");
}

static void a_line_may_hold_nothing(void **state)
{
    assert_split("", "", "");
    assert_split("  ", "", "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_word_ends_at_the_first_blank),
        cmocka_unit_test(blanks_between_are_left_out_and_no_others),
        cmocka_unit_test(a_line_may_hold_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
