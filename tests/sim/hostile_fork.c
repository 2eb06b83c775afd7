/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two histories of the server: each of the people is shown one of them, in turn with the others.
 * In the end one is everybody's, and what was accepted in the other is lost.
 */
#include "sim/hostile_internal.h"
#include "sim/operator.h"
#include "sim/server.h"

#define FORK_ONCE_IN 8 /* steps: it begins, and the other has its turn */
#define END_ONCE_IN  4 /* turns */

bool hostile_shows(const struct world *w, const struct person *to)
{
    const struct hostile *h = w->hostile;

    return h->fork.other == NULL || to->index >= h->fork.people ||
           (h->fork.here >> to->index & 1) != 0;
}

static void begin(struct hostile *h)
{
    struct world *w = h->world;

    if (!w->server.up || !operator_rests(w) || !hostile_all_have_joined(w))
        return;
    server_stop(w);
    h->fork.other = disk_snapshot(w->server.disk);
    h->fork.of_ms = w->now_ms;
    h->fork.people = w->people;
    h->fork.removed = hostile_how_many_leave(w);
    h->fork.listed_ms = w->server.listed_ms;
    h->fork.here = 1 + dice_below(&h->dice.fork, (UINT64_C(1) << w->people) - 2); /* not all */
    world_trace(w, "  server: two histories from now on; this one is shown to %llx",
                (unsigned long long)h->fork.here);
    server_start(w);
}

static void put(struct hostile *h, const struct disk_image *history)
{
    struct world *w = h->world;
    bool ran = w->server.up;

    server_stop(w);
    disk_roll_back(w->server.disk, history);
    kin_went_back(w, h->fork.of_ms);
    h->rolled_back = true;
    if (ran)
        server_start(w);
}

static void change(struct hostile *h)
{
    struct world *w = h->world;
    struct disk_image *now;

    if (!w->server.up)
        return;
    world_trace(w, "  server: the other history");
    server_stop(w);
    now = disk_snapshot(w->server.disk);
    h->fork.here ^= (UINT64_C(1) << h->fork.people) - 1;
    put(h, h->fork.other);
    server_start(w);
    disk_image_free(h->fork.other);
    h->fork.other = now;
    h->fork.of_ms = w->now_ms;
}

static void forget(struct hostile *h)
{
    world_trace(h->world, "  server: one history, for everybody");
    disk_image_free(h->fork.other);
    h->fork.other = NULL;
}

static void end(struct hostile *h)
{
    if (dice_once_in(&h->dice.fork, 2))
        put(h, h->fork.other);
    forget(h);
}

/* Who joins or is removed, or changes a list, does so in one history, which is the one that stays.
 */
static bool is_another_network(const struct hostile *h)
{
    return h->world->people != h->fork.people ||
           hostile_how_many_leave(h->world) != h->fork.removed ||
           h->world->server.listed_ms != h->fork.listed_ms;
}

void hostile_fork(struct hostile *h)
{
    bool now = hostile_lies(h, &h->dice.fork, KIND_FORK, FORK_ONCE_IN);

    if (h->fork.other != NULL && is_another_network(h))
        forget(h);
    else if (now && h->fork.other == NULL)
        begin(h);
    else if (now && dice_once_in(&h->dice.fork, END_ONCE_IN))
        end(h);
    else if (now)
        change(h);
}

void hostile_fork_end(struct hostile *h)
{
    if (h->fork.other == NULL)
        return;
    if (is_another_network(h))
        forget(h);
    else
        end(h);
}
