/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/device_list.h"

#include "lineage.h"
#include "refusals.h"

#define ARK_LABEL    BYTES_LABEL("tacet1 list")
#define DEVICE_LABEL BYTES_LABEL("tacet1 list device")

enum {
    PROOF_SIZE = SIGN_SIZE + 16 + SIGN_SIZE,
    /* Where things stand in the body of a list. */
    AT_AID = 1,
    AT_VERSION = 33,
    AT_PREVIOUS = 37,
    AT_COUNT = 77,
    AT_DEVICE = 78,
    DEVICE_SIZE = 96
};

static struct err ask(struct bytes in)
{
    struct device_list l;

    return device_list_check(in, &nid, &ada.ark.pub, NULL, PEOPLE_NOW_MS, &l);
}

static struct err ask_form(struct bytes in)
{
    struct device_list l;

    return device_list_parse(in, &nid, &l);
}

/* Any body at all with two signatures that fit it. */
static void sign_by_hand(struct bytes body, size_t signer, struct buf *out)
{
    uint8_t signature[SIGN_SIZE];

    refusals_sign(ARK_LABEL, &nid, body, ada.ark.secret, out);
    buf_bytes(out, ID_BYTES(ada.did[signer]));
    assert_ok(sign_make(ada.dsk[signer].secret, HASH_PARTS(DEVICE_LABEL, ID_BYTES(nid), body),
                        signature));
    buf_bytes(out, BYTES(signature));
}

static void a_list_says_what_was_signed(void **state)
{
    struct device_list l;
    struct buf again = BUF(DEVICE_LIST_MAX_SIZE);

    (void)state;
    assert_ok(device_list_check(buf_view(&statement), &nid, &ada.ark.pub, NULL, PEOPLE_NOW_MS, &l));
    assert_true(ID_SAME(l.aid, ada.aid));
    assert_int_equal(l.version, 1);
    assert_int_equal(l.made_ms, PEOPLE_NOW_MS);
    assert_int_equal(l.devices, 2);
    assert_true(ID_SAME(l.device[1].did, ada.did[1]));
    assert_true(ID_SAME(l.device[1].dsk, ada.dsk[1].pub));
    assert_int_equal(l.revoked, 0);
    assert_memory_equal(l.hash, first.hash, sizeof l.hash);
    assert_ok(device_list_sign(&l, &nid, ada.ark.secret, &ada.did[0], ada.dsk[0].secret, &again));
    assert_int_equal(again.n, statement.n);
    assert_bytes(bytes(again.at, again.n - PROOF_SIZE),
                 bytes(statement.at, statement.n - PROOF_SIZE));
    buf_free(&again);
}

static void the_hash_is_over_label_network_and_body(void **state)
{
    uint8_t want[NAMES_H32_SIZE];
    struct device_list l;

    (void)state;
    assert_ok(names_h32(HASH_PARTS(BYTES_LABEL("tacet1 list hash"), ID_BYTES(nid),
                                   bytes(statement.at, statement.n - PROOF_SIZE)),
                        want));
    assert_memory_equal(first.hash, want, sizeof want);
    assert_ok(device_list_parse(buf_view(&statement), &nid, &l));
    assert_memory_equal(l.hash, want, sizeof want);
}

static void a_device_is_found_by_its_id(void **state)
{
    (void)state;
    assert_ptr_equal(device_list_find(&first, &ada.did[1]), &first.device[1]);
    assert_null(device_list_find(&first, &ada.did[2]));
}

static void a_list_says_who_signed_it(void **state)
{
    struct device_list l;

    (void)state;
    assert_ok(device_list_check(buf_view(&statement), &nid, &ada.ark.pub, NULL, PEOPLE_NOW_MS, &l));
    assert_true(ID_SAME(l.signer, ada.did[0]));
    assert_true(ID_SAME(first.signer, ada.did[0]));
    assert_false(device_list_is_recovered(&l));
    assert_ok(device_list_parse(buf_view(&statement), &nid, &l));
    assert_true(ID_SAME(l.signer, ada.did[0]));
    l.device[0].role = DEVICE_RECOVERY;
    assert_true(device_list_is_recovered(&l));
    l.signer = ada.did[2]; /* who is not in it, and whom parsing does not look for */
    assert_false(device_list_is_recovered(&l));
}

