/* SPDX-License-Identifier: Apache-2.0 */
/* timers_burned: what is destroyed because it was read. */
#include "client/giving.h"
#include "client/searching.h"
#include "scenario/timers.h"

static const struct timers HOUR = {.burn_s = HOUR_S}, MINUTE = {.burn_s = 60};

#define A_BIT (2 * CLOCK_SECOND_MS) /* times are kept to the second */

/* Alice said of what she writes to bob that it burns an hour after it was read. */
static struct pair begin(void)
{
    struct pair c = pair_met();

    assert_int_equal(times(c.p, c.alice, c.bob, HOUR), E_OK);
    stage_forward(c.p, A_WHILE);
    return c;
}

static uint64_t place_of(struct person *who, struct person *with, const char *text)
{
    uint64_t number = contact_of(who, stage_handle(with)).number, found = 0;
    struct arena a = ARENA(1 << 20);
    struct message m = {.place = 0};

    while (messages_next(engine_vault(stage_engine(who)), number, m.place, &a, &m).code == E_OK)
        if (bytes_same(m.text, bytes_text(text)))
            found = m.place;
    arena_free(&a);
    return found;
}

static unsigned kept_rows(struct person *who, struct person *with, uint16_t type)
{
    uint64_t number = contact_of(who, stage_handle(with)).number;
    struct arena a = ARENA(1 << 20);
    struct message m = {.place = 0};
    unsigned n = 0;

    while (messages_next(engine_vault(stage_engine(who)), number, m.place, &a, &m).code == E_OK)
        n += m.type == type;
    arena_free(&a);
    return n;
}

static void reads(struct play *p, struct person *who, struct person *with, const char *text)
{
    struct command c = {.kind = COMMAND_READ, .number = place_of(who, with, text)};

    c.handle = bytes_text(stage_handle(with));
    engine_steady(stage_engine(who), stage_now(p)); /* as a host does */
    assert_int_equal(commands(p, who, &c), E_OK);
}

static void it_burns_when_it_was_read_and_not_before(void **state)
{
    struct pair c = begin();

    (void)state;
    says(c.alice, c.bob, "burns");
    sees(c.bob, c.alice, "burns");
    stage_forward(c.p, CLOCK_DAY_MS);
    assert_int_equal(stage_copies(c.bob, c.alice, "burns"), 1);
    reads(c.p, c.bob, c.alice, "burns");
    stage_forward(c.p, CLOCK_HOUR_MS - CLOCK_MINUTE_MS);
    assert_int_equal(stage_copies(c.bob, c.alice, "burns"), 1);
    stage_forward(c.p, CLOCK_MINUTE_MS + A_BIT);
    assert_int_equal(stage_copies(c.bob, c.alice, "burns"), 0);
    play_end(c.p);
}

static void who_wrote_it_has_it_for_as_long_on_every_device(void **state)
{
    struct pair c = begin();

    (void)state;
    says(c.alice, c.bob, "burns");
    sees_own(c.second, c.bob, "burns");
    stage_forward(c.p, CLOCK_HOUR_MS - CLOCK_MINUTE_MS);
    assert_int_equal(stage_copies(c.alice, c.bob, "burns"), 1);
    assert_int_equal(stage_copies(c.second, c.bob, "burns"), 1);
    stage_forward(c.p, CLOCK_MINUTE_MS + A_BIT);
    assert_int_equal(stage_copies(c.alice, c.bob, "burns"), 0);
    assert_int_equal(stage_copies(c.second, c.bob, "burns"), 0);
    assert_int_equal(stage_copies(c.bob, c.alice, "burns"), 1);
    play_end(c.p);
}

/* While the server does not have it, nobody else has. */
static void what_waits_here_does_not_burn_before_it_left(void **state)
{
    struct pair c = begin();

    (void)state;
    stage_cut_off(c.alice, true);
    stage_hang_up(c.alice);
    says(c.alice, c.bob, "waits");
    stage_forward(c.p, CLOCK_DAY_MS);
    assert_int_equal(stage_copies(c.alice, c.bob, "waits"), 1);
    stage_cut_off(c.alice, false);
    stage_forward(c.p, CLOCK_HOUR_MS / 2);
    sees(c.bob, c.alice, "waits");
    assert_int_equal(stage_copies(c.alice, c.bob, "waits"), 1);
    stage_forward(c.p, CLOCK_HOUR_MS);
    assert_int_equal(stage_copies(c.alice, c.bob, "waits"), 0);
    assert_int_equal(stage_copies(c.bob, c.alice, "waits"), 1);
    play_end(c.p);
}

