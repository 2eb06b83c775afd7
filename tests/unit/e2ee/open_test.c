/* SPDX-License-Identifier: Apache-2.0 */
/* What a server or another network could do to a delivery, and at which step it is refused. */
#include "e2ee/open.h"

#include "assert_err.h"
#include "unit/e2ee/cast.h"
#include "unit/e2ee/parsed.h"

#define DELIVERY_ROOM (UPLOAD_BODY_MOST + 1024)

/* Where the parts of a delivery of 256 padded bytes stand. */
enum {
    FORM_AT = 0,
    PROFILE_AT = 2,
    FLAGS_AT = 3,
    POINT_AT = 4,
    COM_AT = 71,
    ROSTER_AT = 103,
    PREKEY_AT = 151,
    PREFIX_AT = 153,
    N_AT = 159,
    SEALED_MK_AT = 163,
    BODY_AT = 211,
    TRAILER_AT = 211 + 272,
    DELIVERY_SIZE = 211 + 272 + 512,
};

static struct actor alice, bob;
static struct line l;
static struct letter m;
static struct buf delivery = {.max = DELIVERY_ROOM};

static int enter(void **state)
{
    struct buf upload = BUF(LIMIT_FRAME);

    cast_enter(&alice, 1);
    cast_enter(&bob, 70000);
    cast_connect(&l, &alice, &bob);
    cast_write(&m, &alice, 1, BYTES_LITERAL("hello"));
    cast_address(&m, &l);
    cast_seal(&m, &upload);
    cast_deliver(buf_view(&upload), 0, &delivery);
    buf_free(&upload);
    return 0;
}

static int leave(void **state)
{
    cast_leave(&alice);
    cast_leave(&bob);
    buf_free(&delivery);
    return 0;
}

/* Reads what now stands in `delivery`. */
static struct err try_to_read(enum cast_step *step)
{
    struct reading r;
    struct err err = cast_read(&l, buf_view(&delivery), &r);

    *step = r.step;
    cast_close(&r);
    return err;
}

/* The same, when nothing but the entry's own seal stands in the way. */
static struct err try_under_the_right_key(enum cast_step *step)
{
    struct reading r;
    struct err err = cast_read_under(&l, buf_view(&delivery), m.to[0].n, m.to[0].mk, &r);

    *step = r.step;
    if (err.code != E_OK) {
        assert_true(bytes_all_zero(BYTES(r.o.mk)));
        assert_true(bytes_all_zero(BYTES(r.o.trailer)));
    }
    cast_close(&r);
    return err;
}

static void an_unaltered_delivery_is_read(void **state)
{
    struct reading r;

    assert_int_equal(delivery.n, DELIVERY_SIZE);
    assert_ok(cast_read(&l, buf_view(&delivery), &r));
    assert_bytes(buf_view(&r.content), BYTES_LITERAL("hello"));
    assert_int_equal(r.o.core.seq, 1);
    assert_true(ID_SAME(r.o.core.id, m.core.id));
    cast_close(&r);
}

static void a_version_suite_profile_or_flag_of_another_kind_is_malformed(void **state)
{
    enum cast_step step;

    for (size_t i = FORM_AT; i < POINT_AT; i++) {
        for (unsigned v = 1; v < 256; v++) {
            if (i == FLAGS_AT && v == UPLOAD_FLAG_PARTIAL)
                continue; /* the next test's */
            if ((delivery.at[i] ^ v) == UPLOAD_PROFILE_STANDARD && i == PROFILE_AT)
                continue;
            delivery.at[i] ^= (uint8_t)v;
            assert_err(try_to_read(&step), E_MALFORMED);
            assert_int_equal(step, CAST_FORM);
            delivery.at[i] ^= (uint8_t)v;
        }
    }
}

