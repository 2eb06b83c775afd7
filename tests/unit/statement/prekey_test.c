/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/prekey.h"

#include "people.h"
#include "refusals.h"

#define LABEL BYTES_LABEL("tacet1 spk")

static struct network_id nid, other_nid;
static struct person ada;
static struct buf statement = {.max = 1024};
static uint8_t kem[PREKEY_KEM_SIZE], digest[PREKEY_KEM_DIGEST_SIZE];

static struct prekey sample(void)
{
    struct prekey p = {.aid = ada.aid,
                       .did = ada.did[0],
                       .number = 70000,
                       .made_ms = PEOPLE_NOW_MS,
                       .list_version = 2,
                       .list_hash = {4, 5, 6}};

    memcpy(p.point, ada.ark.pub.b, sizeof p.point); /* any point will do */
    memcpy(p.kem_digest, digest, sizeof p.kem_digest);
    return p;
}

static struct err ask(struct bytes in)
{
    struct prekey p;

    return prekey_check(in, &nid, &ada.dsk[0].pub, PEOPLE_NOW_MS, &p);
}

static struct err ask_form(struct bytes in)
{
    struct prekey p;

    return prekey_parse(in, &p);
}

static int begin(void **state)
{
    struct mlkem_private *secret;
    struct prekey p;

    (void)state;
    assert_ok(mlkem_generate(&secret, kem));
    mlkem_private_free(secret);
    assert_ok(prekey_kem_digest(BYTES(kem), digest));
    nid = people_network("example.org");
    other_nid = people_network("example.net");
    ada = person_new(&nid, 10, 2);
    p = sample();
    assert_ok(prekey_sign(&p, &nid, ada.dsk[0].secret, &statement));
    return 0;
}

static int end(void **state)
{
    (void)state;
    person_free(&ada);
    buf_free(&statement);
    return 0;
}

static void assert_is_sample(const struct prekey *p)
{
    struct prekey want = sample();

    assert_true(ID_SAME(p->aid, want.aid));
    assert_true(ID_SAME(p->did, want.did));
    assert_int_equal(p->number, want.number);
    assert_memory_equal(p->point, want.point, sizeof want.point);
    assert_memory_equal(p->kem_digest, want.kem_digest, sizeof want.kem_digest);
    assert_int_equal(p->made_ms, want.made_ms);
    assert_int_equal(p->list_version, want.list_version);
    assert_memory_equal(p->list_hash, want.list_hash, sizeof want.list_hash);
}

static void a_prekey_says_what_its_device_signed(void **state)
{
    struct prekey p;
    struct buf again = BUF(1024);

    (void)state;
    assert_int_equal(statement.n, PREKEY_SIZE);
    assert_ok(prekey_check(buf_view(&statement), &nid, &ada.dsk[0].pub, PEOPLE_NOW_MS, &p));
    assert_is_sample(&p);
    assert_ok(prekey_sign(&p, &nid, ada.dsk[0].secret, &again));
    assert_bytes(bytes(again.at, again.n - SIGN_SIZE),
                 bytes(statement.at, statement.n - SIGN_SIZE));
    buf_free(&again);
}

static void a_stored_prekey_is_read_without_its_signature(void **state)
{
    struct prekey p;
    uint8_t *copy = refusals_copy(buf_view(&statement), statement.n);

    (void)state;
    copy[statement.n - 1] ^= 1;
    assert_ok(prekey_parse(bytes(copy, statement.n), &p));
    assert_is_sample(&p);
    free(copy);
}

static void a_prekey_is_not_accepted_cut_or_with_a_byte_behind_it(void **state)
{
    (void)state;
    refuses_every_truncation(ask, buf_view(&statement));
    refuses_a_trailing_byte(ask, buf_view(&statement));
    refuses_every_truncation(ask_form, buf_view(&statement));
    refuses_a_trailing_byte(ask_form, buf_view(&statement));
}

static void a_prekey_is_not_accepted_with_a_bit_flipped(void **state)
{
    (void)state;
    refuses_every_flipped_bit(ask, buf_view(&statement));
}

static void a_prekey_is_not_accepted_in_another_network_or_from_another_device(void **state)
{
    struct prekey p;

    (void)state;
    assert_err(prekey_check(buf_view(&statement), &other_nid, &ada.dsk[0].pub, PEOPLE_NOW_MS, &p),
               E_FORGED);
    assert_err(prekey_check(buf_view(&statement), &nid, &ada.dsk[1].pub, PEOPLE_NOW_MS, &p),
               E_FORGED);
}

static void a_device_cannot_publish_in_the_name_of_another(void **state)
{
    struct prekey p = sample();
    struct buf out = BUF(1024);

    (void)state;
    assert_ok(prekey_sign(&p, &nid, ada.dsk[1].secret, &out));
    assert_err(prekey_check(buf_view(&out), &nid, &ada.dsk[1].pub, PEOPLE_NOW_MS, &p), E_FORGED);
    buf_free(&out);
}

static void a_prekey_keeps_each_rule(void **state)
{
    static const struct rule rules[] = {
        {"version", 0, 2, E_MALFORMED},
        {"another account", 1, 0xA5, E_FORGED},
        {"another device", 33, 0xA5, E_FORGED},
        {"a point that is none", 53, 4, E_MALFORMED},
        {"made at a time that it does not expire 37 days after", 175, 1, E_MALFORMED},
        {"expiring at another time", 183, 1, E_MALFORMED},
        {"list version zero", 187, 0, E_MALFORMED},
    };

    (void)state;
    refuses_each_broken_rule_signed(ask, buf_view(&statement), LABEL, &nid, ada.dsk[0].secret,
                                    RULES(rules));
}

