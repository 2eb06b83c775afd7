/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

#include <stdio.h>

static struct tacet_room *harbour(void)
{
    struct tacet_room *r = &play.room[play.rooms++];

    *r = (struct tacet_room){.address = "+0123456789abcdef",
                             .name = "Harbour",
                             .description = "",
                             .in = true,
                             .moderator = true,
                             .version = 1,
                             .members = 1,
                             .number = play.rooms};
    return r;
}

static void in_force(void)
{
    struct tacet_event *e = play_event(TACET_EVENT_ROOM_CHANGE, TACET_OK);

    snprintf(e->message.with, sizeof e->message.with, "+0123456789abcdef");
}

static void rooms_are_listed_and_shown(void **state)
{
    assert_int_equal(PLAY("room"), 0);
    assert_said("no rooms yet");
    harbour();
    assert_int_equal(PLAY("room", "list"), 0);
    assert_string_equal(play_out, "+0123456789abcdef  Harbour  moderator, 1 person\n");
    assert_int_equal(PLAY("room", "show", "Harbour", "--json"), 0);
    assert_non_null(strstr(play_out, "{\"room\":\"+0123456789abcdef\",\"name\":\"Harbour\""));
    assert_non_null(strstr(play_out, "{\"member\":\"alice\",\"moderator\":true,\"since\":1}"));
}

static void a_change_waits_until_it_is_in_force(void **state)
{
    harbour();
    in_force();
    assert_int_equal(PLAY("room", "add", "+0123", "bob", "carol"), 0);
    assert_string_equal(play.wished, "+0123456789abcdef 2 bob carol");
    in_force();
    assert_int_equal(PLAY("room", "rename", "Harbour", "Quay"), 0);
    assert_string_equal(play.wished, "+0123456789abcdef 6 Quay");
    in_force();
    assert_int_equal(PLAY("room", "posting", "Harbour", "moderators"), 0);
    assert_string_equal(play.wished, "+0123456789abcdef 11 moderators");
    play.events = play.taken = 0;
    assert_int_equal(PLAY("room", "leave", "Harbour"), 75);
    assert_said("Not yet in effect");
}

static void a_room_is_made_and_its_address_printed(void **state)
{
    harbour();
    in_force();
    assert_int_equal(PLAY("room", "create", "Harbour"), 0);
    assert_string_equal(play_out, "+0123456789abcdef\n");
    assert_string_equal(play.wished, "create Harbour");
}

static void what_cannot_be_is_said(void **state)
{
    assert_int_equal(PLAY("room", "sail", "Harbour"), 2);
    assert_int_equal(PLAY("room", "add", "Harbour"), 2);
    assert_int_equal(PLAY("room", "show", "--group", "Harbour"), 2);
    assert_int_equal(PLAY("room", "leave", "Harbour"), 1);
    assert_said("no such room");
    harbour();
    harbour();
    assert_int_equal(PLAY("room", "leave", "Harbour"), 1);
    assert_said("Several rooms");
    play.rooms = 1;
    play.room_code = TACET_DENIED;
    assert_int_equal(PLAY("room", "remove", "Harbour", "bob"), 1);
    assert_said("Only a moderator");
}

static void a_room_is_written_to_by_name(void **state)
{
    harbour();
    play.accepting = true;
    assert_int_equal(PLAY("send", "+Harbour", "Ahoy."), 0);
    assert_string_equal(play.sent_to, "+0123456789abcdef");
    play.send = TACET_REMOVED;
    assert_int_equal(PLAY("send", "+0123", "Ahoy."), 1);
    assert_said("not in this room any more");
    assert_int_equal(PLAY("send", "+Nowhere", "Ahoy."), 1);
    assert_said("no such room");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(rooms_are_listed_and_shown, play_begin),
        cmocka_unit_test_setup(a_change_waits_until_it_is_in_force, play_begin),
        cmocka_unit_test_setup(a_room_is_made_and_its_address_printed, play_begin),
        cmocka_unit_test_setup(what_cannot_be_is_said, play_begin),
        cmocka_unit_test_setup(a_room_is_written_to_by_name, play_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
