/* SPDX-License-Identifier: Apache-2.0 */
#include "client/roomlog.h"

#include "base/reader.h"
#include "client/registers.h"

#define RECORD_SIZE  (32 + 1 + 1 + 4 + 8)
#define STEP_MAX     (4 + ROOM_STATE_MAX_SIZE + ROOM_COMMIT_SIZE)
#define RECORD_ARENA 1024

static const struct bytes NO_KEY = {NULL, 0};

/* ---- the room */

static struct err parse(struct bytes in, uint64_t number, struct room *out)
{
    struct reader r = reader(in);
    struct room room = {.number = number};

    reader_copy(&r, room.id.b, sizeof room.id.b);
    room.standing = (enum roomlog_standing)reader_u8(&r);
    reader_require(&r, room.standing >= ROOMLOG_MAKING && room.standing <= ROOMLOG_COPIES,
                   E_MALFORMED);
    room.deleted = reader_u8(&r) != 0;
    room.version = reader_u32(&r);
    room.asked_ms = reader_u64(&r);
    TRY(reader_end(&r));
    *out = room;
    return OK;
}

struct err roomlog_put(struct vault *v, const struct room *r)
{
    struct err err = OK;
    struct buf b = BUF(RECORD_SIZE);
    struct bytes value;

    buf_bytes(&b, ID_BYTES(r->id));
    buf_u8(&b, (uint8_t)r->standing);
    buf_u8(&b, r->deleted);
    buf_u32(&b, r->version);
    buf_u64(&b, r->asked_ms);
    TRY_OUT(buf_end(&b, &value));
    TRY_OUT(vault_put(v, VAULT_ROOM, NO_KEY, r->number, value));
out:
    buf_free(&b);
    return err;
}

struct err roomlog_add(struct vault *v, struct room *r)
{
    struct err err = OK;
    struct buf b = BUF(8);

    TRY_OUT(vault_count(v, VAULT_NEXT_CONTACT, &r->number));
    buf_u64(&b, r->number);
    TRY_OUT(vault_put(v, VAULT_ROOM_ID, ID_BYTES(r->id), 0, buf_view(&b)));
    TRY_OUT(roomlog_put(v, r));
out:
    buf_free(&b);
    return err;
}

struct err roomlog_get(struct vault *v, uint64_t number, struct room *out)
{
    struct err err = OK;
    struct arena a = ARENA(RECORD_ARENA);
    struct bytes value;

    TRY_OUT(vault_get(v, VAULT_ROOM, NO_KEY, number, &a, &value));
    TRY_OUT(parse(value, number, out));
out:
    arena_free(&a);
    return err;
}

struct err roomlog_find(struct vault *v, const struct room_id *id, struct room *out)
{
    struct err err = OK;
    struct arena a = ARENA(RECORD_ARENA);
    struct bytes value;
    struct reader r;
    uint64_t number;

    TRY_OUT(vault_get(v, VAULT_ROOM_ID, ID_BYTES(*id), 0, &a, &value));
    r = reader(value);
    number = reader_u64(&r);
    TRY_OUT(reader_end(&r));
    TRY_OUT(roomlog_get(v, number, out));
out:
    arena_free(&a);
    return err;
}

struct err roomlog_next(struct vault *v, uint64_t after, struct room *out)
{
    struct err err = OK;
    struct arena a = ARENA(RECORD_ARENA);
    struct bytes value;
    uint64_t number;

    TRY_OUT(vault_next(v, VAULT_ROOM, NO_KEY, after + 1, &a, &number, &value));
    TRY_OUT(parse(value, number, out));
out:
    arena_free(&a);
    return err;
}

/* ---- its states */

struct err roomlog_step(struct vault *v, const struct room_id *id, uint32_t version,
                        struct arena *a, struct roomlog_step *out)
{
    struct bytes value;
    struct reader r;

