/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/server_keys.h"

#include "people.h"
#include "refusals.h"

#define LABEL BYTES_LABEL("tacet1 srvkeys")

static struct network_id nid, other_nid;
static struct key root, directory;
static struct buf statement = {.max = 1024};

static struct server_keys sample(size_t pins)
{
    struct server_keys s = {.number = 3, .made_ms = PEOPLE_NOW_MS, .pins = pins};

    for (size_t i = 0; i < pins && i < SERVER_KEYS_PINS_MAX; i++)
        memset(s.pin[i].b, (int)(0x11 * (i + 1)), sizeof s.pin[i].b);
    return s;
}

static struct err ask(struct bytes in)
{
    struct server_keys s;

    return server_keys_check(in, &nid, &directory.pub, PEOPLE_NOW_MS, &s);
}

static int begin(void **state)
{
    struct server_keys s = sample(2);

    (void)state;
    nid = people_network("example.org");
    other_nid = people_network("example.net");
    root = key_new(1);
    directory = key_new(2);
    assert_ok(server_keys_sign(&s, &nid, directory.secret, &statement));
    return 0;
}

static int end(void **state)
{
    (void)state;
    key_free(&root);
    key_free(&directory);
    buf_free(&statement);
    return 0;
}

static void a_statement_says_what_the_directory_signed(void **state)
{
    struct server_keys s, want = sample(2), other = sample(3);
    struct buf again = BUF(1024);

    (void)state;
    assert_ok(server_keys_check(buf_view(&statement), &nid, &directory.pub, PEOPLE_NOW_MS, &s));
    assert_int_equal(s.number, 3);
    assert_int_equal(s.made_ms, PEOPLE_NOW_MS);
    assert_int_equal(s.pins, 2);
    assert_true(server_keys_same(&s, &want));
    assert_true(server_keys_have(&s, &want.pin[0]));
    assert_true(server_keys_have(&s, &want.pin[1]));
    assert_false(server_keys_have(&s, &other.pin[2]));
    assert_ok(server_keys_parse(buf_view(&statement), &s));
    assert_err(server_keys_parse(bytes(statement.at, statement.n - 1), &s), E_TRUNCATED);
    assert_true(server_keys_same(&s, &want));
    assert_ok(server_keys_sign(&s, &nid, directory.secret, &again));
    assert_bytes(bytes(again.at, again.n - SIGN_SIZE),
                 bytes(statement.at, statement.n - SIGN_SIZE));
    buf_free(&again);
}

static void any_difference_makes_another_statement(void **state)
{
    struct server_keys s = sample(2), other;

    (void)state;
    other = sample(3);
    assert_false(server_keys_same(&s, &other));
    other = sample(2);
    other.number++;
    assert_false(server_keys_same(&s, &other));
    other = sample(2);
    other.made_ms++;
    assert_false(server_keys_same(&s, &other));
    other = sample(2);
    other.pin[1].b[31] ^= 1;
    assert_false(server_keys_same(&s, &other));
}

static void it_is_not_accepted_cut_or_with_a_byte_behind_it_or_a_bit_flipped(void **state)
{
    (void)state;
    refuses_every_truncation(ask, buf_view(&statement));
    refuses_a_trailing_byte(ask, buf_view(&statement));
    refuses_every_flipped_bit(ask, buf_view(&statement));
}

static void it_is_not_accepted_in_another_network_or_by_another_key(void **state)
{
    struct server_keys s;

    (void)state;
    assert_err(
        server_keys_check(buf_view(&statement), &other_nid, &directory.pub, PEOPLE_NOW_MS, &s),
        E_FORGED);
    assert_err(server_keys_check(buf_view(&statement), &nid, &root.pub, PEOPLE_NOW_MS, &s),
               E_FORGED);
}

