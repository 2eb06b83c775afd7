/* SPDX-License-Identifier: Apache-2.0 */
#include "server/devices/devices.h"

#define COLUMNS "id, account, did, dsk, state, uploads, generation"

static const char BY_DID[] = "SELECT " COLUMNS " FROM device WHERE did = $1";
static const char OF_ACCOUNT[] =
    "SELECT " COLUMNS " FROM device WHERE account = $1 AND state = 1 ORDER BY did LIMIT $2";
static const char SIGNED_IN[] = "SELECT signin FROM device WHERE id = $1";
static const char KEEP_SIGN_IN[] = "UPDATE device SET generation = $2, signin = $3 WHERE id = $1";
static const char REMOVE[] = "UPDATE device SET state = 2 WHERE account = $1";

static void read_row(struct db_query *q, struct device *out)
{
    struct bytes did = db_bytes(q, 2), dsk = db_bytes(q, 3);

    invariant(did.n == sizeof out->did.b && dsk.n == sizeof out->dsk.b);
    *out = (struct device){.row = (uint64_t)db_number(q, 0),
                           .account = (uint64_t)db_number(q, 1),
                           .state = (enum devices_state)db_number(q, 4),
                           .uploads = (uint64_t)db_number(q, 5),
                           .generation = (uint64_t)db_number(q, 6)};
    memcpy(out->did.b, did.at, did.n);
    memcpy(out->dsk.b, dsk.at, dsk.n);
}

struct err devices_get(struct db *db, const struct device_id *did, struct device *out)
{
    struct db_query *q = NULL;
    struct err err = OK;
    bool more;

    TRY_OUT(db_begin_query(db, BY_DID, DB_VALUES(DB_BYTES_OF(ID_BYTES(*did))), &q));
    TRY_OUT(db_next(q, &more));
    if (!more)
        TRY_OUT(FAIL(E_ABSENT));
    read_row(q, out);
out:
    db_end_query(q);
    return err;
}

struct err devices_of(struct db *db, struct arena *a, uint64_t account, struct device **out,
                      size_t *n)
{
    struct device *at = ARENA_ARRAY(a, LIMIT_LIST_DEVICES, struct device);
    struct db_query *q = NULL;
    struct err err = OK;
    size_t count = 0;
    bool more;

    if (at == NULL)
        return FAIL(E_NOMEM);
    TRY_OUT(db_begin_query(db, OF_ACCOUNT,
                           DB_VALUES(DB_NUMBER_OF(account), DB_NUMBER_OF(LIMIT_LIST_DEVICES)), &q));
    TRY_OUT(db_next(q, &more));
    while (more) {
        read_row(q, &at[count++]);
        TRY_OUT(db_next(q, &more));
    }
    *out = at;
    *n = count;
out:
    db_end_query(q);
    return err;
}

struct err devices_caller(const struct request *rq, struct device *out)
{
    TRY(devices_get(rq->db, &rq->did, out));
    return out->state == DEVICES_ACTIVE ? OK : FAIL(E_REMOVED);
}

struct err devices_sign_in(struct db *db, const struct networks *n, struct bytes statement,
                           struct bytes binding, struct device *out)
{
    struct signin s;
    struct device d;
    struct err err;

    TRY(signin_parse(statement, &s));
    err = devices_get(db, &s.did, &d);
    if (err.code == E_ABSENT)
        return FAIL(E_DENIED);
    TRY(err);
    TRY(signin_check(statement, networks_id(n), networks_domain(n), binding, &d.dsk));
    *out = d;
    return d.state == DEVICES_ACTIVE ? OK : FAIL(E_REMOVED);
}

struct err devices_signed_in(struct db *db, struct arena *a, const struct device *d,
                             struct bytes *statement)
{
    struct db_value v;

    TRY(db_one(db, a, SIGNED_IN, DB_VALUES(DB_NUMBER_OF(d->row)), &v, 1));
    *statement = v.bytes;
    return OK;
}

struct err devices_keep_sign_in(struct db *db, const struct device *d, struct bytes statement)
{
    struct signin s;

    TRY(signin_parse(statement, &s));
    if (s.generation <= d->generation)
        return OK;
    return db_run(
        db, KEEP_SIGN_IN,
        DB_VALUES(DB_NUMBER_OF(d->row), DB_NUMBER_OF(s.generation), DB_BYTES_OF(statement)), NULL);
}

struct err devices_remove(struct db *db, uint64_t account)
{
    return db_run(db, REMOVE, DB_VALUES(DB_NUMBER_OF(account)), NULL);
}
