/* SPDX-License-Identifier: Apache-2.0 */
/*
 * giving: what this device gives of its history to others of its account: a record for each
 * transfer, and the entries that its pieces are cut from.  [PROTOCOL 15.5]
 *
 * A piece is made once and kept until it was taken, in the same transaction as how far the transfer
 * is: whatever ends in between, the same bytes go again.  Conversations go one after the other, and
 * each from its newest message back.
 */
#ifndef TACET_CLIENT_GIVING_H
#define TACET_CLIENT_GIVING_H

#include "client/messages.h"
#include "e2ee/history.h"

#define GIVING_AHEAD_MAX 4 /* pieces that were not taken yet */

enum giving_phase {
    GIVING_OFFERED = 1, /* until the person there agrees */
    GIVING_AGREED,      /* until a list says that the device gets it */
    GIVING_GOING,
};

struct giving {
    uint64_t number; /* 0: not put yet */
    struct device_id to;
    enum giving_phase phase;
    uint8_t transfer[HISTORY_TRANSFER_SIZE];
    uint64_t moved_ms;        /* when it came further */
    uint64_t said_ms;         /* when what is due was said last */
    uint8_t times;            /* and how often, since it came further; 0: not yet */
    bool listed;              /* AGREED: the list was asked for */
    uint64_t top;             /* the highest place that goes along */
    uint64_t contact, below;  /* what comes next: the message below this place; 0: its beginning */
    uint32_t made, taken;     /* pieces */
    bool whole;               /* the last piece is made */
    uint64_t done, of, shown; /* messages: in pieces that are made; in all; in pieces taken */
};

/* May it go along?  Not what another device gets anyway, never left, could not be read here, was
 * recalled, is over, or is a row of the diary, which each device writes by itself. */
bool giving_goes_along(const struct message *m, uint64_t now_ms);

/* A list with the device that wrote a message, in the arena.  E_ABSENT. */
FALLIBLE giving_find_list(struct vault *v, const struct core *core, const struct wrap *wrap,
                          struct arena *a, struct bytes *statement);

/* The first from this number on; or the one to a device.  E_ABSENT. */
FALLIBLE giving_next(struct vault *v, uint64_t from, struct giving *out);
FALLIBLE giving_to(struct vault *v, const struct device_id *to, struct giving *out);
/* In the caller's transaction, as all that follows. */
FALLIBLE giving_put(struct vault *v, struct giving *g);
/* With all pieces. */
FALLIBLE giving_drop(struct vault *v, const struct giving *g);

/* To g->to from the start, under a new name: what there is now. */
FALLIBLE giving_start(struct vault *v, struct random *random, struct giving *g, uint64_t now_ms);

/* The next piece; none, where much is passed over, or several, where a message is long.  *g is
 * moved on. */
FALLIBLE giving_cut(struct vault *v, const struct own *me, struct giving *g, uint64_t now_ms);

/* A piece that was not taken yet, in the arena. */
FALLIBLE giving_piece(struct vault *v, const struct giving *g, uint32_t number, struct arena *a,
                      struct bytes *content);
/* All up to this one were: g->shown says how many messages they had. */
FALLIBLE giving_forget(struct vault *v, struct giving *g, uint32_t number);

#endif
