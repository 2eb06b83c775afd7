/* SPDX-License-Identifier: Apache-2.0 */
/* hostile_members: another member, with keys of its own and the server on its side. */
#include "scenario/forger.h"
#include "scenario/hostile.h"

static void friends(struct person *a, struct person *b)
{
    says(a, b, "hello");
    sees(b, a, "hello");
    says(b, a, "hello yourself");
    sees(a, b, "hello yourself");
}

static void a_forgery_that_is_honest_is_shown(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct forgery f;

    (void)state;
    friends(alice, bob);
    forge(&f, p, alice, bob, "by hand");
    f.counts = true;
    forge_deliver(&f);
    sees_behind(bob, alice, "by hand", 0);
    says(alice, bob, "by engine");
    sees_behind(bob, alice, "by engine", 0);
    play_end(p);
}

static void nobody_speaks_for_another_over_a_channel_of_their_own(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *eve = joins(p, "eve");
    struct forgery f, as_alice;

    (void)state;
    friends(alice, bob);
    friends(eve, bob);
    forge(&as_alice, p, alice, bob, "I am alice");
    forge(&f, p, eve, bob, "I am alice");
    f.core = as_alice.core;
    memcpy(f.account, as_alice.account, sizeof f.account);
    f.wrap = as_alice.wrap;
    f.roster.room = f.core.room;
    forge_deliver(&f);
    sees_nothing(bob);
    assert_true(stage_heard(bob, PROBLEM_DAMAGED));
    assert_int_equal(stage_problem_code(bob), E_FORGED);

    /* Even when alice's own key has signed it. */
    struct identity mixed = *f.signer;
    mixed.dsk_secret = as_alice.signer->dsk_secret;
    f.signer = &mixed;
    forge_deliver(&f);
    sees_nothing(bob);
    assert_true(stage_heard(bob, PROBLEM_DAMAGED));

    /* As eve, but in the room of alice and bob: to the wrong people. */
    forge(&f, p, eve, bob, "in your room");
    f.core.room = as_alice.core.room;
    forge_deliver(&f);
    sees_nothing(bob);
    assert_true(stage_heard(bob, PROBLEM_RECIPIENTS));

    /* As eve, signed by alice's engine's keys: not the list's. */
    forge(&f, p, eve, bob, "signed by another");
    f.signer = &mixed;
    forge_deliver(&f);
    sees_nothing(bob);
    assert_true(stage_heard(bob, PROBLEM_DAMAGED));

    says(alice, bob, "This is alice.");
    sees_behind(bob, alice, "This is alice.", 0);
    says(eve, bob, "This is eve.");
    sees_behind(bob, eve, "This is eve.", 0);
    play_end(p);
}

static bool count(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)l, (void)f, (void)body, (void)a;
    return true;
}

/* Whether it may be true can only be asked of the server, by whom anybody names. */
static void a_capsule_of_a_device_that_nobody_has_is_soon_not_asked_about(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *eve = joins(p, "eve");
    struct lie asked = {.op = OP_PERSON, .to = bob, .tell = count};
    struct identity from = engine_own(stage_engine(eve))->me;

    (void)state;
    friends(alice, bob);
    lie_begin(p, &asked);
    from.who.aid = engine_own(stage_engine(alice))->me.who.aid;
    from.who.did.b[0] ^= 1;
    forge_capsule(&from, bob, stage_now(p));
    forge_capsule(&from, bob, stage_now(p));
    assert_in_range(asked.told, 1, 10);
    assert_int_equal(parked_by(bob), 2);
    stage_forward(p, 31 * CLOCK_DAY_MS);
    lie_end(p);
    assert_int_equal(parked_by(bob), 0);
    assert_true(stage_heard(bob, PROBLEM_DAMAGED));
    says(alice, bob, "good day");
    sees(bob, alice, "good day");
    play_end(p);
}

