/* SPDX-License-Identifier: Apache-2.0 */
/* lookups: asking the server for people and rosters, and believing only what checks. */
#include "client/agreed.h"
#include "client/diary.h"
#include "client/elders.h"
#include "client/rules.h"
#include "client/sealing.h"
#include "client/wishing.h"
#include "wire/tacet.pb-c.h"

#define ANSWER_ARENA (16 * LIMIT_FRAME)
#define LOOKUPS_MAX  (ENGINE_REQUESTS_MAX - 8)

bool lookups_are_pending(const struct engine *e)
{
    return link_is_busy(e, OP_PERSON) || link_is_busy(e, OP_ROSTER) ||
           link_is_busy(e, OP_SERVER_KEYS) || link_is_busy(e, OP_POLICY) ||
           link_is_busy(e, OP_ROOM) || link_is_busy(e, OP_ROOMS);
}

/* Room is left for requests that must go out. */
bool lookups_may_ask(const struct engine *e, enum op op, struct bytes key)
{
    return e->link.state == LINK_READY && e->link.n < LOOKUPS_MAX && !link_is_waiting(e, op, key);
}

/* From the newest list that is known, so that there is one to compare; the first by a handle, which
 * may be somebody else's now. */
static struct err ask(struct engine *e, Tacet__Wire__AskPerson *m, const struct waiting *w)
{
    return lookups_may_ask(e, OP_PERSON, w->key) ? link_request(e, OP_PERSON, m, w) : OK;
}

struct err lookups_handle(struct engine *e, struct bytes handle)
{
    Tacet__Wire__AskPerson m = TACET__WIRE__ASK_PERSON__INIT;

    m.handle = frame_data(handle);
    m.from_list = 1;
    return ask(e, &m, &(struct waiting){.key = handle, .number = 1});
}

static struct err ask_account(struct engine *e, const struct account_id *aid, uint32_t from)
{
    Tacet__Wire__AskPerson m = TACET__WIRE__ASK_PERSON__INIT;

    m.from_list = from;
    m.aid = frame_data(ID_BYTES(*aid));
    return ask(e, &m, &(struct waiting){.key = ID_BYTES(*aid), .number = from, .by_account = true});
}

struct err lookups_account(struct engine *e, const struct account_id *aid)
{
    struct device_list list;
    struct err err = people_newest_list(e->vault, &e->own, aid, &list);

    if (err.code != E_ABSENT)
        TRY(err);
    return ask_account(e, aid, err.code == E_OK ? list.version : 1);
}

struct err lookups_own_from(struct engine *e, uint32_t list)
{
    return ask_account(e, &e->own.me.who.aid, list);
}

struct err lookups_roster(struct engine *e, const struct roster_id *id)
{
    Tacet__Wire__AskRoster m = TACET__WIRE__ASK_ROSTER__INIT;
    struct waiting w = {.key = ID_BYTES(*id)};

    m.digest = frame_data(w.key);
    return lookups_may_ask(e, OP_ROSTER, w.key) ? link_request(e, OP_ROSTER, &m, &w) : OK;
}

/* Generated repeated bytes as ours. */
static struct err runs_of(const ProtobufCBinaryData *in, size_t n, struct arena *a,
                          const struct bytes **out)
{
    struct bytes *runs = ARENA_ARRAY(a, n, struct bytes);

    if (runs == NULL) /* as frame_unpack(): the ceiling is the sender's fault, not this machine's */
        return FAIL(n > (a->max - a->used) / sizeof *runs ? E_LIMIT : E_NOMEM);
    for (size_t i = 0; i < n; i++)
        runs[i] = frame_bytes(in[i]);
    *out = runs;
    return OK;
}

static struct err news_of(const Tacet__Wire__Person *p, struct bytes certificate, struct arena *a,
                          struct people_news *out)
{
    struct people_news news = {.statement = frame_bytes(p->statement),
                               .certificate = certificate,
                               .lists = p->n_lists,
                               .prekeys = p->n_prekeys};

    TRY(runs_of(p->lists, p->n_lists, a, &news.list));
    TRY(runs_of(p->prekeys, p->n_prekeys, a, &news.prekey));
    *out = news;
    return OK;
}

