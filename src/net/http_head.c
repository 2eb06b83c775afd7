/* SPDX-License-Identifier: Apache-2.0 */
#include "net/http_head.h"

#include <strings.h>

#include "net/limits.h"

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

static struct err header_read(struct bytes line, struct http_head *h)
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

struct err http_head_read(struct bytes in, struct http_head *out)
{
    struct bytes window = bytes(in.at, in.n < NET_HEAD_MAX ? in.n : NET_HEAD_MAX);
    const uint8_t *end = memmem(window.at, window.n, END_OF_HEAD, strlen(END_OF_HEAD));
    struct http_head h = {.n = 0};
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

bool http_head_has_body(const struct http_head *h)
{
    return h->values[HTTP_CONTENT_LENGTH].at != NULL ||
           h->values[HTTP_TRANSFER_ENCODING].at != NULL;
}

struct bytes http_head_word(struct reader *r)
{
    return take_until(r, " ");
}

bool http_head_is(struct bytes in, const char *word)
{
    return same_word(in, word, false);
}

bool http_head_is_any_case(struct bytes in, const char *word)
{
    return same_word(in, word, true);
}

static bool lists(struct bytes list, const char *word, bool any_case)
{
    struct reader r = reader(list);

    while (reader_left(&r) > 0)
        if (same_word(trim(take_until(&r, ",")), word, any_case))
            return true;
    return false;
}

bool http_head_lists(struct bytes list, const char *word)
{
    return lists(list, word, false);
}

bool http_head_lists_any_case(struct bytes list, const char *word)
{
    return lists(list, word, true);
}
