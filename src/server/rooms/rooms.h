/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rooms: the rosters by which uploads say to whom they go, and the conversations that they are of.
 *
 * A roster is kept under its digest from when it is registered.  It is of a pair of accounts, of an
 * account with itself, or of a room (states.h), and names the statements by which its accounts are
 * the people of that conversation: each must be the newest that this server has.  It knows no other
 * network yet, so that of one it can check nothing.  [PROTOCOL 2.4, 4.6, 6.6, 11]
 */
#ifndef TACET_SERVER_ROOMS_ROOMS_H
#define TACET_SERVER_ROOMS_ROOMS_H

#include "server/accounts/accounts.h"
#include "server/api/api.h"
#include "server/devices/devices.h"
#include "server/networks/networks.h"
#include "server/policies/policies.h"
#include "server/rooms/states.h"
#include "statement/roster_people.h"

/* A roster with what the server knows now of all that it names. */
struct rooms_roster {
    struct roster roster;
    struct account *account;             /* of each of its accounts */
    const struct device_list **list;     /* the newest of each */
    bool *changed;                       /* has an answer something new to say of it? */
    bool old_policy, old_state;          /* is another one named? */
    const struct network_policy *policy; /* in force; NULL: none */
    const struct rooms_state *state;     /* the newest, of a room; NULL: a pair */
    size_t retains;                      /* place of the account that keeps, or ROSTER_NOBODY */
};

/*
 * The registered roster with this digest, as far as it is the sender's to use.
 * E_ABSENT: there is none, or an account or a room is not here any more.  E_DENIED: the sender is
 * not in the roster, or not in the room.
 */
FALLIBLE rooms_roster(struct db *db, const struct networks *n, struct arena *a,
                      const struct roster_id *digest, const struct account_id *sender,
                      uint64_t now_ms, struct rooms_roster *out);

/*
 * Keep a roster under its digest; one that is kept is accepted again, whatever changed since.
 * E_TRUNCATED, E_MALFORMED, E_LIMIT: its form.  E_ABSENT: an account or a room that is not here.
 * E_DENIED: also another network.  Else as rooms_check(); on E_REMOVED and E_STALE `known` says
 * that *out is there to explain it.
 */
FALLIBLE rooms_register(struct db *db, const struct networks *n, struct arena *a,
                        struct bytes statement, const struct account_id *sender, uint64_t now_ms,
                        struct rooms_roster *out, bool *known);

/*
 * May the sender use it now?  Fills in what is left of it.
 * E_STALE: a list, the policy or the state is not the current one.  E_REMOVED: an account was
 * removed, and it is in the conversation still.  E_FORGED: it is not of the conversation that its
 * room id names.  E_MALFORMED: its accounts are not exactly the people.  E_DENIED: the sender is
 * none of them, or the account that is required to retain is left out or has a device skipped.
 */
FALLIBLE rooms_check(const struct networks *n, struct rooms_roster *r,
                     const struct account_id *sender);

/* May one of its people post, to all of them?  E_DENIED. */
FALLIBLE rooms_check_posting(const struct networks *n, const struct rooms_roster *r,
                             const struct account_id *sender);

/* Is the account one of the people of a room: a member, or who retains by this policy? */
bool rooms_is_of(const struct networks *n, const struct network_policy *policy,
                 const struct room_state *s, const struct account_id *aid);

/* Refuse with `why`, which is E_STALE or E_REMOVED, and tell all that changed, so that the sender
 * need not ask. */
FALLIBLE rooms_explain(struct request *rq, struct err why, const struct rooms_roster *r);

/* The roster, for an account in it.  E_ABSENT for everybody else too. */
FALLIBLE rooms_fetch(struct db *db, struct arena *a, struct bytes digest,
                     const struct account_id *asker, struct bytes *out);

extern const struct schema rooms_schema;
extern const struct route rooms_routes[];

#endif
