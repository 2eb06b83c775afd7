/* SPDX-License-Identifier: Apache-2.0 */
/*
 * letter: one upload of 1 KiB from a resident to another, sealed before the clock starts, to be
 * sent again and again.
 *
 * Sealing costs more than all that a server does with a message.  So each copy is the same sealed
 * bytes with the next upload number, and with a stamp in the trailer: to the server they are as
 * different as any two messages, because it can open neither.
 */
#ifndef TACET_BENCH_LETTER_H
#define TACET_BENCH_LETTER_H

#include "base/buf.h"
#include "bench/town.h"

struct letter {
    struct buf registering, sending; /* frames: the roster, before all others; the upload */
};

struct letter_stamp {
    uint64_t number, sent_ns; /* upload number; CLOCK_MONOTONIC */
};

void letter_seal(struct letter *l, const struct town *t, const struct resident *from,
                 const struct resident *to);

/* The frame of the copy with this stamp; borrowed until the next one. */
struct bytes letter_copy(struct letter *l, const struct letter_stamp *stamp);

/* The stamp in what was delivered. */
struct letter_stamp letter_read(struct bytes delivered);

uint64_t letter_now_ns(void);

void letter_free(struct letter *l);

#endif
