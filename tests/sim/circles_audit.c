/* SPDX-License-Identifier: Apache-2.0 */
/* The end of a run: what stands in the rooms of all vaults, beside what was said there. */
#include <string.h>

#include "client/roomlog.h"
#include "sim/backups.h"
#include "sim/circles.h"
#include "sim/edicts.h"
#include "sim/hostile.h"
#include "sim/world.h"

#define ARENA_MAX (4 << 20)

/* ---- one vault */

struct look {
    struct world *w;
    struct person *in;
    size_t last_from[OPTIONS_DEVICES_MOST]; /* by the device that sent; and one; 0: none yet */
};

static bool may_be_late(const struct world *w)
{
    return options_heals(&w->options) || w->server.restored;
}

static void look_at_order(struct look *at, size_t from, size_t number)
{
    if (at->last_from[from] > number + 1 && !may_be_late(at->w))
        ledger_break(at->w, WRONG_REORDERED, "@%zu stands behind @%zu with %s", number,
                     at->last_from[from] - 1, at->in->name);
    at->last_from[from] = number + 1;
}

static void look_at_message(struct look *at, const struct message *m)
{
    size_t number = circles_number(at->w, m->text);
    struct said *s;
    const struct person *from;

    if ((m->notes & (MESSAGE_DEVICES | MESSAGE_ROOM)) != 0) /* no message */
        return;
    if (number == SIZE_MAX) {
        ledger_break(at->w, WRONG_UNEXPECTED, "%s keeps in a room what nobody said", at->in->name);
        return;
    }
    s = &at->w->circles.word[number].said;
    from = at->w->person[s->from];
    if (m->mine != (from->first == at->in->first))
        ledger_break(at->w, WRONG_UNEXPECTED, "@%zu stands as said by another with %s", number,
                     at->in->name);
    if (from == at->in) {
        s->kept++;
        s->state = m->state;
        s->code = m->code;
        return;
    }
    s->at[at->in->index].came++;
    at->w->ledger.of[at->in->index].notes |= m->notes;
    look_at_order(at, s->from, number);
}

static void look_at_room(struct look *at, const struct room *r)
{
    struct arena a = ARENA(ARENA_MAX);
    struct message m;

    memset(at->last_from, 0, sizeof at->last_from);
    for (uint64_t after = 0;; after = m.place) {
        struct err err = messages_next(at->in->vault, r->number, after, &a, &m);

        if (err.code == E_ABSENT)
            break;
        world_must(err, "reading a room");
        look_at_message(at, &m);
        arena_free(&a);
    }
    arena_free(&a);
}

static void look_at_vault(struct world *w, struct person *who)
{
    struct look at = {.w = w, .in = who};
    struct room r = {.number = 0};

    for (;;) {
        struct err err = roomlog_next(who->vault, r.number, &r);

        if (err.code == E_ABSENT)
            return;
        world_must(err, "reading rooms");
        look_at_room(&at, &r);
    }
}

/* ---- one message */

/* Somebody in it has no account any more, or never had one that the server knows: nobody may send
 * there before a moderator has put them out. */
static bool is_held_up(const struct world *w, size_t circle)
{
    uint64_t always, ever;

    circles_members(w, circle, w->now_ms, w->now_ms, &always, &ever);
    for (size_t i = 0; i < w->people; i++)
        if ((ever >> i & 1) != 0 && (w->person[i]->removed || w->person[i]->unknown))
            return true;
    return false;
}

/* There is nobody to send it to, until somebody is added. */
static bool is_alone(const struct world *w, const struct word *word)
{
    uint64_t always, ever;

    circles_members(w, word->circle, w->now_ms, w->now_ms, &always, &ever);
    return ever == UINT64_C(1) << w->person[word->said.from]->first->index;
}

static bool was_unknown(const struct world *w)
{
    for (size_t i = 0; i < w->people; i++)
        if (w->person[i]->unknown)
            return true;
    return false;
}

/* Whoever signed a state that a restored server cannot check is unknown there. */
static bool stands_still(const struct world *w, size_t circle)
{
    return w->circles.circle[circle].split || was_unknown(w);
}

static uint64_t members_until_accepted(const struct world *w, const struct word *word, bool ever)
{
    uint64_t until = word->said.accepted_ms != 0 ? word->said.accepted_ms : w->now_ms, always, any;

    circles_members(w, word->circle, word->said.at_ms, until, &always, &any);
    return ever ? any : always;
}

/* A server that was put back lacks the rosters and states under which things went: what waits while
 * it learns them again is refused more often than it bears in an hour. */
static bool was_refused_by_forgetting(const struct world *w, const struct said *s)
{
    return w->server.restored && (s->code == E_ABSENT || s->code == E_STALE);
}

