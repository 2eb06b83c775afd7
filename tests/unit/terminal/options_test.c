/* SPDX-License-Identifier: Apache-2.0 */
#include "assert_err.h"
#include "terminal/options.h"

/* The words of a call, in an array that may be rearranged. */
#define CALL(...)                                                        \
    options(sizeof((char *[]){"program", __VA_ARGS__}) / sizeof(char *), \
            (char *[]){"program", __VA_ARGS__})

static void options_are_found_wherever_they_stand(void **state)
{
    struct options o = CALL("--profile", "work", "send", "--wait=3", "bob", "--json", "hello");
    unsigned wait = 10;

    assert_string_equal(options_text(&o, "--profile"), "work");
    assert_true(options_number(&o, "--wait", 0, 60, &wait));
    assert_int_equal(wait, 3);
    assert_true(options_flag(&o, "--json"));
    assert_false(options_flag(&o, "--json"));
    assert_null(options_text(&o, "--data"));
    assert_string_equal(options_next(&o), "send");
    assert_string_equal(options_next(&o), "bob");
    assert_string_equal(options_next(&o), "hello");
    assert_null(options_next(&o));
    assert_true(options_end(&o));
}

static void behind_two_dashes_everything_is_a_word(void **state)
{
    struct options o = CALL("bob", "--", "--json", "--");

    assert_false(options_flag(&o, "--json"));
    assert_string_equal(options_next(&o), "bob");
    assert_string_equal(options_next(&o), "--json");
    assert_string_equal(options_next(&o), "--");
    assert_true(options_end(&o));
}

static void an_option_that_nobody_took_is_a_mistake(void **state)
{
    struct options o = CALL("--jsno", "bob");

    assert_null(options_next(&o));
    assert_false(options_end(&o));
}

static void an_option_is_no_value_and_nothing_is_none(void **state)
{
    struct options o = CALL("--profile", "--json");
    struct options last = CALL("bob", "--profile");
    struct options words = CALL("--profile", "--", "bob");
    struct options empty = CALL("--profile", "", "bob");
    struct options none = CALL("--profile=");

    assert_null(options_text(&o, "--profile"));
    assert_false(options_end(&o));
    assert_null(options_text(&last, "--profile"));
    assert_false(options_end(&last));
    assert_null(options_text(&words, "--profile"));
    assert_false(options_end(&words));
    assert_null(options_text(&empty, "--profile"));
    assert_false(options_end(&empty));
    assert_null(options_text(&none, "--profile"));
    assert_false(options_end(&none));
}

static void numbers_are_decimal_and_within_their_range(void **state)
{
    static char *const wrong[] = {"",   "-1", "+1", "1x",         "0x1",
                                  " 1", "61", "4",  "4294967301", "99999999999999999999999"};
    unsigned n = 7;

    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++) {
        struct options o = CALL("--n", wrong[i]);

        assert_false(options_number(&o, "--n", 5, 60, &n));
        assert_int_equal(n, 7);
        assert_false(options_end(&o));
    }
    struct options o = CALL("--n", "60", "--m=5");

    assert_true(options_number(&o, "--n", 5, 60, &n));
    assert_int_equal(n, 60);
    assert_true(options_number(&o, "--m", 5, 60, &n));
    assert_int_equal(n, 5);
    assert_true(options_end(&o));
}

static void words_too_few_and_too_many_are_mistakes(void **state)
{
    struct options few = CALL("bob"), many = CALL("bob", "hello");

    assert_string_equal(options_need(&few, "HANDLE"), "bob");
    assert_null(options_need(&few, "TEXT"));
    assert_false(options_end(&few));
    assert_string_equal(options_need(&many, "HANDLE"), "bob");
    assert_false(options_end(&many));
}

static void a_call_without_words_is_empty(void **state)
{
    char *argv[] = {"program", NULL};
    struct options o = options(1, argv), none = options(0, argv + 1);

    assert_null(options_next(&o));
    assert_true(options_end(&o));
    assert_true(options_end(&none));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(options_are_found_wherever_they_stand),
        cmocka_unit_test(behind_two_dashes_everything_is_a_word),
        cmocka_unit_test(an_option_that_nobody_took_is_a_mistake),
        cmocka_unit_test(an_option_is_no_value_and_nothing_is_none),
        cmocka_unit_test(numbers_are_decimal_and_within_their_range),
        cmocka_unit_test(words_too_few_and_too_many_are_mistakes),
        cmocka_unit_test(a_call_without_words_is_empty),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
