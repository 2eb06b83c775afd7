/* SPDX-License-Identifier: Apache-2.0 */
#include "storage/sqlite/sqlite.h"

#include <errno.h>
#include <stdlib.h>

#include "storage/sqlite/sqlite_internal.h"

/* The lock comes first: a log that is entered under it lives in our memory, with no file beside the
 * database that another process could map. */
#define TEXT_OF(n)        #n
#define NUMBER_AS_TEXT(n) TEXT_OF(n)
static const char LOCK[] =
    "PRAGMA page_size = " NUMBER_AS_TEXT(SQLITE_PAGE) "; PRAGMA locking_mode = EXCLUSIVE;";
static const char PAGES[] = "PRAGMA page_count";
static const char LOG[] = "PRAGMA journal_mode = WAL";
static const char SETTINGS[] = "PRAGMA synchronous = FULL;"
                               "PRAGMA foreign_keys = ON;"
                               "PRAGMA trusted_schema = OFF;"
                               "PRAGMA temp_store = MEMORY;"
                               "PRAGMA cache_size = -16384;" /* KiB */
                               "PRAGMA journal_size_limit = 67108864;";
static const char OVERWRITE[] = "PRAGMA secure_delete = ON;";
static const char LEAVE[] = "PRAGMA secure_delete = OFF;";
/* Locks are taken at the first use, and this is it: a conflict shows now and not in mid-work. */
static const char TAKE[] = "BEGIN EXCLUSIVE; COMMIT;";
static const char REWRITE[] = "PRAGMA wal_checkpoint(TRUNCATE)";
static const char ONLY_READ[] = "PRAGMA query_only = ON";
static const char WRITE[] = "PRAGMA query_only = OFF";

/* Why the database or its log (SQLITE_FCNTL_..._POINTER) could not be written: SQLite has forgotten
 * it by the time that it answers, but the file has not. */
static int file_cause(const struct sqlite *lite, int which)
{
    sqlite3_file *file = NULL;
    int cause = 0;

    if (sqlite3_file_control(lite->handle, NULL, which, &file) != SQLITE_OK || file == NULL ||
        file->pMethods == NULL ||
        file->pMethods->xFileControl(file, SQLITE_FCNTL_LAST_ERRNO, &cause) != SQLITE_OK)
        return 0;
    return cause;
}

static enum err_code code_of(const struct sqlite *lite, int result, int cause)
{
    if (result == SQLITE_IOERR_NOMEM)
        return E_NOMEM;
    /* Whatever the cause: what was written may be gone, and the system says so only once. */
    if (result == SQLITE_IOERR_FSYNC || result == SQLITE_IOERR_DIR_FSYNC)
        return E_IO;
    switch (result & 0xff) {
    case SQLITE_OK:
        return E_OK;
    case SQLITE_FULL:
        return E_FULL;
    case SQLITE_CONSTRAINT:
        return E_CONFLICT;
    case SQLITE_BUSY:
        return lite->held ? E_IO : E_CONFLICT;
    case SQLITE_READONLY:
        return lite->unsettled ? E_FULL : E_IO;
    case SQLITE_NOMEM:
        return E_NOMEM;
    case SQLITE_TOOBIG:
        return E_LIMIT;
    case SQLITE_NOTADB:
    case SQLITE_CORRUPT:
        return E_MALFORMED;
    case SQLITE_IOERR: /* a quota or limit, too, is a disk that is full */
        return cause == ENOSPC || cause == EDQUOT || cause == EFBIG ? E_FULL : E_IO;
    default:
        return E_IO;
    }
}

enum err_code sqlite_code(const struct sqlite *lite, int result)
{
    int cause = result == SQLITE_IOERR_WRITE ? file_cause(lite, SQLITE_FCNTL_JOURNAL_POINTER)
                                             : sqlite3_system_errno(lite->handle);

    return code_of(lite, result, cause);
}

