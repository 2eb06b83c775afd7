/* SPDX-License-Identifier: Apache-2.0 */
/* History that one device gives another [PROTOCOL 15.5].  Input: what it is (0: a control message,
 * 1: an entry, else entries one behind the other), and the content. */
#include "e2ee/history.h"

#include "fuzz/fuzz.h"

static void read_control(struct bytes in)
{
    struct buf b = BUF(in.n);
    struct history h;
    struct err err;

    FUZZ_FILLED(h);
    err = history_parse(in, &h);
    if (err.code == E_OK) {
        history_write(&h, &b);
        invariant(bytes_same(buf_view(&b), in));
    } else {
        invariant(fuzz_is_filled(&h, sizeof h));
    }
    buf_free(&b);
}

static void read_entry(struct bytes in)
{
    struct buf b = BUF(in.n);
    struct history_entry e;
    struct err err;

    FUZZ_FILLED(e);
    err = history_entry_parse(in, &e);
    if (err.code == E_OK) {
        history_entry_write(&e, &b);
        invariant(bytes_same(buf_view(&b), in));
    } else {
        invariant(fuzz_is_filled(&e, sizeof e));
    }
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct reader r = reader(bytes(at, n));
    uint8_t what = reader_u8(&r);
    struct bytes in = reader_rest(&r), entry;

    if (what == 0)
        read_control(in);
    else if (what == 1)
        read_entry(in);
    else
        while (in.n > 0 && history_next_entry(&in, &entry).code == E_OK)
            read_entry(entry);
    return 0;
}
