/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "play.h"

static struct tacet_message *meeting(void)
{
    struct tacet_message *m = play_message("bob", "Meet at nine?");

    snprintf(m->id, sizeof m->id, "a1b2c3d400000000000000000000ffff");
    m->kind = TACET_KIND_TEXT;
    return m;
}

static void the_message_that_is_meant_is_taken_back(void **state)
{
    uint64_t place = meeting()->place;

    play_event(TACET_EVENT_LINK, TACET_OK);
    play_state(TACET_STATE_ACCEPTED, TACET_OK);
    assert_int_equal(PLAY("recall", "bob", "a1b2"), 0);
    assert_string_equal(play_out, PLAY_ID "\n");
    assert_string_equal(play_err, "accepted by the server\n");
    assert_int_equal(play.place, place);
}

static void what_cannot_be_taken_back_is_said(void **state)
{
    meeting();
    assert_int_equal(PLAY("recall", "bob"), 2);
    assert_int_equal(PLAY("recall", "bob", "a1b2", "why"), 2);
    play.send = TACET_DENIED;
    assert_int_equal(PLAY("recall", "bob", "a1b2"), 1);
    assert_said("not sent: Somebody else wrote that message.");
}

static void that_it_was_taken_back_shows(void **state)
{
    struct tacet_message *m = meeting();

    m->kind = 0;
    m->text_n = 0;
    m->notes = TACET_NOTE_RECALLED;
    PLAY("read", "bob", "--all");
    assert_non_null(strstr(play_out, "bob: \n    (taken back by its author)\n"));
    PLAY("read", "bob", "--all", "--json");
    assert_non_null(strstr(play_out, "\"recalled\""));
    assert_non_null(strstr(play_out, "\"kind\":null"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(the_message_that_is_meant_is_taken_back, play_begin),
        cmocka_unit_test_setup(what_cannot_be_taken_back_is_said, play_begin),
        cmocka_unit_test_setup(that_it_was_taken_back_shows, play_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
