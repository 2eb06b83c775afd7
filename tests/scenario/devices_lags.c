/* SPDX-License-Identifier: Apache-2.0 */
/* devices_lags: devices that were away, were put back, or whose server lies, come to agree with the
 * others all the same; and nobody else is heard.  [PROTOCOL 15.8] */
#include "property/dice.h"
#include "scenario/devices_shared.h"
#include <stdio.h>

/* ---- away */

static void a_device_that_was_away_for_29_days_catches_up(void **state)
{
    struct pair c = pair_met();
    char name[32];

    (void)state;
    leaves(c.second);
    for (int day = 1; day <= 29; day++) {
        stage_forward(c.p, CLOCK_DAY_MS);
        snprintf(name, sizeof name, "Robert %d", day);
        calls(c.p, c.alice, "bob", name);
        says(c.bob, c.alice, "another day");
        unread(c.p, c.alice, "bob", 10);
    }
    returns(c.second);
    stage_forward(c.p, CLOCK_HOUR_MS);
    is_called(c.second, "bob", "Robert 29");
    assert_int_equal(unread(c.p, c.second, "bob", 0), 0);
    assert_true(hold_the_same(c.alice, c.second));
    assert_false(stage_heard(c.second, PROBLEM_AWAY));
    play_end(c.p);
}

static void one_that_was_away_for_longer_says_that_it_may_have_missed_something(void **state)
{
    struct pair c = pair_met();
    uint64_t days;

    (void)state;
    leaves(c.second);
    stage_forward(c.p, CLOCK_DAY_MS);
    calls(c.p, c.alice, "bob", "Robert");
    says(c.alice, c.bob, "which it will not get");
    stage_forward(c.p, 34 * CLOCK_DAY_MS);
    returns(c.second);
    assert_true(stage_heard(c.second, PROBLEM_AWAY));
    assert_int_equal(stage_told(c.second, PROBLEM_AWAY, &days), 1);
    assert_int_equal(days, 35);
    stage_forward(c.p, CLOCK_DAY_MS);
    is_called(c.second, "bob", "Robert");
    assert_true(hold_the_same(c.alice, c.second));
    leaves(c.second);
    returns(c.second);
    assert_int_equal(stage_told(c.second, PROBLEM_AWAY, &days), 1); /* once */
    play_end(c.p);
}

/* ---- a server that lies */

static bool twice(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Deliver *m = body;
    Tacet__Wire__Item **items;

    (void)l, (void)f;
    items = ARENA_ARRAY(a, 2 * m->n_items, Tacet__Wire__Item *);
    assert_non_null(items);
    for (size_t i = 0; i < 2 * m->n_items; i++)
        items[i] = m->items[i % m->n_items];
    m->items = items;
    m->n_items *= 2;
    return true;
}

static bool backwards(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Deliver *m = body;

    (void)l, (void)f, (void)a;
    for (size_t i = 0; i < m->n_items / 2; i++) {
        ProtobufCBinaryData sealed = m->items[i]->sealed;
        uint32_t kind = m->items[i]->kind;
        Tacet__Wire__Item *other = m->items[m->n_items - 1 - i];

        m->items[i]->sealed = other->sealed;
        m->items[i]->kind = other->kind;
        other->sealed = sealed;
        other->kind = kind;
    }
    return true;
}

static void say_much(struct pair *c)
{
    char text[16];

    for (int i = 0; i < 5; i++) {
        snprintf(text, sizeof text, "name %d", i);
        calls(c->p, c->alice, "bob", text);
        stage_forward(c->p, A_WHILE);
        drafts(c->p, c->alice, "bob", text);
        stage_forward(c->p, A_WHILE);
    }
}

static void what_a_server_repeats_or_turns_round_changes_nothing(void **state)
{
    struct pair c = pair_met();
    struct lie repeat = {DELIVERIES, .to = c.second, .tell = twice};
    struct lie turn = {DELIVERIES, .to = c.second, .tell = backwards};

    (void)state;
    lie_begin(c.p, &repeat);
    say_much(&c);
    lie_end(c.p);
    assert_true(repeat.told > 0);
    assert_true(hold_the_same(c.alice, c.second));
    leaves(c.second);
    say_much(&c);
    lie_begin(c.p, &turn);
    returns(c.second);
    lie_end(c.p);
    assert_true(turn.told > 0);
    stage_forward(c.p, CLOCK_HOUR_MS);
    assert_true(hold_the_same(c.alice, c.second));
    is_called(c.second, "bob", "name 4");
    play_end(c.p);
}

