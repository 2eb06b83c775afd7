/* SPDX-License-Identifier: Apache-2.0 */
#include "server/accounts/accounts.h"

#include "base/text.h"

#define COLUMNS "id, state, handle, since_ms, expires_ms, aid, ark, number, statement"

static const char BY_AID[] = "SELECT " COLUMNS " FROM account WHERE aid = $1";
static const char BY_ROW[] = "SELECT " COLUMNS " FROM account WHERE id = $1 AND state <> 3";
static const char BY_TOKEN[] = "SELECT " COLUMNS " FROM account WHERE token = $1";
/* Active (1) before removed (2), and among these the last. */
static const char BY_HANDLE[] = "SELECT " COLUMNS " FROM account WHERE handle = $1 AND state <> 3"
                                " ORDER BY state, id DESC LIMIT 1";
static const char PAGE[] = "SELECT " COLUMNS " FROM account WHERE id > $1 ORDER BY id LIMIT $2";
static const char INVITE[] = "INSERT INTO account (state, handle, since_ms, expires_ms, token)"
                             " VALUES (3, $1, $2, $3, $4)";
static const char REVOKE[] = "DELETE FROM account WHERE handle = $1 AND state = 3";
static const char ACTIVATE[] = "UPDATE account SET state = 1, since_ms = $2, aid = $3, ark = $4,"
                               " number = $5, statement = $6 WHERE id = $1 AND state = 3";
static const char REMOVE[] = "UPDATE account SET state = 2, since_ms = $2, number = $3,"
                             " statement = $4 WHERE id = $1 AND state = 1";

static void take(struct bytes from, uint8_t *out, size_t n)
{
    invariant(from.n == n);
    memcpy(out, from.at, n);
}

static struct err read_row(struct db_query *q, struct arena *a, struct account *out)
{
    struct account w = {.row = (uint64_t)db_number(q, 0),
                        .state = (enum account_state)db_number(q, 1),
                        .since_ms = (uint64_t)db_number(q, 3),
                        .expires_ms = (uint64_t)db_number(q, 4),
                        .number = (uint32_t)db_number(q, 7)};

    TRY(arena_copy(a, db_bytes(q, 2), &w.handle));
    if (w.state != ACCOUNTS_INVITED) {
        take(db_bytes(q, 5), w.aid.b, sizeof w.aid.b);
        take(db_bytes(q, 6), w.ark.b, sizeof w.ark.b);
        TRY(arena_copy(a, db_bytes(q, 8), &w.statement));
    }
    *out = w;
    return OK;
}

static struct err load(struct db *db, struct arena *a, const char *sql, struct db_value key,
                       struct account *out)
{
    struct db_query *q = NULL;
    struct err err = OK;
    bool more;

    TRY_OUT(db_begin_query(db, sql, DB_VALUES(key), &q));
    TRY_OUT(db_next(q, &more));
    if (!more)
        TRY_OUT(FAIL(E_ABSENT));
    TRY_OUT(read_row(q, a, out));
out:
    db_end_query(q);
    return err;
}

struct err accounts_get(struct db *db, struct arena *a, const struct account_id *aid,
                        struct account *out)
{
    return load(db, a, BY_AID, DB_BYTES_OF(ID_BYTES(*aid)), out);
}

struct err accounts_by_row(struct db *db, struct arena *a, uint64_t row, struct account *out)
{
    return load(db, a, BY_ROW, DB_NUMBER_OF(row), out);
}

struct err accounts_named(struct db *db, struct arena *a, struct bytes handle, struct account *out)
{
    return load(db, a, BY_HANDLE, DB_BYTES_OF(handle), out);
}

struct err accounts_page(struct db *db, struct arena *a, uint64_t after, size_t most,
                         struct account **out, size_t *n)
{
    struct account *at = ARENA_ARRAY(a, most, struct account);
    struct db_query *q = NULL;
    struct err err = OK;
    size_t count = 0;
    bool more;

    if (at == NULL)
        return FAIL(E_NOMEM);
    if (after > INT64_MAX)
        after = INT64_MAX;
    TRY_OUT(db_begin_query(db, PAGE, DB_VALUES(DB_NUMBER_OF(after), DB_NUMBER_OF(most)), &q));
    TRY_OUT(db_next(q, &more));
    while (more) {
        TRY_OUT(read_row(q, a, &at[count++]));
        TRY_OUT(db_next(q, &more));
    }
    *out = at;
    *n = count;
out:
    db_end_query(q);
    return err;
}

