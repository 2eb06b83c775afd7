/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/room_state.h"

#include <stdlib.h>

#include "crypto/hash.h"
#include "statement/signed_internal.h"

#define LABEL           BYTES_LABEL("tacet1 room")
#define SUCCESSOR_LABEL BYTES_LABEL("tacet1 room successor")
#define HASH_LABEL      BYTES_LABEL("tacet1 room hash")
#define ID_LABEL        BYTES_LABEL("tacet1 room id")

static const uint8_t VERSION = 1;
static const uint8_t HISTORY = 0;
static const uint8_t KX = 1;

const struct network_id *room_state_home(const struct room_state *s)
{
    return &s->network[s->home];
}

bool room_state_is_successor(const struct room_state *s)
{
    return bytes_all_zero(ID_BYTES(s->signer.nid)) && bytes_all_zero(ID_BYTES(s->signer.aid)) &&
           bytes_all_zero(ID_BYTES(s->signer.did));
}

/* Members rise by network, and in one network by id. */
static int compare_members(const void *x, const void *y)
{
    const struct room_member *a = x, *b = y;

    if (a->network != b->network)
        return a->network < b->network ? -1 : 1;
    return memcmp(a->aid.b, b->aid.b, sizeof a->aid.b);
}

const struct room_member *room_state_find(const struct room_state *s, const struct network_id *nid,
                                          const struct account_id *aid)
{
    struct room_member key = {.network = 0, .aid = *aid};

    while (key.network < s->networks && !ID_SAME(s->network[key.network], *nid))
        key.network++;
    return bsearch(&key, s->member, s->members, sizeof key, compare_members);
}

bool room_state_may_post(const struct room_state *s, const struct room_member *m)
{
    return s->posting == ROOM_POSTING_ALL || m->role == ROOM_MODERATOR;
}

/* ---- form, as neither a writer writes nor a reader accepts otherwise  [PROTOCOL 4.9] */

static bool networks_are_sound(const struct room_state *s)
{
    if (s->networks < 1 || s->networks > ROOM_STATE_NETWORKS_MAX || s->home >= s->networks)
        return false;
    for (size_t i = 1; i < s->networks; i++)
        if (!ID_RISES(s->network[i - 1], s->network[i]))
            return false;
    return true;
}

static bool member_is_sound(const struct room_state *s, const struct room_member *m)
{
    return m->role >= ROOM_MEMBER && m->role <= ROOM_GUEST && m->since >= 1 &&
           m->since <= s->version;
}

/* Sorted, and none of the networks without a member: so their places go up by one or not at all. */
static bool members_are_sound(const struct room_state *s)
{
    size_t network = 0;

    if (s->members < 1 || s->members > ROOM_STATE_MEMBERS_MAX || s->member[0].network != 0)
        return false;
    for (size_t i = 0; i < s->members; i++) {
        if (!member_is_sound(s, &s->member[i]))
            return false;
        if (i > 0 && compare_members(&s->member[i - 1], &s->member[i]) >= 0)
            return false;
        if (s->member[i].network > network + 1)
            return false;
        network = s->member[i].network;
    }
    return network == s->networks - 1;
}

static bool has_moderator(const struct room_state *s)
{
    for (size_t i = 0; i < s->members; i++)
        if (s->member[i].role == ROOM_MODERATOR)
            return true;
    return false;
}

/* Who may have signed a state of this version, with these members, as far as it says itself. */
static bool signer_is_sound(const struct room_state *s)
{
    const struct room_member *m = room_state_find(s, &s->signer.nid, &s->signer.aid);

    if (s->version == 1)
        return m != NULL && m->role == ROOM_MODERATOR && bytes_all_zero(BYTES(s->previous));
    return has_moderator(s) || (m == NULL && !room_state_is_successor(s));
}

static bool is_sound(const struct room_state *s)
{
    return s->version >= 1 && networks_are_sound(s) && members_are_sound(s) && signer_is_sound(s) &&
           s->ttl_s <= ROOM_STATE_BOUND_MAX_S && s->burn_s <= ROOM_STATE_BOUND_MAX_S &&
           (s->posting == ROOM_POSTING_ALL || s->posting == ROOM_POSTING_MODERATORS) &&
           s->name_box.n <= ROOM_STATE_NAME_MAX;
}

/* ---- writing */

static void write_people(const struct room_state *s, struct buf *b)
{
    buf_u8(b, (uint8_t)s->networks);
    for (size_t i = 0; i < s->networks; i++)
        buf_bytes(b, ID_BYTES(s->network[i]));
    buf_u8(b, s->home);
    buf_u16(b, (uint16_t)s->members);
    for (size_t i = 0; i < s->members; i++) {
        buf_u8(b, s->member[i].network);
        buf_bytes(b, ID_BYTES(s->member[i].aid));
        buf_u8(b, (uint8_t)s->member[i].role);
        buf_u32(b, s->member[i].since);
    }
}

static void write_body(const struct room_state *s, struct buf *b)
{
    buf_u8(b, VERSION);
    buf_bytes(b, s->version == 1 ? BYTES(s->seed) : ID_BYTES(s->room));
    buf_u32(b, s->version);
    buf_bytes(b, BYTES(s->previous));
    buf_u64(b, s->made_ms);
    buf_bytes(b, ID_BYTES(s->signer.nid));
    buf_bytes(b, ID_BYTES(s->signer.aid));
    buf_bytes(b, ID_BYTES(s->signer.did));
    write_people(s, b);
    buf_u32(b, s->ttl_s);
    buf_u32(b, s->burn_s);
    buf_u8(b, (uint8_t)s->posting);
    buf_u8(b, HISTORY);
    buf_u8(b, KX);
    buf_u8(b, (uint8_t)s->name_box.n);
    buf_bytes(b, s->name_box);
}

