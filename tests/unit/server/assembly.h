/* SPDX-License-Identifier: Apache-2.0 */
/* assembly: policies and rooms for the server of a world. */
#ifndef TACET_TESTS_SERVER_ASSEMBLY_H
#define TACET_TESTS_SERVER_ASSEMBLY_H

#include "letter.h"

#include "server/policies/policies.h"
#include "server/rooms/rooms.h"

/* ---- Policies. */

/* What follows `previous`, in force at once: hybrid, and nobody retains. */
static inline struct network_policy policy_next(const struct world *w,
                                                const struct network_policy *previous)
{
    struct network_policy p = {
        .number = 1, .made_ms = w->now_ms, .from_ms = w->now_ms, .profile = POLICY_HYBRID};

    if (previous != NULL) {
        p.number = previous->number + 1;
        memcpy(p.previous, previous->hash, sizeof p.previous);
    }
    return p;
}

static inline void policy_retain(struct network_policy *p, const struct person *who,
                                 enum policy_scope scope, uint16_t days)
{
    p->retains = true;
    p->retention = (struct policy_retention){.aid = who->aid, .scope = scope, .days = days};
}

static inline struct bytes policy_statement(struct world *w, struct network_policy *p)
{
    struct buf b = BUF(POLICY_MAX_SIZE);

    assert_ok(policy_sign(p, &w->nid, w->root, &b));
    return world_keep(w, &b);
}

static inline enum err_code policy_publish(struct world *w, struct bytes statement)
{
    Tacet__Wire__PublishPolicy in = TACET__WIRE__PUBLISH_POLICY__INIT;

    in.statement = frame_data(statement);
    return world_ask(w, &w->control, OP_POLICY_PUBLISH, &in).code;
}

/* ---- Rooms. */

#define ROOM_PEOPLE_MAX 8

/* A room and what is to be its next state. */
struct room {
    struct room_state state;
    struct room_member member[ROOM_PEOPLE_MAX];
    struct bytes statement, commitment;
};

static inline int room_compare(const void *x, const void *y)
{
    const struct room_member *a = x, *b = y;

    return memcmp(a->aid.b, b->aid.b, sizeof a->aid.b);
}

static inline void room_add(struct room *r, const struct person *who, enum room_role role)
{
    r->member[r->state.members++] =
        (struct room_member){.aid = who->aid, .role = role, .since = r->state.version};
    qsort(r->member, r->state.members, sizeof r->member[0], room_compare);
}

static inline void room_drop(struct room *r, const struct person *who)
{
    size_t kept = 0;

    for (size_t i = 0; i < r->state.members; i++)
        if (!ID_SAME(r->member[i].aid, who->aid))
            r->member[kept++] = r->member[i];
    r->state.members = kept;
}

/* The first state, with its founder alone in it. */
static inline void room_found(struct world *w, struct room *r, const struct person *who)
{
    *r = (struct room){.state = {.version = 1,
                                 .made_ms = w->now_ms,
                                 .networks = 1,
                                 .network = {w->nid},
                                 .posting = ROOM_POSTING_ALL}};
    assert_ok(random_fill(&w->random, r->state.seed, sizeof r->state.seed));
    room_add(r, who, ROOM_MODERATOR);
}

/* Begin what follows. */
static inline void room_next(struct world *w, struct room *r)
{
    struct room_state next;

    assert_ok(room_chain_next(&r->state, &next));
    next.made_ms = w->now_ms;
    r->state = next;
}

static inline void room_sign(struct world *w, struct room *r, const struct person *by)
{
    struct buf b = BUF(ROOM_STATE_MAX_SIZE);

    r->state.member = r->member;
    r->state.signer = (struct room_signer){w->nid, by->aid, by->did};
    assert_ok(room_state_sign(&r->state, by->dsk, &b));
    r->statement = world_keep(w, &b);
}

static inline struct answer room_send(struct world *w, struct person *by, struct bytes statement)
{
    Tacet__Wire__ChangeRoom in = TACET__WIRE__CHANGE_ROOM__INIT;

    in.statement = frame_data(statement);
    w->now_ms += CLOCK_SECOND_MS; /* it costs */
    return world_ask(w, &by->session, OP_ROOM_CHANGE, &in);
}

/* The state in an answer, with its commit checked. */
static inline void room_read(struct world *w, struct answer a, struct rooms_state *out)
{
    Tacet__Wire__RoomState *form = NULL;

    world_read(w, a, room_state, &form);
    out->statement = frame_bytes(form->statement);
    out->commitment = frame_bytes(form->commit);
    assert_ok(room_state_parse(out->statement, &w->arena, &out->state));
    assert_ok(room_commit_check(out->commitment, &w->nid, networks_key(w->networks), w->now_ms,
                                &out->commit));
    assert_true(room_commit_is_of(&out->commit, &out->state));
}

