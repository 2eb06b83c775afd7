/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>

#include "play.h"

static uint64_t meeting(void)
{
    struct tacet_message *m = play_message("bob", "Meet at nine?");

    snprintf(m->id, sizeof m->id, "a1b2c3d400000000000000000000ffff");
    m->kind = TACET_KIND_TEXT;
    return m->place;
}

static void a_reaction_goes_to_the_message_that_is_meant(void **state)
{
    uint64_t place = meeting();

    play_event(TACET_EVENT_LINK, TACET_OK);
    play_state(TACET_STATE_ACCEPTED, TACET_OK);
    assert_int_equal(PLAY("react", "bob", "a1b2", "+"), 0);
    assert_string_equal(play_out, PLAY_ID "\n");
    assert_string_equal(play.sent, "+");
    assert_int_equal(play.place, place);
    assert_false(play.back);
    assert_int_equal(PLAY("react", "bob", "a1b2", "+", "--back", "--wait", "0"), 0);
    assert_true(play.back);
}

static void what_is_wrong_with_it_is_said(void **state)
{
    meeting();
    assert_int_equal(PLAY("react", "bob", "a1b2"), 2);
    assert_int_equal(PLAY("react", "bob", "ffff", "+"), 1);
    assert_said("No message of this conversation has such an id.");
    play.send = TACET_STALE;
    assert_int_equal(PLAY("react", "bob", "a1b2", "+"), 1);
    assert_said("not sent: It is so already.");
    play.send = TACET_MALFORMED;
    assert_int_equal(PLAY("react", "bob", "a1b2", "a b"), 1);
    assert_said("A reaction is 1 to 32 bytes");
    play.send = TACET_AGAIN;
    assert_int_equal(PLAY("react", "bob", "a1b2", "+"), 1);
    assert_said("Connect once");
}

static void reactions_stand_under_their_message(void **state)
{
    meeting();
    play.reaction[0] = (struct tacet_reaction){
        .kind = "+", .by = "alice bob", .people = 2, .mine = true, .more = 3};
    play.reaction[1] = (struct tacet_reaction){.kind = "\033", .by = "", .people = 1, .more = 3};
    play.reactions = 2;
    PLAY("read", "bob", "--all");
    assert_non_null(strstr(play_out, "    (reactions: + alice bob; \\u{1b} ; and 3 more)\n"));
    PLAY("read", "bob", "--all", "--json");
    assert_non_null(strstr(play_out, "\"reactions\":[{\"kind\":\"+\",\"people\":2,\"mine\":true,"
                                     "\"by\":[\"alice\",\"bob\"]},"));
}

static void one_that_comes_is_shown_to_who_follows(void **state)
{
    struct tacet_event *e;
    struct tacet_message *m;

    play_event(TACET_EVENT_LINK, TACET_OK);
    e = play_event(TACET_EVENT_DEED, TACET_OK);
    m = &e->message;
    snprintf(m->with, sizeof m->with, "bob");
    m->kind = TACET_KIND_REACTION;
    m->read = true;
    m->text = (const uint8_t *)"+";
    m->text_n = 1;
    snprintf(m->re.id, sizeof m->re.id, "a1b2c3d400000000000000000000ffff");
    play.run = TACET_CLOSED;
    PLAY("read", "--follow");
    assert_non_null(strstr(play_out, "bob: +\n    (a reaction to a1b2c3d4, which is not here)\n"));
    assert_int_equal(play.marked, 0);
    m->taken_back = true;
    play.taken = 0;
    PLAY("read", "--follow");
    assert_non_null(strstr(play_out, "    (takes back a reaction to a1b2c3d4, which"));
    play.taken = 0;
    PLAY("read", "carol", "--follow");
    assert_null(strstr(play_out, "bob"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_reaction_goes_to_the_message_that_is_meant, play_begin),
        cmocka_unit_test_setup(what_is_wrong_with_it_is_said, play_begin),
        cmocka_unit_test_setup(reactions_stand_under_their_message, play_begin),
        cmocka_unit_test_setup(one_that_comes_is_shown_to_who_follows, play_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
