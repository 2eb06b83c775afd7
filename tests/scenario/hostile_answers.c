/* SPDX-License-Identifier: Apache-2.0 */
/* hostile_answers: a server that answers falsely, twice, never, to nothing, or in no language. */
#include "scenario/hostile.h"

#define ANSWERS .op = OP_SEND

/* ---- frames that say nothing */

static void frame_to(struct person *who, struct frame f)
{
    struct buf b = BUF(LIMIT_FRAME);

    frame_write(&f, &b);
    stage_inject(who, buf_view(&b));
    buf_free(&b);
}

/* The link drops; it comes back, and carries what was waiting. */
static void recovers(struct play *p, struct person *alice, struct person *bob)
{
    assert_false(engine_is_ready(stage_engine(alice)));
    says(alice, bob, "Are we back?");
    is(alice, "queued");
    stage_forward(p, 5 * CLOCK_SECOND_MS);
    assert_true(engine_is_drained(stage_engine(alice)));
    is(alice, "accepted");
    sees(bob, alice, "Are we back?");
    sees_nothing(bob);
}

static void a_frame_that_says_nothing_costs_the_link_and_no_more(void **state)
{
    static const uint8_t garbage[] = {0xff, 0xff, 0xff, 0xff, 0xff}, cut[] = {0x08, 0x07, 0x22, 9};
    static const struct frame frames[] = {
        {.op = OP_SEND, .id = 9999},         /* answers nothing */
        {.op = OP_PERSON, .id = 1},          /* an id that was used up */
        {.op = 77},                          /* no such operation */
        {.op = OP_SEND},                     /* not pushed */
        {.op = OP_INVITE, .id = 3},          /* not a client's */
        {.op = OP_DELIVER, .body = {cut, 3}} /* no page */
    };
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");

    (void)state;
    stage_inject(alice, BYTES(garbage));
    recovers(p, alice, bob);
    stage_inject(alice, BYTES(cut));
    recovers(p, alice, bob);
    stage_inject(alice, (struct bytes){NULL, 0});
    recovers(p, alice, bob);
    for (size_t i = 0; i < sizeof frames / sizeof frames[0]; i++) {
        frame_to(alice, frames[i]);
        recovers(p, alice, bob);
    }
    play_end(p);
}

static bool truncate_body(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)l, (void)body, (void)a;
    f->body.n -= f->body.n > 0;
    return true;
}

static void a_server_that_cuts_every_page_is_left_alone_more_and_more(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {.op = OP_DELIVER, .to = bob, .tell = truncate_body};

    (void)state;
    leaves(bob);
    says(alice, bob, "Patience.");
    lie_begin(p, &lie);
    returns(bob);
    stage_forward(p, 10 * CLOCK_MINUTE_MS);
    assert_in_range(lie.told, 5, 60);
    sees_nothing(bob);
    lie_end(p);
    stage_forward(p, CLOCK_MINUTE_MS);
    sees(bob, alice, "Patience.");
    play_end(p);
}

static void an_answer_that_never_comes_is_not_waited_for(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {ANSWERS, .to = alice, .tell = lie_drop, .most = 1};

    (void)state;
    lie_begin(p, &lie);
    says(alice, bob, "Did it arrive?");
    is(alice, "queued");
    sees(bob, alice, "Did it arrive?");
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    lie_end(p);
    is(alice, "accepted");
    says(alice, bob, "It did.");
    sees_behind(bob, alice, "It did.", 0);
    play_end(p);
}

/* ---- uploads */

static bool hang_up_instead(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)f, (void)body, (void)a;
    stage_hang_up(l->to);
    return false;
}

static void an_accepted_upload_whose_answer_is_lost_is_shown_once(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {ANSWERS, .to = alice, .tell = hang_up_instead, .most = 3};

    (void)state;
    lie_begin(p, &lie);
    says(alice, bob, "Once.");
    sees(bob, alice, "Once.");
    is(alice, "queued");
    stage_forward(p, CLOCK_MINUTE_MS);
    assert_int_equal(lie.told, 3);
    lie_end(p);
    is(alice, "accepted");
    says(alice, bob, "Twice.");
    sees_behind(bob, alice, "Twice.", 0);
    sees_nothing(bob);
    play_end(p);
}

