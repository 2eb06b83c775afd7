/* SPDX-License-Identifier: Apache-2.0 */
#include "client/vault_slot.h"

#include <stdlib.h>

#include "client/vault.h"
#include "crypto/secret.h"

/* Rows of one size, numbered as they come: the table grows at its end alone, and a row that is
 * written anew stays where it is. */
static const char *const STEPS[] = {
    "CREATE TABLE slot (number INTEGER PRIMARY KEY, key BLOB NOT NULL);"
    "CREATE TABLE slot_free (number INTEGER PRIMARY KEY);",
};
const struct schema vault_slot_schema = {"slot", STEPS, sizeof STEPS / sizeof STEPS[0]};

static const char SELECT[] = "SELECT key FROM slot WHERE number = $1";
static const char SELECT_OF[] = "SELECT slot FROM record WHERE kind = $1 AND key = $2"
                                " AND number = $3";
static const char SELECT_ALL[] = "SELECT number, key FROM slot WHERE number <= $1 ORDER BY number";
static const char SELECT_MOST[] = "SELECT max(0, coalesce(max(number), 0)) FROM slot";
static const char INSERT[] = "INSERT INTO slot (key) VALUES ($1)";
static const char UPDATE[] = "UPDATE slot SET key = $2 WHERE number = $1";
static const char BLANK[] = "UPDATE slot SET key = zeroblob(length(key)) WHERE number = $1";
static const char SELECT_FREE[] = "SELECT number FROM slot_free LIMIT 1";
static const char INSERT_FREE[] = "INSERT INTO slot_free (number) VALUES ($1)";
static const char DELETE_FREE[] = "DELETE FROM slot_free WHERE number = $1";

/* One that was wiped, to be used again.  E_ABSENT. */
static struct err take_free(struct db *db, struct bytes key, uint64_t *slot)
{
    struct arena a = ARENA(1024);
    struct db_value number;
    struct err err = db_one(db, &a, SELECT_FREE, DB_NO_VALUES, &number, 1);

    arena_free(&a);
    TRY(err);
    TRY(db_run(db, DELETE_FREE, DB_VALUES(number), NULL));
    TRY(db_run(db, UPDATE, DB_VALUES(number, DB_BYTES_OF(key)), NULL));
    *slot = (uint64_t)number.number;
    return OK;
}

static struct err fill(struct db *db, struct random *random, uint64_t *slot,
                       uint8_t key[AEAD_KEY_SIZE])
{
    struct err err;

    TRY(random_fill(random, key, AEAD_KEY_SIZE));
    err = take_free(db, bytes(key, AEAD_KEY_SIZE), slot);
    if (err.code != E_ABSENT)
        return err;
    TRY(db_run(db, INSERT, DB_VALUES(DB_BYTES_OF(bytes(key, AEAD_KEY_SIZE))), NULL));
    *slot = (uint64_t)db_inserted(db);
    return OK;
}

static struct err get_key(struct db *db, uint64_t slot, uint8_t key[AEAD_KEY_SIZE])
{
    struct arena a = ARENA(1024);
    struct db_value v;
    struct err err = db_one(db, &a, SELECT, DB_VALUES(DB_NUMBER_OF(slot)), &v, 1);

    if (err.code == E_OK && v.bytes.n != AEAD_KEY_SIZE)
        err = FAIL(E_MALFORMED);
    if (err.code == E_OK)
        memcpy(key, v.bytes.at, AEAD_KEY_SIZE);
    arena_free(&a);
    return err;
}

bool vault_slot_has(uint8_t kind)
{
    return kind == VAULT_MESSAGE || kind == VAULT_OUTBOX || kind == VAULT_SENT ||
           kind == VAULT_GIVING_PIECE || kind == VAULT_TAKING_REST || kind == VAULT_TRANSFER;
}

/* Of a record that stands there already; 0: it has none, or does not. */
static struct err find(struct db *db, const struct vault_name *name, uint64_t *slot)
{
    struct arena a = ARENA(1024);
    struct db_value found = {.number = 0};
    struct err err = OK;

    if (vault_slot_has(name->kind))
        err = db_one(db, &a, SELECT_OF,
                     DB_VALUES(DB_NUMBER_OF(name->kind), DB_BYTES_OF(BYTES(name->key)),
                               DB_NUMBER_OF(name->number)),
                     &found, 1);
    arena_free(&a);
    *slot = err.code == E_OK ? (uint64_t)found.number : 0;
    return err.code == E_ABSENT ? OK : err;
}

struct err vault_slot_seal(struct db *db, struct random *random, const struct vault_name *name,
                           struct bytes value, uint64_t *slot, struct buf *out)
{
    struct err err = OK;
    uint8_t key[AEAD_KEY_SIZE] = {0}, *at;

