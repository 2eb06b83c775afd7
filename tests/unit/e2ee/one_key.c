/* SPDX-License-Identifier: Apache-2.0 */
#include "unit/e2ee/one_key.h"

#include "assert_err.h"
#include "crypto/aead.h"
#include "e2ee/channel.h"
#include "e2ee/link_ask.h"
#include "e2ee/payload.h"
#include "e2ee/trailer.h"
#include "statement/device_list.h"
#include "statement/directory.h"
#include "statement/export.h"
#include "statement/policy.h"
#include "statement/prekey.h"
#include "statement/room_chain.h"
#include "statement/server_keys.h"
#include "statement/signin.h"
#include "unit/e2ee/parsed.h"

#define NOW         ONE_KEY_NOW_MS
#define NID         (&one_key_me.who.nid)
#define KEY         one_key_me.dsk_secret
#define PUB         (&one_key_me.dsk)
#define DOMAIN      BYTES_LITERAL("example.org")
#define SIGNED_SIZE (TRAILER_CORE_SIZE + 68)
#define PLAIN_SIZE  (UPLOAD_TRAILER_SIZE - AEAD_TAG_SIZE)

struct identity one_key_me;
static struct device_list devices;
static struct room_state room;
static struct room_member moderator;
static const uint8_t BINDING[SIGNIN_BINDING_SIZE] = "a connection";

/* ---- statements */

static void make_certificate(struct buf *out)
{
    struct directory_certificate c = {*PUB, NOW, NOW + DIRECTORY_LIFE_MS, BYTES_LITERAL("A town")};

    assert_ok(directory_certify(&c, NID, KEY, out));
}

static struct err check_certificate(struct bytes in)
{
    struct directory_certificate c;

    return directory_check_certificate(in, NID, PUB, NOW, &c);
}

static void make_directory(struct buf *out)
{
    struct directory_statement s = {
        1,   one_key_me.who.aid,    *PUB, DIRECTORY_MEMBER, DIRECTORY_ACTIVE,
        NOW, BYTES_LITERAL("alice")};

    assert_ok(directory_sign(&s, NID, KEY, out));
}

static struct err check_directory(struct bytes in)
{
    struct directory_statement s;

    return directory_check(in, NID, PUB, NOW, &s);
}

static void make_list(struct buf *out)
{
    assert_ok(device_list_sign(&devices, NID, KEY, &one_key_me.who.did, KEY, out));
}

static struct err check_list(struct bytes in)
{
    static struct device_list l;

    return device_list_check(in, NID, PUB, NULL, NOW, &l);
}

static void make_prekey(struct buf *out)
{
    struct prekey p = {.aid = one_key_me.who.aid,
                       .did = one_key_me.who.did,
                       .number = 1,
                       .kem_digest = {1},
                       .made_ms = NOW,
                       .list_version = 1};

    memcpy(p.point, PUB->b, sizeof p.point);
    assert_ok(prekey_sign(&p, NID, KEY, out));
}

static struct err check_prekey(struct bytes in)
{
    struct prekey p;

    return prekey_check(in, NID, PUB, NOW, &p);
}

static void make_signin(struct buf *out)
{
    struct signin s = {
        .did = one_key_me.who.did, .domain = DOMAIN, .binding = BYTES(BINDING), .generation = 1};

    assert_ok(signin_sign(&s, NID, KEY, out));
}

static struct err check_signin(struct bytes in)
{
    return signin_check(in, NID, DOMAIN, BYTES(BINDING), PUB);
}

static void make_export(struct buf *out)
{
    struct export_word w = {
        .aid = one_key_me.who.aid, .did = one_key_me.who.did, .made_ms = NOW, .digest = {1}};

    assert_ok(export_sign(&w, NID, KEY, out));
}

static struct err check_export(struct bytes in)
{
    struct export_word w;

    return export_check(in, NID, PUB, NOW, &w);
}

static void make_server_keys(struct buf *out)
{
    struct server_keys s = {.number = 1, .made_ms = NOW, .pins = 1, .pin = {{{1}}}};

    assert_ok(server_keys_sign(&s, NID, KEY, out));
}

