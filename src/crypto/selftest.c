/* SPDX-License-Identifier: Apache-2.0 */
/*
 * selftest: the answers are those of the standards, where these give one for our sizes:
 *
 *   digests      "abc" from the examples that belong to [FIPS180-4]
 *   HMAC         [RFC4231 4.3]
 *   HKDF         the inputs of [RFC5869 A.2] and A.3; the answers for SHA-512, which the RFC does
 *                not give, are from an independent program over Python's hmac module
 *   AES-256-GCM  test case 16 of the specification that became [SP800-38D]
 *   ECDH         [RFC5903 8.3]
 *   ECDSA        [RFC6979 A.2.7], SHA-512, message "sample"
 *   ML-KEM       crypto/mlkem/mlkem_known.c has them
 *   scrypt       from Python's hashlib, as [RFC7914] has no case with a 16-byte salt
 *
 * Inputs and answers are no secrets, and so are not wiped.
 */
#include "crypto/selftest.h"

#include "base/encoding.h"
#include "crypto/aead.h"
#include "crypto/agree.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/mlkem/mlkem.h"
#include "crypto/password.h"
#include "crypto/secret.h"
#include "crypto/sign.h"

#define WIDEST 160 /* bytes of the longest value below */

static bool passed(struct err err)
{
    return err.code == E_OK;
}

/* The value that `hex` spells; `room` holds it. */
static struct bytes value(const char *hex, uint8_t room[WIDEST])
{
    struct bytes text = bytes_text(hex);

    invariant(text.n / 2 <= WIDEST);
    invariant(passed(encoding_hex_read(text, room, text.n / 2)));
    return bytes(room, text.n / 2);
}

static bool is(const uint8_t *got, const char *hex)
{
    uint8_t room[WIDEST];
    struct bytes want = value(hex, room);

    return secret_same(bytes(got, want.n), want);
}

