/* SPDX-License-Identifier: Apache-2.0 */
#include "assert_err.h"
#include "crypto/hash.h"
#include "crypto/mlkem/keccak.h"
#include "crypto/mlkem/mlkem_internal.h"
#include "unit/crypto/hex.h"

static void both_sides_have_the_same_secret(void **state)
{
    for (int i = 0; i < 20; i++) {
        struct mlkem_private *key = NULL;
        uint8_t pub[MLKEM_PUBLIC_SIZE], sealed[MLKEM_SEALED_SIZE];
        uint8_t theirs[MLKEM_SHARED_SIZE], ours[MLKEM_SHARED_SIZE];

        assert_ok(mlkem_generate(&key, pub));
        assert_ok(mlkem_encapsulate(BYTES(pub), sealed, theirs));
        assert_ok(mlkem_decapsulate(key, BYTES(sealed), ours));
        assert_memory_equal(ours, theirs, sizeof ours);
        mlkem_private_free(key);
    }
}

static void a_private_key_is_its_seed(void **state)
{
    struct mlkem_private *key = NULL, *again = NULL;
    uint8_t seed[MLKEM_PRIVATE_SIZE], pub[MLKEM_PUBLIC_SIZE], same[MLKEM_PUBLIC_SIZE];

    assert_ok(mlkem_generate(&key, pub));
    mlkem_private_write(key, seed);
    assert_ok(mlkem_private_parse(&again, BYTES(seed)));
    mlkem_private_public(again, same);
    assert_memory_equal(pub, same, sizeof pub);
    assert_err(mlkem_private_parse(&again, bytes(seed, sizeof seed - 1)), E_MALFORMED);
    mlkem_private_free(key);
    mlkem_private_free(again);
    mlkem_private_free(NULL);
}

/* Whoever flips a bit is not told; the secret is another one, and the same each time, so that
 * trying twice teaches nothing. */
static void what_was_altered_gives_another_secret(void **state)
{
    struct mlkem_private *key = NULL;
    uint8_t pub[MLKEM_PUBLIC_SIZE], sealed[MLKEM_SEALED_SIZE];
    uint8_t good[MLKEM_SHARED_SIZE], bad[MLKEM_SHARED_SIZE], again[MLKEM_SHARED_SIZE];

    assert_ok(mlkem_generate(&key, pub));
    assert_ok(mlkem_encapsulate(BYTES(pub), sealed, good));
    for (size_t i = 0; i < sizeof sealed; i += 97) {
        sealed[i] ^= 1;
        assert_ok(mlkem_decapsulate(key, BYTES(sealed), bad));
        assert_memory_not_equal(good, bad, sizeof good);
        assert_ok(mlkem_decapsulate(key, BYTES(sealed), again));
        assert_memory_equal(bad, again, sizeof bad);
        sealed[i] ^= 1;
    }
    assert_ok(mlkem_decapsulate(key, BYTES(sealed), again));
    assert_memory_equal(good, again, sizeof good);
    mlkem_private_free(key);
}

static void a_wrong_length_is_refused_and_no_secret_given(void **state)
{
    struct mlkem_private *key = NULL;
    uint8_t pub[MLKEM_PUBLIC_SIZE], sealed[MLKEM_SEALED_SIZE + 1] = {0};
    uint8_t shared[MLKEM_SHARED_SIZE];

    assert_ok(mlkem_generate(&key, pub));
    memset(shared, 1, sizeof shared);
    assert_err(mlkem_decapsulate(key, bytes(sealed, MLKEM_SEALED_SIZE - 1), shared), E_MALFORMED);
    assert_true(bytes_all_zero(BYTES(shared)));
    assert_err(mlkem_decapsulate(key, BYTES(sealed), shared), E_MALFORMED);
    memset(shared, 1, sizeof shared);
    assert_err(mlkem_encapsulate(bytes(pub, sizeof pub - 1), sealed, shared), E_MALFORMED);
    assert_true(bytes_all_zero(BYTES(shared)));
    mlkem_private_free(key);
}

static void a_public_key_with_a_coefficient_of_q_is_refused(void **state)
{
    struct mlkem_private *key = NULL;
    uint8_t pub[MLKEM_PUBLIC_SIZE], sealed[MLKEM_SEALED_SIZE], shared[MLKEM_SHARED_SIZE];

    assert_ok(mlkem_generate(&key, pub));
    for (size_t i = 0; i < 4 * POLYNOMIAL_SIZE; i += 3) {
        uint8_t kept[2] = {pub[i], pub[i + 1]};

        pub[i] = POLYNOMIAL_Q & 255;
        pub[i + 1] = (uint8_t)((pub[i + 1] & 0xf0) | POLYNOMIAL_Q >> 8);
        assert_err(mlkem_encapsulate(BYTES(pub), sealed, shared), E_MALFORMED);
        memcpy(pub + i, kept, sizeof kept);
    }
    assert_ok(mlkem_encapsulate(BYTES(pub), sealed, shared));
    mlkem_private_free(key);
}

