/* SPDX-License-Identifier: Apache-2.0 */
/* deeds_recalls: people take back what they wrote, and it is gone everywhere.  [PROTOCOL 6.10] */
#include "client/engine_internal.h"
#include "scenario/deeds.h"
#include "scenario/policies.h"

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

static void all_lost(const struct met *m, const char *what)
{
    lost(m->c.alice, m->alice, what, 1);
    lost(m->c.second, m->second, what, 1);
    lost(m->c.bob, m->bob, what, 1);
}

static void what_is_recalled_is_gone_with_its_versions_and_reactions(void **state)
{
    struct met m = met();
    struct arena a = ARENA(1 << 20);
    struct message first = the(m.c.bob, m.bob, "on the first", &a);
    struct vault *v = engine_vault(stage_engine(m.c.bob));
    struct reactions_sum sum;
    struct target to;

    (void)state;
    assert_int_equal(edits(m.c.p, m.c.second, m.second, "on the first", "on my phone"), E_OK);
    reacts(m.c.p, m.c.bob, m.bob, "on the first", "+");
    assert_int_equal(answers(m.c.p, m.c.bob, m.bob, "on the first", "Which?"), E_OK);
    assert_ok(target_of(v, engine_own(stage_engine(m.c.bob)), &first, &to));
    assert_int_equal(recalls(m.c.p, m.c.second, m.second, "on the first"), E_OK);
    is(m.c.second, "accepted");
    all_lost(&m, "on the first");
    all_lost(&m, "on my phone");
    sees_answer(m.c.bob, m.bob, "Which?", NULL);
    sees_answer(m.c.alice, m.alice, "Which?", NULL);
    assert_ok(reactions_sum(v, &to, &a, &sum));
    assert_int_equal(sum.n, 0);
    sees(m.c.alice, m.c.bob, "Which?");
    sees(m.c.second, m.c.bob, "Which?");
    all_is_well(&m.c);
    arena_free(&a);
    play_end(m.c.p);
}

static void nobody_recalls_what_others_wrote(void **state)
{
    struct met m = met();
    struct reference ref = {.stamp = 0};
    struct arena a = ARENA(1 << 20);
    struct buf b = BUF(4096);
    struct message first;

    (void)state;
    assert_int_equal(recalls(m.c.p, m.c.alice, m.alice, "to both"), E_DENIED);
    first = the(m.c.bob, m.bob, "on the first", &a); /* bob's program lies */
    ref.sender = first.sender;
    ref.id = first.id;
    assert_ok(reference_write(PAYLOAD_RECALL, &ref, &b));
    assert_ok(outgoing_queue(stage_engine(m.c.bob), m.bob, PAYLOAD_RECALL, buf_view(&b)));
    stage_forward(m.c.p, 2 * CLOCK_MINUTE_MS);
    is(m.c.bob, "accepted");
    says_now(m.c.alice, m.alice, "on the first", "on the first", 1);
    says_now(m.c.second, m.second, "on the first", "on the first", 1);
    buf_free(&b);
    arena_free(&a);
    play_end(m.c.p);
}

/* Bob's own history has the message before its recall; the device that takes it has it behind. */
static void what_was_recalled_does_not_come_back_as_history(void **state)
{
    struct pair c = pair_added();
    struct person *bobs;

    (void)state;
    says(c.bob, c.alice, "a secret");
    sees(c.alice, c.bob, "a secret");
    sees(c.second, c.bob, "a secret");
    bobs = stage_second_device(c.bob, "bobs");
    leaves(c.bob);
    returns(c.bob);
    assert_int_equal(recalls(c.p, c.bob, pair_with(c.bob, c.alice), "a secret"), E_OK);
    assert_int_equal(stage_give(c.bob, bobs), E_OK);
    assert_int_equal(stage_take(bobs, c.bob), E_OK);
    assert_int_equal(stage_has_history(bobs), E_OK);
    lost(bobs, pair_with(bobs, c.alice), "a secret", 0);
    lost(c.alice, pair_with(c.alice, c.bob), "a secret", 1);
    assert_int_equal(stage_copies(bobs, c.alice, "I am."), 1);
    play_end(c.p);
}

