/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

#include <stdio.h>

static void a_conversation_goes_to_standard_output(void **state)
{
    assert_int_equal(PLAY("export", "bob"), 0);
    assert_string_equal(play.exported, "bob");
    assert_string_equal(play_out, "{\"line\":1}\n");
    assert_said("2 messages, 1 of them with the signature");
    play.room[play.rooms++] = (struct tacet_room){
        .address = "+0123456789abcdef", .name = "Harbour", .in = true, .number = 1};
    assert_int_equal(PLAY("export", "+Harbour"), 0);
    assert_string_equal(play.exported, "+0123456789abcdef");
    assert_int_equal(PLAY("export", "+Quay"), 1);
}

static void why_nothing_is_written_out_is_said(void **state)
{
    play.export_code = TACET_ABSENT;
    assert_int_equal(PLAY("export", "dora"), 1);
    assert_said("no conversation with them");
    play.export_code = TACET_DENIED;
    assert_int_equal(PLAY("export", "bob"), 1);
    assert_said("nothing may be written out");
    play_stdout = "/dev/full";
    play.export_code = TACET_OK;
    assert_int_equal(PLAY("export", "bob"), 1);
    assert_said("could not be written");
    play_stdout = NULL;
    assert_int_equal(PLAY("export"), 2);
    assert_int_equal(PLAY("export", "bob", "--json"), 2);
}

static void a_file_is_checked(void **state)
{
    assert_int_equal(PLAY_IN("a file", 6, "export", "--check"), 0);
    assert_string_equal(play.exported, "a file");
    assert_non_null(strstr(play_out, "Whole and unchanged, as a device of alice wrote it"));
    assert_non_null(strstr(play_out, "rests on the word"));
    assert_non_null(strstr(play_out, "2 messages; 1 of them carry the signature"));
    assert_int_equal(PLAY_IN("a file", 6, "export", "--check", "--json"), 0);
    assert_non_null(strstr(play_out, "{\"by\":\"alice\",\"mine\":false,\"verified\":false,"));
}

static void a_bad_file_is_refused_and_said_why(void **state)
{
    static const struct {
        enum tacet_code code;
        const char *said;
    } why[] = {
        {TACET_FORGED, "it was changed after it was signed"},
        {TACET_TRUNCATED, "its end is missing"},
        {TACET_MALFORMED, "no export of a conversation"},
        {TACET_LIMIT, "a line is too long"},
        {TACET_VERSION, "A newer program"},
        {TACET_DENIED, "of another network"},
        {TACET_CLOCK, "dated in the future"},
        {TACET_IO, "cannot be read"},
    };

    for (size_t i = 0; i < sizeof why / sizeof why[0]; i++) {
        play.export_code = why[i].code;
        assert_int_equal(PLAY_IN("a file", 6, "export", "--check"), 1);
        assert_said(why[i].said);
        assert_string_equal(play_out, "");
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_conversation_goes_to_standard_output, play_begin),
        cmocka_unit_test_setup(why_nothing_is_written_out_is_said, play_begin),
        cmocka_unit_test_setup(a_file_is_checked, play_begin),
        cmocka_unit_test_setup(a_bad_file_is_refused_and_said_why, play_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
