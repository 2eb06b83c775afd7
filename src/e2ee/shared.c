/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/shared.h"

#include <string.h>

#include "base/reader.h"

#define RANGE_SIZE   (16 + 8 + 8)
#define CHANGE_LEAST (1 + 1 + 1 + 8 + 8 + 4) /* with an empty key and an empty value */

size_t shared_change_size(const struct shared_change *c)
{
    return CHANGE_LEAST + c->key.n + c->value.n;
}

size_t shared_state_least(size_t ranges)
{
    return 1 + ranges * RANGE_SIZE + 2;
}

/* ---- state */

static bool range_is_sound(const struct shared_range *range, size_t i)
{
    return range[i].after < range[i].to &&
           (i == 0 || ID_RISES(range[i - 1].writer, range[i].writer));
}

static bool change_is_sound(const struct shared_change *c, const struct shared_range *in)
{
    return c->kind != 0 && c->number > in->after && c->number <= in->to;
}

static void write_change(const struct shared_change *c, uint8_t place, struct buf *out)
{
    size_t opened;

    buf_u8(out, c->kind);
    buf_u8(out, (uint8_t)c->key.n);
    buf_bytes(out, c->key);
    buf_u8(out, place);
    buf_u64(out, c->number);
    buf_u64(out, c->stamp_ms);
    opened = buf_open(out);
    buf_bytes(out, c->value);
    buf_close(out, opened);
}

void shared_state_write(const struct shared_state *s, struct buf *out)
{
    size_t place = 0;

    invariant(s->ranges >= 1 && s->ranges <= SHARED_WRITERS_MAX && s->changes <= UINT16_MAX);
    buf_u8(out, (uint8_t)s->ranges);
    for (size_t i = 0; i < s->ranges; i++) {
        invariant(range_is_sound(s->range, i));
        buf_bytes(out, ID_BYTES(s->range[i].writer));
        buf_u64(out, s->range[i].after);
        buf_u64(out, s->range[i].to);
    }
    buf_u16(out, (uint16_t)s->changes);
    for (size_t i = 0; i < s->changes; i++) {
        const struct shared_change *c = &s->change[i];

        while (!ID_SAME(s->range[place].writer, c->writer)) {
            place++;
            invariant(place < s->ranges);
        }
        invariant(change_is_sound(c, &s->range[place]));
        invariant(c->key.n <= SHARED_KEY_MAX && c->value.n <= SHARED_VALUE_MAX);
        write_change(c, (uint8_t)place, out);
    }
}

static struct shared_range *read_ranges(struct reader *r, struct arena *a, size_t *n)
{
    struct shared_range *range;

    *n = reader_u8(r);
    reader_require(r, *n <= SHARED_WRITERS_MAX, E_LIMIT);
    reader_require(r, *n >= 1, E_MALFORMED);
    range = ARENA_ARRAY(a, r->failed == E_OK ? *n : 0, struct shared_range);
    reader_require(r, range != NULL, E_NOMEM);
    for (size_t i = 0; r->failed == E_OK && i < *n; i++) {
        reader_copy(r, range[i].writer.b, sizeof range[i].writer.b);
        range[i].after = reader_u64(r);
        range[i].to = reader_u64(r);
        reader_require(r, range_is_sound(range, i), E_MALFORMED);
    }
    return range;
}

/* The place of its range; what is behind the last one fails the reader. */
static size_t read_change(struct reader *r, const struct shared_state *s, struct shared_change *c)
{
    uint8_t key_n, place;

    c->kind = reader_u8(r);
    key_n = reader_u8(r);
    reader_require(r, key_n <= SHARED_KEY_MAX, E_LIMIT);
    c->key = reader_take(r, key_n);
    place = reader_u8(r);
    c->number = reader_u64(r);
    c->stamp_ms = reader_u64(r);
    c->value = reader_block(r, SHARED_VALUE_MAX);
    reader_require(r, place < s->ranges, E_MALFORMED);
    if (r->failed != E_OK)
        return 0;
    c->writer = s->range[place].writer;
    reader_require(r, change_is_sound(c, &s->range[place]), E_MALFORMED);
    return place;
}

static bool follows(size_t place, uint64_t number, size_t before, uint64_t number_before)
{
    return place == before ? number > number_before : place > before;
}

static struct shared_change *read_changes(struct reader *r, struct arena *a,
                                          const struct shared_state *s, size_t *n)
{
    struct shared_change *change;
    size_t before = 0;

    *n = reader_u16(r);
    /* A count asks for no more room than its bytes could fill. */
    reader_require(r, *n <= reader_left(r) / CHANGE_LEAST, E_TRUNCATED);
    change = ARENA_ARRAY(a, r->failed == E_OK ? *n : 0, struct shared_change);
    reader_require(r, change != NULL, E_NOMEM);
    for (size_t i = 0; r->failed == E_OK && i < *n; i++) {
        size_t place = read_change(r, s, &change[i]);

        reader_require(r, i == 0 || follows(place, change[i].number, before, change[i - 1].number),
                       E_MALFORMED);
        before = place;
    }
    return change;
}

struct err shared_state_parse(struct bytes content, struct arena *a, struct shared_state *out)
{
    struct reader r = reader(content);
    struct shared_state s = {.ranges = 0};

    s.range = read_ranges(&r, a, &s.ranges);
    s.change = read_changes(&r, a, &s, &s.changes);
    TRY(reader_end(&r));
    *out = s;
    return OK;
}

/* ---- have */

static bool mark_is_sound(const struct shared_have *h, size_t i)
{
    return h->mark[i].number >= 1 && (i == 0 || ID_RISES(h->mark[i - 1].writer, h->mark[i].writer));
}

void shared_have_write(const struct shared_have *h, struct buf *out)
{
    invariant(h->n <= SHARED_WRITERS_MAX);
    buf_u8(out, (uint8_t)h->n);
    for (size_t i = 0; i < h->n; i++) {
        invariant(mark_is_sound(h, i));
        buf_bytes(out, ID_BYTES(h->mark[i].writer));
        buf_u64(out, h->mark[i].number);
    }
}

struct err shared_have_parse(struct bytes content, struct shared_have *out)
{
    struct reader r = reader(content);
    struct shared_have h = {.n = reader_u8(&r)};

    reader_require(&r, h.n <= SHARED_WRITERS_MAX, E_LIMIT);
    for (size_t i = 0; r.failed == E_OK && i < h.n; i++) {
        reader_copy(&r, h.mark[i].writer.b, sizeof h.mark[i].writer.b);
        h.mark[i].number = reader_u64(&r);
        reader_require(&r, mark_is_sound(&h, i), E_MALFORMED);
    }
    TRY(reader_end(&r));
    *out = h;
    return OK;
}