static void a_recovery_key_is_found_and_is_no_device(void **state)
{
    struct device_list l = second();

    (void)state;
    assert_null(device_list_recovery(&l));
    assert_int_equal(device_list_count(&l), 2);
    l.device[1].role = DEVICE_RECOVERY;
    assert_ptr_equal(device_list_recovery(&l), &l.device[1]);
    assert_int_equal(device_list_count(&l), 1);
    assert_ptr_equal(device_list_find(&l, &ada.did[1]), &l.device[1]);
    assert_null(device_list_find_device(&l, &ada.did[1]));
    assert_null(device_list_find_device(&l, &ada.did[2]));
    assert_ptr_equal(device_list_find_device(&l, &ada.did[0]), &l.device[0]);
    assert_true(device_list_is_device(&l.device[0]));
    assert_false(device_list_is_device(&l.device[1]));
}

static void a_list_is_not_accepted_cut_or_with_a_byte_behind_it(void **state)
{
    (void)state;
    refuses_every_truncation(ask, buf_view(&statement));
    refuses_a_trailing_byte(ask, buf_view(&statement));
    refuses_every_truncation(ask_form, buf_view(&statement));
    refuses_a_trailing_byte(ask_form, buf_view(&statement));
}

static void a_list_is_not_accepted_with_a_bit_flipped(void **state)
{
    (void)state;
    refuses_every_flipped_bit(ask, buf_view(&statement));
}

static void a_list_is_not_accepted_in_another_network_or_for_another_account(void **state)
{
    struct device_list l;
    struct bytes in = buf_view(&statement);
    struct network_id other_nid = people_network("example.net");

    (void)state;
    assert_err(device_list_check(in, &other_nid, &ada.ark.pub, NULL, PEOPLE_NOW_MS, &l), E_FORGED);
    assert_err(device_list_check(in, &nid, &eve.ark.pub, NULL, PEOPLE_NOW_MS, &l), E_FORGED);
}

static void a_list_keeps_each_rule(void **state)
{
    static const struct rule rules[] = {
        {"version of the form", 0, 2, E_MALFORMED},
        {"another account", AT_AID, 0xA5, E_FORGED},
        {"list version zero", AT_VERSION + 3, 0, E_MALFORMED},
        {"a first list with a hash before it", AT_PREVIOUS, 1, E_MALFORMED},
        {"made too far ahead", AT_COUNT - 8, 1, E_CLOCK},
        {"twelve devices", AT_COUNT, 12, E_MALFORMED},
        {"devices not sorted", AT_DEVICE, 0xff, E_MALFORMED},
        {"an id that does not follow from the key", AT_DEVICE + DEVICE_SIZE + 15, 0xA5, E_FORGED},
        {"a key that is no point", AT_DEVICE + 16, 4, E_FORGED},
        {"role zero", AT_DEVICE + 83, 0, E_MALFORMED},
        {"role unknown", AT_DEVICE + 83, 3, E_MALFORMED},
        {"a first list with a recovery key", AT_DEVICE + 83, 2, E_MALFORMED},
        {"capabilities unknown", AT_DEVICE + 95, 2, E_MALFORMED},
        {"capabilities above", AT_DEVICE + 92, 1, E_MALFORMED},
        {"101 revoked", AT_DEVICE + 2 * DEVICE_SIZE, 101, E_MALFORMED},
        {"a next account root", AT_DEVICE + 2 * DEVICE_SIZE + 1, 1, E_MALFORMED},
    };
    size_t body_n = statement.n - PROOF_SIZE;

    (void)state;
    for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
        uint8_t *body = refusals_copy(buf_view(&statement), body_n);
        struct buf out = BUF(DEVICE_LIST_MAX_SIZE);

        assert_int_not_equal(body[rules[i].at], rules[i].value);
        body[rules[i].at] = rules[i].value;
        sign_by_hand(bytes(body, body_n), 0, &out);
        refused_as(ask(buf_view(&out)), &rules[i]);
        free(body);
        buf_free(&out);
    }
}

