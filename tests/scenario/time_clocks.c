/* SPDX-License-Identifier: Apache-2.0 */
/* time_clocks: clocks that are wrong, and certificates that are over. */
#include "scenario/days.h"

#include <stdlib.h>

#define HOURS ((int64_t)CLOCK_HOUR_MS)

static bool heard_of_the_clock(struct person *who)
{
    return stage_link_ended(who, E_CLOCK) ||
           (stage_heard(who, PROBLEM_STATEMENT) && stage_problem_code(who) == E_CLOCK);
}

static void a_person_hears_that_the_clock_is_wrong_and_goes_on_when_it_is_right(void **state)
{
    static const int64_t skews[] = {2 * HOURS, -2 * HOURS, 100 * HOURS, -100 * HOURS};

    (void)state;
    for (size_t i = 0; i < sizeof skews / sizeof skews[0]; i++) {
        struct play *p = play_begin();
        struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
        const struct own_prekey *newest;

        says(alice, bob, "before");
        sees(bob, alice, "before");
        leaves(bob);
        stage_skew(bob, skews[i]);
        stage_forward(p, 4 * CLOCK_DAY_MS);
        returns(bob); /* with a prekey that is due */
        assert_true(heard_of_the_clock(bob));
        stage_forward(p, 5 * CLOCK_HOUR_MS);
        assert_in_range(engine_own(stage_engine(bob))->prekeys, 1, 2);

        stage_skew(bob, 0);
        leaves(bob);
        returns(bob);
        stage_forward(p, 2 * CLOCK_HOUR_MS);
        newest = &engine_own(stage_engine(bob))->prekey[0];
        assert_int_not_equal(newest->acknowledged_ms, 0);
        assert_in_range(newest->statement.made_ms, stage_now(p) - CLOCK_DAY_MS, stage_now(p));
        says(alice, bob, "after");
        is(alice, "accepted");
        sees_behind(bob, alice, "after", 0);
        play_end(p);
    }
}

/* Everybody's clock is right but the server's; seen from there everybody's is wrong. */
static void a_server_whose_clock_is_wrong_is_told_to_all_and_loses_nothing(void **state)
{
    static const int64_t skews[] = {3 * HOURS, -3 * HOURS, 50 * HOURS, -50 * HOURS};

    (void)state;
    for (size_t i = 0; i < sizeof skews / sizeof skews[0]; i++) {
        struct play *p = play_begin();
        struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");

        says(alice, bob, "before");
        sees(bob, alice, "before");
        leaves(alice);
        leaves(bob);
        stage_forward(p, 3 * CLOCK_DAY_MS);
        stage_skew(alice, skews[i]);
        stage_skew(bob, skews[i]);
        returns(alice);
        returns(bob);
        assert_true(heard_of_the_clock(alice));
        assert_true(heard_of_the_clock(bob));
        says(alice, bob, "meanwhile");
        says(bob, alice, "likewise");
        stage_forward(p, CLOCK_HOUR_MS);
        leaves(alice);
        leaves(bob);
        stage_skew(alice, 0);
        stage_skew(bob, 0);
        returns(alice);
        returns(bob);
        stage_forward(p, 2 * CLOCK_HOUR_MS);
        is(alice, "accepted");
        is(bob, "accepted");
        sees(bob, alice, "meanwhile");
        sees(alice, bob, "likewise");
        says(alice, bob, "after");
        sees_behind(bob, alice, "after", 0);
        sees_nothing(alice);
        play_end(p);
    }
}

static void a_clock_an_hour_off_is_nothing_to_speak_of(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");

    (void)state;
    leaves(bob);
    stage_skew(bob, HOURS - 60000);
    stage_forward(p, 2 * CLOCK_DAY_MS);
    returns(bob);
    assert_false(stage_heard(bob, PROBLEM_STATEMENT));
    says(bob, alice, "Is it ten already?");
    assert_int_equal(stage_next_shown(alice)->notes, 0);
    sees(alice, bob, "Is it ten already?");
    play_end(p);
}

static void a_profile_whose_clock_was_wrong_joins_when_it_is_right(void **state)
{
    static const int64_t skews[] = {3 * HOURS, -3 * HOURS};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct play *p = play_begin();
        struct person *alice = joins(p, "alice"), *bob;
        char *link = invited(p, "bob");

        stage_skew_next(p, skews[i]);
        assert_int_equal(joins_by(p, "bob", link, &bob), E_CLOCK);
        stage_forward(p, 5 * CLOCK_MINUTE_MS);
        assert_false(engine_own(stage_engine(bob))->joined);
        assert_true(stage_link_ended(bob, E_CLOCK));
        stage_skew(bob, 0);
        leaves(bob);
        returns(bob);
        stage_forward(p, 3 * CLOCK_MINUTE_MS);
        assert_true(engine_own(stage_engine(bob))->joined);
        says(alice, bob, "Welcome.");
        sees(bob, alice, "Welcome.");
        free(link);
        play_end(p);
    }
}

