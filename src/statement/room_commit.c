/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/room_commit.h"

#include "base/clock.h"
#include "statement/signed_internal.h"

#define LABEL BYTES_LABEL("tacet1 room commit")

static const uint8_t VERSION = 1;

struct room_commit room_commit_of(const struct room_state *s, uint64_t time_ms)
{
    struct room_commit c = {.room = s->room, .version = s->version, .time_ms = time_ms};

    memcpy(c.hash, s->hash, sizeof c.hash);
    memcpy(c.previous, s->previous, sizeof c.previous);
    return c;
}

/* [PROTOCOL 4.9, 4.10] */
static bool is_sound(const struct room_commit *c)
{
    return c->version > 1 || (c->version == 1 && bytes_all_zero(BYTES(c->previous)));
}

struct err room_commit_sign(const struct room_commit *c, const struct network_id *home,
                            const struct sign_private *directory, struct buf *out)
{
    size_t before = out->n;

    if (!is_sound(c))
        return FAIL(E_MALFORMED);
    buf_u8(out, VERSION);
    buf_bytes(out, ID_BYTES(c->room));
    buf_u32(out, c->version);
    buf_bytes(out, BYTES(c->hash));
    buf_bytes(out, BYTES(c->previous));
    buf_u64(out, c->time_ms);
    return signed_append(LABEL, home, out, before, directory);
}

static struct err parse(struct bytes in, struct room_commit *c, struct signed_parts *parts)
{
    struct reader r = reader(in);

    reader_require(&r, reader_u8(&r) == VERSION, E_MALFORMED);
    reader_copy(&r, c->room.b, sizeof c->room.b);
    c->version = reader_u32(&r);
    reader_copy(&r, c->hash, sizeof c->hash);
    reader_copy(&r, c->previous, sizeof c->previous);
    c->time_ms = reader_u64(&r);
    *parts = signed_read(in, &r);
    TRY(reader_end(&r));
    return is_sound(c) ? OK : FAIL(E_MALFORMED);
}

struct err room_commit_parse(struct bytes in, struct room_commit *out)
{
    struct room_commit c;
    struct signed_parts parts;

    TRY(parse(in, &c, &parts));
    *out = c;
    return OK;
}

struct err room_commit_check(struct bytes in, const struct network_id *home,
                             const struct point *directory, uint64_t now_ms,
                             struct room_commit *out)
{
    struct room_commit c;
    struct signed_parts parts;

    TRY(parse(in, &c, &parts));
    TRY(signed_verify(LABEL, home, parts, directory));
    if (clock_is_ahead(c.time_ms, now_ms))
        return FAIL(E_CLOCK);
    *out = c;
    return OK;
}

bool room_commit_is_of(const struct room_commit *c, const struct room_state *s)
{
    return c->version == s->version && ID_SAME(c->room, s->room) &&
           bytes_same(BYTES(c->hash), BYTES(s->hash)) &&
           bytes_same(BYTES(c->previous), BYTES(s->previous));
}

bool room_commit_contradicts(const struct room_commit *x, const struct room_commit *y)
{
    return x->version == y->version && ID_SAME(x->room, y->room) &&
           !bytes_same(BYTES(x->hash), BYTES(y->hash));
}
