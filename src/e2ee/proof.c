/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/proof.h"

#include "statement/upload.h"

#define PLAIN_SIZE (UPLOAD_TRAILER_SIZE - AEAD_TAG_SIZE)

void proof_write(const uint8_t ctx[SCHEDULE_CTX_SIZE], struct bytes trailer,
                 uint8_t out[PROOF_SIZE])
{
    invariant(trailer.n >= TRAILER_SIGNED_SIZE);
    memcpy(out, ctx, SCHEDULE_CTX_SIZE);
    memcpy(out + SCHEDULE_CTX_SIZE, trailer.at, TRAILER_SIGNED_SIZE);
}

/* The trailer as it was: with the zeros that stood behind it. */
static struct err trailer_of(struct bytes in, uint8_t plain[PLAIN_SIZE])
{
    if (in.n != PROOF_SIZE)
        return FAIL(in.n < PROOF_SIZE ? E_TRUNCATED : E_MALFORMED);
    memset(plain, 0, PLAIN_SIZE);
    memcpy(plain, in.at + SCHEDULE_CTX_SIZE, TRAILER_SIGNED_SIZE);
    return OK;
}

struct err proof_parse(struct bytes in, struct core *core, struct wrap *wrap)
{
    uint8_t plain[PLAIN_SIZE];
    struct bytes sig;

    TRY(trailer_of(in, plain));
    return trailer_parse(BYTES(plain), core, wrap, &sig);
}

struct err proof_check(struct bytes in, struct bytes content, const struct sign_public *dsk)
{
    uint8_t plain[PLAIN_SIZE], digest[NAMES_H32_SIZE];
    struct core core;
    struct wrap wrap;
    struct bytes sig;

    TRY(trailer_of(in, plain));
    TRY(trailer_parse(BYTES(plain), &core, &wrap, &sig));
    TRY(trailer_digest(&core.id, content, digest));
    if (!bytes_same(BYTES(digest), BYTES(core.digest)))
        return FAIL(E_FORGED);
    return trailer_verify(BYTES(plain), bytes(in.at, SCHEDULE_CTX_SIZE), &core.sender.nid, dsk);
}
