/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/power.h"

#include "sim/server.h"

void power_cut(struct world *w, struct disk *d)
{
    bool cut = dice_once_in(&w->machine, 2);

    if (cut || disk_is_off(d))
        disk_restart(d);
    else
        disk_revive(d);
}

static void switch_on(struct world *w, void *subject)
{
    (void)subject;
    server_start(w);
}

static void start_again(struct world *w, void *subject)
{
    (void)subject;
    server_stop(w);
    server_start(w);
}

void power_later(struct world *w, uint64_t ms)
{
    world_after(w, ms, start_again, NULL, &w->server.life);
}

void power_on_later(struct world *w, uint64_t ms)
{
    world_after(w, ms, switch_on, NULL, &w->server.life);
}
