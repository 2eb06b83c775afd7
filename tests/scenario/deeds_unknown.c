/* SPDX-License-Identifier: Apache-2.0 */
/* deeds_unknown: what a program cannot read is kept for one that can.  [PROTOCOL 6.1] */
#include "client/engine_internal.h"
#include "scenario/deeds.h"
#include "scenario/forger.h"

#define LATER 15 /* a content type that nobody knows yet */

#define SECRET "what a later version says"

/* The one message of a conversation that cannot be read. */
static struct message unreadable(struct person *who, uint64_t conversation, struct arena *a)
{
    struct vault *v = engine_vault(stage_engine(who));
    struct message m = {.place = 0}, found = {.place = 0};

    while (messages_next(v, conversation, m.place, a, &m).code == E_OK)
        if (m.notes & MESSAGE_UNREADABLE) {
            assert_int_equal(found.place, 0);
            found = m;
        }
    assert_int_not_equal(found.place, 0);
    return found;
}

static void is_kept(struct person *who, uint64_t conversation)
{
    struct arena a = ARENA(1 << 22);
    struct message m = unreadable(who, conversation, &a);
    struct deeds_view view;

    assert_int_equal(m.type, LATER);
    assert_bytes(m.text, bytes_text(SECRET));
    assert_true(m.proof.n > 0);
    assert_false(m.notes & MESSAGE_UNPROVED);
    assert_ok(
        deeds_view(engine_vault(stage_engine(who)), engine_own(stage_engine(who)), &m, &a, &view));
    assert_int_equal(view.text.n, 0); /* nothing of it is shown */
    arena_free(&a);
}

static void says_later(struct play *p, struct person *from, struct person *to)
{
    struct forgery f;

    forge(&f, p, from, to, SECRET);
    f.core.type = LATER;
    f.counts = true;
    forge_deliver(&f);
}

static void what_a_later_version_says_is_kept_and_goes_along(void **state)
{
    struct pair c = {.p = play_begin()};

    (void)state;
    c.alice = joins(c.p, "alice");
    c.bob = joins(c.p, "bob");
    meet(c.alice, c.bob);
    says_later(c.p, c.bob, c.alice);
    sees(c.alice, c.bob, "");
    is_kept(c.alice, pair_with(c.alice, c.bob));
    add_second(&c);
    gives(&c);
    has_all(&c);
    is_kept(c.second, pair_with(c.second, c.bob));
    play_end(c.p);
}

/* As a program left it that did not know texts, or what stands in their place. */
static void forget(struct person *who, uint64_t conversation, uint16_t type)
{
    struct vault *v = engine_vault(stage_engine(who));
    struct arena a = ARENA(1 << 22);
    struct message m = {.place = 0};

    while (messages_next(v, conversation, m.place, &a, &m).code == E_OK && m.type != type)
        continue;
    assert_int_equal(m.type, type);
    m.notes |= MESSAGE_UNREADABLE;
    assert_ok(vault_begin(v));
    assert_ok(messages_update(v, &m));
    assert_ok(vault_counter_set(v, VAULT_READABLE, 0));
    assert_ok(vault_commit(v));
    arena_free(&a);
}

static void a_newer_program_shows_it(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct arena a = ARENA(1 << 22);
    struct target to;
    struct account_id by;
    struct message m;
    struct vault *v;

    (void)state;
    meet(alice, bob);
    assert_int_equal(edits(p, bob, pair_with(bob, alice), "I am.", "I was."), E_OK);
    says_now(alice, pair_with(alice, bob), "I am.", "I was.", 2);
    v = engine_vault(stage_engine(alice));
    m = the(alice, pair_with(alice, bob), "I am.", &a);
    by = engine_own(stage_engine(bob))->me.who.aid;
    assert_ok(target_of(v, engine_own(stage_engine(alice)), &m, &to));
    assert_ok(vault_begin(v));
    assert_ok(edits_drop(v, &to, &by));
    assert_ok(vault_commit(v));
    forget(alice, pair_with(alice, bob), PAYLOAD_EDIT);
    forget(alice, pair_with(alice, bob), PAYLOAD_TEXT);
    says_now(alice, pair_with(alice, bob), "I am.", "I am.", 1);
    leaves(alice);
    returns(alice);
    says_now(alice, pair_with(alice, bob), "I am.", "I was.", 2);
    the(alice, pair_with(alice, bob), "Are you there?", &a);
    arena_free(&a);
    play_end(p);
}

static void what_a_later_version_says_can_be_taken_back(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct arena a = ARENA(1 << 22);
    struct reference ref = {.stamp = 0};
    struct buf b = BUF(4096);
    struct message m;
    uint64_t with = (meet(alice, bob), pair_with(bob, alice));

    (void)state;
    says_later(p, bob, alice);
    m = unreadable(alice, pair_with(alice, bob), &a);
    ref.sender = m.sender;
    ref.id = m.id;
    assert_ok(reference_write(PAYLOAD_RECALL, &ref, &b));
    assert_ok(outgoing_queue(stage_engine(bob), with, PAYLOAD_RECALL, buf_view(&b)));
    stage_forward(p, CLOCK_MINUTE_MS);
    m = unreadable(alice, pair_with(alice, bob), &a);
    assert_true(m.notes & MESSAGE_RECALLED);
    assert_int_equal(m.text.n, 0);
    buf_free(&b);
    arena_free(&a);
    play_end(p);
}

const struct CMUnitTest deeds_unknown[] = {
    cmocka_unit_test(what_a_later_version_says_is_kept_and_goes_along),
    cmocka_unit_test(a_newer_program_shows_it),
    cmocka_unit_test(what_a_later_version_says_can_be_taken_back),
};
const size_t deeds_unknown_n = sizeof deeds_unknown / sizeof deeds_unknown[0];
