/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/network.h"

#include <stdlib.h>
#include <string.h>

#include "net/limits.h"
#include "sim/people.h"
#include "sim/server.h"

#define AGAIN_MS 250 /* until what was lost is sent again, the first time */

struct packet {
    struct packet *next;
    uint64_t at_ms;
    bool end; /* the other end has closed: the last that comes */
    size_t n;
    uint8_t bytes[];
};

/* ---- how long something takes */

static uint64_t travel_ms(struct world *w, const struct person *who)
{
    uint64_t ms = who->latency_ms + dice_below(&w->net, w->options.jitter_ms + 1);

    /* Each loss of the same thing doubles the wait. */
    for (uint64_t again = AGAIN_MS; again <= 8 * AGAIN_MS; again *= 2) {
        if (!world_rolls(w, &w->net, KIND_LOSS, 8))
            break;
        ms += again;
    }
    return ms;
}

/* ---- what arrives */

static bool is_blocked(const struct person *who, enum way way)
{
    return who->world->now_ms < who->blocked_until[way];
}

static void drop_all(struct line *l, enum way way)
{
    while (l->way[way].first != NULL) {
        struct packet *p = l->way[way].first;

        l->way[way].first = p->next;
        free(p);
    }
    l->way[way].last = NULL;
    l->way[way].bytes = 0;
}

/* The server's program of back then, if it still runs. */
static bool server_is_there(const struct line *l)
{
    return l->world->server.up && l->server_life == l->world->server.life;
}

static bool person_is_there(const struct line *l)
{
    return l->who->engine != NULL && l->person_life == l->who->life && l->who->line == l;
}

static void hear_end(struct line *l, enum way way)
{
    l->open[!way] = false;
    drop_all(l, way);
    if (way == WAY_UP && server_is_there(l))
        server_line_down(l->world, l);
    if (way == WAY_DOWN && person_is_there(l))
        people_link_down(l->who, E_CLOSED);
}

static void arrive(struct line *l, enum way way);

static void arrive_up(struct world *w, void *subject)
{
    (void)w;
    arrive(subject, WAY_UP);
}

static void arrive_down(struct world *w, void *subject)
{
    (void)w;
    arrive(subject, WAY_DOWN);
}

static void expect(struct line *l, enum way way, uint64_t at_ms)
{
    struct world *w = l->world;

    world_after(w, clock_since(at_ms, w->now_ms), way == WAY_UP ? arrive_up : arrive_down, l, NULL);
}

static void put(struct line *l, enum way way, struct bytes frame, bool end)
{
    struct packet *p = calloc(1, sizeof *p + frame.n);
    uint64_t at_ms = l->world->now_ms + travel_ms(l->world, l->who);

    invariant(p != NULL);
    if (at_ms < l->way[way].last_at_ms)
        at_ms = l->way[way].last_at_ms;
    l->way[way].last_at_ms = at_ms;
    p->at_ms = at_ms;
    p->end = end;
    p->n = frame.n;
    if (frame.n > 0)
        memcpy(p->bytes, frame.at, frame.n);
    if (l->way[way].last == NULL) {
        l->way[way].first = p;
        expect(l, way, at_ms);
    } else {
        l->way[way].last->next = p;
    }
    l->way[way].last = p;
    l->way[way].bytes += p->n;
}

static void hand_over(struct line *l, enum way way, struct bytes frame)
{
    bool there = way == WAY_UP ? server_is_there(l) : person_is_there(l);

    if (!there) { /* a machine that knows nothing of this line says so, if it is on */
        l->open[!way] = false;
        if (way == WAY_UP ? l->world->server.up : l->who->engine != NULL)
            put(l, !way, (struct bytes){0}, true);
        return;
    }
    l->world->outcome->frames++;
    if (way == WAY_UP)
        server_frame(l->world, l, frame);
    else
        people_frame(l->who, frame);
}

/* The first of what is on its way, if its time has come. */
static void arrive(struct line *l, enum way way)
{
    struct packet *p = l->way[way].first;
    struct person *who = l->who;

    if (p == NULL || p->at_ms > l->world->now_ms)
        return;
    if (is_blocked(who, way) || (way == WAY_DOWN && l->world->now_ms < who->slow_until)) {
        uint64_t until = who->blocked_until[way];

        if (way == WAY_DOWN && who->slow_until > until)
            until = who->slow_until;
        expect(l, way, until);
        return;
    }
    l->way[way].first = p->next;
    if (p->next == NULL)
        l->way[way].last = NULL;
    else
        expect(l, way, p->next->at_ms);
    l->way[way].bytes -= p->n;
    if (p->end)
        hear_end(l, way);
    else if (l->open[!way])
        hand_over(l, way, bytes(p->bytes, p->n));
    free(p);
}

void network_send(struct line *l, enum way way, struct bytes frame)
{
    if (!l->open[way])
        return;
    if (l->way[way].bytes + frame.n > NET_PENDING_MAX) { /* it reads too slowly */
        network_close(l, way, false);
        if (way == WAY_DOWN && server_is_there(l))
            server_line_down(l->world, l);
        return;
    }
    put(l, way, frame, false);
}

/* ---- ends */