/* For whom an upload is stands in ctx, which all of its parts are bound to. */
static void nobody_can_change_for_whom_a_partial_upload_is(void **state)
{
    static const uint16_t place[] = {5};
    struct buf upload = BUF(LIMIT_FRAME), whole = delivery;
    struct seal_request rq = cast_request(&m);
    struct random random = random_system();
    enum cast_step step;

    rq.place = place;
    assert_ok(seal(&rq, &random, &upload));
    delivery = BUF(DELIVERY_ROOM);
    cast_deliver(buf_view(&upload), 0, &delivery);
    assert_ok(try_to_read(&step));
    delivery.at[COM_AT + 3] ^= 1; /* the place, behind the count */
    assert_err(try_to_read(&step), E_ABSENT);
    assert_int_equal(step, CAST_CHANNEL);
    assert_err(try_under_the_right_key(&step), E_FORGED);
    buf_cut(&delivery, 0);
    buf_bytes(&delivery, bytes(upload.at, COM_AT)); /* without its scope, as one for all */
    delivery.at[FLAGS_AT] = 0;
    buf_bytes(&delivery, bytes(upload.at + COM_AT + 4, ROSTER_AT - COM_AT + 48));
    buf_bytes(&delivery, bytes(upload.at + upload.n - 60 - 4 - 272 - 512, 60));
    buf_bytes(&delivery, bytes(upload.at + upload.n - 272 - 512, 272 + 512));
    assert_err(try_under_the_right_key(&step), E_FORGED);
    buf_free(&delivery);
    buf_free(&upload);
    delivery = whole;
}

/* Nobody on the way can lower it. */
static void a_message_said_to_be_of_the_lower_profile_does_not_open(void **state)
{
    struct epoch right = l.receiving;
    enum cast_step step;
    struct reading r;

    assert_int_equal(delivery.at[PROFILE_AT], UPLOAD_PROFILE_HYBRID);
    delivery.at[PROFILE_AT] = UPLOAD_PROFILE_STANDARD;
    assert_err(try_to_read(&step), E_ABSENT);
    assert_int_equal(step, CAST_CHANNEL);
    assert_err(cast_read_under(&l, buf_view(&delivery), 0, m.to[0].mk, &r), E_FORGED);
    cast_close(&r);
    l.receiving.profile = UPLOAD_PROFILE_STANDARD; /* and if the epoch were said to be of it, too */
    assert_err(cast_read_under(&l, buf_view(&delivery), 0, m.to[0].mk, &r), E_FORGED);
    cast_close(&r);
    l.receiving = right;
    delivery.at[PROFILE_AT] = UPLOAD_PROFILE_HYBRID;
}

static void a_message_opens_under_an_epoch_of_its_own_profile_alone(void **state)
{
    struct epoch right = l.receiving;
    struct reading r;

    l.receiving.profile = UPLOAD_PROFILE_STANDARD; /* with all the keys that fit */
    assert_err(cast_read_under(&l, buf_view(&delivery), 0, m.to[0].mk, &r), E_FORGED);
    cast_close(&r);
    l.receiving = right;
    assert_ok(cast_read_under(&l, buf_view(&delivery), 0, m.to[0].mk, &r));
    cast_close(&r);
}

/* Head, commitment and body make ctx, and ctx masks the hint: the hint names nobody, and who would
 * try the right channel all the same finds that the entry does not open. */
static void an_altered_head_commitment_or_body_breaks_hint_and_entry(void **state)
{
    for (size_t i = POINT_AT; i < TRAILER_AT; i++) {
        enum cast_step step;
        struct err err;

        if (i == ROSTER_AT)
            i = BODY_AT;
        delivery.at[i] ^= 1;
        err = try_to_read(&step);
        if (err.code == E_MALFORMED) { /* E is no point any more */
            assert_int_equal(step, CAST_HINT);
            assert_true(i > POINT_AT && i < COM_AT);
        } else {
            assert_err(err, E_ABSENT);
            assert_int_equal(step, CAST_CHANNEL);
            assert_err(try_under_the_right_key(&step), E_FORGED);
            assert_int_equal(step, CAST_ENTRY);
        }
        delivery.at[i] ^= 1;
    }
}

static void an_altered_roster_digest_is_not_the_signed_one(void **state)
{
    enum cast_step step;

    for (size_t i = ROSTER_AT; i < PREKEY_AT; i++) {
        delivery.at[i] ^= 1;
        assert_err(try_to_read(&step), E_FORGED);
        assert_int_equal(step, CAST_ROSTER);
        delivery.at[i] ^= 1;
    }
}

