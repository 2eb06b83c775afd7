/* SPDX-License-Identifier: Apache-2.0 */
/*
 * incoming: pages of the mailbox, and what waits for something missing.  [PROTOCOL 10 R1, R2]
 *
 * A page is one transaction.  Only after it is committed is anything shown, and only then is it
 * acknowledged.  Each item has a savepoint: what it changed is kept whole or not at all.
 */
#include "base/fault.h"
#include "client/ahead.h"
#include "client/engine_internal.h"
#include "client/giver.h"
#include "client/parking.h"
#include "client/sentlog.h"
#include "client/transferring.h"
#include "crypto/hash.h"
#include "wire/tacet.pb-c.h"

#define PAGE_ARENA   (16 * LIMIT_FRAME)
#define ITEM_ARENA   (24 << 20) /* 65,536 steps keep 1,000 keys; a room has 1,024 lists */
#define SEEN_DAYS    45
#define PASS_SENDERS 256
#define FAILED_MOST  10000 /* items that are remembered as failed */

static const struct bytes NO_VALUE = {NULL, 0};

/* Told only after the commit. */
struct news {
    struct arena arena;
    struct event *event;
    size_t n, room;
};

static struct err add_news(struct news *news, const struct event *event)
{
    struct bytes text;

    invariant(news->n < news->room);
    TRY(arena_copy(&news->arena, event->message.text, &text));
    news->event[news->n] = *event;
    news->event[news->n++].message.text = text;
    return OK;
}

static struct err new_news(struct news *news, size_t room)
{
    *news = (struct news){.arena = ARENA(64 << 20), .room = room};
    news->event = ARENA_ARRAY(&news->arena, room, struct event);
    return news->event == NULL ? FAIL(E_NOMEM) : OK;
}

static void tell_news(struct engine *e, struct news *news)
{
    for (size_t i = 0; i < news->n; i++)
        actions_tell(e, &news->event[i]);
    arena_free(&news->arena);
}

/* ---- failing */

/* Whoever sends garbage gets no more of our disk for it.  What was forgotten is tried, and told,
 * once more if it comes once more. */
static struct err make_room(struct engine *e)
{
    uint64_t n;

    TRY(vault_count(e->vault, VAULT_FAILED_ITEMS, &n));
    if (n <= FAILED_MOST)
        return OK;
    TRY(vault_erase_below(e->vault, VAULT_FAILED, INT64_MAX));
    return vault_counter_set(e->vault, VAULT_FAILED_ITEMS, 1);
}

static struct err fail(struct engine *e, const struct opening_item *item)
{
    uint8_t digest[HASH_SHA512_SIZE];

    TRY(hash_sha512(&item->sealed, 1, digest));
    TRY(make_room(e));
    return vault_put(e->vault, VAULT_FAILED, BYTES(digest), e->now_ms / CLOCK_DAY_MS, NO_VALUE);
}

static struct err has_failed(struct engine *e, const struct opening_item *item, bool *has)
{
    struct err err;
    struct arena a = ARENA(1024);
    uint8_t digest[HASH_SHA512_SIZE];
    uint64_t day;
    struct bytes value;

    TRY(hash_sha512(&item->sealed, 1, digest));
    err = vault_next(e->vault, VAULT_FAILED, BYTES(digest), 0, &a, &day, &value);
    arena_free(&a);
    *has = err.code == E_OK;
    return err.code == E_ABSENT ? OK : err;
}

/* It waited in vain, or there was no room for it to wait. */
static struct err fail_waiting(struct engine *e, const struct opening_item *item, enum err_code why,
                               struct news *news)
{
    TRY(add_news(news,
                 &(struct event){.kind = EVENT_PROBLEM, .problem = PROBLEM_DAMAGED, .code = why}));
    return fail(e, item);
}

/* ---- one item, in a savepoint */

/* A pass over what is parked, in the order in which it came. */
struct pass {
    bool anew;  /* what it lacks may be asked for again */
    bool moved; /* something left */
    size_t n;   /* whose items still wait: as many as are looked after */
    uint8_t prefix[PASS_SENDERS][SCHEDULE_PREFIX_SIZE];
};

/* Once for each thing that an item waits for.  What is only missing is told by incoming_report(),
 * when nothing more is being fetched. */
static bool is_news(struct opening_item *item, enum opening_result result,
                    const struct event *event)
{
    if (event->kind != EVENT_PROBLEM || result != OPENING_PARK)
        return event->kind != EVENT_PROBLEM || event->problem != PROBLEM_NONE;
    if (event->problem == PROBLEM_NONE || event->problem == PROBLEM_PARKED ||
        event->problem == item->told)
        return false;
    item->told = (uint8_t)event->problem;
    return true;
}

