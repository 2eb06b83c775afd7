/* SPDX-License-Identifier: Apache-2.0 */
/* history_given: a device that was added gets what was said before, when people at both devices
 * want it.  [PROTOCOL 15.5] */
#include "scenario/histories.h"
#include "scenario/stage_internal.h"

static const struct device_entry *entry_of(struct person *in, struct person *of)
{
    const struct own *own = engine_own(stage_engine(in));

    return device_list_find_device(&own->list, &engine_own(stage_engine(of))->me.who.did);
}

static void a_device_is_given_what_was_said_before_it_was_there(void **state)
{
    struct pair c = pair_met();
    struct history_news h;

    (void)state;
    assert_int_equal(stage_copies(c.second, c.bob, "I am."), 0);
    assert_int_equal(stage_give(c.alice, c.second), E_OK);
    assert_int_equal(stage_told_of_history(c.second, &h), 1);
    assert_int_equal(h.phase, HISTORY_OFFERED);
    assert_false(h.giving);
    assert_int_equal(h.of, 5);
    assert_int_equal(stage_copies(c.second, c.bob, "I am."), 0);
    assert_int_equal(stage_take(c.second, c.alice), E_OK);
    has_all(&c);
    assert_int_equal(count_kept(c.second), 5);
    all_is_well(&c);
    play_end(c.p);
}

static void it_may_be_agreed_to_before_it_is_offered(void **state)
{
    struct pair c = pair_met();

    (void)state;
    assert_int_equal(stage_take(c.second, c.alice), E_OK);
    assert_int_equal(stage_give(c.alice, c.second), E_OK);
    has_all(&c);
    play_end(c.p);
}

static void who_agreed_a_day_before_is_asked_again(void **state)
{
    struct pair c = pair_met();
    struct history_news h;

    (void)state;
    assert_int_equal(stage_take(c.second, c.alice), E_OK);
    stage_forward(c.p, CLOCK_DAY_MS + CLOCK_HOUR_MS);
    assert_int_equal(stage_give(c.alice, c.second), E_OK);
    assert_int_equal(stage_told_of_history(c.second, &h), 1);
    assert_int_equal(h.phase, HISTORY_OFFERED);
    assert_int_equal(stage_has_history(c.second), E_AGAIN);
    assert_int_equal(stage_take(c.second, c.alice), E_OK);
    has_all(&c);
    play_end(c.p);
}

static void what_was_before_stands_before_what_came_since(void **state)
{
    struct pair c = pair_met();
    struct arena a = ARENA(1 << 20);
    struct message first, then, since;

    (void)state;
    gives(&c);
    has_all(&c);
    first = kept(c.second, c.bob, "Are you there?", &a);
    then = kept(c.second, c.bob, "I am.", &a);
    since = kept(c.second, c.bob, "on the first", &a);
    assert_true(first.place < then.place && then.place < since.place);
    assert_int_equal(first.notes, MESSAGE_HISTORY | MESSAGE_ELSEWHERE);
    assert_true(first.mine && first.state == DELIVERY_ACCEPTED);
    assert_int_equal(then.notes, MESSAGE_HISTORY);
    assert_int_equal(since.notes & MESSAGE_HISTORY, 0);
    arena_free(&a);
    play_end(c.p);
}

