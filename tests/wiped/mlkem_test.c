/* SPDX-License-Identifier: Apache-2.0 */
#include "assert_err.h"
#include "crypto/hash.h"
#include "crypto/mlkem/keccak.h"
#include "crypto/mlkem/mlkem_internal.h"
#include "wiped/remains.h"
#include "wiped/rigged.h"

/* What is held goes into these, which are not looked through. */
static struct mlkem_private *key;
static struct mlkem_expanded expanded;
static uint8_t seed[MLKEM_PRIVATE_SIZE], m[32], both[64], rejected[32];
static uint8_t pub[MLKEM_PUBLIC_SIZE], sealed[MLKEM_SEALED_SIZE], other[MLKEM_SEALED_SIZE];
static uint8_t shared[MLKEM_SHARED_SIZE], opened[KPKE_MESSAGE_SIZE];

/* Small polynomials, as they are drawn, and those of a vector also as they are multiplied. */
static void seek_noise(const char *name, const uint8_t coins[32], uint8_t from, uint8_t to)
{
    uint8_t bits[POLYNOMIAL_NOISE];
    struct polynomial p;

    for (uint8_t i = from; i < to; i++) {
        keccak_shake256(HASH_PARTS(bytes(coins, 32), bytes(&i, 1)), bits, sizeof bits);
        polynomial_noise(&p, bits);
        remains_seek(name, bytes(p.at, sizeof p.at));
        polynomial_transform(&p);
        remains_seek(name, bytes(p.at, sizeof p.at));
    }
}

/* The key in the form in which the ring computes, and in that in which it is kept. */
static void seek_key(void)
{
    uint8_t halves[64];

    keccak_sha3_512(HASH_PARTS(bytes(seed, 32), BYTES_LITERAL("\x04")), halves);
    remains_seek("seed", BYTES(seed));
    remains_seek("sigma", bytes(halves + 32, 32));
    seek_noise("s and e", halves + 32, 0, 2 * POLYNOMIAL_RANK);
    remains_seek("secret", BYTES(expanded.secret));
}

static int enter(void **state)
{
    rigged_bytes(seed, sizeof seed);
    rigged_bytes(m, sizeof m);
    mlkem_expand(seed, &expanded);
    memcpy(pub, expanded.pub, sizeof pub);
    keccak_sha3_512(HASH_PARTS(BYTES(m), BYTES(expanded.digest)), both);
    mlkem_encapsulate_with(pub, m, other, shared);
    other[7] ^= 1;
    mlkem_decapsulate_with(&expanded, other, rejected);
    seek_key();
    remains_seek("m", BYTES(m));
    remains_seek("shared secret and coins", BYTES(both));
    seek_noise("y, e1 and e2", both + 32, 0, 2 * POLYNOMIAL_RANK + 1);
    remains_seek("rejection", BYTES(rejected));
    return 0;
}

static int leave(void **state)
{
    remains_forget();
    mlkem_private_free(key);
    key = NULL;
    return 0;
}

static void generate(void)
{
    rigged_next(BYTES(seed));
    assert_ok(mlkem_generate(&key, pub));
}

static void encapsulate(void)
{
    rigged_next(BYTES(m));
    assert_ok(mlkem_encapsulate(BYTES(pub), sealed, shared));
}

static void decapsulate(void)
{
    assert_ok(mlkem_decapsulate(key, BYTES(sealed), shared));
}

static void reject(void)
{
    assert_ok(mlkem_decapsulate(key, BYTES(other), shared));
}

/* The steps within, each of which something covers up in the whole. */
static void make_keys(void)
{
    kpke_keys(seed, pub, expanded.secret);
}

static void encrypt(void)
{
    kpke_encrypt(pub, m, both + 32, sealed);
}

static void decrypt(void)
{
    kpke_decrypt(expanded.secret, sealed, opened);
}

static void give_up(void)
{
    mlkem_private_free(key);
    key = NULL;
}

static void a_key_leaves_nothing_but_itself(void **state)
{
    assert_int_equal(remains_after(generate), 0);
    assert_memory_equal(pub, expanded.pub, sizeof pub);
    assert_int_equal(remains_after(give_up), 0);
}

static void an_exchange_leaves_nothing_but_the_secret(void **state)
{
    generate();
    assert_int_equal(remains_after(encapsulate), 0);
    assert_memory_equal(shared, both, sizeof shared);
    memset(shared, 0, sizeof shared);
    assert_int_equal(remains_after(decapsulate), 0);
    assert_memory_equal(shared, both, sizeof shared);
    assert_int_equal(remains_after(reject), 0);
    assert_memory_equal(shared, rejected, sizeof shared);
}

static void no_step_leaves_anything(void **state)
{
    assert_int_equal(remains_after(make_keys), 0);
    assert_int_equal(remains_after(encrypt), 0);
    assert_int_equal(remains_after(decrypt), 0);
    assert_memory_equal(opened, m, sizeof m);
}

#define KEY_TEST(claim) cmocka_unit_test_setup_teardown(claim, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        KEY_TEST(a_key_leaves_nothing_but_itself),
        KEY_TEST(no_step_leaves_anything),
        KEY_TEST(an_exchange_leaves_nothing_but_the_secret),
    };

    return cmocka_run_group_tests(tests, rigged_begin, NULL);
}
