/* SPDX-License-Identifier: Apache-2.0 */
/* devices_recovery: a recovery key is made, and brings back whoever has lost every device.
 * [PROTOCOL 15.6] */
#include "scenario/devices.h"
#include "scenario/stage_recovery.h"
#include <stdlib.h>
#include <string.h>

#define STEPS_MAX 60

/* Alice, who has one device, has written with bob, and has a paper with letters. */
struct paper {
    struct play *p;
    struct person *alice, *bob;
    char letters[RECOVERY_LETTERS_SIZE];
};

static struct paper paper_begin(void)
{
    struct paper c = {.p = play_begin()};

    c.alice = joins(c.p, "alice");
    c.bob = joins(c.p, "bob");
    meet(c.alice, c.bob);
    stage_make_letters(c.alice, c.letters);
    return c;
}

static void is_well(struct person *who)
{
    sees_nothing(who);
    assert_int_equal(parked_by(who), 0);
    assert_false(stage_heard(who, PROBLEM_DAMAGED));
    assert_false(stage_heard(who, PROBLEM_RECIPIENTS));
    assert_false(stage_heard(who, PROBLEM_STATEMENT));
}

static void talk(struct person *back, struct person *bob)
{
    says(back, bob, "I am back");
    sees(bob, back, "I am back");
    says(bob, back, "welcome");
    sees(back, bob, "welcome");
}

static void an_account_without_a_key_says_so_and_with_one_too(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice");
    char letters[RECOVERY_LETTERS_SIZE], wrong[RECOVERY_LETTERS_SIZE];

    (void)state;
    assert_int_equal(stage_recovery_state(alice), RECOVERING_NONE);
    assert_int_equal(stage_confirm_letters(alice, "aaaa aaaa aaaa aaaa aaaa aaaa aaaa aaaa"),
                     E_ABSENT);
    stage_make_letters(alice, letters);
    assert_int_equal(stage_recovery_state(alice), RECOVERING_UNCONFIRMED);
    memcpy(wrong, letters, sizeof wrong);
    wrong[0] = wrong[0] == 'a' ? 'b' : 'a';
    assert_int_equal(stage_confirm_letters(alice, wrong), E_FORGED);
    assert_int_equal(stage_confirm_letters(alice, "too short"), E_MALFORMED);
    assert_int_equal(stage_recovery_state(alice), RECOVERING_UNCONFIRMED);
    leaves(alice);
    returns(alice);
    assert_int_equal(stage_confirm_letters(alice, letters), E_OK);
    assert_int_equal(stage_recovery_state(alice), RECOVERING_CONFIRMED);
    play_end(p);
}

static void whoever_lost_everything_comes_back(void **state)
{
    struct paper c = paper_begin();
    struct person *back;
    struct event told;

    (void)state;
    says(c.alice, c.bob, "before");
    sees(c.bob, c.alice, "before");
    assert_int_equal(confirms(c.bob, c.alice, safety_number(c.alice, c.bob)), E_OK);
    stage_told_of_devices(c.bob, &told);
    leaves(c.alice);
    back = stage_come_back(c.p, "alice", "back", c.letters);
    assert_int_equal(stage_recovery_state(back), RECOVERING_USED);
    assert_int_equal(device_list_count(&engine_own(stage_engine(back))->list), 1);
    talk(back, c.bob);
    assert_int_equal(stage_told_of_devices(c.bob, &told), 1);
    assert_true(told.recovered);
    assert_false(has_verified(c.bob, c.alice));
    assert_false(has_verified(back, c.bob));
    assert_string_equal(safety_number(back, c.bob), safety_number(c.bob, back));
    returns(c.alice); /* which was not lost after all */
    assert_true(stage_was_removed(c.alice));
    is_well(back);
    is_well(c.bob);
    play_end(c.p);
}

static void what_was_sent_in_between_to_lost_devices_is_told_as_lost(void **state)
{
    struct paper c = paper_begin();
    struct person *back;

    (void)state;
    leaves(c.alice);
    says(c.bob, c.alice, "to nobody");
    is(c.bob, "accepted");
    back = stage_come_back(c.p, "alice", "back", c.letters);
    stage_forward(c.p, 2 * CLOCK_HOUR_MS);
    sees_nothing(back);
    talk(back, c.bob);
    is_well(back);
    play_end(c.p);
}

