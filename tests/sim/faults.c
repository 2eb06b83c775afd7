/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/faults.h"

#include "sim/network.h"
#include "sim/people.h"
#include "sim/server.h"

static struct person *anybody(struct world *w)
{
    return w->person[dice_below(&w->machine, w->people)];
}

/* Mostly short, now and then for minutes. */
static uint64_t span_ms(struct world *w)
{
    static const uint64_t most[] = {200, 2000, 20000, 200000};

    return 1 + dice_below(&w->machine, most[dice_below(&w->machine, 4)]);
}

/* ---- the network */

static void partition(struct world *w, struct person *who)
{
    size_t ways = 1 + dice_below(&w->machine, 3);
    uint64_t ms = span_ms(w);

    world_trace(w, "%s is cut off, ways %zu, for %llu ms", who->handle, ways,
                (unsigned long long)ms);
    if (ways & 1)
        network_block(who, WAY_UP, ms);
    if (ways & 2)
        network_block(who, WAY_DOWN, ms);
}

static void flap_again(struct world *w, void *subject)
{
    struct person *who = subject;
    enum way way = dice_once_in(&w->machine, 2) ? WAY_UP : WAY_DOWN;

    if (w->calm)
        return;
    network_block(who, way, 1 + dice_below(&w->machine, 3000));
    if (!dice_once_in(&w->machine, 10))
        world_after(w, 1 + dice_below(&w->machine, 6000), flap_again, who, NULL);
}

static void shake_network(struct world *w)
{
    struct person *who = anybody(w);
    uint64_t ms = span_ms(w);

    if (world_rolls(w, &w->machine, KIND_PARTITION, 8))
        partition(w, who);
    if (world_rolls(w, &w->machine, KIND_FLAP, 30))
        flap_again(w, who);
    if (world_rolls(w, &w->machine, KIND_RESET, 8))
        network_reset(who);
    if (world_rolls(w, &w->machine, KIND_SLOW, 12))
        network_slow(who, ms);
    if (world_rolls(w, &w->machine, KIND_HALF_OPEN, 12) && who->line != NULL)
        network_close(who->line, dice_once_in(&w->machine, 2) ? WAY_UP : WAY_DOWN, true);
}

/* ---- machines */

static void crash_somebody(struct world *w)
{
    struct person *who = anybody(w);
    uint64_t at = 1 + dice_below(&w->machine, 30), in = 1 + dice_below(&w->machine, 8);

    if (world_rolls(w, &w->machine, KIND_CRASH, 8))
        who->crash_in = (unsigned)in;
    if (world_rolls(w, &w->machine, KIND_DISK_CRASH, 8))
        disk_crash_at(who->disk, at);
    if (world_rolls(w, &w->machine, KIND_SYNC, 20))
        disk_fail_sync(who->disk, 1 + at % 4);
    if (world_rolls(w, &w->machine, KIND_FULL, 20))
        disk_limit(who->disk, at * 1000);
    else if (dice_once_in(&w->machine, 4))
        disk_limit(who->disk, UINT64_MAX);
}

static void crash_server(struct world *w)
{
    struct server_node *s = &w->server;
    uint64_t at = 1 + dice_below(&w->machine, 60);

    if (world_rolls(w, &w->machine, KIND_SERVER_CRASH, 12)) {
        if (dice_once_in(&w->machine, 2))
            server_crash(w, dice_once_in(&w->machine, 2));
        else
            s->crash_before_release = true;
    }
    if (world_rolls(w, &w->machine, KIND_DISK_CRASH, 12))
        disk_crash_at(s->disk, at);
    if (world_rolls(w, &w->machine, KIND_SYNC, 25))
        disk_fail_sync(s->disk, 1 + at % 4);
    if (world_rolls(w, &w->machine, KIND_FULL, 25))
        disk_limit(s->disk, at * 2000);
    else if (dice_once_in(&w->machine, 3))
        disk_limit(s->disk, UINT64_MAX);
}

/* ---- clocks */

static int64_t jump_ms(struct world *w)
{
    static const uint64_t most[] = {2000, 120000, 45 * CLOCK_MINUTE_MS, 30 * CLOCK_HOUR_MS};
    int64_t ms = (int64_t)dice_below(&w->machine, most[dice_below(&w->machine, 4)]);

    return dice_once_in(&w->machine, 2) ? ms : -ms;
}

static void move_clocks(struct world *w)
{
    struct person *who = anybody(w);
    int64_t ms = jump_ms(w);

    if (!world_rolls(w, &w->machine, KIND_CLOCK, 15))
        return;
    if (dice_once_in(&w->machine, 6)) {
        w->server.skew_ms = ms;
        world_trace(w, "the server's clock is off by %lld s", (long long)ms / 1000);
    } else {
        who->skew_ms = ms;
        world_trace(w, "%s's clock is off by %lld s", who->handle, (long long)ms / 1000);
    }
}

void faults_step(struct world *w)
{
    shake_network(w);
    crash_somebody(w);
    crash_server(w);
    move_clocks(w);
}

static void make_well(struct disk *d)
{
    disk_crash_at(d, 0);
    disk_fail_sync(d, 0);
    disk_limit(d, UINT64_MAX);
}

void faults_end(struct world *w)
{
    w->calm = true;
    network_mend(w);
    make_well(w->server.disk);
    w->server.crash_before_release = false;
    w->server.skew_ms = 0;
    for (size_t i = 0; i < w->people; i++) {
        struct person *who = w->person[i];

        make_well(who->disk);
        who->crash_in = 0;
        who->skew_ms = 0;
    }
}
