/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

#include <jansson.h>
#include <stdlib.h>

static int begin_drained(void **state)
{
    setenv("TZ", "UTC0", 1);
    play_begin(state);
    play_event(TACET_EVENT_LINK, TACET_OK);
    play_event(TACET_EVENT_DRAINED, TACET_OK);
    return 0;
}

static void what_is_unread_is_shown_and_read_from_then_on(void **state)
{
    play_message("bob", "hello\nthere");
    play_message("bob", "old")->read = true;
    play_message("carol", "and me");
    assert_int_equal(PLAY("read"), 0);
    assert_string_equal(play_out, "2026-11-21 21:38  bob: hello\n    there\n"
                                  "2026-11-21 21:38  carol: and me\n");
    assert_true(play.message[0].read && play.message[2].read);
    assert_int_equal(PLAY("read"), 0);
    assert_string_equal(play_out, "");
    assert_said("no new messages");
}

static void one_person_s_messages_can_be_asked_for_and_all_of_them(void **state)
{
    struct tacet_message *mine = play_message("bob", "mine");

    mine->mine = true;
    mine->state = TACET_STATE_ACCEPTED;
    play_message("bob", "hello");
    play_message("carol", "and me");
    play_contact("bob");
    play_contact("carol");
    assert_int_equal(PLAY("read", "bob"), 0);
    assert_string_equal(play_out, "2026-11-21 21:38  bob: hello\n");
    assert_false(play.message[2].read);
    assert_int_equal(PLAY("read", "--all"), 0);
    assert_string_equal(play_out, "2026-11-21 21:38  to bob (accepted): mine\n"
                                  "2026-11-21 21:38  bob: hello\n"
                                  "2026-11-21 21:38  carol: and me\n");
}

static void what_a_terminal_would_obey_is_escaped(void **state)
{
    play_message("bob", "a\033[2J\033]0;title\007b\r\u202ec\\");
    assert_int_equal(PLAY("read"), 0);
    assert_non_null(strstr(play_out, "bob: a\\u{1b}[2J\\u{1b}]0;title\\u{7}b\\u{d}\\u{202e}c\\\\"));
    assert_null(strchr(play_out, '\033'));
}

static void who_has_a_name_is_shown_by_both(void **state)
{
    play_contact("bob")->name = "Robert";
    play_message("bob", "hello");
    assert_int_equal(PLAY("read"), 0);
    assert_string_equal(play_out, "2026-11-21 21:38  bob (Robert): hello\n");
    play.message[0].read = false;
    assert_int_equal(PLAY("read", "--json"), 0);
    assert_non_null(strstr(play_out, "\"name\":\"Robert\""));
}

static void notes_are_said_in_words(void **state)
{
    struct tacet_message *m = play_message("bob", "hello");

    m->notes = TACET_NOTE_GAP | TACET_NOTE_FORKED;
    m->missing = 3;
    assert_int_equal(PLAY("read"), 0);
    assert_non_null(strstr(play_out, "\n    (3 messages before this one did not arrive)\n"));
    assert_non_null(strstr(play_out, "\n    (its sender contradicts"));
    m->missing = 1;
    m->read = false;
    assert_int_equal(PLAY("read"), 0);
    assert_non_null(strstr(play_out, "\n    (1 message before this one did not arrive)\n"));
}

/* Full, or the reader of a pipe went away. */
static void what_could_not_be_written_stays_unread(void **state)
{
    play_message("bob", "hello");
    play_stdout = "/dev/full";
    assert_int_equal(PLAY("read"), 1);
    assert_said("stays unread");
    assert_false(play.message[0].read);
    assert_int_equal(PLAY("read", "--json"), 1);
    assert_false(play.message[0].read);
}

static void on_a_full_disk_all_that_is_unread_is_shown_and_stays_unread(void **state)
{
    play_message("alice", "one");
    play_message("bob", "two");
    play.mark = TACET_FULL;
    for (int i = 0; i < 2; i++) {
        assert_int_equal(PLAY("read"), 1);
        assert_non_null(strstr(play_out, "one"));
        assert_non_null(strstr(play_out, "two"));
        assert_non_null(strstr(play_err, "stays so"));
    }
    play.mark = TACET_IO; /* whatever else fails ends it */
    assert_int_equal(PLAY("read"), 1);
    assert_null(strstr(play_out, "two"));
}

static void without_the_server_what_is_kept_is_shown(void **state)
{
    play_begin(state);
    play_event(TACET_EVENT_LINK, TACET_CLOSED);
    play_message("bob", "hello");
    assert_int_equal(PLAY("read"), 75);
    assert_said("cannot be reached");
    assert_said("what is kept here");
    assert_non_null(strstr(play_out, "bob: hello"));
    assert_true(play.message[0].read);
}

static void a_removed_account_still_reads_what_it_has(void **state)
{
    play_begin(state);
    play_event(TACET_EVENT_LINK, TACET_REMOVED);
    play_message("bob", "hello");
    assert_int_equal(PLAY("read"), 1);
    assert_said("removed this account");
    assert_non_null(strstr(play_out, "bob: hello"));
}

static void of_whom_the_server_shows_less_is_said(void **state)
{
    struct tacet_event *e;

    play_begin(state);
    e = play_event(TACET_EVENT_PROBLEM, TACET_STALE);
    e->problem = TACET_PROBLEM_STATEMENT;
    memcpy(e->who, "bob", 4);
    play_event(TACET_EVENT_DRAINED, TACET_OK);
    assert_int_equal(PLAY("read"), 0);
    assert_said("The server shows less of bob than before");
}

