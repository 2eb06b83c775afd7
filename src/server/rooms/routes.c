/* SPDX-License-Identifier: Apache-2.0 */
#include "server/rooms/rooms.h"
#include "server/rooms/states.h"
#include "server/rooms/telling.h"
#include "wire/tacet.pb-c.h"

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

static struct err answer_page(struct request *rq, const struct rooms_page *page)
{
    Tacet__Wire__RoomAnswer out = TACET__WIRE__ROOM_ANSWER__INIT;
    Tacet__Wire__RoomState form[ROOMS_STATES_MAX], *forms[ROOMS_STATES_MAX];

    out.states = forms;
    for (; out.n_states < page->n; out.n_states++) {
        size_t i = out.n_states;

        form[i] = state_form(page->statement[i], page->commitment[i]);
        forms[i] = &form[i];
    }
    return request_answer(rq, &out);
}

/* For the people that it has now.  Who is none does not hear that there is such a room. */
static struct err room(struct request *rq)
{
    Tacet__Wire__AskRoom *in;
    const struct network_policy *policy;
    struct rooms_page *page;
    struct rooms_state newest;
    struct room_id id;
    struct device me;

    TRY(request_read(rq, &tacet__wire__ask_room__descriptor, &in));
    TRY(devices_caller(rq, &me));
    if (in->room.len != sizeof id.b)
        return FAIL(E_MALFORMED);
    memcpy(id.b, in->room.data, sizeof id.b);
    TRY(rooms_newest(rq->db, rq->arena, &id, &newest));
    TRY(policies_in_force(rq->db, rq->server->networks, rq->arena, rq->now_ms, &policy));
    if (!rooms_is_of(rq->server->networks, policy, &newest.state, &rq->aid))
        return FAIL(E_ABSENT);
    TRY(rooms_page(rq->db, rq->arena, &id, in->from, &page));
    return answer_page(rq, page);
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
    {OP_ROOM_CHANGE, ROUTE_DEVICE, ROOM_STATE_MAX_SIZE + 16, ROUTE_SLOW, ROUTE_WRITES, change},
    {OP_REGISTER, ROUTE_DEVICE, ROSTER_MAX_SIZE + 8, ROUTE_NORMAL, ROUTE_WRITES, enter},
    {.op = 0},
};