struct err accounts_invite(struct db *db, struct bytes handle,
                           const uint8_t token[INVITATION_TOKEN_SIZE], uint64_t now_ms,
                           uint64_t lives_ms)
{
    uint8_t hash[32];

    if (!text_is_handle(handle))
        return FAIL(E_MALFORMED);
    if (lives_ms > ACCOUNTS_INVITATION_MOST_MS)
        return FAIL(E_LIMIT);
    TRY(invitation_token_hash(token, hash));
    TRY(db_run(db, REVOKE, DB_VALUES(DB_BYTES_OF(handle)), NULL));
    return db_run(db, INVITE,
                  DB_VALUES(DB_BYTES_OF(handle), DB_NUMBER_OF(now_ms),
                            DB_NUMBER_OF(now_ms + lives_ms), DB_BYTES_OF(BYTES(hash))),
                  NULL);
}

struct err accounts_revoke(struct db *db, struct bytes handle)
{
    uint64_t changed;

    TRY(db_run(db, REVOKE, DB_VALUES(DB_BYTES_OF(handle)), &changed));
    return changed > 0 ? OK : FAIL(E_ABSENT);
}

struct err accounts_invited(struct db *db, struct arena *a, struct bytes token,
                            const struct point *ark, uint64_t now_ms, struct account *out)
{
    struct account w;
    uint8_t hash[32];

    if (token.n != INVITATION_TOKEN_SIZE)
        return FAIL(E_MALFORMED);
    TRY(invitation_token_hash(token.at, hash));
    TRY(load(db, a, BY_TOKEN, DB_BYTES_OF(BYTES(hash)), &w));
    if (w.state == ACCOUNTS_INVITED && now_ms >= w.expires_ms)
        return FAIL(E_EXPIRED);
    if (w.state != ACCOUNTS_INVITED && !ID_SAME(w.ark, *ark))
        return FAIL(E_CONFLICT);
    *out = w;
    return w.state == ACCOUNTS_REMOVED ? FAIL(E_REMOVED) : OK;
}

/* The next statement about `who`, which is as it shall be from now on but for number and statement.
 */
static struct err sign_next(const struct networks *n, struct arena *a, struct account *who)
{
    struct directory_statement s = {.number = who->number + 1,
                                    .aid = who->aid,
                                    .ark = who->ark,
                                    .role = DIRECTORY_MEMBER,
                                    .state = (enum directory_state)who->state,
                                    .made_ms = who->since_ms,
                                    .handle = who->handle};

    TRY(networks_sign(n, &s, a, &who->statement));
    who->number = s.number;
    return OK;
}

struct err accounts_activate(struct db *db, const struct networks *n, struct arena *a,
                             const struct point *ark, uint64_t now_ms, struct account *who)
{
    struct account w = *who;

    invariant(w.state == ACCOUNTS_INVITED);
    w.state = ACCOUNTS_ACTIVE;
    w.since_ms = now_ms;
    w.ark = *ark;
    TRY(names_account(networks_id(n), ark, &w.aid));
    TRY(sign_next(n, a, &w));
    TRY(db_run(db, ACTIVATE,
               DB_VALUES(DB_NUMBER_OF(w.row), DB_NUMBER_OF(w.since_ms),
                         DB_BYTES_OF(ID_BYTES(w.aid)), DB_BYTES_OF(BYTES(w.ark.b)),
                         DB_NUMBER_OF(w.number), DB_BYTES_OF(w.statement)),
               NULL));
    *who = w;
    return OK;
}

struct err accounts_remove(struct db *db, const struct networks *n, struct arena *a,
                           uint64_t now_ms, struct account *who)
{
    struct account w = *who;

    invariant(w.state == ACCOUNTS_ACTIVE);
    w.state = ACCOUNTS_REMOVED;
    w.since_ms = now_ms;
    TRY(sign_next(n, a, &w));
    TRY(db_run(db, REMOVE,
               DB_VALUES(DB_NUMBER_OF(w.row), DB_NUMBER_OF(w.since_ms), DB_NUMBER_OF(w.number),
                         DB_BYTES_OF(w.statement)),
               NULL));
    *who = w;
    return OK;
}
