/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doings: people have it told that they write, or are here.  [PROTOCOL 6.16]
 *
 * Nothing promises that it comes.  But nobody is told of it more often than it was said, and
 * nothing that is promised of messages may suffer by it.
 */
#ifndef TACET_TESTS_SIM_DOINGS_H
#define TACET_TESTS_SIM_DOINGS_H

#include "client/engine.h"
#include "sim/options.h"

struct world;
struct person;

struct doings {
    unsigned said[OPTIONS_DEVICES_MOST][OPTIONS_DEVICES_MOST];  /* by whom to whom: first devices */
    unsigned heard[OPTIONS_DEVICES_MOST][OPTIONS_DEVICES_MOST]; /* of whom: a first one; by whom */
};

void doings_step(struct world *w);
/* It was told that somebody does something. */
void doings_hear(struct world *w, struct person *who, const struct event *e);

#endif
