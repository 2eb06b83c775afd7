/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/kin.h"

#include "crypto/sign.h"
#include "sim/backups.h"
#include "sim/people.h"
#include "statement/device_change.h"
#include "wire/tacet.pb-c.h"

#define ADD_ONCE_IN    10 /* steps */
#define REMOVE_ONCE_IN 12
#define DEVICES_MOST   4  /* of one account: more say no more, and take long */
#define EVERYBODYS     12 /* devices beside the first ones, in a world */
#define LOOK_MOST_MS   20000
#define PATIENCE_MS    CLOCK_MINUTE_MS
#define ANSWER_ID      (UINT64_C(1) << 60) /* of no request of an engine's */
#define KEYS_MAX       512

static bool is_of(const struct person *who, const struct person *account)
{
    return who->first == account->first;
}

/* It may still do something for its account. */
static bool is_one(const struct person *who)
{
    return who->joined && !backups_is_gone(who) && !who->leaving && !who->kin.removed;
}

/* ---- wishes */

static size_t how_many(const struct world *w, const struct person *account)
{
    size_t n = 0;

    for (size_t i = 0; i < w->people; i++)
        n += is_of(w->person[i], account) && !w->person[i]->kin.leaving &&
             !w->person[i]->kin.removed;
    return n;
}

bool kin_rests(const struct world *w)
{
    for (size_t i = 0; i < w->people; i++)
        if (w->person[i]->kin.about != NULL)
            return false;
    return true;
}

static void look(struct world *w, void *subject);

static void look_later(struct person *who)
{
    struct world *w = who->world;

    world_after(w, 1 + dice_below(&w->kin, LOOK_MOST_MS), look, who, NULL);
}

static void wish(struct person *by, struct person *about, bool adds)
{
    struct world *w = by->world;

    world_trace(w, "%s is to %s %s", by->name, adds ? "add" : "remove", about->name);
    by->kin.about = about;
    by->kin.adds = adds;
    about->kin.leaving = !adds;
    look(w, by);
}

static struct person *another(struct world *w, const struct person *by)
{
    size_t from = dice_below(&w->kin, w->people);

    for (size_t i = 0; i < w->people; i++) {
        struct person *who = w->person[(from + i) % w->people];

        if (who != by && is_of(who, by) && who->kin.listed && !who->kin.leaving &&
            !who->kin.removed)
            return who;
    }
    return NULL;
}

void kin_step(struct world *w)
{
    struct person *by = w->person[dice_below(&w->kin, w->people)], *gone;
    bool adds = world_rolls(w, &w->kin, KIND_ADD_DEVICE, ADD_ONCE_IN);
    bool removes = world_rolls(w, &w->kin, KIND_REMOVE_DEVICE, REMOVE_ONCE_IN);

    if (by->engine == NULL || !is_one(by) || by->kin.about != NULL || by->kin.leaving)
        return;
    gone = another(w, by);
    if (adds && how_many(w, by) < DEVICES_MOST && w->people < w->accounts + EVERYBODYS)
        wish(by, people_another(by), true);
    else if (removes && gone != NULL)
        wish(by, gone, false);
}

/* It wants nothing any more.  A device that did not come to be never runs. */
static void forget(struct person *who, const char *why)
{
    world_trace(who->world, "  %s leaves the list of devices alone: %s", who->name, why);
    if (!who->kin.adds && who->kin.statement.n == 0) /* nobody was asked */
        who->kin.about->kin.leaving = who->kin.about->kin.removed;
    who->kin.about = NULL;
    buf_free(&who->kin.statement);
}

/* ---- the list that is asked for */

/* A new device of the account of `of`. */
static void make_keys(struct person *of, struct person *fresh)
{
    const struct identity *mine = &engine_own(of->engine)->me;
    struct identity both = {.who = mine->who, .ark_secret = mine->ark_secret}, id;
    struct point dsk;

    world_must(sign_generate(&both.dsk_secret, dsk.b), "a device key");
    fresh->kin.keys = BUF(KEYS_MAX);
    world_must(identity_write(&both, &fresh->kin.keys), "a device");
    sign_private_free(both.dsk_secret);
    world_must(identity_parse(buf_view(&fresh->kin.keys), &id), "a device");
    fresh->kin.did = id.who.did;
    fresh->kin.named = true;
    identity_free(&id);
    world_trace(of->world, "  %s is device %02x%02x", fresh->name, fresh->kin.did.b[0],
                fresh->kin.did.b[1]);
}

