/* SPDX-License-Identifier: Apache-2.0 */
/* devices_state: what a person says on one device holds on all of them.  [PROTOCOL 15.8] */
#include "scenario/devices_shared.h"

static void a_name_given_on_one_device_stands_on_all(void **state)
{
    struct pair c = pair_met();

    (void)state;
    calls(c.p, c.alice, "bob", "Robert");
    stage_forward(c.p, A_WHILE);
    is_called(c.second, "bob", "Robert");
    calls(c.p, c.second, "bob", "");
    stage_forward(c.p, A_WHILE);
    is_called(c.alice, "bob", "");
    all_is_well(&c);
    play_end(c.p);
}

static void of_what_two_said_apart_the_later_stands(void **state)
{
    struct pair c = pair_met();

    (void)state;
    leaves(c.second);
    calls(c.p, c.alice, "bob", "Robert");
    drafts(c.p, c.alice, "bob", "Dear Ro");
    stage_forward(c.p, CLOCK_HOUR_MS);
    leaves(c.alice);
    returns(c.second);
    stage_cut_off(c.second, true);
    calls(c.p, c.second, "bob", "Bobby");
    stage_cut_off(c.second, false);
    stage_forward(c.p, 2 * CLOCK_MINUTE_MS);
    returns(c.alice);
    stage_forward(c.p, A_WHILE);
    is_called(c.alice, "bob", "Bobby");
    is_called(c.second, "bob", "Bobby");
    has_draft(c.second, "bob", "Dear Ro");
    assert_true(hold_the_same(c.alice, c.second));
    all_is_well(&c);
    play_end(c.p);
}

static void a_device_that_is_added_hears_of_what_was_said_before(void **state)
{
    struct pair c = {.p = play_begin()};

    (void)state;
    c.alice = joins(c.p, "alice");
    c.bob = joins(c.p, "bob");
    meet(c.alice, c.bob);
    calls(c.p, c.alice, "bob", "Robert");
    assert_int_equal(confirms(c.alice, c.bob, safety_number(c.alice, c.bob)), E_OK);
    assert_int_equal(unread(c.p, c.alice, "bob", 10), 0);
    c.second = stage_second_device(c.alice, "second");
    stage_forward(c.p, CLOCK_HOUR_MS);
    says(c.second, c.bob, "from the new one"); /* and so learns who bob is */
    is_called(c.second, "bob", "Robert");
    assert_true(has_verified(c.second, c.bob));
    assert_true(hold_the_same(c.alice, c.second));
    play_end(c.p);
}

static void devices_have_names(void **state)
{
    struct pair c = pair_met();
    struct arena a = ARENA(1 << 17);
    struct command name = {.kind = COMMAND_NAME_DEVICE, .text = BYTES_LITERAL("the old phone")};
    const char *has;

    (void)state;
    name.device = engine_own(stage_engine(c.alice))->me.who.did;
    assert_int_equal(commands(c.p, c.second, &name), E_OK);
    stage_forward(c.p, A_WHILE);
    assert_ok(nicknames_of_device(engine_vault(stage_engine(c.alice)), &name.device, &a, &has));
    assert_string_equal(has, "the old phone");
    name.text = BYTES_LITERAL("two\nlines");
    assert_int_equal(commands(c.p, c.second, &name), E_MALFORMED);
    name.device = (struct device_id){{9}};
    assert_int_equal(commands(c.p, c.second, &name), E_ABSENT);
    arena_free(&a);
    play_end(c.p);
}

/* ---- trust */

static void a_verification_holds_on_all_devices_and_falls_with_a_recovery(void **state)
{
    struct pair c = pair_met();

    (void)state;
    assert_int_equal(confirms(c.alice, c.bob, safety_number(c.alice, c.bob)), E_OK);
    stage_forward(c.p, A_WHILE);
    assert_true(has_verified(c.second, c.bob));
    stage_recover(c.bob);
    says(c.alice, c.bob, "is it you?"); /* this one learns of it, and asks again */
    assert_false(has_verified(c.alice, c.bob));
    assert_int_equal(confirms(c.alice, c.bob, safety_number(c.alice, c.bob)), E_OK);
    stage_forward(c.p, A_WHILE);
    says(c.second, c.bob, "and you?"); /* which is told of both */
    stage_forward(c.p, CLOCK_HOUR_MS);
    assert_true(has_verified(c.alice, c.bob));
    assert_true(has_verified(c.second, c.bob));
    play_end(c.p);
}