static void a_capsule_in_anothers_name_or_from_the_future_opens_nothing(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *eve = joins(p, "eve");
    struct identity from = engine_own(stage_engine(alice))->me;

    (void)state;
    friends(alice, bob);
    forge_capsule(&from, bob, stage_now(p) + 2 * CLOCK_HOUR_MS);
    assert_true(stage_heard(bob, PROBLEM_DAMAGED));
    assert_int_equal(stage_problem_code(bob), E_CLOCK);
    from.dsk_secret = engine_own(stage_engine(eve))->me.dsk_secret;
    forge_capsule(&from, bob, stage_now(p));
    assert_true(stage_heard(bob, PROBLEM_DAMAGED));
    assert_int_equal(stage_problem_code(bob), E_FORGED);
    from.who.nid.b[0] ^= 1;
    forge_capsule(&from, bob, stage_now(p));
    assert_true(stage_heard(bob, PROBLEM_DAMAGED));
    says(alice, bob, "still here");
    sees_behind(bob, alice, "still here", 0);
    play_end(p);
}

/* ---- to whom it went */

static void only_the_sender(struct forgery *f)
{
    if (!ID_SAME(f->account[0].aid, f->core.sender.aid))
        f->account[0] = f->account[1];
    f->accounts = 1;
}

static void without_my_device(struct forgery *f)
{
    f->skipped[0] =
        (struct roster_skipped){engine_own(stage_engine(f->to))->me.who.did, ROSTER_NO_PREKEY};
    f->skips = 1;
}

static void with_a_third(struct forgery *f)
{
    f->account[2] = f->account[0];
    f->account[2].aid.b[0] ^= 0x80;
    f->accounts = 3;
}

static void with_another_list(struct forgery *f)
{
    f->account[1].list_hash[0] ^= 1;
}

static void in_another_room(struct forgery *f)
{
    f->roster.room.b[0] ^= 1;
}

static void with_a_state(struct forgery *f)
{
    f->roster.state_version = 1;
}

static void in_another_network(struct forgery *f)
{
    f->network.nid.b[0] ^= 1;
}

static void (*const wrong_rosters[])(struct forgery *f) = {
    only_the_sender, without_my_device, with_a_third,      with_another_list,
    in_another_room, with_a_state,      in_another_network};

static void a_message_to_an_unexpected_set_of_devices_is_held_and_told(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");

    (void)state;
    friends(alice, bob);
    for (size_t i = 0; i < sizeof wrong_rosters / sizeof wrong_rosters[0]; i++) {
        struct forgery f;

        forge(&f, p, alice, bob, "to whom?");
        wrong_rosters[i](&f);
        forge_deliver(&f);
        sees_nothing(bob);
        assert_true(stage_heard(bob, PROBLEM_RECIPIENTS));
        assert_int_equal(parked_by(bob), i + 1);
    }
    says(alice, bob, "to you alone");
    sees_behind(bob, alice, "to you alone", 0); /* what is held was never counted */
    play_end(p);
}

static void an_older_list_than_before_is_held_and_a_superseded_one_is_noted(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct forgery f, late;

    (void)state;
    friends(alice, bob);
    forge_next_list(p, bob);
    stage_forward(p, 2 * CLOCK_HOUR_MS);
    forge(&late, p, alice, bob, "to your old list"); /* alice does not know the new one */
    late.counts = true;
    forge_deliver(&late);
    assert_int_equal(stage_next_shown(bob)->notes, MESSAGE_LATE);
    sees(bob, alice, "to your old list");

    says(alice, bob, "to your new list");
    sees_behind(bob, alice, "to your new list", 0);
    forge(&f, p, alice, bob, "back to the old one");
    for (size_t i = 0; i < 2; i++)
        for (size_t k = 0; k < 2; k++)
            if (ID_SAME(f.account[i].aid, late.account[k].aid))
                f.account[i] = late.account[k];
    forge_deliver(&f);
    sees_nothing(bob);
    assert_true(stage_heard(bob, PROBLEM_RECIPIENTS));
    play_end(p);
}

/* ---- what it says */

