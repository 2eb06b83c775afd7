/* SPDX-License-Identifier: Apache-2.0 */
/*
 * forgotten: a server that was put back from a copy has forgotten what it accepted since, and so
 * what nobody had fetched.  [PROTOCOL 10 M1]
 *
 * Whoever sent it sees that at sign-in, by the upload numbers, and seals it again for each device
 * it went to; who has it already knows it by its id.  What opened the channel may be forgotten too,
 * so that is opened anew.  A server that lies about it is not obeyed more often than a device.
 */
#include "client/chains.h"
#include "client/dealings.h"
#include "client/engine_internal.h"
#include "client/rules.h"
#include "client/sentlog.h"

#define MOST       1024 /* uploads looked at: those before are asked for by who misses them */
#define SENT_ARENA (4 * VAULT_VALUE_MAX)

static struct err seal_for(struct engine *e, const struct sentlog_entry *s,
                           const struct device_id *to, struct arena *a)
{
    bool queued;

    TRY(repairs_again(e, s, to, a, &queued));
    return queued ? chains_open_anew(e->vault, to) : OK;
}

static struct err seal_for_devices(struct engine *e, const struct sentlog_entry *s,
                                   const struct account_id *aid, struct arena *a)
{
    struct device_list list;
    struct err err = people_newest_list(e->vault, &e->own, aid, &list);

    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    for (size_t i = 0; i < list.devices; i++)
        TRY(seal_for(e, s, &list.device[i].did, a));
    return OK;
}

static struct err seal_again(struct engine *e, const struct sentlog_entry *s, struct arena *a)
{
    struct contact c;
    struct rules rules;

    if (s->place == 0) /* a control message: what it was about is asked for again */
        return OK;
    if (s->partial)
        return seal_for(e, s, &s->to, a);
    TRY(people_get(e->vault, s->contact, &c));
    TRY(seal_for_devices(e, s, &c.aid, a));
    TRY(seal_for_devices(e, s, &e->own.me.who.aid, a));
    TRY(rules_of_pair(e->vault, &e->own, &c.aid, e->now_ms, &rules));
    return rules.joins ? seal_for_devices(e, s, &rules.keeper, a) : OK;
}

/* Counted under this device's own name, as what others ask is under theirs. */
static struct err may(struct engine *e, bool *out)
{
    const struct device_id *me = &e->own.me.who.did;
    struct dealings d;

    TRY(dealings_get(e->vault, me, &d));
    *out = dealings_may(&d.requests, e->now_ms);
    return *out ? dealings_put(e->vault, me, &d) : OK;
}

static bool is_forgotten(const struct sentlog_entry *s, uint64_t known, uint64_t accepted)
{
    return s->upload > known && s->upload <= accepted;
}

/* By the log's own numbers: those of uploads may be whatever a server said. */
static struct err look_through(struct engine *e, uint64_t known, uint64_t accepted, struct arena *a)
{
    struct sentlog_entry s;
    uint64_t last, number;

    TRY(vault_counter_get(e->vault, VAULT_NEXT_SENT, &last));
    for (number = last > MOST ? last - MOST + 1 : 1; number <= last; number++) {
        struct err err;

        arena_free(a);
        err = sentlog_get(e->vault, number, a, &s);
        if (err.code == E_OK && is_forgotten(&s, known, accepted))
            err = seal_again(e, &s, a);
        if (err.code != E_ABSENT)
            TRY(err);
    }
    return OK;
}

struct err forgotten_seal(struct engine *e, uint64_t known, uint64_t accepted)
{
    struct err err = OK;
    struct arena a = ARENA(SENT_ARENA);
    bool now;

    TRY(may(e, &now));
    if (now)
        err = look_through(e, known, accepted, &a);
    arena_free(&a);
    return err;
}
