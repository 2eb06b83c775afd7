/* SPDX-License-Identifier: Apache-2.0 */
/* Channels: the private keys of both sides, what they agree on, and the chain that follows. */
#include "assert_err.h"
#include "base/reader.h"
#include "constant_time/taint.h"
#include "unit/e2ee/cast.h"

static struct actor alice, bob;
static struct line l;

static int enter(void **state)
{
    taint_setup(state);
    cast_enter(&alice, 1);
    cast_enter(&bob, 2);
    cast_connect(&l, &alice, &bob);
    return 0;
}

static int leave(void **state)
{
    cast_leave(&alice);
    cast_leave(&bob);
    return taint_teardown(state);
}

static void opening_and_accepting_say_nothing_of_the_chain_key(void **state)
{
    assert_true(taint_holds(l.sending.ck, sizeof l.sending.ck));
    assert_true(taint_holds(l.receiving.ck, sizeof l.receiving.ck));
    assert_false(taint_holds(l.sending.id, sizeof l.sending.id));
    taint_end(&l, sizeof l);
    assert_memory_equal(l.sending.ck, l.receiving.ck, sizeof l.sending.ck);
}

static void refused_when_altered_at(size_t at)
{
    struct channel_receiver receiver = cast_receiver(&bob);
    struct upload_capsule_form form;
    struct channel_claim claim;
    struct epoch epoch;

    taint_end(l.capsule, sizeof l.capsule);
    l.capsule[at] ^= 1;
    assert_ok(upload_parse_capsule_body(UPLOAD_PROFILE_HYBRID, cast_capsule(&l), &form));
    assert_err(channel_accept(&form, &receiver, CAST_NOW_MS, &claim, &epoch), E_FORGED);
    l.capsule[at] ^= 1;
}

/* The box, and before it ML-KEM's ciphertext, which is rejected without a word. */
static void refusing_a_capsule_says_nothing_of_the_keys(void **state)
{
    refused_when_altered_at(l.capsule_n - 1);
    refused_when_altered_at(l.capsule_n - UPLOAD_BOX_SIZE - 1);
}

static void a_step_says_nothing_of_the_chain(void **state)
{
    uint8_t mk[CHANNEL_KEY_SIZE];

    assert_ok(channel_step(&l.sending, mk));
    assert_true(taint_holds(mk, sizeof mk));
    assert_true(taint_holds(l.sending.ck, sizeof l.sending.ck));
}

static void reaching_ahead_says_nothing_of_the_keys_passed_over(void **state)
{
    struct arena arena = ARENA(64 * 1024);
    struct epoch after;
    struct skipped *passed;
    size_t n;
    uint8_t mk[CHANNEL_KEY_SIZE];

    assert_ok(channel_reach(&l.receiving, 5, &arena, &after, mk, &passed, &n));
    assert_int_equal(n, 5);
    assert_true(taint_holds(passed[4].mk, sizeof passed[4].mk));
    assert_true(taint_holds(mk, sizeof mk));
    assert_true(taint_holds(after.ck, sizeof after.ck));
    arena_free(&arena);
}

static void keeping_an_epoch_says_nothing_of_it(void **state)
{
    struct buf kept = BUF(CHANNEL_EPOCH_SIZE);
    struct epoch again;
    struct reader r;

    channel_write_epoch(&l.sending, &kept);
    r = reader(buf_view(&kept));
    channel_read_epoch(&r, &again);
    assert_ok(reader_end(&r));
    assert_true(taint_holds(again.ck, sizeof again.ck));
    buf_free(&kept);
}

static void keeping_an_identity_says_nothing_of_it(void **state)
{
    struct buf kept = BUF(1024);
    struct identity again;

    assert_ok(identity_write(&alice.me, &kept));
    assert_true(taint_holds(kept.at, kept.n));
    assert_ok(identity_parse(buf_view(&kept), &again));
    assert_memory_equal(&again.who, &alice.me.who, sizeof again.who);
    identity_free(&again);
    buf_free(&kept);
}

#define LINE_TEST(claim) cmocka_unit_test_setup_teardown(claim, enter, leave)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LINE_TEST(opening_and_accepting_say_nothing_of_the_chain_key),
        LINE_TEST(refusing_a_capsule_says_nothing_of_the_keys),
        LINE_TEST(a_step_says_nothing_of_the_chain),
        LINE_TEST(reaching_ahead_says_nothing_of_the_keys_passed_over),
        LINE_TEST(keeping_an_epoch_says_nothing_of_it),
        LINE_TEST(keeping_an_identity_says_nothing_of_it),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
