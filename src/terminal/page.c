/* SPDX-License-Identifier: Apache-2.0 */
#include "terminal/page.h"

#include <stdlib.h>
#include <string.h>
#include <utf8proc.h>

#include "base/text.h"

#define UNKNOWN '?'

static size_t least(size_t a, size_t b)
{
    return a < b ? a : b;
}

struct err page_new(struct page *out, size_t rows, size_t columns)
{
    struct page p = {.rows = least(rows, PAGE_ROWS_MAX),
                     .columns = least(columns, PAGE_COLUMNS_MAX)};

    p.cell = calloc(p.rows * p.columns + 1, sizeof p.cell[0]);
    if (p.cell == NULL)
        return FAIL(E_NOMEM);
    for (size_t row = 0; row < p.rows; row++)
        page_fill(&p, row, 0, p.columns, PAGE_PLAIN);
    *out = p;
    return OK;
}

void page_free(struct page *p)
{
    if (p->cell != NULL)
        explicit_bzero(p->cell, p->rows * p->columns * sizeof p->cell[0]);
    free(p->cell);
    *p = (struct page){0};
}

/* ---- text */

size_t page_width(uint32_t point)
{
    int width = utf8proc_charwidth((utf8proc_int32_t)point);

    return width > 0 ? (size_t)width : 0;
}

static bool is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0);
}

/* The first character of a text that is not empty, as it is shown, and its length. */
static size_t first(struct bytes text, uint32_t *point)
{
    size_t n = text_point(text, point);

    if (n == 0 || is_control(*point))
        *point = UNKNOWN;
    return n == 0 ? 1 : n;
}

static struct bytes behind(struct bytes text, size_t n)
{
    return bytes(text.at + n, text.n - n);
}

size_t page_columns(struct bytes text)
{
    size_t columns = 0;
    uint32_t point;

    while (text.n > 0) {
        text = behind(text, first(text, &point));
        columns += page_width(point);
    }
    return columns;
}

size_t page_fit(struct bytes text, size_t columns)
{
    size_t at = 0, blank = 0, used = 0;
    uint32_t point;

    while (at < text.n && text.at[at] != '\n') {
        size_t n = first(behind(text, at), &point);

        if (used + page_width(point) > columns && at > 0)
            return blank > 0 ? blank : at;
        used += page_width(point);
        at += n;
        if (point == ' ')
            blank = at;
    }
    return at;
}

/* ---- cells */

static void set(struct page_cell *cell, uint32_t point, unsigned look)
{
    *cell = (struct page_cell){.point[0] = point, .look = look};
}

static void add_mark(struct page_cell *row, size_t column, uint32_t point)
{
    struct page_cell *on;

    if (column == 0)
        return;
    on = &row[column - 1];
    if (on->point[0] == 0 && column > 1)
        on = &row[column - 2];
    for (size_t i = 1; i < PAGE_POINTS; i++)
        if (on->point[i] == 0) {
            on->point[i] = point;
            return;
        }
}

void page_fill(struct page *p, size_t row, size_t column, size_t room, unsigned look)
{
    if (row >= p->rows)
        return;
    for (size_t i = column; i < p->columns && i - column < room; i++)
        set(&p->cell[row * p->columns + i], ' ', look);
}

size_t page_put(struct page *p, size_t row, size_t column, size_t room, unsigned look,
                struct bytes text)
{
    struct page_cell *cells;
    size_t at = column, end;
    uint32_t point;

    if (row >= p->rows || column >= p->columns)
        return 0;
    cells = &p->cell[row * p->columns];
    end = column + least(room, p->columns - column);
    while (text.n > 0) {
        size_t n = first(text, &point), width = page_width(point);

        if (at + width > end)
            break;
        if (width == 0)
            add_mark(cells, at, point);
        else
            set(&cells[at], point, look);
        if (width == 2)
            set(&cells[at + 1], 0, look);
        at += width;
        text = behind(text, n);
    }
    return at - column;
}

/* ---- rows */

static void write_point(uint32_t point, struct buf *out)
{
    utf8proc_uint8_t utf8[4];
    utf8proc_ssize_t n = utf8proc_encode_char((utf8proc_int32_t)point, utf8);

    if (n > 0)
        buf_bytes(out, bytes(utf8, (size_t)n));
}

void page_write_row(const struct page *p, size_t row, struct buf *out)
{
    size_t end = p->columns;

    if (row >= p->rows)
        return;
    while (end > 0 && p->cell[row * p->columns + end - 1].point[0] == ' ')
        end--;
    for (size_t i = 0; i < end; i++)
        for (size_t k = 0; k < PAGE_POINTS && p->cell[row * p->columns + i].point[k] != 0; k++)
            write_point(p->cell[row * p->columns + i].point[k], out);
}
