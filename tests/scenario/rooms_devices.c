/* SPDX-License-Identifier: Apache-2.0 */
/* rooms_devices: people in a room, one of whom has another device. */
#include "scenario/backup.h"
#include "scenario/rooms.h"

/* How many messages with this text does `who` keep in the room? */
static unsigned copies(struct person *who, const struct room_id *id, const char *text)
{
    struct vault *v = engine_vault(stage_engine(who));
    struct arena a = ARENA(1 << 22);
    struct room r = room_of(who, id);
    struct message m = {.place = 0};
    unsigned n = 0;

    while (messages_next(v, r.number, m.place, &a, &m).code == E_OK)
        n += (m.notes & MESSAGE_ROOM) == 0 && bytes_same(m.text, bytes_text(text));
    arena_free(&a);
    return n;
}

static void a_room_goes_on_when_lists_of_its_people_were_forgotten(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *second;
    struct room_id id = makes(p, alice, ABOUT_GROUP, "Crew");
    struct snapshot copy = {NULL, 0};

    (void)state;
    assert_int_equal(adds(p, alice, &id, "bob"), E_OK);
    assert_int_equal(says_in(p, alice, &id, "before"), E_OK);
    sees(bob, alice, "before");
    is_copied(p, &copy);
    second = stage_second_device(alice, "second");
    assert_int_equal(says_in(p, second, &id, "on the second"), E_OK);
    sees(bob, alice, "on the second");
    stage_forward(p, CLOCK_HOUR_MS);
    is_put_back(p, &copy);
    stage_forward(p, 15 * CLOCK_MINUTE_MS);
    assert_int_equal(says_in(p, bob, &id, "to both"), E_OK);
    stage_forward(p, CLOCK_MINUTE_MS);
    assert_int_equal(copies(alice, &id, "to both"), 1);
    assert_int_equal(copies(second, &id, "to both"), 1);
    assert_int_equal(says_in(p, second, &id, "from the second"), E_OK);
    stage_forward(p, CLOCK_MINUTE_MS);
    assert_int_equal(copies(bob, &id, "from the second"), 1);
    assert_int_equal(copies(alice, &id, "from the second"), 1);
    play_end(p);
}

/* The device that signed the room's first states went before the one that is to check them came. */
static void a_room_is_known_to_a_device_that_never_met_who_made_it(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *second, *third;
    struct room_id id = makes(p, alice, ABOUT_ROOM, "Harbour");

    (void)state;
    assert_int_equal(adds(p, alice, &id, "bob"), E_OK);
    second = stage_second_device(alice, "second");
    leaves(alice);
    assert_int_equal(stage_revoke(second, alice), E_OK);
    assert_int_equal(stage_told_of_list(second), E_OK);
    stage_forward(p, CLOCK_MINUTE_MS);
    third = stage_device_by_hand(second, "third");
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    assert_int_equal(standing(third, &id), ROOMLOG_IN);
    assert_int_equal(says_in(p, third, &id, "from the third"), E_OK);
    stage_forward(p, CLOCK_MINUTE_MS);
    assert_int_equal(copies(bob, &id, "from the third"), 1);
    assert_int_equal(says_in(p, bob, &id, "to both"), E_OK);
    assert_int_equal(copies(second, &id, "to both"), 1);
    assert_int_equal(copies(third, &id, "to both"), 1);
    play_end(p);
}

/* The clock of who removes it is behind that of the server, which committed what it signed: who
 * comes in later, and knows the newest lists alone, follows all the same. */
static void what_a_device_changed_stays_when_a_clock_that_is_behind_removes_it(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *second;
    struct room_id id = makes(p, alice, ABOUT_ROOM, "Harbour");

    (void)state;
    second = stage_second_device(alice, "second");
    stage_forward(p, 55 * CLOCK_MINUTE_MS);
    assert_int_equal(changes(p, alice, &id, COMMAND_ROOM_POSTING, "moderators"), E_OK);
    leaves(alice);
    stage_skew(second, -50 * (int64_t)CLOCK_MINUTE_MS);
    assert_int_equal(stage_revoke(second, alice), E_OK);
    assert_int_equal(stage_told_of_list(second), E_OK);
    assert_int_equal(adds(p, second, &id, "bob"), E_OK);
    stage_forward(p, 2 * CLOCK_MINUTE_MS);
    assert_int_equal(says_in(p, second, &id, "welcome"), E_OK);
    stage_forward(p, CLOCK_MINUTE_MS);
    assert_int_equal(standing(bob, &id), ROOMLOG_IN);
    assert_int_equal(copies(bob, &id, "welcome"), 1);
    play_end(p);
}

static void history_is_given_of_pairs_and_not_of_rooms(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *second;
    struct room_id id = makes(p, alice, ABOUT_ROOM, "Harbour");

    (void)state;
    meet(alice, bob);
    assert_int_equal(adds(p, alice, &id, "bob"), E_OK);
    assert_int_equal(says_in(p, bob, &id, "before"), E_OK);
    second = stage_second_device(alice, "second");
    stage_forward(p, CLOCK_MINUTE_MS);
    assert_int_equal(stage_give(alice, second), E_OK);
    assert_int_equal(stage_take(second, alice), E_OK);
    stage_forward(p, CLOCK_MINUTE_MS);
    assert_int_equal(stage_has_history(second), E_OK);
    assert_int_equal(stage_copies(second, bob, "I am."), 1);
    assert_int_equal(copies(second, &id, "before"), 0);
    assert_int_equal(says_in(p, bob, &id, "since"), E_OK);
    assert_int_equal(copies(second, &id, "since"), 1);
    play_end(p);
}

const struct CMUnitTest rooms_devices[] = {
    cmocka_unit_test(a_room_is_known_to_a_device_that_never_met_who_made_it),
    cmocka_unit_test(what_a_device_changed_stays_when_a_clock_that_is_behind_removes_it),
    cmocka_unit_test(history_is_given_of_pairs_and_not_of_rooms),
    cmocka_unit_test(a_room_goes_on_when_lists_of_its_people_were_forgotten),
};
const size_t rooms_devices_n = sizeof rooms_devices / sizeof rooms_devices[0];
