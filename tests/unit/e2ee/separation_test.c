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
#include "e2ee/control.h"
#include "e2ee/file_key.h"
#include "statement/invitation.h"
#include "statement/notice.h"
#include "statement/roster.h"
#include "unit/e2ee/cast.h"
#include "unit/e2ee/one_key.h"
#include "unit/e2ee/parsed.h"

#define ROOM       (UPLOAD_BODY_MOST + 1024)
#define KINDS_MOST 64
#define TYPE_AT    185 /* of the content type, in a core */
#define CTX        BYTES_LITERAL("ctx")

static struct actor alice, bob;
static struct line l;
static struct letter m;
static struct seal_keys keys;
static struct buf upload = {.max = LIMIT_FRAME}, delivery = {.max = ROOM};
static struct file_descriptor file = {.size = 5};
static struct file_key opening;

static int enter(void **state)
{
    struct random random = random_system();
    struct seal_request rq;

    one_key_begin(state);
    cast_enter(&alice, 1);
    cast_enter(&bob, 2);
    cast_connect(&l, &alice, &bob);
    cast_write(&m, &alice, 1, BYTES_LITERAL("hello"));
    cast_address(&m, &l);
    cast_enclose(&m, &l);
    assert_ok(random_fill(&random, keys.mk, sizeof keys.mk));
    assert_ok(agree_generate(&keys.e, keys.point));
    rq = cast_request(&m);
    assert_ok(seal_with(&rq, &keys, &upload));
    cast_deliver(buf_view(&upload), 0, &delivery);
    memcpy(file.key, keys.mk, sizeof file.key); /* one secret more in common */
    assert_ok(file_key_begin(&file, &opening));
    return 0;
}

static int leave(void **state)
{
    cast_leave(&alice);
    cast_leave(&bob);
    agree_private_free(keys.e);
    file_key_free(&opening);
    buf_free(&upload);
    buf_free(&delivery);
    return one_key_end(state);
}

static struct err accept(const struct upload_capsule_form *form)
{
    struct channel_receiver me = cast_receiver(&bob);
    struct channel_claim claim;
    struct epoch epoch;

    TRY(channel_accept(form, &me, CAST_NOW_MS, &claim, &epoch));
    return channel_verify(&claim, &alice.me.dsk, CAST_NOW_MS);
}

/* ---- objects that nobody signs as a whole: made, and taken by whom they are for */

static void make_upload(struct buf *out)
{
    buf_bytes(out, buf_view(&upload));
}

static struct err as_upload(struct bytes in)
{
    struct arena arena = ARENA(4096);
    struct upload u;
    struct err err = upload_parse(in, &arena, &u);

    arena_free(&arena);
    return err;
}

static void make_delivery(struct buf *out)
{
    buf_bytes(out, buf_view(&delivery));
}

static struct err as_delivery(struct bytes in)
{
    struct reading r;
    struct err err = cast_read(&l, in, &r);

    cast_close(&r);
    return err;
}

static void make_delivered_capsule(struct buf *out)
{
    upload_write_capsule(UPLOAD_PROFILE_HYBRID, cast_capsule(&l), out);
}

static struct err as_delivered_capsule(struct bytes in)
{
    struct upload_capsule_form form;

    TRY(upload_parse_capsule(in, &form));
    return accept(&form);
}

static void make_capsule(struct buf *out)
{
    buf_bytes(out, cast_capsule(&l));
}

static struct err as_capsule(struct bytes in)
{
    struct upload_capsule_form form;

    TRY(upload_parse_capsule_body(UPLOAD_PROFILE_HYBRID, in, &form));
    return accept(&form);
}

static void make_trailer(struct buf *out)
{
    assert_ok(trailer_sign(&m.core, &m.wrap, CTX, &alice.me, out));
}

static struct err as_trailer(struct bytes in)
{
    struct core core;
    struct wrap wrap;
    struct bytes sig;

    TRY(trailer_parse(in, &core, &wrap, &sig));
    return trailer_verify(in, CTX, &alice.me.who.nid, parsed(&alice.me.dsk));
}

static void make_core(struct buf *out)
{
    trailer_write_core(&m.core, out);
}

static struct err as_core(struct bytes in)
{
    struct core core;

    return trailer_parse_core(in, &core);
}

static void make_content(struct buf *out)
{
    assert_ok(payload_pad(m.content, out));
}

