/* SPDX-License-Identifier: Apache-2.0 */
/* Channels and identities: what is held stands in the statics here, which are not looked through.
 */
#include "assert_err.h"
#include "crypto/kdf.h"
#include "crypto/mlkem/mlkem_internal.h"
#include "unit/e2ee/cast.h"
#include "wiped/remains.h"
#include "wiped/rigged.h"

static struct actor alice, bob;
static uint8_t opener_scalar[AGREE_PRIVATE_SIZE], prekey_scalar[AGREE_PRIVATE_SIZE];
static uint8_t m[32], seed[MLKEM_PRIVATE_SIZE], kpq[MLKEM_SHARED_SIZE];
static uint8_t z_kpq[AGREE_SHARED_SIZE + MLKEM_SHARED_SIZE], prk[KDF_PRK_SIZE];

static struct channel_opener opener;
static struct channel_claim claim;
static struct upload_capsule_form form;
static struct epoch sending, receiving;
static struct buf capsule;
static uint8_t mk[CHANNEL_KEY_SIZE];

static void make_opener(void)
{
    rigged_next_scalar(BYTES(opener_scalar));
    assert_ok(channel_opener_make(&alice.me, CAST_NOW_MS, &opener));
}

static void open_one(void)
{
    struct channel_peer to = cast_peer(&bob);

    rigged_next(BYTES(m));
    assert_ok(channel_open(&opener, &to, UPLOAD_PROFILE_HYBRID, &sending, &capsule));
}

static void accept_one(void)
{
    struct channel_receiver me = cast_receiver(&bob);

    assert_ok(channel_accept(&form, &me, CAST_NOW_MS, &claim, &receiving));
}

static void accept_nothing(void)
{
    struct channel_receiver me = cast_receiver(&bob);

    assert_err(channel_accept(&form, &me, CAST_NOW_MS, &claim, &receiving), E_FORGED);
}

static void drop_opener(void)
{
    channel_opener_free(&opener);
}

static void drop_prekey(void)
{
    agree_private_free(bob.secret);
    mlkem_private_free(bob.kem_secret);
    bob.secret = NULL;
    bob.kem_secret = NULL;
}

static void step(void)
{
    assert_ok(channel_step(&sending, mk));
}

static void reach(void)
{
    struct arena arena = ARENA(64 * 1024);
    struct skipped *passed;
    size_t n;

    assert_ok(channel_reach(&receiving, 3, &arena, &sending, mk, &passed, &n));
    arena_free(&arena);
}

/* The same secrets as the code under test makes, before it is asked to. */
static void seek_agreement(void)
{
    static uint8_t ct[MLKEM_SEALED_SIZE];

    assert_ok(agree_derive(opener.secret, bob.key, z_kpq));
    mlkem_encapsulate_with(bob.kem, m, ct, kpq);
    memcpy(z_kpq + AGREE_SHARED_SIZE, kpq, sizeof kpq);
    assert_ok(kdf_extract((struct bytes){0}, BYTES(z_kpq), prk));
    open_one();
    buf_cut(&capsule, 0);
    remains_seek("e_c", BYTES(opener_scalar));
    remains_seek("SPK", BYTES(prekey_scalar));
    remains_seek("ML-KEM seed", BYTES(seed));
    remains_seek("m", BYTES(m));
    remains_seek("Kpq", BYTES(kpq));
    remains_seek("Z", bytes(z_kpq, AGREE_SHARED_SIZE));
    remains_seek("Z | Kpq", BYTES(z_kpq));
    remains_seek("prk", BYTES(prk));
    remains_seek("ck", BYTES(sending.ck));
}

static int enter(void **state)
{
    capsule = BUF(UPLOAD_CAPSULE_MOST);
    cast_enter(&alice, 1);
    cast_enter(&bob, 2);
    assert_ok(agree_private_write(bob.secret, prekey_scalar));
    mlkem_private_write(bob.kem_secret, seed);
    rigged_bytes(m, sizeof m);
    rigged_scalar(opener_scalar);
    make_opener();
    seek_agreement();
    return 0;
}

static int leave(void **state)
{
    remains_forget();
    drop_opener();
    buf_free(&capsule);
    cast_leave(&alice);
    cast_leave(&bob);
    return 0;
}

static void an_opener_leaves_nothing_but_itself(void **state)
{
    assert_int_equal(remains_after(drop_opener), 0);
    assert_int_equal(remains_after(make_opener), 0);
}

static void opening_leaves_nothing_but_the_epoch(void **state)
{
    assert_int_equal(remains_after(open_one), 0);
}

static void accepting_leaves_nothing_but_the_epoch(void **state)
{
    open_one();
    assert_ok(upload_parse_capsule_body(UPLOAD_PROFILE_HYBRID, buf_view(&capsule), &form));
    assert_int_equal(remains_after(accept_one), 0);
    assert_memory_equal(receiving.ck, sending.ck, sizeof sending.ck);
    capsule.at[capsule.n - 1] ^= 1;
    assert_int_equal(remains_after(accept_nothing), 0);
}

static void a_prekey_that_goes_leaves_nothing(void **state)
{
    assert_int_equal(remains_after(drop_prekey), 0);
}

static void a_step_leaves_nothing_but_the_next_keys(void **state)
{
    struct epoch e = sending;

    for (int i = 0; i < 4; i++) {
        assert_ok(channel_step(&e, mk));
        remains_seek("mk", BYTES(mk));
        remains_seek("next ck", BYTES(e.ck));
    }
    receiving = sending;
    assert_int_equal(remains_after(step), 0);
    assert_int_equal(remains_after(reach), 0);
}

#define LINE_TEST(claim) cmocka_unit_test_setup_teardown(claim, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LINE_TEST(an_opener_leaves_nothing_but_itself),
        LINE_TEST(opening_leaves_nothing_but_the_epoch),
        LINE_TEST(accepting_leaves_nothing_but_the_epoch),
        LINE_TEST(a_prekey_that_goes_leaves_nothing),
        LINE_TEST(a_step_leaves_nothing_but_the_next_keys),
    };

    return cmocka_run_group_tests(tests, rigged_begin, NULL);
}
