/* SPDX-License-Identifier: Apache-2.0 */
/*
 * taker: the control message `history`, and what this device answers to it.  [PROTOCOL 15.5]
 *
 * Nothing is taken but from a device of my account, after the person agreed here, and when a list
 * says that this device was given it.  Each piece that comes is answered with the last one that was
 * taken, so that the other device knows what is missing, whatever was lost.
 */
#include "client/taker.h"

#include "client/engine_internal.h"
#include "client/giver.h"
#include "client/rules.h"
#include "client/taking.h"

#define AGREED_MS CLOCK_DAY_MS /* for so long before there is an offer */

static void note(struct event *event, const struct taking *t, enum history_phase phase,
                 enum err_code code)
{
    event->kind = EVENT_HISTORY;
    event->code = code;
    event->history = (struct history_news){phase, t->from, false, t->done, t->of};
}

/* Of whom nothing is taken, the person is told. */
static struct err ignore(struct event *event, enum err_code why)
{
    event->kind = EVENT_PROBLEM;
    event->problem = PROBLEM_HISTORY;
    event->code = why;
    return OK;
}

static struct err say_taken(struct engine *e, const struct taking *t)
{
    struct history h = {.kind = HISTORY_TAKEN, .number = t->number};

    memcpy(h.transfer, t->transfer, sizeof h.transfer);
    return giver_tell(e, &t->from, &h);
}

static bool is_same(const struct taking *t, const struct history *h)
{
    return memcmp(t->transfer, h->transfer, sizeof t->transfer) == 0;
}

/* May another transfer than the one that was known begin by itself? */
static bool has_agreed(const struct engine *e, const struct taking *t)
{
    return t->phase == TAKING_GOING ||
           (t->phase == TAKING_AGREED && clock_since(e->now_ms, t->agreed_ms) < AGREED_MS);
}

/* ---- what the person asks */

static struct err agree(struct engine *e, struct taking *t, bool known)
{
    t->agreed_ms = e->now_ms;
    if (!known || t->phase == TAKING_OVER)
        t->phase = TAKING_AGREED;
    if (t->phase == TAKING_OFFERED)
        t->phase = TAKING_GOING;
    TRY(taking_put(e->vault, t));
    return t->phase == TAKING_GOING ? say_taken(e, t) : OK;
}

struct err taker_agree(struct engine *e, const struct device_id *from)
{
    struct taking t;
    struct err err;
    bool known;

    if (!rules_allows_history() || ID_SAME(*from, e->own.me.who.did))
        return FAIL(E_DENIED);
    if (device_list_find_device(&e->own.list, from) == NULL)
        return FAIL(E_ABSENT);
    err = taking_get(e->vault, from, &t);
    known = err.code == E_OK;
    if (err.code == E_ABSENT)
        t = (struct taking){.from = *from};
    else
        TRY(err);
    TRY(vault_begin(e->vault));
    err = vault_end(e->vault, agree(e, &t, known));
    TRY(err);
    return outgoing_pump(e);
}

/* ---- what the other device says */

static struct err adopt(struct engine *e, struct taking *t, const struct history *h)
{
    t->phase = TAKING_GOING;
    TRY(taking_begin(e->vault, t, h->transfer));
    return say_taken(e, t);
}

static struct err offered(struct engine *e, struct taking *t, const struct history *h,
                          struct event *event)
{
    bool again = t->phase == TAKING_OFFERED && is_same(t, h);

    if (is_same(t, h) && (t->phase == TAKING_GOING || t->phase == TAKING_OVER))
        return say_taken(e, t);
    t->of = h->of;
    if (has_agreed(e, t))
        return adopt(e, t, h);
    t->phase = TAKING_OFFERED;
    TRY(taking_begin(e->vault, t, h->transfer));
    if (!again)
        note(event, t, HISTORY_OFFERED, E_OK);
    return OK;
}

static bool is_listed(const struct engine *e)
{
    const struct device_entry *me = device_list_find_device(&e->own.list, &e->own.me.who.did);

    return me != NULL && (me->capabilities & DEVICE_GIVEN_HISTORY);
}

/* Something in it was not as its writer signed it, or is no entry: no more is taken. */
static struct err refuse(struct engine *e, struct taking *t, enum err_code why, struct event *event)
{
    struct history h = {.kind = HISTORY_OVER, .code = (uint8_t)why};

