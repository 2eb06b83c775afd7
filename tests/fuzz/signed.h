/* SPDX-License-Identifier: Apache-2.0 */
/*
 * signed: the input of targets for signed statements, which is
 *
 *   nid 32 | key 67 | now_ms 8 | statement
 *
 * so that a seed brings the key that its statement was signed with.
 */
#ifndef TACET_TESTS_FUZZ_SIGNED_H
#define TACET_TESTS_FUZZ_SIGNED_H

#include "fuzz/fuzz.h"
#include "statement/names.h"

struct signed_input {
    struct network_id nid;
    struct point key;
    uint64_t now_ms;
    struct bytes statement;
};

static inline struct signed_input signed_input(const uint8_t *at, size_t n)
{
    struct reader r = reader(bytes(at, n));
    struct signed_input in;

    reader_copy(&r, in.nid.b, sizeof in.nid.b);
    reader_copy(&r, in.key.b, sizeof in.key.b);
    in.now_ms = reader_u64(&r);
    in.statement = reader_rest(&r);
    return in;
}

/* `written`, which sign_make() has ended with a signature of its own, says what `read` did. */
static inline bool signed_is_same(struct bytes written, struct bytes read)
{
    return written.n == read.n && read.n > SIGN_SIZE &&
           memcmp(written.at, read.at, read.n - SIGN_SIZE) == 0;
}

#endif
