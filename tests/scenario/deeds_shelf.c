/* SPDX-License-Identifier: Apache-2.0 */
/* deeds_shelf: what a conversation keeps together for all of its people.  [PROTOCOL 6.15] */
#include "client/engine_internal.h"
#include "client/shelf.h"
#include "scenario/deeds.h"

#define TIDES "The tides: https://tides.example"

struct two {
    struct play *p;
    struct person *alice, *bob;
};

static struct two begin(void)
{
    struct two t = {.p = play_begin()};

    t.alice = joins(t.p, "alice");
    t.bob = joins(t.p, "bob");
    meet(t.alice, t.bob);
    return t;
}

/* NULL: it stands nowhere any more. */
static enum err_code files(struct play *p, struct person *who, uint64_t conversation,
                           const char *text, const char *folder, const char *title)
{
    struct arena a = ARENA(1 << 22);
    struct filed filed = {.kept = folder != NULL};
    struct command c = {.kind = COMMAND_SHELVE, .filed = &filed};
    enum err_code code;

    if (folder != NULL) {
        filed.folder = bytes_text(folder);
        filed.title = bytes_text(title);
    }
    c.number = the(who, conversation, text, &a).place;
    code = does(p, who, conversation, &c);
    arena_free(&a);
    return code;
}

static void stands(struct person *who, uint64_t conversation, const char *text, const char *folder,
                   const char *title)
{
    struct arena a = ARENA(1 << 22);
    struct message m = the(who, conversation, text, &a);
    struct filed filed;

    assert_ok(
        shelf_of(engine_vault(stage_engine(who)), engine_own(stage_engine(who)), &m, &a, &filed));
    assert_int_equal(filed.kept, folder != NULL);
    if (folder != NULL) {
        assert_bytes(filed.folder, bytes_text(folder));
        assert_bytes(filed.title, bytes_text(title));
    }
    arena_free(&a);
}

static void what_one_saves_both_have(void **state)
{
    struct two c = begin();

    (void)state;
    says(c.alice, c.bob, TIDES);
    sees(c.bob, c.alice, TIDES);
    stands(c.bob, pair_with(c.bob, c.alice), TIDES, NULL, NULL);
    assert_int_equal(files(c.p, c.bob, pair_with(c.bob, c.alice), TIDES, "Harbour/2026", "Tides"),
                     E_OK);
    stands(c.bob, pair_with(c.bob, c.alice), TIDES, "Harbour/2026", "Tides");
    stands(c.alice, pair_with(c.alice, c.bob), TIDES, "Harbour/2026", "Tides");
    assert_null(stage_next_shown(c.alice)); /* it is nothing to read */
    assert_int_equal(files(c.p, c.alice, pair_with(c.alice, c.bob), TIDES, "Harbour/2026", "Tides"),
                     E_STALE);
    assert_int_equal(files(c.p, c.alice, pair_with(c.alice, c.bob), TIDES, "../etc", ""),
                     E_MALFORMED);
    assert_int_equal(files(c.p, c.alice, pair_with(c.alice, c.bob), TIDES, "", "Other"), E_OK);
    stands(c.bob, pair_with(c.bob, c.alice), TIDES, "", "Other");
    assert_int_equal(files(c.p, c.bob, pair_with(c.bob, c.alice), TIDES, NULL, NULL), E_OK);
    stands(c.alice, pair_with(c.alice, c.bob), TIDES, NULL, NULL);
    assert_int_equal(files(c.p, c.bob, pair_with(c.bob, c.alice), TIDES, NULL, NULL), E_STALE);
    play_end(c.p);
}

/* Neither knew of the other: whoever said it last, by what they say, has said it. */
static void two_who_say_it_at_once_come_to_one(void **state)
{
    struct two c = begin();

    (void)state;
    says(c.alice, c.bob, TIDES);
    sees(c.bob, c.alice, TIDES);
    stage_cut_off(c.alice, true);
    stage_cut_off(c.bob, true);
    assert_int_equal(files(c.p, c.bob, pair_with(c.bob, c.alice), TIDES, "His", ""), E_OK);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    assert_int_equal(files(c.p, c.alice, pair_with(c.alice, c.bob), TIDES, "Hers", ""), E_OK);
    stage_cut_off(c.alice, false);
    stage_forward(c.p, 2 * CLOCK_MINUTE_MS);
    stage_cut_off(c.bob, false);
    stage_forward(c.p, 10 * CLOCK_MINUTE_MS);
    stands(c.alice, pair_with(c.alice, c.bob), TIDES, "Hers", "");
    stands(c.bob, pair_with(c.bob, c.alice), TIDES, "Hers", "");
    play_end(c.p);
}

