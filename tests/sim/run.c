/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/run.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "sim/actions.h"
#include "sim/backups.h"
#include "sim/doings.h"
#include "sim/edicts.h"
#include "sim/faults.h"
#include "sim/hostile.h"
#include "sim/lives.h"
#include "sim/losing.h"
#include "sim/operator.h"
#include "sim/past.h"
#include "sim/plants.h"
#include "sim/world.h"

#define SETTLE_MS (10 * CLOCK_MINUTE_MS)
#define DRAIN_MS  (3 * CLOCK_HOUR_MS)
#define REPAIR_MS (30 * CLOCK_HOUR_MS) /* what was lost to a lie is asked for day by day */

static uint64_t pause_ms(struct world *w)
{
    size_t kind = dice_below(&w->act, 40);
    uint64_t most = kind == 0   ? 26 * CLOCK_HOUR_MS
                    : kind == 1 ? CLOCK_HOUR_MS
                    : kind < 5  ? CLOCK_MINUTE_MS
                                : w->options.pace_ms;

    return 1 + dice_below(&w->act, most);
}

/* All trouble ends; who is away comes back; what waits is sent, asked for and taken. */
static void heal(struct world *w)
{
    bool repairs = options_heals(&w->options) || w->server.restored;
    uint64_t drain_ms = repairs ? REPAIR_MS : DRAIN_MS;

    faults_end(w);
    hostile_stop(w);
    losing_end(w);
    actions_everybody_back(w);
    world_run_until(w, w->now_ms + SETTLE_MS);
    kin_tidy(w);
    if (!operator_rests(w))
        ledger_break(w, WRONG_STUCK, "the operator waits for an answer");
    for (size_t i = 0; i < (repairs ? 2u : 1u); i++) {
        world_run_until(w, w->now_ms + drain_ms);
        actions_sweep(w);
        circles_sweep(w);
    }
    world_run_until(w, w->now_ms + drain_ms);
}

void run_here(const struct options *o, struct outcome *out)
{
    struct world *w;

    plants_begin(o->plant);
    w = world_new(o, out);
    actions_begin(w);
    world_run_until(w, w->now_ms + 20 * (o->latency_ms + 20));
    for (unsigned i = 0; i < o->steps; i++) {
        actions_step(w);
        remarks_step(w);
        lives_step(w);
        doings_step(w);
        kin_step(w);
        past_step(w);
        losing_step(w);
        circles_step(w);
        faults_step(w);
        backups_step(w);
        edicts_step(w);
        hostile_step(w);
        world_run_until(w, w->now_ms + pause_ms(w));
    }
    heal(w);
    ledger_check(w);
    out->virtual_ms = w->now_ms - WORLD_START_MS;
    out->finished = true;
    world_free(w);
}

bool run_failed(const struct outcome *out)
{
    if (!out->finished)
        return true;
    for (size_t i = 0; i < WRONGS; i++)
        if (out->wrong[i] > 0)
            return true;
    return false;
}

void run_apart(const struct options *o, struct outcome *out)
{
    struct outcome *shared =
        mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    int status = 0;
    pid_t child;

    if (shared == MAP_FAILED)
        abort();
    fflush(NULL);
    child = fork();
    if (child == 0) {
        run_here(o, shared);
        exit(0); /* in good order: a sanitizer looks for what was not freed */
    }
    if (child < 0 || waitpid(child, &status, 0) != child)
        abort();
    *out = *shared;
    if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
        out->finished = false;
        snprintf(out->why, sizeof out->why, "the program stopped: %s %d",
                 WIFSIGNALED(status) ? "signal" : "code",
                 WIFSIGNALED(status) ? WTERMSIG(status) : WEXITSTATUS(status));
    }
    munmap(shared, sizeof *shared);
}
