/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/preview.h"

#include "base/reader.h"

static const uint8_t PNG_BEGINS[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n',
                                     0,    0,   0,   13,  'I',  'H',  'D',  'R'};

#define JPEG_BEGINS 0xd8 /* marks, each behind MARK */
#define MARK        0xff

static bool is_png(struct bytes image)
{
    return image.n >= sizeof PNG_BEGINS && memcmp(image.at, PNG_BEGINS, sizeof PNG_BEGINS) == 0;
}

static bool is_jpeg(struct bytes image)
{
    return image.n >= 2 && image.at[0] == MARK && image.at[1] == JPEG_BEGINS;
}

/* The header of a frame, in which the sides stand. */
static bool is_frame(uint8_t mark)
{
    return mark >= 0xc0 && mark <= 0xcf && mark != 0xc4 && mark != 0xc8 && mark != 0xcc;
}

/* What may stand before it: tables, comments, and what applications say. */
static bool is_table(uint8_t mark)
{
    return mark == 0xc4 || mark == 0xcc || (mark >= 0xdb && mark <= 0xfe);
}

/* To the sides of a JPEG's frame. */
static void find_sides(struct reader *r)
{
    uint8_t mark = 0;

    reader_take(r, 2);
    while (r->failed == E_OK && !is_frame(mark)) {
        uint16_t n;

        reader_require(r, reader_u8(r) == MARK, E_MALFORMED);
        mark = reader_u8(r);
        reader_require(r, is_frame(mark) || is_table(mark), E_MALFORMED);
        n = reader_u16(r);
        reader_require(r, n >= 2, E_MALFORMED);
        if (!is_frame(mark))
            reader_take(r, (size_t)n - 2);
    }
    reader_take(r, 1); /* bits of a point's colour */
}

struct err preview_judge(struct bytes image, struct preview *out)
{
    struct reader r = reader(image);
    struct preview p = {.kind = PREVIEW_PNG};
    uint32_t width, height;

    if (is_png(image)) {
        reader_take(&r, sizeof PNG_BEGINS);
        width = reader_u32(&r);
        height = reader_u32(&r);
    } else if (is_jpeg(image)) {
        p.kind = PREVIEW_JPEG;
        find_sides(&r);
        height = reader_u16(&r);
        width = reader_u16(&r);
    } else {
        return FAIL(E_MALFORMED);
    }
    reader_require(&r, width > 0 && height > 0, E_MALFORMED);
    reader_require(&r, width <= PREVIEW_SIDE_MAX && height <= PREVIEW_SIDE_MAX, E_LIMIT);
    if (r.failed != E_OK)
        return FAIL(r.failed);
    p.width = (uint16_t)width;
    p.height = (uint16_t)height;
    *out = p;
    return OK;
}