/* Somebody's program says what they may not. */
static void lies(struct person *who, uint64_t conversation, const char *text, const char *folder)
{
    struct arena a = ARENA(1 << 22);
    const struct filed filed = {true, bytes_text(folder), bytes_text("")};
    struct message m = the(who, conversation, text, &a);
    struct reference ref = {.sender = m.sender, .id = m.id, .stamp = UINT64_MAX};
    struct buf said = BUF(FILED_MAX_SIZE), content = BUF(LIMIT_TEXT);

    assert_ok(filed_write(&filed, &said));
    ref.text = buf_view(&said);
    assert_ok(reference_write(PAYLOAD_FILED, &ref, &content));
    assert_ok(outgoing_queue(stage_engine(who), conversation, PAYLOAD_FILED, buf_view(&content)));
    buf_free(&said);
    buf_free(&content);
    arena_free(&a);
}

static void in_a_room_its_moderators_say_it_and_who_wrote_it(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *carol = joins(p, "carol");
    struct room_id id = makes(p, alice, ABOUT_ROOM, "Harbour");
    struct person *all[] = {alice, bob, carol};

    (void)state;
    assert_int_equal(adds(p, alice, &id, "bob carol"), E_OK);
    stage_forward(p, CLOCK_MINUTE_MS);
    assert_int_equal(says_in(p, bob, &id, TIDES), E_OK);
    stage_forward(p, CLOCK_MINUTE_MS);
    assert_int_equal(files(p, carol, room_of(carol, &id).number, TIDES, "Hers", ""), E_DENIED);
    assert_int_equal(files(p, bob, room_of(bob, &id).number, TIDES, "His", ""), E_OK);
    stage_forward(p, CLOCK_MINUTE_MS);
    assert_int_equal(files(p, alice, room_of(alice, &id).number, TIDES, "All", "Tides"), E_OK);
    lies(carol, room_of(carol, &id).number, TIDES, "Hers");
    stage_forward(p, CLOCK_MINUTE_MS);
    for (size_t i = 0; i < 3; i++)
        stands(all[i], room_of(all[i], &id).number, TIDES, "All", "Tides");
    assert_int_equal(changes(p, alice, &id, COMMAND_ROOM_PROMOTE, "carol"), E_OK);
    stage_forward(p, CLOCK_MINUTE_MS);
    for (size_t i = 0; i < 3; i++)
        stands(all[i], room_of(all[i], &id).number, TIDES, "Hers", "");
    assert_int_equal(changes(p, alice, &id, COMMAND_ROOM_DEMOTE, "carol"), E_OK);
    stage_forward(p, CLOCK_MINUTE_MS);
    for (size_t i = 0; i < 3; i++)
        stands(all[i], room_of(all[i], &id).number, TIDES, "All", "Tides");
    play_end(p);
}

static void in_a_group_everybody_says_it(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct room_id id = makes(p, alice, ABOUT_GROUP, "Harbour");

    (void)state;
    assert_int_equal(adds(p, alice, &id, "bob"), E_OK);
    stage_forward(p, CLOCK_MINUTE_MS);
    assert_int_equal(says_in(p, alice, &id, TIDES), E_OK);
    stage_forward(p, CLOCK_MINUTE_MS);
    assert_int_equal(files(p, bob, room_of(bob, &id).number, TIDES, "His", ""), E_OK);
    stage_forward(p, CLOCK_MINUTE_MS);
    stands(alice, room_of(alice, &id).number, TIDES, "His", "");
    play_end(p);
}

static struct err count_word(void *ctx, uint64_t number, struct bytes value)
{
    unsigned *n = ctx;

