/* SPDX-License-Identifier: Apache-2.0 */
/* world: everything that one schedule consists of. */
#ifndef TACET_TESTS_PROPERTY_WORLD_H
#define TACET_TESTS_PROPERTY_WORLD_H

#include "property/edicts.h"
#include "property/fork.h"
#include "property/liar.h"
#include "property/snapshot.h"

#define WORLD_SWEEPS 2 /* a message each way, and time to ask and to answer */
#define WORLD_TEXT   80
#define WORLD_FORGED 16
#define WORLD_SAID   (SCHEDULE_MESSAGES + WORLD_SWEEPS * SCHEDULE_DEVICES * (SCHEDULE_PEOPLE - 1))

/* One message that somebody said: from a device, to a person. */
struct said {
    size_t from, to;
    char text[WORLD_TEXT];
    unsigned life; /* of the sender's vault: it may have been put back since */
    bool kept;     /* under a policy by which the keeper must get it */
};

/* One that no honest engine sealed. */
struct forged {
    size_t from, to;
    char text[WORLD_TEXT];
    bool shows; /* it may be shown, with a note that the keeper was left out */
};

struct world {
    struct play *play;
    struct dice dice, kin; /* kin: for what a second device does */
    struct liar liar;
    /* Everybody's first device; and behind them, if there is one, the second of the first. */
    struct person *who[SCHEDULE_DEVICES];
    size_t people, devices;
    unsigned life[SCHEDULE_DEVICES];
    bool told_restored[SCHEDULE_DEVICES], rolled_back;
    struct snapshot vault[SCHEDULE_DEVICES], server;
    struct fork fork;
    struct edicts edicts;
    struct said said[WORLD_SAID];
    size_t n;
    struct forged forged[WORLD_FORGED];
    size_t n_forged;
    struct schedule_counts *counts;
};

/* Whose device is it? */
static inline size_t world_owner(const struct world *w, size_t device)
{
    return device < w->people ? device : 0;
}

#endif
