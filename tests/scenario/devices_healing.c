/* SPDX-License-Identifier: Apache-2.0 */
/* devices_healing: what one of several devices cannot open, or did not get, it is brought by the
 * one that wrote it, and nobody else gets it again.  [PROTOCOL 5.4, 6.7] */
#include "scenario/devices.h"

static void what_a_sibling_cannot_open_is_sealed_again(void **state)
{
    struct pair c = pair_begin();
    struct lie lie = {DELIVERIES, .to = c.second, .tell = spoil, .at = 100, .most = 1};

    (void)state;
    lie_begin(c.p, &lie);
    says(c.alice, c.bob, "in a dead epoch");
    lie_end(c.p);
    assert_int_equal(lie.told, 1);
    sees(c.bob, c.alice, "in a dead epoch");
    sees_nothing(c.second);
    assert_in_range(parked_by(c.second), 1, 2);          /* and what the devices agree on */
    assert_true(stage_heard(c.second, PROBLEM_DAMAGED)); /* the capsule */
    stage_forward(c.p, 2 * CLOCK_MINUTE_MS);
    sees_own(c.second, c.bob, "in a dead epoch");
    says(c.alice, c.bob, "alive");
    sees_own(c.second, c.bob, "alive");
    sees(c.bob, c.alice, "alive");
    stage_forward(c.p, CLOCK_DAY_MS);
    all_is_well(&c);
    play_end(c.p);
}

/* Whose what waits is nothing says: the newer lists of all people do. */
static void a_device_that_nobody_heard_of_and_whose_capsule_was_lost_is_found(void **state)
{
    struct pair c = pair_begin();
    struct lie lie = {DELIVERIES, .to = c.bob, .tell = lose, .most = 1};

    (void)state;
    lie_begin(c.p, &lie);
    says(c.second, c.bob, "from afar");
    lie_end(c.p);
    assert_int_equal(lie.told, 1);
    assert_true(stage_heard(c.bob, PROBLEM_DAMAGED));
    says(c.second, c.bob, "and another");
    sees_nothing(c.bob);
    assert_int_equal(parked_by(c.bob), 1);
    stage_forward(c.p, 3 * CLOCK_HOUR_MS);
    sees(c.bob, c.alice, "and another");
    sees(c.bob, c.alice, "from afar");
    sees_own(c.alice, c.bob, "from afar");
    sees_own(c.alice, c.bob, "and another");
    all_is_well(&c);
    play_end(c.p);
}

/* What nobody here wrote is asked about for a month, and no more often than once an hour. */
static void what_is_nobodys_makes_few_questions(void **state)
{
    struct pair c = pair_begin();
    struct lie lie = {DELIVERIES, .to = c.bob, .tell = lose, .most = 1};
    struct lie hide = {.op = OP_PERSON, .to = c.bob, .tell = lie_refuse, .at = E_FULL};

    (void)state;
    lie_begin(c.p, &lie);
    says(c.second, c.bob, "from afar");
    lie_end(c.p);
    says(c.second, c.bob, "and another");
    lie_begin(c.p, &hide);
    stage_forward(c.p, CLOCK_DAY_MS);
    lie_end(c.p);
    assert_in_range(hide.told, 2, 12);
    play_end(c.p);
}

static void what_a_sibling_did_not_get_is_asked_for_in_its_conversation(void **state)
{
    struct pair c = pair_met();
    struct lie lie = {DELIVERIES, .to = c.second, .tell = lose, .most = 1};

    (void)state;
    lie_begin(c.p, &lie);
    says(c.alice, c.bob, "lost on the way");
    lie_end(c.p);
    assert_true(stage_heard(c.second, PROBLEM_DAMAGED));
    says(c.alice, c.bob, "and another");
    sees_own(c.second, c.bob, "and another");
    stage_forward(c.p, 2 * CLOCK_HOUR_MS);
    sees_own(c.second, c.bob, "lost on the way");
    sees(c.bob, c.alice, "lost on the way");
    sees(c.bob, c.alice, "and another");
    all_is_well(&c);
    play_end(c.p);
}

static void a_lost_note_to_oneself_comes_again(void **state)
{
    struct pair c = pair_met();
    struct lie lie = {DELIVERIES, .to = c.alice, .tell = lose, .most = 1};

    (void)state;
    says_to(c.alice, "alice", "open the channel");
    sees_own(c.second, c.alice, "open the channel");
    says_to(c.second, "alice", "and back");
    sees_own(c.alice, c.alice, "and back");
    lie_begin(c.p, &lie);
    says_to(c.second, "alice", "lost");
    lie_end(c.p);
    assert_true(stage_heard(c.alice, PROBLEM_DAMAGED));
    says_to(c.second, "alice", "not lost");
    sees_own(c.alice, c.alice, "not lost");
    stage_forward(c.p, 2 * CLOCK_HOUR_MS);
    sees_own(c.alice, c.alice, "lost");
    all_is_well(&c);
    play_end(c.p);
}

