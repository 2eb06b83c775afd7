/* SPDX-License-Identifier: Apache-2.0 */
#include "client/judging.h"

#include "client/attending.h"
#include "client/conversations.h"
#include "client/opening_internal.h"
#include "client/rules.h"

#define ASKS_MAX 4 /* look-ups that one item may cause before it only waits */

/* Everything that is known about one roster. */
struct matter {
    struct opening *op;
    const struct opened *o;
    struct roster roster;
    struct network_policy policy, after;     /* named; and by what it was superseded first */
    const struct device_list **list, **next; /* of each account; of `next`, NULL: none is known */
    struct roomlog_step state;               /* of a room; and what followed it */
    struct room_commit committed;
    bool has_after;
    struct verdict *out;
};

/* What misses something that nobody has would else ask for it for ever.  It does not count where
 * nothing is asked: where as many questions are on their way as may be, the next answer brings us
 * here again. */
static bool may_ask(struct opening *op, enum op what, struct bytes key)
{
    if (op->item->asks >= ASKS_MAX || !lookups_may_ask(op->e, what, key))
        return false;
    op->item->asks++;
    return true;
}

struct err judging_ask_account(struct opening *op, const struct account_id *aid)
{
    return may_ask(op, OP_PERSON, ID_BYTES(*aid)) ? lookups_account(op->e, aid) : OK;
}

/* ---- what needs no look-up */

static bool wrong(struct matter *m, enum roster_cause cause)
{
    m->out->finding = (struct roster_finding){.verdict = ROSTER_WRONG,
                                              .cause = cause,
                                              .account = ROSTER_NOBODY,
                                              .network = ROSTER_NOBODY};
    return true;
}

static size_t find_place(const struct matter *m, const struct party *who)
{
    return roster_find(&m->roster, &who->nid, &who->aid);
}

/* A roster of what is built today: of this network.  All else is held back before anything is asked
 * for. */
static bool is_not_ours(struct matter *m)
{
    const struct own *own = &m->op->e->own;
    const struct core *core = &m->o->core;
    const struct roster *r = &m->roster;

    if (!ID_SAME(r->room, core->room))
        return wrong(m, ROSTER_OTHER_ROOM);
    if (r->networks != 1 || !ID_SAME(r->network[0].nid, own->nid))
        return wrong(m, ROSTER_OTHER_NETWORKS);
    if (find_place(m, &own->me.who) == ROSTER_NOBODY)
        return wrong(m, ROSTER_NOT_TO_ME);
    if (find_place(m, &core->sender) == ROSTER_NOBODY)
        return wrong(m, ROSTER_SENDER);
    return false;
}

/* Is somebody in it whom nothing puts there?  Where one of us two only keeps copies, the other
 * one's peer is not known beforehand; nor is it of what another device of mine wrote. */
static bool has_stranger(struct matter *m)
{
    const struct party *me = &m->op->e->own.me.who, *sender = &m->o->core.sender;
    const struct account_id *keeper = policy_requires(rules_or_null(&m->policy), false, NULL);
    bool keeps = keeper != NULL && (ID_SAME(*keeper, me->aid) || ID_SAME(*keeper, sender->aid));
    size_t others = keeps || ID_SAME(me->aid, sender->aid) ? 1 : 0;

    for (size_t i = 0; i < m->roster.accounts; i++) {
        const struct account_id *aid = &m->roster.account[i].aid;

        if (ID_SAME(*aid, me->aid) || ID_SAME(*aid, sender->aid) ||
            (keeper != NULL && ID_SAME(*keeper, *aid)))
            continue;
        if (others > 0) {
            others--;
            continue;
        }
        wrong(m, ROSTER_STRANGER);
        m->out->finding.account = i;
        m->out->finding.network = 0;
        m->out->finding.aid = *aid;
        return true;
    }
    return false;
}

/* The same of a room, whose state says it: nobody else is asked about. */
static bool has_outsider(struct matter *m)
{
    const struct roster *r = &m->roster;
    const struct account_id *keeper =
        policy_requires(rules_or_null(&m->policy), true, &m->roster.room);

    for (size_t i = 0; i < r->accounts; i++) {
        const struct account_id *aid = &r->account[i].aid;

        if (room_state_find(&m->state.state, &r->network[0].nid, aid) != NULL ||
            (keeper != NULL && ID_SAME(*keeper, *aid)))
            continue;
        wrong(m, ROSTER_STRANGER);
        m->out->finding.account = i;
        m->out->finding.network = 0;
        m->out->finding.aid = *aid;
        return true;
    }
    return false;
}

/* ---- what may have to be fetched */

static struct err get_roster(struct matter *m)
{
    struct opening *op = m->op;
    const struct roster_id *id = &m->o->wrap.roster;
    struct bytes roster;
    struct err err = people_roster(op->e->vault, id, op->a, &roster);

