/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite_internal: what the parts of the driver share. */
#ifndef TACET_STORAGE_SQLITE_SQLITE_INTERNAL_H
#define TACET_STORAGE_SQLITE_SQLITE_INTERNAL_H

#include <sqlite3.h>

#include "storage/driver.h"

#define SQLITE_BUCKETS        256
#define SQLITE_STATEMENTS_MAX 512 /* kept prepared; a program has fewer SQL texts than this */

#define SQLITE_LOG_PAGES 2048 /* in the log, after which it is brought into the file */

struct statement;

struct sqlite {
    struct db db; /* first: a db of this driver is one of these */
    sqlite3 *handle;
    bool unsettled; /* the log of a program before us waits for room: nothing is written */
    bool renewed;   /* the log that was there at the start is on disk for sure */
    bool held;      /* the file is ours: from here on nobody else can make it busy */
    struct statement *prepared[SQLITE_BUCKETS]; /* by the address of their text */
    size_t statements;
};

/* Our code for SQLite's result; and of what brings the log into the file. */
enum err_code sqlite_code(const struct sqlite *lite, int result);
enum err_code sqlite_code_of_file(const struct sqlite *lite, int result);

/* As struct db_driver says. */
FALLIBLE statement_run(struct db *db, const char *sql, const struct db_value *values, size_t n,
                       uint64_t *changed);
FALLIBLE statement_begin_query(struct db *db, const char *sql, const struct db_value *values,
                               size_t n, struct db_query **out);
FALLIBLE statement_next(struct db_query *q, bool *more);
struct db_value statement_column(struct db_query *q, int column);
void statement_end_query(struct db_query *q);

/* As struct db_driver says. */
FALLIBLE copy_begin(struct db *db, uint64_t *size);
FALLIBLE copy_read(struct db *db, uint64_t at, uint8_t *out, size_t n);

/* While `unsettled`: is there room by now for what the log held at the start?  OK if not, too. */
FALLIBLE sqlite_settle(struct sqlite *lite);

/* As struct db_driver says. */
FALLIBLE room_spare(struct db *db, uint64_t *bytes);
FALLIBLE room_hold_log(struct db *db, uint64_t bytes);

/* What the log shows, and the system may never have written, is written once more, byte for byte in
 * its place, and synced.  A power cut in between changes no byte that was on the disk for sure.
 * E_FULL, E_IO. */
FALLIBLE room_renew_log(struct sqlite *lite);

/* All that the log holds goes into the file.  E_FULL, E_IO, E_NOMEM. */
FALLIBLE room_empty_log(struct sqlite *lite);

/* Frees every statement that is not in use; also those that are, when the database is closed. */
void statement_forget(struct sqlite *lite, bool busy_too);

#endif
