/* SPDX-License-Identifier: Apache-2.0 */
/* States that this server was put back to before, as its people know them.  [PROTOCOL 6.9] */
#include "server/rooms/states_internal.h"

#define LISTS_MOST 64 /* of a signer, newest first, that are looked at */

/* One that is given. */
struct giving {
    struct db *db;
    const struct networks *n;
    struct arena *a;
    uint64_t now_ms;
    struct rooms_state given, newest; /* newest.state.version 0: there is none */
};

static struct err check_form(struct giving *g)
{
    struct rooms_state *s = &g->given;

    TRY(room_state_parse(s->statement, g->a, &s->state));
    for (size_t i = 0; i < s->state.networks; i++)
        if (!ID_SAME(s->state.network[i], *networks_id(g->n)))
            return FAIL(E_DENIED);
    TRY(room_commit_check(s->commitment, networks_id(g->n), networks_key(g->n), g->now_ms,
                          &s->commit));
    return room_commit_is_of(&s->commit, &s->state) ? OK : FAIL(E_FORGED);
}

static struct err find_newest(struct giving *g)
{
    struct err err = rooms_newest(g->db, g->a, &g->given.state.room, &g->newest);

    if (err.code == E_ABSENT)
        g->newest = (struct rooms_state){.state = {.version = 0}};
    return err.code == E_ABSENT ? OK : err;
}

static struct err compare(struct giving *g)
{
    struct rooms_state there;

    TRY(rooms_at(g->db, g->a, &g->given.state.room, g->given.state.version, &there));
    return bytes_same(BYTES(there.state.hash), BYTES(g->given.state.hash)) ? OK : FAIL(E_CONFLICT);
}

/* The lists of the account, the newest and those right before it. */
static struct err find_history(struct giving *g, const struct account_id *aid,
                               struct device_history *out)
{
    const struct device_list **list = ARENA_ARRAY(g->a, LISTS_MOST, const struct device_list *);
    struct device_list *newest;
    struct bytes *statement;
    struct account who;
    uint32_t from;

    if (list == NULL)
        return FAIL(E_NOMEM);
    TRY(accounts_get(g->db, g->a, aid, &who));
    TRY(devices_list(g->db, g->n, g->a, who.row, &newest));
    from = newest->version > LISTS_MOST ? newest->version - LISTS_MOST + 1 : 1;
    TRY(devices_lists(g->db, g->a, who.row, from, LISTS_MOST, &statement, &out->n));
    for (size_t i = 0; i < out->n; i++) {
        struct device_list *l = ARENA_NEW(g->a, struct device_list);

        if (l == NULL)
            return FAIL(E_NOMEM);
        TRY(device_list_parse(statement[i], networks_id(g->n), l));
        list[i] = l;
    }
    out->list = list;
    return OK;
}

/* That all moderators were removed was seen when it was committed. */
static struct err check_successor(struct giving *g, const struct room_chain_witness *w)
{
    size_t members = g->newest.state.members;
    bool *removed = ARENA_ARRAY(g->a, members, bool);

    if (removed == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < members; i++)
        removed[i] = true;
    return room_chain_check_successor(g->given.statement, &g->newest.state, networks_key(g->n),
                                      removed, w, g->a, &g->given.state);
}

static struct err check_chain(struct giving *g)
{
    struct rooms_state *s = &g->given;
    struct room_chain_witness w = {.commit = &s->commit, .now_ms = g->now_ms};

    if (s->state.version > 1 && room_state_is_successor(&s->state))
        return check_successor(g, &w);
    TRY(find_history(g, &s->state.signer.aid, &w.signer));
    return s->state.version == 1
               ? room_chain_check_genesis(s->statement, &w, g->a, &s->state)
               : room_chain_check_next(s->statement, &g->newest.state, &w, g->a, &s->state);
}

static struct err take(struct giving *g)
{
    TRY(check_chain(g));
    TRY(rooms_keep_committed(g->db, g->n, g->a, &g->given));
    g->newest = g->given;
    return OK;
}

struct err rooms_again(struct db *db, const struct networks *n, struct arena *a,
                       const struct account_id *aid, struct bytes statement,
                       struct bytes commitment, uint64_t now_ms, uint32_t *known)
{
    struct giving g = {.db = db, .n = n, .a = a, .now_ms = now_ms};
    const struct room_state *s = &g.given.state, *newest = &g.newest.state;
    bool is_of;

    g.given.statement = statement;
    g.given.commitment = commitment;
    TRY(check_form(&g));
    TRY(find_newest(&g));
    is_of = newest->version > 0 && rooms_is_member(n, newest, aid);
    if (s->version <= newest->version)
        TRY(compare(&g));
    else if (s->version == newest->version + 1)
        TRY(take(&g));
    *known = !is_of && newest->version > s->version ? s->version : newest->version;
    return OK;
}
