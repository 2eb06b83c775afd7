/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

#include <stdio.h>

static void hall(void)
{
    const struct tacet_room room = {
        .address = "+0123456789abcdef", .name = "Nine Elms", .in = true, .number = play.rooms + 1};

    play.room[play.rooms++] = room;
}

static void messages_are_shown_the_newest_last(void **state)
{
    play_message("bob", "at nine");
    play_message("bob", "no, at ten");
    play_message("carol", "nine it is");
    assert_int_equal(PLAY("search", "nine"), 0);
    assert_string_equal(play.searched, "nine");
    assert_null(strstr(play_out, "at ten"));
    assert_non_null(strstr(play_out, "bob: at nine\n"));
    assert_true(strstr(play_out, "carol: nine it is\n") > strstr(play_out, "bob: at nine\n"));
    assert_int_equal(play.marked, 0);
}

static void words_may_be_several_and_one_conversation_chosen(void **state)
{
    hall();
    play_message("bob", "at nine");
    assert_int_equal(PLAY("search", "at", "nine", "--in", "bob"), 0);
    assert_string_equal(play.searched, "at nine@bob");
    assert_int_equal(PLAY("search", "nine", "--in", "+Nine Elms"), 0);
    assert_string_equal(play.searched, "nine@+0123456789abcdef");
    assert_int_equal(PLAY("search", "nine", "--in", "+Tenth"), 1);
    assert_said("There is no such room.");
    play.search = TACET_ABSENT;
    assert_int_equal(PLAY("search", "nine", "--in", "dora"), 1);
    assert_said("no conversation with them");
}

static void people_and_rooms_stand_before_messages(void **state)
{
    play_contact("nine")->name = "Number";
    hall();
    play_message("bob", "at nine");
    assert_int_equal(PLAY("search", "nine"), 0);
    assert_memory_equal(play_out, "nine (Number)\nNine Elms (+0123456789abcdef)\n", 44);
}

static void words_come_from_standard_input_if_there_are_none(void **state)
{
    play_message("bob", "at nine");
    assert_int_equal(PLAY_IN("nine\nten\n", 9, "search"), 0);
    assert_string_equal(play.searched, "nine");
}

static void only_so_many_are_shown(void **state)
{
    play_message("bob", "nine one");
    play_message("bob", "nine two");
    play_message("bob", "nine three");
    assert_int_equal(PLAY("search", "nine", "--most", "2"), 0);
    assert_said("The newest 2 of 3 messages");
    assert_null(strstr(play_out, "nine one"));
    assert_non_null(strstr(play_out, "nine two"));
    assert_int_equal(PLAY("search", "nine", "--most", "0"), 2);
}

static void scripts_get_an_object_a_line(void **state)
{
    play_contact("nine");
    play_message("bob", "at \"nine\"");
    assert_int_equal(PLAY("search", "nine", "--json"), 0);
    assert_non_null(strstr(play_out, "{\"with\":\"nine\",\"name\":null,\"by\":null,\"id\":null,"
                                     "\"text\":null,\"sent\":null}\n"));
    assert_non_null(strstr(play_out, "{\"with\":\"bob\",\"name\":null,\"by\":\"\""));
    assert_non_null(strstr(play_out, "\"text\":\"at \\\"nine\\\"\""));
}

static void what_cannot_be_looked_for_is_said(void **state)
{
    char much[300] = {0};

    memset(much, 'x', 257);
    assert_int_equal(PLAY("search", "nothing"), 0);
    assert_said("Nothing was found.");
    play.search = TACET_MALFORMED;
    assert_int_equal(PLAY("search", " "), 1);
    assert_said("nothing to look for");
    play.search = TACET_LIMIT;
    assert_int_equal(PLAY("search", much), 1);
    assert_said("more than 16 words");
    memset(much, 'x', 299);
    assert_int_equal(PLAY("search", much), 1);
    assert_int_equal(PLAY_IN(much, 299, "search"), 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(messages_are_shown_the_newest_last, play_begin),
        cmocka_unit_test_setup(words_may_be_several_and_one_conversation_chosen, play_begin),
        cmocka_unit_test_setup(people_and_rooms_stand_before_messages, play_begin),
        cmocka_unit_test_setup(words_come_from_standard_input_if_there_are_none, play_begin),
        cmocka_unit_test_setup(only_so_many_are_shown, play_begin),
        cmocka_unit_test_setup(scripts_get_an_object_a_line, play_begin),
        cmocka_unit_test_setup(what_cannot_be_looked_for_is_said, play_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
