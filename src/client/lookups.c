/* SPDX-License-Identifier: Apache-2.0 */
/* lookups: asking the server for people and rosters, and believing only what checks. */
#include "client/engine_internal.h"
#include "wire/tacet.pb-c.h"

#define ANSWER_ARENA (16 * LIMIT_FRAME)

static struct err ask(struct engine *e, Tacet__Wire__AskPerson *m, struct bytes key)
{
    struct waiting w = {.key = key};
    struct err err;

    if (e->link.state != LINK_READY || link_is_waiting(e, OP_PERSON, key))
        return OK;
    m->from_list = 1;
    err = link_request(e, OP_PERSON, m, &w);
    return err.code == E_AGAIN ? OK : err;
}

struct err lookups_handle(struct engine *e, struct bytes handle)
{
    Tacet__Wire__AskPerson m = TACET__WIRE__ASK_PERSON__INIT;

    m.handle = frame_data(handle);
    return ask(e, &m, handle);
}

struct err lookups_account(struct engine *e, const struct account_id *aid)
{
    Tacet__Wire__AskPerson m = TACET__WIRE__ASK_PERSON__INIT;

    m.aid = frame_data(ID_BYTES(*aid));
    return ask(e, &m, ID_BYTES(*aid));
}

struct err lookups_roster(struct engine *e, const struct roster_id *id)
{
    Tacet__Wire__AskRoster m = TACET__WIRE__ASK_ROSTER__INIT;
    struct waiting w = {.key = ID_BYTES(*id)};
    struct err err;

    if (e->link.state != LINK_READY || link_is_waiting(e, OP_ROSTER, w.key))
        return OK;
    m.digest = frame_data(ID_BYTES(*id));
    err = link_request(e, OP_ROSTER, &m, &w);
    return err.code == E_AGAIN ? OK : err;
}

/* Generated repeated bytes as ours. */
static struct err runs_of(const ProtobufCBinaryData *in, size_t n, struct arena *a,
                          const struct bytes **out)
{
    struct bytes *runs = ARENA_ARRAY(a, n, struct bytes);

    if (runs == NULL)
        return FAIL(E_NOMEM);
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

/* In a transaction of its own.  What the server sent and does not check is told, not kept. */
static struct err learn(struct engine *e, const struct people_news *news, struct contact *c)
{
    struct err err;
    struct event event = {.kind = EVENT_CONTACT};

    TRY(vault_begin(e->vault));
    err = vault_end(e->vault, people_learn(e->vault, &e->own, news, e->now_ms, c));
    if (err.code != E_OK) {
        if (err_who(err.code) == WHO_OPERATOR)
            return err;
        event =
            (struct event){.kind = EVENT_PROBLEM, .problem = PROBLEM_STATEMENT, .code = err.code};
        actions_tell(e, &event);
        incoming_report(e);
        return OK;
    }
    event.contact = *c;
    if (c->changed)
        event =
            (struct event){.kind = EVENT_PROBLEM, .problem = PROBLEM_KEY_CHANGED, .contact = *c};
    actions_tell(e, &event);
    TRY(incoming_retry(e));
    return outgoing_pump(e);
}

/* Nobody is called that, or the server would not say. */
static struct err no_such_person(struct engine *e, const struct waiting *w, enum err_code code)
{
    struct event event = {.kind = EVENT_CONTACT, .code = code};
    struct err err = people_by_handle(e->vault, w->key, &event.contact);

    if (err.code == E_ABSENT) { /* asked by account id, for something parked: it stays parked */
        incoming_report(e);
        return OK;
    }
    TRY(err);
    actions_tell(e, &event);
    return code == E_ABSENT && !event.contact.known
               ? outgoing_give_up(e, event.contact.number, code)
               : OK;
}

struct err lookups_person_answer(struct engine *e, const struct waiting *w, const struct frame *f)
{
    struct err err = OK;
    struct arena a = ARENA(ANSWER_ARENA);
    Tacet__Wire__PersonAnswer *m;
    struct people_news news;
    struct contact c;

    if (f->code != 0)
        return no_such_person(e, w, err_from_number(f->code));
    TRY_OUT(frame_unpack(f->body, &tacet__wire__person_answer__descriptor, &a, &m));
    if (m->person == NULL)
        TRY_OUT(FAIL(E_MALFORMED));
    TRY_OUT(news_of(m->person, frame_bytes(m->certificate), &a, &news));
    TRY_OUT(learn(e, &news, &c));
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
    if (!bytes_same(ID_BYTES(id), w->key))
        goto out; /* not what was asked for: as good as no answer */
    TRY_OUT(vault_begin(e->vault));
    TRY_OUT(vault_end(e->vault, people_keep_roster(e->vault, &id, frame_bytes(m->roster))));
    TRY_OUT(incoming_retry(e));
out:
    arena_free(&a);
    return err;
}

struct err lookups_learn_stale(struct engine *e, struct bytes body, struct arena *a)
{
    Tacet__Wire__Stale *m;
    struct people_news news;
    struct contact c;

    TRY(frame_unpack(body, &tacet__wire__stale__descriptor, a, &m));
    for (size_t i = 0; i < m->n_persons; i++) {
        struct err err;

        TRY(news_of(m->persons[i], frame_bytes(m->certificate), a, &news));
        err = people_learn(e->vault, &e->own, &news, e->now_ms, &c);
        if (err.code != E_CONFLICT) /* that one is me */
            TRY(err);
    }
    return OK;
}
