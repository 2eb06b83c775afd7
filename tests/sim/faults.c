/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/faults.h"

#include "sim/network.h"
#include "sim/people.h"
#include "sim/server.h"

#define CLOCK_MOST_MS (25 * CLOCK_MINUTE_MS) /* of two, together less than an hour */
#define DAYS_MOST_MS  (30 * CLOCK_HOUR_MS)
#define FULL_MOST_MS  (3 * CLOCK_MINUTE_MS)

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

    world_trace(w, "%s is cut off, ways %zu, for %llu ms", who->name, ways, (unsigned long long)ms);
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
    if (world_rolls(w, &w->machine, KIND_HALF_OPEN, 12))
        network_half(who, dice_once_in(&w->machine, 2) ? WAY_UP : WAY_DOWN);
}

/* ---- machines */

static void make_room(struct world *w, void *subject)
{
    (void)w;
    disk_limit(subject, UINT64_MAX);
}

/* There is room for so much, and soon none; later somebody makes room. */
static void fill(struct world *w, struct disk *d, uint64_t bytes_left, size_t once_in)
{
    if (!world_rolls(w, &w->machine, KIND_FULL, once_in))
        return;
    disk_limit(d, bytes_left);
    world_after(w, 1 + dice_below(&w->machine, FULL_MOST_MS), make_room, d, NULL);
}

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
    fill(w, who->disk, at * 1000, 20);
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
    fill(w, s->disk, at * 2000, 25);
}

/* ---- clocks */

static void move_clock(struct world *w, enum kind k, uint64_t most_ms)
{
    struct person *who = anybody(w);
    int64_t ms = (int64_t)dice_below(&w->machine, most_ms);
    bool ahead = dice_once_in(&w->machine, 2), servers = dice_once_in(&w->machine, 6);

    if (!world_rolls(w, &w->machine, k, 15))
        return;
    ms = ahead ? ms : -ms;
    if (servers)
        w->server.skew_ms = ms;
    else
        who->skew_ms = ms;
    world_trace(w, "%s's clock is off by %lld s", servers ? "the server" : who->name,
                (long long)ms / 1000);
}

void faults_step(struct world *w)
{
    shake_network(w);
    crash_somebody(w);
    crash_server(w);
    move_clock(w, KIND_CLOCK, CLOCK_MOST_MS);
    move_clock(w, KIND_DAYS, DAYS_MOST_MS);
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
