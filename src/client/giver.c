/* SPDX-License-Identifier: Apache-2.0 */
/*
 * giver: what giving.h keeps, and the devices that get it.  [PROTOCOL 15.5]
 *
 * It is offered; when the person there has agreed, a list of the account says so before the first
 * piece leaves; then there are always a few pieces on their way.  All of it goes through the
 * outbox.  What nothing comes of is said again, more and more seldom, for two weeks.
 */
#include "client/giver.h"

#include "client/engine_internal.h"
#include "client/giving.h"
#include "client/rules.h"

#define LIFE_MS        (14 * CLOCK_DAY_MS) /* without coming further */
#define AGAIN_FIRST_MS CLOCK_HOUR_MS
#define AGAIN_LEAST_MS CLOCK_MINUTE_MS /* also when it is asked for */
#define CUTS_MAX       1000            /* at once, that find nothing to give */

static void tell(struct engine *e, const struct giving *g, enum history_phase phase,
                 enum err_code code)
{
    actions_tell(e, &(struct event){.kind = EVENT_HISTORY,
                                    .code = code,
                                    .history = {phase, g->to, true, g->shown, g->of}});
}

static void note(struct event *event, const struct giving *g, enum history_phase phase,
                 enum err_code code)
{
    event->kind = EVENT_HISTORY;
    event->code = code;
    event->history = (struct history_news){phase, g->to, true, g->shown, g->of};
}

/* ---- saying */

struct err giver_say(struct engine *e, const struct device_id *to, struct bytes content)
{
    struct contact me;
    struct outbox_row row = {.kind = OUTBOX_CONTROL,
                             .to = *to,
                             .type = PAYLOAD_HISTORY,
                             .content = content,
                             .made_ms = e->now_ms};

    TRY(people_by_account(e->vault, &e->own.me.who.aid, &me));
    row.contact = me.number;
    return outgoing_add(e, &row);
}

struct err giver_tell(struct engine *e, const struct device_id *to, const struct history *h)
{
    struct err err = OK;
    struct buf b = BUF(64);
    struct bytes content;

    history_write(h, &b);
    TRY_OUT(buf_end(&b, &content));
    TRY_OUT(giver_say(e, to, content));
out:
    buf_free(&b);
    return err;
}

/* Before a device has my account's row, which it asks for when it signs in, it can say nothing. */
static bool can_say(struct engine *e)
{
    struct contact me;

    return people_by_account(e->vault, &e->own.me.who.aid, &me).code == E_OK;
}

static struct history about(const struct giving *g, enum history_kind kind)
{
    struct history h = {.kind = kind, .of = g->of};

    memcpy(h.transfer, g->transfer, sizeof h.transfer);
    return h;
}

/* ---- when */

static uint64_t due_at(const struct giving *g)
{
    uint64_t wait = AGAIN_FIRST_MS;

    if (g->times == 0)
        return g->said_ms;
    for (uint8_t i = 1; i < g->times && wait < CLOCK_DAY_MS; i++)
        wait *= 2;
    return clock_add(g->said_ms, wait < CLOCK_DAY_MS ? wait : CLOCK_DAY_MS);
}

static void said(struct engine *e, struct giving *g)
{
    g->said_ms = e->now_ms;
    if (g->times < UINT8_MAX)
        g->times++;
}

static void came_further(struct engine *e, struct giving *g)
{
    g->moved_ms = g->said_ms = e->now_ms;
    g->times = 0;
}

/* ---- what is next, each in a transaction */

static struct err offer(struct engine *e, struct giving *g)
{
    struct history h = about(g, HISTORY_OFFER);

    said(e, g);
    TRY(giver_tell(e, &g->to, &h));
    return giving_put(e->vault, g);
}

static struct err ask_for_list(struct engine *e, struct giving *g)
{
    struct listing_change c = {
        .kind = LISTING_CAPABILITIES,
        .entry = {.did = g->to, .role = DEVICE_PLAIN, .capabilities = DEVICE_GIVEN_HISTORY}};

