/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/e2ee/by_hand.h"

#include <stdio.h>

#include "assert_err.h"
#include "crypto/hash.h"
#include "crypto/kdf.h"
#include "crypto/password.h"
#include "e2ee/call_key.h"
#include "e2ee/channel.h"
#include "e2ee/file_key.h"
#include "e2ee/fingerprint.h"
#include "e2ee/link_ask.h"
#include "e2ee/recovery.h"
#include "e2ee/schedule.h"
#include "e2ee/trailer.h"
#include "statement/device_list.h"
#include "statement/policy.h"
#include "statement/room_state.h"
#include "statement/roster.h"

#define NID     (&one_key_me.who.nid)
#define ME      ID_BYTES(one_key_me.who.nid), ID_BYTES(one_key_me.who.aid)
#define MADE(b) bytes((b).at, (b).n - SIGN_SIZE)

/* The same 32 bytes stand for every secret: nothing but labels keeps one key from the other. */
static const uint8_t SECRET[32] = "one secret for everything";
static const uint8_t CTX[SCHEDULE_CTX_SIZE] = "one context for everything";
static const struct device_id OTHER = {"another device"};

static void hkdf(struct bytes salt, struct bytes ikm, struct buf *info, struct by_hand *p, size_t n)
{
    assert_ok(kdf_hkdf(salt, ikm, buf_view(info), p->by_hand, n));
    p->n = n;
    buf_free(info);
}

static struct buf info_of(struct bytes label)
{
    struct buf b = BUF(KDF_INFO_MAX);

    buf_bytes(&b, label);
    return b;
}

/* ---- names [PROTOCOL 2, 7] */

static void net(struct bytes label, struct by_hand *p)
{
    struct network_id id;
    struct bytes domain = BYTES_LITERAL("example.org");

    assert_ok(names_network(&one_key_me.dsk, domain, &id));
    memcpy(p->product, id.b, p->n = sizeof id.b);
    assert_ok(hash_sha512_256(HASH_PARTS(label, BYTES(one_key_me.dsk.b), domain), p->by_hand));
}

static void acct(struct bytes label, struct by_hand *p)
{
    struct account_id id;

    assert_ok(names_account(NID, &one_key_me.ark, &id));
    memcpy(p->product, id.b, p->n = sizeof id.b);
    assert_ok(
        hash_sha512_256(HASH_PARTS(label, ID_BYTES(*NID), BYTES(one_key_me.ark.b)), p->by_hand));
}

static void dev(struct bytes label, struct by_hand *p)
{
    struct device_id id;

    assert_ok(names_device(&one_key_me.who.aid, &one_key_me.dsk, &id));
    memcpy(p->product, id.b, p->n = sizeof id.b);
    assert_ok(hash_sha512(HASH_PARTS(label, ID_BYTES(one_key_me.who.aid), BYTES(one_key_me.dsk.b)),
                          p->by_hand));
}

static void pair(struct bytes label, struct by_hand *p)
{
    struct room_id id;

    assert_ok(names_pair_room(NID, &one_key_me.who.aid, &one_key_me.who.aid, &id));
    memcpy(p->product, id.b, p->n = sizeof id.b);
    assert_ok(hash_sha256(HASH_PARTS(label, ME, ME), p->by_hand));
}

static void safety(struct bytes label, struct by_hand *p)
{
    const struct fingerprint_side me = {*NID, one_key_me.who.aid, one_key_me.ark};

    assert_ok(fingerprint_make(&me, &me, p->product));
    assert_ok(hash_sha512(
        HASH_PARTS(label, ME, BYTES(one_key_me.ark.b), ME, BYTES(one_key_me.ark.b)), p->by_hand));
    p->n = FINGERPRINT_SIZE;
}

/* ---- hashes of statements and messages [PROTOCOL 4, 6] */

/* The statement of this name. */
static void made(const char *name, struct buf *out)
{
    *out = BUF(ONE_KEY_MOST);
    for (size_t i = 0; i < one_key_kinds; i++)
        if (strcmp(ONE_KEY_KINDS[i].name, name) == 0)
            ONE_KEY_KINDS[i].make(out);
    assert_true(out->n > SIGN_SIZE);
}

static void h32(struct bytes label, struct bytes body, struct by_hand *p)
{
    assert_ok(hash_sha512(HASH_PARTS(label, ID_BYTES(*NID), body), p->by_hand));
    p->n = NAMES_H32_SIZE;
}

static void list_hash(struct bytes label, struct by_hand *p)
{
    static struct device_list l;
    struct buf b;

    made("device list, by a device", &b);
    assert_ok(device_list_parse(buf_view(&b), NID, &l));
    memcpy(p->product, l.hash, sizeof l.hash);
    h32(label, bytes(b.at, b.n - 2 * SIGN_SIZE - sizeof(struct device_id)), p);
    buf_free(&b);
}

