/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/notice.h"

#include "base/reader.h"

void notice_write(const struct upload_notice *n, struct buf *out)
{
    invariant(n->number > 0 && n->code != E_OK);
    buf_u8(out, NOTICE_VERSION);
    buf_u64(out, n->number);
    buf_bytes(out, ID_BYTES(n->did));
    buf_u8(out, (uint8_t)n->code);
}

struct err notice_parse(struct bytes in, struct upload_notice *out)
{
    struct reader r = reader(in);
    struct upload_notice n;
    uint8_t code;

    reader_require(&r, reader_u8(&r) == NOTICE_VERSION, E_MALFORMED);
    n.number = reader_u64(&r);
    reader_require(&r, n.number > 0, E_MALFORMED);
    reader_copy(&r, n.did.b, sizeof n.did.b);
    code = reader_u8(&r);
    n.code = err_from_number(code);
    reader_require(&r, (uint8_t)n.code == code, E_MALFORMED);
    TRY(reader_end(&r));
    *out = n;
    return OK;
}
