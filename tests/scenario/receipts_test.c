/* SPDX-License-Identifier: Apache-2.0 */
/* receipts_test: what people are told of what came to others, and was read there.  [PROTOCOL 6.13]
 */
#include "client/receipts.h"
#include "e2ee/receipt.h"
#include "scenario/deeds.h"
#include "scenario/healing.h"
#include "scenario/quiet.h"
#include "scenario/rooms.h"

#include <stdio.h>

#define A_BATCH (13 * CLOCK_SECOND_MS) /* by then it has left */

static void tells(struct play *p, struct person *who, enum receipts_level level)
{
    struct command c = {.kind = COMMAND_RECEIPTS, .number = level};

    assert_int_equal(commands(p, who, &c), E_OK);
}

static struct engine_heard heard(struct person *who, uint64_t conversation, const char *text)
{
    struct arena a = ARENA(1 << 20);
    struct engine_heard out;
    struct message m;

    assert_true(finds(who, conversation, text, &a, &m));
    assert_ok(engine_heard(stage_engine(who), &m, &out));
    arena_free(&a);
    return out;
}

/* To how many did it come, and how many read it, as `who` was told? */
static void hears(struct person *who, struct person *with, const char *text, unsigned came,
                  unsigned read)
{
    struct engine_heard is = heard(who, pair_with(who, with), text);

    assert_int_equal(is.came, came);
    assert_int_equal(is.read, read);
}

static void hears_in(struct person *who, const struct room_id *id, const char *text, unsigned came,
                     unsigned read)
{
    struct engine_heard is = heard(who, room_of(who, id).number, text);

    assert_int_equal(is.came, came);
    assert_int_equal(is.read, read);
}

static void reads(struct play *p, struct person *who, const struct message *m)
{
    struct command c = {.kind = COMMAND_READ, .number = m->place};
    struct contact with;

    if (people_get(engine_vault(stage_engine(who)), m->contact, &with).code == E_OK)
        c.handle = bytes_text(with.handle);
    else
        c.room = m->contact;
    assert_int_equal(commands(p, who, &c), E_OK);
}

/* All that stands in a conversation up to this text, as it is shown. */
static void reads_to(struct play *p, struct person *who, uint64_t conversation, const char *text)
{
    struct arena a = ARENA(1 << 20);
    struct message m = {.place = 0};
    bool found = false;

    while (!found &&
           messages_next(engine_vault(stage_engine(who)), conversation, m.place, &a, &m).code ==
               E_OK) {
        reads(p, who, &m);
        found = deeds_is_said(&m) && bytes_same(deeds_text(&m), bytes_text(text));
    }
    assert_true(found);
    arena_free(&a);
}

/* Alice and bob, who have met, and what was told of that was told. */
static struct pair begin(void)
{
    struct pair c = {.p = play_begin()};

    c.alice = joins(c.p, "alice");
    c.bob = joins(c.p, "bob");
    meet(c.alice, c.bob);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    return c;
}

static void what_came_is_told_and_reading_is_not(void **state)
{
    struct pair c = begin();

    (void)state;
    says(c.alice, c.bob, "hello");
    sees(c.bob, c.alice, "hello");
    hears(c.alice, c.bob, "hello", 0, 0);
    stage_forward(c.p, A_BATCH);
    hears(c.alice, c.bob, "hello", 1, 0);
    reads_to(c.p, c.bob, pair_with(c.bob, c.alice), "hello");
    stage_forward(c.p, CLOCK_HOUR_MS);
    hears(c.alice, c.bob, "hello", 1, 0);
    play_end(c.p);
}

static void reading_is_told_where_the_person_wants_it(void **state)
{
    struct pair c = begin();

    (void)state;
    tells(c.p, c.bob, RECEIPTS_READ);
    says(c.alice, c.bob, "one");
    says(c.alice, c.bob, "two");
    says(c.alice, c.bob, "three");
    stage_forward(c.p, A_BATCH);
    hears(c.alice, c.bob, "three", 1, 0);
    reads_to(c.p, c.bob, pair_with(c.bob, c.alice), "two");
    stage_forward(c.p, A_BATCH);
    hears(c.alice, c.bob, "one", 1, 1);
    hears(c.alice, c.bob, "two", 1, 1);
    hears(c.alice, c.bob, "three", 1, 0);
    play_end(c.p);
}

