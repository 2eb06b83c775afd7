/* SPDX-License-Identifier: Apache-2.0 */
#include "client/vault.h"

#include <stdlib.h>

#include "base/fault.h"
#include "base/reader.h"
#include "client/vault_key.h"
#include "client/vault_name.h"
#include "client/vault_seal.h"
#include "client/vault_slot.h"
#include "crypto/kdf.h"
#include "crypto/secret.h"
#include "storage/migrate.h"

#define SEALED_MAX (VAULT_VALUE_MAX + VAULT_SLOT_OVERHEAD + VAULT_SEAL_OVERHEAD)

struct vault {
    struct db *db;
    struct random *random;
    struct aead_key *seal; /* NULL: it was destroyed */
    struct vault_names names;
    unsigned depth;
    bool damaged; /* a record did not open */
};

static const char *const STEPS[] = {
    "CREATE TABLE vault (id INTEGER PRIMARY KEY CHECK (id = 1), header BLOB NOT NULL);"
    "CREATE TABLE record (kind INTEGER NOT NULL, key BLOB NOT NULL, number INTEGER NOT NULL,"
    " value BLOB NOT NULL, PRIMARY KEY (kind, key, number)) WITHOUT ROWID;",
    "ALTER TABLE record ADD COLUMN slot INTEGER;",
};
static const struct schema SCHEMA = {"vault", STEPS, sizeof STEPS / sizeof STEPS[0]};

/* One database, and the steps of both in one transaction. */
struct err vault_prepare(struct db *db)
{
    const struct schema schemas[] = {SCHEMA, tries_schema, spare_key_schema, vault_slot_schema};

    return migrate(db, schemas, sizeof schemas / sizeof schemas[0]);
}

static const char INSERT_HEADER[] = "INSERT INTO vault (id, header) VALUES (1, $1)";
static const char UPDATE_HEADER[] = "UPDATE vault SET header = $1 WHERE id = 1";
static const char DELETE_HEADER[] = "DELETE FROM vault WHERE id = 1";
static const char SELECT_HEADER[] = "SELECT header FROM vault WHERE id = 1";
static const char PUT[] =
    "INSERT INTO record (kind, key, number, value, slot) VALUES ($1, $2, $3, $4, $5)"
    " ON CONFLICT (kind, key, number) DO UPDATE SET value = $4, slot = $5";
static const char ALL[] = "SELECT key, number, value, slot, kind FROM record";
static const char EACH[] = "SELECT key, number, value, slot FROM record WHERE kind = $1";
#define ROWS                                                                        \
    "SELECT r.key, r.number, r.value, r.slot, s.key FROM record r LEFT JOIN slot s" \
    " ON s.number = r.slot"
static const char GET[] = ROWS " WHERE r.kind = $1 AND r.key = $2 AND r.number = $3";
static const char NEXT[] = ROWS " WHERE r.kind = $1 AND r.key = $2 AND r.number >= $3"
                                " ORDER BY r.number LIMIT 1";
static const char LAST[] = ROWS " WHERE r.kind = $1 AND r.key = $2 AND r.number <= $3"
                                " ORDER BY r.number DESC LIMIT 1";
static const char ERASE[] = "DELETE FROM record WHERE kind = $1 AND key = $2 AND number = $3";
static const char ERASE_BELOW[] = "DELETE FROM record WHERE kind = $1 AND number < $2";

/* The vault's own random key, from which the others follow. */
static struct err derive_keys(struct vault *v, const uint8_t root[AEAD_KEY_SIZE])
{
    struct err err = OK;
    uint8_t key[AEAD_KEY_SIZE] = {0};

    TRY_OUT(kdf_hkdf((struct bytes){0}, bytes(root, AEAD_KEY_SIZE), BYTES_LABEL("tacet vault seal"),
                     key, sizeof key));
    TRY_OUT(aead_key_take(key, &v->seal));
    TRY_OUT(kdf_hkdf((struct bytes){0}, bytes(root, AEAD_KEY_SIZE),
                     BYTES_LABEL("tacet vault index"), v->names.index_key,
                     sizeof v->names.index_key));
out:
    secret_wipe(key, sizeof key);
    return err;
}

static struct err new_vault(struct db *db, struct random *random, struct vault **out)
{
    struct vault *v = calloc(1, sizeof *v);

    if (v == NULL)
        return FAIL(E_NOMEM);
    v->db = db;
    v->random = random;
    *out = v;
    return OK;
}

struct err vault_create(struct vault **out, struct db *db, struct bytes passphrase, uint8_t cost,
                        struct random *random)
{
    struct err err = OK;
    struct vault *v = NULL;
    struct buf header = BUF(VAULT_KEY_HEADER_SIZE);
    uint8_t root[AEAD_KEY_SIZE] = {0};