/* Nothing was heard for so long that whoever still listens gives up. */
static void silence(struct world *w, void *subject)
{
    struct line *l = subject;

    if (l->open[WAY_UP] && l->open[WAY_DOWN])
        return; /* both are there */
    if (l->open[WAY_DOWN]) {
        l->open[WAY_DOWN] = false;
        if (server_is_there(l))
            server_line_down(w, l);
    }
    if (l->open[WAY_UP]) {
        l->open[WAY_UP] = false;
        if (person_is_there(l))
            people_link_down(l->who, E_AGAIN);
    }
}

void network_close(struct line *l, enum way way, bool quietly)
{
    if (!l->open[way])
        return;
    l->open[way] = false;
    if (quietly)
        world_after(l->world, NET_SILENCE_MS, silence, l, NULL);
    else
        put(l, way, (struct bytes){0}, true);
}

void network_half(struct person *who, enum way way)
{
    struct line *l = who->line;

    if (l == NULL || !l->open[WAY_UP] || !l->open[WAY_DOWN])
        return;
    network_close(l, way, true);
    if (way == WAY_DOWN && server_is_there(l))
        server_line_down(l->world, l);
    if (way == WAY_UP && person_is_there(l))
        people_link_down(who, E_CLOSED);
}

void network_reset(struct person *who)
{
    struct line *l = who->line;

    if (l == NULL || !l->open[WAY_UP] || !l->open[WAY_DOWN])
        return;
    for (enum way way = WAY_UP; way <= WAY_DOWN; way++) {
        drop_all(l, way);
        put(l, way, (struct bytes){0}, true);
    }
}

/* ---- trouble */

/* Blocked since then without a break: whoever hears nothing for that long gives up. */
static void silent_for_long(struct world *w, struct person *who, enum way way)
{
    struct line *l = who->line;

    if (l == NULL || !is_blocked(who, way) ||
        clock_since(w->now_ms, who->blocked_since[way]) < NET_SILENCE_MS)
        return;
    if (way == WAY_UP && l->open[WAY_DOWN]) {
        network_close(l, WAY_DOWN, false);
        if (server_is_there(l))
            server_line_down(w, l);
    }
    if (way == WAY_DOWN && l->open[WAY_UP]) {
        network_close(l, WAY_UP, false);
        if (person_is_there(l))
            people_link_down(who, E_AGAIN);
    }
}

static void silent_up(struct world *w, void *subject)
{
    silent_for_long(w, subject, WAY_UP);
}

static void silent_down(struct world *w, void *subject)
{
    silent_for_long(w, subject, WAY_DOWN);
}

void network_block(struct person *who, enum way way, uint64_t ms)
{
    struct world *w = who->world;

    if (!is_blocked(who, way))
        who->blocked_since[way] = w->now_ms;
    if (who->blocked_until[way] < w->now_ms + ms)
        who->blocked_until[way] = w->now_ms + ms;
    world_after(w, NET_SILENCE_MS, way == WAY_UP ? silent_up : silent_down, who, NULL);
}

void network_slow(struct person *who, uint64_t ms)
{
    who->slow_until = who->world->now_ms + ms;
}

void network_mend(struct world *w)
{
    for (size_t i = 0; i < w->people; i++) {
        struct person *who = w->person[i];

        who->slow_until = who->blocked_until[WAY_UP] = who->blocked_until[WAY_DOWN] = w->now_ms;
    }
}

/* ---- connecting */

static void greet(struct world *w, void *subject)
{
    struct line *l = subject;

    (void)w;
    if (person_is_there(l) && l->open[WAY_UP])
        people_link_up(l->who, BYTES(l->binding));
}

static void fail(struct world *w, void *subject)
{
    struct line *l = subject;

    (void)w;
    l->open[WAY_UP] = l->open[WAY_DOWN] = false;
    if (person_is_there(l))
        people_link_down(l->who, E_CLOSED);
}

/* The first word of a connection has come to the server. */
static void knock(struct world *w, void *subject)
{
    struct line *l = subject;
    struct person *who = l->who;

    if (!person_is_there(l))
        return;
    if (is_blocked(who, WAY_UP) || is_blocked(who, WAY_DOWN)) {
        world_after(w, NET_OPENING_MS, fail, l, NULL);
        return;
    }
    if (!w->server.up || w->server.closed) {
        world_after(w, who->latency_ms, fail, l, NULL);
        return;
    }
    l->server_life = w->server.life;
    l->open[WAY_DOWN] = true;
    server_line_up(w, l);
    world_after(w, travel_ms(w, who), greet, l, NULL);
}

void network_connect(struct person *who)
{
    struct world *w = who->world;
    struct line *l = calloc(1, sizeof *l);

    invariant(l != NULL);
    l->older = w->lines;
    w->lines = l;
    l->world = w;
    l->who = who;
    l->person_life = who->life;
    l->open[WAY_UP] = true;
    if (who->line != NULL)
        network_close(who->line, WAY_UP, false);
    who->line = l;
    world_after(w, 2 * travel_ms(w, who), knock, l, NULL);
}

void network_free(struct world *w)
{
    while (w->lines != NULL) {
        struct line *l = w->lines;

        w->lines = l->older;
        drop_all(l, WAY_UP);
        drop_all(l, WAY_DOWN);
        free(l);
    }
}
