/* SPDX-License-Identifier: Apache-2.0 */
/*
 * db: the few functions that stand between us and a database.
 *
 * A database is a struct of functions, made by a driver (storage/sqlite).  SQL is written once,
 * with $1..$n as placeholders, bound by name.  One thread at a time uses a db.
 *
 * Values are numbers, bytes or NULL, and bytes are bound as bytes: where SQL means text, it says
 * CAST($1 AS TEXT).
 */
#ifndef TACET_STORAGE_DB_H
#define TACET_STORAGE_DB_H

#include "base/arena.h"
#include "base/bytes.h"
#include "base/err.h"

struct db;
struct db_query;

#define DB_PARAMETERS_MAX 16
#define DB_DEPTH_MAX      4 /* savepoints inside a transaction */

/* One parameter or column. */
enum db_kind { DB_NULL = 1, DB_NUMBER, DB_BYTES };
struct db_value {
    enum db_kind kind;
    int64_t number;
    struct bytes bytes;
};

#define DB_NUMBER_OF(v) ((struct db_value){DB_NUMBER, (int64_t)(v), {NULL, 0}})
#define DB_BYTES_OF(v)  ((struct db_value){DB_BYTES, 0, (v)})
#define DB_NULL_OF()    ((struct db_value){DB_NULL, 0, {NULL, 0}})

/*
 * Run a statement that gives no rows back; `changed` (may be NULL) is how many rows it touched.
 * The SQL text must be a constant that lives as long as the program: drivers keep the prepared
 * statement under its address.
 * E_CONFLICT: a constraint was violated.  E_FULL: the disk is full.  E_NOMEM.  E_LIMIT: a value is
 * larger than the database takes.  E_MALFORMED: the file is damaged.  E_IO: all else.
 */
FALLIBLE db_run(struct db *db, const char *sql, const struct db_value *values, size_t n,
                uint64_t *changed);

/* db_run(db, SQL, DB_VALUES(DB_NUMBER_OF(1), DB_BYTES_OF(x)), NULL) */
#define DB_VALUES(...)                      \
    (const struct db_value[]){__VA_ARGS__}, \
        sizeof((const struct db_value[]){__VA_ARGS__}) / sizeof(struct db_value)
#define DB_NO_VALUES NULL, 0

/* Several statements without values, one after the other; what rows they give is dropped.  They may
 * not begin or end a transaction.  The first error ends it: what ran before stays done, unless the
 * transaction around it is rolled back. */
FALLIBLE db_script(struct db *db, const char *sql);

/* Ask for rows.  Every query that was begun is ended, also after an error from db_next.
 * A query may not be begun twice with the same SQL text before it is ended: E_IO.
 * A change that gives rows back (RETURNING) is read to its end before it is committed. */
FALLIBLE db_begin_query(struct db *db, const char *sql, const struct db_value *values, size_t n,
                        struct db_query **out);
/* The next row: *more says whether there was one.  After the last row, or a failure, it stays so.
 */
FALLIBLE db_next(struct db_query *q, bool *more);
/* Columns of the row at hand, from 0; zero or empty when of another kind.  Bytes are borrowed until
 * the next db_next or db_end_query. */
int64_t db_number(struct db_query *q, int column);
struct bytes db_bytes(struct db_query *q, int column);
bool db_is_null(struct db_query *q, int column);
void db_end_query(struct db_query *q); /* NULL is fine */

/*
 * Nested: depth 1 is a transaction, deeper ones are savepoints.  Commit at depth 1 means on disk.
 *
 * A commit that fails has rolled its level back, so each begin that succeeded is followed by one
 * commit or one rollback, whatever they give.  What a commit refused with E_FULL may be there all
 * the same after a crash, as long as nothing else was committed.  A rollback at depth 0 does
 * nothing.  A database may end a transaction by itself, as when the disk is full: until depth 0 is
 * reached by rolling back, all that is asked of it then fails.  So it does while a transaction
 * cannot be rolled back, for want of memory; that is tried again each time.  E_LIMIT: deeper than
 * DB_DEPTH_MAX savepoints.
 */
FALLIBLE db_begin(struct db *db);
FALLIBLE db_commit(struct db *db);
void db_rollback(struct db *db);

/*
 * What the disk has refused since this was last asked: E_OK; E_FULL; or E_IO, from now on always: a
 * commit failed, or a checkpoint after one, and nobody knows what of it is on disk, since a system
 * may forget what it could not write and report it once.  Such a db answers all that it is asked
 * with E_IO, until the program is started again and reads what there really is.
 */
enum err_code db_trouble(struct db *db);

/* Rows changed so far, also by what was rolled back since: the same number again means that nothing
 * was changed in between. */
uint64_t db_changes(struct db *db);

/* The number of the row inserted last, into a table that numbers its rows.  Costs less than asking
 * the insertion to give it back. */
int64_t db_inserted(struct db *db);

/*
 * The whole database as it is at one moment, read piece by piece while it goes on being used.
 *
 * begin, outside of a transaction: what was committed is brought into the file, and from then on
 * the file stays as it is: what is changed meanwhile stands in the log alone, which grows until the
 * end.  E_CONFLICT: there is one under way.  E_FULL, E_IO, E_NOMEM.
 * read: exactly `n` bytes from `at` on, which lie within `size`.  Also inside a transaction.  E_IO.
 * end: harmless without a beginning.
 */
FALLIBLE db_copy_begin(struct db *db, uint64_t *size);
FALLIBLE db_copy_read(struct db *db, uint64_t at, uint8_t *out, size_t n);
void db_copy_end(struct db *db);

/*
 * Where the system has no more room.
 *
 * spare: bytes that the database has of its own, freed by what was deleted, and that may be filled
 * before its file has to grow.
 * hold_log, outside of a transaction: what the log holds goes into the file, so that the log begins
 * anew in its own room, which is `bytes` from then on or more, and stays so until db_close; at
 * least what it had, where there is no room for that.  So what is changed needs none of the
 * system's, as long as the file need not grow.  E_FULL: there is no room for what the log holds;
 * E_CONFLICT: a copy is under way; E_IO.
 */
FALLIBLE db_spare(struct db *db, uint64_t *bytes);
FALLIBLE db_hold_log(struct db *db, uint64_t bytes);

/*
 * What was committed goes into the file, and the log shrinks to nothing, outside of a transaction.
 * In a database opened with secure_delete, nothing of what was replaced or deleted is in either
 * then.  E_CONFLICT: a copy is under way.  E_FULL: no room in the file; the log is as it was.
 * E_IO, E_NOMEM.
 */
FALLIBLE db_empty_log(struct db *db);

void db_close(struct db *db); /* NULL is fine; an open transaction is rolled back */

/* Convenience over the above: the first row of a query, copied into the arena.
 * `columns` of them are written to `out`, which is all DB_NULL on error.  E_ABSENT: no row. */
FALLIBLE db_one(struct db *db, struct arena *a, const char *sql, const struct db_value *values,
                size_t n, struct db_value *out, size_t columns);

#endif