    if (passphrase.n > VAULT_PASSPHRASE_MAX)
        return FAIL(E_LIMIT);
    TRY_OUT(new_vault(db, random, &v));
    TRY_OUT(vault_prepare(db));
    TRY_OUT(random_fill(random, root, sizeof root));
    TRY_OUT(derive_keys(v, root));
    TRY_OUT(vault_key_seal(root, passphrase, cost, random, &header));
    TRY_OUT(db_begin(db));
    err = db_run(db, INSERT_HEADER, DB_VALUES(DB_BYTES_OF(buf_view(&header))), NULL);
    if (err.code != E_OK) {
        db_rollback(db);
        goto out;
    }
    TRY_OUT(db_commit(db));
    *out = v;
    v = NULL;
out:
    secret_wipe(root, sizeof root);
    buf_free(&header);
    vault_close(v);
    return err;
}

/* Rows are sealed each for itself, so that one that went would not be missed: but SQLite sees that
 * pages or their order are broken. */
static struct err check_whole(struct db *db, struct arena *a)
{
    struct db_value said;

    TRY(db_one(db, a, "PRAGMA quick_check(1)", DB_NO_VALUES, &said, 1));
    return bytes_same(said.bytes, BYTES_LITERAL("ok")) ? OK : FAIL(E_MALFORMED);
}

/* ---- rows */

/* As they stand behind one another on disk; the key of the slot is empty where there is none. */
enum column { KEY, NUMBER, VALUE, SLOT, KIND, ALL_COLUMNS, SLOT_KEY = KIND, COLUMNS };

/* Every row, or every one of a kind, one after the other. */
struct walk {
    struct vault *v;
    int64_t kind; /* 0: of all */
    struct db_query *rows;
    struct vault_slots slots;
    struct buf room;
    struct vault_name name;
    struct bytes value;
};

/* The row at hand.  Damage may take the name of a row and leave the order as it was: then what it
 * holds would only not be found.  But it does not open under another name. */
static struct err open_row(struct walk *w)
{
    int64_t kind = w->kind == 0 ? db_number(w->rows, KIND) : w->kind;
    struct bytes key = db_bytes(w->rows, KEY), sealed = db_bytes(w->rows, VALUE);

    if (kind < 1 || kind > UINT8_MAX || key.n != VAULT_NAME_SIZE ||
        sealed.n < VAULT_SEAL_OVERHEAD || sealed.n > SEALED_MAX)
        return FAIL(E_FORGED);
    w->name = vault_name((uint8_t)kind, key.at, (uint64_t)db_number(w->rows, NUMBER));
    buf_cut(&w->room, 0);
    if (buf_extend(&w->room, sealed.n - VAULT_SEAL_OVERHEAD) == NULL)
        return FAIL(w->room.failed);
    TRY(vault_seal_open(w->v->seal, &w->name, sealed, w->room.at));
    return vault_slot_open_all(&w->slots, (uint64_t)db_number(w->rows, SLOT), w->room.at, w->room.n,
                               &w->value);
}

/* Kind 0: of all kinds.  `visit` NULL: it opens, and that is all. */
static struct err walk(struct vault *v, uint8_t kind, vault_visit_fn *visit, void *ctx)
{
    struct err err = OK;
    struct walk w = {.v = v, .kind = kind, .slots = {.db = v->db}, .room = BUF(SEALED_MAX)};
    bool more = true;

    TRY_OUT(kind == 0 ? db_begin_query(v->db, ALL, DB_NO_VALUES, &w.rows)
                      : db_begin_query(v->db, EACH, DB_VALUES(DB_NUMBER_OF(kind)), &w.rows));
    while (true) {
        TRY_OUT(db_next(w.rows, &more));
        if (!more)
            break;
        err = open_row(&w);
        v->damaged |= err.code == E_FORGED;
        if (err.code == E_OK && visit != NULL)
            err = visit(ctx, w.name.number, w.value);
        if (err.code != E_OK)
            break;
    }
out:
    db_end_query(w.rows);
    vault_slot_free_all(&w.slots);
    buf_free(&w.room);
    return err;
}

/* A try that is counted, unless `tries` is NULL.  What is no header of ours is none. */
static struct err open_key(struct db *db, struct bytes header, struct bytes passphrase,
                           struct tries *tries, uint8_t root[AEAD_KEY_SIZE])
{
    struct err err;