static void what_one_device_of_somebody_did_not_get_that_one_alone_gets_again(void **state)
{
    struct pair c = pair_met();
    struct lie lie = {DELIVERIES, .to = c.second, .tell = lose, .most = 1};

    (void)state;
    lie_begin(c.p, &lie);
    says(c.bob, c.alice, "lost for one");
    lie_end(c.p);
    assert_true(stage_heard(c.second, PROBLEM_DAMAGED));
    says(c.bob, c.alice, "for both");
    sees_behind(c.second, c.bob, "for both", 1);
    stage_forward(c.p, 2 * CLOCK_HOUR_MS);
    sees(c.second, c.bob, "lost for one");
    sees(c.alice, c.bob, "lost for one");
    sees(c.alice, c.bob, "for both");
    all_is_well(&c);
    play_end(c.p);
}

static void a_sibling_whose_vault_was_put_back_is_healed(void **state)
{
    struct pair c = pair_met();

    (void)state;
    leaves(c.second);
    stage_copy_vault(c.second, 1);
    returns(c.second);
    says(c.alice, c.bob, "after the copy");
    sees_own(c.second, c.bob, "after the copy");
    says(c.second, c.bob, "heard");
    sees_own(c.alice, c.bob, "heard");
    leaves(c.second);
    stage_restore_vault(c.second, 1);
    returns(c.second);
    assert_true(stage_heard(c.second, PROBLEM_RESTORED));
    says(c.alice, c.bob, "after the return");
    stage_forward(c.p, 2 * CLOCK_HOUR_MS);
    assert_int_equal(stage_copies(c.second, c.bob, "after the return"), 1);
    assert_int_equal(stage_copies(c.second, c.bob, "after the copy"), 1);
    says(c.second, c.bob, "here again");
    assert_int_equal(stage_copies(c.alice, c.bob, "here again"), 1);
    assert_int_equal(stage_copies(c.bob, c.alice, "here again"), 1);
    play_end(c.p);
}

static void a_device_that_was_added_is_brought_nothing_that_it_asks_for(void **state)
{
    struct pair c = pair_met();
    struct control ask = {.type = PAYLOAD_MISSING, .n = 1, .range = {{1, 3}}};

    (void)state;
    forge_control(c.p, c.second, c.bob, &ask);
    stage_forward(c.p, CLOCK_HOUR_MS);
    sees_nothing(c.second);
    assert_int_equal(stage_copies(c.second, c.bob, "I am."), 0);
    play_end(c.p);
}

/* tell: the answer is not lost, but comes later. */
static bool hold(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)lie_record(l, f, body, a);
    return false;
}

static void what_was_said_first_is_shown_first_whichever_answer_comes_first(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *second;
    struct buf held = BUF(LIMIT_FRAME);
    struct lie late = {.op = OP_ROSTER, .to = bob, .most = 1, .tell = hold, .ctx = &held};

    (void)state;
    meet(alice, bob);
    leaves(bob);
    second = stage_second_device(alice, "second");
    says(alice, bob, "said with two devices");
    stage_remove_device(alice, second);
    says(alice, bob, "said with one again");
    is(alice, "accepted");
    lie_begin(p, &late);
    returns(bob);
    lie_end(p);
    assert_int_equal(late.told, 1);
    sees_nothing(bob);
    stage_inject(bob, buf_view(&held));
    stage_settle(p);
    sees(bob, alice, "said with two devices");
    sees(bob, alice, "said with one again");
    buf_free(&held);
    play_end(p);
}

const struct CMUnitTest devices_healing[] = {
    cmocka_unit_test(what_a_sibling_cannot_open_is_sealed_again),
    cmocka_unit_test(a_device_that_nobody_heard_of_and_whose_capsule_was_lost_is_found),
    cmocka_unit_test(what_is_nobodys_makes_few_questions),
    cmocka_unit_test(what_a_sibling_did_not_get_is_asked_for_in_its_conversation),
    cmocka_unit_test(a_lost_note_to_oneself_comes_again),
    cmocka_unit_test(what_one_device_of_somebody_did_not_get_that_one_alone_gets_again),
    cmocka_unit_test(a_sibling_whose_vault_was_put_back_is_healed),
    cmocka_unit_test(a_device_that_was_added_is_brought_nothing_that_it_asks_for),
    cmocka_unit_test(what_was_said_first_is_shown_first_whichever_answer_comes_first),
};
const size_t devices_healing_n = sizeof devices_healing / sizeof devices_healing[0];
