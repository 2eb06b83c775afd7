/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/kin.h"

#include "client/listing.h"
#include "crypto/sign.h"
#include "sim/backups.h"
#include "sim/people.h"
#include "wire/tacet.pb-c.h"

#define ADD_ONCE_IN    10 /* steps */
#define REMOVE_ONCE_IN 12
#define DEVICES_MOST   4  /* of one account: more say no more, and take long */
#define EVERYBODYS     12 /* devices beside the first ones, in a world */
#define LOOK_MOST_MS   20000
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

/* The server has forgotten lists of this account. */
static bool is_behind(const struct person *account)
{
    return account->first->kin.server < account->first->kin.newest;
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
    by->kin.asked_life = 0;
    about->kin.leaving = !adds;
    if (!adds)
        about->kin.leaving_ms = w->now_ms;
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

    if (by->engine == NULL || !is_one(by) || by->kin.about != NULL || by->kin.leaving ||
        is_behind(by))
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
    who->kin.about = NULL;
}

/* What it adds may be in force and another one may have removed it since, before it heard so
 * itself: what stood revoked stays so [PROTOCOL 4.3], and its engine says that. */
static void note_refusal(struct person *by, enum err_code code)
{
    if (code == E_REMOVED && by->kin.about != NULL && by->kin.adds && by->kin.about->kin.removed)
        forget(by, "another one removed it since");
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
    struct bytes list;

    if (fresh->kin.list.n > 0)
        return;
    world_must(own_list_statement(own, by->vault, &a, &list), "a list");
    fresh->kin.list = BUF(DEVICE_LIST_MAX_SIZE);
    buf_bytes(&fresh->kin.list, list);
    arena_free(&a);
    fresh->kin.since = own->list.version;
    fresh->kin.listed = true;
    people_added(fresh);
}

static struct listing_change change_of(const struct person *by)
{
    const struct person *about = by->kin.about;
    struct listing_change change = {.kind = LISTING_REVOKE, .entry = {.did = about->kin.did}};
    struct identity id;

    if (!by->kin.adds)
        return change;
    world_must(identity_parse(buf_view(&about->kin.keys), &id), "a device");
    change.kind = LISTING_ADD;
    change.entry.dsk = id.dsk;
    change.entry.role = DEVICE_PLAIN;
    change.entry.added_ms = people_clock(by);
    identity_free(&id);
    return change;
}

static bool knows(const struct person *by, const struct person *who)
{
    return device_list_find_device(&engine_own(by->engine)->list, &who->kin.did) != NULL;
}

/* Its vault keeps what it was asked for, unless it is put back.  Who does not know the device that
 * is to go looks its account up. */
static void ask(struct person *by)
{
    struct listing_change change;
    uint64_t life = by->life;
    enum err_code code = E_ABSENT;

    if (by->kin.adds && !by->kin.about->kin.named)
        make_keys(by, by->kin.about);
    change = change_of(by);
    if (by->kin.adds || knows(by, by->kin.about))
        code = people_change_list(by, &change);
    world_trace(by->world, "  %s is asked for that: %s", by->name, err_name(code));
    if (code == E_OK)
        by->kin.asked_life = life + 1;
    else if (by->engine != NULL && engine_is_ready(by->engine))
        (void)people_command(by, COMMAND_LOOK_UP, by->handle, "");
    note_refusal(by, code);
}

static bool is_done(const struct person *by)
{
    return by->kin.adds ? by->kin.about->kin.list.n > 0 : by->kin.about->kin.removed;
}

static void look(struct world *w, void *subject)
{
    struct person *by = subject;

    (void)w;
    if (by->kin.about == NULL)
        return;
    look_later(by);
    if (is_done(by))
        by->kin.about = NULL;
    else if (!is_one(by))
        forget(by, "it is none itself");
    else if (by->engine != NULL && by->kin.asked_life != by->life + 1)
        ask(by);
}

/* The server took it and went before it could answer: it is seen by what it shows then. */
void kin_in_force(struct person *who)
{
    const struct device_list *list = &engine_own(who->engine)->list;

    if (!kin_knows_list(who, list))
        note_list(who->first, list);
}

void kin_changed(struct person *who, const struct listing_change *change, enum err_code code)
{
    struct world *w = who->world;

    world_trace(w, "  %s hears of a change of its list: %s", who->name, err_name(code));
    if (change->kind == LISTING_RECOVERY) { /* a disk may have kept what was refused */
        if (code == E_OK)
            kin_listed(who, &engine_own(who->engine)->list);
        return;
    }
    if (code == E_OK)
        kin_in_force(who);
    for (size_t i = 0; code == E_OK && i < w->people; i++) {
        if (!w->person[i]->kin.named || !ID_SAME(w->person[i]->kin.did, change->entry.did))
            continue;
        if (change->kind == LISTING_ADD)
            comes(who, w->person[i]);
        else
            is_removed(w->person[i]);
    }
    if (code != E_OK)
        who->kin.asked_life = 0;
    if (who->kin.about != NULL && ID_SAME(who->kin.about->kin.did, change->entry.did))
        note_refusal(who, code);
}

/* ---- what the server knows */

static void note_version(struct person *first, uint32_t version)
{
    struct kin *k = &first->kin;

    invariant(version < KIN_LISTS_MOST);
    if (k->server < version) /* else its answer was lost */
        k->taken_ms[version] = first->world->now_ms;
    k->server = k->server < version ? version : k->server;
    k->newest = k->newest < version ? version : k->newest;
}

