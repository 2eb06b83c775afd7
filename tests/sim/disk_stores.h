/* SPDX-License-Identifier: Apache-2.0 */
/*
 * disk_stores: what is written on a disk to see what a power cut leaves of it: SQLite with a
 * journal, our database, a client's vault.  Each keeps numbers, two halves of each.
 */
#ifndef TACET_TESTS_SIM_DISK_STORES_H
#define TACET_TESTS_SIM_DISK_STORES_H

#include "base/err.h"

struct disk;
struct store;

struct store_kind {
    const char *name;
    /* NULL when the disk does not let it; E_ABSENT in *why: there is none. */
    struct store *(*open)(struct disk *d, bool create, struct err *why);
    /* Write both halves of a number in one transaction, and commit it or roll it back. */
    struct err (*add)(struct store *s, int number, bool commit);
    int (*halves)(struct store *s, int number); /* how many are there: 0 to 2 */
    bool (*is_whole)(struct store *s);          /* integrity_check finds nothing */
    void (*close)(struct store *s);             /* NULL is fine */
};

extern const struct store_kind store_journal, store_db, store_vault;

#endif
