/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

#include <stdio.h>

/* A file, a text, and one that stands there not. */
static void said(void)
{
    struct tacet_message *m;

    play_contact("bob");
    m = play_message("bob", "chart.png");
    m->place = 1;
    m->file = true;
    m->file_size = 1234;
    m->kind = TACET_KIND_FILE;
    play.folder[0] = "Plans/East";
    play.title[0] = "";
    snprintf(m->by, sizeof m->by, "bob");
    m = play_message("bob", "Tides:\nhttps://tides.example");
    m->place = 2;
    play.folder[1] = "";
    play.title[1] = "The\x1b[2J tides";
    m->mine = true;
    m->kind = TACET_KIND_TEXT;
    m = play_message("bob", "Thanks.");
    m->place = 3;
    play.accepting = true;
}

static void what_is_there_is_listed(void **state)
{
    said();
    assert_int_equal(PLAY("shelf", "bob"), 0);
    assert_string_equal(play_out, "00112233  Plans/East/chart.png, 1234 bytes, from bob\n"
                                  "00112233  The\\u{1b}[2J tides, from you\n");
    assert_int_equal(PLAY("shelf", "bob", "--json"), 0);
    assert_non_null(strstr(play_out, "\"kind\":\"file\",\"text\":\"chart.png\",\"size\":1234,"
                                     "\"folder\":\"Plans/East\",\"title\":\"\",\"sent\":"));
    assert_non_null(strstr(play_out, "\"size\":null,\"folder\":\"\""));
    play.messages = 0;
    assert_int_equal(PLAY("shelf", "bob"), 0);
    assert_said("Nothing is kept there.");
}

static void it_is_said_where_it_stands(void **state)
{
    said();
    assert_int_equal(
        PLAY("shelf", "bob", "0011", "--folder", "Plans", "--title", "Chart", "--wait", "0"), 0);
    assert_string_equal(play_out, PLAY_ID "\n");
    assert_int_equal(PLAY("shelf", "bob", "0011", "--wait", "0"), 0);
    assert_int_equal(PLAY("shelf", "bob", "0011", "--back", "--wait", "0"), 0);
    assert_string_equal(play.shelved, "bob 1 Plans Chart;bob 1 - -;bob 1 gone;");
}

static void a_folder_goes_with_all_that_is_below(void **state)
{
    said();
    play.folder[1] = "Planschen";
    assert_int_equal(PLAY("shelf", "bob", "--from", "Plans", "--folder", "Old", "--wait", "0"), 0);
    assert_int_equal(PLAY("shelf", "bob", "--from", "Plans", "--folder", "/", "--wait", "0"), 0);
    assert_string_equal(play.shelved, "bob 1 Old/East -;bob 1 East -;");
    assert_int_equal(PLAY("shelf", "bob", "--from", "None", "--folder", "Old"), 1);
    assert_said("There is no such folder.");
}

static void what_goes_with_what_is_said(void **state)
{
    said();
    assert_int_equal(PLAY("shelf"), 2);
    assert_int_equal(PLAY("shelf", "bob", "--folder", "a"), 2);
    assert_int_equal(PLAY("shelf", "bob", "--back"), 2);
    assert_int_equal(PLAY("shelf", "bob", "0011", "--back", "--title", "a"), 2);
    assert_int_equal(PLAY("shelf", "bob", "0011", "--from", "a", "--folder", "b"), 2);
    assert_int_equal(PLAY("shelf", "bob", "--from", "a"), 2);
    assert_int_equal(PLAY("shelf", "bob", "--from", "a", "--folder", "b", "--title", "c"), 2);
    assert_string_equal(play.shelved, "");
}

static void why_it_cannot_be_is_said(void **state)
{
    static const struct {
        enum tacet_code code;
        const char *why;
    } all[] = {
        {TACET_DENIED, "not sent: You may not say that of it"},
        {TACET_STALE, "not sent: It is so already."},
        {TACET_MALFORMED, "not sent: A folder is up to 8 names"},
        {TACET_LIMIT, "not sent: A folder, and a title, has at most 255 bytes."},
    };

    said();
    for (size_t i = 0; i < sizeof all / sizeof all[0]; i++) {
        play.send = all[i].code;
        assert_int_equal(PLAY("shelf", "bob", "0011", "--folder", "a"), 1);
        assert_said(all[i].why);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(what_is_there_is_listed, play_begin),
        cmocka_unit_test_setup(it_is_said_where_it_stands, play_begin),
        cmocka_unit_test_setup(a_folder_goes_with_all_that_is_below, play_begin),
        cmocka_unit_test_setup(what_goes_with_what_is_said, play_begin),
        cmocka_unit_test_setup(why_it_cannot_be_is_said, play_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
