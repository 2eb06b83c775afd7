/* SPDX-License-Identifier: Apache-2.0 */
/* Where somebody is, of a message that says so [PROTOCOL 6.14]. */
#include "e2ee/position.h"

#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct buf b = BUF(POSITION_MAX_SIZE);
    struct position p;
    struct err err;

    FUZZ_FILLED(p);
    err = position_parse(bytes(at, n), &p);
    if (err.code == E_OK) {
        invariant(p.latitude <= 90 * POSITION_DEGREE && p.longitude >= -180 * POSITION_DEGREE);
        invariant(position_write(&p, &b).code == E_OK);
        invariant(bytes_same(buf_view(&b), bytes(at, n)));
    } else {
        invariant(fuzz_is_filled(&p, sizeof p));
    }
    buf_free(&b);
    return 0;
}
