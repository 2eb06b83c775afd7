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
                           frame_bytes(in->kem), rq->now_ms);
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

/* Whoever has the statement may have the key: both are public. */
static struct err kem_key(struct request *rq, const Tacet__Wire__KemName *name, struct bytes *out)
{
    struct device_id did;
    struct device d;
    struct err err;

    *out = (struct bytes){NULL, 0};
    if (name->did.len != sizeof did.b)
        return FAIL(E_MALFORMED);
    memcpy(did.b, name->did.data, sizeof did.b);
    err = devices_get(rq->db, &did, &d);
    if (err.code == E_OK)
        err = prekeys_kem(rq->db, rq->arena, d.row, name->number, rq->now_ms, out);
    return err.code == E_ABSENT ? OK : err;
}

static struct err kem_keys(struct request *rq)
{
    Tacet__Wire__AskKemKeys *in;
    Tacet__Wire__KemKeys out = TACET__WIRE__KEM_KEYS__INIT;
    struct device me;

    TRY(request_read(rq, &tacet__wire__ask_kem_keys__descriptor, &in));
    TRY(devices_caller(rq, &me));
    if (in->n_names == 0)
        return FAIL(E_MALFORMED);
    if (in->n_names > LIMIT_KEM_KEYS)
        return FAIL(E_LIMIT);
    out.keys = ARENA_ARRAY(rq->arena, in->n_names, ProtobufCBinaryData);
    if (out.keys == NULL)
        return FAIL(E_NOMEM);
    for (; out.n_keys < in->n_names; out.n_keys++) {
        struct bytes key;

        TRY(kem_key(rq, in->names[out.n_keys], &key));
        out.keys[out.n_keys] = frame_data(key);
    }
    return request_answer(rq, &out);
}

const struct route prekeys_routes[] = {
    /* op      who           body              rate          kind          handler */
    {OP_PREKEY, ROUTE_DEVICE, PREKEY_SIZE + PREKEY_KEM_SIZE + 16, ROUTE_SLOW, ROUTE_WRITES,
     publish},
    {OP_PERSON, ROUTE_DEVICE, 64, ROUTE_NORMAL, ROUTE_READS, person},
    {OP_KEM_KEYS, ROUTE_DEVICE, LIMIT_KEM_KEYS * 32, ROUTE_NORMAL, ROUTE_READS, kem_keys},
    {.op = 0},
};
