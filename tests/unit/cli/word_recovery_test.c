/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

static void letters_are_shown_once_with_their_link(void **state)
{
    play_event(TACET_EVENT_LINK, TACET_OK);
    play_event(TACET_EVENT_RECOVERY, TACET_OK);
    assert_int_equal(PLAY("recovery", "make"), 0);
    assert_memory_equal(play_out, PLAY_LETTERS "\n", sizeof PLAY_LETTERS);
    assert_non_null(strstr(play_out, "\ntacet://recover/abc\n"));
    assert_said("on paper");
    assert_int_equal(play.shown, 1);
}

static void letters_for_a_program_are_one_object(void **state)
{
    play_event(TACET_EVENT_RECOVERY, TACET_OK);
    assert_int_equal(PLAY("recovery", "make", "--json"), 0);
    assert_string_equal(play_out,
                        "{\"letters\":\"" PLAY_LETTERS "\",\"link\":\"tacet://recover/abc\"}\n");
    assert_int_equal(play.shown, 1);
}

static void letters_that_could_not_be_written_are_not_marked_as_shown(void **state)
{
    play_event(TACET_EVENT_RECOVERY, TACET_OK);
    play_stdout = "/dev/full";
    assert_int_equal(PLAY("recovery", "make"), 1);
    assert_said("Make another key");
    assert_int_equal(play.shown, 0);
}

static void without_a_server_there_are_no_letters(void **state)
{
    play_event(TACET_EVENT_LINK, TACET_CLOSED);
    assert_int_equal(PLAY("recovery", "make"), 75);
    assert_said("There are no letters yet");
    assert_string_equal(play_out, "");
    assert_int_equal(play.shown, 0);
}

static void why_there_is_no_key_is_said(void **state)
{
    play_event(TACET_EVENT_RECOVERY, TACET_STALE);
    assert_int_equal(PLAY("recovery", "make"), 1);
    assert_said("at the same time");
    play.make = TACET_DENIED;
    assert_int_equal(PLAY("recovery", "make"), 1);
    assert_said("was removed");
}

static void letters_are_confirmed_or_not(void **state)
{
    play_passphrases = "secret\n" PLAY_LETTERS "\n";
    assert_int_equal(PLAY("recovery", "confirm"), 0);
    assert_string_equal(play.typed, PLAY_LETTERS);
    assert_said("the letters of your recovery key");
    play.confirm = TACET_FORGED;
    assert_int_equal(PLAY("recovery", "confirm"), 1);
    assert_said("not the letters");
    assert_int_equal(PLAY("recovery", "confirm", "--json"), 1);
    assert_string_equal(play_out, "{\"confirmed\":false}\n");
}

static void coming_back_takes_passphrase_and_letters_from_the_descriptor(void **state)
{
    play.no_profile = true;
    play_passphrases = "secret\n" PLAY_LETTERS "\n";
    play_event(TACET_EVENT_JOINED, TACET_OK);
    play_event(TACET_EVENT_LINK, TACET_OK);
    assert_int_equal(PLAY("recovery", "use", "tacet://recover/abc"), 0);
    assert_string_equal(play.link, "tacet://recover/abc");
    assert_string_equal(play.typed, PLAY_LETTERS);
    assert_string_equal(play.passphrase, "secret");
    assert_false(play.keeps);
    assert_string_equal(play_out, "You are alice@x.example.\n");
    assert_said("tacet recovery make");
}

static void what_began_goes_on_without_a_link(void **state)
{
    play_passphrases = "secret\n" PLAY_LETTERS "\n";
    play_event(TACET_EVENT_LINK, TACET_CLOSED);
    assert_int_equal(PLAY("recovery", "use", "--keep-devices"), 75);
    assert_string_equal(play.link, "none");
    assert_true(play.keeps);
    assert_said("not finished");
}

