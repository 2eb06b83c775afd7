/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

static int begin(void **state)
{
    play_begin(state);
    play_passphrases = "secret\nanother\nmore\n";
    return 0;
}

static void the_old_one_and_the_new_one_are_two_lines(void **state)
{
    assert_int_equal(PLAY("passphrase"), 0);
    assert_string_equal(play.passphrase, "secret");
    assert_string_equal(play.changed, "secret>another");
    assert_int_equal(play.cost, TACET_COST_DEFAULT);
    assert_int_equal(play.closed, 1);
    assert_said("made before still opens with the old one");
    assert_int_equal(PLAY("passphrase", "--kdf-cost=19"), 0);
    assert_int_equal(play.cost, 19);
}

static void the_key_store_is_a_choice_and_needs_the_passphrase(void **state)
{
    assert_int_equal(PLAY("passphrase", "--key-store=on"), 0);
    assert_string_equal(play.passphrase, "secret");
    assert_string_equal(play.kept, "secret");
    assert_said("Keep the passphrase.");
    assert_int_equal(PLAY("passphrase", "--key-store", "off"), 0);
    assert_string_equal(play.kept, "-");
    assert_string_equal(play.changed, "");
    assert_int_equal(play.by_itself, 0);
    play.change = TACET_ABSENT;
    assert_int_equal(PLAY("passphrase", "--key-store", "on"), 1);
    assert_said("Nothing is changed.");
    assert_int_equal(PLAY("passphrase", "--key-store", "perhaps"), 2);
    play.open = TACET_DENIED;
    assert_int_equal(PLAY("passphrase", "--key-store", "on"), 1);
    assert_said("Wrong passphrase.");
}

static void a_wrong_old_one_is_not_asked_for_a_new_one(void **state)
{
    play.open = TACET_DENIED;
    assert_int_equal(PLAY("passphrase"), 1);
    assert_said("Wrong passphrase.");
    assert_string_equal(play.changed, "");
}

static void who_has_it_open_keeps_it_as_it_is(void **state)
{
    play.open = TACET_CONFLICT;
    assert_int_equal(PLAY("passphrase"), 75);
    assert_said("Another tacet");
    assert_string_equal(play.changed, "");
}

static void a_new_one_is_there_and_is_not_empty(void **state)
{
    play_passphrases = "secret\n\n";
    assert_int_equal(PLAY("passphrase"), 1);
    assert_said("The passphrase is empty.");
    assert_said("as it was");
    play_passphrases = "secret\n";
    assert_int_equal(PLAY("passphrase"), 1);
    assert_said("no passphrase to read");
    assert_string_equal(play.changed, "");
}

static void which_one_opens_it_after_a_failure_is_said(void **state)
{
    play.change = TACET_FULL;
    assert_int_equal(PLAY("passphrase"), 1);
    assert_said("keep both passphrases");
    play.change = TACET_NOMEM;
    assert_int_equal(PLAY("passphrase"), 1);
    assert_said("The passphrase is as it was.");
    play.change = TACET_IO;
    assert_int_equal(PLAY("passphrase"), 1);
    assert_said("Try both.");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_old_one_and_the_new_one_are_two_lines, begin),
        cmocka_unit_test_setup(the_key_store_is_a_choice_and_needs_the_passphrase, begin),
        cmocka_unit_test_setup(a_wrong_old_one_is_not_asked_for_a_new_one, begin),
        cmocka_unit_test_setup(who_has_it_open_keeps_it_as_it_is, begin),
        cmocka_unit_test_setup(a_new_one_is_there_and_is_not_empty, begin),
        cmocka_unit_test_setup(which_one_opens_it_after_a_failure_is_said, begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
