/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <strings.h>

#include "base/reader.h"

#define ACCEPT_TEXT 28 /* SHA-1 in base64 */

static const char WEBSOCKET_GUID[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; /* [RFC6455 1.3] */

/* Headers that mean something to us; each may come once.  All others are checked and skipped. */
enum header {
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

struct head {
    struct bytes first;                /* the request or status line */
    struct bytes values[HTTP_HEADERS]; /* without spaces around them; at == NULL: not there */
    size_t n;                          /* all of it, with the empty line */
};

static const char END_OF_HEAD[] = "\r\n\r\n";

static const char *const names[HTTP_HEADERS] = {
    [HTTP_HOST] = "Host",
    [HTTP_UPGRADE] = "Upgrade",
    [HTTP_CONNECTION] = "Connection",
    [HTTP_KEY] = "Sec-WebSocket-Key",
    [HTTP_VERSION] = "Sec-WebSocket-Version",
    [HTTP_PROTOCOL] = "Sec-WebSocket-Protocol",
    [HTTP_ACCEPT] = "Sec-WebSocket-Accept",
    [HTTP_CONTENT_LENGTH] = "Content-Length",
    [HTTP_TRANSFER_ENCODING] = "Transfer-Encoding",
};

static bool is_token(struct bytes in)
{
    for (size_t i = 0; i < in.n; i++) {
        uint8_t c = in.at[i];
        bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');

        if (!letter && (c == 0 || strchr("!#$%&'*+-.^_`|~", c) == NULL))
            return false;
    }
    return in.n > 0;
}

static bool same_word(struct bytes in, const char *word, bool any_case)
{
    const char *at = (const char *)in.at;

    return in.n == strlen(word) &&
           (any_case ? strncasecmp(at, word, in.n) : strncmp(at, word, in.n)) == 0;
}

/* Up to the next `mark`, which is skipped too; all of the rest when there is none. */
static struct bytes take_until(struct reader *r, const char *mark)
{
    struct bytes rest = reader_rest(r);
    const uint8_t *at = memmem(rest.at, rest.n, mark, strlen(mark));
    struct bytes taken = reader_take(r, at == NULL ? rest.n : (size_t)(at - rest.at));

    if (at != NULL)
        reader_take(r, strlen(mark));
    return taken;
}

static struct bytes trim(struct bytes in)
{
    while (in.n > 0 && in.at[0] == ' ')
        in = bytes(&in.at[1], in.n - 1);
    while (in.n > 0 && in.at[in.n - 1] == ' ')
        in.n--;
    return in;
}

/* Printable, and CR and LF only as a pair: then lines are what everybody takes for lines. */
static bool is_plain(struct bytes in)
{
    for (size_t i = 0; i < in.n; i++) {
        if (in.at[i] == '\r' && i + 1 < in.n && in.at[i + 1] == '\n')
            i++;
        else if (in.at[i] < ' ' || in.at[i] > '~')
            return false;
    }
    return true;
}

static struct err header_read(struct bytes line, struct head *h)
{
    struct reader r = reader(line);
    struct bytes name = take_until(&r, ":");
    struct bytes value = trim(reader_rest(&r));

    if (!is_token(name) || name.n == line.n)
        return FAIL(E_MALFORMED);
    for (size_t i = 0; i < HTTP_HEADERS; i++) {
        if (!same_word(name, names[i], true))
            continue;
        if (h->values[i].at != NULL)
            return FAIL(E_MALFORMED);
        h->values[i] = value;
    }
    return OK;
}

/* The lines before the empty line [RFC9112 2, 5].  E_TRUNCATED: no empty line yet; E_LIMIT: none
 * within NET_HEAD_MAX; E_MALFORMED. */
static struct err head_read(struct bytes in, struct head *out)
{
    struct bytes window = bytes(in.at, in.n < NET_HEAD_MAX ? in.n : NET_HEAD_MAX);
    const uint8_t *end = memmem(window.at, window.n, END_OF_HEAD, strlen(END_OF_HEAD));
    struct head h = {.n = 0};
    struct reader r;

    if (end == NULL)
        return FAIL(in.n >= NET_HEAD_MAX ? E_LIMIT : E_TRUNCATED);
    h.n = (size_t)(end - in.at) + strlen(END_OF_HEAD);
    if (!is_plain(bytes(in.at, h.n)))
        return FAIL(E_MALFORMED);
    r = reader(bytes(in.at, h.n - strlen("\r\n")));
    h.first = take_until(&r, "\r\n");
    while (reader_left(&r) > 0)
        TRY(header_read(take_until(&r, "\r\n"), &h));
    *out = h;
    return OK;
}

/* Does the message announce a body? */
static bool has_body(const struct head *h)
{
    return h->values[HTTP_CONTENT_LENGTH].at != NULL ||
           h->values[HTTP_TRANSFER_ENCODING].at != NULL;
}

static struct bytes take_word(struct reader *r)
{
    return take_until(r, " ");
}

static bool is(struct bytes in, const char *word)
{
    return same_word(in, word, false);
}

/* Is this word in the comma-separated list? */
static bool lists(struct bytes list, const char *word, bool any_case)
{
    struct reader r = reader(list);

    while (reader_left(&r) > 0)
        if (same_word(trim(take_until(&r, ",")), word, any_case))
            return true;
    return false;
}

static bool is_host(struct bytes in)
{
    for (size_t i = 0; i < in.n; i++) {
        uint8_t c = in.at[i];

        if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= ':') ||
              c == '.' || c == '-' || c == '[' || c == ']'))
            return false;
    }
    return in.n > 0;
}

