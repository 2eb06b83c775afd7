/* SPDX-License-Identifier: Apache-2.0 */
/* history_refused: history that is not to be taken is not, and the person is told.
 * [PROTOCOL 15.5] */
#include "scenario/histories.h"

static void ask_for_what_cannot_be(void **state)
{
    struct pair c = pair_added();

    (void)state;
    assert_int_equal(stage_give(c.alice, c.alice), E_DENIED);
    assert_int_equal(stage_take(c.alice, c.alice), E_DENIED);
    assert_int_equal(stage_give(c.alice, c.bob), E_ABSENT);
    assert_int_equal(stage_take(c.alice, c.bob), E_ABSENT);
    play_end(c.p);
}

/* A control message `history` that no engine would send. */
static void forge_history(struct pair *c, struct person *by, const struct history *h)
{
    struct forgery f;
    struct buf b = BUF(4096);

    forge(&f, c->p, by, c->second, "");
    history_write(h, &b);
    f.content = buf_view(&b);
    f.core.type = PAYLOAD_HISTORY;
    f.core.seq = 0;
    memset(f.core.prev, 0, sizeof f.core.prev);
    f.core.ttl_s = CONTROL_TTL_S;
    f.counts = false;
    forge_deliver(&f);
    buf_free(&b);
}

/* Also where the person has agreed to take something from a device of their own. */
static void somebody_else_gives_nothing(void **state)
{
    struct pair c = pair_met();
    struct history_news h;

    (void)state;
    forge_history(&c, c.bob, &(struct history){.kind = HISTORY_OFFER, .of = 7});
    assert_true(stage_heard(c.second, PROBLEM_HISTORY));
    assert_int_equal(stage_problem_code(c.second), E_DENIED);
    assert_int_equal(stage_take(c.second, c.alice), E_OK);
    forge_history(&c, c.bob, &(struct history){.kind = HISTORY_PIECE, .number = 1, .last = true});
    assert_int_equal(stage_told(c.second, PROBLEM_HISTORY, NULL), 2);
    assert_int_equal(stage_told_of_history(c.second, &h), 0);
    gives(&c);
    has_all(&c);
    play_end(c.p);
}

/* What it had sent before it was removed comes afterwards: before the list, or behind it. */
static void a_device_that_was_removed_gives_nothing(void **state)
{
    struct pair c = pair_met();
    struct person *third = stage_second_device(c.alice, "third");
    struct history_news h;
    uint64_t had;

    (void)state;
    leaves(c.second);
    returns(c.second);
    assert_int_equal(stage_take(c.second, third), E_OK);
    says(third, c.bob, "so that all know it");
    sees(c.bob, c.alice, "so that all know it");
    sees_own(c.second, c.bob, "so that all know it");
    had = count_kept(c.second);
    leaves(c.second);
    assert_int_equal(stage_give(third, c.second), E_OK);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    stage_remove_device(c.alice, third);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    stage_told_of_history(c.second, &h);
    returns(c.second);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    assert_int_equal(stage_has_history(c.second), E_REMOVED);
    assert_int_equal(stage_told_of_history(c.second, &h), 1);
    assert_false(h.giving);
    assert_int_equal(count_kept(c.second), had);
    play_end(c.p);
}

/* What alice's vault says of the transfer. */
static void change_transfer(struct person *alice, enum giving_phase phase)
{
    struct vault *v = engine_vault(stage_engine(alice));
    struct giving g;

    assert_ok(giving_next(v, 0, &g));
    g.phase = phase;
    assert_ok(vault_begin(v));
    assert_ok(vault_end(v, giving_put(v, &g)));
}

static void nothing_is_taken_that_nobody_agreed_to(void **state)
{
    struct pair c = pair_added();

    (void)state;
    assert_int_equal(stage_give(c.alice, c.second), E_OK);
    change_transfer(c.alice, GIVING_GOING);
    leaves(c.alice);
    returns(c.alice);
    stage_forward(c.p, 2 * CLOCK_HOUR_MS);
    assert_true(stage_heard(c.second, PROBLEM_HISTORY));
    assert_int_equal(count_kept(c.second), 0);
    play_end(c.p);
}

