/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forgotten: a server that was put back from a copy has forgotten what it accepted since, and so
 * what nobody had fetched.  [PROTOCOL 10 M1]
 *
 * Whoever sent it sees that at sign-in, by the upload numbers, and seals it again for each device
 * it went to; who has it already knows it by its id.  What opened the channel may be forgotten too,
 * so that is opened anew.  A server that lies about it is not obeyed more often than a device: what
 * was forgotten again before that waits, in the vault.
 */
#include "client/chains.h"
#include "client/dealings.h"
#include "client/engine_internal.h"
#include "client/rules.h"
#include "client/sentlog.h"

#define MOST       1024 /* uploads looked at: those before are asked for by who misses them */
#define SENT_ARENA (4 * VAULT_VALUE_MAX)

/* `now`: it may be.  If not, the channel is opened anew all the same, for what is said meanwhile.
 */
static struct err seal_for(struct engine *e, const struct sentlog_entry *s,
                           const struct device_id *to, bool now, struct arena *a)
{
    bool queued;

    if (!now)
        return chains_open_anew(e->vault, to);
    TRY(repairs_again(e, s, to, a, &queued));
    return queued ? chains_open_anew(e->vault, to) : OK;
}

static struct err seal_for_devices(struct engine *e, const struct sentlog_entry *s,
                                   const struct account_id *aid, bool now, struct arena *a)
{
    struct device_list list;
    struct err err = people_newest_list(e->vault, &e->own, aid, &list);

    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    for (size_t i = 0; i < list.devices; i++)
        if (device_list_is_device(&list.device[i]))
            TRY(seal_for(e, s, &list.device[i].did, now, a));
    return OK;
}

/* Of a room, to whom it went, as far as they are in it still. */
static struct err seal_for_roster(struct engine *e, const struct sentlog_entry *s, bool now,
                                  struct arena *a)
{
    struct bytes statement;
    struct roster r;

    TRY(people_roster(e->vault, &s->roster, a, &statement));
    TRY(roster_parse(statement, a, &r));
    for (size_t i = 0; i < r.accounts; i++)
        TRY(seal_for_devices(e, s, &r.account[i].aid, now, a));
    return OK;
}

static struct err seal_again(struct engine *e, const struct sentlog_entry *s, bool now,
                             struct arena *a)
{
    struct contact c;
    struct rules rules;
    struct err err;

    if (s->place == 0 && s->core.type != PAYLOAD_STATE) /* what it was about is asked for again */
        return OK;
    if (s->partial)
        return seal_for(e, s, &s->to, now, a);
    err = people_get(e->vault, s->contact, &c);
    if (err.code == E_ABSENT)
        return seal_for_roster(e, s, now, a);
    TRY(err);
    TRY(seal_for_devices(e, s, &c.aid, now, a));
    TRY(seal_for_devices(e, s, &e->own.me.who.aid, now, a));
    TRY(rules_of_pair(e->vault, &e->own, &c.aid, e->now_ms, &rules));
    return rules.joins ? seal_for_devices(e, s, &rules.keeper, now, a) : OK;
}

/* Counted under this device's own name, as what others ask is under theirs.  If not now, then at
 * a time to come. */
static struct err may(struct engine *e, bool *out)
{
    const struct device_id *me = &e->own.me.who.did;
    struct dealings d;

    TRY(dealings_get(e->vault, me, &d));
    *out = dealings_may(&d.requests, e->now_ms);
    if (!*out)
        e->forgotten_ms = dealings_next_ms(&d.requests, e->now_ms);
    return *out ? dealings_put(e->vault, me, &d) : OK;
}

/* What was forgotten: uploads from `lowest` on, among the entries of the log up to `last`.  Those
 * behind it may have the same numbers, and be known. */
struct span {
    uint64_t lowest, last; /* lowest 0: nothing */
};

static struct err get_span(struct engine *e, struct span *out)
{
    TRY(vault_counter_get(e->vault, VAULT_FORGOTTEN, &out->lowest));
    return vault_counter_get(e->vault, VAULT_FORGOTTEN_LAST, &out->last);
}

static struct err put_span(struct engine *e, const struct span *s)
{
    TRY(vault_counter_set(e->vault, VAULT_FORGOTTEN, s->lowest));
    return vault_counter_set(e->vault, VAULT_FORGOTTEN_LAST, s->last);
}

/* By the log's own numbers: those of uploads may be whatever a server said. */
static struct err seal_span(struct engine *e, const struct span *span, bool now, struct arena *a)
{
    struct sentlog_entry s;
    uint64_t number = span->last > MOST ? span->last - MOST + 1 : 1;

    for (; number <= span->last; number++) {
        struct err err;

        arena_free(a);
        err = sentlog_get(e->vault, number, a, &s);
        if (err.code == E_OK && s.upload >= span->lowest)
            err = seal_again(e, &s, now, a);
        if (err.code != E_ABSENT)
            TRY(err);
    }
    return OK;
}

static struct err seal_what_waits(struct engine *e)
{
    struct err err = OK;
    struct arena a = ARENA(SENT_ARENA);
    struct span span;
    bool now;

    e->forgotten_ms = 0;
    TRY(get_span(e, &span));
    TRY(may(e, &now));
    err = seal_span(e, &span, now, &a);
    arena_free(&a);
    TRY(err);
    return now ? put_span(e, &(struct span){0, 0}) : OK;
}

/* The last entry that was accepted under a number that is known: what is on its way is not. */
static struct err find_last(struct engine *e, uint64_t accepted, uint64_t *last)
{
    struct err err = OK;
    struct arena a = ARENA(SENT_ARENA);
    struct sentlog_entry s = {.upload = UINT64_MAX};

    TRY(vault_counter_get(e->vault, VAULT_NEXT_SENT, last));
    for (uint64_t seen = 0; *last > 0 && seen < MOST; seen++, --*last) {
        arena_free(&a);
        err = sentlog_get(e->vault, *last, &a, &s);
        if (err.code == E_OK && s.upload <= accepted)
            break;
        if (err.code != E_ABSENT)
            TRY_OUT(err);
        err = OK;
    }
out:
    arena_free(&a);
    return err;
}

struct err forgotten_seal(struct engine *e, uint64_t known, uint64_t accepted)
{
    struct span span;

    TRY(get_span(e, &span));
    if (span.lowest == 0 || span.lowest > known + 1)
        span.lowest = known + 1;
    TRY(find_last(e, accepted, &span.last));
    TRY(put_span(e, &span));
    return seal_what_waits(e);
}

struct err forgotten_again(struct engine *e)
{
    struct span span;

    TRY(get_span(e, &span));
    if (span.lowest == 0)
        return OK;
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, seal_what_waits(e));
}

uint64_t forgotten_at(const struct engine *e)
{
    return e->link.state == LINK_READY ? e->forgotten_ms : 0;
}

struct err forgotten_wake(struct engine *e)
{
    if (forgotten_at(e) == 0 || e->now_ms < e->forgotten_ms)
        return OK;
    TRY(forgotten_again(e));
    return outgoing_pump(e);
}
