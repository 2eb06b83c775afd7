/* SPDX-License-Identifier: Apache-2.0 */
#include "assert_err.h"
#include "net/endpoint.h"

static void a_name_an_address_and_a_bracketed_address_are_taken_apart(void **state)
{
    static const char *const rows[][3] = {
        {"chat.example.org:443", "chat.example.org", "443"},
        {"127.0.0.1:0", "127.0.0.1", "0"},
        {"[::1]:65535", "::1", "65535"},
        {"[fe80::1%eth0]:7443", "fe80::1%eth0", "7443"},
    };
    struct endpoint e;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        assert_ok(endpoint_parse(rows[i][0], &e));
        assert_string_equal(e.host, rows[i][1]);
        assert_string_equal(e.port, rows[i][2]);
    }
}

static void anything_else_is_refused(void **state)
{
    static const char *const rows[] = {
        "",      ":",       "host",   "host:",        ":443",       "host:65536", "host:-1",
        "h:044", "h:4 4",   "::1:80", "[::1]",        "[::1:80",    "[]:80",      "[host]:80",
        "a b:1", "a/b:443", "u@h:1",  "h:4294967739", "ho\nst:443",
    };
    struct endpoint e;

    (void)state;
    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++)
        assert_err(endpoint_parse(rows[i], &e), E_MALFORMED);
}

static void a_name_longer_than_names_are_is_refused(void **state)
{
    char text[300];
    struct endpoint e;

    (void)state;
    memset(text, 'a', sizeof text);
    memcpy(&text[ENDPOINT_HOST_MAX], ":1", 3);
    assert_ok(endpoint_parse(text, &e));
    memset(text, 'a', sizeof text);
    memcpy(&text[ENDPOINT_HOST_MAX + 1], ":1", 3);
    assert_err(endpoint_parse(text, &e), E_MALFORMED);
}

static void loopback_is_an_address_and_never_a_name(void **state)
{
    static const char *const ours[] = {"127.0.0.1:1", "127.255.0.9:0", "[::1]:65535"};
    static const char *const others[] = {"localhost:1", "0.0.0.0:1", "128.0.0.1:1",        "[::]:1",
                                         "127.1:1",     "[::2]:1",   "127.0.0.1.example:1"};
    struct endpoint e;

    (void)state;
    for (size_t i = 0; i < sizeof ours / sizeof ours[0]; i++) {
        assert_ok(endpoint_parse(ours[i], &e));
        assert_true(endpoint_is_loopback(&e));
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        assert_ok(endpoint_parse(others[i], &e));
        assert_false(endpoint_is_loopback(&e));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_name_an_address_and_a_bracketed_address_are_taken_apart),
        cmocka_unit_test(anything_else_is_refused),
        cmocka_unit_test(a_name_longer_than_names_are_is_refused),
        cmocka_unit_test(loopback_is_an_address_and_never_a_name),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
