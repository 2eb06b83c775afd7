/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors of PROTOCOL 5 and 6: a capsule and its chain; messages with every value on the way. */
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/mlkem/mlkem_internal.h"
#include "e2ee/channel_internal.h"
#include "e2ee/control.h"
#include "e2ee/open.h"
#include "e2ee/payload.h"
#include "e2ee/seal_internal.h"
#include "statement/notice.h"
#include "vectors/make.h"
#include "wire/limits.h"

/* As channel_opener_make, with a key pair that is the same in every run. */
static void make_opener(const struct person *from, const struct agreer *e, struct channel_opener *o)
{
    struct buf text = BUF(256);

    *o = (struct channel_opener){.from = from->device[1], .secret = e->secret};
    o->made_ms = MAKE_NOW_MS;
    memcpy(o->point, e->point, sizeof o->point);
    identity_write_party(&o->from, &text);
    buf_bytes(&text, BYTES(o->point));
    buf_u64(&text, o->made_ms);
    must(sign_make(from->dsk[1].secret, HASH_PARTS(BYTES_LABEL("tacet1 cap"), buf_view(&text)),
                   o->sig));
    buf_free(&text);
}

/* A capsule to be, and what its receiver has. */
struct opening {
    const struct channel_opener *from;
    const struct party *to;
    struct channel_prekey prekey;
    struct agreer pair;
    struct encapsulator kem;
    uint8_t m[32]; /* the randomness of the encapsulation */
    struct channel_sealed sealed;
};

static struct bytes ciphertext(const struct opening *p)
{
    return bytes(p->sealed.ct, p->sealed.profile == UPLOAD_PROFILE_HYBRID ? MLKEM_SEALED_SIZE : 0);
}

static struct bytes kpq(const struct opening *p)
{
    return bytes(p->sealed.shared,
                 p->sealed.profile == UPLOAD_PROFILE_HYBRID ? MLKEM_SHARED_SIZE : 0);
}

static void write_fix(const struct opening *p, struct buf *fix)
{
    uint8_t ct[HASH_SHA512_SIZE];

    must(hash_sha512(HASH_PARTS(ciphertext(p)), ct));
    buf_u8(fix, UPLOAD_SUITE);
    buf_u8(fix, p->sealed.profile);
    identity_write_party(p->to, fix);
    buf_bytes(fix, BYTES(p->from->point));
    buf_u32(fix, p->prekey.number);
    buf_bytes(fix, BYTES(ct));
}

static void write_transcript(const struct opening *p, struct buf *text)
{
    uint8_t ct[HASH_SHA512_SIZE];

    must(hash_sha512(HASH_PARTS(ciphertext(p)), ct));
    buf_bytes(text, BYTES_LABEL("tacet1 open"));
    buf_u8(text, UPLOAD_SUITE);
    buf_u8(text, p->sealed.profile);
    identity_write_party(&p->from->from, text);
    identity_write_party(p->to, text);
    buf_bytes(text, BYTES(p->from->point));
    buf_u32(text, p->prekey.number);
    buf_bytes(text, BYTES(p->prekey.point));
    if (p->sealed.profile == UPLOAD_PROFILE_HYBRID)
        buf_bytes(text, BYTES(p->prekey.kem_digest));
    else
        buf_zeros(text, sizeof p->prekey.kem_digest);
    buf_bytes(text, BYTES(ct));
}

