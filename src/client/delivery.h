/* SPDX-License-Identifier: Apache-2.0 */
/*
 * delivery: the states of a message that I send.
 *
 *   QUEUED --sealed--> SEALED --accepted--> ACCEPTED --receipt--> DELIVERED --read--> READ
 *     ^                  | |
 *     +-----refused------+ +---given up---> FAILED      (also from QUEUED)
 *
 * DELIVERED and READ are no states of a row: what others told stands in heard.h.  EXPIRED is
 * reserved.
 */
#ifndef TACET_CLIENT_DELIVERY_H
#define TACET_CLIENT_DELIVERY_H

#include "base/err.h"

enum delivery_state {
    DELIVERY_QUEUED = 1,
    DELIVERY_SEALED,
    DELIVERY_ACCEPTED,
    DELIVERY_DELIVERED,
    DELIVERY_READ,
    DELIVERY_FAILED,
    DELIVERY_EXPIRED,
};

enum delivery_step {
    DELIVERY_SEAL = 1, /* sealed bytes are on disk */
    DELIVERY_ACCEPT,   /* the server has them on disk */
    DELIVERY_REFUSE,   /* the server wants them sealed anew */
    DELIVERY_GIVE_UP,
};

/* The state after a step.  E_CONFLICT: the table has no such step from there. */
FALLIBLE delivery_next(enum delivery_state from, enum delivery_step step, enum delivery_state *to);

/* "queued", "accepted" and so on: for traces of tests.  What programs say is theirs. */
const char *delivery_name(enum delivery_state s);

#endif
