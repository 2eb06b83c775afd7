/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each allocation that OpenSSL makes fails in turn: an operation gives its right result or none,
 * and never takes a good signature, key or seal for a bad one.
 */
#include "assert_err.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/mlkem/mlkem.h"
#include "crypto/p521.h"
#include "crypto/sign.h"
#include "unit/scarce.h"

#define TEXT BYTES_LITERAL("what is signed and sealed")

enum { SEALED_SIZE = 25 + AEAD_TAG_SIZE };

static const uint8_t KEY[AEAD_KEY_SIZE] = {7};

static struct sign_private *signing;
static struct sign_public *verifying;
static struct agree_private *agreeing;
static struct agree_public *peer;
static uint8_t sign_scalar[SIGN_PRIVATE_SIZE], sign_point[SIGN_PUBLIC_SIZE], signature[SIGN_SIZE];
static uint8_t agree_point[AGREE_PUBLIC_SIZE], shared[AGREE_SHARED_SIZE];
static uint8_t sealed[SEALED_SIZE];

static struct err sign(void *arg)
{
    uint8_t made[SIGN_SIZE];
    struct err err = SCARCE(sign_make(signing, HASH_PARTS(TEXT), made));

    if (err.code == E_OK)
        assert_ok(sign_verify(verifying, HASH_PARTS(TEXT), made));
    return err;
}

static struct err verify(void *arg)
{
    return SCARCE(sign_verify(verifying, HASH_PARTS(TEXT), signature));
}

static struct err refuse(void *arg)
{
    uint8_t other[SIGN_SIZE];
    struct err err;

    memcpy(other, signature, sizeof other);
    other[0] ^= 1;
    err = SCARCE(sign_verify(verifying, HASH_PARTS(TEXT), other));
    assert_int_not_equal(err.code, E_OK);
    return err.code == E_FORGED ? OK : err;
}

static void a_signature_is_right_or_there_is_none(void **state)
{
    /* What an encoding that failed leaves on the stack is another one every time. */
    for (int i = 0; i < 8; i++)
        scarce_try("sign_make", sign, NULL);
    scarce_try("sign_verify", verify, NULL);
    scarce_try("sign_verify of another", refuse, NULL);
}

static struct err generate_signing(void *arg)
{
    struct sign_private *key = NULL;
    uint8_t pub[SIGN_PUBLIC_SIZE], again[SIGN_PUBLIC_SIZE];
    struct err err = SCARCE(sign_generate(&key, pub));

    if (err.code == E_OK) {
        assert_ok(sign_private_public(key, again));
        assert_memory_equal(again, pub, sizeof pub);
    } else {
        assert_null(key);
    }
    sign_private_free(key);
    return err;
}

static struct err parse_private(void *arg)
{
    struct sign_private *key = NULL;
    uint8_t pub[SIGN_PUBLIC_SIZE];
    struct err err = SCARCE(sign_private_parse(&key, BYTES(sign_scalar)));

    if (err.code == E_OK) {
        assert_ok(sign_private_public(key, pub));
        assert_memory_equal(pub, sign_point, sizeof pub);
    } else {
        assert_null(key);
    }
    sign_private_free(key);
    return err;
}

static struct err parse_public(void *arg)
{
    struct sign_public *key = NULL;
    struct err err = SCARCE(sign_public_parse(&key, BYTES(sign_point)));

    if (err.code == E_OK)
        assert_ok(sign_verify(key, HASH_PARTS(TEXT), signature));
    else
        assert_null(key);
    sign_public_free(key);
    return err;
}

static struct err generate_mlkem(void *arg)
{
    struct mlkem_private *key = NULL;
    uint8_t pub[MLKEM_PUBLIC_SIZE], again[MLKEM_PUBLIC_SIZE];
    struct err err = SCARCE(mlkem_generate(&key, pub));

    if (err.code == E_OK) {
        mlkem_private_public(key, again);
        assert_memory_equal(again, pub, sizeof pub);
    } else {
        assert_null(key);
    }
    mlkem_private_free(key);
    return err;
}

static struct err parse_mlkem(void *arg)
{
    static const uint8_t seed[MLKEM_PRIVATE_SIZE] = {1};
    struct mlkem_private *key = NULL;
    struct err err = SCARCE(mlkem_private_parse(&key, BYTES(seed)));

