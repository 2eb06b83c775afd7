/* SPDX-License-Identifier: Apache-2.0 */
/* A server's stream against clients that keep no rules. */
#include <netinet/in.h>
#include <openssl/ssl.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "unit/net/stream_world.h"

/* A client that is not ours: blocking, on a thread of its own, and saying what it likes. */
struct stranger {
    uint16_t port;
    int version;
    struct bytes asks, says; /* after the handshake; after the answer */
    size_t step;             /* bytes a record; 0: all in one */
    bool no_tls;
    bool connected; /* by TLS */
    char heard[4096];
    size_t n;
    pthread_t thread;
};

static int stranger_connect(const struct stranger *s)
{
    struct sockaddr_in at = {.sin_family = AF_INET, .sin_port = htons(s->port)};
    struct timeval patience = {.tv_sec = 10};
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    at.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return connect(fd, (const struct sockaddr *)&at, sizeof at) == 0 ? fd : -1;
}

static bool stranger_say(struct stranger *s, SSL *ssl, struct bytes what)
{
    size_t step = s->step == 0 ? what.n : s->step;

    for (size_t i = 0; i < what.n; i += step) {
        size_t left = what.n - i;

        if (SSL_write(ssl, &what.at[i], (int)(left < step ? left : step)) <= 0)
            return false;
    }
    return true;
}

/* Until `enough` is heard, or the end if that is NULL. */
static bool stranger_listen(struct stranger *s, SSL *ssl, const char *enough)
{
    while (s->n < sizeof s->heard - 1 && (enough == NULL || strstr(s->heard, enough) == NULL)) {
        int n = SSL_read(ssl, &s->heard[s->n], (int)(sizeof s->heard - 1 - s->n));

        if (n <= 0)
            return false;
        s->n += (size_t)n;
    }
    return true;
}

static void stranger_talk(struct stranger *s, SSL *ssl)
{
    s->connected = SSL_connect(ssl) == 1;
    if (!s->connected || !stranger_say(s, ssl, s->asks))
        return;
    if (s->says.n > 0 && stranger_listen(s, ssl, "\r\n\r\n"))
        stranger_say(s, ssl, s->says);
    stranger_listen(s, ssl, NULL);
}

static void *stranger_live(void *arg)
{
    struct stranger *s = arg;
    SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
    SSL *ssl;
    char byte;
    int fd = stranger_connect(s);

    SSL_CTX_set_min_proto_version(ctx, s->version);
    SSL_CTX_set_max_proto_version(ctx, s->version);
    ssl = SSL_new(ctx);
    SSL_set_fd(ssl, fd);
    if (!s->no_tls)
        stranger_talk(s, ssl);
    else
        while (recv(fd, &byte, 1, 0) > 0) {
        }
    SSL_free(ssl);
    SSL_CTX_free(ctx);
    close(fd);
    return NULL;
}

/* From its coming to its end, as the only one. */
static void meet(struct world *w, struct stranger *s)
{
    w->n_accepted = 0;
    buf_free(&w->accepted[0].last);
    end_init(&w->accepted[0], w);
    w->accepted[0].on_message = echo;
    s->port = listener_port(w->listener);
    s->version = s->version == 0 ? TLS1_3_VERSION : s->version;
    assert_int_equal(pthread_create(&s->thread, NULL, stranger_live, s), 0);
    run_until(w, far_has_ended);
    assert_int_equal(pthread_join(s->thread, NULL), 0);
}

#define ASK                                                                      \
    "GET /tacet/v1 HTTP/1.1\r\nHost: chat.example.org\r\nUpgrade: websocket\r\n" \
    "Connection: Upgrade\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"     \
    "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Protocol: tacet.v1\r\n\r\n"
#define MASK "\0\0\0\0"

static void a_client_of_tls_1_2_is_refused(void **state)
{
    struct world *w = *state;
    struct stranger s = {.version = TLS1_2_VERSION, .asks = BYTES_LITERAL(ASK)};

    meet(w, &s);
    assert_int_equal(w->accepted[0].why, STREAM_TLS);
    assert_false(s.connected);
}

static void one_that_says_nothing_or_half_is_not_waited_for(void **state)
{
    struct world *w = *state;
    struct stranger nothing = {.no_tls = true};
    struct stranger half = {.asks = BYTES_LITERAL("GET /tacet/v1 HT")};

    w->server.limits.opening_ms = 100;
    meet(w, &nothing);
    assert_int_equal(w->accepted[0].why, STREAM_TIMEOUT);
    meet(w, &half);
    assert_int_equal(w->accepted[0].why, STREAM_TIMEOUT);
    assert_false(w->accepted[0].opened);
}

