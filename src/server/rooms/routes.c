/* SPDX-License-Identifier: Apache-2.0 */
#include "server/rooms/rooms.h"
#include "server/rooms/states.h"
#include "server/rooms/telling.h"
#include "wire/tacet.pb-c.h"

#define MARKS_MAX 1000 /* of one answer of ROOMS */

static struct err fetch(struct request *rq)
{
    Tacet__Wire__AskRoster *in;
    Tacet__Wire__RosterAnswer out = TACET__WIRE__ROSTER_ANSWER__INIT;
    struct device me;
    struct bytes roster;

    TRY(request_read(rq, &tacet__wire__ask_roster__descriptor, &in));
    TRY(devices_caller(rq, &me));
    TRY(rooms_fetch(rq->db, rq->arena, frame_bytes(in->digest), &rq->aid, &roster));
    out.roster = frame_data(roster);
    return request_answer(rq, &out);
}

static Tacet__Wire__RoomState state_form(struct bytes statement, struct bytes commitment)
{
    Tacet__Wire__RoomState form = TACET__WIRE__ROOM_STATE__INIT;

    form.statement = frame_data(statement);
    form.commit = frame_data(commitment);
    return form;
}

static struct err answer_page(struct request *rq, const struct rooms_page *page, size_t n)
{
    Tacet__Wire__RoomAnswer out = TACET__WIRE__ROOM_ANSWER__INIT;
    Tacet__Wire__RoomState form[ROOMS_STATES_MAX], *forms[ROOMS_STATES_MAX];
    struct bytes certificate;

    TRY(networks_certificate(rq->db, rq->arena, &certificate));
    out.certificate = frame_data(certificate);
    out.states = forms;
    for (; out.n_states < n; out.n_states++) {
        size_t i = out.n_states;

        form[i] = state_form(page->statement[i], page->commitment[i]);
        forms[i] = &form[i];
    }
    return request_answer(rq, &out);
}

/* Of whoever was of the state before these, as this server did not always note who left: how many
 * of them, the first without them included? */
static struct err cut_by_states(struct request *rq, const struct rooms_page *page, uint32_t from,
                                const struct room_id *id, size_t *n)
{
    struct rooms_state before;
    struct room_state s;

    if (from < 2)
        return FAIL(E_ABSENT);
    TRY(rooms_at(rq->db, rq->arena, id, from - 1, &before));
    if (!rooms_is_member(rq->server->networks, &before.state, &rq->aid))
        return FAIL(E_ABSENT);
    for (bool in = true; in && *n < page->n; (*n)++) {
        TRY(room_state_parse(page->statement[*n], rq->arena, &s));
        in = rooms_is_member(rq->server->networks, &s, &rq->aid);
    }
    return OK;
}

/* Of whoever was a member: up to the first state without them. */
static struct err cut_page(struct request *rq, const struct rooms_page *page, uint32_t from,
                           const struct room_id *id, size_t *n)
{
    uint32_t last;
    struct err err = rooms_left(rq->db, rq->arena, id, &rq->aid, &last);

    *n = 0;
    if (err.code == E_ABSENT)
        return cut_by_states(rq, page, from, id, n);
    TRY(err);
    if (from == 0 || from > last)
        return FAIL(E_ABSENT);
    *n = last - from + 1 < page->n ? last - from + 1 : page->n;
    return OK;
}

/* For the people that it has now, and for whoever is to see by whom they were put out.  Others do
 * not hear that there is such a room. */
static struct err room(struct request *rq)
{
    Tacet__Wire__AskRoom *in;
    const struct network_policy *policy;
    struct rooms_page *page;
    struct rooms_state newest;
    struct room_id id;
    struct device me;
    size_t n;

    TRY(request_read(rq, &tacet__wire__ask_room__descriptor, &in));
    TRY(devices_caller(rq, &me));
    if (in->room.len != sizeof id.b)
        return FAIL(E_MALFORMED);
    memcpy(id.b, in->room.data, sizeof id.b);
    TRY(rooms_newest(rq->db, rq->arena, &id, &newest));
    TRY(policies_in_force(rq->db, rq->server->networks, rq->arena, rq->now_ms, &policy));
    TRY(rooms_page(rq->db, rq->arena, &id, in->from, &page));
    n = page->n;
    if (!rooms_is_of(rq->server->networks, policy, &newest.state, &rq->aid))
        TRY(cut_page(rq, page, in->from, &id, &n));
    return answer_page(rq, page, n);
}

static struct err rooms(struct request *rq)
{
    Tacet__Wire__AskRooms *in;
    Tacet__Wire__RoomsAnswer out = TACET__WIRE__ROOMS_ANSWER__INIT;
    Tacet__Wire__RoomMark *form = ARENA_ARRAY(rq->arena, MARKS_MAX, Tacet__Wire__RoomMark);
    Tacet__Wire__RoomMark **forms = ARENA_ARRAY(rq->arena, MARKS_MAX, Tacet__Wire__RoomMark *);
    struct rooms_mark *mark = ARENA_ARRAY(rq->arena, MARKS_MAX + 1, struct rooms_mark);
    struct room_id after = {{0}};
    struct device me;
    size_t n;

