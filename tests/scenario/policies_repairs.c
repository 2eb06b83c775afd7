/* SPDX-License-Identifier: Apache-2.0 */
/* policies_repairs: copies that were lost, or cannot be opened, are asked for by who keeps them,
 * and come again; nobody else is obeyed.  [PROTOCOL 5.4, 6.7] */
#include "scenario/healing.h"
#include "scenario/policies.h"

/* Bot, who keeps copies from now on, knows alice already. */
static struct cast begin_with(struct network_policy *first)
{
    struct cast c = cast_begin();

    says(c.bot, c.alice, "good day");
    sees_behind(c.alice, c.bot, "good day", 0);
    *first = desk_next(c.p, &NO_POLICY, 0);
    desk_keep(first, c.bot, true);
    desk_publish(c.p, first);
    return c;
}

static struct cast begin_kept(struct network_policy *first)
{
    struct cast c = begin_with(first);

    says(c.alice, c.bob, "kept");
    sees_behind(c.bob, c.alice, "kept", 0);
    copies(c.bot, c.alice, "kept");
    return c;
}

/* ---- what heals */

static void a_copy_that_cannot_be_opened_is_sealed_again(void **state)
{
    struct network_policy first;
    struct cast c = begin_with(&first);
    struct lie lie = {DELIVERIES, .to = c.bot, .tell = spoil, .at = 100, .most = 1};

    (void)state;
    lie_begin(c.p, &lie);
    says(c.alice, c.bob, "in a dead epoch");
    lie_end(c.p);
    sees_behind(c.bob, c.alice, "in a dead epoch", 0);
    sees_nothing(c.bot);
    assert_int_equal(parked_by(c.bot), 1);
    stage_forward(c.p, 2 * CLOCK_MINUTE_MS);
    copies(c.bot, c.alice, "in a dead epoch");
    assert_int_equal(parked_by(c.bot), 0);
    says(c.alice, c.bob, "alive");
    copies(c.bot, c.alice, "alive");
    sees_behind(c.bob, c.alice, "alive", 0); /* to whom nothing came twice */
    sees_nothing(c.bob);
    play_end(c.p);
}

static void a_copy_that_did_not_come_is_asked_for_in_the_room_of_the_two(void **state)
{
    struct network_policy first;
    struct cast c = begin_kept(&first);
    struct lie lie = {DELIVERIES, .to = c.bot, .tell = lose, .most = 1};
    uint64_t over;

    (void)state;
    stage_forward(c.p, 2 * CLOCK_MINUTE_MS);
    assert_int_equal(stage_told(c.bot, PROBLEM_OVER, &over), 1); /* from before there were copies */
    assert_int_equal(over, 1);
    lie_begin(c.p, &lie);
    says(c.alice, c.bob, "lost on the way");
    lie_end(c.p);
    says(c.alice, c.bob, "and another");
    assert_int_equal(stage_next_shown(c.bot)->notes, MESSAGE_COPY | MESSAGE_GAP);
    copies(c.bot, c.alice, "and another");
    stage_forward(c.p, CLOCK_HOUR_MS + 2 * CLOCK_MINUTE_MS);
    copies(c.bot, c.alice, "lost on the way");
    assert_int_equal(stage_told(c.bot, PROBLEM_OVER, NULL), 1);
    sees_behind(c.bob, c.alice, "lost on the way", 0);
    sees_behind(c.bob, c.alice, "and another", 0);
    sees_nothing(c.bob);
    assert_false(stage_heard(c.alice, PROBLEM_RECIPIENTS));
    play_end(c.p);
}

/* tell: all messages are lost, and a bit of each capsule is flipped. */
static bool lose_and_spoil(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Deliver *m = body;

    (void)l, (void)f, (void)a;
    for (size_t i = 0; i < m->n_items; i++)
        if (m->items[i]->kind == FRAME_CAPSULE)
            lie_flip(&m->items[i]->sealed, 100);
        else if (m->items[i]->kind == FRAME_MESSAGE)
            m->items[i]->sealed = frame_data(BYTES_LITERAL("lost"));
    return true;
}

/* What bob had asked for went to bot, too, in an epoch that bot does not have. */
static void a_copy_of_what_another_asked_for_is_asked_for_as_well(void **state)
{
    struct network_policy first;
    struct cast c = begin_with(&first);
    struct lie lie = {DELIVERIES, .tell = lose_and_spoil};

    (void)state;
    lie_begin(c.p, &lie);
    says(c.alice, c.bob, "one");
    lie_end(c.p);
    leaves(c.bot);
    says(c.alice, c.bob, "two");
    sees_behind(c.bob, c.alice, "two", 1);
    stage_forward(c.p, 2 * CLOCK_MINUTE_MS);
    sees_behind(c.bob, c.alice, "one", 0);
    returns(c.bot);
    assert_int_equal(parked_by(c.bot), 2);
    stage_forward(c.p, 2 * CLOCK_MINUTE_MS);
    assert_int_equal(parked_by(c.bot), 0);
    assert_int_equal(stage_copies(c.bot, c.alice, "one"), 1);
    assert_int_equal(stage_copies(c.bot, c.alice, "two"), 1);
    sees_nothing(c.bob);
    play_end(c.p);
}

/* Two devices of who keeps copies: the second one came later, and bob has told it that what was
 * before it does not come.  What the first asks for goes to it all the same. */
