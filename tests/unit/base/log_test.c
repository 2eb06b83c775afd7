/* SPDX-License-Identifier: Apache-2.0 */
#include "base/log.h"

#include <stdio.h>

#include "assert_err.h"

static const struct log_event TROUBLE = {"trouble", LOG_ERROR};
static const struct log_event NEWS = {"news", LOG_INFO};

/* The last line, and how many there were. */
struct paper {
    struct log log;
    char line[LOG_LINE_MAX + 1];
    size_t lines;
};

static void keep(void *ctx, struct bytes line)
{
    struct paper *p = ctx;

    assert_true(line.n <= LOG_LINE_MAX);
    memcpy(p->line, line.at, line.n);
    p->line[line.n] = '\0';
    p->lines++;
}

static void begin(struct paper *p)
{
    *p = (struct paper){.log = {keep, p, LOG_INFO, 0}};
}

static void a_line_says_when_in_which_order_how_bad_and_what(void **state)
{
    struct paper p;

    begin(&p);
    log_write(&p.log, 1000, &NEWS, LOG_NO_FIELDS);
    assert_string_equal(p.line, "{\"time\":\"1970-01-01T00:00:01.000Z\",\"sequence\":1,"
                                "\"level\":\"info\",\"event\":\"news\"}\n");
    log_write(&p.log, 1001, &TROUBLE, LOG_FIELDS(log_count(7)));
    assert_string_equal(p.line, "{\"time\":\"1970-01-01T00:00:01.001Z\",\"sequence\":2,"
                                "\"level\":\"error\",\"event\":\"trouble\",\"count\":7}\n");
}

static void every_type_has_its_own_form(void **state)
{
    struct paper p;

    begin(&p);
    log_write(&p.log, 0, &NEWS,
              LOG_FIELDS(log_error((struct err){E_STALE, "a/b.c:1"}), log_session(1),
                         log_request(UINT64_MAX), log_operation(3), log_count(4)));
    assert_non_null(strstr(p.line, ",\"error\":\"stale\",\"place\":\"a/b.c:1\",\"session\":1,"
                                   "\"request\":18446744073709551615,\"operation\":3,"
                                   "\"count\":4}\n"));
    log_write(&p.log, 0, &NEWS,
              LOG_FIELDS(log_duration_ms(5), log_offset_ms(-6), log_size_bytes(7), log_ends_ms(8),
                         log_listens("[::1]:9"), log_version("1.0")));
    assert_non_null(strstr(p.line, ",\"duration_ms\":5,\"offset_ms\":-6,\"size_bytes\":7,"
                                   "\"ends\":\"1970-01-01T00:00:00.008Z\","
                                   "\"address\":\"[::1]:9\",\"version\":\"1.0\"}\n"));
    log_write(&p.log, 0, &NEWS, LOG_FIELDS(log_error(OK)));
    assert_non_null(strstr(p.line, "\"place\":\"?\""));
}

static void no_text_ends_its_quotes_or_its_line(void **state)
{
    struct paper p;

    begin(&p);
    log_write(&p.log, 0, &NEWS, LOG_FIELDS(log_listens("a\"b\\c\nd\x7f\xff")));
    assert_non_null(strstr(p.line, "\"address\":\"a\\\"b\\\\c\\u000ad\\u007f\\u00ff\"}\n"));
}

static void the_longest_line_is_whole_all_the_same(void **state)
{
    struct log_field fields[LOG_FIELDS_MAX];
    char text[LOG_LINE_MAX];
    struct paper p;

    begin(&p);
    memset(text, 1, sizeof text); /* six bytes each */
    text[sizeof text - 1] = '\0';
    for (size_t i = 0; i < LOG_FIELDS_MAX; i++)
        fields[i] = log_error((struct err){E_CRYPTO, text});
    p.log.sequence = UINT64_MAX - 1;
    log_write(&p.log, UINT64_MAX, &TROUBLE, fields, LOG_FIELDS_MAX);
    assert_int_equal(p.lines, 1);
    assert_non_null(strstr(p.line, "\\u0001\"}\n"));
    log_write(&p.log, 0, &NEWS, LOG_FIELDS(log_listens(text)));
    assert_true(strlen(p.line) < LOG_TEXT_MAX + 120);
}

static void what_is_less_urgent_than_asked_for_is_neither_written_nor_counted(void **state)
{
    struct paper p;

    begin(&p);
    p.log.most = LOG_WARNING;
    log_write(&p.log, 0, &NEWS, LOG_NO_FIELDS);
    assert_int_equal(p.lines, 0);
    log_write(&p.log, 0, &TROUBLE, LOG_NO_FIELDS);
    assert_int_equal(p.lines, 1);
    assert_non_null(strstr(p.line, "\"sequence\":1,"));
}

static void levels_have_names_and_no_others(void **state)
{
    enum log_level level = LOG_INFO;

    for (enum log_level i = LOG_ERROR; i <= LOG_INFO; i++) {
        assert_true(log_level_read(bytes_text(log_level_name(i)), &level));
        assert_int_equal(level, i);
    }
    assert_false(log_level_read(BYTES_LITERAL("debug"), &level));
    assert_false(log_level_read(BYTES_LITERAL("Error"), &level));
    assert_false(log_level_read(BYTES_LITERAL(""), &level));
    assert_int_equal(level, LOG_INFO);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_line_says_when_in_which_order_how_bad_and_what),
        cmocka_unit_test(every_type_has_its_own_form),
        cmocka_unit_test(no_text_ends_its_quotes_or_its_line),
        cmocka_unit_test(the_longest_line_is_whole_all_the_same),
        cmocka_unit_test(what_is_less_urgent_than_asked_for_is_neither_written_nor_counted),
        cmocka_unit_test(levels_have_names_and_no_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
