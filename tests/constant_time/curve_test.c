/* SPDX-License-Identifier: Apache-2.0 */
#include "assert_err.h"
#include "constant_time/taint.h"
#include "crypto/hash.h"
#include "crypto/p521.h"
#include "crypto/sign.h"

#define PEERS 3

static void a_batch_says_nothing_of_the_private_key(void **state)
{
    struct agree_private *ours = NULL, *theirs[PEERS] = {NULL};
    struct agree_public *peers[PEERS] = {NULL};
    uint8_t pub[AGREE_PUBLIC_SIZE], out[PEERS][AGREE_SHARED_SIZE], again[AGREE_SHARED_SIZE];
    struct agree_public *us = NULL;

    for (size_t i = 0; i < PEERS; i++) {
        assert_ok(agree_generate(&theirs[i], pub));
        assert_ok(agree_public_parse(&peers[i], BYTES(pub)));
    }
    assert_ok(agree_generate(&ours, pub));
    assert_ok(agree_public_parse(&us, BYTES(pub)));
    assert_ok(p521_ecdh_batch(ours, (const struct agree_public *const *)peers, PEERS, out, NULL));
    for (size_t i = 0; i < PEERS; i++) {
        assert_true(taint_holds(out[i], sizeof out[i]));
        assert_ok(agree_derive(theirs[i], us, again));
        taint_end(out[i], sizeof out[i]);
        taint_end(again, sizeof again);
        assert_memory_equal(out[i], again, sizeof again);
        agree_private_free(theirs[i]);
        agree_public_free(peers[i]);
    }
    agree_private_free(ours);
    agree_public_free(us);
}

static void a_key_goes_out_and_in_without_being_looked_at(void **state)
{
    struct agree_private *key = NULL, *again = NULL;
    uint8_t pub[AGREE_PUBLIC_SIZE], scalar[AGREE_PRIVATE_SIZE];

    assert_ok(agree_generate(&key, pub));
    assert_ok(agree_private_write(key, scalar));
    assert_true(taint_holds(scalar, sizeof scalar));
    assert_ok(agree_private_parse(&again, BYTES(scalar)));
    agree_private_free(key);
    agree_private_free(again);
}

static void signing_says_nothing_of_the_private_key(void **state)
{
    struct sign_private *key = NULL;
    struct sign_public *verifier = NULL;
    uint8_t pub[SIGN_PUBLIC_SIZE], sig[SIGN_SIZE];

    assert_ok(sign_generate(&key, pub));
    assert_ok(sign_public_parse(&verifier, BYTES(pub)));
    assert_ok(sign_make(key, HASH_PARTS(BYTES(pub)), sig));
    taint_end(sig, sizeof sig);
    assert_ok(sign_verify(verifier, HASH_PARTS(BYTES(pub)), sig));
    sign_private_free(key);
    sign_public_free(verifier);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TAINT_TEST(a_batch_says_nothing_of_the_private_key),
        TAINT_TEST(a_key_goes_out_and_in_without_being_looked_at),
        TAINT_TEST(signing_says_nothing_of_the_private_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
