/* SPDX-License-Identifier: Apache-2.0 */
/*
 * capsules: one that came opens an epoch of its sender's, once that stands in a list.
 * [PROTOCOL 5.1, 6.5]
 */
#include "client/chains.h"
#include "client/judging.h"
#include "client/opening_internal.h"
#include "client/standing.h"
#include "crypto/hash.h"
#include "crypto/secret.h"

#define NAME_SIZE 16 /* of the hash of its bytes */

static const struct bytes NO_VALUE = {NULL, 0};

static struct err list_mark(struct opening *op, uint8_t out[CHANNEL_EPOCH_ID_SIZE])
{
    struct device_list list;
    struct engine *e = op->e;
    struct err err = people_newest_list(e->vault, &e->own, &op->item->account, &list);

    memset(out, 0, CHANNEL_EPOCH_ID_SIZE);
    if (err.code == E_OK)
        memcpy(out, list.hash, CHANNEL_EPOCH_ID_SIZE);
    return err.code == E_ABSENT ? OK : err;
}

/* It is opened again when there is a list that it was not compared with. */
static struct err wait_for_list(struct opening *op)
{
    op->item->barren = true;
    TRY(list_mark(op, op->item->mark));
    TRY(judging_ask_account(op, &op->item->account));
    return opening_wait(op);
}

static struct err is_waiting_still(struct opening *op, bool *still)
{
    uint8_t mark[CHANNEL_EPOCH_ID_SIZE];

    *still = false;
    if (!op->item->barren || own_prekeys_find(&op->e->own, op->item->prekey) == NULL)
        return OK;
    TRY(list_mark(op, mark));
    *still = memcmp(mark, op->item->mark, sizeof mark) == 0;
    return OK;
}

/* What was accepted is known again by its bytes: a server that was put back offers it once more
 * when its prekey may have gone. */
static struct err name_of(const struct opening *op, uint8_t out[HASH_SHA512_SIZE])
{
    return hash_sha512(&op->item->sealed, 1, out);
}

static struct err note_accepted(struct opening *op)
{
    uint8_t name[HASH_SHA512_SIZE];

    TRY(name_of(op, name));
    return vault_put(op->e->vault, VAULT_SEEN, bytes(name, NAME_SIZE), op->e->now_ms / CLOCK_DAY_MS,
                     NO_VALUE);
}

static struct err without_prekey(struct opening *op)
{
    uint8_t name[HASH_SHA512_SIZE];
    struct bytes value;
    uint64_t day;
    struct err err;

    TRY(name_of(op, name));
    err = vault_next(op->e->vault, VAULT_SEEN, bytes(name, NAME_SIZE), 0, op->a, &day, &value);
    if (err.code == E_ABSENT)
        return opening_damaged(op, E_EXPIRED);
    TRY(err);
    return opening_conclude(op, OPENING_KNOWN, PROBLEM_NONE, E_OK);
}

static struct err accept_capsule(struct opening *op, const struct channel_claim *claim,
                                 uint32_t prekey, const struct epoch *epoch)
{
    struct engine *e = op->e;
    struct standing from;
    struct err err = standing_find(e->vault, &e->own, &claim->from.aid, &claim->from.did,
                                   op->item->received_ms, e->now_ms, &from);

    if (err.code == E_ABSENT || err.code == E_FORGED) /* it may stand in a list to come */
        return wait_for_list(op);
    TRY(err);
    if (from.sender == DEVICE_SENDER_REVOKED)
        return opening_damaged(op, E_REMOVED);
    err = channel_verify(claim, &from.device.dsk, e->now_ms);
    if (opening_is_items_fault(err))
        return opening_damaged(op, err.code);
    TRY(err);
    TRY(chains_accept(e->vault, &claim->from, prekey, epoch));
    TRY(note_accepted(op));
    return opening_conclude(op, OPENING_DONE, PROBLEM_NONE, E_OK);
}

static struct err take_epoch(struct opening *op, const struct channel_claim *claim, uint32_t prekey,
                             const struct epoch *epoch)
{
    bool seen;

    if (!ID_SAME(claim->from.nid, op->e->own.nid))
        return opening_damaged(op, E_FORGED);
    op->item->claimed = true;
    op->item->account = claim->from.aid;
    op->item->prekey = prekey;
    memcpy(op->item->prefix, claim->from.did.b, sizeof op->item->prefix);
    TRY(chains_epoch_seen(op->e->vault, epoch, &seen));
    if (seen)
        return opening_conclude(op, OPENING_KNOWN, PROBLEM_NONE, E_OK);
    return accept_capsule(op, claim, prekey, epoch);
}

struct err capsules_open(struct opening *op)
{
    struct engine *e = op->e;
    struct upload_capsule_form form;
    struct channel_prekey prekey;
    struct channel_receiver me = {.who = &e->own.me.who, .prekey = &prekey};
    struct channel_claim claim;
    struct epoch epoch;
    const struct own_prekey *mine;
    struct err err;
    bool still;

    TRY(is_waiting_still(op, &still));
    if (still)
        return wait_for_list(op);
    err = upload_parse_capsule(op->item->sealed, &form);
    if (opening_is_items_fault(err))
        return opening_damaged(op, err.code);
    TRY(err);
    mine = own_prekeys_find(&e->own, form.prekey);
    if (mine == NULL)
        return without_prekey(op);
    prekey.number = mine->statement.number;
    memcpy(prekey.point, mine->statement.point, sizeof prekey.point);
    memcpy(prekey.kem_digest, mine->statement.kem_digest, sizeof prekey.kem_digest);
    me.secret = mine->secret;
    me.kem = mine->kem;
    err = channel_accept(&form, &me, e->now_ms, &claim, &epoch);
    if (opening_is_items_fault(err))
        return opening_damaged(op, err.code);
    TRY(err);
    err = take_epoch(op, &claim, prekey.number, &epoch);
    secret_wipe(&epoch, sizeof epoch);
    return err;
}
