/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audience: who is to get what a row of the outbox brings, and the roster that says so.  [PROTOCOL
 * 4.6, 6.6]
 */
#ifndef TACET_CLIENT_AUDIENCE_H
#define TACET_CLIENT_AUDIENCE_H

#include "client/engine_internal.h"
#include "client/roomlog.h"
#include "client/rules.h"

enum audience_part {
    AUDIENCE_ME = 1, /* my other devices get it as well, but are no reason to send it */
    AUDIENCE_PEER,
    AUDIENCE_THIRD, /* who keeps copies, or whom else I keep them of */
};

struct audience {
    struct room_id room;
    uint32_t version; /* of the room's state; 0: it is a pair */
    uint8_t hash[NAMES_H32_SIZE];
    struct rules rules;
    struct audience_account {
        struct account_id aid;
        enum audience_part part;
        const struct device_list *list; /* the newest that is known */
    } * account;                        /* sorted as in a roster */
    size_t n;
};

/* In the arena.  E_REMOVED: it is no conversation of mine any more; E_ABSENT: somebody's devices
 * are not known, or the room is not in force yet. */
FALLIBLE audience_find(struct engine *e, const struct outbox_row *row, struct arena *a,
                       struct audience *out);

/* Append the roster: devices to which nothing can be sealed are passed over.  E_ABSENT: nobody is
 * left, or one of whom nobody may be passed over. */
FALLIBLE audience_roster(struct engine *e, const struct audience *au, const struct outbox_row *row,
                         struct arena *a, struct buf *out);

#endif
