/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/signin.h"

#include "base/text.h"
#include "statement/signed_internal.h"

#define LABEL BYTES_LABEL("tacet1 signin")

static const uint8_t VERSION = 1;

/* [PROTOCOL 4.5] */
static bool is_sound(const struct signin *s)
{
    return text_is_domain(s->domain) && s->binding.n == SIGNIN_BINDING_SIZE && s->generation > 0;
}

struct err signin_sign(const struct signin *s, const struct network_id *nid,
                       const struct sign_private *dsk, struct buf *out)
{
    size_t before = out->n;

    if (!is_sound(s))
        return FAIL(E_MALFORMED);
    buf_u8(out, VERSION);
    buf_bytes(out, ID_BYTES(s->did));
    buf_u8(out, (uint8_t)s->domain.n);
    buf_bytes(out, s->domain);
    buf_u64(out, s->generation);
    buf_u8(out, SIGNIN_EXPORTER);
    buf_u8(out, (uint8_t)s->binding.n);
    buf_bytes(out, s->binding);
    return signed_append(LABEL, nid, out, before, dsk);
}

static struct err parse(struct bytes in, struct signin *out, struct signed_parts *parts)
{
    struct reader r = reader(in);
    uint8_t kind;

    reader_require(&r, reader_u8(&r) == VERSION, E_MALFORMED);
    reader_copy(&r, out->did.b, sizeof out->did.b);
    out->domain = reader_take(&r, reader_u8(&r));
    out->generation = reader_u64(&r);
    kind = reader_u8(&r);
    out->binding = reader_take(&r, reader_u8(&r));
    *parts = signed_read(in, &r);
    TRY(reader_end(&r));
    if (kind != SIGNIN_EXPORTER)
        return FAIL(E_DENIED);
    return is_sound(out) ? OK : FAIL(E_MALFORMED);
}

struct err signin_parse(struct bytes in, struct signin *out)
{
    struct signin s;
    struct signed_parts parts;

    TRY(parse(in, &s, &parts));
    *out = s;
    return OK;
}

struct err signin_check(struct bytes in, const struct network_id *nid, struct bytes domain,
                        struct bytes binding, const struct point *dsk)
{
    struct signin s;
    struct signed_parts parts;

    TRY(parse(in, &s, &parts));
    if (!bytes_same(s.domain, domain) || !bytes_same(s.binding, binding))
        return FAIL(E_FORGED);
    return signed_verify(LABEL, nid, parts, dsk);
}

struct err signin_check_past(struct bytes in, const struct network_id *nid, struct bytes domain,
                             const struct point *dsk, struct signin *out)
{
    struct signin s;
    struct signed_parts parts;

    TRY(parse(in, &s, &parts));
    if (!bytes_same(s.domain, domain))
        return FAIL(E_FORGED);
    TRY(signed_verify(LABEL, nid, parts, dsk));
    *out = s;
    return OK;
}
