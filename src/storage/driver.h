/* SPDX-License-Identifier: Apache-2.0 */
/*
 * driver: what a kind of database must be able to do.  Only drivers and db.c include this.
 *
 * A driver's database begins with a struct db and its query with a struct db_query, so that the one
 * is found from the other.  db.c keeps the depth of transactions and never calls a driver once a
 * transaction has been lost, except to roll back, to end queries and to close.
 */
#ifndef TACET_STORAGE_DRIVER_H
#define TACET_STORAGE_DRIVER_H

#include "storage/db.h"

struct db_driver {
    const char *begin_sql; /* takes the lock for writing at once */

    /* As in db.h.  In begin_query the values are borrowed for the call only. */
    struct err (*run)(struct db *, const char *sql, const struct db_value *, size_t n,
                      uint64_t *changed);
    struct err (*script)(struct db *, const char *sql);
    struct err (*begin_query)(struct db *, const char *sql, const struct db_value *, size_t n,
                              struct db_query **out);
    struct err (*next)(struct db_query *, bool *more);
    struct db_value (*column)(struct db_query *, int column);
    void (*end_query)(struct db_query *);

    /* Is a transaction open, as far as the database is concerned?  It may have ended one itself. */
    bool (*in_transaction)(struct db *);

    uint64_t (*changes)(struct db *);
    int64_t (*inserted)(struct db *);

    /* As in db.h; at most one at a time is begun.  While `copying` nothing goes into the file. */
    struct err (*copy_begin)(struct db *, uint64_t *size);
    struct err (*copy_read)(struct db *, uint64_t at, uint8_t *out, size_t n);

    /* As in db.h. */
    struct err (*spare)(struct db *, uint64_t *bytes);
    struct err (*hold_log)(struct db *, uint64_t bytes);
    struct err (*empty_log)(struct db *); /* as in db.h */

    /* What is open is rolled back.  Frees the db. */
    void (*close)(struct db *);
};

struct db {
    const struct db_driver *driver;
    unsigned depth;
    enum err_code lost; /* why what is open can only be rolled back; E_OK when it need not be */
    unsigned log_pages; /* which has so many goes into the file after a commit; set by the driver */
    bool copying;       /* between db_copy_begin and db_copy_end; db.c sets it */
    /* A driver sets these two where it finds it out by itself. */
    bool full;   /* the disk was, since somebody last asked */
    bool broken; /* nobody knows what of a commit is on disk: nothing is believed any more */
};

struct db_query {
    struct db *db;
};

#endif
