/* SPDX-License-Identifier: Apache-2.0 */
#include "crypto/secret.h"
#include "server/accounts/accounts.h"
#include "server/networks/pins.h"
#include "wire/tacet.pb-c.h"

/* The link is in the arena, which is wiped: the token stays nowhere here. */
static struct err make_link(struct request *rq, struct bytes address, struct bytes handle,
                            uint64_t lives_ms, struct bytes *link)
{
    struct invitation i = {.nid = *networks_id(rq->server->networks)};
    struct server_pin pin;
    struct buf b = BUF(INVITATION_LINK_MAX);
    struct err err = OK;
    struct bytes text;

    if (address.n == 0)
        address = bytes_text(rq->server->address);
    if (address.n > INVITATION_ADDRESS_MAX)
        return FAIL(E_LIMIT);
    memcpy(i.address, address.at, address.n);
    i.address_n = address.n;
    TRY(pins_in_force(rq->db, rq->server->pin, &pin));
    memcpy(i.pin, pin.b, sizeof i.pin);
    TRY_OUT(random_fill(rq->random, i.token, sizeof i.token));
    TRY_OUT(invitation_write(&i, &b));
    TRY_OUT(buf_end(&b, &text));
    TRY_OUT(arena_copy(rq->arena, text, link));
    TRY_OUT(accounts_invite(rq->db, handle, i.token, rq->now_ms, lives_ms));
out:
    secret_wipe(&i, sizeof i);
    buf_free(&b);
    return err;
}

struct err accounts_make_link(struct request *rq, struct bytes handle, struct bytes address,
                              uint64_t lives_s, struct accounts_link *out)
{
    uint64_t lives_ms = ACCOUNTS_INVITATION_DEFAULT_MS;

    if (lives_s > ACCOUNTS_INVITATION_MOST_MS / CLOCK_SECOND_MS)
        return FAIL(E_LIMIT);
    if (lives_s != 0)
        lives_ms = lives_s * CLOCK_SECOND_MS;
    TRY(make_link(rq, address, handle, lives_ms, &out->link));
    out->expires_ms = rq->now_ms + lives_ms;
    return OK;
}

static struct err invite(struct request *rq)
{
    Tacet__Wire__Invite *in;
    Tacet__Wire__Invited out = TACET__WIRE__INVITED__INIT;
    struct accounts_link made;

    TRY(request_read(rq, &tacet__wire__invite__descriptor, &in));
    TRY(accounts_make_link(rq, frame_bytes(in->handle), frame_bytes(in->address), in->lives_s,
                           &made));
    out.link = frame_data(made.link);
    out.expires_ms = made.expires_ms;
    return request_answer(rq, &out);
}

static struct err revoke(struct request *rq)
{
    Tacet__Wire__Revoke *in;

    TRY(request_read(rq, &tacet__wire__revoke__descriptor, &in));
    return accounts_revoke(rq->db, frame_bytes(in->handle));
}

const struct route accounts_routes[] = {
    /* op      who             body  rate        kind          handler */
    {OP_INVITE, ROUTE_OPERATOR, 512, ROUTE_BULK, ROUTE_WRITES, invite},
    {OP_REVOKE, ROUTE_OPERATOR, 64, ROUTE_BULK, ROUTE_GOES_ON, revoke},
    {.op = 0},
};
