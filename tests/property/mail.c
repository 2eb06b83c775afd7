/* SPDX-License-Identifier: Apache-2.0 */
#include "property/mail.h"

#include <stdlib.h>
#include <string.h>

#include "wire/limits.h"

void mail_keep(struct mail *m, struct person *to, const Tacet__Wire__Item *i)
{
    struct mail_item *at;

    if (m->n == MAIL_MAX)
        return;
    at = &m->item[m->n++];
    *at = (struct mail_item){to, i->kind, i->received_ms, malloc(i->sealed.len), i->sealed.len};
    invariant(at->sealed != NULL);
    memcpy(at->sealed, i->sealed.data, i->sealed.len);
}

static void show(const struct mail_item *i, Tacet__Wire__Item *out)
{
    tacet__wire__item__init(out);
    out->kind = i->kind;
    out->received_ms = i->received_ms;
    out->sealed = (ProtobufCBinaryData){i->n, i->sealed};
}

Tacet__Wire__Item *mail_item(const struct mail_item *i, struct arena *a)
{
    Tacet__Wire__Item *item = ARENA_NEW(a, Tacet__Wire__Item);

    invariant(item != NULL);
    show(i, item);
    return item;
}

static void write_frame(uint32_t op, const void *message, struct buf *frame)
{
    struct buf body = BUF(LIMIT_FRAME);
    struct frame f = {.op = op};

    frame_pack(message, &body);
    f.body = buf_view(&body);
    frame_write(&f, frame);
    buf_free(&body);
}

struct person *mail_take(struct mail *m, size_t i, struct buf *page)
{
    struct mail_item taken = m->item[i];
    Tacet__Wire__Item item, *items[] = {&item};
    Tacet__Wire__Deliver deliver = TACET__WIRE__DELIVER__INIT;

    m->item[i] = m->item[--m->n];
    show(&taken, &item);
    deliver.items = items;
    deliver.n_items = 1;
    deliver.more = 1;
    write_frame(OP_DELIVER, &deliver, page);
    free(taken.sealed);
    return taken.to;
}

void mail_free(struct mail *m)
{
    for (size_t i = 0; i < m->n; i++)
        free(m->item[i].sealed);
    m->n = 0;
}

void mail_acknowledge(uint64_t number, struct buf *frame)
{
    Tacet__Wire__Acknowledge m = TACET__WIRE__ACKNOWLEDGE__INIT;

    m.number = number;
    write_frame(OP_ACKNOWLEDGE, &m, frame);
}
