/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"
#include "server/linking/linking.h"
#include "server/prekeys/prekeys.h"
#include "wire/tacet.pb-c.h"

static struct err publish(struct request *rq)
{
    Tacet__Wire__PublishList *in;
    struct device me;
    struct account who;

    TRY(request_read(rq, &tacet__wire__publish_list__descriptor, &in));
    TRY(devices_caller(rq, &me));
    TRY(accounts_get(rq->db, rq->arena, &rq->aid, &who));
    return linking_publish(rq, &who, frame_bytes(in->statement));
}

/* ---- Slots. */

static struct err open(struct request *rq)
{
    Tacet__Wire__OpenLink *in;
    struct device me;

    TRY(request_read(rq, &tacet__wire__open_link__descriptor, &in));
    TRY(devices_caller(rq, &me));
    return linking_open(rq->db, &me, frame_bytes(in->slot), rq->now_ms);
}

static struct err ask(struct request *rq)
{
    Tacet__Wire__AskLink *in;
    Tacet__Wire__LinkAnswer out = TACET__WIRE__LINK_ANSWER__INIT;
    struct bytes answer;

    TRY(request_read(rq, &tacet__wire__ask_link__descriptor, &in));
    TRY(request_versions(rq, in->versions));
    TRY(linking_ask(rq->db, rq->arena, frame_bytes(in->slot), frame_bytes(in->box),
                    bytes_text(rq->from), rq->now_ms, &answer));
    out.answer = frame_data(answer);
    return request_answer(rq, &out);
}

static struct err look(struct request *rq)
{
    Tacet__Wire__LookLink *in;
    Tacet__Wire__LinkAsked out = TACET__WIRE__LINK_ASKED__INIT;
    struct bytes box, from;
    struct device me;

    TRY(request_read(rq, &tacet__wire__look_link__descriptor, &in));
    TRY(devices_caller(rq, &me));
    TRY(linking_look(rq->db, rq->arena, &me, frame_bytes(in->slot), rq->now_ms, &box, &from));
    out.box = frame_data(box);
    out.from = frame_data(from);
    return request_answer(rq, &out);
}

static struct err answer(struct request *rq)
{
    Tacet__Wire__AnswerLink *in;
    struct device me;

    TRY(request_read(rq, &tacet__wire__answer_link__descriptor, &in));
    TRY(devices_caller(rq, &me));
    return linking_answer(rq->db, rq->arena, &me, frame_bytes(in->slot), frame_bytes(in->answer),
                          rq->now_ms);
}

/* ---- Recovery. */

static struct err keep(struct request *rq)
{
    Tacet__Wire__KeepRecovery *in;
    struct device me;

    TRY(request_read(rq, &tacet__wire__keep_recovery__descriptor, &in));
    TRY(devices_caller(rq, &me));
    return linking_keep(rq, me.account, frame_bytes(in->did), frame_bytes(in->slot),
                        frame_bytes(in->blob));
}

static struct err recover(struct request *rq)
{
    Tacet__Wire__Recover *in;
    Tacet__Wire__Recovered out = TACET__WIRE__RECOVERED__INIT;
    struct bytes blob, certificate;
    struct account who;
    uint64_t account;

    TRY(request_read(rq, &tacet__wire__recover__descriptor, &in));
    TRY(request_versions(rq, in->versions));
    TRY(linking_kept(rq->db, rq->arena, frame_bytes(in->slot), &blob, &account));
    TRY(accounts_by_row(rq->db, rq->arena, account, &who));
    TRY(prekeys_own_person(rq->db, rq->arena, &who, &out.person));
    TRY(networks_certificate(rq->db, rq->arena, &certificate));
    out.blob = frame_data(blob);
    out.certificate = frame_data(certificate);
    out.root = frame_data(BYTES(networks_root(rq->server->networks)->b));
    return request_answer(rq, &out);
}

static struct err recover_list(struct request *rq)
{
    Tacet__Wire__RecoverList *in;
    struct account who;

    TRY(request_read(rq, &tacet__wire__recover_list__descriptor, &in));
    TRY(request_versions(rq, in->versions));
    TRY(linking_recovered(rq, frame_bytes(in->statement), &who));
    return linking_publish(rq, &who, frame_bytes(in->statement));
}

const struct route linking_routes[] = {
    /* op     who           body                  rate        kind          handler */
    {OP_LIST, ROUTE_DEVICE, DEVICE_LIST_MAX_SIZE + 16, ROUTE_SLOW, ROUTE_WRITES, publish},
    {OP_LINK_OPEN, ROUTE_DEVICE, 32, ROUTE_SLOW, ROUTE_WRITES, open},
    {OP_LINK_ASK, ROUTE_ANYONE, LINKING_BOX_MOST + 64, ROUTE_SLOW, ROUTE_WRITES, ask},
    {OP_LINK_LOOK, ROUTE_DEVICE, 32, ROUTE_NORMAL, ROUTE_READS, look},
    {OP_LINK_ANSWER, ROUTE_DEVICE, LINKING_ANSWER_MOST + 64, ROUTE_SLOW, ROUTE_WRITES, answer},
    {OP_RECOVERY_KEEP, ROUTE_DEVICE, LINKING_RECOVERY_MOST + 64, ROUTE_SLOW, ROUTE_WRITES, keep},
    {OP_RECOVER, ROUTE_ANYONE, 64, ROUTE_ONCE, ROUTE_READS, recover},
    {OP_RECOVER_LIST, ROUTE_ANYONE, DEVICE_LIST_MAX_SIZE + 32, ROUTE_ONCE, ROUTE_WRITES,
     recover_list},
    {.op = 0},
};
