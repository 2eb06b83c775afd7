/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ending: messages whose time is over, and what else destroys one wholly.  [PROTOCOL 6.11]
 *
 * At the beginning of a program before anything is shown, and then when each is due.  What outlives
 * a message is its name, so that it comes no second time, and its place in a stream.
 */
#include "client/deeds.h"
#include "client/due.h"
#include "client/engine_internal.h"
#include "client/errands.h"
#include "client/roomlog.h"
#include "client/sentlog.h"

#define BATCH     64 /* messages that end in one transaction */
#define RETRY_MS  (5 * CLOCK_SECOND_MS)
#define ROW_ARENA (4 * VAULT_VALUE_MAX + 16 * LIMIT_FRAME)

/* ---- what is on its way */

/* Is its answer on its way?  The server may have it: until that is known its number is not free. */
static bool is_asked(const struct engine *e, const struct outbox_row *row)
{
    for (size_t i = 0; i < e->link.n; i++)
        if (e->link.waiting[i].op == OP_SEND && e->link.waiting[i].number == row->number)
            return true;
    return false;
}

static struct due *find(struct due *d, size_t n, const struct outbox_row *row)
{
    for (size_t i = 0; i < n; i++)
        if (row->place != 0 && d[i].contact == row->contact && d[i].place == row->place)
            return &d[i];
    return NULL;
}

/* What brings them leaves the outbox.  What has to wait for an answer is passed over: place 0. */
static struct err give_up(struct engine *e, struct due *d, size_t n)
{
    struct err err = OK;
    struct arena a = ARENA(ROW_ARENA);
    struct outbox_row row = {.number = 0};

    while (err.code == E_OK) {
        struct due *of;

        arena_free(&a);
        err = outbox_next(e, row.number + 1, &a, &row);
        of = err.code == E_OK ? find(d, n, &row) : NULL;
        if (of == NULL)
            continue;
        if (is_asked(e, &row))
            of->place = 0;
        else
            err = outbox_give_up(e, &row, E_EXPIRED, &a);
    }
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

/* ---- the message */

static struct err destroy(struct engine *e, const struct due *d, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (d[i].place != 0) {
            TRY(deeds_end(e->vault, &e->own, d[i].contact, d[i].place));
            TRY(messages_destroy(e->vault, d[i].contact, d[i].place));
        }
    return ageing_is_news(&e->ageing) ? ageing_keep(e->vault, &e->ageing) : OK;
}

static void tell(struct engine *e, const struct due *d)
{
    struct event event = {.kind = EVENT_ENDED};

    if (people_get(e->vault, d->contact, &event.contact).code != E_OK)
        event.contact.number = d->contact;
    event.message.contact = d->contact;
    event.message.place = d->place;
    actions_tell(e, &event);
}

/* All of them, or those whose answer is not on its way. */
static struct err end(struct engine *e, struct due *d, size_t n)
{
    TRY(give_up(e, d, n));
    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, destroy(e, d, n)));
    e->unburied = true;
    for (size_t i = 0; i < n; i++)
        if (d[i].place != 0) {
            tell(e, &d[i]);
            TRY(errands_end(e, d[i].contact, d[i].place));
        }
    return OK;
}

/* Where the disk has no room for that now, it is tried again. */
static struct err bury(struct engine *e)
{
    struct err err;

    if (!e->unburied)
        return OK;
    err = vault_bury(e->vault);
    e->unburied = err.code != E_OK;
    return err.code == E_FULL || err.code == E_CONFLICT ? OK : err;
}

struct err ending_message(struct engine *e, uint64_t contact, uint64_t place)
{
    struct due d = {.contact = contact, .place = place};

    TRY(end(e, &d, 1));
    if (d.place == 0)
        return FAIL(E_AGAIN);
    return bury(e);
}

/* ---- what is due */

/* The next of them from *number on; fewer than there is room for: there are no more. */
static struct err collect(struct engine *e, uint64_t *number, struct due d[BATCH], size_t *n)
{
    for (*n = 0; *n < BATCH; ++*n, ++*number) {
        struct err err = due_next(e->vault, number, &d[*n]);

        if (err.code == E_ABSENT)
            return OK;
        TRY(err);
        if (d[*n].at_ms > e->ageing.time_ms)
            return OK;
    }
    return OK;
}

static struct err end_all(struct engine *e)
{
    struct due d[BATCH];
    uint64_t number = 0;
    size_t n = BATCH;

    while (n == BATCH) {
        TRY(collect(e, &number, d, &n));
        if (n > 0)
            TRY(end(e, d, n));
    }
    return bury(e);
}

