/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each allocation fails in turn, ours and those of OpenSSL.  Either that is said and nothing is
 * left behind, or it did not matter; it never changes what is sealed, and never makes a good
 * message look forged.
 */
#include "assert_err.h"
#include "e2ee/call_key.h"
#include "e2ee/file_key.h"
#include "unit/e2ee/cast.h"
#include "unit/scarce.h"

static struct actor alice, bob;
static struct line l;
static struct letter m;

static int enter(void **state)
{
    cast_enter(&alice, 1);
    cast_enter(&bob, 2);
    cast_connect(&l, &alice, &bob);
    cast_write(&m, &alice, 1, BYTES_LITERAL("hello"));
    /* With so many recipients their entries need more memory in the middle of one. */
    for (int i = 0; i < 3; i++)
        cast_address(&m, &l);
    return 0;
}

static int leave(void **state)
{
    cast_leave(&alice);
    cast_leave(&bob);
    return 0;
}

static struct err open_and_accept(void *arg)
{
    struct err err = OK;
    struct channel_opener o = {.secret = NULL};
    struct upload_capsule_form form;
    struct channel_claim claim;
    struct epoch sending, receiving;
    struct channel_peer peer = cast_peer(&bob);
    struct channel_receiver receiver = cast_receiver(&bob);
    struct buf capsule = BUF(UPLOAD_CAPSULE_MOST);

    TRY_OUT(SCARCE(channel_opener_make(&alice.me, CAST_NOW_MS, &o)));
    err = SCARCE(channel_open(&o, &peer, UPLOAD_PROFILE_HYBRID, &sending, &capsule));
    if (err.code != E_OK)
        assert_int_equal(capsule.n, 0);
    TRY_OUT(err);
    TRY_OUT(SCARCE(upload_parse_capsule_body(UPLOAD_PROFILE_HYBRID, buf_view(&capsule), &form)));
    TRY_OUT(SCARCE(channel_accept(&form, &receiver, CAST_NOW_MS, &claim, &receiving)));
    assert_memory_equal(sending.ck, receiving.ck, sizeof sending.ck);
    TRY_OUT(SCARCE(channel_verify(&claim, &alice.me.dsk, CAST_NOW_MS)));
out:
    channel_opener_free(&o);
    buf_free(&capsule);
    return err;
}

static void a_capsule_is_whole_or_there_is_none(void **state)
{
    scarce_try("a channel", open_and_accept, NULL);
}

static struct err seal_one(void *arg)
{
    struct random random = random_system();
    struct seal_request rq = cast_request(&m);
    struct buf upload = BUF(LIMIT_FRAME), delivered = BUF(LIMIT_FRAME);
    struct err err = SCARCE(seal(&rq, &random, &upload));

    if (err.code == E_OK) {
        struct reading r;

        cast_deliver(buf_view(&upload), 0, &delivered);
        assert_ok(cast_read(&l, buf_view(&delivered), &r));
        cast_close(&r);
    } else {
        assert_int_equal(upload.n, 0);
    }
    buf_free(&delivered);
    buf_free(&upload);
    return err;
}

static void an_upload_can_be_read_or_there_is_none(void **state)
{
    scarce_try("seal", seal_one, NULL);
}

static struct buf delivery = {.max = LIMIT_FRAME};

static struct err read_one(void *arg)
{
    struct reading r;
    struct err err = SCARCE(cast_read(&l, buf_view(&delivery), &r));

    if (err.code != E_OK)
        assert_int_equal(r.content.n, 0);
    cast_close(&r);
    return err;
}

static void a_good_message_is_never_called_forged(void **state)
{
    struct buf upload = BUF(LIMIT_FRAME);

    cast_seal(&m, &upload);
    cast_deliver(buf_view(&upload), 0, &delivery);
    scarce_try("open", read_one, NULL);
    buf_free(&upload);
    buf_free(&delivery);
}

static struct err make_write_and_parse(void *arg)
{
    struct err err = OK;
    struct identity me = {.ark_secret = NULL}, back = {.ark_secret = NULL};
    struct buf b = BUF(256);

    TRY_OUT(SCARCE(identity_make(&alice.me.who.nid, &me)));
    err = SCARCE(identity_write(&me, &b));
    if (err.code != E_OK)
        assert_int_equal(b.n, 0);
    TRY_OUT(err);
    TRY_OUT(SCARCE(identity_parse(buf_view(&b), &back)));
    err = SCARCE(identity_of(&back.who.nid, &back.ark_secret, &back.dsk_secret, &back));
    assert_true(err.code == E_OK || (back.ark_secret == NULL && back.dsk_secret == NULL));
out:
    identity_free(&me);
    identity_free(&back);
    buf_free(&b);
    return err;
}

static void an_identity_is_whole_or_there_is_none(void **state)
{
    scarce_try("an identity", make_write_and_parse, NULL);
}

static struct err seal_a_file(void *arg)
{
    static const struct file_descriptor d = {.size = 5};
    static uint8_t sealed[FILE_KEY_PADDED_LEAST + AEAD_TAG_SIZE];
    uint8_t digest[FILE_KEY_DIGEST_SIZE];
    struct err err = OK;
    struct file_key f = {.root = NULL};

    TRY_OUT(SCARCE(file_key_begin(&d, &f)));
    TRY_OUT(SCARCE(file_key_seal(&f, BYTES_LITERAL("hello"), sealed, digest)));
    TRY_OUT(SCARCE(file_key_end(&f, digest)));
out:
    file_key_free(&f);
    return err;
}

static void a_file_is_begun_or_it_is_not(void **state)
{
    scarce_try("a file", seal_a_file, NULL);
}

static struct err carry_a_frame(void *arg)
{
    static const uint8_t secret[CALL_KEY_SECRET_SIZE] = {1};
    const struct bytes nothing = {NULL, 0};
    struct err err = OK;
    struct call_sender s;
    struct call_receiver r;
    struct buf frame = BUF(64), media = BUF(64);

    TRY_OUT(SCARCE(call_key_sender(secret, &alice.me.who.did, 0, 0, &s)));
    TRY_OUT(SCARCE(call_key_receiver(secret, &alice.me.who.did, 0, 0, &r)));
    TRY_OUT(SCARCE(call_key_seal(&s, nothing, BYTES_LITERAL("hello"), &frame)));
    err = SCARCE(call_key_open(&r, nothing, buf_view(&frame), &media));
    assert_int_equal(r.end, err.code == E_OK ? 1 : 0);
out:
    if (err.code != E_OK)
        assert_int_equal(media.n, 0);
    buf_free(&frame);
    buf_free(&media);
    return err;
}

static void a_frame_for_which_there_is_no_memory_was_not_had(void **state)
{
    scarce_try("a frame", carry_a_frame, NULL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_capsule_is_whole_or_there_is_none),
        cmocka_unit_test(an_upload_can_be_read_or_there_is_none),
        cmocka_unit_test(a_good_message_is_never_called_forged),
        cmocka_unit_test(an_identity_is_whole_or_there_is_none),
        cmocka_unit_test(a_file_is_begun_or_it_is_not),
        cmocka_unit_test(a_frame_for_which_there_is_no_memory_was_not_had),
    };

    scarce_begin();
    return cmocka_run_group_tests(tests, enter, leave);
}
