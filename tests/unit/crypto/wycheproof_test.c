/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wycheproof: the vectors of Project Wycheproof, which are not part of this tree.  They are read
 * from $TACET_WYCHEPROOF or from ../shared/vectors/wycheproof beside it.  Each vector that fits our
 * parameters must have its way: a valid one gives its answer, an invalid one is refused.
 */
#include <jansson.h>
#include <openssl/ec.h>
#include <openssl/obj_mac.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "assert_err.h"
#include "base/arena.h"
#include "base/encoding.h"
#include "crypto/aead.h"
#include "crypto/agree.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/mlkem/mlkem_internal.h"
#include "crypto/sign.h"

#define VECTOR_MAX        (1024 * 1024) /* bytes that one vector may need */
#define UNCOMPRESSED_SIZE 133

static char folder[1024];

/* One vector: its test, the group that it stands in, and memory for as long as it runs. */
struct vector {
    json_t *group, *test;
    struct arena memory;
};

static struct bytes field_of(struct vector *v, json_t *object, const char *name)
{
    const char *text = json_string_value(json_object_get(object, name));
    struct bytes out = {NULL, 0};
    uint8_t *room;

    assert_non_null(text);
    if (text[0] == '\0')
        return out;
    out.n = strlen(text) / 2;
    out.at = room = arena_alloc(&v->memory, out.n);
    assert_non_null(room);
    assert_ok(encoding_hex_read(bytes_text(text), room, out.n));
    return out;
}

static struct bytes field(struct vector *v, const char *name)
{
    return field_of(v, v->test, name);
}

static bool group_is(const struct vector *v, const char *name, json_int_t value)
{
    return json_integer_value(json_object_get(v->group, name)) == value;
}

/* "acceptable" is for us to decide; where we accept, the answer must be right all the same. */
static bool result_is(const struct vector *v, const char *result)
{
    return strcmp(json_string_value(json_object_get(v->test, "result")), result) == 0;
}

/* The vectors write private keys as integers of any length; we want 66 bytes. */
static struct bytes scalar_of(struct vector *v, struct bytes integer)
{
    uint8_t *out = arena_alloc(&v->memory, AGREE_PRIVATE_SIZE);

    for (; integer.n > AGREE_PRIVATE_SIZE && integer.at[0] == 0; integer.n--)
        integer.at++;
    assert_non_null(out);
    assert_true(integer.n <= AGREE_PRIVATE_SIZE);
    memcpy(out + AGREE_PRIVATE_SIZE - integer.n, integer.at, integer.n);
    return bytes(out, AGREE_PRIVATE_SIZE);
}

/* The compressed form of an uncompressed point on the curve.  Anything else is handed on as it is,
 * for us to refuse: we take no uncompressed points. */
static struct bytes point_of(struct vector *v, struct bytes in)
{
    EC_GROUP *group = EC_GROUP_new_by_curve_name(NID_secp521r1);
    EC_POINT *point = EC_POINT_new(group);
    uint8_t *out = arena_alloc(&v->memory, AGREE_PUBLIC_SIZE);
    struct bytes result = in;

    assert_non_null(point);
    assert_non_null(out);
    if (in.n == UNCOMPRESSED_SIZE && in.at[0] == 4 &&
        EC_POINT_oct2point(group, point, in.at, in.n, NULL) == 1) {
        assert_int_equal(EC_POINT_point2oct(group, point, POINT_CONVERSION_COMPRESSED, out,
                                            AGREE_PUBLIC_SIZE, NULL),
                         AGREE_PUBLIC_SIZE);
        result = bytes(out, AGREE_PUBLIC_SIZE);
    }
    EC_POINT_free(point);
    EC_GROUP_free(group);
    return result;
}

static bool any(const struct vector *v)
{
    (void)v;
    return true;
}

static bool ecdh_agrees(struct vector *v)
{
    struct agree_private *ours = NULL;
    struct agree_public *theirs = NULL;
    uint8_t shared[AGREE_SHARED_SIZE];
    struct err refused;
    bool agrees;

    assert_ok(agree_private_parse(&ours, scalar_of(v, field(v, "private"))));
    refused = agree_public_parse(&theirs, point_of(v, field(v, "public")));
    if (refused.code != E_OK) {
        agrees = refused.code == E_MALFORMED && result_is(v, "invalid");
    } else {
        assert_ok(agree_derive(ours, theirs, shared));
        agrees = !result_is(v, "invalid") && bytes_same(BYTES(shared), field(v, "shared"));
    }
    agree_public_free(theirs);
    agree_private_free(ours);
    return agrees;
}

