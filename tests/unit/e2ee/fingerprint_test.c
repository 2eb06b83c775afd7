/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/fingerprint.h"

#include "assert_err.h"
#include "base/encoding.h"

static const struct fingerprint_side ALICE = {{"one network"}, {"alice"}, {"her key"}};
static const struct fingerprint_side BOB = {{"one network"}, {"bob"}, {"his key"}};

static void both_sides_see_the_same_number(void **state)
{
    uint8_t one[FINGERPRINT_SIZE], other[FINGERPRINT_SIZE];

    assert_ok(fingerprint_make(&ALICE, &BOB, one));
    assert_ok(fingerprint_make(&BOB, &ALICE, other));
    assert_memory_equal(one, other, sizeof one);
}

/* A server that gives out a key, an account or a network of its own is seen. */
static void any_other_key_account_or_network_changes_it(void **state)
{
    struct fingerprint_side other[3] = {BOB, BOB, BOB};
    uint8_t want[FINGERPRINT_SIZE], got[FINGERPRINT_SIZE];

    other[0].nid.b[31] ^= 1;
    other[1].aid.b[31] ^= 1;
    other[2].ark.b[66] ^= 1;
    assert_ok(fingerprint_make(&ALICE, &BOB, want));
    for (size_t i = 0; i < 3; i++) {
        assert_ok(fingerprint_make(&ALICE, &other[i], got));
        assert_memory_not_equal(got, want, sizeof want);
    }
}

/* Bytes 0..4 of the first group are 2^32 + 5, so 4294967301 mod 100000 = 67301; the second's are
 * 255 throughout: 1099511627775 mod 100000 = 27775; zero keeps its leading zeros. */
static void digits_are_groups_of_five_bytes_modulo_100000(void **state)
{
    uint8_t in[FINGERPRINT_SIZE] = {1, 0, 0, 0, 5, 255, 255, 255, 255, 255};
    char digits[FINGERPRINT_DIGITS + 1];

    in[59] = 42; /* the last byte that counts: those behind it are for the QR code alone */
    in[60] = 9;
    fingerprint_digits(in, digits);
    assert_int_equal(strlen(digits), FINGERPRINT_DIGITS);
    assert_memory_equal(digits, "6730127775000000000000000", 25);
    assert_string_equal(digits + 55, "00042");
}

static void a_qr_code_says_all_of_it(void **state)
{
    struct buf qr = BUF(200), back = BUF(FINGERPRINT_SIZE);
    size_t prefix = strlen(FINGERPRINT_QR_PREFIX);
    uint8_t s[FINGERPRINT_SIZE];

    assert_ok(fingerprint_make(&ALICE, &BOB, s));
    fingerprint_qr(s, &qr);
    assert_memory_equal(qr.at, "tacet://verify/", prefix);
    assert_ok(encoding_base64_read(bytes(qr.at + prefix, qr.n - prefix), &back));
    assert_bytes(buf_view(&back), BYTES(s));
    buf_free(&qr);
    buf_free(&back);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides_see_the_same_number),
        cmocka_unit_test(any_other_key_account_or_network_changes_it),
        cmocka_unit_test(digits_are_groups_of_five_bytes_modulo_100000),
        cmocka_unit_test(a_qr_code_says_all_of_it),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
