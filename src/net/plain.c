/* SPDX-License-Identifier: Apache-2.0 */
#include "net/plain.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "net/endpoint.h"
#include "net/http.h"
#include "net/limits.h"
#include "net/listener.h"
#include "net/loop.h"

#define HEAD_ROOM 1024 /* of an answer */

struct visitor {
    struct plain *host;
    struct loop_watch *watch;
    struct loop_timer *deadline;
    int fd;
    uint8_t in[NET_HEAD_MAX];
    size_t n;
    struct buf out;
    size_t sent;
    bool answered; /* what still comes is not looked at */
    struct visitor *next, **link;
};

struct plain {
    struct loop *loop;
    struct listener *listener;
    void (*answer)(void *ctx, struct bytes path, struct plain_answer *out);
    void *ctx;
    struct visitor *visitors;
    size_t n;
};

static void visitor_free(struct visitor *v)
{
    loop_watch_free(v->watch);
    loop_timer_free(v->deadline);
    close(v->fd);
    buf_free(&v->out);
    if (v->next != NULL)
        v->next->link = v->link;
    *v->link = v->next;
    v->host->n--;
    free(v);
}

static void on_deadline(void *ctx)
{
    visitor_free(ctx);
}

static void answer(struct visitor *v, const struct http_question *q)
{
    struct plain_answer a = {.body = BUF(PLAIN_BODY_MAX)};

    v->host->answer(v->host->ctx, q->path, &a);
    if (a.status == NULL)
        http_refusal_write(&v->out, E_ABSENT);
    else
        http_answer_write(&v->out, a.status, a.type, buf_view(&a.body), q->head);
    buf_free(&a.body);
}

/* What has come, when it is whole or cannot become so. */
static void consider(struct visitor *v)
{
    struct http_question q;
    struct err e = http_question_read(bytes(v->in, v->n), &q);

    if (e.code == E_TRUNCATED)
        return;
    v->answered = true;
    if (e.code == E_OK)
        answer(v, &q);
    else
        http_refusal_write(&v->out, e.code);
}

/* False: it is over. */
static bool take(struct visitor *v)
{
    uint8_t rest[512];
    bool asks = !v->answered;
    ssize_t n = asks ? recv(v->fd, &v->in[v->n], sizeof v->in - v->n, 0)
                     : recv(v->fd, rest, sizeof rest, 0);

    if (n < 0)
        return errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR;
    if (n == 0)
        return false;
    if (asks) {
        v->n += (size_t)n;
        consider(v);
    }
    return true;
}

/* All that is left; behind it our side is closed, and the visitor's is waited for: an answer that
 * was sent is lost when a socket closes with something unread.  False: it is over. */
static bool give(struct visitor *v)
{
    ssize_t n;

    if (v->out.failed != E_OK)
        return false;
    while (v->sent < v->out.n) {
        n = send(v->fd, &v->out.at[v->sent], v->out.n - v->sent, MSG_NOSIGNAL);
        if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return loop_watch_set(v->watch, LOOP_WRITABLE).code == E_OK;
        if (n < 0 && errno != EINTR)
            return false;
        v->sent += n < 0 ? 0 : (size_t)n;
    }
    shutdown(v->fd, SHUT_WR);
    return loop_watch_set(v->watch, LOOP_READABLE).code == E_OK;
}

static void on_ready(void *ctx, unsigned events)
{
    struct visitor *v = ctx;
    bool goes_on = true;

    if ((events & LOOP_READABLE) != 0)
        goes_on = take(v);
    if (goes_on && v->answered)
        goes_on = give(v);
    if (!goes_on)
        visitor_free(v);
}

static void on_visit(void *ctx, int fd)
{
    struct plain *p = ctx;
    struct visitor *v = p->n < NET_PLAIN_MAX ? calloc(1, sizeof *v) : NULL;

    if (v == NULL) {
        close(fd);
        return;
    }
    v->host = p;
    v->fd = fd;
    v->out = BUF(PLAIN_BODY_MAX + HEAD_ROOM);
    v->next = p->visitors;
    v->link = &p->visitors;
    if (v->next != NULL)
        v->next->link = &v->next;
    p->visitors = v;
    p->n++;
    if (loop_timer_new(p->loop, on_deadline, v, &v->deadline).code != E_OK ||
        loop_watch_new(p->loop, fd, on_ready, v, &v->watch).code != E_OK ||
        loop_watch_set(v->watch, LOOP_READABLE).code != E_OK) {
        visitor_free(v);
        return;
    }
    loop_timer_set(v->deadline, NET_PLAIN_MS);
}

struct err plain_new(struct loop *l, const char *address,
                     void (*answer_to)(void *ctx, struct bytes path, struct plain_answer *out),
                     void *ctx, struct plain **out)
{
    struct endpoint where;
    struct plain *p;
    struct err err;

    TRY(endpoint_parse(address, &where));
    if (!endpoint_is_loopback(&where))
        return FAIL(E_DENIED);
    p = calloc(1, sizeof *p);
    if (p == NULL)
        return FAIL(E_NOMEM);
    p->loop = l;
    p->answer = answer_to;
    p->ctx = ctx;
    err = listener_tcp(l, address, on_visit, p, &p->listener);
    if (err.code != E_OK) {
        free(p);
        return err;
    }
    *out = p;
    return OK;
}

uint16_t plain_port(const struct plain *p)
{
    return listener_port(p->listener);
}

void plain_free(struct plain *p)
{
    struct visitor *next;

    if (p == NULL)
        return;
    listener_free(p->listener);
    for (struct visitor *v = p->visitors; v != NULL; v = next) {
        next = v->next;
        visitor_free(v);
    }
    free(p);
}