static struct err check_server_keys(struct bytes in)
{
    struct server_keys s;

    return server_keys_check(in, NID, PUB, NOW, &s);
}

static void make_policy(struct buf *out)
{
    struct network_policy p = {
        .number = 1, .made_ms = NOW, .from_ms = NOW, .profile = POLICY_HYBRID};

    assert_ok(policy_sign(&p, NID, KEY, out));
}

static struct err check_policy(struct bytes in)
{
    static struct network_policy p;

    return policy_check(in, NID, PUB, NULL, NOW, &p);
}

/* ---- rooms */

static struct room_chain_witness witness(void)
{
    static const struct device_list *const lists[] = {&devices};

    return (struct room_chain_witness){.signer = {lists, 1}, .now_ms = NOW};
}

static void make_room(struct buf *out)
{
    moderator = (struct room_member){0, one_key_me.who.aid, ROOM_MODERATOR, 1};
    room = (struct room_state){.seed = {1},
                               .version = 1,
                               .made_ms = NOW,
                               .networks = 1,
                               .members = 1,
                               .member = &moderator,
                               .posting = ROOM_POSTING_ALL};
    room.signer = (struct room_signer){*NID, one_key_me.who.aid, one_key_me.who.did};
    room.network[0] = *NID;
    assert_ok(room_state_sign(&room, KEY, out));
}

static struct err check_room(struct bytes in)
{
    struct room_chain_witness w = witness();
    struct arena a = ARENA(4096);
    struct room_state s;
    struct err err = room_chain_check_genesis(in, &w, &a, &s);

    arena_free(&a);
    return err;
}

/* What goes on from `room`: another name, in the word of its moderator. */
static void make_next(struct buf *out)
{
    struct room_state next;

    assert_ok(room_chain_next(&room, &next));
    next.made_ms = NOW;
    next.signer = room.signer;
    next.name_box = BYTES_LITERAL("a name");
    assert_ok(room_state_sign(&next, KEY, out));
}

static struct err check_next(struct bytes in)
{
    struct room_chain_witness w = witness();
    struct arena a = ARENA(4096);
    struct room_state s;
    struct err err = room_chain_check_next(in, &room, &w, &a, &s);

    arena_free(&a);
    return err;
}

/* A room whose moderator was removed, and a plain member of which the directory makes another. */
static const bool REMOVED[] = {true, false};
static struct room_member two[2];

static struct room_state widowed(void)
{
    struct room_state s = room;
    size_t me = one_key_me.who.aid.b[0] == 0xff ? 1 : 0;

    two[me] = (struct room_member){0, one_key_me.who.aid, ROOM_MODERATOR, 1};
    two[1 - me] = (struct room_member){0, {{0}}, ROOM_MEMBER, 1};
    memset(two[1 - me].aid.b, me == 0 ? 0xff : 0, sizeof two[1 - me].aid.b);
    s.members = 2;
    s.member = two;
    return s;
}

static void make_successor(struct buf *out)
{
    struct room_state before = widowed(), next;
    struct arena a = ARENA(4096);

    assert_ok(room_chain_successor(&before, REMOVED, NOW, &a, &next));
    assert_ok(room_state_sign_successor(&next, KEY, out));
    arena_free(&a);
}

static struct err check_successor(struct bytes in)
{
    struct room_state before = widowed(), s;
    struct room_chain_witness w = witness();
    struct arena a = ARENA(4096);
    struct err err = room_chain_check_successor(in, &before, PUB, REMOVED, &w, &a, &s);

    arena_free(&a);
    return err;
}

static void make_commit(struct buf *out)
{
    struct room_commit c = room_commit_of(&room, NOW);

    assert_ok(room_commit_sign(&c, NID, KEY, out));
}

static struct err check_commit(struct bytes in)
{
    struct room_commit c;

    return room_commit_check(in, NID, PUB, NOW, &c);
}

/* ---- what e2ee signs, written as it is signed, without label and network */

