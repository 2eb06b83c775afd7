/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a run: what stands in all vaults, beside what was said. */
#include <inttypes.h>
#include <string.h>

#include "sim/backups.h"
#include "sim/edicts.h"
#include "sim/hostile.h"
#include "sim/lives.h"
#include "sim/reserve.h"
#include "sim/world.h"

#define ARENA_MAX (4 << 20)

/* Told though nothing of the kind was done: what an honest world may not bring up. */
static const enum problem ALARMS[] = {
    PROBLEM_DAMAGED,    PROBLEM_RECIPIENTS, PROBLEM_KEY_CHANGED, PROBLEM_RESTORED, PROBLEM_OLD_SELF,
    PROBLEM_OLD_SERVER, PROBLEM_OVER,       PROBLEM_GIVEN_UP,    PROBLEM_OLD_KEYS, PROBLEM_KEEPER,
    PROBLEM_HISTORY,    PROBLEM_TWO_LISTS,  PROBLEM_ROOM_FORKED,
};

/* ---- one vault */

struct look {
    struct world *w;
    struct person *in;
    size_t with; /* whose conversation: their first device */
    /* by the device that sent: the number that came last in it, and one; 0: none yet; and the same
     * of what was given */
    size_t last_from[OPTIONS_DEVICES_MOST], last_given[OPTIONS_DEVICES_MOST];
};

/* What was forgotten with a disk is sealed again, and what is sealed to a prekey of the backup that
 * has gone since is asked for: both come behind what was said later. */
static bool may_be_late(const struct world *w)
{
    return options_heals(&w->options) || w->server.restored;
}

/* What a second device gives stands before what the first one gave. */
static void look_at_order(struct look *at, const struct message *m, const struct said *s,
                          size_t number)
{
    bool given = (m->notes & MESSAGE_HISTORY) != 0;
    size_t *last = given ? &at->last_given[s->from] : &at->last_from[s->from];

    if (given && at->in->past.begun > 1)
        return;

    if (*last > number + 1 && !may_be_late(at->w))
        ledger_break(at->w, WRONG_REORDERED, "#%zu stands behind #%zu with %s", number, *last - 1,
                     at->in->name);
    *last = number + 1;
}

/* What was shown with something at another device is no news at this one. */
static void note_notes(struct look *at, const struct message *m)
{
    if ((m->notes & MESSAGE_HISTORY) == 0)
        at->w->ledger.of[at->in->index].notes |= m->notes;
}

/* By this device, or another one of its account. */
static void look_at_mine(struct look *at, const struct message *m, struct said *s, size_t number)
{
    const struct person *from = at->w->person[s->from];
    bool elsewhere = (m->notes & MESSAGE_ELSEWHERE) != 0;

    if (from->first != at->in->first || elsewhere != (from != at->in) || s->to != at->with)
        ledger_break(at->w, WRONG_UNEXPECTED, "#%zu stands as said by %s", number, at->in->name);
    if (elsewhere) {
        s->at[at->in->index].came++;
        note_notes(at, m);
        look_at_order(at, m, s, number);
        return;
    }
    s->kept++;
    s->state = m->state;
    s->code = m->code;
}

static void look_at_theirs(struct look *at, const struct message *m, struct said *s, size_t number)
{
    struct world *w = at->w;
    size_t from = w->person[s->from]->first->index;

    if (at->in->first == edicts_keeper(w) && s->to != at->in->first->index && from == at->with &&
        (m->notes & MESSAGE_COPY) != 0) {
        s->at[at->in->index].copied++;
        return;
    }
    if (s->to != at->in->first->index || from != at->with) {
        ledger_break(w, WRONG_UNEXPECTED, "#%zu stands with %s as if from %zu", number,
                     at->in->name, at->with);
        return;
    }
    s->at[at->in->index].came++;
    note_notes(at, m);
    look_at_order(at, m, s, number);
}

