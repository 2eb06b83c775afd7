/* SPDX-License-Identifier: Apache-2.0 */
/* policies_followed: what clients do when a policy comes.  [PROTOCOL 1.4, 4.8] */
#include "scenario/hostile.h"
#include "scenario/policies.h"

#include "statement/upload.h"

/* ---- who keeps copies */

static void who_keeps_copies_gets_the_same_text_from_the_next_message_on(void **state)
{
    struct cast c = cast_begin();
    struct network_policy first = desk_next(c.p, &NO_POLICY, 0);
    struct lie stale = {.op = OP_SEND, .to = c.alice, .code = E_STALE, .tell = lie_record};
    struct buf last = BUF(LIMIT_FRAME);

    (void)state;
    desk_keep(&first, c.bot, true);
    desk_publish(c.p, &first);
    stale.ctx = &last;
    lie_begin(c.p, &stale);
    says(c.alice, c.bob, "From now on there are three of us.");
    lie_end(c.p);
    assert_int_equal(stale.told, 1);
    is(c.alice, "accepted");
    sees_behind(c.bob, c.alice, "From now on there are three of us.", 0);
    copies(c.bot, c.alice, "From now on there are three of us.");
    says(c.bob, c.alice, "Yes.");
    sees_behind(c.alice, c.bob, "Yes.", 0);
    copies(c.bot, c.bob, "Yes.");
    says(c.alice, c.bob, "Good.");
    sees_behind(c.bob, c.alice, "Good.", 0);
    copies(c.bot, c.alice, "Good.");
    sees_nothing(c.bot);
    buf_free(&last);
    play_end(c.p);
}

static void who_keeps_copies_is_one_of_two_in_a_conversation_of_their_own(void **state)
{
    struct cast c = cast_begin();
    struct network_policy first = desk_next(c.p, &NO_POLICY, 0);

    (void)state;
    desk_keep(&first, c.bot, true);
    desk_publish(c.p, &first);
    says(c.alice, c.bot, "What do you keep?");
    sees_behind(c.bot, c.alice, "What do you keep?", 0);
    says(c.bot, c.alice, "All of it.");
    sees_behind(c.alice, c.bot, "All of it.", 0);
    sees_nothing(c.bot);
    play_end(c.p);
}

static void a_policy_that_is_to_come_changes_nothing_before_its_time(void **state)
{
    struct cast c = cast_begin();
    struct network_policy first = desk_next(c.p, &NO_POLICY, CLOCK_DAY_MS);

    (void)state;
    desk_keep(&first, c.bot, true);
    desk_publish(c.p, &first);
    leaves(c.alice);
    returns(c.alice); /* who knows of it from now on */
    says(c.alice, c.bob, "between the two of us");
    sees_behind(c.bob, c.alice, "between the two of us", 0);
    sees_nothing(c.bot);
    stage_forward(c.p, 25 * CLOCK_HOUR_MS);
    says(c.alice, c.bob, "among the three of us");
    sees_behind(c.bob, c.alice, "among the three of us", 0);
    copies(c.bot, c.alice, "among the three of us");
    play_end(c.p);
}

static void a_policy_that_ends_the_keeping_lets_the_two_go_on_alone(void **state)
{
    struct cast c = cast_begin();
    struct network_policy first = desk_next(c.p, &NO_POLICY, 0), second;

    (void)state;
    desk_keep(&first, c.bot, true);
    desk_publish(c.p, &first);
    says(c.alice, c.bob, "one");
    sees_behind(c.bob, c.alice, "one", 0);
    copies(c.bot, c.alice, "one");
    stage_forward(c.p, 25 * CLOCK_HOUR_MS);
    second = desk_next(c.p, &first, 0);
    desk_publish(c.p, &second);
    says(c.alice, c.bob, "two");
    sees_behind(c.bob, c.alice, "two", 0);
    sees_nothing(c.bot);
    play_end(c.p);
}

/* ---- nothing goes without them */

static void who_keeps_copies_is_not_left_out_when_they_are_away_for_long(void **state)
{
    struct cast c = cast_begin();
    struct network_policy first = desk_next(c.p, &NO_POLICY, 0);

    (void)state;
    desk_keep(&first, c.bot, false);
    desk_publish(c.p, &first);
    leaves(c.bot);
    stage_forward(c.p, 38 * CLOCK_DAY_MS); /* none of its prekeys is valid any more */
    says(c.alice, c.bob, "Is anybody reading this?");
    is(c.alice, "queued");
    assert_true(stage_heard(c.alice, PROBLEM_KEEPER));
    assert_int_equal(stage_problem_code(c.alice), E_EXPIRED);
    sees_nothing(c.bob);
    returns(c.bot);
    stage_forward(c.p, 2 * CLOCK_HOUR_MS);
    is(c.alice, "accepted");
    sees_behind(c.bob, c.alice, "Is anybody reading this?", 0);
    copies(c.bot, c.alice, "Is anybody reading this?");
    play_end(c.p);
}

static void where_who_keeps_copies_is_nobody_messages_wait_and_it_is_told(void **state)
{
    struct cast c = cast_begin();
    struct network_policy first = desk_next(c.p, &NO_POLICY, 0), second;

    (void)state;
    desk_keep(&first, c.bot, true);
    desk_publish(c.p, &first);
    says(c.alice, c.bob, "while it is there");
    sees(c.bob, c.alice, "while it is there");
    removes(c.p, "bot");
    says(c.alice, c.bob, "and now?");
    stage_forward(c.p, 2 * CLOCK_MINUTE_MS);
    is(c.alice, "queued");
    assert_true(stage_heard(c.alice, PROBLEM_KEEPER));
    assert_int_equal(stage_problem_code(c.alice), E_REMOVED);
    sees_nothing(c.bob);
    stage_forward(c.p, 2 * CLOCK_HOUR_MS);
    is(c.alice, "queued");
    second = desk_next(c.p, &first, 0);
    desk_publish(c.p, &second);
    stage_forward(c.p, 25 * CLOCK_HOUR_MS); /* asked for once a day */
    is(c.alice, "accepted");
    sees_behind(c.bob, c.alice, "and now?", 0);
    play_end(c.p);
}

