/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backlog: bytes on their way out that the kernel has not taken yet.
 *
 * Written at the end through `bytes`, taken off the front; holds no memory while it is empty.
 */
#ifndef TACET_NET_BACKLOG_H
#define TACET_NET_BACKLOG_H

#include "base/buf.h"

struct backlog {
    struct buf bytes;
    size_t taken; /* of its front */
};

/* One that never holds more than `max` bytes: what was taken off may wait to be forgotten. */
#define BACKLOG(max) ((struct backlog){BUF(2 * (max)), 0})

struct bytes backlog_view(const struct backlog *b);
size_t backlog_pending(const struct backlog *b);
void backlog_take(struct backlog *b, size_t n);
void backlog_free(struct backlog *b);

#endif
