/* SPDX-License-Identifier: Apache-2.0 */
#include "client/wishes.h"

#include <stdlib.h>

#include "base/reader.h"

#define RECORD_MAX VAULT_VALUE_MAX

static const struct bytes NO_KEY = {NULL, 0};

/* ---- as the vault keeps them */

static void write_block(struct buf *b, struct bytes in)
{
    size_t opened = buf_open(b);

    buf_bytes(b, in);
    buf_close(b, opened);
}

struct err wishes_put(struct vault *v, const struct wish *w)
{
    struct err err = OK;
    struct buf b = BUF(RECORD_MAX);
    struct bytes value;

    buf_u64(&b, w->room);
    buf_u8(&b, (uint8_t)w->kind);
    buf_u32(&b, w->seen);
    buf_u16(&b, (uint16_t)w->subjects);
    for (size_t i = 0; i < w->subjects; i++)
        buf_u64(&b, w->subject[i]);
    write_block(&b, w->text);
    write_block(&b, w->before);
    write_block(&b, w->statement);
    write_block(&b, w->about);
    buf_u64(&b, w->retry_ms);
    TRY_OUT(buf_end(&b, &value));
    TRY_OUT(vault_put(v, VAULT_WISH, NO_KEY, w->number, value));
out:
    buf_free(&b);
    return err;
}

static struct err parse(struct bytes in, uint64_t number, struct arena *a, struct wish *out)
{
    struct reader r = reader(in);
    struct wish w = {.number = number};
    uint64_t *subject;

    w.room = reader_u64(&r);
    w.kind = (enum wishes_kind)reader_u8(&r);
    reader_require(&r,
                   (w.kind >= WISHES_CREATE && w.kind <= WISHES_POSTING) || w.kind == WISHES_TIMERS,
                   E_MALFORMED);
    w.seen = reader_u32(&r);
    w.subjects = reader_u16(&r);
    reader_require(&r, w.subjects <= WISHES_SUBJECTS_MAX, E_LIMIT);
    if (r.failed != E_OK)
        return reader_end(&r);
    subject = ARENA_ARRAY(a, w.subjects, uint64_t);
    if (subject == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < w.subjects; i++)
        subject[i] = reader_u64(&r);
    w.subject = subject;
    w.text = reader_block(&r, ABOUT_DESCRIPTION_MAX);
    w.before = reader_block(&r, ABOUT_DESCRIPTION_MAX);
    w.statement = reader_block(&r, ROOM_STATE_MAX_SIZE);
    w.about = reader_block(&r, ABOUT_MAX_SIZE);
    w.retry_ms = reader_u64(&r);
    TRY(reader_end(&r));
    *out = w;
    return OK;
}

struct err wishes_next(struct vault *v, uint64_t from, struct arena *a, struct wish *out)
{
    struct bytes value;
    uint64_t number;

    TRY(vault_next(v, VAULT_WISH, NO_KEY, from, a, &number, &value));
    return parse(value, number, a, out);
}

struct err wishes_add(struct vault *v, struct wish *w)
{
    struct err err = OK;
    uint64_t from = 0;
    size_t n = 0;

    while (err.code == E_OK) {
        struct arena a = ARENA(2 * VAULT_VALUE_MAX);
        struct wish other = {.number = 0};

        err = wishes_next(v, from, &a, &other);
        if (err.code == E_OK)
            from = other.number + 1;
        arena_free(&a);
        n++;
    }
    if (err.code != E_ABSENT)
        return err;
    if (n > WISHES_MAX || w->subjects > WISHES_SUBJECTS_MAX)
        return FAIL(E_LIMIT);
    TRY(vault_count(v, VAULT_NEXT_WISH, &w->number));
    return wishes_put(v, w);
}

struct err wishes_drop(struct vault *v, uint64_t number)
{
    return vault_erase(v, VAULT_WISH, NO_KEY, number);
}

/* ---- the next state */

/* One on its way.  Rooms of several networks are followed and not changed: their other networks
 * would have to be asked about their accounts. */
struct applying {
    const struct wishes_question *q;
    struct room_member *member;
    size_t n;
    bool changed;
};

static size_t find(const struct applying *ap, const struct account_id *aid)
{
    for (size_t i = 0; i < ap->n; i++)
        if (ID_SAME(ap->member[i].aid, *aid))
            return i;
    return SIZE_MAX;
}

