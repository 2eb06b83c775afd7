/* SPDX-License-Identifier: Apache-2.0 */
/* policies_lies: a server that hides policies, forges them, or goes back.  [PROTOCOL 4.8] */
#include "scenario/policies.h"

#include "client/rules.h"

#define POLICY .op = OP_POLICY, .form = &tacet__wire__policy_answer__descriptor
#define STALE  .op = OP_SEND, .code = E_STALE, .form = &tacet__wire__stale__descriptor

static uint32_t known_to(struct person *who)
{
    struct network_policy newest;

    assert_ok(
        rules_newest(engine_vault(stage_engine(who)), engine_own(stage_engine(who)), &newest));
    return newest.number;
}

static void comes_again(struct person *who)
{
    leaves(who);
    returns(who);
}

/* Two policies of which the second lets nobody keep copies any more. */
static struct cast begin_two(struct network_policy policy[2])
{
    struct cast c = cast_begin();

    policy[0] = desk_next(c.p, &NO_POLICY, 0);
    desk_keep(&policy[0], c.bot, true);
    desk_publish(c.p, &policy[0]);
    comes_again(c.alice);
    policy[1] = desk_next(c.p, &policy[0], 0);
    desk_publish(c.p, &policy[1]);
    return c;
}

/* ---- hidden */

static bool say_none(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)l, (void)f, (void)a;
    ((Tacet__Wire__PolicyAnswer *)body)->statement = (ProtobufCBinaryData){0, NULL};
    return true;
}

static bool say_other(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)f, (void)a;
    ((Tacet__Wire__PolicyAnswer *)body)->statement = frame_data(l->bytes);
    return true;
}

static void a_policy_that_is_hidden_from_one_is_learned_from_the_others_message(void **state)
{
    struct cast c = cast_begin();
    struct network_policy first = desk_next(c.p, &NO_POLICY, 0);
    struct lie hidden = {.op = OP_POLICY, .to = c.bob, .tell = lie_refuse, .at = E_ABSENT};

    (void)state;
    desk_keep(&first, c.bot, true);
    desk_publish(c.p, &first);
    lie_begin(c.p, &hidden);
    comes_again(c.bob);
    assert_int_equal(known_to(c.bob), 0);
    says(c.alice, c.bob, "Do you know the policy?");
    is(c.alice, "accepted");
    sees_nothing(c.bob); /* it names what bob is not shown */
    assert_int_equal(parked_by(c.bob), 1);
    assert_false(stage_heard(c.bob, PROBLEM_RECIPIENTS));
    lie_end(c.p);
    comes_again(c.bob);
    sees_behind(c.bob, c.alice, "Do you know the policy?", 0);
    assert_int_equal(known_to(c.bob), 1);
    play_end(c.p);
}

/* ---- gone back */

static void a_server_that_goes_back_is_told_of_and_not_followed(void **state)
{
    struct network_policy policy[2];
    struct cast c = begin_two(policy);
    struct buf old = BUF(POLICY_MAX_SIZE);
    struct lie back = {POLICY, .to = c.alice, .tell = say_other};
    struct lie none = {POLICY, .to = c.alice, .tell = say_none};

    (void)state;
    assert_int_equal(known_to(c.alice), 1);
    comes_again(c.alice);
    assert_int_equal(known_to(c.alice), 2);
    desk_sign(c.p, &policy[0], &old);
    back.bytes = buf_view(&old);
    lie_begin(c.p, &back);
    comes_again(c.alice);
    assert_true(stage_heard(c.alice, PROBLEM_STATEMENT));
    assert_int_equal(stage_problem_code(c.alice), E_STALE);
    lie_begin(c.p, &none);
    comes_again(c.alice);
    assert_true(stage_heard(c.alice, PROBLEM_STATEMENT));
    assert_int_equal(stage_problem_code(c.alice), E_STALE);
    lie_end(c.p);
    assert_int_equal(known_to(c.alice), 2);
    says(c.alice, c.bob, "by the second");
    sees_behind(c.bob, c.alice, "by the second", 0);
    sees_nothing(c.bot);
    buf_free(&old);
    play_end(c.p);
}

/* ---- forged */

static bool flip(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)f, (void)a;
    lie_flip(&((Tacet__Wire__PolicyAnswer *)body)->statement, l->at);
    return true;
}

static void what_the_root_did_not_sign_is_told_and_not_kept(void **state)
{
    static const size_t at[] = {0, 5, 40, 53, 61, 62, 70, SIZE_MAX};

    (void)state;
    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        struct cast c = cast_begin();
        struct network_policy first = desk_next(c.p, &NO_POLICY, 0);
        struct lie lie = {POLICY, .to = c.alice, .tell = flip, .at = at[i]};

        desk_keep(&first, c.bot, true);
        desk_publish(c.p, &first);
        lie_begin(c.p, &lie);
        comes_again(c.alice);
        lie_end(c.p);
        assert_int_equal(lie.told, 1);
        assert_true(stage_heard(c.alice, PROBLEM_STATEMENT));
        assert_in_range(stage_problem_code(c.alice), E_TRUNCATED, E_FORGED);
        assert_int_equal(known_to(c.alice), 0);
        says(c.alice, c.bob, "by what is true");
        sees_behind(c.bob, c.alice, "by what is true", 0);
        play_end(c.p);
    }
}

