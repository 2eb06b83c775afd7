/* SPDX-License-Identifier: Apache-2.0 */
/* No object of one kind passes for another: not by its form, its seal or its signature. */
#include "assert_err.h"
#include "crypto/sign.h"
#include "statement/signin.h"
#include "unit/e2ee/cast.h"
#include "unit/e2ee/parsed.h"

#define ROOM (UPLOAD_BODY_MOST + 1024)

static struct actor alice, bob;
static struct line l;
static struct letter m;
static struct seal_keys keys;
static struct buf upload = {.max = LIMIT_FRAME}, delivery = {.max = ROOM};

static int enter(void **state)
{
    struct random random = random_system();
    struct seal_request rq;

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
    return 0;
}

static int leave(void **state)
{
    cast_leave(&alice);
    cast_leave(&bob);
    agree_private_free(keys.e);
    buf_free(&upload);
    buf_free(&delivery);
    return 0;
}

static struct err accept(const struct upload_capsule_form *form, uint64_t now_ms,
                         struct channel_claim *claim, struct epoch *epoch)
{
    struct channel_receiver me = cast_receiver(&bob);

    return channel_accept(form, &me, now_ms, claim, epoch);
}

static struct err as_upload(struct bytes in)
{
    struct arena arena = ARENA(4096);
    struct upload u;
    struct err err = upload_parse(in, &arena, &u);

    arena_free(&arena);
    return err;
}

static struct err as_delivery(struct bytes in)
{
    struct opened o;

    return open_begin(in, &o);
}

static struct err as_delivered_capsule(struct bytes in)
{
    struct upload_capsule_form form;

    return upload_parse_capsule(in, &form);
}

static struct err as_capsule(struct bytes in)
{
    struct upload_capsule_form form;

    return upload_parse_capsule_body(UPLOAD_PROFILE_HYBRID, in, &form);
}

static struct err as_trailer(struct bytes in)
{
    struct core core;
    struct wrap wrap;
    struct bytes sig;

    return trailer_parse(in, &core, &wrap, &sig);
}

static struct err as_core(struct bytes in)
{
    struct core core;

    return trailer_parse_core(in, &core);
}

static struct err as_content(struct bytes in)
{
    struct bytes content;

    return payload_unpad(in, &content);
}

static struct err as_identity(struct bytes in)
{
    struct identity me;
    struct err err = identity_parse(in, &me);

    if (err.code == E_OK)
        identity_free(&me);
    return err;
}

static void each_form_is_taken_for_itself_alone(void **state)
{
    struct err (*const parse[])(struct bytes) = {as_upload,  as_delivery, as_delivered_capsule,
                                                 as_capsule, as_trailer,  as_core,
                                                 as_content, as_identity};
    enum { KINDS = sizeof parse / sizeof parse[0] };
    struct buf made[KINDS];

    for (size_t i = 0; i < KINDS; i++)
        made[i] = BUF(LIMIT_FRAME);
    buf_bytes(&made[0], buf_view(&upload));
    buf_bytes(&made[1], buf_view(&delivery));
    upload_write_capsule(UPLOAD_PROFILE_HYBRID, cast_capsule(&l), &made[2]);
    buf_bytes(&made[3], cast_capsule(&l));
    assert_ok(trailer_sign(&m.core, &m.wrap, BYTES_LITERAL("ctx"), &alice.me, &made[4]));
    trailer_write_core(&m.core, &made[5]);
    assert_ok(payload_pad(m.content, &made[6]));
    assert_ok(identity_write(&alice.me, &made[7]));
    for (size_t i = 0; i < KINDS; i++)
        for (size_t j = 0; j < KINDS; j++)
            assert_true((parse[j](buf_view(&made[i])).code == E_OK) == (i == j));
    for (size_t i = 0; i < KINDS; i++)
        buf_free(&made[i]);
}

/* One of the three things that a message seals, with what it takes to open it. */
struct sealed {
    uint8_t key[AEAD_KEY_SIZE];
    struct bytes aad, text;
};

static void take_apart(const struct opened *o, struct sealed s[3])
{
    struct schedule_entry bound = {BYTES(o->ctx),  &alice.me.who.did, &bob.me.who,
                                   m.to[0].prekey, m.to[0].epoch,     m.to[0].n};
    uint8_t z[AGREE_SHARED_SIZE];

    assert_ok(schedule_body_key(BYTES(keys.mk), s[0].key));
    s[0].aad = BYTES(o->in.shared.head);
    s[0].text = o->in.shared.body;
    assert_ok(schedule_trailer_key(BYTES(keys.mk), BYTES(o->ctx), s[1].key));
    s[1].aad = BYTES(o->ctx);
    s[1].text = o->in.shared.trailer;
    assert_ok(agree_derive(keys.e, bob.key, z));
    assert_ok(schedule_entry_key(&bound, BYTES(m.to[0].mk), BYTES(z), s[2].key));
    s[2].aad = BYTES(o->ctx);
    s[2].text = bytes(o->in.entry.at + 12, 48);
}

static void each_seal_opens_under_its_own_key_and_context_alone(void **state)
{
    struct opened o;
    struct sealed s[3];
    uint8_t out[UPLOAD_TRAILER_SIZE];

    assert_ok(open_begin(buf_view(&delivery), &o));
    take_apart(&o, s);
    for (size_t i = 0; i < 3; i++)
        for (size_t j = 0; j < 3; j++)
            for (size_t k = 0; k < 3; k++) {
                bool right = i == j && bytes_same(s[i].aad, s[k].aad);

                assert_err(aead_open(s[j].key, AEAD_NONCE_ZERO, s[k].aad, s[i].text, out),
                           right ? E_OK : E_FORGED);
            }
}

