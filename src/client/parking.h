/* SPDX-License-Identifier: Apache-2.0 */
/*
 * parking: items of the mailbox that cannot be opened yet, sealed as they came.  [PROTOCOL 5.4]
 *
 * In the caller's transaction.
 */
#ifndef TACET_CLIENT_PARKING_H
#define TACET_CLIENT_PARKING_H

#include "client/engine_internal.h"

#define PARKING_LIFE_MS  (30 * CLOCK_DAY_MS)
#define PARKING_ROWS_MAX 50000 /* more than there is room for */

struct parking_row {
    uint64_t number, since_ms;
    struct opening_item item; /* its bytes are in the arena */
    size_t size;
};

/* Once, however often it is delivered.  E_LIMIT: there is no room, in all or of one claimed sender;
 * nothing else is wrong. */
FALLIBLE parking_add(struct engine *e, const struct opening_item *item);
FALLIBLE parking_leave(struct engine *e, const struct parking_row *row);
/* What was counted of it changed. */
FALLIBLE parking_update(struct engine *e, const struct parking_row *row);

/* The first from `from` on; the first of a message with this ctx.  E_ABSENT. */
FALLIBLE parking_next(struct engine *e, uint64_t from, struct arena *a, struct parking_row *out);
FALLIBLE parking_by_ctx(struct engine *e, const uint8_t ctx[CONTROL_MARK_SIZE], uint64_t from,
                        struct arena *a, struct parking_row *out);

/* Is anything parked whose sender is said to be the same? */
FALLIBLE parking_has_from(struct engine *e, const struct opening_item *item, bool *has);

FALLIBLE parking_count(struct engine *e, uint64_t *n);

#endif
