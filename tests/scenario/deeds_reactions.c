/* SPDX-License-Identifier: Apache-2.0 */
/* deeds_reactions: people react to messages, and all devices show the same.  [PROTOCOL 6.10] */
#include "scenario/deeds.h"

/* Alice with two devices and bob; the last thing that was said is "to both". */
struct met {
    struct pair c;
    uint64_t alice, second, bob; /* the conversation, as each keeps it */
};

static struct met met(void)
{
    struct met m = {.c = pair_met()};

    m.alice = pair_with(m.c.alice, m.c.bob);
    m.second = pair_with(m.c.second, m.c.bob);
    m.bob = pair_with(m.c.bob, m.c.alice);
    return m;
}

static void all_show(const struct met *m, const char *what, const char *reactions)
{
    shows(m->c.alice, m->alice, what, reactions);
    shows(m->c.second, m->second, what, reactions);
    shows(m->c.bob, m->bob, what, reactions);
}

static void a_reaction_shows_at_its_message_and_is_none(void **state)
{
    struct met m = met();

    (void)state;
    reacts(m.c.p, m.c.bob, m.bob, "on the first", "+");
    is(m.c.bob, "accepted");
    all_show(&m, "on the first", "+1");
    assert_int_equal(m.c.alice->deeds, 1);
    assert_int_equal(m.c.second->deeds, 1);
    reacts(m.c.p, m.c.second, m.second, "on the first", "+");
    reacts(m.c.p, m.c.second, m.second, "on the first", "-");
    all_show(&m, "on the first", "+2 -1");
    takes_back(m.c.p, m.c.bob, m.bob, "on the first", "+");
    all_show(&m, "on the first", "+1 -1");
    takes_back(m.c.p, m.c.alice, m.alice, "on the first", "+");
    all_show(&m, "on the first", "-1");
    all_show(&m, "to both", "");
    all_is_well(&m.c);
    play_end(m.c.p);
}

static void what_is_so_already_is_not_said_again(void **state)
{
    struct met m = met();

    (void)state;
    assert_int_equal(reacts_or_not(m.c.p, m.c.bob, m.bob, "to both", "+", false), E_STALE);
    reacts(m.c.p, m.c.alice, m.alice, "to both", "+");
    assert_int_equal(reacts_or_not(m.c.p, m.c.alice, m.alice, "to both", "+", true), E_STALE);
    assert_int_equal(reacts_or_not(m.c.p, m.c.second, m.second, "to both", "+", true), E_STALE);
    assert_int_equal(reacts_or_not(m.c.p, m.c.bob, m.bob, "to both", "", true), E_MALFORMED);
    assert_int_equal(reacts_or_not(m.c.p, m.c.bob, m.bob, "to both", "a b", true), E_MALFORMED);
    assert_int_equal(
        reacts_or_not(m.c.p, m.c.bob, m.bob, "to both", "123456789012345678901234567890123", true),
        E_LIMIT);
    all_show(&m, "to both", "+1");
    play_end(m.c.p);
}

/* Each of alice's devices says something while it does not hear the other. */
static void two_devices_that_contradict_each_other_agree(void **state)
{
    struct met m = met();

    (void)state;
    stage_cut_off(m.c.alice, true);
    stage_cut_off(m.c.second, true);
    reacts(m.c.p, m.c.alice, m.alice, "to both", "+");
    reacts(m.c.p, m.c.second, m.second, "to both", "+");
    stage_forward(m.c.p, CLOCK_MINUTE_MS);
    takes_back(m.c.p, m.c.alice, m.alice, "to both", "+"); /* later than all of it */
    shows(m.c.alice, m.alice, "to both", "");
    shows(m.c.second, m.second, "to both", "+1");
    stage_cut_off(m.c.alice, false);
    stage_forward(m.c.p, 10 * CLOCK_MINUTE_MS);
    stage_cut_off(m.c.second, false);
    stage_forward(m.c.p, 10 * CLOCK_MINUTE_MS);
    all_show(&m, "to both", "");
    all_is_well(&m.c);
    play_end(m.c.p);
}

/* By its clock the second word comes before the first. */
static void a_clock_that_goes_back_changes_nothing(void **state)
{
    struct met m = met();

    (void)state;
    reacts(m.c.p, m.c.alice, m.alice, "to both", "+");
    stage_skew(m.c.alice, -30 * (int64_t)CLOCK_MINUTE_MS);
    stage_skew(m.c.second, -30 * (int64_t)CLOCK_MINUTE_MS);
    takes_back(m.c.p, m.c.second, m.second, "to both", "+");
    all_show(&m, "to both", "");
    reacts(m.c.p, m.c.alice, m.alice, "to both", "+");
    all_show(&m, "to both", "+1");
    play_end(m.c.p);
}

