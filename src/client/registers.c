/* SPDX-License-Identifier: Apache-2.0 */
#include "client/registers.h"

#include "base/clock.h"
#include "base/reader.h"
#include "wire/limits.h"

#define JUMP        (UINT64_C(1) << 20) /* as of the places in a stream [PROTOCOL 10 V2] */
#define ROW_SIZE    (8 + 16 + 8 + SHARED_VALUE_MAX)
#define NAME_SIZE   (1 + SHARED_KEY_MAX)
#define HAVE_SIZE   (1 + SHARED_WRITERS_MAX * 24)
#define CHANGES_MAX 512 /* in one content; each takes 23 bytes or more */

static const struct bytes NO_KEY = {NULL, 0};

/* ---- records: the register by its name, and the name by who put its value there */

struct name {
    uint8_t at[NAME_SIZE];
    size_t n;
};

static struct err name_of(uint8_t kind, struct bytes key, struct name *out)
{
    if (key.n > SHARED_KEY_MAX || kind == 0)
        return FAIL(E_LIMIT);
    out->at[0] = kind;
    if (key.n > 0)
        memcpy(out->at + 1, key.at, key.n);
    out->n = 1 + key.n;
    return OK;
}

static struct bytes name_bytes(const struct name *n)
{
    return bytes(n->at, n->n);
}

static struct err get(struct vault *v, struct bytes name, struct arena *a,
                      struct shared_change *out)
{
    struct bytes row;
    struct reader r;
    struct shared_change c = {.kind = name.at[0], .key = bytes(name.at + 1, name.n - 1)};

    TRY(vault_get(v, VAULT_REGISTER, name, 0, a, &row));
    r = reader(row);
    c.stamp_ms = reader_u64(&r);
    reader_copy(&r, c.writer.b, sizeof c.writer.b);
    c.number = reader_u64(&r);
    c.value = reader_rest(&r);
    (void)reader_take(&r, c.value.n);
    TRY(reader_end(&r));
    *out = c;
    return OK;
}

static struct err put(struct vault *v, struct bytes name, const struct shared_change *c)
{
    struct err err = OK;
    struct buf b = BUF(ROW_SIZE);
    struct bytes row;

    buf_u64(&b, c->stamp_ms);
    buf_bytes(&b, ID_BYTES(c->writer));
    buf_u64(&b, c->number);
    buf_bytes(&b, c->value);
    TRY_OUT(buf_end(&b, &row));
    TRY_OUT(vault_put(v, VAULT_REGISTER, name, 0, row));
    TRY_OUT(vault_put(v, VAULT_REGISTER_BY, ID_BYTES(c->writer), c->number, name));
out:
    buf_free(&b);
    return err;
}

struct err registers_get(struct vault *v, uint8_t kind, struct bytes key, struct arena *a,
                         struct bytes *value)
{
    struct shared_change c;
    struct name name;

    TRY(name_of(kind, key, &name));
    TRY(get(v, name_bytes(&name), a, &c));
    *value = c.value;
    return OK;
}

struct err registers_next(struct vault *v, const struct device_id *writer, uint64_t after,
                          struct arena *a, struct shared_change *out)
{
    struct bytes name;
    uint64_t number;

    TRY(vault_next(v, VAULT_REGISTER_BY, ID_BYTES(*writer), after + 1, a, &number, &name));
    if (name.n < 1)
        return FAIL(E_MALFORMED);
    return get(v, name, a, out);
}

/* ---- which of two stands */

/* Read marks only go up; of everything else the later change stands. */
static bool is_greater_wins(uint8_t kind)
{
    return kind == REGISTERS_READ;
}

static uint64_t mark_of(struct bytes value)
{
    struct reader r = reader(value);
    uint64_t mark = reader_u64(&r);

    return reader_end(&r).code == E_OK ? mark : 0;
}

/* -1, 0, 1: `a` before, the same, behind `b`.  An order over everything that a change is, so that
 * all devices decide alike. */
static int compare(const struct shared_change *a, const struct shared_change *b)
{
    int order;

    if (is_greater_wins(a->kind) && mark_of(a->value) != mark_of(b->value))
        return mark_of(a->value) < mark_of(b->value) ? -1 : 1;
    if (a->stamp_ms != b->stamp_ms)
        return a->stamp_ms < b->stamp_ms ? -1 : 1;
    order = memcmp(a->writer.b, b->writer.b, sizeof a->writer.b);
    if (order != 0)
        return order < 0 ? -1 : 1;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return bytes_compare(a->value, b->value);
}

