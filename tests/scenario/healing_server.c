/* SPDX-License-Identifier: Apache-2.0 */
/* healing_server: a server that is put back from a copy has forgotten what it accepted since, and
 * nothing of it is lost.  [PROTOCOL 9.2, 10 M1] */
#include <stdio.h>

#include "scenario/backup.h"
#include "scenario/healing.h"

#define MANY 70 /* more than the window of upload numbers */

/* Once, and opened. */
static void has_once(struct person *who, struct person *by, const char *text)
{
    if (stage_copies(who, by, text) != 1)
        fail_msg("\"%s\" stands there %u times", text, stage_copies(who, by, text));
    assert_int_equal(parked_by(who), 0);
}

static void what_was_accepted_and_not_fetched_comes_again(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct snapshot copy = {NULL, 0};

    (void)state;
    meet(alice, bob);
    is_copied(p, &copy);
    says(alice, bob, "fetched");
    says(bob, alice, "fetched, too");
    stage_forward(p, CLOCK_MINUTE_MS);
    leaves(bob);
    says(alice, bob, "one");
    says(alice, bob, "two");
    is(alice, "accepted");
    is_put_back(p, &copy);
    returns(bob);
    stage_forward(p, 3 * CLOCK_MINUTE_MS); /* and alice says nothing more */
    has_once(bob, alice, "fetched");
    has_once(bob, alice, "one");
    has_once(bob, alice, "two");
    has_once(alice, bob, "fetched, too");
    says(alice, bob, "three");
    stage_forward(p, CLOCK_MINUTE_MS);
    has_once(bob, alice, "three");
    play_end(p);
}

/* The sender is gone by then: it comes when they are there again. */
static void it_comes_when_its_sender_is_there_again(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct snapshot copy = {NULL, 0};

    (void)state;
    meet(alice, bob);
    is_copied(p, &copy);
    leaves(bob);
    says(alice, bob, "one");
    leaves(alice);
    is_put_back(p, &copy);
    returns(bob);
    stage_forward(p, CLOCK_HOUR_MS);
    assert_int_equal(stage_copies(bob, alice, "one"), 0);
    returns(alice);
    stage_forward(p, 3 * CLOCK_MINUTE_MS);
    has_once(bob, alice, "one");
    play_end(p);
}

/* Restored twice within ten minutes: what was forgotten the second time may not be sealed again at
 * once, also by a program that has been started again since. */
static void what_was_forgotten_twice_waits_and_comes(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct snapshot first = {NULL, 0}, second = {NULL, 0};

    (void)state;
    meet(alice, bob);
    is_copied(p, &first);
    is_copied(p, &second);
    leaves(bob);
    says(alice, bob, "one");
    is_put_back(p, &first);
    stage_forward(p, CLOCK_MINUTE_MS);
    says(alice, bob, "two");
    is(alice, "accepted");
    is_put_back(p, &second);
    stage_forward(p, CLOCK_MINUTE_MS);
    leaves(alice);
    returns(alice);
    returns(bob);
    stage_forward(p, 10 * CLOCK_MINUTE_MS);
    has_once(bob, alice, "one");
    has_once(bob, alice, "two");
    says(alice, bob, "three");
    stage_forward(p, CLOCK_MINUTE_MS);
    has_once(bob, alice, "three");
    play_end(p);
}

/* Bob has another prekey since the copy, which alice knows and the server does not: what it says
 * goes back, until he is there again. */
static void a_message_waits_until_a_restored_server_knows_its_recipients_prekey(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct snapshot copy = {NULL, 0};

    (void)state;
    meet(alice, bob);
    is_copied(p, &copy);
    stage_forward(p, 8 * CLOCK_DAY_MS);
    leaves(alice);
    returns(alice);
    says(alice, bob, "under the new one");
    stage_forward(p, CLOCK_MINUTE_MS);
    leaves(bob);
    is_put_back(p, &copy);
    says(alice, bob, "waits");
    stage_forward(p, 3 * CLOCK_HOUR_MS);
    is(alice, "queued");
    returns(bob);
    stage_forward(p, 15 * CLOCK_MINUTE_MS);
    is(alice, "accepted");
    has_once(bob, alice, "under the new one");
    has_once(bob, alice, "waits");
    play_end(p);
}