/* What lies between the keys and the capsule, worked out from the protocol's text. */
static void put_steps(json_t *o, const struct opening *p)
{
    uint8_t z[AGREE_SHARED_SIZE], t[HASH_SHA512_SIZE];
    uint8_t prk[KDF_PRK_SIZE], kb[AEAD_KEY_SIZE], digest[HASH_SHA512_SIZE];
    struct buf fix = BUF(512), text = BUF(512), info = BUF(512), ikm = BUF(128);

    must(agree_derive(p->from->secret, p->pair.key, z));
    write_fix(p, &fix);
    write_transcript(p, &text);
    buf_bytes(&ikm, BYTES(z));
    buf_bytes(&ikm, kpq(p));
    must(hash_sha512(HASH_PARTS(buf_view(&text)), t));
    must(kdf_extract((struct bytes){NULL, 0}, buf_view(&ikm), prk));
    must(hash_sha512(HASH_PARTS(buf_view(&fix)), digest));
    buf_bytes(&info, BYTES_LABEL("tacet1 box"));
    buf_bytes(&info, BYTES(digest));
    must(kdf_expand(prk, buf_view(&info), kb, sizeof kb));
    put_bytes(o, "z1", BYTES(z));
    put_bytes(o, "ct", ciphertext(p));
    put_bytes(o, "kpq", kpq(p));
    put_bytes(o, "fix", buf_view(&fix));
    put_bytes(o, "transcript", buf_view(&text));
    put_bytes(o, "t", BYTES(t));
    put_bytes(o, "prk", BYTES(prk));
    put_bytes(o, "kb", BYTES(kb));
    buf_free(&fix);
    buf_free(&text);
    buf_free(&info);
    buf_free(&ikm);
}

static void put_chain(json_t *o, struct epoch *epoch)
{
    json_t *chain = put_array(o, "chain");

    while (epoch->n < 4) {
        json_t *step = add_object(chain);
        uint8_t mk[CHANNEL_KEY_SIZE];

        put_number(step, "n", epoch->n);
        put_bytes(step, "ck", BYTES(epoch->ck));
        must(channel_step(epoch, mk));
        put_bytes(step, "mk", BYTES(mk));
    }
}

/* The same opening in one profile. */
static void put_capsule(json_t *o, struct opening *p, uint8_t profile)
{
    struct channel_peer peer = {p->to, &p->prekey, p->pair.key, BYTES(p->kem.pub)};
    struct buf capsule = BUF(UPLOAD_CAPSULE_MOST), delivered = BUF(UPLOAD_DELIVERED_MOST);
    struct epoch epoch;

    p->sealed = (struct channel_sealed){.profile = profile};
    if (profile == UPLOAD_PROFILE_HYBRID)
        mlkem_encapsulate_with(p->kem.pub, p->m, p->sealed.ct, p->sealed.shared);
    must(channel_open_with(p->from, &peer, &p->sealed, &epoch, &capsule));
    upload_write_capsule(profile, buf_view(&capsule), &delivered);
    put_number(o, "profile", profile);
    put_steps(o, p);
    put_bytes(o, "capsule", buf_view(&capsule));
    put_bytes(o, "delivered", buf_view(&delivered));
    put_bytes(o, "epoch_id", BYTES(epoch.id));
    put_chain(o, &epoch);
    buf_free(&capsule);
    buf_free(&delivered);
}

json_t *make_channel(const struct people *p)
{
    struct agreer e;
    struct channel_opener opener;
    struct opening capsule = {
        .from = &opener, .to = &p->bob.device[1], .prekey = {.number = 70000}};
    json_t *o = json_object(), *capsules;

    make_agreer(&e);
    make_agreer(&capsule.pair);
    make_encapsulator(&capsule.kem);
    make_bytes(capsule.m, sizeof capsule.m);
    make_opener(&p->alice, &e, &opener);
    memcpy(capsule.prekey.point, capsule.pair.point, sizeof capsule.prekey.point);
    memcpy(capsule.prekey.kem_digest, capsule.kem.digest, sizeof capsule.prekey.kem_digest);
    put_text(o, "source", BYTES_LITERAL("PROTOCOL 5.1 and 5.2"));
    put_party(o, "from", &opener.from);
    put_signer(o, "dsk", &p->alice.dsk[1]);
    put_party(o, "to", capsule.to);
    put_number(o, "prekey_number", capsule.prekey.number);
    put_agreer(o, "prekey", &capsule.pair);
    put_encapsulator(o, "kem", &capsule.kem);
    put_bytes(o, "m", BYTES(capsule.m));
    put_agreer(o, "e_c", &e);
    put_number(o, "made_ms", opener.made_ms);
    put_bytes(o, "sig", BYTES(opener.sig));
    capsules = put_array(o, "capsules");
    put_capsule(add_object(capsules), &capsule, UPLOAD_PROFILE_STANDARD);
    put_capsule(add_object(capsules), &capsule, UPLOAD_PROFILE_HYBRID);
    free_agreer(&e);
    free_agreer(&capsule.pair);
    free_encapsulator(&capsule.kem);
    return o;
}

