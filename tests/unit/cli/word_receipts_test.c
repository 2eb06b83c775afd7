/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

#include <stdio.h>

static void it_is_shown(void **state)
{
    play.receipts = TACET_RECEIPTS_CAME;
    assert_int_equal(PLAY("receipts"), 0);
    assert_string_equal(play_out,
                        "Your devices tell who wrote to you what came, not what you read.\n");
    assert_int_equal(PLAY("receipts", "--json"), 0);
    assert_string_equal(play_out, "{\"receipts\":\"came\"}\n");
}

static void it_is_said(void **state)
{
    assert_int_equal(PLAY("receipts", "read"), 0);
    assert_int_equal(play.receipts, TACET_RECEIPTS_READ);
    assert_string_equal(play_out,
                        "Your devices tell who wrote to you what came, and what you read.\n");
    assert_int_equal(PLAY("receipts", "off"), 0);
    assert_int_equal(play.receipts, TACET_RECEIPTS_NOTHING);
    assert_string_equal(play_out, "Your devices tell nobody what came, or was read.\n");
}

static void what_is_no_level_changes_nothing(void **state)
{
    play.receipts = TACET_RECEIPTS_CAME;
    assert_int_equal(PLAY("receipts", "on"), 2);
    assert_non_null(strstr(play_err, "Receipts are off, came or read.\n"));
    assert_int_equal(PLAY("receipts", "read", "off"), 2);
    assert_int_equal(play.receipts, TACET_RECEIPTS_CAME);
}

static void that_the_network_says_it_is_told(void **state)
{
    play.telling = TACET_DENIED;
    assert_int_equal(PLAY("receipts", "read"), 1);
    assert_non_null(strstr(play_err, "The network says that for everybody."));
}

/* With one person as the state, in a room as how many. */
static void what_others_told_stands_with_what_was_written(void **state)
{
    struct tacet_message *m = play_message("bob", "ahoy");

    play_contact("bob");
    m->mine = true;
    m->state = TACET_STATE_READ;
    m->came_to = m->read_by = 1;
    play_event(TACET_EVENT_DRAINED, TACET_OK);
    assert_int_equal(PLAY("read", "--all"), 0);
    assert_non_null(strstr(play_out, "  to bob (read): ahoy\n"));
}

static void in_a_room_it_is_said_to_how_many(void **state)
{
    struct tacet_message *m = play_message("+0123456789abcdef", "ahoy");

    play.room[play.rooms++] = (struct tacet_room){
        .address = "+0123456789abcdef", .name = "Harbour", .in = true, .number = 1};
    m->mine = true;
    m->state = TACET_STATE_ACCEPTED;
    m->came_to = 3;
    m->read_by = 1;
    play_event(TACET_EVENT_DRAINED, TACET_OK);
    assert_int_equal(PLAY("read", "--all"), 0);
    assert_non_null(strstr(play_out, "(accepted, came to 3, read by 1): ahoy\n"));
    play.events = play.taken = 0;
    play_event(TACET_EVENT_DRAINED, TACET_OK);
    assert_int_equal(PLAY("read", "--all", "--json"), 0);
    assert_non_null(strstr(play_out, "\"receipts\":[{\"by\":\"carol\",\"read\":true},"
                                     "{\"by\":\"dave\",\"read\":false}]"));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(it_is_shown, play_begin),
        cmocka_unit_test_setup(it_is_said, play_begin),
        cmocka_unit_test_setup(what_is_no_level_changes_nothing, play_begin),
        cmocka_unit_test_setup(that_the_network_says_it_is_told, play_begin),
        cmocka_unit_test_setup(what_others_told_stands_with_what_was_written, play_begin),
        cmocka_unit_test_setup(in_a_room_it_is_said_to_how_many, play_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