static void each_problem_has_a_sentence(void **state)
{
    for (int p = TACET_PROBLEM_PARKED; p <= TACET_PROBLEM_TWO_LISTS; p++) {
        struct tacet_event *e;

        if (p > TACET_PROBLEM_KEEPER && p < TACET_PROBLEM_AWAY)
            continue; /* no problems */

        play_begin(state);
        e = play_event(TACET_EVENT_PROBLEM, TACET_EXPIRED);
        e->problem = (enum tacet_problem)p;
        play_event(TACET_EVENT_DRAINED, TACET_OK);
        assert_int_equal(PLAY("read"), 0);
        assert_true(strlen(play_err) > strlen("There are no new messages.\n") + 20);
        memcpy(play.event[0].who, "bob", 4);
        assert_int_equal(PLAY("read"), 0);
        assert_true(strlen(play_err) > strlen("There are no new messages.\n") + 20);
    }
}

static void each_cause_of_a_message_that_is_held_has_a_sentence(void **state)
{
    for (int cause = TACET_CAUSE_LIST; cause <= TACET_CAUSE_KEEPER_OUTSIDE; cause++) {
        struct tacet_event *e;
        size_t without;

        play_begin(state);
        e = play_event(TACET_EVENT_PROBLEM, TACET_OK);
        e->problem = TACET_PROBLEM_RECIPIENTS;
        memcpy(e->about, "carol", 6);
        play_event(TACET_EVENT_DRAINED, TACET_OK);
        assert_int_equal(PLAY("read"), 0);
        without = strlen(play_err);
        play.taken = 0;
        e->cause = (enum tacet_cause)cause;
        memcpy(e->device, PLAY_ID, sizeof PLAY_ID);
        assert_int_equal(PLAY("read"), 0);
        assert_true(strlen(play_err) > without + 20 + strlen(PLAY_ID));
        assert_non_null(strstr(play_err, "The device is " PLAY_ID ".\n"));
        if (cause == TACET_CAUSE_STRANGER)
            assert_non_null(strstr(play_err, "It went to carol too, who is not of the conv"));
    }
}

static void json_is_one_object_a_line_that_parses_back(void **state)
{
    static const char wild[] = "line\nfeed \033[2J \u202e \"quote\" \u20ac";
    struct tacet_message *m = play_message("bob", wild);
    char *end;
    json_t *o;

    m->notes = TACET_NOTE_LATE | TACET_NOTE_GAP;
    m->missing = 2;
    play_message("bob", "");
    assert_int_equal(PLAY("read", "--json"), 0);
    for (const char *at = play_out; *at != '\0'; at++)
        assert_true(*at == '\n' || (*at >= 0x20 && *at < 0x7f));
    end = strchr(play_out, '\n');
    o = json_loadb(play_out, (size_t)(end - play_out), 0, NULL);
    assert_non_null(o);
    assert_string_equal(json_string_value(json_object_get(o, "with")), "bob");
    assert_true(json_is_false(json_object_get(o, "mine")));
    assert_string_equal(json_string_value(json_object_get(o, "id")), PLAY_ID);
    assert_string_equal(json_string_value(json_object_get(o, "text")), wild);
    assert_string_equal(json_string_value(json_object_get(o, "sent")), "2026-11-21T21:38:00.000Z");
    assert_string_equal(json_string_value(json_object_get(o, "state")), "unread");
    assert_int_equal(json_array_size(json_object_get(o, "notes")), 2);
    assert_string_equal(json_string_value(json_array_get(json_object_get(o, "notes"), 1)), "gap");
    assert_int_equal(json_integer_value(json_object_get(o, "missing")), 2);
    json_decref(o);
    o = json_loads(end + 1, 0, NULL);
    assert_string_equal(json_string_value(json_object_get(o, "text")), "");
    json_decref(o);
}

static void following_shows_what_comes_until_it_is_interrupted(void **state)
{
    play_begin(state);
    play_event(TACET_EVENT_LINK, TACET_OK);
    play_event(TACET_EVENT_MESSAGE, TACET_OK);
    play.run = TACET_CLOSED;
    play_message("bob", "hello");
    assert_int_equal(PLAY("read", "--follow"), 0);
    assert_non_null(strstr(play_out, "bob: hello"));
    assert_true(play.message[0].read);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_unread_is_shown_and_read_from_then_on, begin_drained),
        cmocka_unit_test_setup(one_person_s_messages_can_be_asked_for_and_all_of_them,
                               begin_drained),
        cmocka_unit_test_setup(what_a_terminal_would_obey_is_escaped, begin_drained),
        cmocka_unit_test_setup(who_has_a_name_is_shown_by_both, begin_drained),
        cmocka_unit_test_setup(notes_are_said_in_words, begin_drained),
        cmocka_unit_test_setup(what_could_not_be_written_stays_unread, begin_drained),
        cmocka_unit_test_setup(on_a_full_disk_all_that_is_unread_is_shown_and_stays_unread,
                               begin_drained),
        cmocka_unit_test_setup(without_the_server_what_is_kept_is_shown, begin_drained),
        cmocka_unit_test_setup(a_removed_account_still_reads_what_it_has, begin_drained),
        cmocka_unit_test_setup(of_whom_the_server_shows_less_is_said, begin_drained),
        cmocka_unit_test_setup(each_problem_has_a_sentence, begin_drained),
        cmocka_unit_test_setup(each_cause_of_a_message_that_is_held_has_a_sentence, begin_drained),
        cmocka_unit_test_setup(json_is_one_object_a_line_that_parses_back, begin_drained),
        cmocka_unit_test_setup(following_shows_what_comes_until_it_is_interrupted, begin_drained),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