static void an_account_that_is_accepted_on_one_device_is_on_all(void **state)
{
    struct pair c = pair_met();
    struct command accept = {.kind = COMMAND_ACCEPT, .handle = BYTES_LITERAL("bob")};
    struct contact on_alice, on_second;

    (void)state;
    assert_int_equal(confirms(c.alice, c.bob, safety_number(c.alice, c.bob)), E_OK);
    calls(c.p, c.alice, "bob", "Robert");
    stage_forward(c.p, A_WHILE);
    removes(c.p, "bob");
    leaves(c.bob);
    c.bob = joins(c.p, "bob");
    looks_up(c.p, c.alice, "bob");
    assert_true(contact_of(c.alice, "bob").changed);
    assert_int_equal(commands(c.p, c.alice, &accept), E_OK);
    stage_forward(c.p, CLOCK_HOUR_MS);
    on_alice = contact_of(c.alice, "bob");
    on_second = contact_of(c.second, "bob");
    assert_false(on_second.changed);
    assert_true(ID_SAME(on_alice.aid, on_second.aid));
    assert_false(on_second.verified);
    is_called(c.second, "bob", "Robert");
    says(c.bob, c.alice, "the new one");
    sees(c.second, c.bob, "the new one");
    play_end(c.p);
}

/* ---- reading */

static void what_is_read_on_one_device_is_read_on_all(void **state)
{
    struct pair c = pair_met();
    struct uploads u = {.by = c.alice};

    (void)state;
    assert_int_equal(unread(c.p, c.alice, "bob", 10), 0);
    for (int i = 0; i < 100; i++)
        says(c.bob, c.alice, "one of many");
    stage_forward(c.p, A_WHILE);
    assert_int_equal(unread(c.p, c.second, "bob", 0), 100);
    stage_tamper_up(c.p, count_uploads, &u);
    assert_int_equal(unread(c.p, c.alice, "bob", 99), 1);
    stage_forward(c.p, A_WHILE);
    stage_tamper_up(c.p, NULL, NULL);
    assert_int_equal(unread(c.p, c.second, "bob", 0), 1);
    assert_true(u.n <= 2);
    unread(c.p, c.second, "bob", 1);
    stage_forward(c.p, A_WHILE);
    assert_int_equal(unread(c.p, c.alice, "bob", 0), 0);
    assert_true(hold_the_same(c.alice, c.second));
    play_end(c.p);
}

/* It has seen nothing of what was before it. */
static void a_new_device_reads_nothing_for_the_others_that_it_does_not_have(void **state)
{
    struct pair c = {.p = play_begin()};

    (void)state;
    c.alice = joins(c.p, "alice");
    c.bob = joins(c.p, "bob");
    meet(c.alice, c.bob);
    says(c.bob, c.alice, "nobody read this");
    c.second = stage_second_device(c.alice, "second");
    says(c.bob, c.alice, "for both");
    stage_forward(c.p, CLOCK_DAY_MS);
    assert_int_equal(unread(c.p, c.second, "bob", 0), 1);
    assert_int_equal(unread(c.p, c.second, "bob", 1), 0);
    stage_forward(c.p, CLOCK_HOUR_MS);
    assert_int_equal(unread(c.p, c.second, "bob", 0), 0);
    assert_int_equal(unread(c.p, c.alice, "bob", 0), 3);
    assert_int_equal(unread(c.p, c.alice, "bob", 2), 1);
    stage_forward(c.p, CLOCK_HOUR_MS);
    assert_int_equal(unread(c.p, c.alice, "bob", 0), 0); /* the other one had read the third */
    play_end(c.p);
}

