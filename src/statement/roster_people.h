/* SPDX-License-Identifier: Apache-2.0 */
/*
 * roster_people: are the accounts of a roster the people of the conversation, by the statements
 * that it names?  [PROTOCOL 6.6]
 */
#ifndef TACET_STATEMENT_ROSTER_PEOPLE_H
#define TACET_STATEMENT_ROSTER_PEOPLE_H

#include "statement/policy.h"
#include "statement/room_commit.h"
#include "statement/room_state.h"
#include "statement/roster.h"

enum roster_verdict { ROSTER_OK = 1, ROSTER_LATE, ROSTER_WRONG };

/* Why a verdict is not OK. */
enum roster_cause {
    ROSTER_NO_CAUSE = 0,

    ROSTER_LIST_HASH,   /* the list known of this account at this version is another */
    ROSTER_STATE_HASH,  /* the state known of this room at this version is another */
    ROSTER_POLICY_HASH, /* the policy known of this network under this number is another */
    ROSTER_NOT_COMMITTED,
    ROSTER_OTHER_ROOM,     /* no state is named, and the room is not that of the sender's pair */
    ROSTER_OTHER_NETWORKS, /* not exactly those of the people */
    ROSTER_TOO_MANY,       /* over LIMIT_RECIPIENTS devices */
    ROSTER_STRANGER,       /* an account that is not of the conversation */
    ROSTER_MISSING,        /* an account of the conversation is left out */
    ROSTER_NOT_TO_ME,      /* my device is not a recipient */
    ROSTER_SCOPE,          /* a place of the scope is nobody's */
    ROSTER_SENDER,         /* the sender is not of the conversation, or may not post this */
    ROSTER_PROFILE,        /* not the one that the policies say */
    ROSTER_WENT_BACK,      /* the sender had used a newer list, policy or state */

    /* WRONG under a strict policy, else LATE: the retention participant is left out. */
    ROSTER_RETENTION_MISSING,
    ROSTER_RETENTION_SKIPPED,
    ROSTER_RETENTION_OUTSIDE, /* of the scope of a partial upload */

    /* LATE: superseded for over an hour when the message was written. */
    ROSTER_OLD_LIST,
    ROSTER_OLD_STATE,
    ROSTER_OLD_POLICY
};

#define ROSTER_NOBODY SIZE_MAX

/* Verdict and first cause, and whom it concerns as far as it concerns somebody. */
struct roster_finding {
    enum roster_verdict verdict;
    enum roster_cause cause;
    size_t account;        /* place in the roster, or ROSTER_NOBODY, as for one that is left out */
    size_t network;        /* the same for networks */
    struct account_id aid; /* of the account, also of one that is left out; else zero */
    struct device_id did;  /* of a device of it, where the cause is about one; else zero */
};

/* The statements that a roster names: all were checked, none is NULL where the roster names one. */
struct roster_named {
    const struct device_list *const *list;      /* for each account, at the version named */
    const struct room_state *state;             /* NULL when the roster names none */
    const struct room_commit *commit;           /* of that state; NULL: none, which is WRONG */
    const struct network_policy *const *policy; /* for each network; NULL where none is named */
};

/* Somebody, by account and device. */
struct roster_party {
    struct network_id nid;
    struct account_id aid;
    struct device_id did;
};

/*
 * The part that is the same for everybody, as a server asks before it registers a roster or takes
 * an upload: hashes, people, networks, and retention participants that are missing or skipped.  Of
 * the sender, which is to be one of the people, did is not looked at.
 * A server takes no more than ROSTER_OK.  E_CRYPTO only.
 */
FALLIBLE roster_people(const struct roster *r, const struct roster_named *named,
                       const struct roster_party *sender, struct roster_finding *out);

/* May a sender whom roster_people() found among the people send what has a place in a stream?  Who
 * only keeps copies may not, nor who is no moderator where those alone post; control messages are
 * everybody's.  E_CRYPTO only. */
FALLIBLE roster_people_may_post(const struct roster *r, const struct roster_named *named,
                                const struct roster_party *sender, bool *may);

/* The participant that the policy of network `i` of the roster requires here, or NULL; and its
 * place among the accounts, or ROSTER_NOBODY. */
const struct account_id *roster_people_retention(const struct roster *r,
                                                 const struct roster_named *named, size_t i,
                                                 size_t *place);

#endif
