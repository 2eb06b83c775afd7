/* SPDX-License-Identifier: Apache-2.0 */
/*
 * attending: the states of the rooms that my account is in, asked for, checked and followed.
 * [PROTOCOL 4.9, 6.9]
 *
 * A state counts when it follows from the one before and its home server's directory has committed
 * it.  In which rooms my account is the server says after each sign-in, and whatever comes in a
 * room says so too: what the server hides from one of them is missed by the next message.
 */
#include "client/attending.h"
#include "base/reader.h"
#include "client/diary.h"
#include "client/elders.h"
#include "client/naming.h"
#include "client/wishing.h"

#define ANSWER_ARENA (16 << 20)
#define LISTS_MOST   64 /* of a signer, newest first, that are looked at */

/* ---- asking */

struct err attending_look_from(struct engine *e, const struct room_id *id, uint32_t from)
{
    Tacet__Wire__AskRoom m = TACET__WIRE__ASK_ROOM__INIT;
    struct waiting w = {.key = ID_BYTES(*id)};

    if (!lookups_may_ask(e, OP_ROOM, w.key))
        return OK;
    m.room = frame_data(w.key);
    m.from = from;
    return link_request(e, OP_ROOM, &m, &w);
}

struct err attending_look(struct engine *e, const struct room_id *id)
{
    struct room r = {.version = 0};
    struct err err = roomlog_find(e->vault, id, &r);

    if (err.code != E_ABSENT)
        TRY(err);
    return attending_look_from(e, id, r.version + 1);
}

static struct err ask_all_behind(struct engine *e, struct bytes after)
{
    Tacet__Wire__AskRooms m = TACET__WIRE__ASK_ROOMS__INIT;

    if (link_is_busy(e, OP_ROOMS) || e->link.state != LINK_READY)
        return OK;
    m.after = frame_data(after);
    return link_request(e, OP_ROOMS, &m, NULL);
}

struct err attending_ask(struct engine *e)
{
    return ask_all_behind(e, (struct bytes){NULL, 0});
}

/* Its states are asked for again when somebody's account is known. */
static void wait_for_account(struct engine *e, const struct room_id *id)
{
    struct attending *at = &e->attending;

    for (size_t i = 0; i < at->n; i++)
        if (ID_SAME(at->waits[i], *id))
            return;
    if (at->n < ATTENDING_WAITS_MAX)
        at->waits[at->n++] = *id;
}

struct err attending_met(struct engine *e)
{
    struct attending was = e->attending;

    e->attending.n = 0;
    for (size_t i = 0; i < was.n; i++)
        TRY(attending_look(e, &was.waits[i]));
    return OK;
}

/* ---- what changed */

struct change {
    struct engine *e;
    const struct room *room;
    const struct room_state *before, *now;
};

static bool is_in(const struct room_state *s, const struct own *me)
{
    return room_state_find(s, &me->nid, &me->me.who.aid) != NULL;
}

static const struct room_member *same_in(const struct room_state *x, const struct room_member *m,
                                         const struct room_state *y)
{
    return room_state_find(y, &x->network[m->network], &m->aid);
}

static struct err note(const struct change *c, enum diary_what what, const struct account_id *whom)
{
    struct diary_room row = {.what = what,
                             .version = c->now->version,
                             .who = c->now->signer.aid,
                             .mine = ID_SAME(c->now->signer.aid, c->e->own.me.who.aid)};

    if (whom != NULL)
        row.whom = *whom;
    return diary_note_room(c->e->vault, c->e->random, c->room->number, &row, c->e->now_ms);
}

static struct err note_who_went(const struct change *c)
{
    for (size_t i = 0; i < c->before->members; i++) {
        const struct room_member *m = &c->before->member[i];

        if (same_in(c->before, m, c->now) != NULL)
            continue;
        if (ID_SAME(m->aid, c->now->signer.aid))
            TRY(note(c, DIARY_LEFT, NULL));
        else
            TRY(note(c, DIARY_REMOVED, &m->aid));
    }
    return OK;
}

static struct err note_who_came(const struct change *c)
{
    bool succeeds = room_state_is_successor(c->now);

    for (size_t i = 0; i < c->now->members; i++) {
        const struct room_member *m = &c->now->member[i];
        const struct room_member *was = same_in(c->now, m, c->before);

        if (was == NULL)
            TRY(note(c, DIARY_ADDED, &m->aid));
        else if (was->role != m->role)
            TRY(note(c,
                     m->role != ROOM_MODERATOR ? DIARY_DEMOTED
                     : succeeds                ? DIARY_SUCCEEDED
                                               : DIARY_PROMOTED,
                     &m->aid));
    }
    return OK;
}

