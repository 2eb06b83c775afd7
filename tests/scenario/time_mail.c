/* SPDX-License-Identifier: Apache-2.0 */
/* time_mail: channels, mail and what is remembered of it grow old. */
#include "e2ee/open.h"
#include "scenario/days.h"
#include "server/queue/queue.h"

#define DELIVERIES .op = OP_DELIVER, .form = &tacet__wire__deliver__descriptor

static bool count_capsules(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    const Tacet__Wire__Deliver *m = body;

    (void)f, (void)a;
    for (size_t i = 0; i < m->n_items; i++)
        l->at += m->items[i]->kind == FRAME_CAPSULE;
    return true;
}

static void a_channel_opens_anew_after_30_days(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {DELIVERIES, .to = bob, .tell = count_capsules};

    (void)state;
    lie_begin(p, &lie);
    says(alice, bob, "one");
    assert_int_equal(lie.at, 1);
    stage_forward(p, CLOCK_MINUTE_MS);
    says(bob, alice, "I hear you.");
    stage_forward(p, 30 * CLOCK_DAY_MS - 2 * CLOCK_MINUTE_MS);
    says(alice, bob, "two");
    assert_int_equal(lie.at, 1);
    stage_forward(p, CLOCK_MINUTE_MS);
    says(alice, bob, "three");
    assert_int_equal(lie.at, 2);
    says(alice, bob, "four");
    assert_int_equal(lie.at, 2);
    lie_end(p);
    sees(bob, alice, "one");
    sees_behind(bob, alice, "two", 0);
    sees_behind(bob, alice, "three", 0);
    sees_behind(bob, alice, "four", 0);
    play_end(p);
}

/* Of whom nothing is heard: the capsule may be lost.  [PROTOCOL 5.1] */
static void a_channel_to_one_who_is_silent_opens_anew_after_7_days(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {DELIVERIES, .to = bob, .tell = count_capsules};

    (void)state;
    lie_begin(p, &lie);
    says(alice, bob, "one");
    stage_forward(p, 7 * CLOCK_DAY_MS - CLOCK_MINUTE_MS);
    says(alice, bob, "two");
    assert_int_equal(lie.at, 1);
    stage_forward(p, CLOCK_MINUTE_MS);
    says(alice, bob, "three");
    assert_int_equal(lie.at, 2);
    lie_end(p);
    sees(bob, alice, "one");
    sees_behind(bob, alice, "two", 0);
    sees_behind(bob, alice, "three", 0);
    play_end(p);
}

static uint64_t waiting_for(struct play *p, struct person *who)
{
    struct device device;
    uint64_t items;

    assert_ok(
        devices_get(stage_server(p)->db, &engine_own(stage_engine(who))->me.who.did, &device));
    assert_ok(queue_waiting(stage_server(p)->db, device.row, &items));
    return items;
}

static void mail_whose_time_is_over_is_dropped_by_the_server(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    uint64_t deleted;

    (void)state;
    says(alice, bob, "before");
    sees(bob, alice, "before");
    leaves(bob);
    says(alice, bob, "for thirty days");
    stage_forward(p, 29 * CLOCK_DAY_MS);
    assert_ok(queue_expire(stage_server(p)->db, stage_now(p), &deleted));
    assert_int_equal(deleted, 0);
    stage_forward(p, 1 * CLOCK_DAY_MS);
    assert_ok(queue_expire(stage_server(p)->db, stage_now(p), &deleted));
    assert_int_equal(deleted, 1);
    returns(bob);
    assert_int_equal(waiting_for(p, bob), 0);
    sees_nothing(bob);
    says(alice, bob, "after");
    sees_behind(bob, alice, "after", 1);
    play_end(p);
}

/* ---- what a receiver remembers */

static void ctx_of(struct bytes page, uint8_t out[SCHEDULE_CTX_SIZE])
{
    struct arena a = ARENA(4 << 20);
    struct frame f;
    Tacet__Wire__Deliver *m;
    struct opened o;

    assert_ok(frame_parse(page, &a, &f));
    assert_ok(frame_unpack(f.body, &tacet__wire__deliver__descriptor, &a, &m));
    assert_ok(open_begin(frame_bytes(m->items[m->n_items - 1]->sealed), &o));
    memcpy(out, o.ctx, sizeof o.ctx);
    arena_free(&a);
}

static bool remembers(struct person *who, const uint8_t ctx[SCHEDULE_CTX_SIZE])
{
    struct arena a = ARENA(1024);
    struct bytes value;
    uint64_t day;
    struct err err = vault_next(engine_vault(stage_engine(who)), VAULT_SEEN, bytes(ctx, 16), 0, &a,
                                &day, &value);

    arena_free(&a);
    assert_true(err.code == E_OK || err.code == E_ABSENT);
    return err.code == E_OK;
}

