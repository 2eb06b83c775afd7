/* SPDX-License-Identifier: Apache-2.0 */
/* Which state of a room comes into force next: a member's, or the server's own when nobody else is
 * left who could.  [PROTOCOL 4.9, 4.10, 11] */
#include "server/rooms/states_internal.h"

/* Of a large room: the state before, its successor, both statements, and its moderators. */
#define SUCCESSION_ARENA (2 << 20)

static const char MODERATED[] =
    "SELECT room FROM room_moderator WHERE aid = $1 AND room > $2 ORDER BY room LIMIT 1";

/* ---- successors */

static struct err find_removed(struct db *db, struct arena *a, const struct room_state *s,
                               const bool **out)
{
    bool *removed = ARENA_ARRAY(a, s->members, bool);

    if (removed == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < s->members; i++) {
        struct account who;

        if (s->member[i].role != ROOM_MODERATOR)
            continue;
        TRY(accounts_get(db, a, &s->member[i].aid, &who));
        removed[i] = who.state == ACCOUNTS_REMOVED;
    }
    *out = removed;
    return OK;
}

static struct err succeed_once(struct db *db, const struct networks *n, const struct room_id *room,
                               uint64_t now_ms, struct arena *a, bool *done)
{
    struct rooms_state newest, s = {.commit = {.version = 0}};
    const bool *removed;
    struct err err;

    *done = true;
    TRY(rooms_newest(db, a, room, &newest));
    TRY(find_removed(db, a, &newest.state, &removed));
    /* Dated as the state before, so that it is the same when this server was put back. */
    err = room_chain_successor(&newest.state, removed, 0, a, &s.state);
    if (err.code == E_DENIED || err.code == E_ABSENT || err.code == E_LIMIT)
        return OK; /* it needs none, or nobody can be it */
    TRY(err);
    *done = false;
    TRY(networks_sign_successor(n, &s.state, a, &s.statement));
    return rooms_keep(db, n, a, now_ms, &s);
}

/* A room of which the last moderator may be gone.  Its heir may have been removed too: then comes
 * the next. */
static struct err succeed(struct db *db, const struct networks *n, const struct room_id *room,
                          uint64_t now_ms)
{
    struct err err = OK;
    bool done = false;

    for (size_t i = 0; err.code == E_OK && !done && i < ROOM_STATE_MEMBERS_MAX; i++) {
        struct arena a = ARENA(SUCCESSION_ARENA);

        err = succeed_once(db, n, room, now_ms, &a, &done);
        arena_free(&a);
    }
    return err;
}

/* ---- changes */

/* One change on its way. */
struct changing {
    struct db *db;
    const struct networks *n;
    struct arena *a;
    const struct account_id *aid;
    uint64_t now_ms;
    struct bytes statement;
    struct room_state next;
    struct rooms_change *out;
};

/* What can be said without asking the database: of whom it is, and of which networks. */
static struct err check_form(struct changing *c, const struct device *signer)
{
    TRY(room_state_parse(c->statement, c->a, &c->next));
    for (size_t i = 0; i < c->next.networks; i++)
        if (!ID_SAME(c->next.network[i], *networks_id(c->n)))
            return FAIL(E_DENIED);
    return ID_SAME(c->next.signer.nid, *networks_id(c->n)) &&
                   ID_SAME(c->next.signer.aid, *c->aid) && ID_SAME(c->next.signer.did, signer->did)
               ? OK
               : FAIL(E_DENIED);
}

/* Another state has the place that this one wants: it is told to whom it was told before. */
static struct err refuse_place(struct changing *c, const struct rooms_state *newest)
{
    bool told = rooms_is_member(c->n, &newest->state, c->aid);
    struct rooms_state before;

    c->out->state = *newest;
    if (c->next.version <= newest->state.version)
        TRY(rooms_at(c->db, c->a, &c->next.room, c->next.version, &c->out->state));
    if (!told && c->next.version > 1 && c->next.version <= newest->state.version) {
        TRY(rooms_at(c->db, c->a, &c->next.room, c->next.version - 1, &before));
        told = rooms_is_member(c->n, &before.state, c->aid);
    }
    return told ? FAIL(E_CONFLICT) : FAIL(E_ABSENT);
}

/* Every member has an account here that was not removed.  Who leaves cannot put others out, so
 * those who were removed before stay in that state, for a moderator to put out. */
