/* SPDX-License-Identifier: Apache-2.0 */
#include "assert_err.h"
#include "crypto/aead.h"
#include "unit/crypto/hex.h"

#define PLAIN_N  60
#define SEALED_N (PLAIN_N + AEAD_TAG_SIZE)

/* Test case 16 of the specification that became SP 800-38D. */
static struct {
    uint8_t key[AEAD_KEY_SIZE], nonce[AEAD_NONCE_SIZE], aad[20], plain[PLAIN_N], sealed[SEALED_N];
} sample;

static int read_sample(void **state)
{
    (void)state;
    hex("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", sample.key,
        sizeof sample.key);
    hex("cafebabefacedbaddecaf888", sample.nonce, sizeof sample.nonce);
    hex("feedfacedeadbeeffeedfacedeadbeefabaddad2", sample.aad, sizeof sample.aad);
    hex("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
        sample.plain, sizeof sample.plain);
    hex("522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
        "76fc6ece0f4e1768cddf8853bb2d551b",
        sample.sealed, sizeof sample.sealed);
    return 0;
}

static void sealing_gives_the_known_answer_and_opening_undoes_it(void **state)
{
    uint8_t sealed[SEALED_N], plain[PLAIN_N];

    (void)state;
    assert_ok(aead_seal(sample.key, sample.nonce, BYTES(sample.aad), BYTES(sample.plain), sealed));
    assert_bytes(BYTES(sealed), BYTES(sample.sealed));
    assert_ok(aead_open(sample.key, sample.nonce, BYTES(sample.aad), BYTES(sealed), plain));
    assert_bytes(BYTES(plain), BYTES(sample.plain));
}

static void both_work_in_place(void **state)
{
    uint8_t b[SEALED_N];

    (void)state;
    memcpy(b, sample.plain, PLAIN_N);
    assert_ok(aead_seal(sample.key, sample.nonce, BYTES(sample.aad), bytes(b, PLAIN_N), b));
    assert_bytes(BYTES(b), BYTES(sample.sealed));
    assert_ok(aead_open(sample.key, sample.nonce, BYTES(sample.aad), BYTES(b), b));
    assert_bytes(bytes(b, PLAIN_N), BYTES(sample.plain));
}

static void any_altered_bit_is_refused_and_leaves_zeros(void **state)
{
    uint8_t sealed[SEALED_N], plain[PLAIN_N];

    (void)state;
    for (size_t bit = 0; bit < 8 * SEALED_N; bit++) {
        memcpy(sealed, sample.sealed, SEALED_N);
        sealed[bit / 8] ^= (uint8_t)(1 << bit % 8);
        memset(plain, 0xee, sizeof plain);
        assert_err(aead_open(sample.key, sample.nonce, BYTES(sample.aad), BYTES(sealed), plain),
                   E_FORGED);
        assert_true(bytes_all_zero(BYTES(plain)));
    }
}

static void a_forgery_opened_in_place_leaves_zeros(void **state)
{
    uint8_t b[SEALED_N];

    (void)state;
    memcpy(b, sample.sealed, SEALED_N);
    b[SEALED_N - 1] ^= 1;
    assert_err(aead_open(sample.key, sample.nonce, BYTES(sample.aad), BYTES(b), b), E_FORGED);
    assert_true(bytes_all_zero(bytes(b, PLAIN_N)));
}

static void another_key_nonce_or_aad_is_refused(void **state)
{
    uint8_t key[AEAD_KEY_SIZE], plain[PLAIN_N];

    (void)state;
    memcpy(key, sample.key, sizeof key);
    key[31] ^= 1;
    assert_err(aead_open(key, sample.nonce, BYTES(sample.aad), BYTES(sample.sealed), plain),
               E_FORGED);
    assert_err(
        aead_open(sample.key, AEAD_NONCE_ZERO, BYTES(sample.aad), BYTES(sample.sealed), plain),
        E_FORGED);
    assert_err(
        aead_open(sample.key, sample.nonce, bytes(sample.aad, 19), BYTES(sample.sealed), plain),
        E_FORGED);
    assert_err(aead_open(sample.key, sample.nonce, bytes(NULL, 0), BYTES(sample.sealed), plain),
               E_FORGED);
}

static void every_truncation_is_refused(void **state)
{
    uint8_t plain[PLAIN_N];

    (void)state;
    for (size_t n = 0; n < SEALED_N; n++)
        assert_err(
            aead_open(sample.key, sample.nonce, BYTES(sample.aad), bytes(sample.sealed, n), plain),
            n < AEAD_TAG_SIZE ? E_TRUNCATED : E_FORGED);
}

static void nothing_can_be_sealed_with_and_without_aad(void **state)
{
    const struct bytes nothing = {NULL, 0};
    uint8_t tag[AEAD_TAG_SIZE], untouched = 0xee;

    (void)state;
    assert_ok(aead_seal(sample.key, AEAD_NONCE_ZERO, nothing, nothing, tag));
    assert_ok(aead_open(sample.key, AEAD_NONCE_ZERO, nothing, BYTES(tag), &untouched));
    assert_err(aead_open(sample.key, AEAD_NONCE_ZERO, BYTES(sample.aad), BYTES(tag), &untouched),
               E_FORGED);
    assert_ok(aead_seal(sample.key, AEAD_NONCE_ZERO, BYTES(sample.aad), nothing, tag));
    assert_ok(aead_open(sample.key, AEAD_NONCE_ZERO, BYTES(sample.aad), BYTES(tag), &untouched));
    assert_int_equal(untouched, 0xee);
}

