/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/actions.h"

#include "client/people.h"
#include "e2ee/fingerprint.h"
#include "sim/backups.h"
#include "sim/edicts.h"
#include "sim/lives.h"
#include "sim/operator.h"
#include "sim/people.h"

#define STAY_LEAST 2 /* people who are not removed */

static struct person *anybody(struct world *w)
{
    return w->person[dice_below(&w->act, w->people)];
}

static struct person *anybody_else(struct world *w, const struct person *who)
{
    size_t i = (who->index + 1 + dice_below(&w->act, w->people - 1)) % w->people;

    return w->person[i];
}

/* ---- writing */

static void write_to(struct person *from, struct person *to)
{
    struct world *w = from->world;
    struct command c = {.kind = COMMAND_SEND, .handle = bytes_text(to->handle)};

    if (from->engine == NULL || !from->joined || !to->first->joined || from->removed ||
        from->unknown)
        return;
    if (from->first == to->first && !own_has_siblings(engine_own(from->engine)))
        return; /* nobody would get it */
    c.text = bytes_text(ledger_say(w, from, to));
    c.timers = lives_choose(w);
    ledger_limit(w, c.timers);
    ledger_said(w, people_order(from, &c));
}

static void talk(struct world *w)
{
    struct person *from = anybody(w), *to = anybody_else(w, from);
    size_t n = dice_once_in(&w->act, 6) ? 1 + dice_below(&w->act, 12) : 1;

    for (size_t i = 0; i < n; i++)
        write_to(from, to);
    if (dice_once_in(&w->act, 2))
        write_to(to, from);
}

/* ---- coming and going */

static void come_or_go(struct world *w)
{
    struct person *who = anybody(w);

    if (!options_has(&w->options, KIND_LEAVE))
        return;
    w->outcome->faults[KIND_LEAVE]++;
    if (who->engine == NULL) {
        people_start(who);
        return;
    }
    who->away = true;
    people_stop(who);
}

static size_t who_stay(const struct world *w)
{
    size_t n = 0;

    for (size_t i = 0; i < w->people; i++)
        n +=
            w->person[i] == w->person[i]->first && !w->person[i]->leaving && !w->person[i]->unknown;
    return n;
}

static void remove_somebody(struct world *w)
{
    struct person *who = anybody(w)->first;

    if (who_stay(w) <= STAY_LEAST || who == edicts_keeper(w) || who->leaving || who->unknown ||
        !who->joined || !world_rolls(w, &w->act, KIND_REMOVE, 4))
        return;
    world_trace(w, "%s is to be removed", who->handle);
    for (size_t i = 0; i < w->people; i++)
        w->person[i]->leaving |= w->person[i]->first == who;
    operator_asks(w, OP_REMOVE, who);
}

static void join(struct world *w)
{
    if (w->accounts < w->options.people) {
        w->outcome->faults[KIND_JOIN]++;
        (void)people_new(w);
    }
}

/* ---- comparing safety numbers */

static bool digits_of(struct person *at, struct person *of, char out[FINGERPRINT_DIGITS + 1])
{
    uint8_t fingerprint[FINGERPRINT_SIZE];
    struct contact c;

    if (at->engine == NULL ||
        people_by_handle(at->vault, bytes_text(of->handle), &c).code != E_OK ||
        people_fingerprint(engine_own(at->engine), &c, fingerprint).code != E_OK)
        return false;
    fingerprint_digits(fingerprint, out);
    return true;
}

/* One reads out what the other compares. */
static void verify(struct world *w)
{
    struct person *who = anybody(w), *other = anybody_else(w, who);
    char theirs[FINGERPRINT_DIGITS + 1], mine[FINGERPRINT_DIGITS + 1];
    enum err_code code;

    if (who->first == other->first || !digits_of(who, other, mine) ||
        !digits_of(other, who, theirs) || !world_rolls(w, &w->act, KIND_VERIFY, 2))
        return;
    code = people_command(who, COMMAND_CONFIRM, other->handle, theirs);
    world_trace(w, "%s compares numbers with %s: %s", who->name, other->name, err_name(code));
    if (code != E_OK && err_who(code) != WHO_OPERATOR)
        ledger_break(w, WRONG_ALARM, "%s and %s have other safety numbers", who->handle,
                     other->handle);
}

/* ---- changing a passphrase */

/* With dice of its own, so that the rest of a world is the same without it. */
static void change_passphrase(struct world *w)
{
    struct dice *d = &w->secret;
    struct person *who = w->person[dice_below(d, w->people)];
    bool cut = dice_once_in(d, 3);
    uint64_t after = 1 + dice_below(d, 20);

    if (who->engine == NULL || !world_rolls(w, d, KIND_PASSPHRASE, 6))
        return;
    if (cut && options_has(&w->options, KIND_DISK_CRASH))
        disk_crash_at(who->disk, after);
    people_change_passphrase(who);
}

/* ---- */

void actions_begin(struct world *w)
{
    size_t n = w->options.people;

    if (options_has(&w->options, KIND_JOIN) && n > OPTIONS_PEOPLE_LEAST)
        n = OPTIONS_PEOPLE_LEAST + dice_below(&w->act, n - OPTIONS_PEOPLE_LEAST);
    while (w->accounts < n)
        (void)people_new(w);
}

void actions_step(struct world *w)
{
    size_t what = dice_below(&w->act, 16);

    change_passphrase(w);
    switch (what) {
    case 0:
    case 1:
        come_or_go(w);
        break;
    case 2:
        remove_somebody(w);
        break;
    case 3:
        join(w);
        break;
    case 4:
        verify(w);
        break;
    default:
        talk(w);
        break;
    }
}

void actions_sweep(struct world *w)
{
    static bool wrote[OPTIONS_DEVICES_MOST][OPTIONS_DEVICES_MOST];

    memset(wrote, 0, sizeof wrote);
    for (size_t i = 0; i < w->ledger.n; i++)
        wrote[w->ledger.said[i].from][w->ledger.said[i].to] = true;
    for (size_t i = 0; i < w->people; i++)
        for (size_t j = 0; j < w->people; j++)
            if (wrote[i][j])
                write_to(w->person[i], w->person[j]);
}

void actions_everybody_back(struct world *w)
{
    for (size_t i = 0; i < w->people; i++)
        people_start(w->person[i]);
}
