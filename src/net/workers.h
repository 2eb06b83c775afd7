/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workers: decisions off the loop.  One thread that takes ALL waiting items at once.
 *
 * At most one batch is at work; everything submitted meanwhile forms the next, up to NET_BATCH_MAX.
 * Items are worked in the order in which they were submitted, and results come back in the order of
 * their batches.
 */
#ifndef TACET_NET_WORKERS_H
#define TACET_NET_WORKERS_H

#include "base/err.h"

struct loop;
struct workers;

struct workers_plan {
    /* On the worker's thread: 1 <= n <= NET_BATCH_MAX items, whose owner is from here on whoever
     * the plan says.  The array is borrowed for the call. */
    void *(*work)(void *ctx, void **items, size_t n);
    /* On the loop's thread: what work() returned, once for each call of it. */
    void (*done)(void *ctx, void *result);
};

/* The thread starts here, with all signals blocked.  `plan` is borrowed and outlives it.
 * E_NOMEM, E_IO. */
FALLIBLE workers_new(struct loop *l, const struct workers_plan *plan, void *ctx,
                     struct workers **out);

/* On the loop's thread.  E_NOMEM, E_CLOSED (it is being stopped): the item is still the caller's.
 */
FALLIBLE workers_submit(struct workers *w, void *item);

/* On the loop's thread, but not inside done().  Everything that was submitted is worked, and done()
 * called for it from in here; then the thread ends and w is freed.  NULL is fine. */
void workers_drain_and_stop(struct workers *w);

#endif
