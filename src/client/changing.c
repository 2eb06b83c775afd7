/* SPDX-License-Identifier: Apache-2.0 */
/*
 * changing: what this device wants of its account's list goes to the server, until a list has it.
 * [PROTOCOL 4.3, 15.4]
 *
 * Of the changes that wait the first is made into the next list, which is committed and then sent.
 * When the server has taken it, or shows a list that has the change, it is in force.  When another
 * list was before it, that one is learned first and the change is made anew on top of it.
 */
#include "client/diary.h"
#include "client/engine_internal.h"
#include "wire/tacet.pb-c.h"

#define CHANGING_AGAIN_MS CLOCK_MINUTE_MS

/* That history may be given is no person's word on the list: giver.c tells of that. */
static struct err tell(struct engine *e, const struct listing_change *c, enum err_code code)
{
    if (c->kind != LISTING_CAPABILITIES)
        actions_tell(e, &(struct event){.kind = EVENT_LISTED, .code = code, .change = *c});
    return keeping_listed(e, c, code);
}

struct err changing_ask(struct engine *e, const struct listing_change *c)
{
    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, listing_put(e->vault, &e->own, c, e->now_ms)));
    return changing_pump(e);
}

/* ---- sending */

/* The list that was signed for the change is still the next one. */
static bool follows(const struct engine *e, struct bytes list)
{
    struct device_list l;

    return list.n > 0 && device_list_parse(list, &e->own.nid, &l).code == E_OK &&
           l.version == e->own.list.version + 1;
}

/* Signed and committed: `list` has it, in the arena. */
static struct err sign(struct engine *e, uint64_t number, const struct listing_change *c,
                       struct device_list *next, struct arena *a, struct bytes *list)
{
    struct err err = OK;
    struct buf b = BUF(DEVICE_LIST_MAX_SIZE);

    TRY_OUT(device_list_sign(next, &e->own.nid, e->own.me.ark_secret, &e->own.me.who.did,
                             e->own.me.dsk_secret, &b));
    TRY_OUT(arena_copy(a, buf_view(&b), list));
    TRY_OUT(vault_begin(e->vault));
    TRY_OUT(vault_end(e->vault, listing_signed(e->vault, number, c, *list)));
out:
    buf_free(&b);
    return err;
}

static struct err send_list(struct engine *e, struct bytes list)
{
    Tacet__Wire__PublishList m = TACET__WIRE__PUBLISH_LIST__INIT;

    m.statement = frame_data(list);
    return link_request(e, OP_LIST, &m, NULL);
}

/* It is in force, or never will be. */
static struct err finish(struct engine *e, uint64_t number, const struct listing_change *c,
                         enum err_code code)
{
    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, listing_over(e->vault, number)));
    TRY(tell(e, c, code));
    return offering_listed(e, c, code);
}

/* *over: this one was, and there may be another. */
static struct err pump_one(struct engine *e, struct arena *a, bool *over)
{
    struct listing_change c;
    struct device_list next;
    struct bytes list;
    uint64_t number;
    bool there;
    struct err err;

    *over = true;
    TRY(listing_first(e->vault, a, &number, &c, &list));
    err = listing_apply(&e->own.list, &c, e->now_ms, &next, &there);
    if (err.code != E_OK && err_who(err.code) == WHO_OPERATOR)
        return err;
    if (err.code != E_OK || there)
        return finish(e, number, &c, err.code);
    *over = false;
    if (e->link.state != LINK_READY)
        return OK;
    if (!follows(e, list))
        TRY(sign(e, number, &c, &next, a, &list));
    return send_list(e, list);
}

struct err changing_pump(struct engine *e)
{
    struct err err = OK;
    struct arena a = ARENA(4 * DEVICE_LIST_MAX_SIZE);
    bool over = true;

    for (size_t i = 0; over && i <= LISTING_MAX && !link_is_busy(e, OP_LIST); i++) {
        arena_free(&a);
        err = pump_one(e, &a, &over);
        if (err.code == E_ABSENT) {
            err = OK;
            break;
        }
        TRY_OUT(err);
    }
out:
    arena_free(&a);
    return err;
}

/* ---- answers */

/* In the conversation with oneself, if there is one yet. */
static struct err note(struct engine *e, const struct device_list *l)
{
    struct people_learned changed = {.added = 0};
    struct contact me;
    struct err err = people_by_account(e->vault, &e->own.me.who.aid, &me);

    if (err.code != E_OK)
        return err.code == E_ABSENT ? OK : err;
    people_count_change(&e->own.list, l, &changed);
    return diary_note(e->vault, e->random, me.number,
                      &(struct diary_devices){changed.added, changed.removed, false, changed.given},
                      e->now_ms);
}

/* In a transaction: the list that was sent is my account's newest. */
static struct err keep(struct engine *e, const struct device_list *l, struct bytes list,
                       uint64_t number)
{
    TRY(note(e, l));
    TRY(vault_put(e->vault, VAULT_LIST, ID_BYTES(e->own.me.who.aid), l->version, list));
    return listing_over(e->vault, number);
}

static struct err accepted(struct engine *e, uint64_t number, const struct listing_change *c,
                           struct bytes list)
{
    struct device_list l;

    if (!follows(e, list)) /* another one was shown in between: it shows who is right */
        return siblings_ask(e);
    TRY(device_list_parse(list, &e->own.nid, &l));
    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, keep(e, &l, list, number)));
    TRY(siblings_learned(e));
    TRY(tell(e, c, E_OK));
    TRY(offering_listed(e, c, E_OK));
    return siblings_ask(e); /* for the prekeys of who came */
}

/* Another list was before it; or the server says so.  Then it is sent again after a while. */
static struct err came_second(struct engine *e)
{
    e->changing_ms = clock_add(e->now_ms, CHANGING_AGAIN_MS);
    return siblings_ask(e);
}

static struct err answered(struct engine *e, enum err_code code, struct arena *a)
{
    struct listing_change c;
    struct bytes list;
    uint64_t number;

    TRY(listing_first(e->vault, a, &number, &c, &list));
    if (code == E_OK)
        return accepted(e, number, &c, list);
    if (code == E_CONFLICT)
        return came_second(e);
    if (err_who(code) == WHO_NOBODY || err_who(code) == WHO_OPERATOR || code == E_CLOCK) {
        e->changing_ms = clock_add(e->now_ms, CHANGING_AGAIN_MS);
        return OK;
    }
    return finish(e, number, &c, code);
}

/* Something that was over before the answer came is no news. */
struct err changing_answered(struct engine *e, const struct frame *f)
{
    struct arena a = ARENA(2 * DEVICE_LIST_MAX_SIZE);
    enum err_code code = f->code == 0 ? E_OK : err_from_number(f->code);
    struct err err = answered(e, code, &a);

    arena_free(&a);
    if (err.code != E_OK && err.code != E_ABSENT)
        return err;
    return e->changing_ms == 0 ? changing_pump(e) : OK;
}

uint64_t changing_at(const struct engine *e)
{
    return e->changing_ms;
}

struct err changing_wake(struct engine *e)
{
    if (e->changing_ms == 0 || e->now_ms < e->changing_ms)
        return OK;
    e->changing_ms = 0;
    return changing_pump(e);
}
