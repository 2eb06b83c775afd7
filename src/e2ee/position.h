/* SPDX-License-Identifier: Apache-2.0 */
/*
 * position: where somebody is, as they say: of a message, and in the place of one that goes on.
 * [PROTOCOL 6.14]
 *
 * Everything parsed is borrowed from what it was parsed from.
 */
#ifndef TACET_E2EE_POSITION_H
#define TACET_E2EE_POSITION_H

#include "base/buf.h"

#define POSITION_DEGREE    10000000    /* units in one, of latitude and longitude */
#define POSITION_LABEL_MAX 256         /* bytes */
#define POSITION_LIVE_MAX  (24 * 3600) /* seconds for which newer ones follow */
#define POSITION_MIN_SIZE  (4 + 4 + 4 + 8)
#define POSITION_MAX_SIZE  (POSITION_MIN_SIZE + POSITION_LABEL_MAX)

struct position {
    int32_t latitude, longitude; /* of WGS 84, in 1e-7 degrees: to 90 and 180 of them, either way */
    uint32_t accuracy_m;         /* within so many metres; 0: not said */
    uint64_t until_ms;           /* Unix time until when newer ones follow; 0: none do */
    struct bytes label;          /* UTF-8, may be empty */
};

/* Append it, all of it or nothing.  E_MALFORMED: not on the earth, or not such a label; E_LIMIT:
 * that is too long, or `out` at its ceiling; E_NOMEM. */
FALLIBLE position_write(const struct position *in, struct buf *out);

/* E_TRUNCATED, E_MALFORMED, E_LIMIT. */
FALLIBLE position_parse(struct bytes content, struct position *out);

#endif