/* Hash, and of genesis the room id.  On error `s` is as it was. */
static struct err name(struct room_state *s, struct bytes body)
{
    struct bytes nid = ID_BYTES(*room_state_home(s));
    uint8_t hash[NAMES_H32_SIZE];
    struct room_id room = s->room;

    TRY(names_h32(HASH_PARTS(HASH_LABEL, nid, body), hash));
    if (s->version == 1)
        TRY(hash_sha256(HASH_PARTS(ID_LABEL, nid, body), room.b));
    memcpy(s->hash, hash, sizeof hash);
    s->room = room;
    return OK;
}

static struct err sign(struct room_state *s, struct bytes label, const struct sign_private *key,
                       struct buf *out)
{
    size_t before = out->n;
    struct bytes all;
    struct err err = OK;

    if (!is_sound(s))
        return FAIL(E_MALFORMED);
    write_body(s, out);
    TRY_OUT(signed_append(label, room_state_home(s), out, before, key));
    all = buf_view(out);
    TRY_OUT(name(s, bytes(&all.at[before], all.n - before - SIGN_SIZE)));
out:
    if (err.code != E_OK)
        buf_cut(out, before);
    return err;
}

struct err room_state_sign(struct room_state *s, const struct sign_private *dsk, struct buf *out)
{
    if (room_state_is_successor(s))
        return FAIL(E_MALFORMED);
    return sign(s, LABEL, dsk, out);
}

struct err room_state_sign_successor(struct room_state *s, const struct sign_private *directory,
                                     struct buf *out)
{
    if (!room_state_is_successor(s))
        return FAIL(E_MALFORMED);
    return sign(s, SUCCESSOR_LABEL, directory, out);
}

/* ---- reading */

static void read_head(struct reader *r, struct room_state *s)
{
    reader_require(r, reader_u8(r) == VERSION, E_MALFORMED);
    reader_copy(r, s->room.b, sizeof s->room.b);
    s->version = reader_u32(r);
    reader_copy(r, s->previous, sizeof s->previous);
    s->made_ms = reader_u64(r);
    reader_copy(r, s->signer.nid.b, sizeof s->signer.nid.b);
    reader_copy(r, s->signer.aid.b, sizeof s->signer.aid.b);
    reader_copy(r, s->signer.did.b, sizeof s->signer.did.b);
    s->networks = reader_u8(r);
    reader_require(r, s->networks <= ROOM_STATE_NETWORKS_MAX, E_MALFORMED);
    for (size_t i = 0; r->failed == E_OK && i < s->networks; i++)
        reader_copy(r, s->network[i].b, sizeof s->network[i].b);
    s->home = reader_u8(r);
}

static struct err read_members(struct reader *r, struct arena *a, struct room_state *s)
{
    size_t n = reader_u16(r);
    struct room_member *at;

    reader_require(r, n <= ROOM_STATE_MEMBERS_MAX, E_MALFORMED);
    if (r->failed != E_OK)
        return OK; /* reader_end() tells */
    at = ARENA_ARRAY(a, n, struct room_member);
    if (at == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < n; i++) {
        at[i].network = reader_u8(r);
        reader_copy(r, at[i].aid.b, sizeof at[i].aid.b);
        at[i].role = (enum room_role)reader_u8(r);
        at[i].since = reader_u32(r);
    }
    s->member = at;
    s->members = n;
    return OK;
}

static void read_rules(struct reader *r, struct room_state *s)
{
    s->ttl_s = reader_u32(r);
    s->burn_s = reader_u32(r);
    s->posting = (enum room_posting)reader_u8(r);
    reader_require(r, reader_u8(r) == HISTORY, E_MALFORMED);
    reader_require(r, reader_u8(r) == KX, E_MALFORMED);
    s->name_box = reader_take(r, reader_u8(r));
}

struct err room_state_parse(struct bytes in, struct arena *a, struct room_state *out)
{
    struct reader r = reader(in);
    struct room_state s = {.version = 0};
    struct signed_parts parts;

    read_head(&r, &s);
    TRY(read_members(&r, a, &s));
    read_rules(&r, &s);
    parts = signed_read(in, &r);
    TRY(reader_end(&r));
    if (!is_sound(&s))
        return FAIL(E_MALFORMED);
    if (s.version == 1)
        memcpy(s.seed, s.room.b, sizeof s.seed);
    TRY(arena_copy(a, s.name_box, &s.name_box));
    TRY(name(&s, parts.body));
    *out = s;
    return OK;
}

struct err room_state_verify(struct bytes in, const struct room_state *s, const struct point *key)
{
    struct bytes label = room_state_is_successor(s) ? SUCCESSOR_LABEL : LABEL;
    size_t body;

    invariant(in.n > SIGN_SIZE);
    body = in.n - SIGN_SIZE;
    return signed_verify(label, room_state_home(s),
                         (struct signed_parts){bytes(in.at, body), bytes(&in.at[body], SIGN_SIZE)},
                         key);
}
