/* SPDX-License-Identifier: Apache-2.0 */
#include "client/query.h"

#include "assert_err.h"
#include "wire/limits.h"

static bool fits(const char *words, const char *text)
{
    struct query q;
    bool yes = false;

    assert_ok(query_parse(bytes_text(words), &q));
    assert_ok(query_fits(&q, bytes_text(text), &yes));
    query_free(&q);
    return yes;
}

static struct err parse(struct bytes words)
{
    struct query q;
    struct err err = query_parse(words, &q);

    query_free(&q);
    return err;
}

static void every_word_has_to_stand_somewhere(void **state)
{
    (void)state;
    assert_true(fits("nine", "Meet at nine?"));
    assert_true(fits("nine meet", "Meet at nine?"));
    assert_true(fits("  nin\tee ", "Meet at nine?")); /* parts of words, too */
    assert_false(fits("nine ten", "Meet at nine?"));
    assert_false(fits("nine", ""));
    assert_false(fits("nine", "nin"));
    assert_true(fits("a.*b", "what a.*b says")); /* no pattern, but what it is */
    assert_false(fits("a.*b", "aab"));
}

static void case_and_accents_make_no_difference(void **state)
{
    (void)state;
    assert_true(fits("GROSSE ubung", "Die große Übung"));
    assert_true(fits("Größe", "die GROSSE")); /* o with an accent is an o, and sharp s is ss */
    assert_true(fits("e\xcc\x81"
                     "t\xc3\xa9",
                     "\xc3\x89"
                     "te\xcc\x81")); /* composed or not */
    assert_true(fits("Ελλάδα", "ελλαδα"));
    assert_true(fits("москва", "МОСКВА"));
    assert_true(fits("Tacet", "Ｔａｃｅｔ"));
    assert_true(fits("one two", "one\xc2\xa0two\xe3\x80\x80three"));
    assert_true(fits("soft", "so\xc2\xad"
                             "ft\xe2\x80\x8b")); /* what is not seen is not there */
    assert_false(fits("москва", "киев"));
}

static void what_is_no_query_is_refused(void **state)
{
    uint8_t much[QUERY_MAX + 1];

    (void)state;
    memset(much, 'x', sizeof much);
    assert_ok(parse(bytes(much, QUERY_MAX)));
    assert_err(parse(BYTES(much)), E_LIMIT);
    assert_ok(parse(BYTES_LITERAL("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 ")));
    assert_err(parse(BYTES_LITERAL("1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17")), E_LIMIT);
    assert_err(parse((struct bytes){0}), E_MALFORMED);
    assert_err(parse(BYTES_LITERAL(" \t ")), E_MALFORMED);
    assert_err(parse(BYTES_LITERAL("\xe2\x80\x8b")), E_MALFORMED);
    assert_err(parse(BYTES_LITERAL("a\xff")), E_MALFORMED);
}

static void text_that_is_not_utf8_fits_nothing(void **state)
{
    (void)state;
    assert_false(fits("a", "a\xff"));
    assert_false(fits("a", "a\xc3"));
}

/* What grows most in folding, as long as a text can be. */
static void the_longest_text_is_folded_whole(void **state)
{
    struct buf text = BUF(LIMIT_TEXT);
    struct query q;
    bool yes = false;

    (void)state;
    while (text.n + 3 < LIMIT_TEXT)
        buf_text(&text, "\xef\xb7\xba");
    buf_text(&text, "!");
    assert_ok(query_parse(BYTES_LITERAL("\xef\xb7\xba !"), &q));
    assert_ok(query_fits(&q, buf_view(&text), &yes));
    assert_true(yes);
    query_free(&q);
    buf_free(&text);
}

static void one_query_looks_at_many_texts(void **state)
{
    struct query q;
    bool yes;

    (void)state;
    assert_ok(query_parse(BYTES_LITERAL("nine"), &q));
    assert_ok(query_fits(&q, BYTES_LITERAL("Meet at NINE, all of you"), &yes));
    assert_true(yes);
    assert_ok(query_fits(&q, BYTES_LITERAL("at ten"), &yes));
    assert_false(yes);
    assert_ok(query_fits(&q, BYTES_LITERAL("nine"), &yes));
    assert_true(yes);
    query_free(&q);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(every_word_has_to_stand_somewhere),
        cmocka_unit_test(case_and_accents_make_no_difference),
        cmocka_unit_test(what_is_no_query_is_refused),
        cmocka_unit_test(text_that_is_not_utf8_fits_nothing),
        cmocka_unit_test(the_longest_text_is_folded_whole),
        cmocka_unit_test(one_query_looks_at_many_texts),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
