/* SPDX-License-Identifier: Apache-2.0 */
/*
 * carrier: an engine's hands: it carries out actions on a loop, and brings back frames and time.
 */
#ifndef TACET_CLIENT_HOST_CARRIER_H
#define TACET_CLIENT_HOST_CARRIER_H

#include "client/engine.h"

struct carrier;

/* The engine stays the caller's and outlives it. */
FALLIBLE carrier_new(struct carrier **out, struct engine *engine);
void carrier_free(struct carrier *c); /* hangs up; NULL is fine */

enum carrier_news {
    CARRIER_EVENT = 1, /* of the engine */
    CARRIER_INPUT,     /* the descriptor that is watched can be read */
    CARRIER_LOCK,      /* somebody rang the bell */
};

/*
 * Carry out actions until one is an event to tell, or for at most timeout_ms (negative: no limit).
 * E_AGAIN: time is over.  E_CLOSED: carrier_interrupt() was called.  Errors of this machine come
 * through.  What `out` points to lives until the next call; nothing is there but with
 * CARRIER_EVENT.
 */
FALLIBLE carrier_run(struct carrier *c, int timeout_ms, struct event *out, enum carrier_news *news);

/* Hear this bell (client/host/bell.h), which is open for longer than the carrier.  Once. */
FALLIBLE carrier_hear(struct carrier *c, int bell);

/* Watch a descriptor, which stays the caller's and as it is; negative: none. */
void carrier_watch(struct carrier *c, int fd);

/* From a signal handler or another thread: the run at hand, or the next, ends with E_CLOSED. */
void carrier_interrupt(struct carrier *c);

/* Milliseconds since 1970, by this machine's clock. */
uint64_t carrier_clock(void);

/* In ms, of a clock that nobody sets and that counts while the machine sleeps; 0: there is none. */
uint64_t carrier_steady(void);

#endif