static void a_list_of_no_devices_is_refused(void **state)
{
    struct buf body = BUF(256), out = BUF(DEVICE_LIST_MAX_SIZE);

    (void)state;
    buf_bytes(&body, bytes(statement.at, AT_COUNT));
    buf_zeros(&body, 3); /* devices, revoked, next account root */
    sign_by_hand(buf_view(&body), 0, &out);
    assert_err(ask(buf_view(&out)), E_MALFORMED);
    buf_free(&body);
    buf_free(&out);
}

static void the_revoked_keep_each_rule(void **state)
{
    enum { AT_GONE = AT_DEVICE + 2 * DEVICE_SIZE + 1, GONE_SIZE = 21 };
    static const struct rule rules[] = {
        {"gone before there was a list", AT_GONE + 19, 1, E_MALFORMED},
        {"gone at a version to come", AT_GONE + 19, 3, E_MALFORMED},
        {"no reason", AT_GONE + 20, 0, E_MALFORMED},
        {"an unknown reason", AT_GONE + 20, 2, E_MALFORMED},
        {"not sorted", AT_GONE, 3, E_MALFORMED},
        {"one twice", AT_GONE, 2, E_MALFORMED},
    };
    struct device_list l = second();
    struct buf out = BUF(DEVICE_LIST_MAX_SIZE);

    (void)state;
    l.revoked = 2;
    l.gone[0] = (struct device_revoked){{{1}}, 2, DEVICE_REVOKED};
    l.gone[1] = (struct device_revoked){{{2}}, 2, DEVICE_REVOKED};
    assert_ok(device_list_sign(&l, &nid, ada.ark.secret, &ada.did[0], ada.dsk[0].secret, &out));
    refuses_every_truncation(ask_form, buf_view(&out));
    refuses_each_broken_rule(ask_form, buf_view(&out), RULES(rules));
    buf_free(&out);
}

static void a_key_off_the_curve_is_refused_although_its_id_follows(void **state)
{
    struct device_list l = person_list(&ada, 1);
    struct device_entry bad = l.device[0];
    struct buf out = BUF(DEVICE_LIST_MAX_SIZE);
    bool first_place;

    (void)state;
    memset(bad.dsk.b + 1, 0xff, sizeof bad.dsk.b - 1);
    assert_ok(names_device(&ada.aid, &bad.dsk, &bad.did));
    first_place = memcmp(bad.did.b, l.device[0].did.b, sizeof bad.did.b) < 0;
    l.device[1] = first_place ? l.device[0] : bad;
    if (first_place)
        l.device[0] = bad;
    l.devices = 2;
    assert_ok(device_list_sign(&l, &nid, ada.ark.secret, &ada.did[0], ada.dsk[0].secret, &out));
    assert_err(ask(buf_view(&out)), E_MALFORMED);
    buf_free(&out);
}

static void a_list_that_breaks_a_rule_is_not_signed(void **state)
{
    enum { BAD = 17 };
    struct device_list bad[BAD];
    struct buf out = BUF(DEVICE_LIST_MAX_SIZE);

    (void)state;
    for (size_t i = 0; i < BAD; i++) {
        bad[i] = second();
        bad[i].revoked = 2;
        bad[i].gone[0] = (struct device_revoked){{{1}}, 2, DEVICE_REVOKED};
        bad[i].gone[1] = (struct device_revoked){{{2}}, 2, DEVICE_REVOKED};
    }
    bad[0].version = 0;
    bad[1].version = 1;
    bad[2].devices = 0;
    bad[3].devices = DEVICE_LIST_ENTRIES_MAX + 1;
    bad[4].device[1] = bad[4].device[0]; /* twice */
    bad[5].revoked = LIMIT_LIST_REVOKED + 1;
    bad[6].gone[1] = bad[6].gone[0]; /* twice */
    bad[7].gone[0].did.b[0] = 3;     /* not sorted */
    bad[8].gone[0].at_version = 1;   /* nothing stood before the first list */
    bad[9].gone[0].at_version = 3;   /* to come */
    bad[10].gone[0].reason = 0;
    bad[11].gone[1].did = ada.did[0]; /* both there and gone */
    bad[12].device[1].role = DEVICE_RECOVERY;
    bad[12].device[1].capabilities = DEVICE_GIVEN_HISTORY;
    bad[13].device[0].role = bad[13].device[1].role = DEVICE_RECOVERY;
    bad[14].device[0].role = DEVICE_RECOVERY; /* and no device */
    bad[14].devices = 1;
    bad[15].devices = DEVICE_LIST_ENTRIES_MAX; /* one device more than there may be */
    for (size_t i = 0; i < DEVICE_LIST_ENTRIES_MAX; i++) {
        bad[15].device[i] = bad[15].device[0];
        bad[15].device[i].did = (struct device_id){{3, (uint8_t)i}};
    }
    bad[16].device[0].capabilities = DEVICE_GIVEN_HISTORY << 1;
    for (size_t i = 0; i < BAD; i++)
        assert_err(
            device_list_sign(&bad[i], &nid, ada.ark.secret, &ada.did[0], ada.dsk[0].secret, &out),
            E_MALFORMED);
    assert_int_equal(out.n, 0);
}

