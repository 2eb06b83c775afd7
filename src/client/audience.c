/* SPDX-License-Identifier: Apache-2.0 */
#include "client/audience.h"

#include "client/sealing.h"
#include "client/streams.h"

#define PAIR_MAX 3 /* accounts: two, and who keeps copies of it */

/* ---- accounts */

static struct err put_account(struct engine *e, const struct account_id *aid,
                              enum audience_part part, struct arena *a, struct audience *au)
{
    struct device_list *list = NULL;
    size_t i;

    for (i = 0; i < au->n; i++)
        if (ID_SAME(au->account[i].aid, *aid))
            return OK;
    if (!ID_SAME(*aid, e->own.me.who.aid)) {
        list = ARENA_NEW(a, struct device_list);
        if (list == NULL)
            return FAIL(E_NOMEM);
        TRY(people_newest_list(e->vault, &e->own, aid, list));
    }
    for (i = au->n++; i > 0 && bytes_compare(ID_BYTES(au->account[i - 1].aid), ID_BYTES(*aid)) > 0;
         i--)
        au->account[i] = au->account[i - 1];
    au->account[i] = (struct audience_account){*aid, part, list == NULL ? &e->own.list : list};
    return OK;
}

/* ---- a pair */

/* With whom they write to each other in this room, of which I keep copies: what came of it says so.
 * E_REMOVED: I do not keep them any more, or it is no room of theirs. */
static struct err find_peer(struct engine *e, const struct outbox_row *row,
                            const struct contact *to, struct arena *a, struct audience *au,
                            struct account_id *third)
{
    const struct own *own = &e->own;
    struct stream stream;
    struct bytes statement;
    struct roster r;

    if (!au->rules.kept || !ID_SAME(au->rules.keeper, own->me.who.aid))
        return FAIL(E_REMOVED);
    TRY(streams_get(e->vault, &row->core.room, &row->to, &stream));
    TRY(people_roster(e->vault, &stream.roster, a, &statement));
    TRY(roster_parse(statement, a, &r));
    for (size_t i = 0; i < r.accounts; i++) {
        TRY(names_pair_room(&own->nid, &to->aid, &r.account[i].aid, &au->room));
        *third = r.account[i].aid;
        if (ID_SAME(au->room, row->core.room))
            return OK;
    }
    return FAIL(E_REMOVED);
}

static struct err find_pair(struct engine *e, const struct outbox_row *row,
                            const struct contact *to, struct arena *a, struct audience *au)
{
    const struct own *own = &e->own;
    struct account_id third = {{0}};
    bool has_third;

    TRY(rules_of_pair(e->vault, own, &to->aid, e->now_ms, &au->rules));
    has_third = au->rules.joins;
    if (has_third)
        third = au->rules.keeper;
    TRY(names_pair_room(&own->nid, &own->me.who.aid, &to->aid, &au->room));
    if (row->kind == OUTBOX_CONTROL && row->has_core && !ID_SAME(row->core.room, au->room)) {
        TRY(find_peer(e, row, to, a, au, &third));
        has_third = true;
    }
    au->account = ARENA_ARRAY(a, PAIR_MAX, struct audience_account);
    if (au->account == NULL)
        return FAIL(E_NOMEM);
    TRY(put_account(e, &own->me.who.aid,
                    ID_SAME(to->aid, own->me.who.aid) ? AUDIENCE_PEER : AUDIENCE_ME, a, au));
    TRY(put_account(e, &to->aid, AUDIENCE_PEER, a, au));
    return has_third ? put_account(e, &third, AUDIENCE_THIRD, a, au) : OK;
}

/* ---- a room */

static struct err find_room(struct engine *e, const struct room *r, struct arena *a,
                            struct audience *au)
{
    struct roomlog_step newest;
    const struct room_state *s = &newest.state;

    if (r->standing == ROOMLOG_OUT)
        return FAIL(E_REMOVED);
    TRY(roomlog_newest(e->vault, r, a, &newest));
    TRY(rules_of_room(e->vault, &e->own, s, e->now_ms, &au->rules));
    au->room = s->room;
    au->version = s->version;
    memcpy(au->hash, s->hash, sizeof au->hash);
    au->account = ARENA_ARRAY(a, s->members + 2, struct audience_account);
    if (au->account == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < s->members; i++)
        TRY(put_account(e, &s->member[i].aid,
                        ID_SAME(s->member[i].aid, e->own.me.who.aid) ? AUDIENCE_ME : AUDIENCE_PEER,
                        a, au));
    return au->rules.kept ? put_account(e, &au->rules.keeper, AUDIENCE_THIRD, a, au) : OK;
}

