/* SPDX-License-Identifier: Apache-2.0 */
/* publishing: my prekeys go to the server, and old ones go.  [PROTOCOL 3.1] */
#include "client/engine_internal.h"
#include "wire/tacet.pb-c.h"

struct err publishing_send(struct engine *e)
{
    struct err err = OK;
    struct arena a = ARENA(4096);
    uint32_t number = e->own.prekey[0].statement.number;
    struct waiting w = {.number = number};
    Tacet__Wire__PublishPrekey m = TACET__WIRE__PUBLISH_PREKEY__INIT;
    struct bytes statement, kem;

    if (link_is_busy(e, OP_PREKEY))
        return OK;
    TRY_OUT(own_prekeys_statement(&e->own, e->vault, number, &a, &statement, &kem));
    m.statement = frame_data(statement);
    m.kem = frame_data(kem);
    TRY_OUT(link_request(e, OP_PREKEY, &m, &w));
out:
    arena_free(&a);
    return err;
}

/* What was fetched may still wait for an answer, sealed to a prekey that is old by now. */
static bool is_settled(const struct engine *e)
{
    return e->drained && !lookups_are_pending(e);
}

static struct err renew_prekeys(struct engine *e, bool due)
{
    if (due)
        TRY(own_prekeys_make_next(&e->own, e->vault, e->now_ms));
    return own_prekeys_delete_old(&e->own, e->vault, is_settled(e), e->now_ms);
}

/* Prekeys come and go as [PROTOCOL 3.1] says; `due`: a new one is.  While one is being published
 * none is made: the server may have it already, and its private half must stay. */
struct err publishing_rotate(struct engine *e, bool due)
{
    due = due && !link_is_busy(e, OP_PREKEY);
    if (!due && !own_prekeys_deletion_is_due(&e->own, is_settled(e), e->now_ms))
        return OK;
    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, renew_prekeys(e, due)));
    return due ? publishing_send(e) : OK;
}

struct err publishing_compare(struct engine *e, uint32_t servers)
{
    uint32_t newest = e->own.prekey[0].statement.number;

    if (servers < newest)
        return own_prekeys_is_due(&e->own, e->now_ms) ? publishing_rotate(e, true)
                                                      : publishing_send(e);
    if (servers > newest)
        return OK;
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, own_prekeys_acknowledged(&e->own, e->vault, newest, e->now_ms));
}

/* While one is being published the server may have it already. */
struct err publishing_list_changed(struct engine *e)
{
    const struct own_prekey *newest = &e->own.prekey[0];

    return e->link.state == LINK_READY && newest->acknowledged_ms == 0 &&
                   newest->statement.list_version < e->own.list.version
               ? publishing_rotate(e, true)
               : OK;
}

/* The list that it names is not the newest one. */
static struct err answered_stale(struct engine *e, const struct waiting *w)
{
    const struct prekey *p = &e->own.prekey[0].statement;

    if (p->number == w->number && p->list_version < e->own.list.version)
        return publishing_rotate(e, true);
    return siblings_ask(e);
}

struct err publishing_answered(struct engine *e, const struct waiting *w, const struct frame *f)
{
    if (err_from_number(f->code) == E_STALE)
        return answered_stale(e, w);
    if (f->code != 0) { /* another is made within the hour */
        lookups_tell_bad(e, err_from_number(f->code));
        return OK;
    }
    TRY(vault_begin(e->vault));
    return vault_end(e->vault,
                     own_prekeys_acknowledged(&e->own, e->vault, (uint32_t)w->number, e->now_ms));
}

/* When prekeys are to be looked at again; 0: not before the mailbox is drained and what is being
 * published is answered. */
uint64_t publishing_at(const struct engine *e)
{
    return is_settled(e) && !link_is_busy(e, OP_PREKEY) ? own_prekeys_next_rotation(&e->own) : 0;
}
