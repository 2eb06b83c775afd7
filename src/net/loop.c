/* SPDX-License-Identifier: Apache-2.0 */
#include "net/loop.h"

#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <uv.h>

struct loop {
    uv_loop_t uv;
    uv_prepare_t before_waiting; /* runs the tasks */
    uv_idle_t hurry;             /* active while tasks are posted: the loop does not sleep then */
    struct loop_task posted;     /* head of a ring */
    struct loop_task running;    /* the same, of this round */
    bool stopped;                /* since a run began */
    uint8_t scratch[LOOP_SCRATCH_SIZE];
};

/* Each handle begins with libuv's, and is one block of memory. */
struct loop_watch {
    uv_poll_t uv;
    unsigned events;
    void (*ready)(void *ctx, unsigned events);
    void *ctx;
};

struct loop_timer {
    uv_timer_t uv;
    void (*fired)(void *ctx);
    void *ctx;
};

struct loop_wake {
    uv_async_t uv;
    void (*woken)(void *ctx);
    void *ctx;
};

struct loop_signal {
    uv_signal_t uv;
    void (*caught)(void *ctx);
    void *ctx;
};

struct loop_lookup {
    uv_getaddrinfo_t uv;
    void (*found)(void *ctx, struct err e, struct addrinfo *list); /* NULL: nobody asks any more */
    void *ctx;
};

/* libuv holds a handle for a moment after it was closed: the memory goes when it lets go. */
static void let_go(uv_handle_t *h)
{
    free(h);
}

static enum err_code code_of(int status)
{
    return status == UV_ENOMEM ? E_NOMEM : E_IO;
}

static void ring_clear(struct loop_task *head)
{
    head->next = head->before = head;
}

static bool ring_is_empty(const struct loop_task *head)
{
    return head->next == head;
}

static void do_nothing(uv_idle_t *h)
{
    (void)h;
}

void loop_task_post(struct loop *l, struct loop_task *t)
{
    if (t->next != NULL)
        return;
    t->next = &l->posted;
    t->before = l->posted.before;
    t->before->next = t;
    l->posted.before = t;
    uv_idle_start(&l->hurry, do_nothing);
}

void loop_task_cancel(struct loop_task *t)
{
    if (t->next == NULL)
        return;
    t->next->before = t->before;
    t->before->next = t->next;
    t->next = t->before = NULL;
}

static void run_tasks(struct loop *l)
{
    if (!ring_is_empty(&l->posted)) {
        l->running.next = l->posted.next;
        l->running.before = l->posted.before;
        l->running.next->before = l->running.before->next = &l->running;
        ring_clear(&l->posted);
    }
    while (!ring_is_empty(&l->running)) {
        struct loop_task *t = l->running.next;

        loop_task_cancel(t);
        t->run(t->ctx);
    }
    if (ring_is_empty(&l->posted))
        uv_idle_stop(&l->hurry);
}

static void on_prepare(uv_prepare_t *h)
{
    run_tasks(h->data);
}

struct err loop_new(struct loop **out)
{
    struct loop *l = calloc(1, sizeof *l);
    int status;

    if (l == NULL)
        return FAIL(E_NOMEM);
    status = uv_loop_init(&l->uv);
    if (status != 0) {
        free(l);
        return FAIL(code_of(status));
    }
    ring_clear(&l->posted);
    ring_clear(&l->running);
    uv_idle_init(&l->uv, &l->hurry);
    uv_prepare_init(&l->uv, &l->before_waiting);
    l->before_waiting.data = l;
    uv_prepare_start(&l->before_waiting, on_prepare);
    uv_unref((uv_handle_t *)&l->before_waiting);
    signal(SIGPIPE, SIG_IGN);
    *out = l;
    return OK;
}

static void check_closed(uv_handle_t *h, void *ctx)
{
    struct loop *l = ctx;

    invariant(uv_is_closing(h) || h == (uv_handle_t *)&l->hurry ||
              h == (uv_handle_t *)&l->before_waiting);
}

