/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keys: what an operator asks and does about the server's TLS keys.  [PROTOCOL 4.7]
 *
 * Files change before the statement about them is committed, and in this order nothing is lost when
 * the power is: a key that is announced is on disk before anybody hears of it, and one that has
 * come into force was announced to everybody who accepts it.  Whatever was cut off, the next start,
 * or the same order again, finishes it.
 */
#include "base/fault.h"
#include "server/admin/admin.h"
#include "server/networks/keystore.h"
#include "server/networks/pins.h"
#include "wire/tacet.pb-c.h"

struct holding {
    struct server_keys said; /* the newest statement */
    struct server_pin pin;   /* in force */
};

static const struct server_pin *announced(const struct holding *h)
{
    return h->said.pins > 1 ? &h->said.pin[1] : NULL;
}

static struct err read_holding(struct request *rq, struct holding *h)
{
    struct bytes statement;

    TRY(pins_newest(rq->db, rq->arena, &statement, &h->said));
    return pins_in_force(rq->db, rq->server->pin, &h->pin);
}

/* A key as the answer shows it; its end is known when the file is there and is this key's. */
static void describe(struct err looked, const struct keystore_key *found,
                     const struct server_pin *pin, Tacet__Wire__TlsKey *out)
{
    out->pin = frame_data(ID_BYTES(*pin));
    if (looked.code == E_OK && ID_SAME(found->pin, *pin))
        out->expires_ms = found->expires_ms;
}

static struct err answer(struct request *rq)
{
    const struct keystore *k = rq->server->keystore;
    Tacet__Wire__TlsKeys out = TACET__WIRE__TLS_KEYS__INIT;
    Tacet__Wire__TlsKey force = TACET__WIRE__TLS_KEY__INIT, next = TACET__WIRE__TLS_KEY__INIT;
    struct keystore_key found = {.expires_ms = 0};
    struct holding h;
    struct err looked;

    TRY(read_holding(rq, &h));
    looked = k->look(k->ctx, &found);
    describe(looked, &found, &h.pin, &force);
    out.in_force = &force;
    if (announced(&h) != NULL) {
        looked = k->look_next(k->ctx, &found);
        describe(looked, &found, announced(&h), &next);
        out.announced = &next;
        out.announced_ms = h.said.made_ms;
    }
    out.number = h.said.number;
    out.outside = k->outside;
    return request_answer(rq, &out);
}

/* What is in the files now is to be shown to new connections, if it is of this pin. */
static struct err show_to_clients(struct request *rq, const struct server_pin *pin)
{
    struct effect e = {.kind = EFFECT_KEYS};

    TRY(arena_copy(rq->arena, ID_BYTES(*pin), &e.frame));
    return request_effect(rq, e);
}

static struct err read_nothing(struct request *rq)
{
    Tacet__Wire__AskTls *in;

    if (rq->server->keystore == NULL)
        return FAIL(E_ABSENT);
    return request_read(rq, &tacet__wire__ask_tls__descriptor, &in);
}

static struct err show(struct request *rq)
{
    TRY(read_nothing(rq));
    return answer(rq);
}

static struct err renew(struct request *rq)
{
    const struct keystore *k = rq->server->keystore;
    struct keystore_key found;
    struct holding h;

    TRY(read_nothing(rq));
    TRY(read_holding(rq, &h));
    TRY(k->look(k->ctx, &found));
    if (!ID_SAME(found.pin, h.pin))
        return FAIL(E_CONFLICT);
    TRY(k->renew(k->ctx, rq->now_ms));
    TRY(show_to_clients(rq, &h.pin));
    return answer(rq);
}

/* ---- announcing */

static struct err store_next(struct request *rq, const Tacet__Wire__AnnounceTls *in,
                             struct keystore_key *out)
{
    const struct keystore *k = rq->server->keystore;
    struct err err;

    if (in->certificate.len == 0)
        TRY(k->make_next(k->ctx, rq->now_ms));
    else
        TRY(k->put_next(k->ctx, frame_bytes(in->certificate), frame_bytes(in->key)));
    err = k->look_next(k->ctx, out);
    fault_point("server-tls-next-stored");
    return err;
}

static struct err announce(struct request *rq)
{
    const struct keystore *k = rq->server->keystore;
    Tacet__Wire__AnnounceTls *in;
    struct keystore_key next;
    struct holding h;
    struct err err;

