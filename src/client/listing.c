/* SPDX-License-Identifier: Apache-2.0 */
#include "client/listing.h"

#include "base/reader.h"
#include "statement/device_change.h"

static const struct bytes NO_KEY = {NULL, 0};

/* ---- records */

static void write_change(const struct listing_change *c, struct bytes list, struct buf *b)
{
    size_t at;

    buf_u8(b, (uint8_t)c->kind);
    buf_bytes(b, ID_BYTES(c->entry.did));
    buf_bytes(b, BYTES(c->entry.dsk.b));
    buf_u8(b, (uint8_t)c->entry.role);
    buf_u64(b, c->entry.added_ms);
    buf_u32(b, c->entry.capabilities);
    at = buf_open(b);
    buf_bytes(b, list);
    buf_close(b, at);
}

static struct err read_change(struct bytes value, struct listing_change *c, struct bytes *list)
{
    struct reader r = reader(value);

    *c = (struct listing_change){.kind = (enum listing_kind)reader_u8(&r)};
    reader_copy(&r, c->entry.did.b, sizeof c->entry.did.b);
    reader_copy(&r, c->entry.dsk.b, sizeof c->entry.dsk.b);
    c->entry.role = (enum device_role)reader_u8(&r);
    c->entry.added_ms = reader_u64(&r);
    c->entry.capabilities = reader_u32(&r);
    *list = reader_block(&r, DEVICE_LIST_MAX_SIZE);
    return reader_end(&r);
}

static struct err put(struct vault *v, uint64_t number, const struct listing_change *c,
                      struct bytes list)
{
    struct err err = OK;
    struct buf b = BUF(DEVICE_LIST_MAX_SIZE + 256);
    struct bytes value;

    write_change(c, list, &b);
    TRY_OUT(buf_end(&b, &value));
    TRY_OUT(vault_put(v, VAULT_LISTING, NO_KEY, number, value));
out:
    buf_free(&b);
    return err;
}

/* ---- what a change makes of a list */

static struct err replace_key(struct device_list *next, const struct device_entry *entry)
{
    const struct device_entry *before = device_list_recovery(next);

    if (before != NULL)
        TRY(device_change_revoke(next, &before->did));
    return device_change_add(next, entry);
}

static struct err give(struct device_list *next, const struct listing_change *c)
{
    for (size_t i = 0; i < next->devices; i++)
        if (ID_SAME(next->device[i].did, c->entry.did)) {
            next->device[i].capabilities |= c->entry.capabilities;
            return OK;
        }
    return FAIL(E_REMOVED);
}

static bool is_there(const struct device_list *now, const struct listing_change *c)
{
    const struct device_entry *entry = device_list_find(now, &c->entry.did);

    if (c->kind == LISTING_REVOKE)
        return entry == NULL;
    if (c->kind == LISTING_CAPABILITIES)
        return entry != NULL &&
               (entry->capabilities & c->entry.capabilities) == c->entry.capabilities;
    return entry != NULL;
}

struct err listing_apply(const struct device_list *now, const struct listing_change *c,
                         uint64_t now_ms, struct device_list *next, bool *there)
{
    *there = is_there(now, c);
    if (*there)
        return OK;
    if (c->kind != LISTING_REVOKE && device_list_find_revoked(now, &c->entry.did) != NULL)
        return FAIL(E_REMOVED);
    TRY(device_change_begin(now, now_ms, next));
    switch (c->kind) {
    case LISTING_ADD:
        return device_change_add(next, &c->entry);
    case LISTING_REVOKE:
        return device_change_revoke(next, &c->entry.did);
    case LISTING_RECOVERY:
        return replace_key(next, &c->entry);
    case LISTING_CAPABILITIES:
        return give(next, c);
    }
    return FAIL(E_MALFORMED);
}

/* ---- what waits */

struct err listing_put(struct vault *v, const struct own *own, const struct listing_change *c,
                       uint64_t now_ms)
{
    struct err err = OK;
    struct arena a = ARENA(2 * DEVICE_LIST_MAX_SIZE);
    struct device_list next;
    struct bytes value;
    uint64_t last = 0, first = 0;
    bool there;

    if (!own_is_listed(own) ||
        (c->kind == LISTING_REVOKE && ID_SAME(c->entry.did, own->me.who.did)))
        return FAIL(E_DENIED);
    TRY(listing_apply(&own->list, c, now_ms, &next, &there));
    err = vault_last(v, VAULT_LISTING, NO_KEY, UINT64_MAX, &a, &last, &value);
    if (err.code == E_OK)
        TRY_OUT(vault_next(v, VAULT_LISTING, NO_KEY, 0, &a, &first, &value));
    else if (err.code != E_ABSENT)
        goto out;
    if (first != 0 && last - first + 1 >= LISTING_MAX)
        TRY_OUT(FAIL(E_LIMIT));
    err = put(v, last + 1, c, NO_KEY);
out:
    arena_free(&a);
    return err;
}

struct err listing_first(struct vault *v, struct arena *a, uint64_t *number,
                         struct listing_change *c, struct bytes *list)
{
    struct bytes value;

    TRY(vault_next(v, VAULT_LISTING, NO_KEY, 0, a, number, &value));
    return read_change(value, c, list);
}

struct err listing_find(struct vault *v, const struct device_id *did, struct arena *a,
                        uint64_t *number, struct bytes *list)
{
    struct listing_change c;
    struct bytes value;
    uint64_t from = 0;

    for (size_t i = 0; i <= LISTING_MAX; i++) {
        TRY(vault_next(v, VAULT_LISTING, NO_KEY, from, a, number, &value));
        TRY(read_change(value, &c, list));
        if (c.kind == LISTING_ADD && ID_SAME(c.entry.did, *did))
            return OK;
        from = *number + 1;
    }
    return FAIL(E_ABSENT);
}

struct err listing_signed(struct vault *v, uint64_t number, const struct listing_change *c,
                          struct bytes list)
{
    return put(v, number, c, list);
}

struct err listing_over(struct vault *v, uint64_t number)
{
    return vault_erase(v, VAULT_LISTING, NO_KEY, number);
}

struct err listing_withdraw(struct vault *v, const struct device_id *did, bool *was)
{
    struct err err = OK;
    struct arena a = ARENA(LISTING_MAX * 2 * DEVICE_LIST_MAX_SIZE);
    struct listing_change c;
    struct bytes value, list;
    uint64_t number = 0;

    *was = false;
    while (!*was &&
           (err = vault_next(v, VAULT_LISTING, NO_KEY, number + 1, &a, &number, &value)).code ==
               E_OK) {
        TRY_OUT(read_change(value, &c, &list));
        *was = c.kind == LISTING_RECOVERY && ID_SAME(c.entry.did, *did) && list.n == 0;
    }
    if (*was)
        err = vault_erase(v, VAULT_LISTING, NO_KEY, number);
    else if (err.code == E_ABSENT)
        err = OK;
out:
    arena_free(&a);
    return err;
}
