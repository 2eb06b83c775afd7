/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/e2ee/joining.h"

#include "assert_err.h"
#include "crypto/kdf.h"
#include "statement/device_change.h"

void joining_sign(struct joining *j)
{
    buf_free(&j->statement);
    assert_ok(device_list_sign(&j->next, &j->old.who.nid, j->old.ark_secret, &j->old.who.did,
                               j->old.dsk_secret, &j->statement));
}

static void make_old(struct joining *j)
{
    struct sign_private *root;
    struct network_id nid;
    struct buf first = BUF(DEVICE_LIST_MAX_SIZE);

    assert_ok(sign_generate(&root, j->root.b));
    sign_private_free(root);
    assert_ok(names_network(&j->root, JOINING_DOMAIN, &nid));
    assert_ok(identity_make(&nid, &j->old));
    j->list = (struct device_list){
        .aid = j->old.who.aid, .version = 1, .made_ms = JOINING_NOW_MS - 1, .devices = 1};
    j->list.device[0] = (struct device_entry){
        .did = j->old.who.did, .dsk = j->old.dsk, .role = DEVICE_PLAIN, .added_ms = 1};
    assert_ok(device_list_sign(&j->list, &nid, j->old.ark_secret, &j->old.who.did,
                               j->old.dsk_secret, &first));
    buf_free(&first);
}

static void make_new(struct joining *j)
{
    static const char name[] = "Ada's new telephone";

    assert_ok(sign_generate(&j->dsk, j->ask.dsk.b));
    assert_ok(agree_generate(&j->point, j->ask.point));
    assert_ok(mlkem_generate(&j->kem, j->ask.kem));
    assert_ok(names_device(&j->link.aid, &j->ask.dsk, &j->ask.did));
    memcpy(j->ask.name, name, j->ask.name_n = strlen(name));
}

void joining_begin(struct joining *j)
{
    struct device_entry entry = {.role = DEVICE_PLAIN, .added_ms = JOINING_NOW_MS};

    *j = (struct joining){.statement = BUF(DEVICE_LIST_MAX_SIZE)};
    make_old(j);
    j->link = (struct device_link){
        .nid = j->old.who.nid, .aid = j->old.who.aid, .address_n = 14, .address = "localhost:7443"};
    memset(j->link.secret, 0x5e, sizeof j->link.secret);
    make_new(j);
    assert_ok(device_change_begin(&j->list, JOINING_NOW_MS, &j->next));
    entry.did = j->ask.did;
    entry.dsk = j->ask.dsk;
    assert_ok(device_change_add(&j->next, &entry));
    joining_sign(j);
}

void joining_end(struct joining *j)
{
    identity_free(&j->old);
    sign_private_free(j->dsk);
    agree_private_free(j->point);
    mlkem_private_free(j->kem);
    buf_free(&j->statement);
}

struct link_answer joining_answer(const struct joining *j)
{
    return (struct link_answer){.root = j->root,
                                .domain = JOINING_DOMAIN,
                                .handle = JOINING_HANDLE,
                                .ark_secret = j->old.ark_secret,
                                .list = buf_view(&j->statement)};
}

struct link_answer_keys joining_keys(const struct joining *j)
{
    return (struct link_answer_keys){j->point, j->kem};
}

/* ---- by hand */

static void write_scalar(const struct sign_private *key, struct buf *out)
{
    uint8_t scalar[SIGN_PRIVATE_SIZE];

    assert_ok(sign_private_write(key, scalar));
    buf_bytes(out, BYTES(scalar));
}

static void write_names(struct buf *out)
{
    buf_u8(out, (uint8_t)JOINING_DOMAIN.n);
    buf_bytes(out, JOINING_DOMAIN);
    buf_u8(out, (uint8_t)JOINING_HANDLE.n);
    buf_bytes(out, JOINING_HANDLE);
}

void joining_write_answer(const struct joining *j, struct buf *out)
{
    buf_u8(out, 1);
    buf_bytes(out, BYTES(j->root.b));
    write_names(out);
    write_scalar(j->old.ark_secret, out);
    buf_u32(out, (uint32_t)j->statement.n);
    buf_bytes(out, buf_view(&j->statement));
}

void joining_write_blob(const struct joining *j, struct buf *out)
{
    buf_u8(out, 1);
    buf_bytes(out, ID_BYTES(j->old.who.aid));
    write_names(out);
    write_scalar(j->old.ark_secret, out);
    write_scalar(j->old.dsk_secret, out);
}

