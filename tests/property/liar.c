/* SPDX-License-Identifier: Apache-2.0 */
#include "property/liar.h"

#include <stdlib.h>
#include <string.h>

#include "wire/limits.h"

#define ARENA_MAX (64 * LIMIT_FRAME)

static void keep(struct kept_item *list, size_t *n, struct person *to, const Tacet__Wire__Item *i)
{
    struct kept_item *at;

    if (*n == LIAR_KEPT_MAX)
        return;
    at = &list[(*n)++];
    *at = (struct kept_item){to, i->kind, i->received_ms, malloc(i->sealed.len), i->sealed.len};
    assert_non_null(at->sealed);
    memcpy(at->sealed, i->sealed.data, i->sealed.len);
}

static Tacet__Wire__Item *copy_of(const struct kept_item *k, struct arena *a)
{
    Tacet__Wire__Item *item = ARENA_NEW(a, Tacet__Wire__Item);

    assert_non_null(item);
    tacet__wire__item__init(item);
    item->kind = k->kind;
    item->received_ms = k->received_ms;
    item->sealed = (ProtobufCBinaryData){k->n, k->sealed};
    return item;
}

static enum liar_fate fate_of(struct liar *l)
{
    enum liar_fate fate;

    if (!dice_once_in(l->dice, l->one_in))
        return LIAR_PASS;
    fate = (enum liar_fate)dice_below(l->dice, LIAR_FATES);
    return l->fates & 1u << fate ? fate : LIAR_PASS;
}

/* What becomes of one item: into `out`, as nothing, one or two. */
static size_t treat(struct liar *l, struct person *who, Tacet__Wire__Item *item,
                    Tacet__Wire__Item **out, size_t n, struct arena *a)
{
    enum liar_fate fate = fate_of(l);

    l->lies += fate != LIAR_PASS;
    schedule_trace("    item %llu of kind %u to %s: fate %d\n", (unsigned long long)item->number,
                   item->kind, stage_handle(who), (int)fate);
    switch (fate) {
    case LIAR_DROP:
        return n;
    case LIAR_HOLD:
        keep(l->held, &l->n_held, who, item);
        return n;
    case LIAR_TWICE:
        out[n++] = item;
        break;
    case LIAR_FLIP:
        item->sealed.data[dice_below(l->dice, item->sealed.len)] ^=
            (uint8_t)(1u << dice_below(l->dice, 8));
        l->junk = true;
        break;
    case LIAR_REPLAY:
        if (l->n_seen > 0) {
            const struct kept_item *k = &l->seen[dice_below(l->dice, l->n_seen)];

            l->junk |= k->to != who;
            out[n++] = copy_of(k, a);
        }
        break;
    case LIAR_SWAP:
        if (n > 0) {
            out[n] = out[n - 1];
            out[n - 1] = item;
            return n + 1;
        }
        break;
    case LIAR_PASS:
    case LIAR_FATES:
        break;
    }
    out[n++] = item;
    return n;
}

static bool alter_mail(struct liar *l, struct person *who, Tacet__Wire__Deliver *m, struct arena *a)
{
    Tacet__Wire__Item **out = ARENA_ARRAY(a, 2 * m->n_items, Tacet__Wire__Item *);
    size_t n = 0;
    uint64_t last;

    if (m->n_items == 0)
        return true;
    assert_non_null(out);
    last = m->items[m->n_items - 1]->number;
    for (size_t i = 0; i < m->n_items; i++) {
        keep(l->seen, &l->n_seen, who, m->items[i]);
        n = treat(l, who, m->items[i], out, n, a);
    }
    m->items = out;
    m->n_items = n;
    if (n > 0)
        out[n - 1]->number = last; /* which acknowledges all of them */
    else if (l->n_owed < LIAR_KEPT_MAX) {
        l->owed[l->n_owed].who = who;
        l->owed[l->n_owed++].number = last;
    }
    return true;
}

/* An old prekey in the place of the newest, another device's, or none. */
static void alter_person(struct liar *l, Tacet__Wire__PersonAnswer *m)
{
    size_t i = dice_below(l->dice, SCHEDULE_PEOPLE);

    if (m->person == NULL || m->person->n_prekeys == 0)
        return;
    if (l->prekey[i].n == 0 || dice_once_in(l->dice, 8)) {
        buf_cut(&l->prekey[i], 0);
        buf_bytes(&l->prekey[i], frame_bytes(m->person->prekeys[0]));
        return;
    }
    if (!dice_once_in(l->dice, l->one_in))
        return;
    l->lies++;
    if (dice_once_in(l->dice, 3))
        m->person->n_prekeys = 0;
    else if (dice_once_in(l->dice, 3) && m->person->n_lists > 0)
        m->person->lists[0].data[dice_below(l->dice, m->person->lists[0].len)] ^= 4;
    else
        m->person->prekeys[0] = frame_data(buf_view(&l->prekey[i]));
}