static void what_a_server_loses_is_noticed_by_the_next_and_told_again(void **state)
{
    struct pair c = pair_met();
    struct lie lie = {DELIVERIES, .to = c.second, .tell = lose, .most = 1};

    (void)state;
    lie_begin(c.p, &lie);
    calls(c.p, c.alice, "bob", "Robert");
    stage_forward(c.p, A_WHILE);
    lie_end(c.p);
    assert_int_equal(lie.told, 1);
    is_called(c.second, "bob", "");
    drafts(c.p, c.alice, "bob", "Dear");
    stage_forward(c.p, CLOCK_HOUR_MS);
    is_called(c.second, "bob", "Robert");
    assert_true(hold_the_same(c.alice, c.second));
    play_end(c.p);
}

static void what_a_server_loses_last_is_there_within_a_day(void **state)
{
    struct pair c = pair_met();
    struct lie lie = {DELIVERIES, .to = c.second, .tell = lose, .most = 1};

    (void)state;
    lie_begin(c.p, &lie);
    calls(c.p, c.alice, "bob", "Robert");
    stage_forward(c.p, A_WHILE);
    lie_end(c.p);
    stage_forward(c.p, CLOCK_DAY_MS + CLOCK_HOUR_MS);
    is_called(c.second, "bob", "Robert");
    assert_true(hold_the_same(c.alice, c.second));
    play_end(c.p);
}

static void silence_costs_one_question_a_day(void **state)
{
    struct pair c = pair_met();
    struct uploads u = {.by = c.alice};

    (void)state;
    stage_tamper_up(c.p, count_uploads, &u);
    stage_forward(c.p, 40 * CLOCK_DAY_MS);
    stage_tamper_up(c.p, NULL, NULL);
    /* Asking each other every day, and answering nothing, is all that silence costs. */
    assert_true(u.n <= 41);
    all_is_well(&c);
    play_end(c.p);
}

/* ---- others */

static void what_somebody_else_says_so_is_ignored(void **state)
{
    struct pair c = pair_met();
    struct shared_change change = {.kind = REGISTERS_NICKNAME,
                                   .value = BYTES_LITERAL("a friend"),
                                   .number = 1,
                                   .stamp_ms = stage_now(c.p)};
    struct shared_range range = {.to = 1};
    struct shared_state said = {1, 1, &range, &change};
    struct contact bob = contact_of(c.alice, "bob");
    struct buf content = BUF(LIMIT_TEXT);
    struct uploads u = {.by = c.alice};
    struct shared_have nothing = {.n = 0};

    (void)state;
    change.writer = range.writer = engine_own(stage_engine(c.bob))->me.who.did;
    change.key = ID_BYTES(bob.aid);
    shared_state_write(&said, &content);
    stage_tamper_up(c.p, count_uploads, &u);
    for (int i = 0; i < 2; i++) {
        struct forgery f;

        forge(&f, c.p, c.bob, c.alice, "");
        f.content = buf_view(&content);
        f.core.type = i == 0 ? PAYLOAD_STATE : PAYLOAD_HAVE;
        f.core.seq = 0;
        memset(f.core.prev, 0, sizeof f.core.prev);
        f.core.ttl_s = CONTROL_TTL_S;
        f.counts = false;
        forge_deliver(&f);
        buf_cut(&content, 0);
        shared_have_write(&nothing, &content);
    }
    stage_forward(c.p, CLOCK_HOUR_MS);
    stage_tamper_up(c.p, NULL, NULL);
    is_called(c.alice, "bob", "");
    assert_int_equal(u.n, 0);
    buf_free(&content);
    all_is_well(&c);
    play_end(c.p);
}

/* Who keeps copies gets none of it, also when it is sealed a second time. */
static bool spoil_all(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Deliver *m = body;

    (void)f, (void)a;
    for (size_t i = 0; i < m->n_items; i++)
        lie_flip(&m->items[i]->sealed, 200);
    l->at++;
    return true;
}

static void who_keeps_copies_gets_none_of_it(void **state)
{
    static const struct network_policy NONE = {.number = 0};
    struct pair c = pair_met();
    struct person *bot = joins(c.p, "bot");
    struct network_policy policy = desk_next(c.p, &NONE, 0);
    struct lie lie = {DELIVERIES, .to = c.second, .tell = spoil, .at = 100, .most = 1};
    struct lie count = {DELIVERIES, .to = bot, .tell = spoil_all};

    (void)state;
    desk_keep(&policy, bot, true);
    desk_publish(c.p, &policy);
    stage_forward(c.p, CLOCK_DAY_MS);
    lie_begin(c.p, &lie);
    says_to(c.alice, "alice", "opens the channel"); /* and the second cannot open it */
    calls(c.p, c.alice, "bob", "Robert");
    stage_forward(c.p, A_WHILE);
    lie_begin(c.p, &count);
    stage_forward(c.p, CLOCK_DAY_MS);
    lie_end(c.p);
    is_called(c.second, "bob", "Robert");
    assert_true(count.told <= 1); /* the note to oneself, sealed again */
    play_end(c.p);
}

