/* SPDX-License-Identifier: Apache-2.0 */
/* db: hands each call to the driver, and keeps the one rule that no driver can be trusted with:
 * when a transaction is gone, nothing that was meant for it runs outside it. */
#include "storage/driver.h"

#define DEPTH_MAX (1 + DB_DEPTH_MAX)

/* One name does for all depths: the innermost savepoint of a name is the one that is meant. */
static const char SAVEPOINT[] = "SAVEPOINT nested";
static const char RELEASE[] = "RELEASE SAVEPOINT nested";
static const char ROLLBACK_TO[] = "ROLLBACK TO SAVEPOINT nested";

/* Still open, it must never be taken for the next one. */
static void end_transaction(struct db *db)
{
    struct err err = OK;

    if (db->driver->in_transaction(db))
        err = db->driver->run(db, "ROLLBACK", NULL, 0, NULL);
    db->lost = !db->driver->in_transaction(db) ? E_OK : err.code == E_OK ? E_IO : err.code;
}

static struct err ready(struct db *db)
{
    if (db->broken)
        return FAIL(E_IO);
    if (db->depth == 0 && db->lost != E_OK) /* it could not be rolled back, for want of memory */
        end_transaction(db);
    return db->lost == E_OK ? OK : FAIL(db->lost);
}

/* What a driver's call came to; notes when it took the transaction with it. */
static struct err noted(struct db *db, struct err err)
{
    db->full = db->full || err.code == E_FULL;
    if (db->lost == E_OK && (db->depth > 0) != db->driver->in_transaction(db))
        db->lost = err.code == E_OK ? E_IO : err.code;
    return err.code == E_OK ? ready(db) : err;
}

struct err db_run(struct db *db, const char *sql, const struct db_value *values, size_t n,
                  uint64_t *changed)
{
    TRY(ready(db));
    return noted(db, db->driver->run(db, sql, values, n, changed));
}

struct err db_script(struct db *db, const char *sql)
{
    TRY(ready(db));
    return noted(db, db->driver->script(db, sql));
}

struct err db_begin_query(struct db *db, const char *sql, const struct db_value *values, size_t n,
                          struct db_query **out)
{
    TRY(ready(db));
    return db->driver->begin_query(db, sql, values, n, out);
}

struct err db_next(struct db_query *q, bool *more)
{
    struct err err;

    *more = false;
    TRY(ready(q->db));
    err = noted(q->db, q->db->driver->next(q, more));
    if (err.code != E_OK)
        *more = false;
    return err;
}

int64_t db_number(struct db_query *q, int column)
{
    return q->db->driver->column(q, column).number;
}

struct bytes db_bytes(struct db_query *q, int column)
{
    return q->db->driver->column(q, column).bytes;
}

bool db_is_null(struct db_query *q, int column)
{
    return q->db->driver->column(q, column).kind == DB_NULL;
}

void db_end_query(struct db_query *q)
{
    if (q != NULL)
        q->db->driver->end_query(q);
}

struct err db_begin(struct db *db)
{
    unsigned depth = db->depth + 1;
    struct err err;

    if (depth > DEPTH_MAX)
        return FAIL(E_LIMIT);
    TRY(ready(db));
    err = db->driver->run(db, depth == 1 ? db->driver->begin_sql : SAVEPOINT, NULL, 0, NULL);
    if (err.code == E_OK)
        db->depth = depth;
    return noted(db, err);
}

struct err db_commit(struct db *db)
{
    const char *sql = db->depth == 1 ? "COMMIT" : RELEASE;
    struct err err = ready(db);

    invariant(db->depth > 0);
    if (err.code == E_OK) {
        err = db->driver->run(db, sql, NULL, 0, NULL);
        db->broken = db->broken || (db->depth == 1 && err.code == E_IO);
    }
    if (err.code == E_OK) {
        db->depth--;
        return noted(db, err);
    }
    err = noted(db, err);
    db_rollback(db);
    return err;
}

static struct err roll_back_savepoint(struct db *db)
{
    TRY(ready(db));
    TRY(db->driver->run(db, ROLLBACK_TO, NULL, 0, NULL));
    return db->driver->run(db, RELEASE, NULL, 0, NULL);
}

void db_rollback(struct db *db)
{
    unsigned depth = db->depth;

    if (depth == 0)
        return;
    db->depth = depth - 1;
    if (depth > 1) {
        db->lost = roll_back_savepoint(db).code;
        return;
    }
    end_transaction(db);
}

enum err_code db_trouble(struct db *db)
{
    bool full = db->full;

    db->full = false;
    return db->broken ? E_IO : full ? E_FULL : E_OK;
}

uint64_t db_changes(struct db *db)
{
    return db->driver->changes(db);
}

int64_t db_inserted(struct db *db)
{
    return db->driver->inserted(db);
}

struct err db_copy_begin(struct db *db, uint64_t *size)
{
    struct err err;

    invariant(db->depth == 0);
    if (db->copying)
        return FAIL(E_CONFLICT);
    TRY(ready(db));
    err = noted(db, db->driver->copy_begin(db, size));
    db->copying = err.code == E_OK;
    return err;
}

struct err db_copy_read(struct db *db, uint64_t at, uint8_t *out, size_t n)
{
    invariant(db->copying);
    if (db->broken)
        return FAIL(E_IO);
    return db->driver->copy_read(db, at, out, n);
}

void db_copy_end(struct db *db)
{
    db->copying = false;
}

struct err db_spare(struct db *db, uint64_t *bytes)
{
    *bytes = 0;
    TRY(ready(db));
    return db->driver->spare(db, bytes);
}

struct err db_hold_log(struct db *db, uint64_t bytes)
{
    invariant(db->depth == 0);
    if (db->copying)
        return FAIL(E_CONFLICT);
    TRY(ready(db));
    return noted(db, db->driver->hold_log(db, bytes));
}

struct err db_empty_log(struct db *db)
{
    struct err err;

    invariant(db->depth == 0);
    if (db->copying)
        return FAIL(E_CONFLICT);
    TRY(ready(db));
    err = db->driver->empty_log(db);
    /* What was written may be gone, and the system says so only once. */
    db->broken = db->broken || err.code == E_IO;
    return noted(db, err);
}

void db_close(struct db *db)
{
    if (db != NULL)
        db->driver->close(db);
}

static struct err copy_row(struct db_query *q, struct arena *a, struct db_value *out,
                           size_t columns)
{
    for (size_t i = 0; i < columns; i++) {
        out[i] = q->db->driver->column(q, (int)i);
        if (out[i].kind == DB_BYTES)
            TRY(arena_copy(a, out[i].bytes, &out[i].bytes));
    }
    return OK;
}

struct err db_one(struct db *db, struct arena *a, const char *sql, const struct db_value *values,
                  size_t n, struct db_value *out, size_t columns)
{
    struct err err = OK;
    struct db_query *q = NULL;
    bool more = false;

    TRY_OUT(db_begin_query(db, sql, values, n, &q));
    TRY_OUT(db_next(q, &more));
    if (!more) {
        err = FAIL(E_ABSENT);
        goto out;
    }
    TRY_OUT(copy_row(q, a, out, columns));
    /* A change that gives its row back is done only when it was read to its end. */
    TRY_OUT(db_next(q, &more));
out:
    db_end_query(q);
    for (size_t i = 0; err.code != E_OK && i < columns; i++)
        out[i] = DB_NULL_OF();
    return err;
}
