/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/preview.h"

#include "assert_err.h"
#include "base/buf.h"

#define SIZE_MAX_HERE 256

static const uint8_t PNG[] = {0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n', 0, 0, 0,    13,
                              'I',  'H', 'D', 'R', 0,    0,    4,    0,    0, 0, 0x01, 0x02};

static void check(struct bytes image, enum err_code code)
{
    struct preview p = {.width = 7};

    assert_err(preview_judge(image, &p), code);
    if (code != E_OK)
        assert_int_equal(p.width, 7);
}

/* A JPEG: its first mark, then these bytes. */
static struct bytes jpeg(const char *rest, size_t n)
{
    static uint8_t image[SIZE_MAX_HERE];

    image[0] = 0xff;
    image[1] = 0xd8;
    memcpy(&image[2], rest, n);
    return bytes(image, 2 + n);
}
#define JPEG(rest) jpeg((rest), sizeof(rest) - 1)

#define TABLE          \
    "\xff\xdb\x00\x05" \
    "abc"
#define FRAME "\xff\xc2\x00\x11\x08"

static void a_png_says_its_sides_in_front(void **state)
{
    struct preview p;

    assert_ok(preview_judge(BYTES(PNG), &p));
    assert_int_equal(p.kind, PREVIEW_PNG);
    assert_int_equal(p.width, 1024);
    assert_int_equal(p.height, 258);
    for (size_t n = 16; n < sizeof PNG; n++)
        check(bytes(PNG, n), E_TRUNCATED);
}

static void a_jpeg_says_its_sides_behind_its_tables(void **state)
{
    static const char whole[] = "\xff\xe0\x00\x04"
                                "JF"
                                "\xff\xc4\x00\x02"
                                "\xff\xcc\x00\x02" TABLE FRAME "\x04\x00\x01\x02";
    struct preview p;

    assert_ok(preview_judge(JPEG(whole), &p));
    assert_int_equal(p.kind, PREVIEW_JPEG);
    assert_int_equal(p.height, 1024);
    assert_int_equal(p.width, 258);
    for (size_t n = 0; n < sizeof whole - 1; n++)
        check(jpeg(whole, n), E_TRUNCATED);
}

static void of_more_points_none_is_let_through(void **state)
{
    uint8_t png[sizeof PNG];

    for (size_t at = 16; at < 24; at += 4) {
        memcpy(png, PNG, sizeof png);
        png[at + 2] = 4;
        png[at + 3] = 1;
        check(BYTES(png), E_LIMIT);
        png[at] = 0x80; /* 2^31 */
        png[at + 2] = png[at + 3] = 0;
        check(BYTES(png), E_LIMIT);
        png[at] = 0;
        check(BYTES(png), E_MALFORMED); /* none at all */
    }
    check(JPEG(FRAME "\x04\x01\x00\x01"), E_LIMIT);
    check(JPEG(FRAME "\x00\x01\xff\xff"), E_LIMIT);
    check(JPEG(FRAME "\x00\x00\x00\x01"), E_MALFORMED); /* it would say so later */
}

static void nothing_else_is_let_through(void **state)
{
    check((struct bytes){NULL, 0}, E_MALFORMED);
    check(bytes_text("GIF89a\x01\x01\x01\x01 and more than that"), E_MALFORMED);
    check(bytes_text("<svg xmlns=\"http://www.w3.org/2000/svg\"/>"), E_MALFORMED);
    check(bytes_text("\xff\xff\xd8\xff"), E_MALFORMED);
    check(bytes(PNG, 15), E_MALFORMED);
    check(JPEG("abcd"), E_MALFORMED);
    check(JPEG("\xff\xda\x00\x02"), E_MALFORMED); /* points without a frame */
    check(JPEG("\xff\xd9\x00\x02"), E_MALFORMED);
    check(JPEG("\xff\xc8\x00\x02"), E_MALFORMED);
    check(JPEG("\xff\xff\x00\x02"), E_MALFORMED);
    check(JPEG("\xff\x01\x00\x02"), E_MALFORMED);
    check(JPEG("\xff\xd0\x00\x02"), E_MALFORMED);
    check(JPEG("\xff\xdb\x00\x01" FRAME "\x00\x01\x00\x01"), E_MALFORMED);
    check(JPEG(TABLE "x" FRAME "\x00\x01\x00\x01"), E_MALFORMED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_png_says_its_sides_in_front),
        cmocka_unit_test(a_jpeg_says_its_sides_behind_its_tables),
        cmocka_unit_test(of_more_points_none_is_let_through),
        cmocka_unit_test(nothing_else_is_let_through),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
