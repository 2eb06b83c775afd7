/* SPDX-License-Identifier: Apache-2.0 */
#include "client/markup.h"

#include <stdio.h>
#include <stdlib.h>

#include "assert_err.h"

static struct markup_span span[MARKUP_SPANS_MAX];

/* The spans of a text as "kind(inner)" with blanks between; links as "link(inner>address)". */
static const char *spans(const char *text)
{
    static const char *const kinds[] = {"",     "heading", "quote",  "bullet", "number", "block",
                                        "code", "bold",    "italic", "strike", "link",   "mention"};
    static char all[4096];
    size_t n = markup_parse(bytes_text(text), span, MARKUP_SPANS_MAX), at = 0;

    all[0] = '\0';
    for (size_t i = 0; i < n; i++) {
        const struct markup_span *s = &span[i];

        at += (size_t)snprintf(all + at, sizeof all - at, "%s%s(%.*s", i == 0 ? "" : " ",
                               kinds[s->kind], (int)(s->inner_to - s->inner), text + s->inner);
        if (s->kind == MARKUP_LINK)
            at += (size_t)snprintf(all + at, sizeof all - at, ">%.*s",
                                   (int)(s->address_to - s->address), text + s->address);
        at += (size_t)snprintf(all + at, sizeof all - at, ")");
    }
    return all;
}

static void parts_of_a_line_have_marks_around_them(void **state)
{
    (void)state;
    assert_string_equal(spans("Meet at nine?"), "");
    assert_string_equal(spans("a **bold** and *slanted* or _so_ and ~~gone~~ `x * y`"),
                        "bold(bold) italic(slanted) italic(so) strike(gone) code(x * y)");
    assert_string_equal(spans("**all _of_ it**"), "bold(all _of_ it) italic(of)");
    assert_string_equal(spans("2 * 3 * 4, snake_case_name, ** no **, **"), "");
    assert_string_equal(spans("*begun\nended*"), "");
    assert_string_equal(spans("\\*not\\* `` ` alone"), "");
    assert_string_equal(spans("**** ~~~~ __"), "");
    assert_string_equal(spans("\303\244_b_ _b_\303\244"), "");
}

static void what_crosses_is_not_ended(void **state)
{
    (void)state;
    assert_string_equal(spans("~~a **b~~ c**"), "strike(a **b)");
    assert_string_equal(spans("*a `b* c` d*"), "italic(a `b* c` d) code(b* c)");
}

static void lines_begin_with_what_they_are(void **state)
{
    (void)state;
    assert_string_equal(spans("# One\n### Three *x*\n#### four\n#five"),
                        "heading(One) heading(Three *x*) italic(x)");
    assert_int_equal(span[1].level, 3);
    assert_string_equal(spans("> said\n- one\n* two\n3. three\n1234567890. no\n4.no"),
                        "quote(said) bullet(one) bullet(two) number(three)");
}

static void code_has_lines_of_its_own(void **state)
{
    (void)state;
    assert_string_equal(spans("a\n```c\n*x* @bob\n```\n*y*"), "block(*x* @bob\n) italic(y)");
    assert_string_equal(spans("```\nnever ended"), "block(never ended)");
    assert_string_equal(spans("```"), "block()");
    assert_string_equal(spans("```one line```"), "code(one line)");
    assert_string_equal(spans("```\n```"), "block()");
}

static void links_say_where_they_lead(void **state)
{
    (void)state;
    assert_string_equal(spans("see [the page](https://example.org/a?b=c)."),
                        "link(the page>https://example.org/a?b=c)");
    assert_string_equal(spans("(https://example.org/x), http://a.b!"),
                        "link(https://example.org/x>https://example.org/x)"
                        " link(http://a.b>http://a.b)");
    assert_string_equal(spans("[mail](mailto:bob@example.org)"),
                        "link(mail>mailto:bob@example.org)");
    assert_string_equal(spans("[x](javascript:alert) [x] (https://) xhttps://a.b"
                              " [x](https://\303\244) [x](mailto:)"),
                        "");
    assert_string_equal(spans("[](https://a.b) [a[b](https://c.d) [x](https://e f)"),
                        "link(https://a.b>https://a.b) link(b>https://c.d)"
                        " link(https://e>https://e)"); /* by themselves, or within */
}

static void people_are_mentioned_by_handle(void **state)
{
    (void)state;
    assert_string_equal(spans("@bob, ask @carol.d. (@e-f_)"),
                        "mention(bob) mention(carol.d) mention(e-f)");
    assert_string_equal(spans("a@bob.org @@bob @Bob @ @-x .@bob"), "");
    assert_string_equal(spans("@abcdefghijklmnopqrstuvwxyz0123456"), ""); /* 33 */
    assert_true(markup_mentions(bytes_text("Is it *@bob*?"), bytes_text("bob")));
    assert_false(markup_mentions(bytes_text("Is it `@bob` or @bobby?"), bytes_text("bob")));
    assert_false(markup_mentions(bytes_text("Is it bob?"), bytes_text("bob")));
}

static void there_are_limits(void **state)
{
    size_t n = 65536;
    char *text = malloc(n + 1);

    (void)state;
    assert_non_null(text);
    for (size_t i = 0; i < n; i++)
        text[i] = "*a* "[i % 4];
    text[n] = '\0';
    assert_int_equal(markup_parse(bytes_text(text), span, MARKUP_SPANS_MAX), MARKUP_SPANS_MAX);
    assert_int_equal(markup_parse(bytes_text(text), span, 3), 3);
    assert_int_equal(markup_parse(bytes_text(text), span, 0), 0);
    memset(text, 'a', n);
    memcpy(text, "[", 1);
    memcpy(text + MARKUP_LABEL_MAX + 1, "](https://a)", 12);
    assert_int_equal(markup_parse(bytes_text(text), span, MARKUP_SPANS_MAX), 1);
    text[MARKUP_LABEL_MAX + 1] = 'a';
    memcpy(text + MARKUP_LABEL_MAX + 2, "](https://a)", 12);
    assert_int_equal(markup_parse(bytes_text(text), span, MARKUP_SPANS_MAX), 0);
    memset(text, 'a', n);
    memcpy(text, "https://", 8);
    text[MARKUP_ADDRESS_MAX] = ' ';
    assert_int_equal(markup_parse(bytes_text(text), span, MARKUP_SPANS_MAX), 1);
    text[MARKUP_ADDRESS_MAX] = 'a';
    assert_int_equal(markup_parse(bytes_text(text), span, MARKUP_SPANS_MAX), 0);
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(parts_of_a_line_have_marks_around_them),
        cmocka_unit_test(what_crosses_is_not_ended),
        cmocka_unit_test(lines_begin_with_what_they_are),
        cmocka_unit_test(code_has_lines_of_its_own),
        cmocka_unit_test(links_say_where_they_lead),
        cmocka_unit_test(people_are_mentioned_by_handle),
        cmocka_unit_test(there_are_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
