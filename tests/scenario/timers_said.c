/* SPDX-License-Identifier: Apache-2.0 */
/* timers_said: who may say it, and what comes of it. */
#include "scenario/timers.h"

#define TTL_MS (30 * CLOCK_DAY_MS) /* where nobody said anything */

static const struct timers DAY = {.ttl_s = DAY_S}, HOUR = {.ttl_s = HOUR_S},
                           YEAR = {.ttl_s = 365 * DAY_S}, NOTHING = {0};

/* What a person is told of a conversation: for how long what they write there lives now. */
static uint32_t told(struct person *who, uint64_t conversation)
{
    struct timers_of of;

    assert_ok(engine_timers(stage_engine(who), conversation, &of));
    return of.lives.ttl_s;
}

static uint32_t told_of_pair(struct person *who, struct person *with)
{
    return told(who, contact_of(who, stage_handle(with)).number);
}

struct two {
    struct play *p;
    struct person *alice, *bob;
};

static struct two begin(void)
{
    struct two t = {.p = play_begin()};

    t.alice = joins(t.p, "alice");
    t.bob = joins(t.p, "bob");
    says(t.alice, t.bob, "before");
    sees(t.bob, t.alice, "before");
    return t;
}

static void what_is_said_of_a_pair_holds_for_what_one_writes_from_then_on(void **state)
{
    struct two t = begin();

    (void)state;
    assert_int_equal(times(t.p, t.alice, t.bob, DAY), E_OK);
    assert_int_equal(told_of_pair(t.alice, t.bob), DAY_S);
    assert_int_equal(told_of_pair(t.bob, t.alice), 30 * DAY_S);
    says(t.alice, t.bob, "for a day");
    sees(t.bob, t.alice, "for a day");
    says(t.bob, t.alice, "for a month");
    sees(t.alice, t.bob, "for a month");
    stage_forward(t.p, CLOCK_DAY_MS - CLOCK_MINUTE_MS);
    assert_int_equal(stage_copies(t.bob, t.alice, "for a day"), 1);
    stage_forward(t.p, CLOCK_MINUTE_MS + CLOCK_SECOND_MS);
    assert_int_equal(stage_copies(t.alice, t.bob, "for a day"), 0);
    assert_int_equal(stage_copies(t.bob, t.alice, "for a day"), 0);
    assert_int_equal(stage_copies(t.bob, t.alice, "before"), 1);
    assert_int_equal(stage_copies(t.alice, t.bob, "for a month"), 1);
    assert_int_equal(times(t.p, t.alice, t.bob, NOTHING), E_OK);
    says(t.alice, t.bob, "as before");
    stage_forward(t.p, TTL_MS - CLOCK_MINUTE_MS);
    assert_int_equal(stage_copies(t.bob, t.alice, "as before"), 1);
    play_end(t.p);
}

static void one_message_can_have_a_time_of_its_own(void **state)
{
    struct two t = begin();

    (void)state;
    assert_int_equal(times(t.p, t.alice, t.bob, HOUR), E_OK);
    assert_int_equal(says_for(t.p, t.alice, t.bob, "for a day", DAY), E_OK);
    says(t.alice, t.bob, "for an hour");
    stage_forward(t.p, CLOCK_HOUR_MS + CLOCK_SECOND_MS);
    assert_int_equal(stage_copies(t.bob, t.alice, "for an hour"), 0);
    assert_int_equal(stage_copies(t.bob, t.alice, "for a day"), 1);
    stage_forward(t.p, CLOCK_DAY_MS);
    assert_int_equal(stage_copies(t.bob, t.alice, "for a day"), 0);
    play_end(t.p);
}

/* The server keeps nothing for that long. */
static void a_year_is_the_most(void **state)
{
    struct two t = begin();

    (void)state;
    assert_int_equal(times(t.p, t.alice, t.bob, (struct timers){.ttl_s = YEAR.ttl_s + 1}), E_LIMIT);
    assert_int_equal(
        says_for(t.p, t.alice, t.bob, "ages", (struct timers){.ttl_s = YEAR.ttl_s + 1}), E_LIMIT);
    assert_int_equal(times(t.p, t.alice, t.bob, YEAR), E_OK);
    says(t.alice, t.bob, "for a year");
    sees(t.bob, t.alice, "for a year");
    for (unsigned month = 0; month < 12; month++)
        stage_forward(t.p, TTL_MS);
    assert_int_equal(stage_copies(t.bob, t.alice, "for a year"), 1);
    assert_int_equal(stage_copies(t.alice, t.bob, "for a year"), 1);
    stage_forward(t.p, 5 * CLOCK_DAY_MS + CLOCK_SECOND_MS);
    assert_int_equal(stage_copies(t.bob, t.alice, "for a year"), 0);
    assert_int_equal(stage_copies(t.alice, t.bob, "for a year"), 0);
    play_end(t.p);
}

