/* SPDX-License-Identifier: Apache-2.0 */
/* history_faults: history arrives once, whatever ends, is lost or put back on the way.
 * [PROTOCOL 15.5] */
#include "client/streams.h"
#include "scenario/histories.h"

#define STEPS_MAX 120
#define MUCH      9     /* messages of so many bytes each: about as many pieces as may be ahead, */
#define EACH      60000 /* twice */

static void has_much(struct pair *c)
{
    has_all(c);
    assert_int_equal(count_kept(c->second), MUCH + 2);
    all_is_well(c);
}

/* One of them ends before that step of its own, from when both have agreed. */
static bool ends_before(unsigned step, bool giver)
{
    struct pair c = pair_added();
    struct person *who = giver ? c.alice : c.second;
    bool ended;

    assert_int_equal(stage_take(c.second, c.alice), E_OK);
    stage_crash_at(who, step);
    if (giver)
        assert_int_equal(stage_give(c.alice, c.second), E_OK);
    else
        stage_give(c.alice, c.second);
    stage_forward(c.p, CLOCK_SECOND_MS);
    ended = !stage_is_running(who);
    stage_crash_at(who, 0);
    if (ended)
        returns(who);
    stage_forward(c.p, 2 * CLOCK_MINUTE_MS);
    assert_int_equal(stage_copies(c.second, c.bob, "Are you there?"), 1);
    assert_int_equal(stage_copies(c.second, c.bob, "I am."), 1);
    assert_int_equal(count_kept(c.second), 2);
    assert_int_equal(stage_told(c.second, PROBLEM_HISTORY, NULL), 0);
    all_is_well(&c);
    play_end(c.p);
    return ended;
}

static void a_program_that_gives_may_end_at_any_step(void **state)
{
    unsigned step = 1;

    (void)state;
    while (ends_before(step, true))
        assert_true(++step < STEPS_MAX);
    assert_true(step > 10);
}

static void a_program_that_takes_may_end_at_any_step(void **state)
{
    unsigned step = 1;

    (void)state;
    while (ends_before(step, false))
        assert_true(++step < STEPS_MAX);
    assert_true(step > 5);
}

/* Each piece that comes is the last thing that the program sees. */
static void a_program_that_ends_with_every_piece_gets_on(void **state)
{
    struct pair c = pair_with_much(MUCH, EACH);

    (void)state;
    assert_int_equal(stage_take(c.second, c.alice), E_OK);
    stage_crash_at(c.second, 3);
    assert_int_equal(stage_give(c.alice, c.second), E_OK);
    for (unsigned i = 0; i < STEPS_MAX && !stage_is_running(c.second); i++) {
        stage_crash_at(c.second, 0);
        stage_forward(c.p, CLOCK_SECOND_MS);
        stage_crash_at(c.second, 12);
        returns(c.second);
        stage_forward(c.p, CLOCK_SECOND_MS);
    }
    stage_crash_at(c.second, 0);
    if (!stage_is_running(c.second))
        returns(c.second);
    stage_forward(c.p, 2 * CLOCK_HOUR_MS);
    assert_int_equal(count_kept(c.second), MUCH + 2);
    all_is_well(&c);
    play_end(c.p);
}

/* What was lost for good is noticed by nobody but the giver, to whom nothing is said of it. */
static void lost_pieces_are_sent_again(void **state)
{
    struct pair c = pair_with_much(MUCH, EACH);
    struct lie lie = {DELIVERIES, .to = c.second, .tell = lose, .most = 4};

    (void)state;
    assert_int_equal(stage_give(c.alice, c.second), E_OK);
    lie_begin(c.p, &lie);
    assert_int_equal(stage_take(c.second, c.alice), E_OK);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    assert_int_equal(stage_has_history(c.second), E_AGAIN);
    stage_forward(c.p, 2 * CLOCK_DAY_MS);
    lie_end(c.p);
    assert_int_equal(lie.told, 4);
    assert_true(stage_heard(c.second, PROBLEM_DAMAGED));
    has_much(&c);
    play_end(c.p);
}

