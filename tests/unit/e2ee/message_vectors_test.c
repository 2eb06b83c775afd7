/* SPDX-License-Identifier: Apache-2.0 */
/* Every capsule and message of tests/vectors is opened, and sealed again to the same bytes. */
#include "base/reader.h"
#include "crypto/mlkem/mlkem_internal.h"
#include "e2ee/channel_internal.h"
#include "e2ee/control.h"
#include "e2ee/open.h"
#include "e2ee/payload.h"
#include "e2ee/seal_internal.h"
#include "statement/notice.h"
#include "unit/e2ee/parsed.h"
#include "vectors/vector.h"
#include "wire/limits.h"

static int forget(void **state)
{
    arena_free(&vector_memory);
    return 0;
}

static struct agree_private *secret_of(json_t *from, const char *name,
                                       uint8_t point[AGREE_PUBLIC_SIZE])
{
    json_t *o = vector_get(from, name);
    struct agree_private *key;

    assert_ok(agree_private_parse(&key, vector_bytes(o, "private")));
    assert_ok(agree_private_public(key, point));
    assert_field(bytes(point, AGREE_PUBLIC_SIZE), o, "public");
    return key;
}

static void assert_chain(json_t *chain, struct epoch *epoch)
{
    json_t *step;
    size_t i;

    json_array_foreach(chain, i, step)
    {
        uint8_t mk[CHANNEL_KEY_SIZE];

        assert_int_equal(epoch->n, vector_number(step, "n"));
        assert_field(BYTES(epoch->ck), step, "ck");
        assert_ok(channel_step(epoch, mk));
        assert_field(BYTES(mk), step, "mk");
    }
    assert_int_equal(i, 4);
}

/* The file, and the keys in it. */
struct file {
    json_t *v;
    struct party from, to;
    struct point dsk;
    uint64_t made_ms;
    struct channel_prekey prekey;
    struct agree_private *secret;
    struct mlkem_private *kem;
    uint8_t pub[MLKEM_PUBLIC_SIZE];
};

static void open_file(struct file *f)
{
    json_t *kem;

    f->v = vector_load("channel.json");
    kem = vector_get(f->v, "kem");
    f->from = vector_party(f->v, "from");
    f->to = vector_party(f->v, "to");
    f->dsk = vector_signer(f->v, "dsk", NULL);
    f->made_ms = vector_number(f->v, "made_ms");
    f->prekey.number = (uint32_t)vector_number(f->v, "prekey_number");
    f->secret = secret_of(f->v, "prekey", f->prekey.point);
    assert_ok(mlkem_private_parse(&f->kem, vector_bytes(kem, "seed")));
    mlkem_private_public(f->kem, f->pub);
    assert_field(BYTES(f->pub), kem, "public");
    assert_ok(prekey_kem_digest(BYTES(f->pub), f->prekey.kem_digest));
    assert_field(BYTES(f->prekey.kem_digest), kem, "digest");
}

static void close_file(struct file *f)
{
    agree_private_free(f->secret);
    mlkem_private_free(f->kem);
    json_decref(f->v);
}

static void assert_accepted(struct file *f, json_t *c)
{
    struct channel_receiver me = {&f->to, &f->prekey, f->secret, f->kem};
    uint8_t profile = (uint8_t)vector_number(c, "profile");
    struct upload_capsule_form form;
    struct channel_claim claim;
    struct epoch epoch;

    assert_ok(upload_parse_capsule_body(profile, vector_bytes(c, "capsule"), &form));
    assert_ok(upload_parse_capsule(vector_bytes(c, "delivered"), &form));
    assert_int_equal(form.profile, profile);
    assert_ok(channel_accept(&form, &me, f->made_ms, &claim, &epoch));
    assert_ok(channel_verify(&claim, &f->dsk, f->made_ms));
    assert_memory_equal(&claim.from, &f->from, sizeof f->from);
    assert_int_equal(claim.made_ms, f->made_ms);
    assert_field(BYTES(claim.sig), f->v, "sig");
    assert_field(BYTES(epoch.id), c, "epoch_id");
    assert_int_equal(epoch.profile, profile);
    assert_chain(vector_get(c, "chain"), &epoch);
}

static void each_capsule_is_accepted_and_its_chain_followed(void **state)
{
    struct file f;
    json_t *c;
    size_t i;

    open_file(&f);
    json_array_foreach(vector_get(f.v, "capsules"), i, c) assert_accepted(&f, c);
    assert_int_equal(i, 2);
    close_file(&f);
}

