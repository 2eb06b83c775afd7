/* SPDX-License-Identifier: Apache-2.0 */
/*
 * WebSocket frames, read at once and byte by byte: the items are the same, and a message that is
 * written again is read again.
 *
 * Input: a byte of which 1 says "from a client" and the rest is the message limit; then the bytes
 * of the connection.
 */
#include "net/websocket.h"

#include "base/text.h"
#include "fuzz/fuzz.h"

#define TAKEN_MAX 4096
#define LIMITS    8 /* message limits are multiples of this */

/* What was read, in few bytes: of each item its kind, code, length and payload. */
struct heard {
    struct buf items;
    enum err_code end;
};

static void write_again(const struct websocket *w, struct bytes payload)
{
    static const uint8_t mask[WEBSOCKET_MASK_SIZE] = {0x12, 0x34, 0x56, 0x78};
    struct buf frame = BUF(payload.n + WEBSOCKET_HEADER_MAX);
    struct websocket other = WEBSOCKET(w->from_client, payload.n);
    struct websocket_item item;
    size_t used = 0;

    websocket_write(&frame, WEBSOCKET_BINARY, payload, w->from_client ? mask : NULL);
    invariant(frame.failed == E_OK);
    invariant(websocket_read(&other, frame.at, frame.n, &used, &item).code == E_OK);
    invariant(used == frame.n && item.op == WEBSOCKET_BINARY);
    invariant(bytes_same(item.payload, payload));
    websocket_free(&other);
    buf_free(&frame);
}

/* Every frame that is not a piece has one encoding: its head is the one that is written. */
static void has_one_head(const struct websocket *w, const struct websocket_item *item,
                         struct bytes frame)
{
    struct buf payload = BUF(TAKEN_MAX), again = BUF(TAKEN_MAX + WEBSOCKET_HEADER_MAX);
    size_t head;

    if (item->op == WEBSOCKET_CLOSE)
        websocket_close_payload(&payload, item->code, item->payload);
    else
        buf_bytes(&payload, item->payload);
    head = frame.n - payload.n;
    websocket_write(&again, item->op, buf_view(&payload),
                    w->from_client ? &frame.at[head - WEBSOCKET_MASK_SIZE] : NULL);
    invariant(again.n == frame.n && memcmp(again.at, frame.at, head) == 0);
    buf_free(&payload);
    buf_free(&again);
}

static void look_at(const struct websocket *w, const struct websocket_item *item,
                    struct bytes frame)
{
    invariant(fuzz_is_within(item->payload, frame) ||
              fuzz_is_within(item->payload, buf_view(&w->pieces)));
    if (frame.at[0] == (0x80 | item->op)) /* FIN, and no piece of a message */
        has_one_head(w, item, frame);
    switch (item->op) {
    case WEBSOCKET_CONTINUATION:
        invariant(w->in_fragments && item->payload.n <= w->pieces.max);
        break;
    case WEBSOCKET_BINARY:
        invariant(!w->in_fragments && item->payload.n <= w->pieces.max);
        write_again(w, item->payload);
        break;
    case WEBSOCKET_CLOSE:
        invariant(item->code >= 1000 && item->code < 5000);
        invariant(item->payload.n <= WEBSOCKET_REASON_MAX && text_is_utf8(item->payload));
        break;
    case WEBSOCKET_PING:
    case WEBSOCKET_PONG:
        invariant(item->payload.n <= WEBSOCKET_CONTROL_MAX);
        break;
    case WEBSOCKET_TEXT:
        invariant(item->op != WEBSOCKET_TEXT);
        break;
    }
}

/* Reads what is whole of the `n` bytes; how many that were. */
static size_t hear(struct websocket *w, uint8_t *at, size_t n, struct heard *h)
{
    size_t done = 0;

    while (done < n && h->end == E_TRUNCATED) {
        struct websocket_item item;
        size_t used = 0;
        struct err err = websocket_read(w, &at[done], n - done, &used, &item);

        h->end = err.code;
        if (err.code != E_OK)
            break;
        invariant(used >= 2 && used <= n - done);
        look_at(w, &item, bytes(&at[done], used));
        buf_u8(&h->items, (uint8_t)item.op);
        buf_u16(&h->items, item.code);
        buf_u32(&h->items, (uint32_t)item.payload.n);
        buf_bytes(&h->items, item.payload);
        h->end = E_TRUNCATED;
        done += used;
    }
    return done;
}

static void hear_at_once(struct websocket w, struct bytes in, struct heard *h)
{
    struct buf b = BUF(TAKEN_MAX);

    buf_bytes(&b, in);
    hear(&w, b.at, b.n, h);
    websocket_free(&w);
    buf_free(&b);
}

static void hear_in_bytes(struct websocket w, struct bytes in, struct heard *h)
{
    struct buf b = BUF(TAKEN_MAX);

    for (size_t i = 0; i < in.n; i++) {
        buf_u8(&b, in.at[i]);
        buf_drop(&b, hear(&w, b.at, b.n, h));
    }
    websocket_free(&w);
    buf_free(&b);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct heard once = {BUF(SIZE_MAX), E_TRUNCATED}, bytewise = {BUF(SIZE_MAX), E_TRUNCATED};
    struct reader r = reader(bytes(at, n));
    uint8_t setting = reader_u8(&r);
    struct websocket w = WEBSOCKET((setting & 1) != 0, (size_t)(setting >> 1) * LIMITS);
    struct bytes in = fuzz_front(reader_rest(&r), TAKEN_MAX);

    hear_at_once(w, in, &once);
    hear_in_bytes(w, in, &bytewise);
    invariant(once.end == bytewise.end);
    invariant(bytes_same(buf_view(&once.items), buf_view(&bytewise.items)));
    invariant(websocket_close_code(once.end) >= 1000);
    buf_free(&once.items);
    buf_free(&bytewise.items);
    return 0;
}
