/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fuzz: what the targets of this folder share.
 *
 * A target is one file with LLVMFuzzerTestOneInput().  Beside what the sanitizers see, it asserts
 * what the parser's header promises, with invariant().
 */
#ifndef TACET_TESTS_FUZZ_FUZZ_H
#define TACET_TESTS_FUZZ_FUZZ_H

#include "base/buf.h"
#include "base/reader.h"

/* The name and the result, 0, are libFuzzer's. */
int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n);

/* What outputs are filled with before a call, so that a failed one is seen to leave them alone. */
#define FUZZ_FILL 0xa5

#define FUZZ_FILLED(variable) memset(&(variable), FUZZ_FILL, sizeof(variable))

static inline bool fuzz_is_filled(const void *at, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (((const uint8_t *)at)[i] != FUZZ_FILL)
            return false;
    return true;
}

/* Does a borrowed view lie within what it was borrowed from? */
static inline bool fuzz_is_within(struct bytes part, struct bytes whole)
{
    return part.n == 0 || (part.at >= whole.at && part.n <= whole.n &&
                           (size_t)(part.at - whole.at) <= whole.n - part.n);
}

/* The first `n` bytes of `in`, or all of it. */
static inline struct bytes fuzz_front(struct bytes in, size_t n)
{
    return bytes(in.at, n < in.n ? n : in.n);
}

#endif
