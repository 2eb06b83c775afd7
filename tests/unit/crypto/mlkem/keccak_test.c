/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/evp.h>

#include "assert_err.h"
#include "crypto/hash.h"
#include "crypto/mlkem/keccak.h"
#include "unit/crypto/hex.h"

#define LONGEST 520 /* bytes: more than three of the longest rate */

static uint8_t message[LONGEST];

static void fill_message(void)
{
    for (size_t i = 0; i < sizeof message; i++)
        message[i] = (uint8_t)(i * 7 + i / 251);
}

/* What OpenSSL says. */
static void ask(const EVP_MD *md, size_t n, uint8_t *out, size_t out_n)
{
    EVP_MD_CTX *ctx = EVP_MD_CTX_new();

    assert_non_null(ctx);
    assert_int_equal(EVP_DigestInit_ex(ctx, md, NULL), 1);
    assert_int_equal(EVP_DigestUpdate(ctx, message, n), 1);
    if (EVP_MD_get_flags(md) & EVP_MD_FLAG_XOF)
        assert_int_equal(EVP_DigestFinalXOF(ctx, out, out_n), 1);
    else
        assert_int_equal(EVP_DigestFinal_ex(ctx, out, NULL), 1);
    EVP_MD_CTX_free(ctx);
}

static void every_length_agrees_with_openssl(void **state)
{
    uint8_t got[600], want[600];
    struct keccak k;

    for (size_t n = 0; n <= LONGEST; n++) {
        const struct bytes all = {message, n};

        keccak_sha3_256(&all, 1, got);
        ask(EVP_sha3_256(), n, want, 32);
        assert_memory_equal(got, want, 32);
        keccak_sha3_512(&all, 1, got);
        ask(EVP_sha3_512(), n, want, 64);
        assert_memory_equal(got, want, 64);
        keccak_shake256(&all, 1, got, sizeof got);
        ask(EVP_shake256(), n, want, sizeof want);
        assert_memory_equal(got, want, sizeof got);
        keccak_shake128(&k, &all, 1);
        keccak_squeeze(&k, got, sizeof got);
        ask(EVP_shake128(), n, want, sizeof want);
        assert_memory_equal(got, want, sizeof got);
    }
}

static void the_digest_of_abc_is_the_standards(void **state)
{
    uint8_t got[32];

    keccak_sha3_256(HASH_PARTS(BYTES_LITERAL("abc")), got);
    assert_hex(BYTES(got), "3a985da74fe225b2045c172d6bd390bd855f086e3e9d525b46bfe24511431532");
}

static void where_a_message_is_cut_does_not_matter(void **state)
{
    uint8_t got[32], want[32];

    keccak_sha3_256(HASH_PARTS(BYTES(message)), want);
    for (size_t cut = 0; cut <= 300; cut++) {
        const size_t next = cut + (LONGEST - cut) / 3;

        keccak_sha3_256(HASH_PARTS(bytes(message, cut), bytes(message + cut, next - cut),
                                   bytes(message + next, LONGEST - next)),
                        got);
        assert_memory_equal(got, want, sizeof got);
    }
}

static void how_often_one_squeezes_does_not_matter(void **state)
{
    uint8_t got[500], want[500];
    struct keccak k;

    keccak_shake128(&k, HASH_PARTS(BYTES(message)));
    keccak_squeeze(&k, want, sizeof want);
    for (size_t step = 1; step < 200; step += 3) {
        keccak_shake128(&k, HASH_PARTS(BYTES(message)));
        for (size_t at = 0; at < sizeof got; at += step)
            keccak_squeeze(&k, got + at, at + step > sizeof got ? sizeof got - at : step);
        assert_memory_equal(got, want, sizeof got);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_digest_of_abc_is_the_standards),
        cmocka_unit_test(every_length_agrees_with_openssl),
        cmocka_unit_test(where_a_message_is_cut_does_not_matter),
        cmocka_unit_test(how_often_one_squeezes_does_not_matter),
    };

    fill_message();
    return cmocka_run_group_tests(tests, NULL, NULL);
}
