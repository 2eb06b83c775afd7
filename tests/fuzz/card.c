/* SPDX-License-Identifier: Apache-2.0 */
/* Contact cards [PROTOCOL 6.14]. */
#include "e2ee/card.h"

#include "fuzz/fuzz.h"

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct buf b = BUF(CARD_MAX_SIZE);
    struct card c;
    struct err err;

    FUZZ_FILLED(c);
    err = card_parse(bytes(at, n), &c);
    if (err.code == E_OK) {
        invariant(card_write(&c, &b).code == E_OK);
        invariant(bytes_same(buf_view(&b), bytes(at, n)));
    } else {
        invariant(fuzz_is_filled(&c, sizeof c));
    }
    buf_free(&b);
    return 0;
}
