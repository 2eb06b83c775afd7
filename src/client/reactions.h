/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reactions: how people react to a message.  [PROTOCOL 6.10]
 *
 * Of each kind a person's newest word on a message stands, whichever device said it and whatever
 * came first; and of one person so many kinds, those that were said last.  So all devices show the
 * same.  What changes something is in the caller's transaction.
 */
#ifndef TACET_CLIENT_REACTIONS_H
#define TACET_CLIENT_REACTIONS_H

#include "client/target.h"
#include "e2ee/reference.h"

#define REACTIONS_OF_ONE_MAX 16 /* kinds of one person on one message, with those taken back */
#define REACTIONS_KINDS_MAX  64 /* of one message that are shown */

/* A reaction, as a message of `did` with this id said it. */
struct reaction {
    struct target_said said;
    bool on;
    uint8_t kind[REFERENCE_REACTION_MAX];
    uint8_t kind_n;
};

/* All that one person's devices said last. */
struct reactions {
    struct account_id by;
    struct reaction of[REACTIONS_OF_ONE_MAX];
    size_t n;
};

/* Somebody reacted. */
FALLIBLE reactions_take(struct vault *v, const struct target *to, const struct account_id *by,
                        const struct reaction *what);

/* A message of mine that never left: what it said is not so. */
FALLIBLE reactions_undo(struct vault *v, const struct target *to, const struct account_id *by,
                        const struct reaction *what);

/* One person's; nobody's are empty. */
FALLIBLE reactions_of(struct vault *v, const struct target *to, const struct account_id *by,
                      struct reactions *out);

/* The next person who said something, from *number on, which is theirs then.  E_ABSENT. */
FALLIBLE reactions_next(struct vault *v, const struct target *to, uint64_t *number,
                        struct reactions *out);

/* What everybody said of it is forgotten. */
FALLIBLE reactions_drop(struct vault *v, const struct target *to);

/* The one of a kind; NULL: nothing was said of it. */
const struct reaction *reactions_find(const struct reactions *r, struct bytes kind);

/* What a next word of this person is stamped with. */
uint64_t reactions_stamp(const struct reactions *r, uint64_t now_ms);

/* ---- all of them, as people see them */

/* A kind that stands, and who says so: the handles or accounts are the caller's to find. */
struct reactions_kind {
    struct bytes kind;
    const struct account_id *by;
    size_t n;
};
struct reactions_sum {
    struct reactions_kind kind[REACTIONS_KINDS_MAX]; /* of most people first, then by bytes */
    size_t n, more;                                  /* so many kinds are not shown */
};

/* Of a message, in the arena, without those of whom this device's person has blocked. */
FALLIBLE reactions_sum(struct vault *v, const struct target *to, struct arena *a,
                       struct reactions_sum *out);

#endif