/* ---- the profile */

/* Profiles of the uploads that were sent since. */
struct watch {
    unsigned standard, hybrid;
};

static bool look(void *ctx, struct person *who, struct buf *frame)
{
    struct watch *w = ctx;
    struct arena a = ARENA(64 * LIMIT_FRAME);
    Tacet__Wire__Send *m;
    struct frame f;

    (void)who;
    assert_ok(frame_parse(buf_view(frame), &a, &f));
    if (f.op == OP_SEND) {
        assert_ok(frame_unpack(f.body, &tacet__wire__send__descriptor, &a, &m));
        if (upload_profile(frame_bytes(m->upload)) == UPLOAD_PROFILE_HYBRID)
            w->hybrid++;
        else
            w->standard++;
    }
    arena_free(&a);
    return true;
}

static void the_profile_is_the_policys_and_goes_back_with_it(void **state)
{
    struct cast c = cast_begin();
    struct network_policy first = desk_next(c.p, &NO_POLICY, 0), second;
    struct watch watch = {0};

    (void)state;
    first.profile = POLICY_STANDARD;
    desk_publish(c.p, &first);
    leaves(c.alice);
    returns(c.alice);
    stage_tamper_up(c.p, look, &watch);
    says(c.alice, c.bob, "in P-521");
    says(c.bob, c.alice, "so be it");
    sees_behind(c.bob, c.alice, "in P-521", 0);
    sees_behind(c.alice, c.bob, "so be it", 0);
    assert_int_equal(watch.standard, 2);
    assert_int_equal(watch.hybrid, 0);
    second = desk_next(c.p, &first, 0);
    desk_publish(c.p, &second);
    leaves(c.alice);
    returns(c.alice);
    says(c.alice, c.bob, "in both");
    says(c.bob, c.alice, "again");
    sees_behind(c.bob, c.alice, "in both", 0);
    sees_behind(c.alice, c.bob, "again", 0);
    assert_int_equal(watch.standard, 2);
    assert_int_equal(watch.hybrid, 2);
    play_end(c.p);
}

/* ---- order */

/* The question about the policy is not answered: what bob's own upload is refused for says it. */
static void what_waits_for_a_policy_opens_when_a_refusal_brings_it(void **state)
{
    struct cast c = cast_begin();
    struct network_policy first = desk_next(c.p, &NO_POLICY, 0);
    struct lie no_policies = {.op = OP_POLICY, .to = c.bob, .tell = lie_drop};
    struct lie no_success = {.op = OP_SEND, .to = c.bob, .tell = lie_drop};

    (void)state;
    says(c.bob, c.bot, "good day"); /* whom he need not look up */
    sees_behind(c.bot, c.bob, "good day", 0);
    desk_keep(&first, c.bot, true);
    desk_publish(c.p, &first);
    lie_begin(c.p, &no_policies);
    says(c.alice, c.bob, "first");
    is(c.alice, "accepted");
    sees_nothing(c.bob);
    assert_int_equal(parked_by(c.bob), 1);
    lie_begin(c.p, &no_success);
    says(c.bob, c.alice, "refused once");
    says(c.alice, c.bob, "second");
    sees_behind(c.bob, c.alice, "first", 0);
    sees_behind(c.bob, c.alice, "second", 0);
    lie_end(c.p);
    play_end(c.p);
}

/* ---- clocks */

static void clocks_that_differ_when_a_policy_begins_cost_time_and_no_message(void **state)
{
    struct cast c = cast_begin();
    struct network_policy first = desk_next(c.p, &NO_POLICY, CLOCK_HOUR_MS);

    (void)state;
    desk_keep(&first, c.bot, true);
    desk_publish(c.p, &first);
    leaves(c.alice);
    stage_skew(c.alice, 30 * (int64_t)CLOCK_MINUTE_MS);
    returns(c.alice);
    stage_forward(c.p, 40 * CLOCK_MINUTE_MS);
    says(c.alice, c.bob, "too early"); /* by her clock it is in force */
    is(c.alice, "queued");
    stage_forward(c.p, 40 * CLOCK_MINUTE_MS);
    is(c.alice, "accepted");
    sees_behind(c.bob, c.alice, "too early", 0);
    copies(c.bot, c.alice, "too early");
    play_end(c.p);
}

const struct CMUnitTest policies_followed[] = {
    cmocka_unit_test(who_keeps_copies_gets_the_same_text_from_the_next_message_on),
    cmocka_unit_test(who_keeps_copies_is_one_of_two_in_a_conversation_of_their_own),
    cmocka_unit_test(a_policy_that_is_to_come_changes_nothing_before_its_time),
    cmocka_unit_test(a_policy_that_ends_the_keeping_lets_the_two_go_on_alone),
    cmocka_unit_test(who_keeps_copies_is_not_left_out_when_they_are_away_for_long),
    cmocka_unit_test(where_who_keeps_copies_is_nobody_messages_wait_and_it_is_told),
    cmocka_unit_test(the_profile_is_the_policys_and_goes_back_with_it),
    cmocka_unit_test(what_waits_for_a_policy_opens_when_a_refusal_brings_it),
    cmocka_unit_test(clocks_that_differ_when_a_policy_begins_cost_time_and_no_message),
};
const size_t policies_followed_n = sizeof policies_followed / sizeof policies_followed[0];