enum err_code sqlite_code_of_file(const struct sqlite *lite, int result)
{
    return code_of(lite, result, file_cause(lite, SQLITE_FCNTL_FILE_POINTER));
}

static struct err script(struct db *db, const char *sql)
{
    struct sqlite *lite = (struct sqlite *)db;
    int result = sqlite3_exec(lite->handle, sql, NULL, NULL, NULL);

    return result == SQLITE_OK ? OK : FAIL(sqlite_code(lite, result));
}

static struct err run(struct db *db, const char *sql, const struct db_value *values, size_t n,
                      uint64_t *changed)
{
    struct sqlite *lite = (struct sqlite *)db;

    if (lite->unsettled && sql == db->driver->begin_sql)
        TRY(sqlite_settle(lite));
    return statement_run(db, sql, values, n, changed);
}

static bool in_transaction(struct db *db)
{
    return sqlite3_get_autocommit(((struct sqlite *)db)->handle) == 0;
}

static uint64_t changes(struct db *db)
{
    return (uint64_t)sqlite3_total_changes64(((struct sqlite *)db)->handle);
}

static int64_t inserted(struct db *db)
{
    return sqlite3_last_insert_rowid(((struct sqlite *)db)->handle);
}

static void close_sqlite(struct db *db)
{
    struct sqlite *lite = (struct sqlite *)db;

    statement_forget(lite, true);
    /* Rolls back what is open; without statements it cannot fail. */
    (void)sqlite3_close(lite->handle);
    free(lite);
}

/* After a commit: a log that has grown long goes into the file, unless that is being copied. SQLite
 * itself would keep to itself that a checkpoint failed. */
