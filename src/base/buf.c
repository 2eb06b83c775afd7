/* SPDX-License-Identifier: Apache-2.0 */
#include "base/buf.h"

#include <stdlib.h>

static const size_t FIRST_ROOM = 128;

static bool grow(struct buf *b, size_t need)
{
    size_t room = b->room == 0 ? FIRST_ROOM : b->room;
    uint8_t *at;

    while (room < need && room <= b->max / 2)
        room *= 2;
    if (room < need || room > b->max)
        room = b->max;
    at = malloc(room > 0 ? room : 1);
    if (at == NULL) {
        b->failed = E_NOMEM;
        return false;
    }
    if (b->at != NULL) {
        memcpy(at, b->at, b->n);
        explicit_bzero(b->at, b->room);
    }
    free(b->at);
    b->at = at;
    b->room = room;
    return true;
}

uint8_t *buf_extend(struct buf *b, size_t n)
{
    if (b->failed == E_OK && n > b->max - b->n)
        b->failed = E_LIMIT;
    if (b->failed != E_OK)
        return NULL;
    if ((b->n + n > b->room || b->at == NULL) && !grow(b, b->n + n))
        return NULL;
    b->n += n;
    return b->at + (b->n - n);
}

static void put(struct buf *b, uint64_t v, size_t width)
{
    uint8_t *at = buf_extend(b, width);

    for (size_t i = width; at != NULL && i > 0; i--, v >>= 8)
        at[i - 1] = (uint8_t)v;
}

void buf_u8(struct buf *b, uint8_t v)
{
    put(b, v, 1);
}

void buf_u16(struct buf *b, uint16_t v)
{
    put(b, v, 2);
}

void buf_u32(struct buf *b, uint32_t v)
{
    put(b, v, 4);
}

void buf_u64(struct buf *b, uint64_t v)
{
    put(b, v, 8);
}

void buf_bytes(struct buf *b, struct bytes v)
{
    uint8_t *at;

    if (v.n == 0)
        return;
    at = buf_extend(b, v.n);
    if (at != NULL)
        memcpy(at, v.at, v.n);
}

void buf_text(struct buf *b, const char *text)
{
    buf_bytes(b, bytes_text(text));
}

void buf_zeros(struct buf *b, size_t n)
{
    uint8_t *at;

    if (n == 0)
        return;
    at = buf_extend(b, n);
    if (at != NULL)
        memset(at, 0, n);
}

size_t buf_open(struct buf *b)
{
    buf_u32(b, 0);
    return b->n;
}

void buf_close(struct buf *b, size_t opened)
{
    size_t length;

    if (b->failed != E_OK)
        return;
    invariant(opened >= 4 && opened <= b->n);
    length = b->n - opened;
    if (length > UINT32_MAX) {
        b->failed = E_LIMIT;
        return;
    }
    for (size_t i = 1; i <= 4; i++, length >>= 8)
        b->at[opened - i] = (uint8_t)length;
}

struct bytes buf_view(const struct buf *b)
{
    return (struct bytes){b->at, b->n};
}

struct err buf_end(const struct buf *b, struct bytes *out)
{
    if (b->failed != E_OK)
        return FAIL(b->failed);
    *out = buf_view(b);
    return OK;
}

void buf_cut(struct buf *b, size_t n)
{
    invariant(n <= b->n);
    if (b->n > n)
        explicit_bzero(b->at + n, b->n - n);
    b->n = n;
}

void buf_drop(struct buf *b, size_t n)
{
    invariant(n <= b->n);
    if (n == b->n) {
        buf_free(b);
    } else if (n > 0) {
        memmove(b->at, b->at + n, b->n - n);
        buf_cut(b, b->n - n);
    }
}

void buf_free(struct buf *b)
{
    if (b->at != NULL)
        explicit_bzero(b->at, b->room);
    free(b->at);
    *b = BUF(b->max);
}
