/* SPDX-License-Identifier: Apache-2.0 */
#include "play.h"

#include <stdio.h>

static struct tacet_event *about_file(bool sending, bool ended, enum tacet_code code)
{
    struct tacet_event *e = play_event(TACET_EVENT_FILE, code);

    e->transfer = 7;
    e->sending = sending;
    e->ended = ended;
    return e;
}

static void a_file_is_sent_until_the_server_has_it(void **state)
{
    about_file(true, false, TACET_OK);
    about_file(true, true, TACET_OK);
    assert_int_equal(PLAY("file", "send", "bob", "/dev/null"), 0);
    assert_string_equal(play.filed, "send bob /dev/null ");
    assert_string_equal(play_out, "7\n");
    assert_said("accepted by the server");
}

static void what_takes_longer_goes_on_later(void **state)
{
    about_file(true, false, TACET_OK);
    assert_int_equal(PLAY("file", "send", "bob", "/dev/null", "--wait", "1"), 0);
    assert_said("goes on when tacet next runs");
}

static void why_it_will_not_go_is_said(void **state)
{
    assert_int_equal(PLAY("file", "send", "bob", "/nowhere/at/all"), 1);
    assert_said("not there");
    about_file(true, true, TACET_CONFLICT);
    assert_int_equal(PLAY("file", "send", "bob", "/dev/null"), 1);
    assert_said("changed while it was being sent");
}

static void a_file_is_fetched_by_the_id_of_its_message(void **state)
{
    static const char path[] = "/tmp/a";
    struct tacet_event *e;
    struct tacet_message *m = &play.message[play.messages++];

    *m = (struct tacet_message){.with = "bob", .id = PLAY_ID, .place = 1, .file = true};
    e = about_file(false, true, TACET_OK);
    e->message.text = (const uint8_t *)path;
    e->message.text_n = sizeof path - 1;
    assert_int_equal(PLAY("file", "get", "bob", PLAY_ID, "--to", "/tmp"), 0);
    assert_string_equal(play.filed, "fetch bob " PLAY_ID " /tmp");
    assert_string_equal(play_out, "7\n/tmp/a\n");
    assert_int_equal(PLAY("file", "get", "bob", "00"), 1);
    assert_said("not there");
}

static void what_it_is_goes_along(void **state)
{
    about_file(true, true, TACET_OK);
    assert_int_equal(PLAY("file", "send", "bob", "/dev/null", "--view-only", "--spoken", "61",
                          "--type", "audio/ogg", "--preview", "/dev/zero"),
                     0);
    assert_string_equal(play.filed, "send bob /dev/null  audio/ogg view-only 1 61000 32769");
    assert_int_equal(PLAY("file", "send", "bob", "/dev/null", "--preview", "/nowhere"), 1);
    assert_said("preview cannot be read");
    play.file_code = TACET_MALFORMED;
    assert_int_equal(PLAY("file", "send", "bob", "/dev/null", "--type", "image"), 1);
    assert_said("no PNG or JPEG");
    play.file_code = TACET_LIMIT;
    assert_int_equal(PLAY("file", "send", "bob", "/dev/null"), 1);
    assert_said("larger than 5 GiB");
}

static struct tacet_message *brought(bool view_only)
{
    struct tacet_message *m = &play.message[play.messages++];

    *m = (struct tacet_message){
        .with = "bob", .id = PLAY_ID, .place = 1, .file = true, .view_only = view_only};
    return m;
}

/* What `tacet file show` does with these bytes. */
static int show(const char *bytes, size_t n)
{
    play.file_shown = bytes;
    play.file_shown_n = n;
    play.taken = play.events = 0;
    about_file(false, true, TACET_OK);
    return PLAY("file", "show", "bob", PLAY_ID);
}

static void text_is_shown_and_harms_no_terminal(void **state)
{
    static char large[10000];

    brought(false);
    assert_int_equal(show("one\n\ttwo\x1b[2J\xe2\x80\xae", 15), 0);
    assert_string_equal(play_out, "one\n\ttwo\\u{1b}[2J\\u{202e}\n");
    assert_string_equal(play.filed, "cancel 7");
    assert_int_equal(show("", 0), 0);
    assert_string_equal(play_out, "");
    for (size_t i = 0; i + 2 < sizeof large; i += 2)
        memcpy(&large[i + 1], "\xc3\xa9", 2); /* cut at no character */
    large[0] = 'a';
    assert_int_equal(show(large, sizeof large - 1), 0);
    assert_int_equal(strlen(play_out), sizeof large);
    assert_memory_equal(play_out, large, sizeof large - 1);
}