/* A message to be, and what its recipients have. */
struct sample {
    const struct people *people;
    struct bytes content;
    uint8_t profile;
    size_t n;
    const uint16_t *place; /* of a partial upload */
    uint16_t type;
    uint64_t seq;
    bool restart;
    struct agreer e, pair[3];
    struct seal_recipient to[3];
    struct seal_keys keys;
    struct core core;
    struct wrap wrap;
};

static void make_sample(struct sample *s)
{
    const struct party *who[3] = {&s->people->bob.device[0], &s->people->bob.device[1],
                                  &s->people->alice.device[0]};

    make_bytes(s->keys.mk, sizeof s->keys.mk);
    make_agreer(&s->e);
    s->keys.e = s->e.secret;
    memcpy(s->keys.point, s->e.point, sizeof s->keys.point);
    for (size_t i = 0; i < s->n; i++) {
        make_agreer(&s->pair[i]);
        s->to[i] = (struct seal_recipient){
            .who = *who[i], .prekey = (uint32_t)(65535 + i), .key = s->pair[i].key};
        s->to[i].n = (uint32_t)(i * 300);
        make_bytes(s->to[i].epoch, sizeof s->to[i].epoch);
        make_bytes(s->to[i].mk, sizeof s->to[i].mk);
    }
    s->core = (struct core){.sender = s->people->alice.device[1],
                            .restart = s->restart,
                            .seq = s->seq,
                            .sent_ms = MAKE_NOW_MS,
                            .ttl_s = payload_is_control(s->type) ? CONTROL_TTL_S : 2592000,
                            .type = s->type};
    must(names_pair_room(&s->people->nid, &s->people->alice.device[0].aid,
                         &s->people->bob.device[0].aid, &s->core.room));
    make_bytes(s->core.id.b, sizeof s->core.id.b);
    if (s->core.seq > 1 && !s->restart)
        make_bytes(s->core.prev, sizeof s->core.prev);
    must(trailer_digest(&s->core.id, s->content, s->core.digest));
    s->wrap.list_version = 2;
    make_bytes(s->wrap.roster.b, sizeof s->wrap.roster.b);
    make_bytes(s->wrap.list_hash, sizeof s->wrap.list_hash);
}

static void put_core(json_t *to, const struct sample *s)
{
    struct buf core = BUF(TRAILER_CORE_SIZE);
    uint8_t link[NAMES_H32_SIZE];
    json_t *o = put_object(to, "core");

    trailer_write_core(&s->core, &core);
    must(trailer_link(&s->core, link));
    put_bytes(o, "room", ID_BYTES(s->core.room));
    put_number(o, "flags", s->core.restart);
    put_bytes(o, "id", ID_BYTES(s->core.id));
    put_number(o, "seq", s->core.seq);
    put_bytes(o, "prev", BYTES(s->core.prev));
    put_number(o, "sent_ms", s->core.sent_ms);
    put_number(o, "ttl_s", s->core.ttl_s);
    put_number(o, "type", s->core.type);
    put_bytes(o, "digest", BYTES(s->core.digest));
    put_bytes(o, "bytes", buf_view(&core));
    put_bytes(o, "link", BYTES(link));
    buf_free(&core);
}

