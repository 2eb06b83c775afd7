/* SPDX-License-Identifier: Apache-2.0 */
#include "client/people_internal.h"

#include "base/reader.h"
#include "e2ee/fingerprint.h"

static const struct bytes NO_KEY = {NULL, 0};

#define CONTACT_MAX 512

/* ---- records */

enum {
    KNOWN = 1,
    VERIFIED = 2,
    REMOVED = 4,
    CHANGED = 8,
    RECOVERED = 16,
    BEHIND = 32,
    FORKED = 64
};

static uint8_t flags_of(const struct contact *c)
{
    return (uint8_t)((c->known ? KNOWN : 0) | (c->verified ? VERIFIED : 0) |
                     (c->removed ? REMOVED : 0) | (c->changed ? CHANGED : 0) |
                     (c->recovered ? RECOVERED : 0) | (c->behind ? BEHIND : 0) |
                     (c->forked ? FORKED : 0));
}

static void write_contact(const struct contact *c, struct buf *b)
{
    size_t opened = buf_open(b);

    buf_text(b, c->handle);
    buf_close(b, opened);
    buf_u8(b, flags_of(c));
    buf_bytes(b, ID_BYTES(c->aid));
    buf_bytes(b, ID_BYTES(c->other));
    buf_bytes(b, BYTES(c->ark.b));
    buf_bytes(b, BYTES(c->other_ark.b));
    buf_u32(b, c->statement);
    buf_u64(b, c->asked_ms);
}

static struct err parse_contact(struct bytes in, uint64_t number, struct contact *out)
{
    struct reader r = reader(in);
    struct contact c = {.number = number};
    struct bytes handle = reader_block(&r, TEXT_HANDLE_MAX);
    uint8_t flags = reader_u8(&r);

    if (handle.n > 0)
        memcpy(c.handle, handle.at, handle.n);
    c.known = flags & KNOWN;
    c.verified = flags & VERIFIED;
    c.removed = flags & REMOVED;
    c.changed = flags & CHANGED;
    c.recovered = flags & RECOVERED;
    c.behind = flags & BEHIND;
    c.forked = flags & FORKED;
    reader_copy(&r, c.aid.b, sizeof c.aid.b);
    reader_copy(&r, c.other.b, sizeof c.other.b);
    reader_copy(&r, c.ark.b, sizeof c.ark.b);
    reader_copy(&r, c.other_ark.b, sizeof c.other_ark.b);
    c.statement = reader_u32(&r);
    c.asked_ms = reader_u64(&r);
    TRY(reader_end(&r));
    *out = c;
    return OK;
}

struct err people_put(struct vault *v, const struct contact *c)
{
    struct err err = OK;
    struct buf b = BUF(CONTACT_MAX);
    struct bytes value;

    write_contact(c, &b);
    TRY_OUT(buf_end(&b, &value));
    TRY_OUT(vault_put(v, VAULT_CONTACT, NO_KEY, c->number, value));
out:
    buf_free(&b);
    return err;
}

/* VAULT_HANDLE and VAULT_ACCOUNT point to a contact's number. */
static struct err put_pointer(struct vault *v, enum vault_kind kind, struct bytes key,
                              uint64_t number)
{
    struct err err;
    struct buf b = BUF(8);

    buf_u64(&b, number);
    err = vault_put(v, kind, key, 0, buf_view(&b));
    buf_free(&b);
    return err;
}

static struct err follow_pointer(struct vault *v, enum vault_kind kind, struct bytes key,
                                 struct contact *out)
{
    struct err err = OK;
    struct arena a = ARENA(4096);
    struct bytes value;
    struct reader r;
    uint64_t number;

    TRY_OUT(vault_get(v, kind, key, 0, &a, &value));
    r = reader(value);
    number = reader_u64(&r);
    TRY_OUT(reader_end(&r));
    TRY_OUT(people_get(v, number, out));
out:
    arena_free(&a);
    return err;
}

struct err people_get(struct vault *v, uint64_t number, struct contact *out)
{
    struct err err = OK;
    struct arena a = ARENA(4096);
    struct bytes value;

    TRY_OUT(vault_get(v, VAULT_CONTACT, NO_KEY, number, &a, &value));
    TRY_OUT(parse_contact(value, number, out));
out:
    arena_free(&a);
    return err;
}

struct err people_by_handle(struct vault *v, struct bytes handle, struct contact *out)
{
    return follow_pointer(v, VAULT_HANDLE, handle, out);
}

struct err people_by_account(struct vault *v, const struct account_id *aid, struct contact *out)
{
    return follow_pointer(v, VAULT_ACCOUNT, ID_BYTES(*aid), out);
}

struct err people_next(struct vault *v, uint64_t after, struct contact *out)
{
    struct err err = OK;
    struct arena a = ARENA(4096);
    struct bytes value;
    uint64_t number;

    TRY_OUT(vault_next(v, VAULT_CONTACT, NO_KEY, after + 1, &a, &number, &value));
    TRY_OUT(parse_contact(value, number, out));
out:
    arena_free(&a);
    return err;
}

struct err people_add(struct vault *v, struct bytes handle, struct contact *out)
{
    struct contact c = {0};

    if (!text_is_handle(handle))
        return FAIL(E_MALFORMED);
    memcpy(c.handle, handle.at, handle.n);
    TRY(vault_count(v, VAULT_NEXT_CONTACT, &c.number));
    TRY(people_put(v, &c));
    TRY(put_pointer(v, VAULT_HANDLE, handle, c.number));
    *out = c;
    return OK;
}