/* tell: pages are lost but for the first few, with which the other device agrees. */
static bool lose_later(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    size_t *left = l->ctx;

    if (*left == 0)
        return lose(l, f, body, a);
    (*left)--;
    return true;
}

/* Did it get so far with this many pages? */
static bool is_taken_again(size_t pages)
{
    struct pair c = pair_added();
    struct lie lie = {DELIVERIES, .to = c.alice, .tell = lose_later, .ctx = &pages};
    bool given;

    lie_begin(c.p, &lie);
    assert_int_equal(stage_take(c.second, c.alice), E_OK);
    assert_int_equal(stage_give(c.alice, c.second), E_OK);
    given = count_kept(c.second) == 2;
    assert_int_equal(stage_take(c.second, c.alice), E_OK);
    stage_forward(c.p, 2 * CLOCK_HOUR_MS);
    lie_end(c.p);
    stage_forward(c.p, CLOCK_DAY_MS);
    assert_int_equal(stage_told(c.second, PROBLEM_HISTORY, NULL), 0);
    assert_int_equal(count_kept(c.second), 2);
    play_end(c.p);
    return given;
}

/* The giver does not know that all was taken, and says it once more. */
static void what_was_taken_may_be_asked_for_again_before_the_giver_knows(void **state)
{
    size_t pages = 0;

    (void)state;
    while (!is_taken_again(pages))
        assert_true(++pages < 8);
}

/* tell: every page is turned round, and its last item is there twice. */
static bool turn(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Deliver *m = body;

    (void)f, (void)a;
    l->at += m->n_items > 1;
    for (size_t i = 0; i < m->n_items / 2; i++) {
        Tacet__Wire__Item *first = m->items[i], *last = m->items[m->n_items - 1 - i];
        ProtobufCBinaryData sealed = first->sealed;
        uint32_t kind = first->kind;

        first->sealed = last->sealed;
        first->kind = last->kind;
        last->sealed = sealed;
        last->kind = kind;
    }
    if (m->n_items > 1) {
        m->items[0]->sealed = m->items[1]->sealed;
        m->items[0]->kind = m->items[1]->kind;
    }
    return true;
}

static void pieces_that_come_twice_or_in_another_order_are_put_right(void **state)
{
    struct pair c = pair_with_much(MUCH, EACH);
    struct lie lie = {DELIVERIES, .to = c.second, .tell = turn};

    (void)state;
    assert_int_equal(stage_give(c.alice, c.second), E_OK);
    stage_cut_off(c.alice, true); /* so that all that is ahead comes in one page */
    stage_hang_up(c.alice);
    assert_int_equal(stage_take(c.second, c.alice), E_OK);
    leaves(c.second);
    stage_cut_off(c.alice, false);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    lie_begin(c.p, &lie);
    returns(c.second);
    stage_forward(c.p, CLOCK_DAY_MS);
    assert_true(lie.at > 0);
    lie_end(c.p);
    stage_forward(c.p, 2 * CLOCK_DAY_MS);
    has_much(&c);
    play_end(c.p);
}

static void who_is_away_for_days_gets_it_when_back(void **state)
{
    struct pair c = pair_with_much(MUCH, EACH);
    struct uploads sent = {c.alice, 0};

    (void)state;
    assert_int_equal(stage_take(c.second, c.alice), E_OK);
    leaves(c.second);
    assert_int_equal(stage_give(c.alice, c.second), E_OK);
    stage_tamper_up(c.p, count_uploads, &sent);
    stage_forward(c.p, 6 * CLOCK_HOUR_MS);
    stage_tamper_up(c.p, NULL, NULL);
    assert_in_range(sent.n, 1, 4);
    returns(c.second);
    stage_forward(c.p, CLOCK_DAY_MS);
    has_much(&c);
    play_end(c.p);
}

static void who_never_comes_is_given_up(void **state)
{
    struct pair c = pair_with_much(MUCH, EACH);

    (void)state;
    assert_int_equal(stage_take(c.second, c.alice), E_OK);
    leaves(c.second);
    assert_int_equal(stage_give(c.alice, c.second), E_OK);
    stage_forward(c.p, 15 * CLOCK_DAY_MS);
    assert_int_equal(stage_has_history(c.alice), E_EXPIRED);
    returns(c.second);
    stage_forward(c.p, CLOCK_DAY_MS);
    assert_int_equal(count_kept(c.second), 0);
    gives(&c);
    stage_forward(c.p, CLOCK_DAY_MS);
    has_much(&c);
    play_end(c.p);
}

