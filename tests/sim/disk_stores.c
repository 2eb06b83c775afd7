/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/disk_stores.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>

#include "client/vault.h"
#include "crypto/password.h"
#include "sim/disk.h"
#include "storage/sqlite/sqlite.h"

#define BODY_MOST 20000

struct store {
    sqlite3 *raw;
    struct db *db;
    struct vault *vault;
    struct random random;
    uint64_t drawn;
};

/* Of several sizes, so that a transaction is some pages or many. */
static struct bytes body_of(int number)
{
    static uint8_t body[BODY_MOST];

    memset(body, number, sizeof body);
    return bytes(body, (size_t)(number * 4099) % BODY_MOST);
}

static struct store *store_new(void)
{
    struct store *s = calloc(1, sizeof *s);

    invariant(s != NULL);
    return s;
}

/* ---- SQLite alone, with a journal that is made and deleted for each transaction */

static const char TABLE[] =
    "CREATE TABLE IF NOT EXISTS half (number INTEGER, half INTEGER, body BLOB)";

static void journal_close(struct store *s)
{
    if (s == NULL)
        return;
    (void)sqlite3_close(s->raw);
    free(s);
}

static struct err journal_run(struct store *s, const char *sql)
{
    return sqlite3_exec(s->raw, sql, NULL, NULL, NULL) == SQLITE_OK ? OK : FAIL(E_IO);
}

static struct store *journal_open(struct disk *d, bool create, struct err *why)
{
    int flags = SQLITE_OPEN_READWRITE | (create ? SQLITE_OPEN_CREATE : 0);
    struct store *s = store_new();

    *why = OK;
    if (sqlite3_open_v2("plain", &s->raw, flags, disk_vfs(d)) != SQLITE_OK)
        *why = FAIL(sqlite3_system_errno(s->raw) == 2 ? E_ABSENT : E_IO);
    if (why->code == E_OK)
        *why = journal_run(s, "PRAGMA synchronous = EXTRA; PRAGMA temp_store = MEMORY");
    if (why->code == E_OK)
        *why = journal_run(s, TABLE);
    if (why->code == E_OK)
        return s;
    journal_close(s);
    return NULL;
}

static struct err journal_add(struct store *s, int number, bool commit)
{
    char sql[300];
    struct err err;

    snprintf(sql, sizeof sql,
             "BEGIN; INSERT INTO half VALUES (%d, 1, zeroblob(%zu));"
             "INSERT INTO half VALUES (%d, 2, NULL); %s",
             number, body_of(number).n, number, commit ? "COMMIT" : "ROLLBACK");
    err = journal_run(s, sql);
    if (sqlite3_get_autocommit(s->raw) == 0)
        (void)sqlite3_exec(s->raw, "ROLLBACK", NULL, NULL, NULL);
    return err;
}

static int journal_halves(struct store *s, int number)
{
    sqlite3_stmt *q = NULL;
    int n = -1;

    if (sqlite3_prepare_v2(s->raw, "SELECT count(*) FROM half WHERE number = $1", -1, &q, NULL) ==
            SQLITE_OK &&
        sqlite3_bind_int(q, 1, number) == SQLITE_OK && sqlite3_step(q) == SQLITE_ROW)
        n = sqlite3_column_int(q, 0);
    sqlite3_finalize(q);
    return n;
}

static bool journal_is_whole(struct store *s)
{
    sqlite3_stmt *q = NULL;
    bool whole = sqlite3_prepare_v2(s->raw, "PRAGMA integrity_check", -1, &q, NULL) == SQLITE_OK &&
                 sqlite3_step(q) == SQLITE_ROW &&
                 strcmp((const char *)sqlite3_column_text(q, 0), "ok") == 0;

    sqlite3_finalize(q);
    return whole;
}

const struct store_kind store_journal = {"journal",      journal_open,     journal_add,
                                         journal_halves, journal_is_whole, journal_close};

/* ---- our database */

static void close_db(struct store *s)
{
    if (s == NULL)
        return;
    vault_close(s->vault);
    db_close(s->db);
    free(s);
}

/* The log goes into the file every few transactions, so that the power goes in the middle of it. */
static const char OFTEN[] = "PRAGMA wal_autocheckpoint = 8";

static struct store *open_db(struct disk *d, bool create, struct err *why)
{
    struct store *s = store_new();

    *why = sqlite_open_on(&s->db, disk_vfs(d), "store.db", create, true);
    if (why->code == E_OK)
        *why = db_script(s->db, OFTEN);
    if (why->code == E_OK)
        *why = db_run(s->db, TABLE, DB_NO_VALUES, NULL);
    if (why->code == E_OK)
        return s;
    close_db(s);
    return NULL;
}

