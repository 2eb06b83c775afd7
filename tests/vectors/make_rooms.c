/* SPDX-License-Identifier: Apache-2.0 */
/* Vectors of PROTOCOL 4.3, 4.6 and 4.8 to 4.10: lists with revocations, policies, rooms, rosters.
 */
#include <stdlib.h>

#include "statement/policy.h"
#include "statement/room_chain.h"
#include "statement/roster.h"
#include "vectors/make.h"

#define OTHER_DOMAIN "other.example"

/* Alice, bob and the bot are of one network, carol is of another. */
struct town {
    const struct people *people;
    struct signer other_root;
    struct network_id other_nid;
    struct person carol, bot;
    struct device_list alice_list[4], bob_list, carol_list, bot_list;
    struct network_policy policy[3];
    struct room_state state[4];
};

static void put_signed(json_t *o, struct bytes statement, const uint8_t hash[NAMES_H32_SIZE])
{
    put_bytes(o, "body", bytes(statement.at, statement.n - SIGN_SIZE));
    put_bytes(o, "statement", statement);
    put_bytes(o, "hash", bytes(hash, NAMES_H32_SIZE));
}

static void put_town_person(json_t *to, const char *name, const struct person *who)
{
    json_t *o = put_object(to, name), *devices;

    put_bytes(o, "nid", ID_BYTES(who->device[0].nid));
    put_signer(o, "ark", &who->ark);
    put_bytes(o, "aid", ID_BYTES(who->device[0].aid));
    devices = put_array(o, "devices");
    for (size_t i = 0; i < 2; i++) {
        json_t *device = add_object(devices);

        put_signer(device, "dsk", &who->dsk[i]);
        put_bytes(device, "did", ID_BYTES(who->device[i].did));
    }
}

/* ---- lists */

static struct device_entry entry_of(const struct person *who, size_t i, uint64_t added_ms)
{
    return (struct device_entry){.did = who->device[i].did,
                                 .dsk = who->dsk[i].pub,
                                 .role = DEVICE_PLAIN,
                                 .added_ms = added_ms};
}

static void sign_list(const struct person *who, size_t signer, struct device_list *list,
                      struct buf *out)
{
    must(device_list_sign(list, &who->device[0].nid, who->ark.secret, &who->device[signer].did,
                          who->dsk[signer].secret, out));
}

/* A first list of both devices. */
static void make_list(const struct person *who, struct device_list *list)
{
    struct buf b = BUF(DEVICE_LIST_MAX_SIZE);

    *list = (struct device_list){
        .aid = who->device[0].aid, .version = 1, .made_ms = MAKE_NOW_MS - 9000, .devices = 2};
    for (size_t i = 0; i < 2; i++)
        list->device[i] = entry_of(who, i, list->made_ms);
    sign_list(who, 0, list, &b);
    buf_free(&b);
}

static void put_list_entries(json_t *o, const struct device_list *l)
{
    json_t *devices = put_array(o, "devices"), *revoked = put_array(o, "revoked");

    for (size_t i = 0; i < l->devices; i++) {
        json_t *d = add_object(devices);

        put_bytes(d, "did", ID_BYTES(l->device[i].did));
        put_bytes(d, "dsk", BYTES(l->device[i].dsk.b));
        put_number(d, "added_ms", l->device[i].added_ms);
    }
    for (size_t i = 0; i < l->revoked; i++) {
        json_t *d = add_object(revoked);

        put_bytes(d, "did", ID_BYTES(l->gone[i].did));
        put_number(d, "at_version", l->gone[i].at_version);
        put_number(d, "reason", l->gone[i].reason);
    }
}

static void put_list(json_t *to, const struct person *who, size_t signer, struct device_list *l)
{
    struct buf b = BUF(DEVICE_LIST_MAX_SIZE);
    json_t *o = add_object(to);

    sign_list(who, signer, l, &b);
    put_number(o, "version", l->version);
    put_bytes(o, "previous", BYTES(l->previous));
    put_number(o, "made_ms", l->made_ms);
    put_list_entries(o, l);
    put_bytes(o, "signer", ID_BYTES(who->device[signer].did));
    put_bytes(o, "body", bytes(b.at, b.n - 2 * SIGN_SIZE - sizeof(struct device_id)));
    put_bytes(o, "statement", buf_view(&b));
    put_bytes(o, "hash", BYTES(l->hash));
    buf_free(&b);
}

static struct device_list list_after(const struct device_list *before)
{
    struct device_list l = *before;

