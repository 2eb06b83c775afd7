/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/link_answer.h"

#include "base/reader.h"
#include "crypto/kdf.h"
#include "crypto/secret.h"

#define SECRETS_SIZE (AGREE_SHARED_SIZE + MLKEM_SHARED_SIZE)
#define HEAD_SIZE    (AGREE_PUBLIC_SIZE + MLKEM_SEALED_SIZE)

static const uint8_t VERSION = 1;

/* What travels in the open: E | ct. */
struct head {
    uint8_t point[AGREE_PUBLIC_SIZE], ct[MLKEM_SEALED_SIZE];
};

/* kw, from Z | Kpq. */
static struct err derive_key(const struct device_link *link, const struct link_ask *ask,
                             const struct head *head, const uint8_t secrets[SECRETS_SIZE],
                             uint8_t kw[AEAD_KEY_SIZE])
{
    struct err err = OK;
    struct buf info = BUF(KDF_INFO_MAX);
    uint8_t asked[HASH_SHA512_SIZE], ct[HASH_SHA512_SIZE];
    struct bytes written;

    TRY_OUT(link_ask_digest(ask, asked));
    TRY_OUT(hash_sha512(HASH_PARTS(BYTES(head->ct)), ct));
    buf_bytes(&info, BYTES_LABEL("tacet1 link answer"));
    buf_bytes(&info, ID_BYTES(link->nid));
    buf_bytes(&info, ID_BYTES(link->aid));
    buf_bytes(&info, BYTES(asked));
    buf_bytes(&info, BYTES(head->point));
    buf_bytes(&info, BYTES(ct));
    TRY_OUT(buf_end(&info, &written));
    TRY_OUT(
        kdf_hkdf(BYTES(link->secret), bytes(secrets, SECRETS_SIZE), written, kw, AEAD_KEY_SIZE));
out:
    buf_free(&info);
    return err;
}

/* Is it the network and the account of the link, and the new device a device of it? */
static struct err check(const struct device_link *link, const struct link_ask *ask,
                        const struct link_answer *answer, uint64_t now_ms,
                        struct device_list *devices)
{
    struct network_id nid;
    struct account_id aid;
    struct point ark;

    TRY(names_network(&answer->root, answer->domain, &nid));
    TRY(sign_private_public(answer->ark_secret, ark.b));
    TRY(names_account(&nid, &ark, &aid));
    if (!ID_SAME(nid, link->nid) || !ID_SAME(aid, link->aid))
        return FAIL(E_FORGED);
    if (!text_is_handle(answer->handle))
        return FAIL(E_MALFORMED);
    TRY(device_list_check(answer->list, &nid, &ark, NULL, now_ms, devices));
    return device_list_find_device(devices, &ask->did) != NULL ? OK : FAIL(E_FORGED);
}

static struct err write(const struct link_answer *in, struct buf *out, struct bytes *written)
{
    struct err err = OK;
    uint8_t scalar[SIGN_PRIVATE_SIZE];

    TRY_OUT(sign_private_write(in->ark_secret, scalar));
    buf_u8(out, VERSION);
    buf_bytes(out, BYTES(in->root.b));
    buf_u8(out, (uint8_t)in->domain.n);
    buf_bytes(out, in->domain);
    buf_u8(out, (uint8_t)in->handle.n);
    buf_bytes(out, in->handle);
    buf_bytes(out, BYTES(scalar));
    buf_u32(out, (uint32_t)in->list.n);
    buf_bytes(out, in->list);
    TRY_OUT(buf_end(out, written));
out:
    secret_wipe(scalar, sizeof scalar);
    return err;
}

/* A fresh key pair and a fresh encapsulation, and what only the holder of both private halves makes
 * of them. */
static struct err share(const struct link_ask *ask, struct head *head,
                        uint8_t secrets[SECRETS_SIZE])
{
    struct err err = OK;
    struct agree_private *e = NULL;
    struct agree_public *point = NULL;

    TRY_OUT(agree_public_parse(&point, BYTES(ask->point)));
    TRY_OUT(agree_generate(&e, head->point));
    TRY_OUT(agree_derive(e, point, secrets));
    TRY_OUT(mlkem_encapsulate(BYTES(ask->kem), head->ct, secrets + AGREE_SHARED_SIZE));
out:
    agree_private_free(e);
    agree_public_free(point);
    return err;
}

static struct err seal(const struct device_link *link, const struct link_ask *ask,
                       struct bytes plain, struct buf *out)
{
    struct err err = OK;
    size_t before = out->n;
    uint8_t secrets[SECRETS_SIZE], kw[AEAD_KEY_SIZE], slot[DEVICE_LINK_SLOT_SIZE], *at;
    struct head head;

