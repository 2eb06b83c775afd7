/* SPDX-License-Identifier: Apache-2.0 */
/* healing: scenarios in which something was lost, and comes back by itself. */
#ifndef TACET_TESTS_SCENARIO_HEALING_H
#define TACET_TESTS_SCENARIO_HEALING_H

#include "e2ee/control.h"
#include "scenario/forger.h"
#include "scenario/hostile.h"

extern const struct CMUnitTest healing_resets[], healing_gaps[], healing_vaults[], healing_server[],
    healing_mailboxes[];
extern const size_t healing_resets_n, healing_gaps_n, healing_vaults_n, healing_server_n,
    healing_mailboxes_n;

#define DELIVERIES .op = OP_DELIVER, .form = &tacet__wire__deliver__descriptor

/* tell: what is in the page is lost for good: it is acknowledged, and nothing like it came. */
static inline bool lose(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Deliver *m = body;

    (void)f, (void)a;
    for (size_t i = 0; i < m->n_items; i++, l->at++)
        m->items[i]->sealed = frame_data(BYTES_LITERAL("lost"));
    return true;
}

/* How many uploads has one person sent? */
struct uploads {
    struct person *by;
    unsigned n;
};

static inline bool count_uploads(void *ctx, struct person *who, struct buf *frame)
{
    struct uploads *u = ctx;
    struct arena a = ARENA(2 * LIMIT_FRAME);
    struct frame f;

    u->n += who == u->by && frame_parse(buf_view(frame), &a, &f).code == E_OK && f.op == OP_SEND;
    arena_free(&a);
    return true;
}

/* tell: a bit of each capsule is flipped; at `at`. */
static inline bool spoil(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    Tacet__Wire__Deliver *m = body;

    (void)f, (void)a;
    for (size_t i = 0; i < m->n_items; i++)
        if (m->items[i]->kind == FRAME_CAPSULE)
            lie_flip(&m->items[i]->sealed, l->at);
    return true;
}

/* tell: count capsules in `at`. */
static inline bool count_capsules(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    const Tacet__Wire__Deliver *m = body;

    (void)f, (void)a;
    for (size_t i = 0; i < m->n_items; i++)
        l->at += m->items[i]->kind == FRAME_CAPSULE;
    return true;
}

/* Two who have written to each other. */
static inline void meet(struct person *alice, struct person *bob)
{
    says(alice, bob, "Are you there?");
    sees(bob, alice, "Are you there?");
    says(bob, alice, "I am.");
    sees(alice, bob, "I am.");
}

/* A control message that no engine would send: from by to to. */
static inline void forge_control(struct play *p, struct person *by, struct person *to,
                                 const struct control *c)
{
    struct forgery f;
    struct buf b = BUF(4096);

    forge(&f, p, by, to, "");
    control_write(c, &b);
    f.content = buf_view(&b);
    f.core.type = (uint16_t)c->type;
    f.core.seq = 0;
    memset(f.core.prev, 0, sizeof f.core.prev);
    f.core.ttl_s = CONTROL_TTL_S;
    f.counts = false;
    forge_deliver(&f);
    buf_free(&b);
}

#endif
