/* SPDX-License-Identifier: Apache-2.0 */
#include "net/websocket.h"

#include "base/reader.h"
#include "base/text.h"

enum { FIN = 0x80, RESERVED = 0x70, OP = 0x0f, MASKED = 0x80, LENGTH = 0x7f };
enum { LENGTH_16 = 126, LENGTH_64 = 127 };

struct header {
    enum websocket_op op;
    bool last; /* FIN */
    uint8_t mask[WEBSOCKET_MASK_SIZE];
    size_t header_n, payload_n;
};

static bool is_control(enum websocket_op op)
{
    return op == WEBSOCKET_CLOSE || op == WEBSOCKET_PING || op == WEBSOCKET_PONG;
}

static struct err op_read(uint8_t first, enum websocket_op *out)
{
    enum websocket_op op = (enum websocket_op)(first & OP);

    if ((first & RESERVED) != 0)
        return FAIL(E_MALFORMED);
    if (op == WEBSOCKET_TEXT)
        return FAIL(E_DENIED);
    if (op != WEBSOCKET_CONTINUATION && op != WEBSOCKET_BINARY && !is_control(op))
        return FAIL(E_MALFORMED);
    *out = op;
    return OK;
}

/* Only the shortest of the three encodings is a length. */
static uint64_t length_read(struct reader *r, uint8_t second)
{
    uint64_t n = second & LENGTH;

    if (n == LENGTH_16) {
        n = reader_u16(r);
        reader_require(r, n >= LENGTH_16, E_MALFORMED);
    } else if (n == LENGTH_64) {
        n = reader_u64(r);
        reader_require(r, n > UINT16_MAX && n <= INT64_MAX, E_MALFORMED);
    }
    return n;
}

/* A payload over `max` is refused before any of it is there. */
static struct err header_read(struct bytes in, bool from_client, size_t max, struct header *out)
{
    struct reader r = reader(in);
    struct header h = {.last = false};
    uint8_t first = reader_u8(&r), second = reader_u8(&r);
    uint64_t n;

    if (r.failed != E_OK)
        return FAIL(r.failed);
    TRY(op_read(first, &h.op));
    h.last = (first & FIN) != 0;
    if (((second & MASKED) != 0) != from_client)
        return FAIL(E_MALFORMED);
    if (is_control(h.op) && (!h.last || (second & LENGTH) > WEBSOCKET_CONTROL_MAX))
        return FAIL(E_MALFORMED);
    n = length_read(&r, second);
    reader_require(&r, is_control(h.op) || n <= max, E_LIMIT);
    if (from_client)
        reader_copy(&r, h.mask, sizeof h.mask);
    if (r.failed != E_OK)
        return FAIL(r.failed);
    h.header_n = in.n - reader_left(&r);
    h.payload_n = (size_t)n;
    *out = h;
    return OK;
}

static void apply_mask(uint8_t *at, size_t n, const uint8_t mask[WEBSOCKET_MASK_SIZE])
{
    uint8_t twice[2 * WEBSOCKET_MASK_SIZE];
    uint64_t wide, eight;
    size_t i = 0;

    for (size_t k = 0; k < sizeof twice; k++)
        twice[k] = mask[k % WEBSOCKET_MASK_SIZE];
    memcpy(&wide, twice, sizeof wide);
    for (; n - i >= sizeof eight; i += sizeof eight) {
        memcpy(&eight, &at[i], sizeof eight);
        eight ^= wide;
        memcpy(&at[i], &eight, sizeof eight);
    }
    for (; i < n; i++)
        at[i] ^= mask[i % WEBSOCKET_MASK_SIZE];
}

/* A code that may stand in a close frame [RFC6455 7.4]. */
static bool is_code(uint16_t code)
{
    return (code >= 1000 && code <= 1014 && code != 1004 && code != 1005 && code != 1006) ||
           (code >= 3000 && code <= 4999);
}

static struct err close_read(struct bytes payload, struct websocket_item *out)
{
    struct reader r = reader(payload);
    struct websocket_item item = {WEBSOCKET_CLOSE, payload, WEBSOCKET_CLOSE_NO_CODE};

