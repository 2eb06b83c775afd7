/* SPDX-License-Identifier: Apache-2.0 */
#include "server/devices/devices.h"
#include "server/policies/policies.h"
#include "wire/tacet.pb-c.h"

static struct err publish(struct request *rq)
{
    Tacet__Wire__PublishPolicy *in;

    TRY(request_read(rq, &tacet__wire__publish_policy__descriptor, &in));
    return policies_publish(rq->db, rq->server->networks, rq->arena, frame_bytes(in->statement),
                            rq->now_ms);
}

/* To the operator: what is in force, and what comes. */
static struct err show(struct request *rq)
{
    Tacet__Wire__AskPolicies *in;
    Tacet__Wire__Policies out = TACET__WIRE__POLICIES__INIT;
    const struct network_policy *now;
    struct bytes *statement;
    size_t n;

    TRY(request_read(rq, &tacet__wire__ask_policies__descriptor, &in));
    TRY(policies_in_force(rq->db, rq->server->networks, rq->arena, rq->now_ms, &now));
    if (now != NULL)
        out.in_force = now->number;
    TRY(policies_from(rq->db, rq->arena, out.in_force, POLICIES_SHOWN_MAX, &statement, &n));
    out.statements = ARENA_ARRAY(rq->arena, n, ProtobufCBinaryData);
    if (out.statements == NULL)
        return FAIL(E_NOMEM);
    for (; out.n_statements < n; out.n_statements++)
        out.statements[out.n_statements] = frame_data(statement[out.n_statements]);
    out.root = frame_data(BYTES(networks_root(rq->server->networks)->b));
    out.domain = frame_data(networks_domain(rq->server->networks));
    return request_answer(rq, &out);
}

static struct err policy(struct request *rq)
{
    Tacet__Wire__AskPolicy *in;
    Tacet__Wire__PolicyAnswer out = TACET__WIRE__POLICY_ANSWER__INIT;
    struct bytes statement = {NULL, 0};
    struct device me;
    struct err err;

    TRY(request_read(rq, &tacet__wire__ask_policy__descriptor, &in));
    TRY(devices_caller(rq, &me));
    err = policies_get(rq->db, rq->arena, in->number, &statement);
    if (err.code != E_ABSENT || in->number != 0)
        TRY(err);
    out.statement = frame_data(statement);
    return request_answer(rq, &out);
}

const struct route policies_routes[] = {
    /* op       who           body                   rate          kind         handler */
    {OP_POLICY, ROUTE_DEVICE, 8, ROUTE_NORMAL, ROUTE_READS, policy},
    {OP_POLICY_PUBLISH, ROUTE_OPERATOR, POLICY_MAX_SIZE + 16, ROUTE_BULK, ROUTE_WRITES, publish},
    {OP_POLICY_SHOW, ROUTE_OPERATOR, 1, ROUTE_BULK, ROUTE_READS, show},
    {.op = 0},
};