static void what_came_late_is_not_taken_for_read(void **state)
{
    struct pair c = pair_met();
    struct lie lie = {DELIVERIES, .to = c.alice, .tell = lose, .most = 1};

    (void)state;
    unread(c.p, c.alice, "bob", 10);
    stage_forward(c.p, A_WHILE);
    lie_begin(c.p, &lie);
    says(c.bob, c.alice, "lost for one");
    lie_end(c.p);
    says(c.bob, c.alice, "behind it");
    assert_int_equal(unread(c.p, c.alice, "bob", 1), 0);
    stage_forward(c.p, A_WHILE);
    assert_int_equal(unread(c.p, c.second, "bob", 0), 2); /* it cannot say so of the first */
    stage_forward(c.p, CLOCK_HOUR_MS);
    assert_int_equal(unread(c.p, c.alice, "bob", 0), 1);
    unread(c.p, c.alice, "bob", 1);
    stage_forward(c.p, A_WHILE);
    assert_int_equal(unread(c.p, c.second, "bob", 0), 0);
    play_end(c.p);
}

/* ---- drafts, blocking */

static void a_draft_is_gone_on_with_on_another_device(void **state)
{
    struct pair c = pair_met();
    static char most[SHARED_VALUE_MAX + 2];
    struct command draft = {.kind = COMMAND_DRAFT, .handle = BYTES_LITERAL("bob")};

    (void)state;
    drafts(c.p, c.alice, "bob", "What I wanted to sa");
    stage_forward(c.p, A_WHILE);
    has_draft(c.second, "bob", "What I wanted to sa");
    drafts(c.p, c.second, "bob", "");
    stage_forward(c.p, A_WHILE);
    has_draft(c.alice, "bob", "");
    memset(most, 'x', sizeof most - 1);
    draft.text = bytes_text(most);
    assert_int_equal(commands(c.p, c.alice, &draft), E_LIMIT);
    draft.text = BYTES_LITERAL("\xff");
    assert_int_equal(commands(c.p, c.alice, &draft), E_MALFORMED);
    play_end(c.p);
}

static void who_is_blocked_is_neither_shown_nor_told_of(void **state)
{
    struct pair c = pair_met();
    struct command block = {.kind = COMMAND_BLOCK, .handle = BYTES_LITERAL("bob"), .number = 1};

    (void)state;
    unread(c.p, c.alice, "bob", 10);
    assert_int_equal(commands(c.p, c.alice, &block), E_OK);
    stage_forward(c.p, A_WHILE);
    says(c.bob, c.alice, "can you hear me?");
    is(c.bob, "accepted");
    sees_nothing(c.alice);
    sees_nothing(c.second);
    assert_int_equal(unread(c.p, c.alice, "bob", 0), 0);
    assert_int_equal(unread(c.p, c.second, "bob", 0), 0);
    assert_int_equal(stage_copies(c.second, c.bob, "can you hear me?"), 1);
    block.number = 0;
    assert_int_equal(commands(c.p, c.second, &block), E_OK);
    stage_forward(c.p, A_WHILE);
    says(c.bob, c.alice, "and now?");
    sees(c.alice, c.bob, "and now?");
    sees(c.second, c.bob, "and now?");
    block.handle = BYTES_LITERAL("alice");
    assert_int_equal(commands(c.p, c.second, &block), E_DENIED);
    play_end(c.p);
}

const struct CMUnitTest devices_state[] = {
    cmocka_unit_test(a_name_given_on_one_device_stands_on_all),
    cmocka_unit_test(of_what_two_said_apart_the_later_stands),
    cmocka_unit_test(a_device_that_is_added_hears_of_what_was_said_before),
    cmocka_unit_test(devices_have_names),
    cmocka_unit_test(a_verification_holds_on_all_devices_and_falls_with_a_recovery),
    cmocka_unit_test(an_account_that_is_accepted_on_one_device_is_on_all),
    cmocka_unit_test(what_is_read_on_one_device_is_read_on_all),
    cmocka_unit_test(a_new_device_reads_nothing_for_the_others_that_it_does_not_have),
    cmocka_unit_test(what_came_late_is_not_taken_for_read),
    cmocka_unit_test(a_draft_is_gone_on_with_on_another_device),
    cmocka_unit_test(who_is_blocked_is_neither_shown_nor_told_of),
};
const size_t devices_state_n = sizeof devices_state / sizeof devices_state[0];
