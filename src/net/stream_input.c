/* SPDX-License-Identifier: Apache-2.0 */
/* stream_input: from records to heads and frames, and what each of them means. */
#include <stdio.h>

#include "net/stream_internal.h"

/* A peer that never stops sending lets others have their turn after this many records. */
static const unsigned READS_A_ROUND = 16;

static struct bytes tail(struct bytes in, size_t from)
{
    return bytes(&in.at[from], in.n - from);
}

/* The server's side of the upgrade: how much of `in` is done with. */
static size_t answer_request(struct stream *s, struct bytes in)
{
    struct bytes key;
    struct err e = http_request_read(in, &key);

    if (e.code == E_TRUNCATED)
        return 0;
    if (e.code == E_OK)
        e = http_acceptance_write(&s->out, key);
    if (e.code == E_OK) {
        stream_begin_open(s);
        return in.n;
    }
    if (err_who(e.code) == WHO_OPERATOR) {
        stream_finish(s, STREAM_FAILED, err_name(e.code));
        return in.n;
    }
    http_refusal_write(&s->out, e.code);
    s->deaf = true;
    stream_begin_closing(s, STREAM_REFUSED, bytes_text(e.where));
    return in.n;
}

static size_t check_response(struct stream *s, struct bytes in)
{
    unsigned status = 0;
    size_t used = 0;
    char text[32];
    struct err e = http_response_read(in, s->opening->key, &used, &status);

    if (e.code == E_TRUNCATED)
        return 0;
    if (e.code != E_OK) {
        snprintf(text, sizeof text, "HTTP status %u", status);
        stream_finish(s, STREAM_REFUSED, e.code == E_DENIED ? text : "not our kind of HTTP");
        return in.n;
    }
    stream_begin_open(s);
    return used;
}

/* The peer's close: answer it, unless it is the answer. */
static void take_close(struct stream *s, const struct websocket_item *item)
{
    s->peer_done = true;
    s->deaf = true;
    s->peer_code = item->code;
    if (s->stage == STREAM_OPEN) {
        stream_output_close(s, item->code, bytes(NULL, 0));
        if (s->stage == STREAM_OPEN)
            stream_begin_closing(s, STREAM_PEER, item->payload);
    }
    loop_task_post(s->setup->loop, &s->task);
}

static void act_on(struct stream *s, const struct websocket_item *item)
{
    switch (item->op) {
    case WEBSOCKET_BINARY:
        if (s->stage == STREAM_OPEN)
            s->setup->events->message(s->ctx, item->payload);
        break;
    case WEBSOCKET_PING:
        if (s->stage == STREAM_OPEN)
            stream_output_put(s, WEBSOCKET_PONG, item->payload);
        break;
    case WEBSOCKET_CLOSE:
        take_close(s, item);
        break;
    case WEBSOCKET_CONTINUATION:
    case WEBSOCKET_TEXT: /* never: reading refuses it */
    case WEBSOCKET_PONG:
        break;
    }
    if (!s->orphan && !s->socket.in_fragments)
        websocket_free(&s->socket); /* of a message in pieces: it was handed out */
}

static size_t take_frame(struct stream *s, uint8_t *at, size_t n)
{
    struct websocket_item item;
    size_t used = 0;
    struct err e = websocket_read(&s->socket, at, n, &used, &item);

    if (e.code == E_TRUNCATED)
        return 0;
    if (e.code == E_OK) {
        act_on(s, &item);
        return used;
    }
    s->deaf = true;
    if (s->stage == STREAM_OPEN) {
        stream_output_close(s, websocket_close_code(e.code), bytes(NULL, 0));
        if (s->stage == STREAM_OPEN)
            stream_begin_closing(s, STREAM_PROTOCOL, bytes_text(e.where));
    }
    loop_task_post(s->setup->loop, &s->task);
    return n;
}

static bool is_listening(const struct stream *s)
{
    return s->stage != STREAM_ENDED && !s->deaf;
}

/* All heads and frames that are whole; how many bytes they were. */
static size_t consume(struct stream *s, uint8_t *at, size_t n)
{
    size_t used = 0, step = 1;

    while (used < n && step > 0 && is_listening(s)) {
        struct bytes rest = tail(bytes(at, n), used);

        if (s->stage != STREAM_UPGRADING)
            step = take_frame(s, &at[used], n - used);
        else
            step = s->client ? check_response(s, rest) : answer_request(s, rest);
        used += step;
    }
    return used;
}

/* What no head or frame has taken waits in s->in, which exists for that only. */
static void feed(struct stream *s, uint8_t *at, size_t n)
{
    size_t used;

    if (s->in.at == NULL) {
        used = consume(s, at, n);
        if (used < n && is_listening(s))
            buf_bytes(&s->in, tail(bytes(at, n), used));
    } else {
        buf_bytes(&s->in, bytes(at, n));
        if (s->in.failed != E_OK) {
            stream_finish(s, STREAM_FAILED, err_name(s->in.failed));
            return;
        }
        used = consume(s, s->in.at, s->in.n);
        if (s->orphan)
            return; /* the message that was handed out last may be in there */
        buf_drop(&s->in, is_listening(s) ? used : s->in.n);
    }
    if (s->in.failed != E_OK)
        stream_finish(s, STREAM_FAILED, err_name(s->in.failed));
}

static void input_failed(struct stream *s, struct err e)
{
    if (e.code == E_CLOSED)
        stream_finish(s, STREAM_PEER, "");
    else
        stream_finish(s, STREAM_TLS, tls_session_reason());
}

void stream_input_take(struct stream *s)
{
    uint8_t *at = loop_scratch(s->setup->loop);

    for (unsigned i = 0; i < READS_A_ROUND; i++) {
        size_t n = 0;
        struct err e = tls_session_read(s->tls, at, LOOP_SCRATCH_SIZE, &n);

        if (e.code == E_AGAIN)
            return;
        if (e.code != E_OK) {
            input_failed(s, e);
            return;
        }
        s->heard_ms = loop_now_ms(s->setup->loop);
        if (!s->deaf)
            feed(s, at, n);
        if (s->stage == STREAM_ENDED || !tls_session_has_pending(s->tls))
            return;
    }
    s->read_on = true;
    loop_task_post(s->setup->loop, &s->task);
}