/* Asked for so, the others stay: a person who has one left, but not its passphrase at hand. */
static void other_devices_stay_when_the_person_says_so(void **state)
{
    struct pair c = pair_met();
    struct person *back;
    char letters[RECOVERY_LETTERS_SIZE];

    (void)state;
    stage_make_letters(c.alice, letters);
    back = stage_paper(c.p, "alice", "back", true);
    assert_true(stage_type_letters(back, letters));
    assert_int_equal(device_list_count(&engine_own(stage_engine(back))->list), 3);
    leaves(c.second);
    returns(c.second);
    assert_false(stage_was_removed(c.second));
    says(c.bob, back, "to three");
    sees(back, c.bob, "to three");
    sees(c.second, c.bob, "to three");
    play_end(c.p);
}

static void all_others_go_when_the_person_does_not(void **state)
{
    struct pair c = pair_met();
    struct person *back;
    char letters[RECOVERY_LETTERS_SIZE];

    (void)state;
    stage_make_letters(c.alice, letters);
    back = stage_come_back(c.p, "alice", "back", letters);
    stage_forward(c.p, CLOCK_DAY_MS);
    assert_true(stage_was_removed(c.alice));
    assert_true(stage_was_removed(c.second));
    assert_int_equal(device_list_count(&engine_own(stage_engine(back))->list), 1);
    talk(back, c.bob);
    play_end(c.p);
}

static void mistyped_letters_can_be_typed_again(void **state)
{
    struct paper c = paper_begin();
    struct person *back;
    char wrong[RECOVERY_LETTERS_SIZE];

    (void)state;
    leaves(c.alice);
    memcpy(wrong, c.letters, sizeof wrong);
    wrong[5] = wrong[5] == 'a' ? 'b' : 'a';
    back = stage_paper(c.p, "alice", "back", false);
    assert_false(stage_type_letters(back, wrong));
    assert_true(stage_link_ended(back, E_ABSENT));
    assert_true(stage_type_letters(back, c.letters));
    talk(back, c.bob);
    play_end(c.p);
}

static void the_letters_of_a_key_that_was_replaced_open_nothing(void **state)
{
    struct paper c = paper_begin();
    struct person *back;
    char newer[RECOVERY_LETTERS_SIZE];

    (void)state;
    stage_make_letters(c.alice, newer);
    assert_int_equal(stage_confirm_letters(c.alice, c.letters), E_FORGED);
    assert_int_equal(stage_confirm_letters(c.alice, newer), E_OK);
    leaves(c.alice);
    back = stage_paper(c.p, "alice", "back", false);
    assert_false(stage_type_letters(back, c.letters));
    assert_true(stage_link_ended(back, E_ABSENT));
    assert_true(stage_type_letters(back, newer));
    talk(back, c.bob);
    play_end(c.p);
}

/* Whoever came back can do so once more, until another key is made. */
static void a_key_that_was_used_is_still_good(void **state)
{
    struct paper c = paper_begin();
    struct person *back, *again;
    char newer[RECOVERY_LETTERS_SIZE];

    (void)state;
    leaves(c.alice);
    back = stage_come_back(c.p, "alice", "back", c.letters);
    assert_int_equal(stage_confirm_letters(back, c.letters), E_OK);
    leaves(back);
    again = stage_come_back(c.p, "alice", "again", c.letters);
    talk(again, c.bob);
    stage_make_letters(again, newer);
    assert_int_equal(stage_recovery_state(again), RECOVERING_UNCONFIRMED);
    is_well(c.bob);
    play_end(c.p);
}

/* ---- several devices, and several keys */

static void another_device_knows_that_there_is_a_key_and_not_its_letters(void **state)
{
    struct pair c = pair_met();
    char letters[RECOVERY_LETTERS_SIZE];

    (void)state;
    stage_make_letters(c.alice, letters);
    leaves(c.second);
    returns(c.second);
    assert_int_equal(stage_recovery_state(c.second), RECOVERING_ELSEWHERE);
    assert_int_equal(stage_confirm_letters(c.second, letters), E_CONFLICT);
    play_end(c.p);
}

