/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "play.h"

#define MEETING "a1b2c3d400000000000000000000ffff"

static struct tacet_message *meeting(void)
{
    struct tacet_message *m = play_message("bob", "Meet at nine?");

    snprintf(m->id, sizeof m->id, "%s", MEETING);
    return m;
}

static void an_answer_goes_to_the_message_that_is_meant(void **state)
{
    uint64_t place = meeting()->place;

    play_event(TACET_EVENT_LINK, TACET_OK);
    play_state(TACET_STATE_ACCEPTED, TACET_OK);
    assert_int_equal(PLAY("reply", "bob", "a1b2", "At nine."), 0);
    assert_string_equal(play_out, PLAY_ID "\n");
    assert_string_equal(play_err, "accepted by the server\n");
    assert_string_equal(play.sent_to, "bob");
    assert_string_equal(play.sent, "At nine.");
    assert_int_equal(play.place, place);
}

static void what_cannot_be_answered_is_said_and_nothing_is_sent(void **state)
{
    meeting()->state = TACET_STATE_FAILED;
    assert_int_equal(PLAY("reply", "bob", "ffff", "At nine."), 1);
    assert_said("No message of this conversation has such an id.");
    assert_int_equal(PLAY("reply", "bob", "a1b2", "At nine."), 1);
    assert_said("That message was never sent");
    play.find = TACET_CONFLICT;
    assert_int_equal(PLAY("reply", "bob", "a1b2", "At nine."), 1);
    assert_said("Give more digits.");
    play.find = TACET_MALFORMED;
    assert_int_equal(PLAY("reply", "bob", "nine", "At nine."), 1);
    assert_said("An id is 4 to 32 of the digits");
    assert_int_equal(PLAY("reply", "bob"), 2);
    assert_int_equal(PLAY("reply", "bob", "a1b2", ""), 1);
    assert_said("There is no text.");
    assert_int_equal(play.sends, 0);
}

static void a_text_from_standard_input_has_the_bound_of_an_answer(void **state)
{
    static char text[TACET_REPLY_MAX + 1];

    meeting();
    memset(text, 'a', sizeof text);
    assert_int_equal(PLAY_IN(text, sizeof text, "reply", "bob", "a1b2"), 1);
    assert_said("The text is longer than 65,504 bytes.");
    assert_int_equal(PLAY_IN(text, sizeof text - 1, "reply", "bob", "a1b2", "--wait", "0"), 0);
    assert_int_equal(play.sent_n, TACET_REPLY_MAX);
}

static void ids_are_shown_when_they_are_asked_for(void **state)
{
    meeting();
    PLAY("read");
    assert_null(strstr(play_out, "a1b2c3d4"));
    PLAY("read", "--all", "--ids", "bob");
    assert_non_null(strstr(play_out, " a1b2c3d4  bob: Meet at nine?\n"));
}

static void an_answer_shows_what_it_answers(void **state)
{
    static const char long_text[] =
        "Meet at nine, or at ten, or at any hour that suits all of us?\nI bring the maps.";
    struct tacet_message *m = play_message("bob", "At nine.");

    m->kind = TACET_KIND_REPLY;
    snprintf(m->re.id, sizeof m->re.id, "%s", MEETING);
    PLAY("read", "bob", "--all");
    assert_non_null(strstr(play_out, "    (an answer to a1b2c3d4, which is not here)\n"));
    m->re.place = 7;
    snprintf(m->re.by, sizeof m->re.by, "alice");
    m->re.text = (const uint8_t *)"Nine?\033[2J";
    m->re.text_n = 9;
    PLAY("read", "bob", "--all");
    assert_non_null(strstr(play_out, "    (an answer to a1b2c3d4, alice: Nine?\\u{1b}[2J)\n"));
    m->re.text = (const uint8_t *)long_text;
    m->re.text_n = sizeof long_text - 1;
    PLAY("read", "bob", "--all");
    assert_non_null(strstr(play_out, "Meet at nine, or at ten, or at any hour that sui ...)\n"));
    assert_null(strstr(play_out, "maps"));
    PLAY("read", "bob", "--all", "--json");
    assert_non_null(strstr(play_out, "\"kind\":\"reply\",\"re\":{\"id\":\"" MEETING
                                     "\",\"by\":\"alice\",\"text\":\"Meet at nine"));
    m->re.place = 0;
    PLAY("read", "bob", "--all", "--json");
    assert_non_null(strstr(play_out, "\"by\":null,\"text\":null}"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(an_answer_goes_to_the_message_that_is_meant, play_begin),
        cmocka_unit_test_setup(what_cannot_be_answered_is_said_and_nothing_is_sent, play_begin),
        cmocka_unit_test_setup(a_text_from_standard_input_has_the_bound_of_an_answer, play_begin),
        cmocka_unit_test_setup(ids_are_shown_when_they_are_asked_for, play_begin),
        cmocka_unit_test_setup(an_answer_shows_what_it_answers, play_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
