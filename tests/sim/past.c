/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/past.h"

#include "base/reader.h"
#include "client/people.h"
#include "sim/backups.h"
#include "sim/people.h"

#define GIVE_ONCE_IN 8 /* steps */
#define LOOK_MOST_MS 20000
#define KEPT_MAX     (1 << 20)
#define ARENA_MAX    (4 << 20)

enum side { GIVES, TAKES };

static uint64_t bit(const struct person *who)
{
    return UINT64_C(1) << who->index;
}

static bool is_there(const struct person *who)
{
    return who->joined && !backups_is_gone(who) && !who->leaving && !who->kin.leaving &&
           who->kin.listed;
}

/* ---- what there is to give */

static void note(struct person *to, const struct message *m)
{
    size_t number = ledger_number(to->world, m->text);

    if ((m->notes & (MESSAGE_UNREADABLE | MESSAGE_DEVICES | MESSAGE_COPY)) == 0 &&
        (!m->mine || m->state == DELIVERY_ACCEPTED) && number != SIZE_MAX)
        buf_u64(&to->past.kept, number);
}

/* In the giver's vault, of people whom it knows. */
static void look_at_what_is_kept(struct person *to)
{
    struct vault *v = to->past.from->vault;
    struct contact c = {.number = 0};
    struct arena a = ARENA(ARENA_MAX);

    buf_free(&to->past.kept);
    to->past.kept = BUF(KEPT_MAX);
    while (people_next(v, c.number, &c).code == E_OK) {
        struct message m = {.place = 0};

        while (c.known && messages_next(v, c.number, m.place, &a, &m).code == E_OK) {
            note(to, &m);
            arena_free(&a);
        }
    }
    arena_free(&a);
}

/* ---- wishes */

static void look(struct world *w, void *subject);

static void look_later(struct person *to)
{
    struct world *w = to->world;

    world_after(w, 1 + dice_below(&w->past, LOOK_MOST_MS), look, to, NULL);
}

/* A vault that was put back since has it no more. */
static void forget_given(struct person *to)
{
    struct ledger *l = &to->world->ledger;

    for (size_t i = 0; i < l->n && to->restored != to->past.restored; i++)
        l->said[i].given &= ~bit(to);
}

/* Nothing of it is asked for any more. */
static void forget(struct person *to, const char *why)
{
    world_trace(to->world, "  %s is given nothing more: %s", to->name, why);
    to->past.from = NULL;
}

/* Told in this life of its program, it was kept; unless it was refused. */
static void ask(struct person *to, enum side side)
{
    struct person *by = side == GIVES ? to->past.from : to,
                  *with = side == GIVES ? to : to->past.from;
    uint64_t life = by->life;
    enum err_code code;

    if (by->engine == NULL || to->past.asked_life[side] == life + 1)
        return;
    if (side == GIVES && to->past.kept.max == 0) {
        to->past.giver_restored = by->restored;
        look_at_what_is_kept(to);
    }
    code = people_about_device(by, side == GIVES ? COMMAND_GIVE : COMMAND_TAKE, &with->kin.did);
    world_trace(to->world, "  %s is told to %s: %s", by->name, side == GIVES ? "give" : "take",
                err_name(code));
    if (code == E_OK && to->past.from != NULL)
        to->past.asked_life[side] = life + 1;
}

static void look(struct world *w, void *subject)
{
    struct person *to = subject;

    (void)w;
    if (to->past.from == NULL)
        return;
    look_later(to);
    if (!is_there(to) || !is_there(to->past.from)) {
        forget(to, "one of the two is to go");
        return;
    }
    ask(to, GIVES);
    if (to->past.from != NULL)
        ask(to, TAKES);
}

static struct person *who_gives(struct world *w, const struct person *to)
{
    size_t from = dice_below(&w->past, w->people);

    for (size_t i = 0; i < w->people; i++) {
        struct person *who = w->person[(from + i) % w->people];

        if (who != to && who->first == to->first && is_there(who))
            return who;
    }
    return NULL;
}

