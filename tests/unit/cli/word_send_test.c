/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

static void what_the_server_accepted_is_said_to_be(void **state)
{
    play_event(TACET_EVENT_LINK, TACET_OK);
    play_state(TACET_STATE_SEALED, TACET_OK);
    play_state(TACET_STATE_ACCEPTED, TACET_OK);
    assert_int_equal(PLAY("send", "bob", "hello"), 0);
    assert_string_equal(play_out, PLAY_ID "\n");
    assert_string_equal(play_err, "accepted by the server\n");
    assert_string_equal(play.sent_to, "bob");
    assert_string_equal(play.sent, "hello");
}

static void what_waits_is_queued_and_no_failure(void **state)
{
    play_event(TACET_EVENT_LINK, TACET_CLOSED);
    play_event(TACET_EVENT_LINK, TACET_CLOSED);
    assert_int_equal(PLAY("send", "bob", "hello"), 0);
    assert_string_equal(play_out, PLAY_ID "\n");
    assert_said("queued: the server cannot be reached; it will be sent when tacet next runs\n");
}

static void what_the_server_holds_back_is_queued_too(void **state)
{
    play_event(TACET_EVENT_LINK, TACET_OK);
    assert_int_equal(PLAY("send", "bob", "hello"), 0);
    assert_said("queued: the server has not accepted it yet");
}

static void what_waits_for_the_server_says_for_what(void **state)
{
    play_event(TACET_EVENT_LINK, TACET_OK);
    play_state(TACET_STATE_QUEUED, TACET_FULL);
    assert_int_equal(PLAY("send", "bob", "hello"), 0);
    assert_said("queued: their mailbox or the server's disk is full; it will be sent when");
    play_begin(state);
    play_event(TACET_EVENT_LINK, TACET_OK);
    play_state(TACET_STATE_QUEUED, TACET_IO);
    assert_int_equal(PLAY("send", "bob", "hello"), 0);
    assert_said("queued: the server is in trouble; it will be sent when");
}

static void trouble_of_this_machine_is_not_the_servers(void **state)
{
    play.send = TACET_FULL;
    assert_int_equal(PLAY("send", "bob", "hello"), 1);
    assert_string_equal(play_out, "");
    assert_string_equal(play_err, "not sent: The disk of this machine is full.  Make room.\n");
    play_begin(state);
    play_event(TACET_EVENT_LINK, TACET_OK);
    play.run = TACET_FULL;
    assert_int_equal(PLAY("send", "bob", "hello"), 1);
    assert_string_equal(play_out, PLAY_ID "\n");
    assert_said("kept on this machine, but not sent: The disk of this machine is full.");
    assert_said("It will be sent when tacet next runs.");
}

static void trouble_of_the_server_is_not_a_lie(void **state)
{
    struct tacet_event *e = play_event(TACET_EVENT_PROBLEM, TACET_FULL);

    e->problem = TACET_PROBLEM_STATEMENT;
    play_state(TACET_STATE_ACCEPTED, TACET_OK);
    assert_int_equal(PLAY("send", "bob", "hello"), 0);
    assert_said("The server's disk is full.");
    assert_not_said("does not check");
    play_begin(state);
    play_event(TACET_EVENT_LINK, TACET_FULL);
    assert_int_equal(PLAY("send", "bob", "hello"), 0);
    assert_said("The server's disk is full.");
}

static void what_failed_is_said_and_is_a_failure(void **state)
{
    play_event(TACET_EVENT_LINK, TACET_OK);
    play_state(TACET_STATE_FAILED, TACET_ABSENT);
    assert_int_equal(PLAY("send", "bob", "hello"), 1);
    assert_said("not sent: There is nobody with this handle");
}

static void a_server_that_refuses_this_device_is_no_queue(void **state)
{
    play_event(TACET_EVENT_LINK, TACET_REMOVED);
    assert_int_equal(PLAY("send", "bob", "hello"), 1);
    assert_said("kept on this machine, but not sent");
}

static void what_cannot_be_queued_has_no_id(void **state)
{
    play.send = TACET_CONFLICT;
    assert_int_equal(PLAY("send", "bob", "hello"), 1);
    assert_string_equal(play_out, "");
    assert_said("account key changed");
}

static void messages_of_earlier_runs_are_sent_along(void **state)
{
    struct tacet_event *earlier;

    play_event(TACET_EVENT_LINK, TACET_OK);
    earlier = play_state(TACET_STATE_ACCEPTED, TACET_OK);
    earlier->message.id[0] = 'f';
    memcpy(earlier->message.with, "carol", 6);
    play_state(TACET_STATE_ACCEPTED, TACET_OK);
    assert_int_equal(PLAY("send", "bob", "hello"), 0);
    assert_string_equal(play_err, "Your earlier message to carol was accepted by the server.\n"
                                  "accepted by the server\n");
}

static void standard_input_is_the_text_without_its_last_line_feed(void **state)
{
    play_state(TACET_STATE_ACCEPTED, TACET_OK);
    assert_int_equal(PLAY_IN("one\ntwo\n\n", 9, "send", "bob"), 0);
    assert_string_equal(play.sent, "one\ntwo\n");
}

