/* SPDX-License-Identifier: Apache-2.0 */
#include "client/verdicts.h"

#include "client/rules.h"
#include "statement/roster_judge.h"

/* A pair, and who keeps copies of it. */
#define ACCOUNTS_MAX 3

/* Everything that is known about one roster. */
struct matter {
    const struct verdicts_question *q;
    struct roster roster;
    struct network_policy policy, after; /* named; and by what it was superseded first */
    struct device_list list[ACCOUNTS_MAX], next[ACCOUNTS_MAX];
    bool has_next[ACCOUNTS_MAX];
    struct roster_finding *out;
};

/* ---- what needs no look-up */

static bool wrong(struct matter *m, enum roster_cause cause)
{
    *m->out = (struct roster_finding){.verdict = ROSTER_WRONG,
                                      .cause = cause,
                                      .account = ROSTER_NOBODY,
                                      .network = ROSTER_NOBODY};
    return true;
}

static size_t find_place(const struct matter *m, const struct party *who)
{
    return roster_find(&m->roster, &who->nid, &who->aid);
}

/* A roster of what is built today: of a pair in this network.  All else is held back before
 * anything is asked for. */
static bool is_no_pair(struct matter *m)
{
    const struct own *own = &m->q->e->own;
    const struct core *core = &m->q->o->core;
    const struct roster *r = &m->roster;

    if (r->state_version != 0 || !ID_SAME(r->room, core->room))
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
 * one's peer is not known beforehand. */
static bool has_stranger(struct matter *m)
{
    const struct party *me = &m->q->e->own.me.who, *sender = &m->q->o->core.sender;
    const struct account_id *keeper = policy_requires(rules_or_null(&m->policy), false, NULL);
    size_t others =
        keeper != NULL && (ID_SAME(*keeper, me->aid) || ID_SAME(*keeper, sender->aid)) ? 1 : 0;

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
        m->out->account = i;
        m->out->network = 0;
        m->out->aid = *aid;
        return true;
    }
    return false;
}

/* ---- what may have to be fetched */

static struct err get_roster(struct matter *m)
{
    const struct verdicts_question *q = m->q;
    const struct roster_id *id = &q->o->wrap.roster;
    struct bytes roster;
    struct err err = people_roster(q->e->vault, id, q->a, &roster);

    if (err.code == E_ABSENT && opening_may_ask(q->item))
        TRY(lookups_roster(q->e, id));
    TRY(err);
    return roster_parse(roster, q->a, &m->roster);
}

/* The one named and all above it: which of those began first cannot be said otherwise. */
static struct err get_policies(struct matter *m)
{
    const struct verdicts_question *q = m->q;
    struct engine *e = q->e;
    uint32_t named = m->roster.network[0].policy_version, missing;

    TRY(rules_missing(e->vault, &e->own, named, &missing));
    if (missing != 0) {
        if (opening_may_ask(q->item))
            TRY(governing_fetch(e, missing));
        return FAIL(E_ABSENT);
    }
    if (named != 0)
        TRY(rules_get(e->vault, &e->own, named, &m->policy));
    return rules_after(e->vault, &e->own, named, &m->after);
}

/* The list of account i at the version that the roster names, and the one after if we know it. */
static struct err get_lists(struct matter *m, size_t i)
{
    const struct verdicts_question *q = m->q;
    struct engine *e = q->e;
    const struct roster_account *account = &m->roster.account[i];
    struct err err =
        people_list(e->vault, &e->own, &account->aid, account->list_version, &m->list[i]);

    if (err.code == E_ABSENT && opening_may_ask(q->item))
        TRY(lookups_account(e, &account->aid));
    TRY(err);
    err = people_list(e->vault, &e->own, &account->aid, account->list_version + 1, &m->next[i]);
    m->has_next[i] = err.code == E_OK;
    return err.code == E_ABSENT ? OK : err;
}

/* ---- the judge */

static struct err get_earlier(const struct verdicts_question *q, struct roster *earlier,
                              const struct roster **out)
{
    struct bytes statement;
    struct err err;

    *out = NULL;
    if (q->highest == 0)
        return OK;
    err = people_roster(q->e->vault, q->earlier, q->a, &statement);
    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    TRY(roster_parse(statement, q->a, earlier));
    *out = earlier;
    return OK;
}

static struct err get_scope(const struct verdicts_question *q, struct roster_question *rq)
{
    const struct upload_shared *shared = &q->o->in.shared;
    size_t n = upload_places(shared);
    uint16_t *scope;

    if (n == 0)
        return OK;
    scope = ARENA_ARRAY(q->a, n, uint16_t);
    if (scope == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < n; i++)
        scope[i] = upload_place(shared, i);
    rq->scope = scope;
    rq->places = n;
    return OK;
}

static struct err ask_judge(struct matter *m)
{
    const struct verdicts_question *q = m->q;
    const struct party *me = &q->e->own.me.who, *sender = &q->o->core.sender;
    const struct device_list *list[ACCOUNTS_MAX], *next[ACCOUNTS_MAX];
    const struct network_policy *policy[] = {rules_or_null(&m->policy)};
    const struct network_policy *after[] = {rules_or_null(&m->after)};
    struct roster earlier;
    struct roster_question rq = {.named = {.list = list, .policy = policy},
                                 .since = {.list = next, .policy = after},
                                 .me = {me->nid, me->aid, me->did},
                                 .sender = {sender->nid, sender->aid, sender->did},
                                 .profile = upload_profile(BYTES(q->o->in.shared.head)),
                                 .seq = q->o->core.seq,
                                 .message_ms = q->o->core.sent_ms,
                                 .highest = q->highest};

    for (size_t i = 0; i < m->roster.accounts; i++) {
        list[i] = &m->list[i];
        next[i] = m->has_next[i] ? &m->next[i] : NULL;
    }
    TRY(get_scope(q, &rq));
    TRY(get_earlier(q, &earlier, &rq.earlier));
    return roster_judge(&m->roster, &rq, q->a, m->out);
}

static struct err judge(struct matter *m)
{
    TRY(get_roster(m));
    if (is_no_pair(m))
        return OK;
    TRY(get_policies(m));
    if (has_stranger(m))
        return OK;
    for (size_t i = 0; i < m->roster.accounts; i++)
        TRY(get_lists(m, i));
    return ask_judge(m);
}

struct err verdicts_judge(const struct verdicts_question *q, struct verdict *out)
{
    struct matter *m = ARENA_NEW(q->a, struct matter);

    if (m == NULL)
        return FAIL(E_NOMEM);
    *m = (struct matter){.q = q, .out = &out->finding};
    TRY(judge(m));
    if (out->finding.verdict != ROSTER_WRONG)
        out->theirs = m->list[find_place(m, &q->o->core.sender)];
    return OK;
}

uint32_t verdicts_notes(const struct roster_finding *f)
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
