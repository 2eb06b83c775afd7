/* SPDX-License-Identifier: Apache-2.0 */
#include "base/text.h"

#include <stdio.h>

#include "assert_err.h"

static bool is_utf8(const char *text)
{
    return text_is_utf8(bytes_text(text));
}

static void the_first_and_last_of_every_length_are_utf8(void **state)
{
    assert_true(text_is_utf8(bytes(NULL, 0)));
    assert_true(text_is_utf8(BYTES_LITERAL("\0")));
    assert_true(is_utf8("\x01\x7f"));
    assert_true(is_utf8("\xc2\x80\xdf\xbf"));
    assert_true(is_utf8("\xe0\xa0\x80\xef\xbf\xbf"));
    assert_true(is_utf8("\xf0\x90\x80\x80\xf4\x8f\xbf\xbf"));
    assert_true(is_utf8("\xed\x9f\xbf\xee\x80\x80")); /* beside the surrogates */
}

static void longer_forms_than_needed_are_not_utf8(void **state)
{
    assert_false(is_utf8("\xc0\x80"));
    assert_false(is_utf8("\xc1\xbf"));
    assert_false(is_utf8("\xe0\x80\x80"));
    assert_false(is_utf8("\xe0\x9f\xbf"));
    assert_false(is_utf8("\xf0\x80\x80\x80"));
    assert_false(is_utf8("\xf0\x8f\xbf\xbf"));
}

static void surrogates_and_points_past_the_last_are_not_utf8(void **state)
{
    assert_false(is_utf8("\xed\xa0\x80"));
    assert_false(is_utf8("\xed\xbf\xbf"));
    assert_false(is_utf8("\xed\xa0\xbd\xed\xb8\x80"));
    assert_false(is_utf8("\xf4\x90\x80\x80"));
    assert_false(is_utf8("\xf5\x80\x80\x80"));
    assert_false(is_utf8("\xf8\x88\x80\x80\x80"));
    assert_false(is_utf8("\xfc\x84\x80\x80\x80\x80"));
    assert_false(is_utf8("\xfe"));
    assert_false(is_utf8("\xff"));
}

static void cut_and_stray_bytes_are_not_utf8(void **state)
{
    assert_false(is_utf8("\x80"));
    assert_false(is_utf8("a\xbf"));
    assert_false(is_utf8("\xc3"));
    assert_false(is_utf8("\xe2\x82"));
    assert_false(is_utf8("\xf0\x9f\x98"));
    assert_false(is_utf8("\xc3("));
    assert_false(is_utf8("\xe2\x82("));
    assert_false(is_utf8("\xf0\x9f\x98\xc0"));
}

/* Encoded by another path than the one that decodes. */
static size_t encode(uint32_t p, uint8_t out[4])
{
    if (p < 0x80) {
        out[0] = (uint8_t)p;
        return 1;
    }
    if (p < 0x800) {
        out[0] = (uint8_t)(0xc0 | p >> 6);
        out[1] = (uint8_t)(0x80 | (p & 63));
        return 2;
    }
    if (p < 0x10000) {
        out[0] = (uint8_t)(0xe0 | p >> 12);
        out[1] = (uint8_t)(0x80 | (p >> 6 & 63));
        out[2] = (uint8_t)(0x80 | (p & 63));
        return 3;
    }
    out[0] = (uint8_t)(0xf0 | p >> 18);
    out[1] = (uint8_t)(0x80 | (p >> 12 & 63));
    out[2] = (uint8_t)(0x80 | (p >> 6 & 63));
    out[3] = (uint8_t)(0x80 | (p & 63));
    return 4;
}

static void every_code_point_but_the_surrogates_is_utf8(void **state)
{
    for (uint32_t p = 0; p < 0x120000; p++) {
        uint8_t out[4];
        size_t n = encode(p, out);

        assert_true(text_is_utf8(bytes(out, n)) == (p <= 0x10ffff && (p < 0xd800 || p > 0xdfff)));
    }
}

