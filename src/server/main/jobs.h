/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jobs: from the loop to the worker and back: requests and housekeeping.
 */
#ifndef TACET_SERVER_MAIN_JOBS_H
#define TACET_SERVER_MAIN_JOBS_H

#include "base/arena.h"
#include "server/api/api.h"
#include "server/main/backup.h"
#include "server/main/ballast.h"

struct depot_page;
struct serving;

/* What the worker gives back of all that it took at once. */
struct batch {
    struct effects effects;
    size_t requests;
    uint64_t took_us; /* for them */
    bool changed;     /* the database, were it only for a moment */
    bool kept_house;
    struct err expiry;      /* how that went */
    uint64_t deleted;       /* items that were due */
    struct depot_page *due; /* files that were; NULL: none */
    struct err naming;      /* how asking about names of blobs went */
    struct err counting;    /* of these */
    uint64_t queue_items, queue_bytes;
    uint64_t directory_ends_ms; /* its certificate; 0: not known */
    enum err_code trouble;      /* db_trouble() */
    enum ballast_state ballast;
    bool refuses; /* what needs room, until there is some */
    struct backup_news backup;
};

/* What the worker is given: a request with its memory, housekeeping, or word of a session.  It has
 * all that the way to the worker and back needs, so that no batch fails for want of memory around
 * it. */
struct job {
    struct arena arena;
    struct request *rq;      /* NULL: housekeeping, or: */
    uint64_t left;           /* this session is gone; 0: none */
    struct depot_page *page; /* which of these blobs have no row?  NULL: none is asked about */
    struct job *next;        /* of the same batch, whose result is in the first */
    struct batch batch;
};

/* NULL: no memory. */
struct job *jobs_new(void);
void jobs_free(struct job *j); /* NULL is fine */

/* A request of this session, which hears of it if it cannot be worked; or, without, housekeeping.
 * false: it cannot, and is gone. */
bool jobs_submit(struct serving *s, struct job *j, struct session *session);

/* Delete what expired; more rounds follow while there is more. */
void jobs_expire(struct serving *s);

/* A session of the control socket is gone. */
void jobs_left(struct serving *s, uint64_t session);

/* A page of its mail for this session, which is closed when there is no memory for it. */
void jobs_ask_page(void *serving, struct session *session);

/* The disk is full: end what keeps room from it, give the ballast.  Of struct relief. */
bool jobs_relieve(void *serving);

/* The worker's plan: of struct serving. */
void *jobs_work(void *serving, void **items, size_t n);
void jobs_done(void *serving, void *batch);

#endif
