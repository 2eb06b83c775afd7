/* SPDX-License-Identifier: Apache-2.0 */
#include "client/recovering.h"

#include "base/reader.h"
#include "crypto/secret.h"

static const struct bytes NO_KEY = {NULL, 0};

#define RECORD_MAX (RECOVERY_BLOB_MOST + 128)

/* ---- records */

struct err recovering_put(struct vault *v, uint64_t number, const struct recovering_key *key)
{
    struct err err = OK;
    struct buf b = BUF(RECORD_MAX);
    struct bytes value;
    size_t at;

    buf_u8(&b, (uint8_t)key->state);
    buf_bytes(&b, ID_BYTES(key->did));
    buf_bytes(&b, BYTES(key->slot));
    buf_u64(&b, key->kept_ms);
    at = buf_open(&b);
    buf_bytes(&b, key->blob);
    buf_close(&b, at);
    TRY_OUT(buf_end(&b, &value));
    TRY_OUT(vault_put(v, VAULT_RECOVERY, NO_KEY, number, value));
out:
    buf_free(&b);
    return err;
}

struct err recovering_get(struct vault *v, uint64_t number, struct arena *a,
                          struct recovering_key *out)
{
    struct recovering_key key;
    struct bytes value;
    struct reader r;

    TRY(vault_get(v, VAULT_RECOVERY, NO_KEY, number, a, &value));
    r = reader(value);
    key.state = (enum recovering_state)reader_u8(&r);
    reader_copy(&r, key.did.b, sizeof key.did.b);
    reader_copy(&r, key.slot, sizeof key.slot);
    key.kept_ms = reader_u64(&r);
    key.blob = reader_block(&r, RECOVERY_BLOB_MOST);
    TRY(reader_end(&r));
    *out = key;
    return OK;
}

struct err recovering_erase(struct vault *v, uint64_t number)
{
    return vault_erase(v, VAULT_RECOVERY, NO_KEY, number);
}

/* ---- how things stand */

/* Is the one of this number that of the account's list? */
static struct err find(struct vault *v, uint64_t number, const struct device_id *listed,
                       struct arena *a, struct recovering_key *out, bool *is)
{
    struct err err = recovering_get(v, number, a, out);

    *is = err.code == E_OK && ID_SAME(out->did, *listed);
    return err.code == E_ABSENT ? OK : err;
}

static struct err look(struct vault *v, const struct own *own, struct arena *a,
                       struct recovering_key *key, enum recovering_state *out)
{
    const struct device_entry *listed = device_list_recovery(&own->list);
    bool is;

    *out = RECOVERING_NONE;
    if (listed == NULL)
        return OK;
    TRY(find(v, RECOVERING_NEW, &listed->did, a, key, &is));
    if (!is)
        TRY(find(v, RECOVERING_IN_FORCE, &listed->did, a, key, &is));
    *out = is ? key->state : RECOVERING_ELSEWHERE;
    return OK;
}

struct err recovering_look(struct vault *v, const struct own *own, enum recovering_state *out)
{
    struct arena a = ARENA(2 * RECORD_MAX);
    struct recovering_key key;
    struct err err = look(v, own, &a, &key, out);

    arena_free(&a);
    return err;
}

/* The slot says it; that they open the blob, for whoever confirms it, says it once more. */
static struct err compare(const struct own *own, const struct recovering_key *key,
                          const struct recovery_key *typed)
{
    struct err err = OK;
    struct buf plain = BUF(RECOVERY_PLAIN_MOST);
    struct recovery_account account = {.ark_secret = NULL};
    uint8_t slot[RECOVERY_SLOT_SIZE];

    TRY_OUT(recovery_slot(typed, &own->nid, slot));
    if (!secret_same(BYTES(slot), BYTES(key->slot)))
        TRY_OUT(FAIL(E_FORGED));
    TRY_OUT(recovery_open(typed, &own->nid, key->blob, &plain, &account));
    if (!ID_SAME(account.aid, own->me.who.aid))
        err = FAIL(E_FORGED);
    sign_private_free(account.ark_secret);
    sign_private_free(account.dsk_secret);
out:
    secret_wipe(slot, sizeof slot);
    buf_free(&plain);
    return err;
}

struct err recovering_compare(struct vault *v, const struct own *own, struct bytes letters)
{
    struct err err = OK;
    struct arena a = ARENA(2 * RECORD_MAX);
    struct recovering_key key;
    struct recovery_key typed;
    enum recovering_state state;

    TRY_OUT(recovery_read_letters(letters, &typed));
    TRY_OUT(look(v, own, &a, &key, &state));
    if (state == RECOVERING_NONE)
        TRY_OUT(FAIL(E_ABSENT));
    if (state == RECOVERING_ELSEWHERE || state == RECOVERING_UNSEEN)
        TRY_OUT(FAIL(E_CONFLICT));
    TRY_OUT(compare(own, &key, &typed));
out:
    secret_wipe(&typed, sizeof typed);
    arena_free(&a);
    return err;
}
