/* SPDX-License-Identifier: Apache-2.0 */
/* rooms_changed: people come and go, get and lose the moderator's right, and disagree. */
#include "scenario/rooms.h"

/* A room of alice, its moderator, with bob and carol. */
struct harbour {
    struct play *p;
    struct person *alice, *bob, *carol;
    struct room_id id;
};

static struct harbour begin(void)
{
    struct harbour h = {.p = play_begin()};

    h.alice = joins(h.p, "alice");
    h.bob = joins(h.p, "bob");
    h.carol = joins(h.p, "carol");
    h.id = makes(h.p, h.alice, ABOUT_ROOM, "Harbour");
    assert_int_equal(adds(h.p, h.alice, &h.id, "bob carol"), E_OK);
    return h;
}

static void who_was_put_out_reads_nothing_after_and_sees_by_whom(void **state)
{
    struct harbour h = begin();
    size_t members;

    (void)state;
    assert_int_equal(says_in(h.p, h.alice, &h.id, "Before."), E_OK);
    sees(h.bob, h.alice, "Before.");
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_REMOVE, "bob"), E_OK);
    assert_int_equal(h.alice->wished.kind, EVENT_ROOM_CHANGE);
    assert_int_equal(h.alice->wished.code, E_OK);
    assert_int_equal(says_in(h.p, h.carol, &h.id, "After."), E_OK);
    sees(h.carol, h.alice, "Before.");
    sees(h.alice, h.carol, "After.");
    sees_nothing(h.bob);
    assert_int_equal(role_of(h.carol, &h.id, h.bob, &members), 0);
    assert_int_equal(rows(h.carol, &h.id, DIARY_REMOVED), 1);
    /* He writes, not knowing: the states say what happened. */
    assert_int_equal(says_in(h.p, h.bob, &h.id, "Hello?"), E_OK);
    stage_forward(h.p, 2 * CLOCK_MINUTE_MS);
    is(h.bob, "failed");
    failed_with(h.bob, E_REMOVED);
    assert_int_equal(standing(h.bob, &h.id), ROOMLOG_OUT);
    assert_int_equal(rows(h.bob, &h.id, DIARY_REMOVED), 1);
    play_end(h.p);
}

static void who_comes_in_reads_nothing_from_before(void **state)
{
    struct harbour h = begin();
    struct person *dave = joins(h.p, "dave");

    (void)state;
    assert_int_equal(says_in(h.p, h.alice, &h.id, "Among us three."), E_OK);
    assert_int_equal(adds(h.p, h.alice, &h.id, "dave"), E_OK);
    assert_int_equal(says_in(h.p, h.bob, &h.id, "Welcome."), E_OK);
    sees(dave, h.bob, "Welcome.");
    sees_nothing(dave);
    assert_int_equal(rows(dave, &h.id, DIARY_ADDED), 1);
    is_named(dave, &h.id, "Harbour");
    play_end(h.p);
}

/* What was said before is asked for, as it may have been lost, and nobody is told that it is over.
 */
static void who_comes_in_late_is_told_of_nothing_that_is_over(void **state)
{
    struct harbour h = begin();
    struct person *dave = joins(h.p, "dave");

    (void)state;
    assert_int_equal(says_in(h.p, h.bob, &h.id, "One."), E_OK);
    assert_int_equal(says_in(h.p, h.bob, &h.id, "Two."), E_OK);
    assert_int_equal(adds(h.p, h.alice, &h.id, "dave"), E_OK);
    assert_int_equal(says_in(h.p, h.bob, &h.id, "Three."), E_OK);
    stage_forward(h.p, CLOCK_HOUR_MS);
    sees(dave, h.bob, "Three.");
    sees_nothing(dave);
    assert_false(stage_heard(dave, PROBLEM_OVER));
    play_end(h.p);
}