static struct err saw_stamp(struct vault *v, uint64_t stamp_ms)
{
    uint64_t highest;

    TRY(vault_counter_get(v, VAULT_REGISTER_STAMP, &highest));
    return stamp_ms > highest ? vault_counter_set(v, VAULT_REGISTER_STAMP, stamp_ms) : OK;
}

struct err registers_merge(struct vault *v, const struct shared_change *c, bool *stands)
{
    struct err err = OK;
    struct arena a = ARENA(4 * ROW_SIZE);
    struct shared_change had;
    struct name name;

    *stands = false;
    TRY_OUT(name_of(c->kind, c->key, &name));
    TRY_OUT(saw_stamp(v, c->stamp_ms));
    err = get(v, name_bytes(&name), &a, &had);
    if (err.code != E_OK && err.code != E_ABSENT)
        goto out;
    if (err.code == E_OK) {
        if (compare(c, &had) <= 0)
            goto out;
        TRY_OUT(vault_erase(v, VAULT_REGISTER_BY, ID_BYTES(had.writer), had.number));
    }
    err = put(v, name_bytes(&name), c);
    *stands = err.code == E_OK;
out:
    arena_free(&a);
    return err;
}

/* ---- what is there of whom */

struct err registers_have(struct vault *v, struct shared_have *out)
{
    struct err err = OK;
    struct arena a = ARENA(4 * HAVE_SIZE);
    struct bytes row;

    *out = (struct shared_have){.n = 0};
    TRY_OUT(vault_get(v, VAULT_REGISTER_HAVE, NO_KEY, 0, &a, &row));
    TRY_OUT(shared_have_parse(row, out));
out:
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

static struct err put_have(struct vault *v, const struct shared_have *h)
{
    struct err err = OK;
    struct buf b = BUF(HAVE_SIZE);
    struct bytes row;

    shared_have_write(h, &b);
    TRY_OUT(buf_end(&b, &row));
    TRY_OUT(vault_put(v, VAULT_REGISTER_HAVE, NO_KEY, 0, row));
out:
    buf_free(&b);
    return err;
}

/* Where a device's mark is, or belongs. */
static size_t place_of(const struct shared_have *h, const struct device_id *writer)
{
    size_t i = 0;

    while (i < h->n && ID_RISES(h->mark[i].writer, *writer))
        i++;
    return i;
}

uint64_t registers_mark(const struct shared_have *h, const struct device_id *writer)
{
    size_t i = place_of(h, writer);

    return i < h->n && ID_SAME(h->mark[i].writer, *writer) ? h->mark[i].number : 0;
}

static struct err raise(struct shared_have *h, const struct device_id *writer, uint64_t number)
{
    size_t i = place_of(h, writer);

    if (i == h->n || !ID_SAME(h->mark[i].writer, *writer)) {
        if (h->n == SHARED_WRITERS_MAX)
            return FAIL(E_LIMIT);
        memmove(&h->mark[i + 1], &h->mark[i], (h->n - i) * sizeof h->mark[0]);
        h->mark[i].writer = *writer;
        h->n++;
    }
    h->mark[i].number = number;
    return OK;
}

struct err registers_note(struct vault *v, const struct shared_range *range, bool *gap)
{
    struct shared_have h;
    uint64_t had;

    TRY(registers_have(v, &h));
    had = registers_mark(&h, &range->writer);
    *gap = range->after > had;
    if (*gap || range->to <= had)
        return OK;
    TRY(raise(&h, &range->writer, range->to));
    return put_have(v, &h);
}

/* ---- own changes */

static struct err number_next(struct vault *v, const struct device_id *me, uint64_t least,
                              uint64_t *number)
{
    struct shared_have h;

    TRY(registers_have(v, &h));
    *number = registers_mark(&h, me) + 1;
    if (*number < least)
        *number = least;
    TRY(raise(&h, me, *number));
    return put_have(v, &h);
}

struct err registers_set(struct vault *v, const struct device_id *me, uint64_t now_ms, uint8_t kind,
                         struct bytes key, struct bytes value)
{
    struct err err = OK;
    struct arena a = ARENA(4 * ROW_SIZE);
    struct shared_change c = {.kind = kind, .key = key, .value = value, .writer = *me};
    struct bytes stands_there;
    bool stands;

