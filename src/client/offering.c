/* SPDX-License-Identifier: Apache-2.0 */
/*
 * offering: this device adds another one to its account: shows a link, looks who asks, lets the
 * person compare, has the list signed and published, and answers. [PROTOCOL 15.1, 15.2, 15.3, 15.4]
 *
 * What the server says decides nothing but when: only what was sealed under the link's secret is an
 * ask, only the first one counts, and only what the person confirmed gets into the list.
 */
#include "client/engine_internal.h"
#include "client/nicknames.h"
#include "client/registers.h"
#include "crypto/secret.h"
#include "wire/tacet.pb-c.h"

#define LOOK_MS    (2 * CLOCK_SECOND_MS) /* between two looks */
#define AGAIN_MS   (5 * CLOCK_SECOND_MS) /* when the server could not */
#define UNHEARD_MS (30 * CLOCK_SECOND_MS)

/* ---- telling, and steps that are committed */

static void tell(struct engine *e, enum adding_step step, enum err_code code)
{
    const struct offer *o = &e->offer;
    struct event event = {.kind = EVENT_ADDING, .code = code, .adding = {.step = step}};

    if (o->phase >= OFFER_ASKED) {
        event.adding.did = o->ask.did;
        memcpy(event.adding.digest, o->digest, sizeof o->digest);
        memcpy(event.adding.code, o->code, sizeof o->code);
        memcpy(event.adding.name, o->ask.name, sizeof o->ask.name);
        memcpy(event.adding.from, o->from, sizeof o->from);
    }
    actions_tell(e, &event);
}

static void forget(struct engine *e)
{
    secret_wipe(&e->offer, sizeof e->offer);
    e->offer_ms = 0;
    e->offer_late = e->offer_told = false;
}

/* It is over, and this is told. */
static struct err end(struct engine *e, enum adding_step step, enum err_code code)
{
    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, offer_erase(e->vault)));
    tell(e, step, code);
    forget(e);
    return OK;
}

/* What was worked out, in `next`, counts from its commit on. */
static struct err step(struct engine *e, struct offer *next)
{
    struct err err = OK;

    TRY_OUT(vault_begin(e->vault));
    TRY_OUT(vault_end(e->vault, offer_put(e->vault, next)));
    e->offer = *next;
out:
    secret_wipe(next, sizeof *next);
    return err;
}

static struct err enter(struct engine *e, enum offer_phase phase)
{
    struct offer next = e->offer;

    next.phase = phase;
    return step(e, &next);
}

/* ---- requests */

static struct err open_slot(struct engine *e)
{
    Tacet__Wire__OpenLink m = TACET__WIRE__OPEN_LINK__INIT;

    m.slot = frame_data(BYTES(e->offer.slot));
    return link_request(e, OP_LINK_OPEN, &m, NULL);
}

static struct err look(struct engine *e)
{
    Tacet__Wire__LookLink m = TACET__WIRE__LOOK_LINK__INIT;

    m.slot = frame_data(BYTES(e->offer.slot));
    return link_request(e, OP_LINK_LOOK, &m, NULL);
}

static struct err send_answer(struct engine *e)
{
    struct err err = OK;
    struct arena a = ARENA(2 * LINK_ANSWER_MOST);
    Tacet__Wire__AnswerLink m = TACET__WIRE__ANSWER_LINK__INIT;
    struct bytes answer;

    TRY_OUT(offer_answer(e->vault, &a, &answer));
    m.slot = frame_data(BYTES(e->offer.slot));
    m.answer = frame_data(answer);
    TRY_OUT(link_request(e, OP_LINK_ANSWER, &m, NULL));
out:
    arena_free(&a);
    return err;
}

/* ---- the list has it, or never will */

/* By what it called itself, till the person calls it otherwise.  What would not show as what it is
 * names nothing. */
static struct err name_device(struct engine *e, const struct link_ask *ask)
{
    struct bytes name = bytes(ask->name, ask->name_n);

    if (nicknames_check(name).code != E_OK)
        return OK;
    return registers_set(e->vault, &e->own.me.who.did, e->now_ms, REGISTERS_DEVICE_NAME,
                         ID_BYTES(ask->did), name);
}