static void a_device_that_is_added_is_given_reactions_too(void **state)
{
    struct pair c = pair_added();

    (void)state;
    reacts(c.p, c.bob, pair_with(c.bob, c.alice), "Are you there?", "+");
    reacts(c.p, c.alice, pair_with(c.alice, c.bob), "I am.", "-");
    gives(&c);
    has_all(&c);
    shows(c.second, pair_with(c.second, c.bob), "Are you there?", "+1");
    shows(c.second, pair_with(c.second, c.bob), "I am.", "-1");
    sees_nothing(c.second);
    play_end(c.p);
}

static void of_somebody_who_is_blocked_nothing_shows(void **state)
{
    struct met m = met();
    struct command block = {.kind = COMMAND_BLOCK, .handle = bytes_text("bob"), .number = 1};

    (void)state;
    reacts(m.c.p, m.c.bob, m.bob, "on the first", "+");
    reacts(m.c.p, m.c.alice, m.alice, "on the first", "+");
    assert_int_equal(commands(m.c.p, m.c.alice, &block), E_OK);
    stage_forward(m.c.p, A_WHILE);
    reacts(m.c.p, m.c.bob, m.bob, "to both", "-");
    shows(m.c.alice, m.alice, "on the first", "+1");
    shows(m.c.second, m.second, "on the first", "+1");
    shows(m.c.second, m.second, "to both", "");
    assert_int_equal(m.c.alice->deeds, 1);
    block.number = 0;
    assert_int_equal(commands(m.c.p, m.c.second, &block), E_OK);
    stage_forward(m.c.p, A_WHILE);
    all_show(&m, "on the first", "+2");
    all_show(&m, "to both", "-1");
    play_end(m.c.p);
}

static void people_react_in_rooms(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *carol = joins(p, "carol");
    struct room_id id = makes(p, alice, ABOUT_ROOM, "Harbour");
    struct person *all[] = {alice, bob, carol};

    (void)state;
    assert_int_equal(adds(p, alice, &id, "bob carol"), E_OK);
    assert_int_equal(says_in(p, alice, &id, "At nine?"), E_OK);
    leaves(carol);
    reacts(p, bob, room_of(bob, &id).number, "At nine?", "+");
    reacts(p, alice, room_of(alice, &id).number, "At nine?", "+");
    returns(carol);
    reacts(p, carol, room_of(carol, &id).number, "At nine?", "?");
    for (size_t i = 0; i < 3; i++)
        shows(all[i], room_of(all[i], &id).number, "At nine?", "+2 ?1");
    play_end(p);
}

static void one_that_never_left_does_not_stand(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    uint64_t with = (meet(alice, bob), pair_with(alice, bob));
    struct vault *v = engine_vault(stage_engine(alice));
    struct arena a = ARENA(1 << 20);
    struct message last;

    (void)state;
    server_dies(p);
    reacts(p, alice, with, "I am.", "+");
    shows(alice, with, "I am.", "+1");
    assert_ok(messages_last(v, with, UINT64_MAX, &a, &last));
    assert_true(deeds_is_quiet(&last));
    server_comes_back(p);
    removes(p, "bob");
    stage_forward(p, 2 * CLOCK_HOUR_MS);
    is(alice, "failed");
    shows(alice, with, "I am.", "");
    assert_ok(messages_get(v, with, last.place, &a, &last));
    assert_false(deeds_is_quiet(&last)); /* it is shown that it was not sent */
    arena_free(&a);
    play_end(p);
}

const struct CMUnitTest deeds_reactions[] = {
    cmocka_unit_test(a_reaction_shows_at_its_message_and_is_none),
    cmocka_unit_test(what_is_so_already_is_not_said_again),
    cmocka_unit_test(two_devices_that_contradict_each_other_agree),
    cmocka_unit_test(a_clock_that_goes_back_changes_nothing),
    cmocka_unit_test(a_device_that_is_added_is_given_reactions_too),
    cmocka_unit_test(of_somebody_who_is_blocked_nothing_shows),
    cmocka_unit_test(people_react_in_rooms),
    cmocka_unit_test(one_that_never_left_does_not_stand),
};
const size_t deeds_reactions_n = sizeof deeds_reactions / sizeof deeds_reactions[0];
