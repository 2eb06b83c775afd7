/* SPDX-License-Identifier: Apache-2.0 */
/*
 *   an answer shows that it is behind --LIST--> the next one --LIST--> ... the newest
 *   it does not know this device --RECOVER_LIST--> the list that the device came with: it signs in
 */
#include "client/relisting.h"

#include "client/engine_internal.h"
#include "wire/tacet.pb-c.h"

#define LISTS_ARENA    (2 * DEVICE_LIST_MAX_SIZE)
#define KNOCK_AGAIN_MS (10 * CLOCK_MINUTE_MS) /* where nobody brought the lists before mine yet */

/* ---- one after the other */

static struct err statement_of(struct engine *e, uint64_t version, struct arena *a,
                               struct bytes *out)
{
    return vault_get(e->vault, VAULT_LIST, ID_BYTES(e->own.me.who.aid), version, a, out);
}

static struct err send_list(struct engine *e, uint64_t version, struct bytes statement)
{
    Tacet__Wire__PublishList m = TACET__WIRE__PUBLISH_LIST__INIT;
    struct waiting w = {.number = version};

    m.statement = frame_data(statement);
    return link_request(e, OP_LIST, &m, &w);
}

/* One that this device was never given another one has. */
static struct err send_next(struct engine *e, uint64_t version)
{
    struct err err = OK;
    struct arena a = ARENA(LISTS_ARENA);
    struct bytes statement;

    TRY_OUT(statement_of(e, version, &a, &statement));
    TRY_OUT(send_list(e, version, statement));
out:
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

struct err relisting_behind(struct engine *e, uint32_t asked_from, uint32_t shown)
{
    struct relisting *r = &e->relisting;

    if (e->link.state != LINK_READY || link_is_busy(e, OP_LIST))
        return OK;
    if (shown == 0 && asked_from > 1) /* which is its newest? */
        return lookups_own_from(e, asked_from > LIMIT_ANSWER_LISTS ? asked_from - LIMIT_ANSWER_LISTS
                                                                   : 1);
    if (shown >= e->own.list.version)
        return OK;
    if (!dealings_may(&r->count, e->now_ms)) {
        r->again_ms = dealings_next_ms(&r->count, e->now_ms);
        return OK;
    }
    return send_next(e, (uint64_t)shown + 1);
}

/* It has all of them: what it refused because of them is given once more. */
static struct err over(struct engine *e)
{
    TRY(publishing_send(e));
    TRY(changing_pump(e));
    return siblings_ask(e);
}

/* A conflict: another device was first; the answer shows how far it is. */
struct err relisting_answered(struct engine *e, const struct waiting *w, const struct frame *f)
{
    enum err_code code = f->code == 0 ? E_OK : err_from_number(f->code);

    if (code == E_CONFLICT)
        return siblings_ask(e);
    if (code != E_OK) {
        e->relisting.again_ms = dealings_next_ms(&e->relisting.count, e->now_ms);
        return OK;
    }
    return w->number < e->own.list.version ? send_next(e, w->number + 1) : over(e);
}

uint64_t relisting_at(const struct engine *e)
{
    return e->link.state == LINK_READY ? e->relisting.again_ms : 0;
}

struct err relisting_wake(struct engine *e)
{
    if (relisting_at(e) == 0 || e->now_ms < e->relisting.again_ms)
        return OK;
    e->relisting.again_ms = 0;
    return siblings_ask(e);
}

/* ---- a device that the server has forgotten */

struct err relisting_knock(struct engine *e, bool *knocks)
{
    struct err err = OK;
    struct arena a = ARENA(LISTS_ARENA);
    Tacet__Wire__Versions versions = TACET__WIRE__VERSIONS__INIT;
    Tacet__Wire__RecoverList m = TACET__WIRE__RECOVER_LIST__INIT;
    struct bytes statement;
    uint64_t first;

    *knocks = e->own.added && own_is_listed(&e->own);
    if (!*knocks)
        return OK;
    TRY_OUT(
        vault_next(e->vault, VAULT_LIST, ID_BYTES(e->own.me.who.aid), 0, &a, &first, &statement));
    versions.version = FRAME_PROTOCOL_VERSION;
    versions.least = FRAME_PROTOCOL_LEAST;
    m.versions = &versions;
    m.statement = frame_data(statement);
    TRY_OUT(link_request(e, OP_RECOVER_LIST, &m, NULL));
out:
    arena_free(&a);
    return err;
}

/* Absent, removed: the account itself is no member.  Else the lists before it are missing, too, and
 * whoever has them may bring them. */
struct err relisting_knocked(struct engine *e, const struct frame *f)
{
    enum err_code code = f->code == 0 ? E_OK : err_from_number(f->code);

    if (code == E_ABSENT || code == E_REMOVED) {
        link_end(e, E_DENIED);
        return OK;
    }
    link_try_later(e, code == E_OK ? E_AGAIN : E_STALE);
    if (code != E_OK)
        e->link.retry_ms = clock_add(e->now_ms, KNOCK_AGAIN_MS);
    return OK;
}