    l.version++;
    l.made_ms += 1000;
    memcpy(l.previous, before->hash, sizeof l.previous);
    return l;
}

/* One device; a second that it lets in; the second revokes the first; and nothing new is said. */
static json_t *make_device_lists(struct town *t)
{
    const struct person *who = &t->people->alice;
    struct device_list *l = t->alice_list;
    json_t *o = json_object(), *lists;

    put_text(o, "source", BYTES_LITERAL("PROTOCOL 4.3"));
    put_number(o, "now_ms", MAKE_NOW_MS);
    put_bytes(o, "nid", ID_BYTES(t->people->nid));
    put_town_person(o, "account", who);
    lists = put_array(o, "lists");
    l[0] = (struct device_list){
        .aid = who->device[0].aid, .version = 1, .made_ms = MAKE_NOW_MS - 9000, .devices = 1};
    l[0].device[0] = entry_of(who, 0, l[0].made_ms);
    put_list(lists, who, 0, &l[0]);
    l[1] = list_after(&l[0]);
    l[1].device[l[1].devices++] = entry_of(who, 1, l[1].made_ms);
    put_list(lists, who, 0, &l[1]);
    l[2] = list_after(&l[1]);
    l[2].device[0] = l[1].device[1];
    l[2].devices = l[2].revoked = 1;
    l[2].gone[0] = (struct device_revoked){who->device[0].did, 3, DEVICE_REVOKED};
    put_list(lists, who, 1, &l[2]);
    l[3] = list_after(&l[2]);
    put_list(lists, who, 1, &l[3]);
    return o;
}

/* ---- policies */

static void put_policy(json_t *to, const struct town *t, struct network_policy *p)
{
    struct buf b = BUF(POLICY_MAX_SIZE);
    json_t *o = add_object(to), *rooms;

    must(policy_sign(p, &t->people->nid, t->people->root.secret, &b));
    put_number(o, "number", p->number);
    put_bytes(o, "previous", BYTES(p->previous));
    put_number(o, "made_ms", p->made_ms);
    put_number(o, "from_ms", p->from_ms);
    put_number(o, "profile", p->profile);
    put_number(o, "retains", p->retains);
    put_bytes(o, "aid", ID_BYTES(p->retention.aid));
    put_number(o, "scope", p->retention.scope);
    put_number(o, "strict", p->retention.strict);
    put_number(o, "days", p->retention.days);
    rooms = put_array(o, "rooms");
    for (size_t i = 0; i < p->retention.rooms; i++)
        put_bytes(add_object(rooms), "room", ID_BYTES(p->retention.room[i]));
    put_signed(o, buf_view(&b), p->hash);
    buf_free(&b);
}

/* Without retention; strict and everywhere; in two rooms, and a message without it is only late. */
static json_t *make_policies(struct town *t)
{
    struct network_policy *p = t->policy;
    json_t *o = json_object(), *policies;

    put_text(o, "source", BYTES_LITERAL("PROTOCOL 4.8"));
    put_number(o, "now_ms", MAKE_NOW_MS);
    put_bytes(o, "nid", ID_BYTES(t->people->nid));
    put_signer(o, "root", &t->people->root);
    policies = put_array(o, "policies");
    for (uint32_t i = 0; i < 3; i++) {
        p[i] = (struct network_policy){.number = i + 1,
                                       .made_ms = MAKE_NOW_MS - 5000 + i,
                                       .from_ms = MAKE_NOW_MS - 4000 + i,
                                       .profile = i == 0 ? POLICY_STANDARD : POLICY_HYBRID,
                                       .retains = i > 0};
        if (i > 0) {
            memcpy(p[i].previous, p[i - 1].hash, sizeof p[i].previous);
            p[i].retention = (struct policy_retention){.aid = t->bot.device[0].aid,
                                                       .scope = i == 1 ? POLICY_ALL : POLICY_NAMED,
                                                       .strict = i == 1,
                                                       .days = 90};
        }
        for (size_t k = 0; i == 2 && k < 2; k++) {
            memset(p[i].retention.room[k].b, (int)(0xb1 + k), sizeof p[i].retention.room[k].b);
            p[i].retention.rooms = k + 1;
        }
        put_policy(policies, t, &p[i]);
    }
    return o;
}

/* ---- rooms */

