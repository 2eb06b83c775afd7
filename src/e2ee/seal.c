/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/seal.h"

#include <stdlib.h>

#include "crypto/secret.h"
#include "e2ee/payload.h"
#include "e2ee/schedule.h"
#include "e2ee/seal_internal.h"
#include "wire/limits.h"

/* A message on its way into an upload. */
struct sealing {
    const struct seal_request *rq;
    const struct seal_keys *keys;
    struct upload_shared shared;
    uint8_t ctx[SCHEDULE_CTX_SIZE];
    struct buf scope, body, trailer, entries;
};

static struct err write_head(struct sealing *s)
{
    uint8_t *head = s->shared.head;

    head[0] = UPLOAD_VERSION;
    head[1] = UPLOAD_SUITE;
    head[2] = s->rq->profile;
    head[3] = s->rq->place == NULL ? 0 : UPLOAD_FLAG_PARTIAL;
    memcpy(head + 4, s->keys->point, AGREE_PUBLIC_SIZE);
    if (s->rq->place != NULL)
        upload_write_scope(s->rq->place, s->rq->n, &s->scope);
    return buf_end(&s->scope, &s->shared.scope);
}

static struct err seal_body(struct sealing *s)
{
    struct err err = OK;
    uint8_t key[AEAD_KEY_SIZE];
    size_t n;

    TRY_OUT(payload_pad(s->rq->content, &s->body));
    n = s->body.n;
    TRY_OUT(schedule_body_key(BYTES(s->keys->mk), key));
    buf_zeros(&s->body, AEAD_TAG_SIZE);
    TRY_OUT(buf_end(&s->body, &s->shared.body));
    TRY_OUT(
        aead_seal(key, AEAD_NONCE_ZERO, BYTES(s->shared.head), bytes(s->body.at, n), s->body.at));
    TRY_OUT(schedule_commitment(BYTES(s->keys->mk), s->shared.com));
    TRY_OUT(schedule_ctx(BYTES(s->shared.head), s->shared.scope, BYTES(s->shared.com),
                         s->shared.body, s->ctx));
out:
    secret_wipe(key, sizeof key);
    return err;
}

static struct err seal_trailer(struct sealing *s)
{
    struct err err = OK;
    uint8_t key[AEAD_KEY_SIZE];
    size_t n;

    TRY_OUT(trailer_sign(s->rq->core, s->rq->wrap, BYTES(s->ctx), s->rq->me, &s->trailer));
    n = s->trailer.n;
    if (s->rq->proof != NULL)
        proof_write(s->ctx, buf_view(&s->trailer), s->rq->proof);
    TRY_OUT(schedule_trailer_key(BYTES(s->keys->mk), BYTES(s->ctx), key));
    buf_zeros(&s->trailer, AEAD_TAG_SIZE);
    TRY_OUT(buf_end(&s->trailer, &s->shared.trailer));
    TRY_OUT(aead_seal(key, AEAD_NONCE_ZERO, BYTES(s->ctx), bytes(s->trailer.at, n), s->trailer.at));
out:
    secret_wipe(key, sizeof key);
    return err;
}

static void write_hint(const struct sealing *s, uint32_t n, const uint8_t mask[SCHEDULE_HINT_SIZE],
                       struct buf *out)
{
    uint8_t *at = buf_extend(out, SCHEDULE_PREFIX_SIZE);

    if (at == NULL)
        return;
    memcpy(at, s->rq->me->who.did.b, SCHEDULE_PREFIX_SIZE);
    buf_u32(out, n);
    if (out->failed != E_OK)
        return;
    at = out->at + (out->n - SCHEDULE_HINT_SIZE);
    for (size_t i = 0; i < SCHEDULE_HINT_SIZE; i++)
        at[i] ^= mask[i];
}

static struct err seal_entry(struct sealing *s, const struct seal_recipient *to, struct bytes z)
{
    struct err err = OK;
    struct schedule_entry bound = {BYTES(s->ctx), &s->rq->me->who.did, &to->who,
                                   to->prekey,    to->epoch,           to->n};
    uint8_t ek[AEAD_KEY_SIZE], mask[SCHEDULE_HINT_SIZE], *sealed;

