/* SPDX-License-Identifier: Apache-2.0 */
/*
 * No object of one kind passes for another: whole objects, what is sealed, and contents, all where
 * all others are expected, with the right keys.  labels_test.c does so with signatures, hashes and
 * keys.
 */
#include <stdio.h>

#include "assert_err.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "e2ee/call_key.h"
#include "unit/e2ee/objects.h"
#include "unit/e2ee/one_key.h"

#define KINDS_MOST 64
#define TYPE_AT    185 /* of the content type, in a core */
#define CTX        BYTES_LITERAL("ctx")

static int enter(void **state)
{
    objects_begin();
    return one_key_begin(state);
}

static int leave(void **state)
{
    objects_end();
    return one_key_end(state);
}

/* ---- all for all */

static struct object whole[KINDS_MOST];
static struct buf made[KINDS_MOST];
static size_t kinds;

static void list_all(void)
{
    for (size_t i = 0; i < one_key_kinds; i++)
        if (i == 0 || ONE_KEY_KINDS[i].make != ONE_KEY_KINDS[i - 1].make)
            whole[kinds++] = (struct object){ONE_KEY_KINDS[i].name, ONE_KEY_KINDS[i].make,
                                             ONE_KEY_KINDS[i].check};
    for (size_t i = 0; i < objects_n; i++)
        whole[kinds++] = OBJECTS[i];
    for (size_t i = 0; i < kinds; i++) {
        made[i] = BUF(LIMIT_FRAME);
        whole[i].make(&made[i]);
    }
}

static void each_object_is_taken_for_itself_alone(void **state)
{
    size_t refused = 0;

    list_all();
    for (size_t i = 0; i < kinds; i++)
        for (size_t j = 0; j < kinds; j++) {
            struct err err = whole[i].take(buf_view(&made[j]));

            if ((err.code == E_OK) != (i == j))
                print_error("a %s taken for a %s: %s\n", whole[j].name, whole[i].name,
                            err_name(err.code));
            assert_true((err.code == E_OK) == (i == j));
            refused += err.code != E_OK;
        }
    assert_int_equal(refused, kinds * (kinds - 1));
    printf("%zu kinds of objects, %zu refused in each other's place\n", kinds, refused);
    for (size_t i = 0; i < kinds; i++)
        buf_free(&made[i]);
}

/* ---- what is sealed */

/* One sealed thing with what it takes to open it. */
struct sealed {
    uint8_t key[AEAD_KEY_SIZE], nonce[AEAD_NONCE_SIZE];
    struct bytes aad, text;
};

enum { BODY, TRAILER, ENTRY, BOX, CHUNK, FRAME, SEALS };

static void take_message(const struct opened *o, struct sealed s[SEALS])
{
    struct schedule_entry bound = {BYTES(o->ctx),
                                   &objects.alice.me.who.did,
                                   &objects.bob.me.who,
                                   objects.letter.to[0].prekey,
                                   objects.letter.to[0].epoch,
                                   objects.letter.to[0].n};
    uint8_t z[AGREE_SHARED_SIZE];

    assert_ok(schedule_body_key(BYTES(objects.keys.mk), s[BODY].key));
    s[BODY].aad = BYTES(o->in.shared.head);
    s[BODY].text = o->in.shared.body;
    assert_ok(schedule_trailer_key(BYTES(objects.keys.mk), BYTES(o->ctx), s[TRAILER].key));
    s[TRAILER].aad = BYTES(o->ctx);
    s[TRAILER].text = o->in.shared.trailer;
    assert_ok(agree_derive(objects.keys.e, objects.bob.key, z));
    assert_ok(schedule_entry_key(&bound, BYTES(objects.letter.to[0].mk), BYTES(z), s[ENTRY].key));
    s[ENTRY].aad = BYTES(o->ctx);
    s[ENTRY].text = bytes(o->in.entry.at + 12, 48);
}

/* The key of a capsule's box as its receiver derives it [PROTOCOL 5.1]. */
static void take_box(struct sealed *s, struct buf *fix)
{
    struct upload_capsule_form form;
    struct agree_public *point;
    struct buf info = BUF(KDF_INFO_MAX);
    uint8_t both[AGREE_SHARED_SIZE + MLKEM_SHARED_SIZE], prk[KDF_PRK_SIZE],
        digest[HASH_SHA512_SIZE];

    assert_ok(upload_parse_capsule_body(UPLOAD_PROFILE_HYBRID, cast_capsule(&objects.line), &form));
    assert_ok(agree_public_parse(&point, form.point));
    assert_ok(agree_derive(objects.bob.secret, point, both));
    assert_ok(mlkem_decapsulate(objects.bob.kem_secret, form.ct, both + AGREE_SHARED_SIZE));
    assert_ok(hash_sha512(&form.ct, 1, digest));
    buf_u8(fix, UPLOAD_SUITE);
    buf_u8(fix, UPLOAD_PROFILE_HYBRID);
    identity_write_party(&objects.bob.me.who, fix);
    buf_bytes(fix, form.point);
    buf_u32(fix, form.prekey);
    buf_bytes(fix, BYTES(digest));
    assert_ok(hash_sha512(HASH_PARTS(buf_view(fix)), digest));
    buf_bytes(&info, BYTES_LABEL("tacet1 box"));
    buf_bytes(&info, BYTES(digest));
    assert_ok(kdf_extract(bytes(NULL, 0), BYTES(both), prk));
    assert_ok(kdf_expand(prk, buf_view(&info), s->key, sizeof s->key));
    s->aad = buf_view(fix);
    s->text = form.box;
    agree_public_free(point);
    buf_free(&info);
}

