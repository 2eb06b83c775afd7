/* SPDX-License-Identifier: Apache-2.0 */
#include <openssl/err.h>

#include "assert_err.h"
#include "crypto/agree.h"
#include "unit/crypto/hex.h"

/* RFC 5903, 8.3: both private keys, both public keys, and what they agree on. */
static const char INITIATOR[] = "0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a0"
                                "95aa85a30fe1c2952c6771d937ba9777f5957b2639bab072462f68c27a57382d"
                                "4a52";
static const char INITIATOR_PUBLIC[] =
    "020015417e84dbf28c0ad3c278713349dc7df153c897a1891bd98bab4357c9ecbe"
    "e1e3bf42e00b8e380aeae57c2d107564941885942af5a7f4601723c4195d176ced3e";
static const char RESPONDER[] = "0145ba99a847af43793fdd0e872e7cdfa16be30fdc780f97bccc3f078380201e"
                                "9c677d600b343757a3bdbf2a3163e4c2f869cca7458aa4a4effc311f5cb15168"
                                "5eb9";
static const char RESPONDER_PUBLIC[] =
    "0200d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a21"
    "9b97c356436adc6e95bb0352f6be64a6c2912d4ef2d0433ced2b6171640012d9460f";
static const char SHARED[] = "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04"
                             "d1427e73ca4baa240a34786859810c06b3c715a3a8cc3151f2bee417996d19f3"
                             "ddea";
static const char ORDER[] = "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
                            "fffa51868783bf2f966b7fcc0148f709a5d03bb5c9b8899c47aebb6fb71e9138"
                            "6409";
static const char PRIME[] = "01ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
                            "ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff"
                            "ffff";

static struct agree_private *private_of(const char *text)
{
    uint8_t room[AGREE_PRIVATE_SIZE];
    struct agree_private *key = NULL;

    assert_ok(agree_private_parse(&key, hex(text, room, sizeof room)));
    return key;
}

static struct agree_public *public_of(const char *text)
{
    uint8_t room[AGREE_PUBLIC_SIZE];
    struct agree_public *key = NULL;

    assert_ok(agree_public_parse(&key, hex(text, room, sizeof room)));
    return key;
}

static void refuse_public(struct bytes point)
{
    struct agree_public *key = NULL;

    assert_err(agree_public_parse(&key, point), E_MALFORMED);
    assert_null(key);
}

static void both_sides_find_the_known_secret(void **state)
{
    static const char *const sides[][2] = {{INITIATOR, RESPONDER_PUBLIC},
                                           {RESPONDER, INITIATOR_PUBLIC}};

    (void)state;
    for (size_t i = 0; i < 2; i++) {
        struct agree_private *ours = private_of(sides[i][0]);
        struct agree_public *theirs = public_of(sides[i][1]);
        uint8_t shared[AGREE_SHARED_SIZE];

        assert_ok(agree_derive(ours, theirs, shared));
        assert_hex(BYTES(shared), SHARED);
        agree_public_free(theirs);
        agree_private_free(ours);
    }
}

static void a_scalar_is_enough_to_know_its_public_half(void **state)
{
    struct agree_private *key = private_of(INITIATOR);
    uint8_t scalar[AGREE_PRIVATE_SIZE], pub[AGREE_PUBLIC_SIZE];

    (void)state;
    assert_ok(agree_private_write(key, scalar));
    assert_hex(BYTES(scalar), INITIATOR);
    assert_ok(agree_private_public(key, pub));
    assert_hex(BYTES(pub), INITIATOR_PUBLIC);
    agree_private_free(key);
}

static void fresh_pairs_agree_and_survive_storage(void **state)
{
    uint8_t pub_a[AGREE_PUBLIC_SIZE], pub_b[AGREE_PUBLIC_SIZE], again[AGREE_PUBLIC_SIZE];
    uint8_t scalar[AGREE_PRIVATE_SIZE], ab[AGREE_SHARED_SIZE], ba[AGREE_SHARED_SIZE];
    struct agree_private *a = NULL, *b = NULL, *stored = NULL;
    struct agree_public *a_public = NULL, *b_public = NULL;

    (void)state;
    assert_ok(agree_generate(&a, pub_a));
    assert_ok(agree_generate(&b, pub_b));
    assert_false(bytes_same(BYTES(pub_a), BYTES(pub_b)));
    assert_ok(agree_public_parse(&a_public, BYTES(pub_a)));
    assert_ok(agree_public_parse(&b_public, BYTES(pub_b)));

    assert_ok(agree_private_write(a, scalar));
    assert_ok(agree_private_parse(&stored, BYTES(scalar)));
    assert_ok(agree_private_public(stored, again));
    assert_bytes(BYTES(again), BYTES(pub_a));

    assert_ok(agree_derive(stored, b_public, ab));
    assert_ok(agree_derive(b, a_public, ba));
    assert_bytes(BYTES(ab), BYTES(ba));
    agree_public_free(b_public);
    agree_public_free(a_public);
    agree_private_free(stored);
    agree_private_free(b);
    agree_private_free(a);
}

static void a_scalar_out_of_range_is_refused(void **state)
{
    uint8_t scalar[AGREE_PRIVATE_SIZE + 1] = {0};
    struct agree_private *key = NULL;

    (void)state;
    assert_err(agree_private_parse(&key, bytes(scalar, AGREE_PRIVATE_SIZE)), E_MALFORMED);
    hex(ORDER, scalar, sizeof scalar);
    assert_err(agree_private_parse(&key, bytes(scalar, AGREE_PRIVATE_SIZE)), E_MALFORMED);
    scalar[AGREE_PRIVATE_SIZE - 1]++;
    assert_err(agree_private_parse(&key, bytes(scalar, AGREE_PRIVATE_SIZE)), E_MALFORMED);
    memset(scalar, 0xff, sizeof scalar);
    assert_err(agree_private_parse(&key, bytes(scalar, AGREE_PRIVATE_SIZE)), E_MALFORMED);
    assert_null(key);
}