    if (form == NULL || forms == NULL || mark == NULL)
        return FAIL(E_NOMEM);
    TRY(request_read(rq, &tacet__wire__ask_rooms__descriptor, &in));
    TRY(devices_caller(rq, &me));
    if (in->after.len != 0 && in->after.len != sizeof after.b)
        return FAIL(E_MALFORMED);
    if (in->after.len != 0)
        memcpy(after.b, in->after.data, sizeof after.b);
    TRY(rooms_of(rq->db, rq->arena, &rq->aid, ID_BYTES(after), mark, MARKS_MAX + 1, &n));
    out.more = n > MARKS_MAX;
    out.rooms = forms;
    for (; out.n_rooms < n && out.n_rooms < MARKS_MAX; out.n_rooms++) {
        size_t i = out.n_rooms;

        tacet__wire__room_mark__init(&form[i]);
        form[i].room = frame_data(mark[i].room);
        form[i].version = mark[i].version;
        forms[i] = &form[i];
    }
    return request_answer(rq, &out);
}

static struct err tell_removed(struct request *rq, struct err why, const struct rooms_change *c)
{
    struct telling t;

    TRY(telling_begin(&t, rq, c->removals, 0, 0));
    for (size_t i = 0; i < c->removals; i++)
        TRY(telling_person(&t, &c->removed[i], 1));
    return telling_end(&t, why);
}

static struct err change(struct request *rq)
{
    Tacet__Wire__ChangeRoom *in;
    Tacet__Wire__RoomState out;
    struct rooms_change c;
    struct device me;
    struct err err;

    TRY(request_read(rq, &tacet__wire__change_room__descriptor, &in));
    TRY(devices_caller(rq, &me));
    err = rooms_commit(rq->db, rq->server->networks, rq->arena, &me, &rq->aid,
                       frame_bytes(in->statement), rq->now_ms, &c);
    if (err.code == E_REMOVED)
        return tell_removed(rq, err, &c);
    out = state_form(c.state.statement, c.state.commitment);
    if (err.code == E_CONFLICT) {
        struct err told = request_refuse(rq, E_CONFLICT, &out);

        return told.code == E_CONFLICT ? err : told;
    }
    TRY(err);
    return request_answer(rq, &out);
}

static struct err again(struct request *rq)
{
    Tacet__Wire__RoomState *in;
    Tacet__Wire__RoomKnown out = TACET__WIRE__ROOM_KNOWN__INIT;
    struct device me;

    TRY(request_read(rq, &tacet__wire__room_state__descriptor, &in));
    TRY(devices_caller(rq, &me));
    TRY(rooms_again(rq->db, rq->server->networks, rq->arena, &rq->aid, frame_bytes(in->statement),
                    frame_bytes(in->commit), rq->now_ms, &out.version));
    return request_answer(rq, &out);
}

static struct err enter(struct request *rq)
{
    Tacet__Wire__RegisterRoster *in;
    struct rooms_roster room;
    struct device me;
    struct err err;
    bool known;

    TRY(request_read(rq, &tacet__wire__register_roster__descriptor, &in));
    TRY(devices_caller(rq, &me));
    err = rooms_register(rq->db, rq->server->networks, rq->arena, frame_bytes(in->roster), &rq->aid,
                         rq->now_ms, &room, &known);
    if (known && (err.code == E_STALE || err.code == E_REMOVED))
        return rooms_explain(rq, err, &room);
    return err;
}

const struct route rooms_routes[] = {
    /* op      who           body  rate          kind         handler */
    {OP_ROSTER, ROUTE_DEVICE, 64, ROUTE_NORMAL, ROUTE_READS, fetch},
    {OP_ROOM, ROUTE_DEVICE, 64, ROUTE_NORMAL, ROUTE_READS, room},
    {OP_ROOMS, ROUTE_DEVICE, 64, ROUTE_NORMAL, ROUTE_READS, rooms},
    {OP_ROOM_CHANGE, ROUTE_DEVICE, ROOM_STATE_MAX_SIZE + 16, ROUTE_SLOW, ROUTE_WRITES, change},
    {OP_ROOM_AGAIN, ROUTE_DEVICE, ROOM_STATE_MAX_SIZE + ROOM_COMMIT_SIZE + 16, ROUTE_SLOW,
     ROUTE_WRITES, again},
    {OP_REGISTER, ROUTE_DEVICE, ROSTER_MAX_SIZE + 8, ROUTE_NORMAL, ROUTE_WRITES, enter},
    {.op = 0},
};
