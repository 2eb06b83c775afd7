/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/room_chain.h"

#include "base/clock.h"

/* Members of two states, whose networks may stand at other places: by network id, then account. */
static int compare(const struct room_state *x, const struct room_member *m,
                   const struct room_state *y, const struct room_member *n)
{
    int networks =
        memcmp(x->network[m->network].b, y->network[n->network].b, sizeof(struct network_id));

    return networks != 0 ? networks : memcmp(m->aid.b, n->aid.b, sizeof m->aid.b);
}

static bool has_moderator(const struct room_state *s)
{
    for (size_t i = 0; i < s->members; i++)
        if (s->member[i].role == ROOM_MODERATOR)
            return true;
    return false;
}

/* What every state keeps of the one before. */
static bool follows(const struct room_state *s, const struct room_state *previous)
{
    return s->version - 1 == previous->version && ID_SAME(s->room, previous->room) &&
           bytes_same(BYTES(s->previous), BYTES(previous->hash)) &&
           ID_SAME(*room_state_home(s), *room_state_home(previous)) &&
           s->made_ms >= previous->made_ms;
}

/* Who stays keeps its since, who is new has this version. */
static bool since_is_kept(const struct room_state *s, const struct room_state *previous)
{
    size_t k = 0;

    for (size_t i = 0; i < s->members; i++) {
        const struct room_member *m = &s->member[i];
        bool stays;

        while (k < previous->members && compare(previous, &previous->member[k], s, m) < 0)
            k++;
        stays = k < previous->members && compare(previous, &previous->member[k], s, m) == 0;
        if (m->since != (stays ? previous->member[k].since : s->version))
            return false;
    }
    return true;
}

static bool rules_are_kept(const struct room_state *s, const struct room_state *previous)
{
    return s->ttl_s == previous->ttl_s && s->burn_s == previous->burn_s &&
           s->posting == previous->posting && bytes_same(s->name_box, previous->name_box);
}

/* Do both have the same member in the same role since the same state? */
static bool is_kept(const struct room_state *s, const struct room_member *m,
                    const struct room_state *previous, const struct room_member *before)
{
    return compare(s, m, previous, before) == 0 && m->role == before->role &&
           m->since == before->since;
}

/* Nothing changes but that `who` goes.  That a network goes with its last member is form. */
static bool is_leaving(const struct room_state *s, const struct room_state *previous,
                       const struct room_member *who)
{
    size_t k = 0;

    if (s->members != previous->members - 1 || !rules_are_kept(s, previous))
        return false;
    for (size_t i = 0; i < s->members; i++, k++) {
        if (&previous->member[k] == who)
            k++;
        if (!is_kept(s, &s->member[i], previous, &previous->member[k]))
            return false;
    }
    return true;
}

/* A moderator changes what he likes, but does not leave the room without one unless he leaves as
 * the last; others leave, and while there is a moderator. */
static bool may_sign(const struct room_state *s, const struct room_state *previous)
{
    const struct room_member *who = room_state_find(previous, &s->signer.nid, &s->signer.aid);

    if (who == NULL)
        return false;
    if (who->role == ROOM_MODERATOR && has_moderator(s))
        return true;
    return (who->role == ROOM_MODERATOR || has_moderator(s)) && is_leaving(s, previous, who);
}

static struct err check_commit_and_date(const struct room_state *s,
                                        const struct room_chain_witness *w)
{
    if (w->commit != NULL && !room_commit_is_of(w->commit, s))
        return FAIL(E_FORGED);
    if (clock_is_ahead(s->made_ms, w->now_ms))
        return FAIL(E_CLOCK);
    return OK;
}

/* Had it been revoked when this was committed?  The two dates are of two clocks. */
static bool was_revoked(const struct device_list *by, const struct room_commit *commit)
{
    return by != NULL && (commit == NULL || clock_is_ahead(commit->time_ms, by->made_ms));
}

/* By a device of the account that it names, which nobody had revoked by then. */
static struct err check_signer(struct bytes in, const struct room_state *s,
                               const struct room_chain_witness *w)
{
    const struct device_entry *device;
    const struct device_list *revoked_by;

    if (w->signer.n > 0 && !ID_SAME(w->signer.list[0]->aid, s->signer.aid))
        return FAIL(E_FORGED);
    TRY(device_history_find(&w->signer, &s->signer.did, &device, &revoked_by));
    if (was_revoked(revoked_by, w->commit))
        return FAIL(E_FORGED);
    return room_state_verify(in, s, &device->dsk);
}

