/* SPDX-License-Identifier: Apache-2.0 */
#include "client/reactions.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/reader.h"
#include "client/agreed.h"

#define ONE_MAX    (16 + 16 + 8 + 1 + 1 + REFERENCE_REACTION_MAX)
#define RECORD_MAX (32 + 1 + REACTIONS_OF_ONE_MAX * ONE_MAX)

/* ---- the record: a person's, under the message */

static void write_record(const struct reactions *r, struct buf *b)
{
    buf_bytes(b, ID_BYTES(r->by));
    buf_u8(b, (uint8_t)r->n);
    for (size_t i = 0; i < r->n; i++) {
        const struct reaction *one = &r->of[i];

        target_write_said(&one->said, b);
        buf_u8(b, one->on);
        buf_u8(b, one->kind_n);
        buf_bytes(b, bytes(one->kind, one->kind_n));
    }
}

static void read_one(struct reader *r, struct reaction *one)
{
    target_read_said(r, &one->said);
    one->on = reader_u8(r) != 0;
    one->kind_n = reader_u8(r);
    reader_require(r, one->kind_n <= sizeof one->kind, E_MALFORMED);
    if (r->failed == E_OK)
        reader_copy(r, one->kind, one->kind_n);
}

static struct err read_record(struct bytes value, struct reactions *out)
{
    struct reader r = reader(value);
    struct reactions all = {.n = 0};
    uint8_t n;

    reader_copy(&r, all.by.b, sizeof all.by.b);
    n = reader_u8(&r);
    reader_require(&r, n <= REACTIONS_OF_ONE_MAX, E_MALFORMED);
    while (r.failed == E_OK && all.n < n)
        read_one(&r, &all.of[all.n++]);
    TRY(reader_end(&r));
    *out = all;
    return OK;
}

static struct err put(struct vault *v, const struct target *to, const struct reactions *r)
{
    struct err err;
    struct buf b = BUF(RECORD_MAX);
    uint8_t key[TARGET_KEY_SIZE];

    write_record(r, &b);
    err = vault_put(v, VAULT_REACTIONS, target_key(to, key), target_person(&r->by), buf_view(&b));
    buf_free(&b);
    return err;
}

struct err reactions_of(struct vault *v, const struct target *to, const struct account_id *by,
                        struct reactions *out)
{
    struct arena a = ARENA(4 * RECORD_MAX);
    struct bytes value;
    uint8_t key[TARGET_KEY_SIZE];
    struct err err =
        vault_get(v, VAULT_REACTIONS, target_key(to, key), target_person(by), &a, &value);

    *out = (struct reactions){.by = *by};
    if (err.code == E_OK)
        err = read_record(value, out);
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

struct err reactions_next(struct vault *v, const struct target *to, uint64_t *number,
                          struct reactions *out)
{
    struct arena a = ARENA(4 * RECORD_MAX);
    struct bytes value;
    uint8_t key[TARGET_KEY_SIZE];
    struct err err =
        vault_next(v, VAULT_REACTIONS, target_key(to, key), *number, &a, number, &value);

    if (err.code == E_OK)
        err = read_record(value, out);
    arena_free(&a);
    return err;
}

struct err reactions_drop(struct vault *v, const struct target *to)
{
    uint8_t key[TARGET_KEY_SIZE];
    struct reactions r;
    struct err err;

    for (uint64_t number = 0;; number++) {
        err = reactions_next(v, to, &number, &r);
        if (err.code != E_OK)
            return err.code == E_ABSENT ? OK : err;
        TRY(vault_erase(v, VAULT_REACTIONS, target_key(to, key), number));
    }
}

/* ---- which stands */

static struct bytes kind_of(const struct reaction *one)
{
    return bytes(one->kind, one->kind_n);
}

static struct reaction *find(struct reactions *r, struct bytes kind)
{
    for (size_t i = 0; i < r->n; i++)
        if (bytes_same(kind_of(&r->of[i]), kind))
            return &r->of[i];
    return NULL;
}

const struct reaction *reactions_find(const struct reactions *r, struct bytes kind)
{
    for (size_t i = 0; i < r->n; i++)
        if (bytes_same(kind_of(&r->of[i]), kind))
            return &r->of[i];
    return NULL;
}

static struct reaction *oldest(struct reactions *r)
{
    struct reaction *found = &r->of[0];

    for (size_t i = 1; i < r->n; i++)
        if (target_is_newer(&found->said, &r->of[i].said))
            found = &r->of[i];
    return found;
}

/* Where a word on this kind has its place; NULL: what is there is newer. */
static struct reaction *place_for(struct reactions *r, const struct reaction *what)
{
    struct reaction *there = find(r, kind_of(what));