void loop_free(struct loop *l)
{
    if (l == NULL)
        return;
    uv_walk(&l->uv, check_closed, l);
    uv_close((uv_handle_t *)&l->hurry, NULL);
    uv_close((uv_handle_t *)&l->before_waiting, NULL);
    do /* twice when loop_stop() was called after the loop had ended */
        uv_run(&l->uv, UV_RUN_DEFAULT);
    while (uv_loop_alive(&l->uv) != 0);
    invariant(uv_loop_close(&l->uv) == 0);
    free(l);
}

void loop_run(struct loop *l)
{
    uv_run(&l->uv, UV_RUN_DEFAULT);
    run_tasks(l);
    l->stopped = false;
}

bool loop_run_beside(struct loop *l, int fd)
{
    struct pollfd fds[] = {{.fd = fd, .events = POLLIN},
                           {.fd = uv_backend_fd(&l->uv), .events = POLLIN}};
    int wait_ms;

    do {
        uv_run(&l->uv, UV_RUN_NOWAIT);
        wait_ms = uv_loop_alive(&l->uv) != 0 ? uv_backend_timeout(&l->uv) : -1;
        if (poll(fds, 2, l->stopped ? 0 : wait_ms) < 0)
            fds[0].revents = 0;
    } while (!l->stopped && fds[0].revents == 0);
    run_tasks(l);
    l->stopped = false;
    return fds[0].revents != 0;
}

void loop_stop(struct loop *l)
{
    l->stopped = true;
    uv_stop(&l->uv);
}

uint64_t loop_now_ms(const struct loop *l)
{
    return uv_now(&l->uv);
}

uint8_t *loop_scratch(struct loop *l)
{
    return l->scratch;
}

static void on_ready(uv_poll_t *h, int status, int events)
{
    struct loop_watch *w = (struct loop_watch *)h;
    unsigned ready = 0;

    if (status < 0) {
        w->events = 0; /* libuv has stopped it: the next set starts it again */
        ready = LOOP_READABLE | LOOP_WRITABLE;
    }
    if ((events & UV_READABLE) != 0)
        ready |= LOOP_READABLE;
    if ((events & UV_WRITABLE) != 0)
        ready |= LOOP_WRITABLE;
    w->ready(w->ctx, ready);
}

struct err loop_watch_new(struct loop *l, int fd, void (*ready)(void *ctx, unsigned events),
                          void *ctx, struct loop_watch **out)
{
    struct loop_watch *w = calloc(1, sizeof *w);
    int status;

    if (w == NULL)
        return FAIL(E_NOMEM);
    status = uv_poll_init(&l->uv, &w->uv, fd);
    if (status != 0) {
        free(w);
        return FAIL(code_of(status));
    }
    w->ready = ready;
    w->ctx = ctx;
    *out = w;
    return OK;
}

struct err loop_watch_set(struct loop_watch *w, unsigned events)
{
    int wanted = 0;
    int status;

    if (events == w->events)
        return OK;
    if ((events & LOOP_READABLE) != 0)
        wanted |= UV_READABLE;
    if ((events & LOOP_WRITABLE) != 0)
        wanted |= UV_WRITABLE;
    status = wanted == 0 ? uv_poll_stop(&w->uv) : uv_poll_start(&w->uv, wanted, on_ready);
    if (status != 0)
        return FAIL(code_of(status));
    w->events = events;
    return OK;
}

void loop_watch_free(struct loop_watch *w)
{
    if (w != NULL)
        uv_close((uv_handle_t *)&w->uv, let_go);
}

static void on_time(uv_timer_t *h)
{
    struct loop_timer *t = (struct loop_timer *)h;

    t->fired(t->ctx);
}

struct err loop_timer_new(struct loop *l, void (*fired)(void *ctx), void *ctx,
                          struct loop_timer **out)
{
    struct loop_timer *t = calloc(1, sizeof *t);

