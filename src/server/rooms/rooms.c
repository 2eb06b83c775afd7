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

/* All that can be said of a roster without asking the database. */
static struct err check_pair(const struct networks *n, const struct roster *r,
                             const struct account_id *sender)
{
    const struct roster_account *account = r->account;
    struct room_id room;

    if (r->networks != 1 || r->accounts != ROOMS_PAIR || r->state_version != 0 ||
        !bytes_all_zero(BYTES(r->state_hash)) || r->network[0].policy_version != 0 ||
        !bytes_all_zero(BYTES(r->network[0].policy_hash)))
        return FAIL(E_MALFORMED);
    if (!ID_SAME(r->network[0].nid, *networks_id(n)))
        return FAIL(E_DENIED);
    TRY(names_pair_room(networks_id(n), &account[0].aid, &account[1].aid, &room));
    if (!ID_SAME(room, r->room))
        return FAIL(E_FORGED);
    return ID_SAME(account[0].aid, *sender) || ID_SAME(account[1].aid, *sender) ? OK
                                                                                : FAIL(E_DENIED);
}

/* What the server knows of the accounts now. */
static struct err find_accounts(struct db *db, const struct networks *n, struct arena *a,
                                struct rooms_roster *r)
{
    for (size_t i = 0; i < ROOMS_PAIR; i++) {
        TRY(accounts_get(db, a, &r->roster.account[i].aid, &r->account[i]));
        TRY(devices_list(db, n, a, r->account[i].row, &r->list[i]));
    }
    return OK;
}

struct err rooms_roster(struct db *db, const struct networks *n, struct arena *a,
                        const struct roster_id *digest, const struct account_id *sender,
                        struct rooms_roster *out)
{
    struct rooms_roster r;
    struct bytes statement;

    TRY(load(db, a, ID_BYTES(*digest), &statement));
    TRY(roster_parse(statement, a, &r.roster));
    TRY(check_pair(n, &r.roster, sender));
    TRY(find_accounts(db, n, a, &r));
    *out = r;
    return OK;
}

struct err rooms_register(struct db *db, const struct networks *n, struct arena *a,
                          struct bytes statement, const struct account_id *sender,
                          struct rooms_roster *out, bool *known)
{
    struct roster_id digest;
    struct rooms_roster r;
    struct bytes before;
    struct err err;

    *known = false;
    TRY(roster_parse(statement, a, &r.roster));
    TRY(check_pair(n, &r.roster, sender));
    TRY(roster_digest(statement, &digest));
    err = load(db, a, ID_BYTES(digest), &before);
    if (err.code != E_ABSENT)
        return err;
    TRY(find_accounts(db, n, a, &r));
    *out = r;
    *known = true;
    TRY(rooms_check_current(&r));
    return db_run(db, INSERT, DB_VALUES(DB_BYTES_OF(ID_BYTES(digest)), DB_BYTES_OF(statement)),
                  NULL);
}

struct err rooms_check_current(const struct rooms_roster *r)
{
    for (size_t i = 0; i < ROOMS_PAIR; i++)
        if (r->account[i].state == ACCOUNTS_REMOVED)
            return FAIL(E_REMOVED);
    for (size_t i = 0; i < ROOMS_PAIR; i++)
        if (r->roster.account[i].list_version != r->list[i]->version ||
            memcmp(r->roster.account[i].list_hash, r->list[i]->hash, NAMES_H16_SIZE) != 0)
            return FAIL(E_STALE);
    return OK;
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
