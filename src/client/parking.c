/* SPDX-License-Identifier: Apache-2.0 */
#include "client/parking.h"

#include "base/reader.h"
#include "crypto/hash.h"

#define MOST_BYTES         (16 << 20)
#define MOST_BYTES_CLAIMED (1 << 20) /* of one claimed sender */
#define ROW_ARENA          (2 * VAULT_VALUE_MAX + 4096)

static const struct bytes NO_KEY = {NULL, 0};
static const struct bytes NO_VALUE = {NULL, 0};

/* ---- records */

enum { RESETTABLE = 1, BARREN = 2, MARK = 4 }; /* rows of before have no mark and no account */

static struct err write(struct engine *e, const struct parking_row *row, size_t *size)
{
    struct err err = OK;
    struct buf b = BUF(VAULT_VALUE_MAX);
    const struct opening_item *item = &row->item;
    struct bytes value;

    buf_u32(&b, item->kind);
    buf_u8(&b, item->asks);
    buf_u8(&b, item->told);
    buf_u64(&b, item->received_ms);
    buf_u64(&b, row->since_ms);
    buf_u8(&b, item->claimed);
    buf_bytes(&b, BYTES(item->prefix));
    buf_u8(&b, (uint8_t)((item->resettable ? RESETTABLE : 0) | (item->barren ? BARREN : 0) | MARK));
    buf_bytes(&b, BYTES(item->mark));
    buf_bytes(&b, ID_BYTES(item->account));
    buf_u32(&b, item->prekey);
    buf_bytes(&b, BYTES(item->ctx));
    buf_u8(&b, item->resets);
    buf_bytes(&b, item->sealed);
    TRY_OUT(buf_end(&b, &value));
    TRY_OUT(vault_put(e->vault, VAULT_PARKED, NO_KEY, row->number, value));
    *size = value.n;
out:
    buf_free(&b);
    return err;
}

static struct err parse(struct bytes value, struct parking_row *out)
{
    struct reader r = reader(value);
    struct opening_item *item = &out->item;
    uint8_t flags;

    *item = (struct opening_item){.kind = reader_u32(&r)};
    item->asks = reader_u8(&r);
    item->told = reader_u8(&r);
    item->received_ms = reader_u64(&r);
    out->since_ms = reader_u64(&r);
    item->claimed = reader_u8(&r) != 0;
    reader_copy(&r, item->prefix, sizeof item->prefix);
    flags = reader_u8(&r);
    item->resettable = flags & RESETTABLE;
    item->barren = flags & BARREN;
    if (flags & MARK) {
        reader_copy(&r, item->mark, sizeof item->mark);
        reader_copy(&r, item->account.b, sizeof item->account.b);
        item->prekey = reader_u32(&r);
    }
    reader_copy(&r, item->ctx, sizeof item->ctx);
    item->resets = reader_u8(&r);
    item->sealed = reader_take(&r, reader_left(&r));
    out->size = value.n;
    return reader_end(&r);
}

/* ---- room */

static struct err claimed_bytes(struct engine *e, const struct opening_item *item, uint64_t *held)
{
    struct arena a = ARENA(1024);
    struct bytes value = NO_VALUE;
    struct err err = vault_get(e->vault, VAULT_PARKED_FROM, BYTES(item->prefix), 0, &a, &value);
    struct reader r = reader(value);

    *held = 0;
    if (err.code == E_OK) {
        *held = reader_u64(&r);
        err = reader_end(&r);
    }
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

static struct err set_claimed(struct engine *e, const struct opening_item *item, uint64_t held)
{
    struct err err;
    struct buf b = BUF(8);

    if (held == 0)
        return vault_erase(e->vault, VAULT_PARKED_FROM, BYTES(item->prefix), 0);
    buf_u64(&b, held);
    err = vault_put(e->vault, VAULT_PARKED_FROM, BYTES(item->prefix), 0, buf_view(&b));
    buf_free(&b);
    return err;
}

/* More is held, or less. */
static struct err hold(struct engine *e, const struct opening_item *item, size_t size, bool more)
{
    uint64_t held, claimed;

