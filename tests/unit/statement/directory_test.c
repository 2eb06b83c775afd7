/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/directory.h"

#include "people.h"
#include "refusals.h"

#define CERTIFICATE_LABEL BYTES_LABEL("tacet1 dirkey")
#define STATEMENT_LABEL   BYTES_LABEL("tacet1 dir")

static struct network_id nid, other_nid;
static struct key root, directory;
static struct person ada;
static struct buf certificate = {.max = 1024}, statement = {.max = 1024};

static struct directory_certificate sample_certificate(void)
{
    return (struct directory_certificate){.key = directory.pub,
                                          .made_ms = PEOPLE_NOW_MS,
                                          .expires_ms = PEOPLE_NOW_MS + DIRECTORY_LIFE_MS,
                                          .name = BYTES_LITERAL("Example")};
}

static struct directory_statement sample_statement(void)
{
    return (struct directory_statement){.number = 3,
                                        .aid = ada.aid,
                                        .ark = ada.ark.pub,
                                        .role = DIRECTORY_MEMBER,
                                        .state = DIRECTORY_ACTIVE,
                                        .made_ms = PEOPLE_NOW_MS,
                                        .handle = BYTES_LITERAL("ada")};
}

static struct err ask_certificate(struct bytes in)
{
    struct directory_certificate c;

    return directory_check_certificate(in, &nid, &root.pub, PEOPLE_NOW_MS, &c);
}

static struct err ask_statement(struct bytes in)
{
    struct directory_statement s;

    return directory_check(in, &nid, &directory.pub, PEOPLE_NOW_MS, &s);
}

static int begin(void **state)
{
    struct directory_certificate c;
    struct directory_statement s;

    (void)state;
    nid = people_network("example.org");
    other_nid = people_network("example.net");
    root = key_new(1);
    directory = key_new(2);
    ada = person_new(&nid, 10, 1);
    c = sample_certificate();
    s = sample_statement();
    assert_ok(directory_certify(&c, &nid, root.secret, &certificate));
    assert_ok(directory_sign(&s, &nid, directory.secret, &statement));
    return 0;
}

static int end(void **state)
{
    (void)state;
    key_free(&root);
    key_free(&directory);
    person_free(&ada);
    buf_free(&certificate);
    buf_free(&statement);
    return 0;
}

static void a_certificate_says_what_the_root_signed(void **state)
{
    struct directory_certificate c;
    struct buf again = BUF(1024);

    (void)state;
    assert_ok(
        directory_check_certificate(buf_view(&certificate), &nid, &root.pub, PEOPLE_NOW_MS, &c));
    assert_memory_equal(c.key.b, directory.pub.b, sizeof c.key.b);
    assert_int_equal(c.made_ms, PEOPLE_NOW_MS);
    assert_int_equal(c.expires_ms, PEOPLE_NOW_MS + DIRECTORY_LIFE_MS);
    assert_bytes(c.name, BYTES_LITERAL("Example"));
    c = (struct directory_certificate){.made_ms = 0};
    assert_ok(directory_parse_certificate(buf_view(&certificate), &c)); /* by its form alone */
    assert_int_equal(c.expires_ms, PEOPLE_NOW_MS + DIRECTORY_LIFE_MS);
    assert_err(directory_parse_certificate(bytes(certificate.at, certificate.n - 1), &c),
               E_TRUNCATED);
    assert_ok(directory_certify(&c, &nid, root.secret, &again));
    assert_bytes(bytes(again.at, again.n - SIGN_SIZE),
                 bytes(certificate.at, certificate.n - SIGN_SIZE));
    buf_free(&again);
}

static void a_statement_says_what_the_directory_signed(void **state)
{
    struct directory_statement s;
    struct buf again = BUF(1024);

    (void)state;
    assert_ok(directory_check(buf_view(&statement), &nid, &directory.pub, PEOPLE_NOW_MS, &s));
    assert_int_equal(s.number, 3);
    assert_true(ID_SAME(s.aid, ada.aid));
    assert_true(ID_SAME(s.ark, ada.ark.pub));
    assert_int_equal(s.role, DIRECTORY_MEMBER);
    assert_int_equal(s.state, DIRECTORY_ACTIVE);
    assert_int_equal(s.made_ms, PEOPLE_NOW_MS);
    assert_bytes(s.handle, BYTES_LITERAL("ada"));
    assert_ok(directory_sign(&s, &nid, directory.secret, &again));
    assert_bytes(bytes(again.at, again.n - SIGN_SIZE),
                 bytes(statement.at, statement.n - SIGN_SIZE));
    buf_free(&again);
}