/* Sixteen bytes in the one base64 that stands for them. */
static bool is_key(struct bytes in)
{
    uint8_t raw[HTTP_KEY_TEXT], again[HTTP_KEY_TEXT + 1];

    return in.n == HTTP_KEY_TEXT && EVP_DecodeBlock(raw, in.at, HTTP_KEY_TEXT) == 18 &&
           EVP_EncodeBlock(again, raw, HTTP_KEY_SIZE) == HTTP_KEY_TEXT &&
           memcmp(again, in.at, HTTP_KEY_TEXT) == 0;
}

/* A head that asks, with nothing behind it: the client must wait for our answer. */
static struct err asking_read(struct bytes in, struct head *h, struct bytes *method,
                              struct bytes *path)
{
    struct reader first;

    TRY(head_read(in, h));
    if (has_body(h) || h->n != in.n)
        return FAIL(E_MALFORMED);
    first = reader(h->first);
    *method = take_word(&first);
    *path = take_word(&first);
    if (!is_token(*method) || path->n == 0 || path->at[0] != '/' ||
        !is(reader_rest(&first), "HTTP/1.1") || !is_host(h->values[HTTP_HOST]))
        return FAIL(E_MALFORMED);
    return OK;
}

struct err http_question_read(struct bytes in, struct http_question *out)
{
    struct bytes method, path;
    struct head h;

    TRY(asking_read(in, &h, &method, &path));
    if (!is(method, "GET") && !is(method, "HEAD"))
        return FAIL(E_DENIED);
    *out = (struct http_question){path, is(method, "HEAD")};
    return OK;
}

struct err http_request_read(struct bytes in, struct bytes *key)
{
    struct bytes method, path;
    struct head h;

    TRY(asking_read(in, &h, &method, &path));
    if (!is(method, "GET"))
        return FAIL(E_MALFORMED);
    if (!is(path, HTTP_PATH))
        return FAIL(E_ABSENT);
    if (!lists(h.values[HTTP_UPGRADE], "websocket", true) ||
        !lists(h.values[HTTP_CONNECTION], "upgrade", true) || !is(h.values[HTTP_VERSION], "13"))
        return FAIL(E_VERSION);
    if (!lists(h.values[HTTP_PROTOCOL], HTTP_SUBPROTOCOL, false) || !is_key(h.values[HTTP_KEY]))
        return FAIL(E_MALFORMED);
    *key = h.values[HTTP_KEY];
    return OK;
}

/* What shows that the server has read the key. */
static struct err accept_text(struct bytes key, char out[ACCEPT_TEXT + 1])
{
    uint8_t joined[HTTP_KEY_TEXT + sizeof WEBSOCKET_GUID - 1], digest[EVP_MAX_MD_SIZE];

    invariant(key.n == HTTP_KEY_TEXT);
    memcpy(joined, key.at, key.n);
    memcpy(&joined[HTTP_KEY_TEXT], WEBSOCKET_GUID, sizeof WEBSOCKET_GUID - 1);
    if (EVP_Digest(joined, sizeof joined, digest, NULL, EVP_sha1(), NULL) != 1)
        return FAIL(E_CRYPTO);
    EVP_EncodeBlock((uint8_t *)out, digest, 20);
    return OK;
}

