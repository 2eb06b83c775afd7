/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

#define DIGITS "00000 11111 22222 33333 44444 55555 66666 77777 88888 99999 00000 11111"

static void the_number_is_twelve_groups_and_a_qr_code(void **state)
{
    static const char number[] = "00000  11111  22222  33333\n"
                                 "44444  55555  66666  77777\n"
                                 "88888  99999  00000  11111\n";

    play_contact("bob");
    assert_int_equal(PLAY("verify", "bob"), 0);
    assert_memory_equal(play_out, number, sizeof number - 1);
    assert_non_null(strstr(play_out, "\u2588"));
    assert_said("by phone");
    assert_said("tacet verify bob --confirm");
    assert_false(play.looked_up);
}

static void a_stranger_is_looked_up_first(void **state)
{
    play_contact("bob")->known = false;
    play_event(TACET_EVENT_LINK, TACET_OK);
    memcpy(play_event(TACET_EVENT_CONTACT, TACET_ABSENT)->who, "carol", 6);
    memcpy(play_event(TACET_EVENT_CONTACT, TACET_OK)->who, "bob", 4);
    assert_int_equal(PLAY("verify", "bob"), 0);
    assert_true(play.looked_up);
    assert_memory_equal(play_out, "00000  ", 7);
}

static void nobody_is_told_from_no_server(void **state)
{
    play_event(TACET_EVENT_LINK, TACET_OK);
    memcpy(play_event(TACET_EVENT_CONTACT, TACET_ABSENT)->who, "bob", 4);
    assert_int_equal(PLAY("verify", "bob"), 1);
    assert_said("nobody with this handle");
    play_begin(state);
    play_event(TACET_EVENT_LINK, TACET_CLOSED);
    assert_int_equal(PLAY("verify", "bob"), 75);
    assert_said("cannot be reached");
}

static void the_right_digits_verify_and_others_warn(void **state)
{
    play_contact("bob");
    assert_int_equal(PLAY("verify", "bob", "--confirm", DIGITS), 0);
    assert_said("bob is verified.");
    play.confirm = TACET_FORGED;
    assert_int_equal(PLAY("verify", "bob", "--confirm", DIGITS), 1);
    assert_said("They differ.");
    assert_said("write nothing secret");
}

static void a_changed_key_shows_no_number_until_it_is_accepted(void **state)
{
    play_contact("bob")->changed = true;
    assert_int_equal(PLAY("verify", "bob"), 1);
    assert_string_equal(play_out, "");
    assert_said("another account key");
    assert_said("--accept-new-key");
    assert_int_equal(PLAY("verify", "bob", "--confirm", DIGITS), 1);
    assert_false(play.accepted);
    assert_int_equal(PLAY("verify", "bob", "--accept-new-key"), 0);
    assert_true(play.accepted);
    assert_said("unverified until you compare");
    assert_memory_equal(play_out, "00000  ", 7);
}

static void one_s_own_number_is_nothing_to_compare(void **state)
{
    assert_int_equal(PLAY("verify", "alice"), 1);
    assert_said("That is you");
    assert_false(play.looked_up);
}

static void the_number_is_told_as_json(void **state)
{
    static const char number[] = "\"000001111122222333334444455555666667777788888999990000011111\"";

    play_contact("bob");
    assert_int_equal(PLAY("verify", "bob", "--json"), 0);
    assert_non_null(strstr(play_out, number));
    assert_non_null(strstr(play_out, "\"verified\":false}\n"));
    assert_int_equal(PLAY("verify", "bob", "--confirm", DIGITS, "--json"), 0);
    assert_non_null(strstr(play_out, number));
    assert_non_null(strstr(play_out, "\"verified\":true}\n"));
    play.confirm = TACET_FORGED;
    assert_int_equal(PLAY("verify", "bob", "--confirm", DIGITS, "--json"), 1);
    assert_string_equal(play_out, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_number_is_twelve_groups_and_a_qr_code, play_begin),
        cmocka_unit_test_setup(a_stranger_is_looked_up_first, play_begin),
        cmocka_unit_test_setup(nobody_is_told_from_no_server, play_begin),
        cmocka_unit_test_setup(the_right_digits_verify_and_others_warn, play_begin),
        cmocka_unit_test_setup(a_changed_key_shows_no_number_until_it_is_accepted, play_begin),
        cmocka_unit_test_setup(one_s_own_number_is_nothing_to_compare, play_begin),
        cmocka_unit_test_setup(the_number_is_told_as_json, play_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