static struct err as_content(struct bytes in)
{
    struct bytes content;

    return payload_unpad(in, &content);
}

static void make_identity(struct buf *out)
{
    assert_ok(identity_write(&alice.me, out));
}

static struct err as_identity(struct bytes in)
{
    struct identity me;
    struct err err = identity_parse(in, &me);

    if (err.code == E_OK)
        identity_free(&me);
    return err;
}

static void make_roster(struct buf *out)
{
    const struct roster_network network = {.nid = {{1}}};
    const struct roster_account account = {.aid = {{1}}, .list_version = 1};
    struct roster r = {.network = &network, .account = &account, .networks = 1, .accounts = 1};

    roster_write(&r, out);
}

static struct err as_roster(struct bytes in)
{
    struct arena arena = ARENA(4096);
    struct roster r;
    struct err err = roster_parse(in, &arena, &r);

    arena_free(&arena);
    return err;
}

static void make_notice(struct buf *out)
{
    const struct upload_notice n = {1, bob.me.who.did, E_FULL};

    notice_write(&n, out);
}

static struct err as_notice(struct bytes in)
{
    struct upload_notice n;

    return notice_parse(in, &n);
}

static void make_control(struct buf *out)
{
    struct control c = {.type = PAYLOAD_SETTLED, .n = 2, .mark = {{{1}, {{1}}}, {{2}, {{0}}}}};

    control_write(&c, out);
}

static struct err as_control(struct bytes in)
{
    struct control c;

    return control_parse(PAYLOAD_SETTLED, in, &c);
}

static void make_descriptor(struct buf *out)
{
    file_key_write(&file, out);
}

static struct err as_descriptor(struct bytes in)
{
    struct file_descriptor d;

    return file_key_parse(in, &d);
}

static void make_chunk(struct buf *out)
{
    struct file_key f;
    uint8_t digest[FILE_KEY_DIGEST_SIZE];
    uint8_t *at = buf_extend(out, FILE_KEY_PADDED_LEAST + AEAD_TAG_SIZE);

    assert_ok(file_key_begin(&file, &f));
    assert_ok(file_key_seal(&f, BYTES_LITERAL("hello"), at, digest));
    file_key_free(&f);
}

static struct err as_chunk(struct bytes in)
{
    uint8_t digest[FILE_KEY_DIGEST_SIZE], chunk[FILE_KEY_SEALED_MOST];
    struct bytes part;

    assert_ok(hash_sha384(&in, 1, digest));
    return file_key_open_alone(&opening, 0, digest, in, chunk, &part);
}

static void make_frame(struct buf *out)
{
    struct call_sender s;

    assert_ok(call_key_sender(keys.mk, &alice.me.who.did, 1, 0, &s));
    assert_ok(call_key_seal(&s, bytes(NULL, 0), BYTES_LITERAL("hello"), out));
}

static struct err as_frame(struct bytes in)
{
    struct call_receiver r;
    struct buf media = BUF(CALL_KEY_MEDIA_MOST);
    struct err err;

    assert_ok(call_key_receiver(keys.mk, &alice.me.who.did, 1, 0, &r));
    err = call_key_open(&r, bytes(NULL, 0), in, &media);
    buf_free(&media);
    return err;
}

static void make_invitation(struct buf *out)
{
    struct invitation i = {.address_n = 6, .address = "x.y:80"};

    assert_ok(invitation_write(&i, out));
}

static struct err as_invitation(struct bytes in)
{
    struct invitation i;

    return invitation_read(in, &i);
}

/* ---- all for all */

static const struct whole {
    const char *name;
    void (*make)(struct buf *out);
    struct err (*take)(struct bytes in);
} UNSIGNED[] = {
    {"upload", make_upload, as_upload},
    {"delivery", make_delivery, as_delivery},
    {"delivered capsule", make_delivered_capsule, as_delivered_capsule},
    {"capsule", make_capsule, as_capsule},
    {"trailer", make_trailer, as_trailer},
    {"core", make_core, as_core},
    {"padded content", make_content, as_content},
    {"identity", make_identity, as_identity},
    {"roster", make_roster, as_roster},
    {"notice", make_notice, as_notice},
    {"control content", make_control, as_control},
    {"file descriptor", make_descriptor, as_descriptor},
    {"file chunk", make_chunk, as_chunk},
    {"call frame", make_frame, as_frame},
    {"invitation", make_invitation, as_invitation},
};

