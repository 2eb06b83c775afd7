/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "assert_err.h"
#include "terminal/qr.h"

#define ROOM (256 * 1024)
#define SIDE 200

/* The picture, taken apart into modules again. */
struct picture {
    size_t width, height;
    bool dark[SIDE][SIDE];
};

static size_t read_block(const uint8_t *at, bool *upper, bool *lower)
{
    *upper = *lower = false;
    if (at[0] == ' ')
        return 1;
    assert_memory_equal(at, "\xe2\x96", 2);
    *upper = at[2] != 0x84;
    *lower = at[2] != 0x80;
    return 3;
}

static void take_apart(struct bytes in, struct picture *p)
{
    size_t x = 0;

    memset(p, 0, sizeof *p);
    for (size_t i = 0; i < in.n;) {
        if (in.at[i] == '\n') {
            p->width = x;
            p->height += 2;
            x = 0;
            i++;
            continue;
        }
        i += read_block(&in.at[i], &p->dark[p->height][x], &p->dark[p->height + 1][x]);
        x++;
    }
}

/* The three finders with their white around them, wherever the quiet zone ends. */
static void assert_finder(const struct picture *p, size_t left, size_t top)
{
    for (size_t y = 0; y < 7; y++) {
        for (size_t x = 0; x < 7; x++) {
            size_t rim_x = x < 3 ? x : 6 - x, rim_y = y < 3 ? y : 6 - y;
            size_t rim = rim_x < rim_y ? rim_x : rim_y;

            assert_int_equal(p->dark[top + y][left + x], rim != 1);
        }
    }
}

static void it_is_a_qr_code_with_white_around_it(void **state)
{
    static struct picture p;
    struct buf b = BUF(ROOM);

    assert_ok(qr_draw("tacet://verify/abc", 0, false, &b));
    take_apart(buf_view(&b), &p);
    assert_int_equal(p.width, 25 + 8);
    assert_finder(&p, 4, 4);
    assert_finder(&p, 4 + 18, 4);
    assert_finder(&p, 4, 4 + 18);
    for (size_t y = 0; y < p.height; y++)
        for (size_t x = 0; x < p.width; x++)
            if (x < 4 || y < 4 || x >= 29 || y >= 29)
                assert_false(p.dark[y][x]);
    buf_free(&b);
}

static void a_narrow_terminal_gets_less_white_and_a_narrower_one_nothing(void **state)
{
    static struct picture p;
    struct buf b = BUF(ROOM);

    assert_ok(qr_draw("tacet://verify/abc", 29, false, &b));
    take_apart(buf_view(&b), &p);
    assert_int_equal(p.width, 29);
    assert_finder(&p, 2, 2);
    buf_free(&b);
    assert_err(qr_draw("tacet://verify/abc", 28, false, &b), E_LIMIT);
    assert_int_equal(b.n, 0);
}

/* Also on terminals that are light, or dark, or green: each line sets both colours and ends them.
 */
static void colours_are_black_on_white_and_end_with_the_line(void **state)
{
    struct buf b = BUF(ROOM);
    const char *at;

    assert_ok(qr_draw("tacet://verify/abc", 80, true, &b));
    buf_u8(&b, 0);
    at = (const char *)b.at;
    for (int lines = 0; lines < 17; lines++) {
        const char *end = strchr(at, '\n');

        assert_non_null(end);
        assert_memory_equal(at, "\033[38;5;16;48;5;231m", 19);
        assert_memory_equal(end - 4, "\033[0m", 4);
        at = end + 1;
    }
    assert_string_equal(at, "");
    buf_free(&b);
}

static void the_longest_invitation_fits_and_a_book_does_not(void **state)
{
    static char text[4000];
    struct buf b = BUF(ROOM);

    memset(text, 'x', 512);
    assert_ok(qr_draw(text, 0, true, &b));
    buf_free(&b);
    memset(text, 'x', sizeof text - 1);
    assert_err(qr_draw(text, 0, true, &b), E_MALFORMED);
    buf_free(&b);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(it_is_a_qr_code_with_white_around_it),
        cmocka_unit_test(a_narrow_terminal_gets_less_white_and_a_narrower_one_nothing),
        cmocka_unit_test(colours_are_black_on_white_and_end_with_the_line),
        cmocka_unit_test(the_longest_invitation_fits_and_a_book_does_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
