/* SPDX-License-Identifier: Apache-2.0 */
/* [PROTOCOL 15.6] */
#include "server/linking/linking_internal.h"
#include "statement/device_list.h"

static const char KEEP[] = "INSERT INTO recovery (account, slot, blob) VALUES ($1, $2, $3)"
                           " ON CONFLICT (account) DO UPDATE SET slot = $2, blob = $3";
static const char LOAD[] = "SELECT account, blob FROM recovery WHERE slot = $1";
static const char FORGET[] = "DELETE FROM recovery WHERE account = $1";

static struct err check_is_in_force(const struct request *rq, uint64_t account, struct bytes did)
{
    const struct device_entry *key;
    struct device_list *newest;

    TRY(devices_list(rq->db, rq->server->networks, rq->arena, account, &newest));
    key = device_list_recovery(newest);
    return key != NULL && bytes_same(ID_BYTES(key->did), did) ? OK : FAIL(E_STALE);
}

struct err linking_keep(const struct request *rq, uint64_t account, struct bytes did,
                        struct bytes slot, struct bytes blob)
{
    struct linking_name name;

    TRY(linking_name(slot, &name));
    if (blob.n == 0)
        return FAIL(E_MALFORMED);
    if (blob.n > LINKING_RECOVERY_MOST)
        return FAIL(E_LIMIT);
    TRY(check_is_in_force(rq, account, did));
    return db_run(rq->db, KEEP,
                  DB_VALUES(DB_NUMBER_OF(account), DB_BYTES_OF(BYTES(name.b)), DB_BYTES_OF(blob)),
                  NULL);
}

struct err linking_kept(struct db *db, struct arena *a, struct bytes slot, struct bytes *blob,
                        uint64_t *account)
{
    struct linking_name name;
    struct db_value v[2];

    TRY(linking_name(slot, &name));
    TRY(db_one(db, a, LOAD, DB_VALUES(DB_BYTES_OF(BYTES(name.b))), v, 2));
    *account = (uint64_t)v[0].number;
    *blob = v[1].bytes;
    return OK;
}

struct err linking_forget_key(struct db *db, uint64_t account)
{
    return db_run(db, FORGET, DB_VALUES(DB_NUMBER_OF(account)), NULL);
}

struct err linking_recovered(const struct request *rq, struct bytes list, struct account *who)
{
    const struct networks *n = rq->server->networks;
    struct device_list next, *current;

    TRY(device_list_parse(list, networks_id(n), &next));
    TRY(accounts_get(rq->db, rq->arena, &next.aid, who));
    if (who->state != ACCOUNTS_ACTIVE)
        return FAIL(E_REMOVED);
    TRY(devices_list(rq->db, n, rq->arena, who->row, &current));
    return device_list_find(current, &next.signer) != NULL ? OK : FAIL(E_DENIED);
}
