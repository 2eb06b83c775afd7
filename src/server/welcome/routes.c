/* SPDX-License-Identifier: Apache-2.0 */
#include "server/welcome/welcome.h"
#include "wire/tacet.pb-c.h"

static Tacet__Wire__Versions our_versions(void)
{
    Tacet__Wire__Versions v = TACET__WIRE__VERSIONS__INIT;

    v.version = FRAME_PROTOCOL_VERSION;
    v.least = FRAME_PROTOCOL_LEAST;
    return v;
}

/* The refusal of whoever was removed says so in the directory's word, or in the account's own,
 * whose newest list is without the device.  [PROTOCOL 15.7] */
static struct err tell_removed(struct request *rq, struct err why, const struct account *who)
{
    Tacet__Wire__Stale out = TACET__WIRE__STALE__INIT;
    Tacet__Wire__Person *person;
    struct bytes certificate;
    struct err told;

    TRY(prekeys_own_person(rq->db, rq->arena, who, &person));
    TRY(networks_certificate(rq->db, rq->arena, &certificate));
    out.persons = &person;
    out.n_persons = 1;
    out.certificate = frame_data(certificate);
    told = request_refuse(rq, why.code, &out);
    return told.code == why.code ? why : told;
}

/* The account and all that it begins with. */
static struct err activate(struct request *rq, const Tacet__Wire__Join *in, const struct point *ark,
                           struct account *who)
{
    const struct networks *n = rq->server->networks;
    struct bytes prekey = frame_bytes(in->prekey);
    struct device device;
    struct prekey first;

    TRY(accounts_activate(rq->db, n, rq->arena, ark, rq->now_ms, who));
    TRY(devices_begin(rq->db, n, who, frame_bytes(in->list), rq->now_ms, &device));
    TRY(prekey_parse(prekey, &first));
    if (first.number != 1)
        return FAIL(E_MALFORMED);
    return prekeys_publish(rq->db, n, rq->arena, &device, prekey, frame_bytes(in->kem), rq->now_ms);
}

static struct err answer_joined(struct request *rq, const struct account *who)
{
    Tacet__Wire__Joined out = TACET__WIRE__JOINED__INIT;
    Tacet__Wire__Versions ours = our_versions();
    const struct networks *n = rq->server->networks;
    struct bytes certificate;

    TRY(networks_certificate(rq->db, rq->arena, &certificate));
    out.versions = &ours;
    out.root = frame_data(BYTES(networks_root(n)->b));
    out.domain = frame_data(networks_domain(n));
    out.certificate = frame_data(certificate);
    out.me = frame_data(who->statement);
    return request_answer(rq, &out);
}

static struct err join(struct request *rq)
{
    Tacet__Wire__Join *in;
    struct account who;
    struct point ark;
    struct err err;

    TRY(request_read(rq, &tacet__wire__join__descriptor, &in));
    TRY(request_versions(rq, in->versions));
    if (in->ark.len != sizeof ark.b)
        return FAIL(E_MALFORMED);
    memcpy(ark.b, in->ark.data, sizeof ark.b);
    err = accounts_invited(rq->db, rq->arena, frame_bytes(in->token), &ark, rq->now_ms, &who);
    if (err.code == E_REMOVED)
        return tell_removed(rq, err, &who);
    TRY(err);
    /* Presented again by the account that used it, the same answer again. */
    if (who.state == ACCOUNTS_INVITED)
        TRY(activate(rq, in, &ark, &who));
    return answer_joined(rq, &who);
}

static struct err answer_welcome(struct request *rq, const struct device *d,
                                 const struct account *who)
{
    Tacet__Wire__Welcome out = TACET__WIRE__WELCOME__INIT;
    Tacet__Wire__Versions ours = our_versions();
    struct bytes certificate, statement, signin;
    struct prekey newest = {.number = 0}; /* a device that was added has none at first */
    struct err err;

    TRY(networks_certificate(rq->db, rq->arena, &certificate));
    err = prekeys_newest(rq->db, rq->arena, d->row, &statement, &newest);
    if (err.code != E_OK && err.code != E_ABSENT)
        return err;
    TRY(queue_waiting(rq->db, d->row, &out.waiting));
    TRY(devices_signed_in(rq->db, rq->arena, d, &signin));
    out.versions = &ours;
    out.now_ms = rq->now_ms;
    out.certificate = frame_data(certificate);
    out.prekey = newest.number;
    out.uploads = d->uploads;
    out.me = frame_data(who->statement);
    out.signin = frame_data(signin);
    return request_answer(rq, &out);
}

static struct err sign_in(struct request *rq)
{
    Tacet__Wire__SignIn *in;
    struct device d;
    struct account who;
    struct err err;

    TRY(request_read(rq, &tacet__wire__sign_in__descriptor, &in));
    TRY(request_versions(rq, in->versions));
    err = devices_sign_in(rq->db, rq->server->networks, frame_bytes(in->statement),
                          BYTES(rq->binding.b), &d);
    if (err.code != E_OK && err.code != E_REMOVED)
        return err;
    TRY(accounts_by_row(rq->db, rq->arena, d.account, &who));
    if (err.code == E_REMOVED)
        return tell_removed(rq, err, &who);
    TRY(answer_welcome(rq, &d, &who));
    TRY(request_effect(
        rq, (struct effect){
                .kind = EFFECT_SIGNED_IN, .session = rq->session, .did = d.did, .aid = who.aid}));
    TRY(queue_hand_out(rq,
                       d.row)); /* the first page comes along: nobody waits for a second batch */
    return devices_keep_sign_in(rq->db, &d, frame_bytes(in->statement));
}

const struct route welcome_routes[] = {
    /* Signing in keeps the statement, but goes on where it cannot: a full disk keeps nobody from
     * their mail. */
    /* op       who           body  rate        kind          handler */
    {OP_SIGN_IN, ROUTE_ANYONE, 1024, ROUTE_ONCE, ROUTE_READS, sign_in},
    {OP_JOIN, ROUTE_ANYONE, DEVICE_LIST_MAX_SIZE + PREKEY_KEM_SIZE + 1024, ROUTE_ONCE, ROUTE_WRITES,
     join},
    {.op = 0},
};