    if (err.code == E_ABSENT && may_ask(op, OP_ROSTER, ID_BYTES(*id)))
        TRY(lookups_roster(op->e, id));
    TRY(err);
    return roster_parse(roster, op->a, &m->roster);
}

/* The one named and all above it: which of those began first cannot be said otherwise. */
static struct err get_policies(struct matter *m)
{
    struct engine *e = m->op->e;
    uint32_t named = m->roster.network[0].policy_version, missing;

    TRY(rules_missing(e->vault, &e->own, named, &missing));
    if (missing != 0) {
        if (may_ask(m->op, OP_POLICY, bytes((const uint8_t *)&missing, sizeof missing)))
            TRY(governing_fetch(e, missing));
        return FAIL(E_ABSENT);
    }
    if (named != 0)
        TRY(rules_get(e->vault, &e->own, named, &m->policy));
    return rules_after(e->vault, &e->own, named, &m->after);
}

/* A pair has no state. */
static struct err is_pair_with_state(struct matter *m, bool *is)
{
    const struct own *own = &m->op->e->own;
    struct room_id pair;

    *is = false;
    if (m->roster.state_version == 0)
        return OK;
    TRY(names_pair_room(&own->nid, &own->me.who.aid, &m->o->core.sender.aid, &pair));
    *is = ID_SAME(pair, m->roster.room) && wrong(m, ROSTER_OTHER_ROOM);
    return OK;
}

/* The state that is named, and when another one followed: a room that is not known yet shows itself
 * by this. */
static struct err get_state(struct matter *m)
{
    struct opening *op = m->op;
    struct vault *v = op->e->vault;
    struct roomlog_step after;
    struct err err;

    if (m->roster.state_version == 0)
        return OK;
    err = roomlog_step(v, &m->roster.room, m->roster.state_version, op->a, &m->state);
    if (err.code == E_ABSENT && may_ask(op, OP_ROOM, ID_BYTES(m->roster.room)))
        TRY(attending_look(op->e, &m->roster.room));
    TRY(err);
    if (m->roster.state_version == UINT32_MAX)
        return OK;
    err = roomlog_step(v, &m->roster.room, m->roster.state_version + 1, op->a, &after);
    m->committed = after.commit;
    m->has_after = err.code == E_OK;
    return err.code == E_ABSENT ? OK : err;
}

static struct err find_list(struct matter *m, size_t i, uint32_t version,
                            const struct device_list **out)
{
    struct engine *e = m->op->e;
    struct device_list *list = ARENA_NEW(m->op->a, struct device_list);

    if (list == NULL)
        return FAIL(E_NOMEM);
    TRY(people_list(e->vault, &e->own, &m->roster.account[i].aid, version, list));
    *out = list;
    return OK;
}

/* The list of account i at the version that the roster names, and the one after if we know it. */
static struct err get_lists(struct matter *m, size_t i)
{
    const struct roster_account *account = &m->roster.account[i];
    struct err err = find_list(m, i, account->list_version, &m->list[i]);

    if (err.code == E_ABSENT)
        TRY(judging_ask_account(m->op, &account->aid));
    TRY(err);
    err = find_list(m, i, account->list_version + 1, &m->next[i]);
    return err.code == E_ABSENT ? OK : err;
}

/* Of a room of strangers many are asked for at once, and each counts as none: their number is that
 * of a state's members, which was checked. */
static struct err get_all_lists(struct matter *m)
{
    size_t n = m->roster.accounts, missing = 0;

    m->list = ARENA_ARRAY(m->op->a, n, const struct device_list *);
    m->next = ARENA_ARRAY(m->op->a, n, const struct device_list *);
    if (m->list == NULL || m->next == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < n; i++) {
        uint8_t asks = m->op->item->asks;
        struct err err = get_lists(m, i);

        if (m->roster.state_version != 0)
            m->op->item->asks = asks;
        if (err.code == E_ABSENT)
            missing++;
        else
            TRY(err);
    }
    return missing > 0 ? FAIL(E_ABSENT) : OK;
}

/* ---- the judge */

/* Was I out of the room since the last message of this stream?  What was said then was not for me.
 */
static bool came_again(const struct matter *m, const struct roster *earlier)
{
    const struct own *own = &m->op->e->own;
    const struct room_member *me;

    if (m->roster.state_version == 0 || earlier == NULL)
        return false;
    me = room_state_find(&m->state.state, &own->nid, &own->me.who.aid);
    if (me == NULL) /* I keep copies: since that policy at most */
        return m->roster.network[0].policy_version > earlier->network[0].policy_version;
    return me->since > earlier->state_version;
}

/* The roster of the highest seq that came of this stream; NULL: nothing came, or it is not kept. */
static struct err get_earlier(struct opening *op, const struct stream *stream,
                              struct roster *earlier, const struct roster **out)
{
    struct bytes statement;
    struct err err;