void lookups_tell_bad(struct engine *e, enum err_code why)
{
    actions_tell(e,
                 &(struct event){.kind = EVENT_PROBLEM, .problem = PROBLEM_STATEMENT, .code = why});
}

/* Whose devices came or went, in the conversation with them. */
static bool devices_event(const struct contact *c, const struct people_learned *l,
                          struct event *out)
{
    *out = (struct event){.kind = EVENT_DEVICES,
                          .contact = *c,
                          .added = l->added,
                          .removed = l->removed,
                          .given = l->given,
                          .recovered = l->recovered};
    return l->added > 0 || l->removed > 0 || l->given > 0 || l->recovered;
}

/* What the server shows is less than is known, or contradicts it; said once for as long as it does.
 */
static size_t wrong_events(const struct contact *c, const struct people_learned *l,
                           struct event out[2])
{
    size_t n = 0;

    if (l->tell_behind)
        out[n++] = (struct event){
            .kind = EVENT_PROBLEM, .problem = PROBLEM_STATEMENT, .code = E_STALE, .contact = *c};
    if (l->tell_forked)
        out[n++] =
            (struct event){.kind = EVENT_PROBLEM, .problem = PROBLEM_TWO_LISTS, .contact = *c};
    return n;
}

/* Nobody asked who I am: it is no news but to what waits for it. */
static struct err learned_me(struct engine *e, const struct people_learned *l, uint32_t asked_from)
{
    TRY(siblings_learned(e));
    if (l->lists_behind)
        TRY(relisting_behind(e, asked_from, l->shown));
    sharing_soon(e);
    if (l->news && e->link.state == LINK_READY) {
        TRY(attending_met(e));
        TRY(incoming_retry(e, false));
    } else {
        incoming_report(e);
    }
    if (l->more)
        TRY(siblings_ask(e));
    return outgoing_pump(e);
}

static struct err learned(struct engine *e, const struct contact *c, const struct people_learned *l,
                          uint32_t asked_from)
{
    struct event event, devices, wrong[2];
    size_t n = wrong_events(c, l, wrong);

    if (devices_event(c, l, &devices))
        actions_tell(e, &devices);
    for (size_t i = 0; i < n; i++)
        actions_tell(e, &wrong[i]);
    if (people_is_me(&e->own, c))
        return learned_me(e, l, asked_from);
    event = (struct event){.kind = EVENT_CONTACT, .contact = *c};
    if (c->changed)
        event =
            (struct event){.kind = EVENT_PROBLEM, .problem = PROBLEM_KEY_CHANGED, .contact = *c};
    actions_tell(e, &event);
    if (l->more)
        TRY(lookups_account(e, &c->aid));
    if (l->news)
        TRY(attending_met(e));
    TRY(wishing_pump(e));
    TRY(incoming_retry(e, false));
    return outgoing_pump(e);
}

/* In the caller's transaction: what came of it stands in the conversation, too. */
static struct err keep_news(struct engine *e, const struct people_news *news, struct contact *c,
                            struct people_learned *l)
{
    TRY(people_learn(e->vault, &e->own, news, e->now_ms, c, l));
    TRY(agreed_learned(e, c));
    return diary_note(e->vault, e->random, c->number,
                      &(struct diary_devices){l->added, l->removed, l->recovered, l->given},
                      e->now_ms);
}

/* In a transaction of its own.  What the server sent and does not check is told, not kept. */
static struct err learn(struct engine *e, const struct people_news *news)
{
    struct people_learned l;
    struct contact c;
    struct err err;

    TRY(vault_begin(e->vault));
    err = vault_end(e->vault, keep_news(e, news, &c, &l));
    if (err.code != E_OK && err_who(err.code) == WHO_OPERATOR)
        return err;
    if (err.code != E_OK || l.expired)
        lookups_tell_bad(e, err.code == E_OK ? E_EXPIRED : err.code);
    if (err.code != E_OK) {
        incoming_report(e);
        return OK;
    }
    return learned(e, &c, &l, news->asked_from);
}

/* For something parked, which stays parked; or for somebody known whom the server has forgotten, so
 * that whoever has the handle now has another account: the answer shows it. */
