/* SPDX-License-Identifier: Apache-2.0 */
#include "server/prekeys/prekeys.h"
#include "wire/tacet.pb-c.h"

static struct err publish(struct request *rq)
{
    Tacet__Wire__PublishPrekey *in;
    struct device me;

    TRY(request_read(rq, &tacet__wire__publish_prekey__descriptor, &in));
    TRY(devices_caller(rq, &me));
    return prekeys_publish(rq->db, rq->server->networks, rq->arena, &me, frame_bytes(in->statement),
                           rq->now_ms);
}

static struct err find(struct request *rq, const Tacet__Wire__AskPerson *in, struct account *who)
{
    struct account_id aid;

    if ((in->handle.len == 0) == (in->aid.len == 0))
        return FAIL(E_MALFORMED);
    if (in->aid.len == 0)
        return accounts_named(rq->db, rq->arena, frame_bytes(in->handle), who);
    if (in->aid.len != sizeof aid.b)
        return FAIL(E_MALFORMED);
    memcpy(aid.b, in->aid.data, sizeof aid.b);
    return accounts_get(rq->db, rq->arena, &aid, who);
}

static struct err person(struct request *rq)
{
    Tacet__Wire__AskPerson *in;
    Tacet__Wire__PersonAnswer out = TACET__WIRE__PERSON_ANSWER__INIT;
    struct device me;
    struct account who;
    struct bytes certificate;

    TRY(request_read(rq, &tacet__wire__ask_person__descriptor, &in));
    TRY(devices_caller(rq, &me));
    TRY(find(rq, in, &who));
    TRY(prekeys_person(rq->db, rq->arena, &who, in->from_list, &out.person));
    TRY(networks_certificate(rq->db, rq->arena, &certificate));
    out.certificate = frame_data(certificate);
    return request_answer(rq, &out);
}

const struct route prekeys_routes[] = {
    /* op      who           body              rate          kind          handler */
    {OP_PREKEY, ROUTE_DEVICE, PREKEY_SIZE + 16, ROUTE_SLOW, ROUTE_WRITES, publish},
    {OP_PERSON, ROUTE_DEVICE, 64, ROUTE_NORMAL, ROUTE_READS, person},
    {.op = 0},
};
