/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/e2ee/cast.h"

#include "assert_err.h"
#include "unit/e2ee/parsed.h"

/* Everybody is of one network. */
static const struct network_id NETWORK = {"a network that exists in tests"};

static void take_prekey(struct actor *a, uint32_t number)
{
    a->prekey.number = number;
    assert_ok(agree_generate(&a->secret, a->prekey.point));
    assert_ok(agree_public_parse(&a->key, BYTES(a->prekey.point)));
    assert_ok(mlkem_generate(&a->kem_secret, a->kem));
    assert_ok(prekey_kem_digest(BYTES(a->kem), a->prekey.kem_digest));
}

static void drop_prekey(struct actor *a)
{
    agree_private_free(a->secret);
    agree_public_free(a->key);
    mlkem_private_free(a->kem_secret);
    a->secret = NULL;
    a->key = NULL;
    a->kem_secret = NULL;
}

void cast_enter(struct actor *a, uint32_t prekey)
{
    *a = (struct actor){.secret = NULL};
    assert_ok(identity_make(&NETWORK, &a->me));
    take_prekey(a, prekey);
}

void cast_renew_prekey(struct actor *a, uint32_t number)
{
    drop_prekey(a);
    take_prekey(a, number);
}

void cast_leave(struct actor *a)
{
    identity_free(&a->me);
    drop_prekey(a);
}

struct channel_peer cast_peer(const struct actor *a)
{
    return (struct channel_peer){&a->me.who, &a->prekey, a->key, BYTES(a->kem)};
}

struct channel_receiver cast_receiver(const struct actor *a)
{
    return (struct channel_receiver){&a->me.who, &a->prekey, a->secret, a->kem_secret};
}

struct bytes cast_capsule(const struct line *l)
{
    return bytes(l->capsule, l->capsule_n);
}

void cast_connect(struct line *l, const struct actor *from, const struct actor *to)
{
    cast_connect_in(UPLOAD_PROFILE_HYBRID, l, from, to);
}

void cast_connect_in(uint8_t profile, struct line *l, const struct actor *from,
                     const struct actor *to)
{
    struct buf capsule = BUF(UPLOAD_CAPSULE_MOST);
    struct channel_peer peer = cast_peer(to);
    struct channel_receiver receiver = cast_receiver(to);
    struct channel_opener opener;
    struct upload_capsule_form form;
    struct channel_claim claim;

    *l = (struct line){.from = from, .to = to};
    assert_ok(channel_opener_make(&from->me, CAST_NOW_MS, &opener));
    assert_ok(channel_open(&opener, &peer, profile, &l->sending, &capsule));
    assert_int_equal(capsule.n, upload_capsule_size(profile));
    l->capsule_n = capsule.n;
    memcpy(l->capsule, capsule.at, capsule.n);
    assert_ok(upload_parse_capsule_body(profile, cast_capsule(l), &form));
    assert_ok(channel_accept(&form, &receiver, CAST_NOW_MS, &claim, &l->receiving));
    assert_ok(channel_verify(&claim, &from->me.dsk, CAST_NOW_MS));
    channel_opener_free(&opener);
    buf_free(&capsule);
}

void cast_write(struct letter *m, const struct actor *from, uint64_t seq, struct bytes content)
{
    struct random random = random_system();

    *m = (struct letter){
        .from = from, .content = content, .profile = UPLOAD_PROFILE_HYBRID, .number = seq};
    m->core = (struct core){.sender = from->me.who,
                            .room = {"a room"},
                            .seq = seq,
                            .sent_ms = CAST_NOW_MS,
                            .ttl_s = 7 * 24 * 3600,
                            .type = PAYLOAD_TEXT};
    if (seq > 1)
        m->core.prev[0] = 1;
    m->wrap = (struct wrap){.roster = {"a roster"}, .list_version = 1};
    assert_ok(random_fill(&random, m->core.id.b, sizeof m->core.id.b));
    assert_ok(trailer_digest(&m->core.id, content, m->core.digest));
}

