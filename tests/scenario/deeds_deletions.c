/* SPDX-License-Identifier: Apache-2.0 */
/* deeds_deletions: what a person deletes is gone from their devices and no others. [PROTOCOL 15.8]
 */
#include "client/agreed.h"
#include "client/engine_internal.h"
#include "client/registers.h"
#include "scenario/deeds.h"
#include "scenario/policies.h"

#define A_WHILE (10 * CLOCK_SECOND_MS)

/* Nothing of it, nor a row where it was. */
static void gone(struct person *who, uint64_t conversation, const char *what)
{
    lost(who, conversation, what, 0);
}

/* Another device of theirs said so, and this one heard of it before the message came. */
static void hears_of(struct person *who, const struct message *m)
{
    struct engine *e = stage_engine(who);
    struct shared_change c = {.kind = REGISTERS_DELETED,
                              .number = 1,
                              .stamp_ms = e->now_ms,
                              .value = BYTES_LITERAL("\1")};
    uint8_t name[32];
    bool stands;

    memcpy(name, m->sender.b, 16);
    memcpy(name + 16, m->id.b, 16);
    c.key = BYTES(name);
    assert_ok(vault_begin(e->vault));
    assert_ok(registers_merge(e->vault, &c, &stands));
    assert_true(stands);
    assert_ok(agreed_apply(e, &c));
    assert_ok(vault_commit(e->vault));
}

static void what_is_deleted_is_gone_from_all_my_devices_and_no_others(void **state)
{
    struct pair c = pair_met();
    uint64_t alice = pair_with(c.alice, c.bob), second = pair_with(c.second, c.bob),
             bob = pair_with(c.bob, c.alice);

    (void)state;
    assert_int_equal(deletes(c.p, c.alice, alice, "on the second"), E_OK);
    gone(c.alice, alice, "on the second");
    assert_int_equal(deletes(c.p, c.second, second, "to both"), E_OK);
    gone(c.second, second, "to both");
    stage_forward(c.p, A_WHILE);
    gone(c.second, second, "on the second");
    gone(c.alice, alice, "to both");
    assert_int_equal(c.alice->ended, 2);
    assert_int_equal(c.second->ended, 2);
    says_now(c.bob, bob, "on the second", "on the second", 1);
    says_now(c.bob, bob, "to both", "to both", 1);
    says(c.bob, c.alice, "go on");
    sees_behind(c.alice, c.bob, "go on", 0);
    sees_behind(c.second, c.bob, "go on", 0);
    all_is_well(&c);
    play_end(c.p);
}

static void what_is_said_of_it_goes_and_is_not_kept_later(void **state)
{
    struct pair c = pair_met();
    uint64_t alice = pair_with(c.alice, c.bob), bob = pair_with(c.bob, c.alice);

    (void)state;
    reacts(c.p, c.bob, bob, "to both", "+");
    assert_int_equal(edits(c.p, c.bob, bob, "to both", "to all"), E_OK);
    says_now(c.alice, alice, "to both", "to all", 2);
    assert_int_equal(deletes(c.p, c.alice, alice, "to both"), E_OK);
    gone(c.alice, alice, "to both");
    gone(c.alice, alice, "to all");
    assert_int_equal(edits(c.p, c.bob, bob, "to both", "to everybody"), E_OK);
    reacts(c.p, c.bob, bob, "to both", "-");
    stage_forward(c.p, A_WHILE);
    is(c.bob, "accepted");
    gone(c.alice, alice, "to everybody");
    gone(c.second, pair_with(c.second, c.bob), "to everybody");
    assert_int_equal(answers(c.p, c.bob, bob, "to both", "What?"), E_OK);
    sees_answer(c.alice, alice, "What?", NULL);
    play_end(c.p);
}

static void what_was_deleted_before_it_comes_is_not_kept(void **state)
{
    struct pair c = pair_met();
    struct arena a = ARENA(1 << 20);
    uint64_t alice = pair_with(c.alice, c.bob), second = pair_with(c.second, c.bob);
    struct message m;

    (void)state;
    stage_cut_off(c.second, true);
    says(c.bob, c.alice, "not for long");
    sees(c.alice, c.bob, "not for long");
    m = the(c.alice, alice, "not for long", &a);
    hears_of(c.second, &m);
    stage_cut_off(c.second, false);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    gone(c.second, second, "not for long");
    sees_nothing(c.second);
    says(c.bob, c.alice, "for longer");
    sees(c.alice, c.bob, "for longer");
    sees_behind(c.second, c.bob, "for longer", 0);
    arena_free(&a);
    play_end(c.p);
}