static void what_is_no_text_is_not_shown(void **state)
{
    brought(false);
    assert_int_equal(show("a\0b", 3), 1);
    assert_said("no text");
    assert_string_equal(play_out, "");
    assert_int_equal(show("\xff\xd8\xff", 3), 1);
    assert_string_equal(play.filed, "cancel 7");
}

static void why_it_is_not_shown_is_said(void **state)
{
    brought(false);
    about_file(false, true, TACET_FORGED);
    assert_int_equal(PLAY("file", "show", "bob", PLAY_ID), 1);
    assert_said("not what was sent");
    play.events = 0;
    assert_int_equal(PLAY("file", "show", "bob", PLAY_ID, "--wait", "1"), 75);
    play.file_code = TACET_LIMIT;
    assert_int_equal(PLAY("file", "show", "bob", PLAY_ID), 1);
    assert_said("larger than 8 MiB");
}

static void what_is_only_to_be_looked_at_goes_to_no_file_and_no_pipe(void **state)
{
    brought(true);
    assert_int_equal(show("secret", 6), 1);
    assert_said("a terminal alone");
    assert_string_equal(play_out, "");
    assert_string_equal(play.filed, ""); /* and was not asked for */
}

static void what_is_on_its_way_is_listed_and_called_off(void **state)
{
    play.transfer = (struct tacet_transfer){
        .number = 7, .sending = true, .with = "bob", .size = 5, .path = "/tmp/a", .name = "a\x1b"};
    assert_int_equal(PLAY("file", "list"), 0);
    assert_string_equal(play_out, "7  to bob: \"a\\u{1b}\", 5 bytes\n");
    assert_int_equal(PLAY("file", "list", "--json"), 0);
    assert_non_null(strstr(play_out, "\"number\":7"));
    assert_int_equal(PLAY("file", "cancel", "7"), 0);
    assert_string_equal(play.filed, "cancel 7");
    assert_int_equal(PLAY("file", "cancel", "seven"), 1);
    assert_int_equal(PLAY("file", "resume", "--wait", "1"), 75);
}

static void what_is_fetched_by_itself_is_said(void **state)
{
    assert_int_equal(PLAY("file", "automatic"), 0);
    assert_said("No file is fetched by itself.");
    assert_int_equal(PLAY("file", "automatic", "--most", "3", "--to", "/tmp"), 0);
    assert_string_equal(play.filed, "automatic /tmp 3145728");
    assert_string_equal(play_out, "3 MiB  /tmp/a\\u{1b}\n");
    assert_int_equal(PLAY("file", "automatic", "--none"), 0);
    assert_string_equal(play.filed, "automatic  0");
    assert_int_equal(PLAY("file", "automatic", "--most", "3", "--to", "/nowhere/at/all"), 1);
    assert_said("not there");
    assert_int_equal(PLAY("file", "automatic", "--most", "0"), 2);
    play.file_code = TACET_FULL;
    assert_int_equal(PLAY("file", "automatic", "--most", "1"), 1);
}

static void wrong_words_are_refused(void **state)
{
    assert_int_equal(PLAY("file"), 2);
    assert_int_equal(PLAY("file", "take", "bob", "x"), 2);
    assert_int_equal(PLAY("file", "send", "bob"), 2);
    assert_int_equal(PLAY("file", "cancel"), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(a_file_is_sent_until_the_server_has_it, play_begin),
        cmocka_unit_test_setup(what_takes_longer_goes_on_later, play_begin),
        cmocka_unit_test_setup(why_it_will_not_go_is_said, play_begin),
        cmocka_unit_test_setup(a_file_is_fetched_by_the_id_of_its_message, play_begin),
        cmocka_unit_test_setup(what_it_is_goes_along, play_begin),
        cmocka_unit_test_setup(text_is_shown_and_harms_no_terminal, play_begin),
        cmocka_unit_test_setup(what_is_no_text_is_not_shown, play_begin),
        cmocka_unit_test_setup(why_it_is_not_shown_is_said, play_begin),
        cmocka_unit_test_setup(what_is_only_to_be_looked_at_goes_to_no_file_and_no_pipe,
                               play_begin),
        cmocka_unit_test_setup(what_is_on_its_way_is_listed_and_called_off, play_begin),
        cmocka_unit_test_setup(what_is_fetched_by_itself_is_said, play_begin),
        cmocka_unit_test_setup(wrong_words_are_refused, play_begin),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