struct err people_find_or_add(struct vault *v, struct bytes handle, struct contact *c)
{
    struct err err = people_by_handle(v, handle, c);

    return err.code == E_ABSENT ? people_add(v, handle, c) : err;
}

struct err people_put_known(struct vault *v, const struct account_id *aid, const struct point *ark,
                            struct contact *c)
{
    c->known = true;
    c->aid = *aid;
    c->ark = *ark;
    return put_pointer(v, VAULT_ACCOUNT, ID_BYTES(*aid), c->number);
}

struct err people_introduce(struct vault *v, struct bytes handle, const struct account_id *aid,
                            const struct point *ark, struct contact *out)
{
    struct err err = people_by_account(v, aid, out);

    if (err.code != E_ABSENT)
        return err;
    TRY(people_find_or_add(v, handle, out));
    if (out->known)
        return FAIL(E_CONFLICT);
    TRY(people_put_known(v, aid, ark, out));
    return people_put(v, out);
}

void people_count_change(const struct device_list *before, const struct device_list *now,
                         struct people_learned *out)
{
    for (size_t i = 0; i < now->devices; i++)
        out->added += device_list_is_device(&now->device[i]) &&
                      device_list_find(before, &now->device[i].did) == NULL;
    for (size_t i = 0; i < now->devices; i++) {
        const struct device_entry *was = device_list_find(before, &now->device[i].did);

        out->given += (now->device[i].capabilities & DEVICE_GIVEN_HISTORY) &&
                      (was == NULL || !(was->capabilities & DEVICE_GIVEN_HISTORY));
    }
    for (size_t i = 0; i < before->devices; i++)
        out->removed += device_list_is_device(&before->device[i]) &&
                        device_list_find(now, &before->device[i].did) == NULL;
}

bool people_is_me(const struct own *me, const struct contact *c)
{
    return c->known && ID_SAME(c->aid, me->me.who.aid);
}

struct err people_accept(struct vault *v, struct contact *c)
{
    struct contact holder;
    struct err err = people_by_account(v, &c->other, &holder);

    if (err.code == E_OK || !c->changed) /* one account under two handles, or nothing to accept */
        return FAIL(E_CONFLICT);
    if (err.code != E_ABSENT)
        return err;
    TRY(vault_erase(v, VAULT_ACCOUNT, ID_BYTES(c->aid), 0));
    c->aid = c->other;
    c->ark = c->other_ark;
    c->changed = c->removed = c->verified = c->recovered = c->behind = c->forked = false;
    c->statement = 0;
    TRY(put_pointer(v, VAULT_ACCOUNT, ID_BYTES(c->aid), c->number));
    return people_put(v, c);
}

/* ---- lists, prekeys, rosters */

struct err people_list(struct vault *v, const struct own *me, const struct account_id *aid,
                       uint32_t version, struct device_list *out)
{
    struct err err = OK;
    struct arena a = ARENA(4 * DEVICE_LIST_MAX_SIZE);
    struct bytes value;

    TRY_OUT(vault_get(v, VAULT_LIST, ID_BYTES(*aid), version, &a, &value));
    TRY_OUT(device_list_parse(value, &me->nid, out));
out:
    arena_free(&a);
    return err;
}

struct err people_newest_list(struct vault *v, const struct own *me, const struct account_id *aid,
                              struct device_list *out)
{
    struct err err = OK;
    struct arena a = ARENA(4 * DEVICE_LIST_MAX_SIZE);
    struct bytes value;
    uint64_t version;

    TRY_OUT(vault_last(v, VAULT_LIST, ID_BYTES(*aid), UINT64_MAX, &a, &version, &value));
    TRY_OUT(device_list_parse(value, &me->nid, out));
out:
    arena_free(&a);
    return err;
}

struct err people_prekey(struct vault *v, const struct device_id *did, struct prekey *out)
{
    struct err err = OK;
    struct arena a = ARENA(4096);
    struct bytes value;

    TRY_OUT(vault_get(v, VAULT_PREKEY, ID_BYTES(*did), 0, &a, &value));
    TRY_OUT(prekey_parse(value, out));
out:
    arena_free(&a);
    return err;
}

struct err people_kem(struct vault *v, const struct device_id *did, uint32_t number,
                      struct arena *a, struct bytes *kem)
{
    return vault_get(v, VAULT_KEM, ID_BYTES(*did), number, a, kem);
}

struct err people_put_kem(struct vault *v, const struct device_id *did, uint32_t number,
                          struct bytes kem)
{
    return vault_put(v, VAULT_KEM, ID_BYTES(*did), number, kem);
}

struct err people_roster(struct vault *v, const struct roster_id *id, struct arena *a,
                         struct bytes *roster)
{
    return vault_get(v, VAULT_ROSTER, ID_BYTES(*id), 0, a, roster);
}

struct err people_keep_roster(struct vault *v, const struct roster_id *id, struct bytes roster)
{
    return vault_put(v, VAULT_ROSTER, ID_BYTES(*id), 0, roster);
}

struct err people_fingerprint(const struct own *me, const struct contact *c, uint8_t out[64])
{
    struct fingerprint_side mine = {me->nid, me->me.who.aid, me->me.ark};
    struct fingerprint_side theirs = {me->nid, c->aid, c->ark};

    if (!c->known)
        return FAIL(E_ABSENT);
    return fingerprint_make(&mine, &theirs, out);
}
