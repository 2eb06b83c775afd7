/* SPDX-License-Identifier: Apache-2.0 */
/*
 * line: a line while a person types it.
 *
 * Takes the bytes of a terminal's keyboard one by one and draws the line as it stands; it reads and
 * writes nothing itself.  Keys: letters, Backspace, Delete, the arrows, Home and End, and Ctrl with
 * A, E, B, F, D, H, K, U and W as shells have them.  There is no history.  What is rubbed out is
 * wiped.
 */
#ifndef TACET_TERMINAL_LINE_H
#define TACET_TERMINAL_LINE_H

#include "terminal/page.h"

#define LINE_MOST 65536 /* bytes */

struct line {
    struct buf before, after; /* of the cursor; what is after it stands backwards */
    uint8_t key[8];           /* an escape sequence that is not complete */
    size_t key_n;
    bool over; /* something was typed that had no room; until all of it is rubbed out */
};

enum line_news {
    LINE_SAME = 1, /* nothing to see, or the line is full */
    LINE_CHANGED,
    LINE_DONE,  /* Enter; the cursor is at the end */
    LINE_ENDED, /* Ctrl-D in an empty line */
};

struct line line_new(void);
enum line_news line_type(struct line *l, uint8_t byte);

/* All of it, after LINE_DONE. */
struct bytes line_text(const struct line *l);

/* All of it at any time: the cursor goes to the end.  And another text in its place, unless that is
 * too long. */
struct bytes line_typed(struct line *l);
void line_put(struct line *l, struct bytes text);

/*
 * Append what makes a terminal of so many columns show `prompt`, which is ASCII, and the line in
 * the row where the cursor is.  As much is shown as fits, with the cursor in it; what a terminal
 * would obey is shown as an escape.
 */
void line_draw(const struct line *l, const char *prompt, size_t columns, struct buf *out);

/* The same on a page, from a column of a row on, in so many columns, with the page's cursor in it.
 */
void line_show(const struct line *l, struct page *p, size_t row, size_t column, size_t room);

void line_free(struct line *l); /* wiped and empty */

#endif
