/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rules: what the network's root said holds for every conversation, by number.  [PROTOCOL 4.8]
 *
 * A policy that was learned stays, and under one number there is one.  In force is the one with the
 * highest number whose time has come, so that nothing goes back, whatever is learned later.  Of a
 * policy that is given out here number 0 means that there is none.
 */
#ifndef TACET_CLIENT_RULES_H
#define TACET_CLIENT_RULES_H

#include "client/own.h"
#include "statement/policy.h"

/*
 * Check and keep, in the caller's transaction; *news: it was not known before.
 * E_TRUNCATED, E_MALFORMED; E_FORGED: not signed by the root, or it contradicts one that is known;
 * E_CLOCK: made too far ahead of now.  Nothing is changed then.
 */
FALLIBLE rules_learn(struct vault *v, const struct own *me, struct bytes statement, uint64_t now_ms,
                     struct network_policy *out, bool *news);

/* With this number.  E_ABSENT. */
FALLIBLE rules_get(struct vault *v, const struct own *me, uint32_t number,
                   struct network_policy *out);
FALLIBLE rules_newest(struct vault *v, const struct own *me, struct network_policy *out);
FALLIBLE rules_in_force(struct vault *v, const struct own *me, uint64_t now_ms,
                        struct network_policy *out);
/* A roster of ours names this number, in the caller's transaction: none below it will be in force
 * again, whatever our clock says later. */
FALLIBLE rules_used(struct vault *v, uint32_t number);

/* By which of those known `number` (0: having none) was superseded first. */
FALLIBLE rules_after(struct vault *v, const struct own *me, uint32_t number,
                     struct network_policy *out);

/* The lowest number from `number` up to the newest known that is not known; 0: none is missing.
 * One above the newest is missing itself. */
FALLIBLE rules_missing(struct vault *v, const struct own *me, uint32_t number, uint32_t *out);

/* The number without which it cannot be said what is in force now: below policies that are to come.
 * 0: none is missing. */
FALLIBLE rules_needed(struct vault *v, const struct own *me, uint64_t now_ms, uint32_t *out);

/* Did a policy begin within the last hour, or will one within the next?  Then a clock that differs
 * says otherwise. */
FALLIBLE rules_change_is_near(struct vault *v, const struct own *me, uint64_t now_ms, bool *near);

/* What holds between me and another account, or one that is not known yet (NULL). */
struct rules {
    struct network_policy policy; /* in force */
    uint8_t profile;              /* of messages */
    bool kept;                    /* somebody keeps copies of them: */
    struct account_id keeper;
    bool joins; /* and is neither of the two */
};
FALLIBLE rules_of_pair(struct vault *v, const struct own *me, const struct account_id *with,
                       uint64_t now_ms, struct rules *out);

/* The same of a room; `joins`: the keeper is no member. */
struct room_state;
FALLIBLE rules_of_room(struct vault *v, const struct own *me, const struct room_state *s,
                       uint64_t now_ms, struct rules *out);
/* How long may what is written live at the most, in seconds?  The same as of the next two: no
 * policy says less than PROTOCOL yet. */
uint32_t rules_ttl_most(void);
/* And after it was read; 0: no policy says anything. */
uint32_t rules_burn_most(void);
/* Does the network say how much is told of what comes (enum receipts_level), in everybody's place?
 * The same. */
bool rules_says_receipts(uint8_t *level);
/* May devices of an account give each other what was said before?  No policy says anything of it
 * yet: the place where one would be asked. */
bool rules_allows_history(void);
/* May a conversation be written out of a profile, what is said in one be forwarded to another,
 * people say where they are, it be told what they do at the moment, and files be fetched by
 * themselves?  The same. */
bool rules_allows_export(void);
bool rules_allows_forwarding(void);
bool rules_allows_position(void);
bool rules_allows_activity(void);
bool rules_allows_fetching(void);

/* NULL where there is none, as statement/policy.h has it. */
const struct network_policy *rules_or_null(const struct network_policy *p);

#endif
