/* SPDX-License-Identifier: Apache-2.0 */
/* healing_resets: what came and could not be opened is asked for, and comes again.
 * [PROTOCOL 5.4] */
#include "e2ee/open.h"
#include "scenario/healing.h"

#include <stdio.h>

#define STEPS_MAX 80

static void ctx_in(struct bytes page, uint8_t out[CONTROL_MARK_SIZE])
{
    struct arena a = ARENA(4 << 20);
    struct frame f;
    Tacet__Wire__Deliver *m;
    struct opened o;

    assert_ok(frame_parse(page, &a, &f));
    assert_ok(frame_unpack(f.body, &tacet__wire__deliver__descriptor, &a, &m));
    assert_ok(open_begin(frame_bytes(m->items[m->n_items - 1]->sealed), &o));
    memcpy(out, o.ctx, CONTROL_MARK_SIZE);
    arena_free(&a);
}

/* A play in which bob knows alice, and the capsule of her first message to him was lost. */
static struct play *lost_capsule(struct person **alice, struct person **bob, bool dropped)
{
    struct play *p = play_begin();
    struct lie lie = {DELIVERIES, .tell = spoil, .at = 100, .most = 1};

    *alice = joins(p, "alice"), *bob = joins(p, "bob");
    says(*bob, *alice, "Write to me.");
    sees(*alice, *bob, "Write to me.");
    lie.to = *bob;
    if (dropped)
        lie.tell = lose;
    lie_begin(p, &lie);
    says(*alice, *bob, "in a dead epoch");
    lie_end(p);
    return p;
}

static void a_damaged_capsule_costs_two_minutes(void **state)
{
    struct person *alice, *bob;
    struct play *p = lost_capsule(&alice, &bob, false);

    (void)state;
    says(alice, bob, "and another");
    sees_nothing(bob);
    assert_int_equal(parked_by(bob), 2);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    assert_int_equal(stage_copies(bob, alice, "in a dead epoch"), 1);
    assert_int_equal(stage_copies(bob, alice, "and another"), 1);
    assert_int_equal(parked_by(bob), 0);
    stage_skip_shown(bob), stage_skip_shown(bob);
    says(alice, bob, "alive");
    sees_behind(bob, alice, "alive", 0);
    assert_int_equal(stage_told(bob, PROBLEM_OVER, NULL), 0);
    play_end(p);
}

static void a_lost_first_page_is_asked_for_when_the_next_comes(void **state)
{
    struct person *alice, *bob;
    struct play *p = lost_capsule(&alice, &bob, true);

    (void)state;
    says(alice, bob, "and another");
    assert_int_equal(parked_by(bob), 1);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    sees(bob, alice, "and another"); /* the baseline: what was before it bob does not miss */
    assert_int_equal(parked_by(bob), 0);
    says(alice, bob, "alive");
    sees_behind(bob, alice, "alive", 0);
    play_end(p);
}

/* The server may hold back what heals for as long as it likes, and no longer. */
static void it_heals_as_soon_as_the_server_lets_mail_through(void **state)
{
    struct person *alice, *bob;
    struct play *p = lost_capsule(&alice, &bob, false);
    struct lie lie = {DELIVERIES, .to = alice, .tell = lose};

    (void)state;
    lie_begin(p, &lie);
    stage_forward(p, 3 * CLOCK_HOUR_MS + CLOCK_MINUTE_MS);
    assert_int_equal(lie.at, 4);
    assert_int_equal(parked_by(bob), 1);
    lie_end(p);
    stage_forward(p, CLOCK_HOUR_MS + CLOCK_MINUTE_MS);
    sees(bob, alice, "in a dead epoch");
    assert_int_equal(parked_by(bob), 0);
    play_end(p);
}