static struct err no_such_account(struct engine *e, const struct waiting *w, enum err_code code)
{
    struct account_id aid;
    struct contact c;
    struct err err;

    memcpy(aid.b, w->key.at, sizeof aid.b);
    if (ID_SAME(aid, e->own.me.who.aid)) /* also what elders asks */
        return OK;
    err = people_by_account(e->vault, &aid, &c);
    if (code == E_ABSENT)
        TRY(governing_nobody(e, &aid));
    if (err.code == E_ABSENT || code != E_ABSENT)
        return OK;
    TRY(err);
    return lookups_handle(e, bytes_text(c.handle));
}

/* Nobody is called that, or the server would not say. */
static struct err no_such_person(struct engine *e, const struct waiting *w, enum err_code code)
{
    struct event event = {.kind = EVENT_CONTACT, .code = code};
    struct err err;

    incoming_report(e);
    if (w->by_account)
        return no_such_account(e, w, code);
    err = people_by_handle(e->vault, w->key, &event.contact);
    if (err.code == E_ABSENT)
        memcpy(event.contact.handle, w->key.at, w->key.n);
    else
        TRY(err);
    actions_tell(e, &event);
    if (code != E_ABSENT || event.contact.number == 0 || event.contact.known)
        return OK;
    TRY(wishing_nobody(e, event.contact.number, code));
    return outgoing_give_up(e, event.contact.number, code);
}

struct err lookups_person_answer(struct engine *e, const struct waiting *w, const struct frame *f)
{
    struct err err = OK;
    struct arena a = ARENA(ANSWER_ARENA);
    Tacet__Wire__PersonAnswer *m;
    struct people_news news;
    struct account_id aid;

    if (f->code != 0)
        return no_such_person(e, w, err_from_number(f->code));
    TRY_OUT(frame_unpack(f->body, &tacet__wire__person_answer__descriptor, &a, &m));
    if (m->person == NULL)
        TRY_OUT(FAIL(E_MALFORMED));
    TRY_OUT(news_of(m->person, frame_bytes(m->certificate), &a, &news));
    if (elders_is(w)) {
        TRY_OUT(elders_answered(e, m->person));
        if (news.lists >= LIMIT_ANSWER_LISTS) /* the newest is not among them */
            goto out;
    }
    if (w->by_account) {
        memcpy(aid.b, w->key.at, sizeof aid.b);
        news.aid = &aid;
    }
    news.handle = w->key;
    news.asked_from = (uint32_t)w->number;
    TRY_OUT(learn(e, &news));
out:
    arena_free(&a);
    return err;
}

struct err lookups_roster_answer(struct engine *e, const struct waiting *w, const struct frame *f)
{
    struct err err = OK;
    struct arena a = ARENA(ANSWER_ARENA);
    Tacet__Wire__RosterAnswer *m;
    struct roster_id id;

    if (f->code != 0) { /* what needs it stays parked */
        incoming_report(e);
        return OK;
    }
    TRY_OUT(frame_unpack(f->body, &tacet__wire__roster_answer__descriptor, &a, &m));
    TRY_OUT(roster_digest(frame_bytes(m->roster), &id));
    if (!bytes_same(ID_BYTES(id), w->key)) { /* not what was asked for: as good as no answer */
        lookups_tell_bad(e, E_FORGED);
        incoming_report(e);
        goto out;
    }
    TRY_OUT(vault_begin(e->vault));
    TRY_OUT(vault_end(e->vault, people_keep_roster(e->vault, &id, frame_bytes(m->roster))));
    TRY_OUT(incoming_retry(e, false));
out:
    arena_free(&a);
    return err;
}

/* ---- ML-KEM keys  [PROTOCOL 4.4] */

static struct err missing_keys(struct engine *e, const struct contact *c, struct kem_question *q)
{
    struct device_list list;
    struct rules rules;