static void it_keeps_each_rule(void **state)
{
    static const struct rule rules[] = {
        {"version", 0, 2, E_MALFORMED},     {"version zero", 0, 0, E_MALFORMED},
        {"number zero", 4, 0, E_MALFORMED}, {"made too far ahead", 5, 1, E_CLOCK},
        {"no pin", 13, 0, E_MALFORMED},     {"more pins than follow", 13, 3, E_TRUNCATED},
        {"five pins", 13, 5, E_MALFORMED},  {"255 pins", 13, 255, E_MALFORMED},
    };

    (void)state;
    refuses_each_broken_rule_signed(ask, buf_view(&statement), LABEL, &nid, directory.secret,
                                    RULES(rules));
}

/* Signed by the directory itself, and long enough for what it claims. */
static void refuses_signed(const uint8_t *body, size_t n)
{
    struct buf b = BUF(1024);

    refusals_sign(LABEL, &nid, bytes(body, n), directory.secret, &b);
    assert_err(ask(buf_view(&b)), E_MALFORMED);
    buf_free(&b);
}

static void five_pins_none_and_the_same_one_twice_are_refused_whoever_signed(void **state)
{
    uint8_t body[14 + 5 * SERVER_KEYS_PIN_SIZE] = {1, 0, 0, 0, 1};

    (void)state;
    refuses_signed(body, 14);
    body[13] = 2;
    refuses_signed(body, 14 + 2 * SERVER_KEYS_PIN_SIZE);
    for (size_t i = 0; i < 5; i++)
        body[14 + i * SERVER_KEYS_PIN_SIZE] = (uint8_t)i;
    body[13] = 5;
    refuses_signed(body, sizeof body);
}

static void one_dated_over_an_hour_ahead_is_refused(void **state)
{
    struct server_keys s;
    struct bytes in = buf_view(&statement);

    (void)state;
    assert_ok(server_keys_check(in, &nid, &directory.pub, PEOPLE_NOW_MS - CLOCK_HOUR_MS, &s));
    assert_err(server_keys_check(in, &nid, &directory.pub, PEOPLE_NOW_MS - CLOCK_HOUR_MS - 1, &s),
               E_CLOCK);
}

static void one_that_breaks_a_rule_is_not_signed(void **state)
{
    struct server_keys s = sample(0);
    struct buf out = BUF(1024);

    (void)state;
    assert_err(server_keys_sign(&s, &nid, directory.secret, &out), E_MALFORMED);
    s = sample(4);
    s.pins = 5;
    assert_err(server_keys_sign(&s, &nid, directory.secret, &out), E_MALFORMED);
    s = sample(4);
    s.number = 0;
    assert_err(server_keys_sign(&s, &nid, directory.secret, &out), E_MALFORMED);
    s = sample(4);
    s.pin[3] = s.pin[0];
    assert_err(server_keys_sign(&s, &nid, directory.secret, &out), E_MALFORMED);
    assert_int_equal(out.n, 0);
}

static void the_largest_is_as_large_as_stated(void **state)
{
    struct server_keys s = sample(SERVER_KEYS_PINS_MAX);
    struct buf out = BUF(SERVER_KEYS_MAX_SIZE), small = BUF(SERVER_KEYS_MAX_SIZE - 1);

    (void)state;
    assert_ok(server_keys_sign(&s, &nid, directory.secret, &out));
    assert_int_equal(out.n, SERVER_KEYS_MAX_SIZE);
    assert_ok(ask(buf_view(&out)));
    assert_err(server_keys_sign(&s, &nid, directory.secret, &small), E_LIMIT);
    assert_int_equal(small.n, 0);
    buf_free(&out);
    buf_free(&small);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_statement_says_what_the_directory_signed),
        cmocka_unit_test(any_difference_makes_another_statement),
        cmocka_unit_test(it_is_not_accepted_cut_or_with_a_byte_behind_it_or_a_bit_flipped),
        cmocka_unit_test(it_is_not_accepted_in_another_network_or_by_another_key),
        cmocka_unit_test(it_keeps_each_rule),
        cmocka_unit_test(five_pins_none_and_the_same_one_twice_are_refused_whoever_signed),
        cmocka_unit_test(one_dated_over_an_hour_ahead_is_refused),
        cmocka_unit_test(one_that_breaks_a_rule_is_not_signed),
        cmocka_unit_test(the_largest_is_as_large_as_stated),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
