/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario/forger.h"

#include <stdlib.h>

#include "base/reader.h"
#include "client/chains.h"
#include "e2ee/schedule.h"
#include "e2ee/seal_internal.h"

struct roster_account forge_account(const struct account_id *aid, const struct device_list *list)
{
    struct roster_account a = {.aid = *aid, .list_version = list->version};

    memcpy(a.list_hash, list->hash, sizeof a.list_hash);
    return a;
}

/* What the stream's next message is after. */
static void read_stream(struct vault *v, struct core *core)
{
    struct arena a = ARENA(1024);
    struct bytes value;
    struct reader r;

    assert_ok(vault_get(v, VAULT_STREAM_OUT, ID_BYTES(core->room), 0, &a, &value));
    r = reader(value);
    core->seq = reader_u64(&r) + 1;
    reader_copy(&r, core->prev, sizeof core->prev);
    (void)reader_u64(&r); /* how often the vault was put back */
    assert_ok(reader_end(&r));
    arena_free(&a);
}

static void write_stream(struct vault *v, const struct core *core)
{
    struct buf b = BUF(64);
    uint8_t link[NAMES_H32_SIZE];

    assert_ok(trailer_link(core, link));
    buf_u64(&b, core->seq);
    buf_bytes(&b, BYTES(link));
    buf_u64(&b, 0);
    assert_ok(vault_put(v, VAULT_STREAM_OUT, ID_BYTES(core->room), 0, buf_view(&b)));
    buf_free(&b);
}

void forge(struct forgery *f, struct play *p, struct person *by, struct person *to,
           const char *text)
{
    struct vault *v = engine_vault(stage_engine(by));
    const struct own *own = engine_own(stage_engine(by));
    struct device_list theirs;
    struct contact c;

    *f = (struct forgery){
        .play = p, .by = by, .to = to, .signer = &own->me, .profile = UPLOAD_PROFILE_HYBRID};
    f->received_ms = stage_now(p);
    assert_ok(people_by_handle(v, bytes_text(stage_handle(to)), &c));
    assert_ok(people_newest_list(v, own, &c.aid, &theirs));
    f->core = (struct core){
        .sender = own->me.who, .sent_ms = stage_now(p), .ttl_s = 24 * 3600, .type = 1};
    f->content = bytes_text(text);
    assert_ok(random_fill(stage_random(p), f->core.id.b, sizeof f->core.id.b));
    assert_ok(names_pair_room(&own->nid, &own->me.who.aid, &c.aid, &f->core.room));
    read_stream(v, &f->core);
    f->network.nid = own->nid;
    f->roster.room = f->core.room;
    f->account[0] = forge_account(&own->me.who.aid, &own->list);
    f->account[1] = forge_account(&c.aid, &theirs);
    f->accounts = 2;
    f->wrap.list_version = own->list.version;
    memcpy(f->wrap.list_hash, own->list.hash, sizeof f->wrap.list_hash);
}

static int by_aid(const void *x, const void *y)
{
    const struct roster_account *a = x, *b = y;

    return bytes_compare(ID_BYTES(a->aid), ID_BYTES(b->aid));
}

static void write_roster(struct forgery *f, struct buf *out)
{
    qsort(f->account, f->accounts, sizeof f->account[0], by_aid);
    f->roster.network = &f->network;
    f->roster.networks = 1;
    f->roster.account = f->account;
    f->roster.accounts = f->accounts;
    f->roster.skipped = f->skipped;
    f->roster.skips = f->skips;
    roster_write(&f->roster, out);
    assert_ok(roster_digest(buf_view(out), &f->wrap.roster));
}

/* The channel's next key, and the prekey that it goes to. */
static void take_step(struct forgery *f, struct seal_recipient *to, struct agree_public **key)
{
    struct vault *v = engine_vault(stage_engine(f->by));
    struct epoch epoch;
    struct prekey prekey;

    to->who = engine_own(stage_engine(f->to))->me.who;
    assert_ok(people_prekey(v, &to->who.did, &prekey));
    assert_ok(agree_public_parse(key, BYTES(prekey.point)));
    assert_ok(chains_sending(v, &to->who.did, f->profile, &epoch));
    to->prekey = prekey.number;
    to->key = *key;
    to->n = epoch.n;
    memcpy(to->epoch, epoch.id, sizeof to->epoch);
    assert_ok(channel_step(&epoch, to->mk));
    assert_ok(vault_begin(v));
    assert_ok(chains_put_sending(v, &to->who.did, &epoch));
    if (f->counts)
        write_stream(v, &f->core);
    assert_ok(vault_commit(v));
}

/* A page with one item. */
static void write_page(enum frame_item kind, struct bytes sealed, uint64_t received_ms,
                       struct buf *out)
{
    struct buf body = BUF(LIMIT_FRAME);
    Tacet__Wire__Item item = TACET__WIRE__ITEM__INIT, *items[] = {&item};
    Tacet__Wire__Deliver m = TACET__WIRE__DELIVER__INIT;
    struct frame f = {.op = OP_DELIVER};