static void a_text_at_the_limit_goes_and_one_above_is_refused_before_anything(void **state)
{
    static char text[TACET_TEXT_MAX * 2 + 2];

    play_state(TACET_STATE_ACCEPTED, TACET_OK);
    memset(text, 'x', sizeof text);
    text[TACET_TEXT_MAX] = '\n';
    assert_int_equal(PLAY_IN(text, TACET_TEXT_MAX + 1, "send", "bob"), 0);
    assert_int_equal(play.sent_n, TACET_TEXT_MAX);
    memset(text, 'x', sizeof text);
    for (size_t i = 0; i < 2; i++) {
        play_begin(state);
        assert_int_equal(PLAY_IN(text, i == 0 ? TACET_TEXT_MAX + 1 : sizeof text, "send", "bob"),
                         1);
        assert_said("longer than 65,536 bytes");
        assert_string_equal(play_out, "");
        assert_false(play.opened);
    }
    play_begin(state);
    text[sizeof text - 1] = '\0';
    assert_int_equal(PLAY("send", "bob", text), 1);
    assert_false(play.opened);
}

static void what_is_no_text_is_refused_before_anything(void **state)
{
    assert_int_equal(PLAY("send", "bob", ""), 1);
    assert_int_equal(PLAY_IN("\n", 1, "send", "bob"), 1);
    assert_int_equal(PLAY("send", "bob", "\xff\xfe"), 1);
    assert_said("not UTF-8");
    assert_int_equal(PLAY("send", "bob", "--passphrase-fd", "0"), 2);
    assert_false(play.opened);
}

static void a_text_may_begin_with_dashes(void **state)
{
    char *in = "--json\n";

    play_state(TACET_STATE_ACCEPTED, TACET_OK);
    assert_int_equal(PLAY_IN(in, 7, "send", "bob"), 0);
    assert_string_equal(play.sent, "--json");
}

static void messages_that_came_meanwhile_are_mentioned(void **state)
{
    play_event(TACET_EVENT_MESSAGE, TACET_OK);
    play_state(TACET_STATE_ACCEPTED, TACET_OK);
    assert_int_equal(PLAY("send", "bob", "hello"), 0);
    assert_said("1 new message: tacet read");
}

static void who_does_not_wait_is_not_told_of_the_server(void **state)
{
    assert_int_equal(PLAY("send", "bob", "hello", "--wait=0"), 0);
    assert_string_equal(play_out, PLAY_ID "\n");
    assert_said("queued: ");
    assert_not_said("reached");
}

static void what_became_of_it_is_told_as_json(void **state)
{
    play_event(TACET_EVENT_LINK, TACET_OK);
    play_state(TACET_STATE_ACCEPTED, TACET_OK);
    assert_int_equal(PLAY("send", "bob", "hello", "--json"), 0);
    assert_string_equal(play_out,
                        "{\"with\":\"bob\",\"id\":\"" PLAY_ID "\",\"state\":\"accepted\"}\n");
    play_begin(state);
    assert_int_equal(PLAY("send", "bob", "hello", "--wait", "0", "--json"), 0);
    assert_string_equal(play_out,
                        "{\"with\":\"bob\",\"id\":\"" PLAY_ID "\",\"state\":\"queued\"}\n");
    play_begin(state);
    play_event(TACET_EVENT_LINK, TACET_OK);
    play_state(TACET_STATE_FAILED, TACET_ABSENT);
    assert_int_equal(PLAY("send", "bob", "hello", "--json"), 1);
    assert_non_null(strstr(play_out, "\"state\":\"failed\"}\n"));
    play_begin(state);
    play.send = TACET_CONFLICT;
    assert_int_equal(PLAY("send", "bob", "hello", "--json"), 1);
    assert_string_equal(play_out, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_the_server_accepted_is_said_to_be, play_begin),
        cmocka_unit_test_setup(what_waits_is_queued_and_no_failure, play_begin),
        cmocka_unit_test_setup(what_the_server_holds_back_is_queued_too, play_begin),
        cmocka_unit_test_setup(what_waits_for_the_server_says_for_what, play_begin),
        cmocka_unit_test_setup(trouble_of_this_machine_is_not_the_servers, play_begin),
        cmocka_unit_test_setup(trouble_of_the_server_is_not_a_lie, play_begin),
        cmocka_unit_test_setup(what_failed_is_said_and_is_a_failure, play_begin),
        cmocka_unit_test_setup(a_server_that_refuses_this_device_is_no_queue, play_begin),
        cmocka_unit_test_setup(what_cannot_be_queued_has_no_id, play_begin),
        cmocka_unit_test_setup(messages_of_earlier_runs_are_sent_along, play_begin),
        cmocka_unit_test_setup(standard_input_is_the_text_without_its_last_line_feed, play_begin),
        cmocka_unit_test_setup(a_text_at_the_limit_goes_and_one_above_is_refused_before_anything,
                               play_begin),
        cmocka_unit_test_setup(what_is_no_text_is_refused_before_anything, play_begin),
        cmocka_unit_test_setup(a_text_may_begin_with_dashes, play_begin),
        cmocka_unit_test_setup(who_does_not_wait_is_not_told_of_the_server, play_begin),
        cmocka_unit_test_setup(messages_that_came_meanwhile_are_mentioned, play_begin),
        cmocka_unit_test_setup(what_became_of_it_is_told_as_json, play_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