static void what_is_no_upgrade_gets_a_refusal_and_its_end(void **state)
{
    static const struct {
        const char *asks, *answer;
    } rows[] = {
        {"GET /other HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 404 "},
        {"GET /tacet/v1 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 426 "},
        {"POST /tacet/v1 HTTP/1.1\r\nHost: a\r\n\r\n", "HTTP/1.1 400 "},
        {ASK "too early", "HTTP/1.1 400 "},
    };
    struct world *w = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct stranger s = {.asks = bytes_text(rows[i].asks)};

        meet(w, &s);
        assert_int_equal(w->accepted[0].why, STREAM_REFUSED);
        assert_memory_equal(s.heard, rows[i].answer, strlen(rows[i].answer));
        assert_false(w->accepted[0].opened);
    }
}

static void a_head_without_end_is_refused(void **state)
{
    static char flood[2 * NET_HEAD_MAX];
    struct world *w = *state;
    struct stranger s = {.asks = {(const uint8_t *)flood, sizeof flood}, .step = 1000};

    memset(flood, 'a', sizeof flood);
    meet(w, &s);
    assert_int_equal(w->accepted[0].why, STREAM_REFUSED);
    assert_memory_equal(s.heard, "HTTP/1.1 431 ", 13);
}

/* What follows the answer to the upgrade. */
static struct bytes frames_heard(const struct stranger *s)
{
    const char *end = strstr(s->heard, "\r\n\r\n");

    assert_non_null(end);
    return bytes(&end[4], s->n - (size_t)(&end[4] - s->heard));
}

static void frames_against_the_rules_close_with_the_code_for_it(void **state)
{
    const struct {
        struct bytes says, heard;
    } rows[] = {
        {BYTES_LITERAL("\x82\x01x"), BYTES_LITERAL("\x88\x02\x03\xea")},         /* no mask */
        {BYTES_LITERAL("\xc2\x81" MASK "x"), BYTES_LITERAL("\x88\x02\x03\xea")}, /* reserved */
        {BYTES_LITERAL("\x81\x81" MASK "x"), BYTES_LITERAL("\x88\x02\x03\xeb")}, /* text */
        {BYTES_LITERAL("\x82\xff\x7f\xff\xff\xff\xff\xff\xff\xff" MASK),         /* too long */
         BYTES_LITERAL("\x88\x02\x03\xf1")},
        {BYTES_LITERAL("\x82\x81" MASK "x\x80\x80" MASK), /* no first */
         BYTES_LITERAL("\x82\x01x\x88\x02\x03\xea")},
    };
    struct world *w = *state;

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct stranger s = {.asks = BYTES_LITERAL(ASK), .says = rows[i].says};

        meet(w, &s);
        assert_int_equal(w->accepted[0].why, STREAM_PROTOCOL);
        assert_bytes(frames_heard(&s), rows[i].heard);
    }
}

static void pieces_pings_and_a_close_are_answered_in_crumbs_or_at_once(void **state)
{
    static const size_t steps[] = {1, 2, 7, 0};
    const struct bytes says =
        BYTES_LITERAL("\x02\x83" MASK "one\x89\x82" MASK "hi\x00\x83" MASK "two\x80\x80" MASK
                      "\x82\x80" MASK "\x88\x85" MASK "\x03\xe8"
                      "bye");
    struct world *w = *state;

    for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
        struct stranger s = {.asks = BYTES_LITERAL(ASK), .says = says, .step = steps[i]};

        meet(w, &s);
        assert_int_equal(w->accepted[0].why, STREAM_PEER);
        assert_string_equal(w->accepted[0].text, "bye");
        assert_int_equal(w->accepted[0].peer_code, 1000);
        assert_int_equal(w->accepted[0].messages, 2);
        assert_bytes(frames_heard(&s),
                     BYTES_LITERAL("\x8a\x02hi\x82\x06onetwo\x82\0\x88\x02\x03\xe8"));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(a_client_of_tls_1_2_is_refused),
        TEST(one_that_says_nothing_or_half_is_not_waited_for),
        TEST(what_is_no_upgrade_gets_a_refusal_and_its_end),
        TEST(a_head_without_end_is_refused),
        TEST(frames_against_the_rules_close_with_the_code_for_it),
        TEST(pieces_pings_and_a_close_are_answered_in_crumbs_or_at_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