    TRY_OUT(schedule_entry_key(&bound, BYTES(to->mk), z, ek));
    TRY_OUT(schedule_hint_mask(bound.ctx, &to->who.did, z, mask));
    buf_u16(&s->entries, (uint16_t)(to->prekey & 0xffff));
    write_hint(s, to->n, mask, &s->entries);
    sealed = buf_extend(&s->entries, AEAD_KEY_SIZE + AEAD_TAG_SIZE);
    if (sealed == NULL)
        TRY_OUT(FAIL(s->entries.failed));
    TRY_OUT(aead_seal(ek, AEAD_NONCE_ZERO, bound.ctx, BYTES(s->keys->mk), sealed));
out:
    secret_wipe(ek, sizeof ek);
    secret_wipe(mask, sizeof mask);
    return err;
}

static struct err seal_entries(struct sealing *s)
{
    struct err err = OK;
    size_t n = s->rq->n;
    const struct agree_public **keys = calloc(n, sizeof *keys);
    uint8_t(*z)[AGREE_SHARED_SIZE] = calloc(n, sizeof *z);

    if (keys == NULL || z == NULL)
        TRY_OUT(FAIL(E_NOMEM));
    for (size_t i = 0; i < n; i++)
        keys[i] = s->rq->to[i].key;
    TRY_OUT(p521_ecdh_batch(s->keys->e, keys, n, z, s->rq->pool));
    for (size_t i = 0; i < n; i++)
        TRY_OUT(seal_entry(s, &s->rq->to[i], BYTES(z[i])));
out:
    if (z != NULL)
        secret_wipe(z, n * sizeof *z);
    free(z);
    free(keys);
    return err;
}

static struct err write_upload(struct sealing *s, struct buf *out)
{
    size_t before = out->n;
    struct upload u = {.shared = s->shared,
                       .number = s->rq->number,
                       .capsules = s->rq->capsules,
                       .recipients = s->rq->n};
    struct upload_capsule capsule[LIMIT_CAPSULES];

    for (size_t i = 0; i < u.capsules; i++)
        capsule[i] = s->rq->capsule[i];
    u.capsule = capsule;
    u.shared.roster = s->rq->wrap->roster;
    TRY(buf_end(&s->entries, &u.entries));
    upload_write(&u, out);
    if (out->failed != E_OK) {
        buf_cut(out, before);
        return FAIL(out->failed);
    }
    return OK;
}

struct err seal_with(const struct seal_request *rq, const struct seal_keys *keys, struct buf *out)
{
    struct err err = OK;
    struct sealing s = {.rq = rq,
                        .keys = keys,
                        .scope = BUF(UPLOAD_SCOPE_MOST),
                        .body = BUF(UPLOAD_BODY_MOST),
                        .trailer = BUF(UPLOAD_TRAILER_SIZE),
                        .entries = BUF(LIMIT_RECIPIENTS * UPLOAD_ENTRY_SIZE)};

    if (rq->n == 0 || rq->n > LIMIT_RECIPIENTS || rq->capsules > LIMIT_CAPSULES)
        return FAIL(E_LIMIT);
    if (upload_capsule_size(rq->profile) == 0)
        return FAIL(E_MALFORMED);
    TRY_OUT(write_head(&s));
    TRY_OUT(seal_body(&s));
    TRY_OUT(seal_trailer(&s));
    TRY_OUT(seal_entries(&s));
    TRY_OUT(write_upload(&s, out));
out:
    buf_free(&s.scope);
    buf_free(&s.body);
    buf_free(&s.trailer);
    buf_free(&s.entries);
    return err;
}

struct err seal(const struct seal_request *rq, struct random *random, struct buf *out)
{
    struct err err = OK;
    struct seal_keys keys = {0};

    TRY_OUT(random_fill(random, keys.mk, sizeof keys.mk));
    TRY_OUT(agree_generate(&keys.e, keys.point));
    TRY_OUT(seal_with(rq, &keys, out));
out:
    agree_private_free(keys.e);
    secret_wipe(&keys, sizeof keys);
    return err;
}
