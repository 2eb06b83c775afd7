/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Rosters [PROTOCOL 4.6] and what a receiver makes of one [PROTOCOL 6.6].
 *
 * Input: the roster.  It is judged as if its first two accounts were the conversation's, with lists
 * of the versions and hashes that it names.
 */
#include "statement/roster.h"

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

/* A list with one device, as the roster names it. */
static struct device_list list_of(const struct roster_account *a, uint8_t device)
{
    struct device_list l = {.aid = a->aid, .version = a->list_version, .devices = 1};

    memset(l.device[0].did.b, device, sizeof l.device[0].did.b);
    l.device[0].role = DEVICE_PLAIN;
    memcpy(l.hash, a->list_hash, sizeof a->list_hash);
    return l;
}

static void count(const struct roster *r, const struct roster_question *q, struct arena *a)
{
    const struct device_list *lists[] = {q->my_list, q->sender_list};
    struct roster_recipient *to = NULL;
    size_t n = SIZE_MAX;
    struct err err = roster_recipients(r, lists, &q->sender_device, a, &to, &n);

    invariant(err.code != E_OK || n <= 2);
    for (size_t i = 0; err.code == E_OK && i < n; i++)
        invariant(!ID_SAME(to[i].device->did, q->sender_device) && to[i].account < r->accounts);
}

static void judge(const struct roster *r, struct arena *a)
{
    struct device_list mine = list_of(&r->account[0], 1), theirs = list_of(&r->account[1], 2);
    struct roster_question q = {.nid = r->network[0].nid,
                                .me = mine.aid,
                                .sender = theirs.aid,
                                .my_device = mine.device[0].did,
                                .sender_device = theirs.device[0].did,
                                .my_list = &mine,
                                .sender_list = &theirs};
    enum roster_verdict verdict = 0;
    struct room_id room;

    invariant(roster_judge(r, &q, a, &verdict).code == E_OK);
    invariant(verdict == ROSTER_OK || verdict == ROSTER_WRONG);
    invariant(names_pair_room(&q.nid, &q.me, &q.sender, &room).code == E_OK);
    if (verdict == ROSTER_OK)
        invariant(ID_SAME(room, r->room) && r->networks == 1 && r->accounts == 2);
    if (r->accounts == 2)
        count(r, &q, a);
    q.my_version_seen = UINT32_MAX; /* a sender that has used a newer list of mine before */
    if (mine.version != UINT32_MAX) {
        invariant(roster_judge(r, &q, a, &verdict).code == E_OK);
        invariant(verdict == ROSTER_WRONG);
    }
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
        if (r.accounts >= 2)
            judge(&r, &a);
    } else {
        invariant(err.code == E_TRUNCATED || err.code == E_MALFORMED || err.code == E_LIMIT);
        invariant(fuzz_is_filled(&r, sizeof r));
    }
    arena_free(&a);
    return 0;
}
