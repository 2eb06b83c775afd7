/* SPDX-License-Identifier: Apache-2.0 */
/*
 * copy: the file as it is at one moment, while changes go on.
 *
 * SQLite writes into the file only when it brings the log into it, and that happens when we say so:
 * after so many pages, or here.  So a file into which all was brought, and for which nobody says so
 * again (sqlite.c looks at `copying`), is a whole database that stands still.
 *
 * It is read through SQLite's own descriptor: closing another one of ours on the same file would
 * give up the lock that keeps other programs out.
 */
#include "storage/sqlite/sqlite_internal.h"

static struct err own_file(const struct sqlite *lite, sqlite3_file **out)
{
    int result = sqlite3_file_control(lite->handle, NULL, SQLITE_FCNTL_FILE_POINTER, out);

    return result == SQLITE_OK && *out != NULL && (*out)->pMethods != NULL ? OK : FAIL(E_IO);
}

struct err copy_begin(struct db *db, uint64_t *size)
{
    struct sqlite *lite = (struct sqlite *)db;
    sqlite3_int64 bytes = 0;
    sqlite3_file *file;
    int result;

    TRY(room_empty_log(lite));
    TRY(own_file(lite, &file));
    result = file->pMethods->xFileSize(file, &bytes);
    if (result != SQLITE_OK)
        return FAIL(sqlite_code(lite, result));
    *size = (uint64_t)bytes;
    return OK;
}

struct err copy_read(struct db *db, uint64_t at, uint8_t *out, size_t n)
{
    const struct sqlite *lite = (const struct sqlite *)db;
    sqlite3_file *file;

    TRY(own_file(lite, &file));
    /* Less than asked for is a failure, too. */
    return file->pMethods->xRead(file, out, (int)n, (sqlite3_int64)at) == SQLITE_OK ? OK
                                                                                    : FAIL(E_IO);
}
