/* SPDX-License-Identifier: Apache-2.0 */
#include "property/schedule.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "property/promises.h"
#include "property/seeded.h"
#include "property/traitor.h"
#include "scenario/stage_internal.h"

#define STEPS_MOST 40
#define HEAL_MS    (30 * CLOCK_HOUR_MS)
#define SEVERAL_IN 8 /* seeds: of so many the last has a person with two devices */

/* ---- what is said of it */

void schedule_trace(const char *format, ...)
{
    va_list list;

    if (getenv("TRACE") == NULL)
        return;
    va_start(list, format);
    (void)vfprintf(stderr, format, list);
    va_end(list);
}

void schedule_print(const struct schedule_counts *c)
{
    static const char *const names[LIES] = {
        "dropped",          "repeated",         "held back",         "damaged",
        "replayed",         "out of order",     "stalled",           "prekeys swapped",
        "hidden",           "gone back",        "histories forked",  "devices inserted",
        "accounts swapped", "members inserted", "bots inserted",     "strange capsules",
        "left out",         "without keeper",   "rosters with more", "keys that differ",
        "other signers"};

    printf("schedules %" PRIu64 ", messages %" PRIu64 ", arrived %" PRIu64 ", failed %" PRIu64
           ", vaults restored %" PRIu64 ", servers rolled back %" PRIu64
           ", parked for good %" PRIu64 ", with a second device %" PRIu64 ", with a keeper %" PRIu64
           ", copies kept %" PRIu64 "\nlies:",
           c->schedules, c->messages, c->arrived, c->failed, c->restored, c->rolled_back, c->parked,
           c->several, c->kept, c->copied);
    for (size_t i = 0; i < LIES; i++)
        printf("%s %s %" PRIu64, i == 0 ? "" : ",", names[i], c->lie[i]);
    printf("\n");
}

/* ---- what may happen */

/* Was `i` told that the handle is somebody else's now?  Then nothing is sent there. */
static bool is_changed(const struct world *w, size_t i, size_t of)
{
    struct contact c;

    return people_by_handle(w->who[i]->vault, bytes_text(w->who[of]->handle), &c).code == E_OK &&
           c.changed;
}

static void speak(struct world *w, size_t from, size_t to)
{
    struct said *s = &w->said[w->n];

    if (!stage_is_running(w->who[from]) || is_changed(w, from, to))
        return;
    *s = (struct said){
        .from = from, .to = to, .life = w->life[from], .kept = edicts_newest(&w->edicts)->retains};
    snprintf(s->text, sizeof s->text, "%zu to %zu, number %zu", from, to, w->n);
    w->n++;
    schedule_trace("  says %s\n", s->text);
    says(w->who[from], w->who[to], s->text);
}

static void speak_somehow(struct world *w)
{
    size_t from = dice_below(&w->dice, w->people);
    size_t to = (from + 1 + dice_below(&w->dice, w->people - 1)) % w->people;

    if (w->n < SCHEDULE_MESSAGES)
        speak(w, from, to);
}

static void come_or_go(struct world *w, size_t i)
{
    if (stage_is_running(w->who[i]))
        leaves(w->who[i]);
    else
        returns(w->who[i]);
}

/* A copy of a vault is made, or put back, as whoever restores a backup does. */
static void copy_vault(struct world *w, size_t i)
{
    bool was = stage_is_running(w->who[i]);

    if (was)
        leaves(w->who[i]);
    if (!snapshot_is_taken(&w->vault[i])) {
        snapshot_take(&w->vault[i], w->who[i]->path);
    } else if (!snapshot_is_same(&w->vault[i], w->who[i]->path)) {
        stage_forward(w->play, CLOCK_SECOND_MS); /* it takes its time, see PROTOCOL 10 V2 */
        snapshot_put_back(&w->vault[i], w->who[i]->path);
        w->life[i]++;
        w->counts->restored++;
    }
    if (was)
        returns(w->who[i]);
}

static void copy_server(struct world *w)
{
    char path[128];

    snprintf(path, sizeof path, "%s/server/tacet.db", w->play->dir);
    server_dies(w->play);
    if (!snapshot_is_taken(&w->server)) {
        snapshot_take(&w->server, path);
        server_comes_back(w->play);
        return;
    }
    fork_put_server_back(w, &w->server);
    w->counts->rolled_back++;
}

static void let_time_pass(struct world *w)
{
    static const uint64_t spans[] = {CLOCK_SECOND_MS, CLOCK_MINUTE_MS, 20 * CLOCK_MINUTE_MS,
                                     2 * CLOCK_HOUR_MS, 26 * CLOCK_HOUR_MS};

    stage_forward(w->play, spans[dice_below(&w->dice, sizeof spans / sizeof spans[0])]);
}

/* A person looks up again whom they know already. */
static void ask_who_is(struct world *w, size_t i, size_t other)
{
    if (stage_is_running(w->who[i]) && engine_is_ready(stage_engine(w->who[i])))
        looks_up(w->play, w->who[i], w->who[other]->handle);
}

static void second_steps(struct world *w)
{
    size_t second = w->people;

    if (w->devices == w->people || !dice_once_in(&w->kin, 3))
        return;
    switch (dice_below(&w->kin, 6)) {
    case 0:
        come_or_go(w, second);
        break;
    case 1:
        stage_hang_up(w->who[second]);
        break;
    default:
        if (w->n < SCHEDULE_MESSAGES)
            speak(w, second, 1 + dice_below(&w->kin, w->people - 1));
        break;
    }
}

