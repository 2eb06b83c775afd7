/* SPDX-License-Identifier: Apache-2.0 */
/* deeds_replies: people answer a message, and all who have it see which.  [PROTOCOL 6.10] */
#include "scenario/deeds.h"

static void an_answer_shows_both_what_it_answers(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");

    (void)state;
    says(alice, bob, "Meet at nine?");
    says(alice, bob, "And bring the maps.");
    sees(bob, alice, "Meet at nine?");
    sees(bob, alice, "And bring the maps.");
    assert_int_equal(answers(p, bob, pair_with(bob, alice), "Meet at nine?", "Yes."), E_OK);
    is(bob, "accepted");
    sees(alice, bob, "Yes.");
    sees_answer(alice, pair_with(alice, bob), "Yes.", "Meet at nine?");
    sees_answer(bob, pair_with(bob, alice), "Yes.", "Meet at nine?");
    assert_int_equal(answers(p, alice, pair_with(alice, bob), "Yes.", "Good."), E_OK);
    sees(bob, alice, "Good.");
    sees_answer(bob, pair_with(bob, alice), "Good.", "Yes.");
    play_end(p);
}

static void each_device_sees_it_and_a_later_one_once_it_is_given_the_rest(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *second;
    struct pair c;

    (void)state;
    meet(alice, bob);
    second = stage_second_device(alice, "second");
    leaves(alice);
    returns(alice);
    c = (struct pair){p, alice, second, bob};
    assert_int_equal(answers(p, bob, pair_with(bob, alice), "Are you there?", "Still."), E_OK);
    sees(alice, bob, "Still.");
    sees(second, bob, "Still.");
    sees_answer(alice, pair_with(alice, bob), "Still.", "Are you there?");
    sees_answer(second, pair_with(second, bob), "Still.", NULL);
    gives(&c);
    has_all(&c);
    sees_answer(second, pair_with(second, bob), "Still.", "Are you there?");
    assert_int_equal(answers(p, second, pair_with(second, bob), "Still.", "Good."), E_OK);
    sees(bob, alice, "Good.");
    sees_own(alice, bob, "Good.");
    sees_answer(bob, pair_with(bob, alice), "Good.", "Still.");
    sees_answer(alice, pair_with(alice, bob), "Good.", "Still.");
    play_end(p);
}

static void an_answer_is_given_to_a_later_device_too(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct pair c = {.p = p, .alice = alice, .bob = bob};

    (void)state;
    meet(alice, bob);
    assert_int_equal(answers(p, bob, pair_with(bob, alice), "Are you there?", "Still."), E_OK);
    sees(alice, bob, "Still.");
    add_second(&c);
    gives(&c);
    has_all(&c);
    sees_answer(c.second, pair_with(c.second, bob), "Still.", "Are you there?");
    play_end(p);
}

static void people_answer_in_rooms(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob"), *carol = joins(p, "carol");
    struct room_id id = makes(p, alice, ABOUT_ROOM, "Harbour");

    (void)state;
    assert_int_equal(adds(p, alice, &id, "bob carol"), E_OK);
    assert_int_equal(says_in(p, alice, &id, "Meet at the quay?"), E_OK);
    sees(bob, alice, "Meet at the quay?");
    assert_int_equal(answers(p, bob, room_of(bob, &id).number, "Meet at the quay?", "Yes."), E_OK);
    sees(carol, alice, "Meet at the quay?");
    sees(carol, bob, "Yes.");
    sees_answer(carol, room_of(carol, &id).number, "Yes.", "Meet at the quay?");
    sees_answer(alice, room_of(alice, &id).number, "Yes.", "Meet at the quay?");
    play_end(p);
}

static void what_is_not_there_or_never_left_cannot_be_answered(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    struct command c = {.kind = COMMAND_REPLY, .text = bytes_text("Yes."), .number = 5};
    struct arena a = ARENA(1 << 20);
    char text[LIMIT_TEXT + 1] = {0};

    (void)state;
    meet(alice, bob);
    assert_int_equal(does(p, alice, pair_with(alice, bob), &c), E_ABSENT);
    c.handle = bytes_text("nobody");
    assert_int_equal(commands(p, alice, &c), E_ABSENT);
    c.number = the(alice, pair_with(alice, bob), "I am.", &a).place;
    memset(text, 'a', sizeof text - 1);
    c.text = bytes_text(text);
    assert_int_equal(does(p, alice, pair_with(alice, bob), &c), E_LIMIT);
    c.text = bytes("\xff", 1);
    assert_int_equal(does(p, alice, pair_with(alice, bob), &c), E_MALFORMED);
    says_to(alice, "nobody", "Hello?");
    failed_with(alice, E_ABSENT);
    assert_int_equal(answers(p, alice, contact_of(alice, "nobody").number, "Hello?", "Well?"),
                     E_CONFLICT);
    removes(p, "bob");
    stage_forward(p, CLOCK_HOUR_MS);
    says(alice, bob, "Gone?");
    assert_int_equal(answers(p, alice, pair_with(alice, bob), "I am.", "Well?"), E_REMOVED);
    sees_nothing(bob);
    arena_free(&a);
    play_end(p);
}

const struct CMUnitTest deeds_replies[] = {
    cmocka_unit_test(an_answer_shows_both_what_it_answers),
    cmocka_unit_test(each_device_sees_it_and_a_later_one_once_it_is_given_the_rest),
    cmocka_unit_test(an_answer_is_given_to_a_later_device_too),
    cmocka_unit_test(people_answer_in_rooms),
    cmocka_unit_test(what_is_not_there_or_never_left_cannot_be_answered),
};
const size_t deeds_replies_n = sizeof deeds_replies / sizeof deeds_replies[0];
