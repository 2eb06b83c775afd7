/* SPDX-License-Identifier: Apache-2.0 */
/* hostile_crashes: programs that end without notice, before each step of a send and a receive. */
#include "scenario/hostile.h"

#include <stdio.h>

#define STEPS_MAX 60

/*
 * alice says something, and one of the two programs ends before its `step`-th step and comes back.
 * false: there are not so many steps.
 */
static bool survives(struct play *p, struct person *alice, struct person *bob, struct person *ends,
                     unsigned step)
{
    char text[32];
    bool ended;

    snprintf(text, sizeof text, "step %u of %s", step, stage_handle(ends));
    stage_crash_at(ends, step);
    says(alice, bob, text);
    stage_forward(p, CLOCK_SECOND_MS);
    ended = !stage_is_running(ends);
    stage_crash_at(ends, 0);
    if (ended)
        returns(ends);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    assert_int_equal(stage_copies(alice, bob, text), 1);
    assert_int_equal(stage_copies(bob, alice, text), 1);
    assert_int_equal(parked_by(bob), 0);
    return ended;
}

/* Nothing was lost and nothing is noted of what comes next. */
static void goes_on(struct play *p, struct person *alice, struct person *bob)
{
    while (stage_next_shown(bob) != NULL)
        stage_skip_shown(bob);
    says(alice, bob, "and on");
    sees_behind(bob, alice, "and on", 0);
    stage_forward(p, CLOCK_SECOND_MS);
    is(alice, "accepted");
}

static void first_message(bool of_sender)
{
    bool ended = true;

    for (unsigned step = 1; ended; step++) {
        struct play *p = play_begin();
        struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");

        assert_true(step < STEPS_MAX);
        ended = survives(p, alice, bob, of_sender ? alice : bob, step);
        goes_on(p, alice, bob);
        play_end(p);
    }
}

static void later_messages(bool of_sender)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");

    says(alice, bob, "before");
    for (unsigned step = 1; survives(p, alice, bob, of_sender ? alice : bob, step); step++)
        assert_true(step < STEPS_MAX);
    goes_on(p, alice, bob);
    play_end(p);
}

static void a_first_message_survives_the_sender_at_every_step(void **state)
{
    (void)state;
    first_message(true);
}

static void a_first_message_survives_the_receiver_at_every_step(void **state)
{
    (void)state;
    first_message(false);
}

static void a_message_survives_the_sender_at_every_step(void **state)
{
    (void)state;
    later_messages(true);
}

static void a_message_survives_the_receiver_at_every_step(void **state)
{
    (void)state;
    later_messages(false);
}

/* Mail that waits: the program ends while it drains its mailbox. */
static void waiting_mail_survives_the_receiver_at_every_step(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    bool ended = true;
    char text[32];

    (void)state;
    for (unsigned step = 1; ended; step++) {
        assert_true(step < STEPS_MAX);
        leaves(bob);
        snprintf(text, sizeof text, "waits for step %u", step);
        says(alice, bob, text);
        stage_crash_at(bob, step);
        returns(bob);
        ended = !stage_is_running(bob);
        stage_crash_at(bob, 0);
        if (ended)
            returns(bob);
        assert_int_equal(stage_copies(bob, alice, text), 1);
    }
    goes_on(p, alice, bob);
    play_end(p);
}

/* Each day has a new prekey: made, published, and an old one deleted. */
static void a_rotation_survives_at_every_step(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    bool ended = true;

    (void)state;
    for (unsigned step = 1; ended; step++) {
        assert_true(step < STEPS_MAX);
        stage_crash_at(bob, step);
        stage_forward(p, 25 * CLOCK_HOUR_MS);
        ended = !stage_is_running(bob);
        stage_crash_at(bob, 0);
        if (ended)
            returns(bob);
        goes_on(p, alice, bob);
        assert_int_not_equal(engine_own(stage_engine(bob))->prekey[0].acknowledged_ms, 0);
        assert_in_range(engine_own(stage_engine(bob))->prekeys, 1, 3);
    }
    play_end(p);
}

const struct CMUnitTest hostile_crashes[] = {
    cmocka_unit_test(a_first_message_survives_the_sender_at_every_step),
    cmocka_unit_test(a_first_message_survives_the_receiver_at_every_step),
    cmocka_unit_test(a_message_survives_the_sender_at_every_step),
    cmocka_unit_test(a_message_survives_the_receiver_at_every_step),
    cmocka_unit_test(waiting_mail_survives_the_receiver_at_every_step),
    cmocka_unit_test(a_rotation_survives_at_every_step),
};
const size_t hostile_crashes_n = sizeof hostile_crashes / sizeof hostile_crashes[0];
