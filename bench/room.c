/* SPDX-License-Identifier: Apache-2.0 */
/*
 * room: what a room of 500 members with two devices each costs beside sealing for as many devices,
 * without vault and server.
 *
 * Sending is from the stored lists of all members to the upload: lists parsed, roster written and
 * read back, recipients found, and sealed on open channels.  Opening is what goes before that when
 * everybody is a stranger: a `hello` to 50 devices at a time, with a capsule for each.  Judging is
 * what a receiver does beside opening the bytes, for each message that comes.
 */
#include "bench/crowd.h"
#include "statement/roster_judge.h"

#define ROUNDS  15
#define MEMBERS 500
#define OTHERS  (2 * MEMBERS - 1) /* devices, without the sender's */
#define WORK    (16 << 20)

struct member {
    struct account_id aid;
    struct buf list; /* the statement, as a vault keeps it */
};

static struct crowd crowd;
static struct member member[MEMBERS];
static struct room_member in[MEMBERS];
static struct room_state genesis;
static struct room_commit commit;
static struct buf state, roster;
static uint8_t kem[MLKEM_PUBLIC_SIZE]; /* everybody's: what it costs is the same */

/* ---- who is there */

static void put_device(struct device_list *list, const struct point *dsk)
{
    struct device_entry *e = &list->device[list->devices++];

    *e = (struct device_entry){.dsk = *dsk, .role = DEVICE_PLAIN, .added_ms = CROWD_NOW_MS};
    measure_must(names_device(&list->aid, dsk, &e->did));
}

static void add_member(struct member *m, const struct identity *who)
{
    struct device_list list = {.aid = who->who.aid, .version = 1, .made_ms = CROWD_NOW_MS};
    struct sign_private *second = NULL;
    struct point dsk;

    measure_must(sign_generate(&second, dsk.b));
    put_device(&list, &who->dsk);
    put_device(&list, &dsk);
    if (bytes_compare(ID_BYTES(list.device[0].did), ID_BYTES(list.device[1].did)) > 0) {
        struct device_entry first = list.device[0];

        list.device[0] = list.device[1];
        list.device[1] = first;
    }
    *m = (struct member){who->who.aid, BUF(DEVICE_LIST_MAX_SIZE)};
    measure_must(device_list_sign(&list, &who->who.nid, who->ark_secret, &who->who.did,
                                  who->dsk_secret, &m->list));
    sign_private_free(second);
}

static int by_account(const void *a, const void *b)
{
    const struct member *left = a, *right = b;

    return bytes_compare(ID_BYTES(left->aid), ID_BYTES(right->aid));
}

static void gather_members(void)
{
    add_member(&member[0], &crowd.me);
    for (size_t i = 1; i < MEMBERS; i++) {
        struct identity who;

        measure_must(identity_make(&crowd.me.who.nid, &who));
        add_member(&member[i], &who);
        identity_free(&who);
    }
    qsort(member, MEMBERS, sizeof member[0], by_account);
}

static void make_room(void)
{
    const struct party *me = &crowd.me.who;

    for (size_t i = 0; i < MEMBERS; i++)
        in[i] = (struct room_member){.aid = member[i].aid, .role = ROOM_MODERATOR, .since = 1};
    genesis = (struct room_state){.version = 1,
                                  .made_ms = CROWD_NOW_MS,
                                  .signer = {me->nid, me->aid, me->did},
                                  .networks = 1,
                                  .network = {me->nid},
                                  .members = MEMBERS,
                                  .member = in,
                                  .posting = ROOM_POSTING_ALL};
    state = BUF(ROOM_STATE_MAX_SIZE);
    measure_must(room_state_sign(&genesis, crowd.me.dsk_secret, &state));
    commit = room_commit_of(&genesis, CROWD_NOW_MS);
    crowd.core.room = genesis.room;
}

/* ---- what is measured */

