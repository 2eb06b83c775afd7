/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each signature, hash and key of the protocol, made by hand over the right bytes with the right
 * keys, is taken under its own label alone: every kind under the labels of all.  [PROTOCOL 1.2]
 */
#include <stdio.h>

#include "assert_err.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "e2ee/channel.h"
#include "unit/e2ee/by_hand.h"
#include "unit/e2ee/joining.h"

#define KINDS_MOST 64
#define NOW        ONE_KEY_NOW_MS
#define FIX_SIZE   (2 + IDENTITY_PARTY_SIZE + AGREE_PUBLIC_SIZE + 4 + HASH_SHA512_SIZE)

/* One label, and what asks the product whether it takes what was made under another in its place:
 * E_FORGED when not. */
struct kind {
    const char *name;
    struct bytes label;
    const struct one_key_kind *signs;
    const struct by_hand_kind *follows;
    struct err (*opens)(struct bytes label);
};

static struct kind kind[KINDS_MOST];
static size_t kinds;

static struct err as_signature(const struct one_key_kind *k, struct bytes label)
{
    struct buf b = BUF(ONE_KEY_MOST);
    struct err err;

    k->make(&b);
    assert_ok(
        sign_make(one_key_me.dsk_secret,
                  HASH_PARTS(label, ID_BYTES(one_key_me.who.nid), bytes(b.at, b.n - k->behind)),
                  b.at + (b.n - k->back)));
    err = k->check(buf_view(&b));
    buf_free(&b);
    return err;
}

static struct err as_derived(const struct by_hand_kind *k, struct bytes label)
{
    struct by_hand p = {.n = 0};

    k->make(label, &p);
    assert_true(p.n > 0 && p.n <= BY_HAND_MOST);
    return memcmp(p.product, p.by_hand, p.n) == 0 ? OK : FAIL(E_FORGED);
}

/* ---- capsules [PROTOCOL 5.1], in profile standard, where nothing stands behind Z1 */

static struct peer {
    struct party who;
    struct channel_prekey prekey;
    struct agree_private *secret;
    struct agree_public *key;
} bob;
static struct channel_opener opener;
static struct epoch epoch;
static struct buf capsule = {.max = UPLOAD_CAPSULE_MOST};
static uint8_t prk[KDF_PRK_SIZE], empty_hash[HASH_SHA512_SIZE];

static void connect(void)
{
    struct channel_peer peer = {&bob.who, &bob.prekey, NULL, bytes(NULL, 0)};
    const struct bytes nothing = bytes("", 0);
    uint8_t z[AGREE_SHARED_SIZE];

    bob.who = one_key_me.who;
    bob.who.did.b[0] ^= 1;
    bob.prekey.number = 1;
    assert_ok(agree_generate(&bob.secret, bob.prekey.point));
    assert_ok(agree_public_parse(&bob.key, BYTES(bob.prekey.point)));
    peer.key = bob.key;
    assert_ok(channel_opener_make(&one_key_me, NOW, &opener));
    assert_ok(channel_open(&opener, &peer, UPLOAD_PROFILE_STANDARD, &epoch, &capsule));
    assert_ok(agree_derive(opener.secret, bob.key, z));
    assert_ok(kdf_extract(bytes(NULL, 0), BYTES(z), prk));
    assert_ok(hash_sha512(&nothing, 1, empty_hash));
}

/* T under a label. */
static void transcript(struct bytes label, uint8_t out[HASH_SHA512_SIZE])
{
    struct buf b = BUF(512);

    buf_bytes(&b, label);
    buf_u8(&b, UPLOAD_SUITE);
    buf_u8(&b, UPLOAD_PROFILE_STANDARD);
    identity_write_party(&one_key_me.who, &b);
    identity_write_party(&bob.who, &b);
    buf_bytes(&b, BYTES(opener.point));
    buf_u32(&b, bob.prekey.number);
    buf_bytes(&b, BYTES(bob.prekey.point));
    buf_zeros(&b, PREKEY_KEM_DIGEST_SIZE);
    buf_bytes(&b, BYTES(empty_hash));
    assert_ok(hash_sha512(HASH_PARTS(buf_view(&b)), out));
    buf_free(&b);
}

static struct err as_epoch(struct bytes label)
{
    uint8_t t[HASH_SHA512_SIZE];

    transcript(label, t);
    return memcmp(t, epoch.id, sizeof epoch.id) == 0 ? OK : FAIL(E_FORGED);
}

static void expand(struct bytes label, struct bytes digest, uint8_t out[32])
{
    struct buf info = BUF(KDF_INFO_MAX);

    buf_bytes(&info, label);
    buf_bytes(&info, digest);
    assert_ok(kdf_expand(prk, buf_view(&info), out, 32));
    buf_free(&info);
}

static struct err as_first_key(struct bytes label)
{
    uint8_t t[HASH_SHA512_SIZE], ck[CHANNEL_KEY_SIZE];

    transcript(BYTES_LABEL("tacet1 open"), t);
    expand(label, BYTES(t), ck);
    return memcmp(ck, epoch.ck, sizeof ck) == 0 ? OK : FAIL(E_FORGED);
}

/* The box, sealed anew under a key of this label, to its receiver. */
static struct err as_box(struct bytes label)
{
    struct channel_receiver me = {&bob.who, &bob.prekey, bob.secret, NULL};
    struct upload_capsule_form form;
    struct channel_claim claim;
    struct epoch accepted;
    struct buf fix = BUF(FIX_SIZE), plain = BUF(UPLOAD_BOX_SIZE);
    uint8_t kb[AEAD_KEY_SIZE], digest[HASH_SHA512_SIZE], box[UPLOAD_BOX_SIZE];
    struct err err;

