/* SPDX-License-Identifier: Apache-2.0 */
/* deeds_edits: people edit what they wrote, and all devices show the last version. [PROTOCOL 6.10]
 */
#include "client/engine_internal.h"
#include "scenario/deeds.h"

/* Alice with two devices and bob; the last thing that was said is bob's "to both". */
struct met {
    struct pair c;
    uint64_t alice, second, bob; /* the conversation, as each keeps it */
};

static struct met met(void)
{
    struct met m = {.c = pair_met()};

    m.alice = pair_with(m.c.alice, m.c.bob);
    m.second = pair_with(m.c.second, m.c.bob);
    m.bob = pair_with(m.c.bob, m.c.alice);
    return m;
}

static void all_say(const struct met *m, const char *first, const char *text, size_t versions)
{
    says_now(m->c.alice, m->alice, first, text, versions);
    says_now(m->c.second, m->second, first, text, versions);
    says_now(m->c.bob, m->bob, first, text, versions);
}

static void an_edit_takes_the_place_of_what_was_said(void **state)
{
    struct met m = met();

    (void)state;
    assert_int_equal(edits(m.c.p, m.c.alice, m.alice, "on the first", "on the phone"), E_OK);
    is(m.c.alice, "accepted");
    all_say(&m, "on the first", "on the phone", 2);
    assert_int_equal(m.c.bob->deeds, 1);
    assert_int_equal(edits(m.c.p, m.c.second, m.second, "on the first", "on my phone"), E_OK);
    all_say(&m, "on the first", "on my phone", 3);
    all_say(&m, "to both", "to both", 1);
    assert_int_equal(answers(m.c.p, m.c.bob, m.bob, "on the first", "Which?"), E_OK);
    sees(m.c.alice, m.c.bob, "Which?");
    sees(m.c.second, m.c.bob, "Which?");
    sees_answer(m.c.alice, m.alice, "Which?", "on my phone");
    assert_int_equal(edits(m.c.p, m.c.bob, m.bob, "Which?", "Which one?"), E_OK);
    all_say(&m, "Which?", "Which one?", 2);
    sees_answer(m.c.second, m.second, "Which?", "on my phone"); /* it answers what it did */
    all_is_well(&m.c);
    play_end(m.c.p);
}

static void nobody_edits_what_others_wrote(void **state)
{
    struct met m = met();
    struct reference ref = {.text = bytes_text("what I never said"), .stamp = UINT64_MAX};
    struct engine *e = stage_engine(m.c.bob);
    struct arena a = ARENA(1 << 20);
    struct buf b = BUF(4096);
    struct message first;

    (void)state;
    assert_int_equal(edits(m.c.p, m.c.alice, m.alice, "to both", "to none"), E_DENIED);
    assert_int_equal(edits(m.c.p, m.c.alice, m.alice, "on the first", "on the first"), E_STALE);
    first = the(m.c.bob, m.bob, "on the first", &a); /* bob's program lies */
    ref.sender = first.sender;
    ref.id = first.id;
    assert_ok(reference_write(PAYLOAD_EDIT, &ref, &b));
    assert_ok(outgoing_queue(e, m.bob, PAYLOAD_EDIT, buf_view(&b)));
    stage_forward(m.c.p, 2 * CLOCK_MINUTE_MS);
    is(m.c.bob, "accepted");
    all_say(&m, "on the first", "on the first", 1);
    buf_free(&b);
    arena_free(&a);
    play_end(m.c.p);
}

/* Whatever comes first, the one that was said last stands. */
static void two_devices_edit_the_same_and_agree(void **state)
{
    struct met m = met();

    (void)state;
    stage_cut_off(m.c.alice, true);
    stage_cut_off(m.c.second, true);
    assert_int_equal(edits(m.c.p, m.c.second, m.second, "on the first", "the earlier"), E_OK);
    stage_forward(m.c.p, CLOCK_MINUTE_MS);
    assert_int_equal(edits(m.c.p, m.c.alice, m.alice, "on the first", "the later"), E_OK);
    stage_cut_off(m.c.alice, false);
    stage_forward(m.c.p, 10 * CLOCK_MINUTE_MS);
    says_now(m.c.bob, m.bob, "on the first", "the later", 2);
    stage_cut_off(m.c.second, false);
    stage_forward(m.c.p, 10 * CLOCK_MINUTE_MS);
    all_say(&m, "on the first", "the later", 3);
    stage_skew(m.c.alice, -30 * (int64_t)CLOCK_MINUTE_MS);
    assert_int_equal(edits(m.c.p, m.c.alice, m.alice, "on the first", "the last"), E_OK);
    all_say(&m, "on the first", "the last", 4);
    all_is_well(&m.c);
    play_end(m.c.p);
}