static const struct device_list *const *parse_lists(struct arena *a)
{
    const struct device_list **list = ARENA_ARRAY(a, MEMBERS, const struct device_list *);
    struct device_list *parsed = ARENA_ARRAY(a, MEMBERS, struct device_list);

    invariant(list != NULL && parsed != NULL);
    for (size_t i = 0; i < MEMBERS; i++) {
        measure_must(device_list_parse(buf_view(&member[i].list), &crowd.me.who.nid, &parsed[i]));
        list[i] = &parsed[i];
    }
    return list;
}

static void write_roster(const struct device_list *const *list, struct buf *out)
{
    static struct roster_account account[MEMBERS];
    const struct roster_network network = {.nid = crowd.me.who.nid};
    struct roster r = {.room = genesis.room,
                       .state_version = genesis.version,
                       .network = &network,
                       .networks = 1,
                       .account = account,
                       .accounts = MEMBERS};

    memcpy(r.state_hash, genesis.hash, sizeof r.state_hash);
    for (size_t i = 0; i < MEMBERS; i++) {
        account[i] = (struct roster_account){.aid = list[i]->aid, .list_version = 1};
        memcpy(account[i].list_hash, list[i]->hash, NAMES_H16_SIZE);
    }
    roster_write(&r, out);
}

static void run_seal(void *ctx)
{
    struct buf upload = BUF(LIMIT_FRAME);

    crowd_seal(&crowd, *(const size_t *)ctx, &upload);
    buf_free(&upload);
}

static void run_send(void *ctx)
{
    struct arena a = ARENA(WORK);
    struct buf written = BUF(ROSTER_MAX_SIZE);
    const struct device_list *const *list = parse_lists(&a);
    struct roster_recipient *to;
    size_t others = OTHERS, n;
    struct roster r;

    (void)ctx;
    write_roster(list, &written);
    measure_must(roster_digest(buf_view(&written), &crowd.wrap.roster));
    measure_must(roster_parse(buf_view(&written), &a, &r));
    measure_must(roster_recipients(&r, list, &crowd.me.who.did, &a, &to, &n));
    invariant(n == others);
    run_seal(&others);
    buf_free(&written);
    arena_free(&a);
}

/* One `hello`: capsules for n devices from this one on, and the upload that brings them. */
static void greet(size_t from, size_t n, const struct channel_prekey *prekey)
{
    static struct upload_capsule capsule[LIMIT_CAPSULES];
    static uint16_t place[LIMIT_CAPSULES];
    struct random random = random_system();
    struct buf capsules = BUF(LIMIT_CAPSULES * UPLOAD_CAPSULE_MOST), upload = BUF(LIMIT_FRAME);
    const size_t size = upload_capsule_size(UPLOAD_PROFILE_HYBRID);
    struct channel_opener opener = {.secret = NULL};
    struct core core = crowd.core;
    struct seal_request rq = {.me = &crowd.me,
                              .core = &core,
                              .wrap = &crowd.wrap,
                              .profile = UPLOAD_PROFILE_HYBRID,
                              .number = 1,
                              .capsule = capsule,
                              .capsules = n,
                              .to = crowd.to,
                              .place = place,
                              .n = n};

    core.type = PAYLOAD_HELLO;
    measure_must(trailer_digest(&core.id, rq.content, core.digest));
    measure_must(channel_opener_make(&crowd.me, CROWD_NOW_MS, &opener));
    for (size_t i = 0; i < n; i++) {
        const struct crowd_device *d = &crowd.device[from + i];
        const struct channel_peer to = {&d->who, prekey, d->key, BYTES(kem)};
        struct epoch e;

        measure_must(channel_open(&opener, &to, UPLOAD_PROFILE_HYBRID, &e, &capsules));
        crowd.to[i] = (struct seal_recipient){.who = d->who, .prekey = 1, .key = d->key, .n = e.n};
        memcpy(crowd.to[i].epoch, e.id, sizeof e.id);
        measure_must(channel_step(&e, crowd.to[i].mk));
        place[i] = (uint16_t)(from + i);
    }
    for (size_t i = 0; i < n; i++)
        capsule[i] = (struct upload_capsule){(uint16_t)i, bytes(capsules.at + i * size, size)};
    measure_must(seal(&rq, &random, &upload));
    channel_opener_free(&opener);
    buf_free(&capsules);
    buf_free(&upload);
}

