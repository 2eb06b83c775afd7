/* SPDX-License-Identifier: Apache-2.0 */
/* stream_output: frames are queued during a round and leave at its end, in as few records as they
 * fit. */
#include <sys/socket.h>

#include "net/stream_internal.h"

void stream_output_put(struct stream *s, enum websocket_op op, struct bytes payload)
{
    uint8_t mask[WEBSOCKET_MASK_SIZE];

    if (stream_pending(s) + payload.n + WEBSOCKET_HEADER_MAX > s->setup->limits.pending_max) {
        stream_finish(s, STREAM_SLOW, "");
        return;
    }
    if (s->client && tls_random(mask, sizeof mask).code != E_OK) {
        stream_finish(s, STREAM_FAILED, "no random bytes");
        return;
    }
    websocket_write(&s->out, op, payload, s->client ? mask : NULL);
    if (s->out.failed != E_OK)
        stream_finish(s, STREAM_FAILED, err_name(s->out.failed));
    else
        loop_task_post(s->setup->loop, &s->task);
}

void stream_output_close(struct stream *s, uint16_t code, struct bytes words)
{
    struct buf payload = BUF(WEBSOCKET_CONTROL_MAX);

    websocket_close_payload(&payload, code, words);
    stream_output_put(s, WEBSOCKET_CLOSE, buf_view(&payload));
    buf_free(&payload);
}

/* All that we had to say has left, and the stream is closing. */
static void say_bye(struct stream *s)
{
    bool hangs_up = s->peer_done || s->deaf; /* else the peer's close frame is still to come */

    if (hangs_up && !s->said_bye) {
        s->said_bye = true;
        tls_session_goodbye(s->tls);
        /* Closing with input unread would reset the connection, and what we said last with it. */
        shutdown(s->fd, SHUT_WR);
    }
    if (s->peer_done)
        stream_finish(s, s->why, "");
}

void stream_output_flush(struct stream *s)
{
    struct err e = OK;
    size_t taken = 0;

    while (taken < s->out.n && e.code == E_OK) {
        size_t n = 0;

        e = tls_session_write(s->tls, bytes(&s->out.at[taken], s->out.n - taken), &n);
        taken += n;
    }
    buf_drop(&s->out, taken);
    s->blocked = e.code == E_AGAIN;
    if (e.code != E_OK && e.code != E_AGAIN) {
        stream_finish(s, STREAM_PEER, "");
        return;
    }
    s->sent_ms = loop_now_ms(s->setup->loop);
    if (s->stage == STREAM_CLOSING && !s->blocked)
        say_bye(s);
}
