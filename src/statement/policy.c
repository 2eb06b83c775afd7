/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/policy.h"

#include <stdlib.h>

#include "base/clock.h"
#include "crypto/hash.h"
#include "statement/signed_internal.h"

#define LABEL      BYTES_LABEL("tacet1 policy")
#define HASH_LABEL BYTES_LABEL("tacet1 policy hash")

static const uint8_t VERSION = 1;
static const uint8_t FLAGS = 0;

/* [PROTOCOL 4.8] */
static bool retention_is_sound(const struct policy_retention *r)
{
    if (r->days < 1 || r->days > POLICY_DAYS_MAX)
        return false;
    if (r->scope == POLICY_ALL || r->scope == POLICY_ROOMS)
        return r->rooms == 0;
    if (r->scope != POLICY_NAMED || r->rooms < 1 || r->rooms > POLICY_ROOMS_MAX)
        return false;
    for (size_t i = 1; i < r->rooms; i++)
        if (!ID_RISES(r->room[i - 1], r->room[i]))
            return false;
    return true;
}

/* What neither a writer writes nor a reader accepts otherwise.  [PROTOCOL 4.8] */
static bool is_sound(const struct network_policy *p)
{
    if (p->number == 0 || (p->number == 1 && !bytes_all_zero(BYTES(p->previous))))
        return false;
    if (p->from_ms < p->made_ms)
        return false;
    if (p->profile != POLICY_STANDARD && p->profile != POLICY_HYBRID)
        return false;
    return !p->retains || retention_is_sound(&p->retention);
}

static void write_retention(const struct policy_retention *r, struct buf *b)
{
    buf_bytes(b, ID_BYTES(r->aid));
    buf_u8(b, (uint8_t)r->scope);
    buf_u8(b, r->strict);
    buf_u16(b, r->days);
    buf_u16(b, (uint16_t)r->rooms);
    for (size_t i = 0; i < r->rooms; i++)
        buf_bytes(b, ID_BYTES(r->room[i]));
}

static struct err hash_body(const struct network_id *nid, struct bytes body,
                            uint8_t out[NAMES_H32_SIZE])
{
    return names_h32(HASH_PARTS(HASH_LABEL, ID_BYTES(*nid), body), out);
}

struct err policy_sign(struct network_policy *p, const struct network_id *nid,
                       const struct sign_private *root, struct buf *out)
{
    size_t before = out->n;
    uint8_t hash[NAMES_H32_SIZE];
    struct bytes all;
    struct err err = OK;

    if (!is_sound(p))
        return FAIL(E_MALFORMED);
    buf_u8(out, VERSION);
    buf_u32(out, p->number);
    buf_bytes(out, BYTES(p->previous));
    buf_u64(out, p->made_ms);
    buf_u64(out, p->from_ms);
    buf_u8(out, (uint8_t)p->profile);
    buf_u8(out, FLAGS);
    buf_u8(out, p->retains);
    if (p->retains)
        write_retention(&p->retention, out);
    TRY_OUT(signed_append(LABEL, nid, out, before, root));
    all = buf_view(out);
    TRY_OUT(hash_body(nid, bytes(&all.at[before], all.n - before - SIGN_SIZE), hash));
    memcpy(p->hash, hash, sizeof hash);
out:
    if (err.code != E_OK)
        buf_cut(out, before);
    return err;
}

/* One byte that is 0 or 1. */
static bool read_bool(struct reader *r)
{
    uint8_t v = reader_u8(r);

    reader_require(r, v <= 1, E_MALFORMED);
    return v == 1;
}

static void read_retention(struct reader *r, struct policy_retention *out)
{
    reader_copy(r, out->aid.b, sizeof out->aid.b);
    out->scope = (enum policy_scope)reader_u8(r);
    out->strict = read_bool(r);
    out->days = reader_u16(r);
    out->rooms = reader_u16(r);
    reader_require(r, out->rooms <= POLICY_ROOMS_MAX, E_MALFORMED);
    for (size_t i = 0; r->failed == E_OK && i < out->rooms; i++)
        reader_copy(r, out->room[i].b, sizeof out->room[i].b);
}

static struct err parse(struct bytes in, const struct network_id *nid, struct network_policy *out,
                        struct signed_parts *parts)
{
    struct reader r = reader(in);

    *out = (struct network_policy){0};
    reader_require(&r, reader_u8(&r) == VERSION, E_MALFORMED);
    out->number = reader_u32(&r);
    reader_copy(&r, out->previous, sizeof out->previous);
    out->made_ms = reader_u64(&r);
    out->from_ms = reader_u64(&r);
    out->profile = (enum policy_profile)reader_u8(&r);
    reader_require(&r, reader_u8(&r) == FLAGS, E_MALFORMED);
    out->retains = read_bool(&r);
    if (out->retains)
        read_retention(&r, &out->retention);
    *parts = signed_read(in, &r);
    TRY(reader_end(&r));
    if (!is_sound(out))
        return FAIL(E_MALFORMED);
    return hash_body(nid, parts->body, out->hash);
}

struct err policy_parse(struct bytes in, const struct network_id *nid, struct network_policy *out)
{
    struct network_policy p;
    struct signed_parts parts;

    TRY(parse(in, nid, &p, &parts));
    *out = p;
    return OK;
}

static bool follows(const struct network_policy *p, const struct network_policy *previous)
{
    return p->number - 1 == previous->number &&
           bytes_same(BYTES(p->previous), BYTES(previous->hash)) && p->made_ms >= previous->made_ms;
}

struct err policy_check(struct bytes in, const struct network_id *nid, const struct point *root,
                        const struct network_policy *previous, uint64_t now_ms,
                        struct network_policy *out)
{
    struct network_policy p;
    struct signed_parts parts;

    TRY(parse(in, nid, &p, &parts));
    TRY(signed_verify(LABEL, nid, parts, root));
    if (previous != NULL && !follows(&p, previous))
        return FAIL(E_FORGED);
    if (clock_is_ahead(p.made_ms, now_ms))
        return FAIL(E_CLOCK);
    *out = p;
    return OK;
}

const struct network_policy *policy_after(const struct network_policy *const *known, size_t n,
                                          uint32_t number)
{
    const struct network_policy *first = NULL;

    for (size_t i = 0; i < n; i++)
        if (known[i]->number > number && (first == NULL || known[i]->from_ms < first->from_ms))
            first = known[i];
    return first;
}

static int compare_rooms(const void *x, const void *y)
{
    return memcmp(x, y, sizeof(struct room_id));
}

const struct account_id *policy_requires(const struct network_policy *p, bool is_room,
                                         const struct room_id *room)
{
    const struct policy_retention *r;
    bool holds;

    if (p == NULL || !p->retains)
        return NULL;
    r = &p->retention;
    holds = r->scope == POLICY_ALL || (r->scope == POLICY_ROOMS && is_room);
    if (r->scope == POLICY_NAMED && is_room)
        holds = bsearch(room, r->room, r->rooms, sizeof *r->room, compare_rooms) != NULL;
    return holds ? &r->aid : NULL;
}

enum policy_profile policy_profile(const struct network_policy *p)
{
    return p == NULL ? POLICY_HYBRID : p->profile;
}
