/* SPDX-License-Identifier: Apache-2.0 */
#include "net/local.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/reader.h"
#include "net/loop.h"

#define LENGTH_SIZE 4

struct local {
    struct loop *loop;
    const struct local_events *events;
    void *ctx;
    struct loop_watch *watch;
    struct loop_task task; /* flush, or tell the end */
    struct buf out;
    struct buf in;
    struct err why; /* of the end; OK until then */
    uid_t uid;
    int fd;
    bool blocked; /* the kernel takes no more for now */
    bool busy;    /* an event may be under way, below us on the stack */
    bool orphan;  /* freed meanwhile: goes when the event has returned */
};

static void disconnect(struct local *c)
{
    loop_watch_free(c->watch);
    c->watch = NULL;
    if (c->fd >= 0)
        close(c->fd);
    c->fd = -1;
}

static void destroy(struct local *c)
{
    disconnect(c);
    loop_task_cancel(&c->task);
    buf_free(&c->out);
    buf_free(&c->in);
    free(c);
}

static void finish(struct local *c, struct err why)
{
    if (c->fd < 0)
        return;
    c->why = why;
    disconnect(c);
    loop_task_post(c->loop, &c->task);
}

static void settle(struct local *c)
{
    c->busy = false;
    if (c->orphan)
        destroy(c);
}

static void watch_on(struct local *c)
{
    struct err e = OK;

    if (c->fd >= 0)
        e = loop_watch_set(c->watch, LOOP_READABLE | (c->blocked ? LOOP_WRITABLE : 0));
    if (e.code != E_OK)
        finish(c, e);
}

static void flush(struct local *c)
{
    size_t taken = 0;

    c->blocked = false;
    while (c->fd >= 0 && !c->blocked && taken < c->out.n) {
        ssize_t n = send(c->fd, &c->out.at[taken], c->out.n - taken, MSG_NOSIGNAL);

        if (n >= 0)
            taken += (size_t)n;
        else if (errno == EAGAIN || errno == EWOULDBLOCK)
            c->blocked = true;
        else if (errno != EINTR)
            finish(c, FAIL(E_CLOSED));
    }
    buf_drop(&c->out, taken);
    watch_on(c);
}

/* All frames that are whole leave c->in. */
static void consume(struct local *c)
{
    struct reader r = reader(buf_view(&c->in));
    size_t left = 0;

    while (c->fd >= 0) {
        struct bytes message;

        left = reader_left(&r);
        message = reader_block(&r, NET_LOCAL_MAX);
        if (r.failed != E_OK)
            break;
        c->events->message(c->ctx, message);
    }
    if (c->fd < 0) /* what was lent is freed with the rest */
        return;
    if (r.failed != E_TRUNCATED)
        finish(c, FAIL(r.failed));
    else
        buf_drop(&c->in, c->in.n - left);
}

static void take_input(struct local *c)
{
    uint8_t *at = loop_scratch(c->loop);
    ssize_t n = recv(c->fd, at, LOOP_SCRATCH_SIZE, 0);

    if (n < 0) {
        if (errno != EAGAIN && errno != EWOULDBLOCK && errno != EINTR)
            finish(c, FAIL(E_CLOSED));
        return;
    }
    if (n == 0) {
        finish(c, FAIL(E_CLOSED));
        return;
    }
    buf_bytes(&c->in, bytes(at, (size_t)n));
    if (c->in.failed != E_OK)
        finish(c, FAIL(c->in.failed));
    else
        consume(c);
}

static void on_ready(void *ctx, unsigned events)
{
    struct local *c = ctx;

    c->busy = true;
    if ((events & LOOP_WRITABLE) != 0)
        flush(c);
    if (c->fd >= 0 && (events & LOOP_READABLE) != 0)
        take_input(c);
    watch_on(c);
    settle(c);
}

static void on_task(void *ctx)
{
    struct local *c = ctx;

    c->busy = true;
    if (c->fd >= 0)
        flush(c);
    else
        c->events->closed(c->ctx, c->why);
    settle(c);
}

static struct err begin(struct local *c)
{
    struct ucred peer;
    socklen_t n = sizeof peer;

    if (getsockopt(c->fd, SOL_SOCKET, SO_PEERCRED, &peer, &n) != 0)
        return FAIL(E_IO);
    c->uid = peer.uid;
    TRY(loop_watch_new(c->loop, c->fd, on_ready, c, &c->watch));
    return loop_watch_set(c->watch, LOOP_READABLE);
}

struct err local_accept(struct loop *l, int fd, const struct local_events *events, void *ctx,
                        struct local **out)
{
    struct local *c = calloc(1, sizeof *c);
    struct err err = OK;

