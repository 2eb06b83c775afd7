/* SPDX-License-Identifier: Apache-2.0 */
#include "terminal/console.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <sys/ioctl.h>
#include <unistd.h>

#define COLUMNS_USUAL 80
#define COLUMNS_LEAST 8
#define DRAWN_MAX     (8 * LINE_MOST) /* of one row, whatever stands in it */

static const char CLEAR_ROW[] = "\r\033[K";

/* ---- the terminal */

static void make_raw(struct console *c)
{
    struct termios raw;

    if (isatty(c->in) != 1 || isatty(c->out) != 1 || tcgetattr(c->in, &c->before) != 0)
        return;
    raw = c->before;
    raw.c_lflag &= ~(tcflag_t)(ICANON | ECHO | ECHOE | ECHOK | ECHONL | IEXTEN);
    raw.c_iflag &= ~(tcflag_t)IXON; /* a screen held by Ctrl-S would hold up a lock, too */
    raw.c_cc[VMIN] = 1;
    raw.c_cc[VTIME] = 0;
    raw.c_cc[VSUSP] = raw.c_cc[VQUIT] = _POSIX_VDISABLE;
    c->terminal = tcsetattr(c->in, TCSADRAIN, &raw) == 0;
}

void console_open(struct console *c, int in, int out)
{
    *c = (struct console){.in = in, .out = out, .line = line_new()};
    make_raw(c);
}

void console_close(struct console *c)
{
    console_hide(c);
    if (c->terminal)
        tcsetattr(c->in, TCSADRAIN, &c->before);
    c->terminal = false;
    line_free(&c->line);
}

static size_t columns(const struct console *c)
{
    struct winsize size;

    if (ioctl(c->out, TIOCGWINSZ, &size) != 0 || size.ws_col < COLUMNS_LEAST)
        return COLUMNS_USUAL;
    return size.ws_col;
}

/* ---- output */

static bool write_all(int fd, struct bytes text)
{
    while (text.n > 0) {
        ssize_t n = write(fd, text.at, text.n);

        if (n > 0) {
            text = bytes(text.at + n, text.n - (size_t)n);
        } else if (n < 0 && errno == EAGAIN) { /* whoever we share it with made it so */
            struct pollfd ready = {.fd = fd, .events = POLLOUT};

            poll(&ready, 1, -1);
        } else if (n == 0 || errno != EINTR) {
            return false;
        }
    }
    return true;
}

static bool draw(struct console *c, struct bytes lines, bool prompt)
{
    struct buf b = BUF(CONSOLE_PRINT_MAX + DRAWN_MAX);
    bool written;

    if (c->terminal)
        buf_text(&b, CLEAR_ROW);
    buf_bytes(&b, lines);
    if (c->terminal && prompt)
        line_draw(&c->line, c->prompt, columns(c), &b);
    written = b.failed == E_OK && write_all(c->out, buf_view(&b));
    buf_free(&b);
    return written;
}

void console_hide(struct console *c)
{
    if (c->terminal)
        draw(c, (struct bytes){0}, false);
}

void console_show(struct console *c)
{
    if (c->terminal)
        draw(c, (struct bytes){0}, true);
}

struct err console_print(struct console *c, struct bytes lines)
{
    return draw(c, lines, true) ? OK : FAIL(E_IO);
}

void console_say(struct console *c, struct bytes lines)
{
    if (c->terminal)
        draw(c, lines, true);
    else
        write_all(STDERR_FILENO, lines);
}

void console_prompt(struct console *c, const char *prompt)
{
    if (strcmp(c->prompt, prompt) == 0)
        return;
    snprintf(c->prompt, sizeof c->prompt, "%s", prompt);
    console_show(c);
}

void console_clear(struct console *c)
{
    if (c->terminal)
        write_all(c->out, BYTES_LITERAL("\033[H\033[2J\033[3J"));
}

/* ---- input */

struct bytes console_typed(struct console *c)
{
    return line_typed(&c->line);
}

void console_fill(struct console *c, struct bytes text)
{
    line_put(&c->line, text);
    console_show(c);
}

/* One byte, if one is there; CONSOLE_LINE: it is in *byte. */
static enum console_got take_byte(const struct console *c, uint8_t *byte)
{
    struct pollfd ready = {.fd = c->in, .events = POLLIN};
    ssize_t n;

    if (poll(&ready, 1, 0) <= 0)
        return CONSOLE_NOTHING;
    n = read(c->in, byte, 1);
    if (n < 0 && (errno == EINTR || errno == EAGAIN))
        return CONSOLE_NOTHING;
    return n == 1 ? CONSOLE_LINE : CONSOLE_ENDED;
}

/* Part of a line is never taken for it. */
static enum console_got whole(const struct console *c)
{
    return c->line.over ? CONSOLE_LONG : CONSOLE_LINE;
}

/* A line feed ends a line, the end of the input too if anything stands before it. */
static enum console_got add_plain(struct console *c, uint8_t byte)
{
    if (byte != '\n') {
        if (c->line.before.n < LINE_MOST)
            buf_u8(&c->line.before, byte);
        else
            c->line.over = true;
        return CONSOLE_NOTHING;
    }
    return whole(c);
}

static enum console_got add_typed(struct console *c, uint8_t byte, bool *changed)
{
    switch (line_type(&c->line, byte)) {
    case LINE_SAME:
        break;
    case LINE_CHANGED:
        *changed = true;
        break;
    case LINE_DONE:
        return whole(c);
    case LINE_ENDED:
        return CONSOLE_ENDED;
    }
    return CONSOLE_NOTHING;
}

enum console_got console_take(struct console *c, struct bytes *line)
{
    enum console_got got = CONSOLE_NOTHING;
    bool changed = false;
    uint8_t byte = 0;

    while (got == CONSOLE_NOTHING) {
        got = take_byte(c, &byte);
        if (got == CONSOLE_NOTHING)
            break;
        if (got == CONSOLE_LINE)
            got = c->terminal ? add_typed(c, byte, &changed) : add_plain(c, byte);
        else if (!c->terminal && c->line.before.n > 0)
            got = whole(c); /* the next call sees the end again */
    }
    *line = line_text(&c->line);
    if (changed && got == CONSOLE_NOTHING)
        console_show(c);
    if (got == CONSOLE_LONG)
        console_done(c);
    return got;
}

void console_done(struct console *c)
{
    line_free(&c->line);
}
