/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dealings: when this device last heard from each device of others, asked it for something, and did
 * what it was asked.  [PROTOCOL 5.1, 5.4, 6.7]
 *
 * In the caller's transaction.
 */
#ifndef TACET_CLIENT_DEALINGS_H
#define TACET_CLIENT_DEALINGS_H

#include "base/id.h"
#include "base/reader.h"
#include "client/vault.h"

/* How often something was done for a device that asked. */
struct dealings_count {
    uint64_t last_ms, day_ms; /* day_ms: when the day began of which `n` speaks */
    uint32_t n;
};

struct dealings {
    uint64_t heard_ms; /* the latest date of a signed message from it; 0: none */
    uint64_t asked_ms; /* the last reset that it was sent */
    struct dealings_count resets, requests;
};

/* A zeroed one when there were none. */
FALLIBLE dealings_get(struct vault *v, const struct device_id *did, struct dealings *out);
FALLIBLE dealings_put(struct vault *v, const struct device_id *did, const struct dealings *d);

/* May it be done once more now: 10 minutes after the last time, and 24 times a day?  Counted. */
bool dealings_may(struct dealings_count *c, uint64_t now_ms);

/* When it may be asked again, of what may not be done now. */
uint64_t dealings_next_ms(const struct dealings_count *c, uint64_t now_ms);

/* A count as it stands in a record. */
void dealings_read_count(struct reader *r, struct dealings_count *out);
void dealings_write_count(const struct dealings_count *c, struct buf *b);

/* A signed message came from it, dated so. */
FALLIBLE dealings_heard(struct vault *v, const struct device_id *did, uint64_t dated_ms,
                        uint64_t now_ms);

/* Has the device been silent since an epoch to it was opened, for so long that its capsule may be
 * lost?  [PROTOCOL 5.1] */
FALLIBLE dealings_is_silent(struct vault *v, const struct device_id *did, uint64_t opened_ms,
                            uint64_t now_ms, bool *silent);

#endif
