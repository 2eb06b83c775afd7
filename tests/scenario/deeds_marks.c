/* SPDX-License-Identifier: Apache-2.0 */
/* deeds_marks: what a person marks for their own devices: stars, pins, and in rooms drafts and
 * muting.  [PROTOCOL 15.8] */
#include "client/stars.h"
#include "scenario/deeds.h"
#include "scenario/devices_shared.h"

static enum err_code stars(struct play *p, struct person *who, uint64_t conversation,
                           const char *what, bool on)
{
    struct arena a = ARENA(1 << 22);
    struct command c = {.kind = on ? COMMAND_STAR : COMMAND_UNSTAR};
    enum err_code code;

    c.number = the(who, conversation, what, &a).place;
    code = does(p, who, conversation, &c);
    arena_free(&a);
    return code;
}

/* What `who` has marked, in this order: texts with a bar between. */
static void has_stars(struct person *who, const char *texts)
{
    struct vault *v = engine_vault(stage_engine(who));
    struct arena a = ARENA(1 << 22);
    struct stars all;
    struct message m;
    char said[1024] = "";
    size_t n = 0;
    bool is;

    assert_ok(stars_collect(v, &a, &all));
    for (size_t i = 0; i < all.n; i++) {
        assert_ok(messages_get(v, all.at[i].contact, all.at[i].place, &a, &m));
        assert_ok(stars_has(v, &m, &is));
        assert_true(is);
        n += (size_t)snprintf(said + n, sizeof said - n, "%s%.*s", i == 0 ? "" : "|", (int)m.text.n,
                              (const char *)m.text.at);
    }
    assert_string_equal(said, texts);
    arena_free(&a);
}

static void what_is_starred_on_one_device_is_on_all(void **state)
{
    struct pair c = pair_met();
    uint64_t alice = pair_with(c.alice, c.bob), second = pair_with(c.second, c.bob);

    (void)state;
    assert_int_equal(stars(c.p, c.alice, alice, "to both", true), E_OK);
    assert_int_equal(stars(c.p, c.alice, alice, "to both", true), E_STALE);
    assert_int_equal(stars(c.p, c.second, second, "on the first", true), E_OK);
    stage_forward(c.p, A_WHILE);
    has_stars(c.alice, "on the first|to both");
    has_stars(c.second, "on the first|to both");
    has_stars(c.bob, "");
    assert_int_equal(stars(c.p, c.second, second, "to both", false), E_OK);
    assert_int_equal(stars(c.p, c.second, second, "to both", false), E_STALE);
    stage_forward(c.p, A_WHILE);
    has_stars(c.alice, "on the first");
    assert_int_equal(deletes(c.p, c.alice, alice, "on the first"), E_OK);
    has_stars(c.alice, "");
    stage_forward(c.p, A_WHILE);
    has_stars(c.second, "");
    all_is_well(&c);
    play_end(c.p);
}

static void nothing_else_can_be_starred(void **state)
{
    struct pair c = pair_met();
    struct command cmd = {.kind = COMMAND_STAR, .number = 7};

    (void)state;
    assert_int_equal(does(c.p, c.alice, pair_with(c.alice, c.bob), &cmd), E_ABSENT);
    cmd.kind = COMMAND_DELETE;
    assert_int_equal(does(c.p, c.alice, pair_with(c.alice, c.bob), &cmd), E_ABSENT);
    play_end(c.p);
}

static struct engine_quiet quiet_of(struct person *who, const struct room_id *id)
{
    struct engine_quiet quiet;

    assert_ok(engine_quiet_room(stage_engine(who), id, &quiet));
    return quiet;
}

static void rooms_have_drafts_are_muted_and_pinned_on_all_devices(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct room_id id = makes(p, alice, ABOUT_ROOM, "Harbour");
    struct arena a = ARENA(1 << 20);
    struct command c = {.kind = COMMAND_DRAFT, .text = BYTES_LITERAL("What I")};
    struct person *second;
    struct bytes draft;

    (void)state;
    assert_int_equal(adds(p, alice, &id, "bob"), E_OK);
    assert_int_equal(does(p, alice, room_of(alice, &id).number, &c), E_OK);
    c = (struct command){.kind = COMMAND_MUTE, .number = 5000};
    assert_int_equal(does(p, alice, room_of(alice, &id).number, &c), E_OK);
    c = (struct command){.kind = COMMAND_PIN, .number = 1};
    assert_int_equal(does(p, alice, room_of(alice, &id).number, &c), E_OK);
    second = stage_second_device(alice, "second");
    stage_forward(p, CLOCK_HOUR_MS);
    assert_int_equal(quiet_of(second, &id).muted_ms, 5000);
    assert_true(quiet_of(second, &id).pinned);
    assert_false(quiet_of(bob, &id).pinned);
    assert_int_equal(quiet_of(bob, &id).muted_ms, 0);
    assert_ok(engine_draft(stage_engine(second), (struct bytes){NULL, 0},
                           room_of(second, &id).number, &a, &draft));
    assert_bytes(draft, bytes_text("What I"));
    c.number = 0;
    assert_int_equal(does(p, second, room_of(second, &id).number, &c), E_OK);
    stage_forward(p, A_WHILE);
    assert_false(quiet_of(alice, &id).pinned);
    c.room = 4711;
    assert_int_equal(commands(p, alice, &c), E_ABSENT);
    arena_free(&a);
    play_end(p);
}

static void a_person_is_pinned(void **state)
{
    struct pair c = pair_met();
    struct command pin = {.kind = COMMAND_PIN, .number = 1};
    struct contact bob;
    struct engine_quiet quiet;

    (void)state;
    assert_int_equal(does(c.p, c.alice, pair_with(c.alice, c.bob), &pin), E_OK);
    stage_forward(c.p, A_WHILE);
    bob = contact_of(c.second, "bob");
    assert_ok(engine_quiet(stage_engine(c.second), &bob, &quiet));
    assert_true(quiet.pinned);
    assert_false(quiet.blocked);
    play_end(c.p);
}

const struct CMUnitTest deeds_marks[] = {
    cmocka_unit_test(what_is_starred_on_one_device_is_on_all),
    cmocka_unit_test(nothing_else_can_be_starred),
    cmocka_unit_test(rooms_have_drafts_are_muted_and_pinned_on_all_devices),
    cmocka_unit_test(a_person_is_pinned),
};
const size_t deeds_marks_n = sizeof deeds_marks / sizeof deeds_marks[0];