static void a_statement_says_that_an_account_was_removed(void **state)
{
    struct directory_statement s = sample_statement(), got;
    struct buf out = BUF(1024);

    (void)state;
    s.state = DIRECTORY_REMOVED;
    assert_ok(directory_sign(&s, &nid, directory.secret, &out));
    assert_ok(directory_check(buf_view(&out), &nid, &directory.pub, PEOPLE_NOW_MS, &got));
    assert_int_equal(got.state, DIRECTORY_REMOVED);
    assert_ok(directory_parse(buf_view(&out), &got)); /* by its form alone */
    assert_true(ID_SAME(got.aid, s.aid));
    assert_err(directory_parse(bytes(out.at, out.n - 1), &got), E_TRUNCATED);
    buf_free(&out);
}

static void neither_is_accepted_cut_or_with_a_byte_behind_it(void **state)
{
    (void)state;
    refuses_every_truncation(ask_certificate, buf_view(&certificate));
    refuses_a_trailing_byte(ask_certificate, buf_view(&certificate));
    refuses_every_truncation(ask_statement, buf_view(&statement));
    refuses_a_trailing_byte(ask_statement, buf_view(&statement));
}

static void neither_is_accepted_with_a_bit_flipped(void **state)
{
    (void)state;
    refuses_every_flipped_bit(ask_certificate, buf_view(&certificate));
    refuses_every_flipped_bit(ask_statement, buf_view(&statement));
}

static void neither_is_accepted_in_another_network_or_by_another_key(void **state)
{
    struct directory_certificate c;
    struct directory_statement s;

    (void)state;
    assert_err(directory_check_certificate(buf_view(&certificate), &other_nid, &root.pub,
                                           PEOPLE_NOW_MS, &c),
               E_FORGED);
    assert_err(directory_check_certificate(buf_view(&certificate), &nid, &directory.pub,
                                           PEOPLE_NOW_MS, &c),
               E_FORGED);
    assert_err(directory_check(buf_view(&statement), &other_nid, &directory.pub, PEOPLE_NOW_MS, &s),
               E_FORGED);
    assert_err(directory_check(buf_view(&statement), &nid, &root.pub, PEOPLE_NOW_MS, &s), E_FORGED);
}

static void a_certificate_keeps_each_rule(void **state)
{
    static const struct rule rules[] = {
        {"version", 0, 2, E_MALFORMED},
        {"version zero", 0, 0, E_MALFORMED},
        {"a key that is no point", 1, 4, E_MALFORMED},
        {"made after it expires", 68, 0xff, E_MALFORMED},
        {"expires more than 90 days after it was made", 76, 1, E_MALFORMED},
        {"an empty name, and bytes behind the signature", 84, 0, E_MALFORMED},
        {"a name longer than what follows", 84, 255, E_TRUNCATED},
        {"a name that is not UTF-8", 85, 0xff, E_MALFORMED},
    };

    (void)state;
    refuses_each_broken_rule_signed(ask_certificate, buf_view(&certificate), CERTIFICATE_LABEL,
                                    &nid, root.secret, RULES(rules));
}

static void a_statement_keeps_each_rule(void **state)
{
    static const struct rule rules[] = {
        {"version", 0, 2, E_MALFORMED},
        {"number zero", 4, 0, E_MALFORMED},
        {"an account that does not follow from the key", 5, 0xA5, E_FORGED},
        {"a key that is no point", 37, 4, E_MALFORMED},
        {"role zero", 104, 0, E_MALFORMED},
        {"role unknown", 104, 2, E_MALFORMED},
        {"state zero", 105, 0, E_MALFORMED},
        {"state unknown", 105, 3, E_MALFORMED},
        {"made too far ahead", 106, 1, E_CLOCK},
        {"a handle longer than what follows", 114, 255, E_TRUNCATED},
        {"a handle in upper case", 115, 'A', E_MALFORMED},
    };

    (void)state;
    refuses_each_broken_rule_signed(ask_statement, buf_view(&statement), STATEMENT_LABEL, &nid,
                                    directory.secret, RULES(rules));
}

static void a_certificate_is_good_between_its_dates(void **state)
{
    struct directory_certificate c = sample_certificate();
    struct bytes in = buf_view(&certificate);

    (void)state;
    assert_ok(directory_check_certificate(in, &nid, &root.pub, c.made_ms - CLOCK_HOUR_MS, &c));
    assert_err(directory_check_certificate(in, &nid, &root.pub, c.made_ms - CLOCK_HOUR_MS - 1, &c),
               E_CLOCK);
    assert_ok(directory_check_certificate(in, &nid, &root.pub, c.expires_ms - 1, &c));
    assert_err(directory_check_certificate(in, &nid, &root.pub, c.expires_ms, &c), E_EXPIRED);
}