static void put_recipient(json_t *to, const struct sample *s, size_t i, struct bytes ctx,
                          const struct upload *u)
{
    const struct seal_recipient *r = &s->to[i];
    struct schedule_entry bound = {ctx, &s->core.sender.did, &r->who, r->prekey, r->epoch, r->n};
    uint8_t z[AGREE_SHARED_SIZE], ek[AEAD_KEY_SIZE], mask[SCHEDULE_HINT_SIZE];
    struct buf delivery = BUF(LIMIT_FRAME);
    json_t *o = add_object(to);

    must(agree_derive(s->e.secret, r->key, z));
    must(schedule_entry_key(&bound, BYTES(r->mk), BYTES(z), ek));
    must(schedule_hint_mask(ctx, &r->who.did, BYTES(z), mask));
    upload_write_delivery(&u->shared, upload_entry(u, i), &delivery);
    put_party(o, "who", &r->who);
    put_number(o, "prekey_number", r->prekey);
    put_agreer(o, "prekey", &s->pair[i]);
    put_bytes(o, "epoch_id", BYTES(r->epoch));
    put_number(o, "n", r->n);
    put_bytes(o, "mk_n", BYTES(r->mk));
    put_bytes(o, "z", BYTES(z));
    put_bytes(o, "ek", BYTES(ek));
    put_bytes(o, "hint_mask", BYTES(mask));
    put_bytes(o, "entry", upload_entry(u, i));
    put_bytes(o, "delivery", buf_view(&delivery));
    buf_free(&delivery);
}

/* What follows from MK and the parts of the upload. */
static void put_keys(json_t *o, const struct sample *s, const struct upload *u, struct bytes ctx)
{
    uint8_t kb[AEAD_KEY_SIZE], kt[AEAD_KEY_SIZE], plain[UPLOAD_TRAILER_SIZE - AEAD_TAG_SIZE];
    struct buf padded = BUF(UPLOAD_BODY_MOST);

    must(payload_pad(s->content, &padded));
    must(schedule_body_key(BYTES(s->keys.mk), kb));
    must(schedule_trailer_key(BYTES(s->keys.mk), ctx, kt));
    must(aead_open(kt, AEAD_NONCE_ZERO, ctx, u->shared.trailer, plain));
    put_bytes(o, "mk", BYTES(s->keys.mk));
    put_agreer(o, "e", &s->e);
    put_bytes(o, "padded", buf_view(&padded));
    put_bytes(o, "head", BYTES(u->shared.head));
    put_bytes(o, "scope", u->shared.scope);
    put_bytes(o, "kb", BYTES(kb));
    put_bytes(o, "body", u->shared.body);
    put_bytes(o, "com", BYTES(u->shared.com));
    put_bytes(o, "ctx", ctx);
    put_bytes(o, "kt", BYTES(kt));
    put_bytes(o, "trailer_plain", BYTES(plain));
    put_bytes(o, "trailer", u->shared.trailer);
    buf_free(&padded);
}

static void put_message(json_t *to, const struct sample *s, struct identity *me)
{
    struct seal_request rq = {.me = me,
                              .core = &s->core,
                              .wrap = &s->wrap,
                              .content = s->content,
                              .profile = s->profile,
                              .number = 4711,
                              .to = s->to,
                              .place = s->place,
                              .n = s->n};
    struct buf upload = BUF(LIMIT_FRAME);
    struct arena arena = ARENA(4096);
    struct upload u;
    uint8_t ctx[SCHEDULE_CTX_SIZE];
    json_t *o = add_object(to), *recipients;

    must(seal_with(&rq, &s->keys, &upload));
    must(upload_parse(buf_view(&upload), &arena, &u));
    must(schedule_ctx(BYTES(u.shared.head), u.shared.scope, BYTES(u.shared.com), u.shared.body,
                      ctx));
    put_number(o, "profile", s->profile);
    put_bytes(o, "content", s->content);
    put_core(o, s);
    put_bytes(o, "roster", ID_BYTES(s->wrap.roster));
    put_number(o, "list_version", s->wrap.list_version);
    put_bytes(o, "list_hash", BYTES(s->wrap.list_hash));
    put_keys(o, s, &u, BYTES(ctx));
    recipients = put_array(o, "recipients");
    for (size_t i = 0; i < s->n; i++)
        put_recipient(recipients, s, i, BYTES(ctx), &u);
    put_number(o, "upload_number", rq.number);
    put_bytes(o, "upload", buf_view(&upload));
    arena_free(&arena);
    buf_free(&upload);
}