static void an_altered_prekey_number_names_another_prekey(void **state)
{
    enum cast_step step;

    for (size_t i = PREKEY_AT; i < PREFIX_AT; i++) {
        delivery.at[i] ^= 1;
        assert_err(try_to_read(&step), E_ABSENT);
        assert_int_equal(step, CAST_PREKEY);
        delivery.at[i] ^= 1;
    }
}

static void an_altered_hint_leads_nowhere(void **state)
{
    enum cast_step step;

    for (size_t i = PREFIX_AT; i < N_AT; i++) {
        delivery.at[i] ^= 1;
        assert_err(try_to_read(&step), E_ABSENT);
        assert_int_equal(step, CAST_CHANNEL);
        delivery.at[i] ^= 1;
    }
    delivery.at[N_AT] ^= 1; /* n is 2^24 now */
    assert_err(try_to_read(&step), E_LIMIT);
    assert_int_equal(step, CAST_REACH);
    delivery.at[N_AT] ^= 1;
    delivery.at[N_AT + 3] ^= 1; /* n is 1 */
    assert_err(try_to_read(&step), E_FORGED);
    assert_int_equal(step, CAST_ENTRY);
    delivery.at[N_AT + 3] ^= 1;
}

static void an_altered_entry_is_forged(void **state)
{
    enum cast_step step;

    for (size_t i = SEALED_MK_AT; i < BODY_AT; i++) {
        delivery.at[i] ^= 1;
        assert_err(try_to_read(&step), E_FORGED);
        assert_int_equal(step, CAST_ENTRY);
        delivery.at[i] ^= 1;
    }
}

static void an_altered_trailer_is_forged(void **state)
{
    enum cast_step step;

    for (size_t i = TRAILER_AT; i < DELIVERY_SIZE; i++) {
        delivery.at[i] ^= 1;
        assert_err(try_to_read(&step), E_FORGED);
        assert_int_equal(step, CAST_ENTRY);
        delivery.at[i] ^= 1;
    }
}

static void every_truncation_is_refused_by_its_form(void **state)
{
    for (size_t n = 0; n < DELIVERY_SIZE; n++) {
        struct reading r;
        struct err err = cast_read(&l, bytes(delivery.at, n), &r);

        assert_int_equal(r.step, CAST_FORM);
        assert_true(err.code == E_TRUNCATED || err.code == E_MALFORMED);
        cast_close(&r);
    }
}

static void bytes_that_are_left_over_are_refused(void **state)
{
    enum cast_step step;

    buf_u8(&delivery, 0);
    assert_err(try_to_read(&step), E_MALFORMED);
    assert_int_equal(step, CAST_FORM);
    buf_cut(&delivery, DELIVERY_SIZE);
}

/* So the key that is handed in afterwards does not matter. */
static void what_was_agreed_upon_ahead_is_not_agreed_upon_again(void **state)
{
    struct agree_private *other;
    uint8_t point[AGREE_PUBLIC_SIZE];
    struct opened ahead, in_turn;

    assert_ok(agree_generate(&other, point));
    assert_ok(open_begin(buf_view(&delivery), &in_turn));
    assert_ok(open_hint(&in_turn, bob.secret, &bob.me.who.did));
    assert_ok(open_begin(buf_view(&delivery), &ahead));
    assert_ok(open_agree(&ahead, bob.secret));
    assert_ok(open_hint(&ahead, other, &bob.me.who.did));
    assert_memory_equal(ahead.z, in_turn.z, sizeof ahead.z);
    assert_memory_equal(ahead.prefix, in_turn.prefix, sizeof ahead.prefix);
    assert_int_equal(ahead.n, in_turn.n);
    open_wipe(&ahead);
    open_wipe(&in_turn);
    agree_private_free(other);
}

static void a_wrong_prekey_leads_nowhere(void **state)
{
    struct agree_private *right = bob.secret;
    uint8_t point[AGREE_PUBLIC_SIZE];
    enum cast_step step;

    assert_ok(agree_generate(&bob.secret, point));
    assert_err(try_to_read(&step), E_ABSENT);
    assert_int_equal(step, CAST_CHANNEL);
    assert_err(try_under_the_right_key(&step), E_FORGED);
    agree_private_free(bob.secret);
    bob.secret = right;
}