/* aid | did | E_c | time | signature: what a box has of it, with its point. */
static void make_capsule(struct buf *out)
{
    struct channel_opener o;

    assert_ok(channel_opener_make(&one_key_me, NOW, &o));
    buf_bytes(out, ID_BYTES(o.from.aid));
    buf_bytes(out, ID_BYTES(o.from.did));
    buf_bytes(out, BYTES(o.point));
    buf_u64(out, o.made_ms);
    buf_bytes(out, BYTES(o.sig));
    channel_opener_free(&o);
}

static struct err check_capsule(struct bytes in)
{
    struct channel_claim claim = {.from = {.nid = *NID}};
    struct reader r = reader(in);

    reader_copy(&r, claim.from.aid.b, sizeof claim.from.aid.b);
    reader_copy(&r, claim.from.did.b, sizeof claim.from.did.b);
    reader_copy(&r, claim.point, sizeof claim.point);
    claim.made_ms = reader_u64(&r);
    reader_copy(&r, claim.sig, sizeof claim.sig);
    TRY(reader_end(&r));
    return channel_verify(&claim, PUB, NOW);
}

/* ctx | core | wrap | signature. */
static void make_message(struct buf *out)
{
    struct core core = {
        .sender = one_key_me.who, .seq = 1, .sent_ms = NOW, .ttl_s = 1, .type = PAYLOAD_TEXT};
    struct wrap wrap = {.list_version = 1};
    uint8_t ctx[ONE_KEY_CTX_SIZE] = {1};

    buf_bytes(out, BYTES(ctx));
    assert_ok(trailer_sign(&core, &wrap, BYTES(ctx), &one_key_me, out));
    buf_cut(out, sizeof ctx + SIGNED_SIZE + SIGN_SIZE);
}

static struct err check_message(struct bytes in)
{
    struct buf plain = BUF(PLAIN_SIZE);
    struct core core;
    struct wrap wrap;
    struct bytes sig;
    struct err err = OK;

    if (in.n != ONE_KEY_CTX_SIZE + SIGNED_SIZE + SIGN_SIZE)
        return FAIL(E_MALFORMED);
    buf_bytes(&plain, bytes(in.at + ONE_KEY_CTX_SIZE, in.n - ONE_KEY_CTX_SIZE));
    buf_zeros(&plain, PLAIN_SIZE - plain.n);
    TRY_OUT(trailer_parse(buf_view(&plain), &core, &wrap, &sig));
    TRY_OUT(trailer_verify(buf_view(&plain), bytes(in.at, ONE_KEY_CTX_SIZE), NID, parsed(PUB)));
out:
    buf_free(&plain);
    return err;
}

/* ---- what a new device signs: slot | ask | signature, as it lies in its box  [PROTOCOL 15.2] */

static struct device_link shown(void)
{
    return (struct device_link){.nid = *NID, .aid = one_key_me.who.aid};
}

/* The box's plain text, appended. */
static void unbox(const struct device_link *link, struct bytes slot, struct bytes box,
                  struct buf *out)
{
    uint8_t ka[AEAD_KEY_SIZE], *at;

    assert_ok(device_link_key(link, ka));
    at = buf_extend(out, box.n - AEAD_NONCE_SIZE - AEAD_TAG_SIZE);
    assert_non_null(at);
    assert_ok(
        aead_open(ka, box.at, slot, bytes(box.at + AEAD_NONCE_SIZE, box.n - AEAD_NONCE_SIZE), at));
}

static void make_ask(struct buf *out)
{
    struct device_link link = shown();
    struct link_ask ask = {.did = one_key_me.who.did, .dsk = *PUB};
    uint8_t slot[DEVICE_LINK_SLOT_SIZE];
    struct buf box = BUF(LINK_ASK_BOX_MOST);
    struct random random = random_system();
    struct mlkem_private *kem;

    assert_ok(mlkem_generate(&kem, ask.kem));
    mlkem_private_free(kem);
    memcpy(ask.point, PUB->b, sizeof ask.point);
    assert_ok(device_link_slot(&link, slot));
    assert_ok(link_ask_seal(&link, &ask, KEY, &random, &box));
    buf_bytes(out, BYTES(slot));
    unbox(&link, BYTES(slot), buf_view(&box), out);
    buf_free(&box);
}

