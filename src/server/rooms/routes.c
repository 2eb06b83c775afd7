/* SPDX-License-Identifier: Apache-2.0 */
#include "server/prekeys/prekeys.h"
#include "server/rooms/rooms.h"
#include "wire/tacet.pb-c.h"

/* The version after the one that the roster names, if that is one of ours; else all of them. */
static struct err lists_wanted(struct request *rq, const struct account *who,
                               const struct roster_account *named, uint32_t *from)
{
    struct device_list l;
    struct bytes *at;
    size_t n;

    *from = 1;
    TRY(devices_lists(rq->db, rq->arena, who->row, named->list_version, 1, &at, &n));
    if (n == 0)
        return OK;
    TRY(device_list_parse(at[0], networks_id(rq->server->networks), &l));
    if (l.version == named->list_version &&
        memcmp(l.hash, named->list_hash, sizeof named->list_hash) == 0)
        *from = l.version + 1;
    return OK;
}

struct err rooms_explain(struct request *rq, struct err why, const struct rooms_roster *r)
{
    Tacet__Wire__Stale out = TACET__WIRE__STALE__INIT;
    Tacet__Wire__Person *person[ROOMS_PAIR];
    struct bytes certificate;
    struct err told;

    for (size_t i = 0; i < ROOMS_PAIR; i++) {
        uint32_t from;

        TRY(lists_wanted(rq, &r->account[i], &r->roster.account[i], &from));
        TRY(prekeys_person(rq->db, rq->arena, &r->account[i], from, &person[i]));
    }
    TRY(networks_certificate(rq->db, rq->arena, &certificate));
    out.persons = person;
    out.n_persons = ROOMS_PAIR;
    out.certificate = frame_data(certificate);
    told = request_refuse(rq, why.code, &out);
    return told.code == why.code ? why : told;
}

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
                         &room, &known);
    if (known && (err.code == E_STALE || err.code == E_REMOVED))
        return rooms_explain(rq, err, &room);
    return err;
}

const struct route rooms_routes[] = {
    /* op      who           body  rate          kind         handler */
    {OP_ROSTER, ROUTE_DEVICE, 64, ROUTE_NORMAL, ROUTE_READS, fetch},
    {OP_REGISTER, ROUTE_DEVICE, ROSTER_MAX_SIZE + 8, ROUTE_NORMAL, ROUTE_WRITES, enter},
    {.op = 0},
};
