/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/position.h"

#include "base/reader.h"
#include "base/text.h"

#define LATITUDE_MAX  (90 * POSITION_DEGREE)
#define LONGITUDE_MAX (180 * POSITION_DEGREE)

static bool is_within(int32_t value, int32_t most)
{
    return value >= -most && value <= most;
}

static struct err check(const struct position *in)
{
    if (in->label.n > POSITION_LABEL_MAX)
        return FAIL(E_LIMIT);
    if (!is_within(in->latitude, LATITUDE_MAX) || !is_within(in->longitude, LONGITUDE_MAX))
        return FAIL(E_MALFORMED);
    return text_is_utf8(in->label) ? OK : FAIL(E_MALFORMED);
}

struct err position_write(const struct position *in, struct buf *out)
{
    size_t before = out->n;
    struct bytes written;
    struct err err;

    TRY(check(in));
    buf_u32(out, (uint32_t)in->latitude);
    buf_u32(out, (uint32_t)in->longitude);
    buf_u32(out, in->accuracy_m);
    buf_u64(out, in->until_ms);
    buf_bytes(out, in->label);
    err = buf_end(out, &written);
    if (err.code != E_OK)
        buf_cut(out, before);
    return err;
}

struct err position_parse(struct bytes content, struct position *out)
{
    struct reader r = reader(content);
    struct position p = {.until_ms = 0};

    p.latitude = (int32_t)reader_u32(&r);
    p.longitude = (int32_t)reader_u32(&r);
    p.accuracy_m = reader_u32(&r);
    p.until_ms = reader_u64(&r);
    p.label = reader_take(&r, reader_left(&r));
    TRY(reader_end(&r));
    TRY(check(&p));
    *out = p;
    return OK;
}