static struct err seal_in(struct engine *e, struct offer *next, struct bytes answer)
{
    TRY(name_device(e, &next->ask));
    next->phase = OFFER_ANSWERED;
    secret_wipe(next->link.secret, sizeof next->link.secret);
    TRY(offer_put_answer(e->vault, answer));
    return offer_put(e->vault, next);
}

/* The same bytes are sent until the server has them: it takes one answer alone. */
static struct err seal_answer(struct engine *e)
{
    struct err err = OK;
    struct arena a = ARENA(2 * DEVICE_LIST_MAX_SIZE);
    struct buf answer = BUF(LINK_ANSWER_MOST);
    struct offer next = e->offer;
    struct bytes list;

    TRY_OUT(own_list_statement(&e->own, e->vault, &a, &list));
    TRY_OUT(offer_seal_answer(&next, &e->own, list, e->now_ms, &answer));
    TRY_OUT(vault_begin(e->vault));
    TRY_OUT(vault_end(e->vault, seal_in(e, &next, buf_view(&answer))));
    e->offer = next;
out:
    buf_free(&answer);
    arena_free(&a);
    secret_wipe(&next, sizeof next);
    return err;
}

static struct err take_back_in(struct engine *e)
{
    const struct listing_change c = {.kind = LISTING_REVOKE, .entry.did = e->offer.ask.did};

    if (device_list_find(&e->own.list, &c.entry.did) != NULL)
        TRY(listing_put(e->vault, &e->own, &c, e->now_ms));
    return offer_erase(e->vault);
}

/* A device that never got its answer is none: nobody shall seal to it. */
static struct err take_back(struct engine *e, enum err_code code)
{
    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, take_back_in(e)));
    tell(e, ADDING_OVER, code);
    forget(e);
    return changing_pump(e);
}

/* By its first prekey, which names a list that it can know from the answer alone. */
static struct err settle_unheard(struct engine *e)
{
    struct prekey p;
    struct err err = people_prekey(e->vault, &e->offer.ask.did, &p);

    if (err.code == E_OK)
        return end(e, ADDING_DONE, E_OK);
    return err.code == E_ABSENT ? take_back(e, E_EXPIRED) : err;
}

static struct err drop_in(struct engine *e, uint64_t number)
{
    TRY(listing_over(e->vault, number));
    return offer_erase(e->vault);
}

/* No list with it ever left this device. */
static struct err drop(struct engine *e, uint64_t number)
{
    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, drop_in(e, number)));
    tell(e, ADDING_OVER, E_EXPIRED);
    forget(e);
    return OK;
}

static struct err await_list(struct engine *e)
{
    struct err err;
    struct arena a = ARENA(64 * DEVICE_LIST_MAX_SIZE);
    struct bytes list;
    uint64_t number;
    bool sent;

    err = listing_find(e->vault, &e->offer.ask.did, &a, &number, &list);
    sent = err.code == E_OK && list.n > 0;
    arena_free(&a);
    if (err.code == E_ABSENT) /* the program ended before this was kept */
        return end(e, ADDING_OVER, E_ABSENT);
    TRY(err);
    if (!offer_is_over(&e->offer, e->now_ms))
        return OK;
    if (!sent)
        return drop(e, number);
    if (!e->offer_late)
        tell(e, ADDING_LATE, E_EXPIRED);
    e->offer_late = true;
    return OK;
}

static struct err pump_confirmed(struct engine *e)
{
    const struct device_id *did = &e->offer.ask.did;
    struct err err;

    if (device_list_find_revoked(&e->own.list, did) != NULL)
        return end(e, ADDING_OVER, E_REMOVED);
    if (device_list_find_device(&e->own.list, did) == NULL)
        return await_list(e);
    err = seal_answer(e);
    if (err.code != E_OK && err_who(err.code) != WHO_OPERATOR) /* whoever opens it would refuse */
        return take_back(e, err.code);
    TRY(err);
    return e->link.state == LINK_READY ? send_answer(e) : OK;
}

