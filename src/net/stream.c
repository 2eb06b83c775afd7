/* SPDX-License-Identifier: Apache-2.0 */
#include "net/stream.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/text.h"
#include "net/dial.h"
#include "net/stream_internal.h"

static const size_t TEXT_MAX = 256;

static void opening_free(struct stream_opening *o)
{
    if (o == NULL)
        return;
    dial_free(o->dial);
    free(o->host);
    free(o->name);
    free(o);
}

/* Lets go of everything through which the outside can call back. */
static void disconnect(struct stream *s)
{
    opening_free(s->opening);
    s->opening = NULL;
    loop_watch_free(s->watch);
    s->watch = NULL;
    loop_timer_free(s->timer);
    s->timer = NULL;
    tls_session_free(s->tls);
    s->tls = NULL;
    if (s->fd >= 0)
        close(s->fd);
    s->fd = -1;
}

static void destroy(struct stream *s)
{
    disconnect(s);
    loop_task_cancel(&s->task);
    buf_free(&s->out);
    websocket_free(&s->socket);
    buf_free(&s->in);
    buf_free(&s->text);
    free(s);
}

static void post(struct stream *s)
{
    loop_task_post(s->setup->loop, &s->task);
}

static void decide(struct stream *s, enum stream_end why, struct bytes text)
{
    if (s->why != 0)
        return;
    s->why = why;
    buf_bytes(&s->text, text);
}

void stream_finish(struct stream *s, enum stream_end why, const char *text)
{
    if (s->stage == STREAM_ENDED)
        return;
    decide(s, why, bytes_text(text));
    s->stage = STREAM_ENDED;
    disconnect(s);
    post(s);
}

void stream_begin_closing(struct stream *s, enum stream_end why, struct bytes text)
{
    decide(s, why, text);
    s->stage = STREAM_CLOSING;
    loop_timer_set(s->timer, s->setup->limits.closing_ms);
    post(s);
}

static void watch_on(struct stream *s)
{
    unsigned events = LOOP_READABLE;

    if (s->stage == STREAM_ENDED)
        return;
    if (s->blocked || tls_session_wants_write(s->tls))
        events |= LOOP_WRITABLE;
    if (loop_watch_set(s->watch, events).code != E_OK)
        stream_finish(s, STREAM_FAILED, "the descriptor cannot be watched");
}

static void keep_alive(struct stream *s)
{
    const struct stream_limits *limits = &s->setup->limits;
    uint64_t now_ms = loop_now_ms(s->setup->loop);
    uint64_t silent_ms = s->heard_ms + limits->silence_ms;
    uint64_t quiet_ms = (s->heard_ms < s->sent_ms ? s->heard_ms : s->sent_ms) + limits->ping_ms;
    uint64_t next_ms = silent_ms;

    if (now_ms >= silent_ms) {
        stream_finish(s, STREAM_TIMEOUT, "nothing heard");
        return;
    }
    if (!s->client) {
        if (quiet_ms < s->pinged_ms + limits->ping_ms)
            quiet_ms = s->pinged_ms + limits->ping_ms;
        if (now_ms >= quiet_ms) {
            stream_output_put(s, WEBSOCKET_PING, bytes(NULL, 0));
            s->pinged_ms = now_ms;
            quiet_ms = now_ms + limits->ping_ms;
        }
        if (quiet_ms < next_ms)
            next_ms = quiet_ms;
    }
    if (s->stage != STREAM_ENDED)
        loop_timer_set(s->timer, next_ms - now_ms);
}

/* After events: what was freed meanwhile goes now. */
static void settle(struct stream *s)
{
    s->busy = false;
    if (s->orphan)
        destroy(s);
}

static void on_time(void *ctx)
{
    struct stream *s = ctx;

    s->busy = true;
    if (s->stage != STREAM_OPEN) {
        stream_finish(s, STREAM_TIMEOUT, "no connection in time"); /* or why it was closing */
    } else {
        /* When it was this program that stood still, what was said meanwhile is still unread. */
        stream_input_take(s);
        watch_on(s);
        if (s->stage == STREAM_OPEN)
            keep_alive(s);
    }
    settle(s);
}