static void take_media(struct sealed s[SEALS], struct buf *chunk, struct buf *frame)
{
    struct call_sender sender;
    struct call_header h;
    size_t n;

    objects_make("file chunk", chunk);
    memcpy(s[CHUNK].key, objects.opening.key, sizeof s[CHUNK].key);
    s[CHUNK].nonce[AEAD_NONCE_SIZE - 1] = 1; /* the last one */
    s[CHUNK].text = buf_view(chunk);
    objects_make("call frame", frame);
    assert_ok(call_key_parse_header(buf_view(frame), &h, &n));
    assert_ok(call_key_sender(objects.keys.mk, &objects.alice.me.who.did, 1, 0, &sender));
    memcpy(s[FRAME].key, sender.keys.key, sizeof s[FRAME].key);
    memcpy(s[FRAME].nonce, sender.keys.salt, sizeof s[FRAME].nonce); /* of counter 0 */
    s[FRAME].aad = bytes(frame->at, n);
    s[FRAME].text = bytes(frame->at + n, frame->n - n);
}

/* Keys, nonces with what is authenticated, and texts: all with all. */
static void each_seal_opens_under_its_own_key_and_context_alone(void **state)
{
    struct buf fix = BUF(256), chunk = BUF(2048), frame = BUF(256);
    struct opened o;
    struct sealed s[SEALS] = {0};
    uint8_t out[FILE_KEY_PADDED_LEAST];
    size_t refused = 0;

    assert_ok(open_begin(buf_view(&objects.delivery), &o));
    take_message(&o, s);
    take_box(&s[BOX], &fix);
    take_media(s, &chunk, &frame);
    for (size_t i = 0; i < SEALS; i++)
        for (size_t j = 0; j < SEALS; j++)
            for (size_t k = 0; k < SEALS; k++) {
                bool right = i == j && bytes_same(s[i].aad, s[k].aad) &&
                             memcmp(s[i].nonce, s[k].nonce, sizeof s[i].nonce) == 0;

                assert_err(aead_open(s[j].key, s[k].nonce, s[k].aad, s[i].text, out),
                           right ? E_OK : E_FORGED);
                refused += !right;
            }
    printf("%d kinds of seals, %zu refused under each other's keys and contexts\n", SEALS, refused);
    buf_free(&fix);
    buf_free(&chunk);
    buf_free(&frame);
}

/* Whatever of a message is put where a capsule's box should be. */
static void nothing_of_a_message_passes_for_a_capsules_box(void **state)
{
    struct opened o;
    struct upload_capsule_form form;

    assert_ok(open_begin(buf_view(&objects.delivery), &o));
    assert_ok(upload_parse_capsule_body(UPLOAD_PROFILE_HYBRID, cast_capsule(&objects.line), &form));
    form.box = bytes(o.in.shared.trailer.at, UPLOAD_BOX_SIZE);
    assert_err(objects_accept(&form), E_FORGED);
    form.box = bytes(o.in.shared.body.at, UPLOAD_BOX_SIZE);
    form.point = bytes(o.in.shared.head + 4, AGREE_PUBLIC_SIZE); /* even under the message's E */
    assert_err(objects_accept(&form), E_FORGED);
}

/* ---- contents, whose type is signed and not written in them */

static void a_content_is_of_the_type_that_was_signed(void **state)
{
    const uint16_t type[] = {PAYLOAD_TEXT,    PAYLOAD_RESET, PAYLOAD_MISSING, PAYLOAD_VOID,
                             PAYLOAD_SETTLED, PAYLOAD_HELLO, PAYLOAD_RECEIPT};
    enum { TYPES = sizeof type / sizeof type[0] };
    struct buf plain = BUF(496);
    size_t refused = 0;

    for (size_t i = 0; i < TYPES; i++)
        for (size_t j = 0; j < TYPES; j++) {
            struct core core = objects.letter.core;
            struct err err;

            core.type = type[i];
            core.seq = i == 0 ? 1 : 0;
            assert_ok(trailer_sign(&core, &objects.letter.wrap, CTX, &objects.alice.me, &plain));
            assert_int_equal(plain.at[TYPE_AT + 1], type[i]);
            plain.at[TYPE_AT + 1] = (uint8_t)type[j];
            err = objects_take("trailer", buf_view(&plain));
            if (i == j)
                assert_ok(err);
            else /* and a text has a place in a stream */
                assert_err(err, i == 0 || j == 0 ? E_MALFORMED : E_FORGED);
            refused += i != j;
            buf_cut(&plain, 0);
        }
    printf("%d types of content, %zu refused as each other\n", TYPES, refused);
    buf_free(&plain);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_object_is_taken_for_itself_alone),
        cmocka_unit_test(each_seal_opens_under_its_own_key_and_context_alone),
        cmocka_unit_test(nothing_of_a_message_passes_for_a_capsules_box),
        cmocka_unit_test(a_content_is_of_the_type_that_was_signed),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