static void one_and_n_minus_one_are_scalars_of_opposite_points(void **state)
{
    uint8_t scalar[AGREE_PRIVATE_SIZE] = {0}, plus[AGREE_PUBLIC_SIZE], minus[AGREE_PUBLIC_SIZE];
    struct agree_private *key = NULL;

    (void)state;
    scalar[AGREE_PRIVATE_SIZE - 1] = 1;
    assert_ok(agree_private_parse(&key, BYTES(scalar)));
    assert_ok(agree_private_public(key, plus));
    agree_private_free(key);
    hex(ORDER, scalar, sizeof scalar);
    scalar[AGREE_PRIVATE_SIZE - 1]--;
    assert_ok(agree_private_parse(&key, BYTES(scalar)));
    assert_ok(agree_private_public(key, minus));
    agree_private_free(key);
    assert_int_equal(plus[0] ^ minus[0], 1);
    assert_bytes(bytes(plus + 1, 66), bytes(minus + 1, 66));
}

static void a_scalar_of_another_length_is_refused(void **state)
{
    uint8_t scalar[AGREE_PRIVATE_SIZE + 1] = {0, 1};
    struct agree_private *key = NULL;

    (void)state;
    for (size_t n = 0; n <= sizeof scalar; n++)
        if (n != AGREE_PRIVATE_SIZE)
            assert_err(agree_private_parse(&key, bytes(scalar, n)), E_MALFORMED);
    assert_null(key);
}

/* Of all x, about half have a y: run upward from one that has, and both kinds turn up. */
static void a_point_off_the_curve_is_refused(void **state)
{
    uint8_t point[AGREE_PUBLIC_SIZE];
    size_t refused = 0;

    (void)state;
    hex(RESPONDER_PUBLIC, point, sizeof point);
    for (size_t i = 0; i < 32; i++) {
        struct agree_public *key = NULL;
        struct err err;

        point[AGREE_PUBLIC_SIZE - 1]++;
        err = agree_public_parse(&key, BYTES(point));
        if (err.code != E_OK) {
            assert_err(err, E_MALFORMED);
            assert_null(key);
            refused++;
        }
        agree_public_free(key);
    }
    assert_in_range(refused, 1, 31);
}

static void an_x_outside_the_field_is_refused(void **state)
{
    uint8_t point[AGREE_PUBLIC_SIZE] = {2};

    (void)state;
    hex(PRIME, point + 1, AGREE_PUBLIC_SIZE - 1); /* x = p, which is 0 */
    refuse_public(BYTES(point));
    memset(point + 1, 0xff, AGREE_PUBLIC_SIZE - 1);
    refuse_public(BYTES(point));
    /* A valid x plus p = 2^521 - 1 would be a second encoding of the same point. */
    hex(RESPONDER_PUBLIC, point, sizeof point);
    point[1] = (uint8_t)(point[1] + 2);
    point[AGREE_PUBLIC_SIZE - 1]--;
    refuse_public(BYTES(point));
}

static void infinity_and_other_encodings_are_refused(void **state)
{
    uint8_t point[133] = {0};

    (void)state;
    refuse_public(bytes(point, 1)); /* infinity, as SEC 1 writes it */
    refuse_public(bytes(point, AGREE_PUBLIC_SIZE));
    for (unsigned first = 0; first < 256; first++) {
        hex(RESPONDER_PUBLIC, point, AGREE_PUBLIC_SIZE);
        point[0] = (uint8_t)first;
        assert_int_equal(agree_public_plausible(bytes(point, AGREE_PUBLIC_SIZE)),
                         first == 2 || first == 3);
        if (first != 2 && first != 3)
            refuse_public(bytes(point, AGREE_PUBLIC_SIZE));
    }
    point[0] = 2;
    for (size_t n = 0; n <= sizeof point; n++)
        if (n != AGREE_PUBLIC_SIZE) {
            assert_false(agree_public_plausible(bytes(point, n)));
            refuse_public(bytes(point, n));
        }
}

/* Whoever looks into OpenSSL's queue next is TLS, and would take it for a failure of its own. */
static void a_refusal_leaves_no_error_behind(void **state)
{
    uint8_t point[AGREE_PUBLIC_SIZE] = {2};

    (void)state;
    memset(point + 1, 0xff, AGREE_PUBLIC_SIZE - 1);
    refuse_public(BYTES(point));
    assert_int_equal(ERR_peek_error(), 0);
}

static void freeing_nothing_is_fine(void **state)
{
    (void)state;
    agree_private_free(NULL);
    agree_public_free(NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_sides_find_the_known_secret),
        cmocka_unit_test(a_scalar_is_enough_to_know_its_public_half),
        cmocka_unit_test(fresh_pairs_agree_and_survive_storage),
        cmocka_unit_test(a_scalar_out_of_range_is_refused),
        cmocka_unit_test(one_and_n_minus_one_are_scalars_of_opposite_points),
        cmocka_unit_test(a_scalar_of_another_length_is_refused),
        cmocka_unit_test(a_point_off_the_curve_is_refused),
        cmocka_unit_test(an_x_outside_the_field_is_refused),
        cmocka_unit_test(infinity_and_other_encodings_are_refused),
        cmocka_unit_test(a_refusal_leaves_no_error_behind),
        cmocka_unit_test(freeing_nothing_is_fine),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
