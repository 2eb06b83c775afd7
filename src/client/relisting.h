/* SPDX-License-Identifier: Apache-2.0 */
/*
 * relisting: lists of my account that a server has forgotten, which was put back from a copy, are
 * given to it again: the same bytes, from its newest on.  [PROTOCOL 15.10]
 *
 * Nothing is signed for that.  A server that only says so gets them as often as a device that asks
 * is obeyed.
 */
#ifndef TACET_CLIENT_RELISTING_H
#define TACET_CLIENT_RELISTING_H

#include "client/dealings.h"

struct engine;
struct frame;
struct waiting;

/* Lists of my account that the server has forgotten. */
struct relisting {
    struct dealings_count count; /* how often it was given them */
    uint64_t again_ms;           /* when it is asked how far it is; 0: no need */
};

/* It was asked from this list on (0: it said so unasked), and the newest that it showed is this
 * one, which is not my account's newest; 0: it showed none. */
FALLIBLE relisting_behind(struct engine *e, uint32_t asked_from, uint32_t shown);
FALLIBLE relisting_answered(struct engine *e, const struct waiting *w, const struct frame *f);
uint64_t relisting_at(const struct engine *e); /* when to look again; 0: no need */
FALLIBLE relisting_wake(struct engine *e);
/* The server does not know this device: *knocks: it is given the list that this one came with. */
FALLIBLE relisting_knock(struct engine *e, bool *knocks);
FALLIBLE relisting_knocked(struct engine *e, const struct frame *f);

#endif
