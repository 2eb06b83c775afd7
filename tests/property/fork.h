/* SPDX-License-Identifier: Apache-2.0 */
/* fork: two histories of one server, each shown to other people. */
#ifndef TACET_TESTS_PROPERTY_FORK_H
#define TACET_TESTS_PROPERTY_FORK_H

#include "property/snapshot.h"

struct world;

struct fork {
    bool is;
    struct snapshot other; /* the history that nobody is shown now */
    unsigned here;         /* a bit for each of the people who are shown the other one */
};

/* Begin with one, or let those in the other history have their turn. */
void fork_turn(struct world *w);
/* One history is everybody's from now on; the other is lost. */
void fork_end(struct world *w);

/* The server with another history: the bytes of its database, or none for the one that it has. */
void fork_put_server_back(struct world *w, const struct snapshot *history);

#endif