static void an_upload_answered_twice_counts_once(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct buf answer = BUF(LIMIT_FRAME);
    struct lie lie = {ANSWERS, .to = alice, .tell = lie_record, .ctx = &answer, .most = 1};

    (void)state;
    lie_begin(p, &lie);
    says(alice, bob, "Once.");
    lie_end(p);
    sees(bob, alice, "Once.");
    stage_inject(alice, buf_view(&answer));
    is(alice, "accepted");
    recovers(p, alice, bob);
    buf_free(&answer);
    play_end(p);
}

static bool other_id(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)l, (void)body, (void)a;
    f->id += 1;
    return true;
}

static void an_acceptance_for_another_request_accepts_nothing(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {ANSWERS, .to = alice, .tell = other_id, .most = 1};

    (void)state;
    lie_begin(p, &lie);
    says(alice, bob, "Mine?");
    is(alice, "queued");
    stage_forward(p, 5 * CLOCK_SECOND_MS);
    lie_end(p);
    is(alice, "accepted");
    sees(bob, alice, "Mine?");
    sees_nothing(bob);
    play_end(p);
}

/* ---- greetings */

static bool alter_welcome(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)f, (void)a;
    lie_flip(&((Tacet__Wire__Welcome *)body)->certificate, l->at);
    return true;
}

static void a_welcome_without_the_roots_word_is_no_welcome(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {.op = OP_SIGN_IN,
                      .form = &tacet__wire__welcome__descriptor,
                      .tell = alter_welcome,
                      .at = SIZE_MAX};

    (void)state;
    leaves(alice);
    lie_begin(p, &lie);
    returns(alice);
    assert_true(stage_link_ended(alice, E_FORGED));
    says(alice, bob, "To whom?");
    stage_forward(p, CLOCK_HOUR_MS);
    is(alice, "queued");
    assert_in_range(lie.told, 10, 200);
    lie_end(p);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    is(alice, "accepted");
    sees(bob, alice, "To whom?");
    play_end(p);
}

static bool high_numbers(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Welcome *m = body;

    (void)l, (void)f, (void)a;
    m->uploads = UINT64_MAX;
    m->prekey = UINT32_MAX;
    return true;
}

static void what_a_server_claims_to_remember_does_not_outlive_the_lie(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct lie lie = {
        .op = OP_SIGN_IN, .form = &tacet__wire__welcome__descriptor, .tell = high_numbers};

    (void)state;
    leaves(alice);
    lie_begin(p, &lie);
    returns(alice);
    assert_int_equal(lie.told, 1);
    lie_end(p);
    leaves(alice);
    returns(alice);
    assert_false(stage_heard(alice, PROBLEM_RESTORED));
    says(alice, bob, "Nothing happened.");
    sees(bob, alice, "Nothing happened.");
    stage_forward(p, 25 * CLOCK_HOUR_MS);
    assert_int_equal(engine_own(stage_engine(alice))->prekey[0].statement.number, 2);
    play_end(p);
}

const struct CMUnitTest hostile_answers[] = {
    cmocka_unit_test(a_frame_that_says_nothing_costs_the_link_and_no_more),
    cmocka_unit_test(a_server_that_cuts_every_page_is_left_alone_more_and_more),
    cmocka_unit_test(an_answer_that_never_comes_is_not_waited_for),
    cmocka_unit_test(an_accepted_upload_whose_answer_is_lost_is_shown_once),
    cmocka_unit_test(an_upload_answered_twice_counts_once),
    cmocka_unit_test(an_acceptance_for_another_request_accepts_nothing),
    cmocka_unit_test(a_welcome_without_the_roots_word_is_no_welcome),
    cmocka_unit_test(what_a_server_claims_to_remember_does_not_outlive_the_lie),
};
const size_t hostile_answers_n = sizeof hostile_answers / sizeof hostile_answers[0];