static void put_members(json_t *o, const struct room_state *s)
{
    json_t *networks = put_array(o, "networks"), *members = put_array(o, "members");

    for (size_t i = 0; i < s->networks; i++)
        put_bytes(add_object(networks), "nid", ID_BYTES(s->network[i]));
    for (size_t i = 0; i < s->members; i++) {
        json_t *m = add_object(members);

        put_number(m, "network", s->member[i].network);
        put_bytes(m, "aid", ID_BYTES(s->member[i].aid));
        put_number(m, "role", s->member[i].role);
        put_number(m, "since", s->member[i].since);
    }
}

static void put_commit(json_t *to, const struct town *t, const struct room_state *s)
{
    struct room_commit c = room_commit_of(s, s->made_ms + 100);
    struct buf b = BUF(ROOM_COMMIT_SIZE);
    json_t *o = put_object(to, "commit");

    must(room_commit_sign(&c, &t->people->nid, t->people->directory.secret, &b));
    put_number(o, "time_ms", c.time_ms);
    put_bytes(o, "body", bytes(b.at, b.n - SIGN_SIZE));
    put_bytes(o, "statement", buf_view(&b));
    buf_free(&b);
}

static void put_state(json_t *to, const struct town *t, const struct person *signer,
                      struct room_state *s)
{
    struct buf b = BUF(ROOM_STATE_MAX_SIZE);
    json_t *o = add_object(to), *by = put_object(o, "signer");

    if (signer != NULL) {
        s->signer = (struct room_signer){signer->device[1].nid, signer->device[1].aid,
                                         signer->device[1].did};
        must(room_state_sign(s, signer->dsk[1].secret, &b));
    } else {
        must(room_state_sign_successor(s, t->people->directory.secret, &b));
    }
    put_bytes(o, "seed", BYTES(s->seed));
    put_bytes(o, "room", ID_BYTES(s->room));
    put_number(o, "version", s->version);
    put_bytes(o, "previous", BYTES(s->previous));
    put_number(o, "made_ms", s->made_ms);
    put_bytes(by, "nid", ID_BYTES(s->signer.nid));
    put_bytes(by, "aid", ID_BYTES(s->signer.aid));
    put_bytes(by, "did", ID_BYTES(s->signer.did));
    put_members(o, s);
    put_number(o, "home", s->home);
    put_number(o, "ttl_s", s->ttl_s);
    put_number(o, "burn_s", s->burn_s);
    put_number(o, "posting", s->posting);
    put_bytes(o, "name_box", s->name_box);
    put_signed(o, buf_view(&b), s->hash);
    put_commit(o, t, s);
    buf_free(&b);
}

static int compare_members(const void *x, const void *y)
{
    const struct room_member *a = x, *b = y;

    return a->network != b->network ? a->network - b->network
                                    : memcmp(a->aid.b, b->aid.b, sizeof a->aid.b);
}

static struct room_member member_of(const struct room_state *s, const struct person *who,
                                    enum room_role role, uint32_t since)
{
    return (struct room_member){!ID_SAME(s->network[0], who->device[0].nid), who->device[0].aid,
                                role, since};
}

/* Alice founds a room with bob. */
static void found(struct town *t, struct room_member member[2])
{
    const struct people *p = t->people;
    struct room_state *s = &t->state[0];

    *s = (struct room_state){.version = 1,
                             .made_ms = MAKE_NOW_MS - 3000,
                             .networks = 1,
                             .network = {p->nid},
                             .members = 2,
                             .member = member,
                             .posting = ROOM_POSTING_ALL};
    make_bytes(s->seed, sizeof s->seed);
    member[0] = member_of(s, &p->alice, ROOM_MODERATOR, 1);
    member[1] = member_of(s, &p->bob, ROOM_MEMBER, 1);
    qsort(member, 2, sizeof member[0], compare_members);
}

/* She lets carol in, and from now on only who moderates may post. */
static void let_in(struct town *t, struct room_member member[3])
{
    const struct people *p = t->people;
    struct room_state *s = &t->state[1];
    bool first = ID_RISES(p->nid, t->other_nid);

    must(room_chain_next(&t->state[0], s));
    s->made_ms += 500;
    s->networks = 2;
    s->network[first ? 0 : 1] = p->nid;
    s->network[first ? 1 : 0] = t->other_nid;
    s->home = first ? 0 : 1;
    member[0] = member_of(s, &p->alice, ROOM_MODERATOR, 1);
    member[1] = member_of(s, &p->bob, ROOM_MEMBER, 1);
    member[2] = member_of(s, &t->carol, ROOM_GUEST, 2);
    qsort(member, 3, sizeof member[0], compare_members);
    s->member = member;
    s->members = 3;
    s->ttl_s = 604800;
    s->burn_s = 60;
    s->posting = ROOM_POSTING_MODERATORS;
    s->name_box = BYTES_LITERAL("a sealed name");
}

