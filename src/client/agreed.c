/* SPDX-License-Identifier: Apache-2.0 */
#include "client/agreed.h"

#include "base/reader.h"
#include "client/deletions.h"
#include "client/engine_internal.h"
#include "client/nicknames.h"
#include "client/receipts.h"
#include "client/registers.h"
#include "client/streams.h"

#define ARENA_MAX (16 * 1024 + 4 * SHARED_VALUE_MAX)
#define MARK_SIZE 8

static const struct bytes NOTHING = {NULL, 0};
static const uint8_t ON[] = {1};

struct err agreed_put(struct engine *e, uint8_t kind, struct bytes key, struct bytes value)
{
    sharing_soon(e);
    return registers_set(e->vault, &e->own.me.who.did, e->now_ms, kind, key, value);
}

struct err agreed_turn(struct engine *e, uint8_t kind, struct bytes key, bool on)
{
    return agreed_put(e, kind, key, on ? BYTES(ON) : NOTHING);
}

bool agreed_says_on(struct bytes value)
{
    return bytes_same(value, BYTES(ON));
}

struct err agreed_is_on(struct vault *v, uint8_t kind, struct bytes key, bool *is)
{
    struct arena a = ARENA(ARENA_MAX);
    struct bytes value;
    struct err err = registers_get(v, kind, key, &a, &value);

    *is = err.code == E_OK && agreed_says_on(value);
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

static void write_u64(uint64_t n, uint8_t out[8])
{
    for (size_t i = 0; i < 8; i++)
        out[i] = (uint8_t)(n >> (56 - 8 * i));
}

/* A register that is a number; 0: nobody put one there, or it is none. */
static struct err get_u64(struct vault *v, uint8_t kind, struct bytes key, uint64_t *out)
{
    struct arena a = ARENA(ARENA_MAX);
    struct bytes value;
    struct err err = registers_get(v, kind, key, &a, &value);

    *out = 0;
    if (err.code == E_OK) {
        struct reader r = reader(value);
        uint64_t n = reader_u64(&r);

        *out = reader_end(&r).code == E_OK ? n : 0;
    }
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

/* ---- whom I verified: the root key that was compared, and the account's list at that time */

static struct err newest_version(struct engine *e, const struct account_id *aid, uint32_t *out)
{
    struct device_list list;
    struct err err = people_newest_list(e->vault, &e->own, aid, &list);

    *out = err.code == E_OK ? list.version : 0;
    return err.code == E_ABSENT ? OK : err;
}

/* Did the account lose all its devices since?  Of the lists that are here: how many there may have
 * been is for others to say.  [PROTOCOL 15.6] */
static struct err was_recovered(struct engine *e, const struct account_id *aid, uint32_t since,
                                bool *was)
{
    struct err err = OK;
    uint64_t version = since;

    for (*was = false; err.code == E_OK && !*was;) {
        struct arena a = ARENA(2 * DEVICE_LIST_MAX_SIZE);
        struct device_list list;
        struct bytes statement;

        err =
            vault_next(e->vault, VAULT_LIST, ID_BYTES(*aid), version + 1, &a, &version, &statement);
        if (err.code == E_OK)
            err = device_list_parse(statement, &e->own.nid, &list);
        *was = err.code == E_OK && device_list_is_recovered(&list);
        arena_free(&a);
    }
    return err.code == E_ABSENT ? OK : err;
}

static struct err is_verified(struct engine *e, const struct contact *c, bool *is)
{
    struct err err = OK;
    struct arena a = ARENA(ARENA_MAX);
    struct bytes value, ark;
    struct reader r;
    uint32_t version;

    *is = false;
    TRY_OUT(registers_get(e->vault, REGISTERS_VERIFIED, ID_BYTES(c->aid), &a, &value));
    r = reader(value);
    ark = reader_take(&r, sizeof c->ark.b);
    version = reader_u32(&r);
    if (reader_end(&r).code != E_OK || !bytes_same(ark, BYTES(c->ark.b)))
        goto out;
    TRY_OUT(was_recovered(e, &c->aid, version, is));
    *is = !*is;
out:
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

static struct err put_verified(struct engine *e, const struct contact *c)
{
    struct err err = OK;
    struct buf b = BUF(128);
    uint32_t version;
    struct bytes value;

    TRY_OUT(newest_version(e, &c->aid, &version));
    buf_bytes(&b, BYTES(c->ark.b));
    buf_u32(&b, version);
    TRY_OUT(buf_end(&b, &value));
    TRY_OUT(agreed_put(e, REGISTERS_VERIFIED, ID_BYTES(c->aid), value));
out:
    buf_free(&b);
    return err;
}

struct err agreed_confirm(struct engine *e, struct contact *c)
{
    TRY(put_verified(e, c));
    c->verified = true;
    return people_put(e->vault, c);
}

static struct err follow_verification(struct engine *e, struct contact *c)
{
    bool is;

