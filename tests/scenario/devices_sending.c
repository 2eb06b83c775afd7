/* SPDX-License-Identifier: Apache-2.0 */
/* devices_sending: what one writes, and what one gets, all devices of a person have.
 * [PROTOCOL 2.4, 4.6, 15] */
#include "scenario/devices.h"

static void what_one_device_writes_the_others_show_as_their_own(void **state)
{
    struct pair c = pair_begin();

    (void)state;
    says(c.alice, c.bob, "from the first");
    is(c.alice, "accepted");
    sees(c.bob, c.alice, "from the first");
    sees_own(c.second, c.bob, "from the first");
    says(c.second, c.bob, "from the second");
    is(c.second, "accepted");
    sees(c.bob, c.alice, "from the second");
    sees_own(c.alice, c.bob, "from the second");
    says(c.alice, c.bob, "and again");
    sees(c.bob, c.alice, "and again");
    sees_own(c.second, c.bob, "and again");
    all_is_well(&c);
    play_end(c.p);
}

static void what_comes_is_shown_on_every_device(void **state)
{
    struct pair c = pair_begin();

    (void)state;
    says(c.bob, c.alice, "to both of you");
    sees(c.alice, c.bob, "to both of you");
    sees(c.second, c.bob, "to both of you");
    all_is_well(&c);
    play_end(c.p);
}

static void a_device_that_was_added_gets_nothing_from_before(void **state)
{
    struct pair c = pair_begin();

    (void)state;
    says(c.bob, c.alice, "the third");
    sees(c.second, c.bob, "the third");
    says(c.alice, c.bob, "the fourth");
    sees_own(c.second, c.bob, "the fourth");
    stage_forward(c.p, CLOCK_DAY_MS);
    sees(c.alice, c.bob, "the third");
    sees(c.bob, c.alice, "the fourth");
    all_is_well(&c); /* it asked, and was answered that nothing will come */
    play_end(c.p);
}

static void a_device_looks_up_whom_another_one_wrote_to(void **state)
{
    struct pair c = pair_begin();
    struct person *carol = joins(c.p, "carol");

    (void)state;
    says(c.alice, carol, "hello carol");
    sees(carol, c.alice, "hello carol");
    sees_own(c.second, carol, "hello carol");
    says(carol, c.alice, "hello alice");
    sees(c.alice, carol, "hello alice");
    sees(c.second, carol, "hello alice");
    says(c.second, carol, "the same, from here");
    sees(carol, c.alice, "the same, from here");
    sees_own(c.alice, carol, "the same, from here");
    all_is_well(&c);
    play_end(c.p);
}

static void notes_to_oneself_go_to_ones_other_devices(void **state)
{
    struct pair c = pair_met();

    (void)state;
    says_to(c.bob, "bob", "nobody would get it");
    failed_with(c.bob, E_DENIED);
    says_to(c.alice, "alice", "buy bread");
    is(c.alice, "accepted");
    sees_own(c.second, c.alice, "buy bread");
    says_to(c.second, "alice", "and milk");
    sees_own(c.alice, c.alice, "and milk");
    all_is_well(&c);
    play_end(c.p);
}

static void a_device_that_was_away_catches_up(void **state)
{
    struct pair c = pair_met();

    (void)state;
    leaves(c.second);
    for (int day = 0; day < 29; day++) {
        stage_forward(c.p, CLOCK_DAY_MS);
        says(c.alice, c.bob, "another day");
        sees(c.bob, c.alice, "another day");
        says(c.bob, c.alice, "as it was");
        sees(c.alice, c.bob, "as it was");
    }
    returns(c.second);
    for (int day = 0; day < 29; day++) {
        sees_own(c.second, c.bob, "another day");
        sees(c.second, c.bob, "as it was");
    }
    all_is_well(&c);
    play_end(c.p);
}

