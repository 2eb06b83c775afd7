/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream: whole messages both ways, over a WebSocket over TLS over TCP, for either role.
 *
 *   CONNECTING --> SHAKING --> UPGRADING --> OPEN --> CLOSING --> ENDED
 *    (client)        TLS         HTTP          |                    ^
 *        |            |            |           |                    |
 *        +------------+------------+-----------+--------------------+  anything that goes wrong
 *
 * Everything happens on the loop's thread.  Events are called from loop_run(), never from inside a
 * function of this module.  What is sent during a round leaves at its end, together.  Memory is
 * held for bytes only while they are pending: an idle stream is its TLS session and half a
 * kilobyte.
 *
 * Keep-alive: after setup->limits.ping_ms in which nothing was heard, or nothing was sent, a server
 * pings; either side ends a stream on which it heard nothing for silence_ms.
 */
#ifndef TACET_NET_STREAM_H
#define TACET_NET_STREAM_H

#include "base/bytes.h"
#include "base/err.h"
#include "net/limits.h"

#define STREAM_BINDING_SIZE 32

struct loop;
struct stream;
struct tls;

/* Why a stream ended. */
enum stream_end {
    STREAM_UNRESOLVED = 1, /* no such host */
    STREAM_UNREACHABLE,    /* nobody answers there */
    STREAM_WRONG_PIN,      /* somebody does, with another key; nothing of ours was sent */
    STREAM_TLS,            /* the handshake or a record is not right */
    STREAM_REFUSED,        /* the upgrade was, by either side */
    STREAM_PROTOCOL,       /* the peer's frames are against the rules, or over the limit */
    STREAM_SLOW,           /* the peer does not take what it is sent */
    STREAM_PEER,           /* the peer closed, or is gone */
    STREAM_TIMEOUT,        /* the peer took too long, or fell silent */
    STREAM_LOCAL,          /* stream_close() or stream_abort() */
    STREAM_FAILED,         /* this machine ran out of something */
};

struct stream_events {
    /* Messages may be sent from now on.  `binding`: STREAM_BINDING_SIZE bytes that only the two
     * ends of this connection know [RFC9266]. */
    void (*opened)(void *ctx, struct bytes binding);
    /* One whole message, borrowed for the call. */
    void (*message)(void *ctx, struct bytes message);
    /* Once, and the last call.  `text`, for a log, may be the peer's words: UTF-8, no more.  The
     * stream is still to be freed. */
    void (*closed)(void *ctx, enum stream_end why, struct bytes text);
};

struct stream_limits {
    size_t message_max, pending_max; /* bytes */
    uint64_t opening_ms, ping_ms, silence_ms, closing_ms;
};

#define STREAM_LIMITS                                                                  \
    {                                                                                  \
        NET_MESSAGE_MAX, NET_PENDING_MAX, NET_OPENING_MS, NET_PING_MS, NET_SILENCE_MS, \
            NET_CLOSING_MS                                                             \
    }

/* What many streams have in common; borrowed, and outlives them. */
struct stream_setup {
    struct loop *loop;
    struct tls *tls; /* of a server for stream_accept, of a client for stream_connect */
    const struct stream_events *events;
    struct stream_limits limits;
};

/* The server's end of a descriptor that was accepted, which is the stream's from now on, also when
 * this fails.  E_NOMEM, E_IO, E_CRYPTO. */
FALLIBLE stream_accept(const struct stream_setup *setup, int fd, void *ctx, struct stream **out);

/* The client's end.  `address` is "host:port"; `name` is the DNS name that TLS asks for and HTTP
 * calls the host, NULL: the address alone.  The server is accepted by the pin in setup->tls, and
 * by nothing else.  E_MALFORMED: the address or name; E_NOMEM, E_IO, E_CRYPTO. */
FALLIBLE stream_connect(const struct stream_setup *setup, const char *address, const char *name,
                        void *ctx, struct stream **out);

/* Queue one message.  E_LIMIT: over message_max, and nothing happened.  E_AGAIN: not open yet.
 * E_CLOSED: not open any more, or ended by this: more than pending_max is waiting for the peer. */
FALLIBLE stream_send(struct stream *s, struct bytes message);

/* From now on the limits of this setup hold, all else of which is as it was: a peer that has shown
 * who it is may be trusted with more. */
void stream_trust(struct stream *s, const struct stream_setup *setup);

/* Bytes that the kernel has not taken yet, framing included. */
size_t stream_pending(const struct stream *s);

/* Tell the peer, send what is queued, wait closing_ms for its answer; no message is delivered any
 * more.  `code` is a WebSocket close code, 1000 when all is well; `words`, at most 123 bytes of
 * UTF-8, go with it.  closed() follows with STREAM_LOCAL. */
void stream_close(struct stream *s, uint16_t code, const char *words);

/* At once, without a word; closed() follows with STREAM_LOCAL. */
void stream_abort(struct stream *s);

/* The code with which the peer closed, 0 if it did not. */
uint16_t stream_peer_code(const struct stream *s);

/* At any time, in an event too: ends it if need be, and no event follows.  What an event has lent
 * stays until it returns. */
void stream_free(struct stream *s);

#endif
