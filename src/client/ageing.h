/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ageing: this device's own time, by which messages grow old.  [PROTOCOL 6.11]
 *
 * It never goes back and never jumps while a program runs, whatever the clock says: it goes on with
 * a steady clock, where the host has one.  From the end of one program to the beginning of the next
 * it goes on with the clock: by what that was set forward meanwhile messages are over too early; if
 * it was set back, nothing is known to have passed.
 *
 * Its numbers are in ms, and say nothing but how far they are apart.
 */
#ifndef TACET_CLIENT_AGEING_H
#define TACET_CLIENT_AGEING_H

#include "client/vault.h"

struct ageing {
    uint64_t time_ms;             /* own time */
    uint64_t clock_ms, steady_ms; /* what both clocks said then; steady_ms 0: there is none */
    uint64_t kept_ms;             /* own time, when the vault was told last */
    bool jumped;                  /* the clock was set since then */
};

/* At the beginning of a program. */
FALLIBLE ageing_begin(struct vault *v, uint64_t now_ms, struct ageing *out);

/* Time has passed.  steady_ms: a clock that nobody sets and that goes on while the machine sleeps,
 * with any beginning; 0: the host has none. */
void ageing_go(struct ageing *a, uint64_t now_ms, uint64_t steady_ms);

/* Is the vault to be told?  It is told in the caller's transaction. */
bool ageing_is_news(const struct ageing *a);
FALLIBLE ageing_keep(struct vault *v, struct ageing *a);

/* When, in own time, is a message over that lives for ttl_s from sent_ms on, by the clock of who
 * wrote it?  Not later than ttl_s from now. */
uint64_t ageing_due(const struct ageing *a, uint64_t sent_ms, uint32_t ttl_s);

/* When, by the clock as it is now, will it be that own time? */
uint64_t ageing_clock(const struct ageing *a, uint64_t time_ms);

#endif
