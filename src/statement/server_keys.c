/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/server_keys.h"

#include "statement/signed_internal.h"

#define LABEL BYTES_LABEL("tacet1 srvkeys")

static const uint8_t VERSION = 1;

static bool stands_before(const struct server_keys *s, size_t n, const struct server_pin *pin)
{
    for (size_t i = 0; i < n; i++)
        if (ID_SAME(s->pin[i], *pin))
            return true;
    return false;
}

/* [PROTOCOL 4.7] */
static bool is_sound(const struct server_keys *s)
{
    if (s->number == 0 || s->pins == 0 || s->pins > SERVER_KEYS_PINS_MAX)
        return false;
    for (size_t i = 1; i < s->pins; i++)
        if (stands_before(s, i, &s->pin[i]))
            return false;
    return true;
}

struct err server_keys_sign(const struct server_keys *s, const struct network_id *nid,
                            const struct sign_private *key, struct buf *out)
{
    size_t before = out->n;

    if (!is_sound(s))
        return FAIL(E_MALFORMED);
    buf_u8(out, VERSION);
    buf_u32(out, s->number);
    buf_u64(out, s->made_ms);
    buf_u8(out, (uint8_t)s->pins);
    for (size_t i = 0; i < s->pins; i++)
        buf_bytes(out, ID_BYTES(s->pin[i]));
    return signed_append(LABEL, nid, out, before, key);
}

static struct err parse(struct bytes in, struct server_keys *out, struct signed_parts *parts)
{
    struct reader r = reader(in);

    *out = (struct server_keys){0};
    reader_require(&r, reader_u8(&r) == VERSION, E_MALFORMED);
    out->number = reader_u32(&r);
    out->made_ms = reader_u64(&r);
    out->pins = reader_u8(&r);
    reader_require(&r, out->pins <= SERVER_KEYS_PINS_MAX, E_MALFORMED);
    for (size_t i = 0; i < out->pins && i < SERVER_KEYS_PINS_MAX; i++)
        reader_copy(&r, out->pin[i].b, sizeof out->pin[i].b);
    *parts = signed_read(in, &r);
    TRY(reader_end(&r));
    return is_sound(out) ? OK : FAIL(E_MALFORMED);
}

struct err server_keys_parse(struct bytes in, struct server_keys *out)
{
    struct server_keys s;
    struct signed_parts parts;

    TRY(parse(in, &s, &parts));
    *out = s;
    return OK;
}

struct err server_keys_check(struct bytes in, const struct network_id *nid, const struct point *key,
                             uint64_t now_ms, struct server_keys *out)
{
    struct server_keys s;
    struct signed_parts parts;

    TRY(parse(in, &s, &parts));
    TRY(signed_verify(LABEL, nid, parts, key));
    if (clock_is_ahead(s.made_ms, now_ms))
        return FAIL(E_CLOCK);
    *out = s;
    return OK;
}

bool server_keys_have(const struct server_keys *s, const struct server_pin *pin)
{
    return stands_before(s, s->pins, pin);
}

bool server_keys_same(const struct server_keys *a, const struct server_keys *b)
{
    if (a->number != b->number || a->made_ms != b->made_ms || a->pins != b->pins)
        return false;
    for (size_t i = 0; i < a->pins; i++)
        if (!ID_SAME(a->pin[i], b->pin[i]))
            return false;
    return true;
}
