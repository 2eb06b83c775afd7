/* SPDX-License-Identifier: Apache-2.0 */
#include "terminal/page.h"

#include "assert_err.h"

static struct bytes text(const char *s)
{
    return bytes_text(s);
}

static void row_is(const struct page *p, size_t row, const char *wanted)
{
    struct buf b = BUF(4096);

    page_write_row(p, row, &b);
    assert_bytes(buf_view(&b), bytes_text(wanted));
    buf_free(&b);
}

static void text_is_put_where_there_is_room(void **state)
{
    struct page p;

    assert_ok(page_new(&p, 3, 10));
    assert_int_equal(page_put(&p, 0, 2, 4, PAGE_BOLD, text("abcdef")), 4);
    row_is(&p, 0, "  abcd");
    assert_int_equal(p.cell[2].look, PAGE_BOLD);
    assert_int_equal(page_put(&p, 1, 8, 100, PAGE_PLAIN, text("abcdef")), 2);
    row_is(&p, 1, "        ab");
    assert_int_equal(page_put(&p, 3, 0, 4, PAGE_PLAIN, text("a")), 0);
    assert_int_equal(page_put(&p, 0, 10, 4, PAGE_PLAIN, text("a")), 0);
    row_is(&p, 2, "");
    row_is(&p, 3, "");
    page_fill(&p, 0, 0, 100, PAGE_REVERSE);
    page_fill(&p, 3, 0, 100, PAGE_REVERSE);
    row_is(&p, 0, "");
    page_free(&p);
    page_free(&p);
}

static void wide_characters_take_two_cells_and_marks_none(void **state)
{
    struct page p;

    assert_ok(page_new(&p, 1, 5));
    assert_int_equal(page_put(&p, 0, 0, 5, PAGE_PLAIN, text("東e\xcc\x81京x")), 5);
    row_is(&p, 0, "東e\xcc\x81京"); /* x has no room */
    assert_int_equal(p.cell[1].point[0], 0);
    page_fill(&p, 0, 0, 5, PAGE_PLAIN);
    assert_int_equal(page_put(&p, 0, 0, 3, PAGE_PLAIN, text("東京")), 2); /* no half of it */
    row_is(&p, 0, "東");
    page_fill(&p, 0, 0, 5, PAGE_PLAIN);
    assert_int_equal(page_put(&p, 0, 0, 5, PAGE_PLAIN,
                              text("\xcc\x81"
                                   "東\xcc\x81\xcc\x81\xcc\x81")),
                     2); /* one on nothing, and one too many */
    row_is(&p, 0, "東\xcc\x81\xcc\x81");
    page_free(&p);
}

static void what_a_terminal_could_obey_is_a_question_mark(void **state)
{
    struct page p;

    assert_ok(page_new(&p, 1, 20));
    page_put(&p, 0, 0, 20, PAGE_PLAIN, text("a\x1b[2J\x7f\xc2\x9b\xff."));
    row_is(&p, 0, "a?[2J???.");
    page_free(&p);
}

static void fits(const char *s, size_t columns, const char *first)
{
    assert_bytes(bytes(text(s).at, page_fit(text(s), columns)), bytes_text(first));
}

static void a_row_ends_at_a_blank_or_where_it_must(void **state)
{
    fits("", 10, "");
    fits("\nab", 10, "");
    fits("ab\ncd", 10, "ab");
    fits("ab cd ef", 10, "ab cd ef");
    fits("ab cd ef", 7, "ab cd ");
    fits("ab cd ef", 5, "ab ");
    fits("abcdef", 4, "abcd");
    fits("東京", 3, "東");
    fits("東京", 1, "東"); /* at least one, so that it goes on */
    assert_int_equal(page_columns(text("東e\xcc\x81")), 3);
}

static void no_page_is_larger_than_there_may_be(void **state)
{
    struct page p;

    assert_ok(page_new(&p, SIZE_MAX, SIZE_MAX));
    assert_int_equal(p.rows, PAGE_ROWS_MAX);
    assert_int_equal(p.columns, PAGE_COLUMNS_MAX);
    page_free(&p);
    assert_ok(page_new(&p, 0, 0));
    assert_int_equal(page_put(&p, 0, 0, 1, PAGE_PLAIN, text("a")), 0);
    page_free(&p);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(text_is_put_where_there_is_room),
        cmocka_unit_test(wide_characters_take_two_cells_and_marks_none),
        cmocka_unit_test(what_a_terminal_could_obey_is_a_question_mark),
        cmocka_unit_test(a_row_ends_at_a_blank_or_where_it_must),
        cmocka_unit_test(no_page_is_larger_than_there_may_be),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