/* Read on one device, and so on the other, from the same moment on. */
static void it_burns_on_each_device_of_who_read_it(void **state)
{
    struct pair c = pair_met();

    (void)state;
    assert_int_equal(times(c.p, c.bob, c.alice, HOUR), E_OK);
    says(c.bob, c.alice, "burns");
    sees(c.alice, c.bob, "burns");
    sees(c.second, c.bob, "burns");
    assert_int_equal(unread(c.p, c.alice, "bob", 9), 0);
    stage_forward(c.p, CLOCK_HOUR_MS - CLOCK_MINUTE_MS);
    assert_int_equal(stage_copies(c.second, c.bob, "burns"), 1);
    stage_forward(c.p, CLOCK_MINUTE_MS + A_BIT);
    assert_int_equal(stage_copies(c.alice, c.bob, "burns"), 0);
    assert_int_equal(stage_copies(c.second, c.bob, "burns"), 0);
    play_end(c.p);
}

/* One that hears of it late has it for no longer. */
static void a_device_that_was_away_counts_from_when_it_was_read(void **state)
{
    struct pair c = pair_met();

    (void)state;
    assert_int_equal(times(c.p, c.bob, c.alice, HOUR), E_OK);
    says(c.bob, c.alice, "burns");
    sees(c.second, c.bob, "burns");
    leaves(c.second);
    assert_int_equal(unread(c.p, c.alice, "bob", 9), 0);
    stage_forward(c.p, 2 * CLOCK_HOUR_MS);
    assert_int_equal(stage_copies(c.alice, c.bob, "burns"), 0);
    returns(c.second);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    assert_int_equal(stage_copies(c.second, c.bob, "burns"), 0);
    play_end(c.p);
}

static void it_never_outlives_its_ttl(void **state)
{
    struct pair c = pair_met();

    (void)state;
    assert_int_equal(says_for(c.p, c.alice, c.bob, "short", (struct timers){HOUR_S, DAY_S}), E_OK);
    sees(c.bob, c.alice, "short");
    reads(c.p, c.bob, c.alice, "short");
    stage_forward(c.p, CLOCK_HOUR_MS + A_BIT);
    assert_int_equal(stage_copies(c.bob, c.alice, "short"), 0);
    assert_int_equal(stage_copies(c.alice, c.bob, "short"), 0);
    play_end(c.p);
}

/* ---- clocks, and programs that end */

static void a_clock_that_is_set_lengthens_nothing(void **state)
{
    struct pair c = begin();

    (void)state;
    says(c.alice, c.bob, "burns");
    reads(c.p, c.bob, c.alice, "burns");
    stage_skew(c.bob, -10 * (int64_t)CLOCK_DAY_MS);
    stage_forward(c.p, CLOCK_HOUR_MS / 2);
    stage_skew(c.bob, 10 * (int64_t)CLOCK_DAY_MS);
    stage_forward(c.p, CLOCK_HOUR_MS / 2 - CLOCK_MINUTE_MS);
    assert_int_equal(stage_copies(c.bob, c.alice, "burns"), 1);
    stage_skew(c.bob, -(int64_t)CLOCK_HOUR_MS);
    stage_forward(c.p, CLOCK_MINUTE_MS + A_BIT);
    assert_int_equal(stage_copies(c.bob, c.alice, "burns"), 0);
    play_end(c.p);
}

static void it_burns_while_the_program_is_closed(void **state)
{
    struct pair c = begin();

    (void)state;
    says(c.alice, c.bob, "burns");
    reads(c.p, c.bob, c.alice, "burns");
    leaves(c.bob);
    stage_forward(c.p, CLOCK_HOUR_MS / 2);
    returns(c.bob);
    assert_int_equal(stage_copies(c.bob, c.alice, "burns"), 1);
    leaves(c.bob);
    stage_cut_off(c.bob, true);
    stage_forward(c.p, CLOCK_HOUR_MS / 2 + A_BIT);
    stage_cut_off(c.bob, false);
    returns(c.bob);
    assert_int_equal(stage_copies(c.bob, c.alice, "burns"), 0);
    play_end(c.p);
}

