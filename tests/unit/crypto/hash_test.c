/* SPDX-License-Identifier: Apache-2.0 */
#include "assert_err.h"
#include "crypto/hash.h"
#include "unit/crypto/hex.h"

static const struct bytes nothing = {NULL, 0};

/* The examples that belong to FIPS 180-4. */
static void digests_of_abc_are_the_standards(void **state)
{
    const struct bytes abc = BYTES_LITERAL("abc");
    uint8_t got[HASH_SHA512_SIZE];

    (void)state;
    assert_ok(hash_sha256(HASH_PARTS(abc), got));
    assert_hex(bytes(got, HASH_SHA256_SIZE),
               "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    assert_ok(hash_sha384(HASH_PARTS(abc), got));
    assert_hex(bytes(got, HASH_SHA384_SIZE),
               "cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed"
               "8086072ba1e7cc2358baeca134c825a7");
    assert_ok(hash_sha512(HASH_PARTS(abc), got));
    assert_hex(bytes(got, HASH_SHA512_SIZE),
               "ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a"
               "2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f");
    assert_ok(hash_sha512_256(HASH_PARTS(abc), got));
    assert_hex(bytes(got, HASH_SHA256_SIZE),
               "53048e2681941ef99b2e29b76b4c7dabe4c2d0c634fc6d46e0e2f13107e7af23");
}

static void no_part_an_empty_part_and_no_bytes_are_the_same_message(void **state)
{
    static const char *of_nothing =
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    uint8_t got[HASH_SHA256_SIZE];

    (void)state;
    assert_ok(hash_sha256(NULL, 0, got));
    assert_hex(BYTES(got), of_nothing);
    assert_ok(hash_sha256(HASH_PARTS(nothing, BYTES_LITERAL("")), got));
    assert_hex(BYTES(got), of_nothing);
}

static void where_a_message_is_cut_does_not_matter(void **state)
{
    const struct bytes whole = BYTES_LITERAL("a message that is longer than any one part of it");
    const struct bytes key = BYTES_LITERAL("key");
    uint8_t want[HASH_SHA512_SIZE], got[HASH_SHA512_SIZE], mac[HASH_SHA512_SIZE];

    (void)state;
    assert_ok(hash_sha512(&whole, 1, want));
    assert_ok(hash_hmac_sha512(key, &whole, 1, mac));
    for (size_t cut = 0; cut <= whole.n; cut++) {
        struct bytes head = {whole.at, cut}, tail = {whole.at + cut, whole.n - cut};

        assert_ok(hash_sha512(HASH_PARTS(head, tail), got));
        assert_bytes(BYTES(got), BYTES(want));
        assert_ok(hash_hmac_sha512(key, HASH_PARTS(head, nothing, tail), got));
        assert_bytes(BYTES(got), BYTES(mac));
    }
}

static void a_run_is_the_digest_of_all_that_was_added(void **state)
{
    const struct bytes whole = BYTES_LITERAL("a message that is longer than any one part of it");
    uint8_t want[HASH_SHA384_SIZE], got[HASH_SHA384_SIZE];

    (void)state;
    assert_ok(hash_sha384(&whole, 1, want));
    for (size_t cut = 0; cut <= whole.n; cut++) {
        struct hash_run *run;

        assert_ok(hash_run_new(&run));
        hash_run_add(run, bytes(whole.at, cut));
        hash_run_add(run, nothing);
        hash_run_add(run, bytes(whole.at + cut, whole.n - cut));
        assert_ok(hash_run_end(run, got));
        assert_bytes(BYTES(got), BYTES(want));
        hash_run_free(run);
    }
}

static void a_run_that_has_ended_takes_and_says_nothing(void **state)
{
    uint8_t first[HASH_SHA384_SIZE], again[HASH_SHA384_SIZE] = {7};
    struct hash_run *run;

    (void)state;
    assert_ok(hash_run_new(&run));
    assert_ok(hash_run_end(run, first));
    hash_run_add(run, BYTES_LITERAL("late"));
    assert_err(hash_run_end(run, again), E_CRYPTO);
    assert_int_equal(again[0], 7);
    hash_run_free(run);
    hash_run_free(NULL);
}

/* RFC 4231, cases 2 and 6: a key shorter than a block, and one that is longer. */
static void hmac_gives_the_answers_of_its_rfc(void **state)
{
    uint8_t got[HASH_SHA512_SIZE], key[131];

    (void)state;
    assert_ok(hash_hmac_sha512(BYTES_LITERAL("Jefe"),
                               HASH_PARTS(BYTES_LITERAL("what do ya want for nothing?")), got));
    assert_hex(BYTES(got), "164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554"
                           "9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737");
    memset(key, 0xaa, sizeof key);
    assert_ok(hash_hmac_sha512(
        BYTES(key),
        HASH_PARTS(BYTES_LITERAL("Test Using Larger Than Block-Size Key - Hash Key First")), got));
    assert_hex(BYTES(got), "80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352"
                           "6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598");
}

/* Right after a call with another key: nothing of that one may be left. */
static void an_empty_key_is_a_key(void **state)
{
    uint8_t got[HASH_SHA512_SIZE];

    (void)state;
    assert_ok(hash_hmac_sha512(BYTES_LITERAL("Jefe"), HASH_PARTS(BYTES_LITERAL("abc")), got));
    assert_ok(hash_hmac_sha512(nothing, HASH_PARTS(BYTES_LITERAL("abc")), got));
    assert_hex(BYTES(got), "29689f6b79a8dd686068c2eeae97fd8769ad3ba65cb5381f838358a8045a358e"
                           "e3ba1739c689c7805e31734fb6072f87261d1256995370d55725cba00d10bdd0");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(digests_of_abc_are_the_standards),
        cmocka_unit_test(no_part_an_empty_part_and_no_bytes_are_the_same_message),
        cmocka_unit_test(where_a_message_is_cut_does_not_matter),
        cmocka_unit_test(a_run_is_the_digest_of_all_that_was_added),
        cmocka_unit_test(a_run_that_has_ended_takes_and_says_nothing),
        cmocka_unit_test(hmac_gives_the_answers_of_its_rfc),
        cmocka_unit_test(an_empty_key_is_a_key),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