static uint32_t notes_of(struct person *who, const struct room_id *id, const char *text)
{
    struct vault *v = engine_vault(stage_engine(who));
    struct arena a = ARENA(1 << 22);
    struct room r = room_of(who, id);
    struct message m = {.place = 0};
    uint32_t notes = 0;

    while (messages_next(v, r.number, m.place, &a, &m).code == E_OK)
        if (bytes_same(m.text, bytes_text(text)))
            notes |= m.notes;
    arena_free(&a);
    return notes;
}

static void who_was_out_for_a_while_is_shown_no_gap(void **state)
{
    struct harbour h = begin();

    (void)state;
    assert_int_equal(says_in(h.p, h.carol, &h.id, "With bob."), E_OK);
    sees(h.bob, h.carol, "With bob.");
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_REMOVE, "bob"), E_OK);
    assert_int_equal(says_in(h.p, h.carol, &h.id, "Without bob."), E_OK);
    assert_int_equal(says_in(h.p, h.carol, &h.id, "Still."), E_OK);
    assert_int_equal(adds(h.p, h.alice, &h.id, "bob"), E_OK);
    assert_int_equal(says_in(h.p, h.carol, &h.id, "Again."), E_OK);
    sees(h.bob, h.carol, "Again.");
    assert_int_equal(notes_of(h.bob, &h.id, "Again."), 0);
    stage_forward(h.p, CLOCK_HOUR_MS);
    sees_nothing(h.bob);
    assert_false(stage_heard(h.bob, PROBLEM_OVER));
    play_end(h.p);
}

static void who_was_away_from_coming_to_going_reads_what_was_said_between(void **state)
{
    struct harbour h = begin();
    struct person *dave = joins(h.p, "dave");

    (void)state;
    leaves(dave);
    assert_int_equal(adds(h.p, h.alice, &h.id, "dave"), E_OK);
    assert_int_equal(says_in(h.p, h.bob, &h.id, "Welcome."), E_OK);
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_REMOVE, "dave"), E_OK);
    assert_int_equal(says_in(h.p, h.bob, &h.id, "Goodbye."), E_OK);
    returns(dave);
    stage_forward(h.p, CLOCK_MINUTE_MS);
    sees(dave, h.bob, "Welcome.");
    sees_nothing(dave);
    assert_int_equal(standing(dave, &h.id), ROOMLOG_OUT);
    play_end(h.p);
}

static void where_moderators_alone_write_others_read(void **state)
{
    struct harbour h = begin();

    (void)state;
    assert_int_equal(changes(h.p, h.bob, &h.id, COMMAND_ROOM_POSTING, "moderators"), E_DENIED);
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_POSTING, "nobody"), E_MALFORMED);
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_POSTING, "moderators"), E_OK);
    assert_int_equal(h.alice->wished.code, E_OK);
    assert_int_equal(rows(h.bob, &h.id, DIARY_SETTINGS), 1);
    assert_int_equal(says_in(h.p, h.bob, &h.id, "May I?"), E_DENIED);
    assert_int_equal(says_in(h.p, h.alice, &h.id, "Listen."), E_OK);
    sees(h.bob, h.alice, "Listen.");
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_POSTING, "all"), E_OK);
    assert_int_equal(says_in(h.p, h.bob, &h.id, "Thank you."), E_OK);
    sees(h.carol, h.alice, "Listen.");
    sees(h.carol, h.bob, "Thank you.");
    play_end(h.p);
}

/* He had written before he knew: the server refuses it, and the states say why. */
static void what_was_written_before_the_room_fell_silent_fails(void **state)
{
    struct harbour h = begin();

    (void)state;
    stage_cut_off(h.bob, true);
    stage_hang_up(h.bob);
    assert_int_equal(says_in(h.p, h.bob, &h.id, "Too late."), E_OK);
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_POSTING, "moderators"), E_OK);
    stage_cut_off(h.bob, false);
    stage_forward(h.p, 30 * CLOCK_MINUTE_MS);
    failed_with(h.bob, E_DENIED);
    sees_nothing(h.carol);
    play_end(h.p);
}