static bool is_deleted(const struct change *c)
{
    return c->before != NULL && c->before->members > 1 && c->now->members == 1 &&
           ID_SAME(c->now->member[0].aid, c->now->signer.aid) &&
           about_kind_of(c->now->name_box) == ABOUT_ROOM;
}

static struct err note_settings(const struct change *c)
{
    const struct room_state *s = c->now, *before = c->before;

    if (!bytes_same(s->name_box, before->name_box))
        TRY(note(c, DIARY_NAMED, NULL));
    if (s->ttl_s != before->ttl_s || s->burn_s != before->burn_s || s->posting != before->posting)
        TRY(note(c, DIARY_SETTINGS, NULL));
    return OK;
}

/* Nobody is shown what happened before they came. */
static struct err note_change(const struct change *c)
{
    const struct own *me = &c->e->own;
    bool was_in = c->before != NULL && is_in(c->before, me);

    if (!was_in && !is_in(c->now, me))
        return OK;
    if (!was_in)
        return c->before == NULL ? note(c, DIARY_CREATED, NULL)
                                 : note(c, DIARY_ADDED, &me->me.who.aid);
    if (is_deleted(c))
        return note(c, DIARY_DELETED, NULL);
    TRY(note_who_went(c));
    TRY(note_who_came(c));
    return note_settings(c);
}

/* ---- one state */

/* Of my own account what was before this device is kept apart. */
static struct err find_list(struct engine *e, const struct account_id *aid, uint32_t version,
                            struct device_list *out)
{
    struct err err = people_list(e->vault, &e->own, aid, version, out);

    return err.code == E_ABSENT && ID_SAME(*aid, e->own.me.who.aid) ? elders_list(e, version, out)
                                                                    : err;
}

/* All lists of an account that are known, the newest and those right before it. */
static struct err find_history(struct engine *e, const struct account_id *aid, struct arena *a,
                               struct device_history *out)
{
    const struct device_list **list = ARENA_ARRAY(a, LISTS_MOST, const struct device_list *);
    struct device_list *l = ARENA_NEW(a, struct device_list);
    size_t at = LISTS_MOST;
    struct err err;

    if (list == NULL || l == NULL)
        return FAIL(E_NOMEM);
    err = people_newest_list(e->vault, &e->own, aid, l);
    while (err.code == E_OK) {
        list[--at] = l;
        if (l->version == 1 || at == 0)
            break;
        l = ARENA_NEW(a, struct device_list);
        if (l == NULL)
            return FAIL(E_NOMEM);
        err = find_list(e, aid, list[at]->version - 1, l);
    }
    if (err.code != E_OK && err.code != E_ABSENT)
        return err;
    *out = (struct device_history){list + at, LISTS_MOST - at};
    return OK;
}

/* Which moderators of it are removed, by what is known: who is not is asked for.  *known: all of
 * them are. */
static struct err find_removed(struct engine *e, const struct room_state *s, struct arena *a,
                               const bool **out, bool *known)
{
    bool *removed = ARENA_ARRAY(a, s->members, bool);

    if (removed == NULL)
        return FAIL(E_NOMEM);
    *known = true;
    for (size_t i = 0; i < s->members; i++) {
        struct contact c;
        struct err err;

        if (s->member[i].role != ROOM_MODERATOR)
            continue;
        err = people_by_account(e->vault, &s->member[i].aid, &c);
        if (err.code != E_ABSENT)
            TRY(err);
        removed[i] = err.code == E_OK && c.removed;
        *known &= removed[i];
        if (!removed[i])
            TRY(lookups_account(e, &s->member[i].aid));
    }
    *out = removed;
    return OK;
}

/* One that comes next on its way. */
struct arriving_state {
    struct engine *e;
    struct arena *a;
    struct bytes statement, commit;
    struct point directory;
    struct room_state state;
    struct room_commit committed;
};

static struct err check_successor(struct arriving_state *in, const struct room_state *before,
                                  const struct room_chain_witness *w)
{
    const bool *removed;
    bool known;
    struct err err;

    TRY(find_removed(in->e, before, in->a, &removed, &known));
    err = room_chain_check_successor(in->statement, before, &in->directory, removed, w, in->a,
                                     &in->state);
    return err.code == E_FORGED && !known ? FAIL(E_ABSENT) : err;
}

