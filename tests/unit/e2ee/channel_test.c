/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/channel.h"

#include <stdlib.h>

#include "assert_err.h"
#include "base/reader.h"
#include "unit/e2ee/cast.h"

static struct actor alice, bob, carol;

static int enter(void **state)
{
    cast_enter(&alice, 1);
    cast_enter(&bob, 70000);
    cast_enter(&carol, 1);
    return 0;
}

static int leave(void **state)
{
    cast_leave(&alice);
    cast_leave(&bob);
    cast_leave(&carol);
    return 0;
}

/* In whichever profile the capsule's length says. */
static struct err accept_as(const struct actor *who, struct bytes capsule,
                            struct channel_claim *claim, struct epoch *epoch)
{
    uint8_t profile =
        capsule.n == UPLOAD_CAPSULE_MOST ? UPLOAD_PROFILE_HYBRID : UPLOAD_PROFILE_STANDARD;
    struct channel_receiver me = cast_receiver(who);
    struct upload_capsule_form form;

    TRY(upload_parse_capsule_body(profile, capsule, &form));
    return channel_accept(&form, &me, CAST_NOW_MS, claim, epoch);
}

static struct err open_to(const struct channel_opener *o, const struct actor *to,
                          struct epoch *epoch, struct buf *capsule)
{
    struct channel_peer peer = cast_peer(to);

    return channel_open(o, &peer, UPLOAD_PROFILE_HYBRID, epoch, capsule);
}

static void both_ends_hold_the_same_epoch(void **state)
{
    struct line l;

    cast_connect(&l, &alice, &bob);
    assert_memory_equal(l.sending.id, l.receiving.id, sizeof l.sending.id);
    assert_memory_equal(l.sending.ck, l.receiving.ck, sizeof l.sending.ck);
    assert_int_equal(l.sending.n, 0);
    assert_int_equal(l.receiving.n, 0);
}

static void a_capsule_says_who_opened_it_and_when(void **state)
{
    struct line l;
    struct channel_claim claim;
    struct epoch epoch;

    cast_connect(&l, &alice, &bob);
    assert_ok(accept_as(&bob, cast_capsule(&l), &claim, &epoch));
    assert_memory_equal(&claim.from, &alice.me.who, sizeof claim.from);
    assert_int_equal(claim.made_ms, CAST_NOW_MS);
    assert_bytes(BYTES(claim.point), bytes(l.capsule, AGREE_PUBLIC_SIZE));
}

static void no_two_epochs_are_alike(void **state)
{
    struct line one, two;

    cast_connect(&one, &alice, &bob);
    cast_connect(&two, &alice, &bob);
    assert_memory_not_equal(one.sending.id, two.sending.id, sizeof one.sending.id);
    assert_memory_not_equal(one.sending.ck, two.sending.ck, sizeof one.sending.ck);
}

/* One upload's capsules share a key pair and a signature, and nothing else. */
static void capsules_of_one_opener_open_different_epochs(void **state)
{
    struct channel_opener opener;
    struct epoch to_bob, to_carol, got;
    struct buf one = BUF(UPLOAD_CAPSULE_MOST), two = BUF(UPLOAD_CAPSULE_MOST);
    struct channel_claim a, b;

    assert_ok(channel_opener_make(&alice.me, CAST_NOW_MS, &opener));
    assert_ok(open_to(&opener, &bob, &to_bob, &one));
    assert_ok(open_to(&opener, &carol, &to_carol, &two));
    assert_memory_not_equal(to_bob.id, to_carol.id, sizeof to_bob.id);
    assert_memory_not_equal(to_bob.ck, to_carol.ck, sizeof to_bob.ck);
    assert_ok(accept_as(&bob, buf_view(&one), &a, &got));
    assert_memory_equal(got.ck, to_bob.ck, sizeof got.ck);
    assert_ok(accept_as(&carol, buf_view(&two), &b, &got));
    assert_memory_equal(got.ck, to_carol.ck, sizeof got.ck);
    assert_memory_equal(a.sig, b.sig, sizeof a.sig);
    channel_opener_free(&opener);
    channel_opener_free(&opener); /* harmless */
    buf_free(&one);
    buf_free(&two);
}

