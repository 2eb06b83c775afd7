/* SPDX-License-Identifier: Apache-2.0 */
#include "server/policies/policies.h"

static const char NEWEST[] = "SELECT statement FROM policy ORDER BY number DESC LIMIT 1";
static const char GET[] = "SELECT statement FROM policy WHERE number = $1";
static const char FROM[] =
    "SELECT statement FROM policy WHERE number >= $1 ORDER BY number LIMIT $2";
static const char IN_FORCE[] =
    "SELECT statement FROM policy WHERE from_ms <= $1 ORDER BY number DESC LIMIT 1";
static const char INSERT[] = "INSERT INTO policy (number, from_ms, statement) VALUES ($1, $2, $3)";

/* A participant that nobody can seal to would end every conversation. */
static struct err check_participant(struct db *db, struct arena *a, const struct network_policy *p)
{
    struct account who;

    if (!p->retains)
        return OK;
    TRY(accounts_get(db, a, &p->retention.aid, &who));
    return who.state == ACCOUNTS_ACTIVE ? OK : FAIL(E_REMOVED);
}

/* Number 0 where there is none yet, and then its hash is the zero that the first one names. */
static struct err load_newest(struct db *db, const struct networks *n, struct arena *a,
                              struct bytes *statement, struct network_policy *out)
{
    struct err err = policies_get(db, a, 0, statement);

    *out = (struct network_policy){.number = 0};
    if (err.code == E_ABSENT) {
        *statement = (struct bytes){NULL, 0};
        return OK;
    }
    TRY(err);
    return policy_parse(*statement, networks_id(n), out);
}

struct err policies_publish(struct db *db, const struct networks *n, struct arena *a,
                            struct bytes statement, uint64_t now_ms)
{
    struct network_policy newest, next;
    struct bytes before;

    TRY(load_newest(db, n, a, &before, &newest));
    if (before.n > 0 && bytes_same(statement, before))
        return OK; /* its answer was lost */
    TRY(policy_check(statement, networks_id(n), networks_root(n), NULL, now_ms, &next));
    if (next.number != newest.number + 1)
        return FAIL(E_CONFLICT);
    TRY(policy_check(statement, networks_id(n), networks_root(n), &newest, now_ms, &next));
    TRY(check_participant(db, a, &next));
    return db_run(
        db, INSERT,
        DB_VALUES(DB_NUMBER_OF(next.number), DB_NUMBER_OF(next.from_ms), DB_BYTES_OF(statement)),
        NULL);
}

struct err policies_get(struct db *db, struct arena *a, uint32_t number, struct bytes *statement)
{
    struct db_value v;

    if (number == 0)
        TRY(db_one(db, a, NEWEST, DB_NO_VALUES, &v, 1));
    else
        TRY(db_one(db, a, GET, DB_VALUES(DB_NUMBER_OF(number)), &v, 1));
    *statement = v.bytes;
    return OK;
}

struct err policies_from(struct db *db, struct arena *a, uint32_t number, size_t most,
                         struct bytes **out, size_t *count)
{
    struct bytes *at = ARENA_ARRAY(a, most, struct bytes);
    struct db_query *q = NULL;
    struct err err = OK;
    size_t n = 0;
    bool more;

    if (at == NULL)
        return FAIL(E_NOMEM);
    TRY_OUT(db_begin_query(db, FROM, DB_VALUES(DB_NUMBER_OF(number), DB_NUMBER_OF(most)), &q));
    TRY_OUT(db_next(q, &more));
    while (more) {
        TRY_OUT(arena_copy(a, db_bytes(q, 0), &at[n++]));
        TRY_OUT(db_next(q, &more));
    }
    *out = at;
    *count = n;
out:
    db_end_query(q);
    return err;
}

struct err policies_in_force(struct db *db, const struct networks *n, struct arena *a,
                             uint64_t now_ms, const struct network_policy **out)
{
    struct network_policy *p = ARENA_NEW(a, struct network_policy);
    struct db_value v;
    struct err err;

    *out = NULL;
    if (p == NULL)
        return FAIL(E_NOMEM);
    err = db_one(db, a, IN_FORCE, DB_VALUES(DB_NUMBER_OF(now_ms)), &v, 1);
    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    TRY(policy_parse(v.bytes, networks_id(n), p));
    *out = p;
    return OK;
}
