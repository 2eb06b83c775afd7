/* SPDX-License-Identifier: Apache-2.0 */
#include "net/dial.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/endpoint.h"
#include "net/limits.h"
#include "net/loop.h"

struct dial {
    struct loop *loop;
    struct loop_lookup *lookup;
    struct loop_watch *watch; /* of the attempt that is under way */
    struct loop_timer *timer;
    struct addrinfo *found;
    const struct addrinfo *next;
    int fd; /* or -1 */
    void (*done)(void *ctx, struct err e, int fd);
    void *ctx;
};

static void drop_attempt(struct dial *d)
{
    loop_watch_free(d->watch);
    d->watch = NULL;
    loop_timer_stop(d->timer);
    if (d->fd >= 0)
        close(d->fd);
    d->fd = -1;
}

static void conclude(struct dial *d, struct err e)
{
    struct dial told = *d;
    int on = 1;

    if (e.code == E_OK) {
        setsockopt(told.fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
        d->fd = -1; /* given away */
    }
    dial_free(d);
    told.done(told.ctx, e, e.code == E_OK ? told.fd : -1);
}

static void on_ready(void *ctx, unsigned events);

static bool begin_attempt(struct dial *d, const struct addrinfo *a)
{
    d->fd = socket(a->ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (d->fd < 0)
        return false;
    if (connect(d->fd, a->ai_addr, a->ai_addrlen) != 0 && errno != EINPROGRESS)
        return false;
    return loop_watch_new(d->loop, d->fd, on_ready, d, &d->watch).code == E_OK &&
           loop_watch_set(d->watch, LOOP_WRITABLE).code == E_OK;
}

static void try_next(struct dial *d)
{
    for (;;) {
        const struct addrinfo *a = d->next;

        drop_attempt(d);
        if (a == NULL)
            break;
        d->next = a->ai_next;
        if (begin_attempt(d, a)) {
            if (d->next != NULL)
                loop_timer_set(d->timer, NET_ATTEMPT_MS);
            return;
        }
    }
    conclude(d, FAIL(E_IO));
}

static void on_ready(void *ctx, unsigned events)
{
    struct dial *d = ctx;
    int number = 0;
    socklen_t n = sizeof number;

    (void)events;
    if (getsockopt(d->fd, SOL_SOCKET, SO_ERROR, &number, &n) != 0 || number != 0) {
        try_next(d);
        return;
    }
    conclude(d, OK);
}

static void on_late(void *ctx)
{
    try_next(ctx);
}

static void on_found(void *ctx, struct err e, struct addrinfo *list)
{
    struct dial *d = ctx;

    d->lookup = NULL;
    if (e.code != E_OK) {
        conclude(d, e);
        return;
    }
    d->found = list;
    d->next = list;
    try_next(d);
}

struct err dial_new(struct loop *l, const char *address,
                    void (*done)(void *ctx, struct err e, int fd), void *ctx, struct dial **out)
{
    struct endpoint where;
    struct err err = OK;
    struct dial *d;

    TRY(endpoint_parse(address, &where));
    d = calloc(1, sizeof *d);
    if (d == NULL)
        return FAIL(E_NOMEM);
    d->loop = l;
    d->fd = -1;
    d->done = done;
    d->ctx = ctx;
    TRY_OUT(loop_timer_new(l, on_late, d, &d->timer));
    TRY_OUT(loop_lookup_new(l, where.host, where.port, on_found, d, &d->lookup));
    *out = d;
    d = NULL;
out:
    dial_free(d);
    return err;
}

void dial_free(struct dial *d)
{
    if (d == NULL)
        return;
    loop_lookup_free(d->lookup);
    loop_watch_free(d->watch);
    loop_timer_free(d->timer);
    if (d->fd >= 0)
        close(d->fd);
    if (d->found != NULL)
        freeaddrinfo(d->found);
    free(d);
}
