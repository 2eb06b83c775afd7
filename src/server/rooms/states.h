/* SPDX-License-Identifier: Apache-2.0 */
/*
 * states: who is in a room and what holds there, one state after the other, as this server
 * committed them.
 *
 * This server commits for rooms whose home is its own network.  It knows no other network yet: a
 * room with members of another one is refused.  [PROTOCOL 4.9, 4.10, 11]
 */
#ifndef TACET_SERVER_ROOMS_STATES_H
#define TACET_SERVER_ROOMS_STATES_H

#include "server/accounts/accounts.h"
#include "server/api/api.h"
#include "server/devices/devices.h"
#include "server/networks/networks.h"
#include "statement/room_chain.h"

#define ROOMS_STATES_MAX   64           /* of one answer; whoever needs more asks on */
#define ROOMS_STATES_BYTES (200 * 1024) /* of them; one always fits */

/* A state that is in force, or was. */
struct rooms_state {
    struct room_state state;
    struct room_commit commit;
    struct bytes statement, commitment; /* as they were signed */
};

/* The newest state of a room, or the one of a version; in the arena.  E_ABSENT. */
FALLIBLE rooms_newest(struct db *db, struct arena *a, const struct room_id *room,
                      struct rooms_state *out);
FALLIBLE rooms_at(struct db *db, struct arena *a, const struct room_id *room, uint32_t version,
                  struct rooms_state *out);

/* Statements and commits from a version on, rising, as many as an answer holds; of 0, the newest
 * alone.  `more`: there are others behind them. */
struct rooms_page {
    struct bytes statement[ROOMS_STATES_MAX], commitment[ROOMS_STATES_MAX];
    size_t n;
    bool more;
};
FALLIBLE rooms_page(struct db *db, struct arena *a, const struct room_id *room, uint32_t from,
                    struct rooms_page **out);

/* The rooms whose newest state has this account, by id, behind `after`: at most `max` of them. */
struct rooms_mark {
    struct bytes room;
    uint32_t version;
};
FALLIBLE rooms_of(struct db *db, struct arena *a, const struct account_id *aid, struct bytes after,
                  struct rooms_mark *out, size_t max, size_t *n);

/* The first state without somebody who was a member once.  E_ABSENT: never, or before this server
 * took note of that. */
FALLIBLE rooms_left(struct db *db, struct arena *a, const struct room_id *room,
                    const struct account_id *aid, uint32_t *version);

bool rooms_is_member(const struct networks *n, const struct room_state *s,
                     const struct account_id *aid);

/* What became of a change. */
struct rooms_change {
    struct rooms_state state; /* committed now or before; on E_CONFLICT what was, in its place */
    const struct account *removed; /* on E_REMOVED: members who were, to be told */
    size_t removals;
};

/*
 * Commit a state that this device signed: the first of a room, or the next.  One that was committed
 * before is answered as it was.  When the last moderator leaves, his successor's state follows it.
 * E_CONFLICT: another state has its place, or it leaves states out.  E_ABSENT: no such room, or
 * one that the account is not in; or a member has no account here.  E_REMOVED: a member was
 * removed.  E_DENIED: another device signed it, or another network is in it.  E_TRUNCATED,
 * E_MALFORMED; E_FORGED: a signature, or it may not follow the one before; E_CLOCK.
 */
FALLIBLE rooms_commit(struct db *db, const struct networks *n, struct arena *a,
                      const struct device *signer, const struct account_id *aid,
                      struct bytes statement, uint64_t now_ms, struct rooms_change *out);

/*
 * A state that this server committed and has forgotten, whoever gives it.  [PROTOCOL 6.9]  It is
 * kept with the commit that it has when it is the next one; `known`: the newest version that is
 * there then, 0 for none; to an account that is not of that one, at most the one that came.
 * E_CONFLICT: another state has its place.  E_ABSENT: the lists of the signer are not here.
 * E_DENIED: another network is in it.  E_TRUNCATED, E_MALFORMED; E_FORGED: a signature, the commit,
 * or it may not follow the one before; E_CLOCK.
 */
FALLIBLE rooms_again(struct db *db, const struct networks *n, struct arena *a,
                     const struct account_id *aid, struct bytes statement, struct bytes commitment,
                     uint64_t now_ms, uint32_t *known);

/* The account was removed: each room that has no moderator any more gets one, where it has somebody
 * who can become it. */
FALLIBLE rooms_succeed(struct db *db, const struct networks *n, const struct account_id *aid,
                       uint64_t now_ms);

#endif
