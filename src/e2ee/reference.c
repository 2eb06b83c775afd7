/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/reference.h"

#include "base/reader.h"
#include "base/text.h"

static struct err check(uint16_t type, const struct reference *in)
{
    if (type != PAYLOAD_REPLY || !text_is_utf8(in->text))
        return FAIL(E_MALFORMED);
    return in->text.n > REFERENCE_REPLY_MAX ? FAIL(E_LIMIT) : OK;
}

struct err reference_write(uint16_t type, const struct reference *in, struct buf *out)
{
    struct bytes written;

    TRY(check(type, in));
    buf_bytes(out, ID_BYTES(in->sender));
    buf_bytes(out, ID_BYTES(in->id));
    buf_bytes(out, in->text);
    return buf_end(out, &written);
}

struct err reference_parse(uint16_t type, struct bytes content, struct reference *out)
{
    struct reader r = reader(content);
    struct reference ref;

    reader_copy(&r, ref.sender.b, sizeof ref.sender.b);
    reader_copy(&r, ref.id.b, sizeof ref.id.b);
    ref.text = reader_take(&r, reader_left(&r));
    TRY(reader_end(&r));
    TRY(check(type, &ref));
    *out = ref;
    return OK;
}