    TRY(vault_key_check(header));
    if (tries != NULL)
        TRY(tries_begin(db, tries));
    err = vault_key_open(header, passphrase, root);
    if (tries == NULL)
        return err;
    if (err.code == E_OK)
        return tries_end(db, tries);
    if (err.code == E_DENIED)
        TRY(tries_fail(db, tries));
    return err;
}

/* How it is opened: with a spare key, or if that is NULL with the passphrase. */
struct opener {
    const uint8_t *spare; /* SPARE_KEY_SIZE bytes */
    struct bytes passphrase;
    struct tries *tries; /* NULL: not counted */
};

static struct err open_vault(struct vault **out, struct db *db, const struct opener *with,
                             struct random *random)
{
    struct err err = OK;
    struct vault *v = NULL;
    struct arena a = ARENA(4096);
    struct db_value header;
    uint8_t root[AEAD_KEY_SIZE] = {0};

    if (with->passphrase.n > VAULT_PASSPHRASE_MAX)
        return FAIL(E_LIMIT);
    TRY_OUT(new_vault(db, random, &v));
    TRY_OUT(vault_prepare(db));
    TRY_OUT(db_one(db, &a, SELECT_HEADER, DB_NO_VALUES, &header, 1));
    TRY_OUT(with->spare != NULL ? spare_key_open(db, with->spare, root)
                                : open_key(db, header.bytes, with->passphrase, with->tries, root));
    TRY_OUT(check_whole(db, &a));
    TRY_OUT(derive_keys(v, root));
    TRY_OUT(walk(v, 0, NULL, NULL));
    *out = v;
    v = NULL;
out:
    secret_wipe(root, sizeof root);
    arena_free(&a);
    vault_close(v);
    return err;
}

struct err vault_open(struct vault **out, struct db *db, struct bytes passphrase,
                      struct random *random)
{
    const struct opener with = {.passphrase = passphrase};

    return open_vault(out, db, &with, random);
}

struct err vault_open_counted(struct vault **out, struct db *db, struct bytes passphrase,
                              struct random *random, struct tries *tries)
{
    const struct opener with = {.passphrase = passphrase, .tries = tries};

    return open_vault(out, db, &with, random);
}

struct err vault_open_spare(struct vault **out, struct db *db, const uint8_t key[SPARE_KEY_SIZE],
                            struct random *random)
{
    const struct opener with = {.spare = key};
    struct err err = open_vault(out, db, &with, random);

    return err.code == E_ABSENT ? FAIL(E_DENIED) : err;
}

/* The vault's key, while it is open, from who knows the passphrase; and what the seal cost. */
static struct err read_root(struct vault *v, struct bytes passphrase, uint8_t root[AEAD_KEY_SIZE],
                            uint8_t *cost)
{
    struct arena a = ARENA(4096);
    struct db_value header;
    struct err err = db_one(v->db, &a, SELECT_HEADER, DB_NO_VALUES, &header, 1);

    if (err.code == E_OK)
        err = vault_key_open(header.bytes, passphrase, root);
    if (err.code == E_OK)
        *cost = vault_key_cost(header.bytes);
    arena_free(&a);
    return err;
}

/* The sealed key that stands there, sealed anew: nothing else changes. */
static struct err reseal(struct vault *v, struct bytes old, struct bytes fresh, uint8_t cost,
                         struct buf *header)
{
    struct err err = OK;
    uint8_t root[AEAD_KEY_SIZE] = {0}, before;

    TRY_OUT(read_root(v, old, root, &before));
    TRY_OUT(vault_key_seal(root, fresh, cost > before ? cost : before, v->random, header));
out:
    secret_wipe(root, sizeof root);
    return err;
}

struct err vault_change_passphrase(struct vault *v, struct bytes old, struct bytes fresh,
                                   uint8_t cost)
{
    struct err err = OK;
    struct buf header = BUF(VAULT_KEY_HEADER_SIZE);

    invariant(v->depth == 0);
    if (old.n > VAULT_PASSPHRASE_MAX || fresh.n > VAULT_PASSPHRASE_MAX)
        return FAIL(E_LIMIT);
    TRY_OUT(reseal(v, old, fresh, cost, &header));
    TRY_OUT(db_empty_log(v->db)); /* so that what follows needs no more room in the file */
    TRY_OUT(vault_begin(v));
    TRY_OUT(vault_end(
        v, db_run(v->db, UPDATE_HEADER, DB_VALUES(DB_BYTES_OF(buf_view(&header))), NULL)));
    /* Until then the old one stands in the file, below the log. */
    if (db_empty_log(v->db).code != E_OK)
        err = FAIL(E_IO);
out:
    buf_free(&header);
    return err;
}

