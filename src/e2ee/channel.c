/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/channel.h"

#include "base/reader.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/secret.h"
#include "e2ee/channel_internal.h"

#define BOX_PLAIN_SIZE (IDENTITY_PARTY_SIZE + 8 + SIGN_SIZE)
#define SIGNED_SIZE    (IDENTITY_PARTY_SIZE + AGREE_PUBLIC_SIZE + 8)
#define FIX_SIZE       (2 + IDENTITY_PARTY_SIZE + AGREE_PUBLIC_SIZE + 4 + HASH_SHA512_SIZE)
#define SECRETS_SIZE   (AGREE_SHARED_SIZE + MLKEM_SHARED_SIZE)

static const struct bytes LABEL = {(const uint8_t *)"tacet1 cap", sizeof "tacet1 cap"};

/* Everything that both sides know of a capsule before they share a secret. */
struct opening {
    uint8_t profile;
    struct bytes point; /* E_c */
    struct bytes ct;    /* empty in profile standard */
    const struct party *from, *to;
    const struct channel_prekey *prekey;
};

/* suite | profile | B | E_c | SPK number | H(ct): the box's associated data.  With B in it, what
 * was opened to somebody who shows B's prekey as his own does not open at B. */
static struct err write_fix(const struct opening *o, struct buf *out, struct bytes *fix)
{
    uint8_t ct[HASH_SHA512_SIZE];

    TRY(hash_sha512(&o->ct, 1, ct));
    buf_u8(out, UPLOAD_SUITE);
    buf_u8(out, o->profile);
    identity_write_party(o->to, out);
    buf_bytes(out, o->point);
    buf_u32(out, o->prekey->number);
    buf_bytes(out, BYTES(ct));
    return buf_end(out, fix);
}

/* T: the transcript that names the epoch and its keys. */
static struct err transcript(const struct opening *o, uint8_t out[HASH_SHA512_SIZE])
{
    struct err err = OK;
    struct buf b = BUF(512);
    uint8_t ct[HASH_SHA512_SIZE];
    struct bytes written;

    TRY_OUT(hash_sha512(&o->ct, 1, ct));
    buf_bytes(&b, BYTES_LABEL("tacet1 open"));
    buf_u8(&b, UPLOAD_SUITE);
    buf_u8(&b, o->profile);
    identity_write_party(o->from, &b);
    identity_write_party(o->to, &b);
    buf_bytes(&b, o->point);
    buf_u32(&b, o->prekey->number);
    buf_bytes(&b, BYTES(o->prekey->point));
    if (o->profile == UPLOAD_PROFILE_HYBRID)
        buf_bytes(&b, BYTES(o->prekey->kem_digest));
    else
        buf_zeros(&b, PREKEY_KEM_DIGEST_SIZE);
    buf_bytes(&b, BYTES(ct));
    TRY_OUT(buf_end(&b, &written));
    TRY_OUT(hash_sha512(&written, 1, out));
out:
    buf_free(&b);
    return err;
}

/* Z1, and Kpq behind it in profile hybrid: whoever lacks either has nothing. */
static struct err extract(const uint8_t z[AGREE_SHARED_SIZE], struct bytes kpq,
                          uint8_t prk[KDF_PRK_SIZE])
{
    uint8_t both[SECRETS_SIZE];
    struct err err;

    memcpy(both, z, AGREE_SHARED_SIZE);
    if (kpq.n > 0)
        memcpy(both + AGREE_SHARED_SIZE, kpq.at, kpq.n);
    err = kdf_extract((struct bytes){0}, bytes(both, AGREE_SHARED_SIZE + kpq.n), prk);
    secret_wipe(both, sizeof both);
    return err;
}

static struct err box_key(const uint8_t prk[KDF_PRK_SIZE], struct bytes fix,
                          uint8_t kb[AEAD_KEY_SIZE])
{
    struct err err = OK;
    struct buf info = BUF(128);
    uint8_t digest[HASH_SHA512_SIZE];
    struct bytes written;

    TRY_OUT(hash_sha512(&fix, 1, digest));
    buf_bytes(&info, BYTES_LABEL("tacet1 box"));
    buf_bytes(&info, BYTES(digest));
    TRY_OUT(buf_end(&info, &written));
    TRY_OUT(kdf_expand(prk, written, kb, AEAD_KEY_SIZE));
out:
    buf_free(&info);
    return err;
}