/* Its sender was put out, or left, before it went; or is alone. */
static bool may_fail(const struct world *w, const struct word *word)
{
    const struct person *from = w->person[word->said.from];
    uint64_t always, ever;

    circles_members(w, word->circle, word->said.at_ms, w->now_ms, &always, &ever);
    return (always >> from->first->index & 1) == 0 || backups_is_gone(from) || from->leaving ||
           word->said.code == E_REMOVED || word->said.code == E_DENIED ||
           is_held_up(w, word->circle) || stands_still(w, word->circle) ||
           was_refused_by_forgetting(w, &word->said) || options_has(&w->options, KIND_DAYS) ||
           hostile_may_fail(w, &word->said);
}

static bool nobody_can_look(const struct person *who)
{
    return who->kin.wiped || who->losing.lost;
}

/* What is sealed again goes to who is in the room now. */
static bool are_both_in_still(const struct world *w, const struct word *word,
                              const struct person *to)
{
    uint64_t always, ever,
        both = UINT64_C(1) << to->first->index | UINT64_C(1)
                                                     << w->person[word->said.from]->first->index;

    circles_members(w, word->circle, word->said.at_ms, w->now_ms, &always, &ever);
    return (always & both) == both;
}

/* A device that left a room in which its account was alone asks for nothing there any more, and the
 * server knows nothing of it. */
static bool looks_at_it(const struct world *w, const struct word *word, const struct person *to)
{
    struct room r;

    return roomlog_find(to->vault, &w->circles.circle[word->circle].id, &r).code != E_OK ||
           r.standing == ROOMLOG_IN;
}

static bool must_come(const struct world *w, const struct word *word, const struct person *to)
{
    const struct said *s = &word->said;
    const struct person *from = w->person[s->from];
    bool accepted = nobody_can_look(from) ? s->accepted_ms != 0 : s->state == DELIVERY_ACCEPTED;
    uint64_t members = members_until_accepted(w, word, false);

    if ((s->must >> to->index & 1) == 0 || (members >> to->first->index & 1) == 0 || !accepted)
        return false;
    if (kin_is_refused(from, s->accepted_ms) || backups_is_gone(to) || kin_was_forgotten(to) ||
        backups_explains(w, s, to->index) || hostile_explains(w, s, to) ||
        stands_still(w, word->circle))
        return false;
    return !may_be_late(w) || (are_both_in_still(w, word, to) && looks_at_it(w, word, to) &&
                               !is_held_up(w, word->circle));
}

static void check_arrival(struct world *w, const struct word *word, size_t number,
                          const struct person *to)
{
    const struct said *s = &word->said;

    if (s->at[to->index].came > 1)
        ledger_break(w, WRONG_DUPLICATED, "@%zu stands %u times with %s", number,
                     s->at[to->index].came, to->name);
    if (s->at[to->index].came > 0)
        return;
    if (s->at[to->index].shown > 0 && to->restored == 0)
        ledger_break(w, WRONG_LOST, "@%zu was shown to %s and is gone", number, to->name);
    else if (must_come(w, word, to))
        ledger_break(w, WRONG_LOST, "@%zu from %s was accepted, and %s never saw it", number,
                     w->person[s->from]->name, to->name);
}

static void check_sender(struct world *w, const struct word *word, size_t number)
{
    const struct said *s = &word->said;
    const struct person *from = w->person[s->from];

    if (s->kept != 1) {
        if (s->kept > 1 || (!s->uncertain && s->life == from->restored))
            ledger_break(w, s->kept == 0 ? WRONG_LOST : WRONG_DUPLICATED,
                         "@%zu stands %u times with its sender %s", number, s->kept, from->name);
        return;
    }
    if (s->state == DELIVERY_FAILED && !may_fail(w, word))
        ledger_break(w, WRONG_REFUSED, "@%zu from %s failed: %s", number, from->name,
                     err_name(s->code));
    if (s->state != DELIVERY_FAILED && s->state != DELIVERY_ACCEPTED && !backups_is_gone(from) &&
        !is_alone(w, word) && !is_held_up(w, word->circle) && !stands_still(w, word->circle))
        ledger_break(w, WRONG_UNSENT, "@%zu from %s is %s: %s", number, from->name,
                     delivery_name(s->state), err_name(s->code));
}

bool circles_gave_up(const struct world *w, const struct person *who)
{
    for (size_t i = 0; i < w->circles.words; i++) {
        const struct word *word = &w->circles.word[i];
        uint64_t always, ever;

        if (word->said.state != DELIVERY_FAILED || word->said.code != E_REMOVED)
            continue;
        circles_members(w, word->circle, 0, UINT64_MAX, &always, &ever);
        if ((ever >> who->first->index & 1) != 0)
            return true;
    }
    return false;
}

void circles_read(struct world *w)
{
    for (size_t i = 0; i < w->people; i++)
        if (w->person[i]->engine != NULL)
            look_at_vault(w, w->person[i]);
}

void circles_check(struct world *w)
{
    for (size_t i = 0; i < w->circles.words; i++) {
        const struct word *word = &w->circles.word[i];

        if (w->person[word->said.from]->engine != NULL)
            check_sender(w, word, i);
        for (size_t k = 0; k < w->people; k++)
            if (w->person[k]->engine != NULL && k != word->said.from)
                check_arrival(w, word, i, w->person[k]);
    }
}
