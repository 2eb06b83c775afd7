/* SPDX-License-Identifier: Apache-2.0 */
/* rooms_named: a device that nobody has told what a room is called asks for that.  [PROTOCOL 6.9]
 */
#include "client/registers.h"
#include "scenario/rooms.h"
#include "scenario/stage_recovery.h"

/* Alice's room, with bob and carol in it, and her letters. */
struct crew {
    struct play *p;
    struct person *alice, *bob, *carol;
    struct room_id id;
    char letters[RECOVERY_LETTERS_SIZE];
};

static struct crew crew_begin(enum about_kind kind)
{
    struct crew c = {.p = play_begin()};

    c.alice = joins(c.p, "alice");
    c.bob = joins(c.p, "bob");
    c.carol = joins(c.p, "carol");
    c.id = makes(c.p, c.alice, kind, "Harbour");
    assert_int_equal(adds(c.p, c.alice, &c.id, "bob carol"), E_OK);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    is_named(c.bob, &c.id, "Harbour");
    is_named(c.carol, &c.id, "Harbour");
    stage_make_letters(c.alice, c.letters);
    return c;
}

/* As if nobody had told it, nor another device of the account. */
static void forgets(struct play *p, struct person *who, const struct room_id *id)
{
    struct vault *v = engine_vault(stage_engine(who));
    const struct device_id *me = &engine_own(stage_engine(who))->me.who.did;

    assert_ok(vault_begin(v));
    assert_ok(vault_erase(v, VAULT_ROOM_ABOUT, ID_BYTES(*id), 0));
    assert_ok(vault_end(v, registers_set(v, me, stage_now(p), REGISTERS_ROOM, ID_BYTES(*id),
                                         (struct bytes){NULL, 0})));
    is_named(who, id, "");
}

static void comes_again(struct person *who)
{
    leaves(who);
    returns(who);
}

static void whoever_comes_back_by_a_key_learns_what_rooms_are_called(void **state)
{
    struct crew c = crew_begin(ABOUT_ROOM);
    struct person *back;

    (void)state;
    leaves(c.alice);
    back = stage_come_back(c.p, "alice", "back", c.letters);
    stage_forward(c.p, 10 * CLOCK_MINUTE_MS);
    assert_int_equal(standing(back, &c.id), ROOMLOG_IN);
    is_named(back, &c.id, "Harbour");
    assert_int_equal(changes(c.p, back, &c.id, COMMAND_ROOM_DESCRIBE, "of boats"), E_OK);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    is_named(c.bob, &c.id, "Harbour");
    is_named(back, &c.id, "Harbour");
    play_end(c.p);
}

/* Whoever is asked first does not answer: the next one does. */
static void another_member_is_asked_when_one_does_not_answer(void **state)
{
    struct person *away[2], *here[2];

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct crew c = crew_begin(ABOUT_GROUP);

        away[i] = i == 0 ? c.bob : c.carol;
        here[i] = i == 0 ? c.carol : c.bob;
        leaves(away[i]);
        forgets(c.p, c.alice, &c.id);
        comes_again(c.alice);
        stage_forward(c.p, CLOCK_HOUR_MS);
        is_named(c.alice, &c.id, "Harbour");
        is_named(here[i], &c.id, "Harbour");
        play_end(c.p);
    }
}

/* Nobody in there knows: there is no name, and it is there once somebody comes who does. */
static void a_name_that_nobody_knows_is_asked_for_until_somebody_comes(void **state)
{
    struct crew c = crew_begin(ABOUT_ROOM);

    (void)state;
    leaves(c.bob);
    forgets(c.p, c.alice, &c.id);
    forgets(c.p, c.carol, &c.id);
    comes_again(c.alice);
    comes_again(c.carol);
    stage_forward(c.p, 2 * CLOCK_HOUR_MS);
    is_named(c.alice, &c.id, "");
    is_named(c.carol, &c.id, "");
    returns(c.bob);
    stage_forward(c.p, 30 * CLOCK_MINUTE_MS);
    is_named(c.alice, &c.id, "Harbour");
    is_named(c.carol, &c.id, "Harbour");
    play_end(c.p);
}

/* A device that says again and again not to know is told once in ten minutes. */
static void a_device_is_not_told_more_often_than_it_may_be(void **state)
{
    struct crew c = crew_begin(ABOUT_ROOM);
    struct vault *v;

    (void)state;
    leaves(c.carol);
    forgets(c.p, c.alice, &c.id);
    comes_again(c.alice);
    stage_forward(c.p, 8 * CLOCK_MINUTE_MS);
    is_named(c.alice, &c.id, "Harbour");
    forgets(c.p, c.alice, &c.id);
    v = engine_vault(stage_engine(c.alice));
    assert_ok(vault_begin(v)); /* nor how often it has asked */
    assert_ok(vault_end(v, vault_erase(v, VAULT_NAMING, ID_BYTES(c.id), 0)));
    comes_again(c.alice);
    stage_forward(c.p, 4 * CLOCK_MINUTE_MS); /* bob is asked in the first or in the second turn */
    is_named(c.alice, &c.id, "");
    stage_forward(c.p, CLOCK_HOUR_MS);
    is_named(c.alice, &c.id, "Harbour");
    play_end(c.p);
}

/* Who was put out asks for nothing, and learns no name that came later. */
static void who_was_put_out_is_not_told(void **state)
{
    struct crew c = crew_begin(ABOUT_ROOM);

    (void)state;
    assert_int_equal(changes(c.p, c.alice, &c.id, COMMAND_ROOM_REMOVE, "carol"), E_OK);
    assert_int_equal(changes(c.p, c.alice, &c.id, COMMAND_ROOM_NAME, "Quay"), E_OK);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    is_named(c.bob, &c.id, "Quay");
    comes_again(c.carol);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    assert_int_equal(standing(c.carol, &c.id), ROOMLOG_OUT);
    forgets(c.p, c.carol, &c.id);
    comes_again(c.carol);
    stage_forward(c.p, CLOCK_HOUR_MS);
    is_named(c.carol, &c.id, "");
    play_end(c.p);
}

const struct CMUnitTest rooms_named[] = {
    cmocka_unit_test(whoever_comes_back_by_a_key_learns_what_rooms_are_called),
    cmocka_unit_test(another_member_is_asked_when_one_does_not_answer),
    cmocka_unit_test(a_name_that_nobody_knows_is_asked_for_until_somebody_comes),
    cmocka_unit_test(a_device_is_not_told_more_often_than_it_may_be),
    cmocka_unit_test(who_was_put_out_is_not_told),
};
const size_t rooms_named_n = sizeof rooms_named / sizeof rooms_named[0];