    if (k == NULL)
        return FAIL(E_ABSENT);
    TRY(request_read(rq, &tacet__wire__announce_tls__descriptor, &in));
    TRY(read_holding(rq, &h));
    if (announced(&h) != NULL) /* before its files would be overwritten */
        return FAIL(E_CONFLICT);
    TRY(store_next(rq, in, &next));
    err = pins_announce(rq->server->networks, rq->db, &h.pin, &next.pin, rq->now_ms);
    if (err.code == E_STALE)
        TRY(k->drop_next(k->ctx));
    TRY(err);
    return answer(rq);
}

static struct err withdraw(struct request *rq)
{
    const struct keystore *k = rq->server->keystore;
    struct keystore_key found;
    struct holding h;

    TRY(read_nothing(rq));
    TRY(read_holding(rq, &h));
    if (announced(&h) == NULL)
        return FAIL(E_ABSENT);
    /* A switch that was cut off: the key that was in force before is gone. */
    if (k->look(k->ctx, &found).code == E_OK && ID_SAME(found.pin, *announced(&h)))
        return FAIL(E_CONFLICT);
    TRY(pins_withdraw(rq->server->networks, rq->db, rq->now_ms));
    TRY(k->drop_next(k->ctx));
    return answer(rq);
}

/* ---- the announced key comes into force */

static bool is_early(const struct request *rq, const struct holding *h)
{
    return clock_since(rq->now_ms, h->said.made_ms) < PINS_ANNOUNCED_MS;
}

/* Its files are where those of the key in force are. */
static struct err put_in_force(struct request *rq, const struct holding *h)
{
    const struct keystore *k = rq->server->keystore;

    fault_point("server-tls-switched");
    TRY(pins_switch(rq->server->networks, rq->db, announced(h), rq->now_ms));
    TRY(k->drop_next(k->ctx));
    return show_to_clients(rq, announced(h));
}

/* Is the announced key where promote() takes it from, or there already? */
static struct err check_next(const struct keystore *k, const struct server_pin *pin)
{
    struct keystore_key found;

    if (k->look(k->ctx, &found).code == E_OK && ID_SAME(found.pin, *pin))
        return OK;
    if (k->outside)
        return FAIL(E_STALE);
    TRY(k->look_next(k->ctx, &found));
    return ID_SAME(found.pin, *pin) ? OK : FAIL(E_CONFLICT);
}

static struct err switch_over(struct request *rq)
{
    const struct keystore *k = rq->server->keystore;
    Tacet__Wire__SwitchTls *in;
    struct holding h;

    if (k == NULL)
        return FAIL(E_ABSENT);
    TRY(request_read(rq, &tacet__wire__switch_tls__descriptor, &in));
    TRY(read_holding(rq, &h));
    if (announced(&h) == NULL)
        return FAIL(E_ABSENT);
    if (in->early == 0 && is_early(rq, &h))
        return FAIL(E_LIMIT);
    TRY(check_next(k, announced(&h)));
    TRY(k->promote(k->ctx));
    TRY(put_in_force(rq, &h));
    return answer(rq);
}

/* Other files may be there than a moment ago: a certificate for the key in force, or the announced
 * key when its time has come.  Anything else stays outside. */
static struct err reload(struct request *rq)
{
    const struct keystore *k = rq->server->keystore;
    struct keystore_key found;
    struct holding h;

    TRY(read_nothing(rq));
    TRY(read_holding(rq, &h));
    TRY(k->look(k->ctx, &found));
    if (ID_SAME(found.pin, h.pin)) {
        TRY(show_to_clients(rq, &h.pin));
        return answer(rq);
    }
    if (announced(&h) == NULL || !ID_SAME(found.pin, *announced(&h)))
        return FAIL(E_STALE);
    if (is_early(rq, &h))
        return FAIL(E_LIMIT);
    TRY(put_in_force(rq, &h));
    return answer(rq);
}

const struct route admin_keys_routes[] = {
    /* op      who             body  rate        kind          handler */
    {OP_TLS_SHOW, ROUTE_OPERATOR, 1, ROUTE_BULK, ROUTE_READS, show},
    {OP_TLS_RENEW, ROUTE_OPERATOR, 1, ROUTE_BULK, ROUTE_WRITES, renew},
    {OP_TLS_ANNOUNCE, ROUTE_OPERATOR, LIMIT_FRAME, ROUTE_BULK, ROUTE_WRITES, announce},
    {OP_TLS_SWITCH, ROUTE_OPERATOR, 16, ROUTE_BULK, ROUTE_WRITES, switch_over},
    {OP_TLS_WITHDRAW, ROUTE_OPERATOR, 1, ROUTE_BULK, ROUTE_WRITES, withdraw},
    {OP_TLS_RELOAD, ROUTE_OPERATOR, 1, ROUTE_BULK, ROUTE_GOES_ON, reload},
    {.op = 0},
};