static void answer_key(const struct joining *j, struct bytes answer, struct bytes label,
                       uint8_t kw[AEAD_KEY_SIZE])
{
    uint8_t secrets[AGREE_SHARED_SIZE + MLKEM_SHARED_SIZE], h[HASH_SHA512_SIZE];
    struct bytes point = bytes(answer.at, AGREE_PUBLIC_SIZE);
    struct bytes ct = bytes(answer.at + AGREE_PUBLIC_SIZE, MLKEM_SEALED_SIZE);
    struct buf info = BUF(KDF_INFO_MAX);
    struct agree_public *e;

    assert_ok(agree_public_parse(&e, point));
    assert_ok(agree_derive(j->point, e, secrets));
    assert_ok(mlkem_decapsulate(j->kem, ct, secrets + AGREE_SHARED_SIZE));
    buf_bytes(&info, label);
    buf_bytes(&info, ID_BYTES(j->link.nid));
    buf_bytes(&info, ID_BYTES(j->link.aid));
    assert_ok(link_ask_digest(&j->ask, h));
    buf_bytes(&info, BYTES(h));
    buf_bytes(&info, point);
    assert_ok(hash_sha512(&ct, 1, h));
    buf_bytes(&info, BYTES(h));
    assert_ok(kdf_hkdf(BYTES(j->link.secret), BYTES(secrets), buf_view(&info), kw, AEAD_KEY_SIZE));
    buf_free(&info);
    agree_public_free(e);
}

void joining_seal_answer(const struct joining *j, struct bytes answer, struct bytes label,
                         struct bytes plain, struct buf *out)
{
    uint8_t kw[AEAD_KEY_SIZE], slot[DEVICE_LINK_SLOT_SIZE], *at;

    answer_key(j, answer, label, kw);
    assert_ok(device_link_slot(&j->link, slot));
    buf_bytes(out, bytes(answer.at, AGREE_PUBLIC_SIZE + MLKEM_SEALED_SIZE));
    at = buf_extend(out, plain.n + AEAD_TAG_SIZE);
    assert_non_null(at);
    assert_ok(aead_seal(kw, AEAD_NONCE_ZERO, BYTES(slot), plain, at));
}

void joining_seal_blob(const struct network_id *nid, const struct recovery_key *key,
                       struct bytes label, struct bytes plain, struct buf *out)
{
    uint8_t kr[AEAD_KEY_SIZE], aad[sizeof nid->b + RECOVERY_SLOT_SIZE], *at;
    struct buf info = BUF(KDF_INFO_MAX);

    buf_bytes(&info, label);
    buf_bytes(&info, ID_BYTES(*nid));
    assert_ok(kdf_hkdf(bytes(NULL, 0), BYTES(key->r), buf_view(&info), kr, sizeof kr));
    memcpy(aad, nid->b, sizeof nid->b);
    assert_ok(recovery_slot(key, nid, aad + sizeof nid->b));
    at = buf_extend(out, AEAD_NONCE_SIZE + plain.n + AEAD_TAG_SIZE);
    assert_non_null(at);
    memset(at, 1, AEAD_NONCE_SIZE);
    assert_ok(aead_seal(kr, at, BYTES(aad), plain, at + AEAD_NONCE_SIZE));
    buf_free(&info);
}

struct err joining_take_answer(const struct joining *j, struct bytes in)
{
    struct link_answer_keys keys = joining_keys(j);
    struct buf plain = BUF(LINK_ANSWER_MOST);
    struct link_answer got = {.ark_secret = NULL};
    struct device_list devices = {.version = 77};
    struct err err =
        link_answer_open(&j->link, &j->ask, &keys, in, JOINING_NOW_MS, &plain, &got, &devices);

    if (err.code != E_OK) {
        assert_null(got.ark_secret);
        assert_int_equal(devices.version, 77);
    }
    sign_private_free(got.ark_secret);
    buf_free(&plain);
    return err;
}

struct err joining_take_blob(const struct network_id *nid, const struct recovery_key *key,
                             struct bytes in)
{
    struct buf plain = BUF(RECOVERY_BLOB_MOST);
    struct recovery_account got = {.ark_secret = NULL};
    struct err err = recovery_open(key, nid, in, &plain, &got);

    if (err.code != E_OK)
        assert_true(got.ark_secret == NULL && got.dsk_secret == NULL);
    sign_private_free(got.ark_secret);
    sign_private_free(got.dsk_secret);
    buf_free(&plain);
    return err;
}