    TRY(vault_counter_get(e->vault, VAULT_PARKED_BYTES, &held));
    TRY(claimed_bytes(e, item, &claimed));
    if (more &&
        (held + size > MOST_BYTES || (item->claimed && claimed + size > MOST_BYTES_CLAIMED)))
        return FAIL(E_LIMIT);
    held = more ? held + size : held > size ? held - size : 0;
    claimed = more ? claimed + size : claimed > size ? claimed - size : 0;
    if (item->claimed)
        TRY(set_claimed(e, item, claimed));
    return vault_counter_set(e->vault, VAULT_PARKED_BYTES, held);
}

/* ---- coming and going */

static struct err add(struct engine *e, const struct opening_item *item)
{
    struct parking_row row = {.since_ms = e->now_ms, .item = *item};
    size_t size;

    TRY(vault_count(e->vault, VAULT_NEXT_PARKED, &row.number));
    TRY(write(e, &row, &size));
    if (item->resettable)
        TRY(vault_put(e->vault, VAULT_PARKED_CTX, BYTES(item->ctx), row.number, NO_VALUE));
    return hold(e, item, size, true);
}

struct err parking_add(struct engine *e, const struct opening_item *item)
{
    uint8_t digest[HASH_SHA512_SIZE];
    bool parked;

    TRY(hash_sha512(&item->sealed, 1, digest));
    TRY(vault_has(e->vault, VAULT_PARKED_AS, BYTES(digest), 0, &parked));
    if (parked)
        return OK;
    TRY(vault_begin(e->vault)); /* so that nothing stays of what has no room */
    TRY(vault_end(e->vault, add(e, item)));
    return vault_put(e->vault, VAULT_PARKED_AS, BYTES(digest), 0, NO_VALUE);
}

struct err parking_leave(struct engine *e, const struct parking_row *row)
{
    uint8_t digest[HASH_SHA512_SIZE];

    TRY(hash_sha512(&row->item.sealed, 1, digest));
    TRY(vault_erase(e->vault, VAULT_PARKED_AS, BYTES(digest), 0));
    TRY(vault_erase(e->vault, VAULT_PARKED_CTX, BYTES(row->item.ctx), row->number));
    TRY(hold(e, &row->item, row->size, false));
    return vault_erase(e->vault, VAULT_PARKED, NO_KEY, row->number);
}

struct err parking_update(struct engine *e, const struct parking_row *row)
{
    size_t size;

    return write(e, row, &size);
}

/* ---- looking */

struct err parking_next(struct engine *e, uint64_t from, struct arena *a, struct parking_row *out)
{
    struct bytes value;

    TRY(vault_next(e->vault, VAULT_PARKED, NO_KEY, from, a, &out->number, &value));
    return parse(value, out);
}

struct err parking_by_ctx(struct engine *e, const uint8_t ctx[CONTROL_MARK_SIZE], uint64_t from,
                          struct arena *a, struct parking_row *out)
{
    struct bytes value;

    TRY(vault_next(e->vault, VAULT_PARKED_CTX, bytes(ctx, CONTROL_MARK_SIZE), from, a, &out->number,
                   &value));
    TRY(vault_get(e->vault, VAULT_PARKED, NO_KEY, out->number, a, &value));
    return parse(value, out);
}

struct err parking_has_from(struct engine *e, const struct opening_item *item, bool *has)
{
    uint64_t held;

    TRY(claimed_bytes(e, item, &held));
    *has = held > 0;
    return OK;
}

struct err parking_count(struct engine *e, uint64_t *n)
{
    struct err err = OK;
    struct arena a = ARENA(ROW_ARENA);
    struct parking_row row = {.number = 0};

    for (*n = 0; err.code == E_OK && *n < PARKING_ROWS_MAX;) {
        err = parking_next(e, row.number + 1, &a, &row);
        *n += err.code == E_OK;
        arena_free(&a);
    }
    return err.code == E_ABSENT ? OK : err;
}
