/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

#include <stdio.h>
#include <stdlib.h>

/* Standard input is no terminal here: these are the ways of a script.  tests/real/chat_test has a
 * person. */
#define DIGITS        "00000 11111 22222 33333 44444 55555 66666 77777 88888 99999 00000 11111"
#define CHAT(in, ...) PLAY_IN(in, strlen(in), "chat", "bob", __VA_ARGS__)

static int begin(void **state)
{
    setenv("TZ", "UTC0", 1);
    play_begin(state);
    play.accepting = true;
    play_contact("bob");
    play_event(TACET_EVENT_LINK, TACET_OK);
    play_event(TACET_EVENT_DRAINED, TACET_OK);
    return 0;
}

static void says(const char *from, const char *text)
{
    struct tacet_event *e;

    play_message(from, text);
    e = play_event(TACET_EVENT_MESSAGE, TACET_OK);
    snprintf(e->who, sizeof e->who, "%s", from);
    e->message = play.message[play.messages - 1];
    play.message[play.messages - 1].read = true; /* not among what was kept before */
}

static void who_is_muted_is_not_announced(void **state)
{
    struct tacet_contact *carol = play_contact("carol");

    carol->muted_ms = UINT64_MAX;
    says("carol", "the secret of carol");
    assert_int_equal(CHAT("", "--wait=5"), 0);
    assert_null(strstr(play_err, "carol"));
    carol->muted_ms = 0;
    play.taken = 0;
    assert_int_equal(CHAT("", "--wait=5"), 0);
    assert_said("(carol wrote");
}

static void each_line_is_sent_and_awaited(void **state)
{
    assert_int_equal(CHAT("one\n\ntwo", "--wait=5"), 0);
    assert_int_equal(play.sends, 2);
    assert_string_equal(play.sent_to, "bob");
    assert_string_equal(play.sent, "two");
    assert_said("(accepted)");
    assert_string_equal(play_out, "");
    assert_int_equal(play.closed, 1);
}

static void what_is_not_accepted_in_time_is_said(void **state)
{
    play.accepting = false;
    assert_int_equal(CHAT("one\ntwo\n", "--wait=0"), 0);
    assert_said("queued: 2");
}

static void what_is_unread_and_what_arrives_is_shown_and_read(void **state)
{
    play_message("bob", "old")->read = true;
    play_message("bob", "kept\033[2J");
    says("bob", "new\nof two lines");
    assert_int_equal(CHAT("", "--wait=5"), 0);
    assert_string_equal(play_out, "2026-11-21 21:38  bob: kept\\u{1b}[2J\n"
                                  "2026-11-21 21:38  bob: new\n    of two lines\n");
    assert_true(play.message[1].read);
    assert_int_equal(play.marked, 2);
}

static void others_are_announced_once_and_not_quoted(void **state)
{
    says("carol", "the secret");
    says("carol", "the secret");
    play_contact("carol")->name = "Caro";
    assert_int_equal(CHAT("", "--wait=5"), 0);
    assert_said("(carol (Caro) wrote; to see it: tacet read)\n");
    assert_ptr_equal(strstr(play_err, "carol"), strstr(play_err, "carol (Caro)"));
    assert_null(strstr(strstr(play_err, "carol") + 1, "carol"));
    assert_not_said("secret");
    assert_string_equal(play_out, "");
    assert_int_equal(play.marked, 0);
}

static void a_line_with_a_slash_is_for_tacet_and_with_two_for_them(void **state)
{
    assert_int_equal(CHAT("//verify this\n", "--wait=5"), 0);
    assert_string_equal(play.sent, "/verify this");
    assert_int_equal(CHAT("/help\n/quit\nnot sent\n", "--wait=5"), 0);
    assert_said("/lock ");
    assert_int_equal(play.sends, 1);
    assert_int_equal(CHAT("/verify\n/verify " DIGITS "\n", "--wait=5"), 0);
    assert_said("00000 11111 22222 33333");
    assert_said("bob is verified");
    assert_int_equal(CHAT("/lcok\n/lock now\n/\n", "--wait=5"), 1);
    assert_said("no such word");
    assert_int_equal(play.sends, 1);
    assert_int_equal(play.openings, 4);
}

static void digits_that_are_cut_short_differ_from_nothing(void **state)
{
    assert_int_equal(CHAT("/verify 12345 67890\n", "--wait=5"), 0);
    assert_said("60 digits; these are 10.");
    assert_not_said("differ");
    assert_not_said("is verified");
}

static void what_cannot_be_sent_is_said_and_the_next_line_goes_on(void **state)
{
    play.send = TACET_CONFLICT;
    assert_int_equal(CHAT("one\ntwo\n", "--wait=5"), 1);
    assert_said("not sent: Their account key changed");
    assert_string_equal(play.sent, "two");
    play.send = TACET_MALFORMED;
    assert_int_equal(CHAT("\xff\n", "--wait=5"), 1);
    assert_said("not UTF-8");
}

