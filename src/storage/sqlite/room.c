/* SPDX-License-Identifier: Apache-2.0 */
/*
 * room: what a database can do when the system has no more of it.
 *
 * Each change is written into the log first, deletions too.  What a log has grown to it keeps:
 * after all of it went into the file, it begins anew at its front.  Zeros behind its last frame are
 * no frame, so a log may be made longer than it is.
 */
#include "storage/sqlite/sqlite.h"
#include "storage/sqlite/sqlite_internal.h"

#define PIECE (64 * 1024)

static const char SPARE[] =
    "SELECT freelist_count * page_size FROM pragma_freelist_count, pragma_page_size";

struct err room_spare(struct db *db, uint64_t *bytes)
{
    struct db_query *q;
    struct err err;
    bool more;

    TRY(statement_begin_query(db, SPARE, NULL, 0, &q));
    err = statement_next(q, &more);
    if (err.code == E_OK && !more)
        err = FAIL(E_IO);
    if (err.code == E_OK)
        *bytes = (uint64_t)statement_column(q, 0).number;
    statement_end_query(q);
    return err;
}

struct err room_empty_log(struct sqlite *lite)
{
    int pages = 0, moved = -1, result;
    enum err_code code;

    result =
        sqlite3_wal_checkpoint_v2(lite->handle, NULL, SQLITE_CHECKPOINT_PASSIVE, &pages, &moved);
    if (result != SQLITE_OK) {
        code = sqlite_code_of_file(lite, result);
        /* What was written may be gone, and the system says so only once. */
        lite->db.broken = lite->db.broken || code == E_IO;
        return FAIL(code);
    }
    /* Nobody else reads, so nothing can be in the way. */
    return pages == moved ? OK : FAIL(E_IO);
}

/* As far as there is room for it. */
static struct err lengthen(sqlite3_file *log, uint64_t bytes)
{
    static const uint8_t zeros[PIECE];
    sqlite3_int64 at = 0;

    if (log->pMethods->xFileSize(log, &at) != SQLITE_OK)
        return FAIL(E_IO);
    for (; (uint64_t)at < bytes; at += PIECE)
        if (log->pMethods->xWrite(log, zeros, PIECE, at) != SQLITE_OK)
            break;
    return OK;
}

/* NULL: there is none. */
static struct err own_log(const struct sqlite *lite, sqlite3_file **out)
{
    *out = NULL;
    if (sqlite3_file_control(lite->handle, NULL, SQLITE_FCNTL_JOURNAL_POINTER, out) != SQLITE_OK)
        return FAIL(E_IO);
    if (*out != NULL && (*out)->pMethods == NULL)
        *out = NULL;
    return OK;
}

struct err room_renew_log(struct sqlite *lite)
{
    uint8_t piece[SQLITE_PAGE];
    sqlite3_file *log;
    sqlite3_int64 size;
    int n, result = SQLITE_OK;

    TRY(own_log(lite, &log));
    if (log == NULL)
        return OK;
    if (log->pMethods->xFileSize(log, &size) != SQLITE_OK)
        return FAIL(E_IO);
    for (sqlite3_int64 at = 0; at < size && result == SQLITE_OK; at += n) {
        n = size - at < (int)sizeof piece ? (int)(size - at) : (int)sizeof piece;
        if (log->pMethods->xRead(log, piece, n, at) != SQLITE_OK)
            return FAIL(E_IO);
        result = log->pMethods->xWrite(log, piece, n, at);
    }
    if (size > 0 && result == SQLITE_OK)
        result = log->pMethods->xSync(log, SQLITE_SYNC_FULL);
    return result == SQLITE_OK ? OK : FAIL(sqlite_code(lite, result));
}

struct err room_hold_log(struct db *db, uint64_t bytes)
{
    struct sqlite *lite = (struct sqlite *)db;
    sqlite3_file *log;

    if (lite->unsettled) /* first, because that shortens the log */
        TRY(sqlite_settle(lite));
    if (lite->unsettled)
        return FAIL(E_FULL);
    TRY(room_empty_log(lite));
    TRY(own_log(lite, &log));
    return log == NULL ? FAIL(E_IO) : lengthen(log, bytes);
}