static void two_who_wish_the_same_of_posting_both_have_it(void **state)
{
    struct harbour h = begin();

    (void)state;
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_PROMOTE, "bob"), E_OK);
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_POSTING, "moderators"), E_OK);
    leaves(h.bob);
    returns(h.bob);
    stage_cut_off(h.bob, true);
    stage_hang_up(h.bob);
    assert_int_equal(changes(h.p, h.bob, &h.id, COMMAND_ROOM_POSTING, "all"), E_OK);
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_POSTING, "all"), E_OK);
    stage_cut_off(h.bob, false);
    stage_forward(h.p, 3 * CLOCK_MINUTE_MS);
    assert_int_equal(h.bob->wished.code, E_OK); /* what is so already is in force */
    assert_int_equal(says_in(h.p, h.carol, &h.id, "Everybody."), E_OK);
    sees(h.alice, h.carol, "Everybody.");
    play_end(h.p);
}

static void moderators_are_made_and_unmade(void **state)
{
    struct harbour h = begin();
    size_t members;

    (void)state;
    assert_int_equal(changes(h.p, h.bob, &h.id, COMMAND_ROOM_REMOVE, "carol"), E_DENIED);
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_PROMOTE, "bob"), E_OK);
    assert_int_equal(role_of(h.bob, &h.id, h.bob, &members), ROOM_MODERATOR);
    assert_int_equal(changes(h.p, h.bob, &h.id, COMMAND_ROOM_DESCRIBE, "Ships and tides."), E_OK);
    assert_int_equal(changes(h.p, h.bob, &h.id, COMMAND_ROOM_DEMOTE, "alice"), E_OK);
    assert_int_equal(role_of(h.alice, &h.id, h.alice, &members), ROOM_MEMBER);
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_NAME, "Mine"), E_DENIED);
    assert_int_equal(rows(h.carol, &h.id, DIARY_PROMOTED), 1);
    assert_int_equal(rows(h.carol, &h.id, DIARY_DEMOTED), 1);
    assert_int_equal(rows(h.carol, &h.id, DIARY_NAMED), 1);
    play_end(h.p);
}

static void the_last_moderator_leaves_and_somebody_succeeds(void **state)
{
    struct harbour h = begin();
    size_t members;
    bool bob, carol;

    (void)state;
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_LEAVE, ""), E_OK);
    assert_int_equal(standing(h.alice, &h.id), ROOMLOG_OUT);
    assert_int_equal(says_in(h.p, h.bob, &h.id, "Who is it now?"), E_OK);
    sees(h.carol, h.bob, "Who is it now?");
    bob = role_of(h.carol, &h.id, h.bob, &members) == ROOM_MODERATOR;
    carol = role_of(h.carol, &h.id, h.carol, &members) == ROOM_MODERATOR;
    assert_int_equal(members, 2);
    assert_true(bob != carol);
    assert_int_equal(rows(h.bob, &h.id, DIARY_SUCCEEDED), 1);
    play_end(h.p);
}

static void a_room_is_deleted_for_all(void **state)
{
    struct harbour h = begin();

    (void)state;
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_DELETE, ""), E_OK);
    assert_int_equal(standing(h.alice, &h.id), ROOMLOG_OUT);
    leaves(h.bob);
    returns(h.bob);
    assert_int_equal(standing(h.bob, &h.id), ROOMLOG_OUT);
    assert_true(room_of(h.bob, &h.id).deleted);
    assert_int_equal(rows(h.bob, &h.id, DIARY_DELETED), 1);
    assert_int_equal(says_in(h.p, h.bob, &h.id, "Hello?"), E_REMOVED);
    play_end(h.p);
}

/* ---- two at once */