static void a_line_has_no_control_and_nothing_that_ends_it(void **state)
{
    (void)state;
    assert_true(text_is_line(bytes(NULL, 0)));
    assert_true(
        text_is_line(BYTES_LITERAL(" ~ \xc2\xa0 \xe2\x80\xa7\xe2\x80\xaa \xf0\x9f\x98\x80")));
    for (unsigned c = 0; c < 0x100; c++) {
        const uint8_t one[2] = {(uint8_t)c}, two[2] = {0xc2, (uint8_t)c};

        assert_true(text_is_line(bytes(one, 1)) == (c >= 0x20 && c < 0x7f));
        assert_true(text_is_line(bytes(two, 2)) == (c >= 0xa0 && c <= 0xbf));
    }
    assert_false(text_is_line(BYTES_LITERAL("a\xe2\x80\xa8")));
    assert_false(text_is_line(BYTES_LITERAL("a\xe2\x80\xa9")));
}

static void handles_are_short_and_plain(void **state)
{
    assert_true(text_is_handle(BYTES_LITERAL("a")));
    assert_true(text_is_handle(BYTES_LITERAL("7of9")));
    assert_true(text_is_handle(BYTES_LITERAL("anna.b_c-d.")));
    assert_true(text_is_handle(BYTES_LITERAL("abcdefghijklmnopqrstuvwxyz012345")));
}

static void other_handles_are_refused(void **state)
{
    static const char *const bad[] = {"",    ".a",  "-a",  "_a",         "Anna", "aB",
                                      "a b", "a@b", "a/b", "an\xc3\xa4", "a\n",  "a\x7f"};

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(text_is_handle(bytes_text(bad[i])));
    assert_false(text_is_handle(BYTES_LITERAL("abcdefghijklmnopqrstuvwxyz0123456")));
    assert_false(text_is_handle(BYTES_LITERAL("a\0b")));
}

static void domains_are_lower_case_labels(void **state)
{
    static const char *const good[] = {
        "a", "localhost", "example.org", "xn--bcher-kva.example", "a-b.c--d.0", "3com.example"};

    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(text_is_domain(bytes_text(good[i])));
}

static void other_domains_are_refused(void **state)
{
    static const char *const bad[] = {"",      ".",    ".a",  "a.",        "a..b", "-a",  "a-",
                                      "a-.b",  "a.-b", "A.b", "a_b",       "a b",  "a/b", "a:1",
                                      "[::1]", "a\n",  "a@b", "b\xc3\xbc", "*.a",  "a.b-"};

    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(text_is_domain(bytes_text(bad[i])));
    assert_false(text_is_domain(BYTES_LITERAL("a\0b")));
}

static void ports_are_numbers_of_16_bits(void **state)
{
    static const char *const good[] = {"0", "1", "7443", "65535"};
    static const char *const bad[] = {"", "00", "01", "65536", "123456", "4294967739", "-1", "4 4"};

    (void)state;
    for (size_t i = 0; i < sizeof good / sizeof good[0]; i++)
        assert_true(text_is_port(bytes_text(good[i])));
    for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
        assert_false(text_is_port(bytes_text(bad[i])));
}

static void a_label_has_at_most_63_bytes_and_a_domain_253(void **state)
{
    char name[256];

    memset(name, 'a', sizeof name);
    assert_true(text_is_domain(bytes(name, 63)));
    assert_false(text_is_domain(bytes(name, 64)));
    for (size_t i = 50; i < sizeof name; i += 51)
        name[i] = '.';
    assert_true(text_is_domain(bytes(name, 253)));
    assert_false(text_is_domain(bytes(name, 254)));
}

static void assert_shown(struct bytes in, bool lines, struct bytes want)
{
    struct buf b = BUF(1000);

    text_harmless(&b, in, lines);
    assert_int_equal(b.failed, E_OK);
    assert_bytes(buf_view(&b), want);
    buf_free(&b);
}

