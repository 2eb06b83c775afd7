/* SPDX-License-Identifier: Apache-2.0 */
#include "server/rooms/rooms.h"
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

const struct route rooms_routes[] = {
    /* op      who           body  rate          kind         handler */
    {OP_ROSTER, ROUTE_DEVICE, 64, ROUTE_NORMAL, ROUTE_READS, fetch},
    {.op = 0},
};