    if (there == NULL && r->n < REACTIONS_OF_ONE_MAX)
        return &r->of[r->n++];
    if (there == NULL)
        there = oldest(r);
    return target_is_newer(&what->said, &there->said) ? there : NULL;
}

struct err reactions_take(struct vault *v, const struct target *to, const struct account_id *by,
                          const struct reaction *what)
{
    struct reaction *place;
    struct reactions r;

    TRY(reactions_of(v, to, by, &r));
    place = place_for(&r, what);
    if (place == NULL)
        return OK;
    *place = *what;
    return put(v, to, &r);
}

struct err reactions_undo(struct vault *v, const struct target *to, const struct account_id *by,
                          const struct reaction *what)
{
    struct reaction *there;
    struct reactions r;

    TRY(reactions_of(v, to, by, &r));
    there = find(&r, kind_of(what));
    if (there == NULL || !target_is_same(&there->said, &what->said))
        return OK;
    there->on = !what->on; /* it was said because it was not so */
    return put(v, to, &r);
}

uint64_t reactions_stamp(const struct reactions *r, uint64_t now_ms)
{
    uint64_t stamp = now_ms;

    for (size_t i = 0; i < r->n; i++)
        if (r->of[i].said.stamp >= stamp)
            stamp = clock_add(r->of[i].said.stamp, 1);
    return stamp;
}

/* ---- all of them */

/* Somebody says that a kind stands. */
struct voice {
    struct bytes kind;
    struct account_id by;
};

struct voices {
    struct voice *at;
    size_t n, room;
};

static struct err add_voice(struct voices *all, struct arena *a, const struct reaction *one,
                            const struct account_id *by)
{
    struct voice *voice;

    if (all->n == all->room) {
        size_t room = all->room == 0 ? REACTIONS_OF_ONE_MAX : 2 * all->room;
        struct voice *more = ARENA_ARRAY(a, room, struct voice);

        if (more == NULL)
            return FAIL(E_NOMEM);
        if (all->n > 0)
            memcpy(more, all->at, all->n * sizeof *more);
        all->at = more;
        all->room = room;
    }
    voice = &all->at[all->n++];
    voice->by = *by;
    return arena_copy(a, kind_of(one), &voice->kind);
}

static struct err collect(struct vault *v, const struct target *to, struct arena *a,
                          struct voices *all)
{
    struct err err = OK;
    uint64_t number = 0;
    struct reactions r;
    bool blocked;

    for (; err.code == E_OK; number++) {
        err = reactions_next(v, to, &number, &r);
        if (err.code == E_OK)
            err = agreed_is_blocked(v, &r.by, &blocked);
        for (size_t i = 0; err.code == E_OK && !blocked && i < r.n; i++)
            if (r.of[i].on)
                err = add_voice(all, a, &r.of[i], &r.by);
    }
    return err.code == E_ABSENT ? OK : err;
}

static int compare_bytes(struct bytes x, struct bytes y)
{
    int order = memcmp(x.at, y.at, x.n < y.n ? x.n : y.n);

    return order != 0 ? order : (x.n > y.n) - (x.n < y.n);
}

static int by_kind(const void *x, const void *y)
{
    const struct voice *a = x, *b = y;
    int order = compare_bytes(a->kind, b->kind);

    return order != 0 ? order : memcmp(a->by.b, b->by.b, sizeof a->by.b);
}

static int by_people(const void *x, const void *y)
{
    const struct reactions_kind *a = x, *b = y;

    return a->n != b->n ? (a->n < b->n) - (a->n > b->n) : compare_bytes(a->kind, b->kind);
}

/* One after the other, those of one kind next to each other. */
static struct err group(const struct voices *all, struct arena *a, struct reactions_sum *out)
{
    struct reactions_kind *kinds = ARENA_ARRAY(a, all->n, struct reactions_kind);
    struct account_id *by = ARENA_ARRAY(a, all->n, struct account_id);
    size_t n = 0;

    if (kinds == NULL || by == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < all->n; i++) {
        by[i] = all->at[i].by;
        if (n == 0 || !bytes_same(kinds[n - 1].kind, all->at[i].kind))
            kinds[n++] = (struct reactions_kind){all->at[i].kind, &by[i], 0};
        kinds[n - 1].n++;
    }
    qsort(kinds, n, sizeof *kinds, by_people);
    out->n = n < REACTIONS_KINDS_MAX ? n : REACTIONS_KINDS_MAX;
    out->more = n - out->n;
    memcpy(out->kind, kinds, out->n * sizeof *kinds);
    return OK;
}

struct err reactions_sum(struct vault *v, const struct target *to, struct arena *a,
                         struct reactions_sum *out)
{
    struct voices all = {.n = 0};

    *out = (struct reactions_sum){.n = 0};
    TRY(collect(v, to, a, &all));
    if (all.n == 0)
        return OK;
    qsort(all.at, all.n, sizeof *all.at, by_kind);
    return group(&all, a, out);
}
