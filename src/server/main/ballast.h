/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ballast: room on the disk that is kept back, so that deletions go on where it is full.
 *
 *   NONE    there never was room for it: nothing is kept back
 *   HELD    a file of its size lies in the data directory
 *   GIVEN   the disk was full: the file is empty, and what it had is the log's
 *
 * In GIVEN what needs room is refused, until the ballast is made again or so much was deleted that
 * the database has as much room in itself; and again when half of that is used up.  The file tells
 * the next start, too: none is NONE, a short one GIVEN.  Times are of a steady clock.  Of the
 * worker's thread; decision 6 says why.
 */
#ifndef TACET_SERVER_MAIN_BALLAST_H
#define TACET_SERVER_MAIN_BALLAST_H

#include "base/clock.h"
#include "storage/db.h"

#define BALLAST_SIZE   (32u << 20)  /* bytes: more than a log, and the file's growth by all in it */
#define BALLAST_MARGIN BALLAST_SIZE /* free beside it, or it would soon be given again */

#define BALLAST_PAUSE_MS CLOCK_SECOND_MS /* before what failed is tried again */

enum ballast_state { BALLAST_NONE = 1, BALLAST_HELD, BALLAST_GIVEN };

/* The file, and the disk that it lies on: ballast_file.h. */
struct ballast_place {
    void *ctx;
    bool (*measure)(void *ctx, uint64_t *free_bytes);
    int64_t (*size)(void *ctx); /* -1: there is no file */
    /* Make it of this size if that and the margin can be allocated, and else empty. */
    bool (*make)(void *ctx, uint64_t size, uint64_t margin);
    void (*empty)(void *ctx); /* one that somebody deleted is an empty one from here on */
    void (*erase)(void *ctx);
};

struct ballast {
    /* The host's, which outlive it. */
    const struct ballast_place *place;
    struct db *db;         /* at depth 0 in all that follows */
    uint64_t size, margin; /* bytes */

    enum ballast_state state;
    bool refuses;      /* what needs room */
    uint64_t tried_ms; /* when there was no room to make it after all; 0: never */
    uint64_t full_ms;  /* when the disk was full although it was given; 0: never */
};

/* As the last run left it, then settled. */
void ballast_open(struct ballast *b, uint64_t now_ms);

/* Make it if there is room, and judge what is refused: before a batch, and once a `minute`. */
void ballast_settle(struct ballast *b, uint64_t now_ms, bool minute);

/* Something found the disk full: is there room now that there was not before? */
bool ballast_give(struct ballast *b, uint64_t now_ms);

#endif
