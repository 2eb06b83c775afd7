/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "play.h"

static struct tacet_message *meeting(void)
{
    struct tacet_message *m = play_message("bob", "Meet at eleven?");

    snprintf(m->id, sizeof m->id, "a1b2c3d400000000000000000000ffff");
    m->kind = TACET_KIND_TEXT;
    m->versions = 1;
    m->mine = true;
    m->state = TACET_STATE_ACCEPTED;
    return m;
}

static void another_text_goes_to_the_message_that_is_meant(void **state)
{
    uint64_t place = meeting()->place;

    play_event(TACET_EVENT_LINK, TACET_OK);
    play_state(TACET_STATE_ACCEPTED, TACET_OK);
    assert_int_equal(PLAY("edit", "bob", "a1b2", "Meet at ten?"), 0);
    assert_string_equal(play_out, PLAY_ID "\n");
    assert_string_equal(play.sent, "Meet at ten?");
    assert_int_equal(play.place, place);
}

static void what_cannot_be_edited_is_said(void **state)
{
    meeting();
    play.send = TACET_DENIED;
    assert_int_equal(PLAY("edit", "bob", "a1b2", "Ten?"), 1);
    assert_said("not sent: Somebody else wrote that message.");
    play.send = TACET_STALE;
    assert_int_equal(PLAY("edit", "bob", "a1b2", "Ten?"), 1);
    assert_said("not sent: It says so already.");
    play.send = TACET_AGAIN;
    assert_int_equal(PLAY("edit", "bob", "a1b2", "Ten?"), 1);
    assert_said("Connect once");
}

static void that_it_was_edited_shows_and_what_it_was(void **state)
{
    struct tacet_message *m = meeting();

    PLAY("read", "bob", "--all");
    assert_null(strstr(play_out, "(edited)"));
    PLAY("read", "bob", "--all", "--json");
    assert_non_null(strstr(play_out, "\"was\":[]"));
    m->versions = 3;
    PLAY("read", "bob", "--all");
    assert_non_null(strstr(play_out, "Meet at eleven?\n    (edited)\n"));
    PLAY("read", "bob", "--all", "--json");
    assert_non_null(strstr(play_out, "\"was\":[{\"text\":\"Meet at nine?\",\"sent\":\""));
    assert_non_null(strstr(play_out, "{\"text\":\"Meet at ten?\","));
}

static void one_that_comes_is_shown_to_who_follows(void **state)
{
    struct tacet_message *m;

    play_event(TACET_EVENT_LINK, TACET_OK);
    m = &play_event(TACET_EVENT_DEED, TACET_OK)->message;
    snprintf(m->with, sizeof m->with, "bob");
    m->kind = TACET_KIND_EDIT;
    m->read = true;
    m->text = (const uint8_t *)"Ten?";
    m->text_n = 4;
    m->re.place = 3;
    snprintf(m->re.id, sizeof m->re.id, "a1b2c3d400000000000000000000ffff");
    play.run = TACET_CLOSED;
    PLAY("read", "--follow");
    assert_non_null(strstr(play_out, "bob: Ten?\n    (says this in the place of a1b2c3d4)\n"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(another_text_goes_to_the_message_that_is_meant, play_begin),
        cmocka_unit_test_setup(what_cannot_be_edited_is_said, play_begin),
        cmocka_unit_test_setup(that_it_was_edited_shows_and_what_it_was, play_begin),
        cmocka_unit_test_setup(one_that_comes_is_shown_to_who_follows, play_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
