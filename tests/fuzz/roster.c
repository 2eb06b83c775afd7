/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rosters [PROTOCOL 4.6] and what a receiver makes of one [PROTOCOL 6.6].
 *
 * Input: the roster.  One that names neither state nor policy is judged as if its first two
 * accounts were the conversation's, with lists of the versions and hashes that it names.
 */
#include "statement/roster_judge.h"

#include "fuzz/fuzz.h"

#define ARENA_MAX (1 << 20)

static void is_written_again(const struct roster *r, struct bytes in)
{
    struct buf b = BUF(ROSTER_MAX_SIZE);

    roster_write(r, &b);
    invariant(bytes_same(buf_view(&b), in));
    buf_free(&b);
}

static void is_sorted(const struct roster *r)
{
    for (size_t i = 1; i < r->networks; i++)
        invariant(ID_RISES(r->network[i - 1].nid, r->network[i].nid));
    for (size_t i = 1; i < r->accounts; i++)
        invariant(r->account[i - 1].network < r->account[i].network ||
                  (r->account[i - 1].network == r->account[i].network &&
                   ID_RISES(r->account[i - 1].aid, r->account[i].aid)));
    for (size_t i = 1; i < r->skips; i++)
        invariant(ID_RISES(r->skipped[i - 1].did, r->skipped[i].did));
}

static bool is_without_statements(const struct roster *r)
{
    for (size_t i = 0; i < r->networks; i++)
        if (r->network[i].policy_version != 0)
            return false;
    return r->state_version == 0;
}

/* A list with one device, as the roster names it. */
static struct device_list list_of(const struct roster_account *a, uint8_t device)
{
    struct device_list l = {.aid = a->aid, .version = a->list_version, .devices = 1};

    memset(l.device[0].did.b, device, sizeof l.device[0].did.b);
    l.device[0].role = DEVICE_PLAIN;
    memcpy(l.hash, a->list_hash, sizeof a->list_hash);
    return l;
}

/* Nothing superseded any of it, and no network has a policy. */
struct known {
    const struct device_list *list[LIMIT_RECIPIENTS], *next[LIMIT_RECIPIENTS];
    const struct network_policy *policy[ROSTER_NETWORKS_MAX];
};

static void count(const struct roster *r, const struct roster_question *q, struct arena *a)
{
    struct roster_recipient *to = NULL;
    size_t n = SIZE_MAX;
    struct err err = roster_recipients(r, q->named.list, &q->sender.did, a, &to, &n);

    invariant(err.code != E_OK || n <= LIMIT_RECIPIENTS);
    for (size_t i = 0; err.code == E_OK && i < n; i++)
        invariant(!ID_SAME(to[i].device->did, q->sender.did) && to[i].account < r->accounts);
}

static struct roster_finding ask(const struct roster *r, const struct roster_question *q,
                                 struct arena *a)
{
    struct roster_finding found = {.verdict = 0};

    invariant(roster_judge(r, q, a, &found).code == E_OK);
    invariant((found.verdict == ROSTER_OK) == (found.cause == ROSTER_NO_CAUSE));
    invariant(found.account == ROSTER_NOBODY || found.account < r->accounts);
    invariant(found.network == ROSTER_NOBODY || found.network < r->networks);
    return found;
}

static struct roster_party party_of(const struct roster *r, size_t i, const struct device_list *l)
{
    return (struct roster_party){r->network[r->account[i].network].nid, l->aid, l->device[0].did};
}

static void judge(const struct roster *r, struct arena *a)
{
    static struct device_list list[LIMIT_RECIPIENTS];
    static struct known k;
    struct roster_question q = {.named = {.list = k.list, .policy = k.policy},
                                .since = {.list = k.next, .policy = k.policy},
                                .profile = POLICY_HYBRID};
    struct roster_finding found;
    struct room_id room;

    for (size_t i = 0; i < r->accounts; i++) {
        list[i] = list_of(&r->account[i], (uint8_t)(i + 1));
        k.list[i] = &list[i];
    }
    q.me = party_of(r, 0, &list[0]);
    q.sender = party_of(r, 1, &list[1]);
    found = ask(r, &q, a);
    count(r, &q, a);
    invariant(names_pair_across(&q.me.nid, &q.me.aid, &q.sender.nid, &q.sender.aid, &room).code ==
              E_OK);
    if (found.verdict == ROSTER_OK)
        invariant(ID_SAME(room, r->room) && r->networks <= 2 && r->accounts == 2);
    q.profile = POLICY_STANDARD; /* nobody said that it may be */
    invariant(ask(r, &q, a).verdict == ROSTER_WRONG);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    struct arena a = ARENA(ARENA_MAX);
    struct roster_id digest;
    struct roster r;
    struct err err;

    FUZZ_FILLED(r);
    err = roster_parse(bytes(at, n), &a, &r);
    if (err.code == E_OK) {
        invariant(r.networks >= 1 && r.networks <= ROSTER_NETWORKS_MAX);
        invariant(r.accounts >= 1 && r.accounts <= LIMIT_RECIPIENTS);
        is_sorted(&r);
        is_written_again(&r, bytes(at, n));
        invariant(roster_digest(bytes(at, n), &digest).code == E_OK);
        if (r.accounts >= 2 && is_without_statements(&r))
            judge(&r, &a);
    } else {
        invariant(err.code == E_TRUNCATED || err.code == E_MALFORMED || err.code == E_LIMIT);
        invariant(fuzz_is_filled(&r, sizeof r));
    }
    arena_free(&a);
    return 0;
}
