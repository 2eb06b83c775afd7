/* SPDX-License-Identifier: Apache-2.0 */
/*
 * statement: prepared statements, kept under the address of their SQL text.
 *
 *   IDLE --take--> BOUND --step--> at a row --step--> over
 *     ^              |                |                 |
 *     +-----give-----+-------give-----+------give-------+
 */
#include <stdio.h>
#include <stdlib.h>

#include "storage/sqlite/sqlite_internal.h"

struct statement {
    struct db_query query; /* first: a query of this driver is one of these */
    struct statement *next;
    const char *sql;
    sqlite3_stmt *compiled;
    size_t parameters;
    int place[DB_PARAMETERS_MAX]; /* of $1, $2, ...: SQLite counts by first appearance */
    bool busy;
    bool over;            /* has given its last row, or failed; SQLite would start again */
    enum err_code failed; /* with this */
};

static struct sqlite *sqlite_of(struct db *db)
{
    return (struct sqlite *)db;
}

static struct statement *statement_of(struct db_query *q)
{
    return (struct statement *)q;
}

static struct statement **bucket(struct sqlite *lite, const char *sql)
{
    uint64_t mixed = (uint64_t)(uintptr_t)sql * UINT64_C(0x9e3779b97f4a7c15);

    return &lite->prepared[mixed >> 32 & (SQLITE_BUCKETS - 1)];
}

static void statement_free(struct statement *s)
{
    sqlite3_finalize(s->compiled);
    free(s);
}

void statement_forget(struct sqlite *lite, bool busy_too)
{
    for (size_t i = 0; i < SQLITE_BUCKETS; i++) {
        struct statement **at = &lite->prepared[i];

        while (*at != NULL) {
            struct statement *s = *at;

            if (s->busy && !busy_too) {
                at = &s->next;
                continue;
            }
            *at = s->next;
            lite->statements--;
            statement_free(s);
        }
    }
}

/* E_IO unless the parameters are exactly $1 to $n, in whatever order. */
static struct err find_places(struct statement *s)
{
    int count = sqlite3_bind_parameter_count(s->compiled);
    char name[16];

    if (count > DB_PARAMETERS_MAX)
        return FAIL(E_IO);
    for (int i = 0; i < count; i++) {
        snprintf(name, sizeof name, "$%d", i + 1);
        s->place[i] = sqlite3_bind_parameter_index(s->compiled, name);
        if (s->place[i] == 0)
            return FAIL(E_IO);
    }
    s->parameters = (size_t)count;
    return OK;
}

static struct err compile(struct sqlite *lite, struct statement *s)
{
    const char *rest = NULL;
    int result = sqlite3_prepare_v3(lite->handle, s->sql, -1, SQLITE_PREPARE_PERSISTENT,
                                    &s->compiled, &rest);

    if (result != SQLITE_OK)
        return FAIL(sqlite_code(lite, result));
    /* A second statement would silently not run. */
    if (s->compiled == NULL || rest[strspn(rest, " \t\n;")] != '\0')
        return FAIL(E_IO);
    return find_places(s);
}

static struct err prepare(struct sqlite *lite, const char *sql, struct statement **out)
{
    struct statement **place;
    struct statement *s = calloc(1, sizeof *s);
    struct err err;

    if (s == NULL)
        return FAIL(E_NOMEM);
    s->query.db = &lite->db;
    s->sql = sql;
    err = compile(lite, s);
    if (err.code != E_OK) {
        statement_free(s);
        return err;
    }
    if (lite->statements >= SQLITE_STATEMENTS_MAX)
        statement_forget(lite, false);
    place = bucket(lite, sql);
    s->next = *place;
    *place = s;
    lite->statements++;
    *out = s;
    return OK;
}

static struct err find(struct sqlite *lite, const char *sql, struct statement **out)
{
    for (struct statement *s = *bucket(lite, sql); s != NULL; s = s->next) {
        if (s->sql != sql)
            continue;
        /* A text that is no constant would run as whatever stood at its address before. */
        invariant(strcmp(sqlite3_sql(s->compiled), sql) == 0);
        *out = s;
        return OK;
    }
    return prepare(lite, sql, out);
}