static void put_back(struct buf *frame, struct frame *f, const void *message)
{
    struct buf body = BUF(LIMIT_FRAME);

    frame_pack(message, &body);
    f->body = buf_view(&body);
    buf_cut(frame, 0);
    frame_write(f, frame);
    buf_free(&body);
}

static bool tamper(void *ctx, struct person *who, struct buf *frame)
{
    struct liar *l = ctx;
    struct arena a = ARENA(ARENA_MAX);
    struct frame f;
    bool goes = true;

    assert_ok(frame_parse(buf_view(frame), &a, &f));
    if (l->active && f.op == OP_DELIVER) {
        Tacet__Wire__Deliver *m;

        assert_ok(frame_unpack(f.body, &tacet__wire__deliver__descriptor, &a, &m));
        goes = who != l->stalled && alter_mail(l, who, m, &a);
        put_back(frame, &f, m);
    } else if (l->active && f.op == OP_PERSON && f.code == 0) {
        Tacet__Wire__PersonAnswer *m;

        assert_ok(frame_unpack(f.body, &tacet__wire__person_answer__descriptor, &a, &m));
        alter_person(l, m);
        put_back(frame, &f, m);
    } else if (l->active && f.op == OP_ROSTER && f.code == 0 && dice_once_in(l->dice, l->one_in)) {
        f.code = (uint32_t)E_ABSENT;
        f.body = (struct bytes){NULL, 0};
        buf_cut(frame, 0);
        frame_write(&f, frame);
        l->lies++;
    }
    arena_free(&a);
    return goes;
}

void liar_begin(struct liar *l, struct play *p, struct dice *d)
{
    *l = (struct liar){.play = p, .dice = d, .one_in = 1 + (unsigned)dice_below(d, 6)};
    l->fates = (unsigned)dice_roll(d) & ((1u << LIAR_FATES) - 1);
    for (size_t i = 0; i < SCHEDULE_PEOPLE; i++)
        l->prekey[i] = BUF(4096);
    stage_tamper_down(p, tamper, l);
    l->active = true;
}

static void acknowledge_for(struct liar *l, struct person *who, uint64_t number)
{
    Tacet__Wire__Acknowledge m = TACET__WIRE__ACKNOWLEDGE__INIT;
    struct frame f = {.op = OP_ACKNOWLEDGE};
    struct buf frame = BUF(4096), body = BUF(4096);

    (void)l;
    m.number = number;
    frame_pack(&m, &body);
    f.body = buf_view(&body);
    frame_write(&f, &frame);
    stage_send(who, buf_view(&frame));
    buf_free(&frame);
    buf_free(&body);
}

static void deliver(struct kept_item *k)
{
    Tacet__Wire__Deliver m = TACET__WIRE__DELIVER__INIT;
    struct arena a = ARENA(ARENA_MAX);
    Tacet__Wire__Item *item = copy_of(k, &a);
    struct frame f = {.op = OP_DELIVER};
    struct buf frame = BUF(LIMIT_FRAME), body = BUF(LIMIT_FRAME);

    m.items = &item;
    m.n_items = 1;
    m.more = 1;
    frame_pack(&m, &body);
    f.body = buf_view(&body);
    frame_write(&f, &frame);
    if (stage_is_running(k->to) && engine_is_ready(stage_engine(k->to)))
        stage_inject(k->to, buf_view(&frame));
    buf_free(&frame);
    buf_free(&body);
    arena_free(&a);
    free(k->sealed);
}

void liar_settle(struct liar *l, bool all)
{
    for (size_t i = 0; i < l->n_owed; i++)
        if (stage_is_running(l->owed[i].who) && engine_is_ready(stage_engine(l->owed[i].who)))
            acknowledge_for(l, l->owed[i].who, l->owed[i].number);
    l->n_owed = 0;
    while (l->n_held > 0 && (all || dice_once_in(l->dice, 4))) {
        size_t i = dice_below(l->dice, l->n_held);
        struct kept_item k = l->held[i];

        l->held[i] = l->held[--l->n_held];
        deliver(&k);
    }
}

void liar_stop(struct liar *l)
{
    l->active = false;
    l->stalled = NULL;
}

void liar_free(struct liar *l)
{
    stage_tamper_down(l->play, NULL, NULL);
    for (size_t i = 0; i < l->n_seen; i++)
        free(l->seen[i].sealed);
    for (size_t i = 0; i < l->n_held; i++)
        free(l->held[i].sealed);
    for (size_t i = 0; i < SCHEDULE_PEOPLE; i++)
        buf_free(&l->prekey[i]);
}
