/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/schedule.h"

#include "crypto/kdf.h"

static const struct bytes NO_SALT = {NULL, 0};

struct err schedule_body_key(struct bytes mk, uint8_t out[AEAD_KEY_SIZE])
{
    return kdf_hkdf(NO_SALT, mk, BYTES_LABEL("tacet1 body"), out, AEAD_KEY_SIZE);
}

struct err schedule_commitment(struct bytes mk, uint8_t out[UPLOAD_COMMITMENT_SIZE])
{
    return kdf_hkdf(NO_SALT, mk, BYTES_LABEL("tacet1 commit"), out, UPLOAD_COMMITMENT_SIZE);
}

struct err schedule_trailer_key(struct bytes mk, struct bytes ctx, uint8_t out[AEAD_KEY_SIZE])
{
    struct err err = OK;
    struct buf info = BUF(KDF_INFO_MAX);

    buf_bytes(&info, BYTES_LABEL("tacet1 trailer"));
    buf_bytes(&info, ctx);
    TRY_OUT(info.failed == E_OK ? OK : FAIL(info.failed));
    TRY_OUT(kdf_hkdf(NO_SALT, mk, buf_view(&info), out, AEAD_KEY_SIZE));
out:
    buf_free(&info);
    return err;
}

struct err schedule_ctx(struct bytes head, struct bytes scope, struct bytes com, struct bytes body,
                        uint8_t out[SCHEDULE_CTX_SIZE])
{
    uint8_t digest[HASH_SHA512_SIZE];

    TRY(hash_sha512(&body, 1, digest));
    return hash_sha512(HASH_PARTS(BYTES_LABEL("tacet1 ctx"), head, scope, com, BYTES(digest)), out);
}

struct err schedule_entry_key(const struct schedule_entry *e, struct bytes mk, struct bytes z,
                              uint8_t out[AEAD_KEY_SIZE])
{
    struct err err = OK;
    struct buf info = BUF(KDF_INFO_MAX);

    buf_bytes(&info, BYTES_LABEL("tacet1 entry"));
    buf_bytes(&info, e->ctx);
    buf_bytes(&info, ID_BYTES(*e->from));
    identity_write_party(e->to, &info);
    buf_u32(&info, e->prekey);
    buf_bytes(&info, bytes(e->epoch, CHANNEL_EPOCH_ID_SIZE));
    buf_u32(&info, e->n);
    TRY_OUT(info.failed == E_OK ? OK : FAIL(info.failed));
    TRY_OUT(kdf_hkdf(mk, z, buf_view(&info), out, AEAD_KEY_SIZE));
out:
    buf_free(&info);
    return err;
}

struct err schedule_hint_mask(struct bytes ctx, const struct device_id *to, struct bytes z,
                              uint8_t out[SCHEDULE_HINT_SIZE])
{
    struct err err = OK;
    struct buf info = BUF(KDF_INFO_MAX);

    buf_bytes(&info, BYTES_LABEL("tacet1 hint"));
    buf_bytes(&info, ctx);
    buf_bytes(&info, ID_BYTES(*to));
    TRY_OUT(info.failed == E_OK ? OK : FAIL(info.failed));
    TRY_OUT(kdf_hkdf(NO_SALT, z, buf_view(&info), out, SCHEDULE_HINT_SIZE));
out:
    buf_free(&info);
    return err;
}
