/* SPDX-License-Identifier: Apache-2.0 */
/* [PROTOCOL 13.6] */
#include "server/files/files.h"

#include "crypto/hash.h"

static const char LOAD[] = "SELECT account, size, expires_ms FROM file WHERE name = $1";
static const char USED[] = "SELECT count(*), total(size) FROM file WHERE account = $1";
static const char USED_BY_ALL[] = "SELECT count(*), total(size) FROM file";
static const char INSERT[] =
    "INSERT INTO file (name, account, size, expires_ms) VALUES ($1, $2, $3, $4)";
static const char PROLONG[] = "UPDATE file SET expires_ms = $2 WHERE name = $1";
static const char DELETE[] = "DELETE FROM file WHERE name = $1";
static const char DUE[] =
    "SELECT name FROM file WHERE expires_ms <= $1 ORDER BY expires_ms LIMIT $2";

const struct files_room files_room = {FILES_ACCOUNT_BYTES, FILES_ALL_BYTES};

struct row {
    bool there;
    uint64_t account, size, expires_ms;
};

struct err files_name(struct bytes id, struct blob_name *out)
{
    if (id.n != FILES_ID_SIZE)
        return FAIL(E_MALFORMED);
    return hash_sha256(HASH_PARTS(id), out->b);
}

static struct err load(struct db *db, const struct blob_name *name, struct row *out)
{
    struct db_query *q = NULL;
    struct err err = OK;

    *out = (struct row){.there = false};
    TRY_OUT(db_begin_query(db, LOAD, DB_VALUES(DB_BYTES_OF(BYTES(name->b))), &q));
    TRY_OUT(db_next(q, &out->there));
    if (out->there)
        *out = (struct row){true, (uint64_t)db_number(q, 0), (uint64_t)db_number(q, 1),
                            (uint64_t)db_number(q, 2)};
out:
    db_end_query(q);
    return err;
}

static struct err load_own(struct db *db, const struct device *me, const struct blob_name *name,
                           struct row *out)
{
    TRY(load(db, name, out));
    return out->there && out->account == me->account ? OK : FAIL(E_ABSENT);
}

/* Never earlier than was said before. */
static struct err prolong(struct db *db, const struct blob_name *name, const struct row *row,
                          uint64_t until_ms, uint64_t *expires_ms)
{
    *expires_ms = row->expires_ms;
    if (until_ms <= row->expires_ms)
        return OK;
    *expires_ms = until_ms;
    return db_run(db, PROLONG, DB_VALUES(DB_BYTES_OF(BYTES(name->b)), DB_NUMBER_OF(until_ms)),
                  NULL);
}

/* ---- Room. */

/* Asked when a file is begun only: these read an index of a few bytes for each file. */
static struct err used(struct db *db, const char *sql, const struct db_value *values, size_t n,
                       uint64_t *count, uint64_t *size)
{
    struct db_query *q = NULL;
    struct err err = OK;
    bool more;

    TRY_OUT(db_begin_query(db, sql, values, n, &q));
    TRY_OUT(db_next(q, &more));
    *count = (uint64_t)db_number(q, 0);
    *size = (uint64_t)db_number(q, 1);
out:
    db_end_query(q);
    return err;
}

static struct err check_room(struct db *db, uint64_t account, uint64_t size,
                             const struct files_room *room)
{
    uint64_t count, bytes;

    TRY(used(db, USED, DB_VALUES(DB_NUMBER_OF(account)), &count, &bytes));
    if (count >= FILES_ACCOUNT_COUNT || bytes + size > room->account)
        return FAIL(E_FULL);
    TRY(used(db, USED_BY_ALL, DB_NO_VALUES, &count, &bytes));
    return bytes + size <= room->all ? OK : FAIL(E_FULL);
}

/* ---- */