    TRY(rules_of_pair(e->vault, &e->own, NULL, e->now_ms, &rules));
    TRY(people_newest_list(e->vault, &e->own, &c->aid, &list));
    for (size_t i = 0; i < list.devices; i++) {
        enum sealing_way way;
        struct prekey p;

        if (!sealing_is_recipient(e, &list.device[i]))
            continue;
        TRY(sealing_way_to(e, &list.device[i].did, rules.profile, &p, &way));
        if (way == SEALING_ASK)
            lookups_want_key(q, &c->aid, &list.device[i].did, p.number);
    }
    return OK;
}

void lookups_want_key(struct kem_question *q, const struct account_id *aid,
                      const struct device_id *did, uint32_t number)
{
    if (q->n == LIMIT_KEM_KEYS)
        return;
    q->name[q->n].aid = *aid;
    q->name[q->n].did = *did;
    q->name[q->n].number = number;
    q->n++;
}

struct err lookups_ask_keys(struct engine *e, const struct kem_question *q, bool *waits)
{
    Tacet__Wire__AskKemKeys m = TACET__WIRE__ASK_KEM_KEYS__INIT;
    Tacet__Wire__KemName name[LIMIT_KEM_KEYS], *names[LIMIT_KEM_KEYS];

    *waits = q->n > 0;
    if (q->n == 0 || link_is_busy(e, OP_KEM_KEYS) || e->link.n >= LOOKUPS_MAX)
        return OK;
    e->kem = *q;
    for (size_t i = 0; i < q->n; i++) {
        tacet__wire__kem_name__init(&name[i]);
        name[i].did = frame_data(ID_BYTES(e->kem.name[i].did));
        name[i].number = q->name[i].number;
        names[i] = &name[i];
    }
    m.names = names;
    m.n_names = q->n;
    return link_request(e, OP_KEM_KEYS, &m, NULL);
}

struct err lookups_kem_keys(struct engine *e, const struct contact *c, bool *waits)
{
    struct kem_question q = {.n = 0};

    TRY(missing_keys(e, c, &q));
    return lookups_ask_keys(e, &q, waits);
}

/* What came of an answer. */
struct kem_outcome {
    enum err_code bad; /* of a key that did not check */
    size_t none;       /* devices without a valid prekey, which are the first of `without` */
    size_t without[LIMIT_KEM_KEYS];
};

/* One that does not check is kept as none: the device is then without a valid prekey until it has
 * another one. */
static struct err keep_key(struct engine *e, size_t i, struct bytes key, struct kem_outcome *out)
{
    const struct device_id *did = &e->kem.name[i].did;
    struct prekey p;
    struct err err;

    TRY(people_prekey(e->vault, did, &p));
    if (p.number != e->kem.name[i].number)
        return OK; /* a newer one was learned meanwhile */
    err = key.n == 0 ? OK : prekey_check_kem(&p, key);
    if (err.code != E_OK && err_who(err.code) == WHO_OPERATOR)
        return err;
    if (err.code != E_OK) {
        out->bad = err.code;
        key = (struct bytes){NULL, 0};
    }
    if (key.n == 0)
        out->without[out->none++] = i;
    return people_put_kem(e->vault, did, p.number, key);
}

/* Those that the answer leaves out count as none. */
static struct err keep_keys(struct engine *e, const Tacet__Wire__KemKeys *m,
                            struct kem_outcome *out)
{
    for (size_t i = 0; i < e->kem.n; i++)
        TRY(keep_key(e, i,
                     m != NULL && i < m->n_keys ? frame_bytes(m->keys[i]) : (struct bytes){NULL, 0},
                     out));
    return OK;
}

/* Their prekeys may be ones that were superseded: are there newer ones? */
static struct err ask_for_newer(struct engine *e, const struct kem_outcome *came)
{
    for (size_t i = 0; i < came->none; i++)
        TRY(lookups_account(e, &e->kem.name[came->without[i]].aid));
    return link_is_busy(e, OP_PERSON) ? OK : outgoing_pump(e);
}

struct err lookups_kem_answer(struct engine *e, const struct frame *f)
{
    struct err err = OK;
    struct arena a = ARENA(ANSWER_ARENA);
    Tacet__Wire__KemKeys *m = NULL;
    enum err_code code = err_from_number(f->code);
    struct kem_outcome came = {.bad = E_OK};