static void plain_text_is_shown_as_it_is(void **state)
{
    assert_shown(bytes(NULL, 0), false, bytes(NULL, 0));
    assert_shown(BYTES_LITERAL(" Hello, ~world!"), false, BYTES_LITERAL(" Hello, ~world!"));
    assert_shown(BYTES_LITERAL("Z\xc3\xbcrich \xe2\x82\xac \xe6\x97\xa5 \xf0\x9f\x98\x80"), false,
                 BYTES_LITERAL("Z\xc3\xbcrich \xe2\x82\xac \xe6\x97\xa5 \xf0\x9f\x98\x80"));
    assert_shown(BYTES_LITERAL("\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"), false,
                 BYTES_LITERAL("\xd7\xa9\xd7\x9c\xd7\x95\xd7\x9d"));
}

static void a_terminal_is_given_no_orders(void **state)
{
    assert_shown(BYTES_LITERAL("\x1b[2J"), true, BYTES_LITERAL("\\u{1b}[2J"));
    assert_shown(BYTES_LITERAL("\x1b]0;title\x07"), true, BYTES_LITERAL("\\u{1b}]0;title\\u{7}"));
    assert_shown(BYTES_LITERAL("a\rb\bc\0d\x7f"), true,
                 BYTES_LITERAL("a\\u{d}b\\u{8}c\\u{0}d\\u{7f}"));
    assert_shown(BYTES_LITERAL("\xc2\x9b"
                               "31m\xc2\x80\xc2\x9f"),
                 true, BYTES_LITERAL("\\u{9b}31m\\u{80}\\u{9f}"));
    assert_shown(BYTES_LITERAL("\x9b"
                               "31m"),
                 true, BYTES_LITERAL("\\x9b31m"));
}

static void every_control_is_escaped(void **state)
{
    for (uint32_t p = 0; p < 0xa0; p++) {
        uint8_t in[4];
        char want[16];

        if (p >= 0x20 && p < 0x7f)
            continue;
        snprintf(want, sizeof want, "\\u{%x}", (unsigned)p);
        assert_shown(bytes(in, encode(p, in)), false, bytes_text(want));
    }
}

static void line_feed_and_tab_pass_where_lines_do(void **state)
{
    assert_shown(BYTES_LITERAL("a\n\tb"), true, BYTES_LITERAL("a\n\tb"));
    assert_shown(BYTES_LITERAL("a\n\tb"), false, BYTES_LITERAL("a\\u{a}\\u{9}b"));
    assert_shown(BYTES_LITERAL("\v\f\r"), true, BYTES_LITERAL("\\u{b}\\u{c}\\u{d}"));
    assert_shown(BYTES_LITERAL("\xe2\x80\xa8\xe2\x80\xa9"), true,
                 BYTES_LITERAL("\\u{2028}\\u{2029}"));
}

static void text_that_reorders_or_hides_is_escaped(void **state)
{
    static const uint32_t harmful[] = {
        0x061c,  0x200e,  0x200f,  0x202a,  0x202b,  0x202c, 0x202d,  0x202e,  0x2066,
        0x2067,  0x2068,  0x2069, /* direction */
        0x00ad,  0x034f,  0x180e,  0x200b,  0x200c,  0x200d, 0x2060,  0x2064,  0xfeff,
        0x115f,  0x1160,  0x3164,  0xffa0,  0xfff9,  0xfffb, 0x1bca0, 0x1d173, /* no width */
        0xe0001, 0xe0020, 0xe0041, 0xe007f, 0xe0100,                           /* tags */
    };

    for (size_t i = 0; i < sizeof harmful / sizeof harmful[0]; i++) {
        uint8_t in[4];
        char want[16];

        snprintf(want, sizeof want, "\\u{%x}", (unsigned)harmful[i]);
        assert_shown(bytes(in, encode(harmful[i], in)), true, bytes_text(want));
    }
}