/* ---- vaults */

static void a_vault_that_was_put_back_hears_what_it_had_said_since(void **state)
{
    struct pair c = pair_met();

    (void)state;
    calls(c.p, c.second, "bob", "Robert");
    stage_forward(c.p, A_WHILE);
    leaves(c.second);
    stage_copy_vault(c.second, 1);
    returns(c.second);
    calls(c.p, c.second, "bob", "Bobby");
    drafts(c.p, c.second, "bob", "of the copy");
    stage_forward(c.p, A_WHILE);
    leaves(c.second);
    stage_restore_vault(c.second, 1);
    returns(c.second);
    assert_true(stage_heard(c.second, PROBLEM_RESTORED));
    drafts(c.p, c.second, "bob", "of this");
    stage_forward(c.p, CLOCK_HOUR_MS);
    is_called(c.second, "bob", "Bobby");
    is_called(c.alice, "bob", "Bobby");
    has_draft(c.alice, "bob", "of this");
    has_draft(c.second, "bob", "of this");
    assert_true(hold_the_same(c.alice, c.second));
    play_end(c.p);
}

/* A third one did not hear what the copy said, and hears that the numbers go on behind it. */
static void what_a_copy_had_said_reaches_those_that_had_not_heard_it(void **state)
{
    struct pair c = pair_met();
    struct person *third = stage_second_device(c.alice, "third");

    (void)state;
    says(c.bob, c.alice, "to all three"); /* and so all know who that is */
    stage_forward(c.p, CLOCK_HOUR_MS);
    leaves(third);
    leaves(c.second);
    stage_copy_vault(c.second, 1);
    returns(c.second);
    calls(c.p, c.second, "bob", "Bobby");
    stage_forward(c.p, A_WHILE);
    is_called(c.alice, "bob", "Bobby");
    leaves(c.second);
    leaves(c.alice);
    stage_restore_vault(c.second, 1);
    returns(c.second);
    drafts(c.p, c.second, "bob", "of this");
    stage_forward(c.p, 8 * CLOCK_DAY_MS); /* what the copy said is over at the server */
    returns(third);
    stage_forward(c.p, CLOCK_HOUR_MS);
    has_draft(third, "bob", "of this");
    returns(c.alice);
    stage_forward(c.p, 2 * CLOCK_DAY_MS);
    is_called(c.second, "bob", "Bobby");
    is_called(third, "bob", "Bobby");
    assert_true(hold_the_same(c.alice, c.second));
    assert_true(hold_the_same(c.alice, third));
    play_end(c.p);
}

static void names_and_verifications_of_a_vault_from_before_are_taken_over(void **state)
{
    struct pair c = pair_met();
    struct vault *v = engine_vault(stage_engine(c.alice));
    struct contact bob = contact_of(c.alice, "bob");

    (void)state;
    bob.verified = true;
    assert_ok(vault_begin(v));
    assert_ok(people_put(v, &bob));
    assert_ok(vault_put(v, VAULT_NICKNAME, (struct bytes){0}, bob.number, BYTES_LITERAL("Robert")));
    assert_ok(vault_counter_set(v, VAULT_SHARED, 0));
    assert_ok(vault_commit(v));
    leaves(c.alice);
    returns(c.alice);
    is_called(c.alice, "bob", "Robert");
    assert_true(has_verified(c.alice, c.bob));
    stage_forward(c.p, A_WHILE);
    is_called(c.second, "bob", "Robert");
    assert_true(has_verified(c.second, c.bob));
    play_end(c.p);
}

/* Wherever the program ends, what was said is told when it is started again. */
static void a_crash_at_any_step_loses_nothing(void **state)
{
    struct pair c = pair_met();

    (void)state;
    for (unsigned at = 1; at <= 12; at++) {
        char name[16];

        snprintf(name, sizeof name, "crash %u", at);
        calls(c.p, c.alice, "bob", name);
        stage_crash_at(c.alice, at);
        stage_forward(c.p, A_WHILE);
        if (stage_is_running(c.alice))
            leaves(c.alice);
        returns(c.alice);
        stage_forward(c.p, A_WHILE);
        is_called(c.second, "bob", name);
    }
    assert_true(hold_the_same(c.alice, c.second));
    play_end(c.p);
}

