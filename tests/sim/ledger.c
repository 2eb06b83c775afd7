/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/ledger.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sim/backups.h"
#include "sim/edicts.h"
#include "sim/hearsay.h"
#include "sim/lives.h"
#include "sim/people.h"
#include "sim/world.h"

#define TEXT_MAX    8192
#define FILLING_MAX 4000

static const char *const NAMES[WRONGS] = {
    [WRONG_LOST] = "lost",
    [WRONG_UNSENT] = "unsent",
    [WRONG_REFUSED] = "refused",
    [WRONG_UNEXPECTED] = "unexpected",
    [WRONG_DUPLICATED] = "duplicated",
    [WRONG_REORDERED] = "reordered",
    [WRONG_DISAGREED] = "disagreed",
    [WRONG_OUTLIVED] = "outlived",
    [WRONG_HEARSAY] = "hearsay",
    [WRONG_UNDECRYPTABLE] = "undecryptable",
    [WRONG_UNDETECTED] = "undetected",
    [WRONG_ALARM] = "alarms",
    [WRONG_STUCK] = "stuck",
};

const char *ledger_wrong(enum wrong what)
{
    return NAMES[what];
}

void ledger_break(struct world *w, enum wrong what, const char *format, ...)
{
    va_list list;
    char why[sizeof w->outcome->why];
    int at = snprintf(why, sizeof why, "%s: ", NAMES[what]);

    va_start(list, format);
    (void)vsnprintf(why + at, sizeof why - (size_t)at, format, list);
    va_end(list);
    w->outcome->wrong[what]++;
    if (w->outcome->why[0] == '\0')
        memcpy(w->outcome->why, why, sizeof why);
    world_trace(w, "!! %s", why);
}

/* ---- what is said */

/* All of it follows from the number: a message that was changed on its way shows. */
static void write_text(size_t number, const struct said *s, char out[TEXT_MAX])
{
    struct dice d = {number};
    size_t filling = dice_once_in(&d, 8) ? dice_below(&d, FILLING_MAX) : dice_below(&d, 40);
    int at = snprintf(out, TEXT_MAX, "#%zu from %zu to %zu: ", number, s->from, s->to);

    for (size_t i = 0; i < filling; i++)
        out[at++] = (char)('a' + dice_below(&d, 26));
    out[at] = '\0';
}

/* All that the server knows now: an upload goes to the devices of the newest lists. */
static uint64_t who_must_have(const struct world *w, const struct person *from,
                              const struct person *to)
{
    uint64_t all = kin_who_get(w, from) | kin_who_get(w, to);

    if (edicts_hold(from, to))
        all |= kin_who_get(w, edicts_keeper(w));
    return all & ~(UINT64_C(1) << from->index);
}

const char *ledger_say(struct world *w, struct person *from, struct person *to)
{
    static char text[TEXT_MAX];
    struct ledger *l = &w->ledger;

    if (l->n == l->room) {
        l->room = l->room == 0 ? 256 : 2 * l->room;
        l->said = realloc(l->said, l->room * sizeof *l->said);
        invariant(l->said != NULL);
    }
    l->said[l->n] = (struct said){
        .from = from->index, .to = to->first->index, .at_ms = w->now_ms, .life = from->restored};
    l->said[l->n].must_copy = edicts_hold(from, to);
    l->said[l->n].must = who_must_have(w, from, to);
    write_text(l->n, &l->said[l->n], text);
    world_trace(w, "  %s says #%zu to %s", from->name, l->n, to->handle);
    l->n++;
    w->outcome->said++;
    return text;
}

void ledger_limit(struct world *w, struct timers timers)
{
    w->ledger.said[w->ledger.n - 1].timers = timers;
}

void ledger_said(struct world *w, enum err_code code)
{
    struct ledger *l = &w->ledger;

    if (code == E_OK)
        return;
    world_trace(w, "  which is refused: %s", err_name(code));
    l->said[l->n - 1].uncertain = true;
}

size_t ledger_number(struct world *w, struct bytes text)
{
    char digits[24] = {0}, whole[TEXT_MAX];
    size_t number;

    if (text.n < 2 || text.at[0] != '#')
        return SIZE_MAX;
    memcpy(digits, text.at + 1, text.n - 1 < sizeof digits - 1 ? text.n - 1 : sizeof digits - 1);
    number = strtoull(digits, NULL, 10);
    if (number >= w->ledger.n)
        return SIZE_MAX;
    write_text(number, &w->ledger.said[number], whole);
    return bytes_same(text, bytes_text(whole)) ? number : SIZE_MAX;
}

/* ---- what is heard */

static bool is_copy(const struct world *w, const struct person *who, const struct said *s,
                    const struct event *e)
{
    return edicts_keeper(w) == who->first && s->to != who->first->index &&
           (e->message.notes & MESSAGE_COPY) != 0;
}

/* By somebody to this account; or by another device of it, as its own. */
static bool is_as_said(const struct world *w, const struct person *who, const struct said *s,
                       const struct event *e)
{
    const struct person *from = w->person[s->from], *to = w->person[s->to];

    if (from->first == who->first)
        return from != who && e->message.mine && (e->message.notes & MESSAGE_ELSEWHERE) != 0 &&
               strcmp(to->handle, e->contact.handle) == 0;
    return !e->message.mine && to == who->first && strcmp(from->handle, e->contact.handle) == 0;
}

