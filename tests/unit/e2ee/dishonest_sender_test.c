/* SPDX-License-Identifier: Apache-2.0 */
/* What a sender could do that holds every key of the message: alice, who cheats. */
#include "assert_err.h"
#include "unit/e2ee/cast.h"
#include "unit/e2ee/parsed.h"

#define DELIVERY_ROOM (UPLOAD_BODY_MOST + 1024)

/* Where parts of a delivery stand. */
enum { COM_AT = 71, ENTRY_AT = 151, BODY_AT = 211 };

/* Where parts of a trailer stand. */
enum { FLAGS_AT = 112, TIME_AT = 169, LIST_AT = 268, SIG_AT = 288, ZEROS_AT = 420 };

static struct actor alice, bob, carol;
static struct line to_bob, to_carol;
static struct letter m;
static struct seal_keys keys;

static int enter(void **state)
{
    struct random random = random_system();

    cast_enter(&alice, 1);
    cast_enter(&bob, 2);
    cast_enter(&carol, 3);
    if (random_fill(&random, keys.mk, sizeof keys.mk).code != E_OK)
        return -1;
    return agree_generate(&keys.e, keys.point).code == E_OK ? 0 : -1;
}

static int leave(void **state)
{
    cast_leave(&alice);
    cast_leave(&bob);
    cast_leave(&carol);
    agree_private_free(keys.e);
    return 0;
}

static int write_to_both(void **state)
{
    cast_connect(&to_bob, &alice, &bob);
    cast_connect(&to_carol, &alice, &carol);
    cast_write(&m, &alice, 1, BYTES_LITERAL("hello"));
    cast_address(&m, &to_bob);
    cast_address(&m, &to_carol);
    return 0;
}

/* `m` as it now is, sealed under keys that we hold, and what recipient i gets of it. */
static void seal_and_deliver(size_t i, struct buf *delivery)
{
    struct buf upload = BUF(LIMIT_FRAME);
    struct seal_request rq = cast_request(&m);

    assert_ok(seal_with(&rq, &keys, &upload));
    cast_deliver(buf_view(&upload), i, delivery);
    buf_free(&upload);
}

static void assert_refused(const struct line *l, const struct buf *delivery, enum cast_step step,
                           enum err_code code)
{
    struct reading r;

    assert_err(cast_read(l, buf_view(delivery), &r), code);
    assert_int_equal(r.step, step);
    assert_int_equal(r.content.n, 0);
    if (step == CAST_ENTRY)
        assert_true(bytes_all_zero(BYTES(r.o.mk)) && bytes_all_zero(BYTES(r.o.trailer)));
    cast_close(&r);
}

/* The trailer with one bit of its plaintext turned. */
static void turn_in_trailer(struct buf *delivery, size_t at)
{
    struct opened o;
    uint8_t key[AEAD_KEY_SIZE], *trailer = delivery->at + delivery->n - UPLOAD_TRAILER_SIZE;
    size_t n = UPLOAD_TRAILER_SIZE - AEAD_TAG_SIZE;

    assert_ok(open_begin(buf_view(delivery), &o));
    assert_ok(schedule_trailer_key(BYTES(keys.mk), BYTES(o.ctx), key));
    assert_ok(aead_open(key, AEAD_NONCE_ZERO, BYTES(o.ctx), bytes(trailer, UPLOAD_TRAILER_SIZE),
                        trailer));
    trailer[at] ^= 1;
    assert_ok(aead_seal(key, AEAD_NONCE_ZERO, BYTES(o.ctx), bytes(trailer, n), trailer));
}

static void keys_that_were_brought_along_seal_like_any_other(void **state)
{
    struct buf delivery = BUF(DELIVERY_ROOM);
    struct reading r;

    seal_and_deliver(1, &delivery);
    assert_ok(cast_read(&to_carol, buf_view(&delivery), &r));
    assert_bytes(buf_view(&r.content), BYTES_LITERAL("hello"));
    cast_close(&r);
    buf_free(&delivery);
}

/* The receiver compares core's sender with the device whose channel opened the entry. */
static void a_trailer_that_names_another_sender_is_seen(void **state)
{
    struct buf delivery = BUF(DELIVERY_ROOM);
    struct reading r;

    m.core.sender = carol.me.who;
    seal_and_deliver(0, &delivery);
    assert_err(cast_read(&to_bob, buf_view(&delivery), &r), E_FORGED);
    assert_int_equal(r.step, CAST_SENDER);
    assert_true(ID_SAME(r.o.core.sender.did, carol.me.who.did));
    assert_false(ID_SAME(r.o.core.sender.did, to_bob.from->me.who.did));
    /* Nor would carol's key have verified it. */
    assert_err(open_content(&r.o, parsed(&carol.me.dsk), &r.content), E_FORGED);
    cast_close(&r);
    buf_free(&delivery);
}