/* What bob has fetched since is offered again, when the prekey that it was sealed to has gone. */
static void what_was_fetched_and_is_offered_again_is_not_called_damaged(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct snapshot copy = {NULL, 0};

    (void)state;
    leaves(bob);
    says(alice, bob, "one");
    is_copied(p, &copy);
    returns(bob);
    stage_forward(p, CLOCK_MINUTE_MS);
    has_once(bob, alice, "one");
    stage_forward(p, 20 * CLOCK_DAY_MS);
    is_put_back(p, &copy);
    stage_forward(p, 3 * CLOCK_MINUTE_MS);
    has_once(bob, alice, "one");
    assert_false(stage_heard(bob, PROBLEM_DAMAGED));
    play_end(p);
}

static bool no_uploads(void *ctx, struct person *who, struct buf *frame)
{
    struct arena a = ARENA(2 * LIMIT_FRAME);
    struct frame f;
    bool other = frame_parse(buf_view(frame), &a, &f).code != E_OK || f.op != OP_SEND;

    (void)ctx, (void)who;
    arena_free(&a);
    return other;
}

/* Numbers that the server has forgotten are more than it takes at once; one is under way already.
 */
static void after_many_messages_their_sender_goes_on(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct snapshot copy = {NULL, 0};
    char text[32];

    (void)state;
    meet(alice, bob);
    is_copied(p, &copy);
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(text, sizeof text, "number %u", i);
        says(alice, bob, text);
        stage_forward(p, CLOCK_SECOND_MS);
    }
    stage_tamper_up(p, no_uploads, NULL);
    says(alice, bob, "under way");
    stage_tamper_up(p, NULL, NULL);
    is_put_back(p, &copy);
    stage_forward(p, 10 * CLOCK_MINUTE_MS);
    is(alice, "accepted");
    has_once(bob, alice, "under way");
    for (unsigned i = 0; i < MANY; i++) {
        snprintf(text, sizeof text, "number %u", i);
        has_once(bob, alice, text);
    }
    play_end(p);
}

/* A server that says so again and again is not obeyed each time. */
static void a_server_cannot_have_it_all_sealed_again_and_again(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct uploads sent = {.by = alice};

    (void)state;
    meet(alice, bob);
    for (unsigned i = 0; i < 20; i++)
        says(alice, bob, "again?");
    stage_tamper_up(p, count_uploads, &sent);
    for (unsigned i = 0; i < 5; i++) {
        assert_ok(db_run(stage_server(p)->db, "UPDATE device SET uploads = 0, taken = 0",
                         DB_NO_VALUES, NULL));
        stage_hang_up(alice);
        stage_forward(p, CLOCK_MINUTE_MS);
    }
    assert_in_range(sent.n, 1, 40);
    assert_int_equal(stage_copies(bob, alice, "again?"), 20);
    play_end(p);
}

const struct CMUnitTest healing_server[] = {
    cmocka_unit_test(what_was_accepted_and_not_fetched_comes_again),
    cmocka_unit_test(it_comes_when_its_sender_is_there_again),
    cmocka_unit_test(what_was_forgotten_twice_waits_and_comes),
    cmocka_unit_test(a_message_waits_until_a_restored_server_knows_its_recipients_prekey),
    cmocka_unit_test(what_was_fetched_and_is_offered_again_is_not_called_damaged),
    cmocka_unit_test(after_many_messages_their_sender_goes_on),
    cmocka_unit_test(a_server_cannot_have_it_all_sealed_again_and_again),
};
const size_t healing_server_n = sizeof healing_server / sizeof healing_server[0];