static struct err insert(struct db *db, int number, int half, struct bytes body)
{
    return db_run(db, "INSERT INTO half VALUES ($1, $2, $3)",
                  DB_VALUES(DB_NUMBER_OF(number), DB_NUMBER_OF(half), DB_BYTES_OF(body)), NULL);
}

static struct err add_db(struct store *s, int number, bool commit)
{
    struct err err;

    TRY(db_begin(s->db));
    err = insert(s->db, number, 1, body_of(number));
    if (err.code == E_OK)
        err = insert(s->db, number, 2, bytes(NULL, 0));
    if (err.code == E_OK && commit)
        return db_commit(s->db);
    db_rollback(s->db);
    return err;
}

static int halves_db(struct store *s, int number)
{
    struct arena a = ARENA(1000);
    struct db_value n;
    struct err err = db_one(s->db, &a, "SELECT count(*) FROM half WHERE number = $1",
                            DB_VALUES(DB_NUMBER_OF(number)), &n, 1);

    arena_free(&a);
    return err.code == E_OK ? (int)n.number : -1;
}

static bool is_whole_db(struct store *s)
{
    struct arena a = ARENA(100000);
    struct db_value said;
    struct err err = db_one(s->db, &a, "PRAGMA integrity_check(1)", DB_NO_VALUES, &said, 1);
    bool whole = err.code == E_OK && bytes_same(said.bytes, BYTES_LITERAL("ok"));

    arena_free(&a);
    return whole;
}

const struct store_kind store_db = {"db", open_db, add_db, halves_db, is_whole_db, close_db};

/* ---- a vault */

static const struct bytes PASSPHRASE = {(const uint8_t *)"correct horse", 13};

/* The same each time; what a nonce is does not matter here. */
static struct err draw(void *ctx, uint8_t *out, size_t n)
{
    uint64_t *drawn = ctx;

    for (size_t i = 0; i < n; i++)
        out[i] = (uint8_t)((*drawn += UINT64_C(0x9e3779b97f4a7c15)) >> 56);
    return OK;
}

static struct store *open_vault(struct disk *d, bool create, struct err *why)
{
    struct store *s = store_new();

    s->drawn = disk_counts(d).writes;
    s->random = (struct random){draw, &s->drawn};
    *why = sqlite_open_on(&s->db, disk_vfs(d), "vault.db", create, true);
    if (why->code == E_OK)
        *why = db_script(s->db, OFTEN);
    if (why->code == E_OK)
        *why = vault_open(&s->vault, s->db, PASSPHRASE, &s->random);
    if (why->code == E_ABSENT && s->db != NULL && create)
        *why = vault_create(&s->vault, s->db, PASSPHRASE, PASSWORD_COST_LEAST, &s->random);
    if (why->code == E_OK)
        return s;
    close_db(s);
    return NULL;
}

static struct err add_vault(struct store *s, int number, bool commit)
{
    struct err err;

    TRY(vault_begin(s->vault));
    err =
        vault_put(s->vault, VAULT_CONTACT, BYTES_LITERAL("one"), (uint64_t)number, body_of(number));
    if (err.code == E_OK)
        err = vault_put(s->vault, VAULT_CONTACT, BYTES_LITERAL("two"), (uint64_t)number,
                        BYTES_LITERAL("half"));
    if (err.code == E_OK && commit)
        return vault_commit(s->vault);
    vault_rollback(s->vault);
    return err;
}

static int halves_vault(struct store *s, int number)
{
    struct arena a = ARENA(2 * BODY_MOST);
    struct bytes one = {NULL, 0}, two = {NULL, 0};
    struct err first =
        vault_get(s->vault, VAULT_CONTACT, BYTES_LITERAL("one"), (uint64_t)number, &a, &one);
    struct err second =
        vault_get(s->vault, VAULT_CONTACT, BYTES_LITERAL("two"), (uint64_t)number, &a, &two);
    int n = (first.code == E_OK && bytes_same(one, body_of(number))) + (second.code == E_OK);
    bool known = (first.code == E_OK || first.code == E_ABSENT) &&
                 (second.code == E_OK || second.code == E_ABSENT);

    arena_free(&a);
    return known ? n : -1;
}

static bool is_whole_vault(struct store *s)
{
    return is_whole_db(s) && !vault_is_damaged(s->vault);
}

const struct store_kind store_vault = {"vault",      open_vault,     add_vault,
                                       halves_vault, is_whole_vault, close_db};
