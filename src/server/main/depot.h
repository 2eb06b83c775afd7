/* SPDX-License-Identifier: Apache-2.0 */
/*
 * depot: where the server keeps the bytes of files: a thread of its own with the blob store, so
 * that no message waits for them.
 *
 * What is asked and what is to be erased is done in the order in which it was submitted.  A file
 * that nothing refers to any more is erased when its row has gone; what a crash left behind by that
 * is found by going through all of them, when the server starts and once a day: the store's names,
 * a page at a time, then at the database those without a row, then these are erased.  A row is
 * committed before the first byte of its file comes, so none is missed because it is new.
 */
#ifndef TACET_SERVER_MAIN_DEPOT_H
#define TACET_SERVER_MAIN_DEPOT_H

#include "server/api/api.h"
#include "storage/blob/directory.h"

#define DEPOT_MARGIN   (UINT64_C(256) << 20) /* of the disk: for messages, and for others */
#define DEPOT_PAGE     512                   /* names at once */
#define DEPOT_ROUND_MS (UINT64_C(24) * 3600 * 1000)

struct job;
struct loop;
struct serving;
struct workers;

/* Names of blobs.  Belongs to the job that has it. */
struct depot_page {
    struct blob_name names[DEPOT_PAGE];
    size_t n;
    struct blob_name last; /* of those that were listed, of which these are left */
    bool listed;           /* they are of a round: more may follow */
};

struct depot {
    struct directory *directory;
    struct blob_store store;
    struct workers *workers; /* NULL: it is not open, or no more */
    bool round;              /* is under way */
    uint64_t rounded_ms;     /* when the last one began, of the loop's clock; 0: none did */
};

/* E_IO and others of directory_open(). */
FALLIBLE depot_open(struct serving *s, const char *folder);

/* What was submitted is done before it returns; nothing is taken from then on. */
void depot_stop(struct serving *s);

/* When nobody works any more. */
void depot_close(struct serving *s);

/* A request of ROUTE_APART. */
void depot_submit(struct serving *s, struct job *j, struct session *session);

/* live's, and housekeeping's. */
void depot_erase(void *serving, struct bytes name);

/* Begin a round if it is time. */
void depot_look(struct serving *s);

/* The database was asked which of these have no row: those that are left. */
void depot_found(struct serving *s, const struct depot_page *page, struct err how);

#endif
