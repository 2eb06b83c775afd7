/* SPDX-License-Identifier: Apache-2.0 */
#include "client/edits.h"

#include "base/clock.h"
#include "base/reader.h"

#define ONE_SIZE   (16 + 16 + 8 + 8)
#define RECORD_MAX (32 + 1 + EDITS_MAX * ONE_SIZE)

/* ---- the record: a person's, under the message */

static void write_record(const struct edits *e, struct buf *b)
{
    buf_bytes(b, ID_BYTES(e->by));
    buf_u8(b, (uint8_t)e->n);
    for (size_t i = 0; i < e->n; i++) {
        target_write_said(&e->of[i].said, b);
        buf_u64(b, e->of[i].place);
    }
}

static struct err read_record(struct bytes value, struct edits *out)
{
    struct reader r = reader(value);
    struct edits all = {.n = 0};

    reader_copy(&r, all.by.b, sizeof all.by.b);
    all.n = reader_u8(&r);
    reader_require(&r, all.n <= EDITS_MAX, E_MALFORMED);
    for (size_t i = 0; r.failed == E_OK && i < all.n; i++) {
        target_read_said(&r, &all.of[i].said);
        all.of[i].place = reader_u64(&r);
    }
    TRY(reader_end(&r));
    *out = all;
    return OK;
}

static struct err put(struct vault *v, const struct target *to, const struct edits *e)
{
    struct err err;
    struct buf b = BUF(RECORD_MAX);
    uint8_t key[TARGET_KEY_SIZE];

    write_record(e, &b);
    err = vault_put(v, VAULT_EDITS, target_key(to, key), target_person(&e->by), buf_view(&b));
    buf_free(&b);
    return err;
}

struct err edits_of(struct vault *v, const struct target *to, const struct account_id *by,
                    struct edits *out)
{
    struct arena a = ARENA(4 * RECORD_MAX);
    struct bytes value;
    uint8_t key[TARGET_KEY_SIZE];
    struct err err = vault_get(v, VAULT_EDITS, target_key(to, key), target_person(by), &a, &value);

    *out = (struct edits){.by = *by};
    if (err.code == E_OK)
        err = read_record(value, out);
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

/* ---- which is last */

static void take_out(struct edits *e, size_t i)
{
    e->n--;
    memmove(&e->of[i], &e->of[i + 1], (e->n - i) * sizeof e->of[0]);
}

/* Without the oldest, where there is no room for one more. */
static bool make_room(struct edits *e, const struct edit *what)
{
    if (e->n < EDITS_MAX)
        return true;
    if (!target_is_newer(&what->said, &e->of[0].said))
        return false;
    take_out(e, 0);
    return true;
}

struct err edits_take(struct vault *v, const struct target *to, const struct account_id *by,
                      const struct edit *what)
{
    struct edits e;
    size_t at;

    TRY(edits_of(v, to, by, &e));
    if (!make_room(&e, what))
        return OK;
    for (at = e.n; at > 0 && target_is_newer(&e.of[at - 1].said, &what->said); at--)
        e.of[at] = e.of[at - 1];
    e.of[at] = *what;
    e.n++;
    return put(v, to, &e);
}

struct err edits_undo(struct vault *v, const struct target *to, const struct account_id *by,
                      const struct edit *what)
{
    struct edits e;

    TRY(edits_of(v, to, by, &e));
    for (size_t i = e.n; i > 0; i--)
        if (target_is_same(&e.of[i - 1].said, &what->said))
            take_out(&e, i - 1);
    return put(v, to, &e);
}

struct err edits_drop(struct vault *v, const struct target *to, const struct account_id *by)
{
    uint8_t key[TARGET_KEY_SIZE];

    return vault_erase(v, VAULT_EDITS, target_key(to, key), target_person(by));
}

uint64_t edits_stamp(const struct edits *e, uint64_t now_ms)
{
    if (e->n == 0 || e->of[e->n - 1].said.stamp < now_ms)
        return now_ms;
    return clock_add(e->of[e->n - 1].said.stamp, 1);
}
