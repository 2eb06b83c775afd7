/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/invitation.h"

#include "crypto/hash.h"

static const struct link_form_kind KIND = {
    {(const uint8_t *)INVITATION_PREFIX, sizeof INVITATION_PREFIX - 1},
    INVITATION_TOKEN_SIZE,
    INVITATION_LINK_MAX};

struct err invitation_write(const struct invitation *in, struct buf *out)
{
    if (in->address_n > INVITATION_ADDRESS_MAX)
        return FAIL(E_MALFORMED);
    return link_form_write(&KIND,
                           &(struct link_form){ID_BYTES(in->nid), BYTES(in->pin), BYTES(in->token),
                                               bytes(in->address, in->address_n)},
                           out);
}

struct err invitation_read(struct bytes link, struct invitation *out)
{
    struct buf decoded = BUF(INVITATION_LINK_MAX);
    struct invitation got = {.address_n = 0};
    struct link_form l;
    struct err err = OK;

    TRY_OUT(link_form_read(&KIND, link, &decoded, &l));
    memcpy(got.nid.b, l.nid.at, sizeof got.nid.b);
    memcpy(got.pin, l.pin.at, sizeof got.pin);
    memcpy(got.token, l.own.at, sizeof got.token);
    memcpy(got.address, l.address.at, l.address.n);
    got.address_n = l.address.n;
    *out = got;
out:
    buf_free(&decoded);
    return err;
}

struct err invitation_token_hash(const uint8_t token[INVITATION_TOKEN_SIZE], uint8_t out[32])
{
    return hash_sha256(HASH_PARTS(bytes(token, INVITATION_TOKEN_SIZE)), out);
}
