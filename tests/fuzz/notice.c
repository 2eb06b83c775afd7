/* SPDX-License-Identifier: Apache-2.0 */
/* The server's word to a sender [PROTOCOL 6.4]. */
#include "statement/notice.h"

#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct bytes in = bytes(at, n);
    struct buf b = BUF(NOTICE_SIZE);
    struct upload_notice notice;
    struct err err;

    FUZZ_FILLED(notice);
    err = notice_parse(in, &notice);
    if (err.code == E_OK) {
        invariant(notice.number > 0 && err_who(notice.code) >= WHO_PEER);
        notice_write(&notice, &b);
        invariant(bytes_same(buf_view(&b), in));
    } else {
        invariant(err.code == E_TRUNCATED || err.code == E_MALFORMED);
        invariant(fuzz_is_filled(&notice, sizeof notice));
    }
    buf_free(&b);
    return 0;
}