    TRY(find(db, name, slot));
    if (*slot == 0 && !vault_slot_has(name->kind))
        return OK;
    TRY_OUT(*slot == 0 ? fill(db, random, slot, key) : get_key(db, *slot, key));
    at = buf_extend(out, value.n + VAULT_SLOT_OVERHEAD);
    if (at == NULL)
        TRY_OUT(FAIL(out->failed));
    TRY_OUT(random_fill(random, at, AEAD_NONCE_SIZE));
    TRY_OUT(aead_seal(key, at, (struct bytes){0}, value, at + AEAD_NONCE_SIZE));
out:
    secret_wipe(key, sizeof key);
    return err;
}

struct err vault_slot_open(const struct vault_slot *slot, uint8_t *at, size_t n,
                           struct bytes *value)
{
    if (slot->number == 0) {
        *value = bytes(at, n);
        return OK;
    }
    if (slot->key.n != AEAD_KEY_SIZE || n < VAULT_SLOT_OVERHEAD)
        return FAIL(E_FORGED);
    at += AEAD_NONCE_SIZE;
    n -= AEAD_NONCE_SIZE;
    TRY(aead_open(slot->key.at, at - AEAD_NONCE_SIZE, (struct bytes){0}, bytes(at, n), at));
    *value = bytes(at, n - AEAD_TAG_SIZE);
    return OK;
}

struct err vault_slot_wipe(struct db *db, const struct vault_name *name)
{
    uint64_t slot;

    TRY(find(db, name, &slot));
    if (slot == 0)
        return OK;
    TRY(db_run(db, BLANK, DB_VALUES(DB_NUMBER_OF(slot)), NULL));
    return db_run(db, INSERT_FREE, DB_VALUES(DB_NUMBER_OF(slot)), NULL);
}

/* ---- all of them */

static struct err count(struct db *db, uint64_t *n)
{
    struct arena a = ARENA(1024);
    struct db_value most;
    struct err err = db_one(db, &a, SELECT_MOST, DB_NO_VALUES, &most, 1);

    arena_free(&a);
    TRY(err);
    *n = most.number > VAULT_SLOTS_HELD ? VAULT_SLOTS_HELD : (uint64_t)most.number;
    return OK;
}

/* A number that is missing leaves a key of zeros, under which nothing opens. */
static struct err read_keys(struct vault_slots *s)
{
    struct db_query *q;
    struct err err;
    bool more;

    TRY(db_begin_query(s->db, SELECT_ALL, DB_VALUES(DB_NUMBER_OF(s->n)), &q));
    while ((err = db_next(q, &more)).code == E_OK && more) {
        int64_t number = db_number(q, 0);
        struct bytes key = db_bytes(q, 1);

        if (number >= 1 && (uint64_t)number <= s->n && key.n == AEAD_KEY_SIZE)
            memcpy(s->key + ((uint64_t)number - 1) * AEAD_KEY_SIZE, key.at, AEAD_KEY_SIZE);
    }
    db_end_query(q);
    return err;
}

void vault_slot_free_all(struct vault_slots *s)
{
    aead_key_free(s->cipher);
    if (s->key != NULL)
        secret_wipe(s->key, s->n * AEAD_KEY_SIZE);
    free(s->key);
    *s = (struct vault_slots){.db = s->db};
}

static struct err take_all(struct vault_slots *s)
{
    const uint8_t none[AEAD_KEY_SIZE] = {0};
    struct err err = OK;

    TRY(count(s->db, &s->n));
    s->key = calloc(s->n + 1, AEAD_KEY_SIZE);
    if (s->key == NULL)
        TRY_OUT(FAIL(E_NOMEM));
    TRY_OUT(read_keys(s));
    TRY_OUT(aead_key_take(none, &s->cipher));
out:
    if (err.code != E_OK)
        vault_slot_free_all(s);
    return err;
}

/* Its key, among those that are held or from the table. */
static struct err find_key(const struct vault_slots *s, uint64_t slot, uint8_t key[AEAD_KEY_SIZE])
{
    struct err err;

    if (slot >= 1 && slot <= s->n) {
        memcpy(key, s->key + (slot - 1) * AEAD_KEY_SIZE, AEAD_KEY_SIZE);
        return OK;
    }
    err = get_key(s->db, slot, key);
    return err.code == E_ABSENT || err.code == E_MALFORMED ? FAIL(E_FORGED) : err;
}

struct err vault_slot_open_all(struct vault_slots *s, uint64_t slot, uint8_t *at, size_t n,
                               struct bytes *value)
{
    struct err err = OK;
    uint8_t key[AEAD_KEY_SIZE] = {0}, *text = at + AEAD_NONCE_SIZE;

    if (slot == 0) {
        *value = bytes(at, n);
        return OK;
    }
    if (n < VAULT_SLOT_OVERHEAD)
        return FAIL(E_FORGED);
    if (s->cipher == NULL)
        TRY(take_all(s));
    n -= AEAD_NONCE_SIZE;
    TRY_OUT(find_key(s, slot, key));
    TRY_OUT(aead_open_as(s->cipher, key, at, (struct bytes){0}, bytes(text, n), text));
    *value = bytes(text, n - AEAD_TAG_SIZE);
out:
    secret_wipe(key, sizeof key);
    return err;
}
