/* SPDX-License-Identifier: Apache-2.0 */
#include "server/networks/networks.h"
#include "server/networks/pins.h"
#include "wire/tacet.pb-c.h"

static struct err directory(struct request *rq)
{
    Tacet__Wire__AskDirectory *in;
    Tacet__Wire__Directory out = TACET__WIRE__DIRECTORY__INIT;
    const struct networks *n = rq->server->networks;
    struct bytes certificate;

    TRY(request_read(rq, &tacet__wire__ask_directory__descriptor, &in));
    TRY(networks_certificate(rq->db, rq->arena, &certificate));
    out.root = frame_data(BYTES(networks_root(n)->b));
    out.domain = frame_data(networks_domain(n));
    out.key = frame_data(BYTES(networks_key(n)->b));
    out.certificate = frame_data(certificate);
    return request_answer(rq, &out);
}

static struct err certify(struct request *rq)
{
    Tacet__Wire__CertifyDirectory *in;

    TRY(request_read(rq, &tacet__wire__certify_directory__descriptor, &in));
    return networks_certify(rq->server->networks, rq->db, frame_bytes(in->certificate), rq->now_ms);
}

static struct err server_keys(struct request *rq)
{
    Tacet__Wire__AskServerKeys *in;
    Tacet__Wire__ServerKeys out = TACET__WIRE__SERVER_KEYS__INIT;
    struct bytes statement, certificate;
    struct server_keys newest;

    TRY(request_read(rq, &tacet__wire__ask_server_keys__descriptor, &in));
    TRY(pins_newest(rq->db, rq->arena, &statement, &newest));
    if (statement.n > 0) {
        TRY(networks_certificate(rq->db, rq->arena, &certificate));
        out.statement = frame_data(statement);
        out.certificate = frame_data(certificate);
    }
    return request_answer(rq, &out);
}

const struct route networks_routes[] = {
    /* op         who             body  rate        kind          handler */
    {OP_DIRECTORY, ROUTE_OPERATOR, 1, ROUTE_BULK, ROUTE_READS, directory},
    {OP_SERVER_KEYS, ROUTE_DEVICE, 1, ROUTE_NORMAL, ROUTE_READS, server_keys},
    {OP_CERTIFY, ROUTE_OPERATOR, 512, ROUTE_BULK, ROUTE_WRITES, certify},
    {.op = 0},
};
