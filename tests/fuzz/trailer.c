/* SPDX-License-Identifier: Apache-2.0 */
/* The signed part of a message [PROTOCOL 6.2].  Input: an opened trailer, or a core alone. */
#include "e2ee/trailer.h"

#include "e2ee/payload.h"
#include "fuzz/fuzz.h"
#include "statement/upload.h"

#define PLAIN_SIZE (UPLOAD_TRAILER_SIZE - 16)

static void read_core(struct bytes in)
{
    struct buf b = BUF(TRAILER_CORE_SIZE);
    uint8_t link[NAMES_H32_SIZE];
    struct core core;
    struct err err;

    FUZZ_FILLED(core);
    err = trailer_parse_core(in, &core);
    if (err.code == E_OK) {
        invariant((core.seq == 0) == payload_is_control(core.type));
        invariant(core.seq > 0 || !core.restart);
        invariant(core.ttl_s >= 1 && core.ttl_s <= TRAILER_TTL_MOST_S);
        trailer_write_core(&core, &b);
        invariant(bytes_same(buf_view(&b), in));
        invariant(trailer_link(&core, link).code == E_OK);
    } else {
        invariant(err.code == E_TRUNCATED || err.code == E_MALFORMED);
        invariant(fuzz_is_filled(&core, sizeof core));
    }
    buf_free(&b);
}

static void read_trailer(struct bytes in)
{
    static const struct identity nobody; /* whose signature is never made: see trusted.c */
    static const struct bytes no_ctx;
    struct buf b = BUF(PLAIN_SIZE);
    struct core core;
    struct wrap wrap;
    struct bytes sig;
    struct err err;

    FUZZ_FILLED(core);
    FUZZ_FILLED(wrap);
    err = trailer_parse(in, &core, &wrap, &sig);
    if (err.code == E_OK) {
        invariant(fuzz_is_within(sig, in) && sig.n == SIGN_SIZE && in.n == PLAIN_SIZE);
        invariant(trailer_sign(&core, &wrap, no_ctx, &nobody, &b).code == E_OK && b.n == in.n);
        memcpy(&b.at[sig.at - in.at], sig.at, sig.n);
        invariant(bytes_same(buf_view(&b), in));
    } else {
        invariant(fuzz_is_filled(&core, sizeof core) && fuzz_is_filled(&wrap, sizeof wrap));
    }
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    read_core(bytes(at, n));
    read_core(fuzz_front(bytes(at, n), TRAILER_CORE_SIZE));
    read_trailer(bytes(at, n));
    return 0;
}