/* ---- what can be done now */

/* Again to a person whose program ended in between. */
static void tell_where(struct engine *e)
{
    if (!e->offer_told)
        tell(e, e->offer.phase == OFFER_OPEN ? ADDING_OPEN : ADDING_ASKED, E_OK);
    e->offer_told = true;
}

static bool may_ask(const struct engine *e, enum op op)
{
    return e->link.state == LINK_READY && !link_is_busy(e, op) && e->now_ms >= e->offer_ms;
}

struct err offering_pump(struct engine *e)
{
    const struct offer *o = &e->offer;

    if (o->phase >= OFFER_MADE && o->phase <= OFFER_ASKED && offer_is_over(o, e->now_ms))
        return end(e, ADDING_OVER, E_EXPIRED);
    switch (o->phase) {
    case OFFER_NONE:
        return OK;
    case OFFER_ASKED:
        tell_where(e);
        return OK;
    case OFFER_MADE:
        return may_ask(e, OP_LINK_OPEN) ? open_slot(e) : OK;
    case OFFER_OPEN:
        tell_where(e);
        return may_ask(e, OP_LINK_LOOK) ? look(e) : OK;
    case OFFER_CONFIRMED:
        return pump_confirmed(e);
    case OFFER_ANSWERED:
        return may_ask(e, OP_LINK_ANSWER) ? send_answer(e) : OK;
    case OFFER_UNHEARD:
        if (e->offer_ms == 0) /* a program before this one found out */
            e->offer_ms = clock_add(e->now_ms, UNHEARD_MS);
        if (may_ask(e, OP_PERSON))
            return settle_unheard(e);
        if (e->now_ms >= e->offer_ms)
            e->offer_ms = clock_add(e->now_ms, AGAIN_MS);
        return OK;
    }
    return OK;
}

uint64_t offering_at(const struct engine *e)
{
    const struct offer *o = &e->offer;
    uint64_t end_ms = clock_add(o->made_ms, OFFER_LIFE_MS), at = 0;

    if (e->link.state == LINK_READY && e->offer_ms > e->now_ms)
        at = e->offer_ms;
    if (o->phase != OFFER_NONE && o->phase <= OFFER_CONFIRMED && !e->offer_late &&
        (at == 0 || end_ms < at))
        at = end_ms;
    return o->phase == OFFER_NONE ? 0 : at;
}

struct err offering_wake(struct engine *e)
{
    return e->offer.phase == OFFER_NONE ? OK : offering_pump(e);
}

/* ---- answers */

static struct err opened(struct engine *e, enum err_code code)
{
    if (e->offer.phase != OFFER_MADE)
        return OK;
    if (code != E_OK)
        return end(e, ADDING_OVER, code);
    TRY(enter(e, OFFER_OPEN));
    return offering_pump(e);
}

static bool is_listed(const struct engine *e, const struct device_id *did)
{
    return device_list_find(&e->own.list, did) != NULL ||
           device_list_find_revoked(&e->own.list, did) != NULL;
}

/* What no ask of this link can be was left by somebody who is in the way: the link is spoiled. */
static struct err take_ask(struct engine *e, struct bytes box, struct bytes from)
{
    struct offer next = e->offer;
    struct err err = offer_take_ask(&next, box, from);

    if (err.code == E_OK && is_listed(e, &next.ask.did))
        err = FAIL(E_CONFLICT);
    if (err.code != E_OK) {
        secret_wipe(&next, sizeof next);
        if (err_who(err.code) == WHO_OPERATOR)
            return err;
        return end(e, ADDING_OVER, err.code == E_CONFLICT ? E_CONFLICT : E_FORGED);
    }
    TRY(step(e, &next));
    e->offer_ms = 0;
    e->offer_told = false;
    return offering_pump(e);
}

static struct err looked(struct engine *e, enum err_code code, const struct frame *f,
                         struct arena *a)
{
    Tacet__Wire__LinkAsked *m;

