/* SPDX-License-Identifier: Apache-2.0 */
#include "net/plain.h"

#include <arpa/inet.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include "assert_err.h"
#include "net/http.h"
#include "net/loop.h"

#define HOST "Host: 127.0.0.1:9100\r\n"

/* A server on a thread of its own, which knows one path. */
struct server {
    struct loop *loop;
    struct plain *plain;
    struct loop_wake *stop;
    pthread_t thread;
    uint16_t port;
};

static void on_question(void *ctx, struct bytes path, struct plain_answer *out)
{
    (void)ctx;
    if (!bytes_same(path, BYTES_LITERAL("/long")))
        return;
    out->status = "200 OK";
    out->type = "text/plain";
    buf_zeros(&out->body, PLAIN_BODY_MAX);
}

static void on_stop(void *ctx)
{
    struct server *s = ctx;

    loop_wake_free(s->stop);
    plain_free(s->plain); /* with whoever still hangs on */
    loop_stop(s->loop);
}

static void *run(void *ctx)
{
    struct server *s = ctx;

    loop_run(s->loop);
    loop_free(s->loop);
    return NULL;
}

static int begin(void **state)
{
    struct server *s = calloc(1, sizeof *s);

    assert_non_null(s);
    assert_ok(loop_new(&s->loop));
    assert_ok(plain_new(s->loop, "127.0.0.1:0", on_question, s, &s->plain));
    assert_ok(loop_wake_new(s->loop, on_stop, s, &s->stop));
    s->port = plain_port(s->plain);
    assert_int_equal(pthread_create(&s->thread, NULL, run, s), 0);
    *state = s;
    return 0;
}

static int end(void **state)
{
    struct server *s = *state;

    loop_wake_send(s->stop);
    pthread_join(s->thread, NULL);
    free(s);
    return 0;
}

static int visit(const struct server *s)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(s->port)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_true(fd >= 0);
    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof at), 0);
    return fd;
}

/* All that comes until the other side closes; its length. */
static size_t hear(int fd, char *out, size_t size)
{
    size_t n = 0;
    ssize_t got = 1;

    while (got > 0 && n + 1 < size) {
        got = recv(fd, &out[n], size - 1 - n, 0);
        n += got > 0 ? (size_t)got : 0;
    }
    out[n] = '\0';
    close(fd);
    return n;
}

static size_t ask(const struct server *s, const char *text, char *out, size_t size)
{
    int fd = visit(s);

    assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
    return hear(fd, out, size);
}

static void assert_begins(const char *text, const char *with)
{
    if (strncmp(text, with, strlen(with)) != 0)
        fail_msg("wanted \"%s\", got \"%.60s\"", with, text);
}

static void a_question_in_pieces_has_a_whole_answer(void **state)
{
    static const char text[] = "GET /long HTTP/1.1\r\n" HOST "\r\n";
    char *answer = malloc(2 * PLAIN_BODY_MAX), *body;
    size_t n;
    int fd = visit(*state);

    assert_non_null(answer);
    for (size_t i = 0; i < strlen(text); i++)
        assert_int_equal(send(fd, &text[i], 1, MSG_NOSIGNAL), 1);
    n = hear(fd, answer, 2 * PLAIN_BODY_MAX);
    assert_begins(answer, "HTTP/1.1 200 OK\r\n");
    assert_non_null(strstr(answer, "Content-Length: 262144\r\n"));
    body = strstr(answer, "\r\n\r\n");
    assert_non_null(body);
    assert_int_equal(n - (size_t)(body + 4 - answer), PLAIN_BODY_MAX);
    free(answer);
}

static void who_asks_for_the_head_gets_no_body(void **state)
{
    char answer[1024];
    size_t n = ask(*state, "HEAD /long HTTP/1.1\r\n" HOST "\r\n", answer, sizeof answer);

    assert_begins(answer, "HTTP/1.1 200 OK\r\n");
    assert_non_null(strstr(answer, "Content-Length: 262144\r\n"));
    assert_string_equal(&answer[n - 4], "\r\n\r\n");
}

static void anything_else_is_refused(void **state)
{
    static const struct {
        const char *text, *status;
    } rows[] = {
        {"GET /other HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 404 "},
        {"GET /long?x HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 404 "},
        {"POST /long HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 405 "},
        {"get /long HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 405 "},
        {"GET /long HTTP/1.0\r\n" HOST "\r\n", "HTTP/1.1 400 "},
        {"GET http://x/long HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 400 "},
        {"GET /long HTTP/1.1\r\n\r\n", "HTTP/1.1 400 "},
        {"GET /long HTTP/1.1\r\n" HOST HOST "\r\n", "HTTP/1.1 400 "},
        {"GET /long HTTP/1.1\n" HOST "\r\n\r\n", "HTTP/1.1 400 "},
        {"GET /long HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", "HTTP/1.1 400 "},
        {"GET /long HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n", "HTTP/1.1 400 "},
        {"GET /long HTTP/1.1\r\n" HOST "\r\nGET /long HTTP/1.1\r\n" HOST "\r\n", "HTTP/1.1 400 "},
    };
    char answer[1024];

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        ask(*state, rows[i].text, answer, sizeof answer);
        assert_begins(answer, rows[i].status);
    }
}

static void a_question_without_an_end_is_refused(void **state)
{
    char text[NET_HEAD_MAX + 1], answer[1024];

    memset(text, 'a', sizeof text);
    text[NET_HEAD_MAX] = '\0';
    memcpy(text, "GET /", 5);
    ask(*state, text, answer, sizeof answer);
    assert_begins(answer, "HTTP/1.1 431 ");
}

static void a_few_are_heard_at_once_and_the_next_is_hung_up_on(void **state)
{
    static const char text[] = "GET /other HTTP/1.1\r\n" HOST "\r\n";
    int fds[NET_PLAIN_MAX];
    char answer[1024];

    for (size_t i = 0; i < NET_PLAIN_MAX; i++)
        fds[i] = visit(*state);
    assert_int_equal(hear(visit(*state), answer, sizeof answer), 0);
    for (size_t i = 0; i < NET_PLAIN_MAX; i++) {
        assert_int_equal(send(fds[i], text, strlen(text), MSG_NOSIGNAL), strlen(text));
        hear(fds[i], answer, sizeof answer);
        assert_begins(answer, "HTTP/1.1 404 ");
    }
}

static void who_says_nothing_is_left(void **state)
{
    char answer[1024];

    assert_int_equal(hear(visit(*state), answer, sizeof answer), 0);
}

static void only_this_machine_is_listened_to(void **state)
{
    static const char *const others[] = {"0.0.0.0:0", "localhost:0", "[::]:0"};
    struct plain *p = NULL;
    struct loop *l;

    (void)state;
    assert_ok(loop_new(&l));
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
        assert_err(plain_new(l, others[i], on_question, NULL, &p), E_DENIED);
    assert_err(plain_new(l, "127.0.0.1", on_question, NULL, &p), E_MALFORMED);
    assert_null(p);
    loop_free(l);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, begin, end)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_question_in_pieces_has_a_whole_answer),
        TEST(who_asks_for_the_head_gets_no_body),
        TEST(anything_else_is_refused),
        TEST(a_question_without_an_end_is_refused),
        TEST(a_few_are_heard_at_once_and_the_next_is_hung_up_on),
        TEST(who_says_nothing_is_left),
        cmocka_unit_test(only_this_machine_is_listened_to),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
