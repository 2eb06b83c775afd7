/* SPDX-License-Identifier: Apache-2.0 */
/*
 *   the server names a room, behind what is known --ROOM_AGAIN--> the next state --> ... the newest
 *   it does not name one that I am in --ROOM_AGAIN, the newest--> how far it is --> the next ...
 *
 * One room after the other, and of each one state.  What a server answers rises, or it is not
 * obeyed any longer.
 */
#include "client/reminding.h"

#include "client/attending.h"
#include "client/wishing.h"

#define STEP_ARENA (4 << 20)

static struct reminding_room *find(struct engine *e, const struct room_id *id)
{
    struct reminding *m = &e->reminding;

    for (size_t i = 0; i < m->n; i++)
        if (ID_SAME(m->room[i].id, *id))
            return &m->room[i];
    return NULL;
}

bool reminding_waits(struct engine *e, const struct room_id *id)
{
    return find(e, id) != NULL;
}

void reminding_forget(struct engine *e)
{
    e->reminding.n = 0;
    e->reminding.going = e->reminding.more = false;
}

static void drop(struct engine *e, struct reminding_room *room)
{
    *room = e->reminding.room[--e->reminding.n];
}

struct err reminding_behind(struct engine *e, const struct room *r, uint32_t shown)
{
    struct reminding *m = &e->reminding;

    if (r->version <= shown || find(e, &r->id) != NULL)
        return OK;
    if (m->n == REMINDING_MOST) {
        m->more = true;
        return OK;
    }
    m->room[m->n++] = (struct reminding_room){
        .id = r->id, .next = shown == 0 ? r->version : shown + 1, .probes = shown == 0};
    return OK;
}

/* ---- one after the other */

static struct err send_step(struct engine *e, const struct reminding_room *room)
{
    struct err err = OK;
    struct arena a = ARENA(STEP_ARENA);
    struct waiting w = {.number = room->next, .key = ID_BYTES(room->id)};
    Tacet__Wire__RoomState m = TACET__WIRE__ROOM_STATE__INIT;
    struct roomlog_step step;

    TRY_OUT(roomlog_step(e->vault, &room->id, room->next, &a, &step));
    m.statement = frame_data(step.statement);
    m.commit = frame_data(step.commitment);
    TRY_OUT(link_request(e, OP_ROOM_AGAIN, &m, &w));
out:
    arena_free(&a);
    return err;
}

static void try_later(struct engine *e)
{
    e->reminding.again_ms = dealings_next_ms(&e->reminding.count, e->now_ms);
}

/* It has all that it was to have. */
static struct err over(struct engine *e)
{
    bool more = e->reminding.more;

    e->reminding.going = e->reminding.more = false;
    if (more)
        return attending_ask(e);
    TRY(wishing_pump(e));
    return outgoing_pump(e);
}

struct err reminding_pump(struct engine *e)
{
    struct reminding *m = &e->reminding;

    if (e->link.state != LINK_READY || link_is_busy(e, OP_ROOM_AGAIN))
        return OK;
    if (m->n == 0)
        return m->going ? over(e) : OK;
    if (!m->going && !dealings_may(&m->count, e->now_ms)) {
        reminding_forget(e);
        try_later(e);
        return OK;
    }
    m->going = true;
    return send_step(e, &m->room[0]);
}

/* ---- answers */

/* E_FORGED: that is less than it must have by now. */
static struct err go_on(struct engine *e, struct reminding_room *room, uint32_t known)
{
    struct room r;

    TRY(roomlog_find(e->vault, &room->id, &r));
    if (known >= r.version) {
        drop(e, room);
        return OK;
    }
    if (known < room->next && !(room->probes && known + 1 < room->next)) {
        drop(e, room);
        return FAIL(E_FORGED);
    }
    room->probes = false;
    room->next = known + 1;
    return OK;
}

static struct err refused(struct engine *e, struct reminding_room *room, enum err_code code)
{
    struct room_id id = room->id;
    uint32_t version = room->next;

    if (err_who(code) == WHO_NOBODY || err_who(code) == WHO_OPERATOR) {
        reminding_forget(e);
        try_later(e);
        return OK;
    }
    drop(e, room);
    /* Another one has its place, or what it follows is another one there: which? */
    if (code == E_CONFLICT || code == E_FORGED)
        return attending_look_from(e, &id, version > 1 ? version - 1 : 1);
    try_later(e);
    return OK;
}

struct err reminding_answered(struct engine *e, const struct waiting *w, const struct frame *f,
                              struct arena *a)
{
    enum err_code code = f->code == 0 ? E_OK : err_from_number(f->code);
    Tacet__Wire__RoomKnown *m;
    struct reminding_room *room;
    struct room_id id;
    struct err err;

    memcpy(id.b, w->key.at, sizeof id.b);
    room = find(e, &id);
    if (room == NULL || room->next != w->number)
        return reminding_pump(e);
    if (code != E_OK) {
        TRY(refused(e, room, code));
        return reminding_pump(e);
    }
    TRY(frame_unpack(f->body, &tacet__wire__room_known__descriptor, a, &m));
    err = go_on(e, room, m->version);
    if (err.code != E_FORGED)
        TRY(err);
    if (err.code == E_FORGED)
        lookups_tell_bad(e, err.code);
    return reminding_pump(e);
}

/* ---- time */

uint64_t reminding_at(const struct engine *e)
{
    return e->link.state == LINK_READY ? e->reminding.again_ms : 0;
}

struct err reminding_wake(struct engine *e)
{
    if (reminding_at(e) == 0 || e->now_ms < e->reminding.again_ms)
        return OK;
    e->reminding.again_ms = 0;
    return attending_ask(e);
}
