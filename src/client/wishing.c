/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wishing: changes of rooms that were wished here, signed and sent until they are in force.
 *
 * Of each room one wish is on its way at a time.  What was signed for it is committed before it
 * leaves, and sent as long as it follows the newest state; that it is in force the room's states
 * say, and nothing else that a server answers.  [PROTOCOL 4.9, 6.9]
 */
#include "client/wishing.h"

#include "base/map.h"

#define ARENA_MAX (16 << 20)
#define RETRY_MS  CLOCK_MINUTE_MS

/* ---- time */

static void look_at(struct engine *e, uint64_t at_ms)
{
    if (e->wishing_ms == 0 || at_ms < e->wishing_ms)
        e->wishing_ms = at_ms;
}

uint64_t wishing_at(const struct engine *e)
{
    return e->wishing_ms;
}

struct err wishing_wake(struct engine *e)
{
    if (e->wishing_ms == 0 || e->now_ms < e->wishing_ms)
        return OK;
    e->wishing_ms = 0;
    return wishing_pump(e);
}

/* ---- its end */

/* All of its people hear of the state by what is sent under it: what the room is called, which
 * those who came do not know yet. */
static struct err queue_telling(struct engine *e, const struct room *r, struct arena *a)
{
    struct outbox_row row = {
        .kind = OUTBOX_TELLING, .contact = r->number, .type = PAYLOAD_ABOUT, .made_ms = e->now_ms};
    struct about about;
    struct err err = roomlog_about(e->vault, &r->id, a, &about, &row.content);

    if (err.code == E_ABSENT)
        row.type = PAYLOAD_HELLO;
    else
        TRY(err);
    return outgoing_add(e, &row);
}

static struct err settle(struct engine *e, const struct wish *w, struct room *r, enum err_code code,
                         struct arena *a)
{
    bool alone = w->kind == WISHES_LEAVE || w->kind == WISHES_DELETE;
    bool failed = w->kind == WISHES_CREATE && code != E_OK;

    TRY(wishes_drop(e->vault, w->number));
    if ((code == E_OK && alone) || failed) {
        r->standing = ROOMLOG_OUT;
        r->deleted |= code == E_OK && w->kind == WISHES_DELETE;
        TRY(roomlog_put(e->vault, r));
    }
    if (code != E_OK || alone)
        return OK;
    if (w->about.n > 0)
        TRY(roomlog_put_about(e->vault, &r->id, w->about, &e->own.me.who.did, e->now_ms));
    sharing_soon(e);
    return queue_telling(e, r, a);
}

static struct err finish(struct engine *e, const struct wish *w, struct room *r, enum err_code code,
                         struct arena *a)
{
    struct event event = {.kind = EVENT_ROOM_CHANGE, .code = code, .wished = w->kind};

    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, settle(e, w, r, code, a)));
    event.message.contact = r->number;
    if (w->kind != WISHES_TIDY)
        actions_tell(e, &event);
    e->queued |= code == E_OK || w->kind != WISHES_TIDY; /* what was written meanwhile */
    return OK;
}

/* ---- signing */

/* One wish on its way. */
struct wishing {
    struct engine *e;
    struct arena *a;
    struct wish w;
    struct room room;
    struct roomlog_step newest;
    bool waits, over; /* for an answer; it is done, or never will be */
};

static struct err end(struct wishing *on, enum err_code code)
{
    on->over = true;
    return finish(on->e, &on->w, &on->room, code, on->a);
}

/* Whom it is about; who is not known is asked for. */
static struct err find_subjects(struct wishing *on, const struct account_id **out)
{
    struct engine *e = on->e;
    struct account_id *whom = ARENA_ARRAY(on->a, on->w.subjects, struct account_id);

    if (whom == NULL)
        return FAIL(E_NOMEM);
    *out = whom;
    for (size_t i = 0; i < on->w.subjects; i++) {
        struct contact c;

        TRY(people_get(e->vault, on->w.subject[i], &c));
        if (!c.known) {
            on->waits = true;
            TRY(lookups_handle(e, bytes_text(c.handle)));
            continue;
        }
        if (on->w.kind == WISHES_ADD && (c.changed || c.removed))
            return end(on, c.changed ? E_CONFLICT : E_REMOVED);
        whom[i] = c.aid;
    }
    return OK;
}

static struct err find_gone(struct wishing *on, const bool **out)
{
    const struct room_state *s = &on->newest.state;
    bool *gone = ARENA_ARRAY(on->a, s->members, bool);

    if (gone == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < s->members; i++) {
        struct contact c;
        struct err err = people_by_account(on->e->vault, &s->member[i].aid, &c);

        if (err.code != E_ABSENT)
            TRY(err);
        gone[i] = err.code == E_OK && c.removed;
    }
    *out = gone;
    return OK;
}