static void number_zero_is_refused(void **state)
{
    uint8_t *body = refusals_copy(buf_view(&statement), statement.n - SIGN_SIZE);
    struct buf out = BUF(1024);

    (void)state;
    memset(body + 49, 0, 4);
    refusals_sign(LABEL, &nid, bytes(body, statement.n - SIGN_SIZE), ada.dsk[0].secret, &out);
    assert_err(ask(buf_view(&out)), E_MALFORMED);
    free(body);
    buf_free(&out);
}

static void without_a_digest_of_an_ml_kem_key_it_is_no_prekey(void **state)
{
    uint8_t *body = refusals_copy(buf_view(&statement), statement.n - SIGN_SIZE);
    struct buf out = BUF(1024);

    (void)state;
    memset(body + 120, 0, PREKEY_KEM_DIGEST_SIZE);
    refusals_sign(LABEL, &nid, bytes(body, statement.n - SIGN_SIZE), ada.dsk[0].secret, &out);
    assert_err(ask(buf_view(&out)), E_MALFORMED);
    assert_err(ask_form(buf_view(&out)), E_MALFORMED);
    free(body);
    buf_free(&out);
}

static void the_key_beside_a_prekey_must_be_the_one_that_was_signed(void **state)
{
    struct prekey p = sample();
    uint8_t other[PREKEY_KEM_SIZE];

    (void)state;
    assert_ok(prekey_check_kem(&p, BYTES(kem)));
    memcpy(other, kem, sizeof other);
    for (size_t i = 0; i < sizeof other; i += 49) {
        other[i] ^= 1;
        assert_err(prekey_check_kem(&p, BYTES(other)), E_FORGED);
        other[i] ^= 1;
    }
    for (size_t n = 0; n < sizeof other; n += 392)
        assert_err(prekey_check_kem(&p, bytes(kem, n)), E_MALFORMED);
}

/* Whoever signs nonsense has no key, and makes nobody work with it. */
static void a_signed_key_that_is_none_is_refused(void **state)
{
    struct prekey p = sample();
    uint8_t none[PREKEY_KEM_SIZE];

    (void)state;
    memcpy(none, kem, sizeof none);
    memset(none, 0xff, 3); /* two coefficients of 4,095 */
    assert_ok(prekey_kem_digest(BYTES(none), p.kem_digest));
    assert_err(prekey_check_kem(&p, BYTES(none)), E_MALFORMED);
}

static void a_point_off_the_curve_is_refused_although_signed(void **state)
{
    struct prekey p = sample();
    struct buf out = BUF(1024);

    (void)state;
    memset(p.point + 1, 0xff, sizeof p.point - 1);
    assert_ok(prekey_sign(&p, &nid, ada.dsk[0].secret, &out));
    assert_err(ask(buf_view(&out)), E_MALFORMED);
    buf_free(&out);
}

static void a_prekey_is_good_from_an_hour_before_its_date_for_37_days(void **state)
{
    struct prekey p;
    struct bytes in = buf_view(&statement);
    const struct point *dsk = &ada.dsk[0].pub;
    uint64_t made = PEOPLE_NOW_MS, expires = made + 37 * CLOCK_DAY_MS;

    (void)state;
    assert_ok(prekey_check(in, &nid, dsk, made - CLOCK_HOUR_MS, &p));
    assert_err(prekey_check(in, &nid, dsk, made - CLOCK_HOUR_MS - 1, &p), E_CLOCK);
    assert_ok(prekey_check(in, &nid, dsk, expires - 1, &p));
    assert_err(prekey_check(in, &nid, dsk, expires, &p), E_EXPIRED);
    assert_false(prekey_is_expired(&p, expires - 1));
    assert_true(prekey_is_expired(&p, expires));
}

static void a_prekey_that_breaks_a_rule_is_not_signed(void **state)
{
    struct prekey p = sample();
    struct buf out = BUF(1024);

    (void)state;
    p.number = 0;
    assert_err(prekey_sign(&p, &nid, ada.dsk[0].secret, &out), E_MALFORMED);
    p = sample();
    p.list_version = 0;
    assert_err(prekey_sign(&p, &nid, ada.dsk[0].secret, &out), E_MALFORMED);
    p = sample();
    memset(p.kem_digest, 0, sizeof p.kem_digest);
    assert_err(prekey_sign(&p, &nid, ada.dsk[0].secret, &out), E_MALFORMED);
    p = sample();
    p.made_ms = UINT64_MAX - PREKEY_LIFE_MS + 1;
    assert_err(prekey_sign(&p, &nid, ada.dsk[0].secret, &out), E_MALFORMED);
    assert_int_equal(out.n, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_prekey_says_what_its_device_signed),
        cmocka_unit_test(a_stored_prekey_is_read_without_its_signature),
        cmocka_unit_test(a_prekey_is_not_accepted_cut_or_with_a_byte_behind_it),
        cmocka_unit_test(a_prekey_is_not_accepted_with_a_bit_flipped),
        cmocka_unit_test(a_prekey_is_not_accepted_in_another_network_or_from_another_device),
        cmocka_unit_test(a_device_cannot_publish_in_the_name_of_another),
        cmocka_unit_test(a_prekey_keeps_each_rule),
        cmocka_unit_test(number_zero_is_refused),
        cmocka_unit_test(without_a_digest_of_an_ml_kem_key_it_is_no_prekey),
        cmocka_unit_test(the_key_beside_a_prekey_must_be_the_one_that_was_signed),
        cmocka_unit_test(a_signed_key_that_is_none_is_refused),
        cmocka_unit_test(a_point_off_the_curve_is_refused_although_signed),
        cmocka_unit_test(a_prekey_is_good_from_an_hour_before_its_date_for_37_days),
        cmocka_unit_test(a_prekey_that_breaks_a_rule_is_not_signed),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