/* A device that gives without having a list say so. */
static void nothing_is_taken_that_no_list_tells_of(void **state)
{
    struct pair c = pair_added();
    struct lie lie = {.op = OP_LIST, .to = c.alice, .tell = lie_drop};

    (void)state;
    assert_int_equal(stage_give(c.alice, c.second), E_OK);
    stage_cut_off(c.alice, true);
    stage_hang_up(c.alice);
    assert_int_equal(stage_take(c.second, c.alice), E_OK);
    change_transfer(c.alice, GIVING_GOING);
    lie_begin(c.p, &lie);
    stage_cut_off(c.alice, false);
    stage_forward(c.p, 2 * CLOCK_HOUR_MS);
    lie_end(c.p);
    assert_true(stage_heard(c.second, PROBLEM_HISTORY));
    assert_int_equal(count_kept(c.second), 0);
    play_end(c.p);
}

/* Words are put into bob's mouth: nothing that came along with them is kept. */
static void what_its_writer_did_not_sign_is_refused(void **state)
{
    struct pair c = pair_added();
    struct vault *v = engine_vault(stage_engine(c.alice));
    struct arena a = ARENA(1 << 20);
    struct message m = kept(c.alice, c.bob, "I am.", &a);

    (void)state;
    m.text = bytes_text("I owe.");
    assert_ok(vault_begin(v));
    assert_ok(vault_end(v, messages_update(v, &m)));
    gives(&c);
    assert_int_equal(stage_has_history(c.second), E_FORGED);
    assert_int_equal(stage_has_history(c.alice), E_FORGED);
    assert_int_equal(count_kept(c.second), 0);

    m.text = bytes_text("I am.");
    assert_ok(vault_begin(v));
    assert_ok(vault_end(v, messages_update(v, &m)));
    gives(&c);
    has_all(&c);
    arena_free(&a);
    play_end(c.p);
}

/* Bob's signature, under what he said to somebody else. */
static void a_copy_of_what_others_said_is_not_for_who_keeps_none(void **state)
{
    struct pair c = pair_added();
    struct person *carol = joins(c.p, "carol");
    struct vault *v = engine_vault(stage_engine(c.alice));
    struct arena a = ARENA(1 << 20);
    struct message m, other;

    (void)state;
    meet(c.bob, carol);
    m = kept(c.alice, c.bob, "I am.", &a);
    other = kept(c.bob, carol, "Are you there?", &a);
    m.proof = other.proof;
    m.text = other.text;
    m.notes = MESSAGE_COPY; /* the room need not be theirs, then */
    assert_ok(vault_begin(v));
    assert_ok(vault_end(v, messages_update(v, &m)));
    gives(&c);
    assert_int_equal(stage_has_history(c.second), E_OK);
    assert_int_equal(count_kept(c.second), 1);
    arena_free(&a);
    play_end(c.p);
}

static void who_is_removed_while_it_gets_history_gets_no_more(void **state)
{
    struct pair c = pair_with_much(9, 60000);

    (void)state;
    assert_int_equal(stage_take(c.second, c.alice), E_OK);
    leaves(c.second);
    assert_int_equal(stage_give(c.alice, c.second), E_OK);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    assert_int_equal(stage_revoke(c.alice, c.second), E_OK);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    assert_int_equal(stage_has_history(c.alice), E_REMOVED);
    play_end(c.p);
}

const struct CMUnitTest history_refused[] = {
    cmocka_unit_test(ask_for_what_cannot_be),
    cmocka_unit_test(somebody_else_gives_nothing),
    cmocka_unit_test(a_device_that_was_removed_gives_nothing),
    cmocka_unit_test(nothing_is_taken_that_nobody_agreed_to),
    cmocka_unit_test(nothing_is_taken_that_no_list_tells_of),
    cmocka_unit_test(what_its_writer_did_not_sign_is_refused),
    cmocka_unit_test(a_copy_of_what_others_said_is_not_for_who_keeps_none),
    cmocka_unit_test(who_is_removed_while_it_gets_history_gets_no_more),
};
const size_t history_refused_n = sizeof history_refused / sizeof history_refused[0];
