/* SPDX-License-Identifier: Apache-2.0 */
#include "assert_err.h"
#include "constant_time/taint.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/random.h"
#include "crypto/secret.h"

static const struct bytes AAD = {(const uint8_t *)"what goes with it", 17};
static uint8_t key[AEAD_KEY_SIZE];

static int draw(void **state)
{
    struct random random = random_system();

    taint_setup(state);
    assert_ok(random_fill(&random, key, sizeof key));
    return 0;
}

static void comparing_says_nothing_but_the_verdict(void **state)
{
    uint8_t same[sizeof key], other[sizeof key];
    bool first, second;

    memcpy(same, key, sizeof same);
    memcpy(other, key, sizeof other);
    other[0] ^= 1;
    first = secret_same(BYTES(key), BYTES(same));
    second = secret_same(BYTES(key), BYTES(other));
    assert_true(taint_holds(&second, sizeof second));
    taint_end(&first, sizeof first);
    taint_end(&second, sizeof second);
    assert_true(first);
    assert_false(second);
}

static void a_digest_says_nothing_of_what_it_is_of(void **state)
{
    uint8_t digest[HASH_SHA512_SIZE];

    assert_ok(hash_sha256(HASH_PARTS(AAD, BYTES(key)), digest));
    assert_true(taint_holds(digest, HASH_SHA256_SIZE));
    assert_ok(hash_sha512(HASH_PARTS(AAD, BYTES(key)), digest));
    assert_true(taint_holds(digest, sizeof digest));
}

static void an_hmac_says_nothing_of_its_key(void **state)
{
    uint8_t tag[HASH_SHA512_SIZE];

    assert_ok(hash_hmac_sha512(BYTES(key), HASH_PARTS(AAD, BYTES(key)), tag));
    assert_true(taint_holds(tag, sizeof tag));
}

static void hkdf_says_nothing_of_salt_and_secret(void **state)
{
    uint8_t out[200];

    assert_ok(kdf_hkdf(BYTES(key), BYTES(key), AAD, out, sizeof out));
    assert_true(taint_holds(out, sizeof out));
}

static void sealing_says_nothing_of_key_and_text(void **state)
{
    uint8_t text[100], out[sizeof text + AEAD_TAG_SIZE];

    taint(text, sizeof text);
    assert_ok(aead_seal(key, AEAD_NONCE_ZERO, AAD, BYTES(text), out));
    assert_true(taint_holds(out, sizeof out));
}

static void opening_says_nothing_but_the_verdict(void **state)
{
    uint8_t text[100] = {7}, sealed[sizeof text + AEAD_TAG_SIZE], out[sizeof text];

    assert_ok(aead_seal(key, AEAD_NONCE_ZERO, AAD, BYTES(text), sealed));
    taint_end(sealed, sizeof sealed);
    assert_ok(aead_open(key, AEAD_NONCE_ZERO, AAD, BYTES(sealed), out));
    assert_true(taint_holds(out, sizeof out));
    sealed[3] ^= 1;
    assert_err(aead_open(key, AEAD_NONCE_ZERO, AAD, BYTES(sealed), out), E_FORGED);
}

#define KEY_TEST(claim) cmocka_unit_test_setup_teardown(claim, draw, taint_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KEY_TEST(comparing_says_nothing_but_the_verdict),
        KEY_TEST(a_digest_says_nothing_of_what_it_is_of),
        KEY_TEST(an_hmac_says_nothing_of_its_key),
        KEY_TEST(hkdf_says_nothing_of_salt_and_secret),
        KEY_TEST(sealing_says_nothing_of_key_and_text),
        KEY_TEST(opening_says_nothing_but_the_verdict),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
