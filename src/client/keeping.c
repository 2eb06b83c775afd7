/* SPDX-License-Identifier: Apache-2.0 */
/*
 * keeping: a recovery key is made, given to the server sealed, put into my account's list, and then
 * its letters are shown.  [PROTOCOL 15.6]
 *
 *   made --list--> in force --blob--> ready to be shown --shown--> unconfirmed
 *
 * The server keeps one blob of an account: that of the key in its newest list, and takes no other.
 * So it is given the blob when the list is in force, and only then are there letters.  Once a day
 * it is given again: a server that was put back from a copy may have lost it.
 * The letters are in memory alone: when the program ends before they were shown, nobody will see
 * them, and recovering_look() says so.
 */
#include "client/engine_internal.h"
#include "client/recovering.h"
#include "crypto/secret.h"
#include "wire/tacet.pb-c.h"

#define AGAIN_MS      CLOCK_MINUTE_MS
#define KEEP_EVERY_MS CLOCK_DAY_MS
#define RECORDS_ARENA (4 * RECOVERY_BLOB_MOST + DEVICE_LIST_MAX_SIZE)

static void tell(struct engine *e, enum err_code code)
{
    actions_tell(e, &(struct event){.kind = EVENT_RECOVERY, .code = code});
}

void keeping_forget(struct engine *e)
{
    secret_wipe(&e->keeping, sizeof e->keeping);
    e->keeping = (struct keeping){.stage = KEEPING_NOTHING};
}

/* ---- making */

static struct err seal(const struct engine *e, const struct recovery_key *key,
                       const struct sign_private *dsk, struct buf *blob)
{
    const struct own *own = &e->own;
    struct recovery_account account = {.aid = own->me.who.aid,
                                       .domain = bytes_text(own->domain),
                                       .handle = bytes_text(own->handle),
                                       .ark_secret = own->me.ark_secret,
                                       .dsk_secret = (struct sign_private *)dsk};

    return recovery_seal(key, &own->nid, &account, e->random, blob);
}

static struct err put(struct engine *e, const struct recovering_key *made,
                      const struct listing_change *change)
{
    TRY(recovering_put(e->vault, RECOVERING_NEW, made));
    return listing_put(e->vault, &e->own, change, e->now_ms);
}

static struct err make(struct engine *e, struct recovery_key *key)
{
    struct err err = OK;
    struct buf blob = BUF(RECOVERY_BLOB_MOST);
    struct sign_private *dsk = NULL;
    struct recovering_key made = {.state = RECOVERING_UNSEEN};
    struct listing_change change = {.kind = LISTING_RECOVERY,
                                    .entry = {.role = DEVICE_RECOVERY, .added_ms = e->now_ms}};

    TRY_OUT(recovery_make(e->random, key));
    TRY_OUT(sign_generate(&dsk, change.entry.dsk.b));
    TRY_OUT(names_device(&e->own.me.who.aid, &change.entry.dsk, &change.entry.did));
    TRY_OUT(recovery_slot(key, &e->own.nid, made.slot));
    TRY_OUT(seal(e, key, dsk, &blob));
    e->keeping.did = made.did = change.entry.did;
    made.blob = buf_view(&blob);
    TRY_OUT(vault_begin(e->vault));
    TRY_OUT(vault_end(e->vault, put(e, &made, &change)));
out:
    sign_private_free(dsk);
    buf_free(&blob);
    return err;
}

struct err keeping_make(struct engine *e)
{
    struct err err;

    if (e->keeping.stage != KEEPING_NOTHING)
        return FAIL(E_CONFLICT);
    err = make(e, &e->keeping.key);
    if (err.code != E_OK) {
        keeping_forget(e);
        return err;
    }
    e->keeping.stage = KEEPING_MADE;
    return changing_pump(e);
}

static struct err withdraw(struct engine *e, struct arena *a)
{
    struct recovering_key key;
    bool was;

    TRY(recovering_get(e->vault, RECOVERING_NEW, a, &key));
    TRY(listing_withdraw(e->vault, &key.did, &was));
    return was ? recovering_erase(e->vault, RECOVERING_NEW) : OK;
}

struct err keeping_load(struct engine *e)
{
    struct err err = OK;
    struct arena a = ARENA(RECORDS_ARENA);

    TRY_OUT(vault_begin(e->vault));
    err = withdraw(e, &a);
    err = vault_end(e->vault, err.code == E_ABSENT ? OK : err);
out:
    arena_free(&a);
    return err;
}

/* ---- the server's copy */

static struct err send_blob(struct engine *e, uint64_t number, const struct recovering_key *key)
{
    Tacet__Wire__KeepRecovery m = TACET__WIRE__KEEP_RECOVERY__INIT;

    m.slot = frame_data(BYTES(key->slot));
    m.blob = frame_data(key->blob);
    m.did = frame_data(ID_BYTES(key->did));
    return link_request(e, OP_RECOVERY_KEEP, &m, &(struct waiting){.number = number});
}

/* Of the key with this number, when it is the one of `did`. */
static struct err keep(struct engine *e, uint64_t number, const struct device_id *did)
{
    struct arena a = ARENA(RECORDS_ARENA);
    struct recovering_key key;
    struct err err = recovering_get(e->vault, number, &a, &key);

    if (err.code == E_OK && ID_SAME(key.did, *did))
        err = send_blob(e, number, &key);
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

/* There will be no letters: nothing is in force, or nobody can use what is. */
static void give_up(struct engine *e, enum err_code code)
{
    keeping_forget(e);
    e->keeping_ms = 0;
    tell(e, code);
}

/* The key is in force, unless another device has put its own in the place meanwhile. */
static struct err give_blob(struct engine *e)
{
    const struct device_entry *listed = device_list_recovery(&e->own.list);