static void what_comes_later_stays_recalled(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct vault *v = engine_vault(stage_engine(bob));
    struct arena a = ARENA(1 << 20);
    struct account_id by;
    struct message m;
    struct target to;

    (void)state;
    meet(alice, bob);
    m = the(bob, pair_with(bob, alice), "Are you there?", &a);
    by = engine_own(stage_engine(alice))->me.who.aid;
    assert_ok(target_of(v, engine_own(stage_engine(bob)), &m, &to));
    to.id.b[0] ^= 1; /* another message, which did not come yet */
    assert_ok(vault_begin(v));
    assert_ok(recalls_take(v, engine_own(stage_engine(bob)), &to, &by));
    m.id = to.id;
    m.proof = (struct bytes){NULL, 0};
    assert_ok(messages_add(v, &m));
    assert_ok(deeds_take(v, engine_own(stage_engine(bob)), &m, &by));
    assert_ok(vault_commit(v));
    assert_int_equal(m.text.n, 0);
    assert_ok(messages_get(v, m.contact, m.place, &a, &m));
    assert_int_equal(m.text.n, 0);
    assert_true(m.notes & MESSAGE_RECALLED);
    arena_free(&a);
    play_end(p);
}

static void what_waits_does_not_leave_any_more(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    uint64_t with = (meet(alice, bob), pair_with(alice, bob));

    (void)state;
    leaves(bob);
    server_dies(p);
    says(alice, bob, "too soon");
    assert_int_equal(recalls(p, alice, with, "too soon"), E_OK);
    lost(alice, with, "too soon", 1);
    server_comes_back(p);
    stage_forward(p, 10 * CLOCK_MINUTE_MS);
    says(alice, bob, "now");
    is(alice, "accepted");
    returns(bob);
    sees(bob, alice, "now");
    sees_nothing(bob);
    lost(bob, pair_with(bob, alice), "too soon", 0);
    assert_false(stage_heard(bob, PROBLEM_DAMAGED));
    play_end(p);
}

static void people_recall_in_rooms(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct room_id id = makes(p, alice, ABOUT_ROOM, "Harbour");

    (void)state;
    assert_int_equal(adds(p, alice, &id, "bob"), E_OK);
    assert_int_equal(says_in(p, alice, &id, "In the room."), E_OK);
    sees(bob, alice, "In the room.");
    assert_int_equal(recalls(p, bob, room_of(bob, &id).number, "In the room."), E_DENIED);
    assert_int_equal(recalls(p, alice, room_of(alice, &id).number, "In the room."), E_OK);
    lost(bob, room_of(bob, &id).number, "In the room.", 1);
    lost(alice, room_of(alice, &id).number, "In the room.", 1);
    play_end(p);
}

/* Who keeps copies sees reactions and edits, too, and keeps what was taken back. */
static void who_keeps_copies_keeps_what_was_recalled(void **state)
{
    struct cast c = cast_begin();
    struct network_policy policy = desk_next(c.p, &NO_POLICY, 0);
    struct arena a = ARENA(1 << 20);
    struct message kept;
    uint64_t with;

    (void)state;
    desk_keep(&policy, c.bot, true);
    desk_publish(c.p, &policy);
    says(c.alice, c.bob, "for three of us");
    sees(c.bob, c.alice, "for three of us");
    copies(c.bot, c.alice, "for three of us");
    with = pair_with(c.bot, c.alice);
    reacts(c.p, c.bob, pair_with(c.bob, c.alice), "for three of us", "+");
    assert_int_equal(edits(c.p, c.alice, pair_with(c.alice, c.bob), "for three of us", "for all"),
                     E_OK);
    shows(c.bot, with, "for three of us", "+1");
    says_now(c.bot, with, "for three of us", "for all", 2);
    kept = the(c.bot, with, "for three of us", &a);
    assert_int_equal(recalls(c.p, c.alice, pair_with(c.alice, c.bob), "for three of us"), E_OK);
    lost(c.alice, pair_with(c.alice, c.bob), "for three of us", 1);
    lost(c.bob, pair_with(c.bob, c.alice), "for three of us", 1);
    assert_ok(messages_get(engine_vault(stage_engine(c.bot)), with, kept.place, &a, &kept));
    assert_bytes(kept.text, bytes_text("for three of us"));
    assert_true(kept.notes & MESSAGE_RECALLED);
    assert_int_equal(stage_copies(c.bot, c.alice, "for three of us"), 1);
    arena_free(&a);
    play_end(c.p);
}

const struct CMUnitTest deeds_recalls[] = {
    cmocka_unit_test(who_keeps_copies_keeps_what_was_recalled),
    cmocka_unit_test(what_is_recalled_is_gone_with_its_versions_and_reactions),
    cmocka_unit_test(nobody_recalls_what_others_wrote),
    cmocka_unit_test(what_was_recalled_does_not_come_back_as_history),
    cmocka_unit_test(what_comes_later_stays_recalled),
    cmocka_unit_test(what_waits_does_not_leave_any_more),
    cmocka_unit_test(people_recall_in_rooms),
};
const size_t deeds_recalls_n = sizeof deeds_recalls / sizeof deeds_recalls[0];