/* The account's list says so, to the account and to who writes to it. */
static void that_it_was_given_stands_in_the_list(void **state)
{
    struct pair c = pair_met();
    struct vault *v = engine_vault(stage_engine(c.bob));
    struct device_list list;
    struct contact alice;
    struct event told;

    (void)state;
    stage_told_of_devices(c.bob, &told);
    c.alice->listed = (struct event){.kind = 0};
    assert_int_equal(entry_of(c.alice, c.second)->capabilities, 0);
    assert_int_equal(stage_give(c.alice, c.second), E_OK);
    assert_int_equal(entry_of(c.alice, c.second)->capabilities, 0);
    assert_int_equal(stage_take(c.second, c.alice), E_OK);
    has_all(&c);
    assert_int_equal(stage_told_of_list(c.alice), E_AGAIN); /* nobody asked for one */
    assert_int_equal(entry_of(c.alice, c.second)->capabilities, DEVICE_GIVEN_HISTORY);
    assert_int_equal(entry_of(c.second, c.second)->capabilities, DEVICE_GIVEN_HISTORY);
    assert_int_equal(entry_of(c.second, c.alice)->capabilities, 0);
    says(c.alice, c.bob, "by the new list");
    sees(c.bob, c.alice, "by the new list");
    assert_int_equal(stage_told_of_devices(c.bob, &told), 1);
    assert_int_equal(told.given, 1);
    assert_int_equal(told.added + told.removed, 0);
    assert_ok(people_by_handle(v, bytes_text("alice"), &alice));
    assert_ok(people_newest_list(v, engine_own(stage_engine(c.bob)), &alice.aid, &list));
    assert_int_equal(device_list_find_device(&list, &engine_own(stage_engine(c.second))->me.who.did)
                         ->capabilities,
                     DEVICE_GIVEN_HISTORY);
    play_end(c.p);
}

static void whom_it_was_said_with_comes_along(void **state)
{
    struct pair c = pair_added();

    (void)state;
    gives(&c);
    has_all(&c);
    says(c.second, c.bob, "from the new one");
    sees(c.bob, c.alice, "from the new one");
    sees_own(c.alice, c.bob, "from the new one");
    all_is_well(&c);
    play_end(c.p);
}

static void long_messages_come_in_many_pieces(void **state)
{
    struct pair c = pair_with_much(9, LIMIT_TEXT);
    struct history_news h;

    (void)state;
    gives(&c);
    has_all(&c);
    assert_true(stage_told_of_history(c.second, &h) >= 10);
    assert_int_equal(h.done, 11);
    assert_int_equal(h.of, 11);
    assert_int_equal(count_kept(c.second), 11);
    assert_int_equal(count_kept(c.alice), 11);
    play_end(c.p);
}

static void asked_twice_it_gives_nothing_twice(void **state)
{
    struct pair c = pair_met();

    (void)state;
    assert_int_equal(stage_give(c.alice, c.second), E_OK);
    assert_int_equal(stage_give(c.alice, c.second), E_OK);
    assert_int_equal(stage_take(c.second, c.alice), E_OK);
    has_all(&c);
    gives(&c);
    has_all(&c);
    assert_int_equal(count_kept(c.second), 5);
    gives(&(struct pair){c.p, c.second, c.alice, c.bob});
    assert_int_equal(stage_has_history(c.alice), E_OK);
    assert_int_equal(count_kept(c.alice), 5);
    all_is_well(&c);
    play_end(c.p);
}

static void what_is_over_stays_behind(void **state)
{
    struct pair c = pair_added();

    (void)state;
    stage_forward(c.p, 29 * CLOCK_DAY_MS);
    says(c.bob, c.alice, "in time");
    sees(c.alice, c.bob, "in time");
    stage_forward(c.p, 2 * CLOCK_DAY_MS);
    gives(&c);
    assert_int_equal(stage_has_history(c.second), E_OK);
    assert_int_equal(stage_copies(c.alice, c.bob, "I am."), 0);
    assert_int_equal(stage_copies(c.second, c.bob, "I am."), 0);
    assert_int_equal(stage_copies(c.second, c.bob, "in time"), 1);
    play_end(c.p);
}

static void what_was_read_is_read_and_what_was_not_is_not(void **state)
{
    struct pair c = pair_added();
    struct vault *v = engine_vault(stage_engine(c.alice));
    struct arena a = ARENA(1 << 20);
    struct message m;

    (void)state;
    says(c.bob, c.alice, "not read");
    sees(c.alice, c.bob, "not read");
    m = kept(c.alice, c.bob, "I am.", &a);
    assert_ok(vault_begin(v));
    assert_ok(vault_end(v, messages_mark_read(v, &m)));
    gives(&c);
    has_all(&c);
    assert_true(kept(c.second, c.bob, "I am.", &a).read);
    assert_false(kept(c.second, c.bob, "not read", &a).read);
    assert_ok(messages_next_unread(engine_vault(stage_engine(c.second)), 0, &a, &m));
    assert_true(bytes_same(m.text, bytes_text("not read")));
    arena_free(&a);
    play_end(c.p);
}