static struct err first_chain_key(const uint8_t prk[KDF_PRK_SIZE], const struct opening *o,
                                  uint64_t now_ms, struct epoch *out)
{
    struct err err = OK;
    struct buf info = BUF(128);
    uint8_t t[HASH_SHA512_SIZE];
    struct bytes written;

    TRY_OUT(transcript(o, t));
    buf_bytes(&info, BYTES_LABEL("tacet1 ck0"));
    buf_bytes(&info, BYTES(t));
    TRY_OUT(buf_end(&info, &written));
    TRY_OUT(kdf_expand(prk, written, out->ck, sizeof out->ck));
    memcpy(out->id, t, sizeof out->id);
    out->profile = o->profile;
    out->n = 0;
    out->made_ms = now_ms;
out:
    buf_free(&info);
    return err;
}

/* What a capsule's signature is over, behind its label. */
static struct err write_signed(const struct party *from, struct bytes point, uint64_t made_ms,
                               struct buf *out, struct bytes *written)
{
    identity_write_party(from, out);
    buf_bytes(out, point);
    buf_u64(out, made_ms);
    return buf_end(out, written);
}

struct err channel_opener_make(const struct identity *me, uint64_t now_ms,
                               struct channel_opener *out)
{
    struct err err = OK;
    struct channel_opener o = {.from = me->who, .made_ms = now_ms};
    struct buf b = BUF(SIGNED_SIZE);
    struct bytes written;

    TRY_OUT(agree_generate(&o.secret, o.point));
    TRY_OUT(write_signed(&o.from, BYTES(o.point), o.made_ms, &b, &written));
    TRY_OUT(sign_make(me->dsk_secret, HASH_PARTS(LABEL, written), o.sig));
    *out = o;
    o.secret = NULL;
out:
    buf_free(&b);
    agree_private_free(o.secret);
    return err;
}

void channel_opener_free(struct channel_opener *o)
{
    agree_private_free(o->secret);
    *o = (struct channel_opener){0};
}

static struct err seal_box(const struct channel_opener *o, const uint8_t kb[AEAD_KEY_SIZE],
                           struct bytes fix, struct buf *capsule)
{
    struct err err = OK;
    struct buf plain = BUF(BOX_PLAIN_SIZE);
    struct bytes written;
    uint8_t *box;

    identity_write_party(&o->from, &plain);
    buf_u64(&plain, o->made_ms);
    buf_bytes(&plain, BYTES(o->sig));
    TRY_OUT(buf_end(&plain, &written));
    box = buf_extend(capsule, UPLOAD_BOX_SIZE);
    if (box == NULL)
        TRY_OUT(FAIL(capsule->failed));
    TRY_OUT(aead_seal(kb, AEAD_NONCE_ZERO, fix, written, box));
out:
    buf_free(&plain);
    return err;
}

struct err channel_open_with(const struct channel_opener *o, const struct channel_peer *to,
                             const struct channel_sealed *sealed, struct epoch *epoch,
                             struct buf *capsule)
{
    struct err err = OK;
    bool hybrid = sealed->profile == UPLOAD_PROFILE_HYBRID;
    struct opening opening = {.profile = sealed->profile,
                              .point = BYTES(o->point),
                              .ct = bytes(sealed->ct, hybrid ? sizeof sealed->ct : 0),
                              .from = &o->from,
                              .to = to->who,
                              .prekey = to->prekey};
    struct epoch made = {0};
    struct buf b = BUF(FIX_SIZE);
    struct bytes fix;
    size_t before = capsule->n;
    uint8_t z[AGREE_SHARED_SIZE], prk[KDF_PRK_SIZE], kb[AEAD_KEY_SIZE];

    TRY_OUT(agree_derive(o->secret, to->key, z));
    TRY_OUT(extract(z, bytes(sealed->shared, hybrid ? sizeof sealed->shared : 0), prk));
    TRY_OUT(write_fix(&opening, &b, &fix));
    TRY_OUT(first_chain_key(prk, &opening, o->made_ms, &made));
    TRY_OUT(box_key(prk, fix, kb));
    buf_bytes(capsule, opening.point);
    buf_u32(capsule, to->prekey->number);
    buf_bytes(capsule, opening.ct);
    TRY_OUT(seal_box(o, kb, fix, capsule));
    *epoch = made;
out:
    if (err.code != E_OK)
        buf_cut(capsule, before);
    buf_free(&b);
    secret_wipe(&made, sizeof made);
    secret_wipe(z, sizeof z);
    secret_wipe(prk, sizeof prk);
    secret_wipe(kb, sizeof kb);
    return err;
}

