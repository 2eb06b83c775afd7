/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/hostile.h"

#include <stdlib.h>

#include "sim/hostile_internal.h"
#include "sim/network.h"
#include "sim/people.h"
#include "sim/server.h"

#define ARENA_MAX (64 * LIMIT_FRAME)

bool hostile_lies(struct hostile *h, struct dice *d, enum kind k, size_t n)
{
    if (h->stopped || !h->world->options.hostile || !world_rolls(h->world, d, k, n))
        return false;
    h->world->outcome->lies++;
    return true;
}

static bool lies(struct hostile *h, enum kind k)
{
    return hostile_lies(h, &h->world->lie, k, h->one_in);
}

/* ---- mail */

static void damage(struct hostile *h, Tacet__Wire__Item *item)
{
    struct dice *d = &h->world->lie;

    item->sealed.data[dice_below(d, item->sealed.len)] ^= (uint8_t)(1u << dice_below(d, 8));
    h->junk = true;
}

/* What becomes of one item: into `out`, as nothing, one, or two. */
static size_t treat(struct hostile *h, struct person *who, Tacet__Wire__Item *item,
                    Tacet__Wire__Item **out, size_t n, struct arena *a)
{
    if (lies(h, KIND_DROP)) {
        world_trace(h->world, "  an item of kind %u for %s is dropped", item->kind, who->name);
        return n;
    }
    if (lies(h, KIND_HOLD)) {
        mail_keep(&h->held, who, item);
        return n;
    }
    if (lies(h, KIND_FLIP))
        damage(h, item);
    if (h->seen.n > 0 && lies(h, KIND_REPLAY)) {
        const struct mail_item *k = &h->seen.item[dice_below(&h->world->lie, h->seen.n)];

        h->junk |= k->to != who;
        out[n++] = mail_item(k, a);
    }
    out[n++] = item;
    if (lies(h, KIND_TWICE))
        out[n++] = item;
    if (n > 1 && lies(h, KIND_SWAP)) {
        Tacet__Wire__Item *last = out[n - 1];

        out[n - 1] = out[n - 2];
        out[n - 2] = last;
    }
    return n;
}

static void acknowledge_for(struct hostile *h, struct person *who, uint64_t number)
{
    struct buf frame = BUF(4096);

    mail_acknowledge(number, &frame);
    if (who->line != NULL && who->line->open[WAY_DOWN] && h->world->server.up &&
        who->line->server_life == h->world->server.life)
        server_frame(h->world, who->line, buf_view(&frame));
    buf_free(&frame);
}

static bool alter_mail(struct hostile *h, struct person *who, Tacet__Wire__Deliver *m,
                       struct arena *a)
{
    Tacet__Wire__Item **out = ARENA_ARRAY(a, 3 * m->n_items, Tacet__Wire__Item *);
    size_t n = 0;
    uint64_t last;

    if (m->n_items == 0)
        return true;
    invariant(out != NULL);
    last = m->items[m->n_items - 1]->number;
    for (size_t i = 0; i < m->n_items; i++) {
        mail_keep(&h->seen, who, m->items[i]);
        n = treat(h, who, m->items[i], out, n, a);
    }
    m->items = out;
    m->n_items = n;
    if (n > 0)
        out[n - 1]->number = last; /* which acknowledges all of them */
    else
        acknowledge_for(h, who, last);
    return n > 0;
}

/* ---- people: an old prekey, another's, or none; another's devices */

static void swap_prekey(struct hostile *h, ProtobufCBinaryData *prekey)
{
    struct buf *kept = &h->prekey[dice_below(&h->world->lie, HOSTILE_PREKEYS)];

    if (kept->n == 0 || dice_once_in(&h->world->lie, 8)) {
        buf_cut(kept, 0);
        buf_bytes(kept, frame_bytes(*prekey));
    } else if (lies(h, KIND_PREKEYS)) {
        *prekey = frame_data(buf_view(kept));
    }
}

/* Is this another list of the account whose list was kept? */
static bool is_of_same(const struct hostile *h, struct bytes list)
{
    struct device_list kept, other;
    struct network_id nid;

    world_must(names_network(&h->world->server.root, BYTES_LITERAL(WORLD_DOMAIN), &nid),
               "a network");
    world_must(device_list_parse(buf_view(&h->list), &nid, &kept), "a list");
    world_must(device_list_parse(list, &nid, &other), "a list");
    return ID_SAME(kept.aid, other.aid);
}