    TRY(is_verified(e, c, &is));
    if (is == c->verified)
        return OK;
    c->verified = is;
    return people_put(e->vault, c);
}

/* ---- that a handle is another account now */

struct err agreed_accept(struct engine *e, struct contact *c)
{
    struct err err;
    struct arena a = ARENA(ARENA_MAX);
    const char *name = NULL;

    err = nicknames_get(e->vault, c, &a, &name);
    if (err.code == E_OK || err.code == E_ABSENT)
        err = people_accept(e->vault, c);
    if (err.code == E_OK)
        err = agreed_put(e, REGISTERS_CONTACT, bytes_text(c->handle), ID_BYTES(c->aid));
    if (err.code == E_OK && name != NULL) /* it was the person's, not the key's */
        err = agreed_put(e, REGISTERS_NICKNAME, ID_BYTES(c->aid), bytes_text(name));
    arena_free(&a);
    return err;
}

/* The person accepted this account on another device: is it the one that the network names here?
 * If nothing is known of a change, the network is asked. */
static struct err follow_account(struct engine *e, struct contact *c)
{
    struct err err = OK;
    struct arena a = ARENA(ARENA_MAX);
    struct bytes aid;

    TRY_OUT(registers_get(e->vault, REGISTERS_CONTACT, bytes_text(c->handle), &a, &aid));
    if (aid.n != sizeof c->aid.b || bytes_same(aid, ID_BYTES(c->aid)))
        goto out;
    if (!c->changed)
        TRY_OUT(lookups_handle(e, bytes_text(c->handle)));
    if (!c->changed || !bytes_same(aid, ID_BYTES(c->other)))
        goto out;
    err = people_accept(e->vault, c);
    if (err.code == E_CONFLICT) /* it has another handle here */
        err = OK;
    TRY_OUT(err);
    e->accepted = true;
    sharing_now(e);
out:
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

/* ---- read marks */

struct err agreed_read_up_to(struct vault *v, const struct room_id *room,
                             const struct device_id *did, uint64_t *mark)
{
    uint8_t key[STREAMS_KEY_SIZE];

    return get_u64(v, REGISTERS_READ, streams_key(room, did, key), mark);
}

struct err agreed_is_read(struct vault *v, const struct core *core, bool *is)
{
    uint64_t mark;