static void run_open(void *ctx)
{
    const struct channel_prekey *prekey = ctx;

    for (size_t from = 0; from < OTHERS; from += LIMIT_CAPSULES)
        greet(from, OTHERS - from < LIMIT_CAPSULES ? OTHERS - from : LIMIT_CAPSULES, prekey);
}

/* By somebody else than the sender: all of it is looked up in the receiver's own vault. */
static void run_judge(void *ctx)
{
    const struct party *me = ctx, *sender = &crowd.me.who;
    static const struct device_list *none[MEMBERS];
    const struct network_policy *policy[] = {NULL};
    struct arena a = ARENA(WORK);
    struct roster_finding found;
    struct room_state s;
    struct roster r;
    struct roster_question q = {.named = {.state = &s, .commit = &commit, .policy = policy},
                                .since = {.list = none, .policy = policy},
                                .me = {me->nid, me->aid, me->did},
                                .sender = {sender->nid, sender->aid, sender->did},
                                .profile = UPLOAD_PROFILE_HYBRID,
                                .seq = 1,
                                .message_ms = CROWD_NOW_MS};

    measure_must(roster_parse(buf_view(&roster), &a, &r));
    measure_must(room_state_parse(buf_view(&state), &a, &s));
    q.named.list = parse_lists(&a);
    measure_must(roster_judge(&r, &q, &a, &found));
    invariant(found.verdict == ROSTER_OK);
    arena_free(&a);
}

/* ---- all together */

/* The devices of the room get the keys of the crowd, in their order. */
static void move_in(struct channel_prekey *prekey)
{
    struct arena a = ARENA(WORK);
    const struct device_list *const *list = parse_lists(&a);
    struct mlkem_private *secret;
    struct roster_recipient *to;
    struct roster r;
    size_t n;

    roster = BUF(ROSTER_MAX_SIZE);
    write_roster(list, &roster);
    measure_must(roster_parse(buf_view(&roster), &a, &r));
    measure_must(roster_recipients(&r, list, &crowd.me.who.did, &a, &to, &n));
    for (size_t i = 0; i < n; i++)
        crowd.device[i].who =
            (struct party){crowd.me.who.nid, r.account[to[i].account].aid, to[i].device->did};
    measure_must(mlkem_generate(&secret, kem));
    mlkem_private_free(secret);
    *prekey = (struct channel_prekey){.number = 1};
    measure_must(prekey_kem_digest(BYTES(kem), prekey->kem_digest));
    arena_free(&a);
}

enum line { SEND, OPEN, JUDGE, SEAL_1000, LINES };

int main(void)
{
    size_t thousand = CROWD_SIZE;
    struct channel_prekey prekey;
    struct measure line[LINES] = {
        [SEND] = {"room_500_send", run_send, NULL, 1, MEASURE_CPU, 0},
        [OPEN] = {"room_500_open", run_open, &prekey, 1, MEASURE_CPU, 0},
        [JUDGE] = {"room_500_judge", run_judge, &crowd.device[0].who, 10, MEASURE_CPU, 0},
        [SEAL_1000] = {"seal_1000", run_seal, &thousand, 1, MEASURE_CPU, 0},
    };

    crowd_gather(&crowd);
    gather_members();
    make_room();
    move_in(&prekey);
    measure_rounds(line, LINES, ROUNDS);
    measure_print(line, SEAL_1000);
    printf("room_500_send_ratio %.3f seal_1000\n", line[SEND].least_us / line[SEAL_1000].least_us);
    printf("room_500_open_ratio %.3f seal_1000\n", line[OPEN].least_us / line[SEAL_1000].least_us);
    for (size_t i = 0; i < MEMBERS; i++)
        buf_free(&member[i].list);
    buf_free(&state);
    buf_free(&roster);
    crowd_part(&crowd);
    return 0;
}
