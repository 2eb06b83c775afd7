/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reminding: states of rooms that a server which was put back from a copy has forgotten are given
 * to it again, as they were signed and committed.  [PROTOCOL 6.9]
 */
#ifndef TACET_CLIENT_REMINDING_H
#define TACET_CLIENT_REMINDING_H

#include "client/dealings.h"
#include "statement/room_state.h"

struct engine;
struct frame;
struct room;
struct waiting;

#define REMINDING_MOST 64 /* rooms at a time; the server is asked for the others then */

struct reminding {
    struct dealings_count count; /* how often it was given any */
    uint64_t again_ms;           /* when it is asked how far it is; 0: no need */
    struct reminding_room {
        struct room_id id;
        uint32_t next; /* the version that it is given next */
        bool probes;   /* how far the server is that one is to show */
    } room[REMINDING_MOST];
    size_t n;
    bool going, more; /* more: there was no place for another one */
};

/* The newest state of the room that it showed is this one; 0: it does not name the room. */
FALLIBLE reminding_behind(struct engine *e, const struct room *r, uint32_t shown);
FALLIBLE reminding_pump(struct engine *e);
FALLIBLE reminding_answered(struct engine *e, const struct waiting *w, const struct frame *f,
                            struct arena *a);
/* Is the server being told of this room?  What is sent there meanwhile would be refused. */
bool reminding_waits(struct engine *e, const struct room_id *id);
void reminding_forget(struct engine *e); /* the connection is over */

uint64_t reminding_at(const struct engine *e); /* when to look again; 0: no need */
FALLIBLE reminding_wake(struct engine *e);

#endif