static void of_two_who_rename_it_at_once_the_later_is_told(void **state)
{
    struct harbour h = begin();

    (void)state;
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_PROMOTE, "bob"), E_OK);
    leaves(h.bob);
    returns(h.bob);
    stage_cut_off(h.bob, true);
    stage_hang_up(h.bob);
    assert_int_equal(changes(h.p, h.bob, &h.id, COMMAND_ROOM_NAME, "Port"), E_OK);
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_NAME, "Quay"), E_OK);
    stage_cut_off(h.bob, false);
    stage_forward(h.p, 3 * CLOCK_MINUTE_MS);
    assert_int_equal(h.bob->wished.kind, EVENT_ROOM_CHANGE);
    assert_int_equal(h.bob->wished.code, E_CONFLICT);
    is_named(h.alice, &h.id, "Quay");
    is_named(h.bob, &h.id, "Quay");
    is_named(h.carol, &h.id, "Quay");
    play_end(h.p);
}

static void what_two_change_at_once_is_both_in_force_when_it_can_be(void **state)
{
    struct harbour h = begin();
    struct person *dave = joins(h.p, "dave");
    size_t members;

    (void)state;
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_PROMOTE, "bob"), E_OK);
    leaves(h.bob);
    returns(h.bob);
    stage_cut_off(h.bob, true);
    stage_hang_up(h.bob);
    assert_int_equal(adds(h.p, h.bob, &h.id, "dave"), E_OK);
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_REMOVE, "carol"), E_OK);
    stage_cut_off(h.bob, false);
    stage_forward(h.p, 3 * CLOCK_MINUTE_MS);
    assert_int_equal(h.bob->wished.code, E_OK);
    assert_int_equal(role_of(h.alice, &h.id, dave, &members), ROOM_MEMBER);
    assert_int_equal(role_of(h.alice, &h.id, h.carol, &members), 0);
    assert_int_equal(members, 3);
    play_end(h.p);
}

static void of_two_moderators_who_put_each_other_out_one_stays(void **state)
{
    struct harbour h = begin();
    size_t members;

    (void)state;
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_PROMOTE, "bob"), E_OK);
    leaves(h.bob);
    returns(h.bob);
    stage_cut_off(h.bob, true);
    stage_hang_up(h.bob);
    assert_int_equal(changes(h.p, h.bob, &h.id, COMMAND_ROOM_REMOVE, "alice"), E_OK);
    assert_int_equal(changes(h.p, h.alice, &h.id, COMMAND_ROOM_REMOVE, "bob"), E_OK);
    stage_cut_off(h.bob, false);
    stage_forward(h.p, 3 * CLOCK_MINUTE_MS);
    assert_int_equal(h.bob->wished.code, E_REMOVED);
    assert_int_equal(standing(h.bob, &h.id), ROOMLOG_OUT);
    assert_int_equal(role_of(h.carol, &h.id, h.alice, &members), ROOM_MODERATOR);
    assert_int_equal(members, 2);
    play_end(h.p);
}

const struct CMUnitTest rooms_changed[] = {
    cmocka_unit_test(who_was_put_out_reads_nothing_after_and_sees_by_whom),
    cmocka_unit_test(who_comes_in_reads_nothing_from_before),
    cmocka_unit_test(who_comes_in_late_is_told_of_nothing_that_is_over),
    cmocka_unit_test(who_was_out_for_a_while_is_shown_no_gap),
    cmocka_unit_test(who_was_away_from_coming_to_going_reads_what_was_said_between),
    cmocka_unit_test(where_moderators_alone_write_others_read),
    cmocka_unit_test(what_was_written_before_the_room_fell_silent_fails),
    cmocka_unit_test(two_who_wish_the_same_of_posting_both_have_it),
    cmocka_unit_test(moderators_are_made_and_unmade),
    cmocka_unit_test(the_last_moderator_leaves_and_somebody_succeeds),
    cmocka_unit_test(a_room_is_deleted_for_all),
    cmocka_unit_test(of_two_who_rename_it_at_once_the_later_is_told),
    cmocka_unit_test(what_two_change_at_once_is_both_in_force_when_it_can_be),
    cmocka_unit_test(of_two_moderators_who_put_each_other_out_one_stays),
};
const size_t rooms_changed_n = sizeof rooms_changed / sizeof rooms_changed[0];
