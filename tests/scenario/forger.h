/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forger: messages that no honest engine would seal, from a member's own keys and channel, brought
 * by a server that helps.
 */
#ifndef TACET_TESTS_SCENARIO_FORGER_H
#define TACET_TESTS_SCENARIO_FORGER_H

#include "e2ee/seal.h"
#include "scenario/lies.h"
#include "statement/roster.h"

struct forgery {
    struct play *play;
    struct person *by, *to;        /* whose keys and channel; the channel is open already */
    const struct identity *signer; /* by's own */
    struct core core;
    struct wrap wrap;
    struct bytes content;
    struct roster_account account[3]; /* sorted when it is delivered */
    struct roster_skipped skipped[1];
    size_t accounts, skips;
    struct roster roster; /* the rest of it */
    struct roster_network network;
    uint8_t profile;      /* the channel's */
    bool counts;          /* by's stream goes on from here, as if an engine had sealed it */
    bool other_key;       /* this device alone is given the key that it opens with */
    uint64_t received_ms; /* when the server got it, it says */
};

/* An honest message, to be changed. */
void forge(struct forgery *f, struct play *p, struct person *by, struct person *to,
           const char *text);
/* An account as a roster names it. */
struct roster_account forge_account(const struct account_id *aid, const struct device_list *list);
/* Seal it, with a digest of content and roster that fits; deliver it, and answer for the roster. */
void forge_deliver(struct forgery *f);

/* Deliver a capsule for `to`, in the name and with the keys that `from` says. */
void forge_capsule(const struct identity *from, struct person *to, uint64_t made_ms);

/* The next two versions of who's device list, dated now: another device comes in, and then revokes
 * the one that who has. */
void forge_revocation(struct play *p, struct person *who, struct buf list[2]);

/* Publish the next version of who's device list, the same but for its date. */
void forge_next_list(struct play *p, struct person *who);

#endif