static void what_was_deleted_does_not_come_as_history(void **state)
{
    struct pair c = {.p = play_begin()};
    struct arena a = ARENA(1 << 20);
    struct message m;

    (void)state;
    c.alice = joins(c.p, "alice");
    c.bob = joins(c.p, "bob");
    meet(c.alice, c.bob);
    says(c.bob, c.alice, "from before");
    sees(c.alice, c.bob, "from before");
    add_second(&c);
    m = the(c.alice, pair_with(c.alice, c.bob), "from before", &a);
    hears_of(c.second, &m);
    gives(&c);
    has_all(&c);
    gone(c.second, pair_with(c.second, c.bob), "from before");
    the(c.alice, pair_with(c.alice, c.bob), "from before", &a); /* which had not heard of it */
    arena_free(&a);
    play_end(c.p);
}

static void what_waits_is_not_sent_any_more(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    uint64_t with = (meet(alice, bob), pair_with(alice, bob));

    (void)state;
    server_dies(p);
    says(alice, bob, "too soon");
    assert_int_equal(deletes(p, alice, with, "too soon"), E_OK);
    gone(alice, with, "too soon");
    server_comes_back(p);
    stage_forward(p, 10 * CLOCK_MINUTE_MS);
    says(alice, bob, "now");
    sees(bob, alice, "now");
    sees_nothing(bob);
    gone(bob, pair_with(bob, alice), "too soon");
    assert_false(stage_heard(bob, PROBLEM_DAMAGED));
    play_end(p);
}

static void people_delete_in_rooms_and_no_row_of_the_diary(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct room_id id = makes(p, alice, ABOUT_ROOM, "Harbour");
    struct arena a = ARENA(1 << 20);
    struct command c = {.kind = COMMAND_DELETE};
    struct message m;

    (void)state;
    assert_int_equal(adds(p, alice, &id, "bob"), E_OK);
    assert_int_equal(says_in(p, alice, &id, "In the room."), E_OK);
    sees(bob, alice, "In the room.");
    assert_int_equal(deletes(p, bob, room_of(bob, &id).number, "In the room."), E_OK);
    gone(bob, room_of(bob, &id).number, "In the room.");
    says_now(alice, room_of(alice, &id).number, "In the room.", "In the room.", 1);
    assert_ok(messages_next(engine_vault(stage_engine(bob)), room_of(bob, &id).number, 0, &a, &m));
    assert_true(m.notes & MESSAGE_ROOM);
    c.number = m.place;
    assert_int_equal(does(p, bob, room_of(bob, &id).number, &c), E_ABSENT);
    arena_free(&a);
    play_end(p);
}

static void who_keeps_copies_cannot_delete_them(void **state)
{
    struct cast c = cast_begin();
    struct network_policy policy = desk_next(c.p, &NO_POLICY, 0);
    struct arena a = ARENA(1 << 20);
    struct message m;

    (void)state;
    desk_keep(&policy, c.bot, true);
    desk_publish(c.p, &policy);
    says(c.alice, c.bob, "for three of us");
    sees(c.bob, c.alice, "for three of us");
    copies(c.bot, c.alice, "for three of us");
    assert_int_equal(deletes(c.p, c.bot, pair_with(c.bot, c.alice), "for three of us"), E_DENIED);
    m = the(c.bot, pair_with(c.bot, c.alice), "for three of us", &a);
    hears_of(c.bot, &m); /* a device of theirs whose program lets them */
    stage_forward(c.p, A_WHILE);
    assert_int_equal(stage_copies(c.bot, c.alice, "for three of us"), 1);
    assert_int_equal(deletes(c.p, c.alice, pair_with(c.alice, c.bob), "for three of us"), E_OK);
    stage_forward(c.p, A_WHILE);
    assert_int_equal(stage_copies(c.bot, c.alice, "for three of us"), 1);
    arena_free(&a);
    play_end(c.p);
}

const struct CMUnitTest deeds_deletions[] = {
    cmocka_unit_test(what_is_deleted_is_gone_from_all_my_devices_and_no_others),
    cmocka_unit_test(what_is_said_of_it_goes_and_is_not_kept_later),
    cmocka_unit_test(what_was_deleted_before_it_comes_is_not_kept),
    cmocka_unit_test(what_was_deleted_does_not_come_as_history),
    cmocka_unit_test(what_waits_is_not_sent_any_more),
    cmocka_unit_test(people_delete_in_rooms_and_no_row_of_the_diary),
    cmocka_unit_test(who_keeps_copies_cannot_delete_them),
};
const size_t deeds_deletions_n = sizeof deeds_deletions / sizeof deeds_deletions[0];
