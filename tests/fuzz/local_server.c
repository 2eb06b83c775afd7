/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The control socket as the server reads it, on a pair of sockets and a stand-in for the loop:
 * frames are what stands behind each length, until one is too long.
 *
 * Input: a byte for the length of pieces that arrive together; then the bytes of the connection.
 */
#include <sys/socket.h>
#include <unistd.h>

#include "fuzz/fuzz.h"
#include "net/local.h"
#include "net/loop.h"

#define ROUNDS_MAX 65536

struct loop {
    uint8_t scratch[LOOP_SCRATCH_SIZE];
};

static void (*ready)(void *ctx, unsigned events);
static void *ready_ctx;
static struct loop_task *posted;
static struct buf heard;
static enum err_code ended;

uint8_t *loop_scratch(struct loop *l)
{
    return l->scratch;
}

struct err loop_watch_new(struct loop *l, int fd, void (*on_ready)(void *ctx, unsigned events),
                          void *ctx, struct loop_watch **out)
{
    (void)l;
    (void)fd;
    ready = on_ready;
    ready_ctx = ctx;
    *out = NULL;
    return OK;
}

struct err loop_watch_set(struct loop_watch *w, unsigned events)
{
    (void)w;
    (void)events;
    return OK;
}

void loop_watch_free(struct loop_watch *w)
{
    (void)w;
    ready = NULL;
}

void loop_task_post(struct loop *l, struct loop_task *t)
{
    (void)l;
    posted = t;
}

void loop_task_cancel(struct loop_task *t)
{
    if (posted == t)
        posted = NULL;
}

static void on_message(void *ctx, struct bytes message)
{
    (void)ctx;
    invariant(ended == E_OK && message.n <= NET_LOCAL_MAX);
    buf_u32(&heard, (uint32_t)message.n);
    buf_bytes(&heard, message);
}

static void on_closed(void *ctx, struct err why)
{
    (void)ctx;
    invariant(ended == E_OK && why.code != E_OK);
    ended = why.code;
}

/* What should be heard, without local.c. */
static void is_what_was_sent(struct bytes in)
{
    struct reader r = reader(in), h = reader(buf_view(&heard));

    while (reader_left(&h) > 0)
        invariant(bytes_same(reader_block(&r, NET_LOCAL_MAX), reader_block(&h, NET_LOCAL_MAX)));
    invariant(r.failed == E_OK && h.failed == E_OK);
    reader_block(&r, NET_LOCAL_MAX);
    invariant(r.failed == (ended == E_LIMIT ? E_LIMIT : E_TRUNCATED));
}

static void pump(int fd, struct bytes in, size_t piece)
{
    struct reader r = reader(in);

    for (int i = 0; i < ROUNDS_MAX && ready != NULL; i++) {
        struct bytes next = reader_take(&r, piece < reader_left(&r) ? piece : reader_left(&r));

        if (next.n == 0)
            shutdown(fd, SHUT_WR);
        else
            invariant(send(fd, next.at, next.n, MSG_NOSIGNAL) == (ssize_t)next.n);
        ready(ready_ctx, LOOP_READABLE);
    }
    if (posted != NULL)
        posted->run(posted->ctx);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    static struct loop loop;
    static const struct local_events events = {on_message, on_closed};
    struct reader r = reader(bytes(at, n));
    size_t piece = (size_t)reader_u8(&r) + 1;
    struct local *c = NULL;
    int fd[2];

    heard = BUF(SIZE_MAX);
    ended = E_OK;
    posted = NULL;
    invariant(socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, fd) == 0);
    invariant(local_accept(&loop, fd[1], &events, NULL, &c).code == E_OK);
    pump(fd[0], reader_rest(&r), piece);
    invariant(ended == E_CLOSED || ended == E_LIMIT);
    is_what_was_sent(reader_rest(&r));
    local_free(c);
    close(fd[0]);
    buf_free(&heard);
    return 0;
}
