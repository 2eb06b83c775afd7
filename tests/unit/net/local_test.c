/* SPDX-License-Identifier: Apache-2.0 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "assert_err.h"
#include "net/listener.h"
#include "net/local.h"
#include "net/loop.h"

#define PEERS 32

struct server;

struct peer {
    struct server *server;
    struct local *local;
};

/* A server on a thread of its own; it answers by what it is asked. */
struct server {
    char dir[32], path[64];
    struct loop *loop;
    struct listener *listener;
    struct loop_wake *stop;
    struct peer peers[PEERS];
    size_t n_peers;
    pthread_t thread;
    uid_t uid;
    unsigned frames;
    struct err closed;
};

static void on_message(void *ctx, struct bytes message)
{
    struct peer *p = ctx;

    p->server->frames++;
    p->server->uid = local_peer_uid(p->local);
    if (bytes_same(message, BYTES_LITERAL("hang up"))) {
        local_free(p->local);
        p->local = NULL;
        assert_int_equal(message.at[0], 'h'); /* lent until we return */
    } else if (bytes_same(message, BYTES_LITERAL("farewell"))) {
        assert_ok(local_send(p->local, message));
        local_free(p->local);
        p->local = NULL;
    } else if (bytes_same(message, BYTES_LITERAL("too much"))) {
        static const uint8_t zeros[NET_LOCAL_MAX + 1];

        assert_err(local_send(p->local, BYTES(zeros)), E_LIMIT);
        assert_ok(local_send(p->local, bytes(zeros, NET_LOCAL_MAX)));
        assert_err(local_send(p->local, BYTES(zeros)), E_LIMIT);
    } else {
        assert_ok(local_send(p->local, message));
    }
}

static void on_closed(void *ctx, struct err why)
{
    struct peer *p = ctx;

    p->server->closed = why;
    local_free(p->local);
    p->local = NULL;
}

static const struct local_events events = {on_message, on_closed};

static void on_accepted(void *ctx, int fd)
{
    struct server *s = ctx;
    struct peer *p = &s->peers[s->n_peers++];

    assert_in_range(s->n_peers, 1, PEERS);
    p->server = s;
    assert_ok(local_accept(s->loop, fd, &events, p, &p->local));
}

static void on_stop(void *ctx)
{
    struct server *s = ctx;

    loop_stop(s->loop);
}

static void *serve(void *arg)
{
    struct server *s = arg;

    loop_run(s->loop);
    return NULL;
}

static int server_new(void **state)
{
    struct server *s = calloc(1, sizeof *s);

    assert_non_null(s);
    strcpy(s->dir, "/tmp/tacet-local-XXXXXX");
    assert_non_null(mkdtemp(s->dir));
    snprintf(s->path, sizeof s->path, "%s/control", s->dir);
    assert_ok(loop_new(&s->loop));
    assert_ok(listener_unix(s->loop, s->path, on_accepted, s, &s->listener));
    assert_ok(loop_wake_new(s->loop, on_stop, s, &s->stop));
    assert_int_equal(pthread_create(&s->thread, NULL, serve, s), 0);
    *state = s;
    return 0;
}

/* What the server has seen may be looked at once it has stopped. */
static void server_stop(struct server *s)
{
    if (s->stop == NULL)
        return;
    loop_wake_send(s->stop);
    assert_int_equal(pthread_join(s->thread, NULL), 0);
    loop_wake_free(s->stop);
    s->stop = NULL;
}

static int server_free(void **state)
{
    struct server *s = *state;

    server_stop(s);
    for (size_t i = 0; i < s->n_peers; i++)
        local_free(s->peers[i].local);
    listener_free(s->listener);
    loop_free(s->loop);
    assert_int_equal(rmdir(s->dir), 0);
    free(s);
    return 0;
}

static struct err call(const char *path, struct bytes request, struct buf *reply)
{
    struct err err;
    int fd;

    TRY(local_dial(path, &fd));
    err = local_ask(fd, request, reply);
    local_hang_up(fd);
    return err;
}

static void a_call_is_answered_and_the_caller_known(void **state)
{
    struct server *s = *state;
    struct buf reply = BUF(NET_LOCAL_MAX);

    buf_text(&reply, "kept, ");
    assert_ok(call(s->path, BYTES_LITERAL("hello"), &reply));
    assert_bytes(buf_view(&reply), BYTES_LITERAL("kept, hello"));
    buf_free(&reply);
    assert_ok(call(s->path, bytes(NULL, 0), &reply));
    assert_int_equal(reply.n, 0);
    server_stop(s);
    assert_int_equal(s->uid, getuid());
    assert_int_equal(s->frames, 2);
}

