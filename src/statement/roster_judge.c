/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/roster_judge.h"

#include "base/clock.h"

/* One roster on its way to a verdict. */
struct judging {
    const struct roster *r;
    const struct roster_question *q;
    const struct roster_recipient *recipient;
    size_t recipients;
    struct roster_finding *out;
};

static void find(struct judging *j, enum roster_verdict verdict, enum roster_cause cause)
{
    *j->out = (struct roster_finding){
        .verdict = verdict, .cause = cause, .account = ROSTER_NOBODY, .network = ROSTER_NOBODY};
}

static bool wrong(struct judging *j, enum roster_cause cause)
{
    find(j, ROSTER_WRONG, cause);
    return true;
}

static void about_account(struct judging *j, size_t account)
{
    j->out->account = account;
    j->out->network = j->r->account[account].network;
    j->out->aid = j->r->account[account].aid;
}

enum policy_profile roster_judge_profile(const struct network_policy *const *policy, size_t n)
{
    enum policy_profile highest = POLICY_STANDARD;

    for (size_t i = 0; i < n; i++)
        if (policy_profile(policy[i]) > highest)
            highest = policy_profile(policy[i]);
    return highest;
}

/* ---- recipients: places of the scope rise, and so do those that are asked for */

/* Is the place one for which this upload is?  `k` counts through the scope. */
static bool is_in_scope(const struct roster_question *q, size_t place, size_t *k)
{
    if (q->scope == NULL)
        return true;
    while (*k < q->places && q->scope[*k] < place)
        (*k)++;
    return *k < q->places && q->scope[*k] == place;
}

static bool judge_scope(struct judging *j)
{
    const struct roster_question *q = j->q;

    if (q->scope != NULL && q->places > 0 && q->scope[q->places - 1] >= j->recipients)
        return wrong(j, ROSTER_SCOPE);
    return false;
}

/* This very device, in this very account. */
static bool judge_me(struct judging *j)
{
    size_t mine = roster_find(j->r, &j->q->me.nid, &j->q->me.aid), k = 0;

    for (size_t i = 0; i < j->recipients; i++)
        if (j->recipient[i].account == mine && ID_SAME(j->recipient[i].device->did, j->q->me.did) &&
            is_in_scope(j->q, i, &k))
            return false;
    return wrong(j, ROSTER_NOT_TO_ME);
}

static bool judge_profile(struct judging *j)
{
    if (j->q->profile != roster_judge_profile(j->q->named.policy, j->r->networks))
        return wrong(j, ROSTER_PROFILE);
    return false;
}

/* ---- versions that the sender had left behind */

static bool went_back_with_policy(struct judging *j)
{
    const struct roster *r = j->r, *earlier = j->q->earlier;

    for (size_t i = 0, k = 0; i < r->networks; i++) {
        while (k < earlier->networks && ID_RISES(earlier->network[k].nid, r->network[i].nid))
            k++;
        if (k < earlier->networks && ID_SAME(earlier->network[k].nid, r->network[i].nid) &&
            r->network[i].policy_version < earlier->network[k].policy_version) {
            wrong(j, ROSTER_WENT_BACK);
            j->out->network = i;
            return true;
        }
    }
    return false;
}

/* Accounts of two rosters, whose networks may stand at other places. */
static int compare(const struct roster *x, size_t i, const struct roster *y, size_t k)
{
    const struct roster_account *a = &x->account[i], *b = &y->account[k];
    int networks = memcmp(x->network[a->network].nid.b, y->network[b->network].nid.b,
                          sizeof(struct network_id));

    return networks != 0 ? networks : memcmp(a->aid.b, b->aid.b, sizeof a->aid.b);
}

static bool went_back_with_list(struct judging *j)
{
    const struct roster *r = j->r, *earlier = j->q->earlier;

    for (size_t i = 0, k = 0; i < r->accounts; i++) {
        while (k < earlier->accounts && compare(earlier, k, r, i) < 0)
            k++;
        if (k < earlier->accounts && compare(earlier, k, r, i) == 0 &&
            r->account[i].list_version < earlier->account[k].list_version) {
            wrong(j, ROSTER_WENT_BACK);
            about_account(j, i);
            return true;
        }
    }
    return false;
}