    if (t == NULL)
        return FAIL(E_NOMEM);
    uv_timer_init(&l->uv, &t->uv);
    t->fired = fired;
    t->ctx = ctx;
    *out = t;
    return OK;
}

void loop_timer_set(struct loop_timer *t, uint64_t in_ms)
{
    uv_timer_start(&t->uv, on_time, in_ms, 0);
}

void loop_timer_stop(struct loop_timer *t)
{
    uv_timer_stop(&t->uv);
}

void loop_timer_free(struct loop_timer *t)
{
    if (t != NULL)
        uv_close((uv_handle_t *)&t->uv, let_go);
}

static void on_wake(uv_async_t *h)
{
    struct loop_wake *w = (struct loop_wake *)h;

    w->woken(w->ctx);
}

struct err loop_wake_new(struct loop *l, void (*woken)(void *ctx), void *ctx,
                         struct loop_wake **out)
{
    struct loop_wake *w = calloc(1, sizeof *w);
    int status;

    if (w == NULL)
        return FAIL(E_NOMEM);
    w->woken = woken;
    w->ctx = ctx;
    status = uv_async_init(&l->uv, &w->uv, on_wake);
    if (status != 0) {
        free(w);
        return FAIL(code_of(status));
    }
    *out = w;
    return OK;
}

void loop_wake_send(struct loop_wake *w)
{
    uv_async_send(&w->uv);
}

void loop_wake_free(struct loop_wake *w)
{
    if (w != NULL)
        uv_close((uv_handle_t *)&w->uv, let_go);
}

static void on_signal(uv_signal_t *h, int number)
{
    struct loop_signal *s = (struct loop_signal *)h;

    (void)number;
    s->caught(s->ctx);
}

struct err loop_signal_new(struct loop *l, int number, void (*caught)(void *ctx), void *ctx,
                           struct loop_signal **out)
{
    struct loop_signal *s = calloc(1, sizeof *s);
    int status;

    if (s == NULL)
        return FAIL(E_NOMEM);
    s->caught = caught;
    s->ctx = ctx;
    status = uv_signal_init(&l->uv, &s->uv);
    if (status != 0) {
        free(s);
        return FAIL(code_of(status));
    }
    status = uv_signal_start(&s->uv, on_signal, number);
    if (status != 0) {
        uv_close((uv_handle_t *)&s->uv, let_go);
        return FAIL(code_of(status));
    }
    *out = s;
    return OK;
}

void loop_signal_free(struct loop_signal *s)
{
    if (s != NULL)
        uv_close((uv_handle_t *)&s->uv, let_go);
}

static void on_found(uv_getaddrinfo_t *request, int status, struct addrinfo *list)
{
    struct loop_lookup k = *(struct loop_lookup *)request;

    free(request);
    if (k.found == NULL)
        uv_freeaddrinfo(list);
    else if (status != 0)
        k.found(k.ctx, FAIL(E_ABSENT), NULL);
    else
        k.found(k.ctx, OK, list);
}

struct err loop_lookup_new(struct loop *l, const char *host, const char *port,
                           void (*found)(void *ctx, struct err e, struct addrinfo *list), void *ctx,
                           struct loop_lookup **out)
{
    const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
    struct loop_lookup *k = calloc(1, sizeof *k);
    int status;

    if (k == NULL)
        return FAIL(E_NOMEM);
    k->found = found;
    k->ctx = ctx;
    status = uv_getaddrinfo(&l->uv, &k->uv, on_found, host, port, &hints);
    if (status != 0) {
        free(k);
        return FAIL(code_of(status));
    }
    *out = k;
    return OK;
}

void loop_lookup_free(struct loop_lookup *k)
{
    if (k == NULL)
        return;
    k->found = NULL;
    uv_cancel((uv_req_t *)&k->uv); /* may be too late: on_found frees it either way */
}