    struct err err = listing_put(e->vault, &e->own, &c, e->now_ms);

    if (err.code != E_OK && err_who(err.code) == WHO_OPERATOR)
        return err;
    g->listed = true; /* or else, as too many changes wait, it is asked for again when it is due */
    said(e, g);
    return giving_put(e->vault, g);
}

static struct err say_piece(struct engine *e, const struct giving *g, uint32_t number)
{
    struct arena a = ARENA(VAULT_VALUE_MAX);
    struct bytes content;
    struct err err = giving_piece(e->vault, g, number, &a, &content);

    if (err.code == E_OK)
        err = giver_say(e, &g->to, content);
    arena_free(&a);
    return err;
}

static struct err say_pieces_again(struct engine *e, struct giving *g)
{
    for (uint32_t n = g->taken + 1; n <= g->made; n++)
        TRY(say_piece(e, g, n));
    said(e, g);
    return giving_put(e->vault, g);
}

static struct err make_pieces(struct engine *e, struct giving *g)
{
    uint32_t before = g->made;

    TRY(giving_cut(e->vault, &e->own, g, e->now_ms));
    for (uint32_t n = before + 1; n <= g->made; n++)
        TRY(say_piece(e, g, n));
    if (g->times == 0 && g->made > before)
        said(e, g);
    return giving_put(e->vault, g);
}

static struct err in_transaction(struct engine *e, struct giving *g,
                                 struct err (*work)(struct engine *, struct giving *))
{
    struct giving before = *g;
    struct err err;

    TRY(vault_begin(e->vault));
    err = vault_end(e->vault, work(e, g));
    if (err.code != E_OK)
        *g = before;
    return err;
}

/* ---- going on */

static struct err call_off(struct engine *e, struct giving *g, enum err_code why)
{
    struct history h = about(g, HISTORY_OVER);

    h.code = (uint8_t)why;
    if (why != E_REMOVED)
        TRY(giver_tell(e, &g->to, &h));
    return giving_drop(e->vault, g);
}

static struct err end(struct engine *e, struct giving *g, enum err_code why)
{
    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, call_off(e, g, why)));
    tell(e, g, HISTORY_ENDED, why);
    return OK;
}

static struct err go_on(struct engine *e, struct giving *g)
{
    if (g->made > g->taken && e->now_ms >= due_at(g))
        TRY(in_transaction(e, g, say_pieces_again));
    for (size_t i = 0; i < CUTS_MAX && !g->whole && g->made - g->taken < GIVING_AHEAD_MAX; i++)
        TRY(in_transaction(e, g, make_pieces));
    return OK;
}

static struct err pump_one(struct engine *e, struct giving *g)
{
    const struct device_entry *to = device_list_find_device(&e->own.list, &g->to);

    if (to == NULL)
        return end(e, g, E_REMOVED);
    if (clock_since(e->now_ms, g->moved_ms) >= LIFE_MS)
        return end(e, g, E_EXPIRED);
    if (g->phase == GIVING_AGREED && (to->capabilities & DEVICE_GIVEN_HISTORY)) {
        g->phase = GIVING_GOING;
        came_further(e, g);
        tell(e, g, HISTORY_GOES_ON, E_OK);
    }
    switch (g->phase) {
    case GIVING_OFFERED:
        return e->now_ms >= due_at(g) ? in_transaction(e, g, offer) : OK;
    case GIVING_AGREED:
        return !g->listed || e->now_ms >= due_at(g) ? in_transaction(e, g, ask_for_list) : OK;
    case GIVING_GOING:
        return go_on(e, g);
    }
    return FAIL(E_MALFORMED);
}

/* Each from its record; what a list is needed for is asked for behind them. */
static struct err pump_all(struct engine *e)
{
    struct giving g = {.number = 0};
    struct err err = OK;

