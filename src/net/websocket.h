/* SPDX-License-Identifier: Apache-2.0 */
/*
 * websocket: frames and messages of RFC 6455, binary messages only, no extensions.
 *
 * Pure functions on bytes that the caller holds; a connection remembers nothing between frames but
 * the pieces of a message that came in fragments.  Every length has one encoding, a client masks
 * and a server does not, control frames may stand between fragments.
 */
#ifndef TACET_NET_WEBSOCKET_H
#define TACET_NET_WEBSOCKET_H

#include "base/buf.h"

#define WEBSOCKET_MASK_SIZE   4
#define WEBSOCKET_HEADER_MAX  14
#define WEBSOCKET_CONTROL_MAX 125 /* payload of a ping, pong or close */
#define WEBSOCKET_REASON_MAX  123 /* words in a close */

/* Close codes [RFC6455 7.4.1]. */
#define WEBSOCKET_CLOSE_NORMAL    1000
#define WEBSOCKET_CLOSE_AWAY      1001
#define WEBSOCKET_CLOSE_PROTOCOL  1002
#define WEBSOCKET_CLOSE_KIND      1003 /* text, and we take none */
#define WEBSOCKET_CLOSE_NO_CODE   1005 /* never on the wire */
#define WEBSOCKET_CLOSE_POLICY    1008
#define WEBSOCKET_CLOSE_TOO_LARGE 1009
#define WEBSOCKET_CLOSE_TROUBLE   1011

enum websocket_op {
    WEBSOCKET_CONTINUATION = 0,
    WEBSOCKET_TEXT = 1,
    WEBSOCKET_BINARY = 2,
    WEBSOCKET_CLOSE = 8,
    WEBSOCKET_PING = 9,
    WEBSOCKET_PONG = 10,
};

/* What a connection remembers of the frames that it has read. */
struct websocket {
    bool from_client;  /* what we read was written by a client */
    bool in_fragments; /* a message has begun and not ended */
    struct buf pieces; /* of it; its ceiling is the message limit */
};

#define WEBSOCKET(reads_from_client, message_max) \
    ((struct websocket){(reads_from_client), false, BUF(message_max)})

/* What a frame is worth: a pong, or a ping or close to answer; BINARY is a whole message, also when
 * it came in pieces; CONTINUATION is a piece of one, nothing to act on. */
struct websocket_item {
    enum websocket_op op;
    struct bytes payload; /* into the caller's bytes, or into pieces: until the next read */
    uint16_t code;        /* of a close; WEBSOCKET_CLOSE_NO_CODE when it has none */
};

/*
 * The next frame, if it is whole: takes *used bytes of the n at `at`, which it unmasks in place.
 * E_MALFORMED: against the RFC.  E_DENIED: text.  E_LIMIT: over the message limit, told before any
 * of the payload is there, also for the sum of fragments.  E_NOMEM.  E_TRUNCATED: call again with
 * the same bytes and more; after any other error, close with websocket_close_code().
 */
FALLIBLE websocket_read(struct websocket *w, uint8_t *at, size_t n, size_t *used,
                        struct websocket_item *out);

/* One whole frame appended; a client gives a mask, a server NULL.  Errors are the buf's. */
void websocket_write(struct buf *out, enum websocket_op op, struct bytes payload,
                     const uint8_t *mask);

/* The payload of a close frame appended: nothing if code is WEBSOCKET_CLOSE_NO_CODE; words past
 * WEBSOCKET_REASON_MAX are left out. */
void websocket_close_payload(struct buf *out, uint16_t code, struct bytes words);

/* The code that tells a peer of an error of websocket_read(). */
uint16_t websocket_close_code(enum err_code why);

void websocket_free(struct websocket *w);

#endif
