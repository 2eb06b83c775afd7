/* SPDX-License-Identifier: Apache-2.0 */
/* liar: the server between honest handlers and honest engines, which alters what passes. */
#ifndef TACET_TESTS_PROPERTY_LIAR_H
#define TACET_TESTS_PROPERTY_LIAR_H

#include "property/schedule.h"
#include "wire/frame.h"
#include "wire/tacet.pb-c.h"

#define LIAR_KEPT_MAX 64

/* A copy of what passed, to be used again. */
struct kept_item {
    struct person *to;
    uint32_t kind;
    uint64_t received_ms;
    uint8_t *sealed;
    size_t n;
};

enum liar_fate {
    LIAR_PASS,
    LIAR_DROP,
    LIAR_TWICE,
    LIAR_HOLD,
    LIAR_FLIP,
    LIAR_REPLAY,
    LIAR_SWAP, /* with the one before */
    LIAR_FATES
};

struct liar {
    struct play *play;
    struct dice *dice;
    bool active;
    struct person *stalled; /* gets no mail at all */
    unsigned fates;         /* a bit for each fate that it makes use of */
    unsigned one_in;        /* it touches one item in so many */
    struct kept_item seen[LIAR_KEPT_MAX], held[LIAR_KEPT_MAX];
    size_t n_seen, n_held;
    struct buf prekey[SCHEDULE_PEOPLE]; /* an old statement of each person's device */
    struct {
        struct person *who;
        uint64_t number;
    } owed[LIAR_KEPT_MAX]; /* acknowledgements in others' names, for what was dropped */
    size_t n_owed;
    uint64_t lies;
    bool junk; /* something that cannot be opened by anybody was delivered */
};

void liar_begin(struct liar *l, struct play *p, struct dice *d);
/* Between settled moments: acknowledge what was dropped, let go of what was held. */
void liar_settle(struct liar *l, bool all);
/* It behaves from now on. */
void liar_stop(struct liar *l);
void liar_free(struct liar *l);

#endif
