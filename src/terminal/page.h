/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page: a screenful of characters in memory.
 *
 * A page is made of cells, rows times columns.  Text that is put on it is UTF-8 in which no
 * terminal would obey anything (base/text.h: text_harmless); what is not is shown as "?".  A
 * character takes one cell or two, and marks that stand on another take none.
 */
#ifndef TACET_TERMINAL_PAGE_H
#define TACET_TERMINAL_PAGE_H

#include "base/buf.h"

#define PAGE_ROWS_MAX    500
#define PAGE_COLUMNS_MAX 500
#define PAGE_POINTS      3 /* a character and the first marks on it */

enum page_look { PAGE_PLAIN = 0, PAGE_BOLD = 1, PAGE_REVERSE = 2, PAGE_DIM = 4 };

struct page_cell {
    uint32_t point[PAGE_POINTS]; /* 0: no more.  All 0: the right half of what is before it */
    unsigned look;
};

struct page {
    size_t rows, columns;
    struct page_cell *cell; /* row by row */
    bool cursor;            /* it is to be seen, */
    size_t cursor_row, cursor_column;
};

/* An empty one; more rows or columns than there may be are left out.  E_NOMEM. */
FALLIBLE page_new(struct page *out, size_t rows, size_t columns);
void page_free(struct page *p); /* wiped */

/* Columns of a character: 0, 1 or 2. */
size_t page_width(uint32_t point);

/* And of a text. */
size_t page_columns(struct bytes text);

/* How many bytes of `text` fit into a row of so many columns: up to a line feed, else up to the
 * last blank that fits, else as many characters as fit, and at least one.  0: it is empty, or
 * begins with a line feed. */
size_t page_fit(struct bytes text, size_t columns);

/* Put as much of a text as there is room for at a place; the columns that it takes.  What lies
 * outside the page is left out. */
size_t page_put(struct page *p, size_t row, size_t column, size_t room, unsigned look,
                struct bytes text);

/* Blanks. */
void page_fill(struct page *p, size_t row, size_t column, size_t room, unsigned look);

/* One row as text, appended, without the blanks at its end. */
void page_write_row(const struct page *p, size_t row, struct buf *out);

#endif
