/* SPDX-License-Identifier: Apache-2.0 */
/* policies_judged: messages that do not follow the policy that they name, or name an old one.
 * [PROTOCOL 6.6] */
#include "scenario/forger.h"
#include "scenario/policies.h"

/* Alice, bob and bot under a first policy by which bot keeps copies, which all of them know. */
static struct cast begin_kept(struct network_policy *first, bool strict)
{
    struct cast c = cast_begin();

    *first = desk_next(c.p, &NO_POLICY, 0);
    desk_keep(first, c.bot, strict);
    desk_publish(c.p, first);
    says(c.alice, c.bob, "kept");
    sees_behind(c.bob, c.alice, "kept", 0);
    copies(c.bot, c.alice, "kept");
    return c;
}

static void name_policy(struct forgery *f, const struct network_policy *policy)
{
    f->network.policy_version = policy->number;
    memcpy(f->network.policy_hash, policy->hash, sizeof f->network.policy_hash);
}

/* As `by` knows it. */
static void add_account(struct forgery *f, struct person *who)
{
    const struct own *own = engine_own(stage_engine(who));

    f->account[f->accounts++] = forge_account(&own->me.who.aid, &own->list);
}

static void is_held(struct cast *c, enum roster_cause cause)
{
    sees_nothing(c->bob);
    assert_true(stage_heard(c->bob, PROBLEM_RECIPIENTS));
    assert_int_equal(stage_finding(c->bob)->verdict, ROSTER_WRONG);
    assert_int_equal(stage_finding(c->bob)->cause, cause);
}

static void concerns(struct person *who, const struct person *whom)
{
    struct account_id aid = engine_own(stage_engine((struct person *)whom))->me.who.aid;

    assert_memory_equal(stage_finding(who)->aid.b, aid.b, sizeof aid.b);
}

static void is_shown_late(struct cast *c, const char *text, uint32_t notes, enum roster_cause cause)
{
    assert_int_equal(stage_next_shown(c->bob)->notes, notes);
    assert_int_equal(stage_finding(c->bob)->verdict, ROSTER_LATE);
    assert_int_equal(stage_finding(c->bob)->cause, cause);
    sees(c->bob, c->alice, text);
}

/* ---- whoever keeps copies is left out */

static void under_a_strict_policy_a_message_that_leaves_out_the_keeper_is_held(void **state)
{
    struct network_policy first;
    struct cast c = begin_kept(&first, true);
    struct forgery f;

    (void)state;
    forge(&f, c.p, c.alice, c.bob, "between us");
    name_policy(&f, &first);
    forge_deliver(&f);
    is_held(&c, ROSTER_RETENTION_MISSING);
    concerns(c.bob, c.bot);

    forge(&f, c.p, c.alice, c.bob, "and to nobody's device");
    name_policy(&f, &first);
    add_account(&f, c.bot);
    f.skipped[0] =
        (struct roster_skipped){engine_own(stage_engine(c.bot))->me.who.did, ROSTER_NO_PREKEY};
    f.skips = 1;
    forge_deliver(&f);
    is_held(&c, ROSTER_RETENTION_SKIPPED);
    assert_memory_equal(stage_finding(c.bob)->did.b, f.skipped[0].did.b, sizeof f.skipped[0].did.b);
    says(c.alice, c.bob, "among us");
    sees_behind(c.bob, c.alice, "among us", 0);
    play_end(c.p);
}

static void under_one_that_is_not_strict_it_is_shown_with_a_note(void **state)
{
    struct network_policy first;
    struct cast c = begin_kept(&first, false);
    struct forgery f;

    (void)state;
    forge(&f, c.p, c.alice, c.bob, "between us");
    name_policy(&f, &first);
    f.counts = true;
    forge_deliver(&f);
    is_shown_late(&c, "between us", MESSAGE_NO_COPY, ROSTER_RETENTION_MISSING);
    concerns(c.bob, c.bot);
    says(c.alice, c.bob, "among us");
    sees_behind(c.bob, c.alice, "among us", 0);
    play_end(c.p);
}

static void a_third_whom_no_policy_puts_there_is_held_and_named(void **state)
{
    struct cast c = cast_begin();
    struct forgery f;

    (void)state;
    forge(&f, c.p, c.alice, c.bob, "with a friend");
    add_account(&f, c.bot);
    forge_deliver(&f);
    is_held(&c, ROSTER_STRANGER);
    concerns(c.bob, c.bot);
    play_end(c.p);
}

/* ---- which policy it names */

static void a_message_under_a_policy_that_is_over_for_an_hour_is_late(void **state)
{
    struct network_policy first;
    struct cast c = begin_kept(&first, false);
    struct forgery f;

    (void)state;
    stage_forward(c.p, 30 * CLOCK_MINUTE_MS);
    forge(&f, c.p, c.alice, c.bob, "within the hour");
    f.counts = true;
    forge_deliver(&f); /* which goes back behind the policy that alice had named */
    is_held(&c, ROSTER_WENT_BACK);
    assert_int_equal(stage_finding(c.bob)->network, 0);

    struct network_policy second = desk_next(c.p, &first, 0);
    desk_publish(c.p, &second);
    stage_forward(c.p, 25 * CLOCK_HOUR_MS);
    forge(&f, c.p, c.alice, c.bob, "under the old one");
    name_policy(&f, &first);
    add_account(&f, c.bot);
    f.core.seq--; /* in the place of what was held */
    memcpy(f.core.prev, (uint8_t[NAMES_H32_SIZE]){0}, sizeof f.core.prev);
    f.core.prev[0] = 1;
    f.counts = true;
    forge_deliver(&f);
    is_shown_late(&c, "under the old one", MESSAGE_LATE | MESSAGE_FORKED, ROSTER_OLD_POLICY);
    play_end(c.p);
}