/* Whatever of a message is put where a capsule's box should be. */
static void nothing_of_a_message_passes_for_a_capsules_box(void **state)
{
    struct opened o;
    struct upload_capsule_form form;
    struct channel_claim claim;
    struct epoch epoch;

    assert_ok(open_begin(buf_view(&delivery), &o));
    assert_ok(upload_parse_capsule_body(UPLOAD_PROFILE_HYBRID, cast_capsule(&l), &form));
    form.box = bytes(o.in.shared.trailer.at, UPLOAD_BOX_SIZE);
    assert_err(accept(&form, CAST_NOW_MS, &claim, &epoch), E_FORGED);
    form.box = bytes(o.in.shared.body.at, UPLOAD_BOX_SIZE);
    form.point = bytes(o.in.shared.head + 4, AGREE_PUBLIC_SIZE); /* even under the message's E */
    assert_err(accept(&form, CAST_NOW_MS, &claim, &epoch), E_FORGED);
}

/* Every kind of signature that a device key makes: here those of e2ee, and one statement's. */
static void make_signatures(struct channel_claim *claim, struct buf *trailer, struct buf *signin)
{
    static const uint8_t binding[SIGNIN_BINDING_SIZE] = "a connection";
    struct signin s = {alice.me.who.did, BYTES_LITERAL("example.org"), BYTES(binding), 1};
    struct upload_capsule_form form;
    struct epoch epoch;

    assert_ok(upload_parse_capsule_body(UPLOAD_PROFILE_HYBRID, cast_capsule(&l), &form));
    assert_ok(accept(&form, CAST_NOW_MS, claim, &epoch));
    assert_ok(trailer_sign(&m.core, &m.wrap, BYTES_LITERAL("ctx"), &alice.me, trailer));
    assert_ok(signin_sign(&s, &alice.me.who.nid, alice.me.dsk_secret, signin));
}

static void each_signature_is_of_one_kind(void **state)
{
    struct buf trailer = BUF(496), signin = BUF(SIGNIN_MAX_SIZE);
    struct channel_claim claim, forged;
    uint8_t *signed_in, *in_trailer;

    make_signatures(&claim, &trailer, &signin);
    in_trailer = trailer.at + TRAILER_CORE_SIZE + 68;
    signed_in = signin.at + signin.n - SIGN_SIZE;
    assert_ok(channel_verify(&claim, &alice.me.dsk, CAST_NOW_MS));
    assert_ok(trailer_verify(buf_view(&trailer), BYTES_LITERAL("ctx"), &alice.me.who.nid,
                             parsed(&alice.me.dsk)));

    forged = claim;
    memcpy(forged.sig, in_trailer, SIGN_SIZE);
    assert_err(channel_verify(&forged, &alice.me.dsk, CAST_NOW_MS), E_FORGED);
    memcpy(forged.sig, signed_in, SIGN_SIZE);
    assert_err(channel_verify(&forged, &alice.me.dsk, CAST_NOW_MS), E_FORGED);
    memcpy(in_trailer, claim.sig, SIGN_SIZE);
    assert_err(trailer_verify(buf_view(&trailer), BYTES_LITERAL("ctx"), &alice.me.who.nid,
                              parsed(&alice.me.dsk)),
               E_FORGED);
    memcpy(in_trailer, signed_in, SIGN_SIZE);
    assert_err(trailer_verify(buf_view(&trailer), BYTES_LITERAL("ctx"), &alice.me.who.nid,
                              parsed(&alice.me.dsk)),
               E_FORGED);
    buf_free(&trailer);
    buf_free(&signin);
}

/* The same bytes, signed by the same key under another label. */
static void a_label_separates_the_same_bytes(void **state)
{
    const struct bytes labels[] = {BYTES_LABEL("tacet1 spk"), BYTES_LABEL("tacet1 signin"),
                                   BYTES_LABEL("tacet1 list device"), BYTES_LABEL("tacet1 msg")};
    struct upload_capsule_form form;
    struct channel_claim claim;
    struct epoch epoch;
    struct buf text = BUF(256);

    assert_ok(upload_parse_capsule_body(UPLOAD_PROFILE_HYBRID, cast_capsule(&l), &form));
    assert_ok(accept(&form, CAST_NOW_MS, &claim, &epoch));
    identity_write_party(&claim.from, &text);
    buf_bytes(&text, BYTES(claim.point));
    buf_u64(&text, claim.made_ms);
    for (size_t i = 0; i < sizeof labels / sizeof labels[0]; i++) {
        assert_ok(
            sign_make(alice.me.dsk_secret, HASH_PARTS(labels[i], buf_view(&text)), claim.sig));
        assert_err(channel_verify(&claim, &alice.me.dsk, CAST_NOW_MS), E_FORGED);
    }
    assert_ok(sign_make(alice.me.dsk_secret, HASH_PARTS(BYTES_LABEL("tacet1 cap"), buf_view(&text)),
                        claim.sig));
    assert_ok(channel_verify(&claim, &alice.me.dsk, CAST_NOW_MS));
    buf_free(&text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_form_is_taken_for_itself_alone),
        cmocka_unit_test(each_seal_opens_under_its_own_key_and_context_alone),
        cmocka_unit_test(nothing_of_a_message_passes_for_a_capsules_box),
        cmocka_unit_test(each_signature_is_of_one_kind),
        cmocka_unit_test(a_label_separates_the_same_bytes),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
