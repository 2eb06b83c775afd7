/* SPDX-License-Identifier: Apache-2.0 */
/* locking: what closes a profile, what opens it beside the passphrase, and what many wrong ones do
 * to it. */
#include <stdio.h>

#include "base/clock.h"
#include "client/host/bell.h"
#include "client/host/client_internal.h"
#include "client/host/key_store.h"
#include "crypto/secret.h"
#include "storage/sqlite/sqlite.h"

#define PATH_SIZE  4096
#define AFTER_MOST (CLOCK_DAY_MS / CLOCK_MINUTE_MS)

/* ---- the key store */

/* First the seal, then the key: cut off in between, the key store has none, and the passphrase is
 * asked for as ever.  A try like each other. */
static struct err add_seal(struct tacet_client *c, struct bytes passphrase, struct spare_key *k)
{
    struct tries tries = {.now_ms = carrier_clock()};
    struct err err;

    TRY(tries_begin(c->db, &tries));
    err = vault_add_spare(c->vault, passphrase, k);
    if (err.code == E_DENIED)
        TRY(tries_fail(c->db, &tries));
    return err.code == E_OK ? tries_end(c->db, &tries) : err;
}

static struct err add_key(struct tacet_client *c, struct bytes passphrase)
{
    struct spare_key k;
    struct err err;

    TRY(add_seal(c, passphrase, &k));
    err = key_store_put(&k);
    secret_wipe(&k, sizeof k);
    if (err.code != E_OK)
        TRY(vault_drop_spare(c->vault)); /* else it is a seal under a key that nobody has */
    return err;
}

/* First the seal: then what the key store has opens nothing, whatever becomes of it. */
static struct err drop_key(struct tacet_client *c)
{
    uint8_t name[SPARE_KEY_NAME_SIZE];
    struct err err = spare_key_name(c->db, name);

    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    TRY(vault_drop_spare(c->vault));
    err = key_store_drop(name);
    return err.code == E_ABSENT || err.code == E_AGAIN ? OK : err;
}

enum tacet_code tacet_use_key_store(struct tacet_client *c, const uint8_t *passphrase, size_t n)
{
    struct err err = passphrase == NULL ? drop_key(c) : add_key(c, bytes(passphrase, n));

    return client_code(err);
}

/* ---- now */

/* Nobody answers: does nobody have it, or one who has no bell, or has not hung it yet? */
static struct err is_nobody_there(const char *path)
{
    struct db *db = NULL;
    struct err err = sqlite_open(&db, path, false, true);

    db_close(db);
    return err.code == E_CONFLICT ? FAIL(E_AGAIN) : FAIL(E_ABSENT);
}

static struct err lock(const char *directory, int timeout_ms)
{
    char path[PATH_SIZE];
    int n = snprintf(path, sizeof path, "%s/profile.vault", directory);
    struct err err;

    if (n < 0 || n >= PATH_SIZE)
        return FAIL(E_LIMIT);
    if (!tacet_profile_exists(directory))
        return FAIL(E_ABSENT);
    err = bell_ring(path, timeout_ms);
    return err.code == E_ABSENT ? is_nobody_there(path) : err;
}

enum tacet_code tacet_lock(const char *directory, int timeout_ms)
{
    return client_code(lock(directory, timeout_ms));
}

/* ---- by itself */

static struct err get_locking(struct tacet_client *c, struct tacet_locking *out)
{
    struct tries_rules rules;
    uint64_t minutes;

    TRY(vault_counter_get(c->vault, VAULT_LOCK_AFTER, &minutes));
    TRY(tries_rules(c->db, &rules));
    *out = (struct tacet_locking){.after_minutes = (unsigned)minutes, .wipe_at = rules.wipe_at};
    return OK;
}

enum tacet_code tacet_get_locking(struct tacet_client *c, struct tacet_locking *out)
{
    return client_code(get_locking(c, out));
}

/* All of it or nothing. */
static struct err set_locking(struct tacet_client *c, const struct tacet_locking *l)
{
    struct tries_rules rules;
    struct err err;

    if (l->after_minutes > AFTER_MOST)
        return FAIL(E_LIMIT);
    TRY(tries_rules(c->db, &rules));
    rules.wipe_at = l->wipe_at;
    TRY(vault_begin(c->vault));
    err = vault_counter_set(c->vault, VAULT_LOCK_AFTER, l->after_minutes);
    if (err.code == E_OK)
        err = tries_set_rules(c->db, &rules); /* a savepoint of this one */
    return vault_end(c->vault, err);
}

enum tacet_code tacet_set_locking(struct tacet_client *c, const struct tacet_locking *l)
{
    return client_code(set_locking(c, l));
}