    if (c == NULL) {
        close(fd);
        return FAIL(E_NOMEM);
    }
    c->loop = l;
    c->events = events;
    c->ctx = ctx;
    c->fd = fd;
    c->task = (struct loop_task){.run = on_task, .ctx = c};
    c->out = BUF(NET_LOCAL_MAX + LENGTH_SIZE);
    c->in = BUF(NET_LOCAL_MAX + LENGTH_SIZE + LOOP_SCRATCH_SIZE);
    TRY_OUT(begin(c));
    *out = c;
    c = NULL;
out:
    local_free(c);
    return err;
}

uid_t local_peer_uid(const struct local *c)
{
    return c->uid;
}

struct err local_send(struct local *c, struct bytes message)
{
    if (c->fd < 0)
        return FAIL(E_CLOSED);
    if (c->out.n > NET_LOCAL_MAX || message.n > NET_LOCAL_MAX - c->out.n)
        return FAIL(E_LIMIT);
    buf_u32(&c->out, (uint32_t)message.n);
    buf_bytes(&c->out, message);
    if (c->out.failed != E_OK) {
        finish(c, FAIL(c->out.failed));
        return FAIL(E_CLOSED);
    }
    loop_task_post(c->loop, &c->task);
    return OK;
}

void local_free(struct local *c)
{
    if (c == NULL)
        return;
    if (c->out.n > 0)
        flush(c);
    disconnect(c);
    if (c->busy)
        c->orphan = true;
    else
        destroy(c);
}

static struct err call_failed(const char *where)
{
    enum err_code code = errno == ENOENT || errno == ECONNREFUSED  ? E_ABSENT
                         : errno == EACCES || errno == EPERM       ? E_DENIED
                         : errno == EAGAIN || errno == EWOULDBLOCK ? E_AGAIN
                         : errno == EPIPE || errno == ECONNRESET   ? E_CLOSED
                                                                   : E_IO;

    return (struct err){code, where};
}

static struct err connect_to(int fd, const char *path)
{
    const struct timeval patience = {.tv_sec = NET_LOCAL_CALL_MS / 1000};
    struct sockaddr_un at = {.sun_family = AF_UNIX};

    if (strlen(path) >= sizeof at.sun_path)
        return FAIL(E_LIMIT);
    memcpy(at.sun_path, path, strlen(path));
    if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience) != 0 ||
        setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience) != 0 ||
        connect(fd, (const struct sockaddr *)&at, sizeof at) != 0)
        return call_failed(HERE);
    return OK;
}

static struct err send_all(int fd, struct bytes in)
{
    while (in.n > 0) {
        ssize_t n = send(fd, in.at, in.n, MSG_NOSIGNAL);

        if (n < 0 && errno != EINTR)
            return call_failed(HERE);
        if (n > 0)
            in = bytes(&in.at[n], in.n - (size_t)n);
    }
    return OK;
}

static struct err receive_all(int fd, uint8_t *at, size_t room)
{
    size_t got = 0;

    while (got < room) {
        ssize_t n = recv(fd, &at[got], room - got, 0);

        if (n == 0)
            return FAIL(E_CLOSED);
        if (n < 0 && errno != EINTR)
            return call_failed(HERE);
        if (n > 0)
            got += (size_t)n;
    }
    return OK;
}

static struct err exchange(int fd, struct bytes request, struct buf *reply)
{
    uint8_t head[LENGTH_SIZE];
    struct reader r = reader(BYTES(head));
    struct buf out = BUF(LENGTH_SIZE + NET_LOCAL_MAX);
    struct err err = OK;
    struct bytes frame;
    uint8_t *at;
    size_t n;

    buf_u32(&out, (uint32_t)request.n);
    buf_bytes(&out, request);
    TRY_OUT(buf_end(&out, &frame));
    TRY_OUT(send_all(fd, frame));
    TRY_OUT(receive_all(fd, head, sizeof head));
    n = reader_u32(&r);
    if (n > NET_LOCAL_MAX)
        TRY_OUT(FAIL(E_LIMIT));
    at = n == 0 ? NULL : buf_extend(reply, n);
    if (reply->failed != E_OK)
        TRY_OUT(FAIL(reply->failed));
    TRY_OUT(at == NULL ? OK : receive_all(fd, at, n));
out:
    buf_free(&out);
    return err;
}

struct err local_dial(const char *path, int *out)
{
    struct err err;
    int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return FAIL(E_IO);
    err = connect_to(fd, path);
    if (err.code != E_OK)
        close(fd);
    else
        *out = fd;
    return err;
}

struct err local_ask(int fd, struct bytes request, struct buf *reply)
{
    size_t before = reply->n;
    struct err err;

    if (request.n > NET_LOCAL_MAX)
        return FAIL(E_LIMIT);
    err = exchange(fd, request, reply);
    if (err.code != E_OK)
        buf_cut(reply, before);
    return err;
}

void local_hang_up(int fd)
{
    close(fd);
}
