/* SPDX-License-Identifier: Apache-2.0 */
#include "server/rooms/rooms.h"

static const char LOAD[] = "SELECT roster FROM roster WHERE digest = $1";
static const char INSERT[] = "INSERT INTO roster (digest, roster) VALUES ($1, $2)";

static struct err load(struct db *db, struct arena *a, struct bytes digest, struct bytes *out)
{
    struct db_value v;

    TRY(db_one(db, a, LOAD, DB_VALUES(DB_BYTES_OF(digest)), &v, 1));
    *out = v.bytes;
    return OK;
}

/* What can be said without asking the database.  Accounts of other networks would be theirs to
 * vouch for, and nobody is asked yet. */
static struct err check_form(const struct networks *n, const struct roster *r,
                             const struct account_id *sender)
{
    if (r->networks != 1 || !ID_SAME(r->network[0].nid, *networks_id(n)))
        return FAIL(E_DENIED);
    return roster_find(r, networks_id(n), sender) == ROSTER_NOBODY ? FAIL(E_DENIED) : OK;
}

/* ---- what the server knows now */

bool rooms_is_of(const struct networks *n, const struct network_policy *policy,
                 const struct room_state *s, const struct account_id *aid)
{
    const struct account_id *keeper = policy_requires(policy, true, &s->room);

    return rooms_is_member(n, s, aid) || (keeper != NULL && ID_SAME(*keeper, *aid));
}

/* Whoever is not of the room hears nothing of it. */
static struct err find_state(struct db *db, const struct networks *n, struct arena *a,
                             const struct account_id *sender, struct rooms_roster *r)
{
    struct rooms_state *s;

    if (r->roster.state_version == 0)
        return OK;
    s = ARENA_NEW(a, struct rooms_state);
    if (s == NULL)
        return FAIL(E_NOMEM);
    TRY(rooms_newest(db, a, &r->roster.room, s));
    if (!rooms_is_of(n, r->policy, &s->state, sender))
        return FAIL(E_DENIED);
    r->state = s;
    return OK;
}

static struct err find_accounts(struct db *db, const struct networks *n, struct arena *a,
                                struct rooms_roster *r)
{
    size_t count = r->roster.accounts;

    r->account = ARENA_ARRAY(a, count, struct account);
    r->list = ARENA_ARRAY(a, count, const struct device_list *);
    r->changed = ARENA_ARRAY(a, count, bool);
    if (r->account == NULL || r->list == NULL || r->changed == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < count; i++) {
        struct device_list *list;

        TRY(accounts_get(db, a, &r->roster.account[i].aid, &r->account[i]));
        TRY(devices_list(db, n, a, r->account[i].row, &list));
        r->list[i] = list;
    }
    return OK;
}

static struct err find_all(struct db *db, const struct networks *n, struct arena *a,
                           const struct account_id *sender, uint64_t now_ms, struct rooms_roster *r)
{
    r->retains = ROSTER_NOBODY;
    TRY(policies_in_force(db, n, a, now_ms, &r->policy));
    TRY(find_state(db, n, a, sender, r));
    return find_accounts(db, n, a, r);
}

struct err rooms_roster(struct db *db, const struct networks *n, struct arena *a,
                        const struct roster_id *digest, const struct account_id *sender,
                        uint64_t now_ms, struct rooms_roster *out)
{
    struct rooms_roster r = {.policy = NULL};
    struct bytes statement;

    TRY(load(db, a, ID_BYTES(*digest), &statement));
    TRY(roster_parse(statement, a, &r.roster));
    TRY(check_form(n, &r.roster, sender));
    TRY(find_all(db, n, a, sender, now_ms, &r));
    *out = r;
    return OK;
}

/* ---- is all of it current? */

static bool names_policy(const struct rooms_roster *r)
{
    const struct roster_network *named = &r->roster.network[0];

    if (r->policy == NULL)
        return named->policy_version == 0;
    return named->policy_version == r->policy->number &&
           bytes_same(BYTES(named->policy_hash), BYTES(r->policy->hash));
}

static bool names_state(const struct rooms_roster *r)
{
    const struct roster *named = &r->roster;

    return r->state == NULL || (named->state_version == r->state->state.version &&
                                bytes_same(BYTES(named->state_hash), BYTES(r->state->state.hash)));
}