static void altered_anywhere_it_is_refused(uint8_t profile)
{
    struct line l;
    struct channel_claim claim = {.made_ms = 5};
    struct epoch epoch = {.n = 5};

    cast_connect_in(profile, &l, &alice, &bob);
    for (size_t i = 0; i < l.capsule_n; i++) {
        struct err err;

        l.capsule[i] ^= 1;
        err = accept_as(&bob, cast_capsule(&l), &claim, &epoch);
        if (i == 0) /* the other root: the same shared secret under another name */
            assert_err(err, E_FORGED);
        else if (i < AGREE_PUBLIC_SIZE)
            assert_true(err.code == E_FORGED || err.code == E_MALFORMED);
        else if (i < AGREE_PUBLIC_SIZE + 4)
            assert_err(err, E_ABSENT);
        else
            assert_err(err, E_FORGED);
        l.capsule[i] ^= 1;
    }
    assert_int_equal(claim.made_ms, 5);
    assert_int_equal(epoch.n, 5);
    assert_ok(accept_as(&bob, cast_capsule(&l), &claim, &epoch));
}

static void a_capsule_altered_anywhere_is_refused(void **state)
{
    altered_anywhere_it_is_refused(UPLOAD_PROFILE_STANDARD);
    altered_anywhere_it_is_refused(UPLOAD_PROFILE_HYBRID);
}

/* Mallory calls bob's prekey his own, and the server brings bob what was opened to mallory. */
static void a_capsule_to_somebody_who_shows_my_prekey_is_not_mine(void **state)
{
    struct actor mallory = carol;
    struct channel_opener opener;
    struct channel_claim claim;
    struct epoch epoch;
    struct buf capsule = BUF(UPLOAD_CAPSULE_MOST);

    mallory.prekey = bob.prekey;
    mallory.key = bob.key;
    memcpy(mallory.kem, bob.kem, sizeof mallory.kem);
    assert_ok(channel_opener_make(&alice.me, CAST_NOW_MS, &opener));
    assert_ok(open_to(&opener, &mallory, &epoch, &capsule));
    assert_err(accept_as(&bob, buf_view(&capsule), &claim, &epoch), E_FORGED);
    channel_opener_free(&opener);
    buf_free(&capsule);
}

static void a_capsule_to_another_device_does_not_open(void **state)
{
    struct line l;
    struct actor impostor = carol;
    struct channel_claim claim;
    struct epoch epoch;

    cast_connect(&l, &alice, &bob);
    assert_err(accept_as(&carol, cast_capsule(&l), &claim, &epoch), E_ABSENT);
    impostor.prekey.number = bob.prekey.number;
    assert_err(accept_as(&impostor, cast_capsule(&l), &claim, &epoch), E_FORGED);
}

/* With bob's secret in another device's name the box does not open; with another point in the
 * prekey it does, but the chain is another. */
static void an_epoch_is_bound_to_the_receiver_and_the_prekey_in_full(void **state)
{
    struct line l;
    struct actor other = bob;
    struct channel_claim claim;
    struct epoch epoch;

    cast_connect(&l, &alice, &bob);
    other.me.who.did = carol.me.who.did;
    assert_err(accept_as(&other, cast_capsule(&l), &claim, &epoch), E_FORGED);
    other = bob;
    other.prekey.point[0] ^= 1;
    assert_ok(accept_as(&other, cast_capsule(&l), &claim, &epoch));
    assert_memory_not_equal(epoch.id, l.sending.id, sizeof epoch.id);
    assert_memory_not_equal(epoch.ck, l.sending.ck, sizeof epoch.ck);
}

/* ---- profiles */

static void an_epoch_has_its_capsules_profile(void **state)
{
    static const uint8_t profile[] = {UPLOAD_PROFILE_STANDARD, UPLOAD_PROFILE_HYBRID};
    struct line l;

    for (size_t i = 0; i < 2; i++) {
        cast_connect_in(profile[i], &l, &alice, &bob);
        assert_int_equal(l.sending.profile, profile[i]);
        assert_int_equal(l.receiving.profile, profile[i]);
        assert_memory_equal(l.sending.ck, l.receiving.ck, sizeof l.sending.ck);
    }
}

static void there_is_no_third_profile(void **state)
{
    struct channel_peer peer = cast_peer(&bob);
    struct channel_opener opener;
    struct epoch epoch = {.n = 5};
    struct buf capsule = BUF(UPLOAD_CAPSULE_MOST);

    assert_ok(channel_opener_make(&alice.me, CAST_NOW_MS, &opener));
    assert_err(channel_open(&opener, &peer, 0, &epoch, &capsule), E_MALFORMED);
    assert_err(channel_open(&opener, &peer, 3, &epoch, &capsule), E_MALFORMED);
    assert_int_equal(capsule.n, 0);
    assert_int_equal(epoch.n, 5);
    channel_opener_free(&opener);
}

