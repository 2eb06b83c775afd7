/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http: the one HTTP/1.1 exchange that we know, the upgrade to a WebSocket [RFC6455 4, RFC9112].
 *
 * Stricter than the RFCs, so that no proxy before us can see a request differently: lines end in
 * CR LF, bytes are printable ASCII (no tab, no obsolete text), names are tokens followed by the
 * colon at once, no header that we know comes twice, no body is announced, and nothing follows the
 * head.  Pure functions on bytes, no state, no allocation but in the caller's buf.
 */
#ifndef TACET_NET_HTTP_H
#define TACET_NET_HTTP_H

#include "base/buf.h"
#include "net/limits.h"

#define HTTP_PATH        "/tacet/v1"
#define HTTP_SUBPROTOCOL "tacet.v1"
#define HTTP_KEY_SIZE    16 /* random bytes of the client */
#define HTTP_KEY_TEXT    24 /* the same in base64 */

/*
 * Server: the whole request, of which only the key matters further; it is borrowed.  E_TRUNCATED:
 * its end has not come yet.  Otherwise it is refused, with http_refusal_write(): E_MALFORMED 400,
 * E_ABSENT 404: another path, E_VERSION 426: no WebSocket, or not of version 13, E_LIMIT 431:
 * longer than NET_HEAD_MAX.
 */
FALLIBLE http_request_read(struct bytes in, struct bytes *key);

/* The 101 that accepts it.  E_CRYPTO; E_LIMIT, E_NOMEM: the buf's. */
FALLIBLE http_acceptance_write(struct buf *out, struct bytes key);

/*
 * Server without TLS, of programs on this machine: a whole GET or HEAD of a path, by the same
 * strict rules.  `path` is borrowed.  E_TRUNCATED: its end has not come yet.  Otherwise it is
 * refused: E_MALFORMED 400, E_DENIED 405: another method, E_LIMIT 431.
 */
struct http_question {
    struct bytes path;
    bool head; /* no body is wanted */
};
FALLIBLE http_question_read(struct bytes in, struct http_question *out);

/* Its whole answer, after which the connection closes.  `status` is "200 OK". */
void http_answer_write(struct buf *out, const char *status, const char *type, struct bytes body,
                       bool head);

/* A whole response with a word for a body, after which the connection closes. */
void http_refusal_write(struct buf *out, enum err_code why);

/* Client: ask for HTTP_PATH at `host` (and ":port").  Errors are the buf's. */
void http_request_write(struct buf *out, const char *host, const uint8_t key[HTTP_KEY_SIZE]);

/*
 * The response; *used is its length, and WebSocket frames may follow.  E_TRUNCATED: its end has not
 * come yet.  E_MALFORMED: no HTTP, or not an answer to this key.  E_LIMIT: longer than
 * NET_HEAD_MAX.  E_DENIED: a well-formed refusal; *status is then its code.
 */
FALLIBLE http_response_read(struct bytes in, const uint8_t key[HTTP_KEY_SIZE], size_t *used,
                            unsigned *status);

#endif