/* Both make one while one of them is cut off: there is one list, one blob, and they fit. */
static void of_two_keys_made_at_once_one_brings_back(void **state)
{
    struct pair c = pair_met();
    char first[RECOVERY_LETTERS_SIZE], second[RECOVERY_LETTERS_SIZE];
    struct person *back;

    (void)state;
    stage_cut_off(c.second, true);
    assert_int_equal(stage_ask_for_letters(c.second), E_OK);
    assert_int_equal(stage_recovery_state(c.second), RECOVERING_MAKING);
    stage_make_letters(c.alice, first);
    stage_cut_off(c.second, false);
    stage_forward(c.p, 5 * CLOCK_MINUTE_MS);
    assert_int_equal(stage_see_letters(c.second, second), E_OK);
    leaves(c.alice);
    returns(c.alice);
    assert_int_equal(stage_recovery_state(c.alice), RECOVERING_ELSEWHERE);
    back = stage_paper(c.p, "alice", "back", false);
    assert_false(stage_type_letters(back, first));
    assert_true(stage_link_ended(back, E_ABSENT));
    assert_true(stage_type_letters(back, second));
    play_end(c.p);
}

/* It gives the server what it had given it before, once a day. */
static void a_device_that_was_away_does_not_undo_a_newer_key(void **state)
{
    struct pair c = pair_met();
    char older[RECOVERY_LETTERS_SIZE], newer[RECOVERY_LETTERS_SIZE];
    struct person *back;

    (void)state;
    stage_make_letters(c.alice, older);
    leaves(c.alice);
    stage_make_letters(c.second, newer);
    stage_forward(c.p, 2 * CLOCK_DAY_MS);
    returns(c.alice);
    assert_int_equal(stage_recovery_state(c.alice), RECOVERING_ELSEWHERE);
    leaves(c.alice);
    leaves(c.second);
    back = stage_come_back(c.p, "alice", "back", newer);
    assert_int_equal(stage_recovery_state(back), RECOVERING_USED);
    play_end(c.p);
}

/* Two people have the letters: whoever uses them last has the account, and the other one hears it.
 */
static void of_two_who_have_the_letters_the_last_one_stays(void **state)
{
    struct paper c = paper_begin();
    struct person *one, *other;

    (void)state;
    leaves(c.alice);
    one = stage_paper(c.p, "alice", "one", false);
    other = stage_paper(c.p, "alice", "other", false);
    assert_true(stage_type_letters(one, c.letters));
    assert_true(stage_type_letters(other, c.letters));
    stage_forward(c.p, CLOCK_MINUTE_MS);
    assert_true(stage_was_removed(one));
    talk(other, c.bob);
    play_end(c.p);
}

/* The first one's program ended before it knew that it was in. */
static void whoever_was_revoked_before_knowing_it_was_in_is_told(void **state)
{
    struct paper c = paper_begin();
    struct person *one, *other;
    struct lie lie = {.op = OP_RECOVER_LIST, .tell = lie_drop, .most = 1};

    (void)state;
    leaves(c.alice);
    one = stage_paper(c.p, "alice", "one", false);
    lie.to = one;
    lie_begin(c.p, &lie);
    assert_false(stage_type_letters(one, c.letters));
    leaves(one);
    other = stage_come_back(c.p, "alice", "other", c.letters);
    returns(one);
    assert_false(stage_type_letters(one, c.letters));
    assert_true(stage_link_ended(one, E_REMOVED));
    assert_true(stage_type_letters(one, c.letters)); /* the person wants it all the same */
    stage_forward(c.p, CLOCK_MINUTE_MS);
    assert_true(stage_was_removed(other));
    lie_end(c.p);
    play_end(c.p);
}

/* ---- programs that end */

/* Its person is told of a key with letters, or that there is none, or that nobody has seen them. */
static bool making_ends_at(unsigned step)
{
    struct paper c = paper_begin();
    char newer[RECOVERY_LETTERS_SIZE], letters[RECOVERY_LETTERS_SIZE];
    struct person *back;
    bool ended;

    stage_crash_at(c.alice, step);
    assert_int_equal(stage_ask_for_letters(c.alice), E_OK);
    stage_forward(c.p, CLOCK_SECOND_MS);
    ended = !stage_is_running(c.alice);
    stage_crash_at(c.alice, 0);
    if (ended)
        returns(c.alice);
    stage_forward(c.p, 2 * CLOCK_MINUTE_MS);
    if (!ended) {
        assert_int_equal(stage_see_letters(c.alice, letters), E_OK);
    } else if (stage_recovery_state(c.alice) == RECOVERING_UNSEEN) {
        stage_make_letters(c.alice, newer);
        memcpy(letters, newer, sizeof letters);
    } else { /* as if it had never been asked for */
        assert_int_equal(stage_confirm_letters(c.alice, c.letters), E_OK);
        memcpy(letters, c.letters, sizeof letters);
    }
    assert_int_equal(stage_confirm_letters(c.alice, letters), E_OK);
    leaves(c.alice);
    back = stage_come_back(c.p, "alice", "back", letters);
    talk(back, c.bob);
    play_end(c.p);
    return ended;
}