static void what_was_said_to_be_over_may_come_along(void **state)
{
    struct network_policy first;
    struct cast c = cast_begin();
    struct control ask = {.type = PAYLOAD_MISSING, .n = 1, .range = {{3, 3}}};
    struct lie lie = {DELIVERIES, .to = c.alice, .tell = lose, .most = 1};
    struct person *second;

    (void)state;
    first = desk_next(c.p, &NO_POLICY, 0);
    desk_keep(&first, c.alice, true);
    desk_publish(c.p, &first);
    lie_begin(c.p, &lie);
    says(c.bob, c.alice, "lost on the way");
    lie_end(c.p);
    says(c.bob, c.alice, "before the second");
    sees_behind(c.alice, c.bob, "before the second", 1);
    second = stage_second_device(c.alice, "second");
    stage_forward(c.p, 2 * CLOCK_MINUTE_MS);
    sees(c.alice, c.bob, "lost on the way");
    sees(second, c.bob, "lost on the way");
    says(c.bob, c.alice, "to both");
    sees(c.alice, c.bob, "to both");
    sees_behind(second, c.bob, "to both", 1);
    stage_forward(c.p, 3 * CLOCK_HOUR_MS); /* the second one has asked */
    sees_nothing(second);
    forge_control(c.p, c.alice, c.bob, &ask);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    assert_int_equal(stage_next_shown(second)->notes, 0); /* no fault of bob's */
    sees(second, c.bob, "before the second");
    sees_nothing(c.alice);
    play_end(c.p);
}

/* ---- who is not obeyed */

/* Somebody asks alice for all that she wrote to bob, in their room and under this policy. */
static void asks_for_all(struct cast *c, struct person *by, const struct network_policy *policy)
{
    const struct own *bob = engine_own(stage_engine(c->bob));
    const struct own *alice = engine_own(stage_engine(c->alice));
    struct control missing = {.type = PAYLOAD_MISSING, .n = 1, .range[0] = {1, 9}};
    struct buf b = BUF(4096);
    struct forgery f;

    control_write(&missing, &b);
    forge(&f, c->p, by, c->alice, "");
    f.content = buf_view(&b);
    f.core.type = PAYLOAD_MISSING;
    f.core.seq = 0;
    memset(f.core.prev, 0, sizeof f.core.prev);
    f.core.ttl_s = CONTROL_TTL_S;
    f.account[f.accounts++] = forge_account(&bob->me.who.aid, &bob->list);
    assert_ok(names_pair_room(&alice->nid, &alice->me.who.aid, &bob->me.who.aid, &f.core.room));
    f.roster.room = f.core.room;
    f.network.policy_version = policy->number;
    memcpy(f.network.policy_hash, policy->hash, sizeof f.network.policy_hash);
    forge_deliver(&f);
    buf_free(&b);
    stage_forward(c->p, 2 * CLOCK_MINUTE_MS);
}

static void who_keeps_copies_no_more_is_not_obeyed_any_more(void **state)
{
    struct network_policy first, second, third;
    struct cast c = begin_kept(&first);
    struct uploads uploads = {.by = c.alice};

    (void)state;
    stage_forward(c.p, 20 * CLOCK_MINUTE_MS); /* what it asked for itself was answered */
    stage_tamper_up(c.p, count_uploads, &uploads);
    asks_for_all(&c, c.bot, &first);
    assert_int_equal(uploads.n, 2); /* what was kept, and that the first does not come */
    second = desk_next(c.p, &first, 0);
    desk_publish(c.p, &second);
    stage_forward(c.p, 25 * CLOCK_HOUR_MS);
    uploads.n = 0;
    asks_for_all(&c, c.bot, &first);
    assert_false(stage_heard(c.alice, PROBLEM_RECIPIENTS)); /* only late */
    third = desk_next(c.p, &second, 0);
    desk_keep(&third, c.bot, true);
    desk_publish(c.p, &third);
    leaves(c.alice);
    returns(c.alice);
    stage_forward(c.p, 3 * CLOCK_HOUR_MS); /* nothing has waited for that */
    assert_int_equal(uploads.n, 0);
    stage_tamper_up(c.p, NULL, NULL);
    play_end(c.p);
}

static void who_keeps_no_copies_of_a_conversation_is_not_obeyed_in_it(void **state)
{
    struct network_policy first;
    struct cast c = begin_kept(&first);
    struct person *dora = joins(c.p, "dora");
    struct uploads uploads = {.by = c.alice};

    (void)state;
    says(dora, c.alice, "I am new.");
    sees(c.alice, dora, "I am new.");
    stage_forward(c.p, 20 * CLOCK_MINUTE_MS);
    stage_tamper_up(c.p, count_uploads, &uploads);
    asks_for_all(&c, dora, &first);
    assert_true(stage_heard(c.alice, PROBLEM_RECIPIENTS));
    assert_int_equal(uploads.n, 0);
    assert_int_equal(stage_copies(dora, c.alice, "kept"), 0);
    stage_tamper_up(c.p, NULL, NULL);
    play_end(c.p);
}

const struct CMUnitTest policies_repairs[] = {
    cmocka_unit_test(a_copy_that_cannot_be_opened_is_sealed_again),
    cmocka_unit_test(a_copy_that_did_not_come_is_asked_for_in_the_room_of_the_two),
    cmocka_unit_test(a_copy_of_what_another_asked_for_is_asked_for_as_well),
    cmocka_unit_test(what_was_said_to_be_over_may_come_along),
    cmocka_unit_test(who_keeps_copies_no_more_is_not_obeyed_any_more),
    cmocka_unit_test(who_keeps_no_copies_of_a_conversation_is_not_obeyed_in_it),
};
const size_t policies_repairs_n = sizeof policies_repairs / sizeof policies_repairs[0];