/* All of it is looked at, because an answer tells of all of it. */
static struct err check_current(struct rooms_roster *r)
{
    bool removed = false, stale;

    r->old_policy = !names_policy(r);
    r->old_state = !names_state(r);
    stale = r->old_policy || r->old_state;
    for (size_t i = 0; i < r->roster.accounts; i++) {
        bool gone = r->account[i].state == ACCOUNTS_REMOVED;

        r->changed[i] = gone || !roster_names(&r->roster.account[i], r->list[i]);
        removed |= gone;
        stale |= r->changed[i];
    }
    /* Under the newest state or policy those who were removed may not be in it. */
    if (removed && !r->old_policy && !r->old_state)
        return FAIL(E_REMOVED);
    return stale ? FAIL(E_STALE) : OK;
}

/* ---- is it the conversation's? */

/* How the server refuses what a receiver would judge so.  [PROTOCOL 6.6, 11] */
static struct err refuse(enum roster_cause cause)
{
    if (cause == ROSTER_SENDER || cause == ROSTER_RETENTION_MISSING ||
        cause == ROSTER_RETENTION_SKIPPED)
        return FAIL(E_DENIED);
    return cause == ROSTER_OTHER_ROOM ? FAIL(E_FORGED) : FAIL(E_MALFORMED);
}

static struct roster_named named_by(const struct rooms_roster *r)
{
    return (struct roster_named){.list = r->list,
                                 .state = r->state == NULL ? NULL : &r->state->state,
                                 .commit = r->state == NULL ? NULL : &r->state->commit,
                                 .policy = &r->policy};
}

struct err rooms_check(const struct networks *n, struct rooms_roster *r,
                       const struct account_id *sender)
{
    const struct roster_party party = {.nid = *networks_id(n), .aid = *sender};
    const struct roster_named named = named_by(r);
    struct roster_finding finding;

    TRY(check_current(r));
    TRY(roster_people(&r->roster, &named, &party, &finding));
    if (finding.verdict != ROSTER_OK)
        return refuse(finding.cause);
    roster_people_retention(&r->roster, &named, 0, &r->retains);
    return OK;
}

struct err rooms_check_posting(const struct networks *n, const struct rooms_roster *r,
                               const struct account_id *sender)
{
    const struct roster_party party = {.nid = *networks_id(n), .aid = *sender};
    const struct roster_named named = named_by(r);
    bool may;

    TRY(roster_people_may_post(&r->roster, &named, &party, &may));
    return may ? OK : FAIL(E_DENIED);
}

/* ---- registered */

struct err rooms_register(struct db *db, const struct networks *n, struct arena *a,
                          struct bytes statement, const struct account_id *sender, uint64_t now_ms,
                          struct rooms_roster *out, bool *known)
{
    struct rooms_roster r = {.policy = NULL};
    struct roster_id digest;
    struct bytes before;
    struct err err;

    *known = false;
    TRY(roster_parse(statement, a, &r.roster));
    TRY(check_form(n, &r.roster, sender));
    TRY(roster_digest(statement, &digest));
    err = load(db, a, ID_BYTES(digest), &before);
    if (err.code != E_ABSENT)
        return err;
    TRY(find_all(db, n, a, sender, now_ms, &r));
    *known = true;
    err = rooms_check(n, &r, sender);
    *out = r;
    TRY(err);
    return db_run(db, INSERT, DB_VALUES(DB_BYTES_OF(ID_BYTES(digest)), DB_BYTES_OF(statement)),
                  NULL);
}

struct err rooms_fetch(struct db *db, struct arena *a, struct bytes digest,
                       const struct account_id *asker, struct bytes *out)
{
    struct bytes statement;
    struct roster r;

    if (digest.n != sizeof(struct roster_id))
        return FAIL(E_MALFORMED);
    TRY(load(db, a, digest, &statement));
    TRY(roster_parse(statement, a, &r));
    for (size_t i = 0; i < r.accounts; i++)
        if (ID_SAME(r.account[i].aid, *asker)) {
            *out = statement;
            return OK;
        }
    return FAIL(E_ABSENT);
}
