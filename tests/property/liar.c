/* SPDX-License-Identifier: Apache-2.0 */
#include "property/liar.h"

#include "property/answers.h"
#include "property/uploads.h"
#include "scenario/stage_internal.h"
#include "statement/upload.h"
#include "wire/limits.h"

#define ARENA_MAX (64 * LIMIT_FRAME)

static enum liar_fate fate_of(struct liar *l)
{
    enum liar_fate fate;

    if (!dice_once_in(l->dice, l->one_in))
        return LIAR_PASS;
    fate = (enum liar_fate)dice_below(l->dice, LIAR_FATES);
    return l->fates & 1u << fate ? fate : LIAR_PASS;
}

static void flip(struct liar *l, Tacet__Wire__Item *item)
{
    size_t at = dice_below(l->dice, item->sealed.len), entry;
    struct upload_delivery d;

    if (item->kind == FRAME_MESSAGE &&
        upload_parse_delivery(frame_bytes(item->sealed), &d).code == E_OK) {
        entry = (size_t)(d.entry.at - item->sealed.data);
        if (at >= entry && at < entry + d.entry.n)
            at = entry + uploads_spare(at - entry);
    }
    item->sealed.data[at] ^= (uint8_t)(1u << dice_below(l->dice, 8));
    l->lies[LIE_DAMAGE]++;
    l->junk++;
}