/* Both keys are needed: whoever has one of them has neither the box nor the chain. */
static void without_either_of_the_two_private_keys_a_hybrid_capsule_does_not_open(void **state)
{
    struct line l;
    struct actor other = bob;
    struct channel_claim claim;
    struct epoch epoch;

    cast_connect(&l, &alice, &bob);
    other.kem_secret = carol.kem_secret;
    assert_err(accept_as(&other, cast_capsule(&l), &claim, &epoch), E_FORGED);
    other = bob;
    other.secret = carol.secret;
    assert_err(accept_as(&other, cast_capsule(&l), &claim, &epoch), E_FORGED);
}

/* The ciphertext cut out and the rest said to be standard, or another's put in. */
static void a_hybrid_capsule_does_not_pass_for_a_standard_one(void **state)
{
    struct line l, other;
    uint8_t cut[UPLOAD_CAPSULE_LEAST];
    struct channel_claim claim;
    struct epoch epoch;

    cast_connect(&l, &alice, &bob);
    memcpy(cut, l.capsule, AGREE_PUBLIC_SIZE + 4);
    memcpy(cut + AGREE_PUBLIC_SIZE + 4, l.capsule + l.capsule_n - UPLOAD_BOX_SIZE, UPLOAD_BOX_SIZE);
    assert_err(accept_as(&bob, BYTES(cut), &claim, &epoch), E_FORGED);
    cast_connect(&other, &alice, &bob);
    memcpy(l.capsule + AGREE_PUBLIC_SIZE + 4, other.capsule + AGREE_PUBLIC_SIZE + 4,
           UPLOAD_SEALED_SIZE);
    assert_err(accept_as(&bob, cast_capsule(&l), &claim, &epoch), E_FORGED);
}

static void nothing_is_encapsulated_to_another_key_than_the_prekeys(void **state)
{
    struct channel_peer peer = cast_peer(&bob);
    struct channel_prekey signed_nonsense = bob.prekey;
    uint8_t none[MLKEM_PUBLIC_SIZE];
    struct channel_opener opener;
    struct epoch epoch = {.n = 5};
    struct buf capsule = BUF(UPLOAD_CAPSULE_MOST);

    assert_ok(channel_opener_make(&alice.me, CAST_NOW_MS, &opener));
    peer.kem = BYTES(carol.kem);
    assert_err(channel_open(&opener, &peer, UPLOAD_PROFILE_HYBRID, &epoch, &capsule), E_FORGED);
    peer.kem = bytes(NULL, 0);
    assert_err(channel_open(&opener, &peer, UPLOAD_PROFILE_HYBRID, &epoch, &capsule), E_FORGED);
    memset(none, 0xff, sizeof none);
    assert_ok(prekey_kem_digest(BYTES(none), signed_nonsense.kem_digest));
    peer.prekey = &signed_nonsense;
    peer.kem = BYTES(none);
    assert_err(channel_open(&opener, &peer, UPLOAD_PROFILE_HYBRID, &epoch, &capsule), E_MALFORMED);
    assert_int_equal(capsule.n, 0);
    assert_int_equal(epoch.n, 5);
    channel_opener_free(&opener);
}

/* The box does not depend on the digest, but the chain does. */
static void a_hybrid_epoch_is_bound_to_the_digest_of_the_key(void **state)
{
    struct line l;
    struct actor other = bob;
    struct channel_claim claim;
    struct epoch epoch;

    other.prekey.kem_digest[0] ^= 1;
    cast_connect(&l, &alice, &bob);
    assert_ok(accept_as(&other, cast_capsule(&l), &claim, &epoch));
    assert_memory_not_equal(epoch.ck, l.sending.ck, sizeof epoch.ck);
    cast_connect_in(UPLOAD_PROFILE_STANDARD, &l, &alice, &bob); /* in which it does not stand */
    assert_ok(accept_as(&other, cast_capsule(&l), &claim, &epoch));
    assert_memory_equal(epoch.ck, l.sending.ck, sizeof epoch.ck);
}

