/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/roster_people.h"

/* Accounts of a pair, and the most that policies add. */
#define PAIR         2
#define PAIR_AND_ALL (PAIR + ROSTER_NETWORKS_MAX)

_Static_assert(ROOM_STATE_MEMBERS_MAX + ROSTER_NETWORKS_MAX <= LIMIT_RECIPIENTS,
               "a full room and whom its policies add fit a roster");

/* Whom a roster must name besides retention participants, sorted as it is. */
struct people {
    const struct room_member *member;
    size_t n;
};

static struct roster_finding found(enum roster_verdict verdict, enum roster_cause cause)
{
    return (struct roster_finding){
        .verdict = verdict, .cause = cause, .account = ROSTER_NOBODY, .network = ROSTER_NOBODY};
}

static bool wrong(struct roster_finding *out, enum roster_cause cause)
{
    *out = found(ROSTER_WRONG, cause);
    return true;
}

static bool wrong_account(const struct roster *r, struct roster_finding *out,
                          enum roster_cause cause, size_t account)
{
    *out = found(ROSTER_WRONG, cause);
    out->account = account;
    out->network = r->account[account].network;
    out->aid = r->account[account].aid;
    return true;
}

static bool wrong_network(struct roster_finding *out, enum roster_cause cause, size_t network)
{
    *out = found(ROSTER_WRONG, cause);
    out->network = network;
    return true;
}

/* ---- hashes: each of these tells whether it has found something wrong */

static bool judge_lists(const struct roster *r, const struct roster_named *named,
                        struct roster_finding *out)
{
    for (size_t i = 0; i < r->accounts; i++)
        if (!roster_names(&r->account[i], named->list[i]))
            return wrong_account(r, out, ROSTER_LIST_HASH, i);
    return false;
}

static bool judge_policies(const struct roster *r, const struct roster_named *named,
                           struct roster_finding *out)
{
    for (size_t i = 0; i < r->networks; i++) {
        const struct network_policy *p = named->policy[i];

        invariant((p == NULL) == (r->network[i].policy_version == 0));
        if (p != NULL && (p->number != r->network[i].policy_version ||
                          !bytes_same(BYTES(p->hash), BYTES(r->network[i].policy_hash))))
            return wrong_network(out, ROSTER_POLICY_HASH, i);
    }
    return false;
}

static bool judge_state(const struct roster *r, const struct roster_named *named,
                        struct roster_finding *out)
{
    const struct room_state *s = named->state;

    invariant((s == NULL) == (r->state_version == 0));
    if (s == NULL)
        return false;
    if (!ID_SAME(s->room, r->room) || s->version != r->state_version ||
        !bytes_same(BYTES(s->hash), BYTES(r->state_hash)))
        return wrong(out, ROSTER_STATE_HASH);
    if (named->commit == NULL || !room_commit_is_of(named->commit, s))
        return wrong(out, ROSTER_NOT_COMMITTED);
    return false;
}

/* ---- who is there by a policy's word */

const struct account_id *roster_people_retention(const struct roster *r,
                                                 const struct roster_named *named, size_t i,
                                                 size_t *place)
{
    const struct account_id *aid =
        policy_requires(named->policy[i], r->state_version != 0, &r->room);

    *place = aid == NULL ? ROSTER_NOBODY : roster_find(r, &r->network[i].nid, aid);
    return aid;
}

static bool is_required(const struct roster *r, const struct roster_named *named, size_t account)
{
    size_t place;

    roster_people_retention(r, named, r->account[account].network, &place);
    return place == account;
}

/* ---- networks and the sender, which are told in one way for a room and in another for a pair */

/* A member of the state, or whom a policy puts beside them. */
static bool is_of_room(const struct roster *r, const struct roster_named *named,
                       const struct roster_party *who)
{
    size_t own = roster_find(r, &who->nid, &who->aid);

    if (room_state_find(named->state, &who->nid, &who->aid) != NULL)
        return true;
    return own != ROSTER_NOBODY && is_required(r, named, own);
}

static bool judge_room(const struct roster *r, const struct roster_named *named,
                       const struct roster_party *sender, struct people *people,
                       struct roster_finding *out)
{
    const struct room_state *s = named->state;

    if (s->networks != r->networks)
        return wrong(out, ROSTER_OTHER_NETWORKS);
    for (size_t i = 0; i < r->networks; i++)
        if (!ID_SAME(s->network[i], r->network[i].nid))
            return wrong_network(out, ROSTER_OTHER_NETWORKS, i);
    if (!is_of_room(r, named, sender))
        return wrong(out, ROSTER_SENDER);
    *people = (struct people){s->member, s->members};
    return false;
}

/* A pair has no more accounts than this. */
static size_t at_most(const struct roster *r)
{
    return r->accounts < PAIR_AND_ALL ? r->accounts : PAIR_AND_ALL;
}

/* The place of the account with which account `one` makes this pair, or ROSTER_NOBODY. */
static struct err find_peer(const struct roster *r, size_t one, size_t *out)
{
    const struct roster_account *own = &r->account[one];

    *out = ROSTER_NOBODY;
    for (size_t i = 0; i < at_most(r); i++) {
        const struct roster_account *peer = &r->account[i];
        struct room_id room;

        TRY(names_pair_across(&r->network[own->network].nid, &own->aid,
                              &r->network[peer->network].nid, &peer->aid, &room));
        if (ID_SAME(room, r->room))
            *out = i;
    }
    return OK;
}

/* The places of the two, of whom the sender is one; or whom it keeps copies of. */
static struct err find_pair(const struct roster *r, const struct roster_named *named, size_t sender,
                            size_t *one, size_t *other)
{
    *one = sender;
    TRY(find_peer(r, sender, other));
    if (!is_required(r, named, sender))
        return OK;
    for (size_t i = 0; *other == ROSTER_NOBODY && i < at_most(r); i++) {
        *one = i;
        TRY(find_peer(r, i, other));
    }
    return OK;
}