/* Carol got the message and passes it on to bob as alice's: sealed anew, it has another ctx. */
static void a_message_passed_on_does_not_verify(void **state)
{
    struct buf forwarded = BUF(DELIVERY_ROOM);
    struct line carols;
    struct reading r;

    cast_connect(&carols, &carol, &bob);
    m.from = &carol; /* alice's core, carol's channel and signature */
    m.n = 0;
    cast_address(&m, &carols);
    seal_and_deliver(0, &forwarded);
    assert_err(cast_read(&carols, buf_view(&forwarded), &r), E_FORGED);
    assert_int_equal(r.step, CAST_SENDER);
    assert_err(open_content(&r.o, parsed(&alice.me.dsk), &r.content), E_FORGED);
    cast_close(&r);
    buf_free(&forwarded);
}

static void an_altered_signature_is_forged(void **state)
{
    for (size_t i = 0; i < SIGN_SIZE; i += 13) {
        struct buf delivery = BUF(DELIVERY_ROOM);

        seal_and_deliver(0, &delivery);
        turn_in_trailer(&delivery, SIG_AT + i);
        assert_refused(&to_bob, &delivery, CAST_CONTENT, E_FORGED);
        buf_free(&delivery);
    }
}

static void what_was_altered_after_it_was_signed_is_forged(void **state)
{
    static const size_t at[] = {80 /* room */, FLAGS_AT, TIME_AT + 7, LIST_AT + 3};

    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        struct buf delivery = BUF(DELIVERY_ROOM);

        seal_and_deliver(0, &delivery);
        turn_in_trailer(&delivery, at[i]);
        assert_refused(&to_bob, &delivery, CAST_CONTENT, E_FORGED);
        buf_free(&delivery);
    }
}

static void a_trailer_of_another_form_is_malformed(void **state)
{
    static const size_t at[] = {ZEROS_AT, UPLOAD_TRAILER_SIZE - AEAD_TAG_SIZE - 1};

    for (size_t i = 0; i < sizeof at / sizeof at[0]; i++) {
        struct buf delivery = BUF(DELIVERY_ROOM);

        seal_and_deliver(0, &delivery);
        turn_in_trailer(&delivery, at[i]);
        assert_refused(&to_bob, &delivery, CAST_ENTRY, E_MALFORMED);
        buf_free(&delivery);
    }
}

static void a_content_that_does_not_match_its_digest_is_forged(void **state)
{
    struct buf delivery = BUF(DELIVERY_ROOM);

    m.core.digest[0] ^= 1;
    seal_and_deliver(0, &delivery);
    assert_refused(&to_bob, &delivery, CAST_CONTENT, E_FORGED);
    buf_free(&delivery);
}

static void a_digest_of_another_message_id_is_forged(void **state)
{
    struct buf delivery = BUF(DELIVERY_ROOM);

    m.core.id.b[0] ^= 1;
    seal_and_deliver(0, &delivery);
    assert_refused(&to_bob, &delivery, CAST_CONTENT, E_FORGED);
    buf_free(&delivery);
}

/* Carol's entry in a delivery as it now is: all that it should be, with this message key in it. */
static void seal_entry_for_carol(struct buf *delivery, const uint8_t mk[AEAD_KEY_SIZE])
{
    const struct seal_recipient *to = &m.to[1];
    const struct device_id *from = &alice.me.who.did;
    struct opened o;
    uint8_t z[AGREE_SHARED_SIZE], ek[AEAD_KEY_SIZE], *hint = delivery->at + ENTRY_AT + 2;
    struct schedule_entry bound = {{NULL, 0}, from, &to->who, to->prekey, to->epoch, to->n};

    assert_ok(open_begin(buf_view(delivery), &o));
    bound.ctx = BYTES(o.ctx);
    assert_ok(agree_derive(keys.e, carol.key, z));
    assert_ok(schedule_hint_mask(bound.ctx, &to->who.did, BYTES(z), hint));
    for (size_t i = 0; i < SCHEDULE_PREFIX_SIZE; i++)
        hint[i] ^= from->b[i];
    hint[SCHEDULE_HINT_SIZE - 1] ^= (uint8_t)to->n;
    assert_ok(schedule_entry_key(&bound, BYTES(to->mk), BYTES(z), ek));
    assert_ok(aead_seal(ek, AEAD_NONCE_ZERO, bound.ctx, bytes(mk, AEAD_KEY_SIZE),
                        hint + SCHEDULE_HINT_SIZE));
}

