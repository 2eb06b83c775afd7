/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

#include <stdio.h>

/* A position of mine with the id that everything has. */
static void said(void)
{
    play_contact("bob");
    play_message("bob", "");
    play.accepting = true;
}

static void it_is_queued_with_what_was_said_of_it(void **state)
{
    said();
    assert_int_equal(PLAY("position", "bob", "52.5163,13.3777", "--wait", "0"), 0);
    assert_string_equal(play.placed, "send bob 525163000,133777000 0 m, 0 s: ");
    assert_string_equal(play_out, PLAY_ID "\n");
    assert_int_equal(
        PLAY("position", "bob", "geo:-1,-2;u=15", "--live", "1h", "--label", "The gate", "--json"),
        0);
    assert_string_equal(play.placed, "send bob -10000000,-20000000 15 m, 3600 s: The gate");
    assert_non_null(
        strstr(play_out, "{\"with\":\"bob\",\"id\":\"" PLAY_ID "\",\"state\":\"accepted\"}\n"));
}

static void it_moves_and_stops(void **state)
{
    said();
    assert_int_equal(PLAY("position", "bob", "1,2;u=3", "--moved", "0011", "--wait", "0"), 0);
    assert_string_equal(play.placed, "move bob 10000000,20000000 3 m");
    assert_int_equal(play.place, 1);
    play.place = 0;
    assert_int_equal(PLAY("position", "bob", "--stop", "0011", "--wait", "0"), 0);
    assert_string_equal(play.placed, "stop bob");
    assert_int_equal(play.place, 1);
}

static void what_does_not_go_together_is_refused(void **state)
{
    said();
    assert_int_equal(PLAY("position", "bob"), 2);
    assert_int_equal(PLAY("position", "bob", "91,0"), 2);
    assert_non_null(strstr(play_err, "A position is 52.5163,13.3777 or geo:"));
    assert_int_equal(PLAY("position", "bob", "1,2", "--moved", "0011", "--live", "1h"), 2);
    assert_non_null(strstr(play_err, "--moved and --stop stand alone.\n"));
    assert_int_equal(PLAY("position", "bob", "--stop", "0011", "--moved", "0011"), 2);
    assert_int_equal(PLAY("position", "bob", "1,2", "--stop", "0011"), 2);
    assert_int_equal(PLAY("position", "bob", "1,2", "--live", "never"), 2);
    assert_string_equal(play.placed, "");
}

static void why_it_cannot_be_is_said(void **state)
{
    static const struct {
        enum tacet_code code;
        const char *words;
    } says[] = {
        {TACET_ABSENT, "That message says of nobody where they are."},
        {TACET_DENIED, "Somebody else wrote that message, only moderators write there, or"},
        {TACET_EXPIRED, "Its time is over, or nothing was to follow it"},
        {TACET_STALE, "Nothing follows it any more already."},
        {TACET_LIMIT, "At most for 1d"},
    };

    said();
    for (size_t i = 0; i < sizeof says / sizeof says[0]; i++) {
        play.send = says[i].code;
        assert_int_equal(PLAY("position", "bob", "1,2", "--moved", "0011"), 1);
        assert_non_null(strstr(play_err, says[i].words));
    }
    play.find = TACET_ABSENT;
    assert_int_equal(PLAY("position", "bob", "--stop", "0011"), 1);
    assert_non_null(strstr(play_err, "No message of this conversation has such an id."));
}

static void where_somebody_is_is_shown(void **state)
{
    struct tacet_message *m;

    play_contact("bob");
    play_message("bob", "The\x1b gate");
    m = &play.message[0];
    m->kind = TACET_KIND_POSITION;
    m->located = true;
    m->versions = 3;
    m->position = (struct tacet_position){525163000, -133777001, 15, m->sent_ms + 3600000};
    play_event(TACET_EVENT_DRAINED, TACET_OK);
    assert_int_equal(PLAY("read", "--all"), 0);
    assert_non_null(strstr(play_out,
                           ": at geo:52.5163,-13.3777001;u=15, \"The\\u{1b} gate\"\n    (where "
                           "they are by now, until "));
    assert_null(strstr(play_out, "(edited)"));
    play.events = play.taken = 0;
    play_event(TACET_EVENT_DRAINED, TACET_OK);
    assert_int_equal(PLAY("read", "--all", "--json"), 0);
    assert_non_null(strstr(play_out, "\"kind\":\"position\""));
    assert_non_null(strstr(play_out, "\"position\":{\"latitude\":52.5163,\"longitude\":"
                                     "-13.3777001,\"accuracy\":15,\"until\":\""));
    assert_non_null(strstr(play_out, "\"card\":null"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_is_queued_with_what_was_said_of_it, play_begin),
        cmocka_unit_test_setup(it_moves_and_stops, play_begin),
        cmocka_unit_test_setup(what_does_not_go_together_is_refused, play_begin),
        cmocka_unit_test_setup(why_it_cannot_be_is_said, play_begin),
        cmocka_unit_test_setup(where_somebody_is_is_shown, play_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