/* 4464 and 70000 are the same modulo 65536; the whole number is what the entry is bound to. */
static void a_prekey_number_is_bound_in_full(void **state)
{
    enum cast_step step;

    bob.prekey.number = 70000 - 65536;
    assert_err(try_to_read(&step), E_FORGED);
    assert_int_equal(step, CAST_ENTRY);
    bob.prekey.number = 70000;
}

static void an_entry_opens_under_its_own_epoch_only(void **state)
{
    struct line right = l;
    enum cast_step step;

    l.receiving.id[0] ^= 1;
    assert_err(try_to_read(&step), E_FORGED);
    assert_int_equal(step, CAST_ENTRY);
    l = right;
    l.receiving.ck[0] ^= 1;
    assert_err(try_to_read(&step), E_FORGED);
    assert_int_equal(step, CAST_ENTRY);
    l = right;
}

static void another_key_of_the_list_does_not_verify(void **state)
{
    struct point right = alice.me.dsk;
    enum cast_step step;

    alice.me.dsk = alice.me.ark;
    assert_err(try_to_read(&step), E_FORGED);
    assert_int_equal(step, CAST_CONTENT);
    alice.me.dsk = right;
}

static void a_step_that_failed_may_be_tried_again(void **state)
{
    static const uint8_t wrong[CHANNEL_KEY_SIZE];
    struct open_candidate c = {&alice.me.who.did,   &bob.me.who,    70000,
                               l.receiving.profile, l.receiving.id, wrong};
    struct reading r;

    assert_err(cast_read_under(&l, buf_view(&delivery), 0, wrong, &r), E_FORGED);
    c.mk = m.to[0].mk;
    assert_ok(open_entry(&r.o, &c));
    assert_err(open_content(&r.o, parsed(&bob.me.dsk), &r.content), E_FORGED);
    assert_int_equal(r.content.n, 0);
    assert_ok(open_content(&r.o, parsed(&alice.me.dsk), &r.content));
    assert_bytes(buf_view(&r.content), BYTES_LITERAL("hello"));
    cast_close(&r);
}

static void without_room_no_content_is_handed_out(void **state)
{
    struct reading r;

    assert_ok(cast_read_under(&l, buf_view(&delivery), 0, m.to[0].mk, &r));
    r.content.max = 4;
    assert_err(open_content(&r.o, parsed(&alice.me.dsk), &r.content), E_LIMIT);
    assert_int_equal(r.content.n, 0);
    cast_close(&r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_unaltered_delivery_is_read),
        cmocka_unit_test(a_version_suite_profile_or_flag_of_another_kind_is_malformed),
        cmocka_unit_test(nobody_can_change_for_whom_a_partial_upload_is),
        cmocka_unit_test(a_message_said_to_be_of_the_lower_profile_does_not_open),
        cmocka_unit_test(a_message_opens_under_an_epoch_of_its_own_profile_alone),
        cmocka_unit_test(an_altered_head_commitment_or_body_breaks_hint_and_entry),
        cmocka_unit_test(an_altered_roster_digest_is_not_the_signed_one),
        cmocka_unit_test(an_altered_prekey_number_names_another_prekey),
        cmocka_unit_test(an_altered_hint_leads_nowhere),
        cmocka_unit_test(an_altered_entry_is_forged),
        cmocka_unit_test(an_altered_trailer_is_forged),
        cmocka_unit_test(every_truncation_is_refused_by_its_form),
        cmocka_unit_test(bytes_that_are_left_over_are_refused),
        cmocka_unit_test(a_wrong_prekey_leads_nowhere),
        cmocka_unit_test(what_was_agreed_upon_ahead_is_not_agreed_upon_again),
        cmocka_unit_test(a_prekey_number_is_bound_in_full),
        cmocka_unit_test(an_entry_opens_under_its_own_epoch_only),
        cmocka_unit_test(another_key_of_the_list_does_not_verify),
        cmocka_unit_test(a_step_that_failed_may_be_tried_again),
        cmocka_unit_test(without_room_no_content_is_handed_out),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