static void drop(struct applying *ap, size_t i)
{
    memmove(&ap->member[i], &ap->member[i + 1], (ap->n - i - 1) * sizeof ap->member[0]);
    ap->n--;
    ap->changed = true;
}

static bool is_group(const struct wishes_question *q)
{
    return about_kind_of(q->now->name_box) == ABOUT_GROUP;
}

/* Nobody keeps an account that the network has removed in the room: no state with one is taken. */
static void drop_gone(struct applying *ap)
{
    const struct room_state *now = ap->q->now;

    for (size_t i = now->members; i > 0; i--)
        if (ap->q->gone[i - 1] && !ID_SAME(now->member[i - 1].aid, ap->q->me))
            drop(ap, i - 1);
}

static void add(struct applying *ap, const struct account_id *aid)
{
    struct room_member m = {.aid = *aid,
                            .role = is_group(ap->q) ? ROOM_MODERATOR : ROOM_MEMBER,
                            .since = ap->q->now->version + 1};
    size_t i = ap->n++;

    for (; i > 0 && bytes_compare(ID_BYTES(ap->member[i - 1].aid), ID_BYTES(*aid)) > 0; i--)
        ap->member[i] = ap->member[i - 1];
    ap->member[i] = m;
    ap->changed = true;
}

static struct err add_all(struct applying *ap)
{
    for (size_t i = 0; i < ap->q->wish->subjects; i++) {
        if (find(ap, &ap->q->whom[i]) != SIZE_MAX)
            continue;
        if (ap->n == ROOM_STATE_MEMBERS_MAX)
            return FAIL(E_LIMIT);
        add(ap, &ap->q->whom[i]);
    }
    return OK;
}

/* Who came back since is not who was meant. */
static struct err remove_all(struct applying *ap)
{
    for (size_t i = 0; i < ap->q->wish->subjects; i++) {
        size_t at = find(ap, &ap->q->whom[i]);

        if (at == SIZE_MAX)
            continue;
        if (ID_SAME(ap->member[at].aid, ap->q->me))
            return FAIL(E_DENIED);
        if (ap->member[at].since > ap->q->wish->seen)
            return FAIL(E_CONFLICT);
        drop(ap, at);
    }
    return OK;
}

static struct err give_role(struct applying *ap, enum room_role role)
{
    for (size_t i = 0; i < ap->q->wish->subjects; i++) {
        size_t at = find(ap, &ap->q->whom[i]);

        if (at == SIZE_MAX)
            return FAIL(E_ABSENT);
        if (ap->member[at].since > ap->q->wish->seen)
            return FAIL(E_CONFLICT);
        ap->changed |= ap->member[at].role != role;
        ap->member[at].role = role;
    }
    return OK;
}

/* Somebody else called it something since: the person is to see that first. */
static struct err rename_it(struct applying *ap)
{
    const struct wishes_question *q = ap->q;
    const struct wish *w = q->wish;
    struct bytes is;

    if (q->about == NULL)
        return FAIL(E_ABSENT);
    is = w->kind == WISHES_NAME ? q->about->name : q->about->description;
    if (bytes_same(is, w->text))
        return OK;
    ap->changed = true;
    return bytes_same(is, w->before) ? OK : FAIL(E_CONFLICT);
}

struct bytes wishes_posting(uint8_t posting)
{
    return posting == ROOM_POSTING_MODERATORS ? BYTES_LITERAL("moderators") : BYTES_LITERAL("all");
}

/* The same with who may write. */
static struct err let_write(struct applying *ap)
{
    const struct wish *w = ap->q->wish;
    struct bytes is = wishes_posting((uint8_t)ap->q->now->posting);

    if (bytes_same(is, w->text))
        return OK;
    ap->changed = true;
    return bytes_same(is, w->before) ? OK : FAIL(E_CONFLICT);
}

struct bytes wishes_timers(uint32_t ttl_s, uint32_t burn_s, uint8_t out[WISHES_TIMERS_SIZE])
{
    for (size_t i = 0; i < 4; i++) {
        out[i] = (uint8_t)(ttl_s >> (24 - 8 * i));
        out[4 + i] = (uint8_t)(burn_s >> (24 - 8 * i));
    }
    return bytes(out, WISHES_TIMERS_SIZE);
}

/* And with for how long it lives. */
static struct err let_live(struct applying *ap)
{
    const struct wish *w = ap->q->wish;
    uint8_t at[WISHES_TIMERS_SIZE];
    struct bytes is = wishes_timers(ap->q->now->ttl_s, ap->q->now->burn_s, at);

