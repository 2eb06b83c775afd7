/* SPDX-License-Identifier: Apache-2.0 */
/*
 * backup: the server as it is at one moment, given out piece by piece while it goes on serving.
 *
 *   NONE --asked at 0--> ORDERED --settle--> UNDER WAY --asked behind the end--> NONE
 *                           |                    |
 *                           +------ failed, left, idle, no room ------> NONE
 *
 * The database stands still from the beginning until its last byte was given out, and meanwhile its
 * log grows, as long as the disk is not low.  Keys and certificates are those of the same
 * moment.  On the worker's thread.
 */
#ifndef TACET_SERVER_MAIN_BACKUP_H
#define TACET_SERVER_MAIN_BACKUP_H

#include "crypto/hash.h"
#include "server/admin/backups.h"
#include "server/main/backup_file.h"
#include "server/networks/networks.h"

#define BACKUP_PART_MAX (192 * 1024) /* bytes: an answer holds it */
#define BACKUP_ROOM     (256u << 20) /* bytes; less where less than twice this is free */
#define BACKUP_IDLE_MS  60000        /* nobody asks for more: it is given up */

/* What became of it, for the journal. */
struct backup_news {
    bool begun, stored, given_up;
    struct err why; /* given up */
    uint64_t size, took_ms;
};

struct backup {
    struct backups backups; /* its ctx is this */
    const char *data;
    struct db *db;
    const struct networks *networks;

    enum backup_state { BACKUP_NONE, BACKUP_ORDERED, BACKUP_UNDER_WAY } state;
    uint64_t session, began_ms, asked_ms;
    uint64_t size, database_at; /* of the whole; where in it the database begins */
    uint64_t room_least;        /* bytes: with less free on the disk it is given up */
    uint64_t part_at, next;     /* of the part given out last, and of the one behind it */
    struct buf front;           /* head and small files */
    struct buf part;
    struct hash_run *digest;
    uint64_t ended;    /* the session whose ended last: it may ask again how */
    struct err failed; /* that is: what kept it from beginning, or OK: it was stored */
    struct backup_news news;
};

/* Nothing is under way.  All is borrowed; it is not moved while it is used. */
void backup_open(struct backup *b, const char *data, struct db *db,
                 const struct networks *networks);

/* Between two transactions: begins what was ordered, gives up what nobody asks for. */
void backup_settle(struct backup *b, uint64_t now_ms);

/* The session is gone, and its backup with it. */
void backup_leave(struct backup *b, uint64_t session);

/* Give it up if it keeps the log from going into the file.  Says whether it did. */
bool backup_yield(struct backup *b);

/* What became of it since this was asked last. */
struct backup_news backup_take_news(struct backup *b);

void backup_close(struct backup *b);

#endif
