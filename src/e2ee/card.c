/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/card.h"

#include "base/reader.h"

struct err card_write(const struct card *in, struct buf *out)
{
    size_t before = out->n;
    struct bytes written;
    struct err err;

    if (!text_is_handle(in->handle))
        return FAIL(E_MALFORMED);
    buf_bytes(out, ID_BYTES(in->nid));
    buf_bytes(out, ID_BYTES(in->aid));
    buf_bytes(out, in->handle);
    err = buf_end(out, &written);
    if (err.code != E_OK)
        buf_cut(out, before);
    return err;
}

struct err card_parse(struct bytes content, struct card *out)
{
    struct reader r = reader(content);
    struct card c;

    reader_copy(&r, c.nid.b, sizeof c.nid.b);
    reader_copy(&r, c.aid.b, sizeof c.aid.b);
    c.handle = reader_take(&r, reader_left(&r));
    TRY(reader_end(&r));
    if (!text_is_handle(c.handle))
        return FAIL(E_MALFORMED);
    *out = c;
    return OK;
}
