/* SPDX-License-Identifier: Apache-2.0 */
/*
 * policy: what holds for every conversation of a network, in the word of its root: the profile of
 * messages, and who keeps copies of them.  [PROTOCOL 1.4, 4.8]
 */
#ifndef TACET_STATEMENT_POLICY_H
#define TACET_STATEMENT_POLICY_H

#include "base/buf.h"
#include "statement/names.h"

#define POLICY_ROOMS_MAX 64
#define POLICY_DAYS_MAX  365
#define POLICY_MAX_SIZE  2274 /* bytes of a statement at its largest */

enum policy_profile { POLICY_STANDARD = 1, POLICY_HYBRID = 2 };
enum policy_scope { POLICY_ALL = 1, POLICY_ROOMS = 2, POLICY_NAMED = 3 };

/* The retention participant, and where it takes part. */
struct policy_retention {
    struct account_id aid; /* of the policy's own network */
    enum policy_scope scope;
    bool strict;   /* a message that left it out is held back */
    uint16_t days; /* that its copies wait, whatever their ttl */
    size_t rooms;
    struct room_id room[POLICY_ROOMS_MAX]; /* of scope POLICY_NAMED, sorted */
};

struct network_policy {
    uint32_t number;
    uint8_t previous[NAMES_H32_SIZE];
    uint64_t made_ms, from_ms;
    enum policy_profile profile;
    bool retains;
    struct policy_retention retention; /* zero unless it retains */
    uint8_t hash[NAMES_H32_SIZE];      /* of the signed body: filled in by sign, parse and check */
};

/* Sign as the root, append the statement and fill in the hash.  E_MALFORMED: the policy breaks a
 * rule of 4.8; E_LIMIT, E_NOMEM, E_CRYPTO. */
FALLIBLE policy_sign(struct network_policy *p, const struct network_id *nid,
                     const struct sign_private *root, struct buf *out);

/* Form only, of one that was checked before.  E_TRUNCATED, E_MALFORMED. */
FALLIBLE policy_parse(struct bytes in, const struct network_id *nid, struct network_policy *out);

/* By the network's root and, unless it is NULL, as what follows `previous`.
 * E_TRUNCATED, E_MALFORMED; E_FORGED: signature or chain; E_CLOCK: made too far ahead of now. */
FALLIBLE policy_check(struct bytes in, const struct network_id *nid, const struct point *root,
                      const struct network_policy *previous, uint64_t now_ms,
                      struct network_policy *out);

/* By which of n policies `number` is superseded first: of those above it, the one whose from comes
 * first.  NULL: by none that is known.  A network without policy has number 0. */
const struct network_policy *policy_after(const struct network_policy *const *known, size_t n,
                                          uint32_t number);

/* The account that a policy puts into a conversation, borrowed from it; NULL: none, or no policy.
 * A pair is in scope POLICY_ALL alone, whatever rooms are named. */
const struct account_id *policy_requires(const struct network_policy *p, bool is_room,
                                         const struct room_id *room);

/* The profile of messages under a policy; of a network that has none, where it is NULL. */
enum policy_profile policy_profile(const struct network_policy *p);

#endif
