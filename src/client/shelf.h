/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shelf: what a conversation keeps together for all of its people: its files, and what else
 * somebody saved.  [PROTOCOL 6.15]
 *
 * Of those who may say where a message stands the newest word counts, whatever came first.  What is
 * kept is each person's newest word on it, under its name, so that it may come before it; whether
 * they may is asked when it is shown, since roles change.
 */
#ifndef TACET_CLIENT_SHELF_H
#define TACET_CLIENT_SHELF_H

#include "client/target.h"
#include "e2ee/filed.h"

/* What a message of `did` with this id says of another one. */
struct shelf_word {
    struct account_id by;
    struct target_said said;
    struct filed filed; /* borrowed */
};

/* In the caller's transaction, as the next two: somebody says where it stands. */
FALLIBLE shelf_take(struct vault *v, const struct target *to, const struct shelf_word *word);

/* A message of mine that never left: what I said before it is not known any more. */
FALLIBLE shelf_undo(struct vault *v, const struct target *to, const struct shelf_word *word);

/* All that was said of it is forgotten. */
FALLIBLE shelf_drop(struct vault *v, const struct target *to);

/* May this account say where the message stands?  Its author; in a pair both; in a room its
 * moderators, who are all members of a group. */
FALLIBLE shelf_may(struct vault *v, const struct own *me, const struct message *m,
                   const struct account_id *by, bool *may);

/* Where it stands by now: `out` is in the arena.  A file of which nobody said it stands in no
 * folder, and is called as it is; all else is not kept. */
FALLIBLE shelf_of(struct vault *v, const struct own *me, const struct message *m, struct arena *a,
                  struct filed *out);

/* What a next word on it is stamped with. */
FALLIBLE shelf_stamp(struct vault *v, const struct target *to, uint64_t now_ms, uint64_t *stamp);

#endif