static void a_first_list_is_signed_by_one_of_its_own_devices(void **state)
{
    struct device_list l = person_list(&ada, 2);
    struct buf out = BUF(DEVICE_LIST_MAX_SIZE);

    (void)state;
    assert_ok(device_list_sign(&l, &nid, ada.ark.secret, &ada.did[2], ada.dsk[2].secret, &out));
    assert_err(ask(buf_view(&out)), E_FORGED);
    buf_free(&out);
    assert_ok(device_list_sign(&l, &nid, ada.ark.secret, &ada.did[1], ada.dsk[0].secret, &out));
    assert_err(ask(buf_view(&out)), E_FORGED);
    buf_free(&out);
}

static void both_signatures_are_needed_each_under_its_own_label(void **state)
{
    struct bytes body = bytes(statement.at, statement.n - PROOF_SIZE);
    uint8_t by_ark[SIGN_SIZE], by_device[SIGN_SIZE];
    struct buf out = BUF(DEVICE_LIST_MAX_SIZE);

    (void)state;
    assert_ok(sign_make(ada.ark.secret, HASH_PARTS(DEVICE_LABEL, ID_BYTES(nid), body), by_ark));
    buf_bytes(&out, body);
    buf_bytes(&out, BYTES(by_ark));
    buf_bytes(&out, bytes(statement.at + body.n + SIGN_SIZE, 16 + SIGN_SIZE));
    assert_err(ask(buf_view(&out)), E_FORGED);
    buf_free(&out);
    assert_ok(sign_make(ada.dsk[0].secret, HASH_PARTS(ARK_LABEL, ID_BYTES(nid), body), by_device));
    buf_bytes(&out, bytes(statement.at, body.n + SIGN_SIZE + 16));
    buf_bytes(&out, BYTES(by_device));
    assert_err(ask(buf_view(&out)), E_FORGED);
    buf_free(&out);
}

static void the_second_list_is_signed_by_a_device_of_the_first(void **state)
{
    struct device_list l = second();

    (void)state;
    assert_ok(follows(l, 0));
    assert_ok(follows(l, 1));
}

static void a_device_that_is_dropped_does_not_sign_the_list_that_drops_it(void **state)
{
    struct device_list l = second();

    (void)state;
    l.device[0] = l.device[1];
    l.devices = 1;
    l.gone[0] = (struct device_revoked){ada.did[0], 2, DEVICE_REVOKED};
    l.revoked = 1;
    assert_ok(follows(l, 1));
    assert_err(follows(l, 0), E_FORGED);
}

static void a_list_that_does_not_follow_is_refused(void **state)
{
    struct device_list l = second();

    (void)state;
    l.previous[0] ^= 1;
    assert_err(follows(l, 0), E_FORGED);
    l = second();
    l.version = 3;
    assert_err(follows(l, 0), E_FORGED);
    l = second();
    l.made_ms = first.made_ms;
    assert_ok(follows(l, 0));
    l.made_ms--;
    assert_err(follows(l, 0), E_FORGED);
    assert_err(follows(person_list(&ada, 2), 0), E_FORGED); /* a second first list */
}

