/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/err.h>
#include <stdlib.h>

#include "assert_err.h"
#include "crypto/hash.h"
#include "crypto/sign.h"
#include "unit/crypto/hex.h"

#define HALF (SIGN_SIZE / 2)

/* RFC 6979, A.2.7: the key, and its signature of "sample" with SHA-512. */
static const char SCALAR[] = "00fad06daa62ba3b25d2fb40133da757205de67f5bb0018fee8c86e1b68c7e75"
                             "caa896eb32f1f47c70855836a6d16fcc1466f6d8fbec67db89ec0c08b0e996b8"
                             "3538";
static const char POINT[] = "0301894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5bcd"
                            "371123d46e45db6b5d5370a7f20fb633155d38ffa16d2bd761dcac474b9a2f5023a4";
static const char SIGNATURE[] =
    "00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f174e"
    "25a1ee9017b5d450606add152b534931d7d4e8455cc91f9b15bf05ec36e377fa"
    "00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af2826"
    "23eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67a";
static const char ORDER[] = "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
                            "fffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e9138"
                            "6409";

static const struct bytes message = {(const uint8_t *)"sample", 6};

static struct {
    struct sign_private *ours;
    struct sign_public *theirs;
    uint8_t signature[SIGN_SIZE]; /* of the message */
} sample;

static int read_sample(void **state)
{
    uint8_t room[SIGN_PUBLIC_SIZE];

    (void)state;
    assert_ok(sign_private_parse(&sample.ours, hex(SCALAR, room, sizeof room)));
    assert_ok(sign_public_parse(&sample.theirs, hex(POINT, room, sizeof room)));
    hex(SIGNATURE, sample.signature, SIGN_SIZE);
    return 0;
}

static int free_sample(void **state)
{
    (void)state;
    sign_public_free(sample.theirs);
    sign_private_free(sample.ours);
    return 0;
}

static void the_known_signature_verifies(void **state)
{
    (void)state;
    assert_ok(sign_verify(sample.theirs, &message, 1, sample.signature));
}

static void what_is_signed_verifies_however_it_was_cut(void **state)
{
    struct bytes head = {message.at, 2}, tail = {message.at + 2, 4};
    uint8_t signature[SIGN_SIZE];

    (void)state;
    assert_ok(sign_make(sample.ours, HASH_PARTS(head, tail), signature));
    assert_ok(sign_verify(sample.theirs, &message, 1, signature));
    assert_ok(sign_make(sample.ours, NULL, 0, signature));
    assert_ok(sign_verify(sample.theirs, HASH_PARTS({NULL, 0}), signature));
    assert_err(sign_verify(sample.theirs, &message, 1, signature), E_FORGED);
}

static void another_message_or_key_is_forged(void **state)
{
    uint8_t pub[SIGN_PUBLIC_SIZE];
    struct sign_private *other = NULL;
    struct sign_public *other_public = NULL;

    (void)state;
    assert_ok(sign_generate(&other, pub));
    assert_ok(sign_public_parse(&other_public, BYTES(pub)));
    assert_err(sign_verify(other_public, &message, 1, sample.signature), E_FORGED);
    assert_err(sign_verify(sample.theirs, HASH_PARTS(BYTES_LITERAL("samplf")), sample.signature),
               E_FORGED);
    assert_err(sign_verify(sample.theirs, HASH_PARTS(BYTES_LABEL("sample")), sample.signature),
               E_FORGED);
    sign_public_free(other_public);
    sign_private_free(other);
}

static void any_altered_byte_is_forged(void **state)
{
    uint8_t signature[SIGN_SIZE];

    (void)state;
    for (size_t i = 0; i < SIGN_SIZE; i++) {
        memcpy(signature, sample.signature, SIGN_SIZE);
        signature[i] ^= (uint8_t)(1 << i % 8);
        assert_err(sign_verify(sample.theirs, &message, 1, signature), E_FORGED);
    }
}

/* r and s must each be at least 1 and below n; s + n would otherwise be a second signature. */
static void halves_out_of_range_are_forged(void **state)
{
    uint8_t zero[HALF] = {0}, order[HALF], ones[HALF];
    const uint8_t *const bad[] = {zero, order, ones};
    uint8_t signature[SIGN_SIZE];

    (void)state;
    hex(ORDER, order, HALF);
    memset(ones, 0xff, HALF);
    for (size_t i = 0; i < 3; i++) {
        memcpy(signature, sample.signature, SIGN_SIZE);
        memcpy(signature, bad[i], HALF);
        assert_err(sign_verify(sample.theirs, &message, 1, signature), E_FORGED);
        memcpy(signature, sample.signature, SIGN_SIZE);
        memcpy(signature + HALF, bad[i], HALF);
        assert_err(sign_verify(sample.theirs, &message, 1, signature), E_FORGED);
        memcpy(signature, bad[i], HALF);
        assert_err(sign_verify(sample.theirs, &message, 1, signature), E_FORGED);
    }
    assert_int_equal(ERR_peek_error(), 0);
}