/* E_ABSENT: the lists of who signed it are not known; they are asked for. */
static struct err check_state(struct arriving_state *in, const struct room_state *before)
{
    struct engine *e = in->e;
    struct room_chain_witness w = {.commit = &in->committed, .now_ms = e->now_ms};
    struct err err;

    TRY(room_commit_check(in->commit, room_state_home(&in->state), &in->directory, e->now_ms,
                          &in->committed));
    if (before != NULL && room_state_is_successor(&in->state))
        return check_successor(in, before, &w);
    TRY(find_history(e, &in->state.signer.aid, in->a, &w.signer));
    err = before == NULL ? room_chain_check_genesis(in->statement, &w, in->a, &in->state)
                         : room_chain_check_next(in->statement, before, &w, in->a, &in->state);
    if (err.code == E_ABSENT)
        TRY(lookups_account(e, &in->state.signer.aid));
    if (err.code == E_ABSENT && ID_SAME(in->state.signer.aid, e->own.me.who.aid))
        TRY(elders_ask(e));
    return err;
}

static struct err find_standing(struct engine *e, const struct room_state *s, struct room *r)
{
    struct rules rules;

    if (is_in(s, &e->own)) {
        r->standing = ROOMLOG_IN;
        return OK;
    }
    TRY(rules_of_room(e->vault, &e->own, s, e->now_ms, &rules));
    r->standing =
        rules.kept && ID_SAME(rules.keeper, e->own.me.who.aid) ? ROOMLOG_COPIES : ROOMLOG_OUT;
    return OK;
}

static struct err keep_state(struct arriving_state *in, struct room *r,
                             const struct room_state *before)
{
    struct engine *e = in->e;
    struct change c = {e, r, before, &in->state};

    TRY(roomlog_put_step(e->vault, &in->state, in->statement, in->commit));
    r->version = in->state.version;
    r->deleted = is_deleted(&c);
    TRY(find_standing(e, &in->state, r));
    if (r->number == 0) {
        r->id = in->state.room;
        TRY(roomlog_add(e->vault, r));
    } else {
        TRY(roomlog_put(e->vault, r));
    }
    return note_change(&c);
}

/* What is known at this version is what was committed: two commits are proof against the server. */
static struct err compare(struct arriving_state *in, const struct room *r)
{
    struct engine *e = in->e;
    struct roomlog_step known;

    TRY(roomlog_step(e->vault, &r->id, in->state.version, in->a, &known));
    if (bytes_same(BYTES(known.state.hash), BYTES(in->state.hash)))
        return OK;
    TRY(room_commit_check(in->commit, room_state_home(&known.state), &in->directory, e->now_ms,
                          &in->committed));
    if (room_commit_contradicts(&known.commit, &in->committed))
        e->attending.forked = r->number;
    return FAIL(E_FORGED);
}

static struct err take_state(struct arriving_state *in, struct room *r, bool *news)
{
    struct roomlog_step before;

    TRY(room_state_parse(in->statement, in->a, &in->state));
    if (!ID_SAME(in->state.room, r->id))
        return FAIL(E_FORGED);
    if (in->state.version <= r->version)
        return compare(in, r);
    if (in->state.version != r->version + 1)
        return FAIL(E_FORGED);
    if (r->version > 0)
        TRY(roomlog_newest(in->e->vault, r, in->a, &before));
    TRY(check_state(in, r->version > 0 ? &before.state : NULL));
    *news = true;
    return keep_state(in, r, r->version > 0 ? &before.state : NULL);
}

struct err attending_learn(struct engine *e, const struct room_id *id,
                           Tacet__Wire__RoomState *const *state, size_t n, struct bytes certificate,
                           bool *news)
{
    struct directory_certificate c;
    struct room r = {.id = *id};
    struct err err = roomlog_find(e->vault, id, &r);

    *news = false;
    if (n == 0)
        return OK;
    if (err.code != E_ABSENT)
        TRY(err);
    r.id = *id;
    TRY(directory_check_certificate(certificate, &e->own.nid, &e->own.root, e->now_ms, &c));
    err = OK;
    for (size_t i = 0; i < n && err.code == E_OK; i++) {
        struct arena a = ARENA(ANSWER_ARENA);
        struct arriving_state in = {.e = e,
                                    .a = &a,
                                    .statement = frame_bytes(state[i]->statement),
                                    .commit = frame_bytes(state[i]->commit),
                                    .directory = c.key};

        err = take_state(&in, &r, news);
        arena_free(&a);
    }
    if (err.code != E_ABSENT)
        return err;
    wait_for_account(e, id);
    return OK; /* those before it are kept */
}

/* ---- answers */

