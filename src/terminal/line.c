/* SPDX-License-Identifier: Apache-2.0 */
#include "terminal/line.h"

#include <stdio.h>

#include "base/text.h"

#define CTRL(letter) ((letter)-64)
#define ESCAPE       0x1b
#define DELETE       0x7f
#define ESCAPED_MAX  64              /* a character as an escape */
#define SHOWN_MAX    (8 * LINE_MOST) /* of one row, whatever stands in it */

struct line line_new(void)
{
    return (struct line){.before = BUF(LINE_MOST), .after = BUF(LINE_MOST)};
}

/* ---- moving: bytes go from one side of the cursor to the other */

static bool pop(struct buf *b, uint8_t *byte)
{
    if (b->n == 0)
        return false;
    *byte = b->at[b->n - 1];
    buf_cut(b, b->n - 1);
    return true;
}

static bool continues(uint8_t byte)
{
    return (byte & 0xc0) == 0x80;
}

/* One character; `to` NULL: it is rubbed out. */
static bool take_left(struct line *l, struct buf *to)
{
    uint8_t byte = 0;

    if (!pop(&l->before, &byte))
        return false;
    do
        if (to != NULL)
            buf_u8(to, byte);
    while (continues(byte) && pop(&l->before, &byte));
    return true;
}

static bool take_right(struct line *l, struct buf *to)
{
    uint8_t byte = 0;

    if (!pop(&l->after, &byte))
        return false;
    if (to != NULL)
        buf_u8(to, byte);
    while (l->after.n > 0 && continues(l->after.at[l->after.n - 1]) && pop(&l->after, &byte))
        if (to != NULL)
            buf_u8(to, byte);
    return true;
}

static bool go_home(struct line *l)
{
    bool moved = false;

    while (take_left(l, &l->after))
        moved = true;
    return moved;
}

static bool go_end(struct line *l)
{
    bool moved = false;

    while (take_right(l, &l->before))
        moved = true;
    return moved;
}

static bool is_blank_before(const struct line *l)
{
    return l->before.n > 0 && l->before.at[l->before.n - 1] == ' ';
}

static bool rub_word(struct line *l)
{
    bool any = l->before.n > 0;

    while (is_blank_before(l))
        take_left(l, NULL);
    while (l->before.n > 0 && !is_blank_before(l))
        take_left(l, NULL);
    return any;
}

static bool rub_all(struct buf *b)
{
    bool any = b->n > 0;

    buf_free(b);
    return any;
}

/* ---- keys */

static bool obey_escape(struct line *l, uint8_t last)
{
    switch (last) {
    case 'D':
        return take_left(l, &l->after);
    case 'C':
        return take_right(l, &l->before);
    case 'H':
        return go_home(l);
    case 'F':
        return go_end(l);
    case '~': /* with a number of one digit before it, if it is one of ours */
        switch (l->key_n == 4 ? l->key[2] : 0) {
        case '1':
        case '7':
            return go_home(l);
        case '4':
        case '8':
            return go_end(l);
        case '3':
            return take_right(l, NULL);
        }
    }
    return false;
}

/* ESC [ parameters letter, or ESC O letter; anything else after ESC is one key, and passed over. */
static enum line_news take_escape(struct line *l, uint8_t byte)
{
    bool changed = false, complete;

    if (l->key_n < sizeof l->key)
        l->key[l->key_n++] = byte;
    if (l->key_n == 2)
        complete = byte != '[' && byte != 'O';
    else
        complete = byte >= 0x40 && byte <= 0x7e;
    if (!complete)
        return LINE_SAME;
    if (l->key_n > 2)
        changed = obey_escape(l, byte);
    l->key_n = 0;
    return changed ? LINE_CHANGED : LINE_SAME;
}

static bool insert(struct line *l, uint8_t byte)
{
    if (byte < 0x20)
        return false;
    if (l->before.n + l->after.n >= LINE_MOST) {
        l->over = true;
        return false;
    }
    buf_u8(&l->before, byte);
    return l->before.failed == E_OK;
}

static bool obey(struct line *l, uint8_t byte)
{
    switch (byte) {
    case CTRL('A'):
        return go_home(l);
    case CTRL('B'):
        return take_left(l, &l->after);
    case CTRL('D'):
        return take_right(l, NULL);
    case CTRL('E'):
        return go_end(l);
    case CTRL('F'):
        return take_right(l, &l->before);
    case CTRL('H'):
    case DELETE:
        return take_left(l, NULL);
    case CTRL('K'):
        return rub_all(&l->after);
    case CTRL('U'):
        return rub_all(&l->before);
    case CTRL('W'):
        return rub_word(l);
    }
    return insert(l, byte);
}