void kin_listed(struct person *by, const struct device_list *list)
{
    struct world *w = by->world;

    losing_listed(by, list);
    note_list(by->first, list);
    for (size_t i = 0; i < w->people; i++) {
        struct person *who = w->person[i];

        if (!is_of(who, by) || !who->kin.named)
            continue;
        who->kin.listed |= device_list_find_device(list, &who->kin.did) != NULL;
        if (device_list_find_revoked(list, &who->kin.did) != NULL)
            is_removed(who);
    }
}

/* What a commit refused may be there after a crash: its owner made it in any case. */
static void take_list(struct person *by, struct bytes statement, bool taken)
{
    struct world *w = by->world;
    struct device_list list;
    struct network_id nid;

    world_must(names_network(&w->server.root, BYTES_LITERAL(WORLD_DOMAIN), &nid), "a network");
    world_must(device_list_parse(statement, &nid, &list), "a list");
    if (!taken) {
        note_list(by->first, &list);
        return;
    }
    note_version(by->first, list.version);
    if (list.version > 1)
        w->server.listed_ms = w->now_ms;
    kin_listed(by, &list);
}

static void take_body(struct person *by, const struct request *rq)
{
    bool taken = rq->outcome.code == E_OK;
    struct arena a = ARENA(4 * LIMIT_FRAME);
    Tacet__Wire__PublishList *m;
    Tacet__Wire__RecoverList *back;
    Tacet__Wire__Join *join;

    if (rq->op == OP_LIST) {
        world_must(frame_unpack(rq->body, &tacet__wire__publish_list__descriptor, &a, &m),
                   "a list");
        take_list(by, frame_bytes(m->statement), taken);
    } else if (rq->op == OP_RECOVER_LIST) {
        world_must(frame_unpack(rq->body, &tacet__wire__recover_list__descriptor, &a, &back),
                   "a list");
        take_list(by, frame_bytes(back->statement), taken);
    } else {
        world_must(frame_unpack(rq->body, &tacet__wire__join__descriptor, &a, &join), "a list");
        take_list(by, frame_bytes(join->list), taken);
    }
    arena_free(&a);
}

void kin_committed(struct world *w, const struct request *rq)
{
    struct line *l = w->lines;
    bool ok = rq->outcome.code == E_OK, refused = err_who(rq->outcome.code) == WHO_OPERATOR;
    bool is_list = rq->op == OP_LIST || rq->op == OP_JOIN || rq->op == OP_RECOVER_LIST;

    if (rq->op == OP_RECOVERY_KEEP && ok)
        w->server.listed_ms = w->now_ms; /* as if it were a list: nobody gives it again at once */
    if (!is_list && rq->op != OP_PREKEY)
        return;
    while (l != NULL && l->session.id != rq->session)
        l = l->older;
    if (l == NULL || (!ok && !(refused && is_list)))
        return;
    if (is_list) {
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
    losing_joined(who);
    if (who->losing.returns) /* its first prekey is still to be published */
        return;
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

static void release(struct said *s, size_t index, uint64_t to_ms)
{
    if (s->accepted_ms == 0 || s->accepted_ms >= to_ms)
        s->must &= ~(UINT64_C(1) << index);
}

/* It gets nothing that is sealed before it has published a prekey again, nor what was sealed before
 * that and is sealed again. */
static void forget_device(struct world *w, size_t index, uint64_t to_ms)
{
    w->person[index]->kin.ready = false;
    for (size_t i = 0; i < w->ledger.n; i++)
        release(&w->ledger.said[i], index, to_ms);
    for (size_t i = 0; i < w->circles.words; i++)
        release(&w->circles.word[i].said, index, to_ms);
}

/* The newest list that the server knew of then. */
static uint32_t newest_then(const struct person *first, uint64_t to_ms)
{
    uint32_t version = first->kin.server;

    while (version > 0 && first->kin.taken_ms[version] >= to_ms)
        version--;
    return version;
}

/* It has all lists that a server forgets that knows them up to this one. */
static bool can_bring(const struct person *who, uint32_t known)
{
    return is_one(who) && !who->kin.leaving && who->engine != NULL &&
           engine_own(who->engine)->list.version == who->first->kin.newest &&
           (who == who->first ? 1 : who->kin.since) <= known + 1;
}

static bool may_go_back(const struct world *w, const struct person *account, uint32_t known)
{
    bool any = false;

    for (size_t i = 0; i < w->people; i++) {
        const struct person *who = w->person[i];

        if (is_of(who, account) && who->kin.about != NULL)
            return false;
        any |= is_of(who, account) && can_bring(who, known);
    }
    return any;
}

bool kin_may_go_back(const struct world *w, uint64_t to_ms)
{
    for (size_t i = 0; i < w->people; i++) {
        const struct person *first = w->person[i];
        uint32_t known = newest_then(first, to_ms);

        if (first == first->first && known > 0 && known < first->kin.newest && !first->leaving &&
            !may_go_back(w, first, known))
            return false;
    }
    return true;
}

void kin_went_back(struct world *w, uint64_t to_ms)
{
    for (size_t i = 0; i < w->people; i++) {
        struct kin *k = &w->person[i]->kin;

        k->server = newest_then(w->person[i], to_ms);
        if (w->person[i] != w->person[i]->first && k->ready && k->ready_ms >= to_ms)
            forget_device(w, i, to_ms);
    }
}

/* ---- the end */

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
        if (by != NULL && !is_behind(who))
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
        if (who->kin.removed && who->joined && !who->kin.wiped && !who->losing.lost &&
            !who->first->leaving && !who->first->unknown)
            ledger_break(w, WRONG_STUCK, "%s was removed, and does not know", who->name);
    }
}

void kin_free(struct person *who)
{
    buf_free(&who->kin.keys);
    buf_free(&who->kin.list);
    buf_free(&who->kin.lists);
}