struct err audience_find(struct engine *e, const struct outbox_row *row, struct arena *a,
                         struct audience *out)
{
    struct contact to;
    struct room r;
    struct err err = people_get(e->vault, row->contact, &to);

    *out = (struct audience){.n = 0};
    if (err.code == E_OK)
        return find_pair(e, row, &to, a, out);
    if (err.code != E_ABSENT)
        return err;
    TRY(roomlog_get(e->vault, row->contact, &r));
    return find_room(e, &r, a, out);
}

/* ---- the roster */

/* Those that are passed over, of a roster that is being made. */
struct skipping {
    struct engine *e;
    const struct audience *au;
    struct roster_skipped *skipped;
    size_t n;
    bool reached, mine, peers; /* one of the peers' devices, of my others; there are peers */
};

static void put_skipped(struct skipping *sk, const struct device_id *did)
{
    size_t i = sk->n++;

    for (; i > 0 && bytes_compare(ID_BYTES(sk->skipped[i - 1].did), ID_BYTES(*did)) > 0; i--)
        sk->skipped[i] = sk->skipped[i - 1];
    sk->skipped[i] = (struct roster_skipped){*did, ROSTER_NO_PREKEY};
}

/* Of whoever keeps copies no device is passed over. */
static struct err skip_devices(struct skipping *sk, const struct audience_account *of)
{
    const struct rules *rules = &sk->au->rules;

    for (size_t i = 0; i < of->list->devices; i++) {
        const struct device_id *did = &of->list->device[i].did;
        enum sealing_way way;
        struct prekey p;

        if (!sealing_is_recipient(sk->e, &of->list->device[i]))
            continue;
        sk->peers |= of->part == AUDIENCE_PEER;
        TRY(sealing_way_to(sk->e, did, rules->profile, &p, &way));
        if (way != SEALING_READY && rules->kept && ID_SAME(of->aid, rules->keeper))
            return FAIL(E_ABSENT);
        if (way != SEALING_READY)
            put_skipped(sk, did);
        else if (of->part == AUDIENCE_PEER)
            sk->reached = true;
        else
            sk->mine = true;
    }
    return OK;
}

/* Nothing of mine goes to the devices of whom I keep copies but the one that I ask: whether others
 * could be sealed to is not looked at.  In a room that I am alone in, only my other devices get it.
 */
static struct err find_skipped(struct skipping *sk, const struct outbox_row *row, struct arena *a)
{
    sk->skipped = ARENA_ARRAY(a, sk->au->n * LIMIT_LIST_DEVICES, struct roster_skipped);
    if (sk->skipped == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < sk->au->n; i++)
        if (sk->au->account[i].part != AUDIENCE_THIRD)
            TRY(skip_devices(sk, &sk->au->account[i]));
    return sk->reached || row->kind != OUTBOX_MESSAGE || (!sk->peers && sk->mine) ? OK
                                                                                  : FAIL(E_ABSENT);
}

struct err audience_roster(struct engine *e, const struct audience *au,
                           const struct outbox_row *row, struct arena *a, struct buf *out)
{
    struct roster_network network = {.nid = e->own.nid, .policy_version = au->rules.policy.number};
    struct roster_account *account = ARENA_ARRAY(a, au->n, struct roster_account);
    struct roster r = {.room = au->room,
                       .state_version = au->version,
                       .network = &network,
                       .networks = 1,
                       .account = account,
                       .accounts = au->n};
    struct skipping sk = {.e = e, .au = au};

    if (account == NULL)
        return FAIL(E_NOMEM);
    memcpy(r.state_hash, au->hash, sizeof r.state_hash);
    memcpy(network.policy_hash, au->rules.policy.hash, sizeof network.policy_hash);
    for (size_t i = 0; i < au->n; i++) {
        account[i] = (struct roster_account){.aid = au->account[i].aid,
                                             .list_version = au->account[i].list->version};
        memcpy(account[i].list_hash, au->account[i].list->hash, NAMES_H16_SIZE);
    }
    TRY(find_skipped(&sk, row, a));
    r.skipped = sk.skipped;
    r.skips = sk.n;
    roster_write(&r, out);
    return out->failed == E_OK ? OK : FAIL(out->failed);
}