static struct err check_ask(struct bytes in)
{
    struct device_link link = shown();
    struct link_ask ask;
    uint8_t slot[DEVICE_LINK_SLOT_SIZE], ka[AEAD_KEY_SIZE], box[LINK_ASK_BOX_MOST] = {0};
    size_t n = in.n - sizeof slot;

    if (in.n < sizeof slot || n > sizeof box - AEAD_NONCE_SIZE - AEAD_TAG_SIZE)
        return FAIL(E_MALFORMED);
    assert_ok(device_link_slot(&link, slot));
    if (memcmp(in.at, slot, sizeof slot) != 0)
        return FAIL(E_FORGED);
    assert_ok(device_link_key(&link, ka));
    assert_ok(
        aead_seal(ka, box, BYTES(slot), bytes(in.at + sizeof slot, n), box + AEAD_NONCE_SIZE));
    return link_ask_open(&link, bytes(box, AEAD_NONCE_SIZE + n + AEAD_TAG_SIZE), &ask);
}

/* ---- all of them */

#define ALONE SIGN_SIZE, SIGN_SIZE
#define LIST  (2 * SIGN_SIZE + sizeof(struct device_id))

const struct one_key_kind ONE_KEY_KINDS[] = {
    {"directory certificate", "tacet1 dirkey", make_certificate, check_certificate, ALONE},
    {"directory statement", "tacet1 dir", make_directory, check_directory, ALONE},
    {"device list, by the account", "tacet1 list", make_list, check_list, LIST, LIST},
    {"device list, by a device", "tacet1 list device", make_list, check_list, LIST, SIGN_SIZE},
    {"prekey", "tacet1 spk", make_prekey, check_prekey, ALONE},
    {"sign-in", "tacet1 signin", make_signin, check_signin, ALONE},
    {"export", "tacet1 export", make_export, check_export, ALONE},
    {"server keys", "tacet1 srvkeys", make_server_keys, check_server_keys, ALONE},
    {"policy", "tacet1 policy", make_policy, check_policy, ALONE},
    {"first room state", "tacet1 room", make_room, check_room, ALONE},
    {"next room state", "tacet1 room", make_next, check_next, ALONE},
    {"room successor", "tacet1 room successor", make_successor, check_successor, ALONE},
    {"commit", "tacet1 room commit", make_commit, check_commit, ALONE},
    {"capsule signature", "tacet1 cap", make_capsule, check_capsule, ALONE},
    {"message signature", "tacet1 msg", make_message, check_message, ALONE},
    {"ask of a new device", "tacet1 link sign", make_ask, check_ask, ALONE},
};
const size_t one_key_kinds = sizeof ONE_KEY_KINDS / sizeof ONE_KEY_KINDS[0];

int one_key_begin(void **state)
{
    struct identity *me = &one_key_me;
    struct buf b = BUF(ONE_KEY_MOST);

    (void)state;
    assert_ok(sign_generate(&me->dsk_secret, me->dsk.b));
    me->ark_secret = me->dsk_secret;
    me->ark = me->dsk;
    assert_ok(names_network(&me->dsk, DOMAIN, &me->who.nid));
    assert_ok(names_account(&me->who.nid, &me->dsk, &me->who.aid));
    assert_ok(names_device(&me->who.aid, &me->dsk, &me->who.did));
    devices = (struct device_list){
        .aid = me->who.aid, .version = 1, .made_ms = NOW, .devices = 1, .device = {{.role = 1}}};
    devices.device[0].did = me->who.did;
    devices.device[0].dsk = me->dsk;
    devices.device[0].added_ms = NOW;
    make_list(&b);
    buf_free(&b);
    make_room(&b);
    buf_free(&b);
    return 0;
}

int one_key_end(void **state)
{
    (void)state;
    sign_private_free(one_key_me.dsk_secret);
    one_key_me = (struct identity){.dsk_secret = NULL};
    return 0;
}
