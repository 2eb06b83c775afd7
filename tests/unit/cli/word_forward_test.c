/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

#include <stdio.h>

/* A message of bob's with the id that everything has. */
static void said(void)
{
    play_contact("bob");
    play_contact("carol");
    play_message("bob", "Meet at nine.");
    play.accepting = true;
}

static void it_goes_to_each(void **state)
{
    said();
    assert_int_equal(PLAY("forward", "bob", "0011", "carol", "dave", "--wait", "0"), 0);
    assert_string_equal(play.forwarded, "bob>carol bob>dave ");
    assert_int_equal(play.place, 1);
    assert_string_equal(play_out, PLAY_ID "\n" PLAY_ID "\n");
}

static void each_is_an_object(void **state)
{
    said();
    assert_int_equal(PLAY("forward", "bob", "0011", "carol", "--json"), 0);
    assert_string_equal(play_out,
                        "{\"with\":\"carol\",\"id\":\"" PLAY_ID "\",\"state\":\"accepted\"}\n");
}

static void a_room_can_be_either(void **state)
{
    said();
    play.room[play.rooms++] = (struct tacet_room){
        .address = "+0123456789abcdef", .name = "Harbour", .in = true, .number = 1};
    assert_int_equal(PLAY("forward", "bob", "0011", "+Harbour", "--wait", "0"), 0);
    assert_string_equal(play.forwarded, "bob>+0123456789abcdef ");
}

static void why_it_cannot_be_is_said(void **state)
{
    said();
    play.send = TACET_DENIED;
    assert_int_equal(PLAY("forward", "bob", "0011", "carol"), 1);
    assert_non_null(strstr(play_err, "not sent: It burns once it was read, or is a copy"));
    play.send = TACET_ABSENT;
    assert_int_equal(PLAY("forward", "bob", "0011", "carol"), 1);
    assert_non_null(
        strstr(play_err, "not sent: It has neither text nor file that could be forwarded.\n"));
    play.find = TACET_ABSENT;
    assert_int_equal(PLAY("forward", "bob", "0011", "carol"), 1);
    assert_non_null(strstr(play_err, "No message of this conversation has such an id."));
}

/* As the server has it: it is not moved. */
static void a_file_goes_as_it_lies_there(void **state)
{
    struct tacet_message *m;
    struct tacet_event *e;

    said();
    m = &play.message[play.messages - 1];
    m->file = true;
    m->kind = TACET_KIND_FILE;
    assert_int_equal(PLAY("forward", "bob", "0011", "carol", "--wait", "0"), 0);
    assert_string_equal(play.filed, "forward bob carol");
    assert_int_equal(play.place, m->place);
    assert_string_equal(play.forwarded, "");
    assert_string_equal(play_out, "7\n");
    e = play_event(TACET_EVENT_FILE, TACET_OK);
    e->transfer = 7;
    e->sending = e->ended = true;
    assert_int_equal(PLAY("forward", "bob", "0011", "carol", "--json"), 0);
    assert_string_equal(play_out, "{\"with\":\"carol\",\"id\":null,\"state\":\"accepted\"}\n");
    play.file_code = TACET_DENIED;
    assert_int_equal(PLAY("forward", "bob", "0011", "carol"), 1);
    assert_non_null(strstr(play_err, "It burns once it was read, is not to be kept"));
    play.file_code = TACET_LIMIT;
    assert_int_equal(PLAY("forward", "bob", "0011", "carol"), 1);
    assert_non_null(strstr(play_err, "too many are on their way"));
    m->attachment.forwarded = true;
    play.events = play.taken = 0;
    play_event(TACET_EVENT_DRAINED, TACET_OK);
    assert_int_equal(PLAY("read", "bob", "--all"), 0);
    assert_non_null(strstr(play_out, "    (forwarded)\n"));
}

static void it_needs_a_message_and_somebody(void **state)
{
    said();
    assert_int_equal(PLAY("forward", "bob"), 2);
    assert_int_equal(PLAY("forward", "bob", "0011"), 2);
    assert_int_equal(PLAY("forward", "bob", "0011", "Not a handle"), 2);
    assert_int_equal(PLAY("forward", "bob", "0011", "a", "a", "a", "a", "a", "a", "a", "a", "a",
                          "a", "a", "a", "a", "a", "a", "a", "a"),
                     2);
    assert_string_equal(play.forwarded, "");
}

static void that_it_was_forwarded_is_shown(void **state)
{
    struct tacet_message *m;

    said();
    m = &play.message[0];
    m->kind = TACET_KIND_FORWARD;
    play_event(TACET_EVENT_DRAINED, TACET_OK);
    assert_int_equal(PLAY("read", "--all"), 0);
    assert_non_null(strstr(play_out, ": Meet at nine.\n    (forwarded)\n"));
    play.events = play.taken = 0;
    play_event(TACET_EVENT_DRAINED, TACET_OK);
    assert_int_equal(PLAY("read", "--all", "--json"), 0);
    assert_non_null(strstr(play_out, "\"kind\":\"forward\""));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_goes_to_each, play_begin),
        cmocka_unit_test_setup(each_is_an_object, play_begin),
        cmocka_unit_test_setup(a_room_can_be_either, play_begin),
        cmocka_unit_test_setup(why_it_cannot_be_is_said, play_begin),
        cmocka_unit_test_setup(a_file_goes_as_it_lies_there, play_begin),
        cmocka_unit_test_setup(it_needs_a_message_and_somebody, play_begin),
        cmocka_unit_test_setup(that_it_was_forwarded_is_shown, play_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