static void a_device_that_is_added_is_given_all_versions(void **state)
{
    struct pair c = pair_added();

    (void)state;
    assert_int_equal(edits(c.p, c.bob, pair_with(c.bob, c.alice), "I am.", "I was."), E_OK);
    assert_int_equal(edits(c.p, c.alice, pair_with(c.alice, c.bob), "Are you there?", "Are you?"),
                     E_OK);
    gives(&c);
    has_all(&c);
    says_now(c.second, pair_with(c.second, c.bob), "I am.", "I was.", 2);
    says_now(c.second, pair_with(c.second, c.bob), "Are you there?", "Are you?", 2);
    sees_nothing(c.second);
    assert_int_equal(
        edits(c.p, c.second, pair_with(c.second, c.bob), "Are you there?", "Are you all there?"),
        E_OK);
    says_now(c.bob, pair_with(c.bob, c.alice), "Are you there?", "Are you all there?", 3);
    play_end(c.p);
}

static void of_somebody_who_is_blocked_no_edit_shows(void **state)
{
    struct met m = met();
    struct command block = {.kind = COMMAND_BLOCK, .handle = bytes_text("bob"), .number = 1};

    (void)state;
    assert_int_equal(edits(m.c.p, m.c.bob, m.bob, "to both", "to the two"), E_OK);
    all_say(&m, "to both", "to the two", 2);
    assert_int_equal(commands(m.c.p, m.c.alice, &block), E_OK);
    stage_forward(m.c.p, A_WHILE);
    assert_int_equal(edits(m.c.p, m.c.bob, m.bob, "to both", "to nobody"), E_OK);
    says_now(m.c.alice, m.alice, "to both", "to both", 1);
    says_now(m.c.second, m.second, "to both", "to both", 1);
    block.number = 0;
    assert_int_equal(commands(m.c.p, m.c.alice, &block), E_OK);
    stage_forward(m.c.p, A_WHILE);
    all_say(&m, "to both", "to nobody", 3);
    play_end(m.c.p);
}

static void people_edit_in_rooms(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *carol = joins(p, "carol");
    struct room_id id = makes(p, alice, ABOUT_ROOM, "Harbour");
    struct person *all[] = {alice, bob, carol};

    (void)state;
    assert_int_equal(adds(p, alice, &id, "bob carol"), E_OK);
    assert_int_equal(says_in(p, bob, &id, "At nine?"), E_OK);
    assert_int_equal(edits(p, alice, room_of(alice, &id).number, "At nine?", "At ten?"), E_DENIED);
    assert_int_equal(edits(p, bob, room_of(bob, &id).number, "At nine?", "At ten?"), E_OK);
    for (size_t i = 0; i < 3; i++)
        says_now(all[i], room_of(all[i], &id).number, "At nine?", "At ten?", 2);
    play_end(p);
}

static void a_search_finds_what_is_said_now(void **state)
{
    struct met m = met();
    struct arena a = ARENA(1 << 20);
    struct message first = the(m.c.bob, m.bob, "on the first", &a);
    uint64_t place;

    (void)state;
    assert_int_equal(edits(m.c.p, m.c.alice, m.alice, "on the first", "the first phone"), E_OK);
    assert_int_equal(edits(m.c.p, m.c.alice, m.alice, "on the first", "my first telephone"), E_OK);
    reacts(m.c.p, m.c.bob, m.bob, "on the first", "telephone");
    assert_int_equal(found_by(m.c.bob, "telephone", &place), 1);
    assert_int_equal(place, first.place);
    assert_int_equal(found_by(m.c.bob, "first", &place), 1); /* in each version */
    assert_int_equal(place, first.place);
    assert_int_equal(found_by(m.c.bob, "the first", &place), 0);
    arena_free(&a);
    play_end(m.c.p);
}

static void one_that_never_left_does_not_stand(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    uint64_t with = (meet(alice, bob), pair_with(alice, bob));

    (void)state;
    assert_int_equal(edits(p, alice, with, "Are you there?", "Are you?"), E_OK);
    server_dies(p);
    assert_int_equal(edits(p, alice, with, "Are you there?", "Hello?"), E_OK);
    says_now(alice, with, "Are you there?", "Hello?", 3);
    server_comes_back(p);
    removes(p, "bob");
    stage_forward(p, 2 * CLOCK_HOUR_MS);
    is(alice, "failed");
    says_now(alice, with, "Are you there?", "Are you?", 2);
    play_end(p);
}

const struct CMUnitTest deeds_edits[] = {
    cmocka_unit_test(an_edit_takes_the_place_of_what_was_said),
    cmocka_unit_test(nobody_edits_what_others_wrote),
    cmocka_unit_test(two_devices_edit_the_same_and_agree),
    cmocka_unit_test(a_device_that_is_added_is_given_all_versions),
    cmocka_unit_test(of_somebody_who_is_blocked_no_edit_shows),
    cmocka_unit_test(people_edit_in_rooms),
    cmocka_unit_test(a_search_finds_what_is_said_now),
    cmocka_unit_test(one_that_never_left_does_not_stand),
};
const size_t deeds_edits_n = sizeof deeds_edits / sizeof deeds_edits[0];
