/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/lives.h"

#include "sim/people.h"
#include "sim/world.h"

#define ARENA_MAX (4 << 20)
#define LOOKS     6 /* at the newest messages of a conversation */

struct timers lives_choose(struct world *w)
{
    static const uint32_t seconds[] = {5, 30, 120, 600, 3600};
    struct timers t = {0};

    if (!options_has(&w->options, KIND_TIMERS) || !dice_once_in(&w->life, 3))
        return t;
    w->outcome->faults[KIND_TIMERS]++;
    if (dice_once_in(&w->life, 2))
        t.ttl_s = seconds[dice_below(&w->life, 5)];
    else
        t.burn_s = seconds[dice_below(&w->life, 4)];
    return t;
}

bool lives_is_short(const struct said *s)
{
    return s->timers.ttl_s + s->timers.burn_s > 0;
}

static void read_one(struct world *w, struct person *who, const struct contact *c,
                     const struct message *m)
{
    struct command read = {
        .kind = COMMAND_READ, .handle = bytes_text(c->handle), .number = m->place};
    size_t number = ledger_number(w, m->text);

    if (people_order(who, &read) != E_OK || who->engine == NULL || number == SIZE_MAX)
        return;
    world_trace(w, "  %s reads #%zu", who->name, number);
    w->ledger.said[number].at[who->index].read_ms = w->now_ms;
}

void lives_step(struct world *w)
{
    struct arena a = ARENA(ARENA_MAX);
    struct person *who = w->person[dice_below(&w->life, w->people)];
    struct person *with = w->person[dice_below(&w->life, w->people)]->first;
    size_t skip = dice_below(&w->life, LOOKS);
    struct message m = {.place = UINT64_MAX};
    struct contact c;

    if (!options_has(&w->options, KIND_TIMERS) || who->engine == NULL || !who->joined ||
        people_by_handle(who->vault, bytes_text(with->handle), &c).code != E_OK)
        return;
    for (size_t i = 0; i <= skip; i++)
        if (messages_last(who->vault, c.number, m.place - 1, &a, &m).code != E_OK)
            goto out;
    if (!m.mine && !m.read)
        read_one(w, who, &c, &m);
out:
    arena_free(&a);
}

/* ---- what is wrong */

/* Clocks that were set while a program did not run hide how long that was. */
static uint64_t slack_ms(const struct world *w)
{
    return options_has(&w->options, KIND_CLOCK) ? 90 * CLOCK_MINUTE_MS : CLOCK_MINUTE_MS;
}

static bool is_over(const struct world *w, uint64_t from_ms, uint32_t lives_s)
{
    return lives_s > 0 && from_ms > 0 &&
           w->now_ms > from_ms + (uint64_t)lives_s * CLOCK_SECOND_MS + slack_ms(w);
}

void lives_shown(struct world *w, struct person *who, const struct said *s, size_t number)
{
    if (is_over(w, s->at_ms, s->timers.ttl_s))
        ledger_break(w, WRONG_OUTLIVED, "#%zu is shown to %s, when its time is over", number,
                     who->name);
}

/* For who wrote it the time from reading on begins when the server has it. */
void lives_look_at(struct world *w, struct person *in, const struct message *m,
                   const struct said *s, size_t number)
{
    uint64_t read_ms = w->person[s->from] == in ? s->accepted_ms : s->at[in->index].read_ms;

    if (m->text.n > 0 && (is_over(w, s->at_ms, s->timers.ttl_s) ||
                          (m->state != DELIVERY_FAILED && is_over(w, read_ms, s->timers.burn_s))))
        ledger_break(w, WRONG_OUTLIVED, "#%zu stands with %s, when its time is over", number,
                     in->name);
}

bool lives_gave_up(const struct world *w, const struct person *who)
{
    for (size_t i = 0; i < w->ledger.n; i++) {
        const struct said *s = &w->ledger.said[i];

        if (lives_is_short(s) &&
            (w->person[s->to] == who->first || w->person[s->from]->first == who->first))
            return true;
    }
    return false;
}