/* A ninth reset would not help where eight did not. */
static void a_message_is_named_in_at_most_eight_resets(void **state)
{
    struct person *alice, *bob;
    struct play *p = lost_capsule(&alice, &bob, false);
    struct lie lie = {DELIVERIES, .to = alice, .tell = lose};

    (void)state;
    lie_begin(p, &lie);
    stage_forward(p, 7 * CLOCK_HOUR_MS);
    assert_int_equal(lie.at, 7);
    stage_forward(p, 20 * CLOCK_HOUR_MS);
    assert_int_equal(lie.at, 8);
    lie_end(p);
    assert_int_equal(parked_by(bob), 1);
    play_end(p);
}

/* ---- resets that lie */

static void what_lives_no_longer_is_let_go_and_told(void **state)
{
    struct person *alice, *bob;
    struct play *p = lost_capsule(&alice, &bob, true);
    struct buf page = BUF(LIMIT_FRAME);
    struct lie record = {.op = OP_DELIVER, .to = bob, .tell = lie_record, .ctx = &page, .most = 1};
    struct control settled = {.type = PAYLOAD_SETTLED, .n = 1};
    uint64_t over;

    (void)state;
    lie_begin(p, &record);
    says(alice, bob, "cannot be opened");
    lie_end(p);
    assert_int_equal(parked_by(bob), 1);
    ctx_in(buf_view(&page), settled.mark[0].ctx);
    stage_forward(p, 2 * CLOCK_MINUTE_MS); /* the channel is open again */
    sees(bob, alice, "cannot be opened");
    stage_inject(bob, buf_view(&page)); /* the old wrapping comes once more */
    assert_int_equal(parked_by(bob), 1);
    forge_control(p, alice, bob, &settled);
    assert_int_equal(parked_by(bob), 0);
    assert_int_equal(stage_told(bob, PROBLEM_OVER, &over), 1);
    assert_int_equal(over, 1);
    buf_free(&page);
    play_end(p);
}

static void a_reset_of_what_was_never_sent_is_passed_over(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {DELIVERIES, .to = bob, .tell = count_capsules};
    struct uploads uploads = {.by = alice};
    struct control reset = {.type = PAYLOAD_RESET, .n = 1};

    (void)state;
    meet(alice, bob);
    stage_tamper_up(p, count_uploads, &uploads);
    forge_control(p, bob, alice, &reset);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    assert_int_equal(uploads.n, 0);
    lie_begin(p, &lie);
    says(alice, bob, "As before.");
    assert_int_equal(lie.at, 0);
    lie_end(p);
    sees_behind(bob, alice, "As before.", 0);
    play_end(p);
}

/* carol names what went to bob. */
static void a_reset_of_what_was_sent_to_another_is_passed_over(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *carol = joins(p, "carol");
    struct buf page = BUF(LIMIT_FRAME);
    struct lie record = {.op = OP_DELIVER, .to = bob, .tell = lie_record, .ctx = &page, .most = 1};
    struct uploads uploads = {.by = alice};
    struct control reset = {.type = PAYLOAD_RESET, .n = 1};

    (void)state;
    meet(alice, carol);
    lie_begin(p, &record);
    says(alice, bob, "For bob alone.");
    ctx_in(buf_view(&page), reset.mark[0].ctx);
    stage_tamper_up(p, count_uploads, &uploads);
    forge_control(p, carol, alice, &reset);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    assert_int_equal(uploads.n, 0);
    assert_int_equal(stage_copies(carol, alice, "For bob alone."), 0);
    buf_free(&page);
    play_end(p);
}

static void a_flood_of_resets_is_obeyed_once_in_ten_minutes_and_24_times_a_day(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct buf page = BUF(LIMIT_FRAME);
    struct lie record = {.op = OP_DELIVER, .to = bob, .tell = lie_record, .ctx = &page, .most = 1};
    struct uploads uploads = {.by = alice};
    struct control reset = {.type = PAYLOAD_RESET, .n = 1};

    (void)state;
    meet(alice, bob);
    lie_begin(p, &record);
    says(alice, bob, "once");
    sees(bob, alice, "once");
    ctx_in(buf_view(&page), reset.mark[0].ctx);
    lie_end(p);
    stage_tamper_up(p, count_uploads, &uploads);
    for (unsigned i = 0; i < 40; i++) { /* the message again, and that it is settled */
        forge_control(p, bob, alice, &reset);
        stage_forward(p, CLOCK_MINUTE_MS);
        assert_int_equal(uploads.n, 2 * (i / 10 + 1));
    }
    for (unsigned i = 0; i < 30; i++) {
        forge_control(p, bob, alice, &reset);
        stage_forward(p, 10 * CLOCK_MINUTE_MS);
    }
    assert_int_equal(uploads.n, 2 * 24);
    stage_tamper_up(p, NULL, NULL);
    sees_nothing(bob); /* however often it came */
    says(alice, bob, "and on");
    sees_behind(bob, alice, "and on", 0);
    buf_free(&page);
    play_end(p);
}