struct err room_chain_check_genesis(struct bytes in, const struct room_chain_witness *w,
                                    struct arena *a, struct room_state *out)
{
    struct room_state s;

    TRY(room_state_parse(in, a, &s));
    if (s.version != 1)
        return FAIL(E_FORGED);
    TRY(check_signer(in, &s, w));
    TRY(check_commit_and_date(&s, w));
    *out = s;
    return OK;
}

struct err room_chain_check_next(struct bytes in, const struct room_state *previous,
                                 const struct room_chain_witness *w, struct arena *a,
                                 struct room_state *out)
{
    struct room_state s;

    TRY(room_state_parse(in, a, &s));
    if (room_state_is_successor(&s))
        return FAIL(E_FORGED);
    TRY(check_signer(in, &s, w));
    if (!follows(&s, previous) || !since_is_kept(&s, previous) || !may_sign(&s, previous))
        return FAIL(E_FORGED);
    TRY(check_commit_and_date(&s, w));
    *out = s;
    return OK;
}

struct err room_chain_next(const struct room_state *previous, struct room_state *out)
{
    if (previous->version == UINT32_MAX)
        return FAIL(E_LIMIT);
    *out = *previous;
    out->version++;
    memcpy(out->previous, previous->hash, sizeof out->previous);
    return OK;
}

/* ---- successors */

static bool is_without_moderator(const struct room_state *s, const bool *removed)
{
    for (size_t i = 0; i < s->members; i++)
        if (s->member[i].role == ROOM_MODERATOR && !removed[i])
            return false;
    return true;
}

/* Who of a room without moderator becomes one: the oldest plain member; the count of members when
 * there is none. */
static size_t heir(const struct room_state *s)
{
    size_t found = s->members;

    for (size_t i = 0; i < s->members; i++)
        if (s->member[i].role == ROOM_MEMBER &&
            (found == s->members || s->member[i].since < s->member[found].since))
            found = i;
    return found;
}

/* Nothing changes but the role of the heir. */
static bool is_succession(const struct room_state *s, const struct room_state *previous)
{
    size_t promoted = heir(previous);

    if (promoted == previous->members || s->members != previous->members ||
        !rules_are_kept(s, previous))
        return false;
    for (size_t i = 0; i < s->members; i++) {
        struct room_member want = previous->member[i];

        if (i == promoted)
            want.role = ROOM_MODERATOR;
        if (!is_kept(s, &s->member[i], previous, &want))
            return false;
    }
    return true;
}

struct err room_chain_check_successor(struct bytes in, const struct room_state *previous,
                                      const struct point *directory, const bool *removed,
                                      const struct room_chain_witness *w, struct arena *a,
                                      struct room_state *out)
{
    struct room_state s;

    TRY(room_state_parse(in, a, &s));
    if (s.version == 1 || !room_state_is_successor(&s))
        return FAIL(E_FORGED);
    TRY(room_state_verify(in, &s, directory));
    if (!follows(&s, previous) || !is_without_moderator(previous, removed) ||
        !is_succession(&s, previous))
        return FAIL(E_FORGED);
    TRY(check_commit_and_date(&s, w));
    *out = s;
    return OK;
}

struct err room_chain_successor(const struct room_state *previous, const bool *removed,
                                uint64_t now_ms, struct arena *a, struct room_state *out)
{
    size_t promoted = heir(previous);
    struct room_member *member;
    struct room_state s;

    if (!is_without_moderator(previous, removed))
        return FAIL(E_DENIED);
    if (promoted == previous->members)
        return FAIL(E_ABSENT);
    TRY(room_chain_next(previous, &s));
    member = ARENA_ARRAY(a, s.members, struct room_member);
    if (member == NULL)
        return FAIL(E_NOMEM);
    memcpy(member, previous->member, s.members * sizeof *member);
    member[promoted].role = ROOM_MODERATOR;
    s.member = member;
    s.signer = (struct room_signer){0};
    s.made_ms = now_ms > previous->made_ms ? now_ms : previous->made_ms;
    *out = s;
    return OK;
}