/* When to look again: at the first that is not over yet, soon if there are others. */
static struct err look_ahead(struct engine *e)
{
    struct due first;
    uint64_t number = 0;
    struct err err = due_next(e->vault, &number, &first);

    e->ending_ms = e->unburied ? clock_add(e->ageing.time_ms, RETRY_MS) : 0;
    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    if (first.at_ms <= e->ageing.time_ms)
        e->ending_ms = clock_add(e->ageing.time_ms, RETRY_MS);
    else if (!e->unburied)
        e->ending_ms = first.at_ms;
    return OK;
}

static struct err keep_time(struct engine *e)
{
    struct err err;

    if (!ageing_is_news(&e->ageing))
        return OK;
    TRY(vault_begin(e->vault));
    err = vault_end(e->vault, ageing_keep(e->vault, &e->ageing));
    return err.code == E_FULL ? OK : err;
}

/* On a full disk what is over is not shown, and goes when there is room. */
static struct err look(struct engine *e)
{
    struct err err = end_all(e);

    if (err.code == E_OK || err.code == E_FULL)
        err = keep_time(e);
    TRY(err);
    return look_ahead(e);
}

uint64_t ending_at(const struct engine *e)
{
    return e->ending_ms == 0 ? 0 : ageing_clock(&e->ageing, e->ending_ms);
}

struct err ending_wake(struct engine *e)
{
    if (e->newcomer != NULL || e->returning != NULL)
        return OK;
    TRY(keep_time(e));
    return e->ending_ms == 0 || e->ageing.time_ms < e->ending_ms ? OK : look(e);
}

void ending_kept(struct engine *e, uint64_t due_ms)
{
    if (due_ms != 0 && (e->ending_ms == 0 || due_ms < e->ending_ms))
        e->ending_ms = due_ms;
}

struct err ending_read(struct engine *e, const struct message *m, uint64_t read_ms)
{
    struct due d = {ageing_due(&e->ageing, read_ms, m->burn_s), m->contact, m->place};
    uint64_t at_ms;

    if (m->burn_s == 0 || (m->notes & MESSAGE_COPY) != 0)
        return OK;
    TRY(due_get(e->vault, m->contact, m->place, &at_ms));
    if (at_ms != 0 && at_ms <= d.at_ms)
        return OK;
    ending_kept(e, d.at_ms);
    return due_put(e->vault, &d);
}

void ending_emptied(struct engine *e)
{
    e->unburied = true;
    ending_kept(e, clock_add(e->ageing.time_ms, 1));
}

struct err ending_is_over(struct engine *e, const struct message *m, bool *over)
{
    uint64_t at_ms;

    TRY(due_get(e->vault, m->contact, m->place, &at_ms));
    *over = at_ms != 0 && at_ms <= e->ageing.time_ms;
    return OK;
}

/* ---- a vault from before */

static bool is_message(const struct message *m)
{
    return (m->notes & (MESSAGE_DEVICES | MESSAGE_ROOM | MESSAGE_COPY)) == 0;
}

/* Sealed anew, so that its end is one. */
static struct err take_over(struct engine *e, uint64_t conversation)
{
    struct err err = OK;
    struct arena a = ARENA(2 * VAULT_VALUE_MAX);
    struct message m = {.place = 0};

    while (err.code == E_OK) {
        arena_free(&a);
        err = messages_next(e->vault, conversation, m.place, &a, &m);
        if (err.code != E_OK)
            break;
        if (is_message(&m))
            m.due_ms = ageing_due(&e->ageing, m.sent_ms, cores_ttl_s(&m));
        err = messages_again(e->vault, &m);
    }
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

static struct err take_over_all(struct engine *e)
{
    struct contact c = {.number = 0};
    struct room r = {.number = 0};
    struct err err;

    while ((err = people_next(e->vault, c.number, &c)).code == E_OK)
        TRY(take_over(e, c.number));
    if (err.code != E_ABSENT)
        return err;
    while ((err = roomlog_next(e->vault, r.number, &r)).code == E_OK)
        TRY(take_over(e, r.number));
    if (err.code != E_ABSENT)
        return err;
    TRY(sentlog_name_messages(e->vault));
    return vault_counter_set(e->vault, VAULT_DUE_SINCE, 1);
}

struct err ending_begin(struct engine *e)
{
    uint64_t done;
    struct err err = OK;

    TRY(ageing_begin(e->vault, e->now_ms, &e->ageing));
    TRY(vault_counter_get(e->vault, VAULT_DUE_SINCE, &done));
    if (done == 0) {
        TRY(vault_begin(e->vault));
        err = vault_end(e->vault, take_over_all(e));
    }
    if (err.code == E_FULL) /* next time */
        return OK;
    TRY(err);
    e->unburied = done == 0;
    return look(e);
}
