/* SPDX-License-Identifier: Apache-2.0 */
/* The head of a vault: what is read before any key is known.  Its password costs nothing, and its
 * seal opens as it stands (see trusted.c).  Input: the head. */
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "client/vault.h"
#include "crypto/password.h"
#include "fuzz/fuzz.h"
#include "storage/sqlite/sqlite.h"

static const char UPDATE[] = "UPDATE vault SET header = $1 WHERE id = 1";

static struct random rnd;

static struct db *new_database(void)
{
    char path[] = "/tmp/tacet-fuzz-XXXXXX", log[sizeof path + 4];
    struct db *db = NULL;
    struct vault *v = NULL;
    int fd = mkstemp(path);

    rnd = random_system();
    invariant(fd >= 0);
    close(fd);
    invariant(sqlite_open(&db, path, true, true).code == E_OK);
    invariant(vault_create(&v, db, BYTES_LITERAL("passphrase"), PASSWORD_COST_LEAST, &rnd).code ==
              E_OK);
    vault_close(v);
    snprintf(log, sizeof log, "%s-wal", path);
    invariant(unlink(path) == 0); /* they live as long as this process has them open */
    unlink(log);
    return db;
}

/* A vault whose head was accepted works. */
static void works(struct vault *v)
{
    struct arena a = ARENA(4096);
    struct bytes value;

    invariant(vault_begin(v).code == E_OK);
    invariant(vault_put(v, VAULT_CONTACT, BYTES_LITERAL("k"), 1, BYTES_LITERAL("v")).code == E_OK);
    invariant(vault_get(v, VAULT_CONTACT, BYTES_LITERAL("k"), 1, &a, &value).code == E_OK ||
              vault_is_damaged(v));
    vault_rollback(v);
    arena_free(&a);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    static struct db *db;
    struct vault *v = NULL;
    struct err err;

    if (db == NULL)
        db = new_database();
    invariant(db_begin(db).code == E_OK);
    invariant(db_run(db, UPDATE, DB_VALUES(DB_BYTES_OF(bytes(at, n))), NULL).code == E_OK);
    err = vault_open(&v, db, BYTES_LITERAL("passphrase"), &rnd);
    if (err.code == E_OK) {
        works(v);
    } else {
        invariant(v == NULL);
        invariant(err.code == E_TRUNCATED || err.code == E_MALFORMED || err.code == E_VERSION ||
                  err.code == E_DENIED || err.code == E_LIMIT || err.code == E_NOMEM);
    }
    vault_close(v);
    db_rollback(db);
    return 0;
}