static void s_plus_n_is_not_a_second_signature(void **state)
{
    uint8_t order[HALF], signature[SIGN_SIZE];
    unsigned carry = 0;

    (void)state;
    hex(ORDER, order, HALF);
    memcpy(signature, sample.signature, SIGN_SIZE);
    for (size_t i = HALF; i > 0; i--) {
        carry += (unsigned)signature[HALF + i - 1] + order[i - 1];
        signature[HALF + i - 1] = (uint8_t)carry;
        carry >>= 8;
    }
    assert_int_equal(carry, 0);
    assert_err(sign_verify(sample.theirs, &message, 1, signature), E_FORGED);
}

static int compare_r(const void *a, const void *b)
{
    return memcmp(a, b, HALF);
}

/*
 * Two signatures with one r give the private key away, and so, slowly, do nonces from a part of
 * their range.  r is the nonce's point, so it shows the first and hints at the second: of 521 bits
 * the topmost is set half the time, and all but the ten topmost are zero once in a thousand.
 */
static void a_thousand_signatures_of_one_message_share_no_r(void **state)
{
    enum { MANY = 1000 };
    static uint8_t made[MANY][SIGN_SIZE];
    size_t with_top_bit = 0, longest_zeros = 0;

    (void)state;
    for (size_t i = 0; i < MANY; i++) {
        size_t zeros = 0;

        assert_ok(sign_make(sample.ours, &message, 1, made[i]));
        assert_int_equal(made[i][0] & 0xfe, 0);
        with_top_bit += made[i][0];
        while (zeros < HALF - 1 && made[i][1 + zeros] == 0)
            zeros++;
        if (zeros > longest_zeros)
            longest_zeros = zeros;
    }
    assert_ok(sign_verify(sample.theirs, &message, 1, made[0]));
    assert_ok(sign_verify(sample.theirs, &message, 1, made[MANY - 1]));
    assert_in_range(with_top_bit, 400, 600); /* six standard deviations */
    assert_in_range(longest_zeros, 0, 6);
    qsort(made, MANY, SIGN_SIZE, compare_r);
    for (size_t i = 1; i < MANY; i++)
        assert_memory_not_equal(made[i - 1], made[i], HALF);
}

static void keys_survive_storage(void **state)
{
    uint8_t scalar[SIGN_PRIVATE_SIZE], pub[SIGN_PUBLIC_SIZE];

    (void)state;
    assert_ok(sign_private_write(sample.ours, scalar));
    assert_hex(BYTES(scalar), SCALAR);
    assert_ok(sign_private_public(sample.ours, pub));
    assert_hex(BYTES(pub), POINT);
}

static void malformed_keys_are_refused(void **state)
{
    uint8_t room[SIGN_PUBLIC_SIZE + 1] = {0};
    struct sign_private *private = NULL;
    struct sign_public *public = NULL;

    (void)state;
    assert_err(sign_private_parse(&private, bytes(room, SIGN_PRIVATE_SIZE)), E_MALFORMED);
    assert_err(sign_private_parse(&private, hex(ORDER, room, sizeof room)), E_MALFORMED);
    assert_err(sign_private_parse(&private, bytes(room, SIGN_PRIVATE_SIZE - 1)), E_MALFORMED);
    assert_err(sign_public_parse(&public, bytes(room, 0)), E_MALFORMED);
    assert_err(sign_public_parse(&public, bytes(room, sizeof room)), E_MALFORMED);
    memset(room, 0xff, sizeof room);
    room[0] = 2;
    assert_err(sign_public_parse(&public, bytes(room, SIGN_PUBLIC_SIZE)), E_MALFORMED);
    assert_null(private);
    assert_null(public);
    sign_private_free(NULL);
    sign_public_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_known_signature_verifies),
        cmocka_unit_test(what_is_signed_verifies_however_it_was_cut),
        cmocka_unit_test(another_message_or_key_is_forged),
        cmocka_unit_test(any_altered_byte_is_forged),
        cmocka_unit_test(halves_out_of_range_are_forged),
        cmocka_unit_test(s_plus_n_is_not_a_second_signature),
        cmocka_unit_test(a_thousand_signatures_of_one_message_share_no_r),
        cmocka_unit_test(keys_survive_storage),
        cmocka_unit_test(malformed_keys_are_refused),
    };

    return cmocka_run_group_tests(tests, read_sample, free_sample);
}
