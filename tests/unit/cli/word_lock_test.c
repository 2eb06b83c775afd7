/* SPDX-License-Identifier: Apache-2.0 */
/* What is said of wrong passphrases, and of locking. */
#include "play.h"

#include <stdio.h>
#include <stdlib.h>

static int begin(void **state)
{
    setenv("TZ", "UTC0", 1);
    return play_begin(state);
}

/* ---- tacet lock */

static void who_shows_the_profile_is_asked_to_close_it_without_a_passphrase(void **state)
{
    assert_int_equal(PLAY("lock"), 0);
    assert_false(play.opened);
    assert_said("Locked.");
    assert_int_equal(PLAY("lock", "--json"), 0);
    assert_string_equal(play_out, "{\"was_open\":true,\"locked\":true}\n");
}

static void that_nobody_shows_it_is_said(void **state)
{
    play.lock = TACET_ABSENT;
    assert_int_equal(PLAY("lock"), 0);
    assert_said("No tacet has this profile open: it is locked.");
    assert_int_equal(PLAY("lock", "--json"), 0);
    assert_string_equal(play_out, "{\"was_open\":false,\"locked\":true}\n");
    play.no_profile = true;
    assert_int_equal(PLAY("lock"), 1);
    assert_said("There is no profile");
}

static void who_does_not_close_it_is_told_of(void **state)
{
    play.lock = TACET_AGAIN;
    assert_int_equal(PLAY("lock"), 75);
    assert_said("did not close it");
    assert_int_equal(PLAY("lock", "--json"), 75);
    assert_string_equal(play_out, "{\"was_open\":true,\"locked\":false}\n");
    play.lock = TACET_IO;
    assert_int_equal(PLAY("lock"), 1);
    assert_said("cannot be asked");
}

static void each_setting_is_changed_alone(void **state)
{
    assert_int_equal(PLAY("lock", "--after=15"), 0);
    assert_true(play.opened);
    assert_int_equal(play.locking.after_minutes, 15);
    assert_int_equal(play.locking.wipe_at, 0);
    assert_string_equal(play_out, "tacet chat locks when no key was pressed for 15 minutes.\n"
                                  "Wrong passphrases do not destroy the profile.\n");
    assert_int_equal(PLAY("lock", "--wipe-after=20", "--json"), 0);
    assert_int_equal(play.locking.after_minutes, 15);
    assert_int_equal(play.locking.wipe_at, 20);
    assert_string_equal(play_out, "{\"after\":15,\"wipe_after\":20}\n");
    assert_int_equal(PLAY("lock", "--after=0", "--wipe-after=0"), 0);
    assert_int_equal(play.locking.after_minutes + play.locking.wipe_at, 0);
}

static void a_slip_alone_destroys_nothing(void **state)
{
    assert_int_equal(PLAY("lock", "--wipe-after=2"), 2);
    assert_int_equal(PLAY("lock", "--after=1441"), 2);
    assert_int_equal(PLAY("lock", "--after=x"), 2);
    assert_false(play.opened);
}

static void the_chat_obeys_the_profile_unless_told_otherwise(void **state)
{
    play_contact("bob");
    play.locking.after_minutes = 7;
    play.idle = true;
    play_passphrases = "secret\n";
    assert_int_equal(PLAY("chat", "bob"), 1);
    assert_true(play.timeout_ms > 6 * 60000 && play.timeout_ms <= 7 * 60000);
    assert_said("Locked.");
    assert_int_equal(PLAY("chat", "bob", "--lock-after=9"), 1);
    assert_true(play.timeout_ms > 8 * 60000 && play.timeout_ms <= 9 * 60000);
}

static void the_chat_that_is_asked_closes_the_profile_and_asks_again(void **state)
{
    play_contact("bob");
    play_event(TACET_EVENT_LOCK, TACET_OK);
    assert_int_equal(PLAY("chat", "bob"), 0);
    assert_said("Locked.");
    assert_int_equal(play.openings, 2);
    assert_int_equal(play.closed, 2);
}

static void who_reads_on_and_is_asked_ends(void **state)
{
    play_event(TACET_EVENT_LOCK, TACET_OK);
    assert_int_equal(PLAY("read", "--follow"), 1);
    assert_said("locked with tacet lock");
    assert_int_equal(play.closed, 1);
}

/* ---- wrong passphrases */

static void how_long_none_is_tried_is_said(void **state)
{
    play.open = TACET_DENIED;
    play.tries = (struct tacet_tries){.wrong = 3};
    assert_int_equal(PLAY("contacts"), 1);
    assert_string_equal(play_err, "Wrong passphrase.\n");
    play.tries = (struct tacet_tries){.wrong = 10, .wait_s = 60};
    assert_int_equal(PLAY("contacts"), 1);
    assert_string_equal(play_err,
                        "Wrong passphrase.  After 10 in a row none is tried for 60 seconds.\n");
    play.open = TACET_AGAIN;
    play.tries = (struct tacet_tries){.wrong = 13, .wait_s = 421};
    assert_int_equal(PLAY("contacts"), 75);
    assert_said("this one was not tried.  After 13 in a row none is tried for 8 minutes.");
    play.tries.wait_s = 86400;
    assert_int_equal(PLAY("contacts"), 75);
    assert_said("for 24 hours.");
}

static void that_somebody_was_there_is_said_once(void **state)
{
    play.tries = (struct tacet_tries){.wrong = 1, .last_ms = UINT64_C(1795297080000)};
    assert_int_equal(PLAY("contacts"), 0);
    assert_said("a passphrase was wrong, or cut off: 2026-11-21 21:38\n");
    assert_int_equal(play.told, 1);
    play.tries.wrong = 4;
    assert_int_equal(PLAY("contacts"), 0);
    assert_said("4 passphrases were wrong, or cut off; the last: 2026-11-21 21:38\n");
    play.tries.wrong = 0;
    assert_int_equal(PLAY("contacts"), 0);
    assert_not_said("passphrase");
    assert_int_equal(play.told, 2);
}

static void that_the_profile_is_gone_is_said(void **state)
{
    play.open = TACET_DENIED;
    play.tries = (struct tacet_tries){.wrong = 20, .wiped = true};
    assert_int_equal(PLAY("contacts"), 1);
    assert_said("this profile was destroyed");
    play.open = TACET_FULL;
    play.tries = (struct tacet_tries){.wrong = 1};
    assert_int_equal(PLAY("contacts"), 1);
    assert_said("could not be counted");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(who_shows_the_profile_is_asked_to_close_it_without_a_passphrase,
                               begin),
        cmocka_unit_test_setup(that_nobody_shows_it_is_said, begin),
        cmocka_unit_test_setup(who_does_not_close_it_is_told_of, begin),
        cmocka_unit_test_setup(each_setting_is_changed_alone, begin),
        cmocka_unit_test_setup(a_slip_alone_destroys_nothing, begin),
        cmocka_unit_test_setup(the_chat_obeys_the_profile_unless_told_otherwise, begin),
        cmocka_unit_test_setup(the_chat_that_is_asked_closes_the_profile_and_asks_again, begin),
        cmocka_unit_test_setup(who_reads_on_and_is_asked_ends, begin),
        cmocka_unit_test_setup(how_long_none_is_tried_is_said, begin),
        cmocka_unit_test_setup(that_somebody_was_there_is_said_once, begin),
        cmocka_unit_test_setup(that_the_profile_is_gone_is_said, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