static void several_devices_write_to_several(void **state)
{
    struct pair c = pair_met();
    struct person *bobs = stage_second_device(c.bob, "bobs");

    (void)state;
    says(c.second, c.bob, "one");
    sees(c.bob, c.alice, "one");
    sees(bobs, c.alice, "one");
    sees_own(c.alice, c.bob, "one");
    says(bobs, c.alice, "two");
    sees(c.alice, c.bob, "two");
    sees(c.second, c.bob, "two");
    sees_own(c.bob, c.alice, "two");
    says(c.alice, c.bob, "three");
    sees(bobs, c.alice, "three");
    sees(c.bob, c.alice, "three");
    sees_own(c.second, c.bob, "three");
    sees_nothing(bobs);
    all_is_well(&c);
    play_end(c.p);
}

static void a_device_whose_prekey_is_over_holds_nothing_up(void **state)
{
    struct pair c = pair_met();

    (void)state;
    leaves(c.second);
    stage_forward(c.p, 40 * CLOCK_DAY_MS); /* its prekey is over */
    says(c.alice, c.bob, "without it");
    is(c.alice, "accepted");
    sees(c.bob, c.alice, "without it");
    returns(c.second);
    stage_forward(c.p, CLOCK_HOUR_MS);
    says(c.alice, c.bob, "with it");
    sees(c.bob, c.alice, "with it");
    sees_own(c.second, c.bob, "with it");
    play_end(c.p);
}

static void contacts_are_told_of_devices_and_verification_stays(void **state)
{
    struct pair c = {.p = play_begin()};
    struct event told;

    (void)state;
    c.alice = joins(c.p, "alice");
    c.bob = joins(c.p, "bob");
    meet(c.alice, c.bob);
    assert_int_equal(confirms(c.bob, c.alice, safety_number(c.alice, c.bob)), E_OK);
    c.second = stage_second_device(c.alice, "second");
    assert_int_equal(stage_told_of_devices(c.bob, &told), 0);
    says(c.bob, c.alice, "who is there?");
    assert_int_equal(stage_told_of_devices(c.bob, &told), 1);
    assert_string_equal(told.contact.handle, "alice");
    assert_int_equal(told.added, 1);
    assert_int_equal(told.removed, 0);
    assert_true(has_verified(c.bob, c.alice));
    assert_int_equal(stage_told_of_list(c.alice), E_OK); /* it did that itself */
    assert_int_equal(stage_told_of_devices(c.alice, &told), 0);
    stage_remove_device(c.alice, c.second);
    says(c.bob, c.alice, "and now?");
    assert_int_equal(stage_told_of_devices(c.bob, &told), 1);
    assert_int_equal(told.added, 0);
    assert_int_equal(told.removed, 1);
    assert_true(has_verified(c.bob, c.alice));
    play_end(c.p);
}

static void an_account_that_was_recovered_is_unverified(void **state)
{
    struct pair c = pair_met();
    struct event told;

    (void)state;
    assert_int_equal(confirms(c.bob, c.alice, safety_number(c.alice, c.bob)), E_OK);
    (void)stage_told_of_devices(c.bob, &told);
    stage_recover(c.alice);
    says(c.bob, c.alice, "is it you?");
    sees(c.alice, c.bob, "is it you?");
    sees(c.second, c.bob, "is it you?");
    assert_int_equal(stage_told_of_devices(c.bob, &told), 1);
    assert_true(told.recovered);
    assert_int_equal(told.added, 0);
    assert_false(has_verified(c.bob, c.alice));
    all_is_well(&c);
    play_end(c.p);
}

static void what_a_new_device_wrote_stands_in_the_order_of_writing(void **state)
{
    struct pair c = pair_met();
    struct person *third;

    (void)state;
    leaves(c.alice);
    third = stage_device_by_hand(c.second, "third");
    says_to(third, "alice", "one");
    (void)stage_device_by_hand(third, "fourth");
    says_to(third, "alice", "two");      /* under another roster than the first */
    says_to(c.second, "alice", "known"); /* which this brings, while the first is asked for */
    returns(c.alice);
    sees_own(c.alice, c.alice, "known");
    sees_own(c.alice, c.alice, "one");
    sees_own(c.alice, c.alice, "two");
    play_end(c.p);
}