    TRY(agreed_read_up_to(v, &core->room, &core->sender.did, &mark));
    *is = core->seq <= mark;
    return OK;
}

/* From a mark on, up to where nothing is missing here and nothing unread?  A device that was added
 * cannot know that of what was before it. */
static struct err read_up_to(struct engine *e, const struct room_id *room,
                             const struct device_id *did, uint64_t mark, uint64_t *out)
{
    struct arena a = ARENA(4 * VAULT_VALUE_MAX);
    struct stream s;
    struct message m;
    struct err err;

    *out = mark;
    TRY(streams_get(e->vault, room, did, &s));
    if (s.highest <= mark || (e->own.added && mark + 1 < s.baseline))
        return OK;
    *out = s.highest;
    for (size_t i = 0; i < s.missing.n; i++)
        if (s.missing.at[i].last > mark && s.missing.at[i].first <= *out)
            *out = s.missing.at[i].first > mark ? s.missing.at[i].first - 1 : mark;
    err = messages_next_unread_of(e->vault, room, did, mark + 1, &a, &m);
    if (err.code == E_OK && m.seq <= *out)
        *out = m.seq - 1;
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

struct err agreed_raise(struct engine *e, const struct room_id *room, const struct device_id *did)
{
    uint8_t key[STREAMS_KEY_SIZE], value[MARK_SIZE];
    uint64_t had, mark;

    TRY(agreed_read_up_to(e->vault, room, did, &had));
    TRY(read_up_to(e, room, did, had, &mark));
    if (mark <= had)
        return OK;
    write_u64(mark, value);
    (void)streams_key(room, did, key);
    TRY(agreed_put(e, REGISTERS_READ, BYTES(key), BYTES(value)));
    return receipts_read(e, room, did);
}

/* Another device read up to there; what this one has read behind it counts from now on. */
static struct err follow_mark(struct engine *e, const struct shared_change *c)
{
    struct err err = OK;
    struct arena a = ARENA(4 * VAULT_VALUE_MAX);
    struct reader r = reader(c->key);
    struct room_id room;
    struct device_id did;
    uint64_t mark;

    reader_copy(&r, room.b, sizeof room.b);
    reader_copy(&r, did.b, sizeof did.b);
    if (reader_end(&r).code != E_OK)
        return OK;
    TRY(get_u64(e->vault, REGISTERS_READ, c->key, &mark));
    for (;;) {
        struct message m;

        arena_free(&a);
        err = messages_next_unread_of(e->vault, &room, &did, 0, &a, &m);
        if (err.code != E_OK || m.seq > mark)
            break;
        err = messages_mark_read(e->vault, &m);
        if (err.code == E_OK)
            err = ending_read(e, &m, c->stamp_ms);
        if (err.code != E_OK)
            break;
    }
    arena_free(&a);
    if (err.code != E_ABSENT)
        TRY(err);
    TRY(receipts_read(e, &room, &did));
    return agreed_raise(e, &room, &did);
}

/* ---- whom I do not want to hear of */

struct err agreed_is_blocked(struct vault *v, const struct account_id *aid, bool *is)
{
    return agreed_is_on(v, REGISTERS_BLOCKED, ID_BYTES(*aid), is);
}

struct err agreed_is_pinned(struct vault *v, const struct room_id *room, bool *is)
{
    return agreed_is_on(v, REGISTERS_PINNED, ID_BYTES(*room), is);
}

struct err agreed_muted(struct vault *v, const struct room_id *room, uint64_t *until_ms)
{
    return get_u64(v, REGISTERS_MUTED, ID_BYTES(*room), until_ms);
}

/* ---- what was heard, and learned */

static struct err follow_contact(struct engine *e, const struct shared_change *c)
{
    struct contact who;
    struct account_id aid;
    struct err err;

    if (c->kind == REGISTERS_CONTACT) {
        err = people_by_handle(e->vault, c->key, &who);
    } else {
        if (c->key.n != sizeof aid.b)
            return OK;
        memcpy(aid.b, c->key.at, sizeof aid.b);
        err = people_by_account(e->vault, &aid, &who);
    }
    if (err.code == E_ABSENT || (err.code == E_OK && !who.known))
        return OK; /* agreed_learned() */
    TRY(err);
    if (c->kind == REGISTERS_CONTACT)
        TRY(follow_account(e, &who));
    return follow_verification(e, &who);
}

struct err agreed_apply(struct engine *e, const struct shared_change *c)
{
    switch (c->kind) {
    case REGISTERS_READ:
        return follow_mark(e, c);
    case REGISTERS_VERIFIED:
    case REGISTERS_CONTACT:
        return follow_contact(e, c);
    case REGISTERS_DELETED:
        return deletions_follow(e, c);
    case REGISTERS_RECEIPTS:
        return receipts_follow(e);
    default: /* it is looked at where it is shown */
        return OK;
    }
}

/* A name that was given before it was known whose account it is. */
static struct err move_name(struct engine *e, const struct contact *c)
{
    struct arena a = ARENA(ARENA_MAX);
    struct contact unknown = *c;
    const char *name;
    struct bytes there;
    struct err err;

    unknown.known = false;
    err = nicknames_get(e->vault, &unknown, &a, &name);
    if (err.code == E_OK) {
        err = registers_get(e->vault, REGISTERS_NICKNAME, ID_BYTES(c->aid), &a, &there);
        if (err.code == E_ABSENT)
            err = agreed_put(e, REGISTERS_NICKNAME, ID_BYTES(c->aid), bytes_text(name));
        if (err.code == E_OK)
            err = vault_erase(e->vault, VAULT_NICKNAME, NOTHING, c->number);
    }
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

struct err agreed_learned(struct engine *e, struct contact *c)
{
    if (!c->known || people_is_me(&e->own, c))
        return OK;
    TRY(move_name(e, c));
    TRY(follow_account(e, c));
    return follow_verification(e, c);
}

/* ---- a vault from before */

static struct err take_over(struct engine *e)
{
    struct contact c = {.number = 0};
    struct err err;

    while ((err = people_next(e->vault, c.number, &c)).code == E_OK) {
        if (!c.known)
            continue;
        TRY(move_name(e, &c));
        if (c.verified)
            TRY(put_verified(e, &c));
    }
    if (err.code != E_ABSENT)
        return err;
    return vault_counter_set(e->vault, VAULT_SHARED, 1);
}

struct err agreed_begin(struct engine *e)
{
    struct err err;
    uint64_t done;

    TRY(vault_counter_get(e->vault, VAULT_SHARED, &done));
    if (done != 0)
        return OK;
    TRY(vault_begin(e->vault));
    err = vault_end(e->vault, take_over(e));
    return err.code == E_FULL ? OK : err; /* what is kept can be read; next time */
}