/* She leaves, and nobody moderates. */
static void leave(struct town *t, struct room_member member[2])
{
    struct room_state *s = &t->state[2];
    size_t left = 0;

    must(room_chain_next(&t->state[1], s));
    for (size_t i = 0; i < s->members; i++)
        if (s->member[i].role != ROOM_MODERATOR)
            member[left++] = s->member[i];
    s->member = member;
    s->members = left;
}

/* Then bob succeeds her. */
static json_t *make_rooms(struct town *t)
{
    static struct room_member founders[2], both[3], rest[2];
    struct arena arena = ARENA(1 << 16);
    struct room_state *s = t->state;
    const bool none[3] = {false};
    json_t *o = json_object(), *states;

    put_text(o, "source", BYTES_LITERAL("PROTOCOL 4.9 and 4.10"));
    put_number(o, "now_ms", MAKE_NOW_MS);
    put_signer(o, "directory", &t->people->directory);
    put_town_person(o, "alice", &t->people->alice);
    states = put_array(o, "states");
    found(t, founders);
    put_state(states, t, &t->people->alice, &s[0]);
    let_in(t, both);
    put_state(states, t, &t->people->alice, &s[1]);
    leave(t, rest);
    put_state(states, t, &t->people->alice, &s[2]);
    must(room_chain_successor(&s[2], none, MAKE_NOW_MS - 1000, &arena, &s[3]));
    put_state(states, t, NULL, &s[3]);
    arena_free(&arena);
    return o;
}

/* ---- rosters */

/* A roster on its way: accounts come in order. */
struct plan {
    struct roster r;
    struct roster_network network[2];
    struct roster_account account[3];
    struct roster_skipped skipped;
    const struct device_list *list[3];
};

static void plan_network(struct plan *p, const struct network_id *nid,
                         const struct network_policy *policy)
{
    struct roster_network *n = &p->network[p->r.networks++];

    n->nid = *nid;
    if (policy == NULL)
        return;
    n->policy_version = policy->number;
    memcpy(n->policy_hash, policy->hash, sizeof n->policy_hash);
}

static void plan_account(struct plan *p, const struct network_id *nid,
                         const struct device_list *list)
{
    struct roster_account a = {.aid = list->aid, .list_version = list->version};
    size_t at = p->r.accounts++;

    a.network = !ID_SAME(p->network[0].nid, *nid);
    memcpy(a.list_hash, list->hash, sizeof a.list_hash);
    for (; at > 0 &&
           (p->account[at - 1].network > a.network ||
            (p->account[at - 1].network == a.network && ID_RISES(a.aid, p->account[at - 1].aid)));
         at--) {
        p->account[at] = p->account[at - 1];
        p->list[at] = p->list[at - 1];
    }
    p->account[at] = a;
    p->list[at] = list;
}

static void put_plan(json_t *o, const struct plan *p)
{
    json_t *networks = put_array(o, "networks"), *accounts = put_array(o, "accounts");

    for (size_t i = 0; i < p->r.networks; i++) {
        json_t *n = add_object(networks);

        put_bytes(n, "nid", ID_BYTES(p->network[i].nid));
        put_number(n, "policy_version", p->network[i].policy_version);
        put_bytes(n, "policy_hash", BYTES(p->network[i].policy_hash));
    }
    for (size_t i = 0; i < p->r.accounts; i++) {
        json_t *a = add_object(accounts), *devices;

        put_number(a, "network", p->account[i].network);
        put_bytes(a, "aid", ID_BYTES(p->account[i].aid));
        put_number(a, "list_version", p->account[i].list_version);
        put_bytes(a, "list_hash", BYTES(p->list[i]->hash));
        devices = put_array(a, "devices");
        for (size_t k = 0; k < p->list[i]->devices; k++)
            put_bytes(add_object(devices), "did", ID_BYTES(p->list[i]->device[k].did));
    }
}