static bool judge_versions(struct judging *j)
{
    const struct roster *earlier = j->q->earlier;

    if (earlier == NULL || j->q->seq <= j->q->highest)
        return false;
    if (j->r->state_version < earlier->state_version)
        return wrong(j, ROSTER_WENT_BACK);
    return went_back_with_policy(j) || went_back_with_list(j);
}

/* ---- retention participants outside of the scope */

/* The first device of the account for which the upload is not, or NULL. */
static const struct device_entry *find_outside(const struct judging *j, size_t account)
{
    size_t k = 0;

    for (size_t i = 0; i < j->recipients; i++)
        if (j->recipient[i].account == account && !is_in_scope(j->q, i, &k))
            return j->recipient[i].device;
    return NULL;
}

/* What is WRONG ends the search; what is LATE stands until something is. */
static bool judge_outside(struct judging *j)
{
    for (size_t i = 0; i < j->r->networks && j->q->seq > 0; i++) {
        const struct device_entry *outside = NULL;
        size_t place;
        bool strict;

        roster_people_retention(j->r, &j->q->named, i, &place);
        if (place != ROSTER_NOBODY)
            outside = find_outside(j, place);
        if (outside == NULL)
            continue;
        strict = j->q->named.policy[i]->retention.strict;
        find(j, strict ? ROSTER_WRONG : ROSTER_LATE, ROSTER_RETENTION_OUTSIDE);
        about_account(j, place);
        j->out->did = outside->did;
        if (strict)
            return true;
    }
    return false;
}

/* ---- late */

/* Was it no longer to be used when the message was written? */
static bool is_over(const struct judging *j, uint64_t since_ms)
{
    return clock_since(j->q->message_ms, since_ms) > CLOCK_HOUR_MS;
}

static bool judge_list_dates(struct judging *j)
{
    for (size_t i = 0; i < j->r->accounts; i++) {
        const struct device_list *next = j->q->since.list[i];

        if (next != NULL && is_over(j, next->made_ms)) {
            find(j, ROSTER_LATE, ROSTER_OLD_LIST);
            about_account(j, i);
            return true;
        }
    }
    return false;
}

static bool judge_state_date(struct judging *j)
{
    const struct room_commit *next = j->q->since.commit;

    if (next == NULL || !is_over(j, next->time_ms))
        return false;
    find(j, ROSTER_LATE, ROSTER_OLD_STATE);
    return true;
}

static bool judge_policy_dates(struct judging *j)
{
    for (size_t i = 0; i < j->r->networks; i++) {
        const struct network_policy *next = j->q->since.policy[i];

        if (next != NULL && is_over(j, next->from_ms)) {
            find(j, ROSTER_LATE, ROSTER_OLD_POLICY);
            j->out->network = i;
            return true;
        }
    }
    return false;
}

/* Everything for which the recipients are needed, or only the reader's own knowledge. */
static void judge_rest(struct judging *j)
{
    if (judge_scope(j) || judge_me(j) || judge_profile(j) || judge_versions(j) ||
        judge_outside(j) || j->out->verdict != ROSTER_OK)
        return;
    if (!judge_list_dates(j) && !judge_state_date(j))
        (void)judge_policy_dates(j);
}

static struct err judge_posting(struct judging *j)
{
    bool may = true;

    if (j->out->verdict != ROSTER_WRONG && j->q->seq != 0)
        TRY(roster_people_may_post(j->r, &j->q->named, &j->q->sender, &may));
    if (!may)
        wrong(j, ROSTER_SENDER);
    return OK;
}

struct err roster_judge(const struct roster *r, const struct roster_question *q, struct arena *a,
                        struct roster_finding *out)
{
    struct roster_finding finding;
    struct judging j = {.r = r, .q = q, .out = &finding};
    struct roster_recipient *recipient;
    struct err err;

    TRY(roster_people(r, &q->named, &q->sender, &finding));
    TRY(judge_posting(&j));
    if (finding.verdict != ROSTER_WRONG) {
        err = roster_recipients(r, q->named.list, &q->sender.did, a, &recipient, &j.recipients);
        if (err.code == E_LIMIT) {
            wrong(&j, ROSTER_TOO_MANY);
        } else {
            TRY(err);
            j.recipient = recipient;
            judge_rest(&j);
        }
    }
    *out = finding;
    return OK;
}