enum line_news line_type(struct line *l, uint8_t byte)
{
    bool changed;

    if (l->key_n > 0)
        return take_escape(l, byte);
    if (byte == ESCAPE) {
        l->key[l->key_n++] = byte;
        return LINE_SAME;
    }
    if (byte == '\n' || byte == '\r') {
        go_end(l);
        return LINE_DONE;
    }
    if (byte == CTRL('D') && l->before.n + l->after.n == 0)
        return LINE_ENDED;
    if (byte == CTRL('L'))
        return LINE_CHANGED;
    changed = obey(l, byte);
    l->over &= l->before.n + l->after.n > 0;
    return changed ? LINE_CHANGED : LINE_SAME;
}

struct bytes line_typed(struct line *l)
{
    (void)go_end(l);
    return line_text(l);
}

void line_put(struct line *l, struct bytes text)
{
    if (text.n > LINE_MOST)
        return;
    line_free(l);
    buf_bytes(&l->before, text);
}

struct bytes line_text(const struct line *l)
{
    return buf_view(&l->before);
}

/* ---- drawing */

/* The first character of `in`: how many bytes it has, how many columns it takes; appended to `out`
 * as it is shown, unless that is NULL. */
static size_t show_first(struct bytes in, size_t *columns, struct buf *out)
{
    struct buf shown = BUF(ESCAPED_MAX);
    uint32_t point = 0;
    size_t n = text_point(in, &point);
    struct bytes character = bytes(in.at, n == 0 ? 1 : n);

    if (point == '\\')
        buf_bytes(&shown, character);
    else
        text_harmless(&shown, character, false);
    *columns = bytes_same(buf_view(&shown), character) ? page_width(point) : shown.n;
    if (out != NULL)
        buf_bytes(out, buf_view(&shown));
    buf_free(&shown);
    return character.n;
}

/* Draw from the front what takes no more than `room` columns; how many it takes. */
static size_t draw_front(struct bytes in, size_t room, struct buf *out)
{
    size_t used = 0, columns;

    while (in.n > 0) {
        size_t n = show_first(in, &columns, NULL);

        if (used + columns > room)
            break;
        show_first(in, &columns, out);
        used += columns;
        in = bytes(in.at + n, in.n - n);
    }
    return used;
}

/* What of `in` takes no more than `room` columns at its end. */
static struct bytes fitting_end(struct bytes in, size_t room)
{
    size_t total = 0, columns;

    for (size_t i = 0; i < in.n;) {
        i += show_first(bytes(in.at + i, in.n - i), &columns, NULL);
        total += columns;
    }
    while (total > room) {
        size_t n = show_first(in, &columns, NULL);

        total -= columns;
        in = bytes(in.at + n, in.n - n);
    }
    return in;
}

/* What is to be seen of the line in `room` columns; how many are before the cursor and behind it.
 */
static void draw_line(const struct line *l, size_t room, struct buf *out, size_t *before,
                      size_t *behind)
{
    struct buf after = BUF(LINE_MOST);

    *before = draw_front(fitting_end(buf_view(&l->before), room), room, out);
    for (size_t i = l->after.n; i > 0; i--)
        buf_u8(&after, l->after.at[i - 1]);
    *behind = draw_front(buf_view(&after), room - *before, out);
    buf_free(&after);
}

void line_draw(const struct line *l, const char *prompt, size_t columns, struct buf *out)
{
    size_t taken = strlen(prompt), room, before, behind;
    char back[32];

    if (taken + 8 > columns)
        taken = 0;
    room = columns > taken + 1 ? columns - taken - 1 : 1;
    buf_text(out, "\r\033[K");
    if (taken > 0)
        buf_text(out, prompt);
    draw_line(l, room, out, &before, &behind);
    if (behind == 0)
        return;
    snprintf(back, sizeof back, "\r\033[%zuC", taken + before);
    buf_text(out, taken + before > 0 ? back : "\r");
}

void line_show(const struct line *l, struct page *p, size_t row, size_t column, size_t room)
{
    struct buf shown = BUF(SHOWN_MAX);
    size_t before, behind;

    page_fill(p, row, column, room, PAGE_PLAIN);
    if (room == 0)
        return;
    draw_line(l, room - 1, &shown, &before, &behind);
    page_put(p, row, column, room, PAGE_PLAIN, buf_view(&shown));
    p->cursor = true;
    p->cursor_row = row;
    p->cursor_column = column + before;
    buf_free(&shown);
}

void line_free(struct line *l)
{
    buf_free(&l->before);
    buf_free(&l->after);
    *l = line_new();
}