    if (payload.n > 0) {
        item.code = reader_u16(&r);
        item.payload = reader_rest(&r);
        if (r.failed != E_OK || !is_code(item.code) || !text_is_utf8(item.payload))
            return FAIL(E_MALFORMED);
    }
    *out = item;
    return OK;
}

/* A piece of a message, or all of it. */
static struct err data_read(struct websocket *w, const struct header *h, struct bytes payload,
                            struct websocket_item *out)
{
    struct websocket_item item = {WEBSOCKET_BINARY, payload, 0};

    if ((h->op == WEBSOCKET_CONTINUATION) != w->in_fragments)
        return FAIL(E_MALFORMED);
    if (w->in_fragments || !h->last) {
        buf_bytes(&w->pieces, payload);
        if (w->pieces.failed != E_OK)
            return FAIL(w->pieces.failed);
        w->in_fragments = !h->last;
        item.op = h->last ? WEBSOCKET_BINARY : WEBSOCKET_CONTINUATION;
        item.payload = buf_view(&w->pieces);
    }
    *out = item;
    return OK;
}

struct err websocket_read(struct websocket *w, uint8_t *at, size_t n, size_t *used,
                          struct websocket_item *out)
{
    struct header h;
    struct bytes payload;

    if (!w->in_fragments && w->pieces.at != NULL)
        buf_free(&w->pieces); /* of the message that was handed out last */
    TRY(header_read(bytes(at, n), w->from_client, w->pieces.max - w->pieces.n, &h));
    if (n - h.header_n < h.payload_n)
        return FAIL(E_TRUNCATED);
    if (w->from_client)
        apply_mask(&at[h.header_n], h.payload_n, h.mask);
    payload = bytes(&at[h.header_n], h.payload_n);
    if (h.op == WEBSOCKET_CLOSE)
        TRY(close_read(payload, out));
    else if (is_control(h.op))
        *out = (struct websocket_item){h.op, payload, 0};
    else
        TRY(data_read(w, &h, payload, out));
    *used = h.header_n + h.payload_n;
    return OK;
}

void websocket_write(struct buf *out, enum websocket_op op, struct bytes payload,
                     const uint8_t *mask)
{
    uint8_t masked = mask == NULL ? 0 : MASKED;
    uint8_t *at;

    buf_u8(out, (uint8_t)(FIN | op));
    if (payload.n < LENGTH_16) {
        buf_u8(out, (uint8_t)(masked | payload.n));
    } else if (payload.n <= UINT16_MAX) {
        buf_u8(out, masked | LENGTH_16);
        buf_u16(out, (uint16_t)payload.n);
    } else {
        buf_u8(out, masked | LENGTH_64);
        buf_u64(out, payload.n);
    }
    if (mask == NULL) {
        buf_bytes(out, payload);
        return;
    }
    buf_bytes(out, bytes(mask, WEBSOCKET_MASK_SIZE));
    at = payload.n == 0 ? NULL : buf_extend(out, payload.n);
    if (at != NULL) {
        memcpy(at, payload.at, payload.n);
        apply_mask(at, payload.n, mask);
    }
}

void websocket_close_payload(struct buf *out, uint16_t code, struct bytes words)
{
    if (code == WEBSOCKET_CLOSE_NO_CODE)
        return;
    buf_u16(out, code);
    if (words.n <= WEBSOCKET_REASON_MAX)
        buf_bytes(out, words);
}

uint16_t websocket_close_code(enum err_code why)
{
    if (why == E_DENIED)
        return WEBSOCKET_CLOSE_KIND;
    if (why == E_LIMIT)
        return WEBSOCKET_CLOSE_TOO_LARGE;
    return err_who(why) == WHO_PEER ? WEBSOCKET_CLOSE_PROTOCOL : WEBSOCKET_CLOSE_TROUBLE;
}

void websocket_free(struct websocket *w)
{
    buf_free(&w->pieces);
    w->in_fragments = false;
}
