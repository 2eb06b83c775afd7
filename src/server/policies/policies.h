/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policies: what holds for every conversation, in the word of the network's root.
 *
 * The operator publishes them one after the other; all are kept, because whoever was away asks for
 * those between.  In force is the one with the highest number whose `from` has passed.
 * [PROTOCOL 4.8, 11]
 */
#ifndef TACET_SERVER_POLICIES_POLICIES_H
#define TACET_SERVER_POLICIES_POLICIES_H

#include "server/accounts/accounts.h"
#include "server/api/api.h"
#include "server/networks/networks.h"
#include "statement/policy.h"

#define POLICIES_SHOWN_MAX 64 /* that may be in force or coming, in one answer to the operator */

/*
 * Publish the next policy.  The newest, once more, is accepted and changes nothing.
 * E_CONFLICT: not the next number.  E_ABSENT: its retention participant has no account here.
 * E_REMOVED: that account was removed.  E_TRUNCATED, E_MALFORMED; E_FORGED: not signed by the root,
 * or not what follows the newest; E_CLOCK: made too far ahead.
 */
FALLIBLE policies_publish(struct db *db, const struct networks *n, struct arena *a,
                          struct bytes statement, uint64_t now_ms);

/* The statement with this number; of 0, the newest.  E_ABSENT. */
FALLIBLE policies_get(struct db *db, struct arena *a, uint32_t number, struct bytes *statement);

/* At most `most` statements from a number on, rising. */
FALLIBLE policies_from(struct db *db, struct arena *a, uint32_t number, size_t most,
                       struct bytes **out, size_t *count);

/* The one in force, in the arena; NULL: there is none yet. */
FALLIBLE policies_in_force(struct db *db, const struct networks *n, struct arena *a,
                           uint64_t now_ms, const struct network_policy **out);

extern const struct schema policies_schema;
extern const struct route policies_routes[];

#endif
