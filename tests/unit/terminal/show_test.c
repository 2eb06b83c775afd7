/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "assert_err.h"
#include "terminal/show.h"

static char shown[256 * 1024];

static void keep(FILE *f)
{
    size_t n;

    rewind(f);
    n = fread(shown, 1, sizeof shown - 1, f);
    shown[n] = '\0';
    fclose(f);
}

static const char *text_of(struct bytes text)
{
    FILE *f = tmpfile();

    show_text(f, text);
    keep(f);
    return shown;
}

static const char *lines_of(struct bytes text)
{
    struct buf b = BUF(sizeof shown - 1);

    show_lines(&b, text, "    ");
    assert_int_equal(b.failed, E_OK);
    memcpy(shown, b.at, b.n);
    shown[b.n] = '\0';
    buf_free(&b);
    return shown;
}

static void no_escape_reaches_the_terminal(void **state)
{
    assert_string_equal(text_of(BYTES_LITERAL("a\033[2Jb")), "a\\u{1b}[2Jb");
    assert_string_equal(lines_of(BYTES_LITERAL("a\033]0;x\007b\r")), "a\\u{1b}]0;x\\u{7}b\\u{d}");
    assert_string_equal(text_of(BYTES_LITERAL("one\ntwo")), "one\\u{a}two");
}

static void no_line_of_theirs_begins_at_the_margin(void **state)
{
    assert_string_equal(lines_of(BYTES_LITERAL("one\n2026-01-01 10:00  bob: two\n")),
                        "one\n    2026-01-01 10:00  bob: two\n    ");
}

static void long_text_comes_out_whole(void **state)
{
    static char text[3 * 10000 + 2] = "x";

    for (size_t i = 0; i < 10000; i++)
        memcpy(&text[1 + 3 * i], "\u20ac", 3);
    assert_string_equal(text_of(bytes_text(text)), text);
    assert_string_equal(lines_of(bytes_text(text)), text);
}

static void times_are_local_and_odd_ones_still_shown(void **state)
{
    FILE *f = tmpfile();

    setenv("TZ", "UTC0", 1);
    show_time(f, UINT64_C(1795297080000));
    fputc(' ', f);
    show_time(f, UINT64_MAX);
    keep(f);
    assert_string_equal(shown, "2026-11-21 21:38 9999-12-31T23:59:59.999Z");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(no_escape_reaches_the_terminal),
        cmocka_unit_test(no_line_of_theirs_begins_at_the_margin),
        cmocka_unit_test(long_text_comes_out_whole),
        cmocka_unit_test(times_are_local_and_odd_ones_still_shown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