    (void)number;
    (void)value;
    ++*n;
    return OK;
}

static unsigned words(struct person *who)
{
    unsigned n = 0;

    assert_ok(vault_each(engine_vault(stage_engine(who)), VAULT_SHELF, count_word, &n));
    return n;
}

static void it_is_found_by_what_it_is_called_there(void **state)
{
    struct two c = begin();
    struct arena a = ARENA(1 << 22);
    uint64_t place, with_bob = pair_with(c.alice, c.bob);

    (void)state;
    says(c.alice, c.bob, TIDES);
    sees(c.bob, c.alice, TIDES);
    assert_int_equal(files(c.p, c.bob, pair_with(c.bob, c.alice), TIDES, "Flood", "Ebb"), E_OK);
    assert_int_equal(found_by(c.alice, "ebb", &place), 1);
    assert_int_equal(place, the(c.alice, with_bob, TIDES, &a).place);
    assert_int_equal(found_by(c.alice, "tides", &place), 1);
    assert_int_equal(files(c.p, c.bob, pair_with(c.bob, c.alice), TIDES, "", "Tides"), E_OK);
    assert_int_equal(found_by(c.alice, "ebb", &place), 0);
    assert_int_equal(found_by(c.alice, "tides", &place), 1);
    arena_free(&a);
    play_end(c.p);
}

static void what_is_taken_back_stands_nowhere(void **state)
{
    struct two c = begin();
    struct arena a = ARENA(1 << 22);
    struct command recall = {.kind = COMMAND_RECALL};

    (void)state;
    says(c.alice, c.bob, TIDES);
    sees(c.bob, c.alice, TIDES);
    assert_int_equal(files(c.p, c.bob, pair_with(c.bob, c.alice), TIDES, "His", ""), E_OK);
    assert_int_equal(words(c.alice), 1);
    recall.number = the(c.alice, pair_with(c.alice, c.bob), TIDES, &a).place;
    assert_int_equal(does(c.p, c.alice, pair_with(c.alice, c.bob), &recall), E_OK);
    stage_forward(c.p, CLOCK_MINUTE_MS);
    assert_int_equal(words(c.alice), 0);
    assert_int_equal(words(c.bob), 0);
    arena_free(&a);
    play_end(c.p);
}

/* It lives for as long as what it speaks of, and is nowhere afterwards. */
static void what_ends_stands_nowhere(void **state)
{
    struct two c = begin();

    (void)state;
    says(c.alice, c.bob, TIDES);
    sees(c.bob, c.alice, TIDES);
    stage_forward(c.p, 10 * CLOCK_DAY_MS);
    assert_int_equal(files(c.p, c.bob, pair_with(c.bob, c.alice), TIDES, "His", ""), E_OK);
    assert_int_equal(words(c.alice), 1);
    stage_forward(c.p, 21 * CLOCK_DAY_MS);
    assert_int_equal(words(c.alice), 0);
    assert_int_equal(words(c.bob), 0);
    play_end(c.p);
}

static void a_device_that_is_added_is_given_it(void **state)
{
    struct pair c = pair_added();

    (void)state;
    assert_int_equal(
        files(c.p, c.bob, pair_with(c.bob, c.alice), "Are you there?", "Questions", ""), E_OK);
    gives(&c);
    has_all(&c);
    stands(c.second, pair_with(c.second, c.bob), "Are you there?", "Questions", "");
    play_end(c.p);
}

const struct CMUnitTest deeds_shelf[] = {
    cmocka_unit_test(what_one_saves_both_have),
    cmocka_unit_test(two_who_say_it_at_once_come_to_one),
    cmocka_unit_test(in_a_room_its_moderators_say_it_and_who_wrote_it),
    cmocka_unit_test(in_a_group_everybody_says_it),
    cmocka_unit_test(it_is_found_by_what_it_is_called_there),
    cmocka_unit_test(what_is_taken_back_stands_nowhere),
    cmocka_unit_test(what_ends_stands_nowhere),
    cmocka_unit_test(a_device_that_is_added_is_given_it),
};
const size_t deeds_shelf_n = sizeof deeds_shelf / sizeof deeds_shelf[0];