/* Does something wait that its sender said before, for an answer that is on its way?  What comes of
 * that is shown first.  `pass`: of what is parked, whose items before it still wait; NULL: it is
 * not parked itself. */
static struct err is_behind(struct engine *e, const struct opening_item *item,
                            const struct pass *pass, bool *behind)
{
    *behind = false;
    if (item->kind != FRAME_MESSAGE || !lookups_are_pending(e))
        return OK;
    if (pass == NULL)
        return parking_has_from(e, item, behind);
    for (size_t i = 0; i < pass->n && !*behind; i++)
        *behind = memcmp(pass->prefix[i], item->prefix, sizeof item->prefix) == 0;
    return OK;
}

/* Opened, it waits all the same. */
static struct err hold_back(struct engine *e, const struct opening_item *item,
                            const struct pass *pass, enum opening_result *result,
                            struct event event[OPENING_EVENTS])
{
    bool behind;

    if (*result != OPENING_DONE)
        return OK;
    TRY(is_behind(e, item, pass, &behind));
    if (!behind)
        return OK;
    e->held_back = true;
    *result = OPENING_PARK;
    event[0] = event[1] = (struct event){.kind = EVENT_PROBLEM};
    return OK;
}

static struct err try_item(struct engine *e, struct opening_item *item, const struct pass *pass,
                           enum opening_result *result, struct news *news)
{
    struct err err;
    struct arena a = ARENA(ITEM_ARENA);
    struct event event[OPENING_EVENTS] = {{.kind = EVENT_PROBLEM}};

    TRY(vault_begin(e->vault));
    err = opening_item(e, item, &a, result, event);
    if (err.code == E_OK)
        err = hold_back(e, item, pass, result, event);
    if (err.code != E_OK || *result == OPENING_PARK || *result == OPENING_DAMAGED)
        vault_rollback(e->vault);
    else
        err = vault_commit(e->vault);
    if (err.code == E_OK && is_news(item, *result, &event[0]))
        err = add_news(news, &event[0]);
    if (err.code == E_OK && *result == OPENING_DONE && event[1].problem != PROBLEM_NONE)
        err = add_news(news, &event[1]);
    arena_free(&a);
    return err;
}

/* *opens: it may open what is parked. */
static struct err take_item(struct engine *e, struct opening_item *item, struct news *news,
                            bool *opens)
{
    enum opening_result result = OPENING_DAMAGED;
    struct err err;
    bool failed;

    TRY(has_failed(e, item, &failed));
    if (failed)
        return OK;
    TRY(try_item(e, item, NULL, &result, news));
    if (result == OPENING_DAMAGED)
        return fail(e, item);
    *opens |= result == OPENING_DONE && item->kind == FRAME_CAPSULE;
    if (result != OPENING_PARK)
        return OK;
    err = parking_add(e, item);
    if (err.code == E_OK) {
        e->parked_news |= item->told == PROBLEM_NONE;
        asking_soon(e);
    }
    return err.code == E_LIMIT ? fail_waiting(e, item, E_LIMIT, news) : err;
}

/* What is remembered only for a while. */
static struct err forget_old(struct engine *e)
{
    uint64_t today = e->now_ms / CLOCK_DAY_MS;

    TRY(sentlog_forget_old(e->vault, e->now_ms));
    if (today <= SEEN_DAYS)
        return OK;
    TRY(vault_erase_below(e->vault, VAULT_SEEN, today - SEEN_DAYS));
    return vault_erase_below(e->vault, VAULT_FAILED, today - SEEN_DAYS);
}

static struct err take_page(struct engine *e, const Tacet__Wire__Deliver *m, struct news *news,
                            bool *opens)
{
    struct err err = OK;
    struct ahead ahead;

    TRY(forget_old(e));
    TRY(ahead_agree(e, m, &ahead));
    for (size_t i = 0; i < m->n_items; i++) {
        struct opening_item item = {.kind = m->items[i]->kind,
                                    .sealed = frame_bytes(m->items[i]->sealed),
                                    .ahead = ahead_of(&ahead, i),
                                    .received_ms = m->items[i]->received_ms};

        TRY_OUT(take_item(e, &item, news, opens));
    }
out:
    ahead_free(&ahead);
    return err;
}

static struct err acknowledge(struct engine *e, uint64_t number)
{
    Tacet__Wire__Acknowledge m = TACET__WIRE__ACKNOWLEDGE__INIT;

