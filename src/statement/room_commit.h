/* SPDX-License-Identifier: Apache-2.0 */
/* room_commit: the home network's word that a state of a room is in force.  [PROTOCOL 4.10] */
#ifndef TACET_STATEMENT_ROOM_COMMIT_H
#define TACET_STATEMENT_ROOM_COMMIT_H

#include "base/buf.h"
#include "statement/room_state.h"

#define ROOM_COMMIT_SIZE 241 /* bytes of a statement */

struct room_commit {
    struct room_id room;
    uint32_t version;
    uint8_t hash[NAMES_H32_SIZE], previous[NAMES_H32_SIZE]; /* of the state, of the one before */
    uint64_t time_ms;
};

/* What commits this state. */
struct room_commit room_commit_of(const struct room_state *s, uint64_t time_ms);

/* Sign with the directory key of the room's home network, and append the statement.
 * E_MALFORMED: it breaks a rule of form. */
FALLIBLE room_commit_sign(const struct room_commit *c, const struct network_id *home,
                          const struct sign_private *directory, struct buf *out);

/* Form only.  E_TRUNCATED, E_MALFORMED. */
FALLIBLE room_commit_parse(struct bytes in, struct room_commit *out);

/* E_TRUNCATED, E_MALFORMED; E_FORGED: not the directory's; E_CLOCK: made too far ahead of now. */
FALLIBLE room_commit_check(struct bytes in, const struct network_id *home,
                           const struct point *directory, uint64_t now_ms, struct room_commit *out);

/* Is it this state that was committed? */
bool room_commit_is_of(const struct room_commit *c, const struct room_state *s);

/* Two commits that were checked under one directory: are they proof that it committed two states of
 * one room as the same version? */
bool room_commit_contradicts(const struct room_commit *x, const struct room_commit *y);

#endif
