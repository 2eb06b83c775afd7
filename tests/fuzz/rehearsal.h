/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rehearsal: a play on the stage in memory, once for each process, of which every frame is kept.
 *
 * Targets make their inputs out of what was really said, changed here and there, and answer to
 * people as they were before they heard it: all that a target does happens in a transaction that it
 * rolls back, so that every input finds the same world.
 */
#ifndef TACET_TESTS_FUZZ_REHEARSAL_H
#define TACET_TESTS_FUZZ_REHEARSAL_H

#include "fuzz/fuzz.h"
#include "scenario/stage_internal.h"
#include "wire/frame.h"
#include "wire/limits.h"

#define REHEARSAL_KEPT_MAX 512

/* One frame that was said, without its id. */
struct rehearsal_frame {
    const struct person *who; /* who said it to the server, or was told it */
    uint32_t op, code;
    bool pushed; /* it answers nothing */
    struct bytes body;
};

struct rehearsal {
    struct play *play;
    struct person *alice; /* signed in */
    struct person *bob;   /* as he was before Alice wrote to him; the server has mail for him */
    struct person *carol; /* as she was before she joined */
    struct person *grace; /* a device of alice's, as it was before it asked to be one */
    struct party alice_is, bob_is;
    uint64_t bob_ms, carol_ms, grace_ms;
    struct rehearsal_frame up[REHEARSAL_KEPT_MAX], down[REHEARSAL_KEPT_MAX];
    size_t ups, downs;
};

/* The texts that were really written. */
#define REHEARSAL_TEXT "a word in confidence"

struct rehearsal *rehearsal(void);

/* The k-th of the frames with this op and pushed or not, counted round; NULL: there is none. */
const struct rehearsal_frame *rehearsal_down(const struct rehearsal *r, const struct person *who,
                                             uint32_t op, bool pushed, size_t k);

/* Append what was said with changes that `in` asks for: a byte of which the low two bits are their
 * count, and for each a place (16 bits) and what is XORed there (8 bits). */
void rehearsal_changed(struct bytes said, struct reader *in, struct buf *out);

/* A 16-bit length and so many bytes, or what there is. */
struct bytes rehearsal_block(struct reader *in);

#endif
