/* SPDX-License-Identifier: Apache-2.0 */
/* stream_internal: what stream.c (life and time), stream_input.c and stream_output.c share. */
#ifndef TACET_NET_STREAM_INTERNAL_H
#define TACET_NET_STREAM_INTERNAL_H

#include "base/buf.h"
#include "net/http.h"
#include "net/loop.h"
#include "net/stream.h"
#include "net/tls_session.h"
#include "net/websocket.h"

enum stream_stage {
    STREAM_CONNECTING = 1,
    STREAM_SHAKING,
    STREAM_UPGRADING,
    STREAM_OPEN,
    STREAM_CLOSING,
    STREAM_ENDED
};

/* What only a client needs, and only until it is open. */
struct stream_opening {
    struct dial *dial;
    char *host; /* as HTTP calls it */
    char *name; /* as TLS does, or NULL */
    uint8_t key[HTTP_KEY_SIZE];
};

struct stream {
    const struct stream_setup *setup;
    void *ctx;
    struct stream_opening *opening;
    struct ssl_st *tls;
    struct loop_watch *watch;
    struct loop_timer *timer;
    struct loop_task task; /* flush, read on, or tell the end */
    struct buf out;        /* framed, and not taken by the kernel yet */
    struct buf in;         /* the beginning of a head or frame */
    struct websocket socket;
    struct buf text;                       /* of the end */
    uint64_t heard_ms, sent_ms, pinged_ms; /* the last time */
    int fd;
    enum stream_stage stage;
    enum stream_end why; /* 0: not decided */
    uint16_t peer_code;
    bool client;
    bool blocked;   /* the kernel takes no more for now */
    bool read_on;   /* there is input that the descriptor does not announce */
    bool deaf;      /* what still comes is not looked at */
    bool peer_done; /* the peer's close frame has come */
    bool said_bye;  /* we write nothing more */
    bool busy;      /* an event may be under way, below us on the stack */
    bool orphan;    /* freed meanwhile: goes when the event has returned */
};

/* Ends it at once; the first reason given is the one that is told. */
void stream_finish(struct stream *s, enum stream_end why, const char *text);

/* Ends it after what is queued has left and the peer has answered, or after closing_ms. */
void stream_begin_closing(struct stream *s, enum stream_end why, struct bytes text);

/* Queue a frame; a close frame.  When that fails, the stream is finished. */
void stream_output_put(struct stream *s, enum websocket_op op, struct bytes payload);
void stream_output_close(struct stream *s, uint16_t code, struct bytes words);

/* Write what is queued, as far as the kernel takes it; and hang up when that was the last. */
void stream_output_flush(struct stream *s);

/* The upgrade is done. */
void stream_begin_open(struct stream *s);

/* Read what there is and act on it. */
void stream_input_take(struct stream *s);

#endif
