/* SPDX-License-Identifier: Apache-2.0 */
/* screen: a page on a terminal, by ncurses, which knows what each kind of terminal understands. */
#ifndef TACET_TERMINAL_SCREEN_H
#define TACET_TERMINAL_SCREEN_H

#include <termios.h>

#include "terminal/page.h"

struct screen {
    int in, out;
    void *curses; /* its SCREEN */
    void *in_file, *out_file;
    struct termios before;
};

/* Can a page be shown there: are both terminals, of a kind that can move its cursor? */
bool screen_is_possible(int in, int out);

/* The terminal is this program's, with a screen of its own where it has two.  The keyboard's
 * signals still come, but stopping the program or the screen by key is off.  E_IO: it is no such
 * terminal. */
FALLIBLE screen_open(struct screen *s, int in, int out);

/* As it was, with nothing of any page left on it. */
void screen_close(struct screen *s);

/* How large it is now. */
void screen_size(const struct screen *s, size_t *rows, size_t *columns);

/* What differs from the page before is drawn; `all`: everything is. */
void screen_show(struct screen *s, const struct page *p, bool all);

#endif