/* What becomes of one item: into `out`, as nothing, one or two. */
static size_t treat(struct liar *l, struct person *who, Tacet__Wire__Item *item,
                    Tacet__Wire__Item **out, size_t n, struct arena *a)
{
    enum liar_fate fate = fate_of(l);

    schedule_trace("    item %llu of kind %u to %s: fate %d\n", (unsigned long long)item->number,
                   item->kind, stage_handle(who), (int)fate);
    switch (fate) {
    case LIAR_DROP:
        l->lies[LIE_DROP]++;
        return n;
    case LIAR_HOLD:
        l->lies[LIE_HOLD]++;
        mail_keep(&l->held, who, item);
        return n;
    case LIAR_TWICE:
        l->lies[LIE_REPEAT]++;
        l->junk += l->spoilt;
        out[n++] = item;
        break;
    case LIAR_FLIP:
        flip(l, item);
        break;
    case LIAR_REPLAY:
        if (l->seen.n > 0) {
            const struct mail_item *k = &l->seen.item[dice_below(l->dice, l->seen.n)];

            l->lies[LIE_REPLAY]++;
            l->junk += k->to != who || l->spoilt;
            out[n++] = mail_item(k, a);
        }
        break;
    case LIAR_SWAP:
        if (n > 0) {
            l->lies[LIE_REORDER]++;
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

static void alter_mail(struct liar *l, struct person *who, Tacet__Wire__Deliver *m, struct arena *a)
{
    Tacet__Wire__Item **out = ARENA_ARRAY(a, 2 * m->n_items, Tacet__Wire__Item *);
    size_t n = 0;
    uint64_t last;

    if (m->n_items == 0)
        return;
    assert_non_null(out);
    last = m->items[m->n_items - 1]->number;
    for (size_t i = 0; i < m->n_items; i++) {
        mail_keep(&l->seen, who, m->items[i]);
        n = treat(l, who, m->items[i], out, n, a);
    }
    m->items = out;
    m->n_items = n;
    if (n > 0)
        out[n - 1]->number = last; /* which acknowledges all of them */
    else if (l->n_owed < LIAR_OWED_MAX) {
        l->owed[l->n_owed].who = who;
        l->owed[l->n_owed++].number = last;
    }
}

static bool alter_delivery(struct liar *l, struct person *who, struct frame *f, struct arena *a)
{
    Tacet__Wire__Deliver *m;

    assert_ok(frame_unpack(f->body, &tacet__wire__deliver__descriptor, a, &m));
    if (who == l->stalled) {
        l->lies[LIE_STALL] += m->n_items > 0;
        return false;
    }
    alter_mail(l, who, m, a);
    assert_ok(frame_pack_into(m, LIMIT_FRAME, a, &f->body));
    return true;
}

static bool tamper_down(void *ctx, struct person *who, struct buf *frame)
{
    struct liar *l = ctx;
    struct arena a = ARENA(ARENA_MAX);
    struct frame f;
    bool goes = true, altered;

    if (!l->active)
        return true;
    assert_ok(frame_parse(buf_view(frame), &a, &f));
    if (f.op == OP_DELIVER)
        altered = goes = alter_delivery(l, who, &f, &a);
    else
        altered = answers_alter(l, who, &f, &a);
    if (altered) {
        buf_cut(frame, 0);
        frame_write(&f, frame);
    }
    arena_free(&a);
    return goes;
}

static bool tamper_up(void *ctx, struct person *who, struct buf *frame)
{
    struct liar *l = ctx;
    struct arena a = ARENA(ARENA_MAX);
    struct frame f;

    (void)who;
    if (!l->active)
        return true;
    assert_ok(frame_parse(buf_view(frame), &a, &f));
    if (f.op == OP_SEND && uploads_alter(l, &f, &a)) {
        buf_cut(frame, 0);
        frame_write(&f, frame);
    }
    arena_free(&a);
    return true;
}

void liar_sit(struct liar *l)
{
    stage_tamper_down(l->play, tamper_down, l);
    stage_tamper_up(l->play, tamper_up, l);
}

void liar_begin(struct liar *l, struct person *const *who, size_t people)
{
    l->who = who;
    l->people = people;
    l->one_in = 1 + (unsigned)dice_below(l->dice, 6);
    l->fates = (unsigned)dice_roll(l->dice) & ((1u << LIAR_FATES) - 1);
    for (size_t i = 0; i < SCHEDULE_PEOPLE; i++) {
        l->prekey[i] = BUF(4096);
        l->answer[i] = BUF(LIMIT_FRAME);
    }
    impostor_begin(&l->impostor, &engine_own(who[0]->engine)->nid, stage_now(l->play));
    l->active = true;
    liar_sit(l);
}

/* ---- what must be told of */

static size_t place_of(const struct liar *l, const struct person *who)
{
    size_t i = 0;

    while (l->who[i] != who)
        i++;
    return i;
}

static unsigned heard_by(const struct person *who)
{
    return who->told[PROBLEM_STATEMENT] + who->told[PROBLEM_KEY_CHANGED];
}

void liar_must_be_told(struct liar *l, const struct person *who)
{
    size_t i = place_of(l, who);

    schedule_trace("    %s must say that it was lied to\n", stage_handle(who));
    l->must_tell[i] |= who->steps == 0; /* a program that is about to end may not come to it */
}

static void check_told(struct liar *l)
{
    for (size_t i = 0; i < l->people; i++) {
        unsigned told = heard_by(l->who[i]);

        if (l->must_tell[i] && told == l->told[i])
            fail_msg("%s was lied to and does not say so", stage_handle(l->who[i]));
        l->told[i] = told;
        l->must_tell[i] = false;
    }
}

static bool is_there(struct person *who)
{
    return stage_is_running(who) && engine_is_ready(stage_engine(who));
}

static void acknowledge_for(struct person *who, uint64_t number)
{
    struct buf frame = BUF(4096);

    mail_acknowledge(number, &frame);
    stage_send(who, buf_view(&frame));
    buf_free(&frame);
}

void liar_settle(struct liar *l, bool all)
{
    check_told(l);
    for (size_t i = 0; i < l->n_owed; i++)
        if (is_there(l->owed[i].who))
            acknowledge_for(l->owed[i].who, l->owed[i].number);
    l->n_owed = 0;
    while (l->held.n > 0 && (all || dice_once_in(l->dice, 4))) {
        struct buf page = BUF(LIMIT_FRAME);
        struct person *to = mail_take(&l->held, dice_below(l->dice, l->held.n), &page);

        if (is_there(to))
            stage_inject(to, buf_view(&page));
        buf_free(&page);
    }
    check_told(l);
}

void liar_stop(struct liar *l)
{
    l->active = false;
    l->stalled = NULL;
}

void liar_free(struct liar *l)
{
    stage_tamper_down(l->play, NULL, NULL);
    stage_tamper_up(l->play, NULL, NULL);
    impostor_free(&l->impostor);
    mail_free(&l->seen);
    mail_free(&l->held);
    for (size_t i = 0; i < SCHEDULE_PEOPLE; i++) {
        buf_free(&l->prekey[i]);
        buf_free(&l->answer[i]);
    }
}
