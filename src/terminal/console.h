/* SPDX-License-Identifier: Apache-2.0 */
/*
 * console: a person, or a script, who types lines while a program says things of its own.
 *
 * When input and output are terminals, the line is edited here (terminal/line.h) below a prompt,
 * and what is printed comes above it.  Else lines are read as they come and nothing is drawn. Input
 * is read byte by byte, so that nothing behind a line is ever held.  What went through is wiped.
 */
#ifndef TACET_TERMINAL_CONSOLE_H
#define TACET_TERMINAL_CONSOLE_H

#include <termios.h>

#include "terminal/line.h"

#define CONSOLE_PROMPT_MAX 64
#define CONSOLE_PRINT_MAX  (1 << 20) /* bytes printed at once */

struct console {
    int in, out;
    bool terminal;
    char prompt[CONSOLE_PROMPT_MAX];
    struct termios before;
    struct line line;
};

/* Signals of the keyboard still come, but stopping the program or the screen by key is off while
 * the terminal is changed. */
void console_open(struct console *c, int in, int out);
void console_close(struct console *c); /* the terminal is as before; wipes */

enum console_got {
    CONSOLE_NOTHING = 1, /* no whole line yet: wait until `in` can be read */
    CONSOLE_LINE,
    CONSOLE_LONG,  /* a line over LINE_MOST bytes; it is gone */
    CONSOLE_ENDED, /* no more lines: Ctrl-D, end of input, or it cannot be read */
};

/* What can be read without waiting, up to the end of a line.  Call it when `in` can be read, and
 * console_done() with each line when it is not needed any more. */
enum console_got console_take(struct console *c, struct bytes *line);
void console_done(struct console *c);

/* What was typed of the line so far, borrowed, the cursor behind it; and put that in its place. */
struct bytes console_typed(struct console *c);
void console_fill(struct console *c, struct bytes text);

/* Shown before the line from now on; ASCII.  Nothing changes where there is no terminal. */
void console_prompt(struct console *c, const char *prompt);

/* Whole lines, above the prompt; `lines` is at most CONSOLE_PRINT_MAX.  E_IO: they could not be
 * written. */
FALLIBLE console_print(struct console *c, struct bytes lines);

/* The same for what is no result: to standard error where there is no terminal. */
void console_say(struct console *c, struct bytes lines);

/* The row of the prompt is free for others to print in, until it is shown again. */
void console_hide(struct console *c);
void console_show(struct console *c);

/* Clear the screen and what was scrolled off it, if there is one. */
void console_clear(struct console *c);

#endif
