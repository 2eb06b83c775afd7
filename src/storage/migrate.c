/* SPDX-License-Identifier: Apache-2.0 */
/* migrate: the table schema_step remembers the last step of each feature that was done. */
#include "storage/migrate.h"

static const char TABLE[] = "CREATE TABLE IF NOT EXISTS schema_step"
                            " (feature TEXT PRIMARY KEY, step INTEGER NOT NULL)";
static const char LIST[] = "SELECT feature, step FROM schema_step";
static const char STEP[] = "SELECT step FROM schema_step WHERE feature = CAST($1 AS TEXT)";
static const char REACHED[] =
    "INSERT INTO schema_step (feature, step) VALUES (CAST($1 AS TEXT), $2)"
    " ON CONFLICT (feature) DO UPDATE SET step = excluded.step";

static bool is_known(struct bytes feature, int64_t step, const struct schema *schemas, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (bytes_same(feature, bytes_text(schemas[i].feature)))
            return step >= 0 && (uint64_t)step <= schemas[i].n;
    return false;
}

/* Before anything is changed: does the database hold steps that we do not know? */
static struct err refuse_newer(struct db *db, const struct schema *schemas, size_t n)
{
    struct db_query *q = NULL;
    struct err err = OK;
    bool more = true;

    TRY_OUT(db_begin_query(db, LIST, DB_NO_VALUES, &q));
    while (more) {
        TRY_OUT(db_next(q, &more));
        if (more && !is_known(db_bytes(q, 0), db_number(q, 1), schemas, n)) {
            err = FAIL(E_VERSION);
            goto out;
        }
    }
out:
    db_end_query(q);
    return err;
}

static struct err step_reached(struct db *db, struct bytes feature, size_t *out)
{
    struct db_query *q = NULL;
    bool more = false;
    struct err err;

    TRY(db_begin_query(db, STEP, DB_VALUES(DB_BYTES_OF(feature)), &q));
    err = db_next(q, &more);
    if (err.code == E_OK)
        *out = more ? (size_t)db_number(q, 0) : 0;
    db_end_query(q);
    return err;
}

static struct err advance(struct db *db, const struct schema *schema)
{
    struct bytes feature = bytes_text(schema->feature);
    size_t reached;

    TRY(step_reached(db, feature, &reached));
    invariant(reached <= schema->n); /* else two schemas have one name */
    if (reached == schema->n)
        return OK;
    for (size_t i = reached; i < schema->n; i++)
        TRY(db_script(db, schema->steps[i]));
    return db_run(db, REACHED, DB_VALUES(DB_BYTES_OF(feature), DB_NUMBER_OF(schema->n)), NULL);
}

static struct err advance_all(struct db *db, const struct schema *schemas, size_t n)
{
    TRY(db_run(db, TABLE, DB_NO_VALUES, NULL));
    TRY(refuse_newer(db, schemas, n));
    for (size_t i = 0; i < n; i++)
        TRY(advance(db, &schemas[i]));
    return OK;
}

struct err migrate(struct db *db, const struct schema *schemas, size_t n)
{
    struct err err;

    TRY(db_begin(db));
    err = advance_all(db, schemas, n);
    if (err.code == E_OK)
        return db_commit(db);
    db_rollback(db);
    return err;
}