static void add(struct person *by, struct person *fresh, struct device_list *next)
{
    struct device_entry entry = {.role = DEVICE_PLAIN, .added_ms = people_clock(by)};
    struct identity id;

    if (!fresh->kin.named)
        make_keys(by, fresh);
    world_must(identity_parse(buf_view(&fresh->kin.keys), &id), "a device");
    entry.did = id.who.did;
    entry.dsk = id.dsk;
    identity_free(&id);
    world_must(device_change_add(next, &entry), "one more device");
}

static void note_list(struct person *first, const struct device_list *list)
{
    if (first->kin.lists.max == 0)
        first->kin.lists = BUF(1 << 20);
    buf_bytes(&first->kin.lists, BYTES(list->hash));
}

bool kin_knows_list(const struct person *account, const struct device_list *list)
{
    struct bytes all = buf_view(&account->first->kin.lists);

    for (size_t at = 0; at < all.n; at += sizeof list->hash)
        if (memcmp(all.at + at, list->hash, sizeof list->hash) == 0)
            return true;
    return false;
}

static void sign(struct person *by)
{
    const struct own *own = engine_own(by->engine);
    struct device_list next;

    world_must(device_change_begin(&own->list, people_clock(by), &next), "the next list");
    if (by->kin.adds)
        add(by, by->kin.about, &next);
    else
        world_must(device_change_revoke(&next, &by->kin.about->kin.did), "one device less");
    by->kin.statement = BUF(DEVICE_LIST_MAX_SIZE);
    world_must(device_list_sign(&next, &own->nid, own->me.ark_secret, &own->me.who.did,
                                own->me.dsk_secret, &by->kin.statement),
               "a list");
    note_list(by->first, &next);
}

static void ask(struct person *by)
{
    struct buf body = BUF(LIMIT_FRAME), frame = BUF(LIMIT_FRAME);
    Tacet__Wire__PublishList m = TACET__WIRE__PUBLISH_LIST__INIT;
    struct frame f = {.op = OP_LIST, .id = ANSWER_ID};

    m.statement = frame_data(buf_view(&by->kin.statement));
    frame_pack(&m, &body);
    f.body = buf_view(&body);
    frame_write(&f, &frame);
    by->kin.asked_on = by->line;
    by->kin.asked_ms = by->world->now_ms;
    network_send(by->line, WAY_UP, buf_view(&frame));
    buf_free(&body);
    buf_free(&frame);
}

/* In its account's newest list, as the engine of `by` knows it. */
static bool stands(const struct person *by, const struct person *who)
{
    return who->kin.named &&
           device_list_find_device(&engine_own(by->engine)->list, &who->kin.did) != NULL;
}

static void is_removed(struct person *who)
{
    struct world *w = who->world;

    if (who->kin.removed)
        return;
    world_trace(w, "  %s is no device any more", who->name);
    who->kin.removed = who->kin.leaving = true;
    who->kin.removed_ms = w->now_ms;
    who->kin.removed_at = w->ledger.n;
}

/* It begins with the list that has it. */
static void comes(struct person *by, struct person *fresh)
{
    struct own *own = (struct own *)engine_own(by->engine);
    struct arena a = ARENA(4 * DEVICE_LIST_MAX_SIZE);
    struct bytes list = buf_view(&by->kin.statement);

    if (list.n == 0)
        world_must(own_list_statement(own, by->vault, &a, &list), "a list");
    fresh->kin.list = BUF(DEVICE_LIST_MAX_SIZE);
    buf_bytes(&fresh->kin.list, list);
    arena_free(&a);
    fresh->kin.listed = true;
    people_added(fresh);
}

static void done(struct person *by)
{
    if (by->kin.adds)
        comes(by, by->kin.about);
    else
        is_removed(by->kin.about);
    by->kin.about = NULL;
    buf_free(&by->kin.statement);
}

/* Its answer was lost. */
static bool is_done(const struct person *by)
{
    return by->kin.statement.n == 0 && stands(by, by->kin.about) == by->kin.adds;
}

