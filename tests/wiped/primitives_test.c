/* SPDX-License-Identifier: Apache-2.0 */
/* One primitive at a time, so that nothing that runs later covers up what it left. */
#include "assert_err.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/p521.h"
#include "e2ee/schedule.h"
#include "wiped/remains.h"
#include "wiped/rigged.h"

static const struct bytes AAD = {(const uint8_t *)"what goes with it", 17};

/* What is held stands here, and is not looked through. */
static uint8_t scalar[AGREE_PRIVATE_SIZE], written[AGREE_PRIVATE_SIZE];
static uint8_t z[AGREE_SHARED_SIZE], batch[1][AGREE_SHARED_SIZE];
static uint8_t key[AEAD_KEY_SIZE], text[100], sealed[sizeof text + AEAD_TAG_SIZE];
static uint8_t opened[sizeof text];
static uint8_t prk[KDF_PRK_SIZE], expanded[96], tag[HASH_SHA512_SIZE];
static struct agree_private *ours;
static struct agree_public *theirs;

static void parse_key(void)
{
    assert_ok(agree_private_parse(&ours, BYTES(scalar)));
}

static void write_key(void)
{
    assert_ok(agree_private_write(ours, written));
}

static void free_key(void)
{
    agree_private_free(ours);
    ours = NULL;
}

static void derive(void)
{
    assert_ok(agree_derive(ours, theirs, z));
}

static void derive_batch(void)
{
    const struct agree_public *const peers[] = {theirs};

    assert_ok(p521_ecdh_batch(ours, peers, 1, batch, NULL));
}

static void extract(void)
{
    assert_ok(kdf_extract(BYTES(key), BYTES(z), prk));
}

static void expand(void)
{
    assert_ok(kdf_expand(prk, AAD, expanded, sizeof expanded));
}

static void both(void)
{
    assert_ok(kdf_hkdf(BYTES(key), BYTES(z), AAD, expanded, sizeof expanded));
}

static void authenticate(void)
{
    assert_ok(hash_hmac_sha512(BYTES(key), HASH_PARTS(AAD), tag));
}

static void digest(void)
{
    assert_ok(hash_sha512(HASH_PARTS(BYTES(key)), tag));
}

static void put_seal(void)
{
    assert_ok(aead_seal(key, AEAD_NONCE_ZERO, AAD, BYTES(text), sealed));
}

static void break_seal(void)
{
    assert_ok(aead_open(key, AEAD_NONCE_ZERO, AAD, BYTES(sealed), opened));
}

static void refuse_seal(void)
{
    assert_err(aead_open(key, AEAD_NONCE_ZERO, bytes(AAD.at, 3), BYTES(sealed), opened), E_FORGED);
}

static void schedule(void)
{
    uint8_t *ctx = sealed;

    assert_ok(schedule_trailer_key(BYTES(key), bytes(ctx, SCHEDULE_CTX_SIZE), expanded));
}

static int enter(void **state)
{
    uint8_t other[AGREE_PRIVATE_SIZE], pub[AGREE_PUBLIC_SIZE];
    struct agree_private *pair = NULL;

    rigged_scalar(other);
    rigged_scalar(scalar);
    rigged_bytes(key, sizeof key);
    rigged_bytes(text, sizeof text);
    assert_ok(agree_private_parse(&pair, BYTES(other)));
    assert_ok(agree_private_public(pair, pub));
    assert_ok(agree_public_parse(&theirs, BYTES(pub)));
    agree_private_free(pair);
    parse_key();
    derive();
    both();
    extract();
    put_seal();
    remains_seek("scalar", BYTES(scalar));
    remains_seek("Z", BYTES(z));
    remains_seek("key", BYTES(key));
    remains_seek("text", BYTES(text));
    remains_seek("prk", BYTES(prk));
    remains_seek("expanded", BYTES(expanded));
    free_key();
    return 0;
}

static int leave(void **state)
{
    remains_forget();
    agree_public_free(theirs);
    free_key();
    return 0;
}

static void private_keys_are_only_where_they_are_kept(void **state)
{
    assert_int_equal(remains_after(parse_key), 0);
    assert_int_equal(remains_after(write_key), 0);
    assert_memory_equal(written, scalar, sizeof scalar);
    assert_int_equal(remains_after(free_key), 0);
}

static void an_agreement_leaves_nothing(void **state)
{
    parse_key();
    assert_int_equal(remains_after(derive), 0);
    assert_int_equal(remains_after(derive_batch), 0);
}

static void a_derivation_leaves_nothing(void **state)
{
    assert_int_equal(remains_after(extract), 0);
    assert_int_equal(remains_after(expand), 0);
    assert_int_equal(remains_after(both), 0);
    assert_int_equal(remains_after(schedule), 0);
}

static void a_digest_leaves_nothing(void **state)
{
    authenticate();
    remains_seek("tag", BYTES(tag));
    assert_int_equal(remains_after(authenticate), 0);
    digest();
    remains_seek("digest", BYTES(tag));
    assert_int_equal(remains_after(digest), 0);
}

static void a_seal_leaves_nothing(void **state)
{
    assert_int_equal(remains_after(put_seal), 0);
    assert_int_equal(remains_after(break_seal), 0);
    assert_memory_equal(opened, text, sizeof text);
    assert_int_equal(remains_after(refuse_seal), 0);
    assert_true(bytes_all_zero(BYTES(opened)));
}

#define SECRET_TEST(claim) cmocka_unit_test_setup_teardown(claim, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        SECRET_TEST(private_keys_are_only_where_they_are_kept),
        SECRET_TEST(an_agreement_leaves_nothing),
        SECRET_TEST(a_derivation_leaves_nothing),
        SECRET_TEST(a_digest_leaves_nothing),
        SECRET_TEST(a_seal_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, rigged_begin, NULL);
}