static void write_pair(const struct roster *r, size_t x, size_t y, struct room_member pair[PAIR],
                       struct people *people)
{
    size_t first = x < y ? x : y, last = x < y ? y : x;

    pair[0] =
        (struct room_member){.network = r->account[first].network, .aid = r->account[first].aid};
    pair[1] =
        (struct room_member){.network = r->account[last].network, .aid = r->account[last].aid};
    *people = (struct people){pair, first == last ? 1 : PAIR};
}

/* On success `pair` is filled in, and `people` is in it. */
static struct err judge_pair(const struct roster *r, const struct roster_named *named,
                             const struct roster_party *sender, struct room_member pair[PAIR],
                             struct people *people, bool *is_wrong, struct roster_finding *out)
{
    size_t own = roster_find(r, &sender->nid, &sender->aid), one, other;

    *is_wrong = true;
    if (own == ROSTER_NOBODY) {
        wrong(out, ROSTER_SENDER);
        return OK;
    }
    TRY(find_pair(r, named, own, &one, &other));
    if (other == ROSTER_NOBODY) {
        wrong(out, ROSTER_OTHER_ROOM);
        return OK;
    }
    write_pair(r, one, other, pair, people);
    for (size_t i = 0; i < r->networks; i++)
        if (i != pair[0].network && i != pair[1].network) {
            wrong_network(out, ROSTER_OTHER_NETWORKS, i);
            return OK;
        }
    *is_wrong = false;
    return OK;
}

struct err roster_people_may_post(const struct roster *r, const struct roster_named *named,
                                  const struct roster_party *sender, bool *may)
{
    const struct room_member *m;
    size_t peer;

    if (named->state != NULL) {
        m = room_state_find(named->state, &sender->nid, &sender->aid);
        *may = m != NULL && room_state_may_post(named->state, m);
        return OK;
    }
    TRY(find_peer(r, roster_find(r, &sender->nid, &sender->aid), &peer));
    *may = peer != ROSTER_NOBODY;
    return OK;
}

/* ---- accounts */

static int compare(const struct room_member *m, const struct roster_account *account)
{
    if (m->network != account->network)
        return m->network < account->network ? -1 : 1;
    return memcmp(m->aid.b, account->aid.b, sizeof m->aid.b);
}

static bool wrong_missing(const struct room_member *m, struct roster_finding *out)
{
    *out = found(ROSTER_WRONG, ROSTER_MISSING);
    out->network = m->network;
    out->aid = m->aid;
    return true;
}

/* Both are sorted: every one of the people must be there, and others only by a policy's word. */
static bool judge_accounts(const struct roster *r, const struct roster_named *named,
                           const struct people *people, struct roster_finding *out)
{
    size_t k = 0;

    for (size_t i = 0; i < r->accounts; i++) {
        int order = k < people->n ? compare(&people->member[k], &r->account[i]) : 1;

        if (order < 0)
            return wrong_missing(&people->member[k], out);
        if (order == 0)
            k++;
        else if (!is_required(r, named, i))
            return wrong_account(r, out, ROSTER_STRANGER, i);
    }
    if (k < people->n)
        return wrong_missing(&people->member[k], out);
    return false;
}

/* ---- retention */

/* The first device of the account that is skipped, or NULL. */
static const struct device_entry *find_skipped(const struct roster *r,
                                               const struct device_list *list)
{
    for (size_t i = 0; i < list->devices; i++)
        if (device_list_is_device(&list->device[i]) && roster_skips(r, &list->device[i].did))
            return &list->device[i];
    return NULL;
}

static void judge_participant(const struct roster *r, const struct roster_named *named, size_t i,
                              struct roster_finding *out)
{
    size_t place;
    const struct account_id *aid = roster_people_retention(r, named, i, &place);
    const struct device_entry *skipped = NULL;

    if (place != ROSTER_NOBODY)
        skipped = find_skipped(r, named->list[place]);
    if (aid == NULL || (place != ROSTER_NOBODY && skipped == NULL))
        return;
    *out = found(named->policy[i]->retention.strict ? ROSTER_WRONG : ROSTER_LATE,
                 skipped == NULL ? ROSTER_RETENTION_MISSING : ROSTER_RETENTION_SKIPPED);
    out->account = place;
    out->network = i;
    out->aid = *aid;
    if (skipped != NULL)
        out->did = skipped->did;
}

/* The first that is WRONG, or else the last that is LATE. */
static void judge_retention(const struct roster *r, const struct roster_named *named,
                            struct roster_finding *out)
{
    for (size_t i = 0; i < r->networks && out->verdict != ROSTER_WRONG; i++)
        judge_participant(r, named, i, out);
}

struct err roster_people(const struct roster *r, const struct roster_named *named,
                         const struct roster_party *sender, struct roster_finding *out)
{
    struct roster_finding finding = found(ROSTER_OK, ROSTER_NO_CAUSE);
    struct room_member pair[PAIR];
    struct people people;
    bool is_wrong = judge_lists(r, named, &finding) || judge_state(r, named, &finding) ||
                    judge_policies(r, named, &finding);

    if (!is_wrong && named->state != NULL)
        is_wrong = judge_room(r, named, sender, &people, &finding);
    else if (!is_wrong)
        TRY(judge_pair(r, named, sender, pair, &people, &is_wrong, &finding));
    if (!is_wrong && !judge_accounts(r, named, &people, &finding))
        judge_retention(r, named, &finding);
    *out = finding;
    return OK;
}