/* To the key that stands in the transcript and to no other. */
static struct err encapsulate(const struct channel_peer *to, struct channel_sealed *out)
{
    uint8_t digest[PREKEY_KEM_DIGEST_SIZE];

    TRY(prekey_kem_digest(to->kem, digest));
    if (!bytes_same(BYTES(digest), BYTES(to->prekey->kem_digest)))
        return FAIL(E_FORGED);
    return mlkem_encapsulate(to->kem, out->ct, out->shared);
}

struct err channel_open(const struct channel_opener *o, const struct channel_peer *to,
                        uint8_t profile, struct epoch *epoch, struct buf *capsule)
{
    struct err err = OK;
    struct channel_sealed sealed = {.profile = profile};

    if (upload_capsule_size(profile) == 0)
        return FAIL(E_MALFORMED);
    if (profile == UPLOAD_PROFILE_HYBRID)
        TRY_OUT(encapsulate(to, &sealed));
    TRY_OUT(channel_open_with(o, to, &sealed, epoch, capsule));
out:
    secret_wipe(&sealed, sizeof sealed);
    return err;
}

static struct err parse_box(struct bytes plain, struct bytes point, struct channel_claim *out)
{
    struct reader r = reader(plain);

    reader_copy(&r, out->from.nid.b, sizeof out->from.nid.b);
    reader_copy(&r, out->from.aid.b, sizeof out->from.aid.b);
    reader_copy(&r, out->from.did.b, sizeof out->from.did.b);
    out->made_ms = reader_u64(&r);
    reader_copy(&r, out->sig, sizeof out->sig);
    memcpy(out->point, point.at, sizeof out->point);
    return reader_end(&r);
}

/* The secret of both sides, from the receiver's prekey. */
static struct err agree_as_receiver(const struct upload_capsule_form *in,
                                    const struct channel_receiver *me, uint8_t prk[KDF_PRK_SIZE])
{
    struct err err = OK;
    struct agree_public *theirs = NULL;
    uint8_t z[AGREE_SHARED_SIZE], kpq[MLKEM_SHARED_SIZE];
    size_t n = in->profile == UPLOAD_PROFILE_HYBRID ? sizeof kpq : 0;

    TRY_OUT(agree_public_parse(&theirs, in->point));
    TRY_OUT(agree_derive(me->secret, theirs, z));
    if (n > 0)
        TRY_OUT(mlkem_decapsulate(me->kem, in->ct, kpq));
    TRY_OUT(extract(z, bytes(kpq, n), prk));
out:
    agree_public_free(theirs);
    secret_wipe(z, sizeof z);
    secret_wipe(kpq, sizeof kpq);
    return err;
}

struct err channel_accept(const struct upload_capsule_form *in, const struct channel_receiver *me,
                          uint64_t now_ms, struct channel_claim *claim, struct epoch *epoch)
{
    struct err err = OK;
    struct channel_claim c;
    struct opening opening = {in->profile, in->point, in->ct, &c.from, me->who, me->prekey};
    struct epoch made = {0};
    struct buf b = BUF(FIX_SIZE);
    struct bytes fix;
    uint8_t prk[KDF_PRK_SIZE], kb[AEAD_KEY_SIZE], plain[BOX_PLAIN_SIZE];

    if (in->prekey != me->prekey->number)
        return FAIL(E_ABSENT);
    TRY_OUT(agree_as_receiver(in, me, prk));
    TRY_OUT(write_fix(&opening, &b, &fix));
    TRY_OUT(box_key(prk, fix, kb));
    TRY_OUT(aead_open(kb, AEAD_NONCE_ZERO, fix, in->box, plain));
    secret_reveal(plain, sizeof plain);
    TRY_OUT(parse_box(BYTES(plain), in->point, &c));
    if (ID_SAME(c.from.did, me->who->did))
        TRY_OUT(FAIL(E_FORGED));
    TRY_OUT(first_chain_key(prk, &opening, now_ms, &made));
    *claim = c;
    *epoch = made;
out:
    buf_free(&b);
    secret_wipe(&made, sizeof made);
    secret_wipe(prk, sizeof prk);
    secret_wipe(kb, sizeof kb);
    secret_wipe(plain, sizeof plain); /* who wrote to us is a secret too */
    return err;
}

