/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shared: what the devices of one account tell each other about the values that they share: the
 * contents of the control messages `state` and `have`.  [PROTOCOL 15.8]
 */
#ifndef TACET_E2EE_SHARED_H
#define TACET_E2EE_SHARED_H

#include "base/arena.h"
#include "base/id.h"
#include "e2ee/payload.h"

#define SHARED_KEY_MAX     64    /* bytes */
#define SHARED_VALUE_MAX   16384 /* bytes */
#define SHARED_WRITERS_MAX 128

/* A value that stands under a name, and who put it there: that device's change of this number. */
struct shared_change {
    uint8_t kind; /* not 0 */
    struct bytes key, value;
    struct device_id writer;
    uint64_t number, stamp_ms; /* the number is 1 or more */
};

/* Of a device's changes, those above `after` and up to `to`. */
struct shared_range {
    struct device_id writer;
    uint64_t after, to;
};

/* `state`: of each range all that still stands.  By writer; changes by writer and number. */
struct shared_state {
    size_t ranges, changes;
    const struct shared_range *range;
    const struct shared_change *change;
};

/* `have`: of each device, by did, the number up to which nothing is missing. */
struct shared_have {
    size_t n;
    struct shared_mark {
        struct device_id writer;
        uint64_t number;
    } mark[SHARED_WRITERS_MAX];
};

/* Append the content.  It must be as 15.8 says; what is too long shows in `out`. */
void shared_state_write(const struct shared_state *s, struct buf *out);
void shared_have_write(const struct shared_have *h, struct buf *out);

/* How many bytes a change takes in a content, and what takes none of them takes. */
size_t shared_change_size(const struct shared_change *c);
size_t shared_state_least(size_t ranges);

/* Keys and values are borrowed.  E_TRUNCATED; E_MALFORMED: also out of order, or a change in no
 * range; E_LIMIT: a count, a key or a value; E_NOMEM. */
FALLIBLE shared_state_parse(struct bytes content, struct arena *a, struct shared_state *out);
FALLIBLE shared_have_parse(struct bytes content, struct shared_have *out);

#endif