static void what_openssl_cannot_count_is_refused(void **state)
{
    const struct bytes too_long = {sample.plain, (size_t)AEAD_TEXT_MAX + 1};
    uint8_t out[SEALED_N];

    (void)state;
    assert_err(aead_seal(sample.key, sample.nonce, bytes(NULL, 0), too_long, out), E_LIMIT);
    assert_err(aead_seal(sample.key, sample.nonce, too_long, bytes(NULL, 0), out), E_LIMIT);
    memset(out, 0xee, sizeof out);
    assert_err(aead_open(sample.key, sample.nonce, too_long, BYTES(sample.sealed), out), E_LIMIT);
    assert_true(bytes_all_zero(bytes(out, PLAIN_N)));
}

/* One context for all of it, in whatever order. */
static void a_key_that_was_taken_in_seals_and_opens_the_same(void **state)
{
    const struct bytes too_long = {sample.plain, (size_t)AEAD_TEXT_MAX + 1};
    uint8_t sealed[SEALED_N], plain[PLAIN_N], altered[SEALED_N];
    struct aead_key *k = NULL;

    (void)state;
    aead_key_free(NULL);
    assert_ok(aead_key_take(sample.key, &k));
    for (int round = 0; round < 3; round++) {
        assert_ok(aead_seal_with(k, sample.nonce, BYTES(sample.aad), BYTES(sample.plain), sealed));
        assert_bytes(BYTES(sealed), BYTES(sample.sealed));
        assert_ok(aead_open_with(k, sample.nonce, BYTES(sample.aad), BYTES(sealed), plain));
        assert_bytes(BYTES(plain), BYTES(sample.plain));
        memcpy(altered, sealed, sizeof altered);
        altered[round] ^= 1;
        assert_err(aead_open_with(k, sample.nonce, BYTES(sample.aad), BYTES(altered), plain),
                   E_FORGED);
        assert_true(bytes_all_zero(BYTES(plain)));
        assert_err(aead_open_with(k, AEAD_NONCE_ZERO, BYTES(sample.aad), BYTES(sealed), plain),
                   E_FORGED);
        assert_err(aead_open_with(k, sample.nonce, bytes(NULL, 0), BYTES(sealed), plain), E_FORGED);
        assert_err(aead_open_with(k, sample.nonce, BYTES(sample.aad), bytes(sealed, 15), plain),
                   E_TRUNCATED);
        assert_err(aead_seal_with(k, sample.nonce, BYTES(sample.aad), too_long, altered), E_LIMIT);
    }
    aead_key_free(k);
}

/* Each under its own key, in one context; the key that was taken in is lost by that. */
static void one_context_opens_under_another_key_each_time(void **state)
{
    uint8_t sealed[SEALED_N], plain[PLAIN_N], key[AEAD_KEY_SIZE];
    struct aead_key *k = NULL;

    (void)state;
    memcpy(key, sample.key, sizeof key);
    assert_ok(aead_key_take((const uint8_t[AEAD_KEY_SIZE]){0}, &k));
    for (int round = 0; round < 3; round++) {
        assert_ok(aead_open_as(k, sample.key, sample.nonce, BYTES(sample.aad), BYTES(sample.sealed),
                               plain));
        assert_bytes(BYTES(plain), BYTES(sample.plain));
        key[round]++;
        assert_err(
            aead_open_as(k, key, sample.nonce, BYTES(sample.aad), BYTES(sample.sealed), plain),
            E_FORGED);
        assert_true(bytes_all_zero(BYTES(plain)));
        assert_ok(aead_seal(key, sample.nonce, BYTES(sample.aad), BYTES(sample.plain), sealed));
        assert_ok(aead_open_as(k, key, sample.nonce, BYTES(sample.aad), BYTES(sealed), plain));
        assert_bytes(BYTES(plain), BYTES(sample.plain));
        assert_err(aead_open_as(k, key, sample.nonce, BYTES(sample.aad), bytes(sealed, 15), plain),
                   E_TRUNCATED);
    }
    aead_key_free(k);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(sealing_gives_the_known_answer_and_opening_undoes_it),
        cmocka_unit_test(both_work_in_place),
        cmocka_unit_test(any_altered_bit_is_refused_and_leaves_zeros),
        cmocka_unit_test(a_forgery_opened_in_place_leaves_zeros),
        cmocka_unit_test(one_context_opens_under_another_key_each_time),
        cmocka_unit_test(another_key_nonce_or_aad_is_refused),
        cmocka_unit_test(every_truncation_is_refused),
        cmocka_unit_test(nothing_can_be_sealed_with_and_without_aad),
        cmocka_unit_test(what_openssl_cannot_count_is_refused),
        cmocka_unit_test(a_key_that_was_taken_in_seals_and_opens_the_same),
    };

    return cmocka_run_group_tests(tests, read_sample, NULL);
}