static void a_sender_that_contradicts_itself_is_noted(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct forgery f;

    (void)state;
    friends(alice, bob);
    forge(&f, p, alice, bob, "two");
    f.counts = true;
    forge_deliver(&f);
    sees_behind(bob, alice, "two", 0);

    assert_ok(random_fill(stage_random(p), f.core.id.b, sizeof f.core.id.b));
    f.content = BYTES_LITERAL("no: two");
    forge_deliver(&f); /* the same place in the stream */
    assert_int_equal(stage_next_shown(bob)->notes, MESSAGE_FORKED);
    sees(bob, alice, "no: two");

    forge(&f, p, alice, bob, "three, after something else");
    f.core.prev[0] ^= 1;
    forge_deliver(&f);
    assert_int_equal(stage_next_shown(bob)->notes, MESSAGE_FORKED);
    sees(bob, alice, "three, after something else");
    play_end(p);
}

static void what_this_program_cannot_read_is_shown_as_such(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct forgery f;

    (void)state;
    friends(alice, bob);
    forge(&f, p, alice, bob, "of type 77");
    f.core.type = 77;
    f.counts = true;
    forge_deliver(&f);
    assert_int_equal(stage_next_shown(bob)->notes, MESSAGE_UNREADABLE);
    sees(bob, alice, "");
    forge(&f, p, alice, bob, "\xff\xfe");
    f.counts = true;
    forge_deliver(&f);
    assert_int_equal(stage_next_shown(bob)->notes, MESSAGE_UNREADABLE);
    sees(bob, alice, "");
    says(alice, bob, "in words");
    sees_behind(bob, alice, "in words", 0);
    play_end(p);
}

static void a_sender_that_names_another_list_of_its_own_is_not_believed(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct forgery f;

    (void)state;
    friends(alice, bob);
    forge(&f, p, alice, bob, "under another list");
    f.wrap.list_hash[0] ^= 1;
    forge_deliver(&f);
    assert_true(stage_heard(bob, PROBLEM_DAMAGED));
    forge(&f, p, alice, bob, "under another version");
    f.wrap.list_version++;
    forge_deliver(&f);
    assert_true(stage_heard(bob, PROBLEM_DAMAGED));
    sees_nothing(bob);
    says(alice, bob, "under mine");
    sees_behind(bob, alice, "under mine", 0);
    play_end(p);
}

static void a_message_without_a_place_is_refused_and_one_sealed_twice_is_shown_once(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct forgery f;

    (void)state;
    friends(alice, bob);
    forge(&f, p, alice, bob, "place zero");
    f.core.seq = 0;
    forge_deliver(&f);
    sees_nothing(bob);
    assert_true(stage_heard(bob, PROBLEM_DAMAGED));

    forge(&f, p, alice, bob, "one that nobody knows to carry out");
    f.core.type = 31;
    f.core.seq = 0;
    memset(f.core.prev, 0, sizeof f.core.prev);
    forge_deliver(&f);
    sees_nothing(bob);

    forge(&f, p, alice, bob, "again and again");
    f.counts = true;
    forge_deliver(&f);
    forge_deliver(&f);
    sees_behind(bob, alice, "again and again", 0);
    sees_nothing(bob);
    says(alice, bob, "and on");
    sees_behind(bob, alice, "and on", 0);
    play_end(p);
}

const struct CMUnitTest hostile_members[] = {
    cmocka_unit_test(a_forgery_that_is_honest_is_shown),
    cmocka_unit_test(nobody_speaks_for_another_over_a_channel_of_their_own),
    cmocka_unit_test(a_capsule_of_a_device_that_nobody_has_is_soon_not_asked_about),
    cmocka_unit_test(a_capsule_in_anothers_name_or_from_the_future_opens_nothing),
    cmocka_unit_test(a_message_to_an_unexpected_set_of_devices_is_held_and_told),
    cmocka_unit_test(an_older_list_than_before_is_held_and_a_superseded_one_is_noted),
    cmocka_unit_test(a_sender_that_contradicts_itself_is_noted),
    cmocka_unit_test(what_this_program_cannot_read_is_shown_as_such),
    cmocka_unit_test(a_sender_that_names_another_list_of_its_own_is_not_believed),
    cmocka_unit_test(a_message_without_a_place_is_refused_and_one_sealed_twice_is_shown_once),
};
const size_t hostile_members_n = sizeof hostile_members / sizeof hostile_members[0];
