/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/signin.h"

#include "people.h"
#include "refusals.h"

#define LABEL  BYTES_LABEL("tacet1 signin")
#define DOMAIN BYTES_LITERAL("example.org")

static const uint8_t exporter[SIGNIN_BINDING_SIZE] = {1, 2, 3};

static struct network_id nid, other_nid;
static struct person ada;
static struct buf statement = {.max = 1024};

static struct signin sample(void)
{
    return (struct signin){
        .did = ada.did[0], .domain = DOMAIN, .binding = BYTES(exporter), .generation = 7};
}

static struct err ask(struct bytes in)
{
    return signin_check(in, &nid, DOMAIN, BYTES(exporter), &ada.dsk[0].pub);
}

static struct err ask_form(struct bytes in)
{
    struct signin s;

    return signin_parse(in, &s);
}

static int begin(void **state)
{
    struct signin s;

    (void)state;
    nid = people_network("example.org");
    other_nid = people_network("example.net");
    ada = person_new(&nid, 10, 2);
    s = sample();
    assert_ok(signin_sign(&s, &nid, ada.dsk[0].secret, &statement));
    return 0;
}

static int end(void **state)
{
    (void)state;
    person_free(&ada);
    buf_free(&statement);
    return 0;
}

static void a_sign_in_says_what_the_device_signed(void **state)
{
    struct signin s;
    struct buf again = BUF(1024);

    (void)state;
    assert_ok(ask(buf_view(&statement)));
    assert_ok(signin_parse(buf_view(&statement), &s));
    assert_true(ID_SAME(s.did, ada.did[0]));
    assert_bytes(s.domain, DOMAIN);
    assert_bytes(s.binding, BYTES(exporter));
    assert_int_equal(s.generation, 7);
    assert_ok(signin_sign(&s, &nid, ada.dsk[0].secret, &again));
    assert_bytes(bytes(again.at, again.n - SIGN_SIZE),
                 bytes(statement.at, statement.n - SIGN_SIZE));
    buf_free(&again);
}

static void a_sign_in_is_not_accepted_cut_or_with_a_byte_behind_it(void **state)
{
    (void)state;
    refuses_every_truncation(ask, buf_view(&statement));
    refuses_a_trailing_byte(ask, buf_view(&statement));
    refuses_every_truncation(ask_form, buf_view(&statement));
    refuses_a_trailing_byte(ask_form, buf_view(&statement));
}

static void a_sign_in_is_not_accepted_with_a_bit_flipped(void **state)
{
    (void)state;
    refuses_every_flipped_bit(ask, buf_view(&statement));
}

static void a_sign_in_is_good_on_its_own_connection_to_its_own_server_only(void **state)
{
    static const uint8_t another[SIGNIN_BINDING_SIZE] = {1, 2, 4};
    struct bytes in = buf_view(&statement);
    const struct point *dsk = &ada.dsk[0].pub;

    (void)state;
    assert_err(signin_check(in, &nid, DOMAIN, BYTES(another), dsk), E_FORGED);
    assert_err(signin_check(in, &nid, DOMAIN, bytes(exporter, 31), dsk), E_FORGED);
    assert_err(signin_check(in, &nid, BYTES_LITERAL("example.net"), BYTES(exporter), dsk),
               E_FORGED);
    assert_err(signin_check(in, &other_nid, DOMAIN, BYTES(exporter), dsk), E_FORGED);
    assert_err(signin_check(in, &nid, DOMAIN, BYTES(exporter), &ada.dsk[1].pub), E_FORGED);
}

static void a_sign_in_keeps_each_rule(void **state)
{
    static const struct rule rules[] = {
        {"version", 0, 2, E_MALFORMED},
        {"an empty domain, and a key as binding", 17, 0, E_TRUNCATED},
        {"a domain longer than what follows", 17, 255, E_TRUNCATED},
        {"a domain in upper case", 18, 'E', E_MALFORMED},
        {"no vault generation", 36, 0, E_MALFORMED},
        {"the reserved kind of binding", 37, 2, E_DENIED},
        {"no kind of binding", 37, 0, E_DENIED},
        {"an unknown kind of binding", 37, 3, E_DENIED},
        {"a shorter binding, and a byte left over", 38, 31, E_MALFORMED},
    };

    (void)state;
    refuses_each_broken_rule_signed(ask, buf_view(&statement), LABEL, &nid, ada.dsk[0].secret,
                                    RULES(rules));
}

static void a_binding_of_another_length_is_refused(void **state)
{
    uint8_t body[38 + 1 + 31] = {0};
    struct buf out = BUF(1024);

    (void)state;
    memcpy(body, statement.at, 38);
    body[38] = 31;
    refusals_sign(LABEL, &nid, BYTES(body), ada.dsk[0].secret, &out);
    assert_err(ask_form(buf_view(&out)), E_MALFORMED);
    buf_free(&out);
}

/* A device is shown what it signed on a connection that is over. */
static void a_sign_in_of_the_past_is_of_its_device_and_domain(void **state)
{
    const struct point *dsk = &ada.dsk[0].pub;
    struct signin s = {.generation = 0};
    struct bytes in = buf_view(&statement);

    (void)state;
    assert_ok(signin_check_past(in, &nid, DOMAIN, dsk, &s));
    assert_int_equal(s.generation, 7);
    s.generation = 0;
    assert_err(signin_check_past(in, &nid, BYTES_LITERAL("example.net"), dsk, &s), E_FORGED);
    assert_err(signin_check_past(in, &other_nid, DOMAIN, dsk, &s), E_FORGED);
    assert_err(signin_check_past(in, &nid, DOMAIN, &ada.dsk[1].pub, &s), E_FORGED);
    assert_err(signin_check_past(bytes(in.at, in.n - 1), &nid, DOMAIN, dsk, &s), E_TRUNCATED);
    assert_int_equal(s.generation, 0);
}

static void a_sign_in_that_breaks_a_rule_is_not_signed(void **state)
{
    struct signin s = sample();
    struct buf out = BUF(1024);

    (void)state;
    s.domain = BYTES_LITERAL("Example.org");
    assert_err(signin_sign(&s, &nid, ada.dsk[0].secret, &out), E_MALFORMED);
    s = sample();
    s.binding.n--;
    assert_err(signin_sign(&s, &nid, ada.dsk[0].secret, &out), E_MALFORMED);
    s = sample();
    s.generation = 0;
    assert_err(signin_sign(&s, &nid, ada.dsk[0].secret, &out), E_MALFORMED);
    assert_int_equal(out.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_sign_in_says_what_the_device_signed),
        cmocka_unit_test(a_sign_in_is_not_accepted_cut_or_with_a_byte_behind_it),
        cmocka_unit_test(a_sign_in_is_not_accepted_with_a_bit_flipped),
        cmocka_unit_test(a_sign_in_is_good_on_its_own_connection_to_its_own_server_only),
        cmocka_unit_test(a_sign_in_keeps_each_rule),
        cmocka_unit_test(a_binding_of_another_length_is_refused),
        cmocka_unit_test(a_sign_in_of_the_past_is_of_its_device_and_domain),
        cmocka_unit_test(a_sign_in_that_breaks_a_rule_is_not_signed),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
