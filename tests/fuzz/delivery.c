/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Opening a delivery [PROTOCOL 6.5], as a member can make one who holds all the keys: what is
 * sealed is taken as it stands (see trusted.c), and the commitment and the digest, which no input
 * would ever hit, are put right.
 *
 * Input: a delivery.
 */
#include "e2ee/open.h"

#include "e2ee/payload.h"
#include "fuzz/fuzz.h"

#define INPUT_MAX (16 * 1024)
#define MK_BEHIND (UPLOAD_COMMITMENT_SIZE + 48 + 2 + SCHEDULE_HINT_SIZE) /* the commitment */

static struct agree_private *prekey;
static struct sign_public *dsk;

/* Keys of ours: which ones does not matter. */
static void make_keys(void)
{
    uint8_t point[AGREE_PUBLIC_SIZE], pub[SIGN_PUBLIC_SIZE];
    uint8_t scalar[SIGN_PRIVATE_SIZE] = {[SIGN_PRIVATE_SIZE - 1] = 7};
    struct sign_private *secret = NULL;

    invariant(agree_private_parse(&prekey, BYTES(scalar)).code == E_OK);
    invariant(agree_private_public(prekey, point).code == E_OK);
    invariant(sign_private_parse(&secret, BYTES(scalar)).code == E_OK);
    invariant(sign_private_public(secret, pub).code == E_OK);
    invariant(sign_public_parse(&dsk, BYTES(pub)).code == E_OK);
    sign_private_free(secret);
}

static struct bytes sealed_plain(struct bytes sealed)
{
    return bytes(sealed.at, sealed.n - AEAD_TAG_SIZE);
}

/* The trailer, which opened as it stands, would be written so again, with the signature in it. */
static void is_trailer_again(const struct opened *o)
{
    static const struct identity nobody; /* whose signature is never made: see trusted.c */
    struct buf b = BUF(sizeof o->trailer);
    size_t sig = TRAILER_CORE_SIZE + 68;

    invariant(trailer_sign(&o->core, &o->wrap, BYTES(o->ctx), &nobody, &b).code == E_OK);
    memcpy(&b.at[sig], &o->trailer[sig], SIGN_SIZE);
    invariant(bytes_same(buf_view(&b), BYTES(o->trailer)));
    invariant(bytes_same(BYTES(o->trailer), sealed_plain(o->in.shared.trailer)));
    buf_free(&b);
}

static void read_content(struct opened *o)
{
    struct bytes plain = sealed_plain(o->in.shared.body), inner;
    struct buf content = BUF(UPLOAD_BODY_MOST), again = BUF(UPLOAD_BODY_MOST);
    struct err form = payload_unpad(plain, &inner), err;

    if (form.code == E_OK)
        invariant(trailer_digest(&o->core.id, inner, o->core.digest).code == E_OK);
    err = open_content(o, dsk, &content);
    if (err.code == E_OK) {
        invariant(form.code == E_OK && bytes_same(buf_view(&content), inner));
        invariant(payload_pad(buf_view(&content), &again).code == E_OK);
        invariant(bytes_same(buf_view(&again), plain));
    } else {
        invariant(content.n == 0 && (form.code != E_OK || err.code == E_FORGED));
    }
    buf_free(&content);
    buf_free(&again);
}

static void open_all(struct bytes in)
{
    static const struct device_id me = {{1}}, from = {{2}};
    static const struct party party = {.did = {{1}}};
    static const uint8_t epoch[CHANNEL_EPOCH_ID_SIZE], mk[CHANNEL_KEY_SIZE];
    const struct open_candidate c = {&from, &party, 1, upload_profile(in), epoch, mk};
    static struct opened o;
    struct err err;

    FUZZ_FILLED(o);
    err = open_begin(in, &o);
    if (err.code != E_OK) {
        invariant(fuzz_is_filled(&o, sizeof o));
        return;
    }
    if (open_hint(&o, prekey, &me).code == E_OK) {
        err = open_entry(&o, &c);
        if (err.code == E_OK) {
            is_trailer_again(&o);
            read_content(&o);
        } else {
            invariant(bytes_all_zero(BYTES(o.mk)) && bytes_all_zero(BYTES(o.trailer)));
        }
    }
    open_wipe(&o);
}

/* Where the commitment stands: behind the head, and the scope of a partial upload. */
static size_t com_at(struct bytes in)
{
    struct reader r = reader(in);

    reader_take(&r, 3);
    if (reader_u8(&r) != UPLOAD_FLAG_PARTIAL)
        return UPLOAD_HEAD_SIZE;
    reader_take(&r, AGREE_PUBLIC_SIZE);
    return UPLOAD_HEAD_SIZE + 2 + 2 * (size_t)reader_u16(&r);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct buf in = BUF(INPUT_MAX);
    uint8_t com[UPLOAD_COMMITMENT_SIZE];
    size_t at_com;

    if (prekey == NULL)
        make_keys();
    buf_bytes(&in, fuzz_front(bytes(at, n), INPUT_MAX));
    at_com = com_at(buf_view(&in));
    if (in.n >= at_com + MK_BEHIND + AEAD_KEY_SIZE) {
        struct bytes mk = bytes(&in.at[at_com + MK_BEHIND], AEAD_KEY_SIZE);

        invariant(schedule_commitment(mk, com).code == E_OK);
        memcpy(&in.at[at_com], com, sizeof com);
    }
    open_all(buf_view(&in));
    buf_free(&in);
    return 0;
}