static struct err check_members(struct changing *c)
{
    bool leaves = !rooms_is_member(c->n, &c->next, c->aid);
    struct account *who = ARENA_ARRAY(c->a, c->next.members, struct account);
    size_t removals = 0;

    if (who == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < c->next.members; i++) {
        const struct room_member *m = &c->next.member[i];

        if (leaves && m->since != c->next.version)
            continue;
        TRY(accounts_get(c->db, c->a, &m->aid, &who[removals]));
        removals += who[removals].state == ACCOUNTS_REMOVED;
    }
    c->out->removed = who;
    c->out->removals = removals;
    return removals == 0 ? OK : FAIL(E_REMOVED);
}

static struct err check_chain(struct changing *c, const struct room_state *previous)
{
    const struct device_list *lists[1];
    struct room_chain_witness w = {.signer = {lists, 1}, .now_ms = c->now_ms};
    struct device_list *newest;
    struct account who;

    TRY(accounts_get(c->db, c->a, c->aid, &who));
    TRY(devices_list(c->db, c->n, c->a, who.row, &newest));
    lists[0] = newest;
    if (previous == NULL)
        TRY(room_chain_check_genesis(c->statement, &w, c->a, &c->next));
    else
        TRY(room_chain_check_next(c->statement, previous, &w, c->a, &c->next));
    return check_members(c);
}

static struct err commit(struct changing *c)
{
    struct rooms_state s = {.state = c->next, .statement = c->statement};

    TRY(rooms_keep(c->db, c->n, c->a, c->now_ms, &s));
    c->out->state = s;
    if (rooms_is_member(c->n, &s.state, c->aid))
        return OK;
    return succeed(c->db, c->n, &s.state.room, c->now_ms);
}

/* What was committed before is answered again: its answer was lost. */
static struct err find_again(struct changing *c, bool *known)
{
    struct rooms_state before;
    struct err err = rooms_at(c->db, c->a, &c->next.room, c->next.version, &before);

    *known = err.code == E_OK && bytes_same(BYTES(before.state.hash), BYTES(c->next.hash));
    if (*known)
        c->out->state = before;
    return err.code == E_ABSENT ? OK : err;
}

struct err rooms_commit(struct db *db, const struct networks *n, struct arena *a,
                        const struct device *signer, const struct account_id *aid,
                        struct bytes statement, uint64_t now_ms, struct rooms_change *out)
{
    struct changing c = {
        .db = db, .n = n, .a = a, .aid = aid, .now_ms = now_ms, .statement = statement, .out = out};
    struct rooms_state newest;
    bool known;

    *out = (struct rooms_change){.removals = 0};
    TRY(check_form(&c, signer));
    TRY(find_again(&c, &known));
    if (known)
        return OK;
    if (c.next.version == 1) {
        TRY(check_chain(&c, NULL));
        return commit(&c);
    }
    TRY(rooms_newest(db, a, &c.next.room, &newest));
    if (c.next.version != (uint64_t)newest.state.version + 1)
        return refuse_place(&c, &newest);
    if (!rooms_is_member(n, &newest.state, aid))
        return FAIL(E_ABSENT);
    TRY(check_chain(&c, &newest.state));
    return commit(&c);
}

/* ---- removals */

/* The first of an account's rooms behind `room`. */
static struct err next_room(struct db *db, const struct account_id *aid, struct room_id *room,
                            bool *more)
{
    struct db_query *q = NULL;
    struct err err = OK;

    TRY_OUT(db_begin_query(
        db, MODERATED, DB_VALUES(DB_BYTES_OF(ID_BYTES(*aid)), DB_BYTES_OF(ID_BYTES(*room))), &q));
    TRY_OUT(db_next(q, more));
    if (*more) {
        invariant(db_bytes(q, 0).n == sizeof room->b);
        memcpy(room->b, db_bytes(q, 0).at, sizeof room->b);
    }
out:
    db_end_query(q);
    return err;
}

struct err rooms_succeed(struct db *db, const struct networks *n, const struct account_id *aid,
                         uint64_t now_ms)
{
    struct room_id room = {{0}};
    bool more;

    TRY(next_room(db, aid, &room, &more));
    while (more) {
        TRY(succeed(db, n, &room, now_ms));
        TRY(next_room(db, aid, &room, &more));
    }
    return OK;
}
