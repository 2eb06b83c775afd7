/* SPDX-License-Identifier: Apache-2.0 */
#include "server/queue/queue.h"
#include "wire/tacet.pb-c.h"

#define ACTIVITY_MAX (12 * 1024) /* bytes: an upload for LIMIT_ACTIVITY devices, and its head */

static struct err page_frame(struct request *rq, const struct queue_item *item, size_t n, bool more,
                             struct bytes *frame)
{
    Tacet__Wire__Deliver out = TACET__WIRE__DELIVER__INIT;
    Tacet__Wire__Item *form = ARENA_ARRAY(rq->arena, n, Tacet__Wire__Item);
    Tacet__Wire__Item **forms = ARENA_ARRAY(rq->arena, n, Tacet__Wire__Item *);

    if (form == NULL || forms == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < n; i++) {
        tacet__wire__item__init(&form[i]);
        form[i].number = item[i].number;
        form[i].kind = (uint32_t)item[i].kind;
        form[i].sealed = frame_data(item[i].sealed);
        form[i].received_ms = item[i].received_ms;
        forms[i] = &form[i];
    }
    out.items = forms;
    out.n_items = n;
    out.more = more;
    return request_frame(rq, OP_DELIVER, &out, frame);
}

/* The device has mail.  If it is connected and owes nothing, it is spared the page: what it would
 * hold comes along.  A message that brings capsules, or goes to many, is read from the database. */
static struct err announce(struct request *rq, const struct queue_offer *o, size_t i)
{
    struct effect e = {.kind = EFFECT_MAIL, .did = o->to[i].did, .number = o->number[i]};
    struct queue_item item = {e.number, FRAME_MESSAGE, {NULL, 0}, rq->now_ms};

    if (o->upload.capsules == 0 && o->recipients <= QUEUE_AT_ONCE_MOST) {
        TRY(queue_assemble(rq->arena, &o->upload.shared, upload_entry(&o->upload, i),
                           &item.sealed));
        TRY(page_frame(rq, &item, 1, false, &e.frame));
    }
    return request_effect(rq, e);
}

static struct err send(struct request *rq)
{
    Tacet__Wire__Send *in;
    struct queue_offer offer;
    struct device me;
    struct err err;

    TRY(request_read(rq, &tacet__wire__send__descriptor, &in));
    TRY(devices_caller(rq, &me));
    offer = (struct queue_offer){
        .bytes = frame_bytes(in->upload), .ttl_s = in->ttl_s, .now_ms = rq->now_ms};
    err = queue_accept(rq->db, rq->server->networks, rq->arena, &me, &rq->aid, &offer);
    if (offer.roster_known && (err.code == E_STALE || err.code == E_REMOVED))
        return rooms_explain(rq, err, &offer.room);
    TRY(err);
    for (size_t i = 0; i < offer.recipients; i++)
        if (offer.number[i] != 0)
            TRY(announce(rq, &offer, i));
    if (offer.notice == 0)
        return OK;
    return request_effect(
        rq, (struct effect){.kind = EFFECT_MAIL, .did = me.did, .number = offer.notice});
}

/* The answer is the same whoever is there: it tells nobody who is online. */
static struct err pass(struct request *rq)
{
    Tacet__Wire__Activity *in;
    struct queue_offer o;
    struct device me;

    TRY(request_read(rq, &tacet__wire__activity__descriptor, &in));
    TRY(devices_caller(rq, &me));
    o = (struct queue_offer){.bytes = frame_bytes(in->sealed), .ttl_s = 1, .now_ms = rq->now_ms};
    TRY(queue_check_passing(rq->db, rq->server->networks, rq->arena, &me, &rq->aid, &o));
    for (size_t i = 0; i < o.recipients; i++) {
        struct effect e = {.kind = EFFECT_PASS, .did = o.to[i].did};
        Tacet__Wire__Activity out = TACET__WIRE__ACTIVITY__INIT;
        struct bytes sealed;

        TRY(queue_assemble(rq->arena, &o.upload.shared, upload_entry(&o.upload, i), &sealed));
        out.sealed = frame_data(sealed);
        TRY(request_frame(rq, OP_ACTIVITY, &out, &e.frame));
        TRY(request_effect(rq, e));
    }
    return OK;
}

/* The server's own request.  An empty page goes out too: it says that the mailbox is drained. */
struct err queue_hand_out(struct request *rq, uint64_t device)
{
    struct effect e = {.kind = EFFECT_PAGE, .session = rq->session, .number = rq->cursor};
    struct effect sent = {.kind = EFFECT_SEND, .session = rq->session};
    struct queue_page *page;

    TRY(queue_page(rq->db, rq->arena, device, rq->cursor, rq->now_ms, &page));
    TRY(page_frame(rq, page->item, page->n, page->more, &sent.frame));
    TRY(request_effect(rq, sent));
    if (page->n > 0)
        e.number = page->item[page->n - 1].number;
    e.more = page->more;
    return request_effect(rq, e);
}

static struct err deliver(struct request *rq)
{
    struct device d;

    TRY(devices_caller(rq, &d));
    return queue_hand_out(rq, d.row);
}

static struct err acknowledge(struct request *rq)
{
    Tacet__Wire__Acknowledge *in;
    struct device me;

    TRY(request_read(rq, &tacet__wire__acknowledge__descriptor, &in));
    TRY(devices_caller(rq, &me));
    TRY(request_effect(rq, (struct effect){.kind = EFFECT_ACKED,
                                           .session = rq->session,
                                           .did = me.did,
                                           .number = in->number}));
    return queue_acknowledge(rq->db, me.row, in->number);
}

const struct route queue_routes[] = {
    /* op           who           body         rate        kind          handler */
    {OP_SEND, ROUTE_DEVICE, LIMIT_FRAME, ROUTE_BULK, ROUTE_WRITES, send},
    {OP_ACTIVITY, ROUTE_DEVICE, ACTIVITY_MAX, ROUTE_SLOW, ROUTE_READS, pass},
    {OP_DELIVER, ROUTE_SERVER, 1, ROUTE_BULK, ROUTE_READS, deliver},
    {OP_ACKNOWLEDGE, ROUTE_DEVICE, 16, ROUTE_BULK, ROUTE_GOES_ON, acknowledge},
    {.op = 0},
};
