/* SPDX-License-Identifier: Apache-2.0 */
/* assembly: a room of ada, who moderates and has two devices, bob, and cyd from another network. */
#ifndef TACET_TESTS_STATEMENT_ASSEMBLY_H
#define TACET_TESTS_STATEMENT_ASSEMBLY_H

#include <stdlib.h>

#include "people.h"
#include "statement/room_state.h"

#define ASSEMBLY_MEMBERS 8

/* A state that owns its members, to be changed. */
struct draft {
    struct room_state s;
    struct room_member member[ASSEMBLY_MEMBERS];
};

struct assembly {
    struct network_id nid, other_nid;
    struct key directory;
    struct person ada, bob, cyd;
    struct draft genesis;
    struct buf statement;
};

static inline int assembly_order(const void *x, const void *y)
{
    const struct room_member *a = x, *b = y;

    return a->network != b->network ? a->network - b->network
                                    : memcmp(a->aid.b, b->aid.b, sizeof a->aid.b);
}

/* The place of a network among those of the draft. */
static inline uint8_t draft_network(const struct draft *d, const struct network_id *nid)
{
    uint8_t i = 0;

    while (!ID_SAME(d->s.network[i], *nid))
        i++;
    return i;
}

static inline void draft_add(struct draft *d, const struct network_id *nid,
                             const struct account_id *aid, enum room_role role)
{
    assert_true(d->s.members < ASSEMBLY_MEMBERS);
    d->member[d->s.members++] =
        (struct room_member){draft_network(d, nid), *aid, role, d->s.version};
    qsort(d->member, d->s.members, sizeof d->member[0], assembly_order);
    d->s.member = d->member;
}

static inline struct room_member *draft_find(struct draft *d, const struct account_id *aid)
{
    for (size_t i = 0; i < d->s.members; i++)
        if (ID_SAME(d->member[i].aid, *aid))
            return &d->member[i];
    return NULL;
}

/* With its network, if it was the last of it: of our two, the other one is left. */
static inline void draft_remove(struct draft *d, const struct account_id *aid)
{
    struct room_member *m = draft_find(d, aid);
    uint8_t network;
    size_t left = 0;

    assert_non_null(m);
    network = m->network;
    memmove(m, m + 1, (size_t)(&d->member[--d->s.members] - m) * sizeof *m);
    for (size_t i = 0; i < d->s.members; i++)
        left += d->member[i].network == network;
    if (left > 0)
        return;
    d->s.network[0] = d->s.network[1 - network];
    d->s.networks = 1;
    d->s.home = 0;
    for (size_t i = 0; i < d->s.members; i++)
        d->member[i].network = 0;
}

static inline void assembly_begin(struct assembly *a)
{
    struct draft *g = &a->genesis;

    *a = (struct assembly){.statement = BUF(ROOM_STATE_MAX_SIZE)};
    a->nid = people_network("example.org");
    a->other_nid = people_network("example.net");
    a->directory = key_new(2);
    a->ada = person_new(&a->nid, 10, 2);
    a->bob = person_new(&a->nid, 20, 1);
    a->cyd = person_new(&a->other_nid, 30, 1);
    g->s = (struct room_state){.seed = {5},
                               .version = 1,
                               .made_ms = PEOPLE_NOW_MS,
                               .signer = {a->nid, a->ada.aid, a->ada.did[0]},
                               .networks = 2,
                               .ttl_s = 86400,
                               .posting = ROOM_POSTING_ALL,
                               .name_box = BYTES_LITERAL("sealed name")};
    g->s.network[0] = ID_RISES(a->nid, a->other_nid) ? a->nid : a->other_nid;
    g->s.network[1] = ID_RISES(a->nid, a->other_nid) ? a->other_nid : a->nid;
    g->s.home = draft_network(g, &a->nid);
    draft_add(g, &a->nid, &a->ada.aid, ROOM_MODERATOR);
    draft_add(g, &a->nid, &a->bob.aid, ROOM_MEMBER);
    draft_add(g, &a->other_nid, &a->cyd.aid, ROOM_MEMBER);
    assert_ok(room_state_sign(&g->s, a->ada.dsk[0].secret, &a->statement));
}

static inline void assembly_end(struct assembly *a)
{
    key_free(&a->directory);
    person_free(&a->ada);
    person_free(&a->bob);
    person_free(&a->cyd);
    buf_free(&a->statement);
}

#endif
