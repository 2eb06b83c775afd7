/* SPDX-License-Identifier: Apache-2.0 */
#include "net/workers.h"

#include <pthread.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "net/limits.h"
#include "net/loop.h"

/* Results that the loop has not taken yet.  The worker goes on with the next batch meanwhile, and
 * waits only when the loop is this many behind. */
#define RESULTS_MAX 8

static const size_t FIRST_ROOM = 256;

struct workers {
    const struct workers_plan *plan;
    void *ctx;
    struct loop_wake *wake;
    pthread_t thread;

    pthread_mutex_t lock; /* of all that follows */
    pthread_cond_t changed;
    void **waiting; /* from begin to end */
    size_t begin, end, room;
    void *results[RESULTS_MAX]; /* a ring */
    size_t first_result, n_results;
    bool stopping, stopped;

    void *batch[NET_BATCH_MAX]; /* the worker's alone */
};

/* Blocks until there is something to do; 0 when there never will be again. */
static size_t take_batch(struct workers *w)
{
    size_t n;

    pthread_mutex_lock(&w->lock);
    while (w->begin == w->end && !w->stopping)
        pthread_cond_wait(&w->changed, &w->lock);
    n = w->end - w->begin;
    if (n > NET_BATCH_MAX)
        n = NET_BATCH_MAX;
    if (n > 0)
        memcpy(w->batch, &w->waiting[w->begin], n * sizeof w->batch[0]);
    w->begin += n;
    if (w->begin == w->end)
        w->begin = w->end = 0;
    if (n == 0) {
        w->stopped = true;
        pthread_cond_broadcast(&w->changed);
    }
    pthread_mutex_unlock(&w->lock);
    return n;
}

static void give_result(struct workers *w, void *result)
{
    pthread_mutex_lock(&w->lock);
    while (w->n_results == RESULTS_MAX)
        pthread_cond_wait(&w->changed, &w->lock);
    w->results[(w->first_result + w->n_results) % RESULTS_MAX] = result;
    w->n_results++;
    if (w->stopping)
        pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
    loop_wake_send(w->wake);
}

static void *run(void *arg)
{
    struct workers *w = arg;
    size_t n;

    while ((n = take_batch(w)) > 0)
        give_result(w, w->plan->work(w->ctx, w->batch, n));
    return NULL;
}

static void on_results(void *ctx)
{
    struct workers *w = ctx;
    void *results[RESULTS_MAX];
    size_t n;

    pthread_mutex_lock(&w->lock);
    n = w->n_results;
    for (size_t i = 0; i < n; i++)
        results[i] = w->results[(w->first_result + i) % RESULTS_MAX];
    w->first_result = (w->first_result + n) % RESULTS_MAX;
    w->n_results = 0;
    if (n == RESULTS_MAX)
        pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
    for (size_t i = 0; i < n; i++)
        w->plan->done(w->ctx, results[i]);
}

/* Signals are for the loop: here they would only interrupt the disk. */
static struct err start_thread(struct workers *w)
{
    sigset_t all, before;
    int status;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    status = pthread_create(&w->thread, NULL, run, w);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return status == 0 ? OK : FAIL(E_IO);
}

static void destroy(struct workers *w)
{
    loop_wake_free(w->wake);
    pthread_cond_destroy(&w->changed);
    pthread_mutex_destroy(&w->lock);
    free(w->waiting);
    free(w);
}

struct err workers_new(struct loop *l, const struct workers_plan *plan, void *ctx,
                       struct workers **out)
{
    struct workers *w = calloc(1, sizeof *w);
    struct err err = OK;

    if (w == NULL)
        return FAIL(E_NOMEM);
    w->plan = plan;
    w->ctx = ctx;
    pthread_mutex_init(&w->lock, NULL);
    pthread_cond_init(&w->changed, NULL);
    TRY_OUT(loop_wake_new(l, on_results, w, &w->wake));
    TRY_OUT(start_thread(w));
    *out = w;
    w = NULL;
out:
    if (w != NULL)
        destroy(w);
    return err;
}

/* Room for one more at the end; the lock is held. */
static bool make_room(struct workers *w)
{
    size_t n = w->end - w->begin, room = w->room == 0 ? FIRST_ROOM : 2 * w->room;
    void **at;

    if (w->end < w->room)
        return true;
    if (w->begin > w->room / 2) { /* more has been taken than is left to move */
        memmove(w->waiting, &w->waiting[w->begin], n * sizeof w->waiting[0]);
    } else {
        at = realloc(w->waiting, room * sizeof w->waiting[0]);
        if (at == NULL)
            return false;
        memmove(at, &at[w->begin], n * sizeof at[0]);
        w->waiting = at;
        w->room = room;
    }
    w->begin = 0;
    w->end = n;
    return true;
}

struct err workers_submit(struct workers *w, void *item)
{
    struct err err = OK;

    pthread_mutex_lock(&w->lock);
    if (w->stopping)
        TRY_OUT(FAIL(E_CLOSED));
    if (!make_room(w))
        TRY_OUT(FAIL(E_NOMEM));
    w->waiting[w->end] = item;
    w->end++;
    pthread_cond_broadcast(&w->changed);
out:
    pthread_mutex_unlock(&w->lock);
    return err;
}

void workers_drain_and_stop(struct workers *w)
{
    bool over = false;

    if (w == NULL)
        return;
    pthread_mutex_lock(&w->lock);
    w->stopping = true;
    pthread_cond_broadcast(&w->changed);
    pthread_mutex_unlock(&w->lock);
    while (!over) {
        pthread_mutex_lock(&w->lock);
        while (w->n_results == 0 && !w->stopped)
            pthread_cond_wait(&w->changed, &w->lock);
        over = w->stopped && w->n_results == 0;
        pthread_mutex_unlock(&w->lock);
        on_results(w);
    }
    pthread_join(w->thread, NULL);
    destroy(w);
}
