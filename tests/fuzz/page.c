/* SPDX-License-Identifier: Apache-2.0 */
/* What others wrote on a page of a terminal: it keeps to its place, and nothing of it is obeyed.
 * Three bytes say how large the page is, and where the text begins. */
#include "terminal/page.h"

#include "base/text.h"
#include "fuzz/fuzz.h"

#define WORST 6 /* bytes of output for one of input */

static bool is_control(uint32_t point)
{
    return point < 0x20 || (point >= 0x7f && point < 0xa0);
}

static void look_at(const struct page *p)
{
    for (size_t row = 0; row < p->rows; row++) {
        struct buf b = BUF(1 << 16);
        uint32_t point;

        page_write_row(p, row, &b);
        invariant(b.failed == E_OK && page_columns(buf_view(&b)) <= p->columns);
        for (size_t i = 0, length; i < b.n; i += length) {
            length = text_point(bytes(b.at + i, b.n - i), &point);
            invariant(length > 0 && !is_control(point));
        }
        buf_free(&b);
    }
}

/* Row by row, as it fits. */
static void put(struct page *p, size_t column, struct bytes text)
{
    size_t room = p->columns - column;

    for (size_t row = 0; row < p->rows && text.n > 0; row++) {
        size_t n = page_fit(text, room), took;

        invariant(n <= text.n && (n > 0 || text.at[0] == '\n'));
        took = page_put(p, row, column, room, PAGE_BOLD, bytes(text.at, n));
        invariant(took <= room);
        n += n < text.n && text.at[n] == '\n';
        text = bytes(text.at + n, text.n - n);
    }
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct buf harmless = BUF(WORST * n + 1);
    struct page p;

    if (n < 3 || page_new(&p, at[0] % 24 + 1u, at[1] % 80 + 1u).code != E_OK)
        return 0;
    put(&p, at[2] % p.columns, bytes(at + 3, n - 3)); /* as it is */
    look_at(&p);
    text_harmless(&harmless, bytes(at + 3, n - 3), true);
    put(&p, at[2] % p.columns, buf_view(&harmless));
    look_at(&p);
    buf_free(&harmless);
    page_free(&p);
    return 0;
}
