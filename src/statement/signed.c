/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/signed_internal.h"

#include "crypto/hash.h"

struct signed_parts signed_read(struct bytes in, struct reader *r)
{
    struct bytes body = bytes(in.at, in.n - reader_left(r));

    return (struct signed_parts){body, reader_take(r, SIGN_SIZE)};
}

struct err signed_make(struct bytes label, const struct network_id *nid, struct bytes body,
                       const struct sign_private *key, uint8_t signature[SIGN_SIZE])
{
    return sign_make(key, HASH_PARTS(label, ID_BYTES(*nid), body), signature);
}

struct err signed_append(struct bytes label, const struct network_id *nid, struct buf *out,
                         size_t before, const struct sign_private *key)
{
    uint8_t signature[SIGN_SIZE];
    struct bytes all;
    struct err err = OK;

    TRY_OUT(buf_end(out, &all));
    TRY_OUT(signed_make(label, nid, bytes(&all.at[before], all.n - before), key, signature));
    buf_bytes(out, BYTES(signature));
    TRY_OUT(buf_end(out, &all));
out:
    if (err.code != E_OK)
        buf_cut(out, before);
    return err;
}

struct err signed_verify(struct bytes label, const struct network_id *nid,
                         struct signed_parts parts, const struct point *key)
{
    struct sign_public *pub = NULL;
    struct err err = OK;

    invariant(parts.signature.n == SIGN_SIZE);
    TRY(sign_public_parse(&pub, BYTES(key->b)));
    err = sign_verify(pub, HASH_PARTS(label, ID_BYTES(*nid), parts.body), parts.signature.at);
    sign_public_free(pub);
    return err;
}

struct err signed_check_point(const struct point *key)
{
    struct sign_public *pub = NULL;

    TRY(sign_public_parse(&pub, BYTES(key->b)));
    sign_public_free(pub);
    return OK;
}
