/* SPDX-License-Identifier: Apache-2.0 */
#include <pty.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "assert_err.h"
#include "terminal/console.h"

/* ---- without a terminal */

struct plain {
    struct console console;
    int in[2], out[2];
};

static void plain_begin(struct plain *p, struct bytes input)
{
    assert_int_equal(pipe(p->in), 0);
    assert_int_equal(pipe(p->out), 0);
    assert_int_equal(write(p->in[1], input.at, input.n), input.n);
    console_open(&p->console, p->in[0], p->out[1]);
    assert_false(p->console.terminal);
}

static void plain_end(struct plain *p)
{
    console_close(&p->console);
    close(p->in[0]);
    close(p->out[0]);
    close(p->out[1]);
}

static void assert_takes(struct console *c, enum console_got got, const char *text)
{
    struct bytes line;

    assert_int_equal(console_take(c, &line), got);
    if (text != NULL)
        assert_bytes(line, bytes_text(text));
    if (got == CONSOLE_LINE)
        console_done(c);
}

static void a_script_s_lines_come_one_by_one(void **state)
{
    struct plain p;
    char rest[8] = {0};

    plain_begin(&p, BYTES_LITERAL("one\n\ntwo\nhal"));
    assert_takes(&p.console, CONSOLE_LINE, "one");
    assert_takes(&p.console, CONSOLE_LINE, "");
    assert_takes(&p.console, CONSOLE_LINE, "two");
    assert_takes(&p.console, CONSOLE_NOTHING, "hal");
    assert_int_equal(write(p.in[1], "f\nrest", 6), 6);
    assert_takes(&p.console, CONSOLE_LINE, "half");
    assert_int_equal(read(p.in[0], rest, sizeof rest), 4); /* what is behind a line is not held */
    close(p.in[1]);
    assert_takes(&p.console, CONSOLE_ENDED, "");
    plain_end(&p);
}

static void the_end_of_the_input_ends_a_line(void **state)
{
    struct plain p;

    plain_begin(&p, BYTES_LITERAL("one\ntwo"));
    close(p.in[1]);
    assert_takes(&p.console, CONSOLE_LINE, "one");
    assert_takes(&p.console, CONSOLE_LINE, "two");
    assert_takes(&p.console, CONSOLE_ENDED, "");
    plain_end(&p);
}

static void a_line_that_is_too_long_is_gone_and_the_next_comes(void **state)
{
    static uint8_t text[LINE_MOST / 4 + 1];
    struct plain p;

    plain_begin(&p, (struct bytes){0});
    memset(text, 'x', sizeof text);
    for (int i = 0; i < 4; i++) { /* a pipe holds no more at once */
        assert_int_equal(write(p.in[1], text, sizeof text), sizeof text);
        assert_takes(&p.console, CONSOLE_NOTHING, NULL);
    }
    assert_int_equal(write(p.in[1], "\nnext\n", 6), 6);
    assert_takes(&p.console, CONSOLE_LONG, NULL);
    assert_takes(&p.console, CONSOLE_LINE, "next");
    close(p.in[1]);
    plain_end(&p);
}

static void a_script_gets_what_is_printed_and_nothing_else(void **state)
{
    struct plain p;
    char got[64] = {0};

    plain_begin(&p, (struct bytes){0});
    console_prompt(&p.console, "bob> ");
    console_clear(&p.console);
    assert_ok(console_print(&p.console, BYTES_LITERAL("hello\n")));
    console_hide(&p.console);
    console_show(&p.console);
    assert_int_equal(read(p.out[0], got, sizeof got), 6);
    assert_string_equal(got, "hello\n");
    close(p.in[1]);
    plain_end(&p);
}

/* ---- at a terminal: this process is the person too */

struct seat {
    struct console console;
    int person, tty;
    char seen[4096];
};

static void seat_begin(struct seat *s)
{
    const struct winsize size = {.ws_row = 24, .ws_col = 40};

    memset(s, 0, sizeof *s);
    assert_int_equal(openpty(&s->person, &s->tty, NULL, NULL, &size), 0);
    console_open(&s->console, s->tty, s->tty);
    assert_true(s->console.terminal);
}

