/* SPDX-License-Identifier: Apache-2.0 */
/* liar: the server between honest handlers and honest engines, which alters what passes. */
#ifndef TACET_TESTS_PROPERTY_LIAR_H
#define TACET_TESTS_PROPERTY_LIAR_H

#include "property/edicts.h"
#include "property/impostor.h"
#include "property/mail.h"
#include "property/schedule.h"

#define LIAR_OWED_MAX 64

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
    const struct edicts *edicts;
    struct person *const *who;
    size_t people;
    struct impostor impostor;
    bool active;
    struct person *stalled; /* gets no mail at all */
    unsigned fates;         /* a bit for each fate that it makes use of */
    unsigned one_in;        /* it touches one item in so many */
    struct mail seen, held;
    struct buf prekey[SCHEDULE_PEOPLE]; /* an old statement of each person's device */
    struct buf answer[SCHEDULE_PEOPLE]; /* an old answer about each person */
    struct {
        struct person *who;
        uint64_t number;
    } owed[LIAR_OWED_MAX]; /* acknowledgements in others' names, for what was dropped */
    size_t n_owed;
    uint64_t *lies;                   /* that were told, of each kind */
    uint64_t junk;                    /* items delivered that nobody can open */
    bool spoilt;                      /* an upload was damaged, and so what came of it is junk */
    bool must_tell[SCHEDULE_DEVICES]; /* was given what must be told of, since */
    unsigned told[SCHEDULE_DEVICES];  /* how often anything was told, till then */
};

/* Between these people, all of whom have joined. */
void liar_begin(struct liar *l, struct person *const *who, size_t people);
/* Between settled moments: acknowledge what was dropped, let go of what was held; and was what was
 * given told of? */
void liar_settle(struct liar *l, bool all);
/* It sits between again, if another did. */
void liar_sit(struct liar *l);
/* It behaves from now on. */
void liar_stop(struct liar *l);
void liar_free(struct liar *l);

/* `who` is being given what the protocol says must be told of. */
void liar_must_be_told(struct liar *l, const struct person *who);

#endif
