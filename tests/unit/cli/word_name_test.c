/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

#include <stdio.h>

static void a_name_is_given_and_taken_away(void **state)
{
    assert_int_equal(PLAY("name", "bob", "Robert B."), 0);
    assert_string_equal(play.named, "bob=Robert B.");
    assert_string_equal(play_out, "");
    assert_int_equal(PLAY("name", "bob", "--none"), 0);
    assert_string_equal(play.named, "bob=");
}

static void without_a_name_the_one_they_have_is_shown(void **state)
{
    struct tacet_contact *bob = play_contact("bob");

    assert_int_equal(PLAY("name", "bob"), 0);
    assert_string_equal(play_out, "");
    assert_said("gave them no name");
    bob->name = "Robert";
    assert_int_equal(PLAY("name", "bob"), 0);
    assert_string_equal(play_out, "Robert\n");
    assert_string_equal(play.named, "");
}

static void why_a_name_is_not_taken_is_said(void **state)
{
    play.name = TACET_ABSENT;
    assert_int_equal(PLAY("name", "bob", "Robert"), 1);
    assert_said("no contact with this handle");
    play.name = TACET_MALFORMED;
    assert_int_equal(PLAY("name", "bob", "Rob\tert"), 1);
    assert_said("visible characters");
    play.name = TACET_LIMIT;
    assert_int_equal(PLAY("name", "bob", "Robert"), 1);
    assert_said("longer than 64 bytes");
}

static void contacts_list_handle_and_name(void **state)
{
    play_contact("bob")->name = "Robert";
    play_contact("carol");
    assert_int_equal(PLAY("contacts"), 0);
    assert_memory_equal(play_out, "bob  ", 5);
    assert_non_null(strstr(play_out, "unverified (Robert)\n"));
    assert_int_equal(PLAY("contacts", "--json"), 0);
    assert_non_null(strstr(play_out, "{\"handle\":\"bob\",\"name\":\"Robert\""));
    assert_non_null(strstr(play_out, "{\"handle\":\"carol\",\"name\":null"));
}

static void contacts_say_what_is_not_sealed_in_profile_hybrid(void **state)
{
    play_contact("bob");
    assert_int_equal(PLAY("contacts"), 0);
    assert_null(strstr(play_out, "ML-KEM"));
    play_contact("carol")->seal = TACET_SEAL_STANDARD;
    assert_int_equal(PLAY("contacts"), 0);
    assert_non_null(strstr(play_out, "unverified, sealed without ML-KEM\n"));
    assert_int_equal(PLAY("contacts", "--json"), 0);
    assert_non_null(strstr(play_out, "\"profile\":\"hybrid\","));
    assert_non_null(strstr(play_out, "\"profile\":\"standard\","));
}

static void contacts_say_who_gets_copies(void **state)
{
    play_contact("bob");
    assert_int_equal(PLAY("contacts"), 0);
    assert_null(strstr(play_out, "copies"));
    assert_null(strstr(play_err, "Copies:"));
    play_contact("carol")->kept = true;
    assert_int_equal(PLAY("contacts"), 0);
    assert_non_null(strstr(play_out, "unverified, copies to somebody\n"));
    snprintf(play.contact[1].keeper, sizeof play.contact[1].keeper, "bot");
    assert_int_equal(PLAY("contacts"), 0);
    assert_non_null(strstr(play_out, "unverified, copies to bot\n"));
    assert_non_null(strstr(play_err, "Copies: "));
    assert_int_equal(PLAY("contacts", "--json"), 0);
    assert_non_null(strstr(play_out, "\"kept\":false,\"keeper\":null,"));
    assert_non_null(strstr(play_out, "\"kept\":true,\"keeper\":\"bot\","));
}

static void the_name_is_told_as_json(void **state)
{
    play_contact("bob")->name = "Robert \"B.\"";
    assert_int_equal(PLAY("name", "bob", "Robert \"B.\"", "--json"), 0);
    assert_string_equal(play_out, "{\"handle\":\"bob\",\"name\":\"Robert \\\"B.\\\"\"}\n");
    play.contact[0].name = NULL;
    assert_int_equal(PLAY("name", "bob", "--json"), 0);
    assert_string_equal(play_out, "{\"handle\":\"bob\",\"name\":null}\n");
    play.name = TACET_LIMIT;
    assert_int_equal(PLAY("name", "bob", "Robert", "--json"), 1);
    assert_string_equal(play_out, "");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_name_is_given_and_taken_away, play_begin),
        cmocka_unit_test_setup(without_a_name_the_one_they_have_is_shown, play_begin),
        cmocka_unit_test_setup(why_a_name_is_not_taken_is_said, play_begin),
        cmocka_unit_test_setup(contacts_list_handle_and_name, play_begin),
        cmocka_unit_test_setup(contacts_say_what_is_not_sealed_in_profile_hybrid, play_begin),
        cmocka_unit_test_setup(contacts_say_who_gets_copies, play_begin),
        cmocka_unit_test_setup(the_name_is_told_as_json, play_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