static void letters_that_were_shown_are_good_wherever_the_making_was_cut_off(void **state)
{
    unsigned step = 1;

    (void)state;
    while (making_ends_at(step))
        assert_true(++step < STEPS_MAX);
    assert_true(step > 4);
}

static void letters_that_were_never_marked_as_shown_are_told_as_unseen(void **state)
{
    struct paper c = paper_begin();

    (void)state;
    assert_int_equal(stage_ask_for_letters(c.alice), E_OK);
    leaves(c.alice);
    returns(c.alice);
    assert_int_equal(stage_recovery_state(c.alice), RECOVERING_UNSEEN);
    assert_int_equal(stage_confirm_letters(c.alice, c.letters), E_CONFLICT);
    play_end(c.p);
}

static bool coming_back_ends_at(unsigned step)
{
    struct paper c = paper_begin();
    struct person *back;
    bool ended;

    leaves(c.alice);
    back = stage_paper(c.p, "alice", "back", false);
    stage_crash_at(back, step);
    stage_type_letters(back, c.letters);
    ended = !stage_is_running(back);
    stage_crash_at(back, 0);
    if (ended)
        returns(back);
    if (engine_is_returning(stage_engine(back)))
        assert_true(stage_type_letters(back, c.letters));
    assert_true(engine_is_ready(stage_engine(back)));
    assert_int_equal(engine_own(stage_engine(back))->list.version, 3);
    talk(back, c.bob);
    is_well(c.bob);
    play_end(c.p);
    return ended;
}

static void coming_back_goes_on_wherever_it_was_cut_off(void **state)
{
    unsigned step = 1;

    (void)state;
    while (coming_back_ends_at(step))
        assert_true(++step < STEPS_MAX);
    assert_true(step > 4);
}

static void a_server_that_dies_in_between_is_come_back_to(void **state)
{
    struct paper c = paper_begin();
    struct person *back;

    (void)state;
    leaves(c.alice);
    back = stage_paper(c.p, "alice", "back", false);
    server_dies(c.p);
    assert_false(stage_type_letters(back, c.letters));
    server_comes_back(c.p);
    stage_forward(c.p, 5 * CLOCK_MINUTE_MS);
    assert_true(engine_is_ready(stage_engine(back)));
    talk(back, c.bob);
    play_end(c.p);
}

/* A server that was put back from a copy has lost the blob: it gets it again within a day. */
static void a_server_that_forgot_what_it_kept_is_given_it_again(void **state)
{
    struct paper c = paper_begin();
    struct person *back;

    (void)state;
    assert_ok(db_run(stage_server(c.p)->db, "DELETE FROM recovery", NULL, 0, NULL));
    stage_forward(c.p, CLOCK_DAY_MS + CLOCK_HOUR_MS);
    leaves(c.alice);
    returns(c.alice);
    leaves(c.alice);
    back = stage_come_back(c.p, "alice", "back", c.letters);
    talk(back, c.bob);
    play_end(c.p);
}

/* ---- devices whose passphrase nobody knows */

static void a_forgotten_passphrase_on_one_device_never_destroys_the_others(void **state)
{
    struct pair c = pair_met();

    (void)state;
    leaves(c.second);
    stage_forget_passphrase(c.second);
    says(c.bob, c.alice, "to the one that opens");
    sees(c.alice, c.bob, "to the one that opens");
    assert_int_equal(stage_revoke(c.alice, c.second), E_OK);
    assert_int_equal(stage_told_of_list(c.alice), E_OK);
    says(c.alice, c.bob, "without the other");
    sees(c.bob, c.alice, "without the other");
    assert_int_equal(device_list_count(&engine_own(stage_engine(c.alice))->list), 1);
    is_well(c.alice);
    is_well(c.bob);
    play_end(c.p);
}

