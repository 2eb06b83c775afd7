/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

#include <stdio.h>

static void it_is_queued(void **state)
{
    play_contact("bob");
    play.accepting = true;
    assert_int_equal(PLAY("card", "bob", "carol", "--wait", "0"), 0);
    assert_string_equal(play.placed, "card bob carol");
    assert_string_equal(play_out, PLAY_ID "\n");
    assert_int_equal(PLAY("card", "bob", "carol", "--json"), 0);
    assert_non_null(strstr(play_out, "\"state\":\"accepted\"}\n"));
}

static void it_needs_two_handles(void **state)
{
    assert_int_equal(PLAY("card", "bob"), 2);
    assert_int_equal(PLAY("card", "bob", "Carol"), 2);
    assert_int_equal(PLAY("card", "bob", "carol", "dave"), 2);
    assert_string_equal(play.placed, "");
}

static void why_it_cannot_be_is_said(void **state)
{
    play_contact("bob");
    play.send = TACET_ABSENT;
    assert_int_equal(PLAY("card", "bob", "carol"), 1);
    assert_non_null(strstr(play_err, "not sent: Nobody here is called so: tacet contacts\n"));
    play.send = TACET_AGAIN;
    assert_int_equal(PLAY("card", "bob", "carol"), 1);
    assert_non_null(strstr(play_err, "not sent: The network was not asked yet who that is."));
    play.send = TACET_CONFLICT;
    assert_int_equal(PLAY("card", "bob", "carol"), 1);
    assert_non_null(strstr(play_err, "not sent: Whoever is called so is another account now"));
}

static void whether_it_is_the_one_who_is_known_is_shown(void **state)
{
    static const struct {
        enum tacet_introduced introduced;
        const char *words, *name;
    } says[] = {
        {TACET_INTRODUCED_NEW, ": a contact card of carol, who is not known here yet\n", "new"},
        {TACET_INTRODUCED_SAME, ": a contact card of carol, whom you know\n", "same"},
        {TACET_INTRODUCED_OTHER,
         ": a contact card of carol, who is not the one whom you know by that name\n", "other"},
        {TACET_INTRODUCED_ELSEWHERE, ": a contact card of carol, of another network\n",
         "elsewhere"},
    };
    struct tacet_message *m;

    play_contact("bob");
    play_message("bob", "carol");
    m = &play.message[0];
    m->kind = TACET_KIND_CARD;
    strcpy(m->account, "00ff");
    for (size_t i = 0; i < sizeof says / sizeof says[0]; i++) {
        char want[128];

        m->introduced = says[i].introduced;
        play.events = play.taken = 0;
        play_event(TACET_EVENT_DRAINED, TACET_OK);
        assert_int_equal(PLAY("read", "--all"), 0);
        assert_non_null(strstr(play_out, says[i].words));
        play.events = play.taken = 0;
        play_event(TACET_EVENT_DRAINED, TACET_OK);
        assert_int_equal(PLAY("read", "--all", "--json"), 0);
        snprintf(want, sizeof want,
                 "\"card\":{\"handle\":\"carol\",\"account\":\"00ff\",\"known\":\"%s\"}",
                 says[i].name);
        assert_non_null(strstr(play_out, want));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_is_queued, play_begin),
        cmocka_unit_test_setup(it_needs_two_handles, play_begin),
        cmocka_unit_test_setup(why_it_cannot_be_is_said, play_begin),
        cmocka_unit_test_setup(whether_it_is_the_one_who_is_known_is_shown, play_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