    item.number = 1; /* acknowledged long ago, so that nothing honest is with it */
    item.kind = kind;
    item.sealed = frame_data(sealed);
    item.received_ms = received_ms;
    m.items = items;
    m.n_items = 1;
    frame_pack(&m, &body);
    f.body = buf_view(&body);
    frame_write(&f, out);
    buf_free(&body);
}

/* One entry, by hand.  [PROTOCOL 5.3] */
static void write_entry(const struct seal_request *rq, const struct seal_keys *keys,
                        struct bytes ctx, uint8_t *at)
{
    const struct seal_recipient *to = rq->to;
    struct schedule_entry bound = {ctx, &rq->me->who.did, &to->who, to->prekey, to->epoch, to->n};
    struct buf hint = BUF(SCHEDULE_HINT_SIZE);
    uint8_t z[1][AGREE_SHARED_SIZE], ek[AEAD_KEY_SIZE], mask[SCHEDULE_HINT_SIZE];

    assert_ok(p521_ecdh_batch(keys->e, &to->key, 1, z, NULL));
    assert_ok(schedule_entry_key(&bound, BYTES(to->mk), BYTES(z[0]), ek));
    assert_ok(schedule_hint_mask(ctx, &to->who.did, BYTES(z[0]), mask));
    buf_bytes(&hint, bytes(rq->me->who.did.b, SCHEDULE_PREFIX_SIZE));
    buf_u32(&hint, to->n);
    for (size_t i = 0; i < SCHEDULE_HINT_SIZE; i++)
        at[2 + i] = hint.at[i] ^ mask[i];
    assert_ok(aead_seal(ek, AEAD_NONCE_ZERO, ctx, BYTES(keys->mk), at + 2 + SCHEDULE_HINT_SIZE));
    buf_free(&hint);
}

/* Everything fits the key that this one device is given, but what commits to the key that all have
 * is another's.  [PROTOCOL 6.2] */
static void seal_other_key(const struct forgery *f, const struct seal_request *rq, struct buf *out)
{
    struct seal_keys keys;
    struct arena a = ARENA(1 << 20);
    struct buf trailer = BUF(UPLOAD_TRAILER_SIZE);
    struct upload u;
    uint8_t kt[AEAD_KEY_SIZE], ctx[SCHEDULE_CTX_SIZE];

    assert_ok(random_fill(stage_random(f->play), keys.mk, sizeof keys.mk));
    assert_ok(agree_generate(&keys.e, keys.point));
    assert_ok(seal_with(rq, &keys, out));
    out->at[UPLOAD_HEAD_SIZE] ^= 1; /* com: there is no scope before it */
    assert_ok(upload_parse(buf_view(out), &a, &u));
    assert_ok(schedule_ctx(BYTES(u.shared.head), u.shared.scope, BYTES(u.shared.com), u.shared.body,
                           ctx));
    assert_ok(trailer_sign(rq->core, rq->wrap, BYTES(ctx), rq->me, &trailer));
    assert_ok(schedule_trailer_key(BYTES(keys.mk), BYTES(ctx), kt));
    assert_ok(aead_seal(kt, AEAD_NONCE_ZERO, BYTES(ctx), buf_view(&trailer),
                        (uint8_t *)(uintptr_t)u.shared.trailer.at));
    write_entry(rq, &keys, BYTES(ctx), (uint8_t *)(uintptr_t)u.entries.at);
    agree_private_free(keys.e);
    buf_free(&trailer);
    arena_free(&a);
}

/* What the one recipient of an upload gets of it. */
static void write_delivery(struct bytes sealed, struct buf *out)
{
    struct arena a = ARENA(1 << 20);
    struct upload u;

    assert_ok(upload_parse(sealed, &a, &u));
    upload_write_delivery(&u.shared, upload_entry(&u, 0), out);
    arena_free(&a);
}

static bool answer_roster(struct lie *l, struct frame *f, void *body, struct arena *a)
{
    (void)body, (void)a;
    f->code = 0;
    f->body = l->bytes;
    return true;
}

void forge_deliver(struct forgery *f)
{
    struct buf roster = BUF(ROSTER_MAX_SIZE), answer = BUF(LIMIT_FRAME);
    struct buf sealed = BUF(LIMIT_FRAME), delivery = BUF(LIMIT_FRAME), page = BUF(LIMIT_FRAME);
    Tacet__Wire__RosterAnswer m = TACET__WIRE__ROSTER_ANSWER__INIT;
    struct lie lie = {.op = OP_ROSTER, .to = f->to, .code = E_ABSENT, .tell = answer_roster};
    struct seal_recipient to = {.prekey = 0};
    struct agree_public *key;
    struct seal_request rq = {.me = f->signer,
                              .core = &f->core,
                              .wrap = &f->wrap,
                              .content = f->content,
                              .profile = f->profile};

    write_roster(f, &roster);
    assert_ok(trailer_digest(&f->core.id, f->content, f->core.digest));
    take_step(f, &to, &key);
    rq.to = &to;
    rq.n = 1;
    if (f->other_key)
        seal_other_key(f, &rq, &sealed);
    else
        assert_ok(seal(&rq, stage_random(f->play), &sealed));
    write_delivery(buf_view(&sealed), &delivery);
    write_page(FRAME_MESSAGE, buf_view(&delivery), f->received_ms, &page);
    m.roster = frame_data(buf_view(&roster));
    frame_pack(&m, &answer);
    lie.bytes = buf_view(&answer);
    lie_begin(f->play, &lie);
    stage_inject(f->to, buf_view(&page));
    lie_end(f->play);
    agree_public_free(key);
    buf_free(&roster);
    buf_free(&answer);
    buf_free(&sealed);
    buf_free(&delivery);
    buf_free(&page);
}

