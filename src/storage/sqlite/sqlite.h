/* SPDX-License-Identifier: Apache-2.0 */
/* sqlite: the driver for SQLite 3: WAL, synchronous=FULL, one process. */
#ifndef TACET_STORAGE_SQLITE_SQLITE_H
#define TACET_STORAGE_SQLITE_SQLITE_H

#include "storage/db.h"

#define SQLITE_PAGE 8192 /* bytes, of a file that is new */

/* Open or create the file, with the process's umask.  `secure_delete` overwrites what is deleted.
 * The file is held by an exclusive lock until db_close.  What the last program left in its log is
 * written into the file anew, if there is room: a sync that failed may have left it in memory only.
 * E_CONFLICT: another process has it.  E_ABSENT: no file, or an empty one, and
 * `create` is false.
 * E_MALFORMED: not a database.  E_IO, E_FULL. */
FALLIBLE sqlite_open(struct db **out, const char *path, bool create, bool secure_delete);

/* The same on a disk that SQLite knows by this name, a VFS; NULL is the system's. */
FALLIBLE sqlite_open_on(struct db **out, const char *vfs, const char *path, bool create,
                        bool secure_delete);

/* For a program whose own SQLite is, before it opens anything: no statistics of memory, whose lock
 * each allocation would take.  A library has no right to that. */
void sqlite_alone(void);

#endif