/* carol settles what alice sent, and would have bob forget it. */
static void only_the_sender_settles(void **state)
{
    struct person *alice, *bob;
    struct play *p = lost_capsule(&alice, &bob, true);
    struct person *carol = joins(p, "carol");
    struct buf page = BUF(LIMIT_FRAME);
    struct lie record = {.op = OP_DELIVER, .to = bob, .tell = lie_record, .ctx = &page, .most = 1};
    struct control settled = {.type = PAYLOAD_SETTLED, .n = 1};

    (void)state;
    says(carol, bob, "Me too.");
    sees(bob, carol, "Me too.");
    says(bob, carol, "Hello.");
    leaves(alice);
    returns(alice);
    lie_begin(p, &record);
    says(alice, bob, "cannot be opened");
    lie_end(p);
    ctx_in(buf_view(&page), settled.mark[0].ctx);
    forge_control(p, carol, bob, &settled);
    assert_int_equal(parked_by(bob), 1);
    assert_false(stage_heard(bob, PROBLEM_OVER));
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    sees(bob, alice, "cannot be opened");
    buf_free(&page);
    play_end(p);
}

/* ---- crashes */

static void heals_when_ended_at(bool asking, unsigned step, bool *ended)
{
    struct person *alice, *bob, *ends;
    struct play *p = lost_capsule(&alice, &bob, false);

    ends = asking ? bob : alice;
    stage_crash_at(ends, step);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    *ended = !stage_is_running(ends);
    stage_crash_at(ends, 0);
    if (*ended)
        returns(ends);
    stage_forward(p, CLOCK_HOUR_MS + 2 * CLOCK_MINUTE_MS);
    assert_int_equal(stage_copies(bob, alice, "in a dead epoch"), 1);
    assert_int_equal(parked_by(bob), 0);
    while (stage_next_shown(bob) != NULL)
        stage_skip_shown(bob);
    says(alice, bob, "and on");
    sees_behind(bob, alice, "and on", 0);
    play_end(p);
}

static void a_reset_survives_either_side_at_every_step(void **state)
{
    (void)state;
    for (int side = 0; side < 2; side++) {
        bool ended = true;

        for (unsigned step = 1; ended; step++) {
            assert_true(step < STEPS_MAX);
            heals_when_ended_at(side == 0, step, &ended);
        }
    }
}

const struct CMUnitTest healing_resets[] = {
    cmocka_unit_test(a_damaged_capsule_costs_two_minutes),
    cmocka_unit_test(a_lost_first_page_is_asked_for_when_the_next_comes),
    cmocka_unit_test(it_heals_as_soon_as_the_server_lets_mail_through),
    cmocka_unit_test(a_message_is_named_in_at_most_eight_resets),
    cmocka_unit_test(what_lives_no_longer_is_let_go_and_told),
    cmocka_unit_test(a_reset_of_what_was_never_sent_is_passed_over),
    cmocka_unit_test(a_reset_of_what_was_sent_to_another_is_passed_over),
    cmocka_unit_test(a_flood_of_resets_is_obeyed_once_in_ten_minutes_and_24_times_a_day),
    cmocka_unit_test(only_the_sender_settles),
    cmocka_unit_test(a_reset_survives_either_side_at_every_step),
};
const size_t healing_resets_n = sizeof healing_resets / sizeof healing_resets[0];
