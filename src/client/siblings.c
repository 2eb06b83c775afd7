/* SPDX-License-Identifier: Apache-2.0 */
/*
 * siblings: the other devices of my account: their lists and prekeys, and being removed by one.
 * [PROTOCOL 4.3, 15]
 *
 * My account has a row among the contacts, like others: what siblings say to each other goes in the
 * pair of the account with itself.
 */
#include "client/engine_internal.h"
#include "client/giver.h"
#include "client/taker.h"
#include "wire/tacet.pb-c.h"

struct err siblings_ask(struct engine *e)
{
    return lookups_account(e, &e->own.me.who.aid);
}

void siblings_end(struct engine *e)
{
    actions_tell(e, &(struct event){.kind = EVENT_REMOVED});
    link_end(e, E_REMOVED);
}

struct err siblings_learned(struct engine *e)
{
    bool news;

    TRY(own_refresh_list(&e->own, e->vault, &news));
    if (!news) /* but that my account is known here now, without which giver.c says nothing */
        return giver_pump(e);
    if (!own_is_listed(&e->own)) {
        siblings_end(e);
        return OK;
    }
    TRY(sharing_listed(e));
    TRY(publishing_list_changed(e));
    TRY(changing_pump(e));
    TRY(taker_listed(e));
    TRY(giver_pump(e));
    return offering_pump(e);
}

struct err siblings_prepare(struct engine *e, bool *waits)
{
    struct contact me;
    struct err err;

    *waits = false;
    if (!own_has_siblings(&e->own))
        return OK;
    err = people_by_account(e->vault, &e->own.me.who.aid, &me);
    if (err.code != E_OK && err.code != E_ABSENT)
        return err;
    if (err.code == E_ABSENT || !outgoing_is_fresh(e, &me)) {
        *waits = true;
        return siblings_ask(e);
    }
    return lookups_kem_keys(e, &me, waits);
}

/* ---- removed */

static struct err keep(struct engine *e, uint32_t version, struct bytes statement, bool *news)
{
    struct own *own = &e->own;

    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault,
                  vault_put(e->vault, VAULT_LIST, ID_BYTES(own->me.who.aid), version, statement)));
    return own_refresh_list(own, e->vault, news);
}

/* A list of my account that checks: does it revoke this device?  Whoever was away for long need not
 * see each step to it, but then it is signed by a device that is known: one that was removed still
 * has the account's key, and with the server's help would remove the others. */
static struct err check_list(struct engine *e, struct bytes statement, struct device_list *known,
                             bool *revokes)
{
    const struct own *own = &e->own;
    struct device_list next;
    bool follows;

    TRY(device_list_parse(statement, &own->nid, &next));
    if (!ID_SAME(next.aid, own->me.who.aid) || next.version <= known->version)
        return OK;
    follows = next.version - known->version == 1;
    if (!follows && device_list_find(known, &next.signer) == NULL)
        return FAIL(E_FORGED);
    TRY(device_list_check(statement, &own->nid, &own->me.ark, follows ? known : NULL, e->now_ms,
                          &next));
    *known = next;
    if (device_list_find_revoked(&next, &own->me.who.did) == NULL)
        return OK;
    return keep(e, next.version, statement, revokes);
}

/* Rising lists.  One that does not check is passed over: it is a lie, or damaged. */
static struct err check_person(struct engine *e, const Tacet__Wire__Person *p, bool *revokes)
{
    struct device_list known = e->own.list;

    for (size_t i = 0; i < p->n_lists && !*revokes; i++) {
        struct err err = check_list(e, frame_bytes(p->lists[i]), &known, revokes);

        if (err.code != E_OK && err_who(err.code) == WHO_OPERATOR)
            return err;
    }
    return OK;
}

struct err siblings_refused(struct engine *e, struct bytes body, struct arena *a, bool *revoked)
{
    Tacet__Wire__Stale *m;

    *revoked = false;
    if (frame_unpack(body, &tacet__wire__stale__descriptor, a, &m).code != E_OK)
        return OK;
    for (size_t i = 0; i < m->n_persons && !*revoked; i++)
        TRY(check_person(e, m->persons[i], revoked));
    return OK;
}
