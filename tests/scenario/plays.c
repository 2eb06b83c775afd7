/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario/plays.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void two_people_talk(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");

    (void)state;
    says(alice, bob, "Meet at nine?");
    is(alice, "accepted");
    sees(bob, alice, "Meet at nine?");
    says(bob, alice, "At nine.");
    sees(alice, bob, "At nine.");
    sees_nothing(bob);
    sees_nothing(alice);
    play_end(p);
}

static void mail_waits_for_who_is_away(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");

    (void)state;
    leaves(bob);
    says(alice, bob, "Are you there?");
    says(alice, bob, "Call me.");
    is(alice, "accepted");
    returns(bob);
    sees(bob, alice, "Are you there?");
    sees(bob, alice, "Call me.");
    sees_nothing(bob);
    leaves(bob);
    returns(bob);
    sees_nothing(bob);
    play_end(p);
}

static void what_was_accepted_survives_the_server(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");

    (void)state;
    leaves(bob);
    says(alice, bob, "Before the crash.");
    is(alice, "accepted");
    server_dies(p);
    server_comes_back(p);
    returns(bob);
    sees(bob, alice, "Before the crash.");
    says(bob, alice, "After it.");
    is(bob, "accepted");
    leaves(alice);
    returns(alice);
    sees(alice, bob, "After it.");
    play_end(p);
}

static void a_message_waits_for_the_server(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");

    (void)state;
    says(alice, bob, "First.");
    sees(bob, alice, "First.");
    server_dies(p);
    says(alice, bob, "Second.");
    is(alice, "queued");
    leaves(alice);
    server_comes_back(p);
    returns(alice);
    is(alice, "accepted");
    leaves(bob);
    returns(bob);
    sees(bob, alice, "Second.");
    sees_nothing(bob);
    play_end(p);
}

static void order_is_kept(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    char text[32];

    (void)state;
    leaves(bob);
    for (int i = 0; i < 20; i++) {
        snprintf(text, sizeof text, "number %d", i);
        says(alice, bob, text);
    }
    is(alice, "accepted");
    returns(bob);
    for (int i = 0; i < 20; i++) {
        snprintf(text, sizeof text, "number %d", i);
        sees(bob, alice, text);
    }
    sees_nothing(bob);
    play_end(p);
}

static void nobody_is_called_that(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice");

    (void)state;
    says_to(alice, "nobody", "Hello?");
    is(alice, "failed");
    failed_with(alice, E_ABSENT);
    play_end(p);
}

static void a_removed_person_gets_nothing_and_senders_are_told(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");

    (void)state;
    says(alice, bob, "Still here?");
    sees(bob, alice, "Still here?");
    leaves(bob);
    says(alice, bob, "This one waits.");
    is(alice, "accepted");
    removes(p, "bob");
    says(alice, bob, "Too late.");
    is(alice, "failed");
    failed_with(alice, E_REMOVED);
    returns(bob);
    sees_nothing(bob);
    play_end(p);
}

static void an_invitation_is_good_once(void **state)
{
    struct play *p = play_begin();
    char *link = invited(p, "carol"), altered[512];
    struct person *carol, *eve;

    (void)state;
    snprintf(altered, sizeof altered, "%s", link);
    altered[60] = altered[60] == 'A' ? 'B' : 'A';
    assert_int_equal(joins_by(p, "eve", altered, &eve), E_FORGED);
    assert_int_equal(joins_by(p, "carol", link, &carol), E_OK);
    assert_int_equal(joins_by(p, "eve", link, &eve), E_CONFLICT);
    free(link);
    play_end(p);
}

static void both_sides_compare_the_same_number(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    char hers[64], wrong[64];

    (void)state;
    says(alice, bob, "Let us compare.");
    sees(bob, alice, "Let us compare.");
    snprintf(hers, sizeof hers, "%s", safety_number(alice, bob));
    assert_int_equal(strlen(hers), 60);
    assert_string_equal(hers, safety_number(bob, alice));
    assert_false(has_verified(alice, bob));
    snprintf(wrong, sizeof wrong, "%s", hers);
    wrong[59] = wrong[59] == '0' ? '1' : '0';
    assert_int_equal(confirms(alice, bob, wrong), E_FORGED);
    assert_false(has_verified(alice, bob));
    assert_int_equal(confirms(alice, bob, hers), E_OK);
    assert_true(has_verified(alice, bob));
    play_end(p);
}

static void the_server_holds_sealed_bytes_only(void **state)
{
    struct play *p = play_begin();
    struct person *alice = joins(p, "alice"), *bob = joins(p, "bob");
    static const char WORDS[] = "the fleet sails at four";

    (void)state;
    leaves(bob);
    says(alice, bob, WORDS);
    is(alice, "accepted");
    assert_true(server_holds(p, "alice"));
    assert_false(server_holds(p, WORDS));
    returns(bob);
    sees(bob, alice, WORDS);
    assert_false(server_holds(p, WORDS));
    play_end(p);
}

const struct CMUnitTest plays[] = {
    cmocka_unit_test(two_people_talk),
    cmocka_unit_test(mail_waits_for_who_is_away),
    cmocka_unit_test(what_was_accepted_survives_the_server),
    cmocka_unit_test(a_message_waits_for_the_server),
    cmocka_unit_test(order_is_kept),
    cmocka_unit_test(nobody_is_called_that),
    cmocka_unit_test(a_removed_person_gets_nothing_and_senders_are_told),
    cmocka_unit_test(an_invitation_is_good_once),
    cmocka_unit_test(both_sides_compare_the_same_number),
    cmocka_unit_test(the_server_holds_sealed_bytes_only),
};
const size_t plays_n = sizeof plays / sizeof plays[0];