    assert_ok(upload_parse_capsule_body(UPLOAD_PROFILE_STANDARD, buf_view(&capsule), &form));
    buf_u8(&fix, UPLOAD_SUITE);
    buf_u8(&fix, UPLOAD_PROFILE_STANDARD);
    identity_write_party(&bob.who, &fix);
    buf_bytes(&fix, form.point);
    buf_u32(&fix, form.prekey);
    buf_bytes(&fix, BYTES(empty_hash));
    assert_ok(hash_sha512(HASH_PARTS(buf_view(&fix)), digest));
    expand(label, BYTES(digest), kb);
    identity_write_party(&one_key_me.who, &plain);
    buf_u64(&plain, opener.made_ms);
    buf_bytes(&plain, BYTES(opener.sig));
    assert_ok(aead_seal(kb, AEAD_NONCE_ZERO, buf_view(&fix), buf_view(&plain), box));
    form.box = BYTES(box);
    err = channel_accept(&form, &me, NOW, &claim, &accepted);
    buf_free(&fix);
    buf_free(&plain);
    return err;
}

/* ---- what a new device is answered, and a recovery blob [PROTOCOL 15.4, 15.6] */

static struct joining joined;
static struct buf answer = {.max = LINK_ANSWER_MOST};
static const struct recovery_key recovery_secret = {"one secret"};

static void join(void)
{
    struct link_answer in;

    joining_begin(&joined);
    in = joining_answer(&joined);
    assert_ok(link_answer_seal(&joined.link, &joined.ask, &in, JOINING_NOW_MS, &answer));
}

static struct err as_answer(struct bytes label)
{
    struct buf plain = BUF(LINK_ANSWER_PLAIN_MOST), out = BUF(LINK_ANSWER_MOST);
    struct err err;

    joining_write_answer(&joined, &plain);
    joining_seal_answer(&joined, buf_view(&answer), label, buf_view(&plain), &out);
    err = joining_take_answer(&joined, buf_view(&out));
    buf_free(&plain);
    buf_free(&out);
    return err;
}

static struct err as_blob(struct bytes label)
{
    struct buf plain = BUF(RECOVERY_PLAIN_MOST), out = BUF(RECOVERY_BLOB_MOST);
    struct err err;

    joining_write_blob(&joined, &plain);
    joining_seal_blob(&joined.link.nid, &recovery_secret, label, buf_view(&plain), &out);
    err = joining_take_blob(&joined.link.nid, &recovery_secret, buf_view(&out));
    buf_free(&plain);
    buf_free(&out);
    return err;
}

/* ---- all at all */

static void add(struct kind k)
{
    assert_true(kinds < KINDS_MOST);
    kind[kinds++] = k;
}

static void list_all(void)
{
    static struct err (*const opens[])(struct bytes) = {as_epoch, as_first_key, as_box, as_answer,
                                                        as_blob};
    const struct bytes label[] = {BYTES_LABEL("tacet1 open"), BYTES_LABEL("tacet1 ck0"),
                                  BYTES_LABEL("tacet1 box"), BYTES_LABEL("tacet1 link answer"),
                                  BYTES_LABEL("tacet1 recovery key")};

    for (size_t i = 0; i < one_key_kinds; i++)
        if (strcmp(ONE_KEY_KINDS[i].name, "next room state") != 0) /* signed as the first is */
            add((struct kind){.name = ONE_KEY_KINDS[i].name,
                              .label =
                                  bytes(ONE_KEY_KINDS[i].label, strlen(ONE_KEY_KINDS[i].label) + 1),
                              .signs = &ONE_KEY_KINDS[i]});
    for (size_t i = 0; i < by_hand_kinds; i++)
        add((struct kind){.name = BY_HAND_KINDS[i].name,
                          .label = bytes(BY_HAND_KINDS[i].label,
                                         strlen(BY_HAND_KINDS[i].label) + BY_HAND_KINDS[i].nul),
                          .follows = &BY_HAND_KINDS[i]});
    for (size_t i = 0; i < sizeof opens / sizeof opens[0]; i++)
        add((struct kind){.name = (const char *)label[i].at, .label = label[i], .opens = opens[i]});
}

static struct err take(const struct kind *k, struct bytes label)
{
    if (k->signs != NULL)
        return as_signature(k->signs, label);
    return k->follows != NULL ? as_derived(k->follows, label) : k->opens(label);
}

static void each_kind_is_taken_under_its_own_label_alone(void **state)
{
    size_t refused = 0;

    for (size_t i = 0; i < kinds; i++)
        for (size_t j = 0; j < kinds; j++) {
            struct err err = take(&kind[i], kind[j].label);

            if (i == j) {
                assert_ok(err);
                continue;
            }
            if (err.code != E_FORGED)
                print_error("%s under the label of %s\n", kind[i].name, kind[j].name);
            assert_err(err, E_FORGED);
            refused++;
        }
    assert_int_equal(refused, kinds * (kinds - 1));
    printf("%zu kinds, %zu refused under each other's labels\n", kinds, refused);
}

static int enter(void **state)
{
    one_key_begin(state);
    connect();
    join();
    list_all();
    return 0;
}

static int leave(void **state)
{
    agree_private_free(bob.secret);
    agree_public_free(bob.key);
    channel_opener_free(&opener);
    buf_free(&capsule);
    joining_end(&joined);
    buf_free(&answer);
    return one_key_end(state);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_kind_is_taken_under_its_own_label_alone),
    };
    return cmocka_run_group_tests(tests, enter, leave);
}