/* What came while nothing was to be told is not told later. */
static void nothing_is_told_where_the_person_wants_that(void **state)
{
    struct pair c = begin();

    (void)state;
    says(c.alice, c.bob, "still waits");
    sees(c.bob, c.alice, "still waits");
    tells(c.p, c.bob, RECEIPTS_NOTHING);
    stage_forward(c.p, A_BATCH);
    says(c.alice, c.bob, "quiet");
    stage_forward(c.p, A_BATCH);
    tells(c.p, c.bob, RECEIPTS_CAME);
    says(c.alice, c.bob, "told again");
    stage_forward(c.p, A_BATCH);
    hears(c.alice, c.bob, "still waits", 0, 0);
    hears(c.alice, c.bob, "quiet", 0, 0);
    hears(c.alice, c.bob, "told again", 1, 0);
    play_end(c.p);
}

static void whoever_is_blocked_is_told_nothing(void **state)
{
    struct pair c = begin();
    struct command block = {.kind = COMMAND_BLOCK, .handle = bytes_text("alice"), .number = 1};

    (void)state;
    says(c.alice, c.bob, "before");
    sees(c.bob, c.alice, "before");
    assert_int_equal(commands(c.p, c.bob, &block), E_OK);
    says(c.alice, c.bob, "after");
    stage_forward(c.p, CLOCK_HOUR_MS);
    hears(c.alice, c.bob, "before", 0, 0);
    hears(c.alice, c.bob, "after", 0, 0);
    play_end(c.p);
}

/* The program ends between what came and what is told of it; or the link does. */
static void what_is_to_be_told_survives_a_restart(void **state)
{
    struct pair c = begin();

    (void)state;
    says(c.alice, c.bob, "hello");
    sees(c.bob, c.alice, "hello");
    leaves(c.bob);
    stage_forward(c.p, CLOCK_DAY_MS);
    hears(c.alice, c.bob, "hello", 0, 0);
    returns(c.bob);
    hears(c.alice, c.bob, "hello", 1, 0);
    says(c.alice, c.bob, "and again");
    sees(c.bob, c.alice, "and again");
    stage_cut_off(c.bob, true);
    stage_hang_up(c.bob);
    stage_forward(c.p, CLOCK_HOUR_MS);
    hears(c.alice, c.bob, "and again", 0, 0);
    stage_cut_off(c.bob, false);
    stage_forward(c.p, CLOCK_HOUR_MS);
    hears(c.alice, c.bob, "and again", 1, 0);
    play_end(c.p);
}

/* Of what came before something that was not read it is not told that it was. */
static void what_was_passed_over_is_not_told_as_read(void **state)
{
    struct pair c = begin();
    struct arena a = ARENA(1 << 20);
    struct message m;

    (void)state;
    tells(c.p, c.bob, RECEIPTS_READ);
    says(c.alice, c.bob, "one");
    says(c.alice, c.bob, "two");
    stage_forward(c.p, A_BATCH);
    assert_true(finds(c.bob, pair_with(c.bob, c.alice), "two", &a, &m));
    reads(c.p, c.bob, &m);
    stage_forward(c.p, A_BATCH);
    hears(c.alice, c.bob, "two", 1, 0);
    reads_to(c.p, c.bob, m.contact, "two");
    stage_forward(c.p, A_BATCH);
    hears(c.alice, c.bob, "one", 1, 1);
    hears(c.alice, c.bob, "two", 1, 1);
    arena_free(&a);
    play_end(c.p);
}

/* A device tells all devices of whoever wrote, also of what another one of them wrote; and what it
 * is told counts once for each person. */
static void each_device_is_told_of_each(void **state)
{
    struct pair c = pair_met();

    (void)state;
    tells(c.p, c.bob, RECEIPTS_READ);
    says(c.alice, c.bob, "on the first one");
    sees(c.bob, c.alice, "on the first one");
    reads_to(c.p, c.bob, pair_with(c.bob, c.alice), "on the first one");
    says(c.bob, c.alice, "to two devices");
    stage_forward(c.p, 2 * A_BATCH);
    hears(c.alice, c.bob, "on the first one", 1, 1);
    hears(c.second, c.bob, "on the first one", 1, 1);
    hears(c.bob, c.alice, "to two devices", 1, 0);
    play_end(c.p);
}

/* Read on one device, it is read on the other, which tells so, too. */
static void what_another_device_read_is_told(void **state)
{
    struct pair c = pair_met();

    (void)state;
    tells(c.p, c.alice, RECEIPTS_READ);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    reads_to(c.p, c.alice, pair_with(c.alice, c.bob), "to both");
    stage_forward(c.p, CLOCK_MINUTE_MS);
    says(c.bob, c.alice, "read once");
    stage_forward(c.p, A_BATCH);
    hears(c.bob, c.alice, "read once", 1, 0);
    reads_to(c.p, c.second, pair_with(c.second, c.bob), "read once");
    stage_forward(c.p, CLOCK_MINUTE_MS);
    hears(c.bob, c.alice, "read once", 1, 1);
    play_end(c.p);
}