/* ---- and who has no key */

static char *is_reset(struct play *p, const char *handle)
{
    Tacet__Wire__Reset m = TACET__WIRE__RESET__INIT;
    Tacet__Wire__Invited *got;
    struct buf answer = BUF(4096);
    struct arena a = ARENA(65536);
    char *link;

    m.handle = frame_data(bytes_text(handle));
    assert_int_equal(stage_operate(p, OP_RESET, &m, &answer), E_OK);
    assert_ok(frame_unpack(buf_view(&answer), &tacet__wire__invited__descriptor, &a, &got));
    link = strndup((const char *)got->link.data, got->link.len);
    arena_free(&a);
    buf_free(&answer);
    return link;
}

/* Another account under the same handle: nothing goes to it before it is accepted. */
static void a_reset_is_another_account_that_contacts_must_accept(void **state)
{
    struct paper c = paper_begin();
    struct person *anew = NULL, *back = stage_paper(c.p, "alice", "back", false);
    Tacet__Wire__Reset nobody = TACET__WIRE__RESET__INIT;
    char *link;

    (void)state;
    assert_int_equal(confirms(c.bob, c.alice, safety_number(c.alice, c.bob)), E_OK);
    link = is_reset(c.p, "alice");
    stage_forward(c.p, CLOCK_MINUTE_MS);
    assert_false(engine_is_ready(stage_engine(c.alice)));
    assert_false(stage_was_removed(c.alice)); /* by no device of its own: nothing is wiped */
    assert_false(stage_type_letters(back, c.letters));
    assert_true(stage_link_ended(back, E_ABSENT));
    assert_int_equal(joins_by(c.p, "alice", link, &anew), E_OK);
    free(link);
    says(anew, c.bob, "the new me");
    assert_true(stage_heard(c.bob, PROBLEM_KEY_CHANGED));
    says(c.bob, anew, "to whom?");
    failed_with(c.bob, E_CONFLICT);
    assert_true(has_verified(c.bob, anew)); /* the one that was: so it is told as that */
    nobody.handle = frame_data(bytes_text("nobody"));
    assert_int_equal(stage_operate(c.p, OP_RESET, &nobody, NULL), E_ABSENT);
    play_end(c.p);
}

const struct CMUnitTest devices_recovery[] = {
    cmocka_unit_test(an_account_without_a_key_says_so_and_with_one_too),
    cmocka_unit_test(whoever_lost_everything_comes_back),
    cmocka_unit_test(what_was_sent_in_between_to_lost_devices_is_told_as_lost),
    cmocka_unit_test(other_devices_stay_when_the_person_says_so),
    cmocka_unit_test(all_others_go_when_the_person_does_not),
    cmocka_unit_test(mistyped_letters_can_be_typed_again),
    cmocka_unit_test(the_letters_of_a_key_that_was_replaced_open_nothing),
    cmocka_unit_test(a_key_that_was_used_is_still_good),
    cmocka_unit_test(another_device_knows_that_there_is_a_key_and_not_its_letters),
    cmocka_unit_test(of_two_keys_made_at_once_one_brings_back),
    cmocka_unit_test(a_device_that_was_away_does_not_undo_a_newer_key),
    cmocka_unit_test(of_two_who_have_the_letters_the_last_one_stays),
    cmocka_unit_test(whoever_was_revoked_before_knowing_it_was_in_is_told),
    cmocka_unit_test(letters_that_were_shown_are_good_wherever_the_making_was_cut_off),
    cmocka_unit_test(letters_that_were_never_marked_as_shown_are_told_as_unseen),
    cmocka_unit_test(coming_back_goes_on_wherever_it_was_cut_off),
    cmocka_unit_test(a_server_that_dies_in_between_is_come_back_to),
    cmocka_unit_test(a_server_that_forgot_what_it_kept_is_given_it_again),
    cmocka_unit_test(a_forgotten_passphrase_on_one_device_never_destroys_the_others),
    cmocka_unit_test(a_reset_is_another_account_that_contacts_must_accept),
};
const size_t devices_recovery_n = sizeof devices_recovery / sizeof devices_recovery[0];
