/* SPDX-License-Identifier: Apache-2.0 */
/*
 * jobs: from the loop to the worker and back: requests and housekeeping.
 */
#ifndef TACET_SERVER_MAIN_JOBS_H
#define TACET_SERVER_MAIN_JOBS_H

#include "base/arena.h"
#include "server/api/api.h"

struct serving;

/* What the worker is given: a request with its memory, housekeeping, or word of a session. */
struct job {
    struct arena arena;
    struct request *rq; /* NULL: housekeeping, or: */
    uint64_t left;      /* this session is gone; 0: none */
};

/* NULL: no memory. */
struct job *jobs_new(void);
void jobs_free(struct job *j); /* NULL is fine */

/* A request of this session, which hears of it if it cannot be worked; or, without, housekeeping.
 */
void jobs_submit(struct serving *s, struct job *j, struct session *session);

/* Delete what expired; more rounds follow while there is more. */
void jobs_expire(struct serving *s);

/* A session of the control socket is gone. */
void jobs_left(struct serving *s, uint64_t session);

/* A page of its mail for this session, which is closed when there is no memory for it. */
void jobs_ask_page(void *serving, struct session *session);

/* The worker's plan: of struct serving. */
void *jobs_work(void *serving, void **items, size_t n);
void jobs_done(void *serving, void *batch);

#endif