static void it_is_said_for_all_devices_of_an_account(void **state)
{
    struct pair c = pair_met();

    (void)state;
    assert_int_equal(times(c.p, c.alice, c.bob, DAY), E_OK);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    says(c.second, c.bob, "for a day");
    sees(c.bob, c.second, "for a day");
    stage_forward(c.p, CLOCK_DAY_MS + CLOCK_SECOND_MS);
    assert_int_equal(stage_copies(c.bob, c.alice, "for a day"), 0);
    assert_int_equal(stage_copies(c.second, c.bob, "for a day"), 0);
    assert_int_equal(stage_copies(c.alice, c.bob, "for a day"), 0);
    play_end(c.p);
}

/* What waited for a day before it was sent has no more of its time than that. */
static void what_waits_in_vain_ends_where_it_waits(void **state)
{
    struct two t = begin();

    (void)state;
    assert_int_equal(times(t.p, t.alice, t.bob, DAY), E_OK);
    stage_cut_off(t.alice, true);
    stage_hang_up(t.alice);
    says(t.alice, t.bob, "in vain");
    stage_forward(t.p, CLOCK_DAY_MS + CLOCK_SECOND_MS);
    stage_cut_off(t.alice, false);
    stage_forward(t.p, CLOCK_HOUR_MS);
    assert_int_equal(stage_copies(t.alice, t.bob, "in vain"), 0);
    assert_int_equal(stage_copies(t.bob, t.alice, "in vain"), 0);
    play_end(t.p);
}

/* ---- several people */

struct crowd {
    struct play *p;
    struct person *alice, *bob;
    struct room_id id;
};

static struct crowd gather(enum about_kind kind)
{
    struct crowd c = {.p = play_begin()};

    c.alice = joins(c.p, "alice");
    c.bob = joins(c.p, "bob");
    c.id = makes(c.p, c.alice, kind, "Harbour");
    assert_int_equal(adds(c.p, c.alice, &c.id, "bob"), E_OK);
    assert_int_equal(c.alice->wished.code, E_OK);
    assert_int_equal(says_in(c.p, c.alice, &c.id, "before"), E_OK);
    sees(c.bob, c.alice, "before");
    return c;
}

static void in_a_room_its_moderators_say_it_for_all(void **state)
{
    struct crowd c = gather(ABOUT_ROOM);

    (void)state;
    assert_int_equal(times_room(c.p, c.bob, &c.id, DAY), E_DENIED);
    assert_int_equal(times_room(c.p, c.alice, &c.id, DAY), E_OK);
    assert_int_equal(c.alice->wished.wished, WISHES_TIMERS);
    assert_int_equal(c.alice->wished.code, E_OK);
    assert_int_equal(says_in(c.p, c.bob, &c.id, "for a day"), E_OK);
    assert_int_equal(told(c.bob, room_of(c.bob, &c.id).number), DAY_S);
    sees(c.alice, c.bob, "for a day");
    assert_int_equal(says_in_for(c.p, c.bob, &c.id, "for an hour", HOUR), E_OK);
    assert_int_equal(says_in_for(c.p, c.bob, &c.id, "for a year", YEAR), E_LIMIT);
    stage_forward(c.p, CLOCK_HOUR_MS + CLOCK_SECOND_MS);
    assert_int_equal(copies_in(c.alice, &c.id, "for an hour"), 0);
    assert_int_equal(copies_in(c.bob, &c.id, "for an hour"), 0);
    assert_int_equal(copies_in(c.alice, &c.id, "for a day"), 1);
    stage_forward(c.p, CLOCK_DAY_MS);
    assert_int_equal(copies_in(c.alice, &c.id, "for a day"), 0);
    assert_int_equal(copies_in(c.bob, &c.id, "for a day"), 0);
    assert_int_equal(copies_in(c.bob, &c.id, "before"), 1);
    play_end(c.p);
}

static void a_room_may_let_live_for_longer(void **state)
{
    struct crowd c = gather(ABOUT_ROOM);

    (void)state;
    assert_int_equal(times_room(c.p, c.alice, &c.id, YEAR), E_OK);
    assert_int_equal(says_in(c.p, c.bob, &c.id, "for a year"), E_OK);
    assert_int_equal(told(c.bob, room_of(c.bob, &c.id).number), 365 * DAY_S);
    stage_forward(c.p, 2 * TTL_MS);
    assert_int_equal(copies_in(c.alice, &c.id, "for a year"), 1);
    assert_int_equal(copies_in(c.bob, &c.id, "for a year"), 1);
    assert_int_equal(copies_in(c.bob, &c.id, "before"), 0);
    play_end(c.p);
}

static void in_a_group_each_says_it_for_themselves(void **state)
{
    struct crowd c = gather(ABOUT_GROUP);

    (void)state;
    assert_int_equal(times_room(c.p, c.bob, &c.id, DAY), E_OK);
    assert_int_equal(says_in(c.p, c.bob, &c.id, "for a day"), E_OK);
    sees(c.alice, c.bob, "for a day");
    assert_int_equal(says_in(c.p, c.alice, &c.id, "for a month"), E_OK);
    stage_forward(c.p, CLOCK_DAY_MS + CLOCK_SECOND_MS);
    assert_int_equal(copies_in(c.alice, &c.id, "for a day"), 0);
    assert_int_equal(copies_in(c.bob, &c.id, "for a day"), 0);
    assert_int_equal(copies_in(c.bob, &c.id, "for a month"), 1);
    play_end(c.p);
}

