/* SPDX-License-Identifier: Apache-2.0 */
/* devices_changing: what a device wants of its account's list comes into force once, whatever
 * happens on the way.  [PROTOCOL 4.3, 15.4] */
#include "scenario/devices.h"

#define STEPS_MAX 40

/* Devices that are there learn of the newest list. */
static void look_again(struct pair *c)
{
    leaves(c->alice);
    leaves(c->second);
    returns(c->alice);
    returns(c->second);
}

static void one_device_removes_another(void **state)
{
    struct pair c = pair_met();

    (void)state;
    assert_int_equal(stage_revoke(c.alice, c.second), E_OK);
    assert_int_equal(stage_told_of_list(c.alice), E_OK);
    says(c.bob, c.alice, "not for the second");
    sees(c.alice, c.bob, "not for the second");
    stage_forward(c.p, CLOCK_MINUTE_MS);
    assert_true(stage_was_removed(c.second));
    assert_int_equal(stage_revoke(c.alice, c.second), E_ABSENT);
    assert_int_equal(stage_revoke(c.alice, c.alice), E_DENIED);
    all_is_well(&c);
    play_end(c.p);
}

static void what_is_asked_for_without_a_link_is_done_with_one(void **state)
{
    struct pair c = pair_met();

    (void)state;
    stage_cut_off(c.alice, true);
    stage_hang_up(c.alice);
    assert_int_equal(stage_revoke(c.alice, c.second), E_OK);
    assert_int_equal(stage_told_of_list(c.alice), E_AGAIN);
    leaves(c.alice);
    stage_cut_off(c.alice, false);
    returns(c.alice);
    assert_int_equal(stage_told_of_list(c.alice), E_OK);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    assert_true(stage_was_removed(c.second));
    play_end(c.p);
}

/* Both remove the third: one of the two lists is the next one, and has what the other wants. */
static void of_two_changes_at_once_one_is_the_other(void **state)
{
    struct pair c = pair_met();
    struct person *third = stage_second_device(c.alice, "third");

    (void)state;
    look_again(&c);
    stage_cut_off(c.second, true);
    stage_hang_up(c.second);
    assert_int_equal(stage_revoke(c.second, third), E_OK);
    assert_int_equal(stage_revoke(c.alice, third), E_OK);
    assert_int_equal(stage_told_of_list(c.alice), E_OK);
    stage_cut_off(c.second, false);
    stage_forward(c.p, 5 * CLOCK_MINUTE_MS);
    assert_int_equal(stage_told_of_list(c.second), E_OK);
    assert_true(stage_was_removed(third));
    all_is_well(&c);
    play_end(c.p);
}

/* Each removes the other: who was second is no device any more, and its change is nothing. */
static void of_two_that_remove_each_other_one_stays(void **state)
{
    struct pair c = pair_met();

    (void)state;
    stage_cut_off(c.second, true);
    stage_hang_up(c.second);
    assert_int_equal(stage_revoke(c.second, c.alice), E_OK);
    assert_int_equal(stage_revoke(c.alice, c.second), E_OK);
    stage_cut_off(c.second, false);
    stage_forward(c.p, 5 * CLOCK_MINUTE_MS);
    assert_true(stage_was_removed(c.second));
    assert_false(stage_was_removed(c.alice));
    says(c.bob, c.alice, "the one that is left");
    sees(c.alice, c.bob, "the one that is left");
    play_end(c.p);
}

/* Two changes on two devices that do not exclude each other: both come into force. */
static void of_two_different_changes_both_come_into_force(void **state)
{
    struct pair c = pair_met();
    struct person *third = stage_second_device(c.alice, "third"),
                  *fourth = stage_second_device(c.alice, "fourth");

    (void)state;
    look_again(&c);
    stage_cut_off(c.second, true);
    stage_hang_up(c.second);
    assert_int_equal(stage_revoke(c.second, third), E_OK);
    assert_int_equal(stage_revoke(c.alice, fourth), E_OK);
    stage_cut_off(c.second, false);
    stage_forward(c.p, 5 * CLOCK_MINUTE_MS);
    assert_int_equal(stage_told_of_list(c.alice), E_OK);
    assert_int_equal(stage_told_of_list(c.second), E_OK);
    assert_true(stage_was_removed(third));
    assert_true(stage_was_removed(fourth));
    all_is_well(&c);
    play_end(c.p);
}

static bool ends_before(unsigned step)
{
    struct pair c = pair_met();
    bool ended;

    stage_crash_at(c.alice, step);
    stage_revoke(c.alice, c.second);
    stage_forward(c.p, CLOCK_SECOND_MS);
    ended = !stage_is_running(c.alice);
    stage_crash_at(c.alice, 0);
    if (ended)
        returns(c.alice);
    stage_forward(c.p, 2 * CLOCK_MINUTE_MS);
    assert_true(stage_was_removed(c.second));
    assert_int_equal(engine_own(stage_engine(c.alice))->list.version, 3);
    says(c.bob, c.alice, "and on");
    sees(c.alice, c.bob, "and on");
    all_is_well(&c);
    play_end(c.p);
    return ended;
}

static void a_change_survives_a_program_that_ends(void **state)
{
    unsigned step = 1;

    (void)state;
    while (ends_before(step))
        assert_true(++step < STEPS_MAX);
    assert_true(step > 2);
}

/* The server says that another list was before, and shows none: the same list goes to it again. */
static void a_conflict_that_is_a_lie_only_costs_time(void **state)
{
    struct pair c = pair_met();
    struct lie lie = {.op = OP_LIST, .to = c.alice, .tell = lie_refuse, .at = E_CONFLICT};

    (void)state;
    lie_begin(c.p, &lie);
    assert_int_equal(stage_revoke(c.alice, c.second), E_OK);
    stage_forward(c.p, 3 * CLOCK_MINUTE_MS);
    lie_end(c.p);
    assert_in_range(lie.told, 1, 4);
    stage_forward(c.p, 2 * CLOCK_MINUTE_MS);
    assert_int_equal(stage_told_of_list(c.alice), E_OK);
    assert_int_equal(engine_own(stage_engine(c.alice))->list.version, 3);
    play_end(c.p);
}

const struct CMUnitTest devices_changing[] = {
    cmocka_unit_test(one_device_removes_another),
    cmocka_unit_test(what_is_asked_for_without_a_link_is_done_with_one),
    cmocka_unit_test(of_two_changes_at_once_one_is_the_other),
    cmocka_unit_test(of_two_that_remove_each_other_one_stays),
    cmocka_unit_test(of_two_different_changes_both_come_into_force),
    cmocka_unit_test(a_change_survives_a_program_that_ends),
    cmocka_unit_test(a_conflict_that_is_a_lie_only_costs_time),
};
const size_t devices_changing_n = sizeof devices_changing / sizeof devices_changing[0];