static void alter_person(struct hostile *h, Tacet__Wire__Person *p)
{
    if (p == NULL)
        return;
    if (p->n_prekeys > 0)
        swap_prekey(h, &p->prekeys[0]);
    if (p->n_prekeys > 0 && lies(h, KIND_PREKEYS))
        p->n_prekeys = 0;
    if (p->n_lists == 0)
        return;
    if (h->list.n == 0) {
        buf_bytes(&h->list, frame_bytes(p->lists[0]));
    } else if (!is_of_same(h, frame_bytes(p->lists[0])) && lies(h, KIND_DEVICES)) {
        p->lists[0] = frame_data(buf_view(&h->list));
        h->forged = true;
    }
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

static bool alter_delivery(struct hostile *h, struct person *to, struct frame *f, struct buf *frame,
                           struct arena *a)
{
    Tacet__Wire__Deliver *m;
    bool goes;

    world_must(frame_unpack(f->body, &tacet__wire__deliver__descriptor, a, &m), "mail");
    goes = to != h->stalled && alter_mail(h, to, m, a);
    put_back(frame, f, m);
    return goes;
}

static void alter_answer(struct hostile *h, struct person *to, struct frame *f, struct buf *frame,
                         struct arena *a)
{
    if (f->op == OP_ROSTER && f->code == 0) {
        Tacet__Wire__RosterAnswer *m;

        world_must(frame_unpack(f->body, &tacet__wire__roster_answer__descriptor, a, &m),
                   "a roster");
        hostile_insert_member(h, m, a);
        put_back(frame, f, m);
    } else if (f->op == OP_PERSON && f->code == 0) {
        Tacet__Wire__PersonAnswer *m;

        world_must(frame_unpack(f->body, &tacet__wire__person_answer__descriptor, a, &m),
                   "a person");
        alter_person(h, m->person);
        hostile_insert_device(h, m->person, a);
        put_back(frame, f, m);
    } else if (f->op == OP_RECOVER && f->code == 0) {
        Tacet__Wire__Recovered *m;

        world_must(frame_unpack(f->body, &tacet__wire__recovered__descriptor, a, &m), "an account");
        hostile_recovery(h, to, m, a);
        put_back(frame, f, m);
    }
}

bool hostile_down(struct world *w, struct person *to, struct buf *frame)
{
    struct hostile *h = w->hostile;
    struct arena a = ARENA(ARENA_MAX);
    struct frame f;
    bool goes = true;

    if (!w->options.hostile || h->stopped)
        return true;
    world_must(frame_parse(buf_view(frame), &a, &f), "a frame of the server's");
    h->forged = false;
    if (f.op == OP_DELIVER)
        goes = alter_delivery(h, to, &f, frame, &a);
    else
        alter_answer(h, to, &f, frame, &a);
    arena_free(&a);
    return goes;
}

/* Whoever is shown devices or members that nobody made says so at once. */
void hostile_was_taken(struct world *w, struct person *by, uint64_t told_before)
{
    struct hostile *h = w->hostile;

    if (!h->forged)
        return;
    h->forged = false;
    /* An engine that had just given up the connection did not look at it. */
    if (by->engine != NULL && engine_is_ready(by->engine) && by->told == told_before)
        ledger_break(w, WRONG_UNDETECTED, "%s was shown what nobody made and said nothing",
                     by->name);
}

/* ---- what was held back */

static void let_go(struct hostile *h, bool all)
{
    while (h->held.n > 0 && (all || dice_once_in(&h->world->lie, 4))) {
        struct buf page = BUF(LIMIT_FRAME);
        struct person *to = mail_take(&h->held, dice_below(&h->world->lie, h->held.n), &page);

        if (to->engine != NULL && engine_is_ready(to->engine))
            people_take(to, buf_view(&page));
        buf_free(&page);
    }
}

void hostile_step(struct world *w)
{
    struct hostile *h = w->hostile;
    struct person *who = w->person[dice_below(&w->lie, w->people)];

    if (!w->options.hostile)
        return;
    if (h->stalled != NULL && dice_once_in(&w->lie, 4))
        h->stalled = NULL;
    else if (lies(h, KIND_STALL))
        h->stalled = who;
    hostile_copies(h, who);
    hostile_fork(h);
    let_go(h, false);
}

void hostile_stop(struct world *w)
{
    let_go(w->hostile, true);
    hostile_fork_end(w->hostile);
    w->hostile->stopped = true;
    w->hostile->stalled = NULL;
    /* What it swallowed on a connection is not sent on the same one again. */
    for (size_t i = 0; w->options.hostile && i < w->people; i++) {
        w->person[i]->losing.lied_to = false;
        network_reset(w->person[i]);
    }
}

/* ---- what it explains */

/* What is sealed to a key that a vault lost when it was put back, under a number that it uses
 * again, claims to be from nobody who could be asked.  What it said comes by its place in the
 * stream. */
bool hostile_left_junk(const struct world *w, const struct person *who)
{
    return w->hostile->junk || (w->options.hostile && who->restored > 0);
}

bool hostile_may_fail(const struct world *w, const struct said *s)
{
    (void)s;
    return w->options.hostile; /* its sender was told, and may say it again */
}

/* A server whose disk is full lets people in without keeping that it did, and so cannot tell them
 * later that they were put back. */
static bool may_be_silent(const struct world *w)
{
    return w->hostile->rolled_back || options_has(&w->options, KIND_FULL);
}

/* A copy that was put back and not told goes on at places of its stream that were used before; and
 * where clocks go back one that was put back twice may begin anew below where it did the first
 * time.  Who gets that is shown a fork, or has a stream that begins above: what is missing of it
 * cannot be seen. */
static bool overlaps(const struct world *w, const struct said *s, const struct person *from,
                     const struct person *to)
{
    if (s->at_ms <= from->told_ms) /* it leaves behind what it said before it was told */
        return true;
    if (from->restored > 1 && options_has(&w->options, KIND_CLOCK))
        return true;
    return from->restored > 0 && may_be_silent(w) &&
           (w->ledger.of[to->index].notes & MESSAGE_FORKED) != 0;
}

/* A copy that was put back forgets, and says that it does; else nothing explains a loss. */
bool hostile_explains(const struct world *w, const struct said *s, const struct person *to)
{
    const struct person *from = w->person[s->from];

    if (w->options.hostile && (from->removed || from->kin.removed || from->losing.lost))
        return true; /* nobody is left to send again what was dropped */
    /* Whoever hears of somebody first by what says that they were put back, does not know what was
     * before. */
    if (to != to->first && from->told_restored)
        return true;
    if (to->restored == 0 && s->life == from->restored)
        return overlaps(w, s, from, to);
    return to->told_restored || from->told_restored || may_be_silent(w);
}

void hostile_check(struct world *w)
{
    for (size_t i = 0; i < w->people; i++) {
        const struct person *who = w->person[i];

        /* What the next sign-in is answered may be what the one before, whose answer was lost,
         * left there.  [PROTOCOL 10 V1] */
        if (who->restored_later > 0 && !who->removed && !who->kin.removed && !who->losing.lost &&
            !who->told_restored && !who->unheard && !may_be_silent(w))
            ledger_break(w, WRONG_UNDETECTED, "%s was put back and was not told", who->name);
    }
    hostile_insert_check(w);
}

/* ---- life */

struct hostile *hostile_new(struct world *w)
{
    struct hostile *h = calloc(1, sizeof *h);

    invariant(h != NULL);
    h->world = w;
    h->one_in = 4 + (unsigned)dice_below(&w->lie, 20);
    h->list = BUF(LIMIT_FRAME);
    h->dice.fork = dice_for(w->options.seed, "fork");
    h->dice.insert = dice_for(w->options.seed, "insert");
    h->dice.recovery = dice_for(w->options.seed, "recovery");
    h->account = BUF(LIMIT_FRAME);
    for (size_t i = 0; i < HOSTILE_PREKEYS; i++)
        h->prekey[i] = BUF(4096);
    return h;
}

void hostile_free(struct hostile *h)
{
    mail_free(&h->seen);
    mail_free(&h->held);
    for (size_t i = 0; i < HOSTILE_PREKEYS; i++)
        buf_free(&h->prekey[i]);
    buf_free(&h->list);
    buf_free(&h->account);
    disk_image_free(h->server);
    disk_image_free(h->fork.other);
    hostile_insert_free(h);
    free(h);
}