static void policy_hash(struct bytes label, struct by_hand *p)
{
    static struct network_policy n;
    struct buf b;

    made("policy", &b);
    assert_ok(policy_parse(buf_view(&b), NID, &n));
    memcpy(p->product, n.hash, sizeof n.hash);
    h32(label, MADE(b), p);
    buf_free(&b);
}

static void room_hash(struct bytes label, struct by_hand *p)
{
    struct arena a = ARENA(4096);
    struct room_state s;
    struct buf b;

    made("first room state", &b);
    assert_ok(room_state_parse(buf_view(&b), &a, &s));
    memcpy(p->product, s.hash, sizeof s.hash);
    h32(label, MADE(b), p);
    buf_free(&b);
    arena_free(&a);
}

static void room_id(struct bytes label, struct by_hand *p)
{
    struct arena a = ARENA(4096);
    struct room_state s;
    struct buf b;

    made("first room state", &b);
    assert_ok(room_state_parse(buf_view(&b), &a, &s));
    memcpy(p->product, s.room.b, p->n = sizeof s.room.b);
    assert_ok(hash_sha256(HASH_PARTS(label, ID_BYTES(*NID), MADE(b)), p->by_hand));
    buf_free(&b);
    arena_free(&a);
}

static void roster(struct bytes label, struct by_hand *p)
{
    struct roster_id id;

    assert_ok(roster_digest(BYTES(SECRET), &id));
    memcpy(p->product, id.b, p->n = sizeof id.b);
    assert_ok(hash_sha384(HASH_PARTS(label, BYTES(SECRET)), p->by_hand));
}

static void context(struct bytes label, struct by_hand *p)
{
    uint8_t body[HASH_SHA512_SIZE];
    struct bytes b = BYTES(SECRET);

    assert_ok(schedule_ctx(b, b, b, b, p->product));
    assert_ok(hash_sha512(&b, 1, body));
    assert_ok(hash_sha512(HASH_PARTS(label, b, b, b, BYTES(body)), p->by_hand));
    p->n = SCHEDULE_CTX_SIZE;
}

static void content(struct bytes label, struct by_hand *p)
{
    const struct message_id id = {"a message"};

    assert_ok(trailer_digest(&id, BYTES(SECRET), p->product));
    assert_ok(hash_sha512(HASH_PARTS(label, ID_BYTES(id), BYTES(SECRET)), p->by_hand));
    p->n = NAMES_H32_SIZE;
}

static void stream_link(struct bytes label, struct by_hand *p)
{
    struct core core = {.sender = one_key_me.who, .seq = 1, .ttl_s = 1, .type = 1};
    struct buf b = BUF(TRAILER_CORE_SIZE);

    trailer_write_core(&core, &b);
    assert_ok(trailer_link(&core, p->product));
    assert_ok(hash_sha512(HASH_PARTS(label, buf_view(&b)), p->by_hand));
    p->n = NAMES_H32_SIZE;
    buf_free(&b);
}

/* ---- keys of a message [PROTOCOL 5.2, 5.3, 6.2] */

static void body(struct bytes label, struct by_hand *p)
{
    struct buf info = info_of(label);

    assert_ok(schedule_body_key(BYTES(SECRET), p->product));
    hkdf(bytes(NULL, 0), BYTES(SECRET), &info, p, AEAD_KEY_SIZE);
}

static void commitment(struct bytes label, struct by_hand *p)
{
    struct buf info = info_of(label);

    assert_ok(schedule_commitment(BYTES(SECRET), p->product));
    hkdf(bytes(NULL, 0), BYTES(SECRET), &info, p, UPLOAD_COMMITMENT_SIZE);
}

static void trailer(struct bytes label, struct by_hand *p)
{
    struct buf info = info_of(label);

    buf_bytes(&info, BYTES(CTX));
    assert_ok(schedule_trailer_key(BYTES(SECRET), BYTES(CTX), p->product));
    hkdf(bytes(NULL, 0), BYTES(SECRET), &info, p, AEAD_KEY_SIZE);
}

static void entry(struct bytes label, struct by_hand *p)
{
    const struct schedule_entry e = {BYTES(CTX), &OTHER, &one_key_me.who, 1, SECRET, 2};
    struct buf info = info_of(label);

    assert_ok(schedule_entry_key(&e, BYTES(SECRET), BYTES(SECRET), p->product));
    buf_bytes(&info, BYTES(CTX));
    buf_bytes(&info, ID_BYTES(OTHER));
    identity_write_party(&one_key_me.who, &info);
    buf_u32(&info, 1);
    buf_bytes(&info, bytes(SECRET, CHANNEL_EPOCH_ID_SIZE));
    buf_u32(&info, 2);
    hkdf(BYTES(SECRET), BYTES(SECRET), &info, p, AEAD_KEY_SIZE);
}

