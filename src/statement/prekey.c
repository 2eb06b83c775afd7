/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/prekey.h"

#include "crypto/hash.h"
#include "statement/signed_internal.h"

#define LABEL BYTES_LABEL("tacet1 spk")

_Static_assert(PREKEY_KEM_DIGEST_SIZE == HASH_SHA384_SIZE, "a digest is SHA-384");

static const uint8_t VERSION = 1;

/* [PROTOCOL 4.4] */
static bool is_sound(const struct prekey *p)
{
    return p->number >= 1 && p->list_version >= 1 && p->made_ms <= UINT64_MAX - PREKEY_LIFE_MS &&
           !bytes_all_zero(BYTES(p->kem_digest));
}

struct err prekey_sign(const struct prekey *p, const struct network_id *nid,
                       const struct sign_private *dsk, struct buf *out)
{
    size_t before = out->n;

    if (!is_sound(p))
        return FAIL(E_MALFORMED);
    buf_u8(out, VERSION);
    buf_bytes(out, ID_BYTES(p->aid));
    buf_bytes(out, ID_BYTES(p->did));
    buf_u32(out, p->number);
    buf_bytes(out, BYTES(p->point));
    buf_bytes(out, BYTES(p->kem_digest));
    buf_u64(out, p->made_ms);
    buf_u64(out, p->made_ms + PREKEY_LIFE_MS);
    buf_u32(out, p->list_version);
    buf_bytes(out, BYTES(p->list_hash));
    return signed_append(LABEL, nid, out, before, dsk);
}

static struct err parse(struct bytes in, struct prekey *out, struct signed_parts *parts)
{
    struct reader r = reader(in);
    uint64_t expires_ms;

    reader_require(&r, reader_u8(&r) == VERSION, E_MALFORMED);
    reader_copy(&r, out->aid.b, sizeof out->aid.b);
    reader_copy(&r, out->did.b, sizeof out->did.b);
    out->number = reader_u32(&r);
    reader_copy(&r, out->point, sizeof out->point);
    reader_copy(&r, out->kem_digest, sizeof out->kem_digest);
    out->made_ms = reader_u64(&r);
    expires_ms = reader_u64(&r);
    out->list_version = reader_u32(&r);
    reader_copy(&r, out->list_hash, sizeof out->list_hash);
    *parts = signed_read(in, &r);
    TRY(reader_end(&r));
    if (!is_sound(out) || expires_ms != out->made_ms + PREKEY_LIFE_MS)
        return FAIL(E_MALFORMED);
    return OK;
}

static struct err check_point(const uint8_t point[AGREE_PUBLIC_SIZE])
{
    struct agree_public *pub = NULL;

    TRY(agree_public_parse(&pub, bytes(point, AGREE_PUBLIC_SIZE)));
    agree_public_free(pub);
    return OK;
}

struct err prekey_check(struct bytes in, const struct network_id *nid, const struct point *dsk,
                        uint64_t now_ms, struct prekey *out)
{
    struct prekey p;
    struct signed_parts parts;
    struct device_id follows;

    TRY(parse(in, &p, &parts));
    TRY(check_point(p.point));
    TRY(signed_verify(LABEL, nid, parts, dsk));
    TRY(names_device(&p.aid, dsk, &follows));
    if (!ID_SAME(p.did, follows))
        return FAIL(E_FORGED);
    if (clock_is_ahead(p.made_ms, now_ms))
        return FAIL(E_CLOCK);
    if (prekey_is_expired(&p, now_ms))
        return FAIL(E_EXPIRED);
    *out = p;
    return OK;
}

struct err prekey_parse(struct bytes in, struct prekey *out)
{
    struct prekey p;
    struct signed_parts parts;

    TRY(parse(in, &p, &parts));
    *out = p;
    return OK;
}

struct err prekey_kem_digest(struct bytes kem, uint8_t out[PREKEY_KEM_DIGEST_SIZE])
{
    return hash_sha384(&kem, 1, out);
}

struct err prekey_check_kem(const struct prekey *p, struct bytes kem)
{
    uint8_t digest[PREKEY_KEM_DIGEST_SIZE];

    if (kem.n != PREKEY_KEM_SIZE)
        return FAIL(E_MALFORMED);
    TRY(prekey_kem_digest(kem, digest));
    if (!bytes_same(BYTES(digest), BYTES(p->kem_digest)))
        return FAIL(E_FORGED);
    return mlkem_public_check(kem) ? OK : FAIL(E_MALFORMED);
}

bool prekey_is_expired(const struct prekey *p, uint64_t now_ms)
{
    return now_ms >= clock_add(p->made_ms, PREKEY_LIFE_MS);
}
