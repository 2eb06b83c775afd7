/* SPDX-License-Identifier: Apache-2.0 */
#include "client/spare_key.h"

#include "crypto/kdf.h"
#include "crypto/secret.h"

#define SEALED_SIZE (AEAD_NONCE_SIZE + AEAD_KEY_SIZE + AEAD_TAG_SIZE)

static const char *const STEPS[] = {
    "CREATE TABLE spare_key (id INTEGER PRIMARY KEY CHECK (id = 1), name BLOB NOT NULL,"
    " sealed BLOB NOT NULL);",
};
const struct schema spare_key_schema = {"spare_key", STEPS, sizeof STEPS / sizeof STEPS[0]};

static const char SELECT[] = "SELECT name, sealed FROM spare_key WHERE id = 1";
static const char PUT[] = "INSERT INTO spare_key (id, name, sealed) VALUES (1, $1, $2)"
                          " ON CONFLICT (id) DO UPDATE SET name = $1, sealed = $2";
static const char BLANK[] = "UPDATE spare_key SET sealed = zeroblob(length(sealed))";
static const char DELETE[] = "DELETE FROM spare_key";

/* The key that seals: what is kept elsewhere is used for nothing else. */
static struct err derive(const uint8_t key[SPARE_KEY_SIZE], uint8_t out[AEAD_KEY_SIZE])
{
    return kdf_hkdf((struct bytes){0}, bytes(key, SPARE_KEY_SIZE), BYTES_LABEL("tacet vault spare"),
                    out, AEAD_KEY_SIZE);
}

static struct err read_row(struct db *db, struct arena *a, struct db_value v[2])
{
    TRY(db_one(db, a, SELECT, DB_NO_VALUES, v, 2));
    if (v[0].kind != DB_BYTES || v[0].bytes.n != SPARE_KEY_NAME_SIZE || v[1].kind != DB_BYTES ||
        v[1].bytes.n != SEALED_SIZE)
        return FAIL(E_MALFORMED);
    return OK;
}

struct err spare_key_name(struct db *db, uint8_t out[SPARE_KEY_NAME_SIZE])
{
    struct arena a = ARENA(1024);
    struct db_value v[2];
    struct err err = read_row(db, &a, v);

    if (err.code == E_OK)
        memcpy(out, v[0].bytes.at, SPARE_KEY_NAME_SIZE);
    arena_free(&a);
    return err;
}

struct err spare_key_seal(struct db *db, const uint8_t root[AEAD_KEY_SIZE], struct random *random,
                          struct spare_key *out)
{
    struct err err = OK;
    struct spare_key fresh;
    uint8_t over[AEAD_KEY_SIZE], sealed[SEALED_SIZE];

    TRY_OUT(random_fill(random, fresh.name, sizeof fresh.name));
    TRY_OUT(random_fill(random, fresh.key, sizeof fresh.key));
    TRY_OUT(random_fill(random, sealed, AEAD_NONCE_SIZE));
    TRY_OUT(derive(fresh.key, over));
    TRY_OUT(aead_seal(over, sealed, BYTES(fresh.name), bytes(root, AEAD_KEY_SIZE),
                      sealed + AEAD_NONCE_SIZE));
    TRY_OUT(db_run(db, PUT, DB_VALUES(DB_BYTES_OF(BYTES(fresh.name)), DB_BYTES_OF(BYTES(sealed))),
                   NULL));
    *out = fresh;
out:
    secret_wipe(over, sizeof over);
    secret_wipe(&fresh, sizeof fresh);
    return err;
}

struct err spare_key_open(struct db *db, const uint8_t key[SPARE_KEY_SIZE],
                          uint8_t root[AEAD_KEY_SIZE])
{
    struct err err = OK;
    struct arena a = ARENA(1024);
    struct db_value v[2];
    uint8_t over[AEAD_KEY_SIZE];
    struct bytes sealed;

    TRY_OUT(read_row(db, &a, v));
    sealed = v[1].bytes;
    TRY_OUT(derive(key, over));
    TRY_OUT(aead_open(over, sealed.at, v[0].bytes,
                      bytes(sealed.at + AEAD_NONCE_SIZE, sealed.n - AEAD_NONCE_SIZE), root));
out:
    secret_wipe(over, sizeof over);
    arena_free(&a);
    return err.code == E_FORGED ? FAIL(E_DENIED) : err;
}

struct err spare_key_erase(struct db *db)
{
    TRY(db_run(db, BLANK, DB_NO_VALUES, NULL));
    return db_run(db, DELETE, DB_NO_VALUES, NULL);
}
