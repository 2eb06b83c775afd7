/* SPDX-License-Identifier: Apache-2.0 */
#include "property/fork.h"

#include <stdio.h>

#include "property/world.h"
#include "scenario/stage_internal.h"

static void name_server(const struct world *w, char path[128])
{
    snprintf(path, 128, "%s/server/tacet.db", w->play->dir);
}

/* The policies are the root's, and in every history. */
static void begin_server(struct world *w)
{
    stage_start_server(w->play);
    edicts_again(&w->edicts, w->play);
    stage_settle(w->play);
}

void fork_put_server_back(struct world *w, const struct snapshot *history)
{
    char path[128];

    name_server(w, path);
    snapshot_put_back(history, path);
    w->rolled_back = true;
    begin_server(w);
}

static void cut_off(struct world *w)
{
    for (size_t i = 0; i < w->devices; i++)
        stage_cut_off(w->who[i], w->fork.is && !(w->fork.here & 1u << world_owner(w, i)));
}

static void begin(struct world *w)
{
    char path[128];

    name_server(w, path);
    server_dies(w->play);
    snapshot_take(&w->fork.other, path);
    w->fork.is = true;
    w->fork.here = 1 + (unsigned)dice_below(&w->dice, (1u << w->people) - 2); /* not all */
    cut_off(w);
    begin_server(w);
    w->counts->lie[LIE_FORK]++;
}

static void change(struct world *w)
{
    struct snapshot now = {0};
    char path[128];

    name_server(w, path);
    server_dies(w->play);
    snapshot_take(&now, path);
    w->fork.here ^= (1u << w->people) - 1;
    cut_off(w);
    fork_put_server_back(w, &w->fork.other);
    snapshot_free(&w->fork.other);
    w->fork.other = now;
}

void fork_turn(struct world *w)
{
    schedule_trace("  histories: %s\n", w->fork.is ? "the other" : "two from now on");
    if (w->fork.is)
        change(w);
    else
        begin(w);
}

void fork_end(struct world *w)
{
    if (!w->fork.is)
        return;
    if (dice_once_in(&w->dice, 2))
        change(w);
    w->fork.is = false;
    w->rolled_back = true;
    cut_off(w);
    snapshot_free(&w->fork.other);
}