static void a_megabyte_goes_both_ways_and_not_a_byte_more(void **state)
{
    static uint8_t large[NET_LOCAL_MAX + 1];
    struct server *s = *state;
    struct buf reply = BUF(NET_LOCAL_MAX), small = BUF(100);

    for (size_t i = 0; i < sizeof large; i++)
        large[i] = (uint8_t)(i * 31 >> 3);
    assert_ok(call(s->path, bytes(large, NET_LOCAL_MAX), &reply));
    assert_bytes(buf_view(&reply), bytes(large, NET_LOCAL_MAX));
    buf_free(&reply);
    assert_err(call(s->path, BYTES(large), &reply), E_LIMIT);
    assert_ok(call(s->path, BYTES_LITERAL("too much"), &reply));
    assert_int_equal(reply.n, NET_LOCAL_MAX);
    assert_err(call(s->path, bytes(large, 101), &small), E_LIMIT);
    assert_int_equal(small.n, 0);
    buf_free(&reply);
    buf_free(&small);
}

static void a_server_that_hangs_up_is_no_answer(void **state)
{
    struct server *s = *state;
    struct buf reply = BUF(100);

    assert_err(call(s->path, BYTES_LITERAL("hang up"), &reply), E_CLOSED);
    assert_int_equal(reply.n, 0);
    assert_ok(call(s->path, BYTES_LITERAL("again"), &reply));
    buf_free(&reply);
}

/* What was ordered is done, and whoever ordered it is told, also when the server stops then. */
static void an_answer_leaves_before_its_connection_is_freed(void **state)
{
    struct server *s = *state;
    struct buf reply = BUF(100);

    assert_ok(call(s->path, BYTES_LITERAL("farewell"), &reply));
    assert_bytes(buf_view(&reply), BYTES_LITERAL("farewell"));
    buf_free(&reply);
}

static void nobody_at_the_path_is_told_apart(void **state)
{
    struct server *s = *state;
    char far[200] = {0};
    int fd;

    memset(far, 'x', sizeof far - 1);
    assert_err(local_dial("/nowhere/control", &fd), E_ABSENT);
    assert_err(local_dial(far, &fd), E_LIMIT);
    server_stop(s);
}

/* Sends raw bytes, one at a time or all at once, and reads until the server hangs up. */
static size_t talk(const struct server *s, struct bytes in, size_t step, uint8_t *out, size_t room,
                   size_t want)
{
    struct sockaddr_un at = {.sun_family = AF_UNIX};
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    size_t got = 0;
    ssize_t n = 1;

    strcpy(at.sun_path, s->path);
    assert_int_equal(connect(fd, (const struct sockaddr *)&at, sizeof at), 0);
    for (size_t i = 0; i < in.n; i += step)
        assert_int_equal(send(fd, &in.at[i], step, MSG_NOSIGNAL), step);
    while (got < want && n > 0) {
        n = recv(fd, &out[got], room - got, 0);
        got += n > 0 ? (size_t)n : 0;
    }
    close(fd);
    return got;
}

static void frames_may_come_in_crumbs_or_together(void **state)
{
    static const char frames[] = "\0\0\0\x03one\0\0\0\0\0\0\0\x05three";
    struct server *s = *state;
    uint8_t got[64];

    for (size_t step = 1; step < sizeof frames; step += sizeof frames - 2) {
        assert_int_equal(
            talk(s, bytes(frames, sizeof frames - 1), step, got, sizeof got, sizeof frames - 1),
            sizeof frames - 1);
        assert_memory_equal(got, frames, sizeof frames - 1);
    }
}

static void a_length_over_the_limit_closes_at_once(void **state)
{
    struct server *s = *state;
    uint8_t got[64];

    assert_int_equal(talk(s, BYTES_LITERAL("\xff\xff\xff\xff"), 4, got, sizeof got, 1), 0);
    server_stop(s);
    assert_err(s->closed, E_LIMIT);
    assert_int_equal(s->frames, 0);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, server_new, server_free)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_call_is_answered_and_the_caller_known),
        TEST(a_megabyte_goes_both_ways_and_not_a_byte_more),
        TEST(a_server_that_hangs_up_is_no_answer),
        TEST(an_answer_leaves_before_its_connection_is_freed),
        TEST(nobody_at_the_path_is_told_apart),
        TEST(frames_may_come_in_crumbs_or_together),
        TEST(a_length_over_the_limit_closes_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