static void look_at_message(struct look *at, const struct message *m)
{
    size_t number = ledger_number(at->w, m->text);
    struct said *s = number == SIZE_MAX ? NULL : &at->w->ledger.said[number];

    if ((m->notes & MESSAGE_DEVICES) != 0) { /* no message */
        losing_noted(at->in, at->w->person[at->with]->first, m);
        return;
    }
    past_look_at(at->in, m);
    if (remarks_look_at(at->w, at->in, m))
        return;
    if (s == NULL) {
        ledger_break(at->w, WRONG_UNEXPECTED, "%s keeps what nobody said", at->in->name);
        return;
    }
    lives_look_at(at->w, at->in, m, s, number);
    if (m->mine)
        look_at_mine(at, m, s, number);
    else
        look_at_theirs(at, m, s, number);
}

static size_t index_of(const struct world *w, const char *handle)
{
    for (size_t i = 0; i < w->people; i++)
        if (strcmp(w->person[i]->handle, handle) == 0)
            return i;
    return SIZE_MAX;
}

static void look_at_conversation(struct look *at, const struct contact *c)
{
    struct arena a = ARENA(ARENA_MAX);
    struct message m;

    at->with = index_of(at->w, c->handle);
    memset(at->last_from, 0, sizeof at->last_from);
    memset(at->last_given, 0, sizeof at->last_given);
    for (uint64_t after = 0;; after = m.place) {
        struct err err = messages_next(at->in->vault, c->number, after, &a, &m);

        if (err.code == E_ABSENT)
            break;
        world_must(err, "reading a conversation");
        look_at_message(at, &m);
        arena_free(&a);
    }
    arena_free(&a);
}

static void look_at_vault(struct world *w, struct person *who)
{
    struct look at = {.w = w, .in = who};
    struct contact c = {.number = 0};

    for (;;) {
        struct err err = people_next(who->vault, c.number, &c);

        if (err.code == E_ABSENT)
            return;
        world_must(err, "reading contacts");
        look_at_conversation(&at, &c);
    }
}

/* ---- strangers */

/* Whoever never learned who the sender is cannot ask for a capsule that was lost to a lie, or
 * sealed to a prekey that only a server that was put back still had: there is nobody to ask.  It is
 * told that something cannot be opened, and that is all. */
static bool is_stranger(const struct world *w, const struct person *to, size_t from)
{
    struct contact c;

    return (w->options.hostile || w->ledger.of[to->index].old_prekey) &&
           (w->ledger.of[to->index].problems >> PROBLEM_PARKED & 1) != 0 &&
           w->person[from]->first != to->first &&
           (people_by_handle(to->vault, bytes_text(w->person[from]->handle), &c).code != E_OK ||
            !c.known);
}

/* Copies come from strangers, too: whoever keeps them has a conversation with neither of the two,
 * and asks none with whom it has none [PROTOCOL 5.4]. */
static bool hears_from_strangers(const struct world *w, const struct person *who)
{
    for (size_t i = 0; i < w->ledger.n; i++) {
        const struct said *s = &w->ledger.said[i];

        if ((s->to == who->first->index || (s->must_copy && who->first == edicts_keeper(w))) &&
            is_stranger(w, who, s->from))
            return true;
    }
    return false;
}

/* ---- one person */

/* One to oneself that has no other device any more is given up, and its place with it. */
static bool a_note_failed(const struct world *w)
{
    for (size_t i = 0; i < w->ledger.n; i++)
        if (w->person[w->ledger.said[i].from]->first == w->person[w->ledger.said[i].to] &&
            w->ledger.said[i].code == E_DENIED)
            return true;
    return false;
}

