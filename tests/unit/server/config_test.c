/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/config.h"

#include <stdlib.h>

#include "assert_err.h"
#include "server/files/files.h"

static struct config *fresh(void)
{
    struct config *c = calloc(1, sizeof *c);

    assert_non_null(c);
    return c;
}

static void a_file_says_each_name_with_blanks_comments_and_no_last_line_end(void **state)
{
    struct config *c = fresh();
    unsigned line = 9;

    assert_ok(config_parse(BYTES_LITERAL("# where things are\n"
                                         "data=/srv/tacet\n"
                                         "\n"
                                         "  listen =  0.0.0.0:8443\t\n"
                                         "address = chat.x.example:443\n"
                                         "\t# another\n"
                                         "monitor = [::1]:9100\n"
                                         "log-level = warning\n"
                                         "tls-key = /etc/tacet/a key = #1\n"
                                         "tls-certificate = /etc/\xc3\xa4.pem"),
                           c, &line));
    assert_int_equal(line, 0);
    assert_string_equal(config_get(c, CONFIG_DATA), "/srv/tacet");
    assert_string_equal(config_get(c, CONFIG_LISTEN), "0.0.0.0:8443");
    assert_string_equal(config_get(c, CONFIG_ADDRESS), "chat.x.example:443");
    assert_string_equal(config_get(c, CONFIG_MONITOR), "[::1]:9100");
    assert_int_equal(config_log_level(c), LOG_WARNING);
    assert_string_equal(config_get(c, CONFIG_TLS_KEY), "/etc/tacet/a key = #1");
    assert_string_equal(config_get(c, CONFIG_TLS_CERTIFICATE), "/etc/\xc3\xa4.pem");
    assert_ok(config_check(c));
    free(c);
}

static void the_setting_that_a_line_gives_can_be_asked_for(void **state)
{
    struct bytes text = BYTES_LITERAL("data = /a\n listen\t=8443\nlisten\nlog-level = info\r\n");

    assert_int_equal(config_named(text, 1), CONFIG_DATA);
    assert_int_equal(config_named(text, 2), CONFIG_LISTEN);
    assert_int_equal(config_named(text, 3), CONFIG_NAMES);
    assert_int_equal(config_named(text, 4), CONFIG_NAMES);
    assert_int_equal(config_named(text, 5), CONFIG_NAMES);
}

static void what_is_wrong_is_told_with_its_line(void **state)
{
    static const struct {
        const char *text;
        enum err_code code;
        unsigned line;
    } rows[] = {
        {"data = /a\n\nport = 1\n", E_ABSENT, 3},
        {"data = /a\ndata = /a\n", E_CONFLICT, 2},
        {"data\n", E_MALFORMED, 1},
        {"data =\n", E_MALFORMED, 1},
        {"= /a", E_ABSENT, 1},
        {"Data = /a", E_ABSENT, 1},
        {"data = /a\r\n", E_MALFORMED, 1},
        {"data = /a\x7f", E_MALFORMED, 1},
        {"data = /a\xff", E_MALFORMED, 1},
        {"\nlisten = 8443", E_MALFORMED, 2},
        {"listen = ::1:8443", E_MALFORMED, 1},
        {"address = Chat.x.example:443", E_MALFORMED, 1},
        {"address = chat.x.example:0", E_MALFORMED, 1},
        {"address = chat.x.example", E_MALFORMED, 1},
        {"monitor = 0.0.0.0:9100", E_MALFORMED, 1},
        {"monitor = localhost:9100", E_MALFORMED, 1},
        {"log-level = debug", E_MALFORMED, 1},
        {"log-level = \"info\"", E_MALFORMED, 1},
    };

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        struct config *c = fresh();
        unsigned line = 0;

        assert_err(config_parse(bytes_text(rows[i].text), c, &line), rows[i].code);
        assert_int_equal(line, rows[i].line);
        free(c);
    }
}