/* Sign it, send it, and see it committed. */
static inline void room_commit(struct world *w, struct room *r, struct person *by)
{
    struct rooms_state s;
    struct answer a;

    room_sign(w, r, by);
    a = room_send(w, by, r->statement);
    assert_int_equal(a.code, E_OK);
    room_read(w, a, &s);
    assert_bytes(s.statement, r->statement);
    r->commitment = s.commitment;
}

static inline enum err_code room_change(struct world *w, struct room *r, struct person *by)
{
    room_sign(w, r, by);
    return room_send(w, by, r->statement).code;
}

static inline struct answer room_ask(struct world *w, struct person *who, const struct room *r,
                                     uint32_t from)
{
    Tacet__Wire__AskRoom in = TACET__WIRE__ASK_ROOM__INIT;

    in.room = frame_data(ID_BYTES(r->state.room));
    in.from = from;
    return world_ask(w, &who->session, OP_ROOM, &in);
}

/* ---- Messages to several. */

#define POST_PEOPLE_MAX 8

/* As a letter, to whoever is put into it. */
struct post {
    struct roster roster;
    struct roster_network network;
    struct roster_account account[POST_PEOPLE_MAX];
    struct roster_skipped skipped[POST_PEOPLE_MAX];
    struct letter letter;
    uint8_t entry[POST_PEOPLE_MAX * UPLOAD_ENTRY_SIZE];
};

static inline int post_compare(const void *x, const void *y)
{
    const struct roster_account *a = x, *b = y;

    return memcmp(a->aid.b, b->aid.b, sizeof a->aid.b);
}

static inline void post_name_policy(struct post *p, const struct network_policy *policy)
{
    p->network.policy_version = policy->number;
    memcpy(p->network.policy_hash, policy->hash, sizeof p->network.policy_hash);
}

static inline void post_name_state(struct post *p, const struct room *room)
{
    p->roster.room = room->state.room;
    p->roster.state_version = room->state.version;
    memcpy(p->roster.state_hash, room->state.hash, sizeof p->roster.state_hash);
}

/* Gives the post its bytes, after whatever a test changed: an entry for each of `recipients`. */
static inline void post_write(struct world *w, struct post *p, size_t recipients)
{
    struct letter *l = &p->letter;
    struct buf b = BUF(LIMIT_FRAME);

    p->roster.network = &p->network;
    p->roster.account = p->account;
    p->roster.skipped = p->skipped;
    l->roster = p->roster;
    letter_write_roster(w, l);
    l->upload.recipients = recipients;
    l->upload.capsule = l->capsule;
    l->upload.entries = bytes(p->entry, recipients * UPLOAD_ENTRY_SIZE);
    upload_write(&l->upload, &b);
    l->bytes = world_keep(w, &b);
}

/* From one to all of n people, of whom the sender is one, each at prekey 1. */
static inline void post_make(struct world *w, struct post *p, struct person *from,
                             const struct person *const *who, size_t n)
{
    struct upload *u = &p->letter.upload;

    *p = (struct post){.letter = {.ttl_s = 86400}};
    p->network.nid = w->nid;
    p->roster.networks = 1;
    p->roster.accounts = n;
    for (size_t i = 0; i < n; i++)
        p->account[i] = letter_account(who[i]);
    qsort(p->account, n, sizeof p->account[0], post_compare);
    u->shared.head[0] = UPLOAD_VERSION;
    u->shared.head[1] = UPLOAD_SUITE;
    u->shared.head[2] = UPLOAD_PROFILE_HYBRID;
    memcpy(u->shared.head + 4, w->point, sizeof w->point);
    assert_ok(random_fill(&w->random, u->shared.com, sizeof u->shared.com));
    u->shared.body = world_random(w, UPLOAD_BODY_LEAST);
    u->shared.trailer = world_random(w, UPLOAD_TRAILER_SIZE);
    u->number = ++from->uploads;
    for (size_t i = 0; i < POST_PEOPLE_MAX; i++)
        p->entry[i * UPLOAD_ENTRY_SIZE + 1] = 1;
    post_write(w, p, n - 1);
}

/* Refused with this code, at the roster or at the upload; or accepted. */
static inline struct answer post_send(struct world *w, struct person *from, struct post *p)
{
    struct answer a = letter_send(w, from, &p->letter);

    if (a.code != E_OK)
        from->uploads--;
    return a;
}

#endif
