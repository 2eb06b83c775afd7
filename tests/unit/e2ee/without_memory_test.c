/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each allocation of ours fails in turn.  Either that is said and nothing is left behind, or it did
 * not matter; it never changes what is sealed, and never makes a good message look forged.
 */
#include <stdlib.h>

#include "assert_err.h"
#include "e2ee/call_key.h"
#include "e2ee/file_key.h"
#include "unit/e2ee/cast.h"

static struct actor alice, bob;
static struct line l;
static struct letter m;

/* The one allocation that fails, counted down to; 0: none will. */
static unsigned failing;

/* The linker sends our calls here (--wrap); those inside of OpenSSL are its own. */
void *__real_malloc(size_t n);
void *__real_calloc(size_t count, size_t n);
void *__wrap_malloc(size_t n);
void *__wrap_calloc(size_t count, size_t n);

static bool fails(void)
{
    return failing > 0 && --failing == 0;
}

void *__wrap_malloc(size_t n)
{
    return fails() ? NULL : __real_malloc(n);
}

void *__wrap_calloc(size_t count, size_t n)
{
    return fails() ? NULL : __real_calloc(count, n);
}

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

/* Runs `attempt` with the first allocation failing, then the second, ... until it makes fewer. */
static void assert_says_so(struct err (*attempt)(void))
{
    for (unsigned which = 1;; which++) {
        struct err err;
        bool failed;

        failing = which;
        err = attempt();
        failed = failing == 0;
        failing = 0;
        assert_err(err, failed ? E_NOMEM : E_OK);
        if (!failed) {
            assert_true(which > 1);
            return;
        }
    }
}

static struct err open_and_accept(void)
{
    struct err err = OK;
    struct channel_opener o = {.secret = NULL};
    struct upload_capsule_form form;
    struct channel_claim claim;
    struct epoch sending, receiving;
    struct channel_peer peer = cast_peer(&bob);
    struct channel_receiver receiver = cast_receiver(&bob);
    struct buf capsule = BUF(UPLOAD_CAPSULE_MOST);

    TRY_OUT(channel_opener_make(&alice.me, CAST_NOW_MS, &o));
    TRY_OUT(channel_open(&o, &peer, UPLOAD_PROFILE_HYBRID, &sending, &capsule));
    TRY_OUT(upload_parse_capsule_body(UPLOAD_PROFILE_HYBRID, buf_view(&capsule), &form));
    TRY_OUT(channel_accept(&form, &receiver, CAST_NOW_MS, &claim, &receiving));
    assert_memory_equal(sending.ck, receiving.ck, sizeof sending.ck);
    TRY_OUT(channel_verify(&claim, &alice.me.dsk, CAST_NOW_MS));
out:
    if (capsule.failed != E_OK)
        assert_int_equal(capsule.n, 0);
    channel_opener_free(&o);
    buf_free(&capsule);
    return err;
}

static void a_capsule_is_whole_or_there_is_none(void **state)
{
    assert_says_so(open_and_accept);
}

static struct err seal_one(void)
{
    struct random random = random_system();
    struct seal_request rq = cast_request(&m);
    struct buf upload = BUF(LIMIT_FRAME);
    struct err err = seal(&rq, &random, &upload);
    unsigned still = failing;

    failing = 0; /* what follows is to look at the result */
    if (err.code == E_OK) {
        struct buf delivery = BUF(LIMIT_FRAME);
        struct reading r;

        cast_deliver(buf_view(&upload), 0, &delivery);
        assert_ok(cast_read(&l, buf_view(&delivery), &r));
        cast_close(&r);
        buf_free(&delivery);
    } else {
        assert_int_equal(upload.n, 0);
    }
    buf_free(&upload);
    failing = still;
    return err;
}

static void an_upload_can_be_read_or_there_is_none(void **state)
{
    assert_says_so(seal_one);
}

static struct buf delivery = {.max = LIMIT_FRAME};

static struct err read_one(void)
{
    struct reading r;
    struct err err = cast_read(&l, buf_view(&delivery), &r);

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
    assert_says_so(read_one);
    buf_free(&upload);
    buf_free(&delivery);
}

static struct err make_write_and_parse(void)
{
    struct err err = OK;
    struct identity me = {.ark_secret = NULL}, back = {.ark_secret = NULL};
    struct buf b = BUF(256);

    TRY_OUT(identity_make(&alice.me.who.nid, &me));
    err = identity_write(&me, &b);
    if (err.code != E_OK)
        assert_int_equal(b.n, 0);
    TRY_OUT(err);
    TRY_OUT(identity_parse(buf_view(&b), &back));
out:
    identity_free(&me);
    identity_free(&back);
    buf_free(&b);
    return err;
}

static void an_identity_is_whole_or_there_is_none(void **state)
{
    assert_says_so(make_write_and_parse);
}

static struct err seal_a_file(void)
{
    static const struct file_descriptor d = {.size = 5};
    static uint8_t sealed[FILE_KEY_PADDED_LEAST + AEAD_TAG_SIZE];
    uint8_t digest[FILE_KEY_DIGEST_SIZE];
    struct err err = OK;
    struct file_key f = {.root = NULL};

    TRY_OUT(file_key_begin(&d, &f));
    TRY_OUT(file_key_seal(&f, BYTES_LITERAL("hello"), sealed, digest));
    TRY_OUT(file_key_end(&f, digest));
out:
    file_key_free(&f);
    return err;
}

static void a_file_is_begun_or_it_is_not(void **state)
{
    assert_says_so(seal_a_file);
}

static struct err carry_a_frame(void)
{
    static const uint8_t secret[CALL_KEY_SECRET_SIZE] = {1};
    const struct bytes nothing = {NULL, 0};
    struct err err = OK;
    struct call_sender s;
    struct call_receiver r;
    struct buf frame = BUF(64), media = BUF(64);

    TRY_OUT(call_key_sender(secret, &alice.me.who.did, 0, 0, &s));
    TRY_OUT(call_key_receiver(secret, &alice.me.who.did, 0, 0, &r));
    TRY_OUT(call_key_seal(&s, nothing, BYTES_LITERAL("hello"), &frame));
    err = call_key_open(&r, nothing, buf_view(&frame), &media);
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
    assert_says_so(carry_a_frame);
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
    return cmocka_run_group_tests(tests, enter, leave);
}
