/* SPDX-License-Identifier: Apache-2.0 */
/*
 * restore: a data directory out of a backup.
 *
 * The whole of the file is read and judged before anything is written; the database is tried before
 * it has its name; and whatever fails leaves the directory as it was.
 */
#ifndef TACET_SERVER_MAIN_RESTORE_H
#define TACET_SERVER_MAIN_RESTORE_H

#include "server/main/backup_file.h"

enum restore_stage {
    RESTORE_READING = 1, /* the backup, to its end */
    RESTORE_HOUSE,       /* the directory */
    RESTORE_WRITING,
    RESTORE_DATABASE, /* is it whole, and one of ours? */
    RESTORE_KEYS,     /* are they those of the database? */
};

/*
 * `head` is what the backup says of itself, once that is known; `stage` is what failed.
 *
 *   READING   E_ABSENT, E_MALFORMED: no backup; E_TRUNCATED: cut off; E_FORGED: damaged;
 *             E_VERSION: a newer tacetd made it
 *   HOUSE     E_CONFLICT: the directory holds something; E_ABSENT: there is none above it
 *   WRITING   E_FULL; E_FORGED: the file changes while it is read
 *   DATABASE  E_MALFORMED: damaged; E_VERSION
 *   KEYS      E_FORGED: keys of another network, or of another day
 *
 * and E_IO, E_NOMEM, E_CRYPTO anywhere.
 */
FALLIBLE restore_make(const char *file, const char *data, struct backup_head *head,
                      enum restore_stage *stage);

#endif
