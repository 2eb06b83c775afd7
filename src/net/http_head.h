/* SPDX-License-Identifier: Apache-2.0 */
/*
 * http_head: the lines before the empty line of an HTTP/1.1 message [RFC9112 2, 5], taken apart as
 * strictly as http.h says.  Everything is borrowed from the bytes that were read.
 */
#ifndef TACET_NET_HTTP_HEAD_H
#define TACET_NET_HTTP_HEAD_H

#include "base/bytes.h"
#include "base/err.h"
#include "base/reader.h"

/* Headers that mean something to us; each may come once.  All others are checked and skipped. */
enum http_header {
    HTTP_HOST,
    HTTP_UPGRADE,
    HTTP_CONNECTION,
    HTTP_KEY,
    HTTP_VERSION,
    HTTP_PROTOCOL,
    HTTP_ACCEPT,
    HTTP_CONTENT_LENGTH,
    HTTP_TRANSFER_ENCODING,
    HTTP_HEADERS
};

struct http_head {
    struct bytes first;                /* the request or status line */
    struct bytes values[HTTP_HEADERS]; /* without spaces around them; at == NULL: not there */
    size_t n;                          /* all of it, with the empty line */
};

/* E_TRUNCATED: no empty line yet; E_LIMIT: none within NET_HEAD_MAX; E_MALFORMED. */
FALLIBLE http_head_read(struct bytes in, struct http_head *out);

/* Does the message announce a body? */
bool http_head_has_body(const struct http_head *h);

/* Up to the next space, which is skipped too. */
struct bytes http_head_word(struct reader *r);

/* Is it this word?  Is this word in the comma-separated list?  Upper and lower case may count. */
bool http_head_is(struct bytes in, const char *word);
bool http_head_is_any_case(struct bytes in, const char *word);
bool http_head_lists(struct bytes list, const char *word);
bool http_head_lists_any_case(struct bytes list, const char *word);

#endif