    if (listed == NULL || !ID_SAME(listed->did, e->keeping.did)) {
        give_up(e, E_STALE);
        return OK;
    }
    e->keeping.stage = KEEPING_LISTED;
    e->keeping_ms = clock_add(e->now_ms, AGAIN_MS);
    return e->link.state == LINK_READY ? keep(e, RECOVERING_NEW, &e->keeping.did) : OK;
}

static struct err erase_new(struct engine *e, const struct device_id *did, struct arena *a)
{
    struct recovering_key key;

    TRY(recovering_get(e->vault, RECOVERING_NEW, a, &key));
    return ID_SAME(key.did, *did) ? recovering_erase(e->vault, RECOVERING_NEW) : OK;
}

/* In a transaction of its own: nothing is left of a key that is not in force. */
static struct err drop_new(struct engine *e, const struct device_id *did)
{
    struct arena a = ARENA(RECORDS_ARENA);
    struct err err = vault_begin(e->vault);

    if (err.code == E_OK) {
        err = erase_new(e, did, &a);
        err = vault_end(e->vault, err.code == E_ABSENT ? OK : err);
    }
    arena_free(&a);
    return err;
}

struct err keeping_listed(struct engine *e, const struct listing_change *c, enum err_code code)
{
    bool mine = e->keeping.stage != KEEPING_NOTHING && ID_SAME(c->entry.did, e->keeping.did);

    if (c->kind != LISTING_RECOVERY)
        return OK;
    if (code == E_OK)
        return mine ? give_blob(e) : OK;
    TRY(drop_new(e, &c->entry.did));
    if (mine)
        give_up(e, code);
    return OK;
}

/* Noted, so that it is not given again for a day. */
static struct err note_kept(struct engine *e)
{
    struct arena a = ARENA(RECORDS_ARENA);
    struct recovering_key key;
    struct err err = recovering_get(e->vault, RECOVERING_IN_FORCE, &a, &key);

    if (err.code == E_OK) {
        key.kept_ms = e->now_ms;
        err = vault_begin(e->vault);
        if (err.code == E_OK)
            err = vault_end(e->vault, recovering_put(e->vault, RECOVERING_IN_FORCE, &key));
    }
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

struct err keeping_answered(struct engine *e, const struct waiting *w, const struct frame *f)
{
    enum err_code code = f->code == 0 ? E_OK : err_from_number(f->code);
    bool later = err_who(code) == WHO_NOBODY || err_who(code) == WHO_OPERATOR;

    if (w->number == RECOVERING_IN_FORCE)
        return code == E_OK ? note_kept(e) : OK;
    if (e->keeping.stage != KEEPING_LISTED || (code != E_OK && later))
        return OK;
    if (code != E_OK) {
        give_up(e, code);
        return OK;
    }
    e->keeping.stage = KEEPING_READY;
    e->keeping_ms = 0;
    tell(e, E_OK);
    return OK;
}

/* ---- with time */

uint64_t keeping_at(const struct engine *e)
{
    return e->link.state == LINK_READY ? e->keeping_ms : 0;
}

struct err keeping_wake(struct engine *e)
{
    if (keeping_at(e) == 0 || e->now_ms < e->keeping_ms)
        return OK;
    return give_blob(e);
}

static struct err again(struct engine *e, struct arena *a)
{
    const struct device_entry *listed = device_list_recovery(&e->own.list);
    struct recovering_key key;

    TRY(recovering_get(e->vault, RECOVERING_IN_FORCE, a, &key));
    if (listed == NULL || !ID_SAME(listed->did, key.did))
        return OK;
    if (clock_since(e->now_ms, key.kept_ms) < KEEP_EVERY_MS)
        return OK;
    return send_blob(e, RECOVERING_IN_FORCE, &key);
}

struct err keeping_signed_in(struct engine *e)
{
    struct arena a = ARENA(RECORDS_ARENA);
    struct err err;

    if (e->keeping_ms != 0)
        return give_blob(e);
    err = again(e, &a);
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

/* ---- the letters */

static struct err put_shown(struct engine *e, struct arena *a)
{
    struct recovering_key key;

    TRY(recovering_get(e->vault, RECOVERING_NEW, a, &key));
    key.state = RECOVERING_UNCONFIRMED;
    key.kept_ms = e->now_ms;
    TRY(recovering_put(e->vault, RECOVERING_IN_FORCE, &key));
    return recovering_erase(e->vault, RECOVERING_NEW);
}

struct err keeping_shown(struct engine *e)
{
    struct err err = OK;
    struct arena a = ARENA(RECORDS_ARENA);

    if (e->keeping.stage != KEEPING_READY)
        return FAIL(E_ABSENT);
    TRY_OUT(vault_begin(e->vault));
    TRY_OUT(vault_end(e->vault, put_shown(e, &a)));
    keeping_forget(e);
out:
    arena_free(&a);
    return err;
}

static struct err put_confirmed(struct engine *e, struct arena *a)
{
    struct recovering_key key;

    TRY(recovering_get(e->vault, RECOVERING_IN_FORCE, a, &key));
    if (key.state == RECOVERING_USED) /* confirmed by its use; what was typed in stays so */
        return OK;
    key.state = RECOVERING_CONFIRMED;
    return recovering_put(e->vault, RECOVERING_IN_FORCE, &key);
}

struct err keeping_confirm(struct engine *e, struct bytes letters)
{
    struct err err = OK;
    struct arena a = ARENA(RECORDS_ARENA);

    TRY_OUT(recovering_compare(e->vault, &e->own, letters));
    TRY_OUT(vault_begin(e->vault));
    TRY_OUT(vault_end(e->vault, put_confirmed(e, &a)));
out:
    arena_free(&a);
    return err;
}