static void a_nul_or_too_much_is_refused(void **state)
{
    struct config *c = fresh();
    uint8_t *much = calloc(1, CONFIG_FILE_MAX + 1);
    unsigned line = 9;

    assert_non_null(much);
    assert_err(config_parse(BYTES_LITERAL("data = /a\0b"), c, &line), E_MALFORMED);
    memset(much, '\n', CONFIG_FILE_MAX + 1);
    assert_ok(config_parse(bytes(much, CONFIG_FILE_MAX), c, &line));
    assert_err(config_parse(bytes(much, CONFIG_FILE_MAX + 1), c, &line), E_LIMIT);
    assert_int_equal(line, 0);
    memset(much, 'a', CONFIG_VALUE_MAX + 1);
    assert_ok(config_set(c, CONFIG_DATA, bytes(much, CONFIG_VALUE_MAX)));
    assert_err(config_set(c, CONFIG_DATA, bytes(much, CONFIG_VALUE_MAX + 1)), E_LIMIT);
    assert_int_equal(strlen(config_get(c, CONFIG_DATA)), CONFIG_VALUE_MAX);
    free(much);
    free(c);
}

static void what_the_command_line_says_stands_above_the_file(void **state)
{
    struct config *c = fresh();
    unsigned line;

    assert_ok(config_parse(BYTES_LITERAL("data = /a\nlisten = [::1]:1\n"), c, &line));
    assert_ok(config_set(c, CONFIG_LISTEN, BYTES_LITERAL("[::1]:2")));
    assert_err(config_set(c, CONFIG_LISTEN, BYTES_LITERAL("nowhere")), E_MALFORMED);
    assert_string_equal(config_get(c, CONFIG_LISTEN), "[::1]:2");
    free(c);
}

static void the_whole_must_name_its_data_and_both_tls_files_or_none(void **state)
{
    struct config *c = fresh();

    assert_err(config_check(c), E_ABSENT);
    assert_ok(config_set(c, CONFIG_DATA, BYTES_LITERAL("/a")));
    assert_ok(config_check(c));
    assert_ok(config_set(c, CONFIG_TLS_KEY, BYTES_LITERAL("/k")));
    assert_err(config_check(c), E_CONFLICT);
    assert_ok(config_set(c, CONFIG_TLS_CERTIFICATE, BYTES_LITERAL("/c")));
    assert_ok(config_check(c));
    free(c);
}

static void room_for_files_is_a_whole_number_of_gib(void **state)
{
    static const char *const wrong[] = {
        "",    "-1",      "+1",      "1.5",  "20 GiB",
        "007", "1048577", "9999999", "0x10", "18446744073709551616"};
    struct config *c = fresh();

    config_default(c);
    assert_int_equal(config_room(c, CONFIG_FILES_ACCOUNT_GIB), FILES_ACCOUNT_BYTES);
    assert_int_equal(config_room(c, CONFIG_FILES_ALL_GIB), FILES_ALL_BYTES);
    for (size_t i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        assert_err(config_set(c, CONFIG_FILES_ALL_GIB, bytes_text(wrong[i])), E_MALFORMED);
    assert_ok(config_set(c, CONFIG_FILES_ALL_GIB, bytes_text("1048576")));
    assert_int_equal(config_room(c, CONFIG_FILES_ALL_GIB), UINT64_C(1) << 50);
    assert_ok(config_set(c, CONFIG_FILES_ALL_GIB, bytes_text("0")));
    assert_int_equal(config_room(c, CONFIG_FILES_ALL_GIB), 0);
    free(c);
}

static void what_is_in_force_is_written_as_a_file_that_says_the_same(void **state)
{
    struct config *c = fresh(), *again = fresh();
    struct buf out = BUF(CONFIG_FILE_MAX);
    unsigned line;

    assert_ok(config_set(c, CONFIG_DATA, BYTES_LITERAL("/a b")));
    config_default(c);
    config_write(c, &out);
    assert_bytes(buf_view(&out), BYTES_LITERAL("data = /a b\n"
                                               "listen = 127.0.0.1:8443\n"
                                               "log-level = info\n"
                                               "files-account-gib = 20\n"
                                               "files-all-gib = 1024\n"));
    assert_ok(config_parse(buf_view(&out), again, &line));
    assert_memory_equal(c, again, sizeof *c);
    buf_free(&out);
    free(again);
    free(c);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_file_says_each_name_with_blanks_comments_and_no_last_line_end),
        cmocka_unit_test(the_setting_that_a_line_gives_can_be_asked_for),
        cmocka_unit_test(what_is_wrong_is_told_with_its_line),
        cmocka_unit_test(a_nul_or_too_much_is_refused),
        cmocka_unit_test(what_the_command_line_says_stands_above_the_file),
        cmocka_unit_test(room_for_files_is_a_whole_number_of_gib),
        cmocka_unit_test(the_whole_must_name_its_data_and_both_tls_files_or_none),
        cmocka_unit_test(what_is_in_force_is_written_as_a_file_that_says_the_same),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