struct err vault_add_spare(struct vault *v, struct bytes passphrase, struct spare_key *out)
{
    struct err err = OK;
    uint8_t root[AEAD_KEY_SIZE] = {0}, cost;

    if (passphrase.n > VAULT_PASSPHRASE_MAX)
        return FAIL(E_LIMIT);
    TRY_OUT(read_root(v, passphrase, root, &cost));
    TRY_OUT(vault_begin(v));
    TRY_OUT(vault_end(v, spare_key_seal(v->db, root, v->random, out)));
out:
    secret_wipe(root, sizeof root);
    return err;
}

struct err vault_drop_spare(struct vault *v)
{
    TRY(vault_begin(v));
    TRY(vault_end(v, spare_key_erase(v->db)));
    return db_empty_log(v->db);
}

struct err vault_destroy_closed(struct db *db)
{
    static const uint8_t nothing[VAULT_KEY_HEADER_SIZE];
    struct err err;

    TRY(db_begin(db));
    err = db_run(db, UPDATE_HEADER, DB_VALUES(DB_BYTES_OF(BYTES(nothing))), NULL);
    if (err.code == E_OK)
        err = db_run(db, DELETE_HEADER, DB_NO_VALUES, NULL);
    if (err.code == E_OK)
        err = spare_key_erase(db);
    if (err.code != E_OK) {
        db_rollback(db);
        return err;
    }
    TRY(db_commit(db));
    return db_empty_log(db); /* until then it stands in the file, below the log */
}

struct err vault_destroy(struct vault *v)
{
    struct err err;

    invariant(v->depth == 0);
    err = vault_destroy_closed(v->db);
    aead_key_free(v->seal);
    v->seal = NULL;
    secret_wipe(&v->names, sizeof v->names);
    v->damaged = true;
    return err;
}

void vault_close(struct vault *v)
{
    if (v == NULL)
        return;
    aead_key_free(v->seal);
    secret_wipe(v, sizeof *v);
    free(v);
}

bool vault_is_damaged(const struct vault *v)
{
    return v->damaged;
}

struct err vault_begin(struct vault *v)
{
    TRY(db_begin(v->db));
    v->depth++;
    return OK;
}

struct err vault_commit(struct vault *v)
{
    invariant(v->depth > 0);
    if (v->damaged) {
        vault_rollback(v);
        return FAIL(E_IO);
    }
    v->depth--;
    if (v->depth > 0)
        return db_commit(v->db);
    fault_point("client-before-commit");
    TRY(db_commit(v->db));
    fault_point("client-after-commit");
    return OK;
}

void vault_rollback(struct vault *v)
{
    invariant(v->depth > 0);
    v->depth--;
    db_rollback(v->db);
}

struct err vault_end(struct vault *v, struct err err)
{
    if (err.code == E_OK)
        return vault_commit(v);
    vault_rollback(v);
    return err;
}

struct err vault_put(struct vault *v, enum vault_kind kind, struct bytes key, uint64_t number,
                     struct bytes value)
{
    struct err err = OK;
    struct vault_name name;
    struct buf within = BUF(SEALED_MAX), sealed = BUF(SEALED_MAX);
    uint64_t slot;

    invariant(v->depth > 0);
    if (value.n > VAULT_VALUE_MAX)
        return FAIL(E_LIMIT);
    TRY(vault_name_find(&v->names, (uint8_t)kind, key, number, &name));
    TRY_OUT(vault_slot_seal(v->db, v->random, &name, value, &slot, &within));
    TRY_OUT(vault_seal(v->seal, v->random, &name, slot == 0 ? value : buf_view(&within), &sealed));
    TRY_OUT(db_run(v->db, PUT,
                   DB_VALUES(DB_NUMBER_OF(kind), DB_BYTES_OF(BYTES(name.key)), DB_NUMBER_OF(number),
                             DB_BYTES_OF(buf_view(&sealed)), DB_NUMBER_OF(slot)),
                   NULL));
out:
    buf_free(&within);
    buf_free(&sealed);
    return err;
}

/* Runs one of GET, NEXT, LAST and opens what it finds. */
static struct err fetch(struct vault *v, const char *sql, struct vault_name *name, struct arena *a,
                        struct bytes *value)
{
    struct db_value row[COLUMNS];
    struct vault_slot slot;
    uint8_t *out;
    struct err err;

