/* SPDX-License-Identifier: Apache-2.0 */
/* What comes from a terminal's keyboard: keys, and the line that is typed with them.  Two bytes say
 * how large the screen is; 0xfe is a pause. */
#include "base/text.h"
#include "fuzz/fuzz.h"
#include "terminal/keys.h"
#include "terminal/line.h"

#define PAUSE 0xfe
#define TYPED 4096 /* bytes */

static void look_at(struct line *l, struct page *p)
{
    struct buf drawn = BUF(1 << 20);
    struct buf row = BUF(1 << 16);

    page_fill(p, p->rows - 1, 0, p->columns, PAGE_PLAIN);
    line_show(l, p, p->rows - 1, 0, p->columns);
    invariant(p->cursor && p->cursor_row == p->rows - 1 && p->cursor_column <= p->columns);
    page_write_row(p, p->rows - 1, &row);
    invariant(row.failed == E_OK && text_is_utf8(buf_view(&row)));
    invariant(page_columns(buf_view(&row)) <= p->columns);
    line_draw(l, "> ", p->columns, &drawn);
    invariant(drawn.failed == E_OK);
    buf_free(&row);
    buf_free(&drawn);
}

static void type(struct line *l, const struct keys *k, enum key key)
{
    enum line_news news = LINE_SAME;

    for (size_t i = 0; i < k->n && (key == KEYS_OTHER || key == KEYS_ENTER); i++)
        news = line_type(l, k->byte[i]);
    if (news != LINE_DONE)
        return;
    invariant(line_text(l).n <= LINE_MOST);
    line_free(l);
    *l = line_new();
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct line l = line_new();
    struct keys k = {.n = 0};
    struct page p;
    enum key key;

    if (n < 2 || n > TYPED || page_new(&p, at[0] % 24 + 1u, at[1] % 80 + 1u).code != E_OK)
        return 0;
    for (size_t i = 2; i < n; i++) {
        key = at[i] == PAUSE ? keys_pause(&k) : keys_take(&k, at[i]);
        invariant(k.n <= KEYS_MOST && (key != KEYS_NONE || at[i] == PAUSE || k.byte[0] == 0x1b));
        if (key == KEYS_NONE)
            continue;
        type(&l, &k, key);
        keys_taken(&k);
    }
    look_at(&l, &p);
    line_put(&l, bytes(at, n));
    look_at(&l, &p);
    line_free(&l);
    page_free(&p);
    return 0;
}