/* What was written before somebody bounded it, and leaves afterwards. */
static void what_leaves_a_room_lives_no_longer_than_is_allowed_then(void **state)
{
    struct crowd c = gather(ABOUT_ROOM);

    (void)state;
    stage_cut_off(c.bob, true);
    stage_hang_up(c.bob);
    assert_int_equal(says_in(c.p, c.bob, &c.id, "late"), E_OK);
    assert_int_equal(times_room(c.p, c.alice, &c.id, DAY), E_OK);
    stage_cut_off(c.bob, false);
    stage_forward(c.p, 2 * CLOCK_HOUR_MS);
    sees(c.alice, c.bob, "late");
    stage_forward(c.p, CLOCK_DAY_MS - 2 * CLOCK_HOUR_MS + CLOCK_SECOND_MS);
    assert_int_equal(copies_in(c.alice, &c.id, "late"), 0);
    assert_int_equal(copies_in(c.bob, &c.id, "late"), 0);
    play_end(c.p);
}

static bool lose_uploads(void *ctx, struct person *who, struct buf *frame)
{
    struct arena a = ARENA(4 * LIMIT_FRAME);
    struct frame f;
    bool goes;

    assert_ok(frame_parse(buf_view(frame), &a, &f));
    goes = who != ctx || f.op != OP_SEND;
    arena_free(&a);
    return goes;
}

/* What was sealed before, with more in its core, is sealed again under the new state: its receivers
 * keep to what that allows, and so does who wrote it. */
static void a_receiver_keeps_to_what_the_room_allows(void **state)
{
    struct crowd c = gather(ABOUT_ROOM);

    (void)state;
    stage_tamper_up(c.p, lose_uploads, c.bob);
    assert_int_equal(says_in(c.p, c.bob, &c.id, "sealed"), E_OK);
    stage_hang_up(c.bob);
    stage_cut_off(c.bob, true);
    stage_tamper_up(c.p, NULL, NULL);
    assert_int_equal(times_room(c.p, c.alice, &c.id, DAY), E_OK);
    assert_int_equal(c.alice->wished.code, E_OK);
    stage_cut_off(c.bob, false);
    stage_forward(c.p, 2 * CLOCK_HOUR_MS);
    sees(c.alice, c.bob, "sealed");
    stage_forward(c.p, CLOCK_DAY_MS - 2 * CLOCK_HOUR_MS + CLOCK_SECOND_MS);
    assert_int_equal(copies_in(c.alice, &c.id, "sealed"), 0);
    assert_int_equal(copies_in(c.bob, &c.id, "sealed"), 0);
    assert_int_equal(copies_in(c.alice, &c.id, "before"), 1);
    play_end(c.p);
}

static void of_two_who_bound_it_differently_the_later_is_told(void **state)
{
    struct crowd c = gather(ABOUT_ROOM);

    (void)state;
    assert_int_equal(changes(c.p, c.alice, &c.id, COMMAND_ROOM_PROMOTE, "bob"), E_OK);
    stage_cut_off(c.bob, true);
    stage_hang_up(c.bob);
    assert_int_equal(times_room(c.p, c.bob, &c.id, HOUR), E_OK);
    assert_int_equal(times_room(c.p, c.alice, &c.id, DAY), E_OK);
    stage_cut_off(c.bob, false);
    stage_forward(c.p, 3 * CLOCK_MINUTE_MS);
    assert_int_equal(c.bob->wished.code, E_CONFLICT);
    assert_int_equal(times_room(c.p, c.bob, &c.id, DAY), E_OK);
    assert_int_equal(c.bob->wished.code, E_OK); /* it is so already */
    play_end(c.p);
}

const struct CMUnitTest timers_said[] = {
    cmocka_unit_test(what_is_said_of_a_pair_holds_for_what_one_writes_from_then_on),
    cmocka_unit_test(one_message_can_have_a_time_of_its_own),
    cmocka_unit_test(a_year_is_the_most),
    cmocka_unit_test(it_is_said_for_all_devices_of_an_account),
    cmocka_unit_test(what_waits_in_vain_ends_where_it_waits),
    cmocka_unit_test(in_a_room_its_moderators_say_it_for_all),
    cmocka_unit_test(a_room_may_let_live_for_longer),
    cmocka_unit_test(in_a_group_each_says_it_for_themselves),
    cmocka_unit_test(what_leaves_a_room_lives_no_longer_than_is_allowed_then),
    cmocka_unit_test(a_receiver_keeps_to_what_the_room_allows),
    cmocka_unit_test(of_two_who_bound_it_differently_the_later_is_told),
};
const size_t timers_said_n = sizeof timers_said / sizeof timers_said[0];
