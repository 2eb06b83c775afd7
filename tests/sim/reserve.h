/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reserve: the server's ballast on its simulated disk, with the steps that `server/main/jobs` has
 * around a batch.  Smaller than the real one, and with it the log, so that it is full now and then.
 */
#ifndef TACET_TESTS_SIM_RESERVE_H
#define TACET_TESTS_SIM_RESERVE_H

#include "sim/world.h"

/* The database is open, and the server is going to serve. */
void reserve_open(struct world *w);

/* Before a batch, and once a minute. */
void reserve_settle(struct world *w, bool minute);

/* What only deletes, and may have the ballast for it. */
struct err reserve_expire(struct world *w, uint64_t now_ms);

/* After a batch: is there a promise that it broke? */
void reserve_judge(struct world *w, bool was_kept, struct request *const *rq, size_t n);

/* In the end. */
void reserve_check(struct world *w);

#endif