/* The trailer of a delivery as it now is, signed and sealed anew. */
static void seal_trailer_again(struct buf *delivery)
{
    struct buf plain = BUF(UPLOAD_TRAILER_SIZE);
    struct opened o;
    uint8_t key[AEAD_KEY_SIZE];

    assert_ok(open_begin(buf_view(delivery), &o));
    assert_ok(trailer_sign(&m.core, &m.wrap, BYTES(o.ctx), &alice.me, &plain));
    assert_ok(schedule_trailer_key(BYTES(keys.mk), BYTES(o.ctx), key));
    assert_ok(aead_seal(key, AEAD_NONCE_ZERO, BYTES(o.ctx), buf_view(&plain),
                        delivery->at + delivery->n - UPLOAD_TRAILER_SIZE));
    buf_free(&plain);
}

/* Else bob and carol could be shown two contents of one sealed body. */
static void an_entry_that_hands_one_device_another_message_key_is_refused(void **state)
{
    static const uint8_t other[AEAD_KEY_SIZE] = "another message key";
    struct buf delivery = BUF(DELIVERY_ROOM);

    seal_and_deliver(1, &delivery);
    seal_entry_for_carol(&delivery, other);
    assert_refused(&to_carol, &delivery, CAST_ENTRY, E_FORGED);
    buf_free(&delivery);
}

/* All that hangs on the commitment is right; only the commitment is not to this message key. */
static void a_commitment_to_another_message_key_is_refused(void **state)
{
    struct buf delivery = BUF(DELIVERY_ROOM);
    struct reading r;

    seal_and_deliver(1, &delivery);
    seal_trailer_again(&delivery);
    seal_entry_for_carol(&delivery, keys.mk);
    assert_ok(cast_read(&to_carol, buf_view(&delivery), &r)); /* the forger's tools are right */
    cast_close(&r);
    delivery.at[COM_AT] ^= 1;
    seal_trailer_again(&delivery);
    seal_entry_for_carol(&delivery, keys.mk);
    assert_err(cast_read(&to_carol, buf_view(&delivery), &r), E_FORGED);
    assert_int_equal(r.step, CAST_ENTRY);
    assert_true(bytes_all_zero(BYTES(r.o.mk)));
    cast_close(&r);
    buf_free(&delivery);
}

/* A delivery says nowhere how long its body is: cut to another step, it still has a form. */
static void a_body_cut_to_a_smaller_step_is_refused(void **state)
{
    static const uint8_t text[300];
    struct buf delivery = BUF(DELIVERY_ROOM), cut = BUF(DELIVERY_ROOM);
    size_t taken = 384 - 256;

    m.content = BYTES(text);
    seal_and_deliver(0, &delivery);
    buf_bytes(&cut, bytes(delivery.at, BODY_AT));
    buf_bytes(&cut, bytes(delivery.at + BODY_AT + taken, delivery.n - BODY_AT - taken));
    assert_refused(&to_bob, &cut, CAST_CHANNEL, E_ABSENT);
    buf_free(&delivery);
    buf_free(&cut);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup(keys_that_were_brought_along_seal_like_any_other, write_to_both),
        cmocka_unit_test_setup(a_trailer_that_names_another_sender_is_seen, write_to_both),
        cmocka_unit_test_setup(a_message_passed_on_does_not_verify, write_to_both),
        cmocka_unit_test_setup(an_altered_signature_is_forged, write_to_both),
        cmocka_unit_test_setup(what_was_altered_after_it_was_signed_is_forged, write_to_both),
        cmocka_unit_test_setup(a_trailer_of_another_form_is_malformed, write_to_both),
        cmocka_unit_test_setup(a_content_that_does_not_match_its_digest_is_forged, write_to_both),
        cmocka_unit_test_setup(a_digest_of_another_message_id_is_forged, write_to_both),
        cmocka_unit_test_setup(an_entry_that_hands_one_device_another_message_key_is_refused,
                               write_to_both),
        cmocka_unit_test_setup(a_commitment_to_another_message_key_is_refused, write_to_both),
        cmocka_unit_test_setup(a_body_cut_to_a_smaller_step_is_refused, write_to_both),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