/* The new name or description, beside the other as it is now. */
static struct err call_it(struct wishing *on, const struct about *now, struct bytes *box)
{
    struct err err = OK;
    struct about about = *now;
    struct buf b = BUF(ABOUT_MAX_SIZE);
    uint8_t *at = ARENA_ARRAY(on->a, ABOUT_BOX_SIZE, uint8_t);

    if (at == NULL)
        return FAIL(E_NOMEM);
    if (on->w.kind == WISHES_NAME)
        about.name = on->w.text;
    else
        about.description = on->w.text;
    TRY_OUT(random_fill(on->e->random, about.salt, sizeof about.salt));
    TRY_OUT(about_write(&about, &b));
    TRY_OUT(arena_copy(on->a, buf_view(&b), &on->w.about));
    TRY_OUT(about_box(room_state_home(&on->newest.state), on->w.about, at));
    *box = bytes(at, ABOUT_BOX_SIZE);
out:
    buf_free(&b);
    return err;
}

static struct err sign(struct wishing *on, struct room_state *next)
{
    struct engine *e = on->e;
    const struct party *me = &e->own.me.who;
    struct err err = OK;
    struct buf b = BUF(ROOM_STATE_MAX_SIZE);

    next->signer = (struct room_signer){me->nid, me->aid, me->did};
    if (next->made_ms < e->now_ms)
        next->made_ms = e->now_ms;
    TRY_OUT(room_state_sign(next, e->own.me.dsk_secret, &b));
    TRY_OUT(arena_copy(on->a, buf_view(&b), &on->w.statement));
    TRY_OUT(vault_begin(e->vault));
    TRY_OUT(vault_end(e->vault, wishes_put(e->vault, &on->w)));
out:
    buf_free(&b);
    return err;
}

static struct err make_anew(struct wishing *on)
{
    struct engine *e = on->e;
    struct about about;
    struct bytes content;
    struct room_state next;
    struct wishes_question q = {
        .wish = &on->w, .now = &on->newest.state, .about = &about, .me = e->own.me.who.aid};
    bool there;
    struct err err;

    on->w.about = (struct bytes){NULL, 0};
    TRY(roomlog_newest(e->vault, &on->room, on->a, &on->newest));
    TRY(find_subjects(on, &q.whom));
    if (on->waits || on->over)
        return OK;
    TRY(find_gone(on, &q.gone));
    err = roomlog_about(e->vault, &on->room.id, on->a, &about, &content);
    if (err.code == E_ABSENT)
        q.about = NULL;
    else
        TRY(err);
    if (q.about != NULL && (on->w.kind == WISHES_NAME || on->w.kind == WISHES_DESCRIBE))
        TRY(call_it(on, &about, &q.box));
    err = wishes_apply(&q, on->a, &next, &there);
    if (err.code != E_OK && err_who(err.code) == WHO_OPERATOR)
        return err;
    if (err.code != E_OK || there) {
        on->w.about = (struct bytes){NULL, 0};
        return end(on, err.code);
    }
    return sign(on, &next);
}

/* Is what was signed for it in force, or may it be still? */
static struct err look_at_signed(struct wishing *on)
{
    struct roomlog_step step;
    struct room_state s;

    if (on->w.statement.n == 0)
        return OK;
    TRY(room_state_parse(on->w.statement, on->a, &s));
    if (s.version > on->room.version)
        return OK;
    TRY(roomlog_step(on->e->vault, &on->room.id, s.version, on->a, &step));
    if (bytes_same(BYTES(step.state.hash), BYTES(s.hash)))
        return end(on, E_OK);
    on->w.statement = (struct bytes){NULL, 0};
    on->w.retry_ms = 0;
    return OK;
}

static struct err send(struct wishing *on)
{
    Tacet__Wire__ChangeRoom m = TACET__WIRE__CHANGE_ROOM__INIT;
    struct waiting w = {.number = on->w.number};

    m.statement = frame_data(on->w.statement);
    on->waits = true;
    return link_request(on->e, OP_ROOM_CHANGE, &m, &w);
}

static struct err pump_one(struct wishing *on)
{
    struct engine *e = on->e;
    bool out;

    TRY(roomlog_get(e->vault, on->w.room, &on->room));
    TRY(look_at_signed(on));
    if (on->over)
        return OK;
    out = on->room.standing == ROOMLOG_OUT || on->room.standing == ROOMLOG_COPIES;
    if (out)
        return end(on, on->w.kind == WISHES_LEAVE ? E_OK : E_REMOVED);
    if (on->w.retry_ms > e->now_ms) {
        look_at(e, on->w.retry_ms);
        return OK;
    }
    if (reminding_waits(e, &on->room.id))
        return OK; /* what it would follow is not there */
    if (on->w.statement.n == 0)
        TRY(make_anew(on));
    return on->waits || on->over ? OK : send(on);
}