static void an_epoch_is_written_and_read_with_its_profile(void **state)
{
    struct line l;
    struct buf b = BUF(CHANNEL_EPOCH_SIZE);
    struct epoch got;
    struct reader r;

    cast_connect(&l, &alice, &bob);
    channel_write_epoch(&l.sending, &b);
    assert_int_equal(b.n, CHANNEL_EPOCH_SIZE);
    r = reader(buf_view(&b));
    channel_read_epoch(&r, &got);
    assert_ok(reader_end(&r));
    assert_int_equal(got.profile, UPLOAD_PROFILE_HYBRID);
    assert_memory_equal(got.ck, l.sending.ck, sizeof got.ck);
    buf_free(&b);
}

static void a_capsule_replayed_under_another_prekey_number_is_refused(void **state)
{
    struct line l;
    struct actor other = bob;
    struct channel_claim claim;
    struct epoch epoch;

    cast_connect(&l, &alice, &bob);
    other.prekey.number = 70001;
    assert_err(accept_as(&other, cast_capsule(&l), &claim, &epoch), E_ABSENT);
    l.capsule[AGREE_PUBLIC_SIZE + 3]++; /* 70001 in the capsule too */
    assert_err(accept_as(&other, cast_capsule(&l), &claim, &epoch), E_FORGED);
}

/* The epoch id is what a replay is known by, so it must not change when a capsule comes again. */
static void a_capsule_accepted_again_is_the_same_epoch(void **state)
{
    struct line l;
    struct channel_claim claim;
    struct epoch epoch;

    cast_connect(&l, &alice, &bob);
    assert_ok(accept_as(&bob, cast_capsule(&l), &claim, &epoch));
    assert_memory_equal(epoch.id, l.receiving.id, sizeof epoch.id);
}

static void a_capsule_signed_by_another_device_is_forged(void **state)
{
    struct identity liar = carol.me;
    struct channel_opener opener;
    struct buf capsule = BUF(UPLOAD_CAPSULE_MOST);
    struct channel_claim claim;
    struct epoch epoch;

    liar.who = alice.me.who; /* carol's key in alice's name */
    assert_ok(channel_opener_make(&liar, CAST_NOW_MS, &opener));
    assert_ok(open_to(&opener, &bob, &epoch, &capsule));
    assert_ok(accept_as(&bob, buf_view(&capsule), &claim, &epoch));
    assert_true(ID_SAME(claim.from.did, alice.me.who.did));
    assert_err(channel_verify(&claim, &alice.me.dsk, CAST_NOW_MS), E_FORGED);
    channel_opener_free(&opener);
    buf_free(&capsule);
}

static void every_field_of_a_claim_is_signed(void **state)
{
    struct line l;
    struct channel_claim claim, c[5];
    struct epoch epoch;

    cast_connect(&l, &alice, &bob);
    assert_ok(accept_as(&bob, cast_capsule(&l), &claim, &epoch));
    assert_ok(channel_verify(&claim, &alice.me.dsk, CAST_NOW_MS));
    for (size_t i = 0; i < 5; i++)
        c[i] = claim;
    c[0].from.nid.b[0] ^= 1;
    c[1].from.aid.b[0] ^= 1;
    c[2].from.did.b[0] ^= 1;
    c[3].point[66] ^= 1;
    c[4].made_ms++;
    for (size_t i = 0; i < 5; i++)
        assert_err(channel_verify(&c[i], &alice.me.dsk, CAST_NOW_MS), E_FORGED);
    for (size_t i = 0; i < SIGN_SIZE; i++) {
        claim.sig[i] ^= 1;
        assert_err(channel_verify(&claim, &alice.me.dsk, CAST_NOW_MS), E_FORGED);
        claim.sig[i] ^= 1;
    }
}

static void a_capsule_from_the_future_is_refused(void **state)
{
    struct line l;
    struct channel_claim claim;
    struct epoch epoch;

    cast_connect(&l, &alice, &bob);
    assert_ok(accept_as(&bob, cast_capsule(&l), &claim, &epoch));
    assert_ok(channel_verify(&claim, &alice.me.dsk, CAST_NOW_MS - CLOCK_HOUR_MS));
    assert_err(channel_verify(&claim, &alice.me.dsk, CAST_NOW_MS - CLOCK_HOUR_MS - 1), E_CLOCK);
}