/* Also by way of another device, and where both have been. */
static void who_wrote_it_is_proved_by_their_own_signature(void **state)
{
    struct pair c = pair_added();
    struct person *third;
    struct arena a = ARENA(1 << 20);
    struct message first, last;

    (void)state;
    gives(&c);
    has_all(&c);
    third = stage_second_device(c.second, "third");
    leaves(c.alice);
    leaves(c.second);
    returns(c.second);
    gives(&(struct pair){c.p, c.second, third, c.bob});
    assert_int_equal(stage_has_history(third), E_OK);
    returns(c.alice);
    for (size_t i = 0; i < 2; i++) {
        const char *text = i == 0 ? "I am." : "Are you there?";

        first = kept(c.alice, c.bob, text, &a);
        last = kept(third, c.bob, text, &a);
        assert_int_equal(first.proof.n, PROOF_SIZE);
        assert_true(bytes_same(first.proof, last.proof));
        assert_int_equal(last.notes & MESSAGE_UNPROVED, 0);
    }
    arena_free(&a);
    play_end(c.p);
}

static void what_has_no_signature_any_more_says_so(void **state)
{
    struct pair c = pair_added();
    struct vault *v = engine_vault(stage_engine(c.alice));
    struct arena a = ARENA(1 << 20);
    struct message m = kept(c.alice, c.bob, "I am.", &a);

    (void)state;
    m.proof = (struct bytes){NULL, 0};
    assert_ok(vault_begin(v));
    assert_ok(vault_end(v, messages_update(v, &m)));
    gives(&c);
    has_all(&c);
    assert_int_equal(kept(c.second, c.bob, "I am.", &a).notes, MESSAGE_HISTORY | MESSAGE_UNPROVED);
    assert_int_equal(kept(c.second, c.bob, "Are you there?", &a).notes,
                     MESSAGE_HISTORY | MESSAGE_ELSEWHERE);
    arena_free(&a);
    play_end(c.p);
}

/* Bob's words before the second device was there are missing in none of its streams afterwards. */
static void what_came_so_is_not_asked_for(void **state)
{
    struct pair c = pair_added();
    struct uploads sent = {c.second, 0};

    (void)state;
    gives(&c);
    has_all(&c);
    says(c.bob, c.alice, "and on");
    sees(c.alice, c.bob, "and on");
    sees(c.second, c.bob, "and on");
    stage_tamper_up(c.p, count_uploads, &sent);
    stage_forward(c.p, 3 * CLOCK_DAY_MS);
    stage_tamper_up(c.p, NULL, NULL);
    all_is_well(&c);
    assert_int_equal(stage_copies(c.second, c.bob, "I am."), 1);
    play_end(c.p);
}

const struct CMUnitTest history_given[] = {
    cmocka_unit_test(a_device_is_given_what_was_said_before_it_was_there),
    cmocka_unit_test(it_may_be_agreed_to_before_it_is_offered),
    cmocka_unit_test(who_agreed_a_day_before_is_asked_again),
    cmocka_unit_test(what_was_before_stands_before_what_came_since),
    cmocka_unit_test(that_it_was_given_stands_in_the_list),
    cmocka_unit_test(whom_it_was_said_with_comes_along),
    cmocka_unit_test(long_messages_come_in_many_pieces),
    cmocka_unit_test(asked_twice_it_gives_nothing_twice),
    cmocka_unit_test(what_is_over_stays_behind),
    cmocka_unit_test(what_was_read_is_read_and_what_was_not_is_not),
    cmocka_unit_test(who_wrote_it_is_proved_by_their_own_signature),
    cmocka_unit_test(what_has_no_signature_any_more_says_so),
    cmocka_unit_test(what_came_so_is_not_asked_for),
};
const size_t history_given_n = sizeof history_given / sizeof history_given[0];