    if (bytes_same(is, w->text))
        return OK;
    ap->changed = true;
    return bytes_same(is, w->before) ? OK : FAIL(E_CONFLICT);
}

/* What was wished is in the next state. */
static struct err settle(const struct wishes_question *q, struct room_state *next)
{
    const struct wish *w = q->wish;
    struct reader r = reader(w->text);

    if (w->kind == WISHES_NAME || w->kind == WISHES_DESCRIBE)
        next->name_box = q->box;
    if (w->kind == WISHES_POSTING)
        next->posting = bytes_same(w->text, wishes_posting(ROOM_POSTING_MODERATORS))
                            ? ROOM_POSTING_MODERATORS
                            : ROOM_POSTING_ALL;
    if (w->kind != WISHES_TIMERS)
        return OK;
    next->ttl_s = reader_u32(&r);
    next->burn_s = reader_u32(&r);
    return reader_end(&r);
}

static void keep_me_alone(struct applying *ap)
{
    size_t at = find(ap, &ap->q->me);

    ap->changed = ap->n > 1;
    ap->member[0] = ap->member[at];
    ap->n = 1;
}

static struct err carry_out(struct applying *ap)
{
    switch (ap->q->wish->kind) {
    case WISHES_CREATE:
        return FAIL(E_CONFLICT); /* it has its own statement, or is there */
    case WISHES_ADD:
        return add_all(ap);
    case WISHES_REMOVE:
        return remove_all(ap);
    case WISHES_PROMOTE:
        return give_role(ap, ROOM_MODERATOR);
    case WISHES_DEMOTE:
        return give_role(ap, ROOM_MEMBER);
    case WISHES_NAME:
    case WISHES_DESCRIBE:
        return rename_it(ap);
    case WISHES_DELETE:
        keep_me_alone(ap);
        return OK;
    case WISHES_LEAVE: /* whoever is alone stays, and looks no more */
        if (ap->n > 1)
            drop(ap, find(ap, &ap->q->me));
        return OK;
    case WISHES_TIDY:
        return OK;
    case WISHES_POSTING:
        return let_write(ap);
    case WISHES_TIMERS:
        return let_live(ap);
    }
    return FAIL(E_MALFORMED);
}

/* In a group nobody has a right that others have not. */
static bool may(const struct wishes_question *q, const struct room_member *me)
{
    enum wishes_kind kind = q->wish->kind;

    if (kind == WISHES_LEAVE)
        return true;
    if (is_group(q) && (kind == WISHES_REMOVE || kind == WISHES_PROMOTE || kind == WISHES_DEMOTE ||
                        kind == WISHES_DELETE || kind == WISHES_POSTING || kind == WISHES_TIMERS))
        return false;
    return me->role == ROOM_MODERATOR && q->now->networks == 1;
}

static bool has_moderator(const struct applying *ap)
{
    for (size_t i = 0; i < ap->n; i++)
        if (ap->member[i].role == ROOM_MODERATOR)
            return true;
    return false;
}

static struct err begin(struct applying *ap, struct arena *a)
{
    const struct room_state *now = ap->q->now;

    ap->member = ARENA_ARRAY(a, now->members + ap->q->wish->subjects, struct room_member);
    if (ap->member == NULL)
        return FAIL(E_NOMEM);
    memcpy(ap->member, now->member, now->members * sizeof ap->member[0]);
    ap->n = now->members;
    if (find(ap, &ap->q->me) == SIZE_MAX)
        return FAIL(E_DENIED);
    return may(ap->q, &ap->member[find(ap, &ap->q->me)]) ? OK : FAIL(E_DENIED);
}

struct err wishes_apply(const struct wishes_question *q, struct arena *a, struct room_state *next,
                        bool *there)
{
    struct applying ap = {.q = q};
    bool leaves = q->wish->kind == WISHES_LEAVE;

    TRY(begin(&ap, a));
    if (!leaves)
        drop_gone(&ap);
    if (q->wish->kind != WISHES_TIDY)
        ap.changed = false; /* those alone are no reason */
    TRY(carry_out(&ap));
    *there = !ap.changed;
    if (*there)
        return OK;
    if (!leaves && !has_moderator(&ap))
        return FAIL(E_DENIED);
    TRY(room_chain_next(q->now, next));
    next->member = ap.member;
    next->members = ap.n;
    return settle(q, next);
}