/* Where OpenSSL does the work, this is two implementations against each other. */
static void keys_do_what_the_steps_do(void **state)
{
    for (int i = 0; i < 20; i++) {
        struct mlkem_private *key = NULL;
        struct mlkem_expanded steps;
        uint8_t seed[MLKEM_PRIVATE_SIZE], pub[MLKEM_PUBLIC_SIZE], sealed[MLKEM_SEALED_SIZE];
        uint8_t ours[MLKEM_SHARED_SIZE], theirs[MLKEM_SHARED_SIZE];

        assert_ok(mlkem_generate(&key, pub));
        mlkem_private_write(key, seed);
        mlkem_expand(seed, &steps);
        assert_memory_equal(steps.pub, pub, sizeof pub);
        assert_ok(mlkem_encapsulate(BYTES(pub), sealed, theirs));
        mlkem_decapsulate_with(&steps, sealed, ours);
        assert_memory_equal(ours, theirs, sizeof ours);
        sealed[i] ^= 1;
        mlkem_decapsulate_with(&steps, sealed, ours);
        assert_ok(mlkem_decapsulate(key, BYTES(sealed), theirs));
        assert_memory_equal(ours, theirs, sizeof ours);
        mlkem_encapsulate_with(pub, seed, sealed, ours);
        assert_ok(mlkem_decapsulate(key, BYTES(sealed), theirs));
        assert_memory_equal(ours, theirs, sizeof ours);
        mlkem_private_free(key);
    }
}

/* All of key generation, encapsulation and decapsulation in one digest, which another
 * implementation of FIPS 203 gives as well. */
static void given_its_randomness_an_encapsulation_is_what_the_steps_make(void **state)
{
    struct mlkem_private *key;
    uint8_t pub[MLKEM_PUBLIC_SIZE], m[32] = {7};
    uint8_t sealed[2][MLKEM_SEALED_SIZE], shared[2][MLKEM_SHARED_SIZE];

    (void)state;
    assert_ok(mlkem_generate(&key, pub));
    assert_ok(mlkem_encapsulate_from(BYTES(pub), m, sealed[0], shared[0]));
    mlkem_encapsulate_with(pub, m, sealed[1], shared[1]);
    assert_memory_equal(sealed[0], sealed[1], sizeof sealed[0]);
    assert_memory_equal(shared[0], shared[1], sizeof shared[0]);
    mlkem_private_free(key);
}

static void a_chain_of_a_hundred_exchanges_has_its_digest(void **state)
{
    struct keccak coins, all;
    uint8_t seed[64], m[32], sealed[MLKEM_SEALED_SIZE], shared[2][MLKEM_SHARED_SIZE], got[32] = {0};
    struct mlkem_expanded key;

    keccak_shake128(&coins, NULL, 0);
    for (int i = 0; i < 100; i++) {
        keccak_squeeze(&coins, seed, sizeof seed);
        keccak_squeeze(&coins, m, sizeof m);
        mlkem_expand(seed, &key);
        assert_true(mlkem_expanded_check(&key));
        mlkem_encapsulate_with(key.pub, m, sealed, shared[0]);
        mlkem_decapsulate_with(&key, sealed, shared[1]);
        assert_memory_equal(shared[0], shared[1], sizeof shared[0]);
        sealed[i] ^= 1;
        mlkem_decapsulate_with(&key, sealed, shared[1]);
        keccak_shake128(&all, HASH_PARTS(BYTES(got), bytes(&key, sizeof key), BYTES(sealed),
                                         bytes(shared, sizeof shared)));
        keccak_squeeze(&all, got, sizeof got);
    }
    assert_hex(BYTES(got), "0795c91d25318e10221900fd0f4be597423a074300399f00c2466536d57248f0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides_have_the_same_secret),
        cmocka_unit_test(a_private_key_is_its_seed),
        cmocka_unit_test(what_was_altered_gives_another_secret),
        cmocka_unit_test(a_wrong_length_is_refused_and_no_secret_given),
        cmocka_unit_test(a_public_key_with_a_coefficient_of_q_is_refused),
        cmocka_unit_test(keys_do_what_the_steps_do),
        cmocka_unit_test(given_its_randomness_an_encapsulation_is_what_the_steps_make),
        cmocka_unit_test(a_chain_of_a_hundred_exchanges_has_its_digest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
