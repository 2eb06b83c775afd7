/* SPDX-License-Identifier: Apache-2.0 */
/*
 * roster_judge: did a message go to whom it had to go, by the statements that its roster names, and
 * not by what is current?  [PROTOCOL 6.6]
 */
#ifndef TACET_STATEMENT_ROSTER_JUDGE_H
#define TACET_STATEMENT_ROSTER_JUDGE_H

#include "statement/roster_people.h"

/* What superseded them, each NULL as long as nothing is known that did. */
struct roster_since {
    const struct device_list *const *list;      /* for each account, the version after */
    const struct room_commit *commit;           /* of the state after */
    const struct network_policy *const *policy; /* for each network, as policy_after() says */
};

struct roster_question {
    struct roster_named named;
    struct roster_since since;
    struct roster_party me, sender;
    uint8_t profile; /* of the message */
    uint64_t seq;    /* 0: a control message */
    uint64_t message_ms;
    const uint16_t *scope; /* rising places of a partial upload; NULL: it is for all */
    size_t places;
    uint64_t highest;             /* seq kept of that sender device in that room; 0: none */
    const struct roster *earlier; /* the roster of that highest; NULL: none */
};

/* The verdict; E_NOMEM or E_CRYPTO only.  That the roster has the digest that the message names is
 * for the caller to see: without that there is nothing to judge. */
FALLIBLE roster_judge(const struct roster *r, const struct roster_question *q, struct arena *a,
                      struct roster_finding *out);

/* The profile of messages under policies that a roster names, one for each of n networks. */
enum policy_profile roster_judge_profile(const struct network_policy *const *policy, size_t n);

#endif