static void a_policy_that_has_just_begun_leaves_an_hour_to_learn_it(void **state)
{
    struct cast c = cast_begin();
    struct network_policy first = desk_next(c.p, &NO_POLICY, 0);
    struct forgery f;

    (void)state;
    desk_keep(&first, c.bot, true);
    desk_publish(c.p, &first);
    stage_forward(c.p, 50 * CLOCK_MINUTE_MS);
    leaves(c.bob);
    returns(c.bob); /* who knows it */
    forge(&f, c.p, c.alice, c.bob, "not yet");
    f.counts = true;
    forge_deliver(&f);
    sees_behind(c.bob, c.alice, "not yet", 0);
    stage_forward(c.p, 20 * CLOCK_MINUTE_MS);
    forge(&f, c.p, c.alice, c.bob, "still not");
    f.counts = true;
    forge_deliver(&f);
    is_shown_late(&c, "still not", MESSAGE_LATE, ROSTER_OLD_POLICY);
    play_end(c.p);
}

static void another_policy_under_the_same_number_is_held(void **state)
{
    struct network_policy first;
    struct cast c = begin_kept(&first, true);
    struct forgery f;

    (void)state;
    forge(&f, c.p, c.alice, c.bob, "by another word");
    name_policy(&f, &first);
    f.network.policy_hash[0] ^= 1;
    add_account(&f, c.bot);
    forge_deliver(&f);
    is_held(&c, ROSTER_POLICY_HASH);
    play_end(c.p);
}

static void a_policy_that_nobody_has_is_waited_for(void **state)
{
    struct network_policy first;
    struct cast c = begin_kept(&first, true);
    struct forgery f;

    (void)state;
    forge(&f, c.p, c.alice, c.bob, "by a word that is to come");
    f.network.policy_version = 2;
    add_account(&f, c.bot);
    forge_deliver(&f);
    sees_nothing(c.bob);
    assert_int_equal(parked_by(c.bob), 1);
    assert_false(stage_heard(c.bob, PROBLEM_RECIPIENTS));
    play_end(c.p);
}

/* ---- and what it is sealed with */

static void a_message_in_another_profile_than_the_policys_is_held(void **state)
{
    struct cast c = cast_begin();
    struct network_policy first = desk_next(c.p, &NO_POLICY, 0);
    struct forgery f;

    (void)state;
    first.profile = POLICY_STANDARD;
    desk_publish(c.p, &first);
    forge(&f, c.p, c.alice, c.bob, "more than it has to be");
    name_policy(&f, &first);
    forge_deliver(&f);
    is_held(&c, ROSTER_PROFILE);
    says(c.alice, c.bob, "as it has to be");
    sees_behind(c.bob, c.alice, "as it has to be", 0);
    forge(&f, c.p, c.alice, c.bob, "less than it has to be");
    f.profile = UPLOAD_PROFILE_STANDARD;
    forge_deliver(&f);
    is_held(&c, ROSTER_PROFILE);
    play_end(c.p);
}

static void who_keeps_copies_may_not_write_where_others_do(void **state)
{
    struct network_policy first;
    struct cast c = begin_kept(&first, false);
    struct forgery f, as_alice;

    (void)state;
    says(c.bot, c.bob, "good day");
    sees_behind(c.bob, c.bot, "good day", 0);
    forge(&as_alice, c.p, c.alice, c.bob, "");
    forge(&f, c.p, c.bot, c.bob, "I think so too");
    name_policy(&f, &first);
    add_account(&f, c.alice);
    f.roster.room = f.core.room = as_alice.core.room;
    forge_deliver(&f);
    is_held(&c, ROSTER_SENDER);
    play_end(c.p);
}

const struct CMUnitTest policies_judged[] = {
    cmocka_unit_test(under_a_strict_policy_a_message_that_leaves_out_the_keeper_is_held),
    cmocka_unit_test(under_one_that_is_not_strict_it_is_shown_with_a_note),
    cmocka_unit_test(a_third_whom_no_policy_puts_there_is_held_and_named),
    cmocka_unit_test(a_message_under_a_policy_that_is_over_for_an_hour_is_late),
    cmocka_unit_test(a_policy_that_has_just_begun_leaves_an_hour_to_learn_it),
    cmocka_unit_test(another_policy_under_the_same_number_is_held),
    cmocka_unit_test(a_policy_that_nobody_has_is_waited_for),
    cmocka_unit_test(a_message_in_another_profile_than_the_policys_is_held),
    cmocka_unit_test(who_keeps_copies_may_not_write_where_others_do),
};
const size_t policies_judged_n = sizeof policies_judged / sizeof policies_judged[0];