    TRY(db_one(v->db, a, sql,
               DB_VALUES(DB_NUMBER_OF(name->kind), DB_BYTES_OF(BYTES(name->key)),
                         DB_NUMBER_OF(name->number)),
               row, COLUMNS));
    vault_name_move(name, (uint64_t)row[NUMBER].number);
    slot = (struct vault_slot){(uint64_t)row[SLOT].number, row[SLOT_KEY].bytes};
    out = arena_alloc(a, row[VALUE].bytes.n); /* more than enough */
    if (out == NULL)
        return FAIL(E_NOMEM);
    err = vault_seal_open(v->seal, name, row[VALUE].bytes, out);
    if (err.code == E_OK)
        err = vault_slot_open(&slot, out, row[VALUE].bytes.n - VAULT_SEAL_OVERHEAD, value);
    v->damaged |= err.code == E_FORGED;
    return err;
}

struct err vault_get(struct vault *v, enum vault_kind kind, struct bytes key, uint64_t number,
                     struct arena *a, struct bytes *value)
{
    struct vault_name name;

    TRY(vault_name_find(&v->names, (uint8_t)kind, key, number, &name));
    return fetch(v, GET, &name, a, value);
}

struct err vault_has(struct vault *v, enum vault_kind kind, struct bytes key, uint64_t number,
                     bool *has)
{
    struct arena a = ARENA(2 * VAULT_VALUE_MAX + 4096);
    struct bytes value;
    struct err err = vault_get(v, kind, key, number, &a, &value);

    arena_free(&a);
    if (err.code != E_OK && err.code != E_ABSENT)
        return err;
    *has = err.code == E_OK;
    return OK;
}

static struct err neighbour(struct vault *v, const char *sql, enum vault_kind kind,
                            struct bytes key, uint64_t *number, struct arena *a,
                            struct bytes *value)
{
    struct vault_name name;

    TRY(vault_name_find(&v->names, (uint8_t)kind, key, *number, &name));
    TRY(fetch(v, sql, &name, a, value));
    *number = name.number;
    return OK;
}

struct err vault_next(struct vault *v, enum vault_kind kind, struct bytes key, uint64_t from,
                      struct arena *a, uint64_t *number, struct bytes *value)
{
    uint64_t at = from;

    TRY(neighbour(v, NEXT, kind, key, &at, a, value));
    *number = at;
    return OK;
}

struct err vault_last(struct vault *v, enum vault_kind kind, struct bytes key, uint64_t most,
                      struct arena *a, uint64_t *number, struct bytes *value)
{
    uint64_t at = most > INT64_MAX ? INT64_MAX : most;

    TRY(neighbour(v, LAST, kind, key, &at, a, value));
    *number = at;
    return OK;
}

struct err vault_each(struct vault *v, enum vault_kind kind, vault_visit_fn *visit, void *ctx)
{
    return walk(v, (uint8_t)kind, visit, ctx);
}

struct err vault_erase(struct vault *v, enum vault_kind kind, struct bytes key, uint64_t number)
{
    struct vault_name name;

    invariant(v->depth > 0);
    TRY(vault_name_find(&v->names, (uint8_t)kind, key, number, &name));
    TRY(vault_slot_wipe(v->db, &name));
    return db_run(v->db, ERASE,
                  DB_VALUES(DB_NUMBER_OF(kind), DB_BYTES_OF(BYTES(name.key)), DB_NUMBER_OF(number)),
                  NULL);
}

struct err vault_bury(struct vault *v)
{
    return v->depth > 0 ? FAIL(E_CONFLICT) : db_empty_log(v->db);
}

struct err vault_erase_below(struct vault *v, enum vault_kind kind, uint64_t number)
{
    invariant(v->depth > 0 && !vault_slot_has((uint8_t)kind));
    return db_run(v->db, ERASE_BELOW, DB_VALUES(DB_NUMBER_OF(kind), DB_NUMBER_OF(number)), NULL);
}

struct err vault_counter_get(struct vault *v, enum vault_counter which, uint64_t *value)
{
    struct arena a = ARENA(1024);
    struct bytes stored;
    struct err err = vault_get(v, VAULT_COUNTER, (struct bytes){0}, which, &a, &stored);

    *value = 0;
    if (err.code == E_ABSENT) {
        err = OK;
    } else if (err.code == E_OK) {
        struct reader r = reader(stored);

        *value = reader_u64(&r);
        err = reader_end(&r);
    }
    arena_free(&a);
    return err;
}

struct err vault_counter_set(struct vault *v, enum vault_counter which, uint64_t value)
{
    struct buf b = BUF(8);
    struct err err;

    buf_u64(&b, value);
    err = vault_put(v, VAULT_COUNTER, (struct bytes){0}, which, buf_view(&b));
    buf_free(&b);
    return err;
}

struct err vault_count(struct vault *v, enum vault_counter which, uint64_t *value)
{
    TRY(vault_counter_get(v, which, value));
    (*value)++;
    return vault_counter_set(v, which, *value);
}