struct err files_begin(struct db *db, const struct device *me, const struct blob_name *name,
                       uint64_t size, const struct files_room *room, uint64_t now_ms,
                       uint64_t *expires_ms)
{
    uint64_t until_ms = clock_add(now_ms, FILES_BEGUN_MS);
    struct row row;

    if (size < FILES_SIZE_LEAST)
        return FAIL(E_MALFORMED);
    if (size > FILES_SIZE_MOST)
        return FAIL(E_LIMIT);
    TRY(load(db, name, &row));
    if (row.there && (row.account != me->account || row.size != size))
        return FAIL(E_CONFLICT);
    if (row.there)
        return prolong(db, name, &row, until_ms, expires_ms);
    TRY(check_room(db, me->account, size, room));
    *expires_ms = until_ms;
    return db_run(db, INSERT,
                  DB_VALUES(DB_BYTES_OF(BYTES(name->b)), DB_NUMBER_OF(me->account),
                            DB_NUMBER_OF(size), DB_NUMBER_OF(until_ms)),
                  NULL);
}

struct err files_keep(struct db *db, const struct device *me, const struct blob_name *name,
                      uint32_t ttl_s, uint64_t now_ms, uint64_t *expires_ms)
{
    struct row row;

    if (ttl_s == 0 || ttl_s > FILES_KEEP_MOST)
        return FAIL(E_LIMIT);
    TRY(load_own(db, me, name, &row));
    return prolong(db, name, &row, clock_add(now_ms, ttl_s * CLOCK_SECOND_MS), expires_ms);
}

static struct err erase_row(struct db *db, const struct blob_name *name)
{
    return db_run(db, DELETE, DB_VALUES(DB_BYTES_OF(BYTES(name->b))), NULL);
}

struct err files_drop(struct db *db, const struct device *me, const struct blob_name *name)
{
    struct row row;

    TRY(load(db, name, &row));
    if (!row.there)
        return OK;
    return row.account == me->account ? erase_row(db, name) : FAIL(E_DENIED);
}

/* ---- What goes. */

static struct err read_due(struct db *db, uint64_t now_ms, struct blob_name *out, size_t *n)
{
    struct db_query *q = NULL;
    struct err err = OK;
    bool more = false;

    TRY_OUT(db_begin_query(db, DUE,
                           DB_VALUES(DB_NUMBER_OF(now_ms), DB_NUMBER_OF(FILES_EXPIRE_MOST)), &q));
    TRY_OUT(db_next(q, &more));
    while (more) {
        struct bytes name = db_bytes(q, 0);

        if (name.n != BLOB_NAME_SIZE || *n == FILES_EXPIRE_MOST) {
            err = FAIL(E_MALFORMED);
            goto out;
        }
        memcpy(out[(*n)++].b, name.at, BLOB_NAME_SIZE);
        TRY_OUT(db_next(q, &more));
    }
out:
    db_end_query(q);
    return err;
}

static struct err delete_due(struct db *db, uint64_t now_ms, struct blob_name *out, size_t *n)
{
    TRY(read_due(db, now_ms, out, n));
    for (size_t i = 0; i < *n; i++)
        TRY(erase_row(db, &out[i]));
    return OK;
}

struct err files_expire(struct db *db, uint64_t now_ms, struct blob_name out[FILES_EXPIRE_MOST],
                        size_t *n)
{
    struct err err;

    *n = 0;
    TRY(db_begin(db));
    err = delete_due(db, now_ms, out, n);
    if (err.code == E_OK)
        err = db_commit(db);
    else
        db_rollback(db);
    if (err.code != E_OK)
        *n = 0; /* they may still be there, and so must their blobs */
    return err;
}

struct err files_unknown(struct db *db, struct blob_name *names, size_t *n)
{
    size_t kept = 0;

    for (size_t i = 0; i < *n; i++) {
        struct row row;

        TRY(load(db, &names[i], &row));
        if (!row.there)
            names[kept++] = names[i];
    }
    *n = kept;
    return OK;
}