/* A server that was put back offers it again. */
static void what_burned_comes_no_second_time(void **state)
{
    struct pair c = begin();

    (void)state;
    says(c.alice, c.bob, "burns");
    reads(c.p, c.bob, c.alice, "burns");
    leaves(c.bob);
    stage_copy_vault(c.bob, 0);
    returns(c.bob);
    stage_forward(c.p, CLOCK_HOUR_MS + A_BIT);
    assert_int_equal(stage_copies(c.bob, c.alice, "burns"), 0);
    leaves(c.bob);
    stage_restore_vault(c.bob, 0);
    returns(c.bob);
    assert_int_equal(stage_copies(c.bob, c.alice, "burns"), 0);
    play_end(c.p);
}

/* ---- rooms */

static void a_room_lets_all_burn_also_what_says_nothing(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct room_id id = makes(p, alice, ABOUT_ROOM, "Harbour");
    struct command read = {.kind = COMMAND_READ};
    struct arena a = ARENA(1 << 20);
    struct message m;

    (void)state;
    assert_int_equal(adds(p, alice, &id, "bob"), E_OK);
    assert_int_equal(times_room(p, alice, &id, HOUR), E_OK);
    assert_int_equal(alice->wished.code, E_OK);
    assert_int_equal(says_in_for(p, bob, &id, "too long", (struct timers){.burn_s = DAY_S}),
                     E_LIMIT);
    assert_int_equal(says_in(p, bob, &id, "burns"), E_OK);
    assert_int_equal(says_in_for(p, bob, &id, "soon", MINUTE), E_OK);
    sees(alice, bob, "burns");
    sees(alice, bob, "soon");
    stage_forward(p, CLOCK_HOUR_MS + A_BIT);
    assert_int_equal(copies_in(bob, &id, "burns") + copies_in(bob, &id, "soon"), 0);
    assert_int_equal(copies_in(alice, &id, "burns") + copies_in(alice, &id, "soon"), 2);
    read.room = room_of(alice, &id).number;
    while (messages_next_unread(engine_vault(stage_engine(alice)), read.number, &a, &m).code ==
           E_OK) {
        read.number = m.place;
        engine_steady(stage_engine(alice), stage_now(p));
        assert_int_equal(commands(p, alice, &read), E_OK);
    }
    stage_forward(p, CLOCK_MINUTE_MS + A_BIT);
    assert_int_equal(copies_in(alice, &id, "soon"), 0);
    assert_int_equal(copies_in(alice, &id, "burns"), 1);
    stage_forward(p, CLOCK_HOUR_MS);
    assert_int_equal(copies_in(alice, &id, "burns"), 0);
    arena_free(&a);
    play_end(p);
}

/* ---- what else shows it */

static size_t finds(struct person *who, const char *word)
{
    struct engine *e = stage_engine(who);
    struct searching found = SEARCHING;
    struct query q;
    size_t n;

    assert_ok(query_parse(bytes_text(word), &q));
    assert_ok(searching_messages(engine_vault(e), engine_own(e), &q, 0, &found));
    n = searching_count(&found);
    searching_free(&found);
    query_free(&q);
    return n;
}

static void it_is_not_found_before_it_was_read(void **state)
{
    struct pair c = begin();

    (void)state;
    says(c.alice, c.bob, "burns");
    assert_int_equal(finds(c.bob, "burns"), 0);
    assert_int_equal(finds(c.alice, "burns"), 1);
    reads(c.p, c.bob, c.alice, "burns");
    assert_int_equal(finds(c.bob, "burns"), 1);
    play_end(c.p);
}

static void it_is_no_history(void **state)
{
    struct message m = {.ttl_s = DAY_S, .sent_ms = 1000};

    (void)state;
    assert_true(giving_goes_along(&m, 1000));
    m.burn_s = 1;
    assert_false(giving_goes_along(&m, 1000));
}