struct err channel_verify(const struct channel_claim *claim, const struct point *dsk,
                          uint64_t now_ms)
{
    struct err err = OK;
    struct sign_public *key = NULL;
    struct buf b = BUF(SIGNED_SIZE);
    struct bytes written;

    TRY_OUT(write_signed(&claim->from, BYTES(claim->point), claim->made_ms, &b, &written));
    TRY_OUT(sign_public_parse(&key, BYTES(dsk->b)));
    TRY_OUT(sign_verify(key, HASH_PARTS(LABEL, written), claim->sig));
    if (clock_is_ahead(claim->made_ms, now_ms))
        TRY_OUT(FAIL(E_CLOCK));
out:
    buf_free(&b);
    sign_public_free(key);
    return err;
}

bool channel_is_worn(const struct epoch *e, uint64_t now_ms)
{
    return e->n >= CHANNEL_MESSAGES_MAX || clock_since(now_ms, e->made_ms) >= CHANNEL_AGE_MAX_MS;
}

struct err channel_step(struct epoch *e, uint8_t mk[CHANNEL_KEY_SIZE])
{
    struct err err = OK;
    static const uint8_t one[] = {1}, two[] = {2};
    uint8_t key[HASH_SHA512_SIZE], next[HASH_SHA512_SIZE];

    TRY_OUT(
        hash_hmac_sha512(BYTES(e->ck), HASH_PARTS(BYTES(one), BYTES_LITERAL("tacet1 mk")), key));
    TRY_OUT(
        hash_hmac_sha512(BYTES(e->ck), HASH_PARTS(BYTES(two), BYTES_LITERAL("tacet1 ck")), next));
    memcpy(mk, key, CHANNEL_KEY_SIZE);
    memcpy(e->ck, next, CHANNEL_KEY_SIZE);
    e->n++;
out:
    secret_wipe(key, sizeof key);
    secret_wipe(next, sizeof next);
    return err;
}

struct err channel_reach(const struct epoch *have, uint32_t n, struct arena *a, struct epoch *after,
                         uint8_t mk[CHANNEL_KEY_SIZE], struct skipped **passed, size_t *n_passed)
{
    struct err err = OK;
    struct epoch e = *have;
    size_t steps, keep;
    struct skipped *keys;

    if (n < have->n)
        TRY_OUT(FAIL(E_ABSENT));
    steps = n - have->n;
    if (steps > CHANNEL_STEPS_MAX || n == UINT32_MAX)
        TRY_OUT(FAIL(E_LIMIT));
    keep = steps < CHANNEL_SKIPPED_MAX ? steps : CHANNEL_SKIPPED_MAX;
    keys = ARENA_ARRAY(a, keep, struct skipped);
    if (keys == NULL)
        TRY_OUT(FAIL(E_NOMEM));
    for (size_t i = 0; i < steps; i++) {
        uint32_t at = e.n;

        TRY_OUT(channel_step(&e, mk));
        if (steps - i > keep)
            continue;
        keys[i - (steps - keep)].n = at;
        memcpy(keys[i - (steps - keep)].mk, mk, CHANNEL_KEY_SIZE);
    }
    TRY_OUT(channel_step(&e, mk));
    *after = e;
    *passed = keys;
    *n_passed = keep;
out:
    secret_wipe(&e, sizeof e);
    if (err.code != E_OK)
        secret_wipe(mk, CHANNEL_KEY_SIZE);
    return err;
}

void channel_write_epoch(const struct epoch *e, struct buf *out)
{
    buf_u8(out, e->profile);
    buf_bytes(out, BYTES(e->id));
    buf_bytes(out, BYTES(e->ck));
    buf_u32(out, e->n);
    buf_u64(out, e->made_ms);
}

void channel_read_epoch(struct reader *r, struct epoch *out)
{
    out->profile = reader_u8(r);
    reader_copy(r, out->id, sizeof out->id);
    reader_copy(r, out->ck, sizeof out->ck);
    out->n = reader_u32(r);
    out->made_ms = reader_u64(r);
}
