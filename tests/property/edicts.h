/* SPDX-License-Identifier: Apache-2.0 */
/* edicts: what the network's root says in a schedule: the last of the people keeps copies. */
#ifndef TACET_TESTS_PROPERTY_EDICTS_H
#define TACET_TESTS_PROPERTY_EDICTS_H

#include "base/buf.h"
#include "property/dice.h"
#include "scenario/desk.h"

#define EDICTS_MOST 2

struct edicts {
    struct person *keeper; /* NULL: there are no policies in this schedule */
    struct network_policy policy[EDICTS_MOST];
    struct buf statement[EDICTS_MOST];
    size_t n; /* how many were published */
};

/* The newest; number 0: there is none yet. */
const struct network_policy *edicts_newest(const struct edicts *e);

/* Publish the next one, if there is to be one. */
void edicts_publish(struct edicts *e, struct play *p, struct dice *d);

/* Where the server was put back, its operator publishes again what it lost. */
void edicts_again(struct edicts *e, struct play *p);

void edicts_free(struct edicts *e);

#endif
