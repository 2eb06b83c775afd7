/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rooms: the rosters by which uploads say to whom they go.
 *
 * A roster is kept under its digest from the first upload that was accepted with it.  Only the
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
 * The roster with this digest: the one that came along, which is registered, or the one registered
 * before.  What is registered does not stay when the upload is refused.
 * E_ABSENT: neither, or an account that is not here.  E_FORGED: what came along has another digest,
 * or the room is not the two accounts'.  E_DENIED: `sender` is not one of them, or another network.
 * E_MALFORMED: also a policy or state, or not two accounts.
 */
FALLIBLE rooms_roster(struct db *db, const struct networks *n, struct arena *a,
                      const struct roster_id *digest, struct bytes along,
                      const struct account_id *sender, struct rooms_roster *out);

/* Is it up to date?  E_REMOVED: an account was removed.  E_STALE: a list is not the newest. */
FALLIBLE rooms_check_current(const struct rooms_roster *r);

/* The roster, for an account in it.  E_ABSENT for everybody else too. */
FALLIBLE rooms_fetch(struct db *db, struct arena *a, struct bytes digest,
                     const struct account_id *asker, struct bytes *out);

extern const struct schema rooms_schema;
extern const struct route rooms_routes[];

#endif
