/* SPDX-License-Identifier: Apache-2.0 */
/* What a receipt tells [PROTOCOL 6.13].  Input: the content. */
#include "e2ee/receipt.h"

#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct bytes content = bytes(at, n);
    struct buf b = BUF(n);
    struct receipt r;
    struct err err;

    FUZZ_FILLED(r);
    err = receipt_parse(content, &r);
    if (err.code == E_OK) {
        invariant(r.n <= RECEIPT_RANGES_MAX && (r.n > 0 || r.read > 0));
        receipt_write(&r, &b);
        invariant(bytes_same(buf_view(&b), content));
    } else {
        invariant(fuzz_is_filled(&r, sizeof r));
    }
    buf_free(&b);
    return 0;
}
