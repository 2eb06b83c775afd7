/* SPDX-License-Identifier: Apache-2.0 */
#include "base/reader.h"

/* The one place that moves the cursor, and so the one place to get bounds right. */
static const uint8_t *advance(struct reader *r, size_t n)
{
    if (r->failed == E_OK && n > reader_left(r))
        r->failed = E_TRUNCATED;
    if (r->failed != E_OK)
        return NULL;
    if (n == 0)
        return r->at;
    r->at += n;
    return r->at - n;
}

struct reader reader(struct bytes in)
{
    return (struct reader){in.at, in.n == 0 ? in.at : in.at + in.n, E_OK};
}

static uint64_t get(struct reader *r, size_t width)
{
    const uint8_t *at = advance(r, width);
    uint64_t v = 0;

    for (size_t i = 0; at != NULL && i < width; i++)
        v = v << 8 | at[i];
    return v;
}

uint8_t reader_u8(struct reader *r)
{
    return (uint8_t)get(r, 1);
}

uint16_t reader_u16(struct reader *r)
{
    return (uint16_t)get(r, 2);
}

uint32_t reader_u32(struct reader *r)
{
    return (uint32_t)get(r, 4);
}

uint64_t reader_u64(struct reader *r)
{
    return get(r, 8);
}

struct bytes reader_take(struct reader *r, size_t n)
{
    const uint8_t *at = advance(r, n);

    return (struct bytes){at, at == NULL ? 0 : n};
}

void reader_copy(struct reader *r, uint8_t *out, size_t n)
{
    const uint8_t *at = advance(r, n);

    if (n == 0)
        return;
    if (at == NULL)
        memset(out, 0, n);
    else
        memcpy(out, at, n);
}

struct bytes reader_block(struct reader *r, size_t max)
{
    uint32_t n = reader_u32(r);

    reader_require(r, n <= max, E_LIMIT);
    return reader_take(r, n);
}

struct bytes reader_rest(const struct reader *r)
{
    return (struct bytes){r->at, reader_left(r)};
}

size_t reader_left(const struct reader *r)
{
    return r->failed != E_OK || r->at == r->end ? 0 : (size_t)(r->end - r->at);
}

void reader_require(struct reader *r, bool holds, enum err_code code)
{
    if (r->failed == E_OK && !holds)
        r->failed = code;
}

struct err reader_end(const struct reader *r)
{
    if (r->failed != E_OK)
        return FAIL(r->failed);
    if (reader_left(r) > 0)
        return FAIL(E_MALFORMED);
    return OK;
}
