/* SPDX-License-Identifier: Apache-2.0 */
/* Contents that speak of another message [PROTOCOL 6.10]: a type, then the content. */
#include "e2ee/reference.h"

#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct buf b = BUF(LIMIT_TEXT);
    struct reference ref;
    struct bytes content;
    struct err err;

    if (n == 0)
        return 0;
    content = bytes(at + 1, n - 1);
    FUZZ_FILLED(ref);
    err = reference_parse(at[0], content, &ref);
    if (err.code == E_OK) {
        invariant(reference_write(at[0], &ref, &b).code == E_OK);
        invariant(bytes_same(buf_view(&b), content));
    } else {
        invariant(fuzz_is_filled(&ref, sizeof ref));
    }
    buf_free(&b);
    return 0;
}