void forge_capsule(const struct identity *from, struct person *to, uint64_t made_ms)
{
    const struct own *own = engine_own(stage_engine(to));
    struct channel_prekey prekey = {.number = own->prekey[0].statement.number};
    uint8_t kem[MLKEM_PUBLIC_SIZE];
    struct channel_peer peer = {&own->me.who, &prekey, NULL, BYTES(kem)};
    struct buf capsule = BUF(UPLOAD_CAPSULE_MOST), delivery = BUF(LIMIT_FRAME);
    struct buf page = BUF(LIMIT_FRAME);
    struct channel_opener opener;
    struct agree_public *key;
    struct epoch epoch;

    memcpy(prekey.point, own->prekey[0].statement.point, sizeof prekey.point);
    memcpy(prekey.kem_digest, own->prekey[0].statement.kem_digest, sizeof prekey.kem_digest);
    mlkem_private_public(own->prekey[0].kem, kem);
    assert_ok(agree_public_parse(&key, BYTES(prekey.point)));
    peer.key = key;
    assert_ok(channel_opener_make(from, made_ms, &opener));
    assert_ok(channel_open(&opener, &peer, UPLOAD_PROFILE_HYBRID, &epoch, &capsule));
    upload_write_capsule(UPLOAD_PROFILE_HYBRID, buf_view(&capsule), &delivery);
    write_page(FRAME_CAPSULE, buf_view(&delivery), made_ms, &page);
    stage_inject(to, buf_view(&page));
    channel_opener_free(&opener);
    agree_public_free(key);
    buf_free(&capsule);
    buf_free(&delivery);
    buf_free(&page);
}

void forge_revocation(struct play *p, struct person *who, struct buf list[2])
{
    const struct own *own = engine_own(stage_engine(who));
    const struct identity *me = &own->me;
    struct device_list next = own->list;
    struct device_entry other = own->list.device[0];
    struct sign_private *dsk;

    assert_int_equal(own->list.devices, 1);
    assert_ok(sign_generate(&dsk, other.dsk.b));
    assert_ok(names_device(&me->who.aid, &other.dsk, &other.did));
    next.version++;
    next.made_ms = stage_now(p);
    memcpy(next.previous, own->list.hash, sizeof next.previous);
    next.devices = 2;
    next.device[bytes_compare(ID_BYTES(other.did), ID_BYTES(me->who.did)) > 0] = other;
    next.device[bytes_compare(ID_BYTES(other.did), ID_BYTES(me->who.did)) < 0] =
        own->list.device[0];
    assert_ok(
        device_list_sign(&next, &own->nid, me->ark_secret, &me->who.did, me->dsk_secret, &list[0]));
    memcpy(next.previous, next.hash, sizeof next.previous);
    next.version++;
    next.devices = 1;
    next.device[0] = other;
    next.revoked = 1;
    next.gone[0] = (struct device_revoked){me->who.did, next.version, DEVICE_REVOKED};
    assert_ok(device_list_sign(&next, &own->nid, me->ark_secret, &other.did, dsk, &list[1]));
    sign_private_free(dsk);
}

void forge_next_list(struct play *p, struct person *who)
{
    struct vault *v = engine_vault(stage_engine(who));
    const struct own *own = engine_own(stage_engine(who));
    struct device_list next = own->list;
    struct buf statement = BUF(DEVICE_LIST_MAX_SIZE), body = BUF(LIMIT_FRAME);
    struct buf frame = BUF(LIMIT_FRAME);
    Tacet__Wire__PublishList m = TACET__WIRE__PUBLISH_LIST__INIT;
    struct frame f = {.op = OP_LIST}; /* wants no answer: a refusal would cost the link */

    next.version++;
    next.made_ms = stage_now(p);
    memcpy(next.previous, own->list.hash, sizeof next.previous);
    assert_ok(device_list_sign(&next, &own->nid, own->me.ark_secret, &own->me.who.did,
                               own->me.dsk_secret, &statement));
    m.statement = frame_data(buf_view(&statement));
    frame_pack(&m, &body);
    f.body = buf_view(&body);
    frame_write(&f, &frame);
    stage_send(who, buf_view(&frame));
    assert_true(engine_is_ready(stage_engine(who)));
    assert_ok(vault_begin(v));
    assert_ok(
        vault_put(v, VAULT_LIST, ID_BYTES(own->me.who.aid), next.version, buf_view(&statement)));
    assert_ok(vault_commit(v));
    leaves(who); /* it knows its newest list from its vault alone */
    returns(who);
    buf_free(&statement);
    buf_free(&body);
    buf_free(&frame);
}