static void in_a_room_it_is_said_how_many_and_who(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *carol = joins(p, "carol");
    struct room_id id = makes(p, alice, ABOUT_ROOM, "Harbour");
    struct arena a = ARENA(1 << 20);
    struct contact who = {.number = 0};
    struct message m;
    bool read;

    (void)state;
    assert_int_equal(adds(p, alice, &id, "bob carol"), E_OK);
    stage_forward(p, CLOCK_MINUTE_MS);
    tells(p, bob, RECEIPTS_READ);
    leaves(carol);
    assert_int_equal(says_in(p, alice, &id, "to both"), E_OK);
    stage_forward(p, A_BATCH);
    reads_to(p, bob, room_of(bob, &id).number, "to both");
    stage_forward(p, A_BATCH);
    hears_in(alice, &id, "to both", 1, 1);
    returns(carol);
    stage_forward(p, A_BATCH);
    hears_in(alice, &id, "to both", 2, 1);
    assert_true(finds(alice, room_of(alice, &id).number, "to both", &a, &m));
    for (unsigned n = 0; n < 2; n++) {
        assert_ok(engine_heard_next(stage_engine(alice), &m, who.number, &who, &read));
        assert_int_equal(read, strcmp(who.handle, "bob") == 0);
    }
    assert_err(engine_heard_next(stage_engine(alice), &m, who.number, &who, &read), E_ABSENT);
    arena_free(&a);
    play_end(p);
}

/* In a room of 64 it is told, and with one more no longer: of what was written before neither. */
static void in_a_room_of_more_than_64_nothing_is_told(void **state)
{
    enum { AWAY = RECEIPTS_MEMBERS_MAX - 2 };
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    char handle[8];
    struct buf all = BUF((AWAY + 2) * sizeof handle);
    struct room_id id = makes(p, alice, ABOUT_ROOM, "Harbour");

    (void)state;
    buf_text(&all, "bob");
    for (unsigned i = 0; i < AWAY; i++) {
        snprintf(handle, sizeof handle, "p%u", i);
        buf_text(&all, " ");
        buf_text(&all, handle);
        leaves(joins(p, handle));
    }
    buf_u8(&all, 0);
    joins(p, "one-more");
    tells(p, bob, RECEIPTS_READ);
    assert_int_equal(adds(p, alice, &id, (const char *)all.at), E_OK);
    stage_forward(p, 5 * CLOCK_MINUTE_MS);
    assert_int_equal(says_in(p, alice, &id, "to 63"), E_OK);
    stage_forward(p, CLOCK_MINUTE_MS);
    reads_to(p, bob, room_of(bob, &id).number, "to 63");
    stage_forward(p, A_BATCH);
    hears_in(alice, &id, "to 63", 1, 1);
    assert_int_equal(adds(p, alice, &id, "one-more"), E_OK);
    stage_forward(p, 5 * CLOCK_MINUTE_MS);
    assert_int_equal(says_in(p, alice, &id, "to 64"), E_OK);
    stage_forward(p, CLOCK_MINUTE_MS);
    reads_to(p, bob, room_of(bob, &id).number, "to 64");
    stage_forward(p, CLOCK_HOUR_MS);
    hears_in(alice, &id, "to 64", 0, 0);
    hears_in(alice, &id, "to 63", 1, 1);
    buf_free(&all);
    play_end(p);
}

/* Nothing follows from one, so a server that drops it hides what it said, and nothing else. */
static void a_receipt_that_was_lost_holds_up_none_behind_it(void **state)
{
    struct pair c = begin();
    struct lie lie = {DELIVERIES, .to = c.alice, .tell = lose};

    (void)state;
    tells(c.p, c.bob, RECEIPTS_READ);
    lie_begin(c.p, &lie);
    says(c.alice, c.bob, "did it come?");
    stage_forward(c.p, A_BATCH);
    reads_to(c.p, c.bob, pair_with(c.bob, c.alice), "did it come?");
    stage_forward(c.p, A_BATCH);
    lie_end(c.p);
    assert_int_not_equal(lie.at, 0);
    hears(c.alice, c.bob, "did it come?", 0, 0);
    says(c.alice, c.bob, "and this?");
    stage_forward(c.p, A_BATCH);
    reads_to(c.p, c.bob, pair_with(c.bob, c.alice), "and this?");
    stage_forward(c.p, CLOCK_HOUR_MS);
    hears(c.alice, c.bob, "did it come?", 0, 0);
    hears(c.alice, c.bob, "and this?", 1, 1);
    sees_nothing(c.alice);
    assert_false(stage_heard(c.alice, PROBLEM_OVER));
    play_end(c.p);
}