static void a_profile_made_before_its_server_was_up_joins_later(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob;
    char *link = invited(p, "bob");

    (void)state;
    server_dies(p);
    assert_int_equal(joins_by(p, "bob", link, &bob), E_CLOSED);
    stage_forward(p, 5 * CLOCK_HOUR_MS);
    server_comes_back(p);
    stage_forward(p, 5 * CLOCK_MINUTE_MS);
    assert_true(engine_own(stage_engine(bob))->joined);
    says(alice, bob, "Welcome.");
    sees(bob, alice, "Welcome.");
    free(link);
    play_end(p);
}

/* A new prekey is on disk, and the server is away for longer than it takes old statements. */
static void a_prekey_that_could_not_be_published_is_made_again(void **state)
{
    struct play *p = play_begin();
    struct person *bob = joins(p, "bob");
    struct lie lie = {.op = OP_PREKEY, .to = bob, .tell = lie_refuse, .at = E_IO, .most = 1};

    (void)state;
    lie_begin(p, &lie);
    stage_forward(p, 24 * CLOCK_HOUR_MS);
    assert_true(stage_heard(bob, PROBLEM_STATEMENT));
    server_dies(p);
    stage_forward(p, 3 * CLOCK_HOUR_MS);
    server_comes_back(p);
    stage_forward(p, 5 * CLOCK_MINUTE_MS);
    lie_end(p);
    assert_int_not_equal(engine_own(stage_engine(bob))->prekey[0].acknowledged_ms, 0);
    assert_false(stage_heard(bob, PROBLEM_STATEMENT));
    play_end(p);
}

static void a_message_from_a_clock_ahead_says_so(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");

    (void)state;
    says(alice, bob, "before");
    sees(bob, alice, "before");
    stage_skew(alice, 2 * HOURS);
    says(alice, bob, "from the future");
    assert_int_equal(stage_next_shown(bob)->notes, MESSAGE_AHEAD);
    sees(bob, alice, "from the future");
    stage_skew(alice, 0);
    says(alice, bob, "from now");
    sees_behind(bob, alice, "from now", 0);
    play_end(p);
}

static void statements_from_a_clock_ahead_wait(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");

    (void)state;
    leaves(alice);
    stage_skew(alice, -2 * HOURS); /* so that bob's first prekey is in her future */
    returns(alice);
    assert_true(stage_link_ended(alice, E_CLOCK)); /* as is the directory's certificate */
    says(alice, bob, "Too early?");
    stage_forward(p, CLOCK_MINUTE_MS);
    is(alice, "queued");
    stage_forward(p, 70 * CLOCK_MINUTE_MS);
    is(alice, "accepted");
    sees(bob, alice, "Too early?");
    play_end(p);
}

static void without_a_certificate_who_is_known_can_be_written_to_and_a_new_one_heals(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *carol = joins(p, "carol");

    (void)state;
    says(alice, bob, "before");
    sees(bob, alice, "before");
    stage_forward(p, 91 * CLOCK_DAY_MS);
    leaves(alice);
    returns(alice);
    assert_true(stage_heard(alice, PROBLEM_STATEMENT));
    assert_int_equal(stage_problem_code(alice), E_EXPIRED);
    says(alice, bob, "to whom I know"); /* a channel anew, to a prekey of today */
    is(alice, "accepted");
    sees_behind(bob, alice, "to whom I know", 0);
    assert_true(stage_heard(alice, PROBLEM_STATEMENT));
    says(alice, carol, "to whom I do not");
    is(alice, "queued");
    assert_int_equal(stage_problem_code(alice), E_EXPIRED);
    stage_certify(p, DIRECTORY_LIFE_MS);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    is(alice, "accepted");
    sees(carol, alice, "to whom I do not");
    leaves(alice);
    (void)stage_heard(alice, PROBLEM_STATEMENT);
    returns(alice);
    assert_false(stage_heard(alice, PROBLEM_STATEMENT));
    play_end(p);
}

const struct CMUnitTest time_clocks[] = {
    cmocka_unit_test(a_person_hears_that_the_clock_is_wrong_and_goes_on_when_it_is_right),
    cmocka_unit_test(a_server_whose_clock_is_wrong_is_told_to_all_and_loses_nothing),
    cmocka_unit_test(a_clock_an_hour_off_is_nothing_to_speak_of),
    cmocka_unit_test(a_profile_whose_clock_was_wrong_joins_when_it_is_right),
    cmocka_unit_test(a_profile_made_before_its_server_was_up_joins_later),
    cmocka_unit_test(a_prekey_that_could_not_be_published_is_made_again),
    cmocka_unit_test(a_message_from_a_clock_ahead_says_so),
    cmocka_unit_test(statements_from_a_clock_ahead_wait),
    cmocka_unit_test(without_a_certificate_who_is_known_can_be_written_to_and_a_new_one_heals),
};
const size_t time_clocks_n = sizeof time_clocks / sizeof time_clocks[0];