void stream_begin_open(struct stream *s)
{
    uint8_t binding[STREAM_BINDING_SIZE];

    if (tls_session_binding(s->tls, binding).code != E_OK) {
        stream_finish(s, STREAM_FAILED, "no channel binding");
        return;
    }
    opening_free(s->opening);
    s->opening = NULL;
    s->stage = STREAM_OPEN;
    s->sent_ms = s->pinged_ms = s->heard_ms;
    keep_alive(s);
    post(s);
    s->setup->events->opened(s->ctx, BYTES(binding));
}

static void shake(struct stream *s)
{
    struct err e = tls_session_handshake(s->tls);

    if (e.code == E_AGAIN)
        return;
    if (e.code == E_OK) {
        s->stage = STREAM_UPGRADING;
        if (s->client)
            http_request_write(&s->out, s->opening->host, s->opening->key);
        post(s);
    } else if (e.code == E_FORGED) {
        stream_finish(s, STREAM_WRONG_PIN, "the server shows another key");
    } else if (e.code == E_CLOSED) {
        stream_finish(s, STREAM_PEER, "closed during the handshake");
    } else {
        stream_finish(s, STREAM_TLS, tls_session_reason());
    }
}

static void on_ready(void *ctx, unsigned events)
{
    struct stream *s = ctx;

    s->busy = true;
    if (s->stage == STREAM_SHAKING)
        shake(s);
    else if ((events & LOOP_WRITABLE) != 0)
        stream_output_flush(s);
    if (s->stage > STREAM_SHAKING && s->stage != STREAM_ENDED)
        stream_input_take(s);
    watch_on(s);
    settle(s);
}

static void on_task(void *ctx)
{
    struct stream *s = ctx;

    s->busy = true;
    if (s->stage > STREAM_SHAKING && s->stage != STREAM_ENDED) {
        stream_output_flush(s);
        if (s->read_on && s->stage != STREAM_ENDED) {
            s->read_on = false;
            stream_input_take(s);
        }
        watch_on(s);
    } else if (s->stage == STREAM_ENDED && !s->orphan) {
        s->setup->events->closed(s->ctx, s->why, buf_view(&s->text));
    }
    settle(s);
}

static size_t input_max(const struct stream_limits *limits)
{
    return limits->message_max + WEBSOCKET_HEADER_MAX + LOOP_SCRATCH_SIZE;
}

static struct err stream_new(const struct stream_setup *setup, int fd, void *ctx,
                             struct stream **out)
{
    const struct stream_limits *limits = &setup->limits;
    struct stream *s = calloc(1, sizeof *s);

    if (s == NULL) {
        if (fd >= 0)
            close(fd);
        return FAIL(E_NOMEM);
    }
    s->setup = setup;
    s->ctx = ctx;
    s->fd = fd;
    s->client = tls_is_client(setup->tls);
    s->task = (struct loop_task){.run = on_task, .ctx = s};
    s->out = BUF(limits->pending_max);
    s->in = BUF(input_max(limits));
    s->socket = WEBSOCKET(!s->client, limits->message_max);
    s->text = BUF(TEXT_MAX);
    *out = s;
    return OK;
}

/* From a connected descriptor on.  A client speaks first. */
static struct err begin_shaking(struct stream *s, const char *name)
{
    TRY(tls_session_new(s->setup->tls, s->fd, name, &s->tls));
    TRY(loop_watch_new(s->setup->loop, s->fd, on_ready, s, &s->watch));
    s->stage = STREAM_SHAKING;
    if (s->client)
        shake(s);
    watch_on(s);
    return OK;
}

struct err stream_accept(const struct stream_setup *setup, int fd, void *ctx, struct stream **out)
{
    struct stream *s = NULL;
    struct err err = OK;