    *out = NULL;
    if (stream->highest == 0)
        return OK;
    err = people_roster(op->e->vault, &stream->roster, op->a, &statement);
    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    TRY(roster_parse(statement, op->a, earlier));
    *out = earlier;
    return OK;
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

static struct err ask_judge(struct matter *m)
{
    struct opening *op = m->op;
    const struct core *core = &m->o->core;
    const struct party *me = &op->e->own.me.who, *sender = &core->sender;
    const struct network_policy *policy[] = {rules_or_null(&m->policy)};
    const struct network_policy *after[] = {rules_or_null(&m->after)};
    struct stream *stream = &m->out->stream;
    struct roster earlier;
    struct roster_question q = {.named = {.list = m->list, .policy = policy},
                                .since = {.list = m->next, .policy = after},
                                .me = {me->nid, me->aid, me->did},
                                .sender = {sender->nid, sender->aid, sender->did},
                                .profile = upload_profile(BYTES(m->o->in.shared.head)),
                                .seq = core->seq,
                                .message_ms = core->sent_ms};

    if (m->roster.state_version != 0) {
        q.named.state = &m->state.state;
        q.named.commit = &m->state.commit;
        q.since.commit = m->has_after ? &m->committed : NULL;
    }
    TRY(streams_get(op->e->vault, &core->room, &sender->did, stream));
    q.highest = stream->highest;
    TRY(get_scope(op, &m->o->in.shared, &q.scope, &q.places));
    TRY(get_earlier(op, stream, &earlier, &q.earlier));
    m->out->again = came_again(m, q.earlier);
    return roster_judge(&m->roster, &q, op->a, &m->out->finding);
}

static struct err judge(struct matter *m)
{
    bool no_pair;

    TRY(get_roster(m));
    if (is_not_ours(m))
        return OK;
    TRY(is_pair_with_state(m, &no_pair));
    if (no_pair)
        return OK;
    TRY(get_policies(m));
    if (m->roster.state_version == 0 && has_stranger(m))
        return OK;
    TRY(get_state(m));
    if (m->roster.state_version != 0 && has_outsider(m))
        return OK;
    TRY(get_all_lists(m));
    return ask_judge(m);
}

struct err judging_judge(struct opening *op, const struct opened *o, struct verdict *out)
{
    struct matter *m = ARENA_NEW(op->a, struct matter);
    size_t mine;

    if (m == NULL)
        return FAIL(E_NOMEM);
    *m = (struct matter){.op = op, .o = o, .out = out};
    out->room = (struct room){.number = 0};
    TRY(judge(m));
    if (out->finding.verdict == ROSTER_WRONG)
        return OK;
    out->theirs = *m->list[find_place(m, &o->core.sender)];
    out->allowed = timers_allowed(m->roster.state_version == 0 ? NULL : &m->state.state);
    if (m->roster.state_version != 0)
        TRY(roomlog_find(op->e->vault, &m->roster.room, &out->room));
    mine = find_place(m, &op->e->own.me.who);
    out->mine = mine == SIZE_MAX ? 0 : m->roster.account[mine].list_version;
    return OK;
}

struct err judging_with(struct opening *op, const struct opened *o, uint64_t *contact)
{
    struct engine *e = op->e;
    struct contact c;
    struct room r;
    struct err err = roomlog_find(e->vault, &o->core.room, &r);

    if (err.code == E_OK)
        *contact = r.number;
    if (err.code != E_ABSENT)
        return err;
    err = conversations_find(e->vault, &e->own, &o->core.room, &o->wrap.roster, op->a, &c);

    *contact = err.code == E_OK ? c.number : 0;
    return err.code == E_ABSENT ? OK : err;
}

uint32_t judging_notes(const struct roster_finding *f)
{
    if (f->verdict != ROSTER_LATE)
        return 0;
    switch (f->cause) {
    case ROSTER_RETENTION_MISSING:
    case ROSTER_RETENTION_SKIPPED:
    case ROSTER_RETENTION_OUTSIDE:
        return MESSAGE_NO_COPY;
    case ROSTER_NO_CAUSE:
    case ROSTER_LIST_HASH:
    case ROSTER_STATE_HASH:
    case ROSTER_POLICY_HASH:
    case ROSTER_NOT_COMMITTED:
    case ROSTER_OTHER_ROOM:
    case ROSTER_OTHER_NETWORKS:
    case ROSTER_TOO_MANY:
    case ROSTER_STRANGER:
    case ROSTER_MISSING:
    case ROSTER_NOT_TO_ME:
    case ROSTER_SENDER:
    case ROSTER_SCOPE:
    case ROSTER_PROFILE:
    case ROSTER_WENT_BACK:
    case ROSTER_OLD_LIST:
    case ROSTER_OLD_STATE:
    case ROSTER_OLD_POLICY:
        break;
    }
    return MESSAGE_LATE;
}