void past_step(struct world *w)
{
    struct person *to = w->person[dice_below(&w->past, w->people)], *from;

    if (!world_rolls(w, &w->past, KIND_GIVE_HISTORY, GIVE_ONCE_IN) || to->past.from != NULL ||
        !is_there(to))
        return;
    from = who_gives(w, to);
    if (from == NULL)
        return;
    world_trace(w, "%s is to give %s what was said before", from->name, to->name);
    forget_given(to);
    past_free(to);
    to->past = (struct past){.from = from,
                             .restored = to->restored,
                             .begun = to->past.begun + 1 + (from->past.begun > 1)};
    look(w, to);
}

/* ---- how it goes */

static struct person *who_has(struct world *w, const struct device_id *did)
{
    for (size_t i = 0; i < w->people; i++)
        if (w->person[i]->kin.named && ID_SAME(w->person[i]->kin.did, *did))
            return w->person[i];
    return NULL;
}

/* It is all there, one of the two says: a bit for each message that was to come. */
static void is_given(struct person *to)
{
    struct ledger *l = &to->world->ledger;
    struct reader r = reader(buf_view(&to->past.kept));

    forget_given(to);
    if (to->past.giver_restored == to->past.from->restored)
        while (reader_left(&r) > 0)
            l->said[reader_u64(&r)].given |= bit(to);
    to->past.restored = to->restored;
    forget(to, "it has all");
}

void past_heard(struct person *who, const struct event *e)
{
    struct world *w = who->world;
    struct person *with = who_has(w, &e->history.with);
    struct person *to = e->history.giving ? with : who, *from = e->history.giving ? who : with;

    world_trace(w, "  %s hears of history: %d, %llu of %llu, %s", who->name, (int)e->history.phase,
                (unsigned long long)e->history.done, (unsigned long long)e->history.of,
                err_name(e->code));
    if (e->history.giving && e->history.phase == HISTORY_GOES_ON)
        kin_in_force(who);
    if (!e->history.giving && e->history.phase == HISTORY_OFFERED && to->past.from == from)
        to->past.asked_life[TAKES] = 0; /* what they agreed to holds for a day */
    if (e->history.phase != HISTORY_ENDED || to == NULL || to->past.from != from)
        return;
    if (e->code == E_OK)
        is_given(to);
    else if (e->code == E_REMOVED)
        forget(to, "one of the two was removed");
    else if (e->code == E_EXPIRED)
        to->past.asked_life[GIVES] = to->past.asked_life[TAKES] = 0;
    else
        ledger_break(w, WRONG_ALARM, "what was given to %s is refused: %s", to->name,
                     err_name(e->code));
}

/* ---- in the end */

void past_look_at(struct person *who, const struct message *m)
{
    if ((m->notes & MESSAGE_HISTORY) != 0 && who->past.begun == 0)
        ledger_break(who->world, WRONG_UNEXPECTED, "%s keeps what nobody gave it", who->name);
    if ((m->notes & MESSAGE_UNPROVED) != 0)
        ledger_break(who->world, WRONG_UNDETECTED, "%s keeps what nobody signed", who->name);
}

static void check_given(struct world *w, const struct said *s, size_t number)
{
    for (size_t i = 0; i < w->people; i++) {
        const struct person *to = w->person[i];

        if ((s->given >> i & 1) != 0 && to->engine != NULL && s->from != i &&
            to->restored == to->past.restored && s->at[i].came == 0)
            ledger_break(w, WRONG_LOST, "#%zu was given to %s, and is not there", number, to->name);
    }
}

void past_check(struct world *w)
{
    bool late = options_heals(&w->options) || w->server.restored;

    for (size_t i = 0; i < w->people; i++) {
        const struct person *to = w->person[i];

        if (to->past.from != NULL && is_there(to) && is_there(to->past.from) && !late)
            ledger_break(w, WRONG_STUCK, "%s does not get what %s gives", to->name,
                         to->past.from->name);
    }
    for (size_t i = 0; i < w->ledger.n; i++)
        check_given(w, &w->ledger.said[i], i);
}

void past_free(struct person *who)
{
    buf_free(&who->past.kept);
}
