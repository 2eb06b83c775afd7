/* SPDX-License-Identifier: Apache-2.0 */
#include "property/schedule.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "property/liar.h"
#include "property/seeded.h"
#include "property/snapshot.h"
#include "scenario/stage_internal.h"

#define STEPS_MOST   40
#define HEAL_MS      (30 * CLOCK_HOUR_MS)
#define TEXT_MAX     80
#define SWEEPS       2 /* a message each way, and time to ask and to answer */
#define MESSAGES_MAX (SCHEDULE_MESSAGES + SWEEPS * SCHEDULE_PEOPLE * (SCHEDULE_PEOPLE - 1))

/* One message that somebody said. */
struct said {
    size_t from, to;
    char text[TEXT_MAX];
    unsigned life; /* of the sender's vault: it may have been put back since */
};

struct world {
    struct play *play;
    struct dice dice;
    struct liar liar;
    struct person *who[SCHEDULE_PEOPLE];
    size_t people;
    unsigned life[SCHEDULE_PEOPLE];
    bool told_restored[SCHEDULE_PEOPLE], rolled_back;
    struct snapshot vault[SCHEDULE_PEOPLE], server;
    struct said said[MESSAGES_MAX];
    size_t n;
    struct schedule_counts *counts;
};

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

/* ---- what may happen */

static void speak(struct world *w, size_t from, size_t to)
{
    struct said *s = &w->said[w->n];

    if (!stage_is_running(w->who[from]))
        return;
    *s = (struct said){.from = from, .to = to, .life = w->life[from]};
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
    } else {
        snapshot_put_back(&w->server, path);
        w->rolled_back = true;
        w->counts->rolled_back++;
    }
    server_comes_back(w->play);
}

static void let_time_pass(struct world *w)
{
    static const uint64_t spans[] = {CLOCK_SECOND_MS, CLOCK_MINUTE_MS, 20 * CLOCK_MINUTE_MS,
                                     2 * CLOCK_HOUR_MS, 26 * CLOCK_HOUR_MS};

    stage_forward(w->play, spans[dice_below(&w->dice, sizeof spans / sizeof spans[0])]);
}

static void step(struct world *w)
{
    size_t i = dice_below(&w->dice, w->people);
    size_t what = dice_below(&w->dice, 16);
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
    default:
        speak_somehow(w);
        break;
    }
    stage_settle(w->play);
    liar_settle(&w->liar, false);
}

/* ---- and then the server behaves */

static void everybody_is_there(struct world *w)
{
    for (size_t i = 0; i < w->people; i++) {
        stage_crash_at(w->who[i], 0);
        stage_hang_up(w->who[i]);
        if (!stage_is_running(w->who[i]))
            returns(w->who[i]);
    }
}

static void heal(struct world *w)
{
    liar_settle(&w->liar, true);
    liar_stop(&w->liar);
    everybody_is_there(w);
    for (size_t sweep = 0; sweep < SWEEPS; sweep++) {
        stage_forward(w->play, HEAL_MS);
        for (size_t i = 0; i < w->people; i++)
            for (size_t j = 0; j < w->people; j++)
                if (i != j)
                    speak(w, i, j);
    }
    stage_forward(w->play, HEAL_MS);
}

/* ---- what must be so */

/* How often a text stands in the conversation of `in` with `with`, and the state of mine. */
static unsigned copies(struct world *w, size_t in, size_t with, const char *text, bool mine,
                       struct message *last)
{
    struct contact c;
    struct message m;
    struct arena a = ARENA(1 << 20);
    unsigned n = 0;
    struct err err = people_by_handle(w->who[in]->vault, bytes_text(w->who[with]->handle), &c);

    if (err.code == E_ABSENT)
        return 0;
    assert_ok(err);
    for (uint64_t after = 0;; after = m.place) {
        err = messages_next(w->who[in]->vault, c.number, after, &a, &m);
        if (err.code == E_ABSENT)
            break;
        assert_ok(err);
        if (m.mine == mine && bytes_same(m.text, bytes_text(text))) {
            n++;
            *last = m;
        }
    }
    arena_free(&a);
    return n;
}

static void check_one(struct world *w, const struct said *s)
{
    struct message mine = {0}, theirs = {0};
    unsigned kept = copies(w, s->from, s->to, s->text, true, &mine);
    unsigned came = copies(w, s->to, s->from, s->text, false, &theirs);

    w->counts->messages++;
    w->counts->arrived += came;
    if (came > 1)
        fail_msg("\"%s\" came %u times", s->text, came);
    for (size_t i = 0; i < w->people; i++)
        for (size_t j = 0; j < w->people; j++)
            if (i != j && (i != s->to || j != s->from) &&
                copies(w, i, j, s->text, false, &theirs) > 0)
                fail_msg("\"%s\" came to %zu, as if from %zu", s->text, i, j);
    if (kept == 0) { /* the sender's vault was put back to before it */
        assert_true(s->life < w->life[s->from]);
        return;
    }
    if (mine.state == DELIVERY_FAILED) {
        w->counts->failed++;
        return;
    }
    if (mine.state != DELIVERY_ACCEPTED)
        fail_msg("\"%s\" is %s in the end", s->text, delivery_name(mine.state));
    if (came == 0 && w->life[s->to] == 0 && s->life == w->life[s->from])
        fail_msg("\"%s\" was accepted and never came", s->text);
    if (came == 0)
        assert_true(w->told_restored[s->to] || w->told_restored[s->from] || w->rolled_back);
}

static void check_all(struct world *w)
{
    for (size_t i = 0; i < w->people; i++) {
        uint64_t outgoing, parked;

        assert_ok(engine_waiting(stage_engine(w->who[i]), &outgoing, &parked));
        w->counts->parked += parked;
        if (outgoing != 0)
            fail_msg("%zu has %llu messages that were not sent", i, (unsigned long long)outgoing);
        if (parked != 0 && !w->liar.junk)
            fail_msg("%zu cannot open %llu items", i, (unsigned long long)parked);
        w->told_restored[i] = stage_heard(w->who[i], PROBLEM_RESTORED);
        /* A server that was set back itself has no word of what came after. */
        if (w->life[i] > 0 && !w->told_restored[i] && !w->rolled_back)
            fail_msg("%zu was not told that the vault was restored", i);
    }
    for (size_t i = 0; i < w->n; i++)
        check_one(w, &w->said[i]);
}

void schedule_run(uint64_t seed, struct schedule_counts *counts)
{
    static const char *names[SCHEDULE_PEOPLE] = {"alice", "bob", "carol"};
    static struct world w;
    size_t steps;

    seeded_begin(seed);
    w = (struct world){.play = play_begin(), .dice = {seed}, .counts = counts};
    w.play->drawn = dice_roll(&w.dice);
    w.people = dice_once_in(&w.dice, 4) ? SCHEDULE_PEOPLE : 2;
    for (size_t i = 0; i < w.people; i++)
        w.who[i] = joins(w.play, names[i]);
    liar_begin(&w.liar, w.play, &w.dice);
    steps = 4 + dice_below(&w.dice, STEPS_MOST);
    for (size_t i = 0; i < steps; i++)
        step(&w);
    heal(&w);
    check_all(&w);
    counts->schedules++;
    counts->lies += w.liar.lies;
    liar_free(&w.liar);
    for (size_t i = 0; i < w.people; i++)
        snapshot_free(&w.vault[i]);
    snapshot_free(&w.server);
    play_end(w.play);
}
