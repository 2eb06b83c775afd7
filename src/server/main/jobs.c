/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/jobs.h"

#include <stdlib.h>

#include "base/fault.h"
#include "server/main/peers.h"
#include "server/main/rekeying.h"
#include "server/main/serving_internal.h"
#include "server/queue/queue.h"

#define RENEWAL_MS (14 * CLOCK_DAY_MS) /* for the operator to bring the root key */

/* What the worker gives back. */
struct batch {
    struct effects effects;
    struct job **job;
    size_t jobs;
    struct err expiry, certificate; /* how housekeeping went */
    bool more_expired;              /* than one round of expiry deletes */
};

struct job *jobs_new(void)
{
    struct job *j = calloc(1, sizeof *j);

    if (j != NULL)
        j->arena = ARENA(API_ARENA_MAX);
    return j;
}

void jobs_free(struct job *j)
{
    if (j == NULL)
        return;
    arena_free(&j->arena);
    free(j);
}

/* ---- on the worker's thread */

void *jobs_work(void *ctx, void **items, size_t n)
{
    struct serving *s = ctx;
    struct batch *b = calloc(1, sizeof *b);
    struct request **rq = calloc(n, sizeof *rq);
    size_t requests = 0;
    uint64_t now = serving_now_ms(), deleted = 0;
    bool expire = false;

    invariant(b != NULL && rq != NULL); /* nothing could be answered without */
    b->job = calloc(n, sizeof *b->job);
    invariant(b->job != NULL);
    b->jobs = n;
    for (size_t i = 0; i < n; i++) {
        b->job[i] = items[i];
        if (b->job[i]->rq == NULL)
            expire = true;
        else
            rq[requests++] = b->job[i]->rq;
    }
    if (requests > 0)
        api_batch(&s->server, rq, requests, now, &s->random, &b->effects);
    if (expire) {
        b->expiry = queue_expire(s->db, now, &deleted);
        b->certificate = networks_in_force(s->networks, s->db, now + RENEWAL_MS);
    }
    b->more_expired = deleted == QUEUE_EXPIRE_MOST;
    free(rq);
    return b;
}

/* ---- back on the loop's thread */

static void batch_free(struct batch *b)
{
    for (size_t i = 0; i < b->jobs; i++)
        jobs_free(b->job[i]);
    api_effects_free(&b->effects);
    free(b->job);
    free(b);
}

void jobs_submit(struct serving *s, struct job *j, struct session *session)
{
    struct err e = workers_submit(s->workers, j);

    if (e.code == E_OK)
        return;
    jobs_free(j);
    if (e.code == E_CLOSED) /* stopping: clients will ask again */
        return;
    journal_failure(&s->journal, "a request was dropped", e);
    if (session != NULL)
        peers_close(s, session, e.code);
}

void jobs_expire(struct serving *s)
{
    struct job *j = jobs_new();

    if (j != NULL)
        jobs_submit(s, j, NULL);
}

static void note(struct serving *s, const struct batch *b)
{
    for (size_t i = 0; i < b->jobs; i++)
        if (b->job[i]->rq != NULL) {
            journal_refusal(&s->journal, b->job[i]->rq);
            rekeying_note(s, b->job[i]->rq);
        }
    if (b->expiry.code != E_OK)
        journal_failure(&s->journal, "expiry", b->expiry);
    if (b->certificate.code == E_EXPIRED)
        journal_renewal(&s->journal, serving_now_ms());
}

void jobs_done(void *ctx, void *result)
{
    struct serving *s = ctx;
    struct batch *b = result;

    fault_point("server-before-release");
    live_settle(s->live, &b->effects);
    note(s, b);
    if (b->more_expired)
        jobs_expire(s);
    batch_free(b);
    loop_task_post(s->loop, &s->after_release); /* behind the flushes that settling posted */
}

void jobs_ask_page(void *ctx, struct session *session)
{
    struct serving *s = ctx;
    struct job *j = jobs_new();

    if (j == NULL || api_deliver(session, &j->arena, &j->rq).code != E_OK) {
        jobs_free(j);
        peers_close(ctx, session, E_NOMEM);
        return;
    }
    jobs_submit(s, j, session);
}
