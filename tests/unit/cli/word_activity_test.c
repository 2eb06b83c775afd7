/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

static void it_is_shown(void **state)
{
    assert_int_equal(PLAY("activity"), 0);
    assert_string_equal(play_out, "Your devices tell nobody when you are writing, or reading.\n");
    assert_int_equal(PLAY("activity", "--json"), 0);
    assert_string_equal(play_out, "{\"activity\":false}\n");
}

static void it_is_said(void **state)
{
    assert_int_equal(PLAY("activity", "on"), 0);
    assert_true(play.activity);
    assert_string_equal(play_out,
                        "Your devices tell who is there when you are writing, or reading.\n");
    assert_int_equal(PLAY("activity", "--json", "off"), 0);
    assert_false(play.activity);
    assert_string_equal(play_out, "{\"activity\":false}\n");
}

static void what_is_neither_changes_nothing(void **state)
{
    play.activity = true;
    assert_int_equal(PLAY("activity", "read"), 2);
    assert_non_null(strstr(play_err, "Activity is on or off.\n"));
    assert_int_equal(PLAY("activity", "off", "on"), 2);
    assert_true(play.activity);
}

static void trouble_is_told(void **state)
{
    play.telling = TACET_DENIED;
    assert_int_equal(PLAY("activity", "on"), 1);
    assert_string_equal(play_out, "");
    assert_non_null(strstr(play_err, "The network does not allow that."));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_is_shown, play_begin),
        cmocka_unit_test_setup(it_is_said, play_begin),
        cmocka_unit_test_setup(what_is_neither_changes_nothing, play_begin),
        cmocka_unit_test_setup(trouble_is_told, play_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
