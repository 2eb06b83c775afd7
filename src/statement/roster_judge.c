/* SPDX-License-Identifier: Apache-2.0 */
#include "base/clock.h"
#include "statement/roster.h"

/* The outer form of a pair conversation: one network, no policy, no state, the pair's own room.
 * [PROTOCOL 2.4, 6.6] */
static struct err is_pair(const struct roster *r, const struct roster_question *q, bool *holds)
{
    struct room_id room;

    *holds = false;
    if (r->state_version != 0 || !bytes_all_zero(BYTES(r->state_hash)))
        return OK;
    if (r->networks != 1 || !ID_SAME(r->network[0].nid, q->nid))
        return OK;
    if (r->network[0].policy_version != 0 || !bytes_all_zero(BYTES(r->network[0].policy_hash)))
        return OK;
    TRY(names_pair_room(&q->nid, &q->me, &q->sender, &room));
    *holds = ID_SAME(r->room, room);
    return OK;
}

/* Exactly the two of us, at versions that the sender did not go back to.  On success mine is the
 * place of my account. */
static bool are_we_two(const struct roster *r, const struct roster_question *q, size_t *mine)
{
    size_t theirs;

    if (r->accounts != 2 || ID_SAME(q->me, q->sender))
        return false;
    *mine = ID_SAME(r->account[0].aid, q->me) ? 0 : 1;
    theirs = 1 - *mine;
    return ID_SAME(r->account[*mine].aid, q->me) && ID_SAME(r->account[theirs].aid, q->sender) &&
           r->account[*mine].list_version >= q->my_version_seen &&
           r->account[theirs].list_version >= q->sender_version_seen;
}

/* Is this very device, in this very account, among those sealed to? */
static struct err am_i_recipient(const struct roster *r, const struct roster_question *q,
                                 size_t mine, struct arena *a, bool *holds)
{
    const struct device_list *lists[2];
    struct roster_recipient *recipient;
    size_t n;
    struct err err;

    lists[mine] = q->my_list;
    lists[1 - mine] = q->sender_list;
    *holds = false;
    err = roster_recipients(r, lists, &q->sender_device, a, &recipient, &n);
    if (err.code == E_STALE || err.code == E_LIMIT)
        return OK;
    TRY(err);
    for (size_t i = 0; i < n; i++)
        if (recipient[i].account == mine && ID_SAME(recipient[i].device->did, q->my_device))
            *holds = true;
    return OK;
}

/* Was the list before this one no longer to be used when the message was written? */
static bool superseded(const struct device_list *next, uint64_t message_ms)
{
    return next != NULL && clock_since(message_ms, next->made_ms) > CLOCK_HOUR_MS;
}

struct err roster_judge(const struct roster *r, const struct roster_question *q, struct arena *a,
                        enum roster_verdict *out)
{
    bool holds;
    size_t mine;

    TRY(is_pair(r, q, &holds));
    if (holds)
        holds = are_we_two(r, q, &mine);
    if (holds)
        TRY(am_i_recipient(r, q, mine, a, &holds));
    if (!holds)
        *out = ROSTER_WRONG;
    else if (superseded(q->my_next, q->message_ms) || superseded(q->sender_next, q->message_ms))
        *out = ROSTER_LATE;
    else
        *out = ROSTER_OK;
    return OK;
}