static void assert_encapsulated(const struct file *f, json_t *c, struct channel_sealed *sealed)
{
    uint8_t m[32], shared[MLKEM_SHARED_SIZE];

    vector_copy(f->v, "m", m, sizeof m);
    mlkem_encapsulate_with(f->pub, m, sealed->ct, sealed->shared);
    assert_field(BYTES(sealed->ct), c, "ct");
    assert_field(BYTES(sealed->shared), c, "kpq");
    assert_ok(mlkem_decapsulate(f->kem, BYTES(sealed->ct), shared));
    assert_memory_equal(shared, sealed->shared, sizeof shared);
}

static void assert_made_again(const struct file *f, json_t *c, const struct channel_opener *o,
                              const struct agree_public *key)
{
    struct channel_peer peer = {&f->to, &f->prekey, key, BYTES(f->pub)};
    struct channel_sealed sealed = {.profile = (uint8_t)vector_number(c, "profile")};
    struct buf capsule = BUF(UPLOAD_CAPSULE_MOST);
    struct epoch epoch;

    if (sealed.profile == UPLOAD_PROFILE_HYBRID)
        assert_encapsulated(f, c, &sealed);
    assert_ok(channel_open_with(o, &peer, &sealed, &epoch, &capsule));
    assert_field(buf_view(&capsule), c, "capsule");
    assert_field(BYTES(epoch.id), c, "epoch_id");
    buf_free(&capsule);
}

static void each_capsule_is_made_again_to_the_same_bytes(void **state)
{
    struct file f;
    struct channel_opener o;
    struct agree_public *key;
    json_t *c;
    size_t i;

    open_file(&f);
    o = (struct channel_opener){.from = f.from, .made_ms = f.made_ms};
    o.secret = secret_of(f.v, "e_c", o.point);
    vector_copy(f.v, "sig", o.sig, sizeof o.sig);
    assert_ok(agree_public_parse(&key, BYTES(f.prekey.point)));
    json_array_foreach(vector_get(f.v, "capsules"), i, c) assert_made_again(&f, c, &o, key);
    agree_public_free(key);
    channel_opener_free(&o);
    close_file(&f);
}

/* One message and who sends it. */
struct sample {
    json_t *m;
    struct identity me;
    struct core core;
    struct wrap wrap;
    struct bytes content;
};

static void read_core(struct sample *s)
{
    json_t *o = vector_get(s->m, "core");
    struct core *core = &s->core;

    core->sender = s->me.who;
    vector_copy(o, "room", core->room.b, sizeof core->room.b);
    core->restart = vector_number(o, "flags") == 1;
    vector_copy(o, "id", core->id.b, sizeof core->id.b);
    core->seq = vector_number(o, "seq");
    vector_copy(o, "prev", core->prev, sizeof core->prev);
    core->sent_ms = vector_number(o, "sent_ms");
    core->ttl_s = (uint32_t)vector_number(o, "ttl_s");
    core->type = (uint16_t)vector_number(o, "type");
    vector_copy(o, "digest", core->digest, sizeof core->digest);
}

static void assert_core(const struct sample *s)
{
    json_t *o = vector_get(s->m, "core");
    struct buf b = BUF(TRAILER_CORE_SIZE);
    struct core back;
    uint8_t h[NAMES_H32_SIZE];

    trailer_write_core(&s->core, &b);
    assert_field(buf_view(&b), o, "bytes");
    assert_ok(trailer_parse_core(buf_view(&b), &back));
    assert_int_equal(back.restart, s->core.restart);
    assert_ok(trailer_link(&s->core, h));
    assert_field(BYTES(h), o, "link");
    assert_ok(trailer_digest(&s->core.id, s->content, h));
    assert_field(BYTES(h), o, "digest");
    buf_free(&b);
}

static void read_sample(json_t *v, json_t *m, struct sample *s)
{
    *s = (struct sample){.m = m, .content = vector_bytes(m, "content")};
    s->me.who = vector_party(v, "from");
    s->me.dsk = vector_signer(v, "dsk", &s->me.dsk_secret);
    read_core(s);
    vector_copy(m, "roster", s->wrap.roster.b, sizeof s->wrap.roster.b);
    s->wrap.list_version = (uint32_t)vector_number(m, "list_version");
    vector_copy(m, "list_hash", s->wrap.list_hash, sizeof s->wrap.list_hash);
}

