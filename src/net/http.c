/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http.h"

#include <openssl/evp.h>
#include <stdio.h>

#include "net/http_head.h"

#define ACCEPT_TEXT 28 /* SHA-1 in base64 */

static const char WEBSOCKET_GUID[] = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"; /* [RFC6455 1.3] */

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

struct err http_request_read(struct bytes in, struct http_request *out)
{
    struct http_head h;
    struct reader first;
    struct bytes path;

    TRY(http_head_read(in, &h));
    if (http_head_has_body(&h) || h.n != in.n) /* the client must wait for our answer */
        return FAIL(E_MALFORMED);
    first = reader(h.first);
    if (!http_head_is(http_head_word(&first), "GET"))
        return FAIL(E_MALFORMED);
    path = http_head_word(&first);
    if (path.n == 0 || path.at[0] != '/' || !http_head_is(reader_rest(&first), "HTTP/1.1") ||
        !is_host(h.values[HTTP_HOST]))
        return FAIL(E_MALFORMED);
    if (!http_head_is(path, HTTP_PATH))
        return FAIL(E_ABSENT);
    if (!http_head_lists_any_case(h.values[HTTP_UPGRADE], "websocket") ||
        !http_head_lists_any_case(h.values[HTTP_CONNECTION], "upgrade") ||
        !http_head_is(h.values[HTTP_VERSION], "13"))
        return FAIL(E_VERSION);
    if (!http_head_lists(h.values[HTTP_PROTOCOL], HTTP_SUBPROTOCOL) || !is_key(h.values[HTTP_KEY]))
        return FAIL(E_MALFORMED);
    *out = (struct http_request){path, h.values[HTTP_HOST], h.values[HTTP_KEY]};
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

struct err http_acceptance_write(struct buf *out, const struct http_request *rq)
{
    char accept[ACCEPT_TEXT + 1];
    struct bytes all;

    TRY(accept_text(rq->key, accept));
    buf_text(out, "HTTP/1.1 101 Switching Protocols\r\n"
                  "Upgrade: websocket\r\n"
                  "Connection: Upgrade\r\n"
                  "Sec-WebSocket-Protocol: " HTTP_SUBPROTOCOL "\r\n"
                  "Sec-WebSocket-Accept: ");
    buf_text(out, accept);
    buf_text(out, "\r\n\r\n");
    return buf_end(out, &all);
}

void http_refusal_write(struct buf *out, enum err_code why)
{
    const char *status = why == E_ABSENT    ? "404 Not Found"
                         : why == E_VERSION ? "426 Upgrade Required"
                         : why == E_LIMIT   ? "431 Request Header Fields Too Large"
                                            : "400 Bad Request";
    const char *more =
        why == E_VERSION ? "Upgrade: websocket\r\nSec-WebSocket-Version: 13\r\n" : "";
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

    if (!http_head_is(http_head_word(&r), "HTTP/1.1"))
        return 0;
    digits = http_head_word(&r);
    for (size_t i = 0; i < digits.n; i++) {
        if (digits.at[i] < '0' || digits.at[i] > '9')
            return 0;
        status = status * 10 + (unsigned)(digits.at[i] - '0');
    }
    return digits.n == 3 ? status : 0;
}

struct err http_response_read(struct bytes in, const uint8_t key[HTTP_KEY_SIZE], size_t *used,
                              unsigned *status)
{
    char key_text[HTTP_KEY_TEXT + 1], accept[ACCEPT_TEXT + 1];
    struct http_head h;
    unsigned code;

    TRY(http_head_read(in, &h));
    code = status_of(h.first);
    if (code == 0)
        return FAIL(E_MALFORMED);
    if (code != 101) {
        *status = code;
        return FAIL(E_DENIED);
    }
    EVP_EncodeBlock((uint8_t *)key_text, key, HTTP_KEY_SIZE);
    TRY(accept_text(bytes(key_text, HTTP_KEY_TEXT), accept));
    if (http_head_has_body(&h) || !http_head_is_any_case(h.values[HTTP_UPGRADE], "websocket") ||
        !http_head_lists_any_case(h.values[HTTP_CONNECTION], "upgrade") ||
        !http_head_is(h.values[HTTP_PROTOCOL], HTTP_SUBPROTOCOL) ||
        !http_head_is(h.values[HTTP_ACCEPT], accept))
        return FAIL(E_MALFORMED);
    *used = h.n;
    *status = code;
    return OK;
}
