/* SPDX-License-Identifier: Apache-2.0 */
/* stream_world: a server and a client on one loop, for the tests of streams. */
#ifndef TACET_TESTS_STREAM_WORLD_H
#define TACET_TESTS_STREAM_WORLD_H

#include <stdio.h>
#include <stdlib.h>

#include "assert_err.h"
#include "net/listener.h"
#include "net/loop.h"
#include "net/stream.h"
#include "net/tls.h"
#include "net/tls_certificate.h"

#define PATIENCE_MS 90000
#define NOW_MS      UINT64_C(1790000000000)
#define ACCEPTED    4
#define KEPT        (1024 * 1024)

struct world;

/* One end of a connection and what it has seen. */
struct end {
    struct world *world;
    struct stream *stream;
    bool opened, late_event;
    uint8_t binding[STREAM_BINDING_SIZE];
    size_t messages, in_order; /* those that hold their own number */
    struct buf last;
    enum stream_end why;
    char text[64];
    uint16_t peer_code;
    void (*on_opened)(struct end *e);
    void (*on_message)(struct end *e, struct bytes message);
};

/* A server and a client on one loop. */
struct world {
    struct loop *loop;
    struct loop_timer *patience;
    bool late;
    struct tls *server_tls, *client_tls;
    struct stream_setup server, client;
    struct listener *listener;
    char address[64];
    struct end accepted[ACCEPTED], near; /* near: the client's end */
    size_t n_accepted;
    bool (*until)(const struct world *w);
};

static inline void look(struct world *w)
{
    if (w->until != NULL && w->until(w))
        loop_stop(w->loop);
}

static inline void on_opened(void *ctx, struct bytes binding)
{
    struct end *e = ctx;

    assert_false(e->opened);
    assert_int_equal(binding.n, STREAM_BINDING_SIZE);
    memcpy(e->binding, binding.at, binding.n);
    e->opened = true;
    if (e->on_opened != NULL)
        e->on_opened(e);
    look(e->world);
}

static inline void on_message(void *ctx, struct bytes message)
{
    struct end *e = ctx;

    assert_true(e->opened && e->why == 0);
    if (message.n == sizeof e->messages && memcmp(message.at, &e->messages, message.n) == 0)
        e->in_order++;
    e->messages++;
    if (e->on_message != NULL)
        e->on_message(e, message);
    buf_free(&e->last);
    buf_bytes(&e->last, message);
    look(e->world);
}

static inline void on_closed(void *ctx, enum stream_end why, struct bytes text)
{
    struct end *e = ctx;

    assert_int_equal(e->why, 0);
    e->why = why;
    if (text.n > 0)
        memcpy(e->text, text.at, text.n < sizeof e->text ? text.n : sizeof e->text - 1);
    if (e->stream != NULL)
        e->peer_code = stream_peer_code(e->stream);
    stream_free(e->stream);
    e->stream = NULL;
    look(e->world);
}

static const struct stream_events events = {on_opened, on_message, on_closed};

static inline void end_init(struct end *e, struct world *w)
{
    *e = (struct end){.world = w, .last = BUF(KEPT)};
}

static inline void on_accepted(void *ctx, int fd)
{
    struct world *w = ctx;
    struct end *e = &w->accepted[w->n_accepted++];

    assert_in_range(w->n_accepted, 1, ACCEPTED);
    assert_ok(stream_accept(&w->server, fd, e, &e->stream));
}

static inline void on_late(void *ctx)
{
    struct world *w = ctx;

    w->late = true;
    loop_stop(w->loop);
}

static inline void make_server(struct tls **tls, uint8_t pin[TLS_PIN_SIZE])
{
    struct buf key = BUF(8192), cert = BUF(8192);

    assert_ok(tls_certificate_make("chat.example.org", NOW_MS, &key, &cert));
    assert_ok(tls_pin(buf_view(&cert), pin));
    assert_ok(tls_new_server(buf_view(&key), buf_view(&cert), tls));
    buf_free(&key);
    buf_free(&cert);
}

static inline bool listen_on(struct world *w, const char *host)
{
    snprintf(w->address, sizeof w->address, "%s:0", host);
    if (listener_tcp(w->loop, w->address, on_accepted, w, &w->listener).code != E_OK)
        return false;
    snprintf(w->address, sizeof w->address, "%s:%u", host, listener_port(w->listener));
    return true;
}

static inline int world_new(void **state)
{
    struct world *w = calloc(1, sizeof *w);
    const struct stream_limits usual = STREAM_LIMITS;
    uint8_t pin[TLS_PIN_SIZE];

    assert_non_null(w);
    assert_ok(loop_new(&w->loop));
    assert_ok(loop_timer_new(w->loop, on_late, w, &w->patience));
    loop_timer_set(w->patience, PATIENCE_MS);
    make_server(&w->server_tls, pin);
    assert_ok(tls_new_client(BYTES(pin), &w->client_tls));
    w->server = (struct stream_setup){w->loop, w->server_tls, &events, usual};
    w->client = (struct stream_setup){w->loop, w->client_tls, &events, usual};
    end_init(&w->near, w);
    for (size_t i = 0; i < ACCEPTED; i++)
        end_init(&w->accepted[i], w);
    assert_true(listen_on(w, "127.0.0.1"));
    *state = w;
    return 0;
}

static inline int world_free(void **state)
{
    struct world *w = *state;

    for (size_t i = 0; i < ACCEPTED; i++) {
        stream_free(w->accepted[i].stream);
        buf_free(&w->accepted[i].last);
    }
    stream_free(w->near.stream);
    buf_free(&w->near.last);
    listener_free(w->listener);
    loop_timer_free(w->patience);
    loop_free(w->loop);
    tls_free(w->server_tls);
    tls_free(w->client_tls);
    free(w);
    return 0;
}

static inline void run_until(struct world *w, bool (*until)(const struct world *w))
{
    w->until = until;
    if (!until(w))
        loop_run(w->loop);
    assert_false(w->late);
    assert_true(until(w));
}

static inline bool both_are_open(const struct world *w)
{
    return w->near.opened && w->accepted[0].opened;
}

static inline bool both_have_ended(const struct world *w)
{
    return w->near.why != 0 && w->accepted[0].why != 0;
}

static inline bool near_has_ended(const struct world *w)
{
    return w->near.why != 0;
}

static inline bool far_has_ended(const struct world *w)
{
    return w->accepted[0].why != 0;
}

static inline bool near_has_heard(const struct world *w)
{
    return w->near.messages > 0;
}

static inline void connect_near(struct world *w)
{
    assert_ok(
        stream_connect(&w->client, w->address, "chat.example.org", &w->near, &w->near.stream));
}

static inline void open_both(struct world *w)
{
    connect_near(w);
    run_until(w, both_are_open);
}

static inline void echo(struct end *e, struct bytes message)
{
    assert_ok(stream_send(e->stream, message));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, world_new, world_free)

#endif
