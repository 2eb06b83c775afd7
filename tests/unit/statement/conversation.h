/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conversation: a roster that is in order, with all that it names, for tests that spoil one thing.
 * Nothing here is signed: a verdict is about what was checked before.
 */
#ifndef TACET_TESTS_STATEMENT_CONVERSATION_H
#define TACET_TESTS_STATEMENT_CONVERSATION_H

#include "assert_err.h"
#include "base/clock.h"
#include "people.h"
#include "statement/roster_judge.h"

enum { ME, BOB, THIRD, FOURTH, ACCOUNTS };
enum { NEAR, FAR, NETWORKS };

struct conversation {
    struct network_id nid[NETWORKS];
    struct roster_network network[NETWORKS];
    struct roster_account account[ACCOUNTS];
    struct roster_skipped skipped;
    struct roster roster;
    struct device_list list[ACCOUNTS], next_list[ACCOUNTS];
    struct network_policy policy[NETWORKS], next_policy[NETWORKS];
    struct room_member member[ACCOUNTS];
    struct room_state state;
    struct room_commit commit, next_commit;
    const struct device_list *lists[ACCOUNTS], *lists_after[ACCOUNTS];
    const struct network_policy *policies[NETWORKS], *policies_after[NETWORKS];
    struct roster_question q;
};

/* Account `i` with `devices` devices comes in, of network `network`; accounts rise as they come. */
static inline void conversation_add(struct conversation *c, uint8_t network, size_t devices)
{
    size_t i = c->roster.accounts++;
    uint8_t id = (uint8_t)(i + 1);
    struct device_list *l = &c->list[i];

    *l = (struct device_list){
        .aid = {{id}}, .version = 4, .made_ms = 1, .devices = devices, .hash = {id, 7}};
    for (size_t k = 0; k < devices; k++)
        l->device[k] = (struct device_entry){.did = {{id, (uint8_t)k}}, .role = DEVICE_PLAIN};
    c->account[i] = (struct roster_account){
        .network = network, .aid = l->aid, .list_version = l->version, .list_hash = {id, 7}};
    c->lists[i] = l;
}

/* Network `i` has a policy, and the roster names it. */
static inline void conversation_rule(struct conversation *c, size_t i, enum policy_profile profile)
{
    c->policy[i] = (struct network_policy){.number = 2, .profile = profile, .hash = {5, 5}};
    c->policies[i] = &c->policy[i];
    c->network[i].policy_version = 2;
    memcpy(c->network[i].policy_hash, c->policy[i].hash, NAMES_H32_SIZE);
}

/* Its policy says that account `who` takes part everywhere. */
static inline void conversation_retain(struct conversation *c, size_t i, size_t who, bool strict)
{
    conversation_rule(c, i, POLICY_HYBRID);
    c->policy[i].retains = true;
    c->policy[i].retention = (struct policy_retention){
        .aid = {{(uint8_t)(who + 1)}}, .scope = POLICY_ALL, .strict = strict, .days = 1};
}

static inline void conversation_begin(struct conversation *c)
{
    *c = (struct conversation){.nid = {{{9}}, {{10}}}};
    for (size_t i = 0; i < NETWORKS; i++)
        c->network[i].nid = c->nid[i];
    c->roster = (struct roster){
        .network = c->network, .account = c->account, .skipped = &c->skipped, .networks = 1};
    c->q = (struct roster_question){
        .named = {.list = c->lists, .policy = c->policies},
        .since = {.list = c->lists_after, .policy = c->policies_after},
        .me = {c->nid[NEAR], {{ME + 1}}, {{ME + 1, 1}}},
        .sender = {c->nid[NEAR], {{BOB + 1}}, {{BOB + 1, 0}}},
        .profile = POLICY_HYBRID,
        .seq = 5,
        .message_ms = PEOPLE_NOW_MS,
        .highest = 4,
    };
}

/* Bob writes to me, who have two devices. */
static inline void conversation_pair(struct conversation *c)
{
    conversation_begin(c);
    conversation_add(c, NEAR, 2);
    conversation_add(c, NEAR, 1);
    assert_ok(names_pair_room(&c->nid[NEAR], &c->list[ME].aid, &c->list[BOB].aid, &c->roster.room));
}

/* A room of me, bob who moderates, and one from another network. */
static inline void conversation_room(struct conversation *c)
{
    conversation_begin(c);
    conversation_add(c, NEAR, 2);
    conversation_add(c, NEAR, 1);
    conversation_add(c, FAR, 1);
    c->roster.networks = NETWORKS;
    c->member[ME] = (struct room_member){NEAR, {{ME + 1}}, ROOM_MEMBER, 1};
    c->member[BOB] = (struct room_member){NEAR, {{BOB + 1}}, ROOM_MODERATOR, 1};
    c->member[THIRD] = (struct room_member){FAR, {{THIRD + 1}}, ROOM_MEMBER, 2};
    c->state = (struct room_state){.room = {{77}},
                                   .version = 3,
                                   .networks = NETWORKS,
                                   .network = {c->nid[NEAR], c->nid[FAR]},
                                   .members = 3,
                                   .member = c->member,
                                   .posting = ROOM_POSTING_ALL,
                                   .hash = {3, 3}};
    c->commit = room_commit_of(&c->state, 1);
    c->q.named.state = &c->state;
    c->q.named.commit = &c->commit;
    c->roster.room = c->state.room;
    c->roster.state_version = 3;
    memcpy(c->roster.state_hash, c->state.hash, NAMES_H32_SIZE);
}

static inline struct roster_finding conversation_finding(struct conversation *c)
{
    struct arena a = ARENA(1 << 16);
    struct roster_finding found = {.verdict = 0};

    assert_ok(roster_judge(&c->roster, &c->q, &a, &found));
    arena_free(&a);
    return found;
}

static inline void conversation_verdict(struct conversation *c, enum roster_verdict verdict,
                                        enum roster_cause cause, const char *file, int line)
{
    struct roster_finding found = conversation_finding(c);

    if (found.verdict == verdict && found.cause == cause)
        return;
    print_error("wanted verdict %d for cause %d, got %d for %d\n", (int)verdict, (int)cause,
                (int)found.verdict, (int)found.cause);
    _fail(file, line);
}

#define assert_in_order(c)     conversation_verdict((c), ROSTER_OK, ROSTER_NO_CAUSE, __FILE__, __LINE__)
#define assert_wrong(c, cause) conversation_verdict((c), ROSTER_WRONG, (cause), __FILE__, __LINE__)
#define assert_late(c, cause)  conversation_verdict((c), ROSTER_LATE, (cause), __FILE__, __LINE__)

#endif