void attending_tell(struct engine *e, const struct room_id *id)
{
    struct event event = {.kind = EVENT_ROOM};
    struct room r;

    if (roomlog_find(e->vault, id, &r).code != E_OK)
        return;
    event.message.contact = r.number;
    actions_tell(e, &event);
}

void attending_tell_forked(struct engine *e)
{
    struct event event = {.kind = EVENT_PROBLEM, .problem = PROBLEM_ROOM_FORKED};

    if (e->attending.forked == 0)
        return;
    event.message.contact = e->attending.forked;
    e->attending.forked = 0;
    actions_tell(e, &event);
}

/* What waited for it goes on. */
struct err attending_moved(struct engine *e, const struct room_id *id)
{
    attending_tell(e, id);
    naming_soon(e);
    TRY(wishing_pump(e));
    TRY(incoming_retry(e, false));
    return outgoing_pump(e);
}

/* For us there is no such room, the server says, and does not show by whom we were put out. */
static struct err no_such_room(struct engine *e)
{
    incoming_report(e);
    return OK;
}

struct err attending_answered(struct engine *e, const struct waiting *w, const struct frame *f,
                              struct arena *a)
{
    Tacet__Wire__RoomAnswer *m;
    struct room_id id;
    struct err err;
    bool news = false;

    if (f->code != 0)
        return no_such_room(e);
    memcpy(id.b, w->key.at, sizeof id.b);
    TRY(frame_unpack(f->body, &tacet__wire__room_answer__descriptor, a, &m));
    TRY(vault_begin(e->vault));
    err = vault_end(e->vault, attending_learn(e, &id, m->states, m->n_states,
                                              frame_bytes(m->certificate), &news));
    attending_tell_forked(e);
    if (err.code != E_OK && err_who(err.code) == WHO_OPERATOR)
        return err;
    if (err.code != E_OK) {
        lookups_tell_bad(e, err.code);
        incoming_report(e);
        return OK;
    }
    if (!news) {
        TRY(wishing_pump(e));
        incoming_report(e);
        return OK;
    }
    TRY(attending_moved(e, &id));
    return attending_look(e, &id); /* there may be more of them */
}

/* Of rooms that the server does not name any more, the states by which we were put out are asked
 * for; of others what is new.  What it shows less of than is known it is given again. */
static struct err compare_all(struct engine *e, const Tacet__Wire__RoomsAnswer *m)
{
    for (size_t i = 0; i < m->n_rooms; i++) {
        struct room_id id;
        struct room r = {.version = 0};
        struct err err;

        if (m->rooms[i]->room.len != sizeof id.b)
            return FAIL(E_MALFORMED);
        memcpy(id.b, m->rooms[i]->room.data, sizeof id.b);
        err = roomlog_find(e->vault, &id, &r);
        if (err.code != E_ABSENT)
            TRY(err);
        if (r.version < m->rooms[i]->version)
            TRY(attending_look(e, &id));
        else
            TRY(reminding_behind(e, &r, m->rooms[i]->version));
    }
    return OK;
}

static bool names(const Tacet__Wire__RoomsAnswer *m, const struct room_id *id)
{
    for (size_t i = 0; i < m->n_rooms; i++)
        if (bytes_same(frame_bytes(m->rooms[i]->room), ID_BYTES(*id)))
            return true;
    return false;
}

static struct err look_for_others(struct engine *e, const Tacet__Wire__RoomsAnswer *m)
{
    struct room r = {.number = 0};
    struct err err = OK;

    while ((err = roomlog_next(e->vault, r.number, &r)).code == E_OK) {
        if (r.standing != ROOMLOG_IN || names(m, &r.id))
            continue;
        TRY(attending_look(e, &r.id));
        TRY(reminding_behind(e, &r, 0));
    }
    return err.code == E_ABSENT ? OK : err;
}

struct err attending_all_answered(struct engine *e, const struct frame *f, struct arena *a)
{
    Tacet__Wire__RoomsAnswer *m;

    if (f->code != 0) { /* a server that is older than the question */
        incoming_report(e);
        return OK;
    }
    TRY(frame_unpack(f->body, &tacet__wire__rooms_answer__descriptor, a, &m));
    TRY(compare_all(e, m));
    if (m->more != 0 && m->n_rooms > 0)
        TRY(ask_all_behind(e, frame_bytes(m->rooms[m->n_rooms - 1]->room)));
    else if (m->more == 0)
        TRY(look_for_others(e, m));
    TRY(reminding_pump(e));
    TRY(wishing_pump(e));
    incoming_report(e);
    return OK;
}