/* An edit is no reading: what it changes is unread still, and takes it along when it ends. */
static void an_edit_ends_with_what_it_changes(void **state)
{
    struct pair c = begin();
    struct command edit = {.kind = COMMAND_EDIT, .text = BYTES_LITERAL("edited")};

    (void)state;
    says(c.alice, c.bob, "burns");
    edit.handle = bytes_text(stage_handle(c.bob));
    edit.number = place_of(c.alice, c.bob, "burns");
    assert_int_equal(commands(c.p, c.alice, &edit), E_OK);
    stage_forward(c.p, 2 * CLOCK_HOUR_MS);
    assert_int_equal(stage_copies(c.alice, c.bob, "burns"), 0);
    assert_int_equal(place_of(c.bob, c.alice, "burns") != 0, 1);
    reads(c.p, c.bob, c.alice, "burns");
    stage_forward(c.p, CLOCK_HOUR_MS + A_BIT);
    assert_int_equal(place_of(c.bob, c.alice, "burns"), 0);
    assert_int_equal(place_of(c.bob, c.alice, "edited"), 0);
    play_end(c.p);
}

/* Said before, and brought after it burned. */
static void an_edit_that_comes_late_leaves_nothing(void **state)
{
    struct pair c = begin();
    struct command edit = {.kind = COMMAND_EDIT, .text = BYTES_LITERAL("edited")};

    (void)state;
    assert_int_equal(times(c.p, c.alice, c.bob, (struct timers){.burn_s = 60}), E_OK);
    says(c.alice, c.bob, "burns");
    stage_cut_off(c.bob, true);
    stage_hang_up(c.bob);
    reads(c.p, c.bob, c.alice, "burns");
    edit.handle = bytes_text(stage_handle(c.bob));
    edit.number = place_of(c.alice, c.bob, "burns");
    assert_int_equal(commands(c.p, c.alice, &edit), E_OK);
    stage_forward(c.p, CLOCK_MINUTE_MS + A_BIT);
    assert_int_equal(place_of(c.bob, c.alice, "burns"), 0);
    stage_cut_off(c.bob, false);
    stage_forward(c.p, CLOCK_HOUR_MS);
    assert_int_equal(place_of(c.alice, c.bob, "burns"), 0);
    says(c.alice, c.bob, "next");
    assert_int_equal(place_of(c.bob, c.alice, "next") != 0, 1);
    assert_int_equal(kept_rows(c.bob, c.alice, PAYLOAD_EDIT), 0);
    assert_int_equal(kept_rows(c.alice, c.bob, PAYLOAD_EDIT), 0);
    play_end(c.p);
}

static void what_was_not_read_can_be_recalled(void **state)
{
    struct pair c = begin();
    struct command recall = {.kind = COMMAND_RECALL};

    (void)state;
    says(c.alice, c.bob, "burns");
    recall.handle = bytes_text(stage_handle(c.bob));
    recall.number = place_of(c.alice, c.bob, "burns");
    assert_int_equal(commands(c.p, c.alice, &recall), E_OK);
    assert_int_equal(place_of(c.bob, c.alice, "burns"), 0);
    stage_forward(c.p, 2 * CLOCK_HOUR_MS);
    play_end(c.p);
}

const struct CMUnitTest timers_burned[] = {
    cmocka_unit_test(it_burns_when_it_was_read_and_not_before),
    cmocka_unit_test(who_wrote_it_has_it_for_as_long_on_every_device),
    cmocka_unit_test(what_waits_here_does_not_burn_before_it_left),
    cmocka_unit_test(it_burns_on_each_device_of_who_read_it),
    cmocka_unit_test(a_device_that_was_away_counts_from_when_it_was_read),
    cmocka_unit_test(it_never_outlives_its_ttl),
    cmocka_unit_test(a_clock_that_is_set_lengthens_nothing),
    cmocka_unit_test(it_burns_while_the_program_is_closed),
    cmocka_unit_test(what_burned_comes_no_second_time),
    cmocka_unit_test(a_room_lets_all_burn_also_what_says_nothing),
    cmocka_unit_test(it_is_not_found_before_it_was_read),
    cmocka_unit_test(it_is_no_history),
    cmocka_unit_test(an_edit_ends_with_what_it_changes),
    cmocka_unit_test(an_edit_that_comes_late_leaves_nothing),
    cmocka_unit_test(what_was_not_read_can_be_recalled),
};
const size_t timers_burned_n = sizeof timers_burned / sizeof timers_burned[0];
