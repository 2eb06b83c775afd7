/* SPDX-License-Identifier: Apache-2.0 */
/*
 * network: connections between people and the server.
 *
 * A connection carries whole messages, in order, each once, as TLS over TCP does: what is lost on
 * the way is sent again and comes late, and what cannot come ends the connection.  Each end finds
 * out by itself, and not always at once.
 */
#ifndef TACET_TESTS_SIM_NETWORK_H
#define TACET_TESTS_SIM_NETWORK_H

#include "sim/world.h"

enum way { WAY_UP, WAY_DOWN };

struct packet;

struct line {
    struct session session; /* first: live gives it back to us */
    struct world *world;
    struct person *who;
    uint64_t server_life, person_life; /* of its ends, when it began */
    uint64_t began_ms;                 /* when the server first heard of it */
    bool open[2];                      /* by the way that this end sends: WAY_UP is the person's */
    struct {
        struct packet *first, *last;
        uint64_t last_at_ms;
        size_t bytes;
    } way[2];
    uint64_t life; /* constant: what is on its way on a line is taken from its queue */
    uint8_t binding[API_BINDING_SIZE];
    struct line *older;
};

/* The engine wants a connection; it hears of what comes of it. */
void network_connect(struct person *who);
/* A whole message; false: the line cannot take it, and is closed. */
void network_send(struct line *l, enum way way, struct bytes frame);
/* The end that sends `way` closes.  Quietly: the other end does not hear of it. */
void network_close(struct line *l, enum way way, bool quietly);
/* The person's line, cut in the middle: what is on its way is lost. */
void network_reset(struct person *who);
/* The end that sends `way` gives the person's line up, and the other hears nothing of it. */
void network_half(struct person *who, enum way way);
/* Nothing that goes this way arrives for so long. */
void network_block(struct person *who, enum way way, uint64_t ms);
/* The person's end takes nothing off the line for so long. */
void network_slow(struct person *who, uint64_t ms);
void network_mend(struct world *w);
void network_free(struct world *w);

#endif