static struct whole whole[KINDS_MOST];
static struct buf made[KINDS_MOST];
static size_t kinds;

static void list_all(void)
{
    for (size_t i = 0; i < one_key_kinds; i++)
        if (i == 0 || ONE_KEY_KINDS[i].make != ONE_KEY_KINDS[i - 1].make)
            whole[kinds++] = (struct whole){ONE_KEY_KINDS[i].name, ONE_KEY_KINDS[i].make,
                                            ONE_KEY_KINDS[i].check};
    for (size_t i = 0; i < sizeof UNSIGNED / sizeof UNSIGNED[0]; i++)
        whole[kinds++] = UNSIGNED[i];
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
    struct schedule_entry bound = {BYTES(o->ctx),  &alice.me.who.did, &bob.me.who,
                                   m.to[0].prekey, m.to[0].epoch,     m.to[0].n};
    uint8_t z[AGREE_SHARED_SIZE];

    assert_ok(schedule_body_key(BYTES(keys.mk), s[BODY].key));
    s[BODY].aad = BYTES(o->in.shared.head);
    s[BODY].text = o->in.shared.body;
    assert_ok(schedule_trailer_key(BYTES(keys.mk), BYTES(o->ctx), s[TRAILER].key));
    s[TRAILER].aad = BYTES(o->ctx);
    s[TRAILER].text = o->in.shared.trailer;
    assert_ok(agree_derive(keys.e, bob.key, z));
    assert_ok(schedule_entry_key(&bound, BYTES(m.to[0].mk), BYTES(z), s[ENTRY].key));
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

    assert_ok(upload_parse_capsule_body(UPLOAD_PROFILE_HYBRID, cast_capsule(&l), &form));
    assert_ok(agree_public_parse(&point, form.point));
    assert_ok(agree_derive(bob.secret, point, both));
    assert_ok(mlkem_decapsulate(bob.kem_secret, form.ct, both + AGREE_SHARED_SIZE));
    assert_ok(hash_sha512(&form.ct, 1, digest));
    buf_u8(fix, UPLOAD_SUITE);
    buf_u8(fix, UPLOAD_PROFILE_HYBRID);
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

    make_chunk(chunk);
    memcpy(s[CHUNK].key, opening.key, sizeof s[CHUNK].key);
    s[CHUNK].nonce[AEAD_NONCE_SIZE - 1] = 1; /* the last one */
    s[CHUNK].text = buf_view(chunk);
    make_frame(frame);
    assert_ok(call_key_parse_header(buf_view(frame), &h, &n));
    assert_ok(call_key_sender(keys.mk, &alice.me.who.did, 1, 0, &sender));
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

    assert_ok(open_begin(buf_view(&delivery), &o));
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

    assert_ok(open_begin(buf_view(&delivery), &o));
    assert_ok(upload_parse_capsule_body(UPLOAD_PROFILE_HYBRID, cast_capsule(&l), &form));
    form.box = bytes(o.in.shared.trailer.at, UPLOAD_BOX_SIZE);
    assert_err(accept(&form), E_FORGED);
    form.box = bytes(o.in.shared.body.at, UPLOAD_BOX_SIZE);
    form.point = bytes(o.in.shared.head + 4, AGREE_PUBLIC_SIZE); /* even under the message's E */
    assert_err(accept(&form), E_FORGED);
}

/* ---- contents, whose type is signed and not written in them */

static void a_content_is_of_the_type_that_was_signed(void **state)
{
    const uint16_t type[] = {PAYLOAD_TEXT, PAYLOAD_RESET,   PAYLOAD_MISSING,
                             PAYLOAD_VOID, PAYLOAD_SETTLED, PAYLOAD_HELLO};
    enum { TYPES = sizeof type / sizeof type[0] };
    struct buf plain = BUF(496);
    size_t refused = 0;

    for (size_t i = 0; i < TYPES; i++)
        for (size_t j = 0; j < TYPES; j++) {
            struct core core = m.core;
            struct err err;

            core.type = type[i];
            core.seq = i == 0 ? 1 : 0;
            assert_ok(trailer_sign(&core, &m.wrap, CTX, &alice.me, &plain));
            assert_int_equal(plain.at[TYPE_AT + 1], type[i]);
            plain.at[TYPE_AT + 1] = (uint8_t)type[j];
            err = as_trailer(buf_view(&plain));
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
