/* SPDX-License-Identifier: Apache-2.0 */
/* What a room is called, as its people tell each other [PROTOCOL 6.9]. */
#include "e2ee/about.h"

#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct buf b = BUF(ABOUT_MAX_SIZE);
    struct about a;
    struct err err;

    FUZZ_FILLED(a);
    err = about_parse(bytes(at, n), &a);
    if (err.code == E_OK) {
        invariant(about_write(&a, &b).code == E_OK);
        invariant(bytes_same(buf_view(&b), bytes(at, n)));
    } else {
        invariant(fuzz_is_filled(&a, sizeof a));
    }
    buf_free(&b);
    return 0;
}