static void check_person(struct world *w, struct person *who)
{
    uint64_t outgoing, parked, problems = w->ledger.of[who->index].problems;
    /* A server that was put back leaves gaps, and they are shown; so is what was said before there
     * was this device; and what was given up, to whoever keeps copies, and in rooms. */
    bool given_up = circles_gave_up(w, who) || remarks_gave_up(w, who) || lives_gave_up(w, who);
    bool gaps = w->server.restored || who != who->first || given_up ||
                (who->first == edicts_keeper(w) && a_note_failed(w));
    uint32_t lies = MESSAGE_FORKED | MESSAGE_RESTART | (gaps ? 0 : MESSAGE_GAP);

    if (!backups_is_gone(who) && !engine_is_drained(who->engine))
        ledger_break(w, WRONG_STUCK, "%s is not connected in the end", who->name);
    world_must(engine_waiting(who->engine, &outgoing, &parked), "counting");
    if (parked > 0 && !w->ledger.of[who->index].refused && !backups_is_gone(who) &&
        !hostile_left_junk(w, who) && !hears_from_strangers(w, who))
        ledger_break(w, WRONG_UNDECRYPTABLE, "%s cannot open %" PRIu64 " items", who->name, parked);
    if (options_heals(&w->options))
        return;
    /* Whoever keeps copies is told of what was said before there was a policy; and others of
     * a place in a stream that was given up when a server was put back, which hands out old keys of
     * whoever was not there since. */
    if (who->first == edicts_keeper(w) || w->server.restored || given_up)
        problems &= ~(UINT64_C(1) << PROBLEM_OVER);
    if (w->server.restored)
        problems &= ~(UINT64_C(1) << PROBLEM_OLD_KEYS);
    /* Until its prekey is there, nobody can write to whoever keeps copies and has a device more. */
    if (kin_has_several(edicts_keeper(w)))
        problems &= ~(UINT64_C(1) << PROBLEM_KEEPER);
    if (circles_are_split(w))
        problems &= ~(UINT64_C(1) << PROBLEM_ROOM_FORKED);
    for (size_t i = 0; i < sizeof ALARMS / sizeof ALARMS[0]; i++)
        if ((problems >> ALARMS[i] & 1) != 0)
            ledger_break(w, ALARMS[i] == PROBLEM_DAMAGED ? WRONG_UNDECRYPTABLE : WRONG_ALARM,
                         "%s was told of problem %d", who->name, (int)ALARMS[i]);
    if ((w->ledger.of[who->index].notes & lies) != 0)
        ledger_break(w, WRONG_ALARM, "%s was shown notes %u", who->name,
                     w->ledger.of[who->index].notes);
}

/* ---- one message */

/* Why it may have failed; to oneself, where there is no other device any more. */
static bool may_fail(struct world *w, const struct said *s)
{
    return w->person[s->to]->removed || w->person[s->to]->leaving ||
           backups_is_gone(w->person[s->from]) || backups_forgot(w->person[s->to]) ||
           (w->person[s->from]->first == w->person[s->to] && s->code == E_DENIED) ||
           options_has(&w->options, KIND_DAYS) || hostile_may_fail(w, s);
}

/* Whoever has to have it, as far as they and the server could. */
/* What a vault that was wiped or lost held, its program had told. */
static bool nobody_can_look(const struct person *who)
{
    return who->kin.wiped || who->losing.lost;
}

static bool must_come(struct world *w, const struct said *s, const struct person *to)
{
    bool accepted =
        nobody_can_look(w->person[s->from]) ? s->accepted_ms != 0 : s->state == DELIVERY_ACCEPTED;

    return (s->must >> to->index & 1) != 0 && accepted &&
           !kin_is_refused(w->person[s->from], s->accepted_ms) && !backups_is_gone(to) &&
           !kin_was_forgotten(to) && !backups_explains(w, s, to->index);
}

static bool is_no_member(const struct person *first)
{
    return first->removed || first->unknown;
}

/* What another device of the same account wrote is sealed again under a roster of both accounts:
 * there is none when the other one is no member any more. */
static bool cannot_come_again(const struct world *w, const struct said *s, const struct person *to)
{
    return w->person[s->from]->first == to->first && is_no_member(w->person[s->to]) &&
           may_be_late(w);
}

static void check_arrival(struct world *w, const struct said *s, size_t number,
                          const struct person *to)
{
    const struct person *from = w->person[s->from];

    if (s->at[to->index].came > 1)
        ledger_break(w, WRONG_DUPLICATED, "#%zu stands %u times with %s", number,
                     s->at[to->index].came, to->name);
    if (s->at[to->index].came > 0)
        return;
    if (s->at[to->index].shown > 0 && to->restored == 0)
        ledger_break(w, WRONG_LOST, "#%zu was shown to %s and is gone", number, to->name);
    else if (must_come(w, s, to) && !hostile_explains(w, s, to) && !is_stranger(w, to, s->from) &&
             !cannot_come_again(w, s, to))
        ledger_break(w, WRONG_LOST, "#%zu from %s was accepted, and %s never saw it", number,
                     from->name, to->name);
}