/* Whatever the person said, who cannot say anything else. */
static void what_the_network_says_is_told(void **state)
{
    struct pair c = begin();
    struct command off = {.kind = COMMAND_RECEIPTS, .number = RECEIPTS_NOTHING};
    enum receipts_level level;

    (void)state;
    tells(c.p, c.bob, RECEIPTS_NOTHING);
    quiet_says(RECEIPTS_READ);
    assert_ok(engine_receipts(stage_engine(c.bob), &level));
    assert_int_equal(level, RECEIPTS_READ);
    assert_int_equal(commands(c.p, c.bob, &off), E_DENIED);
    says(c.alice, c.bob, "for the record");
    sees(c.bob, c.alice, "for the record");
    reads_to(c.p, c.bob, pair_with(c.bob, c.alice), "for the record");
    stage_forward(c.p, A_BATCH);
    hears(c.alice, c.bob, "for the record", 1, 1);
    quiet_says(RECEIPTS_NOTHING);
    says(c.alice, c.bob, "not this");
    stage_forward(c.p, CLOCK_HOUR_MS);
    hears(c.alice, c.bob, "not this", 0, 0);
    quiet_says(QUIET_PERSONS);
    play_end(c.p);
}

/* A receipt as somebody's device would write it, sealed as all of theirs is. */
static void lies(struct play *p, struct person *who, uint64_t conversation, const struct receipt *r)
{
    struct engine *e = stage_engine(who);
    struct buf b = BUF(1024);
    struct outbox_row row = {
        .kind = OUTBOX_RECEIPT, .contact = conversation, .to = r->writer, .type = PAYLOAD_RECEIPT};
    struct contact to;

    assert_ok(people_by_handle(engine_vault(e), bytes_text("alice"), &to));
    row.account = to.aid;
    receipt_write(r, &b);
    row.content = buf_view(&b);
    assert_ok(vault_begin(engine_vault(e)));
    assert_ok(vault_end(engine_vault(e), outgoing_add(e, &row)));
    assert_ok(outgoing_pump(e));
    stage_settle(p);
    buf_free(&b);
}

/* Carol was added later: that something of before came to her is not believed.  Nor is anything of
 * what alice has not written yet. */
static void what_was_not_for_somebody_did_not_come_to_them(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *carol = joins(p, "carol");
    struct room_id id = makes(p, alice, ABOUT_ROOM, "Harbour");
    struct receipt r = {.writer = engine_own(stage_engine(alice))->me.who.did,
                        .read = 1000,
                        .n = 1,
                        .came = {{1, 1000}}};

    (void)state;
    assert_int_equal(adds(p, alice, &id, "bob"), E_OK);
    stage_forward(p, CLOCK_MINUTE_MS);
    assert_int_equal(says_in(p, alice, &id, "before carol"), E_OK);
    stage_forward(p, CLOCK_MINUTE_MS);
    assert_int_equal(adds(p, alice, &id, "carol"), E_OK);
    stage_forward(p, CLOCK_MINUTE_MS);
    assert_int_equal(says_in(p, alice, &id, "with carol"), E_OK);
    stage_forward(p, CLOCK_MINUTE_MS);
    tells(p, carol, RECEIPTS_NOTHING);
    tells(p, bob, RECEIPTS_NOTHING);
    lies(p, carol, room_of(carol, &id).number, &r);
    assert_int_equal(says_in(p, alice, &id, "later"), E_OK);
    stage_forward(p, CLOCK_MINUTE_MS);
    hears_in(alice, &id, "before carol", 1, 0);
    hears_in(alice, &id, "with carol", 2, 1);
    hears_in(alice, &id, "later", 0, 0);
    assert_false(stage_heard(alice, PROBLEM_DAMAGED));
    play_end(p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(in_a_room_of_more_than_64_nothing_is_told),
        cmocka_unit_test(a_receipt_that_was_lost_holds_up_none_behind_it),
        cmocka_unit_test(what_the_network_says_is_told),
        cmocka_unit_test(what_came_is_told_and_reading_is_not),
        cmocka_unit_test(reading_is_told_where_the_person_wants_it),
        cmocka_unit_test(nothing_is_told_where_the_person_wants_that),
        cmocka_unit_test(whoever_is_blocked_is_told_nothing),
        cmocka_unit_test(what_is_to_be_told_survives_a_restart),
        cmocka_unit_test(what_was_passed_over_is_not_told_as_read),
        cmocka_unit_test(each_device_is_told_of_each),
        cmocka_unit_test(what_another_device_read_is_told),
        cmocka_unit_test(in_a_room_it_is_said_how_many_and_who),
        cmocka_unit_test(what_was_not_for_somebody_did_not_come_to_them),
    };

    quiet_says(QUIET_PERSONS);
    return cmocka_run_group_tests(tests, NULL, NULL);
}
