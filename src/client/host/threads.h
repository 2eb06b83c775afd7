/* SPDX-License-Identifier: Apache-2.0 */
/*
 * threads: one piece of work that is many alike, shared out over the processors of this machine.
 *
 * They live for one call: to start one costs less than a tenth of one key agreement, and nothing
 * has to be woken, stopped or kept over a fork().
 */
#ifndef TACET_CLIENT_HOST_THREADS_H
#define TACET_CLIENT_HOST_THREADS_H

#include <stddef.h>

#define THREADS_MOST 4

/* One for each processor, THREADS_MOST at most; 2 if the system does not say how many it has. */
size_t threads_that_fit(void);

/* run() of a struct pool [crypto/p521.h].  `ctx` is a size_t that stays the caller's: how many
 * threads share the work, the calling one among them.  Where fewer can be started, fewer do it. */
void threads_run(void *ctx, void (*job)(void *arg, size_t i), void *arg, size_t n);

#endif