/* What was said under the policy came to whoever keeps copies, too, and once; a copy that has to be
 * sealed again cannot be when one of the two is no member any more: no roster has them.  Nor can
 * one of a note to oneself when there is no other device any more that it would be for.  What a
 * stranger sealed to a prekey that has gone, a keeper can as little ask for as others. */
static void check_copy(struct world *w, const struct said *s, size_t number,
                       const struct person *keeper)
{
    const struct person *from = w->person[s->from], *to = w->person[s->to];
    bool gone = backups_is_gone(from);
    bool alone = !gone && from->first == to && !own_has_siblings(engine_own(from->engine));
    bool again = !gone && !is_no_member(to) && !alone;

    if (s->at[keeper->index].copied > 1)
        ledger_break(w, WRONG_DUPLICATED, "#%zu stands %u times as a copy", number,
                     s->at[keeper->index].copied);
    if (s->must_copy && s->at[keeper->index].copied == 0 && again && must_come(w, s, keeper) &&
        !is_stranger(w, keeper, s->from))
        ledger_break(w, WRONG_LOST, "#%zu from %s was accepted, and nobody kept a copy", number,
                     w->person[s->from]->name);
}

/* With each device of the two, and of whoever keeps copies. */
static void check_devices(struct world *w, const struct said *s, size_t number)
{
    const struct person *from = w->person[s->from], *to = w->person[s->to];

    for (size_t i = 0; i < w->people; i++) {
        const struct person *who = w->person[i];

        if (who == from || who->engine == NULL)
            continue; /* whoever never joined, or was removed, has no vault to look at */
        if (who->first == from->first || who->first == to)
            check_arrival(w, s, number, who);
        else if (who->first == edicts_keeper(w))
            check_copy(w, s, number, who);
    }
}

static bool came_to_anybody(const struct world *w, const struct said *s)
{
    for (size_t i = 0; i < w->people; i++)
        if (s->at[i].came > 0)
            return true;
    return false;
}

static void check_message(struct world *w, const struct said *s, size_t number)
{
    const struct person *from = w->person[s->from], *to = w->person[s->to];

    if (s->recalled || lives_is_short(s)) /* remarks.h, lives.h */
        return;
    if (from->engine == NULL) {
        check_devices(w, s, number);
        return;
    }
    if (s->kept == 0 && (s->uncertain || s->life < from->restored)) {
        if (came_to_anybody(w, s) && s->life == from->restored)
            ledger_break(w, WRONG_UNEXPECTED, "#%zu came and is not kept by %s", number,
                         from->name);
        return;
    }
    if (s->kept != 1) {
        ledger_break(w, s->kept == 0 ? WRONG_LOST : WRONG_DUPLICATED,
                     "#%zu stands %u times with its sender %s", number, s->kept, from->name);
        return;
    }
    if (s->state == DELIVERY_FAILED && !may_fail(w, s))
        ledger_break(w, WRONG_REFUSED, "#%zu from %s to %s failed: %s", number, from->name,
                     to->handle, err_name(s->code));
    if (s->state != DELIVERY_FAILED && s->state != DELIVERY_ACCEPTED && !backups_is_gone(from) &&
        !backups_forgot(to))
        ledger_break(w, WRONG_UNSENT, "#%zu from %s to %s is %s: %s", number, from->name,
                     to->handle, delivery_name(s->state), err_name(s->code));
    check_devices(w, s, number);
}

void ledger_check(struct world *w)
{
    circles_read(w);
    for (size_t i = 0; i < w->people; i++) {
        struct person *who = w->person[i];

        if (who->engine == NULL) {
            if (!backups_is_gone(who) && !who->leaving && (who->joined || who == who->first))
                ledger_break(w, WRONG_STUCK, "%s does not run in the end", who->name);
            continue;
        }
        look_at_vault(w, who);
    }
    for (size_t i = 0; i < w->people; i++) /* what became of everybody's messages is known now */
        if (w->person[i]->engine != NULL)
            check_person(w, w->person[i]);
    hostile_check(w);
    reserve_check(w);
    kin_check(w);
    losing_check(w);
    for (size_t i = 0; i < w->ledger.n; i++)
        check_message(w, &w->ledger.said[i], i);
    past_check(w);
    remarks_check(w);
    circles_check(w);
}