/* ---- all of them */

/* The first wish of each room; *again: one was over, and another may come in its place. */
static struct err pump_all(struct engine *e, bool *again)
{
    struct map held = MAP;
    struct err err = OK;
    uint64_t from = 0;

    *again = false;
    while (err.code == E_OK && !*again && !link_is_busy(e, OP_ROOM_CHANGE)) {
        struct arena a = ARENA(ARENA_MAX);
        struct wishing on = {.e = e, .a = &a};
        struct bytes key;

        err = wishes_next(e->vault, from, &a, &on.w);
        key = bytes(&on.w.room, sizeof on.w.room);
        from = on.w.number + 1;
        if (err.code == E_OK && map_get(&held, key) == NULL) {
            err = map_put(&held, key, e);
            if (err.code == E_OK)
                err = pump_one(&on);
            *again = on.over;
        }
        arena_free(&a);
    }
    map_free(&held);
    return err.code == E_ABSENT ? OK : err;
}

struct err wishing_pump(struct engine *e)
{
    bool again = true;

    for (size_t i = 0; again && i <= WISHES_MAX; i++) {
        if (e->link.state != LINK_READY || link_is_busy(e, OP_ROOM_CHANGE))
            return OK;
        TRY(pump_all(e, &again));
    }
    return e->queued ? outgoing_pump(e) : OK;
}

/* ---- answers */

/* Members have no account any more: they are looked up, and left out then. */
static struct err look_up_removed(struct engine *e, const struct frame *f, struct arena *a)
{
    Tacet__Wire__Stale *m;

    TRY(frame_unpack(f->body, &tacet__wire__stale__descriptor, a, &m));
    for (size_t i = 0; i < m->n_persons; i++) {
        struct directory_statement s;

        TRY(directory_parse(frame_bytes(m->persons[i]->statement), &s));
        TRY(lookups_account(e, &s.aid));
    }
    return OK;
}

static struct err put_off(struct engine *e, struct wish *w, bool drop)
{
    if (drop)
        w->statement = (struct bytes){NULL, 0};
    w->retry_ms = drop ? 0 : clock_add(e->now_ms, RETRY_MS);
    look_at(e, clock_add(e->now_ms, RETRY_MS));
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, wishes_put(e->vault, w));
}

static struct err answer(struct engine *e, struct wish *w, const struct frame *f, struct arena *a)
{
    enum err_code code = f->code == 0 ? E_OK : err_from_number(f->code);
    struct room r;

    TRY(roomlog_get(e->vault, w->room, &r));
    if (code == E_CONFLICT) /* or does the server lag behind what is known here? */
        TRY(put_off(e, w, false));
    if (code == E_OK || code == E_CONFLICT) {
        look_at(e, clock_add(e->now_ms, RETRY_MS)); /* should the states not come */
        return attending_look(e, &r.id);
    }
    if (code == E_ABSENT && reminding_waits(e, &r.id))
        return put_off(e, w, false);
    if (code == E_REMOVED) {
        TRY(look_up_removed(e, f, a));
        return put_off(e, w, true);
    }
    if (err_who(code) == WHO_NOBODY || err_who(code) == WHO_OPERATOR)
        return put_off(e, w, false);
    if (code == E_ABSENT && w->kind != WISHES_CREATE)
        TRY(attending_look(e, &r.id));
    return finish(e, w, &r, code, a);
}

struct err wishing_answered(struct engine *e, const struct waiting *w, const struct frame *f,
                            struct arena *a)
{
    struct wish wish;
    struct err err = wishes_next(e->vault, w->number, a, &wish);

    if (err.code == E_ABSENT || (err.code == E_OK && wish.number != w->number))
        return OK; /* the states said so before */
    TRY(err);
    TRY(answer(e, &wish, f, a));
    return link_is_busy(e, OP_ROOM) ? OK : wishing_pump(e);
}

struct err wishing_nobody(struct engine *e, uint64_t contact, enum err_code why)
{
    struct err err = OK;
    uint64_t from = 0;

    while (err.code == E_OK) {
        struct arena a = ARENA(ARENA_MAX);
        struct wish w = {.number = 0};
        struct room r;
        bool is = false;

        err = wishes_next(e->vault, from, &a, &w);
        from = w.number + 1;
        for (size_t i = 0; err.code == E_OK && i < w.subjects; i++)
            is |= w.subject[i] == contact;
        if (is)
            err = roomlog_get(e->vault, w.room, &r);
        if (is && err.code == E_OK)
            err = finish(e, &w, &r, why, &a);
        arena_free(&a);
    }
    return err.code == E_ABSENT ? wishing_pump(e) : err;
}
