/* SPDX-License-Identifier: Apache-2.0 */
#include "server/devices/devices.h"
#include "wire/tacet.pb-c.h"

static struct err publish(struct request *rq)
{
    Tacet__Wire__PublishList *in;
    struct device me;
    struct account who;

    TRY(request_read(rq, &tacet__wire__publish_list__descriptor, &in));
    TRY(devices_caller(rq, &me));
    TRY(accounts_get(rq->db, rq->arena, &rq->aid, &who));
    return devices_publish(rq->db, rq->server->networks, rq->arena, &who,
                           frame_bytes(in->statement), rq->now_ms);
}

const struct route devices_routes[] = {
    /* op    who           body                       rate        kind          handler */
    {OP_LIST, ROUTE_DEVICE, DEVICE_LIST_MAX_SIZE + 16, ROUTE_SLOW, ROUTE_WRITES, publish},
    {.op = 0},
};
