/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/export.h"

#include "base/clock.h"
#include "statement/signed_internal.h"

#define LABEL BYTES_LABEL("tacet1 export")

static const uint8_t VERSION = 1;

struct err export_sign(const struct export_word *w, const struct network_id *nid,
                       const struct sign_private *dsk, struct buf *out)
{
    size_t before = out->n;

    buf_u8(out, VERSION);
    buf_bytes(out, ID_BYTES(w->aid));
    buf_bytes(out, ID_BYTES(w->did));
    buf_bytes(out, ID_BYTES(w->room));
    buf_u64(out, w->made_ms);
    buf_bytes(out, BYTES(w->digest));
    return signed_append(LABEL, nid, out, before, dsk);
}

static struct err parse(struct bytes in, struct export_word *out, struct signed_parts *parts)
{
    struct reader r = reader(in);

    reader_require(&r, reader_u8(&r) == VERSION, E_MALFORMED);
    reader_copy(&r, out->aid.b, sizeof out->aid.b);
    reader_copy(&r, out->did.b, sizeof out->did.b);
    reader_copy(&r, out->room.b, sizeof out->room.b);
    out->made_ms = reader_u64(&r);
    reader_copy(&r, out->digest, sizeof out->digest);
    *parts = signed_read(in, &r);
    return reader_end(&r);
}

struct err export_parse(struct bytes in, struct export_word *out)
{
    struct export_word w;
    struct signed_parts parts;

    TRY(parse(in, &w, &parts));
    *out = w;
    return OK;
}

struct err export_check(struct bytes in, const struct network_id *nid, const struct point *dsk,
                        uint64_t now_ms, struct export_word *out)
{
    struct export_word w;
    struct signed_parts parts;
    struct device_id did;

    TRY(parse(in, &w, &parts));
    TRY(signed_verify(LABEL, nid, parts, dsk));
    TRY(names_device(&w.aid, dsk, &did));
    if (!ID_SAME(did, w.did))
        return FAIL(E_FORGED);
    if (clock_is_ahead(w.made_ms, now_ms))
        return FAIL(E_CLOCK);
    *out = w;
    return OK;
}
