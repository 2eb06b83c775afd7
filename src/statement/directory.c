/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/directory.h"

#include "base/text.h"
#include "statement/signed_internal.h"

#define CERTIFICATE_LABEL BYTES_LABEL("tacet1 dirkey")
#define STATEMENT_LABEL   BYTES_LABEL("tacet1 dir")

static const uint8_t VERSION = 1;

/* What neither a writer writes nor a reader accepts otherwise.  [PROTOCOL 4.1] */
static bool certificate_is_sound(const struct directory_certificate *c)
{
    return c->name.n >= 1 && c->name.n <= DIRECTORY_NAME_MAX && text_is_utf8(c->name) &&
           c->made_ms < c->expires_ms && c->expires_ms - c->made_ms <= DIRECTORY_LIFE_MS;
}

struct err directory_certify(const struct directory_certificate *c, const struct network_id *nid,
                             const struct sign_private *root, struct buf *out)
{
    size_t before = out->n;

    if (!certificate_is_sound(c))
        return FAIL(E_MALFORMED);
    buf_u8(out, VERSION);
    buf_bytes(out, BYTES(c->key.b));
    buf_u64(out, c->made_ms);
    buf_u64(out, c->expires_ms);
    buf_u8(out, (uint8_t)c->name.n);
    buf_bytes(out, c->name);
    return signed_append(CERTIFICATE_LABEL, nid, out, before, root);
}

static struct err parse_certificate(struct bytes in, struct directory_certificate *out,
                                    struct signed_parts *parts)
{
    struct reader r = reader(in);

    reader_require(&r, reader_u8(&r) == VERSION, E_MALFORMED);
    reader_copy(&r, out->key.b, sizeof out->key.b);
    out->made_ms = reader_u64(&r);
    out->expires_ms = reader_u64(&r);
    out->name = reader_take(&r, reader_u8(&r));
    *parts = signed_read(in, &r);
    TRY(reader_end(&r));
    return certificate_is_sound(out) ? OK : FAIL(E_MALFORMED);
}

struct err directory_parse_certificate(struct bytes in, struct directory_certificate *out)
{
    struct directory_certificate c;
    struct signed_parts parts;

    TRY(parse_certificate(in, &c, &parts));
    *out = c;
    return OK;
}

struct err directory_check_certificate(struct bytes in, const struct network_id *nid,
                                       const struct point *root, uint64_t now_ms,
                                       struct directory_certificate *out)
{
    struct directory_certificate c;
    struct signed_parts parts;

    TRY(parse_certificate(in, &c, &parts));
    TRY(signed_check_point(&c.key));
    TRY(signed_verify(CERTIFICATE_LABEL, nid, parts, root));
    if (clock_is_ahead(c.made_ms, now_ms))
        return FAIL(E_CLOCK);
    if (now_ms >= c.expires_ms)
        return FAIL(E_EXPIRED);
    *out = c;
    return OK;
}

/* [PROTOCOL 4.2] */
static bool statement_is_sound(const struct directory_statement *s)
{
    return s->number >= 1 && s->role == DIRECTORY_MEMBER &&
           (s->state == DIRECTORY_ACTIVE || s->state == DIRECTORY_REMOVED) &&
           text_is_handle(s->handle);
}

struct err directory_sign(const struct directory_statement *s, const struct network_id *nid,
                          const struct sign_private *key, struct buf *out)
{
    size_t before = out->n;

    if (!statement_is_sound(s))
        return FAIL(E_MALFORMED);
    buf_u8(out, VERSION);
    buf_u32(out, s->number);
    buf_bytes(out, ID_BYTES(s->aid));
    buf_bytes(out, BYTES(s->ark.b));
    buf_u8(out, (uint8_t)s->role);
    buf_u8(out, (uint8_t)s->state);
    buf_u64(out, s->made_ms);
    buf_u8(out, (uint8_t)s->handle.n);
    buf_bytes(out, s->handle);
    return signed_append(STATEMENT_LABEL, nid, out, before, key);
}

static struct err parse_statement(struct bytes in, struct directory_statement *out,
                                  struct signed_parts *parts)
{
    struct reader r = reader(in);

    reader_require(&r, reader_u8(&r) == VERSION, E_MALFORMED);
    out->number = reader_u32(&r);
    reader_copy(&r, out->aid.b, sizeof out->aid.b);
    reader_copy(&r, out->ark.b, sizeof out->ark.b);
    out->role = (enum directory_role)reader_u8(&r);
    out->state = (enum directory_state)reader_u8(&r);
    out->made_ms = reader_u64(&r);
    out->handle = reader_take(&r, reader_u8(&r));
    *parts = signed_read(in, &r);
    TRY(reader_end(&r));
    return statement_is_sound(out) ? OK : FAIL(E_MALFORMED);
}

struct err directory_parse(struct bytes in, struct directory_statement *out)
{
    struct directory_statement s;
    struct signed_parts parts;

    TRY(parse_statement(in, &s, &parts));
    *out = s;
    return OK;
}

struct err directory_check(struct bytes in, const struct network_id *nid, const struct point *key,
                           uint64_t now_ms, struct directory_statement *out)
{
    struct directory_statement s;
    struct signed_parts parts;
    struct account_id follows;

    TRY(parse_statement(in, &s, &parts));
    TRY(signed_check_point(&s.ark));
    TRY(signed_verify(STATEMENT_LABEL, nid, parts, key));
    TRY(names_account(nid, &s.ark, &follows));
    if (!ID_SAME(s.aid, follows))
        return FAIL(E_FORGED);
    if (clock_is_ahead(s.made_ms, now_ms))
        return FAIL(E_CLOCK);
    *out = s;
    return OK;
}