    memcpy(h.transfer, t->transfer, sizeof h.transfer);
    t->phase = TAKING_OVER;
    t->agreed_ms = 0;
    TRY(taking_put(e->vault, t));
    TRY(giver_tell(e, &t->from, &h));
    note(event, t, HISTORY_ENDED, why);
    return OK;
}

static struct err take(struct engine *e, struct taking *t, const struct history *h,
                       struct event *event)
{
    const struct taking_place p = {e->vault, &e->own, e->parsed, e->now_ms, &e->ageing};
    struct taking next = *t;
    struct err err;

    TRY(vault_begin(e->vault));
    err = taking_piece(&p, &next, h);
    if (err.code != E_OK)
        vault_rollback(e->vault);
    else
        err = vault_commit(e->vault);
    if (err.code != E_OK)
        return err_who(err.code) == WHO_OPERATOR ? err : refuse(e, t, err.code, event);
    ending_kept(e, e->ageing.time_ms); /* when the first of them is over is looked up */
    note(event, &next, h->last ? HISTORY_ENDED : HISTORY_GOES_ON, E_OK);
    return say_taken(e, &next);
}

static struct err piece(struct engine *e, struct taking *t, const struct history *h,
                        struct event *event)
{
    if (!is_same(t, h) && has_agreed(e, t))
        return adopt(e, t, h);
    if (is_same(t, h) && t->phase == TAKING_AGREED) /* of one that was over before I agreed anew */
        return say_taken(e, t);
    if (!is_same(t, h) || t->phase == TAKING_OFFERED || !is_listed(e))
        return ignore(event, E_DENIED);
    if (t->phase == TAKING_GOING && h->number == t->number + 1)
        return take(e, t, h, event);
    return t->agreed_ms == 0 ? OK : say_taken(e, t);
}

static struct err over(struct engine *e, struct taking *t, const struct history *h,
                       struct event *event)
{
    if (!is_same(t, h) || (t->phase != TAKING_GOING && t->phase != TAKING_OFFERED))
        return OK;
    t->phase = TAKING_OVER;
    note(event, t, HISTORY_ENDED, err_from_number(h->code));
    return taking_put(e->vault, t);
}

static struct err given(struct engine *e, const struct device_id *from, const struct history *h,
                        struct event *event)
{
    struct taking t;
    struct err err = taking_get(e->vault, from, &t);

    if (err.code == E_ABSENT)
        t = (struct taking){.from = *from, .phase = TAKING_OVER};
    else
        TRY(err);
    if (!rules_allows_history())
        return ignore(event, E_DENIED);
    if (h->kind == HISTORY_OFFER)
        return offered(e, &t, h, event);
    return h->kind == HISTORY_PIECE ? piece(e, &t, h, event) : over(e, &t, h, event);
}

struct err taker_control(struct engine *e, const struct party *from, bool left,
                         struct bytes content, struct event *event)
{
    struct history h;
    struct err err;

    if (left || !ID_SAME(from->aid, e->own.me.who.aid))
        return ignore(event, left ? E_REMOVED : E_DENIED);
    err = history_parse(content, &h);
    if (err.code != E_OK)
        return err_who(err.code) == WHO_OPERATOR ? err : ignore(event, err.code);
    if (h.kind == HISTORY_TAKEN || h.kind == HISTORY_OVER)
        TRY(giver_control(e, &from->did, &h, event));
    return h.kind == HISTORY_TAKEN ? OK : given(e, &from->did, &h, event);
}

/* ---- what a list says */

/* In the caller's transaction; *event: what to tell, if anything. */
static struct err leave(struct engine *e, const struct device_id *gone, struct event *event)
{
    struct taking t;
    struct err err = taking_get(e->vault, gone, &t);

    if (err.code == E_ABSENT || (err.code == E_OK && t.phase == TAKING_OVER))
        return OK;
    TRY(err);
    t.phase = TAKING_OVER;
    t.agreed_ms = 0;
    note(event, &t, HISTORY_ENDED, E_REMOVED);
    return taking_put(e->vault, &t);
}

struct err taker_listed(struct engine *e)
{
    for (size_t i = 0; i < e->own.list.revoked; i++) {
        struct event event = {.code = E_OK};

        TRY(vault_begin(e->vault));
        TRY(vault_end(e->vault, leave(e, &e->own.list.gone[i].did, &event)));
        if (event.kind == EVENT_HISTORY)
            actions_tell(e, &event);
    }
    return OK;
}