static int on_commit(void *ctx, sqlite3 *handle, const char *name, int pages)
{
    struct sqlite *lite = ctx;
    enum err_code code;
    int result;

    if (pages < (int)lite->db.log_pages || lite->db.copying)
        return SQLITE_OK;
    result = sqlite3_wal_checkpoint_v2(handle, name, SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
    if ((result & 0xff) != SQLITE_IOERR && result != SQLITE_FULL)
        return SQLITE_OK; /* done, or somebody reads: later */
    code = sqlite_code_of_file(lite, result);
    lite->db.full = lite->db.full || code == E_FULL;
    lite->db.broken = lite->db.broken || code == E_IO;
    return SQLITE_OK;
}

static struct err shrink_log(struct db *db)
{
    struct sqlite *lite = (struct sqlite *)db;
    int result =
        sqlite3_wal_checkpoint_v2(lite->handle, NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);

    if (result == SQLITE_OK)
        return OK;
    return FAIL(code_of(lite, result, file_cause(lite, SQLITE_FCNTL_FILE_POINTER)));
}

static const struct db_driver driver = {
    .begin_sql = "BEGIN IMMEDIATE",
    .run = run,
    .script = script,
    .begin_query = statement_begin_query,
    .next = statement_next,
    .column = statement_column,
    .end_query = statement_end_query,
    .in_transaction = in_transaction,
    .changes = changes,
    .inserted = inserted,
    .copy_begin = copy_begin,
    .copy_read = copy_read,
    .spare = room_spare,
    .hold_log = room_hold_log,
    .empty_log = shrink_log,
    .close = close_sqlite,
};

/* SQLite answers with the mode it has and calls that success, so ask what it is.  The answer comes
 * before the change of mode is committed: read to the end, or a sync that failed there would be
 * missed, and what was done from then on would stand in a journal that a power cut brings back. */
static struct err enter_log(struct sqlite *lite)
{
    struct db_query *q;
    struct err err;
    bool more;

    TRY(statement_begin_query(&lite->db, LOG, NULL, 0, &q));
    err = statement_next(q, &more);
    if (err.code == E_OK &&
        !(more && bytes_same(statement_column(q, 0).bytes, BYTES_LITERAL("wal"))))
        err = FAIL(E_IO);
    if (err.code == E_OK)
        err = statement_next(q, &more);
    statement_end_query(q);
    return err;
}

/* A file without a page is no database, and is not to become one where none was to be made. */
static struct err check_pages(struct sqlite *lite)
{
    struct db_query *q;
    struct err err;
    bool more;

    TRY(statement_begin_query(&lite->db, PAGES, NULL, 0, &q));
    err = statement_next(q, &more);
    if (err.code == E_OK && !(more && statement_column(q, 0).number > 0))
        err = FAIL(E_ABSENT);
    statement_end_query(q);
    return err;
}

/* What the log holds may be in the system's memory only: after a sync that failed, Linux shows what
 * it will never write.  Nothing is appended to that: it is written once more and synced, so that
 * the file never has a part of what the log loses with the power, and then goes into the file.
 * Where there is no room for it, it stays the log, so that a full disk can still be read; until
 * there is, nothing is written, for it would stand behind what may be lost. */
static struct err rewrite(struct sqlite *lite)
{
    if (!lite->renewed) {
        TRY(room_renew_log(lite));
        lite->renewed = true;
        (void)sqlite3_db_config(lite->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, NULL);
    }
    return script(&lite->db, REWRITE);
}

static struct err empty_log(struct sqlite *lite)
{
    struct err err = rewrite(lite);

    lite->unsettled = err.code == E_FULL;
    return lite->unsettled ? script(&lite->db, ONLY_READ) : err;
}

struct err sqlite_settle(struct sqlite *lite)
{
    struct err err = rewrite(lite);

    if (err.code == E_FULL)
        return OK;
    TRY(err);
    lite->unsettled = false;
    return script(&lite->db, WRITE);
}

static struct err configure(struct sqlite *lite, bool create, bool secure_delete)
{
    static const struct {
        int option, value;
    } options[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1}, /* no SQL can damage the file's own structure */
        {SQLITE_DBCONFIG_DQS_DML, 0},   /* "x" is a name and never a string */
        {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1}, /* a start that fails: see rewrite() */
    };
    struct db *db = &lite->db;

    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++)
        if (sqlite3_db_config(lite->handle, options[i].option, options[i].value, NULL) != SQLITE_OK)
            return FAIL(E_IO);
    sqlite3_busy_timeout(lite->handle, 0);
    TRY(script(db, LOCK));
    if (!create)
        TRY(check_pages(lite));
    TRY(script(db, secure_delete ? OVERWRITE : LEAVE));
    TRY(script(db, SETTINGS));
    (void)sqlite3_wal_hook(lite->handle, on_commit, lite);
    TRY(enter_log(lite));
    TRY(script(db, TAKE));
    return empty_log(lite);
}

void sqlite_alone(void)
{
    (void)sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0); /* too late is no harm */
}

struct err sqlite_open(struct db **out, const char *path, bool create, bool secure_delete)
{
    return sqlite_open_on(out, NULL, path, create, secure_delete);
}

struct err sqlite_open_on(struct db **out, const char *vfs, const char *path, bool create,
                          bool secure_delete)
{
    int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_PRIVATECACHE |
                SQLITE_OPEN_EXRESCODE | (create ? SQLITE_OPEN_CREATE : 0);
    struct sqlite *lite = calloc(1, sizeof *lite);
    struct err err = OK;
    int result;

    if (lite == NULL)
        return FAIL(E_NOMEM);
    lite->db.driver = &driver;
    lite->db.log_pages = SQLITE_LOG_PAGES;
    result = sqlite3_open_v2(path, &lite->handle, flags, vfs);
    if (result != SQLITE_OK) {
        bool absent = !create && sqlite3_system_errno(lite->handle) == ENOENT;

        err = FAIL(absent ? E_ABSENT : sqlite_code(lite, result));
        goto out;
    }
    TRY_OUT(configure(lite, create, secure_delete));
    lite->held = true;
    *out = &lite->db;
    return OK;
out:
    close_sqlite(&lite->db);
    return err;
}