/* ---- any order */

#define DEVICES 10
#define STEPS   80
#define SEEDS   2

struct crowd {
    struct play *p;
    struct person *device[DEVICES], *bob;
    bool away[DEVICES];
    struct lie loss;
};

static void say_something(struct crowd *c, struct dice *d, struct person *who)
{
    static const char *const words[] = {"", "one", "two", "three", "four"};
    const char *word = words[dice_below(d, 5)];

    switch (dice_below(d, 5)) {
    case 0:
        calls(c->p, who, "bob", word);
        break;
    case 1:
        drafts(c->p, who, "bob", word);
        break;
    case 2:
        assert_int_equal(confirms(who, c->bob, safety_number(who, c->bob)), E_OK);
        break;
    case 3:
        says(c->bob, c->device[0], "more to read");
        break;
    default:
        unread(c->p, who, "bob", 1 + (unsigned)dice_below(d, 3));
        break;
    }
}

static void step(struct crowd *c, struct dice *d)
{
    size_t k = dice_below(d, DEVICES), what = dice_below(d, 10);

    if (what < 4) {
        if (!c->away[k])
            say_something(c, d, c->device[k]);
    } else if (what < 7) {
        if (c->away[k])
            returns(c->device[k]);
        else
            leaves(c->device[k]);
        c->away[k] = !c->away[k];
    } else if (what == 7) {
        c->loss = (struct lie){DELIVERIES, .to = c->device[k], .tell = lose, .most = 1};
        lie_begin(c->p, &c->loss);
    } else {
        stage_forward(c->p, dice_below(d, CLOCK_HOUR_MS));
    }
}

static void play_seed(uint64_t seed)
{
    struct crowd c = {.p = play_begin()};
    struct dice d = dice_for(seed, "shared");

    c.device[0] = joins(c.p, "alice");
    c.bob = joins(c.p, "bob");
    meet(c.device[0], c.bob);
    for (size_t k = 1; k < DEVICES; k++)
        c.device[k] = stage_second_device(c.device[0], "another");
    says(c.bob, c.device[0], "to all of you");
    stage_forward(c.p, CLOCK_MINUTE_MS);
    for (int i = 0; i < STEPS; i++)
        step(&c, &d);
    lie_end(c.p);
    for (size_t k = 0; k < DEVICES; k++)
        if (c.away[k])
            returns(c.device[k]);
    stage_forward(c.p, 3 * CLOCK_DAY_MS);
    for (size_t k = 1; k < DEVICES; k++) {
        if (!hold_the_same(c.device[0], c.device[k]))
            fail_msg("seed %u: device %zu holds something else", (unsigned)seed, k);
        assert_int_equal(has_verified(c.device[k], c.bob), has_verified(c.device[0], c.bob));
    }
    play_end(c.p);
}

static void ten_devices_agree_whatever_happens_in_which_order(void **state)
{
    (void)state;
    for (uint64_t seed = 1; seed <= SEEDS; seed++)
        play_seed(seed);
}

const struct CMUnitTest devices_lags[] = {
    cmocka_unit_test(a_device_that_was_away_for_29_days_catches_up),
    cmocka_unit_test(one_that_was_away_for_longer_says_that_it_may_have_missed_something),
    cmocka_unit_test(what_a_server_repeats_or_turns_round_changes_nothing),
    cmocka_unit_test(what_a_server_loses_is_noticed_by_the_next_and_told_again),
    cmocka_unit_test(what_a_server_loses_last_is_there_within_a_day),
    cmocka_unit_test(silence_costs_one_question_a_day),
    cmocka_unit_test(what_somebody_else_says_so_is_ignored),
    cmocka_unit_test(who_keeps_copies_gets_none_of_it),
    cmocka_unit_test(a_vault_that_was_put_back_hears_what_it_had_said_since),
    cmocka_unit_test(what_a_copy_had_said_reaches_those_that_had_not_heard_it),
    cmocka_unit_test(names_and_verifications_of_a_vault_from_before_are_taken_over),
    cmocka_unit_test(a_crash_at_any_step_loses_nothing),
    cmocka_unit_test(ten_devices_agree_whatever_happens_in_which_order),
};
const size_t devices_lags_n = sizeof devices_lags / sizeof devices_lags[0];
