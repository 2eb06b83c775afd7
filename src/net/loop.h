/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop: one thread that waits for descriptors, time, signals and other threads.  A thin cover over
 * libuv; nothing else in the tree sees libuv.
 *
 * Everything here belongs to the thread that runs the loop; loop_wake_send() alone may be called
 * from any other.  What is registered has a handle, and its callback is called from loop_run()
 * only.  A handle may be freed at any time, in its own callback too: from then on nothing is called
 * any more.  All handles are freed before their loop.
 *
 * Errors: E_NOMEM, E_IO (the system refused), unless said otherwise.  Outputs are untouched on
 * error.
 */
#ifndef TACET_NET_LOOP_H
#define TACET_NET_LOOP_H

#include "base/bytes.h"
#include "base/err.h"

struct addrinfo; /* <netdb.h> */
struct loop;
struct loop_lookup;
struct loop_signal;
struct loop_timer;
struct loop_wake;
struct loop_watch;

/* Also makes the process ignore SIGPIPE: a peer that went away is an error of a write. */
FALLIBLE loop_new(struct loop **out);

/* Every handle must have been freed.  Waits for a name that is being looked up. */
void loop_free(struct loop *l);

/* Until loop_stop(), or until there is nothing left to wait for.  Tasks that were posted before the
 * stop have run when it returns. */
void loop_run(struct loop *l);
void loop_stop(struct loop *l);

/* The same, and until `fd` can be read or has ended: true then, also when it was stopped.  Unlike
 * what is watched the descriptor may be a file and stays blocking, as it must where other programs
 * share it. */
bool loop_run_beside(struct loop *l, int fd);

/* Milliseconds that only ever grow, as of the beginning of this round. */
uint64_t loop_now_ms(const struct loop *l);

/* Memory for whoever is called back now, until it returns: nobody keeps anything there. */
#define LOOP_SCRATCH_SIZE 65536
uint8_t *loop_scratch(struct loop *l);

/* A descriptor.  Nothing is watched for until loop_watch_set(); `events` is LOOP_READABLE and
 * LOOP_WRITABLE or'ed, both on an error of the descriptor, which the next read will tell.  The
 * descriptor is made non-blocking and stays its owner's, who closes it after the watch. */
#define LOOP_READABLE 1u
#define LOOP_WRITABLE 2u
FALLIBLE loop_watch_new(struct loop *l, int fd, void (*ready)(void *ctx, unsigned events),
                        void *ctx, struct loop_watch **out);
FALLIBLE loop_watch_set(struct loop_watch *w, unsigned events); /* unchanged costs nothing */
void loop_watch_free(struct loop_watch *w);

/* One shot; setting it again moves it. */
FALLIBLE loop_timer_new(struct loop *l, void (*fired)(void *ctx), void *ctx,
                        struct loop_timer **out);
void loop_timer_set(struct loop_timer *t, uint64_t in_ms);
void loop_timer_stop(struct loop_timer *t);
void loop_timer_free(struct loop_timer *t);

/* Called on the loop's thread some time after a send; several sends may be one call. */
FALLIBLE loop_wake_new(struct loop *l, void (*woken)(void *ctx), void *ctx, struct loop_wake **out);
void loop_wake_send(struct loop_wake *w);
void loop_wake_free(struct loop_wake *w); /* when no other thread can send any more */

FALLIBLE loop_signal_new(struct loop *l, int number, void (*caught)(void *ctx), void *ctx,
                         struct loop_signal **out);
void loop_signal_free(struct loop_signal *s);

/* The addresses of a host, looked up on a thread of libuv's.  `found` is given the list (freed with
 * freeaddrinfo) or E_ABSENT, and the handle is gone by then. */
FALLIBLE loop_lookup_new(struct loop *l, const char *host, const char *port,
                         void (*found)(void *ctx, struct err e, struct addrinfo *list), void *ctx,
                         struct loop_lookup **out);
void loop_lookup_free(struct loop_lookup *k);

/*
 * Something to do once, before the loop next waits: so that all that a round brings leaves
 * together.  It lives in its owner, zeroed but for run and ctx.  Posting what is posted changes
 * nothing; what a task posts runs in the round after.
 */
struct loop_task {
    void (*run)(void *ctx);
    void *ctx;
    struct loop_task *next, *before;
};
void loop_task_post(struct loop *l, struct loop_task *t);
void loop_task_cancel(struct loop_task *t);

#endif