    if (value.n > SHARED_VALUE_MAX)
        return FAIL(E_LIMIT);
    err = registers_get(v, kind, key, &a, &stands_there);
    if (err.code == E_OK && (bytes_same(stands_there, value) ||
                             (is_greater_wins(kind) && mark_of(value) <= mark_of(stands_there))))
        goto out;
    if (err.code != E_OK && err.code != E_ABSENT)
        goto out;
    TRY_OUT(vault_counter_get(v, VAULT_REGISTER_STAMP, &c.stamp_ms));
    c.stamp_ms = now_ms > c.stamp_ms ? now_ms : c.stamp_ms + 1;
    TRY_OUT(number_next(v, me, 1, &c.number));
    TRY_OUT(registers_merge(v, &c, &stands));
out:
    arena_free(&a);
    return err;
}

/* It takes up a number that nothing stands under, so that the others hear how far it goes. */
struct err registers_restored(struct vault *v, const struct device_id *me, uint64_t now_ms)
{
    struct shared_have h;
    uint64_t number, jumped;

    TRY(registers_have(v, &h));
    jumped = registers_mark(&h, me) + JUMP;
    return number_next(v, me, jumped > 1024 * now_ms ? jumped : 1024 * now_ms, &number);
}

struct err registers_again(struct vault *v, const struct shared_change *c)
{
    struct shared_change again = *c;
    bool stands;

    TRY(number_next(v, &c->writer, 1, &again.number));
    return registers_merge(v, &again, &stands);
}

/* ---- what somebody lacks */

struct err registers_told(struct shared_have *h, const struct shared_state *said)
{
    for (size_t i = 0; i < said->ranges; i++)
        if (registers_mark(h, &said->range[i].writer) < said->range[i].to)
            TRY(raise(h, &said->range[i].writer, said->range[i].to));
    return OK;
}

struct telling {
    struct shared_state *out;
    struct shared_range *range;
    struct shared_change *change;
    size_t left; /* bytes of the content */
};

/* Of one device, as far as there is room.  *all: that was all of it. */
static struct err tell_of(struct vault *v, const struct shared_range *want, struct arena *a,
                          struct telling *t, bool *all)
{
    uint64_t told = want->after;

    *all = false;
    while (!*all && t->out->changes < CHANGES_MAX) {
        struct shared_change *c = &t->change[t->out->changes];
        struct err err = registers_next(v, &want->writer, told, a, c);

        *all = err.code == E_ABSENT || (err.code == E_OK && c->number > want->to);
        if (*all) {
            told = want->to;
            break;
        }
        TRY(err);
        if (shared_change_size(c) > t->left)
            break;
        t->left -= shared_change_size(c);
        t->out->changes++;
        told = c->number;
    }
    if (told > want->after)
        t->range[t->out->ranges++] = (struct shared_range){want->writer, want->after, told};
    return OK;
}

struct err registers_lacking(struct vault *v, const struct shared_have *theirs, struct arena *a,
                             struct shared_state *out, bool *more)
{
    struct shared_have h;
    struct telling t = {.out = out,
                        .range = ARENA_ARRAY(a, SHARED_WRITERS_MAX, struct shared_range),
                        .change = ARENA_ARRAY(a, CHANGES_MAX, struct shared_change)};
    bool all = true;

    if (t.range == NULL || t.change == NULL)
        return FAIL(E_NOMEM);
    TRY(registers_have(v, &h));
    t.left = LIMIT_TEXT - shared_state_least(h.n);
    *out = (struct shared_state){.range = t.range, .change = t.change};
    for (size_t i = 0; all && i < h.n; i++) {
        struct shared_range want = {h.mark[i].writer, registers_mark(theirs, &h.mark[i].writer),
                                    h.mark[i].number};

        if (want.after < want.to)
            TRY(tell_of(v, &want, a, &t, &all));
    }
    *more = !all;
    return out->ranges > 0 ? OK : FAIL(E_ABSENT);
}