static void assert_keys(const struct sample *s)
{
    json_t *m = s->m;
    struct bytes mk = vector_bytes(m, "mk"), ctx = vector_bytes(m, "ctx");
    uint8_t key[AEAD_KEY_SIZE], made[SCHEDULE_CTX_SIZE];
    struct buf padded = BUF(UPLOAD_BODY_MOST);

    assert_ok(payload_pad(s->content, &padded));
    assert_field(buf_view(&padded), m, "padded");
    assert_ok(schedule_body_key(mk, key));
    assert_field(BYTES(key), m, "kb");
    assert_ok(schedule_commitment(mk, key));
    assert_field(BYTES(key), m, "com");
    assert_ok(schedule_ctx(vector_bytes(m, "head"), vector_bytes(m, "scope"),
                           vector_bytes(m, "com"), vector_bytes(m, "body"), made));
    assert_bytes(BYTES(made), ctx);
    assert_ok(schedule_trailer_key(mk, ctx, key));
    assert_field(BYTES(key), m, "kt");
    buf_free(&padded);
}

/* Opened by one of its recipients, step by step. */
static void assert_opens(const struct sample *s, json_t *r)
{
    struct party me = vector_party(r, "who");
    uint8_t point[AGREE_PUBLIC_SIZE];
    struct agree_private *secret = secret_of(r, "prekey", point);
    struct open_candidate c = {.from = &s->me.who.did,
                               .me = &me,
                               .prekey = (uint32_t)vector_number(r, "prekey_number"),
                               .profile = (uint8_t)vector_number(s->m, "profile"),
                               .epoch = vector_bytes(r, "epoch_id").at,
                               .mk = vector_bytes(r, "mk_n").at};
    struct buf content = BUF(LIMIT_TEXT);
    struct opened o;

    assert_ok(open_begin(vector_bytes(r, "delivery"), &o));
    assert_field(BYTES(o.ctx), s->m, "ctx");
    assert_field(o.in.shared.scope, s->m, "scope");
    assert_int_equal(o.prekey_low, c.prekey % 65536);
    assert_ok(open_hint(&o, secret, &me.did));
    assert_field(BYTES(o.z), r, "z");
    assert_memory_equal(o.prefix, s->me.who.did.b, sizeof o.prefix);
    assert_int_equal(o.n, vector_number(r, "n"));
    assert_ok(open_entry(&o, &c));
    assert_field(BYTES(o.mk), s->m, "mk");
    assert_field(BYTES(o.trailer), s->m, "trailer_plain");
    assert_true(ID_SAME(o.wrap.roster, s->wrap.roster));
    assert_ok(open_content(&o, parsed(&s->me.dsk), &content));
    assert_bytes(buf_view(&content), s->content);
    open_wipe(&o);
    agree_private_free(secret);
    buf_free(&content);
}

static void assert_entry_keys(const struct sample *s, json_t *r)
{
    struct party who = vector_party(r, "who");
    struct bytes ctx = vector_bytes(s->m, "ctx"), z = vector_bytes(r, "z");
    struct schedule_entry bound = {ctx,
                                   &s->me.who.did,
                                   &who,
                                   (uint32_t)vector_number(r, "prekey_number"),
                                   vector_bytes(r, "epoch_id").at,
                                   (uint32_t)vector_number(r, "n")};
    uint8_t ek[AEAD_KEY_SIZE], mask[SCHEDULE_HINT_SIZE];

    assert_ok(schedule_entry_key(&bound, vector_bytes(r, "mk_n"), z, ek));
    assert_field(BYTES(ek), r, "ek");
    assert_ok(schedule_hint_mask(ctx, &who.did, z, mask));
    assert_field(BYTES(mask), r, "hint_mask");
}

static void every_message_is_opened_by_each_of_its_recipients(void **state)
{
    json_t *v = vector_load("message.json"), *m, *r;
    size_t i, k;

    json_array_foreach(vector_get(v, "messages"), i, m)
    {
        struct sample s;

        read_sample(v, m, &s);
        assert_core(&s);
        assert_keys(&s);
        json_array_foreach(vector_get(m, "recipients"), k, r)
        {
            assert_entry_keys(&s, r);
            assert_opens(&s, r);
        }
        assert_true(k >= 1);
        sign_private_free(s.me.dsk_secret);
    }
    assert_int_equal(i, 9);
    json_decref(v);
}