static int bind(struct statement *s, size_t i, const struct db_value *v,
                sqlite3_destructor_type keep)
{
    switch (v->kind) {
    case DB_NULL:
        return sqlite3_bind_null(s->compiled, s->place[i]);
    case DB_NUMBER:
        return sqlite3_bind_int64(s->compiled, s->place[i], v->number);
    case DB_BYTES:
        /* A null pointer would mean NULL, which no bytes are not. */
        return sqlite3_bind_blob64(s->compiled, s->place[i],
                                   v->bytes.n == 0 ? (const void *)"" : v->bytes.at, v->bytes.n,
                                   keep);
    }
    return SQLITE_MISUSE;
}

static void give(struct statement *s)
{
    (void)sqlite3_reset(s->compiled); /* repeats the failure of the last step */
    (void)sqlite3_clear_bindings(s->compiled);
    s->busy = false;
}

/* The statement of this text with its values bound, until it is given back. */
static struct err take(struct sqlite *lite, const char *sql, const struct db_value *values,
                       size_t n, sqlite3_destructor_type keep, struct statement **out)
{
    struct statement *s;

    TRY(find(lite, sql, &s));
    if (s->busy || s->parameters != n)
        return FAIL(E_IO);
    s->busy = true;
    s->over = false;
    s->failed = E_OK;
    for (size_t i = 0; i < n; i++) {
        int result = bind(s, i, &values[i], keep);

        if (result != SQLITE_OK) {
            give(s);
            return FAIL(sqlite_code(lite, result));
        }
    }
    *out = s;
    return OK;
}

struct err statement_next(struct db_query *q, bool *more)
{
    struct statement *s = statement_of(q);
    int result;

    *more = false;
    if (s->over)
        return s->failed == E_OK ? OK : FAIL(s->failed);
    result = sqlite3_step(s->compiled);
    if (result == SQLITE_ROW) {
        *more = true;
        return OK;
    }
    s->over = true;
    if (result == SQLITE_DONE)
        return OK;
    s->failed = sqlite_code(sqlite_of(q->db), result);
    return FAIL(s->failed);
}

struct err statement_run(struct db *db, const char *sql, const struct db_value *values, size_t n,
                         uint64_t *changed)
{
    struct sqlite *lite = sqlite_of(db);
    sqlite3_int64 before = sqlite3_total_changes64(lite->handle);
    struct statement *s;
    struct err err;
    bool more;

    TRY(take(lite, sql, values, n, SQLITE_STATIC, &s));
    do
        err = statement_next(&s->query, &more);
    while (more);
    give(s);
    if (err.code == E_OK && changed != NULL) {
        /* The count of the last change stands until the next: what changed nothing leaves it. */
        bool any = sqlite3_total_changes64(lite->handle) != before;

        *changed = any ? (uint64_t)sqlite3_changes64(lite->handle) : 0;
    }
    return err;
}

struct err statement_begin_query(struct db *db, const char *sql, const struct db_value *values,
                                 size_t n, struct db_query **out)
{
    struct statement *s = NULL;

    TRY(take(sqlite_of(db), sql, values, n, SQLITE_TRANSIENT, &s));
    *out = &s->query;
    return OK;
}

struct db_value statement_column(struct db_query *q, int column)
{
    sqlite3_stmt *row = statement_of(q)->compiled;
    const void *at;

    if (column < 0 || column >= sqlite3_data_count(row))
        return DB_NULL_OF();
    switch (sqlite3_column_type(row, column)) {
    case SQLITE_NULL:
        return DB_NULL_OF();
    case SQLITE_INTEGER:
    case SQLITE_FLOAT:
        return DB_NUMBER_OF(sqlite3_column_int64(row, column));
    default: /* SQLite's own number, not an enum: text or a blob, which are bytes to us */
        at = sqlite3_column_blob(row, column);
        return DB_BYTES_OF(bytes(at, at == NULL ? 0 : (size_t)sqlite3_column_bytes(row, column)));
    }
}

void statement_end_query(struct db_query *q)
{
    give(statement_of(q));
}