    if (e->offer.phase != OFFER_OPEN)
        return OK;
    if (offer_is_over(&e->offer, e->now_ms))
        return end(e, ADDING_OVER, E_EXPIRED);
    if (code != E_OK)
        return end(e, ADDING_OVER, code);
    TRY(frame_unpack(f->body, &tacet__wire__link_asked__descriptor, a, &m));
    if (m->box.len > 0)
        return take_ask(e, frame_bytes(m->box), frame_bytes(m->from));
    e->offer_ms = clock_add(e->now_ms, LOOK_MS);
    return OK;
}

static struct err answer_taken(struct engine *e, enum err_code code)
{
    if (e->offer.phase != OFFER_ANSWERED)
        return OK;
    if (code == E_OK)
        return end(e, ADDING_DONE, E_OK);
    TRY(enter(e, OFFER_UNHEARD));
    e->offer_ms = clock_add(e->now_ms, UNHEARD_MS);
    return siblings_ask(e); /* for its prekey */
}

struct err offering_answered(struct engine *e, const struct waiting *w, const struct frame *f,
                             struct arena *a)
{
    enum err_code code = f->code == 0 ? E_OK : err_from_number(f->code);

    if (code != E_OK && (err_who(code) == WHO_NOBODY || err_who(code) == WHO_OPERATOR)) {
        e->offer_ms = clock_add(e->now_ms, AGAIN_MS);
        return OK;
    }
    if (w->op == OP_LINK_OPEN)
        return opened(e, code);
    if (w->op == OP_LINK_LOOK)
        return looked(e, code, f, a);
    return answer_taken(e, code);
}

struct err offering_listed(struct engine *e, const struct listing_change *c, enum err_code code)
{
    if (e->offer.phase == OFFER_CONFIRMED && c->kind == LISTING_ADD && code != E_OK &&
        ID_SAME(c->entry.did, e->offer.ask.did))
        return end(e, ADDING_OVER, code);
    return offering_pump(e);
}

/* ---- what the person wants */

struct err offering_begin(struct engine *e)
{
    struct offer next;

    if (e->offer.phase >= OFFER_CONFIRMED)
        return FAIL(E_CONFLICT);
    if (!own_is_listed(&e->own))
        return FAIL(E_DENIED);
    if (device_list_count(&e->own.list) >= LIMIT_LIST_DEVICES)
        return FAIL(E_LIMIT);
    TRY(offer_make(&next, &e->own, e->random, e->now_ms));
    forget(e);
    TRY(step(e, &next));
    return offering_pump(e);
}

static struct err confirm_in(struct engine *e, struct offer *next)
{
    const struct listing_change c = {.kind = LISTING_ADD,
                                     .entry = {.did = next->ask.did,
                                               .dsk = next->ask.dsk,
                                               .role = DEVICE_PLAIN,
                                               .added_ms = e->now_ms}};

    next->phase = OFFER_CONFIRMED;
    TRY(listing_put(e->vault, &e->own, &c, e->now_ms));
    return offer_put(e->vault, next);
}

struct err offering_confirm(struct engine *e, struct bytes digest)
{
    struct err err = OK;
    struct offer next = e->offer;

    if (e->offer.phase != OFFER_ASKED)
        TRY_OUT(FAIL(E_ABSENT));
    if (offer_is_over(&e->offer, e->now_ms)) {
        TRY_OUT(end(e, ADDING_OVER, E_EXPIRED));
        TRY_OUT(FAIL(E_EXPIRED));
    }
    if (!secret_same(digest, BYTES(e->offer.digest)))
        TRY_OUT(FAIL(E_CONFLICT));
    TRY_OUT(vault_begin(e->vault));
    TRY_OUT(vault_end(e->vault, confirm_in(e, &next)));
    e->offer = next;
    TRY_OUT(changing_pump(e));
out:
    secret_wipe(&next, sizeof next);
    return err;
}

struct err offering_cancel(struct engine *e)
{
    if (e->offer.phase == OFFER_NONE)
        return FAIL(E_ABSENT);
    return e->offer.phase >= OFFER_CONFIRMED ? FAIL(E_CONFLICT) : end(e, ADDING_OVER, E_DENIED);
}
