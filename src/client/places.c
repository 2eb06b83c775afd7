/* SPDX-License-Identifier: Apache-2.0 */
#include "client/places.h"

#include <string.h>

static bool is_apart_below(const struct control_range *r, uint64_t first)
{
    return r->last < first && first - r->last > 1;
}

static bool is_apart_above(const struct control_range *r, uint64_t last)
{
    return r->first > last && r->first - last > 1;
}

bool places_add(struct places *p, uint64_t first, uint64_t last)
{
    size_t from = 0, to;

    while (from < p->n && is_apart_below(&p->at[from], first))
        from++;
    if ((from == p->n || is_apart_above(&p->at[from], last)) && p->n == PLACES_MAX)
        return false;
    for (to = from; to < p->n && !is_apart_above(&p->at[to], last); to++) {
        if (p->at[to].first < first)
            first = p->at[to].first;
        if (p->at[to].last > last)
            last = p->at[to].last;
    }
    memmove(&p->at[from + 1], &p->at[to], (p->n - to) * sizeof p->at[0]);
    p->n += 1 + from - to;
    p->at[from] = (struct control_range){first, last};
    return true;
}

bool places_has(const struct places *p, uint64_t seq)
{
    for (size_t i = 0; i < p->n && p->at[i].first <= seq; i++)
        if (seq <= p->at[i].last)
            return true;
    return false;
}

void places_drop(struct places *p, size_t ranges)
{
    p->n -= ranges;
    memmove(p->at, p->at + ranges, p->n * sizeof p->at[0]);
}

void places_write(const struct places *p, struct buf *out)
{
    buf_u16(out, (uint16_t)p->n);
    for (size_t i = 0; i < p->n; i++) {
        buf_u64(out, p->at[i].first);
        buf_u64(out, p->at[i].last);
    }
}

void places_read(struct reader *r, struct places *out)
{
    size_t n = reader_u16(r);

    reader_require(r, n <= PLACES_MAX, E_MALFORMED);
    for (out->n = 0; out->n < n && r->failed == E_OK; out->n++) {
        struct control_range *at = &out->at[out->n];

        at->first = reader_u64(r);
        at->last = reader_u64(r);
        reader_require(r, control_range_follows(out->n > 0 ? at - 1 : NULL, at), E_MALFORMED);
    }
}