void cast_address(struct letter *m, struct line *l)
{
    struct seal_recipient *to = &m->to[m->n++];

    assert_true(m->n <= CAST_RECIPIENTS_MAX);
    *to = (struct seal_recipient){
        .who = l->to->me.who, .prekey = l->to->prekey.number, .key = l->to->key, .n = l->sending.n};
    memcpy(to->epoch, l->sending.id, sizeof to->epoch);
    m->profile = l->sending.profile;
    assert_ok(channel_step(&l->sending, to->mk));
}

void cast_enclose(struct letter *m, const struct line *l)
{
    assert_true(m->n > 0);
    m->capsule[m->capsules++] = (struct upload_capsule){(uint16_t)(m->n - 1), cast_capsule(l)};
}

struct seal_request cast_request(const struct letter *m)
{
    return (struct seal_request){.me = &m->from->me,
                                 .core = &m->core,
                                 .wrap = &m->wrap,
                                 .content = m->content,
                                 .profile = m->profile,
                                 .number = m->number,
                                 .capsule = m->capsule,
                                 .capsules = m->capsules,
                                 .to = m->to,
                                 .n = m->n};
}

void cast_seal(const struct letter *m, struct buf *upload)
{
    struct random random = random_system();
    struct seal_request rq = cast_request(m);

    assert_ok(seal(&rq, &random, upload));
}

void cast_deliver(struct bytes upload, size_t i, struct buf *delivery)
{
    struct arena arena = ARENA(4096);
    struct upload u;

    assert_ok(upload_parse(upload, &arena, &u));
    upload_write_delivery(&u.shared, upload_entry(&u, i), delivery);
    assert_int_equal(delivery->failed, E_OK);
    arena_free(&arena);
}

static struct err read_hint(const struct line *l, struct bytes delivery, struct reading *r)
{
    *r = (struct reading){.step = CAST_FORM, .arena = ARENA(64 * 1024), .content = BUF(LIMIT_TEXT)};
    TRY(open_begin(delivery, &r->o));
    r->step = CAST_PREKEY;
    if (r->o.prekey_low != l->to->prekey.number % 65536)
        return FAIL(E_ABSENT);
    r->step = CAST_HINT;
    return open_hint(&r->o, l->to->secret, &l->to->me.who.did);
}

static struct err read_entry(const struct line *l, const uint8_t mk[CHANNEL_KEY_SIZE],
                             struct reading *r)
{
    r->step = CAST_ENTRY;
    return open_entry(&r->o, &(struct open_candidate){.from = &l->from->me.who.did,
                                                      .me = &l->to->me.who,
                                                      .prekey = l->to->prekey.number,
                                                      .profile = l->receiving.profile,
                                                      .epoch = l->receiving.id,
                                                      .mk = mk});
}

struct err cast_read(const struct line *l, struct bytes delivery, struct reading *r)
{
    const struct party *sender = &l->from->me.who;
    uint8_t mk[CHANNEL_KEY_SIZE];

    TRY(read_hint(l, delivery, r));
    r->step = CAST_CHANNEL;
    if (memcmp(r->o.prefix, sender->did.b, sizeof r->o.prefix) != 0)
        return FAIL(E_ABSENT);
    r->step = CAST_REACH;
    TRY(channel_reach(&l->receiving, r->o.n, &r->arena, &r->after, mk, &r->passed, &r->n_passed));
    TRY(read_entry(l, mk, r));
    r->step = CAST_SENDER;
    if (memcmp(&r->o.core.sender, sender, sizeof *sender) != 0)
        return FAIL(E_FORGED);
    r->step = CAST_ROSTER;
    if (!ID_SAME(r->o.wrap.roster, r->o.in.shared.roster))
        return FAIL(E_FORGED);
    r->step = CAST_CONTENT;
    return open_content(&r->o, parsed(&l->from->me.dsk), &r->content);
}

struct err cast_read_under(const struct line *l, struct bytes delivery, uint32_t n,
                           const uint8_t mk[CHANNEL_KEY_SIZE], struct reading *r)
{
    TRY(read_hint(l, delivery, r));
    r->o.n = n;
    return read_entry(l, mk, r);
}

void cast_close(struct reading *r)
{
    open_wipe(&r->o);
    arena_free(&r->arena);
    buf_free(&r->content);
}