struct err http_acceptance_write(struct buf *out, struct bytes key)
{
    char accept[ACCEPT_TEXT + 1];
    struct bytes all;

    TRY(accept_text(key, accept));
    buf_text(out, "HTTP/1.1 101 Switching Protocols\r\n"
                  "Upgrade: websocket\r\n"
                  "Connection: Upgrade\r\n"
                  "Sec-WebSocket-Protocol: " HTTP_SUBPROTOCOL "\r\n"
                  "Sec-WebSocket-Accept: ");
    buf_text(out, accept);
    buf_text(out, "\r\n\r\n");
    return buf_end(out, &all);
}

void http_answer_write(struct buf *out, const char *status, const char *type, struct bytes body,
                       bool head)
{
    char text[256];

    snprintf(text, sizeof text,
             "HTTP/1.1 %s\r\nConnection: close\r\nCache-Control: no-store\r\n"
             "Content-Type: %s\r\nContent-Length: %zu\r\n\r\n",
             status, type, body.n);
    buf_text(out, text);
    if (!head)
        buf_bytes(out, body);
}

void http_refusal_write(struct buf *out, enum err_code why)
{
    const char *status = why == E_ABSENT    ? "404 Not Found"
                         : why == E_DENIED  ? "405 Method Not Allowed"
                         : why == E_VERSION ? "426 Upgrade Required"
                         : why == E_LIMIT   ? "431 Request Header Fields Too Large"
                                            : "400 Bad Request";
    const char *more = why == E_VERSION  ? "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                       : why == E_DENIED ? "Allow: GET, HEAD\r\n"
                                         : "";
    char text[256];

    snprintf(text, sizeof text,
             "HTTP/1.1 %s\r\n%sConnection: close\r\nContent-Type: text/plain\r\n"
             "Content-Length: %zu\r\n\r\n%s\n",
             status, more, strlen(status) + 1, status);
    buf_text(out, text);
}

void http_request_write(struct buf *out, const char *host, const uint8_t key[HTTP_KEY_SIZE])
{
    char text[HTTP_KEY_TEXT + 1];

    EVP_EncodeBlock((uint8_t *)text, key, HTTP_KEY_SIZE);
    buf_text(out, "GET " HTTP_PATH " HTTP/1.1\r\nHost: ");
    buf_text(out, host);
    buf_text(out, "\r\nUpgrade: websocket\r\n"
                  "Connection: Upgrade\r\n"
                  "Sec-WebSocket-Version: 13\r\n"
                  "Sec-WebSocket-Protocol: " HTTP_SUBPROTOCOL "\r\n"
                  "Sec-WebSocket-Key: ");
    buf_text(out, text);
    buf_text(out, "\r\n\r\n");
}

/* "HTTP/1.1 101 Switching Protocols": its number, or 0. */
static unsigned status_of(struct bytes line)
{
    struct reader r = reader(line);
    unsigned status = 0;
    struct bytes digits;

    if (!is(take_word(&r), "HTTP/1.1"))
        return 0;
    digits = take_word(&r);
    for (size_t i = 0; i < digits.n; i++) {
        if (digits.at[i] < '0' || digits.at[i] > '9')
            return 0;
        status = status * 10 + (unsigned)(digits.at[i] - '0');
    }
    return digits.n == 3 && status >= 100 ? status : 0;
}

struct err http_response_read(struct bytes in, const uint8_t key[HTTP_KEY_SIZE], size_t *used,
                              unsigned *status)
{
    char key_text[HTTP_KEY_TEXT + 1], accept[ACCEPT_TEXT + 1];
    struct head h;
    unsigned code;

    TRY(head_read(in, &h));
    code = status_of(h.first);
    if (code == 0)
        return FAIL(E_MALFORMED);
    if (code != 101) {
        *status = code;
        return FAIL(E_DENIED);
    }
    EVP_EncodeBlock((uint8_t *)key_text, key, HTTP_KEY_SIZE);
    TRY(accept_text(bytes(key_text, HTTP_KEY_TEXT), accept));
    if (has_body(&h) || !same_word(h.values[HTTP_UPGRADE], "websocket", true) ||
        !lists(h.values[HTTP_CONNECTION], "upgrade", true) ||
        !is(h.values[HTTP_PROTOCOL], HTTP_SUBPROTOCOL) || !is(h.values[HTTP_ACCEPT], accept))
        return FAIL(E_MALFORMED);
    *used = h.n;
    *status = code;
    return OK;
}