static void what_holds_messages_up_is_said_once(void **state)
{
    static const enum tacet_code codes[] = {TACET_FULL, TACET_FULL, TACET_IO};
    const char *said;

    play.accepting = false;
    for (size_t i = 0; i < 3; i++) {
        struct tacet_event *e = play_state(TACET_STATE_QUEUED, codes[i]);

        memcpy(e->message.with, "bob", 4);
    }
    assert_int_equal(CHAT("one\n", "--wait=5"), 0);
    said = strstr(play_err, "not sent yet: their mailbox or the server's disk is full\n");
    assert_non_null(said);
    assert_null(strstr(said + 1, "not sent yet: their"));
    assert_said("not sent yet: the server is in trouble\n");
    assert_said("queued: 1");
}

static void a_failure_later_is_said_with_its_reason(void **state)
{
    struct tacet_event *e = play_state(TACET_STATE_FAILED, TACET_REMOVED);

    memcpy(e->message.with, "bob", 4);
    assert_int_equal(CHAT("", "--wait=5"), 0); /* it is of an earlier run */
    assert_said("your message to bob was not sent");
    assert_said("removed from the network");
}

static void a_lock_closes_the_profile_until_the_next_passphrase(void **state)
{
    assert_int_equal(CHAT("one\n/lock\ntwo\n", "--wait=5"), 0);
    assert_int_equal(play.openings, 2);
    assert_int_equal(play.closed, 2);
    assert_int_equal(play.sends, 2);
    assert_said("Locked.");
    assert_int_equal(CHAT("/lock\n/lock\nthree\n", "--wait=5"), 1);
    assert_said("no passphrase");
    assert_int_equal(play.sends, 2);
}

static void a_passphrase_is_changed_behind_a_lock(void **state)
{
    play_passphrases = "secret\nsecret\nanother\n";
    assert_int_equal(CHAT("one\n/passphrase\ntwo\n", "--wait=5"), 0);
    assert_string_equal(play.changed, "secret>another");
    assert_int_equal(play.openings, 2);
    assert_int_equal(play.closed, 2);
    assert_int_equal(play.sends, 2);
    assert_int_equal(CHAT("/passphrase now\n", "--wait=5"), 1);
    play.change = TACET_FULL;
    assert_int_equal(CHAT("/passphrase\nthree\n", "--wait=5"), 1);
    assert_said("keep both passphrases");
    assert_int_equal(play.sends, 2);
}

static void idleness_locks(void **state)
{
    play.idle = true; /* time is over at once */
    assert_int_equal(CHAT("one\n", "--lock-after=5"), 1);
    assert_int_equal(play.openings, 2);
    assert_int_equal(play.closed, 2);
    assert_said("Locked.");
}

static void what_could_not_be_written_stays_unread(void **state)
{
    play_message("bob", "hello");
    play_stdout = "/dev/full";
    assert_int_equal(CHAT("", "--wait=5"), 1);
    assert_said("stays unread");
    assert_false(play.message[0].read);
    begin(state);
    play.taken = play.events = 0; /* nothing was drained, and still there is no waiting */
    play_message("bob", "hello");
    play_stdout = "/dev/full";
    assert_int_equal(CHAT("not sent\n", "--wait=5"), 1);
    assert_int_equal(play.sends, 0);
}

static void who_is_removed_is_told_and_it_ends(void **state)
{
    play_begin(state);
    play_event(TACET_EVENT_LINK, TACET_REMOVED);
    assert_int_equal(CHAT("", "--wait=5"), 1);
    assert_said("removed this account");
}

static void one_does_not_talk_to_oneself(void **state)
{
    assert_int_equal(PLAY("chat", "alice"), 1);
    assert_said("oneself");
    assert_int_equal(play.closed, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(who_is_muted_is_not_announced, begin),
        cmocka_unit_test_setup(each_line_is_sent_and_awaited, begin),
        cmocka_unit_test_setup(what_is_not_accepted_in_time_is_said, begin),
        cmocka_unit_test_setup(what_is_unread_and_what_arrives_is_shown_and_read, begin),
        cmocka_unit_test_setup(others_are_announced_once_and_not_quoted, begin),
        cmocka_unit_test_setup(a_line_with_a_slash_is_for_tacet_and_with_two_for_them, begin),
        cmocka_unit_test_setup(what_cannot_be_sent_is_said_and_the_next_line_goes_on, begin),
        cmocka_unit_test_setup(what_holds_messages_up_is_said_once, begin),
        cmocka_unit_test_setup(a_failure_later_is_said_with_its_reason, begin),
        cmocka_unit_test_setup(digits_that_are_cut_short_differ_from_nothing, begin),
        cmocka_unit_test_setup(a_lock_closes_the_profile_until_the_next_passphrase, begin),
        cmocka_unit_test_setup(a_passphrase_is_changed_behind_a_lock, begin),
        cmocka_unit_test_setup(idleness_locks, begin),
        cmocka_unit_test_setup(what_could_not_be_written_stays_unread, begin),
        cmocka_unit_test_setup(who_is_removed_is_told_and_it_ends, begin),
        cmocka_unit_test_setup(one_does_not_talk_to_oneself, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
