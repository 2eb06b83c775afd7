/* SPDX-License-Identifier: Apache-2.0 */
/*
 * past: what was said before, which one device of an account gives to another.  [PROTOCOL 15.5]
 *
 * The person asks at both, in any order, and again after each start of their programs, until one of
 * the two says that it is over.  What the giver kept when it was asked first is what the other one
 * has to keep in the end.
 */
#ifndef TACET_TESTS_SIM_PAST_H
#define TACET_TESTS_SIM_PAST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"

struct world;
struct person;
struct event;
struct message;

/* What a device has to do with it, as the one that gets it. */
struct past {
    struct person *from;     /* who gives; NULL: nobody does */
    uint64_t asked_life[2];  /* lives of the giver's program and its own in which that was said */
    struct buf kept;         /* numbers of what the giver kept when it was asked */
    unsigned giver_restored; /* how often its vault had been put back then, */
    unsigned restored;       /* and that of the one that gets it */
    unsigned begun; /* transfers that there were; more when one was from who had several: its order
                       is not that of time */
};

/* Somebody gives one of their devices what another one has. */
void past_step(struct world *w);
/* The engine of `who` says how it goes. */
void past_heard(struct person *who, const struct event *e);
/* In the end: is it as it should be that this one stands in the vault of `who`? */
void past_look_at(struct person *who, const struct message *m);
/* Of what was given some is missing, or it did not come to an end. */
void past_check(struct world *w);
void past_free(struct person *who);

#endif