/* In the middle of it one of the two goes back to where it was before. */
static void goes_back(bool giver)
{
    struct pair c = pair_with_much(MUCH, EACH);
    struct lie lie = {DELIVERIES, .to = c.second, .tell = lie_drop};
    struct person *who = giver ? c.alice : c.second;

    assert_int_equal(stage_take(c.second, c.alice), E_OK);
    leaves(c.second);
    assert_int_equal(stage_give(c.alice, c.second), E_OK);
    if (!giver)
        stage_copy_vault(who, 0);
    returns(c.second);
    if (giver) {
        lie_begin(c.p, &lie);
        stage_forward(c.p, CLOCK_MINUTE_MS);
    }
    leaves(who);
    if (giver) {
        stage_copy_vault(who, 0);
        returns(who);
        lie_end(c.p);
        stage_hang_up(c.second);
        stage_forward(c.p, CLOCK_HOUR_MS);
        leaves(who);
    }
    stage_restore_vault(who, 0);
    returns(who);
    stage_forward(c.p, 2 * CLOCK_DAY_MS);
    assert_true(stage_heard(who, PROBLEM_RESTORED));
    assert_int_equal(stage_take(c.second, c.alice), E_OK);
    assert_int_equal(stage_give(c.alice, c.second), E_OK);
    stage_forward(c.p, 2 * CLOCK_DAY_MS);
    assert_int_equal(count_kept(c.second), MUCH + 2);
    play_end(c.p);
}

static void a_vault_of_either_side_may_be_put_back(void **state)
{
    (void)state;
    goes_back(false);
    goes_back(true);
}

static bool misses_something(struct person *who)
{
    struct room_id room;
    struct party sender;
    uint64_t number = 0;
    struct err err = streams_next_gap(engine_vault(stage_engine(who)), &number, &room, &sender);

    assert_true(err.code == E_OK || err.code == E_ABSENT);
    return err.code == E_OK;
}

/* It was given before anything said that it is missing: later it comes again, and is known. */
static void what_was_lost_and_given_is_not_missed_for_ever(void **state)
{
    struct pair c = pair_met();
    struct lie lie = {DELIVERIES, .to = c.second, .tell = lose, .most = 1};

    (void)state;
    says(c.bob, c.alice, "the first");
    lie_begin(c.p, &lie);
    says(c.bob, c.alice, "lost on the way");
    lie_end(c.p);
    assert_int_equal(stage_copies(c.second, c.bob, "lost on the way"), 0);
    gives(&c);
    has_all(&c);
    assert_int_equal(stage_copies(c.second, c.bob, "lost on the way"), 1);
    says(c.bob, c.alice, "and another");
    assert_true(misses_something(c.second));
    stage_forward(c.p, 2 * CLOCK_HOUR_MS);
    assert_false(misses_something(c.second));
    assert_int_equal(stage_copies(c.second, c.bob, "lost on the way"), 1);
    play_end(c.p);
}

const struct CMUnitTest history_faults[] = {
    cmocka_unit_test(a_program_that_gives_may_end_at_any_step),
    cmocka_unit_test(a_program_that_takes_may_end_at_any_step),
    cmocka_unit_test(a_program_that_ends_with_every_piece_gets_on),
    cmocka_unit_test(lost_pieces_are_sent_again),
    cmocka_unit_test(what_was_lost_and_given_is_not_missed_for_ever),
    cmocka_unit_test(what_was_taken_may_be_asked_for_again_before_the_giver_knows),
    cmocka_unit_test(pieces_that_come_twice_or_in_another_order_are_put_right),
    cmocka_unit_test(who_is_away_for_days_gets_it_when_back),
    cmocka_unit_test(who_never_comes_is_given_up),
    cmocka_unit_test(a_vault_of_either_side_may_be_put_back),
};
const size_t history_faults_n = sizeof history_faults / sizeof history_faults[0];
