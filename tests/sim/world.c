/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/world.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "property/seeded.h"
#include "sim/edicts.h"
#include "sim/hostile.h"
#include "sim/network.h"
#include "sim/people.h"
#include "sim/server.h"

#define MOMENTS_MOST 1000000 /* in one run: a world that never rests is a mistake */

/* ---- saying */

void world_trace(const struct world *w, const char *format, ...)
{
    va_list list;

    if (!w->options.trace)
        return;
    printf("%10.3f ", (double)(w->now_ms - WORLD_START_MS) / 1000);
    va_start(list, format);
    (void)vprintf(format, list);
    va_end(list);
    putchar('\n');
}

void world_must(struct err err, const char *what)
{
    if (err.code == E_OK)
        return;
    fprintf(stderr, "the simulator cannot go on: %s: %s at %s\n", what, err_name(err.code),
            err.where);
    abort();
}

bool world_rolls(struct world *w, struct dice *d, enum kind k, size_t n)
{
    /* Rolled in any case: without this kind, the others stay as they were. */
    bool rolled = dice_once_in(d, n);

    if (!rolled || w->calm || !options_has(&w->options, k))
        return false;
    w->outcome->faults[k]++;
    return true;
}

/* ---- what is going to happen: a heap, the earliest on top */

static bool is_before(const struct moment *a, const struct moment *b)
{
    return a->at_ms != b->at_ms ? a->at_ms < b->at_ms : a->order < b->order;
}

static void swap(struct moment *a, struct moment *b)
{
    struct moment m = *a;

    *a = *b;
    *b = m;
}

static void rise(struct moment *heap, size_t i)
{
    while (i > 0 && is_before(&heap[i], &heap[(i - 1) / 2])) {
        swap(&heap[i], &heap[(i - 1) / 2]);
        i = (i - 1) / 2;
    }
}

static void sink(struct moment *heap, size_t n)
{
    size_t i = 0;

    for (;;) {
        size_t least = i, left = 2 * i + 1, right = left + 1;

        if (left < n && is_before(&heap[left], &heap[least]))
            least = left;
        if (right < n && is_before(&heap[right], &heap[least]))
            least = right;
        if (least == i)
            return;
        swap(&heap[i], &heap[least]);
        i = least;
    }
}

void world_after(struct world *w, uint64_t ms, moment_run *run, void *subject, const uint64_t *life)
{
    if (w->moments == w->room) {
        w->room = w->room == 0 ? 256 : 2 * w->room;
        w->heap = realloc(w->heap, w->room * sizeof *w->heap);
        invariant(w->heap != NULL);
    }
    w->heap[w->moments] = (struct moment){.at_ms = w->now_ms + ms,
                                          .order = ++w->order,
                                          .run = run,
                                          .subject = subject,
                                          .life_now = life,
                                          .life = life == NULL ? 0 : *life};
    rise(w->heap, w->moments++);
}

static struct moment take_first(struct world *w)
{
    struct moment first = w->heap[0];

    w->heap[0] = w->heap[--w->moments];
    sink(w->heap, w->moments);
    return first;
}

void world_run_until(struct world *w, uint64_t at_ms)
{
    for (size_t i = 0; w->moments > 0 && w->heap[0].at_ms <= at_ms; i++) {
        struct moment m = take_first(w);

        if (i == MOMENTS_MOST) {
            ledger_break(w, WRONG_STUCK, "the world does not come to rest");
            break;
        }
        if (m.at_ms > w->now_ms)
            w->now_ms = m.at_ms;
        if (m.life_now == NULL || *m.life_now == m.life)
            m.run(w, m.subject);
    }
    if (at_ms > w->now_ms)
        w->now_ms = at_ms;
}

/* ---- beginning and end */

static struct err draw(void *ctx, uint8_t *out, size_t n)
{
    struct dice *d = ctx;

    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)(dice_roll(d) >> 56);
    return OK;
}

struct world *world_new(const struct options *o, struct outcome *outcome)
{
    struct world *w = calloc(1, sizeof *w);

    invariant(w != NULL);
    seeded_begin(o->seed);
    disk_begin_run(o->seed);
    w->options = *o;
    w->outcome = outcome;
    w->now_ms = WORLD_START_MS;
    w->act = dice_for(o->seed, "act");
    w->net = dice_for(o->seed, "net");
    w->machine = dice_for(o->seed, "machine");
    w->lie = dice_for(o->seed, "lie");
    w->own = dice_for(o->seed, "own");
    w->care = dice_for(o->seed, "care");
    w->rule = dice_for(o->seed, "rule");
    w->secret = dice_for(o->seed, "secret");
    w->kin = dice_for(o->seed, "kin");
    w->past = dice_for(o->seed, "past");
    w->lose = dice_for(o->seed, "lose");
    w->circle = dice_for(o->seed, "circle");
    w->remark = dice_for(o->seed, "remark");
    w->life = dice_for(o->seed, "life");
    w->doing = dice_for(o->seed, "doing");
    w->random = (struct random){draw, &w->own};
    w->hostile = hostile_new(w);
    server_found(w);
    return w;
}

void world_free(struct world *w)
{
    for (size_t i = 0; i < w->people; i++)
        people_free(w->person[i]);
    edicts_free(w);
    server_free(w);
    network_free(w);
    hostile_free(w->hostile);
    ledger_free(&w->ledger);
    circles_free(w);
    remarks_free(w);
    free(w->heap);
    free(w);
}
