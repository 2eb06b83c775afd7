/* SPDX-License-Identifier: Apache-2.0 */
/* The small image that comes with a file [PROTOCOL 13.8], as far as it is looked at. */
#include "e2ee/preview.h"

#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct preview p;
    struct err err;

    FUZZ_FILLED(p);
    err = preview_judge(bytes(at, n), &p);
    if (err.code == E_OK) {
        invariant(p.kind == PREVIEW_PNG || p.kind == PREVIEW_JPEG);
        invariant(p.width > 0 && p.width <= PREVIEW_SIDE_MAX);
        invariant(p.height > 0 && p.height <= PREVIEW_SIDE_MAX);
    } else {
        invariant(err.code == E_TRUNCATED || err.code == E_MALFORMED || err.code == E_LIMIT);
        invariant(fuzz_is_filled(&p, sizeof p));
    }
    return 0;
}
