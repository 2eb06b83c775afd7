/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/doings.h"

#include <string.h>

#include "client/engine_internal.h"
#include "sim/people.h"
#include "sim/world.h"

#define LOOKS 6 /* at the newest messages */

/* What a person says once holds for all devices of theirs, and may be forgotten with a vault. */
static bool wants_it_told(struct person *who)
{
    struct command on = {.kind = COMMAND_ACTIVITY, .number = 1};
    bool told;

    world_must(engine_activity(who->engine, &told), "asking what is told");
    return told || (people_order(who, &on) == E_OK && who->engine != NULL);
}

/* Whoever was written to of late begins to answer. */
static bool choose(struct world *w, struct person **who, struct person **with)
{
    size_t back = 1 + dice_below(&w->doing, LOOKS);
    const struct said *s;

    if (back > w->ledger.n)
        return false;
    s = &w->ledger.said[w->ledger.n - back];
    *who = w->person[s->to];
    *with = w->person[s->from]->first;
    return (*who)->engine != NULL && (*who)->joined;
}

void doings_step(struct world *w)
{
    struct command c = {.kind = COMMAND_TELL_ACTIVITY,
                        .number = dice_once_in(&w->doing, 3) ? PAYLOAD_HERE : PAYLOAD_TYPING};
    struct person *who, *with;

    if (!world_rolls(w, &w->doing, KIND_ACTIVITY, 2) || !choose(w, &who, &with))
        return;
    c.handle = bytes_text(with->handle);
    w->doings.said[who->first->index][with->index]++;
    if (wants_it_told(who))
        (void)people_order(who, &c);
}

static struct person *find(struct world *w, const char *handle)
{
    for (size_t i = 0; i < w->people; i++)
        if (strcmp(w->person[i]->handle, handle) == 0)
            return w->person[i]->first;
    return NULL;
}

void doings_hear(struct world *w, struct person *who, const struct event *e)
{
    const struct person *by = find(w, e->contact.handle);

    world_trace(w, "  %s hears that %s does something", who->name, e->contact.handle);
    if (by == NULL || e->message.contact != e->contact.number ||
        ++w->doings.heard[by->index][who->index] > w->doings.said[by->index][who->first->index])
        ledger_break(w, WRONG_HEARSAY, "%s is told that %s does something, who has not said so",
                     who->name, e->contact.handle);
}