static bool may_ask(const struct person *by)
{
    return by->engine != NULL && engine_is_ready(by->engine) && by->line != NULL &&
           (by->kin.asked_on != by->line ||
            clock_since(by->world->now_ms, by->kin.asked_ms) >= PATIENCE_MS);
}

static void look(struct world *w, void *subject)
{
    struct person *by = subject;

    (void)w;
    if (by->kin.about == NULL)
        return;
    look_later(by);
    if (!is_one(by)) {
        forget(by, "it is none itself");
    } else if (may_ask(by) && is_done(by)) {
        done(by);
    } else if (may_ask(by)) {
        if (by->kin.statement.n == 0)
            sign(by);
        ask(by);
    }
}

/* Another device was first, or clocks differ: made anew, as soon as it knows the newest one. */
static void ask_anew(struct person *by)
{
    buf_free(&by->kin.statement);
    by->kin.asked_on = NULL;
    if (by->engine != NULL && engine_is_ready(by->engine))
        (void)people_command(by, COMMAND_LOOK_UP, by->handle, "");
}

static bool is_answer(struct bytes frame, enum err_code *code)
{
    struct arena a = ARENA(4 * LIMIT_FRAME);
    struct frame f;
    bool is = frame_parse(frame, &a, &f).code == E_OK && f.id == ANSWER_ID && f.op == OP_LIST;

    *code = is && f.code != 0 ? err_from_number(f.code) : E_OK;
    arena_free(&a);
    return is;
}

bool kin_hears(struct person *who, struct bytes frame)
{
    enum err_code code;

    if (!is_answer(frame, &code))
        return false;
    world_trace(who->world, "  %s hears of its list: %s", who->name, err_name(code));
    if (who->kin.about == NULL || who->kin.statement.n == 0)
        return true; /* to what was asked on another connection */
    if (code == E_OK)
        done(who);
    else if (code == E_CONFLICT || code == E_CLOCK)
        ask_anew(who);
    else if (err_who(code) == WHO_OPERATOR || err_who(code) == WHO_NOBODY)
        who->kin.asked_on = NULL;
    else
        forget(who, err_name(code));
    return true;
}

/* ---- what the server knows */

static void take_list(struct person *by, struct bytes statement)
{
    struct world *w = by->world;
    struct device_list list;
    struct network_id nid;

    world_must(names_network(&w->server.root, BYTES_LITERAL(WORLD_DOMAIN), &nid), "a network");
    world_must(device_list_parse(statement, &nid, &list), "a list");
    if (list.version == 1)
        note_list(by->first, &list);
    for (size_t i = 0; i < w->people; i++) {
        struct person *who = w->person[i];

        if (!is_of(who, by) || !who->kin.named)
            continue;
        who->kin.listed |= device_list_find_device(&list, &who->kin.did) != NULL;
        if (device_list_find_revoked(&list, &who->kin.did) != NULL)
            is_removed(who);
    }
}

static void take_body(struct person *by, const struct request *rq)
{
    struct arena a = ARENA(4 * LIMIT_FRAME);
    Tacet__Wire__PublishList *m;
    Tacet__Wire__Join *join;

    if (rq->op == OP_LIST) {
        world_must(frame_unpack(rq->body, &tacet__wire__publish_list__descriptor, &a, &m),
                   "a list");
        take_list(by, frame_bytes(m->statement));
    } else {
        world_must(frame_unpack(rq->body, &tacet__wire__join__descriptor, &a, &join), "a list");
        take_list(by, frame_bytes(join->list));
    }
    arena_free(&a);
}

void kin_committed(struct world *w, const struct request *rq)
{
    struct line *l = w->lines;

    if (rq->op != OP_LIST && rq->op != OP_JOIN && rq->op != OP_PREKEY)
        return;
    while (l != NULL && l->session.id != rq->session)
        l = l->older;
    if (l == NULL || rq->outcome.code != E_OK)
        return;
    if (rq->op != OP_PREKEY) {
        take_body(l->who, rq);
    } else if (!l->who->kin.ready) {
        l->who->kin.ready = true;
        l->who->kin.ready_ms = w->now_ms;
    }
}

/* ---- coming and going */