    TRY_OUT(device_link_slot(link, slot));
    TRY_OUT(share(ask, &head, secrets));
    TRY_OUT(derive_key(link, ask, &head, secrets, kw));
    buf_bytes(out, BYTES(head.point));
    buf_bytes(out, BYTES(head.ct));
    at = buf_extend(out, plain.n + AEAD_TAG_SIZE);
    if (at == NULL)
        TRY_OUT(FAIL(out->failed));
    TRY_OUT(aead_seal(kw, AEAD_NONCE_ZERO, BYTES(slot), plain, at));
out:
    if (err.code != E_OK)
        buf_cut(out, before);
    secret_wipe(secrets, sizeof secrets);
    secret_wipe(kw, sizeof kw);
    return err;
}

struct err link_answer_seal(const struct device_link *link, const struct link_ask *ask,
                            const struct link_answer *in, uint64_t now_ms, struct buf *out)
{
    struct err err = OK;
    struct buf plain = BUF(LINK_ANSWER_PLAIN_MOST);
    struct device_list devices;
    struct bytes written;

    TRY_OUT(check(link, ask, in, now_ms, &devices));
    TRY_OUT(write(in, &plain, &written));
    TRY_OUT(seal(link, ask, written, out));
out:
    buf_free(&plain);
    return err;
}

/* The same secrets from the other side. */
static struct err find_secrets(const struct link_answer_keys *keys, const struct head *head,
                               uint8_t secrets[SECRETS_SIZE])
{
    struct err err = OK;
    struct agree_public *e = NULL;

    TRY(agree_public_parse(&e, BYTES(head->point)));
    TRY_OUT(agree_derive(keys->point, e, secrets));
    TRY_OUT(mlkem_decapsulate(keys->kem, BYTES(head->ct), secrets + AGREE_SHARED_SIZE));
out:
    agree_public_free(e);
    return err;
}

static struct err unseal(const struct device_link *link, const struct link_ask *mine,
                         const struct link_answer_keys *keys, struct bytes answer,
                         struct buf *plain)
{
    struct err err = OK;
    struct reader r = reader(answer);
    uint8_t secrets[SECRETS_SIZE], kw[AEAD_KEY_SIZE], slot[DEVICE_LINK_SLOT_SIZE], *at;
    struct head head;
    struct bytes sealed;

    reader_copy(&r, head.point, sizeof head.point);
    reader_copy(&r, head.ct, sizeof head.ct);
    reader_require(&r, reader_left(&r) >= AEAD_TAG_SIZE, E_TRUNCATED);
    if (r.failed != E_OK)
        return FAIL(r.failed);
    sealed = reader_rest(&r);
    TRY_OUT(device_link_slot(link, slot));
    TRY_OUT(find_secrets(keys, &head, secrets));
    TRY_OUT(derive_key(link, mine, &head, secrets, kw));
    at = buf_extend(plain, sealed.n - AEAD_TAG_SIZE);
    if (at == NULL)
        TRY_OUT(FAIL(plain->failed));
    TRY_OUT(aead_open(kw, AEAD_NONCE_ZERO, BYTES(slot), sealed, at));
out:
    secret_wipe(secrets, sizeof secrets);
    secret_wipe(kw, sizeof kw);
    return err;
}

/* On success the key is the caller's. */
static struct err parse(struct bytes plain, struct link_answer *out)
{
    struct reader r = reader(plain);
    struct link_answer got = {.ark_secret = NULL};
    struct bytes scalar;

    reader_require(&r, reader_u8(&r) == VERSION, E_MALFORMED);
    reader_copy(&r, got.root.b, sizeof got.root.b);
    got.domain = reader_take(&r, reader_u8(&r));
    got.handle = reader_take(&r, reader_u8(&r));
    scalar = reader_take(&r, SIGN_PRIVATE_SIZE);
    got.list = reader_block(&r, DEVICE_LIST_MAX_SIZE);
    TRY(reader_end(&r));
    TRY(sign_private_parse(&got.ark_secret, scalar));
    *out = got;
    return OK;
}

struct err link_answer_open(const struct device_link *link, const struct link_ask *mine,
                            const struct link_answer_keys *keys, struct bytes answer,
                            uint64_t now_ms, struct buf *plain, struct link_answer *out,
                            struct device_list *devices)
{
    struct link_answer got = {.ark_secret = NULL};
    struct device_list list;
    struct err err = OK;

    if (answer.n > LINK_ANSWER_MOST)
        return FAIL(E_LIMIT);
    TRY_OUT(unseal(link, mine, keys, answer, plain));
    TRY_OUT(parse(buf_view(plain), &got));
    TRY_OUT(check(link, mine, &got, now_ms, &list));
    *out = got;
    *devices = list;
    got.ark_secret = NULL; /* it is the caller's now */
out:
    sign_private_free(got.ark_secret);
    return err;
}
