/* SPDX-License-Identifier: Apache-2.0 */
#include "server/networks/networks.h"
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

const struct route networks_routes[] = {
    /* op         who             body  rate        kind          handler */
    {OP_DIRECTORY, ROUTE_OPERATOR, 1, ROUTE_BULK, ROUTE_READS, directory},
    {OP_CERTIFY, ROUTE_OPERATOR, 512, ROUTE_BULK, ROUTE_WRITES, certify},
    {.op = 0},
};