static bool digests_are_right(void)
{
    const struct bytes abc = BYTES_LITERAL("abc");
    uint8_t got[HASH_SHA512_SIZE];

    return passed(hash_sha256(HASH_PARTS(abc), got)) &&
           is(got, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad") &&
           passed(hash_sha384(HASH_PARTS(abc), got)) &&
           is(got, "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
                   "8086072ba1e7cc2358baeca134c825a7") &&
           passed(hash_sha512(HASH_PARTS(abc), got)) &&
           is(got, "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
                   "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f") &&
           passed(hash_sha512_256(HASH_PARTS(abc), got)) &&
           is(got, "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23");
}

static bool hmac_is_right(void)
{
    uint8_t got[HASH_SHA512_SIZE];

    return passed(hash_hmac_sha512(
               BYTES_LITERAL("Jefe"),
               HASH_PARTS(BYTES_LITERAL("what do ya want "), BYTES_LITERAL("for nothing?")),
               got)) &&
           is(got, "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                   "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
}

static bool hkdf_is_right(void)
{
    const struct bytes none = {NULL, 0};
    uint8_t ikm[80], salt[80], info[80], got[82];

    for (uint8_t i = 0; i < 80; i++) {
        ikm[i] = i;
        salt[i] = (uint8_t)(0x60 + i);
        info[i] = (uint8_t)(0xb0 + i);
    }
    if (!passed(kdf_hkdf(BYTES(salt), BYTES(ikm), BYTES(info), got, 82)) ||
        !is(got, "ce6c97192805b346e6161e821ed165673b84f400a2b514b2fe23d84cd189ddf1b695b48cbd1c8388"
                 "441137b3ce28f16aa64ba33ba466b24df6cfcb021ecff235f6a2056ce3af1de44d572097a8505d9e"
                 "7a93"))
        return false;
    memset(ikm, 0x0b, 22);
    return passed(kdf_hkdf(none, bytes(ikm, 22), none, got, 42)) &&
           is(got, "f5fa02b18298a72a8c23898a8703472c6eb179dc204c03425c970e3b164bf90fff22d04836d0e2"
                   "343bac");
}

static bool aead_is_right(void)
{
    uint8_t key[WIDEST], nonce[WIDEST], aad_room[WIDEST], room[WIDEST], out[WIDEST];
    struct bytes aad = value("feedfacedeadbeeffeedfacedeadbeefabaddad2", aad_room);
    struct bytes plain = value("d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
                               "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39",
                               room);
    size_t sealed_n = plain.n + AEAD_TAG_SIZE;

    value("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308", key);
    value("cafebabefacedbaddecaf888", nonce);
    if (!passed(aead_seal(key, nonce, aad, plain, out)) ||
        !is(out, "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
                 "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662"
                 "76fc6ece0f4e1768cddf8853bb2d551b"))
        return false;

    uint8_t opened[WIDEST];
    if (!passed(aead_open(key, nonce, aad, bytes(out, sealed_n), opened)) ||
        !bytes_same(bytes(opened, plain.n), plain))
        return false;
    out[sealed_n - 1] ^= 1;
    return aead_open(key, nonce, aad, bytes(out, sealed_n), opened).code == E_FORGED &&
           bytes_all_zero(bytes(opened, plain.n));
}

static bool agreement_is_right(void)
{
    struct err err = OK;
    uint8_t room[WIDEST], shared[AGREE_SHARED_SIZE] = {0};
    struct agree_private *ours = NULL;
    struct agree_public *theirs = NULL;

    TRY_OUT(agree_private_parse(
        &ours, value("0037ade9319a89f4dabdb3ef411aaccca5123c61acab57b5393dce47608172a0"
                     "95aa85a30fe1c2952c6771d937ba9777f5957b2639bab072462f68c27a57382d4a52",
                     room)));
    TRY_OUT(agree_public_parse(
        &theirs, value("0200d0b3975ac4b799f5bea16d5e13e9af971d5e9b984c9f39728b5e5739735a"
                       "219b97c356436adc6e95bb0352f6be64a6c2912d4ef2d0433ced2b6171640012d9460f",
                       room)));
    TRY_OUT(agree_derive(ours, theirs, shared));
out:
    agree_public_free(theirs);
    agree_private_free(ours);
    return passed(err) &&
           is(shared, "01144c7d79ae6956bc8edb8e7c787c4521cb086fa64407f97894e5e6b2d79b04"
                      "d1427e73ca4baa240a34786859810c06b3c715a3a8cc3151f2bee417996d19f3ddea");
}

static bool verification_is_right(void)
{
    struct err err = OK;
    uint8_t room[WIDEST], signature[WIDEST];
    struct sign_public *key = NULL;

    TRY_OUT(sign_public_parse(
        &key, value("0301894550d0785932e00eaa23b694f213f8c3121f86dc97a04e5a7167db4e5b"
                    "cd371123d46e45db6b5d5370a7f20fb633155d38ffa16d2bd761dcac474b9a2f5023a4",
                    room)));
    value("00c328fafcbd79dd77850370c46325d987cb525569fb63c5d3bc53950e6d4c5f"
          "174e25a1ee9017b5d450606add152b534931d7d4e8455cc91f9b15bf05ec36e377fa"
          "00617cce7cf5064806c467f678d3b4080d6f1cc50af26ca209417308281b68af"
          "282623eaa63e5b5c0723d8b8c37ff0777b1a20f8ccb1dccc43997f1ee0e44da4a67a",
          signature);
    TRY_OUT(sign_verify(key, HASH_PARTS(BYTES_LITERAL("sample")), signature));
    signature[SIGN_SIZE - 1] ^= 1;
    if (sign_verify(key, HASH_PARTS(BYTES_LITERAL("sample")), signature).code != E_FORGED)
        err = FAIL(E_CRYPTO);
out:
    sign_public_free(key);
    return passed(err);
}

/* Signatures have a random part, so there is no answer to know: what is made must verify. */
static bool a_fresh_pair_fits(void)
{
    struct err err = OK;
    uint8_t pub[SIGN_PUBLIC_SIZE], signature[SIGN_SIZE];
    struct sign_private *ours = NULL;
    struct sign_public *theirs = NULL;

    TRY_OUT(sign_generate(&ours, pub));
    TRY_OUT(sign_public_parse(&theirs, BYTES(pub)));
    TRY_OUT(sign_make(ours, HASH_PARTS(BYTES_LITERAL("sample")), signature));
    TRY_OUT(sign_verify(theirs, HASH_PARTS(BYTES_LITERAL("sample")), signature));
    if (sign_verify(theirs, HASH_PARTS(BYTES_LITERAL("simple")), signature).code != E_FORGED)
        err = FAIL(E_CRYPTO);
out:
    sign_public_free(theirs);
    sign_private_free(ours);
    return passed(err);
}

static bool mlkem_is_right(void)
{
    return passed(mlkem_known());
}

static bool scrypt_is_right(void)
{
    static const char salt[] = "SodiumChloride16";
    uint8_t got[PASSWORD_KEY_SIZE];

    return passed(password_key(BYTES_LITERAL("pleaseletmein"), (const uint8_t *)salt,
                               PASSWORD_COST_LEAST, got)) &&
           is(got, "c259dbffbcff249591dcb872c422fd04fcd1cca45d07cc0fc7f87bdec4cb89b8");
}

static bool (*const checks[])(void) = {
    digests_are_right,     hmac_is_right,     hkdf_is_right,  aead_is_right,   agreement_is_right,
    verification_is_right, a_fresh_pair_fits, mlkem_is_right, scrypt_is_right,
};

struct err selftest_run(void)
{
    for (size_t i = 0; i < sizeof checks / sizeof checks[0]; i++)
        if (!checks[i]())
            return FAIL(E_CRYPTO);
    return OK;
}