    if (f->code != 0 && (err_who(code) == WHO_NOBODY || err_who(code) == WHO_OPERATOR))
        return OK; /* asked again when outgoing looks again */
    if (f->code == 0)
        TRY_OUT(frame_unpack(f->body, &tacet__wire__kem_keys__descriptor, &a, &m));
    TRY_OUT(vault_begin(e->vault));
    TRY_OUT(vault_end(e->vault, keep_keys(e, m, &came)));
    if (came.bad != E_OK)
        lookups_tell_bad(e, came.bad);
    TRY_OUT(ask_for_newer(e, &came));
out:
    arena_free(&a);
    return err;
}

/* ---- what a refusal teaches */

/* Of whom the roster is, and nobody else. */
static struct err learn_persons(struct engine *e, const Tacet__Wire__Stale *m,
                                const struct roster *r, struct arena *a, struct lookups_stale *out)
{
    struct people_news news;
    struct directory_statement s;
    struct contact c;
    bool behind = false, told = false;

    out->events = ARENA_ARRAY(a, 3 * m->n_persons, struct event);
    if (out->events == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < m->n_persons; i++) {
        struct people_learned l;

        TRY(news_of(m->persons[i], frame_bytes(m->certificate), a, &news));
        TRY(directory_parse(news.statement, &s));
        if (roster_find(r, &e->own.nid, &s.aid) == SIZE_MAX)
            return FAIL(E_FORGED);
        news.aid = &s.aid;
        TRY(keep_news(e, &news, &c, &l));
        out->expired |= l.expired;
        behind |= l.behind || l.forked;
        told |= l.news;
        if (l.lists_behind && people_is_me(&e->own, &c)) {
            out->mine = true;
            out->shown = l.shown;
        }
        out->n += devices_event(&c, &l, &out->events[out->n]);
        out->n += wrong_events(&c, &l, &out->events[out->n]);
    }
    out->behind = behind && !told;
    return OK;
}

/* Does it show an older state of the room than is known? */
static struct err compare_state(struct engine *e, const Tacet__Wire__Stale *m,
                                const struct room_id *id, struct arena *a, bool *older)
{
    struct room_state shown;
    struct room r;
    struct err err;

    *older = false;
    if (m->n_states == 0 || m->more != 0)
        return OK;
    TRY(room_state_parse(frame_bytes(m->states[m->n_states - 1]->statement), a, &shown));
    err = roomlog_find(e->vault, id, &r);
    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    *older = shown.version < r.version;
    return *older ? reminding_behind(e, &r, shown.version) : OK;
}

struct err lookups_learn_stale(struct engine *e, struct bytes roster, struct bytes body,
                               struct arena *a, struct lookups_stale *out)
{
    Tacet__Wire__Stale *m;
    struct roster r;
    bool clocks, older, policies = false;

    *out = (struct lookups_stale){0};
    TRY(frame_unpack(body, &tacet__wire__stale__descriptor, a, &m));
    TRY(roster_parse(roster, a, &r));
    TRY(rules_change_is_near(e->vault, &e->own, e->now_ms, &clocks));
    out->taught = m->n_persons > 0 || !clocks;
    for (size_t i = 0; i < m->n_policies; i++) {
        bool news;

        TRY(governing_learn(e, frame_bytes(m->policies[i]), &news));
        policies |= news;
    }
    TRY(learn_persons(e, m, &r, a, out));
    TRY(attending_learn(e, &r.room, m->states, m->n_states, frame_bytes(m->certificate),
                        &out->moved));
    TRY(compare_state(e, m, &r.room, a, &older));
    out->room = r.room;
    out->behind |= older;
    out->taught =
        policies || out->moved || (m->n_states > 0 && !older) || (out->taught && !out->behind);
    return OK;
}

struct err lookups_learned_stale(struct engine *e, const struct lookups_stale *what)
{
    for (size_t i = 0; i < what->n; i++)
        actions_tell(e, &what->events[i]);
    if (what->moved) {
        attending_tell(e, &what->room);
        TRY(wishing_pump(e));
    }
    TRY(siblings_learned(e));
    TRY(reminding_pump(e));
    return what->mine ? relisting_behind(e, 0, what->shown) : OK;
}