static void a_statement_dated_over_an_hour_ahead_is_refused(void **state)
{
    struct directory_statement s;
    struct bytes in = buf_view(&statement);

    (void)state;
    assert_ok(directory_check(in, &nid, &directory.pub, PEOPLE_NOW_MS - CLOCK_HOUR_MS, &s));
    assert_err(directory_check(in, &nid, &directory.pub, PEOPLE_NOW_MS - CLOCK_HOUR_MS - 1, &s),
               E_CLOCK);
}

static void a_certificate_that_breaks_a_rule_is_not_signed(void **state)
{
    struct directory_certificate c;
    char long_name[DIRECTORY_NAME_MAX + 1];
    struct buf out = BUF(1024);

    (void)state;
    memset(long_name, 'n', sizeof long_name);
    c = sample_certificate();
    c.name = bytes(long_name, sizeof long_name);
    assert_err(directory_certify(&c, &nid, root.secret, &out), E_MALFORMED);
    c.name = BYTES_LITERAL("");
    assert_err(directory_certify(&c, &nid, root.secret, &out), E_MALFORMED);
    c = sample_certificate();
    c.expires_ms = c.made_ms;
    assert_err(directory_certify(&c, &nid, root.secret, &out), E_MALFORMED);
    c.expires_ms = c.made_ms + DIRECTORY_LIFE_MS + 1;
    assert_err(directory_certify(&c, &nid, root.secret, &out), E_MALFORMED);
    assert_int_equal(out.n, 0);
}

static void a_statement_that_breaks_a_rule_is_not_signed(void **state)
{
    struct directory_statement s = sample_statement();
    struct buf out = BUF(1024);

    (void)state;
    s.number = 0;
    assert_err(directory_sign(&s, &nid, directory.secret, &out), E_MALFORMED);
    s = sample_statement();
    s.handle = BYTES_LITERAL(".ada");
    assert_err(directory_sign(&s, &nid, directory.secret, &out), E_MALFORMED);
    assert_int_equal(out.n, 0);
}

static void the_largest_of_each_is_as_large_as_stated(void **state)
{
    struct directory_certificate c = sample_certificate();
    struct directory_statement s = sample_statement();
    uint8_t text[DIRECTORY_NAME_MAX];
    struct buf out = BUF(1024);

    (void)state;
    memset(text, 'n', sizeof text);
    c.name = BYTES(text);
    assert_ok(directory_certify(&c, &nid, root.secret, &out));
    assert_int_equal(out.n, DIRECTORY_CERTIFICATE_MAX);
    assert_ok(ask_certificate(buf_view(&out)));
    buf_free(&out);
    s.handle = bytes(text, 32);
    assert_ok(directory_sign(&s, &nid, directory.secret, &out));
    assert_int_equal(out.n, DIRECTORY_STATEMENT_MAX);
    assert_ok(ask_statement(buf_view(&out)));
    buf_free(&out);
}

static void a_full_buffer_gets_nothing_of_a_statement(void **state)
{
    struct directory_statement s = sample_statement();
    struct buf out = BUF(200);

    (void)state;
    buf_u8(&out, 7);
    assert_err(directory_sign(&s, &nid, directory.secret, &out), E_LIMIT);
    assert_int_equal(out.n, 1);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_certificate_says_what_the_root_signed),
        cmocka_unit_test(a_statement_says_what_the_directory_signed),
        cmocka_unit_test(a_statement_says_that_an_account_was_removed),
        cmocka_unit_test(neither_is_accepted_cut_or_with_a_byte_behind_it),
        cmocka_unit_test(neither_is_accepted_with_a_bit_flipped),
        cmocka_unit_test(neither_is_accepted_in_another_network_or_by_another_key),
        cmocka_unit_test(a_certificate_keeps_each_rule),
        cmocka_unit_test(a_statement_keeps_each_rule),
        cmocka_unit_test(a_certificate_is_good_between_its_dates),
        cmocka_unit_test(a_statement_dated_over_an_hour_ahead_is_refused),
        cmocka_unit_test(a_certificate_that_breaks_a_rule_is_not_signed),
        cmocka_unit_test(a_statement_that_breaks_a_rule_is_not_signed),
        cmocka_unit_test(the_largest_of_each_is_as_large_as_stated),
        cmocka_unit_test(a_full_buffer_gets_nothing_of_a_statement),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
