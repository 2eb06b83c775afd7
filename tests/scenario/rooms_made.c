/* SPDX-License-Identifier: Apache-2.0 */
/* rooms_made: rooms and groups come to be, and people talk in them. */
#include <stdio.h>

#include "scenario/rooms.h"

#define TACET_HANDLES 8 /* bytes of one, with what is behind it */

static void a_room_is_made_and_its_people_talk(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *carol = joins(p, "carol");
    struct room_id id;
    size_t members;
    bool telling;

    (void)state;
    id = makes(p, alice, ABOUT_ROOM, "Harbour");
    assert_int_equal(standing(alice, &id), ROOMLOG_IN);
    assert_int_equal(adds(p, alice, &id, "bob carol"), E_OK);
    assert_true(alice->telling);
    assert_ok(engine_tells_room(stage_engine(alice), room_of(alice, &id).number, &telling));
    assert_false(telling);
    assert_int_equal(standing(bob, &id), ROOMLOG_IN);
    is_named(bob, &id, "Harbour");
    is_named(carol, &id, "Harbour");
    assert_int_equal(role_of(bob, &id, alice, &members), ROOM_MODERATOR);
    assert_int_equal(role_of(bob, &id, carol, &members), ROOM_MEMBER);
    assert_int_equal(members, 3);
    assert_int_equal(says_in(p, alice, &id, "Meet at the quay."), E_OK);
    is(alice, "accepted");
    sees(bob, alice, "Meet at the quay.");
    sees(carol, alice, "Meet at the quay.");
    assert_int_equal(says_in(p, carol, &id, "At nine?"), E_OK);
    sees(bob, carol, "At nine?");
    sees(alice, carol, "At nine?");
    assert_int_equal(says_in(p, bob, &id, "At nine."), E_OK);
    sees(alice, bob, "At nine.");
    sees(carol, bob, "At nine.");
    sees_nothing(alice);
    sees_nothing(bob);
    sees_nothing(carol);
    assert_int_equal(rows(bob, &id, DIARY_ADDED), 1);
    assert_int_equal(rows(alice, &id, DIARY_CREATED), 1);
    assert_int_equal(rows(alice, &id, DIARY_ADDED), 2);
    assert_false(server_holds(p, "Harbour"));
    play_end(p);
}

static void a_group_has_no_moderators_and_anybody_adds(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *carol = joins(p, "carol");
    struct room_id id = makes(p, alice, ABOUT_GROUP, "Lunch");
    size_t members;

    (void)state;
    assert_int_equal(adds(p, alice, &id, "bob"), E_OK);
    assert_int_equal(adds(p, bob, &id, "carol"), E_OK);
    assert_int_equal(role_of(carol, &id, bob, &members), ROOM_MODERATOR);
    assert_int_equal(members, 3);
    assert_int_equal(changes(p, carol, &id, COMMAND_ROOM_REMOVE, "alice"), E_DENIED);
    assert_int_equal(changes(p, carol, &id, COMMAND_ROOM_NAME, "Dinner"), E_OK);
    is_named(alice, &id, "Dinner");
    is_named(bob, &id, "Dinner");
    assert_int_equal(says_in(p, carol, &id, "Soup?"), E_OK);
    sees(alice, carol, "Soup?");
    sees(bob, carol, "Soup?");
    assert_int_equal(changes(p, alice, &id, COMMAND_ROOM_LEAVE, ""), E_OK);
    assert_int_equal(standing(alice, &id), ROOMLOG_OUT);
    assert_int_equal(says_in(p, alice, &id, "Wait."), E_REMOVED);
    assert_int_equal(says_in(p, bob, &id, "Yes."), E_OK);
    sees(carol, bob, "Yes.");
    sees_nothing(alice);
    assert_int_equal(rows(carol, &id, DIARY_LEFT), 1);
    play_end(p);
}

static void a_room_made_without_the_server_waits_for_it(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct room_id id;

    (void)state;
    server_dies(p);
    id = makes(p, alice, ABOUT_ROOM, "Later");
    assert_int_equal(adds(p, alice, &id, "bob"), E_OK);
    assert_int_equal(says_in(p, alice, &id, "You read this later."), E_OK);
    assert_int_equal(standing(alice, &id), ROOMLOG_MAKING);
    leaves(alice);
    server_comes_back(p);
    returns(alice);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    is(alice, "accepted");
    is_named(bob, &id, "Later");
    play_end(p);
}

