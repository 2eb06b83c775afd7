/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/payload.h"

#include "base/reader.h"
#include "statement/upload.h"
#include "wire/limits.h"

static const size_t LENGTH_SIZE = 4;

bool payload_is_control(uint16_t type)
{
    return type >= 16 && type <= 31;
}

struct err payload_pad(struct bytes content, struct buf *out)
{
    size_t whole = LENGTH_SIZE + content.n, before = out->n, opened;
    struct bytes padded;
    struct err err = OK;

    if (content.n > LIMIT_TEXT)
        return FAIL(E_LIMIT);
    opened = buf_open(out);
    buf_bytes(out, content);
    buf_close(out, opened);
    buf_zeros(out, upload_padding_step(whole) - whole);
    err = buf_end(out, &padded);
    if (err.code != E_OK)
        buf_cut(out, before);
    return err;
}

struct err payload_unpad(struct bytes padded, struct bytes *content)
{
    struct reader r = reader(padded);
    struct bytes inner = reader_block(&r, LIMIT_TEXT);
    struct bytes zeros = reader_take(&r, reader_left(&r));

    TRY(reader_end(&r));
    if (padded.n != upload_padding_step(LENGTH_SIZE + inner.n) || !bytes_all_zero(zeros))
        return FAIL(E_MALFORMED);
    *content = inner;
    return OK;
}
