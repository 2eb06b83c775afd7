/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/trailer.h"

#include "base/reader.h"
#include "crypto/aead.h"
#include "crypto/hash.h"
#include "e2ee/payload.h"
#include "statement/upload.h"

#define SIGNED_SIZE (TRAILER_CORE_SIZE + TRAILER_WRAP_SIZE)
#define PLAIN_SIZE  (UPLOAD_TRAILER_SIZE - AEAD_TAG_SIZE)

static const uint8_t FLAG_RESTART = 1;

static const struct bytes LABEL = {(const uint8_t *)"tacet1 msg", sizeof "tacet1 msg"};

void trailer_write_core(const struct core *core, struct buf *out)
{
    identity_write_party(&core->sender, out);
    buf_bytes(out, ID_BYTES(core->room));
    buf_u8(out, core->restart ? FLAG_RESTART : 0);
    buf_bytes(out, ID_BYTES(core->id));
    buf_u64(out, core->seq);
    buf_bytes(out, BYTES(core->prev));
    buf_u64(out, core->sent_ms);
    buf_u32(out, core->ttl_s);
    buf_u32(out, core->burn_s);
    buf_u16(out, core->type);
    buf_u8(out, 0); /* refs */
    buf_bytes(out, BYTES(core->digest));
}

static void read_party(struct reader *r, struct party *who)
{
    reader_copy(r, who->nid.b, sizeof who->nid.b);
    reader_copy(r, who->aid.b, sizeof who->aid.b);
    reader_copy(r, who->did.b, sizeof who->did.b);
}

/* Has it the place in its sender's stream that its type asks for?  [PROTOCOL 6.2] */
static bool place_is_sound(const struct core *core)
{
    bool first = core->seq <= 1 || core->restart;

    if (payload_is_control(core->type) != (core->seq == 0) || (core->seq == 0 && core->restart))
        return false;
    return bytes_all_zero(BYTES(core->prev)) == first;
}

static void read_core(struct reader *r, struct core *core)
{
    uint8_t flags;

    read_party(r, &core->sender);
    reader_copy(r, core->room.b, sizeof core->room.b);
    flags = reader_u8(r);
    reader_require(r, flags <= FLAG_RESTART, E_MALFORMED);
    core->restart = flags == FLAG_RESTART;
    reader_copy(r, core->id.b, sizeof core->id.b);
    core->seq = reader_u64(r);
    reader_copy(r, core->prev, sizeof core->prev);
    core->sent_ms = reader_u64(r);
    core->ttl_s = reader_u32(r);
    reader_require(r, core->ttl_s >= 1 && core->ttl_s <= TRAILER_TTL_MOST_S, E_MALFORMED);
    core->burn_s = reader_u32(r);
    reader_require(r, core->burn_s <= (core->seq == 0 ? 0 : TRAILER_TTL_MOST_S), E_MALFORMED);
    core->type = reader_u16(r);
    reader_require(r, reader_u8(r) == 0, E_MALFORMED);
    reader_copy(r, core->digest, sizeof core->digest);
    reader_require(r, place_is_sound(core), E_MALFORMED);
}

struct err trailer_parse_core(struct bytes in, struct core *out)
{
    struct reader r = reader(in);
    struct core core;

    read_core(&r, &core);
    TRY(reader_end(&r));
    *out = core;
    return OK;
}

struct err trailer_digest(const struct message_id *id, struct bytes content,
                          uint8_t out[NAMES_H32_SIZE])
{
    return names_h32(HASH_PARTS(BYTES_LABEL("tacet1 content"), ID_BYTES(*id), content), out);
}

struct err trailer_link(const struct core *core, uint8_t out[NAMES_H32_SIZE])
{
    struct err err = OK;
    struct buf b = BUF(TRAILER_CORE_SIZE);
    struct bytes written;

    trailer_write_core(core, &b);
    TRY_OUT(buf_end(&b, &written));
    TRY_OUT(names_h32(HASH_PARTS(BYTES_LABEL("tacet1 link"), written), out));
out:
    buf_free(&b);
    return err;
}

struct err trailer_sign(const struct core *core, const struct wrap *wrap, struct bytes ctx,
                        const struct identity *me, struct buf *out)
{
    struct err err = OK;
    size_t before = out->n;
    uint8_t sig[SIGN_SIZE];
    struct bytes written;

    trailer_write_core(core, out);
    buf_bytes(out, ID_BYTES(wrap->roster));
    buf_u32(out, wrap->list_version);
    buf_bytes(out, BYTES(wrap->list_hash));
    TRY_OUT(buf_end(out, &written));
    written = bytes(written.at + before, written.n - before);
    invariant(written.n == SIGNED_SIZE);
    TRY_OUT(sign_make(me->dsk_secret, HASH_PARTS(LABEL, ID_BYTES(me->who.nid), ctx, written), sig));
    buf_bytes(out, BYTES(sig));
    buf_zeros(out, PLAIN_SIZE - SIGNED_SIZE - SIGN_SIZE);
    TRY_OUT(buf_end(out, &written));
out:
    if (err.code != E_OK)
        buf_cut(out, before);
    return err;
}

struct err trailer_parse(struct bytes plain, struct core *core, struct wrap *wrap,
                         struct bytes *sig)
{
    struct reader r = reader(plain);
    struct core c;
    struct wrap w;
    struct bytes s, zeros;

    read_core(&r, &c);
    reader_copy(&r, w.roster.b, sizeof w.roster.b);
    w.list_version = reader_u32(&r);
    reader_copy(&r, w.list_hash, sizeof w.list_hash);
    s = reader_take(&r, SIGN_SIZE);
    zeros = reader_take(&r, PLAIN_SIZE - SIGNED_SIZE - SIGN_SIZE);
    TRY(reader_end(&r));
    if (!bytes_all_zero(zeros))
        return FAIL(E_MALFORMED);
    *core = c;
    *wrap = w;
    *sig = s;
    return OK;
}

struct err trailer_verify(struct bytes plain, struct bytes ctx, const struct network_id *nid,
                          const struct sign_public *dsk)
{
    struct core core;
    struct wrap wrap;
    struct bytes sig;

    TRY(trailer_parse(plain, &core, &wrap, &sig));
    return sign_verify(dsk, HASH_PARTS(LABEL, ID_BYTES(*nid), ctx, bytes(plain.at, SIGNED_SIZE)),
                       sig.at);
}