static void hint(struct bytes label, struct by_hand *p)
{
    struct buf info = info_of(label);

    assert_ok(schedule_hint_mask(BYTES(CTX), &OTHER, BYTES(SECRET), p->product));
    buf_bytes(&info, BYTES(CTX));
    buf_bytes(&info, ID_BYTES(OTHER));
    hkdf(bytes(NULL, 0), BYTES(SECRET), &info, p, SCHEDULE_HINT_SIZE);
}

/* One step of a chain: what the label and the byte before it make of its key. */
static void step(uint8_t before, struct bytes label, struct by_hand *p)
{
    struct epoch e = {.n = 0};
    uint8_t mk[CHANNEL_KEY_SIZE];

    memcpy(e.ck, SECRET, sizeof e.ck);
    assert_ok(channel_step(&e, mk));
    memcpy(p->product, before == 1 ? mk : e.ck, p->n = sizeof mk);
    assert_ok(hash_hmac_sha512(BYTES(SECRET), HASH_PARTS(bytes(&before, 1), label), p->by_hand));
}

static void message_key(struct bytes label, struct by_hand *p)
{
    step(1, label, p);
}

static void chain_key(struct bytes label, struct by_hand *p)
{
    step(2, label, p);
}

/* ---- keys of files and calls [PROTOCOL 13, 14] */

static void file(struct bytes label, struct by_hand *p)
{
    struct file_descriptor d = {.size = 1};
    struct buf info = info_of(label);
    struct file_key f;

    memcpy(d.key, SECRET, sizeof d.key);
    assert_ok(file_key_begin(&d, &f));
    memcpy(p->product, f.key, sizeof f.key);
    hkdf(bytes(NULL, 0), BYTES(SECRET), &info, p, AEAD_KEY_SIZE);
    file_key_free(&f);
}

static void file_root(struct bytes label, struct by_hand *p)
{
    static const uint8_t padded[8] = {[6] = 1024 / 256}, digest[FILE_KEY_DIGEST_SIZE] = {1};
    struct file_descriptor d = {.size = 1};
    struct file_key f;

    assert_ok(file_key_begin(&d, &f));
    assert_ok(file_key_pass(&f, digest));
    assert_ok(file_key_end(&f, p->product));
    assert_ok(hash_sha384(HASH_PARTS(label, BYTES(padded), BYTES(digest)), p->by_hand));
    p->n = FILE_KEY_DIGEST_SIZE;
    file_key_free(&f);
}

static void call(struct bytes label, struct by_hand *p)
{
    struct buf info = info_of(label);

    assert_ok(call_key_base(SECRET, &OTHER, 7, p->product));
    buf_bytes(&info, ID_BYTES(OTHER));
    buf_u32(&info, 7);
    hkdf(bytes(NULL, 0), BYTES(SECRET), &info, p, CALL_KEY_BASE_SIZE);
}

static void frames(bool is_key, struct bytes label, struct by_hand *p)
{
    struct buf info = info_of(label);
    struct call_keys k;

    assert_ok(call_key_derive(BYTES(SECRET), 9, &k));
    memcpy(p->product, is_key ? k.key : k.salt, is_key ? sizeof k.key : sizeof k.salt);
    buf_u64(&info, 9);
    buf_u16(&info, 5);
    hkdf(bytes(NULL, 0), BYTES(SECRET), &info, p, is_key ? sizeof k.key : sizeof k.salt);
}

static void frame_key(struct bytes label, struct by_hand *p)
{
    frames(true, label, p);
}

static void frame_salt(struct bytes label, struct by_hand *p)
{
    frames(false, label, p);
}

/* ---- links and recovery [PROTOCOL 15] */

static struct device_link shown(void)
{
    struct device_link link = {.nid = *NID, .aid = one_key_me.who.aid};

    memcpy(link.secret, SECRET, sizeof link.secret);
    return link;
}

static void link_slot(struct bytes label, struct by_hand *p)
{
    struct device_link link = shown();
    struct buf info = info_of(label);

    assert_ok(device_link_slot(&link, p->product));
    buf_bytes(&info, ID_BYTES(link.nid));
    buf_bytes(&info, ID_BYTES(link.aid));
    hkdf(bytes(NULL, 0), BYTES(SECRET), &info, p, DEVICE_LINK_SLOT_SIZE);
}

