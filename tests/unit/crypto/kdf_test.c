/* SPDX-License-Identifier: Apache-2.0 */
#include "assert_err.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "unit/crypto/hex.h"

#define LONGEST 16320

static const struct bytes nothing = {NULL, 0};

/* The inputs of RFC 5869 A.1 and A.2; the answers for SHA-512 are from Python's hmac module. */
static void the_inputs_of_its_rfc_give_known_answers(void **state)
{
    uint8_t ikm[80], salt[80], info[80], got[82];

    (void)state;
    for (uint8_t i = 0; i < 80; i++) {
        ikm[i] = 0x0b;
        salt[i] = i;
        info[i] = (uint8_t)(0xf0 + i);
    }
    assert_ok(kdf_hkdf(bytes(salt, 13), bytes(ikm, 22), bytes(info, 10), got, 42));
    assert_hex(bytes(got, 42), "832390086cda71fb47625bb5ceb168e4c8e26a1a16ed34d9fc7fe92c1481579338"
                               "da362cb8d9f925d7cb");
    for (uint8_t i = 0; i < 80; i++) {
        ikm[i] = i;
        salt[i] = (uint8_t)(0x60 + i);
        info[i] = (uint8_t)(0xb0 + i);
    }
    assert_ok(kdf_hkdf(BYTES(salt), BYTES(ikm), BYTES(info), got, 82));
    assert_hex(BYTES(got), "ce6c97192805b346e6161e821ed165673b84f400a2b514b2fe23d84cd189ddf1"
                           "b695b48cbd1c8388441137b3ce28f16aa64ba33ba466b24df6cfcb021ecff235"
                           "f6a2056ce3af1de44d572097a8505d9e7a93");
}

static void an_empty_salt_is_64_zero_bytes(void **state)
{
    const struct bytes ikm = BYTES_LITERAL("input"), info = BYTES_LABEL("label");
    const uint8_t zeros[64] = {0};
    uint8_t a[32], b[32];

    (void)state;
    assert_ok(kdf_hkdf(nothing, ikm, info, a, sizeof a));
    assert_ok(kdf_hkdf(BYTES(zeros), ikm, info, b, sizeof b));
    assert_bytes(BYTES(a), BYTES(b));
}

static void two_halves_make_the_whole(void **state)
{
    const struct bytes salt = BYTES_LITERAL("salt"), ikm = BYTES_LITERAL("input");
    const struct bytes info = BYTES_LABEL("label");
    uint8_t prk[KDF_PRK_SIZE], a[100], b[100];

    (void)state;
    assert_ok(kdf_hkdf(salt, ikm, info, a, sizeof a));
    assert_ok(kdf_extract(salt, ikm, prk));
    assert_ok(kdf_expand(prk, info, b, sizeof b));
    assert_bytes(BYTES(a), BYTES(b));
}

static void a_shorter_output_is_the_beginning_of_a_longer_one(void **state)
{
    static const size_t lengths[] = {0, 1, 63, 64, 65, 127, 128, 129};
    uint8_t whole[200], part[200];

    (void)state;
    assert_ok(kdf_hkdf(nothing, BYTES_LITERAL("x"), nothing, whole, sizeof whole));
    for (size_t i = 0; i < sizeof lengths / sizeof lengths[0]; i++) {
        memset(part, 0xee, sizeof part);
        assert_ok(kdf_hkdf(nothing, BYTES_LITERAL("x"), nothing, part, lengths[i]));
        assert_bytes(bytes(part, lengths[i]), bytes(whole, lengths[i]));
        assert_int_equal(part[lengths[i]], 0xee);
    }
}

static void all_255_blocks_can_be_had_and_no_256th(void **state)
{
    static uint8_t out[LONGEST + 1];
    uint8_t ikm[22], digest[HASH_SHA256_SIZE];

    (void)state;
    memset(ikm, 0x0b, sizeof ikm);
    assert_ok(kdf_hkdf(nothing, BYTES(ikm), nothing, out, LONGEST));
    assert_ok(hash_sha256(HASH_PARTS({out, LONGEST}), digest));
    assert_hex(BYTES(digest), "2e94fb3be11b5b00f8b643b238552b1617550f30c1f1e01bb043267c5e16c484");
    assert_err(kdf_hkdf(nothing, BYTES(ikm), nothing, out, LONGEST + 1), E_LIMIT);
    assert_true(bytes_all_zero(BYTES(out)));
}

static void info_over_its_limit_is_refused(void **state)
{
    const uint8_t prk[KDF_PRK_SIZE] = {1};
    uint8_t info[KDF_INFO_MAX + 1] = {0}, out[32];

    (void)state;
    assert_ok(kdf_expand(prk, bytes(info, KDF_INFO_MAX), out, sizeof out));
    assert_err(kdf_expand(prk, BYTES(info), out, sizeof out), E_LIMIT);
    assert_true(bytes_all_zero(BYTES(out)));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_inputs_of_its_rfc_give_known_answers),
        cmocka_unit_test(an_empty_salt_is_64_zero_bytes),
        cmocka_unit_test(two_halves_make_the_whole),
        cmocka_unit_test(a_shorter_output_is_the_beginning_of_a_longer_one),
        cmocka_unit_test(all_255_blocks_can_be_had_and_no_256th),
        cmocka_unit_test(info_over_its_limit_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
