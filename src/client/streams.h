/* SPDX-License-Identifier: Apache-2.0 */
/*
 * streams: what came of the messages that one device of somebody else numbered in one room, and
 * what is missing of them.  [PROTOCOL 6.7]
 *
 * The steps are pure: a stream goes in and comes out, and the caller commits it together with the
 * message that moved it.
 */
#ifndef TACET_CLIENT_STREAMS_H
#define TACET_CLIENT_STREAMS_H

#include "client/vault.h"
#include "e2ee/control.h"
#include "e2ee/trailer.h"

#define STREAMS_RANGES_MAX CONTROL_ENTRIES_MAX /* of one kind, that are remembered */
#define STREAMS_ASKS_MAX   34 /* for one range, or one parked message: that is a month */

/* Places that did not come, and what must fit where they do. */
struct streams_range {
    uint64_t first, last;
    bool has_before, has_after;
    uint8_t before[NAMES_H32_SIZE]; /* link of the message before the first */
    uint8_t after[NAMES_H32_SIZE];  /* prev of the message behind the last */
    uint64_t since_ms;              /* when it was noticed */
    uint8_t asks;                   /* requests that named it */
};

struct streams_ranges {
    struct streams_range at[STREAMS_RANGES_MAX]; /* rising */
    size_t n;
};

/* What is kept of it stands under its name: in which room, and who sends. */
#define STREAMS_KEY_SIZE (32 + 16)
struct bytes streams_key(const struct room_id *room, const struct device_id *sender,
                         uint8_t out[STREAMS_KEY_SIZE]);

/* One sender device in one room.  A zeroed one is a stream of which nothing came. */
struct stream {
    uint64_t baseline, highest; /* 0: nothing came yet */
    uint8_t link[NAMES_H32_SIZE];
    struct roster_id roster; /* of the message with the highest place */
    struct streams_ranges missing;
    struct streams_ranges over; /* said to come no more, and were missing before that */
    uint64_t asked_ms;          /* the last request; 0: none */
    uint64_t number;            /* its place among streams with gaps; 0: none yet */
};

enum streams_result {
    STREAMS_BASELINE = 1, /* the first that came */
    STREAMS_NEXT,         /* as it should be */
    STREAMS_GAP,          /* places before it are missing */
    STREAMS_FILLED,       /* it was missing, or was said to come no more */
    STREAMS_BEFORE,       /* older than the first that came */
    STREAMS_RESTART,      /* its sender was restored: what is missing before it may be lost */
    STREAMS_FAULT,        /* it contradicts what came before */
};

struct streams_step {
    enum streams_result result;
    uint64_t missing;  /* places before it, with STREAMS_GAP */
    uint64_t given_up; /* places that are no longer remembered as missing, for want of room */
};

/* A message that was checked and has not come before moves its stream.  E_CRYPTO. */
FALLIBLE streams_take(struct stream *s, const struct core *core, uint64_t now_ms,
                      struct streams_step *out);

/* The sender says that these places will not come any more: how many of them were missing?  What
 * comes there all the same must fit as before. */
uint64_t streams_void(struct stream *s, uint64_t first, uint64_t last);

/* What was in this place is here by another way: was it missing? */
bool streams_close(struct stream *s, uint64_t seq);

/* When may something that is missing since then be asked for once more, after so many times: after
 * a minute, then after one hour, two, four, eight and sixteen, then day by day?  A server that
 * holds back what is asked cannot outlast that.  In any case a minute after the mailbox was
 * drained. */
uint64_t streams_due_at(uint64_t since_ms, uint64_t drained_ms, uint8_t asks);

/* When may missing ranges be asked for, by somebody whose mailbox has been drained since then?
 * UINT64_MAX: there is nothing to ask for. */
uint64_t streams_ask_at(const struct stream *s, uint64_t drained_ms);

/* They are asked for now: the ranges, rising, of which there may be none.  Counted. */
size_t streams_ask(struct stream *s, uint64_t drained_ms, uint64_t now_ms,
                   struct control_range out[STREAMS_RANGES_MAX]);

/* ---- as the vault keeps them, in the caller's transaction */

/* One of which nothing came is zeroed. */
FALLIBLE streams_get(struct vault *v, const struct room_id *room, const struct device_id *sender,
                     struct stream *out);
FALLIBLE streams_put(struct vault *v, const struct room_id *room, const struct party *sender,
                     struct stream *s);

/* Of those that miss something, the next from *number on, which is its number then.  E_ABSENT. */
FALLIBLE streams_next_gap(struct vault *v, uint64_t *number, struct room_id *room,
                          struct party *sender);

#endif