    e->giving_ms = 0;
    while (err.code == E_OK) {
        uint64_t at;

        err = giving_next(e->vault, g.number + 1, &g);
        if (err.code == E_OK)
            err = pump_one(e, &g);
        at = clock_add(due_at(&g), 1);
        if (err.code == E_OK && (e->giving_ms == 0 || at < e->giving_ms))
            e->giving_ms = at;
    }
    return err.code == E_ABSENT ? OK : err;
}

struct err giver_pump(struct engine *e)
{
    e->giving_due = false;
    if (e->link.state != LINK_READY || !can_say(e) || !own_is_listed(&e->own))
        return OK;
    TRY(pump_all(e));
    TRY(changing_pump(e));
    return e->queued ? outgoing_pump(e) : OK;
}

uint64_t giver_at(const struct engine *e)
{
    return e->giving_ms;
}

struct err giver_wake(struct engine *e)
{
    if (e->giving_ms == 0 || e->now_ms < e->giving_ms)
        return OK;
    e->giving_ms = 0;
    return giver_pump(e);
}

/* ---- what the person asks */

static struct err start(struct engine *e, struct giving *g)
{
    came_further(e, g);
    return g->number != 0 ? giving_put(e->vault, g)
                          : giving_start(e->vault, e->random, g, e->now_ms);
}

struct err giver_ask(struct engine *e, const struct device_id *to)
{
    struct giving g;
    struct err err;

    if (!rules_allows_history() || ID_SAME(*to, e->own.me.who.did))
        return FAIL(E_DENIED);
    if (device_list_find_device(&e->own.list, to) == NULL)
        return FAIL(E_ABSENT);
    err = giving_to(e->vault, to, &g);
    if (err.code == E_ABSENT)
        g = (struct giving){.to = *to};
    else
        TRY(err);
    TRY(in_transaction(e, &g, start));
    tell(e, &g, g.phase == GIVING_GOING ? HISTORY_GOES_ON : HISTORY_OFFERED, E_OK);
    return giver_pump(e);
}

/* ---- what the other device says, in the caller's transaction */

/* It has not what this one thinks it has, or more: one of them was put back from a copy. */
static struct err begin_anew(struct engine *e, struct giving *g)
{
    return giving_start(e->vault, e->random, g, e->now_ms);
}

static struct err agreed(struct engine *e, struct giving *g)
{
    g->phase = GIVING_AGREED;
    g->listed = false;
    came_further(e, g);
    return giving_put(e->vault, g);
}

static struct err taken(struct engine *e, struct giving *g, uint32_t number, struct event *event)
{
    if (number == g->taken) { /* what is behind it did not come, it seems */
        if (clock_since(e->now_ms, g->said_ms) >= AGAIN_LEAST_MS)
            g->times = 0;
        return giving_put(e->vault, g);
    }
    TRY(giving_forget(e->vault, g, number));
    came_further(e, g);
    g->times = g->made > g->taken;
    if (!g->whole || g->taken < g->made) {
        note(event, g, HISTORY_GOES_ON, E_OK);
        return giving_put(e->vault, g);
    }
    note(event, g, HISTORY_ENDED, E_OK);
    return giving_drop(e->vault, g);
}

struct err giver_control(struct engine *e, const struct device_id *from, const struct history *h,
                         struct event *event)
{
    struct giving g;
    struct err err = giving_to(e->vault, from, &g);

    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    if (memcmp(g.transfer, h->transfer, sizeof g.transfer) != 0)
        return OK;
    e->giving_due = true;
    if (h->kind == HISTORY_OVER) {
        note(event, &g, HISTORY_ENDED, err_from_number(h->code));
        return giving_drop(e->vault, &g);
    }
    if (h->number > g.made || h->number < g.taken)
        return begin_anew(e, &g);
    if (g.phase == GIVING_OFFERED)
        return agreed(e, &g);
    return g.phase == GIVING_GOING ? taken(e, &g, h->number, event) : OK;
}
