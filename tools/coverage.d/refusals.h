/* SPDX-License-Identifier: Apache-2.0 */
/*
 * refusals: what the compiler reads before each file whose branches are counted, and no other.
 *
 * A reader refuses inside of base/reader.c.  Here each call gets a branch of its own, so that it
 * shows where it stands whether a test was refused there.  What is computed stays the same.
 */
#ifndef TACET_COVERAGE_REFUSALS_H
#define TACET_COVERAGE_REFUSALS_H

#include "base/reader.h"

/* Does it go on as before?  Also when the reader had failed already: nobody is refused twice. */
static inline bool coverage_holds(const struct reader *r, bool holds)
{
    return holds || r->failed != E_OK;
}

static inline bool coverage_fits(const struct reader *r, size_t max)
{
    struct reader ahead = *r;
    uint32_t n = reader_u32(&ahead);

    return ahead.failed != E_OK || n <= max;
}

#define reader_require(r, holds, code)                                \
    (coverage_holds((r), (holds)) ? reader_require((r), true, (code)) \
                                  : reader_require((r), false, (code)))
#define reader_block(r, max) \
    (coverage_fits((r), (max)) ? reader_block((r), (max)) : reader_block((r), (max)))

#endif
