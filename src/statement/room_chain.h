/* SPDX-License-Identifier: Apache-2.0 */
/*
 * room_chain: which state of a room may follow which, and by whose word.  A state that passes here
 * is one that could be in force; that it is, is what its commit says.  [PROTOCOL 4.9]
 */
#ifndef TACET_STATEMENT_ROOM_CHAIN_H
#define TACET_STATEMENT_ROOM_CHAIN_H

#include "statement/device_history.h"
#include "statement/room_commit.h"
#include "statement/room_state.h"

/* What is known beside the states. */
struct room_chain_witness {
    struct device_history signer;     /* lists of the account that the state names as its signer */
    const struct room_commit *commit; /* of this state; NULL: none yet, as at its home server */
    uint64_t now_ms;
};

/*
 * Parse and verify the first state of a room; one that follows `previous`.  Out lives in the arena.
 * E_TRUNCATED, E_MALFORMED; E_FORGED: signature, signer, chain or commit; E_CLOCK: made too far
 * ahead of now; E_ABSENT: lists of the signer are missing, as device_history_find says; E_NOMEM.
 */
FALLIBLE room_chain_check_genesis(struct bytes in, const struct room_chain_witness *w,
                                  struct arena *a, struct room_state *out);
FALLIBLE room_chain_check_next(struct bytes in, const struct room_state *previous,
                               const struct room_chain_witness *w, struct arena *a,
                               struct room_state *out);

/* A successor of `previous`, by the directory key of its home network.  removed[i]: the directory
 * statement of previous->member[i] says removed; looked at for moderators alone.  The errors of
 * above without E_ABSENT; of the witness, `signer` is not looked at. */
FALLIBLE room_chain_check_successor(struct bytes in, const struct room_state *previous,
                                    const struct point *directory, const bool *removed,
                                    const struct room_chain_witness *w, struct arena *a,
                                    struct room_state *out);

/* Begin what follows: `previous` with the next version and its hash.  Signer, date and changes are
 * the caller's; members and name box stay borrowed.  E_LIMIT: there is no next version. */
FALLIBLE room_chain_next(const struct room_state *previous, struct room_state *out);

/* The successor of `previous`, to be signed; not dated before it.  E_DENIED: a moderator is not
 * removed; E_ABSENT: nobody can become one; E_LIMIT, E_NOMEM. */
FALLIBLE room_chain_successor(const struct room_state *previous, const bool *removed,
                              uint64_t now_ms, struct arena *a, struct room_state *out);

#endif
