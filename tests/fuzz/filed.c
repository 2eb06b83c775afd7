/* SPDX-License-Identifier: Apache-2.0 */
/* Where a message stands among what its conversation keeps [PROTOCOL 6.15]. */
#include "e2ee/filed.h"

#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct buf b = BUF(FILED_MAX_SIZE);
    struct filed f;
    struct err err;

    FUZZ_FILLED(f);
    err = filed_parse(bytes(at, n), &f);
    if (err.code == E_OK) {
        invariant(filed_write(&f, &b).code == E_OK);
        invariant(bytes_same(buf_view(&b), bytes(at, n)));
    } else {
        invariant(fuzz_is_filled(&f, sizeof f));
    }
    buf_free(&b);
    return 0;
}