static void bytes_that_are_not_utf8_are_shown_one_by_one(void **state)
{
    assert_shown(BYTES_LITERAL("a\xff"
                               "b"),
                 false, BYTES_LITERAL("a\\xffb"));
    assert_shown(BYTES_LITERAL("\xc0\x9b"), false, BYTES_LITERAL("\\xc0\\x9b"));
    assert_shown(BYTES_LITERAL("\xed\xa0\x80"), false, BYTES_LITERAL("\\xed\\xa0\\x80"));
    assert_shown(BYTES_LITERAL("\xf4\x90\x80\x80"), false, BYTES_LITERAL("\\xf4\\x90\\x80\\x80"));
    assert_shown(BYTES_LITERAL("\xe2\x82"), false, BYTES_LITERAL("\\xe2\\x82"));
    assert_shown(BYTES_LITERAL("\xe2\x1b["), false, BYTES_LITERAL("\\xe2\\u{1b}["));
}

static void an_escape_cannot_be_imitated(void **state)
{
    assert_shown(BYTES_LITERAL("\\u{1b}"), false, BYTES_LITERAL("\\\\u{1b}"));
    assert_shown(BYTES_LITERAL("\\\\"), false, BYTES_LITERAL("\\\\\\\\"));
}

static void shown_text_is_utf8_whatever_came_in(void **state)
{
    uint32_t seed = 1;

    for (int round = 0; round < 2000; round++) {
        struct buf b = BUF(1000);
        uint8_t in[64];

        for (size_t i = 0; i < sizeof in; i++) {
            seed = seed * 1664525 + 1013904223;
            in[i] = (uint8_t)(seed >> 24 | (seed >> 20 & 1 ? 0x80 : 0));
        }
        text_harmless(&b, BYTES(in), false);
        assert_true(text_is_utf8(buf_view(&b)));
        for (size_t i = 0; i < b.n; i++)
            assert_true(b.at[i] >= 0x20 && b.at[i] != 0x7f);
        buf_free(&b);
    }
}

static void the_first_code_point_of_a_text_has_its_length(void **state)
{
    uint32_t point = 0;

    (void)state;
    assert_int_equal(text_point(BYTES_LITERAL("a\xff"), &point), 1);
    assert_int_equal(point, 'a');
    assert_int_equal(text_point(BYTES_LITERAL("\xe2\x82\xacx"), &point), 3);
    assert_int_equal(point, 0x20ac);
    assert_int_equal(text_point(BYTES_LITERAL("\xe2\x82"), &point), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_first_and_last_of_every_length_are_utf8),
        cmocka_unit_test(longer_forms_than_needed_are_not_utf8),
        cmocka_unit_test(surrogates_and_points_past_the_last_are_not_utf8),
        cmocka_unit_test(cut_and_stray_bytes_are_not_utf8),
        cmocka_unit_test(every_code_point_but_the_surrogates_is_utf8),
        cmocka_unit_test(the_first_code_point_of_a_text_has_its_length),
        cmocka_unit_test(a_line_has_no_control_and_nothing_that_ends_it),
        cmocka_unit_test(handles_are_short_and_plain),
        cmocka_unit_test(other_handles_are_refused),
        cmocka_unit_test(domains_are_lower_case_labels),
        cmocka_unit_test(other_domains_are_refused),
        cmocka_unit_test(ports_are_numbers_of_16_bits),
        cmocka_unit_test(a_label_has_at_most_63_bytes_and_a_domain_253),
        cmocka_unit_test(plain_text_is_shown_as_it_is),
        cmocka_unit_test(a_terminal_is_given_no_orders),
        cmocka_unit_test(every_control_is_escaped),
        cmocka_unit_test(line_feed_and_tab_pass_where_lines_do),
        cmocka_unit_test(text_that_reorders_or_hides_is_escaped),
        cmocka_unit_test(bytes_that_are_not_utf8_are_shown_one_by_one),
        cmocka_unit_test(an_escape_cannot_be_imitated),
        cmocka_unit_test(shown_text_is_utf8_whatever_came_in),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