    TRY(vault_get(v, VAULT_ROOM_STATE, ID_BYTES(*id), version, a, &value));
    r = reader(value);
    out->statement = reader_block(&r, ROOM_STATE_MAX_SIZE);
    out->commitment = reader_rest(&r);
    TRY(room_state_parse(out->statement, a, &out->state));
    return room_commit_parse(out->commitment, &out->commit);
}

struct err roomlog_newest(struct vault *v, const struct room *r, struct arena *a,
                          struct roomlog_step *out)
{
    return r->version == 0 ? FAIL(E_ABSENT) : roomlog_step(v, &r->id, r->version, a, out);
}

struct err roomlog_put_step(struct vault *v, const struct room_state *s, struct bytes statement,
                            struct bytes commit)
{
    struct err err = OK;
    struct buf b = BUF(STEP_MAX);
    struct bytes value;
    size_t opened = buf_open(&b);

    buf_bytes(&b, statement);
    buf_close(&b, opened);
    buf_bytes(&b, commit);
    TRY_OUT(buf_end(&b, &value));
    TRY_OUT(vault_put(v, VAULT_ROOM_STATE, ID_BYTES(s->room), s->version, value));
out:
    buf_free(&b);
    return err;
}

/* ---- beside them */

/* Is it what the newest state says?  Of one that is being made nobody else says anything. */
static struct err fits_newest(struct vault *v, const struct room_id *id, struct bytes content,
                              struct arena *a, bool *fits)
{
    struct roomlog_step newest;
    struct room r;

    *fits = true;
    TRY(roomlog_find(v, id, &r));
    if (r.version == 0)
        return OK;
    TRY(roomlog_newest(v, &r, a, &newest));
    return about_fits(room_state_home(&newest.state), content, newest.state.name_box, fits);
}

/* What this device was told itself, or else another one of the account. */
struct err roomlog_about(struct vault *v, const struct room_id *id, struct arena *a,
                         struct about *out, struct bytes *content)
{
    struct err err = vault_get(v, VAULT_ROOM_ABOUT, ID_BYTES(*id), 0, a, content);
    bool fits = false;

    if (err.code == E_OK)
        TRY(fits_newest(v, id, *content, a, &fits));
    else if (err.code != E_ABSENT)
        return err;
    if (!fits) {
        TRY(registers_get(v, REGISTERS_ROOM, ID_BYTES(*id), a, content));
        TRY(fits_newest(v, id, *content, a, &fits));
    }
    return fits ? about_parse(*content, out) : FAIL(E_ABSENT);
}

struct err roomlog_called(struct vault *v, const struct room_id *id, struct arena *a,
                          struct about *out)
{
    struct bytes content;
    struct err err = roomlog_about(v, id, a, out, &content);

    if (err.code != E_ABSENT)
        return err;
    TRY(vault_get(v, VAULT_ROOM_ABOUT, ID_BYTES(*id), 0, a, &content));
    return about_parse(content, out);
}

struct err roomlog_put_about(struct vault *v, const struct room_id *id, struct bytes content,
                             const struct device_id *me, uint64_t now_ms)
{
    TRY(vault_put(v, VAULT_ROOM_ABOUT, ID_BYTES(*id), 0, content));
    return registers_set(v, me, now_ms, REGISTERS_ROOM, ID_BYTES(*id), content);
}

struct err roomlog_voice(struct vault *v, const struct device_id *did, struct account_id *out)
{
    struct err err = OK;
    struct arena a = ARENA(RECORD_ARENA);
    struct bytes value;
    struct reader r;

    TRY_OUT(vault_get(v, VAULT_ROOM_VOICE, ID_BYTES(*did), 0, &a, &value));
    r = reader(value);
    reader_copy(&r, out->b, sizeof out->b);
    TRY_OUT(reader_end(&r));
out:
    arena_free(&a);
    return err;
}

struct err roomlog_put_voice(struct vault *v, const struct device_id *did,
                             const struct account_id *aid)
{
    return vault_put(v, VAULT_ROOM_VOICE, ID_BYTES(*did), 0, ID_BYTES(*aid));
}
