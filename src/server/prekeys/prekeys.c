/* SPDX-License-Identifier: Apache-2.0 */
#include "server/prekeys/prekeys.h"

static const char NEWEST[] =
    "SELECT statement FROM prekey WHERE device = $1 AND superseded_ms IS NULL";
static const char SUPERSEDE[] =
    "UPDATE prekey SET superseded_ms = $2 WHERE device = $1 AND superseded_ms IS NULL";
static const char PRUNE[] = "DELETE FROM prekey WHERE device = $1 AND superseded_ms < $2";
static const char COUNT[] = "SELECT count(*) FROM prekey WHERE device = $1";
static const char INSERT[] =
    "INSERT INTO prekey (device, number, expires_ms, statement, kem) VALUES ($1, $2, $3, $4, $5)";
static const char FORGET[] = "DELETE FROM prekey WHERE device = $1";

#define USABLE                                           \
    " FROM prekey WHERE device = $1 AND expires_ms > $4" \
    " AND (superseded_ms IS NULL OR superseded_ms >= $3) AND "
static const char USABLE_NUMBER[] = "SELECT 1" USABLE "number = $2";
static const char USABLE_LOW16[] = "SELECT 1" USABLE "number % 65536 = $2";
static const char USABLE_KEM[] = "SELECT kem" USABLE "number = $2";

struct err prekeys_newest(struct db *db, struct arena *a, uint64_t device, struct bytes *statement,
                          struct prekey *out)
{
    struct db_value v;

    TRY(db_one(db, a, NEWEST, DB_VALUES(DB_NUMBER_OF(device)), &v, 1));
    TRY(prekey_parse(v.bytes, out));
    *statement = v.bytes;
    return OK;
}

/* What it claims about its device, once its signature is known to be right. */
static struct err check_claims(struct db *db, const struct networks *n, struct arena *a,
                               const struct device *d, const struct prekey *p)
{
    struct device_list *current;

    if (!ID_SAME(p->did, d->did))
        return FAIL(E_FORGED);
    TRY(devices_list(db, n, a, d->account, &current));
    if (p->list_version != current->version ||
        !bytes_same(BYTES(p->list_hash), BYTES(current->hash)))
        return FAIL(E_STALE);
    return OK;
}

static struct err store(struct db *db, struct arena *a, const struct device *d,
                        const struct prekey *p, struct bytes statement, struct bytes kem,
                        uint64_t now_ms)
{
    uint64_t pass_ms = clock_since(now_ms, PREKEY_ROTATION_MS);
    struct db_value kept;

    TRY(db_run(db, PRUNE, DB_VALUES(DB_NUMBER_OF(d->row), DB_NUMBER_OF(pass_ms)), NULL));
    TRY(db_one(db, a, COUNT, DB_VALUES(DB_NUMBER_OF(d->row)), &kept, 1));
    if (kept.number >= PREKEYS_KEPT_MAX)
        return FAIL(E_AGAIN);
    TRY(db_run(db, SUPERSEDE, DB_VALUES(DB_NUMBER_OF(d->row), DB_NUMBER_OF(now_ms)), NULL));
    return db_run(db, INSERT,
                  DB_VALUES(DB_NUMBER_OF(d->row), DB_NUMBER_OF(p->number),
                            DB_NUMBER_OF(clock_add(p->made_ms, PREKEY_LIFE_MS)),
                            DB_BYTES_OF(statement), DB_BYTES_OF(kem)),
                  NULL);
}

struct err prekeys_publish(struct db *db, const struct networks *n, struct arena *a,
                           const struct device *d, struct bytes statement, struct bytes kem,
                           uint64_t now_ms)
{
    struct prekey last, next;
    struct bytes newest = {NULL, 0};
    struct err err = prekeys_newest(db, a, d->row, &newest, &last);

    if (err.code == E_ABSENT)
        last.number = 0;
    else
        TRY(err);
    if (newest.n > 0 && bytes_same(statement, newest))
        return OK; /* its answer was lost */
    TRY(prekey_check(statement, networks_id(n), &d->dsk, now_ms, &next));
    if (next.number <= last.number)
        return FAIL(E_CONFLICT);
    TRY(check_claims(db, n, a, d, &next));
    TRY(prekey_check_kem(&next, kem));
    return store(db, a, d, &next, statement, kem, now_ms);
}

static struct err usable(struct db *db, const char *sql, uint64_t device, uint32_t number,
                         uint64_t now_ms)
{
    struct db_query *q = NULL;
    struct err err = OK;
    bool found = false;

    TRY_OUT(db_begin_query(db, sql,
                           DB_VALUES(DB_NUMBER_OF(device), DB_NUMBER_OF(number),
                                     DB_NUMBER_OF(clock_since(now_ms, PREKEY_ROTATION_MS)),
                                     DB_NUMBER_OF(now_ms)),
                           &q));
    TRY_OUT(db_next(q, &found));
    if (!found)
        err = FAIL(E_STALE);
out:
    db_end_query(q);
    return err;
}

struct err prekeys_usable(struct db *db, uint64_t device, uint32_t number, uint64_t now_ms)
{
    return usable(db, USABLE_NUMBER, device, number, now_ms);
}

struct err prekeys_usable_low16(struct db *db, uint64_t device, uint16_t low16, uint64_t now_ms)
{
    return usable(db, USABLE_LOW16, device, low16, now_ms);
}

struct err prekeys_kem(struct db *db, struct arena *a, uint64_t device, uint32_t number,
                       uint64_t now_ms, struct bytes *kem)
{
    struct db_value v;

    TRY(db_one(db, a, USABLE_KEM,
               DB_VALUES(DB_NUMBER_OF(device), DB_NUMBER_OF(number),
                         DB_NUMBER_OF(clock_since(now_ms, PREKEY_ROTATION_MS)),
                         DB_NUMBER_OF(now_ms)),
               &v, 1));
    *kem = v.bytes;
    return OK;
}

struct err prekeys_valid(struct db *db, uint64_t device, uint64_t now_ms, bool *out)
{
    struct arena a = ARENA(PREKEY_SIZE * 2);
    struct bytes statement;
    struct prekey p;
    struct err err = prekeys_newest(db, &a, device, &statement, &p);

    arena_free(&a);
    if (err.code == E_ABSENT) {
        *out = false;
        return OK;
    }
    TRY(err);
    *out = !prekey_is_expired(&p, now_ms);
    return OK;
}

struct err prekeys_forget(struct db *db, uint64_t device)
{
    return db_run(db, FORGET, DB_VALUES(DB_NUMBER_OF(device)), NULL);
}