    m.number = number;
    fault_point("client-before-acknowledgement");
    TRY(link_tell(e, OP_ACKNOWLEDGE, &m));
    return OK;
}

/* What became due by what was opened, after its commit. */
static struct err go_on(struct engine *e)
{
    incoming_report(e);
    if (e->giving_due)
        TRY(giver_pump(e));
    if (e->fetching_due)
        TRY(transferring_pump(e));
    e->fetching_due = false;
    return e->queued ? outgoing_pump(e) : OK;
}

static struct err take_and_acknowledge(struct engine *e, const Tacet__Wire__Deliver *m)
{
    struct news news;
    struct err err;
    bool opens = false;

    if (m->n_items == 0)
        return OK;
    TRY(new_news(&news, 3 * m->n_items));
    err = vault_begin(e->vault);
    if (err.code == E_OK)
        err = vault_end(e->vault, take_page(e, m, &news, &opens));
    if (err.code != E_OK)
        news.n = 0;
    tell_news(e, &news);
    TRY(err);
    TRY(acknowledge(e, m->items[m->n_items - 1]->number));
    if (opens)
        return incoming_retry(e, false);
    return go_on(e);
}

struct err incoming_page(struct engine *e, struct bytes body, bool *more)
{
    struct err err = OK;
    struct arena a = ARENA(PAGE_ARENA);
    Tacet__Wire__Deliver *m;

    TRY_OUT(frame_unpack(body, &tacet__wire__deliver__descriptor, &a, &m));
    *more = m->more != 0;
    TRY_OUT(take_and_acknowledge(e, m));
out:
    arena_free(&a);
    return err;
}

/* ---- again */

static bool same_state(const struct opening_item *a, const struct opening_item *b)
{
    return a->asks == b->asks && a->told == b->told && a->barren == b->barren &&
           memcmp(a->mark, b->mark, sizeof a->mark) == 0;
}

static void still_waits(struct pass *pass, const struct opening_item *item)
{
    if (item->claimed && pass->n < PASS_SENDERS)
        memcpy(pass->prefix[pass->n++], item->prefix, sizeof item->prefix);
}

static struct err retry_one(struct engine *e, struct parking_row *row, struct pass *pass,
                            struct news *news)
{
    struct opening_item *item = &row->item, before = *item;
    enum opening_result result = OPENING_PARK;

    if (pass->anew)
        item->asks = 0;
    TRY(try_item(e, item, pass, &result, news));
    if (result == OPENING_PARK)
        still_waits(pass, item);
    if (result == OPENING_PARK && clock_since(e->now_ms, row->since_ms) < PARKING_LIFE_MS)
        return same_state(item, &before) ? OK : parking_update(e, row);
    if (result == OPENING_PARK)
        TRY(fail_waiting(e, item, E_EXPIRED, news));
    if (result == OPENING_DAMAGED)
        TRY(fail(e, item));
    pass->moved = true;
    return parking_leave(e, row);
}

/* One pass over everything parked. */
static struct err retry_all(struct engine *e, struct pass *pass)
{
    struct err err = OK;
    struct arena a = ARENA(2 * VAULT_VALUE_MAX + 4096);
    struct parking_row row = {.number = 0};

    for (size_t i = 0; i < PARKING_ROWS_MAX; i++) {
        struct news news;

        err = parking_next(e, row.number + 1, &a, &row);
        if (err.code != E_OK)
            break;
        TRY_OUT(new_news(&news, 3));
        err = vault_begin(e->vault);
        if (err.code == E_OK)
            err = vault_end(e->vault, retry_one(e, &row, pass, &news));
        if (err.code != E_OK)
            news.n = 0;
        tell_news(e, &news);
        TRY_OUT(err);
        arena_free(&a);
    }
out:
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

struct err incoming_retry(struct engine *e, bool anew)
{
    struct pass pass = {.anew = anew};

    /* A capsule that was waiting may open the messages behind it: twice is enough for that. */
    TRY(retry_all(e, &pass));
    if (pass.moved) {
        pass = (struct pass){.anew = false};
        TRY(retry_all(e, &pass));
    }
    return go_on(e);
}

void incoming_report(struct engine *e)
{
    struct event parked = {.kind = EVENT_PROBLEM, .problem = PROBLEM_PARKED};
    struct event drained = {.kind = EVENT_DRAINED};
    uint64_t n;

    if (lookups_are_pending(e))
        return;
    if (e->parked_news && parking_count(e, &n).code == E_OK && n > 0)
        actions_tell(e, &parked);
    if (e->drained_news)
        actions_tell(e, &drained);
    e->parked_news = e->drained_news = false;
}
