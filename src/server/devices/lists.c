/* SPDX-License-Identifier: Apache-2.0 */
#include "server/devices/devices.h"

static const char INSERT_DEVICE[] = "INSERT INTO device (did, account, dsk, state, marks)"
                                    " VALUES ($1, $2, $3, 1, $4)";
static const char INSERT_LIST[] =
    "INSERT INTO device_list (account, version, statement) VALUES ($1, $2, $3)";
static const char REMOVE[] = "UPDATE device SET state = 2 WHERE id = $1";
static const char NEWEST[] = "SELECT statement FROM device_list WHERE account = $1"
                             " ORDER BY version DESC LIMIT 1";
static const char FROM[] = "SELECT statement FROM device_list WHERE account = $1 AND version >= $2"
                           " ORDER BY version LIMIT $3";
static const char LAST[] = "SELECT statement FROM device_list WHERE account = $1"
                           " ORDER BY version DESC LIMIT $2";

static struct err store_list(struct db *db, uint64_t account, const struct device_list *l,
                             struct bytes statement)
{
    return db_run(
        db, INSERT_LIST,
        DB_VALUES(DB_NUMBER_OF(account), DB_NUMBER_OF(l->version), DB_BYTES_OF(statement)), NULL);
}

static struct err add(struct db *db, uint64_t account, const struct device_entry *d)
{
    static const uint8_t no_marks[DEVICES_UPLOAD_WINDOW * DEVICES_MARK_SIZE];

    return db_run(db, INSERT_DEVICE,
                  DB_VALUES(DB_BYTES_OF(ID_BYTES(d->did)), DB_NUMBER_OF(account),
                            DB_BYTES_OF(BYTES(d->dsk.b)), DB_BYTES_OF(BYTES(no_marks))),
                  NULL);
}

struct err devices_begin(struct db *db, const struct networks *n, const struct account *who,
                         struct bytes list, uint64_t now_ms, struct device *out)
{
    struct device_list l;

    TRY(device_list_check(list, networks_id(n), &who->ark, NULL, now_ms, &l));
    if (l.version != 1 || l.revoked > 0 || !device_list_is_device(&l.device[0]))
        return FAIL(E_MALFORMED);
    if (l.devices > 1)
        return FAIL(E_LIMIT);
    TRY(store_list(db, who->row, &l, list));
    TRY(add(db, who->row, &l.device[0]));
    return devices_get(db, &l.device[0].did, out);
}

static struct err newest(struct db *db, struct arena *a, uint64_t account, struct bytes *statement)
{
    struct db_value v;

    TRY(db_one(db, a, NEWEST, DB_VALUES(DB_NUMBER_OF(account)), &v, 1));
    *statement = v.bytes;
    return OK;
}

struct err devices_list(struct db *db, const struct networks *n, struct arena *a, uint64_t account,
                        struct device_list **out)
{
    struct device_list *l = ARENA_NEW(a, struct device_list);
    struct bytes statement;

    if (l == NULL)
        return FAIL(E_NOMEM);
    TRY(newest(db, a, account, &statement));
    TRY(device_list_parse(statement, networks_id(n), l));
    *out = l;
    return OK;
}

/* A list forgets whom it revoked when it has no room for more; the rows do not. */
static struct err come(struct db *db, const struct account *who, const struct device_list *before,
                       const struct device_list *now)
{
    for (size_t i = 0; i < now->devices; i++) {
        const struct device_entry *d = &now->device[i];
        struct device known;
        struct err err;

        if (device_list_find(before, &d->did) != NULL)
            continue;
        err = devices_get(db, &d->did, &known);
        if (err.code == E_OK)
            return FAIL(E_FORGED);
        if (err.code != E_ABSENT)
            return err;
        if (device_list_is_device(d)) /* a recovery key signs lists, and is nobody here */
            TRY(add(db, who->row, d));
    }
    return OK;
}

static struct err go(struct db *db, struct arena *a, const struct device_list *before,
                     const struct device_list *now, struct devices_change *out)
{
    out->gone = ARENA_ARRAY(a, before->devices, struct device);
    if (out->gone == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < before->devices; i++) {
        const struct device_entry *d = &before->device[i];

        if (!device_list_is_device(d) || device_list_find(now, &d->did) != NULL)
            continue;
        TRY(devices_get(db, &d->did, &out->gone[out->n]));
        TRY(db_run(db, REMOVE, DB_VALUES(DB_NUMBER_OF(out->gone[out->n].row)), NULL));
        out->n++;
    }
    out->key_gone = device_list_recovery(before) != NULL && device_list_recovery(now) == NULL;
    return OK;
}

struct err devices_publish(struct db *db, const struct networks *n, struct arena *a,
                           const struct account *who, struct bytes list, uint64_t now_ms,
                           struct devices_change *out)
{
    struct device_list next, *current;
    struct bytes statement;

    *out = (struct devices_change){.gone = NULL};
    TRY(newest(db, a, who->row, &statement));
    if (bytes_same(list, statement))
        return OK; /* its answer was lost */
    TRY(devices_list(db, n, a, who->row, &current));
    TRY(device_list_parse(list, networks_id(n), &next));
    if (next.version != current->version + 1)
        return FAIL(E_CONFLICT);
    TRY(device_list_check(list, networks_id(n), &who->ark, current, now_ms, &next));
    TRY(store_list(db, who->row, &next, list));
    TRY(come(db, who, current, &next));
    return go(db, a, current, &next, out);
}

struct err devices_lists(struct db *db, struct arena *a, uint64_t account, uint32_t from,
                         size_t most, struct bytes **out, size_t *count)
{
    struct bytes *at = ARENA_ARRAY(a, most, struct bytes);
    struct db_query *q = NULL;
    struct err err = OK;
    size_t n = 0;
    bool more;

    if (at == NULL)
        return FAIL(E_NOMEM);
    TRY_OUT(db_begin_query(
        db, FROM, DB_VALUES(DB_NUMBER_OF(account), DB_NUMBER_OF(from), DB_NUMBER_OF(most)), &q));
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

struct err devices_last_lists(struct db *db, struct arena *a, uint64_t account, size_t bytes,
                              size_t most, struct bytes **out, size_t *count)
{
    struct bytes *at = ARENA_ARRAY(a, most, struct bytes);
    struct db_query *q = NULL;
    struct err err = OK;
    size_t first = most, total = 0;
    bool more;

    if (at == NULL)
        return FAIL(E_NOMEM);
    TRY_OUT(db_begin_query(db, LAST, DB_VALUES(DB_NUMBER_OF(account), DB_NUMBER_OF(most)), &q));
    TRY_OUT(db_next(q, &more));
    while (more) {
        total += db_bytes(q, 0).n;
        if (first < most && total > bytes)
            break;
        TRY_OUT(arena_copy(a, db_bytes(q, 0), &at[--first])); /* the newest is the last */
        TRY_OUT(db_next(q, &more));
    }
    *out = &at[first];
    *count = most - first;
out:
    db_end_query(q);
    return err;
}