void kin_joined(struct person *who)
{
    who->kin.did = engine_own(who->engine)->me.who.did;
    who->kin.named = who->kin.listed = true;
    if (!who->kin.ready)
        who->kin.ready_ms = who->world->now_ms;
    who->kin.ready = true;
}

struct err kin_adopt(struct person *who)
{
    const struct server *s = &who->world->server.server;
    struct identity id;
    struct own own;

    world_must(identity_parse(buf_view(&who->kin.keys), &id), "a device");
    struct err err = own_adopt(who->vault,
                               &(struct own_adopted){.me = &id,
                                                     .root = BYTES(who->world->server.root.b),
                                                     .domain = BYTES_LITERAL(WORLD_DOMAIN),
                                                     .handle = bytes_text(who->handle),
                                                     .address = bytes_text(s->address),
                                                     .pin = BYTES(s->pin),
                                                     .list = buf_view(&who->kin.list)},
                               people_clock(who), &own);

    if (err.code == E_OK)
        own_free(&own);
    return err;
}

/* As long as a disk that fails may have kept what was refused, nobody knows better than it. */
void kin_told(struct person *who)
{
    world_trace(who->world, "  %s is told that it was removed", who->name);
    who->kin.told = true;
    if (!who->kin.removed && !who->kin.leaving)
        ledger_break(who->world, WRONG_ALARM, "%s is told that it was removed, and was not",
                     who->name);
}

void kin_wipe(struct person *who)
{
    struct err err = vault_destroy(who->vault);

    world_trace(who->world, "  %s wipes itself: %s", who->name, err_name(err.code));
    who->kin.wiped = err.code == E_OK;
}

void kin_went_back(struct world *w, uint64_t to_ms)
{
    for (size_t i = 0; i < w->people; i++) {
        struct kin *k = &w->person[i]->kin;

        if (w->person[i] != w->person[i]->first && k->ready && k->ready_ms >= to_ms)
            k->ready = false;
    }
}

bool kin_was_forgotten(const struct person *who)
{
    const struct server_node *s = &who->world->server;

    return s->restored && who->kin.removed && who->kin.removed_ms >= s->restored_of_ms;
}

/* ---- what it means for the ledger */

uint64_t kin_who_get(const struct world *w, const struct person *account)
{
    uint64_t all = 0;

    for (size_t i = 0; i < w->people; i++) {
        const struct person *who = w->person[i];

        if (is_of(who, account) && who->kin.ready && !who->kin.removed)
            all |= UINT64_C(1) << i;
    }
    return all;
}

bool kin_has_several(const struct person *account)
{
    for (size_t i = 0; account != NULL && i < account->world->people; i++)
        if (is_of(account->world->person[i], account) && account->world->person[i] != account)
            return true;
    return false;
}

static struct person *who_is_left(const struct world *w, const struct person *account)
{
    for (size_t i = 0; i < w->people; i++) {
        struct person *who = w->person[i];

        if (is_of(who, account) && is_one(who) && who->kin.about == NULL && !who->kin.leaving)
            return who;
    }
    return NULL;
}

static bool is_wanted(const struct world *w, const struct person *who)
{
    for (size_t i = 0; i < w->people; i++)
        if (w->person[i]->kin.about == who)
            return true;
    return false;
}

void kin_tidy(struct world *w)
{
    for (size_t i = 0; i < w->people; i++) {
        struct person *who = w->person[i], *by;

        if (who->joined || !who->kin.listed || who->kin.removed || is_wanted(w, who))
            continue;
        by = who_is_left(w, who);
        if (by != NULL)
            wish(by, who, false);
    }
}

void kin_check(struct world *w)
{
    for (size_t i = 0; i < w->people; i++) {
        const struct person *who = w->person[i];

        if (who->kin.about != NULL && is_one(who))
            ledger_break(w, WRONG_STUCK, "%s cannot %s %s", who->name,
                         who->kin.adds ? "add" : "remove", who->kin.about->name);
        if (who->kin.removed && who->joined && !who->kin.wiped && !who->first->leaving &&
            !who->first->unknown)
            ledger_break(w, WRONG_STUCK, "%s was removed, and does not know", who->name);
    }
}

void kin_free(struct person *who)
{
    buf_free(&who->kin.statement);
    buf_free(&who->kin.keys);
    buf_free(&who->kin.list);
    buf_free(&who->kin.lists);
}
