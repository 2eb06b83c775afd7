/* SPDX-License-Identifier: Apache-2.0 */
#include "client/judging.h"

#define ASKS_MAX 4 /* look-ups that one item may cause before it only waits */

/* What misses something that nobody has would else ask for it for ever. */
static bool may_ask(struct opening *op)
{
    if (op->item->asks >= ASKS_MAX)
        return false;
    op->item->asks++;
    return true;
}

struct err judging_ask_account(struct opening *op, const struct account_id *aid)
{
    return may_ask(op) ? lookups_account(op->e, aid) : OK;
}

static struct err get_roster(struct opening *op, const struct opened *o, struct roster *out)
{
    struct bytes roster;
    struct err err = people_roster(op->e->vault, &o->wrap.roster, op->a, &roster);

    if (err.code == E_ABSENT && may_ask(op))
        TRY(lookups_roster(op->e, &o->wrap.roster));
    TRY(err);
    return roster_parse(roster, op->a, out);
}

/* The version of an account's list that the roster names; 0: not in it. */
static uint32_t version_named(const struct roster *r, const struct account_id *aid)
{
    for (size_t i = 0; i < r->accounts; i++)
        if (ID_SAME(r->account[i].aid, *aid))
            return r->account[i].list_version;
    return 0;
}

/* The list of an account at the version that the roster names, and the one after if we know it. */
static struct err get_lists(struct opening *op, const struct roster *r,
                            const struct account_id *aid, struct device_list *at,
                            struct device_list **next)
{
    struct engine *e = op->e;
    uint32_t version = version_named(r, aid);
    struct device_list *after;
    struct err err;

    err = people_list(e->vault, &e->own, aid, version, at);
    if (err.code == E_ABSENT)
        TRY(judging_ask_account(op, aid));
    TRY(err);
    after = ARENA_NEW(op->a, struct device_list);
    if (after == NULL)
        return FAIL(E_NOMEM);
    err = people_list(e->vault, &e->own, aid, version + 1, after);
    *next = err.code == E_OK ? after : NULL;
    return err.code == E_ABSENT ? OK : err;
}

/* A roster of what is built today: the two of us, without state and policy.  All else is held back
 * before anything is asked for. */
static bool is_plain_pair(const struct roster *r, const struct account_id *me,
                          const struct account_id *sender)
{
    return r->state_version == 0 && r->networks == 1 && r->network[0].policy_version == 0 &&
           r->accounts == 2 && version_named(r, me) != 0 && version_named(r, sender) != 0;
}

/* The roster of the highest seq that came of this stream.  E_ABSENT: nothing came, or it is not
 * kept. */
static struct err get_earlier(struct opening *op, const struct stream *stream, struct roster *out)
{
    struct bytes roster;

    if (stream->highest == 0)
        return FAIL(E_ABSENT);
    TRY(people_roster(op->e->vault, &stream->roster, op->a, &roster));
    return roster_parse(roster, op->a, out);
}

/* For whom a partial upload is; NULL: it is for all. */
static struct err get_scope(struct opening *op, const struct upload_shared *shared,
                            const uint16_t **out, size_t *n)
{
    uint16_t *place;

    *n = upload_places(shared);
    *out = NULL;
    if (*n == 0)
        return OK;
    place = ARENA_ARRAY(op->a, *n, uint16_t);
    if (place == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < *n; i++)
        place[i] = upload_place(shared, i);
    *out = place;
    return OK;
}

static struct err judge_pair(struct opening *op, const struct opened *o, const struct roster *r,
                             struct roster_question *q, struct verdict *out)
{
    const struct party *me = &op->e->own.me.who;
    struct roster earlier;
    struct roster_finding finding;
    struct err err;

    TRY(streams_get(op->e->vault, &o->core.room, &o->core.sender.did, &out->stream));
    TRY(get_scope(op, &o->in.shared, &q->scope, &q->places));
    q->me = (struct roster_party){me->nid, me->aid, me->did};
    q->sender = (struct roster_party){o->core.sender.nid, o->core.sender.aid, o->core.sender.did};
    q->profile = o->in.shared.head[2];
    q->seq = o->core.seq;
    q->message_ms = o->core.sent_ms;
    q->highest = out->stream.highest;
    err = get_earlier(op, &out->stream, &earlier);
    if (err.code == E_OK)
        q->earlier = &earlier;
    else if (err.code != E_ABSENT)
        return err;
    TRY(roster_judge(r, q, op->a, &finding));
    out->roster = finding.verdict;
    return OK;
}

struct err judging_judge(struct opening *op, const struct opened *o, struct verdict *out)
{
    const struct account_id *me = &op->e->own.me.who.aid, *sender = &o->core.sender.aid;
    const struct device_list *list[2], *next[2];
    const struct network_policy *none[1] = {NULL};
    struct roster r;
    struct device_list *my_next, *their_next;
    struct roster_question q = {.named = {.list = list, .policy = none},
                                .since = {.list = next, .policy = none}};

    TRY(get_roster(op, o, &r));
    out->roster = ROSTER_WRONG;
    if (!is_plain_pair(&r, me, sender) || !ID_SAME(r.room, o->core.room))
        return OK;
    TRY(get_lists(op, &r, me, &out->mine, &my_next));
    TRY(get_lists(op, &r, sender, &out->theirs, &their_next));
    for (size_t i = 0; i < 2; i++) {
        bool mine = ID_SAME(r.account[i].aid, *me);

        list[i] = mine ? &out->mine : &out->theirs;
        next[i] = mine ? my_next : their_next;
    }
    return judge_pair(op, o, &r, &q, out);
}
