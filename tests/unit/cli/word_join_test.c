/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

static void who_joined_is_told_who_they_are(void **state)
{
    play.no_profile = true;
    play_event(TACET_EVENT_JOINED, TACET_OK);
    play_event(TACET_EVENT_LINK, TACET_OK);
    assert_int_equal(PLAY("join", "tacet://join/x", "--kdf-cost", "12"), 0);
    assert_string_equal(play_out, "You are alice@x.example in Ministry of X.\n");
    assert_string_equal(play.link, "tacet://join/x");
    assert_string_equal(play.passphrase, "secret");
    assert_int_equal(play.cost, 12);
}

/* Arguments can be read by everybody on the machine. */
static void the_link_may_come_from_standard_input(void **state)
{
    play_event(TACET_EVENT_LINK, TACET_OK);
    assert_int_equal(PLAY_IN("tacet://join/y\nmore", 19, "join"), 0);
    assert_string_equal(play.link, "tacet://join/y");
}

static void a_network_s_name_is_harmless(void **state)
{
    memcpy(play.status.network, "X\033[2J", 6);
    play_event(TACET_EVENT_LINK, TACET_OK);
    assert_int_equal(PLAY("join", "tacet://join/x"), 0);
    assert_non_null(strstr(play_out, "X\\u{1b}[2J"));
}

static void joining_that_takes_too_long_goes_on_later(void **state)
{
    play_event(TACET_EVENT_LINK, TACET_CLOSED);
    assert_int_equal(PLAY("join", "tacet://join/x"), 75);
    assert_said("cannot be reached");
    assert_said("The same link goes on from here");
}

static void what_is_wrong_with_an_invitation_is_said(void **state)
{
    static const struct {
        enum tacet_code code;
        const char *said;
    } wrong[] = {
        {TACET_ABSENT, "withdrawn or replaced"},
        {TACET_EXPIRED, "too old"},
        {TACET_CONFLICT, "used already"},
        {TACET_FORGED, "not the server of this invitation"},
        {TACET_CLOCK, "clocks"},
    };

    play.join = TACET_DENIED;
    assert_int_equal(PLAY("join", "tacet://join/x"), 1);
    assert_said("Wrong passphrase");
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        play_begin(state);
        play_event(TACET_EVENT_LINK, wrong[i].code);
        assert_int_equal(PLAY("join", "tacet://join/x"), 1);
        assert_said(wrong[i].said);
    }
}

static void a_damaged_link_is_refused_before_a_passphrase_is_asked_for(void **state)
{
    play.link_is = TACET_FORGED;
    assert_int_equal(PLAY("join", "tacet://join/x"), 1);
    assert_said("damaged");
    assert_false(play.asked);
    assert_false(play.opened);
}

static void a_device_s_link_shows_a_code_and_waits(void **state)
{
    play.no_profile = true;
    play_adding(TACET_ADDING_ASKED, TACET_OK);
    play_event(TACET_EVENT_JOINED, TACET_OK);
    play_event(TACET_EVENT_LINK, TACET_OK);
    assert_int_equal(PLAY("join", "tacet://device/x", "--name", "laptop"), 0);
    assert_string_equal(play.called, "laptop");
    assert_string_equal(play_out,
                        "Code: 0123 4567 8901\nYou are alice@x.example in Ministry of X.\n");
    assert_said("type yes there");
}

static void a_device_calls_itself_as_its_machine_without_a_domain(void **state)
{
    play_event(TACET_EVENT_LINK, TACET_OK);
    assert_int_equal(PLAY("join", "tacet://device/x"), 0);
    assert_null(strchr(play.called, '.'));
}

static void what_is_wrong_with_a_device_s_link_is_said(void **state)
{
    static const struct {
        enum tacet_code code;
        const char *said;
    } wrong[] = {
        {TACET_ABSENT, "This link is over"},
        {TACET_CONFLICT, "Somebody else has asked"},
        {TACET_FORGED, "not from the device that showed it"},
        {TACET_CLOCK, "clocks"},
        {TACET_REMOVED, "was removed"},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        play_begin(state);
        play_adding(TACET_ADDING_OVER, wrong[i].code);
        assert_int_equal(PLAY("join", "tacet://device/x"), 1);
        assert_said(wrong[i].said);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(who_joined_is_told_who_they_are, play_begin),
        cmocka_unit_test_setup(the_link_may_come_from_standard_input, play_begin),
        cmocka_unit_test_setup(a_network_s_name_is_harmless, play_begin),
        cmocka_unit_test_setup(joining_that_takes_too_long_goes_on_later, play_begin),
        cmocka_unit_test_setup(what_is_wrong_with_an_invitation_is_said, play_begin),
        cmocka_unit_test_setup(a_damaged_link_is_refused_before_a_passphrase_is_asked_for,
                               play_begin),
        cmocka_unit_test_setup(a_device_s_link_shows_a_code_and_waits, play_begin),
        cmocka_unit_test_setup(a_device_calls_itself_as_its_machine_without_a_domain, play_begin),
        cmocka_unit_test_setup(what_is_wrong_with_a_device_s_link_is_said, play_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