static void a_note_that_nobody_would_get_any_more_is_given_up(void **state)
{
    struct pair c = pair_met();

    (void)state;
    leaves(c.second);
    stage_forward(c.p, 40 * CLOCK_DAY_MS); /* its prekey is over */
    says_to(c.alice, "alice", "waits");
    is(c.alice, "queued");
    stage_remove_device(c.alice, c.second);
    stage_forward(c.p, CLOCK_DAY_MS);
    failed_with(c.alice, E_DENIED);
    play_end(c.p);
}

/* ---- with somebody who keeps copies */

static const struct network_policy NONE = {.number = 0};

static void copies_of_what_any_device_writes_are_kept_once(void **state)
{
    struct pair c = pair_begin();
    struct person *bot = joins(c.p, "bot");
    struct network_policy policy = desk_next(c.p, &NONE, 0);

    (void)state;
    desk_keep(&policy, bot, true);
    desk_publish(c.p, &policy);
    stage_forward(c.p, CLOCK_DAY_MS);
    says(c.second, c.bob, "kept");
    is(c.second, "accepted");
    sees(c.bob, c.alice, "kept");
    sees_own(c.alice, c.bob, "kept");
    sees(bot, c.alice, "kept");
    says(c.alice, c.bob, "kept, too");
    sees(c.bob, c.alice, "kept, too");
    sees_own(c.second, c.bob, "kept, too");
    sees(bot, c.alice, "kept, too");
    says_to(c.alice, "alice", "a note");
    sees_own(c.second, c.alice, "a note");
    sees(bot, c.alice, "a note");
    sees_nothing(bot);
    assert_false(stage_heard(bot, PROBLEM_RECIPIENTS));
    all_is_well(&c);
    play_end(c.p);
}

static void whoever_keeps_copies_has_them_on_each_device(void **state)
{
    struct pair c = pair_begin();
    struct person *bot = joins(c.p, "bot"), *bots = stage_second_device(bot, "bots");
    struct network_policy policy = desk_next(c.p, &NONE, 0);

    (void)state;
    desk_keep(&policy, bot, true);
    desk_publish(c.p, &policy);
    stage_forward(c.p, CLOCK_DAY_MS);
    says(c.alice, c.bob, "kept twice");
    is(c.alice, "accepted");
    sees(c.bob, c.alice, "kept twice");
    sees_own(c.second, c.bob, "kept twice");
    sees(bot, c.alice, "kept twice");
    sees(bots, c.alice, "kept twice");
    says(bots, c.alice, "from who keeps them");
    sees(c.alice, bot, "from who keeps them");
    sees(c.second, bot, "from who keeps them");
    sees_own(bot, c.alice, "from who keeps them");
    sees_nothing(bots);
    assert_false(stage_heard(bots, PROBLEM_RECIPIENTS));
    all_is_well(&c);
    play_end(c.p);
}

const struct CMUnitTest devices_sending[] = {
    cmocka_unit_test(what_one_device_writes_the_others_show_as_their_own),
    cmocka_unit_test(what_comes_is_shown_on_every_device),
    cmocka_unit_test(a_device_that_was_added_gets_nothing_from_before),
    cmocka_unit_test(a_device_looks_up_whom_another_one_wrote_to),
    cmocka_unit_test(notes_to_oneself_go_to_ones_other_devices),
    cmocka_unit_test(a_device_that_was_away_catches_up),
    cmocka_unit_test(several_devices_write_to_several),
    cmocka_unit_test(a_device_whose_prekey_is_over_holds_nothing_up),
    cmocka_unit_test(contacts_are_told_of_devices_and_verification_stays),
    cmocka_unit_test(an_account_that_was_recovered_is_unverified),
    cmocka_unit_test(what_a_new_device_wrote_stands_in_the_order_of_writing),
    cmocka_unit_test(a_note_that_nobody_would_get_any_more_is_given_up),
    cmocka_unit_test(copies_of_what_any_device_writes_are_kept_once),
    cmocka_unit_test(whoever_keeps_copies_has_them_on_each_device),
};
const size_t devices_sending_n = sizeof devices_sending / sizeof devices_sending[0];
