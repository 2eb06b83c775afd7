/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

#include <stdio.h>

#include "base/version.h"

static void what_it_was_called_with_wrongly_ends_with_2_and_opens_nothing(void **state)
{
    static const char *const wrong[][6] = {
        {"frob"},
        {"send"},
        {"send", "bob", "hello", "again"},
        {"send", "Bob", "hello"},
        {"send", "bob", "hello", "--wait", "soon"},
        {"send", "bob", "hello", "--profile", "../other"},
        {"send", "bob", "hello", "--profile", ""},
        {"read", "bob", "carol"},
        {"read", "--josn"},
        {"read", "--json=yes"},
        {"contacts", "bob"},
        {"chat"},
        {"chat", "bob", "carol"},
        {"chat", "bob", "--lock-after", "1441"},
        {"lock", "now"},
        {"name"},
        {"name", "bob", "Robert", "--none"},
        {"name", "bob", "Robert", "Senior"},
        {"devices", "bob", "carol"},
        {"passphrase", "secret"},
        {"passphrase", "--kdf-cost", "21"},
        {"verify"},
        {"verify", "bob", "--confirm"},
        {"verify", "bob", "--confirm", "12345"},
        {"verify", "bob", "--accept-new-key", "--confirm",
         "000001111122222333334444455555666667777788888999990000011111"},
        {"status", "please"},
        {"join", "tacet://join/x", "--kdf-cost", "9"},
        {"help", "frob"},
    };

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        size_t n = 0;

        while (n < 6 && wrong[i][n] != NULL)
            n++;
        assert_int_equal(play_run("", 0, wrong[i], n), 2);
        assert_true(strlen(play_err) > 0);
        assert_string_equal(play_out, "");
        assert_false(play.opened);
    }
    assert_int_equal(play_run("", 0, NULL, 0), 2);
}

static void help_and_version_are_results(void **state)
{
    assert_int_equal(PLAY("--help"), 0);
    assert_non_null(strstr(play_out, "contacts"));
    assert_int_equal(PLAY("help", "send"), 0);
    assert_non_null(strstr(play_out, "Usage: tacet send HANDLE"));
    assert_int_equal(PLAY("send", "--help"), 0);
    assert_non_null(strstr(play_out, "Usage: tacet send HANDLE"));
    assert_int_equal(PLAY("--version"), 0);
    assert_memory_equal(play_out, "tacet 0.1.0 (commit ", 20);
    assert_non_null(strstr(play_out, version_text()));
    assert_string_equal(play_err, "");
    assert_false(play.opened);
}

static void a_profile_that_cannot_be_opened_is_explained(void **state)
{
    play.open = TACET_DENIED;
    assert_int_equal(PLAY("contacts"), 1);
    assert_said("Wrong passphrase.");
    assert_string_equal(play.passphrase, "secret");
    play.open = TACET_CONFLICT;
    assert_int_equal(PLAY("contacts"), 75);
    assert_said("Another tacet");
    play.no_profile = true;
    assert_int_equal(PLAY("contacts"), 1);
    assert_said("/data/default");
    assert_said("tacet join");
}

static void contacts_say_what_unverified_means(void **state)
{
    play_contact("bob")->verified = true;
    assert_int_equal(PLAY("contacts"), 0);
    assert_non_null(strstr(play_out, "bob  "));
    assert_not_said("server's word");
    play_contact("carol");
    assert_int_equal(PLAY("contacts"), 0);
    assert_non_null(strstr(play_out, "unverified\n"));
    assert_said("server's word alone");
    assert_said("tacet verify");
}

static void status_knocks_and_says_what_it_found(void **state)
{
    play_event(TACET_EVENT_LINK, TACET_CLOSED);
    assert_int_equal(PLAY("status"), 0);
    assert_said("cannot be reached");
    assert_non_null(strstr(play_out, "alice@x.example"));
}

static void status_says_who_gets_copies_of_what(void **state)
{
    play_event(TACET_EVENT_LINK, TACET_CLOSED);
    assert_int_equal(PLAY("status"), 0);
    assert_non_null(strstr(play_out, "Copies                none\n"));
    play.status.policy = 3;
    play.status.copies = TACET_COPIES_ALL;
    assert_int_equal(PLAY("status"), 0);
    assert_non_null(
        strstr(play_out, "Copies                somebody gets a copy of every message and"));
    snprintf(play.status.keeper, sizeof play.status.keeper, "bot");
    assert_int_equal(PLAY("status"), 0);
    assert_non_null(strstr(
        play_out,
        "Copies                bot gets a copy of every message and can read it (policy 3)\n"));
    play.status.copies = TACET_COPIES_ROOMS;
    assert_int_equal(PLAY("status"), 0);
    assert_non_null(strstr(play_out, "of every message in rooms and"));
    play.status.copies = TACET_COPIES_SOME;
    assert_int_equal(PLAY("status", "--json"), 0);
    assert_non_null(strstr(play_out, "\"policy\":3,\"copies\":\"some rooms\",\"keeper\":\"bot\","));
}

static void status_stays_until_the_server_has_said_all(void **state)
{
    play_event(TACET_EVENT_LINK, TACET_OK);
    play_event(TACET_EVENT_DRAINED, TACET_OK);
    play_event(TACET_EVENT_LINK, TACET_CLOSED);
    assert_int_equal(PLAY("status"), 0);
    assert_int_equal(play.taken, 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_it_was_called_with_wrongly_ends_with_2_and_opens_nothing,
                               play_begin),
        cmocka_unit_test_setup(help_and_version_are_results, play_begin),
        cmocka_unit_test_setup(a_profile_that_cannot_be_opened_is_explained, play_begin),
        cmocka_unit_test_setup(contacts_say_what_unverified_means, play_begin),
        cmocka_unit_test_setup(status_knocks_and_says_what_it_found, play_begin),
        cmocka_unit_test_setup(status_says_who_gets_copies_of_what, play_begin),
        cmocka_unit_test_setup(status_stays_until_the_server_has_said_all, play_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