static void what_was_seen_is_forgotten_after_45_days_and_not_shown_again(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct buf page = BUF(LIMIT_FRAME);
    struct lie record = {.op = OP_DELIVER, .to = bob, .tell = lie_record, .ctx = &page, .most = 1};
    uint8_t ctx[SCHEDULE_CTX_SIZE];

    (void)state;
    lie_begin(p, &record);
    says(alice, bob, "once");
    lie_end(p);
    sees(bob, alice, "once");
    ctx_of(buf_view(&page), ctx);
    stage_forward(p, 44 * CLOCK_DAY_MS);
    says(alice, bob, "much later");
    sees(bob, alice, "much later");
    assert_true(remembers(bob, ctx));
    stage_forward(p, 3 * CLOCK_DAY_MS);
    says(alice, bob, "later still");
    sees(bob, alice, "later still");
    assert_false(remembers(bob, ctx));
    stage_inject(bob, buf_view(&page));
    sees_nothing(bob);
    assert_true(stage_heard(bob, PROBLEM_DAMAGED)); /* its prekey is gone */
    buf_free(&page);
    play_end(p);
}

static bool alter_commitment(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Deliver *m = body;

    (void)l, (void)f, (void)a;
    lie_flip(&m->items[m->n_items - 1]->sealed, 71);
    return true;
}

static void what_cannot_be_opened_is_given_up_after_30_days(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {DELIVERIES, .to = bob, .tell = alter_commitment};

    (void)state;
    says(alice, bob, "before");
    sees(bob, alice, "before");
    lie_begin(p, &lie);
    says(alice, bob, "altered");
    lie_end(p);
    assert_int_equal(parked_by(bob), 1);
    assert_true(stage_heard(bob, PROBLEM_PARKED));
    leaves(bob);
    stage_forward(p, 2 * CLOCK_HOUR_MS);
    returns(bob);
    assert_int_equal(parked_by(bob), 1); /* a minute's prekey may bring it yet */
    assert_false(stage_heard(bob, PROBLEM_DAMAGED));
    stage_forward(p, 31 * CLOCK_DAY_MS);
    assert_int_equal(parked_by(bob), 0);
    assert_true(stage_heard(bob, PROBLEM_DAMAGED));
    assert_int_equal(stage_problem_code(bob), E_EXPIRED);
    play_end(p);
}

static bool always_more(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)l, (void)f, (void)a;
    ((Tacet__Wire__Deliver *)body)->more = 1;
    return true;
}

static void a_server_that_never_says_that_this_is_all_is_told_after_three_days(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice");
    struct lie lie = {DELIVERIES, .to = alice, .tell = always_more};

    (void)state;
    lie_begin(p, &lie);
    leaves(alice);
    returns(alice);
    stage_forward(p, 36 * CLOCK_HOUR_MS);
    engine_wake(stage_engine(alice), stage_now(p));
    stage_hang_up(alice); /* the time before and after counts together */
    stage_forward(p, 35 * CLOCK_HOUR_MS);
    assert_int_equal(stage_told(alice, PROBLEM_DELAYED, NULL), 0);
    stage_forward(p, 2 * CLOCK_HOUR_MS);
    assert_int_equal(stage_told(alice, PROBLEM_DELAYED, NULL), 1);
    stage_forward(p, 100 * CLOCK_HOUR_MS);
    assert_int_equal(stage_told(alice, PROBLEM_DELAYED, NULL), 1);
    lie_end(p);
    stage_hang_up(alice);
    stage_forward(p, 100 * CLOCK_HOUR_MS);
    assert_true(engine_is_drained(stage_engine(alice)));
    assert_int_equal(stage_told(alice, PROBLEM_DELAYED, NULL), 1);
    play_end(p);
}

/* Its mail comes and is shown all the while; only its old private halves do not go. */
static void who_is_never_told_that_this_is_all_reads_on_and_is_told_of_the_delay(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {DELIVERIES, .to = bob, .tell = always_more};

    (void)state;
    says(alice, bob, "before");
    sees(bob, alice, "before");
    leaves(bob);
    lie_begin(p, &lie);
    returns(bob);
    for (int day = 0; day < 4; day++) {
        assert_int_equal(stage_told(bob, PROBLEM_DELAYED, NULL), day > 2);
        says(alice, bob, "every day");
        sees_behind(bob, alice, "every day", 0);
        stage_forward(p, CLOCK_DAY_MS);
    }
    assert_false(engine_is_drained(stage_engine(bob)));
    assert_int_equal(stage_told(alice, PROBLEM_DELAYED, NULL), 0);
    lie_end(p);
    stage_hang_up(bob);
    stage_forward(p, CLOCK_MINUTE_MS);
    assert_true(engine_is_drained(stage_engine(bob)));
    says(alice, bob, "after");
    sees_behind(bob, alice, "after", 0);
    assert_int_equal(stage_told(bob, PROBLEM_DELAYED, NULL), 1);
    play_end(p);
}

const struct CMUnitTest time_mail[] = {
    cmocka_unit_test(a_channel_opens_anew_after_30_days),
    cmocka_unit_test(a_channel_to_one_who_is_silent_opens_anew_after_7_days),
    cmocka_unit_test(mail_whose_time_is_over_is_dropped_by_the_server),
    cmocka_unit_test(what_was_seen_is_forgotten_after_45_days_and_not_shown_again),
    cmocka_unit_test(what_cannot_be_opened_is_given_up_after_30_days),
    cmocka_unit_test(a_server_that_never_says_that_this_is_all_is_told_after_three_days),
    cmocka_unit_test(who_is_never_told_that_this_is_all_reads_on_and_is_told_of_the_delay),
};
const size_t time_mail_n = sizeof time_mail / sizeof time_mail[0];
