/* SPDX-License-Identifier: Apache-2.0 */
/* [PROTOCOL 15.1, 15.2, 15.4] */
#include "server/linking/linking_internal.h"

static const char OPEN[] =
    "SELECT 1 FROM link_slot WHERE account = $1 AND slot = $2 AND device = $3 AND expires_ms > $4";
static const char CLOSE[] = "DELETE FROM link_slot WHERE account = $1";
static const char INSERT[] =
    "INSERT INTO link_slot (account, slot, device, expires_ms) VALUES ($1, $2, $3, $4)";
static const char LOAD[] = "SELECT account, device, box, came_from, answer FROM link_slot"
                           " WHERE slot = $1 AND expires_ms > $2";
static const char KEEP_BOX[] = "UPDATE link_slot SET box = $2, came_from = $3 WHERE account = $1";
static const char KEEP_ANSWER[] = "UPDATE link_slot SET answer = $2 WHERE account = $1";
static const char EXPIRE[] = "DELETE FROM link_slot WHERE expires_ms <= $1";
static const char FORGET[] = "DELETE FROM link_slot WHERE device = $1";

struct slot {
    uint64_t account, device; /* rows */
    struct bytes box, from, answer;
};

struct err linking_name(struct bytes slot, struct linking_name *out)
{
    if (slot.n != LINKING_SLOT_SIZE)
        return FAIL(E_MALFORMED);
    return hash_sha256(HASH_PARTS(slot), out->b);
}

static struct err load(struct db *db, struct arena *a, struct bytes slot, uint64_t now_ms,
                       struct slot *out)
{
    struct linking_name name;
    struct db_value v[5];

    TRY(linking_name(slot, &name));
    TRY(db_one(db, a, LOAD, DB_VALUES(DB_BYTES_OF(BYTES(name.b)), DB_NUMBER_OF(now_ms)), v, 5));
    *out = (struct slot){.account = (uint64_t)v[0].number,
                         .device = (uint64_t)v[1].number,
                         .box = v[2].bytes,
                         .from = v[3].bytes,
                         .answer = v[4].bytes};
    return OK;
}

/* A slot is of the device that opened it: for others of the account there is none. */
static struct err load_own(struct db *db, struct arena *a, const struct device *me,
                           struct bytes slot, uint64_t now_ms, struct slot *out)
{
    TRY(load(db, a, slot, now_ms, out));
    return out->device == me->row ? OK : FAIL(E_ABSENT);
}

static struct err is_open(struct db *db, const struct device *me, const struct linking_name *name,
                          uint64_t now_ms, bool *out)
{
    struct db_query *q = NULL;
    struct err err = OK;

    TRY_OUT(db_begin_query(db, OPEN,
                           DB_VALUES(DB_NUMBER_OF(me->account), DB_BYTES_OF(BYTES(name->b)),
                                     DB_NUMBER_OF(me->row), DB_NUMBER_OF(now_ms)),
                           &q));
    TRY_OUT(db_next(q, out));
out:
    db_end_query(q);
    return err;
}

struct err linking_open(struct db *db, const struct device *me, struct bytes slot, uint64_t now_ms)
{
    struct linking_name name;
    bool open;

    TRY(linking_name(slot, &name));
    TRY(is_open(db, me, &name, now_ms, &open));
    if (open)
        return OK; /* its answer was lost */
    TRY(db_run(db, CLOSE, DB_VALUES(DB_NUMBER_OF(me->account)), NULL));
    return db_run(db, INSERT,
                  DB_VALUES(DB_NUMBER_OF(me->account), DB_BYTES_OF(BYTES(name.b)),
                            DB_NUMBER_OF(me->row),
                            DB_NUMBER_OF(clock_add(now_ms, LINKING_SLOT_LIFE_MS))),
                  NULL);
}

static struct err check_size(struct bytes x, size_t most)
{
    if (x.n == 0)
        return FAIL(E_MALFORMED);
    return x.n <= most ? OK : FAIL(E_LIMIT);
}

struct err linking_ask(struct db *db, struct arena *a, struct bytes slot, struct bytes box,
                       struct bytes from, uint64_t now_ms, struct bytes *answer)
{
    struct slot s;

    TRY(check_size(box, LINKING_BOX_MOST));
    TRY(load(db, a, slot, now_ms, &s));
    if (s.box.n == 0)
        TRY(db_run(db, KEEP_BOX,
                   DB_VALUES(DB_NUMBER_OF(s.account), DB_BYTES_OF(box), DB_BYTES_OF(from)), NULL));
    else if (!bytes_same(s.box, box))
        return FAIL(E_CONFLICT);
    *answer = s.answer;
    return OK;
}

struct err linking_look(struct db *db, struct arena *a, const struct device *me, struct bytes slot,
                        uint64_t now_ms, struct bytes *box, struct bytes *from)
{
    struct slot s;

    TRY(load_own(db, a, me, slot, now_ms, &s));
    *box = s.box;
    *from = s.from;
    return OK;
}

struct err linking_answer(struct db *db, struct arena *a, const struct device *me,
                          struct bytes slot, struct bytes answer, uint64_t now_ms)
{
    struct slot s;

    TRY(check_size(answer, LINKING_ANSWER_MOST));
    TRY(load_own(db, a, me, slot, now_ms, &s));
    if (s.box.n == 0)
        return FAIL(E_CONFLICT);
    if (s.answer.n > 0)
        return bytes_same(s.answer, answer) ? OK : FAIL(E_CONFLICT);
    return db_run(db, KEEP_ANSWER, DB_VALUES(DB_NUMBER_OF(s.account), DB_BYTES_OF(answer)), NULL);
}

struct err linking_expire(struct db *db, uint64_t now_ms)
{
    struct err err;

    TRY(db_begin(db));
    err = db_run(db, EXPIRE, DB_VALUES(DB_NUMBER_OF(now_ms)), NULL);
    if (err.code != E_OK) {
        db_rollback(db);
        return err;
    }
    return db_commit(db);
}

struct err linking_forget_device(struct db *db, uint64_t device)
{
    return db_run(db, FORGET, DB_VALUES(DB_NUMBER_OF(device)), NULL);
}