static bool ecdsa_agrees(struct vector *v)
{
    json_t *described = json_object_get(v->group, "publicKey");
    struct sign_public *key = NULL;
    struct bytes signature = field(v, "sig");
    struct err answer = FAIL(E_FORGED); /* any other length has no place in our messages */

    assert_ok(sign_public_parse(&key, point_of(v, field_of(v, described, "uncompressed"))));
    if (signature.n == SIGN_SIZE)
        answer = sign_verify(key, HASH_PARTS(field(v, "msg")), signature.at);
    sign_public_free(key);
    return answer.code == (result_is(v, "valid") ? E_OK : E_FORGED);
}

static bool aead_fits(const struct vector *v)
{
    return group_is(v, "keySize", 256) && group_is(v, "ivSize", 96) && group_is(v, "tagSize", 128);
}

static bool aead_agrees(struct vector *v)
{
    struct bytes key = field(v, "key"), nonce = field(v, "iv"), aad = field(v, "aad");
    struct bytes plain = field(v, "msg"), cipher = field(v, "ct"), tag = field(v, "tag");
    size_t sealed_n = cipher.n + tag.n;
    uint8_t *sealed = arena_alloc(&v->memory, sealed_n);
    uint8_t *out = arena_alloc(&v->memory, sealed_n);
    struct err opened;

    assert_non_null(sealed);
    assert_non_null(out);
    if (cipher.n > 0)
        memcpy(sealed, cipher.at, cipher.n);
    memcpy(sealed + cipher.n, tag.at, tag.n);
    opened = aead_open(key.at, nonce.at, aad, bytes(sealed, sealed_n), out);
    if (!result_is(v, "valid"))
        return opened.code == E_FORGED && bytes_all_zero(bytes(out, cipher.n));
    if (opened.code != E_OK || !bytes_same(bytes(out, cipher.n), plain))
        return false;
    assert_ok(aead_seal(key.at, nonce.at, aad, plain, out));
    return bytes_same(bytes(out, sealed_n), bytes(sealed, sealed_n));
}

static bool hkdf_agrees(struct vector *v)
{
    size_t n = (size_t)json_integer_value(json_object_get(v->test, "size"));
    uint8_t *out = arena_alloc(&v->memory, n);
    struct err made;

    assert_non_null(out);
    made = kdf_hkdf(field(v, "salt"), field(v, "ikm"), field(v, "info"), out, n);
    if (!result_is(v, "valid"))
        return made.code == E_LIMIT;
    return made.code == E_OK && bytes_same(bytes(out, n), field(v, "okm"));
}

/* A shorter tag is the beginning of the whole one. */
static bool hmac_agrees(struct vector *v)
{
    struct bytes tag = field(v, "tag");
    uint8_t mac[HASH_SHA512_SIZE];

    assert_true(tag.n > 0 && tag.n <= sizeof mac);
    assert_ok(hash_hmac_sha512(field(v, "key"), HASH_PARTS(field(v, "msg")), mac));
    return bytes_same(bytes(mac, tag.n), tag) == result_is(v, "valid");
}

static bool mlkem_keys_agree(struct vector *v)
{
    struct mlkem_expanded key;

    mlkem_expand(field(v, "seed").at, &key);
    return bytes_same(BYTES(key.pub), field(v, "ek")) &&
           bytes_same(bytes(&key, sizeof key), field(v, "dk"));
}

static bool mlkem_encapsulation_agrees(struct vector *v)
{
    struct bytes pub = field(v, "ek");
    uint8_t sealed[MLKEM_SEALED_SIZE], shared[MLKEM_SHARED_SIZE];

    if (!result_is(v, "valid"))
        return mlkem_encapsulate(pub, sealed, shared).code == E_MALFORMED;
    mlkem_encapsulate_with(pub.at, field(v, "m").at, sealed, shared);
    if (!bytes_same(BYTES(sealed), field(v, "c")) || !bytes_same(BYTES(shared), field(v, "K")))
        return false;
    assert_ok(mlkem_encapsulate_from(pub, field(v, "m").at, sealed, shared));
    return bytes_same(BYTES(sealed), field(v, "c")) && bytes_same(BYTES(shared), field(v, "K"));
}

static bool mlkem_decapsulation_agrees(struct vector *v)
{
    struct mlkem_private *key = NULL;
    uint8_t pub[MLKEM_PUBLIC_SIZE], shared[MLKEM_SHARED_SIZE];
    struct err made = mlkem_private_parse(&key, field(v, "seed"));
    bool agrees = made.code == E_MALFORMED && result_is(v, "invalid");

    if (made.code == E_OK) {
        mlkem_private_public(key, pub);
        made = mlkem_decapsulate(key, field(v, "c"), shared);
        agrees = bytes_same(BYTES(pub), field(v, "ek")) &&
                 (made.code == E_OK ? bytes_same(BYTES(shared), field(v, "K"))
                                    : made.code == E_MALFORMED && result_is(v, "invalid"));
    }
    mlkem_private_free(key);
    return agrees;
}