static void who_is_away_learns_of_the_room_when_they_come_back(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *carol = joins(p, "carol");
    struct room_id id = makes(p, alice, ABOUT_ROOM, "Harbour");

    (void)state;
    leaves(carol);
    assert_int_equal(adds(p, alice, &id, "bob carol"), E_OK);
    assert_int_equal(says_in(p, alice, &id, "One."), E_OK);
    assert_int_equal(says_in(p, bob, &id, "Two."), E_OK);
    returns(carol);
    sees(carol, alice, "One.");
    sees(carol, bob, "Two.");
    is_named(carol, &id, "Harbour");
    play_end(p);
}

static void what_i_write_in_a_room_stands_on_my_other_device(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct person *second = stage_device_by_hand(alice, "laptop");
    struct room_id id = makes(p, alice, ABOUT_ROOM, "Harbour");

    (void)state;
    assert_int_equal(adds(p, alice, &id, "bob"), E_OK);
    assert_int_equal(says_in(p, alice, &id, "From my phone."), E_OK);
    sees(bob, alice, "From my phone.");
    assert_int_equal(standing(second, &id), ROOMLOG_IN);
    is_named(second, &id, "Harbour");
    sees_own(second, alice, "From my phone.");
    assert_int_equal(says_in(p, second, &id, "From my laptop."), E_OK);
    sees(bob, second, "From my laptop.");
    play_end(p);
}

static void a_device_that_is_added_later_learns_the_rooms_of_its_account(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *second;
    struct room_id id = makes(p, alice, ABOUT_ROOM, "Harbour");

    (void)state;
    assert_int_equal(adds(p, alice, &id, "bob"), E_OK);
    assert_int_equal(says_in(p, bob, &id, "Before the laptop."), E_OK);
    second = stage_device_by_hand(alice, "laptop");
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    assert_int_equal(standing(second, &id), ROOMLOG_IN);
    is_named(second, &id, "Harbour");
    assert_int_equal(says_in(p, bob, &id, "After it."), E_OK);
    sees(second, bob, "After it.");
    sees_nothing(second);
    play_end(p);
}

static bool count_key_questions(void *ctx, struct person *who, struct buf *frame)
{
    unsigned *n = ctx;
    struct arena a = ARENA(16 * LIMIT_FRAME);
    struct frame f;

    (void)who;
    assert_ok(frame_parse(buf_view(frame), &a, &f));
    *n += f.op == OP_KEM_KEYS;
    arena_free(&a);
    return true;
}

/* One upload opens 50 channels: the rest is opened before.  [PROTOCOL 5.1]  So many keys are asked
 * for at once, too, whosever they are. */
static void more_strangers_than_one_upload_reaches_are_greeted_first(void **state)
{
    enum { STRANGERS = 60 };
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *other[STRANGERS];
    struct buf all = BUF(STRANGERS * TACET_HANDLES);
    struct room_id id;
    char handle[TACET_HANDLES];
    unsigned questions = 0;
    size_t members;

    (void)state;
    stage_tamper_up(p, count_key_questions, &questions);
    for (unsigned i = 0; i < STRANGERS; i++) {
        snprintf(handle, sizeof handle, "p%u", i);
        buf_text(&all, i > 0 ? " " : "");
        buf_text(&all, handle);
        other[i] = joins(p, handle);
        leaves(other[i]);
    }
    buf_u8(&all, 0);
    id = makes(p, alice, ABOUT_GROUP, "All of us");
    assert_int_equal(adds(p, alice, &id, (const char *)all.at), E_OK);
    assert_int_equal(says_in(p, alice, &id, "Hello, everybody."), E_OK);
    stage_forward(p, 5 * CLOCK_MINUTE_MS);
    is(alice, "accepted");
    role_of(alice, &id, alice, &members);
    assert_int_equal(members, STRANGERS + 1);
    assert_in_range(questions, 2, 4);
    returns(other[STRANGERS - 1]);
    stage_forward(p, 5 * CLOCK_MINUTE_MS);
    sees(other[STRANGERS - 1], alice, "Hello, everybody.");
    is_named(other[STRANGERS - 1], &id, "All of us");
    buf_free(&all);
    play_end(p);
}

const struct CMUnitTest rooms_made[] = {
    cmocka_unit_test(a_room_is_made_and_its_people_talk),
    cmocka_unit_test(a_group_has_no_moderators_and_anybody_adds),
    cmocka_unit_test(a_room_made_without_the_server_waits_for_it),
    cmocka_unit_test(who_is_away_learns_of_the_room_when_they_come_back),
    cmocka_unit_test(a_device_that_is_added_later_learns_the_rooms_of_its_account),
    cmocka_unit_test(more_strangers_than_one_upload_reaches_are_greeted_first),
    cmocka_unit_test(what_i_write_in_a_room_stands_on_my_other_device),
};
const size_t rooms_made_n = sizeof rooms_made / sizeof rooms_made[0];
