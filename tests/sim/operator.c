/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/operator.h"

#include <stdlib.h>
#include <string.h>

#include "sim/people.h"
#include "sim/server.h"
#include "wire/tacet.pb-c.h"

#define AGAIN_MS (5 * CLOCK_SECOND_MS)
#define LIVES_S  (14 * 24 * 3600) /* an invitation; nobody waits for so long */

/* The id of its request says which order an answer is to. */
static uint64_t id_of(const struct order *o)
{
    return 1 + 3 * o->about + (o->op == OP_REMOVE ? 1u : o->op == OP_POLICY_PUBLISH ? 2u : 0u);
}

static void send(struct world *w, const struct order *o, const void *message)
{
    struct buf body = BUF(LIMIT_FRAME), frame = BUF(LIMIT_FRAME);
    struct frame f = {.op = o->op, .id = id_of(o)};

    frame_pack(message, &body);
    f.body = buf_view(&body);
    frame_write(&f, &frame);
    server_control(w, buf_view(&frame));
    buf_free(&body);
    buf_free(&frame);
}

static void ask(struct world *w, struct order *o)
{
    Tacet__Wire__Invite invite = TACET__WIRE__INVITE__INIT;
    Tacet__Wire__Remove remove = TACET__WIRE__REMOVE__INIT;
    Tacet__Wire__PublishPolicy policy = TACET__WIRE__PUBLISH_POLICY__INIT;
    const char *handle = w->person[o->about]->handle;

    invite.handle = remove.handle = frame_data(bytes_text(handle));
    invite.lives_s = LIVES_S;
    o->sent = true;
    policy.statement = frame_data(buf_view(&w->server.policy));
    send(w, o,
         o->op == OP_INVITE   ? (const void *)&invite
         : o->op == OP_REMOVE ? (const void *)&remove
                              : (const void *)&policy);
}

void operator_asks(struct world *w, enum op op, struct person *about)
{
    struct order *o = calloc(1, sizeof *o);

    invariant(o != NULL);
    *o = (struct order){.op = op, .about = about->index, .next = w->server.orders};
    w->server.orders = o;
    if (w->server.up)
        ask(w, o);
}

/* A second invitation would be in the place of the first. */
static void ask_all(struct world *w, void *subject)
{
    (void)subject;
    for (struct order *o = w->server.orders; o != NULL; o = o->next)
        if (!o->sent)
            ask(w, o);
}

void operator_asks_again(struct world *w)
{
    for (struct order *o = w->server.orders; o != NULL; o = o->next)
        o->sent = false;
    ask_all(w, NULL);
}

static void done(struct world *w, struct order **at, const struct frame *f, struct arena *a)
{
    struct order *o = *at;
    struct person *who = w->person[o->about];
    Tacet__Wire__Invited *m;

    *at = o->next;
    if (o->op == OP_REMOVE) {
        people_removed(who);
    } else if (o->op == OP_POLICY_PUBLISH) {
        world_trace(w, "  the policy is published");
    } else {
        world_must(frame_unpack(f->body, &tacet__wire__invited__descriptor, a, &m), "a link");
        people_invited(who, frame_bytes(m->link));
    }
    free(o);
}

/* A server that was put back may have forgotten who is to be removed. */
static bool is_done(const struct world *w, const struct order *o, uint32_t code)
{
    if (o->op == OP_POLICY_PUBLISH)
        return code == 0 || code == (uint32_t)E_CONFLICT;
    if (o->op != OP_REMOVE)
        return code == 0;
    return code == 0 || code == (uint32_t)E_REMOVED ||
           (code == (uint32_t)E_ABSENT && w->server.restored);
}

void operator_hears(struct world *w, struct bytes frame)
{
    struct arena a = ARENA(4 * LIMIT_FRAME);
    struct order **at = &w->server.orders;
    struct frame f;

    world_must(frame_parse(frame, &a, &f), "an answer to the operator");
    while (*at != NULL && id_of(*at) != f.id)
        at = &(*at)->next;
    if (*at == NULL) {
        arena_free(&a); /* of a life before */
        return;
    }
    if (is_done(w, *at, f.code)) {
        done(w, at, &f, &a);
        w->server.closed = w->server.closed && !operator_rests(w);
    } else {
        for (struct order *o = *at; o != NULL; o = o->next) /* two may be about the same */
            o->sent = o->sent && id_of(o) != f.id;
        world_after(w, AGAIN_MS, ask_all, NULL, &w->server.life);
    }
    arena_free(&a);
}

bool operator_rests(const struct world *w)
{
    return w->server.orders == NULL;
}

void operator_free(struct world *w)
{
    while (w->server.orders != NULL) {
        struct order *o = w->server.orders;

        w->server.orders = o->next;
        free(o);
    }
}
