/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/control.h"

#include "base/reader.h"

/* What the entries of a content are. */
enum entries { ENTRIES_NONE = 1, ENTRIES_CTX, ENTRIES_CTX_AND_ID, ENTRIES_RANGES };

static bool is_known(uint16_t type)
{
    return type >= PAYLOAD_RESET && type <= PAYLOAD_HELLO;
}

static enum entries entries_of(enum payload_type type)
{
    static const enum entries of[] = {
        [0] = ENTRIES_CTX, /* of PAYLOAD_RESET, the first */
        [PAYLOAD_MISSING - PAYLOAD_RESET] = ENTRIES_RANGES,
        [PAYLOAD_VOID - PAYLOAD_RESET] = ENTRIES_RANGES,
        [PAYLOAD_SETTLED - PAYLOAD_RESET] = ENTRIES_CTX_AND_ID,
        [PAYLOAD_HELLO - PAYLOAD_RESET] = ENTRIES_NONE,
    };

    return of[type - PAYLOAD_RESET];
}

bool control_range_follows(const struct control_range *before, const struct control_range *r)
{
    if (r->first < 1 || r->first > r->last)
        return false;
    return before == NULL || (r->first > before->last && r->first - before->last > 1);
}

static bool mark_follows(const struct control_mark *before, const struct control_mark *m)
{
    return memcmp(before->ctx, m->ctx, sizeof m->ctx) < 0;
}

static bool entry_is_sound(const struct control *c, size_t i)
{
    if (entries_of(c->type) != ENTRIES_RANGES)
        return i == 0 || mark_follows(&c->mark[i - 1], &c->mark[i]);
    return control_range_follows(i > 0 ? &c->range[i - 1] : NULL, &c->range[i]);
}

static void write_entry(const struct control *c, size_t i, struct buf *out)
{
    if (entries_of(c->type) == ENTRIES_RANGES) {
        buf_u64(out, c->range[i].first);
        buf_u64(out, c->range[i].last);
        return;
    }
    buf_bytes(out, BYTES(c->mark[i].ctx));
    if (entries_of(c->type) == ENTRIES_CTX_AND_ID)
        buf_bytes(out, ID_BYTES(c->mark[i].id));
}

void control_write(const struct control *c, struct buf *out)
{
    invariant(is_known((uint16_t)c->type) && c->n <= CONTROL_ENTRIES_MAX);
    invariant((c->n == 0) == (entries_of(c->type) == ENTRIES_NONE));
    if (c->n == 0)
        return;
    buf_u8(out, (uint8_t)c->n);
    for (size_t i = 0; i < c->n; i++) {
        invariant(entry_is_sound(c, i));
        write_entry(c, i, out);
    }
}

static void read_entry(struct reader *r, struct control *c, size_t i)
{
    if (entries_of(c->type) == ENTRIES_RANGES) {
        c->range[i].first = reader_u64(r);
        c->range[i].last = reader_u64(r);
        return;
    }
    reader_copy(r, c->mark[i].ctx, sizeof c->mark[i].ctx);
    if (entries_of(c->type) == ENTRIES_CTX_AND_ID)
        reader_copy(r, c->mark[i].id.b, sizeof c->mark[i].id.b);
}

struct err control_parse(uint16_t type, struct bytes content, struct control *out)
{
    struct reader r = reader(content);
    struct control c = {.n = 0};

    if (!is_known(type))
        return FAIL(E_ABSENT);
    c.type = (enum payload_type)type;
    if (entries_of(c.type) != ENTRIES_NONE) {
        c.n = reader_u8(&r);
        reader_require(&r, c.n <= CONTROL_ENTRIES_MAX, E_LIMIT);
        reader_require(&r, c.n >= 1, E_MALFORMED);
    }
    for (size_t i = 0; i < c.n && r.failed == E_OK; i++) {
        read_entry(&r, &c, i);
        reader_require(&r, entry_is_sound(&c, i), E_MALFORMED);
    }
    TRY(reader_end(&r));
    *out = c;
    return OK;
}
