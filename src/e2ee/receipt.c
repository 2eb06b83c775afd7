/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/receipt.h"

#include "base/reader.h"

static bool tells_something(const struct receipt *r)
{
    return r->n > 0 || r->read > 0;
}

static bool range_is_sound(const struct receipt *r, size_t i)
{
    return control_range_follows(i > 0 ? &r->came[i - 1] : NULL, &r->came[i]);
}

void receipt_write(const struct receipt *in, struct buf *out)
{
    invariant(in->n <= RECEIPT_RANGES_MAX && tells_something(in));
    buf_bytes(out, ID_BYTES(in->writer));
    buf_u64(out, in->read);
    buf_u8(out, (uint8_t)in->n);
    for (size_t i = 0; i < in->n; i++) {
        invariant(range_is_sound(in, i));
        buf_u64(out, in->came[i].first);
        buf_u64(out, in->came[i].last);
    }
}

struct err receipt_parse(struct bytes content, struct receipt *out)
{
    struct reader r = reader(content);
    struct receipt in = {.n = 0};

    reader_copy(&r, in.writer.b, sizeof in.writer.b);
    in.read = reader_u64(&r);
    in.n = reader_u8(&r);
    reader_require(&r, in.n <= RECEIPT_RANGES_MAX, E_LIMIT);
    reader_require(&r, tells_something(&in), E_MALFORMED);
    for (size_t i = 0; i < in.n && r.failed == E_OK; i++) {
        in.came[i].first = reader_u64(&r);
        in.came[i].last = reader_u64(&r);
        reader_require(&r, range_is_sound(&in, i), E_MALFORMED);
    }
    TRY(reader_end(&r));
    *out = in;
    return OK;
}
