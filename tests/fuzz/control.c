/* SPDX-License-Identifier: Apache-2.0 */
/* What a control message says [PROTOCOL 6.8].  Input: its type, and the content. */
#include "e2ee/control.h"

#include "fuzz/fuzz.h"

static void read_content(uint16_t type, struct bytes in)
{
    struct buf b = BUF(in.n);
    struct control c;
    struct err err;

    FUZZ_FILLED(c);
    err = control_parse(type, in, &c);
    if (err.code == E_OK) {
        invariant(c.type == type && c.n <= CONTROL_ENTRIES_MAX);
        control_write(&c, &b);
        invariant(bytes_same(buf_view(&b), in));
    } else {
        invariant(err.code != E_ABSENT || type < PAYLOAD_RESET || type > PAYLOAD_HELLO);
        invariant(fuzz_is_filled(&c, sizeof c));
    }
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct reader r = reader(bytes(at, n));
    uint8_t type = reader_u8(&r);

    read_content(type, reader_rest(&r));
    for (uint16_t each = PAYLOAD_RESET; each <= PAYLOAD_HELLO; each++)
        read_content(each, reader_rest(&r));
    return 0;
}
