/* SPDX-License-Identifier: Apache-2.0 */
/* What the devices of one account tell each other [PROTOCOL 15.8].  Input: `have` or `state`, and
 * the content. */
#include "e2ee/shared.h"

#include "fuzz/fuzz.h"

static void read_state(struct bytes in)
{
    struct buf b = BUF(in.n);
    struct arena a = ARENA(1 << 22);
    struct shared_state s;
    struct err err;

    FUZZ_FILLED(s);
    err = shared_state_parse(in, &a, &s);
    if (err.code == E_OK) {
        invariant(s.ranges >= 1 && s.ranges <= SHARED_WRITERS_MAX);
        shared_state_write(&s, &b);
        invariant(bytes_same(buf_view(&b), in));
    } else {
        invariant(fuzz_is_filled(&s, sizeof s));
    }
    buf_free(&b);
    arena_free(&a);
}

static void read_have(struct bytes in)
{
    struct buf b = BUF(in.n);
    struct shared_have h;
    struct err err;

    FUZZ_FILLED(h);
    err = shared_have_parse(in, &h);
    if (err.code == E_OK) {
        shared_have_write(&h, &b);
        invariant(bytes_same(buf_view(&b), in));
    } else {
        invariant(fuzz_is_filled(&h, sizeof h));
    }
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct reader r = reader(bytes(at, n));

    if (reader_u8(&r) == 0)
        read_have(reader_rest(&r));
    else
        read_state(reader_rest(&r));
    return 0;
}