static void why_nobody_comes_back_is_said(void **state)
{
    static const struct {
        enum tacet_code code;
        const char *said;
    } refusals[] = {{TACET_ABSENT, "mistyped"},
                    {TACET_STALE, "replaced"},
                    {TACET_REMOVED, "same letters"},
                    {TACET_FORGED, "does not check"}};

    for (size_t i = 0; i < sizeof refusals / sizeof refusals[0]; i++) {
        play_begin(state);
        play_passphrases = "secret\n" PLAY_LETTERS "\n";
        play_event(TACET_EVENT_LINK, refusals[i].code);
        assert_int_equal(PLAY("recovery", "use"), 1);
        assert_said(refusals[i].said);
    }
}

static void how_things_stand_is_said(void **state)
{
    assert_int_equal(PLAY("recovery"), 0);
    assert_non_null(strstr(play_out, "loses the account"));
    play.status.recovery = TACET_RECOVERY_UNSEEN;
    assert_int_equal(PLAY("recovery", "--json"), 0);
    assert_string_equal(play_out, "{\"recovery\":\"unseen\",\"link\":\"tacet://recover/abc\"}\n");
}

static void what_makes_no_sense_is_refused(void **state)
{
    assert_int_equal(PLAY("recovery", "forget"), 2);
    assert_int_equal(PLAY("recovery", "make", "--keep-devices"), 2);
    assert_int_equal(PLAY("recovery", "confirm", PLAY_LETTERS), 2); /* never an argument */
    assert_false(play.opened);
}

/* ---- writing to somebody of whom something happened */

static void who_writes_to_somebody_who_came_back_is_warned_once(void **state)
{
    play_contact("bob")->recovered = true;
    assert_int_equal(PLAY("send", "bob", "hello", "--wait", "0"), 0);
    assert_said("came back with a recovery key");
    assert_int_equal(play.warned, 1);
    assert_int_equal(PLAY("send", "bob", "hello", "--wait", "0"), 0);
    assert_not_said("recovery key");
}

static void a_key_that_changed_after_it_was_compared_is_told_as_that(void **state)
{
    struct tacet_contact *bob = play_contact("bob");

    play.send = TACET_CONFLICT;
    bob->changed = true;
    assert_int_equal(PLAY("send", "bob", "hello"), 1);
    assert_not_said("COMPARED");
    bob->verified = true;
    assert_int_equal(PLAY("send", "bob", "hello"), 1);
    assert_said("COMPARED");
    assert_int_equal(PLAY("verify", "bob"), 1);
    assert_said("COMPARED");
    assert_false(play.accepted);
}

static void what_became_of_devices_stands_among_the_messages(void **state)
{
    struct tacet_message *m = play_message("bob", "");

    m->notes = TACET_NOTE_DEVICES;
    m->added = 1;
    m->removed = 2;
    play_event(TACET_EVENT_LINK, TACET_OK);
    play_event(TACET_EVENT_DRAINED, TACET_OK);
    assert_int_equal(PLAY("read", "bob"), 0);
    assert_non_null(strstr(play_out, "(bob: 1 device added, 2 devices removed)\n"));
    assert_int_equal(play.marked, 1);
    play.taken = 0;
    assert_int_equal(PLAY("read", "bob", "--all", "--json"), 0);
    assert_non_null(strstr(
        play_out, "\"devices\":{\"added\":1,\"removed\":2,\"given\":0,\"recovered\":false}"));
}

#define play_test(f) cmocka_unit_test_setup(f, play_begin)

int main(void)
{
    const struct CMUnitTest tests[] = {
        play_test(letters_are_shown_once_with_their_link),
        play_test(letters_for_a_program_are_one_object),
        play_test(letters_that_could_not_be_written_are_not_marked_as_shown),
        play_test(without_a_server_there_are_no_letters),
        play_test(why_there_is_no_key_is_said),
        play_test(letters_are_confirmed_or_not),
        play_test(coming_back_takes_passphrase_and_letters_from_the_descriptor),
        play_test(what_began_goes_on_without_a_link),
        play_test(why_nobody_comes_back_is_said),
        play_test(how_things_stand_is_said),
        play_test(what_makes_no_sense_is_refused),
        play_test(who_writes_to_somebody_who_came_back_is_warned_once),
        play_test(a_key_that_changed_after_it_was_compared_is_told_as_that),
        play_test(what_became_of_devices_stands_among_the_messages),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