static void judge_time(struct world *w, const struct person *who, size_t number)
{
    if ((who->removed && number >= who->removed_at) ||
        (who->kin.removed && number >= who->kin.removed_at && !kin_was_forgotten(who)))
        ledger_break(w, WRONG_UNEXPECTED, "#%zu was said when %s had been removed, and is shown",
                     number, who->name);
    if (who->kin.removed && who->line != NULL && who->line->began_ms > who->kin.removed_ms &&
        !kin_was_forgotten(who))
        ledger_break(w, WRONG_UNEXPECTED, "#%zu came to %s, who was removed when they connected",
                     number, who->name);
}

static void shown(struct world *w, struct person *who, const struct event *e)
{
    size_t number = ledger_number(w, e->message.text);
    struct said *s = number == SIZE_MAX ? NULL : &w->ledger.said[number];

    w->outcome->shown++;
    w->ledger.of[who->index].notes |= e->message.notes;
    if (s != NULL && is_copy(w, who, s, e)) {
        w->ledger.gap[s->from][who->index] |= (e->message.notes & MESSAGE_GAP) != 0;
        world_trace(w, "  %s sees a copy of #%zu, notes %u", who->name, number, e->message.notes);
        return;
    }
    if (s == NULL || !is_as_said(w, who, s, e)) {
        ledger_break(w, WRONG_UNEXPECTED, "%s is shown what %s never said to them", who->name,
                     e->contact.handle);
        return;
    }
    w->ledger.gap[s->from][who->index] |= (e->message.notes & MESSAGE_GAP) != 0;
    world_trace(w, "  %s sees #%zu, notes %u", who->name, number, e->message.notes);
    if (++s->at[who->index].shown > 1 && who->restored == 0)
        ledger_break(w, WRONG_DUPLICATED, "#%zu is shown again to %s", number, who->name);
    judge_time(w, who, number);
    lives_shown(w, who, s, number);
}

/* Its sender's clock may have been put back since it was said, to before the policy that held. */
static void accepted(struct world *w, struct person *who, const struct event *e)
{
    size_t number = ledger_number(w, e->message.text);
    struct said *s;

    if (number == SIZE_MAX || e->message.state != DELIVERY_ACCEPTED)
        return;
    s = &w->ledger.said[number];
    s->accepted_ms = w->now_ms;
    s->must_copy = s->must_copy && edicts_hold(who, w->person[s->to]);
}

static void told(struct world *w, struct person *who, const struct event *e)
{
    world_trace(w, "  %s is told of problem %d: %s, %" PRIu64 ", cause %d", who->name,
                (int)e->problem, err_name(e->code), e->message.missing, (int)e->finding.cause);
    if (backups_is_old_prekey(w, e)) {
        w->ledger.of[who->index].old_prekey = true;
        return;
    }
    if (kin_explains(who, e)) {
        w->ledger.of[who->index].refused = true;
        return;
    }
    w->ledger.of[who->index].problems |= UINT64_C(1) << e->problem;
    w->outcome->alarms++;
    who->told++;
    if (e->problem == PROBLEM_RESTORED) {
        who->told_restored = true;
        who->told_ms = w->now_ms;
    }
}

void ledger_hear(struct world *w, struct person *who, const struct event *e)
{
    if (circles_hear(w, who, e) || remarks_hear(w, who, e))
        return;
    switch (e->kind) {
    case EVENT_JOINED:
        people_joined(who);
        break;
    case EVENT_MESSAGE:
        shown(w, who, e);
        break;
    case EVENT_STATE:
        accepted(w, who, e);
        world_trace(w, "  %s hears that a message is %s: %s", who->name,
                    delivery_name(e->message.state), err_name(e->code));
        break;
    case EVENT_PROBLEM:
        told(w, who, e);
        break;
    case EVENT_LINK:
        who->sign_ins += e->code == E_OK;
        who->answered |= e->code == E_OK;
        people_may_be_unheard(who);
        backups_unknown(who, e->code);
        losing_link(who, e->code);
        world_trace(w, "  %s has a link: %s", who->name, err_name(e->code));
        break;
    case EVENT_DRAINED:
    case EVENT_CONTACT:
    case EVENT_SHARED:
    case EVENT_DEED:
    case EVENT_ENDED:
    case EVENT_ROOM:
    case EVENT_ROOM_CHANGE:
    case EVENT_TRANSFER: /* nobody has a file */
        break;
    case EVENT_RECEIPT:
    case EVENT_ACTIVITY:
        hearsay_hear(w, who, e);
        break;
    case EVENT_REMOVED:
        kin_told(who);
        break;
    case EVENT_DEVICES:
        world_trace(w, "  %s hears of %s's devices: %u more, %u less", who->name, e->contact.handle,
                    e->added, e->removed);
        break;
    case EVENT_LISTED:
        kin_changed(who, &e->change, e->code);
        break;
    case EVENT_HISTORY:
        past_heard(who, e);
        break;
    case EVENT_RECOVERY:
        losing_made(who, e->code);
        break;
    case EVENT_ADDING: /* keys of new devices are made by hand */
        break;
    }
}

void ledger_free(struct ledger *l)
{
    free(l->said);
}
