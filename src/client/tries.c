/* SPDX-License-Identifier: Apache-2.0 */
#include "client/tries.h"

#include "base/fault.h"

#define DOUBLINGS_MOST 16 /* far over what a day needs */

static const char *const STEPS[] = {
    "CREATE TABLE tries (id INTEGER PRIMARY KEY CHECK (id = 1), wrong INTEGER NOT NULL,"
    " untold INTEGER NOT NULL, at_ms INTEGER NOT NULL, free INTEGER NOT NULL,"
    " wipe_at INTEGER NOT NULL);"
    "INSERT INTO tries (id, wrong, untold, at_ms, free, wipe_at) VALUES (1, 0, 0, 0, 0, 0);",
};
const struct schema tries_schema = {"tries", STEPS, sizeof STEPS / sizeof STEPS[0]};

static const char SELECT[] = "SELECT wrong, untold, at_ms, free, wipe_at FROM tries WHERE id = 1";
static const char UPDATE[] = "UPDATE tries SET wrong = $1, untold = $2, at_ms = $3 WHERE id = 1";
static const char TELL[] = "UPDATE tries SET untold = 0 WHERE id = 1";
static const char RULE[] = "UPDATE tries SET free = $1, wipe_at = $2 WHERE id = 1";

/* ---- the row */

struct row {
    uint32_t wrong, untold;
    uint64_t at_ms;
    struct tries_rules rules; /* as they stand there */
};

static struct err read_row(struct db *db, struct row *out)
{
    struct arena a = ARENA(1024);
    struct db_value v[5];
    struct err err = db_one(db, &a, SELECT, DB_NO_VALUES, v, 5);

    arena_free(&a);
    if (err.code == E_ABSENT)
        return FAIL(E_MALFORMED);
    TRY(err);
    for (size_t i = 0; i < 5; i++)
        if (v[i].kind != DB_NUMBER || v[i].number < 0 || (i != 2 && v[i].number > TRIES_MOST))
            return FAIL(E_MALFORMED);
    *out = (struct row){(uint32_t)v[0].number,
                        (uint32_t)v[1].number,
                        (uint64_t)v[2].number,
                        {(uint32_t)v[3].number, (uint32_t)v[4].number}};
    return OK;
}

/* One statement that changes the row, and what it says is on disk then. */
static struct err change(struct db *db, const char *sql, const struct db_value *values, size_t n)
{
    struct err err;

    TRY(db_begin(db));
    err = db_run(db, sql, values, n, NULL);
    if (err.code == E_OK)
        return db_commit(db);
    db_rollback(db);
    return err;
}

static struct err write_row(struct db *db, const struct row *r)
{
    return change(
        db, UPDATE,
        DB_VALUES(DB_NUMBER_OF(r->wrong), DB_NUMBER_OF(r->untold), DB_NUMBER_OF(r->at_ms)));
}

static uint32_t no_more_than_most(uint64_t n)
{
    return n < TRIES_MOST ? (uint32_t)n : TRIES_MOST;
}

/* ---- the rules */

static uint64_t wait_after(const struct row *r)
{
    uint32_t free = r->rules.free == 0 ? TRIES_FREE : r->rules.free;
    uint32_t more = r->wrong < free ? 0 : r->wrong - free;
    uint64_t wait_ms = TRIES_WAIT_MS << (more < DOUBLINGS_MOST ? more : DOUBLINGS_MOST);

    if (r->wrong < free)
        return 0;
    return wait_ms < TRIES_WAIT_MOST_MS ? wait_ms : TRIES_WAIT_MOST_MS;
}

static void look(const struct row *r, struct tries *t)
{
    t->wrong = r->wrong;
    t->untold = r->untold;
    t->last_ms = r->wrong + r->untold > 0 ? r->at_ms : 0;
    t->wait_ms = clock_since(clock_add(r->at_ms, wait_after(r)), t->now_ms);
    t->spent = r->rules.wipe_at > 0 && r->wrong >= r->rules.wipe_at;
}

/* Dated ahead of the clock: that was set back, or had been wrong.  What is left to wait is not
 * known, and so all of it. */
static struct err begin_wait_anew(struct db *db, struct row *r, uint64_t now_ms)
{
    if (r->at_ms <= now_ms || wait_after(r) == 0)
        return OK;
    r->at_ms = now_ms;
    return write_row(db, r);
}

static struct err count(struct db *db, struct row *r, struct tries *t)
{
    struct row before = *r;
    struct err err;

    r->wrong = no_more_than_most((uint64_t)r->wrong + 1);
    r->at_ms = t->now_ms;
    fault_point("client-before-try");
    err = write_row(db, r);
    if (err.code == E_FULL && before.wrong == 0) {
        *r = before;
        return OK;
    }
    TRY(err);
    fault_point("client-try-counted");
    return OK;
}

/* ---- a try */

struct err tries_begin(struct db *db, struct tries *t)
{
    struct row r;

    TRY(read_row(db, &r));
    TRY(begin_wait_anew(db, &r, t->now_ms));
    look(&r, t);
    if (t->spent || t->wait_ms > 0)
        return FAIL(E_AGAIN);
    TRY(count(db, &r, t));
    t->wrong = r.wrong;
    return OK;
}

struct err tries_end(struct db *db, struct tries *t)
{
    struct row r;
    struct err err;
    uint32_t last = t->wrong > 0 ? 1 : 0; /* the one at hand, unless there was no room for it */

    fault_point("client-try-was-right");
    TRY(read_row(db, &r));
    if (r.wrong == 0)
        return OK;
    r.untold = no_more_than_most((uint64_t)r.untold + r.wrong - last);
    r.wrong = 0;
    r.at_ms = t->last_ms;
    err = write_row(db, &r);
    if (err.code == E_FULL)
        return OK;
    TRY(err);
    look(&r, t);
    return OK;
}

struct err tries_fail(struct db *db, struct tries *t)
{
    struct row r;

    TRY(read_row(db, &r));
    look(&r, t);
    return OK;
}

struct err tries_told(struct db *db)
{
    return change(db, TELL, DB_NO_VALUES);
}

struct err tries_set_rules(struct db *db, const struct tries_rules *rules)
{
    if (rules->free > TRIES_MOST || rules->wipe_at > TRIES_MOST)
        return FAIL(E_LIMIT);
    return change(db, RULE, DB_VALUES(DB_NUMBER_OF(rules->free), DB_NUMBER_OF(rules->wipe_at)));
}

struct err tries_rules(struct db *db, struct tries_rules *out)
{
    struct row r;

    TRY(read_row(db, &r));
    *out = r.rules;
    return OK;
}