static void a_receiver_may_start_at_a_later_version(void **state)
{
    struct device_list l = second(), got;
    struct buf out = BUF(DEVICE_LIST_MAX_SIZE);

    (void)state;
    assert_ok(device_list_sign(&l, &nid, ada.ark.secret, &ada.did[1], ada.dsk[1].secret, &out));
    assert_ok(device_list_check(buf_view(&out), &nid, &ada.ark.pub, NULL, PEOPLE_NOW_MS, &got));
    assert_int_equal(got.version, 2);
    assert_memory_equal(got.previous, first.hash, sizeof first.hash);
    buf_free(&out);
}

static void a_list_dated_over_an_hour_ahead_is_refused(void **state)
{
    struct device_list l;
    struct bytes in = buf_view(&statement);
    uint64_t now = PEOPLE_NOW_MS - CLOCK_HOUR_MS;

    (void)state;
    assert_ok(device_list_check(in, &nid, &ada.ark.pub, NULL, now, &l));
    assert_err(device_list_check(in, &nid, &ada.ark.pub, NULL, now - 1, &l), E_CLOCK);
}

static void the_largest_list_fits_and_a_refusal_leaves_the_output_alone(void **state)
{
    struct device_list l = second(), got;
    struct buf out = BUF(DEVICE_LIST_MAX_SIZE);

    (void)state;
    l.devices = DEVICE_LIST_ENTRIES_MAX;
    l.revoked = LIMIT_LIST_REVOKED;
    for (size_t i = 0; i < l.devices; i++) {
        l.device[i] = l.device[0];
        l.device[i].did = (struct device_id){{1, (uint8_t)i}};
    }
    l.device[LIMIT_LIST_DEVICES].role = DEVICE_RECOVERY;
    for (size_t i = 0; i < l.revoked; i++)
        l.gone[i] = (struct device_revoked){{{2, (uint8_t)i}}, 2, DEVICE_REVOKED};
    assert_ok(device_list_sign(&l, &nid, ada.ark.secret, &ada.did[0], ada.dsk[0].secret, &out));
    assert_ok(device_list_parse(buf_view(&out), &nid, &got));
    assert_int_equal(got.devices, DEVICE_LIST_ENTRIES_MAX);
    assert_int_equal(device_list_count(&got), LIMIT_LIST_DEVICES);
    assert_int_equal(got.gone[99].did.b[1], 99);
    got.version = 77;
    assert_err(device_list_parse(bytes(out.at, out.n - 1), &nid, &got), E_TRUNCATED);
    assert_err(device_list_check(buf_view(&out), &nid, &ada.ark.pub, NULL, PEOPLE_NOW_MS, &got),
               E_FORGED);
    assert_int_equal(got.version, 77);
    buf_free(&out);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_list_says_what_was_signed),
        cmocka_unit_test(the_hash_is_over_label_network_and_body),
        cmocka_unit_test(a_device_is_found_by_its_id),
        cmocka_unit_test(a_list_says_who_signed_it),
        cmocka_unit_test(a_recovery_key_is_found_and_is_no_device),
        cmocka_unit_test(a_list_is_not_accepted_cut_or_with_a_byte_behind_it),
        cmocka_unit_test(a_list_is_not_accepted_with_a_bit_flipped),
        cmocka_unit_test(a_list_is_not_accepted_in_another_network_or_for_another_account),
        cmocka_unit_test(a_list_keeps_each_rule),
        cmocka_unit_test(a_list_of_no_devices_is_refused),
        cmocka_unit_test(the_revoked_keep_each_rule),
        cmocka_unit_test(a_key_off_the_curve_is_refused_although_its_id_follows),
        cmocka_unit_test(a_list_that_breaks_a_rule_is_not_signed),
        cmocka_unit_test(a_first_list_is_signed_by_one_of_its_own_devices),
        cmocka_unit_test(both_signatures_are_needed_each_under_its_own_label),
        cmocka_unit_test(the_second_list_is_signed_by_a_device_of_the_first),
        cmocka_unit_test(a_device_that_is_dropped_does_not_sign_the_list_that_drops_it),
        cmocka_unit_test(a_list_that_does_not_follow_is_refused),
        cmocka_unit_test(a_receiver_may_start_at_a_later_version),
        cmocka_unit_test(a_list_dated_over_an_hour_ahead_is_refused),
        cmocka_unit_test(the_largest_list_fits_and_a_refusal_leaves_the_output_alone),
    };

    return cmocka_run_group_tests(tests, begin, end);
}
