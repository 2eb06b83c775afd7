/* SPDX-License-Identifier: Apache-2.0 */
/* Planted in storage: commits that come late, are believed, or stand behind a hole. */
#include <string.h>

#include <sqlite3.h>

#include "sim/plants.h"
#include "storage/sqlite/sqlite_internal.h"

struct err __real_db_commit(struct db *db);
struct err __real_db_begin(struct db *db);
void __real_db_close(struct db *db);
int __real_sqlite3_exec(sqlite3 *handle, const char *sql, int (*row)(void *, int, char **, char **),
                        void *ctx, char **error);
struct err __real_db_hold_log(struct db *db, uint64_t bytes);
struct err __real_room_renew_log(struct sqlite *lite);
struct err __wrap_db_commit(struct db *db);
struct err __wrap_db_begin(struct db *db);
void __wrap_db_close(struct db *db);
struct err __wrap_db_hold_log(struct db *db, uint64_t bytes);
struct err __wrap_room_renew_log(struct sqlite *lite);
int __wrap_sqlite3_exec(sqlite3 *handle, const char *sql, int (*row)(void *, int, char **, char **),
                        void *ctx, char **error);

#define LATE_MOST 64

/* Those whose last commit was put off: the transaction is still open. */
static struct db *late[LATE_MOST];

static struct db **find(const struct db *db)
{
    for (size_t i = 0; i < LATE_MOST; i++)
        if (late[i] == db)
            return &late[i];
    return NULL;
}

static bool is_put_off(const struct db *db)
{
    return plants_has(plants_is_server(db) ? "server_answers_before_commit"
                                           : "client_acknowledges_before_commit");
}

struct err __wrap_db_commit(struct db *db)
{
    struct db **place;
    struct err err;

    if (db->depth == 1 && is_put_off(db) && (place = find(NULL)) != NULL) {
        *place = db;
        return OK;
    }
    err = __real_db_commit(db);
    if (plants_has("server_believes_a_failed_commit") && plants_is_server(db))
        return OK;
    return err;
}

/* What was put off is committed before the next begins. */
struct err __wrap_db_begin(struct db *db)
{
    struct db **place = find(db);

    if (place != NULL && db->depth == 1) {
        *place = NULL;
        TRY(__real_db_commit(db));
    }
    return __real_db_begin(db);
}

void __wrap_db_close(struct db *db)
{
    struct db **place = db == NULL ? NULL : find(db);

    if (place != NULL) {
        *place = NULL;
        (void)!__real_db_commit(db).code;
    }
    __real_db_close(db);
}

/* What the log shows is neither written once more nor brought into the file. */
struct err __wrap_room_renew_log(struct sqlite *lite)
{
    return plants_has("log_with_a_hole_is_continued") ? OK : __real_room_renew_log(lite);
}

int __wrap_sqlite3_exec(sqlite3 *handle, const char *sql, int (*row)(void *, int, char **, char **),
                        void *ctx, char **error)
{
    if (plants_has("log_with_a_hole_is_continued") && strstr(sql, "wal_checkpoint") != NULL)
        return SQLITE_OK;
    return __real_sqlite3_exec(handle, sql, row, ctx, error);
}

struct err __wrap_db_hold_log(struct db *db, uint64_t bytes)
{
    return plants_has("log_is_not_held") ? OK : __real_db_hold_log(db, bytes);
}
