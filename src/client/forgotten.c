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
#include "client/sentlog.h"

#define MOST       1024 /* uploads: those before them are asked for by who misses them */
#define SENT_ARENA (4 * VAULT_VALUE_MAX)

static struct err seal_for(struct engine *e, const struct sentlog_entry *s,
                           const struct device_id *to, struct arena *a)
{
    bool queued;

    TRY(repairs_again(e, s, to, a, &queued));
    return queued ? chains_open_anew(e->vault, to) : OK;
}

static struct err seal_again(struct engine *e, const struct sentlog_entry *s, struct arena *a)
{
    struct device_list list;
    struct contact c;
    struct err err;

    if (s->place == 0) /* a control message: what it was about is asked for again */
        return OK;
    if (s->partial)
        return seal_for(e, s, &s->to, a);
    TRY(people_get(e->vault, s->contact, &c));
    err = people_newest_list(e->vault, &e->own, &c.aid, &list);
    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    for (size_t i = 0; i < list.devices; i++)
        TRY(seal_for(e, s, &list.device[i].did, a));
    return OK;
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

struct err forgotten_seal(struct engine *e, uint64_t known, uint64_t accepted)
{
    struct err err = OK;
    struct arena a = ARENA(SENT_ARENA);
    struct sentlog_entry s;
    bool now;

    TRY_OUT(may(e, &now));
    if (accepted - known > MOST)
        known = accepted - MOST;
    while (now && known < accepted) {
        arena_free(&a);
        err = sentlog_by_upload(e->vault, ++known, &a, &s);
        if (err.code == E_OK)
            err = seal_again(e, &s, &a);
        if (err.code != E_ABSENT)
            TRY_OUT(err);
    }
    err = OK;
out:
    arena_free(&a);
    return err;
}