static void read_recipient(json_t *r, struct seal_recipient *to, struct agree_public **key)
{
    to->who = vector_party(r, "who");
    to->prekey = (uint32_t)vector_number(r, "prekey_number");
    to->n = (uint32_t)vector_number(r, "n");
    vector_copy(r, "epoch_id", to->epoch, sizeof to->epoch);
    vector_copy(r, "mk_n", to->mk, sizeof to->mk);
    assert_ok(agree_public_parse(key, vector_bytes(vector_get(r, "prekey"), "public")));
    to->key = *key;
}

/* The places of a partial upload; false: it is for all. */
static bool read_scope(json_t *m, uint16_t *place, size_t n)
{
    struct reader r = reader(vector_bytes(m, "scope"));

    if (reader_left(&r) == 0)
        return false;
    assert_int_equal(reader_u16(&r), n);
    for (size_t i = 0; i < n; i++)
        place[i] = reader_u16(&r);
    assert_ok(reader_end(&r));
    return true;
}

/* But for the trailer, whose signature is another one every time. */
static void assert_sealed_again(const struct sample *s)
{
    json_t *recipients = vector_get(s->m, "recipients"), *r;
    struct seal_recipient to[3];
    uint16_t place[3];
    struct agree_public *key[3];
    struct seal_request rq = {.me = &s->me, .core = &s->core, .wrap = &s->wrap};
    struct seal_keys keys;
    struct buf upload = BUF(LIMIT_FRAME);
    struct bytes want = vector_bytes(s->m, "upload");

    rq.content = s->content;
    rq.profile = (uint8_t)vector_number(s->m, "profile");
    rq.number = vector_number(s->m, "upload_number");
    rq.to = to;
    json_array_foreach(recipients, rq.n, r) read_recipient(r, &to[rq.n], &key[rq.n]);
    if (read_scope(s->m, place, rq.n))
        rq.place = place;
    vector_copy(s->m, "mk", keys.mk, sizeof keys.mk);
    keys.e = secret_of(s->m, "e", keys.point);
    assert_ok(seal_with(&rq, &keys, &upload));
    assert_int_equal(upload.n, want.n);
    assert_memory_equal(upload.at, want.at, want.n - UPLOAD_TRAILER_SIZE);
    for (size_t i = 0; i < rq.n; i++)
        agree_public_free(key[i]);
    agree_private_free(keys.e);
    buf_free(&upload);
}

static void every_message_is_sealed_again_to_the_same_bytes(void **state)
{
    json_t *v = vector_load("message.json"), *m;
    size_t i;

    json_array_foreach(vector_get(v, "messages"), i, m)
    {
        struct sample s;

        read_sample(v, m, &s);
        assert_sealed_again(&s);
        sign_private_free(s.me.dsk_secret);
    }
    json_decref(v);
}

static void every_control_message_is_read_and_written_again(void **state)
{
    json_t *v = vector_load("message.json"), *o;
    size_t i;

    json_array_foreach(vector_get(v, "controls"), i, o)
    {
        struct buf again = BUF(2048);
        struct control c;

        assert_ok(
            control_parse((uint16_t)vector_number(o, "type"), vector_bytes(o, "content"), &c));
        assert_int_equal(c.n, vector_number(o, "count"));
        control_write(&c, &again);
        assert_field(buf_view(&again), o, "content");
        buf_free(&again);
    }
    assert_int_equal(i, 6);
    json_decref(v);
}

static void the_notice_is_read_and_written_again(void **state)
{
    json_t *v = vector_load("message.json"), *o = vector_get(v, "notice");
    struct buf again = BUF(NOTICE_SIZE);
    struct upload_notice n;

    assert_ok(notice_parse(vector_bytes(o, "bytes"), &n));
    assert_int_equal(n.number, vector_number(o, "upload_number"));
    assert_field(ID_BYTES(n.did), o, "did");
    assert_int_equal(n.code, vector_number(o, "code"));
    notice_write(&n, &again);
    assert_field(buf_view(&again), o, "bytes");
    buf_free(&again);
    json_decref(v);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(each_capsule_is_accepted_and_its_chain_followed),
        cmocka_unit_test(each_capsule_is_made_again_to_the_same_bytes),
        cmocka_unit_test(every_message_is_opened_by_each_of_its_recipients),
        cmocka_unit_test(every_message_is_sealed_again_to_the_same_bytes),
        cmocka_unit_test(every_control_message_is_read_and_written_again),
        cmocka_unit_test(the_notice_is_read_and_written_again),
    };
    return cmocka_run_group_tests(tests, NULL, forget);
}