/* As sent by the first device of alice's; skipped, if there is one, is bob's first. */
static void put_roster(json_t *to, const char *name, const struct town *t, struct plan *p)
{
    struct arena arena = ARENA(1 << 16);
    struct roster_recipient *recipient;
    struct roster_id digest;
    struct buf b = BUF(ROSTER_MAX_SIZE);
    json_t *o = put_object(to, name), *recipients;
    const struct device_id *sender = &t->people->alice.device[1].did;
    size_t n;

    p->r.network = p->network;
    p->r.account = p->account;
    p->r.skipped = &p->skipped;
    roster_write(&p->r, &b);
    must(roster_digest(buf_view(&b), &digest));
    must(roster_recipients(&p->r, p->list, sender, &arena, &recipient, &n));
    put_bytes(o, "room", ID_BYTES(p->r.room));
    put_number(o, "state_version", p->r.state_version);
    put_bytes(o, "state_hash", BYTES(p->r.state_hash));
    put_plan(o, p);
    put_bytes(o, "skipped", bytes(p->skipped.did.b, p->r.skips * sizeof p->skipped.did.b));
    put_bytes(o, "roster", buf_view(&b));
    put_bytes(o, "digest", ID_BYTES(digest));
    put_bytes(o, "sender", bytes(sender->b, sizeof sender->b));
    recipients = put_array(o, "recipients");
    for (size_t i = 0; i < n; i++)
        put_bytes(add_object(recipients), "did", ID_BYTES(recipient[i].device->did));
    arena_free(&arena);
    buf_free(&b);
}

static void put_pairs(json_t *o, const struct town *t)
{
    const struct network_id *nid = &t->people->nid;
    const struct device_list *alice = &t->alice_list[1];
    struct plan own = {.r = {.networks = 0}}, across = own, retained = own;

    plan_network(&own, nid, NULL);
    plan_account(&own, nid, alice);
    must(names_pair_room(nid, &alice->aid, &alice->aid, &own.r.room));
    put_roster(o, "own_devices", t, &own);
    plan_network(&across, ID_RISES(*nid, t->other_nid) ? nid : &t->other_nid, NULL);
    plan_network(&across, ID_RISES(*nid, t->other_nid) ? &t->other_nid : nid, NULL);
    plan_account(&across, nid, alice);
    plan_account(&across, &t->other_nid, &t->carol_list);
    must(names_pair_across(nid, &alice->aid, &t->other_nid, &t->carol_list.aid, &across.r.room));
    put_roster(o, "two_networks", t, &across);
    plan_network(&retained, nid, &t->policy[1]);
    plan_account(&retained, nid, alice);
    plan_account(&retained, nid, &t->bob_list);
    plan_account(&retained, nid, &t->bot_list);
    must(names_pair_room(nid, &alice->aid, &t->bob_list.aid, &retained.r.room));
    put_roster(o, "retained", t, &retained);
}

static void put_room(json_t *o, const struct town *t)
{
    const struct room_state *s = &t->state[1];
    struct plan room = {.r = {.room = s->room, .state_version = s->version, .skips = 1},
                        .skipped = {t->people->bob.device[0].did, ROSTER_NO_PREKEY}};

    memcpy(room.r.state_hash, s->hash, sizeof room.r.state_hash);
    for (size_t i = 0; i < s->networks; i++)
        plan_network(&room, &s->network[i], i == s->home ? &t->policy[0] : NULL);
    plan_account(&room, &t->people->nid, &t->alice_list[1]);
    plan_account(&room, &t->people->nid, &t->bob_list);
    plan_account(&room, &t->other_nid, &t->carol_list);
    put_roster(o, "room", t, &room);
}

static json_t *make_rosters(const struct town *t)
{
    json_t *o = json_object();

    put_text(o, "source", BYTES_LITERAL("PROTOCOL 2.4 and 4.6"));
    put_pairs(o, t);
    put_room(o, t);
    return o;
}

void make_town(const struct people *people, struct town_files *out)
{
    static struct town t;

    t = (struct town){.people = people};
    make_signer(&t.other_root);
    must(names_network(&t.other_root.pub, BYTES_LITERAL(OTHER_DOMAIN), &t.other_nid));
    make_person(&t.other_nid, &t.carol);
    make_person(&people->nid, &t.bot);
    make_list(&people->bob, &t.bob_list);
    make_list(&t.carol, &t.carol_list);
    make_list(&t.bot, &t.bot_list);
    out->lists = make_device_lists(&t);
    out->policies = make_policies(&t);
    out->rooms = make_rooms(&t);
    out->rosters = make_rosters(&t);
    free_signer(&t.other_root);
    free_person(&t.carol);
    free_person(&t.bot);
}
