/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edits: what somebody said in the place of what they had said.  [PROTOCOL 6.10]
 *
 * Each version is a message of the conversation, and stays; here it is kept which of them are of
 * one message.  The one that was said last stands, whichever device said it and whatever came
 * first.  What changes something is in the caller's transaction.
 */
#ifndef TACET_CLIENT_EDITS_H
#define TACET_CLIENT_EDITS_H

#include "client/target.h"

#define EDITS_MAX 64 /* versions of a message that are known as such: those that were said last */

/* A version: the message of `did` with this id, at this place of the same conversation. */
struct edit {
    struct target_said said;
    uint64_t place;
};

/* All that one person said in the place of a message, the last behind the others. */
struct edits {
    struct account_id by;
    struct edit of[EDITS_MAX];
    size_t n;
};

FALLIBLE edits_take(struct vault *v, const struct target *to, const struct account_id *by,
                    const struct edit *what);

/* A message of mine that never left: it is no version. */
FALLIBLE edits_undo(struct vault *v, const struct target *to, const struct account_id *by,
                    const struct edit *what);

/* One person's; nobody's are empty. */
FALLIBLE edits_of(struct vault *v, const struct target *to, const struct account_id *by,
                  struct edits *out);

/* What is known of one person's is forgotten. */
FALLIBLE edits_drop(struct vault *v, const struct target *to, const struct account_id *by);

/* What a next version of this person is stamped with. */
uint64_t edits_stamp(const struct edits *e, uint64_t now_ms);

#endif