static void a_capsule_from_oneself_is_refused(void **state)
{
    struct channel_opener opener;
    struct channel_claim claim;
    struct epoch epoch;
    struct buf capsule = BUF(UPLOAD_CAPSULE_MOST);

    assert_ok(channel_opener_make(&bob.me, CAST_NOW_MS, &opener));
    assert_ok(open_to(&opener, &bob, &epoch, &capsule));
    assert_err(accept_as(&bob, buf_view(&capsule), &claim, &epoch), E_FORGED);
    channel_opener_free(&opener);
    buf_free(&capsule);
}

static void without_room_no_part_of_a_capsule_is_written(void **state)
{
    struct channel_opener opener;
    struct epoch epoch = {.n = 5};

    assert_ok(channel_opener_make(&alice.me, CAST_NOW_MS, &opener));
    for (size_t room = 0; room < UPLOAD_CAPSULE_MOST; room += 150) {
        struct buf capsule = BUF(room);

        assert_err(open_to(&opener, &bob, &epoch, &capsule), E_LIMIT);
        assert_int_equal(capsule.n, 0);
        assert_int_equal(epoch.n, 5);
        buf_free(&capsule);
    }
    channel_opener_free(&opener);
}

static void an_epoch_is_worn_by_its_age_or_by_its_messages(void **state)
{
    struct epoch e = {.n = CHANNEL_MESSAGES_MAX - 1, .made_ms = CAST_NOW_MS};

    assert_false(channel_is_worn(&e, CAST_NOW_MS));
    assert_false(channel_is_worn(&e, 0)); /* a clock that was set back */
    assert_false(channel_is_worn(&e, CAST_NOW_MS + CHANNEL_AGE_MAX_MS - 1));
    assert_true(channel_is_worn(&e, CAST_NOW_MS + CHANNEL_AGE_MAX_MS));
    e.n++;
    assert_true(channel_is_worn(&e, CAST_NOW_MS));
}

static void each_step_gives_another_key_and_forgets_the_last(void **state)
{
    struct epoch e = {.ck = "the first chain key"};
    uint8_t seen[16][CHANNEL_KEY_SIZE];

    for (uint32_t i = 0; i < 16; i += 2) {
        assert_int_equal(e.n, i / 2);
        memcpy(seen[i], e.ck, CHANNEL_KEY_SIZE);
        assert_ok(channel_step(&e, seen[i + 1]));
    }
    for (size_t i = 0; i < 16; i++)
        for (size_t j = 0; j < i; j++)
            assert_memory_not_equal(seen[i], seen[j], CHANNEL_KEY_SIZE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(both_ends_hold_the_same_epoch),
        cmocka_unit_test(a_capsule_says_who_opened_it_and_when),
        cmocka_unit_test(no_two_epochs_are_alike),
        cmocka_unit_test(capsules_of_one_opener_open_different_epochs),
        cmocka_unit_test(a_capsule_altered_anywhere_is_refused),
        cmocka_unit_test(a_capsule_to_another_device_does_not_open),
        cmocka_unit_test(a_capsule_to_somebody_who_shows_my_prekey_is_not_mine),
        cmocka_unit_test(an_epoch_is_bound_to_the_receiver_and_the_prekey_in_full),
        cmocka_unit_test(an_epoch_has_its_capsules_profile),
        cmocka_unit_test(there_is_no_third_profile),
        cmocka_unit_test(without_either_of_the_two_private_keys_a_hybrid_capsule_does_not_open),
        cmocka_unit_test(a_hybrid_capsule_does_not_pass_for_a_standard_one),
        cmocka_unit_test(nothing_is_encapsulated_to_another_key_than_the_prekeys),
        cmocka_unit_test(a_hybrid_epoch_is_bound_to_the_digest_of_the_key),
        cmocka_unit_test(an_epoch_is_written_and_read_with_its_profile),
        cmocka_unit_test(a_capsule_replayed_under_another_prekey_number_is_refused),
        cmocka_unit_test(a_capsule_accepted_again_is_the_same_epoch),
        cmocka_unit_test(a_capsule_signed_by_another_device_is_forged),
        cmocka_unit_test(every_field_of_a_claim_is_signed),
        cmocka_unit_test(a_capsule_from_the_future_is_refused),
        cmocka_unit_test(a_capsule_from_oneself_is_refused),
        cmocka_unit_test(without_room_no_part_of_a_capsule_is_written),
        cmocka_unit_test(an_epoch_is_worn_by_its_age_or_by_its_messages),
        cmocka_unit_test(each_step_gives_another_key_and_forgets_the_last),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
