/* SPDX-License-Identifier: Apache-2.0 */
#include "client/host/threads.h"

#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <unistd.h>

static const size_t UNSAID = 2;

/* What is to be done; whoever is free takes the next. */
struct work {
    void (*job)(void *arg, size_t i);
    void *arg;
    size_t n;
    atomic_size_t next;
};

size_t threads_that_fit(void)
{
    long processors = sysconf(_SC_NPROCESSORS_ONLN);

    if (processors < 1)
        return UNSAID;
    return processors < THREADS_MOST ? (size_t)processors : THREADS_MOST;
}

static void *share(void *arg)
{
    struct work *w = arg;

    for (size_t i; (i = atomic_fetch_add(&w->next, 1)) < w->n;)
        w->job(w->arg, i);
    return NULL;
}

/* Up to n; signals are for the thread that calls.  Returns how many there are. */
static size_t start(struct work *w, pthread_t *thread, size_t n)
{
    sigset_t all, before;
    size_t started = 0;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    while (started < n && pthread_create(&thread[started], NULL, share, w) == 0)
        started++;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    return started;
}

void threads_run(void *ctx, void (*job)(void *arg, size_t i), void *arg, size_t n)
{
    size_t wanted = *(const size_t *)ctx;
    pthread_t helper[THREADS_MOST - 1];
    size_t helpers;
    struct work w = {.job = job, .arg = arg, .n = n, .next = 0};

    if (wanted > THREADS_MOST)
        wanted = THREADS_MOST;
    if (wanted > n)
        wanted = n;
    helpers = wanted < 2 ? 0 : start(&w, helper, wanted - 1);
    share(&w);
    for (size_t i = 0; i < helpers; i++)
        pthread_join(helper[i], NULL);
}
