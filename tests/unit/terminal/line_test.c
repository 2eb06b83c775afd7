/* SPDX-License-Identifier: Apache-2.0 */
#include "assert_err.h"
#include "terminal/line.h"

static enum line_news type(struct line *l, const char *keys)
{
    enum line_news news = LINE_SAME;

    for (; *keys != '\0'; keys++)
        news = line_type(l, (uint8_t)*keys);
    return news;
}

/* After these keys and Enter the line is this. */
static void assert_typed(const char *keys, const char *line)
{
    struct line l = line_new();

    type(&l, keys);
    assert_int_equal(line_type(&l, '\r'), LINE_DONE);
    assert_bytes(line_text(&l), bytes_text(line));
    line_free(&l);
}

static void keys_edit_the_line(void **state)
{
    assert_typed("hello", "hello");
    assert_typed("helo\033[Dl", "hello");
    assert_typed("ello\001h\005!", "hello!");
    assert_typed("ello\033[Hh\033[F!", "hello!");
    assert_typed("ello\033[1~h\033[4~!", "hello!");
    assert_typed("hellox\177", "hello");
    assert_typed("hxello\002\002\002\002\010", "hello");
    assert_typed("xhello\001\004", "hello");
    assert_typed("xhello\001\033[3~", "hello");
    assert_typed("hello world\027", "hello ");
    assert_typed("hello world  \027", "hello ");
    assert_typed("hello world\025bye", "bye");
    assert_typed("hello world\002\002\002\002\002\002\013", "hello");
    assert_typed("ac\033[D\033[D\033[D\033[Cb", "abc");
}

static void a_character_of_several_bytes_is_one(void **state)
{
    assert_typed("\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\177", "\xc3\xa4\xe2\x82\xac");
    assert_typed("\xc3\xa4\xe2\x82\xac\033[D\033[D\004", "\xe2\x82\xac");
    assert_typed("\xc3\xa4\xe2\x82\xac\033[Dx\033[Cy", "\xc3\xa4x\xe2\x82\xacy");
}

static void keys_that_are_none_of_ours_leave_no_trace(void **state)
{
    assert_typed("a\033[15;2~b\033OPc\033xd\t\001\033[A\033[B", "abcd");
    assert_typed("a\033[1;2;3;4;5;6;7;8;9mb", "ab");
}

static void a_line_that_was_begun_is_looked_at_and_put_back(void **state)
{
    struct line l = line_new();

    type(&l, "half\033[D\033[D");
    assert_bytes(line_typed(&l), BYTES_LITERAL("half"));
    line_put(&l, BYTES_LITERAL("another"));
    type(&l, " one");
    assert_bytes(line_typed(&l), BYTES_LITERAL("another one"));
    line_free(&l);
}

static void ctrl_d_ends_an_empty_line_alone(void **state)
{
    struct line l = line_new();

    assert_int_equal(type(&l, "\004"), LINE_ENDED);
    assert_int_equal(type(&l, "a\004"), LINE_SAME);
    assert_int_equal(type(&l, "\177\004"), LINE_ENDED);
    line_free(&l);
}

static void a_full_line_takes_no_more(void **state)
{
    struct line l = line_new();

    for (size_t i = 0; i < LINE_MOST; i++)
        assert_int_equal(line_type(&l, 'x'), LINE_CHANGED);
    assert_int_equal(line_type(&l, 'x'), LINE_SAME);
    assert_int_equal(type(&l, "\001"), LINE_CHANGED);
    assert_int_equal(line_type(&l, 'x'), LINE_SAME);
    line_type(&l, '\n');
    assert_int_equal(line_text(&l).n, LINE_MOST);
    line_free(&l);
}

static void assert_drawn(const char *keys, size_t columns, const char *drawn)
{
    struct line l = line_new();
    struct buf b = BUF(4096);

    type(&l, keys);
    line_draw(&l, "bob> ", columns, &b);
    buf_u8(&b, 0);
    assert_int_equal(b.failed, E_OK);
    assert_string_equal((char *)b.at, drawn);
    buf_free(&b);
    line_free(&l);
}

#define ROW "\r\033[Kbob> "

static void the_cursor_stands_where_it_is_typed(void **state)
{
    assert_drawn("", 20, ROW);
    assert_drawn("abc", 20, ROW "abc");
    assert_drawn("abc\033[D\033[D", 20, ROW "abc\r\033[6C");
    assert_drawn("\xe4\xb8\xad\xc3\xa4z\033[D", 20, ROW "\xe4\xb8\xad\xc3\xa4z\r\033[8C");
    assert_drawn("e\xcc\x81z\033[D", 20, ROW "e\xcc\x81z\r\033[6C");
}

static void a_long_line_shows_the_part_around_the_cursor(void **state)
{
    assert_drawn("0123456789abcdefgh", 20, ROW "456789abcdefgh");
    assert_drawn("0123456789abcdefgh\001", 20, ROW "0123456789abcd\r\033[5C");
    assert_drawn("0123456789", 8, "\r\033[K3456789");
}

static void what_a_terminal_would_obey_is_escaped_and_a_backslash_stays(void **state)
{
    assert_drawn("a\xe2\x80\xae\\", 20, ROW "a\\u{202e}\\");
    assert_drawn("\xff", 20, ROW "\\xff");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(keys_edit_the_line),
        cmocka_unit_test(a_character_of_several_bytes_is_one),
        cmocka_unit_test(keys_that_are_none_of_ours_leave_no_trace),
        cmocka_unit_test(ctrl_d_ends_an_empty_line_alone),
        cmocka_unit_test(a_line_that_was_begun_is_looked_at_and_put_back),
        cmocka_unit_test(a_full_line_takes_no_more),
        cmocka_unit_test(the_cursor_stands_where_it_is_typed),
        cmocka_unit_test(a_long_line_shows_the_part_around_the_cursor),
        cmocka_unit_test(what_a_terminal_would_obey_is_escaped_and_a_backslash_stays),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
