/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

/* Connected; a link is shown; somebody asks. */
static int begin(void **state)
{
    play_begin(state);
    play_event(TACET_EVENT_LINK, TACET_OK);
    play_adding(TACET_ADDING_OPEN, TACET_OK);
    play_adding(TACET_ADDING_ASKED, TACET_OK);
    return 0;
}

static void yes_adds_who_asks(void **state)
{
    assert_int_equal(PLAY_IN("yes\n", 4, "devices", "add"), 75); /* confirmed, and not done yet */
    assert_string_equal(play.confirmed, "0123 4567 8901");
    assert_false(play.cancelled);
    assert_said("goes on when tacet runs next");
}

static void what_is_added_is_shown(void **state)
{
    assert_int_equal(PLAY_IN("no\n", 3, "devices", "add"), 1);
    assert_non_null(strstr(play_out, "tacet://device/x\n"));
    assert_non_null(strstr(play_out, "It calls itself           laptop\n"));
    assert_non_null(strstr(play_out, "it is at  192.0.2.7\n"));
    assert_non_null(strstr(play_out, "Its code is               0123 4567 8901\n"));
    assert_true(play.cancelled);
    assert_string_equal(play.confirmed, "");
    assert_said("Nobody was added");
}

static void what_it_calls_itself_is_harmless(void **state)
{
    memcpy(play.event[2].called, "X\033[2J", 6);
    memcpy(play.event[2].from, "\033]0;x", 6);
    PLAY_IN("no\n", 3, "devices", "add");
    assert_null(strchr(play_out, '\033'));
    assert_null(strchr(play_err, '\033'));
}

static void the_digits_are_as_good_as_yes(void **state)
{
    assert_int_equal(PLAY_IN("0123 4567 8901\n", 15, "devices", "add", "--json"), 75);
    assert_string_equal(play.confirmed, "0123 4567 8901");
}

static void other_digits_end_it(void **state)
{
    play.confirm_device = TACET_FORGED;
    assert_int_equal(PLAY_IN("1\n", 2, "devices", "add"), 1);
    assert_said("another code");
    assert_true(play.cancelled);
}

static void without_a_word_the_link_stays_open(void **state)
{
    assert_int_equal(PLAY("devices", "add"), 75);
    assert_false(play.cancelled);
    assert_said("--confirm CODE");
}

static void a_code_that_is_given_is_confirmed(void **state)
{
    play_adding(TACET_ADDING_DONE, TACET_OK);
    assert_int_equal(PLAY("devices", "add", "--confirm", "012345678901"), 0);
    assert_string_equal(play.confirmed, "012345678901");
    assert_non_null(strstr(play_out, "Added: " PLAY_ID "\n"));
    play_begin(state);
    play.link_shown = TACET_ABSENT;
    assert_int_equal(PLAY("devices", "add", "--confirm", "012345678901"), 1);
    assert_said("Nobody asks");
}

static void json_is_one_object_a_step(void **state)
{
    play_adding(TACET_ADDING_DONE, TACET_OK);
    assert_int_equal(PLAY("devices", "add", "--confirm", "0", "--json"), 0);
    assert_string_equal(play_out, "{\"event\":\"asked\",\"device\":\"" PLAY_ID
                                  "\",\"name\":\"laptop\",\"from\":\"192.0.2.7\",\"code\":"
                                  "\"0123 4567 8901\"}\n"
                                  "{\"event\":\"confirmed\",\"device\":\"" PLAY_ID "\"}\n"
                                  "{\"event\":\"added\",\"device\":\"" PLAY_ID "\"}\n");
}

static void json_has_the_link(void **state)
{
    play.events = 2;
    play_adding(TACET_ADDING_OVER, TACET_EXPIRED);
    assert_int_equal(PLAY("devices", "add", "--json"), 1);
    assert_string_equal(play_out, "{\"event\":\"link\",\"link\":\"tacet://device/x\","
                                  "\"lives_s\":600}\n"
                                  "{\"event\":\"over\",\"why\":\"expired\"}\n");
    assert_said("ten minutes are over");
}

static void why_nobody_was_added_is_said(void **state)
{
    static const struct {
        enum tacet_code code;
        const char *said;
    } over[] = {
        {TACET_ABSENT, "does not know the link"},
        {TACET_FORGED, "somebody has seen it"},
        {TACET_LIMIT, "ten devices by now"},
        {TACET_CONFLICT, "in your list already"},
    };

    for (size_t i = 0; i < sizeof over / sizeof over[0]; i++) {
        begin(state);
        play.events = 2;
        play_adding(TACET_ADDING_OVER, over[i].code);
        assert_int_equal(PLAY("devices", "add"), 1);
        assert_said(over[i].said);
    }
}

static void ten_are_the_most(void **state)
{
    play.add = TACET_LIMIT;
    assert_int_equal(PLAY("devices", "add"), 1);
    assert_said("ten devices already");
}

static void a_server_that_does_not_take_the_list_is_said(void **state)
{
    play.events = 2;
    play_adding(TACET_ADDING_LATE, TACET_EXPIRED);
    assert_int_equal(PLAY("devices", "add"), 75);
    assert_said("has not taken the new list");
}

static void without_a_connection_there_is_no_link(void **state)
{
    play_begin(state);
    play.cancel = TACET_ABSENT;
    assert_int_equal(PLAY("devices", "add"), 75);
    assert_said("cannot be reached");
    assert_string_equal(play_out, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(yes_adds_who_asks, begin),
        cmocka_unit_test_setup(what_is_added_is_shown, begin),
        cmocka_unit_test_setup(what_it_calls_itself_is_harmless, begin),
        cmocka_unit_test_setup(the_digits_are_as_good_as_yes, begin),
        cmocka_unit_test_setup(other_digits_end_it, begin),
        cmocka_unit_test_setup(without_a_word_the_link_stays_open, begin),
        cmocka_unit_test_setup(a_code_that_is_given_is_confirmed, begin),
        cmocka_unit_test_setup(json_is_one_object_a_step, begin),
        cmocka_unit_test_setup(json_has_the_link, begin),
        cmocka_unit_test_setup(why_nobody_was_added_is_said, begin),
        cmocka_unit_test_setup(ten_are_the_most, begin),
        cmocka_unit_test_setup(a_server_that_does_not_take_the_list_is_said, begin),
        cmocka_unit_test_setup(without_a_connection_there_is_no_link, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
