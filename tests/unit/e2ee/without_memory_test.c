/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each allocation fails in turn, ours and those of OpenSSL.  Either that is said and nothing is
 * left behind, or it did not matter; it never changes what is sealed, and never makes a good
 * message look forged.
 */
#include "assert_err.h"
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
    struct buf capsule = BUF(UPLOAD_CAPSULE_SIZE);

    TRY_OUT(SCARCE(channel_opener_make(&alice.me, CAST_NOW_MS, &o)));
    err = SCARCE(channel_open(&o, &bob.me.who, &bob.prekey, bob.key, &sending, &capsule));
    assert_int_equal(capsule.n, err.code == E_OK ? UPLOAD_CAPSULE_SIZE : 0);
    TRY_OUT(err);
    TRY_OUT(SCARCE(upload_parse_capsule_body(buf_view(&capsule), &form)));
    TRY_OUT(SCARCE(channel_accept(&form, &bob.me.who, &bob.prekey, bob.secret, CAST_NOW_MS, &claim,
                                  &receiving)));
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

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_capsule_is_whole_or_there_is_none),
        cmocka_unit_test(an_upload_can_be_read_or_there_is_none),
        cmocka_unit_test(a_good_message_is_never_called_forged),
        cmocka_unit_test(an_identity_is_whole_or_there_is_none),
    };

    scarce_begin();
    return cmocka_run_group_tests(tests, enter, leave);
}
