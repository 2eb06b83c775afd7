/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rooms: the rosters by which uploads say to whom they go.
 *
 * A roster is kept under its digest from when it is registered.  Only the
 * conversation of two accounts exists for now; its room id follows from them, so there is nothing
 * else to keep.  [PROTOCOL 2.4, 4.6, 11]
 */
#ifndef TACET_SERVER_ROOMS_ROOMS_H
#define TACET_SERVER_ROOMS_ROOMS_H

#include "server/accounts/accounts.h"
#include "server/api/api.h"
#include "server/devices/devices.h"
#include "server/networks/networks.h"
#include "statement/roster.h"

#define ROOMS_PAIR 2 /* accounts of a conversation, for now */

/* A roster with what the server knows of its accounts now. */
struct rooms_roster {
    struct roster roster;
    struct account account[ROOMS_PAIR];
    struct device_list *list[ROOMS_PAIR]; /* the newest ones */
};

/*
 * The registered roster with this digest.
 * E_ABSENT: there is none, or an account is not here any more.  E_DENIED: `sender` is not one of
 * its accounts.
 */
FALLIBLE rooms_roster(struct db *db, const struct networks *n, struct arena *a,
                      const struct roster_id *digest, const struct account_id *sender,
                      struct rooms_roster *out);

/*
 * Keep a roster under its digest; one that is kept is accepted again, whatever changed since.
 * E_TRUNCATED, E_MALFORMED: also a policy or state, or not two accounts.  E_FORGED: the room is not
 * the two accounts'.  E_DENIED: `sender` is not one of them, or another network.  E_ABSENT: an
 * account that is not here.  E_REMOVED, E_STALE: as rooms_check_current(), and then `known` says
 * that *out is there to explain it.
 */
FALLIBLE rooms_register(struct db *db, const struct networks *n, struct arena *a,
                        struct bytes statement, const struct account_id *sender,
                        struct rooms_roster *out, bool *known);

/* Is it up to date?  E_REMOVED: an account was removed.  E_STALE: a list is not the newest. */
FALLIBLE rooms_check_current(const struct rooms_roster *r);

/* Refuse with `why`, which is E_STALE or E_REMOVED, and tell all that changed of the roster's
 * accounts, so that the sender need not ask. */
FALLIBLE rooms_explain(struct request *rq, struct err why, const struct rooms_roster *r);

/* The roster, for an account in it.  E_ABSENT for everybody else too. */
FALLIBLE rooms_fetch(struct db *db, struct arena *a, struct bytes digest,
                     const struct account_id *asker, struct bytes *out);

extern const struct schema rooms_schema;
extern const struct route rooms_routes[];

#endif