    invariant(!tls_is_client(setup->tls));
    TRY(stream_new(setup, fd, ctx, &s));
    TRY_OUT(loop_timer_new(setup->loop, on_time, s, &s->timer));
    loop_timer_set(s->timer, setup->limits.opening_ms);
    TRY_OUT(begin_shaking(s, NULL));
    *out = s;
    s = NULL;
out:
    stream_free(s);
    return err;
}

static void on_dialed(void *ctx, struct err e, int fd)
{
    struct stream *s = ctx;

    s->opening->dial = NULL;
    s->fd = fd;
    if (e.code == E_ABSENT)
        stream_finish(s, STREAM_UNRESOLVED, "no such host");
    else if (e.code != E_OK)
        stream_finish(s, STREAM_UNREACHABLE, "nobody answers");
    else if (begin_shaking(s, s->opening->name).code != E_OK)
        stream_finish(s, STREAM_FAILED, "no TLS session");
}

static struct err begin_connecting(struct stream *s, const char *address, const char *name)
{
    struct stream_opening *o = calloc(1, sizeof *o);

    s->opening = o;
    s->stage = STREAM_CONNECTING;
    if (o == NULL)
        return FAIL(E_NOMEM);
    if (name != NULL && !text_is_domain(bytes_text(name)))
        return FAIL(E_MALFORMED);
    o->host = strdup(name == NULL ? address : name);
    o->name = name == NULL ? NULL : strdup(name);
    if (o->host == NULL || (o->name == NULL) != (name == NULL))
        return FAIL(E_NOMEM);
    TRY(tls_random(o->key, sizeof o->key));
    TRY(loop_timer_new(s->setup->loop, on_time, s, &s->timer));
    loop_timer_set(s->timer, s->setup->limits.opening_ms);
    return dial_new(s->setup->loop, address, on_dialed, s, &o->dial);
}

struct err stream_connect(const struct stream_setup *setup, const char *address, const char *name,
                          void *ctx, struct stream **out)
{
    struct stream *s = NULL;
    struct err err = OK;

    invariant(tls_is_client(setup->tls));
    TRY(stream_new(setup, -1, ctx, &s));
    TRY_OUT(begin_connecting(s, address, name));
    *out = s;
    s = NULL;
out:
    stream_free(s);
    return err;
}

struct err stream_send(struct stream *s, struct bytes message)
{
    if (message.n > s->setup->limits.message_max)
        return FAIL(E_LIMIT);
    if (s->stage < STREAM_OPEN)
        return FAIL(E_AGAIN);
    if (s->stage > STREAM_OPEN)
        return FAIL(E_CLOSED);
    stream_output_put(s, WEBSOCKET_BINARY, message);
    return s->stage == STREAM_OPEN ? OK : FAIL(E_CLOSED);
}

void stream_trust(struct stream *s, const struct stream_setup *setup)
{
    const struct stream_limits *limits = &setup->limits;

    invariant(setup->loop == s->setup->loop && setup->tls == s->setup->tls &&
              setup->events == s->setup->events);
    invariant(limits->message_max >= s->setup->limits.message_max &&
              limits->pending_max >= s->setup->limits.pending_max);
    s->setup = setup;
    s->out.max = limits->pending_max;
    s->in.max = input_max(limits);
    s->socket.pieces.max = limits->message_max;
}

size_t stream_pending(const struct stream *s)
{
    return s->out.n;
}

void stream_close(struct stream *s, uint16_t code, const char *words)
{
    if (s->stage < STREAM_OPEN) {
        stream_finish(s, STREAM_LOCAL, "");
    } else if (s->stage == STREAM_OPEN) {
        stream_output_close(s, code, bytes_text(words));
        if (s->stage == STREAM_OPEN)
            stream_begin_closing(s, STREAM_LOCAL, bytes(NULL, 0));
    }
}

void stream_abort(struct stream *s)
{
    stream_finish(s, STREAM_LOCAL, "");
}

uint16_t stream_peer_code(const struct stream *s)
{
    return s->peer_code;
}

void stream_free(struct stream *s)
{
    if (s == NULL)
        return;
    s->stage = STREAM_ENDED;
    disconnect(s);
    if (s->busy)
        s->orphan = true;
    else
        destroy(s);
}