/* A traitor's rosters are those of people with one device. */
static void betray(struct world *w, size_t i)
{
    size_t other = (i + 1 + dice_below(&w->dice, w->people - 1)) % w->people;

    if (w->devices == w->people || (i != 0 && other != 0))
        traitor_betrays(w, i, other);
}

static void step(struct world *w)
{
    size_t i = dice_below(&w->dice, w->people);
    size_t what = dice_below(&w->dice, 23);

    schedule_trace("%llu s: step %zu, %s\n",
                   (unsigned long long)(stage_now(w->play) - START_MS) / CLOCK_SECOND_MS, what,
                   stage_handle(w->who[i]));
    switch (what) {
    case 0:
        come_or_go(w, i);
        break;
    case 1:
    case 2:
        let_time_pass(w);
        break;
    case 3:
        w->liar.stalled = w->liar.stalled == NULL ? w->who[i] : NULL;
        break;
    case 4:
        stage_hang_up(w->who[i]);
        break;
    case 5:
        if (dice_once_in(&w->dice, 4))
            copy_vault(w, i);
        break;
    case 6:
        if (dice_once_in(&w->dice, 4))
            copy_server(w);
        break;
    case 7:
        if (stage_is_running(w->who[i]))
            stage_crash_at(w->who[i], 1 + (unsigned)dice_below(&w->dice, 6));
        break;
    case 8:
    case 10:
        betray(w, i);
        break;
    case 9:
        if (dice_once_in(&w->dice, 4))
            fork_turn(w);
        else if (dice_once_in(&w->dice, 2))
            edicts_publish(&w->edicts, w->play, &w->dice);
        break;
    case 11:
        ask_who_is(w, i, (i + 1 + dice_below(&w->dice, w->people - 1)) % w->people);
        break;
    default:
        speak_somehow(w);
        break;
    }
    second_steps(w);
    stage_settle(w->play);
    liar_settle(&w->liar, false);
}

/* ---- and then the server behaves */

static void everybody_is_there(struct world *w)
{
    for (size_t i = 0; i < w->devices; i++) {
        stage_crash_at(w->who[i], 0);
        stage_hang_up(w->who[i]);
        if (!stage_is_running(w->who[i]))
            returns(w->who[i]);
    }
}

/* Who was told that a handle is somebody else's now, asks again. */
static void everybody_asks(struct world *w)
{
    for (size_t i = 0; i < w->devices; i++)
        for (size_t j = 0; j < w->people; j++) {
            if (world_owner(w, i) != j && is_changed(w, i, j))
                looks_up(w->play, w->who[i], w->who[j]->handle);
        }
}

static void heal(struct world *w)
{
    fork_end(w);
    liar_settle(&w->liar, true);
    liar_stop(&w->liar);
    everybody_is_there(w);
    for (size_t sweep = 0; sweep < WORLD_SWEEPS; sweep++) {
        stage_forward(w->play, HEAL_MS);
        everybody_asks(w);
        for (size_t i = 0; i < w->devices; i++)
            for (size_t j = 0; j < w->people; j++)
                if (world_owner(w, i) != j)
                    speak(w, i, j);
    }
    stage_forward(w->play, HEAL_MS);
}

/* ---- all of it */

/* The first of them has another device, and knows of it. */
static void add_device(struct world *w, uint64_t seed)
{
    w->kin = dice_for(seed, "second device");
    w->who[w->devices++] = stage_second_device(w->who[0], "second");
    leaves(w->who[0]);
    returns(w->who[0]);
    w->counts->several++;
}

static void begin(struct world *w, uint64_t seed, struct schedule_counts *counts)
{
    static const char *const names[SCHEDULE_PEOPLE] = {"alice", "bob", "carol"};
    bool kept;

    *w = (struct world){.play = play_begin(), .dice = {seed}, .counts = counts};
    w->play->drawn = dice_roll(&w->dice);
    kept = dice_once_in(&w->dice, 6);
    w->people = kept || dice_once_in(&w->dice, 10) ? SCHEDULE_PEOPLE : 2;
    for (size_t i = 0; i < w->people; i++)
        w->who[i] = joins(w->play, names[i]);
    w->devices = w->people;
    if (seed % SEVERAL_IN == SEVERAL_IN - 1)
        add_device(w, seed);
    if (kept)
        w->edicts.keeper = w->who[w->people - 1];
    if (dice_once_in(&w->dice, 2))
        edicts_publish(&w->edicts, w->play, &w->dice);
    w->liar =
        (struct liar){.play = w->play, .dice = &w->dice, .edicts = &w->edicts, .lies = counts->lie};
    liar_begin(&w->liar, w->who, w->devices);
}

static void end(struct world *w)
{
    w->counts->schedules++;
    w->counts->kept += w->edicts.n > 0;
    liar_free(&w->liar);
    edicts_free(&w->edicts);
    for (size_t i = 0; i < w->people; i++)
        snapshot_free(&w->vault[i]);
    snapshot_free(&w->server);
    play_end(w->play);
}

void schedule_run(uint64_t seed, struct schedule_counts *counts)
{
    static struct world w;
    size_t steps;

    seeded_begin(seed);
    begin(&w, seed, counts);
    steps = 4 + dice_below(&w.dice, STEPS_MOST);
    for (size_t i = 0; i < steps; i++)
        step(&w);
    heal(&w);
    promises_check(&w);
    end(&w);
}