/* One control message of each type, and the one with the most in it. */
static void put_controls(json_t *to)
{
    static const struct control controls[] = {
        {.type = PAYLOAD_RESET, .n = 2, .mark = {{.ctx = {1}}, {.ctx = {1, 2}}}},
        {.type = PAYLOAD_MISSING, .n = 2, .range = {{1, 1}, {3, UINT64_C(1) << 20}}},
        {.type = PAYLOAD_VOID, .n = 1, .range = {{UINT64_MAX, UINT64_MAX}}},
        {.type = PAYLOAD_SETTLED, .n = 2, .mark = {{.ctx = {1}, .id = {"an id"}}, {.ctx = {1, 2}}}},
        {.type = PAYLOAD_HELLO},
    };
    struct control most = {.type = PAYLOAD_MISSING, .n = CONTROL_ENTRIES_MAX};

    for (size_t i = 0; i < most.n; i++)
        most.range[i] = (struct control_range){10 * i + 1, 10 * i + 9};
    for (size_t i = 0; i <= sizeof controls / sizeof controls[0]; i++) {
        const struct control *c = i < sizeof controls / sizeof controls[0] ? &controls[i] : &most;
        struct buf content = BUF(2048);
        json_t *o = add_object(to);

        control_write(c, &content);
        put_number(o, "type", (uint64_t)c->type);
        put_number(o, "count", c->n);
        put_bytes(o, "content", buf_view(&content));
        buf_free(&content);
    }
}

static void put_notice(json_t *o, const struct device_id *who)
{
    struct upload_notice notice = {.number = 4711, .did = *who, .code = E_FULL};
    struct buf text = BUF(NOTICE_SIZE);

    notice_write(&notice, &text);
    put_number(o, "upload_number", notice.number);
    put_bytes(o, "did", ID_BYTES(notice.did));
    put_number(o, "code", (uint64_t)notice.code);
    put_bytes(o, "bytes", buf_view(&text));
    buf_free(&text);
}

static void add_message(json_t *messages, struct sample *s, struct identity *me)
{
    make_sample(s);
    put_message(messages, s, me);
    free_agreer(&s->e);
    for (size_t k = 0; k < s->n; k++)
        free_agreer(&s->pair[k]);
}

/* Nothing at all, a little, and what just needs the second step, in both profiles; again for some
 * of its recipients; after a restart; and a control message. */
json_t *make_message(const struct people *p)
{
    static const uint8_t long_text[253] = {'x'}, lost[1 + CONTROL_MARK_SIZE] = {1, 7};
    const struct bytes greeting = BYTES_LITERAL("Gr\xc3\xbc\xc3\x9f Gott, Bob.");
    static const uint16_t some[] = {1, 300}, last[] = {LIMIT_RECIPIENTS - 1};
    struct sample samples[] = {
        {.profile = 1, .content = {NULL, 0}, .n = 1, .seq = 1},
        {.profile = 1, .content = greeting, .n = 2, .seq = 2},
        {.profile = 1, .content = BYTES(long_text), .n = 3, .seq = 3},
        {.content = {NULL, 0}, .n = 1, .seq = 1},
        {.content = greeting, .n = 2, .seq = 2},
        {.content = BYTES(long_text), .n = 3, .seq = 3},
        {.content = BYTES_LITERAL("Once more."), .n = 2, .seq = 4, .place = some},
        {.content = BYTES_LITERAL("I am back."), .n = 1, .seq = 1 << 20, .restart = true},
        {.content = BYTES(lost), .n = 1, .type = PAYLOAD_RESET, .place = last},
    };
    struct identity me = {.who = p->alice.device[1], .dsk_secret = p->alice.dsk[1].secret};
    json_t *o = json_object(), *messages;

    put_text(o, "source", BYTES_LITERAL("PROTOCOL 5.3 and 6"));
    put_party(o, "from", &p->alice.device[1]);
    put_signer(o, "dsk", &p->alice.dsk[1]);
    messages = put_array(o, "messages");
    for (size_t i = 0; i < sizeof samples / sizeof samples[0]; i++) {
        samples[i].people = p;
        if (samples[i].profile == 0)
            samples[i].profile = UPLOAD_PROFILE_HYBRID;
        if (samples[i].type == 0)
            samples[i].type = PAYLOAD_TEXT;
        add_message(messages, &samples[i], &me);
    }
    put_controls(put_array(o, "controls"));
    put_notice(put_object(o, "notice"), &p->bob.device[0].did);
    return o;
}