static void link_key(struct bytes label, struct by_hand *p)
{
    struct device_link link = shown();
    struct buf info = info_of(label);

    assert_ok(device_link_key(&link, p->product));
    buf_bytes(&info, ID_BYTES(link.nid));
    buf_bytes(&info, ID_BYTES(link.aid));
    hkdf(bytes(NULL, 0), BYTES(SECRET), &info, p, DEVICE_LINK_KEY_SIZE);
}

/* The ask is version | zeros | no name. */
static void link_code(struct bytes label, struct by_hand *p)
{
    static const uint8_t asked[LINK_ASK_LEAST] = {1};
    static const struct link_ask ask = {.name_n = 0};
    struct device_link link = shown();
    struct bytes parts[] = {label, BYTES(SECRET), BYTES(asked)};
    uint8_t digest[HASH_SHA512_SIZE], slot[DEVICE_LINK_SLOT_SIZE], code[PASSWORD_KEY_SIZE];
    uint64_t v = 0;

    assert_ok(link_ask_code(&link, &ask, (char *)p->product));
    assert_ok(device_link_slot(&link, slot));
    assert_ok(hash_sha512(parts, 3, digest));
    assert_ok(password_key(BYTES(digest), slot, 16, code));
    for (size_t i = 0; i < 8; i++)
        v = v << 8 | code[i];
    v %= UINT64_C(1000000000000);
    p->n = (size_t)snprintf((char *)p->by_hand, sizeof p->by_hand, "%04u %04u %04u",
                            (unsigned)(v / 100000000), (unsigned)(v / 10000 % 10000),
                            (unsigned)(v % 10000));
}

static void letters_slot(struct bytes label, struct by_hand *p)
{
    struct recovery_key key;
    struct buf info = info_of(label);

    memcpy(key.r, SECRET, sizeof key.r);
    assert_ok(recovery_slot(&key, NID, p->product));
    buf_bytes(&info, ID_BYTES(*NID));
    hkdf(bytes(NULL, 0), BYTES(key.r), &info, p, RECOVERY_SLOT_SIZE);
}

/* ---- all of them */

const struct by_hand_kind BY_HAND_KINDS[] = {
    {"network id", "tacet1 net", true, net},
    {"account id", "tacet1 acct", true, acct},
    {"device id", "tacet1 dev", true, dev},
    {"pair conversation", "tacet1 pair", true, pair},
    {"safety number", "tacet1 safety", true, safety},
    {"list hash", "tacet1 list hash", true, list_hash},
    {"policy hash", "tacet1 policy hash", true, policy_hash},
    {"state hash", "tacet1 room hash", true, room_hash},
    {"room id", "tacet1 room id", true, room_id},
    {"roster hash", "tacet1 roster", true, roster},
    {"context", "tacet1 ctx", true, context},
    {"content digest", "tacet1 content", true, content},
    {"link", "tacet1 link", true, stream_link},
    {"body key", "tacet1 body", true, body},
    {"commitment", "tacet1 commit", true, commitment},
    {"trailer key", "tacet1 trailer", true, trailer},
    {"entry key", "tacet1 entry", true, entry},
    {"hint", "tacet1 hint", true, hint},
    {"message key", "tacet1 mk", false, message_key},
    {"chain key", "tacet1 ck", false, chain_key},
    {"key of a file", "tacet1 file", true, file},
    {"root of a file", "tacet1 file root", true, file_root},
    {"base key of a call", "tacet1 call", true, call},
    {"key of frames", "SFrame 1.0 Secret key ", false, frame_key},
    {"slot of a link", "tacet1 link slot", true, link_slot},
    {"key of an ask", "tacet1 link ask", true, link_key},
    {"code of an ask", "tacet1 link code", true, link_code},
    {"slot of a recovery key", "tacet1 recovery slot", true, letters_slot},
    {"salt of frames", "SFrame 1.0 Secret salt ", false, frame_salt},
};
const size_t by_hand_kinds = sizeof BY_HAND_KINDS / sizeof BY_HAND_KINDS[0];

/* What makes codes slow is not what is tried here, and would make it take minutes. */
struct err __real_password_key(struct bytes password, const uint8_t salt[PASSWORD_SALT_SIZE],
                               uint8_t cost, uint8_t key[PASSWORD_KEY_SIZE]);
struct err __wrap_password_key(struct bytes password, const uint8_t salt[PASSWORD_SALT_SIZE],
                               uint8_t cost, uint8_t key[PASSWORD_KEY_SIZE]);
struct err __wrap_password_key(struct bytes password, const uint8_t salt[PASSWORD_SALT_SIZE],
                               uint8_t cost, uint8_t key[PASSWORD_KEY_SIZE])
{
    return __real_password_key(password, salt, cost > 0 ? PASSWORD_COST_LEAST : 0, key);
}
