/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/open.h"

#include "base/reader.h"
#include "crypto/secret.h"
#include "e2ee/payload.h"

#define ENTRY_KEY_AT (2 + SCHEDULE_HINT_SIZE) /* where the sealed MK stands in an entry */

static struct bytes entry_hint(const struct opened *o)
{
    return bytes(o->in.entry.at + 2, SCHEDULE_HINT_SIZE);
}

static struct bytes entry_key(const struct opened *o)
{
    return bytes(o->in.entry.at + ENTRY_KEY_AT, UPLOAD_ENTRY_SIZE - ENTRY_KEY_AT);
}

struct err open_begin(struct bytes delivery, struct opened *o)
{
    struct opened begun = {0};
    struct reader r;

    TRY(upload_parse_delivery(delivery, &begun.in));
    TRY(schedule_ctx(BYTES(begun.in.shared.head), begun.in.shared.scope, BYTES(begun.in.shared.com),
                     begun.in.shared.body, begun.ctx));
    r = reader(begun.in.entry);
    begun.prekey_low = reader_u16(&r);
    *o = begun;
    return OK;
}

struct err open_agree(struct opened *o, const struct agree_private *prekey)
{
    struct err err = OK;
    struct agree_public *e = NULL;

    TRY_OUT(agree_public_parse(&e, bytes(o->in.shared.head + 4, AGREE_PUBLIC_SIZE)));
    TRY_OUT(agree_derive(prekey, e, o->z));
    o->agreed = true;
out:
    agree_public_free(e);
    return err;
}

struct err open_hint(struct opened *o, const struct agree_private *prekey,
                     const struct device_id *me)
{
    struct err err = OK;
    struct bytes hint = entry_hint(o);
    uint8_t plain[SCHEDULE_HINT_SIZE];
    struct reader r;

    if (!o->agreed)
        TRY_OUT(open_agree(o, prekey));
    TRY_OUT(schedule_hint_mask(BYTES(o->ctx), me, BYTES(o->z), plain));
    for (size_t i = 0; i < sizeof plain; i++)
        plain[i] ^= hint.at[i];
    secret_reveal(plain, sizeof plain);
    r = reader(BYTES(plain));
    reader_copy(&r, o->prefix, sizeof o->prefix);
    o->n = reader_u32(&r);
out:
    secret_wipe(plain, sizeof plain);
    return err;
}

/* MK as the entry seals it, held against the commitment that everyone else was given. */
static struct err open_key(const struct opened *o, const struct open_candidate *c,
                           uint8_t mk[AEAD_KEY_SIZE])
{
    struct err err = OK;
    struct schedule_entry bound = {BYTES(o->ctx), c->from, c->me, c->prekey, c->epoch, o->n};
    uint8_t ek[AEAD_KEY_SIZE], com[UPLOAD_COMMITMENT_SIZE];
    bool kept;

    TRY_OUT(schedule_entry_key(&bound, bytes(c->mk, CHANNEL_KEY_SIZE), BYTES(o->z), ek));
    TRY_OUT(aead_open(ek, AEAD_NONCE_ZERO, BYTES(o->ctx), entry_key(o), mk));
    TRY_OUT(schedule_commitment(bytes(mk, AEAD_KEY_SIZE), com));
    kept = secret_same(BYTES(com), BYTES(o->in.shared.com));
    secret_reveal(&kept, sizeof kept);
    if (!kept)
        TRY_OUT(FAIL(E_FORGED));
out:
    secret_wipe(ek, sizeof ek);
    return err;
}

struct err open_entry(struct opened *o, const struct open_candidate *c)
{
    struct err err = OK;
    uint8_t key[AEAD_KEY_SIZE];
    struct bytes sig;

    if (c->profile != upload_profile(BYTES(o->in.shared.head)))
        TRY_OUT(FAIL(E_FORGED));
    TRY_OUT(open_key(o, c, o->mk));
    TRY_OUT(schedule_trailer_key(BYTES(o->mk), BYTES(o->ctx), key));
    TRY_OUT(aead_open(key, AEAD_NONCE_ZERO, BYTES(o->ctx), o->in.shared.trailer, o->trailer));
    secret_reveal(o->trailer, sizeof o->trailer);
    TRY_OUT(trailer_parse(BYTES(o->trailer), &o->core, &o->wrap, &sig));
out:
    /* An MK that did not keep its commitment must not lie where a believed one would. */
    if (err.code != E_OK) {
        secret_wipe(o->mk, sizeof o->mk);
        secret_wipe(o->trailer, sizeof o->trailer);
    }
    secret_wipe(key, sizeof key);
    return err;
}

/* Opened in `plain`, checked, and only then handed on. */
static struct err content_of(const struct opened *o, struct bytes plain, struct buf *out)
{
    uint8_t digest[NAMES_H32_SIZE];
    struct bytes content;

    TRY(payload_unpad(plain, &content));
    TRY(trailer_digest(&o->core.id, content, digest));
    if (!bytes_same(BYTES(digest), BYTES(o->core.digest)))
        return FAIL(E_FORGED);
    buf_bytes(out, content);
    return out->failed == E_OK ? OK : FAIL(out->failed);
}

struct err open_content(struct opened *o, const struct sign_public *dsk, struct buf *out)
{
    struct err err = OK;
    struct buf plain = BUF(UPLOAD_BODY_MOST);
    struct bytes sealed = o->in.shared.body;
    uint8_t key[AEAD_KEY_SIZE], *at;

    TRY_OUT(trailer_verify(BYTES(o->trailer), BYTES(o->ctx), &o->core.sender.nid, dsk));
    TRY_OUT(schedule_body_key(BYTES(o->mk), key));
    at = buf_extend(&plain, sealed.n - AEAD_TAG_SIZE);
    if (at == NULL)
        TRY_OUT(FAIL(plain.failed));
    TRY_OUT(aead_open(key, AEAD_NONCE_ZERO, BYTES(o->in.shared.head), sealed, at));
    secret_reveal(plain.at, plain.n);
    TRY_OUT(content_of(o, buf_view(&plain), out));
out:
    secret_wipe(key, sizeof key);
    buf_free(&plain);
    return err;
}

void open_wipe(struct opened *o)
{
    secret_wipe(o, sizeof *o);
}