static void seat_end(struct seat *s)
{
    struct termios t;

    console_close(&s->console);
    assert_int_equal(tcgetattr(s->tty, &t), 0);
    assert_true((t.c_lflag & ECHO) && (t.c_lflag & ICANON) && (t.c_iflag & IXON));
    close(s->tty);
    close(s->person);
}

/* All that came since the last look. */
static const char *look(struct seat *s)
{
    ssize_t n;

    assert_int_equal(tcdrain(s->tty), 0);
    n = read(s->person, s->seen, sizeof s->seen - 1);
    assert_true(n > 0);
    s->seen[n] = '\0';
    return s->seen;
}

static void type(struct seat *s, const char *keys)
{
    assert_int_equal(write(s->person, keys, strlen(keys)), strlen(keys));
}

static void what_arrives_stands_above_the_line_being_typed(void **state)
{
    struct seat s;

    seat_begin(&s);
    console_prompt(&s.console, "bob> ");
    assert_string_equal(look(&s), "\r\033[K\r\033[Kbob> ");
    type(&s, "half a li");
    assert_takes(&s.console, CONSOLE_NOTHING, "half a li");
    assert_string_equal(look(&s), "\r\033[K\r\033[Kbob> half a li");
    assert_ok(console_print(&s.console, BYTES_LITERAL("bob: hello\n")));
    assert_string_equal(look(&s), "\r\033[Kbob: hello\r\n\r\033[Kbob> half a li");
    type(&s, "ne\r");
    assert_takes(&s.console, CONSOLE_LINE, "half a line");
    console_show(&s.console);
    assert_string_equal(look(&s), "\r\033[K\r\033[Kbob> ");
    type(&s, "\004");
    assert_takes(&s.console, CONSOLE_ENDED, "");
    seat_end(&s);
}

static void what_was_typed_beyond_the_most_is_not_cut_and_taken(void **state)
{
    static char text[1024];
    struct seat s;

    seat_begin(&s);
    memset(text, 'x', sizeof text - 1);
    for (int i = 0; i * (int)(sizeof text - 1) <= LINE_MOST; i++) {
        type(&s, text);
        assert_takes(&s.console, CONSOLE_NOTHING, NULL);
        look(&s);
    }
    type(&s, "\025rubbed out\r");
    assert_takes(&s.console, CONSOLE_LINE, "rubbed out");
    for (int i = 0; i * (int)(sizeof text - 1) <= LINE_MOST; i++) {
        type(&s, text);
        assert_takes(&s.console, CONSOLE_NOTHING, NULL);
        look(&s);
    }
    type(&s, "\rnext\r");
    assert_takes(&s.console, CONSOLE_LONG, NULL);
    assert_takes(&s.console, CONSOLE_LINE, "next");
    seat_end(&s);
}

static void no_key_holds_the_screen(void **state)
{
    struct seat s;

    seat_begin(&s);
    type(&s, "a\023b");
    assert_takes(&s.console, CONSOLE_NOTHING, "ab");
    assert_string_equal(look(&s), "\r\033[K\r\033[Kab");
    seat_end(&s);
}

static void clearing_takes_the_scrolled_lines_too(void **state)
{
    struct seat s;

    seat_begin(&s);
    console_clear(&s.console);
    assert_non_null(strstr(look(&s), "\033[2J\033[3J"));
    seat_end(&s);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_script_s_lines_come_one_by_one),
        cmocka_unit_test(the_end_of_the_input_ends_a_line),
        cmocka_unit_test(a_line_that_is_too_long_is_gone_and_the_next_comes),
        cmocka_unit_test(a_script_gets_what_is_printed_and_nothing_else),
        cmocka_unit_test(what_arrives_stands_above_the_line_being_typed),
        cmocka_unit_test(what_was_typed_beyond_the_most_is_not_cut_and_taken),
        cmocka_unit_test(no_key_holds_the_screen),
        cmocka_unit_test(clearing_takes_the_scrolled_lines_too),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