    assert_int_equal(key == NULL, err.code != E_OK);
    mlkem_private_free(key);
    return err;
}

static struct err write_private(void *out)
{
    return sign_private_write(signing, out);
}

static void a_key_is_right_or_there_is_none(void **state)
{
    const struct scarce_reader write = {"sign_private_write", write_private, SIGN_PRIVATE_SIZE,
                                        true};

    scarce_try("sign_generate", generate_signing, NULL);
    scarce_try("sign_private_parse", parse_private, NULL);
    scarce_try("sign_public_parse", parse_public, NULL);
    scarce_read_all(&write, 1);
    scarce_try("mlkem_generate", generate_mlkem, NULL);
    scarce_try("mlkem_private_parse", parse_mlkem, NULL);
}

static struct err derive(void *arg)
{
    static const uint8_t NOTHING[AGREE_SHARED_SIZE] = {0};
    uint8_t made[AGREE_SHARED_SIZE];
    struct err err = SCARCE(agree_derive(agreeing, peer, made));

    assert_memory_equal(made, err.code == E_OK ? shared : NOTHING, sizeof made);
    return err;
}

static struct err derive_all(void *arg)
{
    static const uint8_t NOTHING[AGREE_SHARED_SIZE] = {0};
    const struct agree_public *peers[] = {peer, peer};
    uint8_t made[2][AGREE_SHARED_SIZE];
    struct err err = SCARCE(p521_ecdh_batch(agreeing, peers, 2, made, NULL));

    for (size_t i = 0; i < 2; i++)
        assert_memory_equal(made[i], err.code == E_OK ? shared : NOTHING, sizeof made[i]);
    return err;
}

static void a_shared_secret_is_right_or_there_is_none(void **state)
{
    scarce_try("agree_derive", derive, NULL);
    scarce_try("p521_ecdh_batch", derive_all, NULL);
}

static struct err hmac(void *out)
{
    return hash_hmac_sha512(BYTES(KEY), HASH_PARTS(TEXT), out);
}

static struct err hash(void *out)
{
    return hash_sha512(HASH_PARTS(TEXT), out);
}

static struct err hkdf(void *out)
{
    return kdf_hkdf(BYTES(KEY), TEXT, TEXT, out, 100);
}

static struct err seal(void *out)
{
    return aead_seal(KEY, AEAD_NONCE_ZERO, TEXT, TEXT, out);
}

static struct err open(void *out)
{
    return aead_open(KEY, AEAD_NONCE_ZERO, TEXT, BYTES(sealed), out);
}

static const struct scarce_reader readers[] = {
    {"hash_sha512", hash, HASH_SHA512_SIZE, false},
    {"hash_hmac_sha512", hmac, HASH_SHA512_SIZE, false},
    {"kdf_hkdf", hkdf, 100, true},
    {"aead_seal", seal, SEALED_SIZE, true},
    {"aead_open", open, SEALED_SIZE - AEAD_TAG_SIZE, true},
};

static void a_digest_key_or_seal_is_whole_or_there_is_none(void **state)
{
    scarce_read_all(readers, sizeof readers / sizeof readers[0]);
}

static int enter(void **state)
{
    assert_ok(sign_generate(&signing, sign_point));
    assert_ok(sign_private_write(signing, sign_scalar));
    assert_ok(sign_public_parse(&verifying, BYTES(sign_point)));
    assert_ok(sign_make(signing, HASH_PARTS(TEXT), signature));
    assert_ok(agree_generate(&agreeing, agree_point));
    assert_ok(agree_public_parse(&peer, BYTES(agree_point)));
    assert_ok(agree_derive(agreeing, peer, shared));
    assert_ok(seal(sealed));
    return 0;
}

static int leave(void **state)
{
    sign_private_free(signing);
    sign_public_free(verifying);
    agree_private_free(agreeing);
    agree_public_free(peer);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_signature_is_right_or_there_is_none),
        cmocka_unit_test(a_key_is_right_or_there_is_none),
        cmocka_unit_test(a_shared_secret_is_right_or_there_is_none),
        cmocka_unit_test(a_digest_key_or_seal_is_whole_or_there_is_none),
    };

    scarce_begin();
    return cmocka_run_group_tests(tests, enter, leave);
}
