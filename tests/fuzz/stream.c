/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A stream's way from records to messages, without a socket: src/net/stream_input.c between
 * stand-ins for TLS, loop and output.  However the bytes are cut into records, the same is heard
 * and answered; but a server that is asked for an upgrade refuses what has already come behind the
 * head.
 *
 * Input: a byte of which 1 says "a client reads" and 2 "the upgrade is over"; a byte for the length
 * of records in the second reading; then the bytes of the connection.
 */
#include "fuzz/fuzz.h"
#include "net/stream_internal.h"

#define MESSAGE_MAX 300

struct loop {
    uint8_t scratch[LOOP_SCRATCH_SIZE];
};

/* The connection: what is still to come, how it is cut, and what was heard of it. */
static struct {
    struct reader input;
    size_t record;
    struct buf messages;
    unsigned closings;
} line;

/* ---- stand-ins */

uint8_t *loop_scratch(struct loop *l)
{
    return l->scratch;
}

uint64_t loop_now_ms(const struct loop *l)
{
    (void)l;
    return 1;
}

void loop_task_post(struct loop *l, struct loop_task *t)
{
    (void)l;
    (void)t;
}

struct err tls_session_read(struct ssl_st *s, uint8_t *at, size_t room, size_t *n)
{
    size_t left = reader_left(&line.input), take = line.record < left ? line.record : left;

    (void)s;
    if (left == 0)
        return FAIL(E_AGAIN);
    take = take < room ? take : room;
    reader_copy(&line.input, at, take);
    *n = take;
    return OK;
}

bool tls_session_has_pending(const struct ssl_st *s)
{
    (void)s;
    return reader_left(&line.input) > 0;
}

const char *tls_session_reason(void)
{
    return "";
}

void stream_finish(struct stream *s, enum stream_end why, const char *text)
{
    (void)text;
    s->stage = STREAM_ENDED;
    s->why = why;
}

void stream_begin_closing(struct stream *s, enum stream_end why, struct bytes text)
{
    (void)text;
    s->stage = STREAM_CLOSING;
    s->why = why;
}

void stream_output_put(struct stream *s, enum websocket_op op, struct bytes payload)
{
    websocket_write(&s->out, op, payload, NULL);
}

void stream_output_close(struct stream *s, uint16_t code, struct bytes words)
{
    (void)words;
    line.closings++;
    buf_u16(&s->out, code);
}

void stream_begin_open(struct stream *s)
{
    s->stage = STREAM_OPEN;
}

static void on_message(void *ctx, struct bytes message)
{
    const struct stream *s = ctx;

    invariant(s->stage == STREAM_OPEN && !s->deaf && message.n <= MESSAGE_MAX);
    buf_u32(&line.messages, (uint32_t)message.n);
    buf_bytes(&line.messages, message);
}

/* ---- one reading of the whole connection */

struct heard {
    struct buf messages, out;
    enum stream_stage stage;
    enum stream_end why;
};

static void listen_to(struct bytes in, bool client, bool open, size_t record, struct heard *h)
{
    static struct loop loop;
    static const struct stream_events events = {NULL, on_message, NULL};
    static const struct stream_setup setup = {&loop, NULL, &events, STREAM_LIMITS};
    struct stream_opening opening = {.host = NULL};
    struct stream s = {
        .setup = &setup,
        .opening = &opening,
        .client = client,
        .stage = open ? STREAM_OPEN : STREAM_UPGRADING,
        .out = BUF(NET_PENDING_MAX),
        .in = BUF(MESSAGE_MAX + WEBSOCKET_HEADER_MAX + NET_HEAD_MAX + LOOP_SCRATCH_SIZE),
        .socket = WEBSOCKET(!client, MESSAGE_MAX)};

    s.ctx = &s;
    line.input = reader(in);
    line.record = record;
    line.messages = BUF(SIZE_MAX);
    line.closings = 0;
    do {
        s.read_on = false;
        stream_input_take(&s);
    } while (s.read_on && s.stage != STREAM_ENDED);
    invariant(line.closings <= 1);
    invariant(s.why == 0 || s.stage == STREAM_CLOSING || s.stage == STREAM_ENDED);
    *h = (struct heard){line.messages, s.out, s.stage, s.why};
    buf_free(&s.in);
    websocket_free(&s.socket);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct heard once, cut;
    struct reader r = reader(bytes(at, n));
    uint8_t setting = reader_u8(&r);
    bool client = (setting & 1) != 0, open = (setting & 2) != 0;
    size_t record = (size_t)reader_u8(&r) + 1;
    struct bytes in = reader_rest(&r);

    listen_to(in, client, open, SIZE_MAX, &once);
    listen_to(in, client, open, record, &cut);
    if (client || open) {
        invariant(once.stage == cut.stage && once.why == cut.why);
        invariant(bytes_same(buf_view(&once.messages), buf_view(&cut.messages)));
        invariant(bytes_same(buf_view(&once.out), buf_view(&cut.out)));
    }
    buf_free(&once.messages);
    buf_free(&once.out);
    buf_free(&cut.messages);
    buf_free(&cut.out);
    return 0;
}