/* Keys of this form we neither take nor give: the length of one is nothing that our code sees. */
static bool mlkem_expanded_agrees(struct vector *v)
{
    struct bytes dk = field(v, "dk"), sealed = field(v, "c");
    struct mlkem_expanded key;
    uint8_t shared[MLKEM_SHARED_SIZE];

    if (dk.n != sizeof key || sealed.n != MLKEM_SEALED_SIZE)
        return result_is(v, "invalid");
    memcpy(&key, dk.at, sizeof key);
    if (!mlkem_expanded_check(&key))
        return result_is(v, "invalid");
    mlkem_decapsulate_with(&key, sealed.at, shared);
    return result_is(v, "valid") && bytes_same(BYTES(shared), field(v, "K"));
}

/* Runs every vector of a file that fits, and says which of them were decided otherwise. */
static void run(const char *file, bool (*fits)(const struct vector *),
                bool (*agrees)(struct vector *))
{
    char path[sizeof folder + 64];
    struct vector v = {.memory = ARENA(VECTOR_MAX)};
    size_t ran = 0, others = 0, wrong = 0, i, j;
    json_error_t why;
    json_t *root;

    snprintf(path, sizeof path, "%s/%s", folder, file);
    root = json_load_file(path, 0, &why);
    if (root == NULL)
        fail_msg("%s: %s", path, why.text);
    json_array_foreach(json_object_get(root, "testGroups"), i, v.group)
    {
        json_array_foreach(json_object_get(v.group, "tests"), j, v.test)
        {
            if (!fits(&v)) {
                others++;
                continue;
            }
            ran++;
            if (!agrees(&v)) {
                wrong++;
                print_error("%s: vector %d: %s\n", file,
                            (int)json_integer_value(json_object_get(v.test, "tcId")),
                            json_string_value(json_object_get(v.test, "comment")));
            }
            arena_free(&v.memory);
        }
    }
    print_message("%s: %zu vectors ran, %zu have other parameters, %zu disagree\n", file, ran,
                  others, wrong);
    json_decref(root);
    assert_true(ran > 0);
    assert_int_equal(wrong, 0);
}

static void ecdh_decides_as_wycheproof(void **state)
{
    (void)state;
    run("ecdh_secp521r1_ecpoint_test.json", any, ecdh_agrees);
}

static void ecdsa_decides_as_wycheproof(void **state)
{
    (void)state;
    run("ecdsa_secp521r1_sha512_p1363_test.json", any, ecdsa_agrees);
}

static void aes_gcm_decides_as_wycheproof(void **state)
{
    (void)state;
    run("aes_gcm_test.json", aead_fits, aead_agrees);
}

static void hkdf_decides_as_wycheproof(void **state)
{
    (void)state;
    run("hkdf_sha512_test.json", any, hkdf_agrees);
}

static void hmac_decides_as_wycheproof(void **state)
{
    (void)state;
    run("hmac_sha512_test.json", any, hmac_agrees);
}

static void mlkem_decides_as_wycheproof(void **state)
{
    (void)state;
    run("mlkem_1024_keygen_seed_test.json", any, mlkem_keys_agree);
    run("mlkem_1024_encaps_test.json", any, mlkem_encapsulation_agrees);
    run("mlkem_1024_test.json", any, mlkem_decapsulation_agrees);
    run("mlkem_1024_semi_expanded_decaps_test.json", any, mlkem_expanded_agrees);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(ecdh_decides_as_wycheproof),
        cmocka_unit_test(ecdsa_decides_as_wycheproof),
        cmocka_unit_test(aes_gcm_decides_as_wycheproof),
        cmocka_unit_test(hkdf_decides_as_wycheproof),
        cmocka_unit_test(hmac_decides_as_wycheproof),
        cmocka_unit_test(mlkem_decides_as_wycheproof),
    };
    const char *told = getenv("TACET_WYCHEPROOF");

    if (told == NULL)
        told = TACET_SOURCE_DIR "/../shared/vectors/wycheproof";
    snprintf(folder, sizeof folder, "%s", told);
    if (access(folder, R_OK) != 0) {
        printf("skipped: no Wycheproof vectors at %s\n", folder);
        return 0;
    }
    return cmocka_run_group_tests(tests, NULL, NULL);
}