static void of_two_policies_under_one_number_the_first_that_came_stays(void **state)
{
    struct network_policy policy[2];
    struct cast c = begin_two(policy);
    struct network_policy other = desk_next(c.p, &policy[0], 0), third;
    struct buf statement = BUF(2 * POLICY_MAX_SIZE);
    struct lie lie = {POLICY, .to = c.alice, .tell = say_other};

    (void)state;
    comes_again(c.alice);
    other.profile = POLICY_STANDARD;
    desk_sign(c.p, &other, &statement);
    lie.bytes = buf_view(&statement);
    lie_begin(c.p, &lie);
    comes_again(c.alice);
    assert_true(stage_heard(c.alice, PROBLEM_STATEMENT));
    assert_int_equal(stage_problem_code(c.alice), E_FORGED);

    third = desk_next(c.p, &other, 0); /* which follows the one that nobody has */
    buf_cut(&statement, 0);
    desk_sign(c.p, &third, &statement);
    lie.bytes = buf_view(&statement);
    comes_again(c.alice);
    assert_true(stage_heard(c.alice, PROBLEM_STATEMENT));
    assert_int_equal(stage_problem_code(c.alice), E_FORGED);
    lie_end(c.p);
    assert_int_equal(known_to(c.alice), 2);
    buf_free(&statement);
    play_end(c.p);
}

static bool forge_stale(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)f, (void)a;
    lie_flip(&((Tacet__Wire__Stale *)body)->policies[0], l->at);
    return true;
}

static void a_refusal_that_brings_a_forged_policy_is_told_and_costs_no_message(void **state)
{
    struct cast c = cast_begin();
    struct network_policy first = desk_next(c.p, &NO_POLICY, 0);
    struct lie lie = {STALE, .to = c.alice, .tell = forge_stale, .at = SIZE_MAX, .most = 1};

    (void)state;
    desk_keep(&first, c.bot, true);
    desk_publish(c.p, &first);
    lie_begin(c.p, &lie);
    says(c.alice, c.bob, "by what is signed");
    assert_int_equal(lie.told, 1);
    assert_true(stage_heard(c.alice, PROBLEM_STATEMENT));
    assert_int_equal(stage_problem_code(c.alice), E_FORGED);
    assert_int_equal(known_to(c.alice), 0);
    is(c.alice, "queued");
    sees_nothing(c.bob);
    stage_forward(c.p, 2 * CLOCK_MINUTE_MS);
    lie_end(c.p);
    is(c.alice, "accepted");
    sees_behind(c.bob, c.alice, "by what is signed", 0);
    copies(c.bot, c.alice, "by what is signed");
    play_end(c.p);
}

/* ---- who keeps copies */

static void without_word_of_who_keeps_copies_nothing_is_sent(void **state)
{
    struct cast c = cast_begin();
    struct network_policy first = desk_next(c.p, &NO_POLICY, 0);
    struct lie lie = {.op = OP_PERSON, .to = c.alice, .tell = lie_refuse, .at = E_ABSENT};

    (void)state;
    desk_keep(&first, c.bot, false);
    desk_publish(c.p, &first);
    lie_begin(c.p, &lie);
    says(c.alice, c.bob, "to whom else?");
    is(c.alice, "queued");
    sees_nothing(c.bob);
    assert_true(stage_heard(c.alice, PROBLEM_KEEPER));
    assert_int_equal(stage_problem_code(c.alice), E_ABSENT);
    stage_forward(c.p, 3 * CLOCK_HOUR_MS);
    is(c.alice, "queued");
    assert_false(stage_heard(c.alice, PROBLEM_KEEPER)); /* once */
    lie_end(c.p);
    stage_forward(c.p, CLOCK_HOUR_MS);
    is(c.alice, "accepted");
    sees_behind(c.bob, c.alice, "to whom else?", 0);
    copies(c.bot, c.alice, "to whom else?");
    play_end(c.p);
}

static void who_was_away_for_several_policies_learns_what_a_message_needs(void **state)
{
    struct cast c = cast_begin();
    struct network_policy last = NO_POLICY, next;

    (void)state;
    leaves(c.bob);
    says(c.alice, c.bob, "before there was a policy");
    for (size_t i = 0; i < 7; i++) {
        next = desk_next(c.p, &last, i == 6 ? CLOCK_DAY_MS : 0);
        desk_publish(c.p, &next);
        last = next;
    }
    returns(c.bob);
    sees_behind(c.bob, c.alice, "before there was a policy", 0);
    assert_int_equal(known_to(c.bob), 7);
    says(c.bob, c.alice, "by the sixth");
    is(c.bob, "accepted");
    sees_behind(c.alice, c.bob, "by the sixth", 0);
    play_end(c.p);
}

const struct CMUnitTest policies_lies[] = {
    cmocka_unit_test(a_policy_that_is_hidden_from_one_is_learned_from_the_others_message),
    cmocka_unit_test(a_server_that_goes_back_is_told_of_and_not_followed),
    cmocka_unit_test(what_the_root_did_not_sign_is_told_and_not_kept),
    cmocka_unit_test(of_two_policies_under_one_number_the_first_that_came_stays),
    cmocka_unit_test(a_refusal_that_brings_a_forged_policy_is_told_and_costs_no_message),
    cmocka_unit_test(without_word_of_who_keeps_copies_nothing_is_sent),
    cmocka_unit_test(who_was_away_for_several_policies_learns_what_a_message_needs),
};
const size_t policies_lies_n = sizeof policies_lies / sizeof policies_lies[0];
