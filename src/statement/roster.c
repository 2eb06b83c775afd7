/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/roster.h"

#include <stdlib.h>

#include "base/reader.h"
#include "crypto/hash.h"

#define LABEL BYTES_LABEL("tacet1 roster")

static const uint8_t VERSION = 1;

void roster_write(const struct roster *r, struct buf *out)
{
    invariant(r->networks <= ROSTER_NETWORKS_MAX);
    invariant(r->accounts <= LIMIT_RECIPIENTS && r->skips <= LIMIT_RECIPIENTS);
    buf_u8(out, VERSION);
    buf_bytes(out, ID_BYTES(r->room));
    buf_u32(out, r->state_version);
    buf_bytes(out, BYTES(r->state_hash));
    buf_u8(out, (uint8_t)r->networks);
    for (size_t i = 0; i < r->networks; i++) {
        buf_bytes(out, ID_BYTES(r->network[i].nid));
        buf_u32(out, r->network[i].policy_version);
        buf_bytes(out, BYTES(r->network[i].policy_hash));
    }
    buf_u16(out, (uint16_t)r->accounts);
    for (size_t i = 0; i < r->accounts; i++) {
        buf_u8(out, r->account[i].network);
        buf_bytes(out, ID_BYTES(r->account[i].aid));
        buf_u32(out, r->account[i].list_version);
        buf_bytes(out, BYTES(r->account[i].list_hash));
    }
    buf_u16(out, (uint16_t)r->skips);
    for (size_t i = 0; i < r->skips; i++) {
        buf_bytes(out, ID_BYTES(r->skipped[i].did));
        buf_u8(out, (uint8_t)r->skipped[i].reason);
    }
}

/* What does not exist has version 0 and hash zero. */
static bool is_named_well(uint32_t version, struct bytes hash)
{
    return version != 0 || bytes_all_zero(hash);
}

static struct err read_networks(struct reader *in, struct arena *a, struct roster *r)
{
    size_t n = reader_u8(in);
    struct roster_network *at;

    reader_require(in, n <= ROSTER_NETWORKS_MAX, E_LIMIT);
    if (in->failed != E_OK)
        return OK; /* reader_end() tells */
    at = ARENA_ARRAY(a, n, struct roster_network);
    if (at == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < n; i++) {
        reader_copy(in, at[i].nid.b, sizeof at[i].nid.b);
        at[i].policy_version = reader_u32(in);
        reader_copy(in, at[i].policy_hash, sizeof at[i].policy_hash);
        reader_require(in, is_named_well(at[i].policy_version, BYTES(at[i].policy_hash)),
                       E_MALFORMED);
        reader_require(in, i == 0 || ID_RISES(at[i - 1].nid, at[i].nid), E_MALFORMED);
    }
    reader_require(in, n >= 1, E_MALFORMED);
    r->network = at;
    r->networks = n;
    return OK;
}

/* Accounts rise by network, and in one network by id. */
static int compare_accounts(const void *x, const void *y)
{
    const struct roster_account *a = x, *b = y;

    if (a->network != b->network)
        return a->network < b->network ? -1 : 1;
    return memcmp(a->aid.b, b->aid.b, sizeof a->aid.b);
}

static struct err read_accounts(struct reader *in, struct arena *a, struct roster *r)
{
    size_t n = reader_u16(in);
    struct roster_account *at;

    reader_require(in, n <= LIMIT_RECIPIENTS, E_LIMIT);
    if (in->failed != E_OK)
        return OK;
    at = ARENA_ARRAY(a, n, struct roster_account);
    if (at == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < n; i++) {
        at[i].network = reader_u8(in);
        reader_copy(in, at[i].aid.b, sizeof at[i].aid.b);
        at[i].list_version = reader_u32(in);
        reader_copy(in, at[i].list_hash, sizeof at[i].list_hash);
        reader_require(in, at[i].network < r->networks && at[i].list_version >= 1, E_MALFORMED);
        reader_require(in, i == 0 || compare_accounts(&at[i - 1], &at[i]) < 0, E_MALFORMED);
    }
    reader_require(in, n >= 1, E_MALFORMED);
    r->account = at;
    r->accounts = n;
    return OK;
}

static struct err read_skipped(struct reader *in, struct arena *a, struct roster *r)
{
    size_t n = reader_u16(in);
    struct roster_skipped *at;

    reader_require(in, n <= LIMIT_RECIPIENTS, E_LIMIT);
    if (in->failed != E_OK)
        return OK;
    at = ARENA_ARRAY(a, n, struct roster_skipped);
    if (at == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < n; i++) {
        reader_copy(in, at[i].did.b, sizeof at[i].did.b);
        at[i].reason = (enum roster_reason)reader_u8(in);
        reader_require(in, at[i].reason == ROSTER_NO_PREKEY, E_MALFORMED);
        reader_require(in, i == 0 || ID_RISES(at[i - 1].did, at[i].did), E_MALFORMED);
    }
    r->skipped = at;
    r->skips = n;
    return OK;
}

struct err roster_parse(struct bytes in, struct arena *a, struct roster *out)
{
    struct reader r = reader(in);
    struct roster got = {.networks = 0};

    reader_require(&r, reader_u8(&r) == VERSION, E_MALFORMED);
    reader_copy(&r, got.room.b, sizeof got.room.b);
    got.state_version = reader_u32(&r);
    reader_copy(&r, got.state_hash, sizeof got.state_hash);
    reader_require(&r, is_named_well(got.state_version, BYTES(got.state_hash)), E_MALFORMED);
    TRY(read_networks(&r, a, &got));
    TRY(read_accounts(&r, a, &got));
    TRY(read_skipped(&r, a, &got));
    TRY(reader_end(&r));
    *out = got;
    return OK;
}

struct err roster_digest(struct bytes in, struct roster_id *out)
{
    return hash_sha384(HASH_PARTS(LABEL, in), out->b);
}

static int compare_skipped(const void *did, const void *skipped)
{
    return memcmp(((const struct device_id *)did)->b,
                  ((const struct roster_skipped *)skipped)->did.b, sizeof(struct device_id));
}

bool roster_skips(const struct roster *r, const struct device_id *did)
{
    return r->skips > 0 &&
           bsearch(did, r->skipped, r->skips, sizeof *r->skipped, compare_skipped) != NULL;
}

bool roster_names(const struct roster_account *account, const struct device_list *list)
{
    return list->version == account->list_version && ID_SAME(list->aid, account->aid) &&
           memcmp(list->hash, account->list_hash, sizeof account->list_hash) == 0;
}

size_t roster_find(const struct roster *r, const struct network_id *nid,
                   const struct account_id *aid)
{
    struct roster_account key = {.network = 0, .aid = *aid};
    const struct roster_account *found;

    while (key.network < r->networks && !ID_SAME(r->network[key.network].nid, *nid))
        key.network++;
    found = bsearch(&key, r->account, r->accounts, sizeof key, compare_accounts);
    return found == NULL ? SIZE_MAX : (size_t)(found - r->account);
}

struct err roster_recipients(const struct roster *r, const struct device_list *const *lists,
                             const struct device_id *sender, struct arena *a,
                             struct roster_recipient **out, size_t *n)
{
    struct roster_recipient *at;
    size_t devices = 0, count = 0;

    for (size_t i = 0; i < r->accounts; i++) {
        if (!roster_names(&r->account[i], lists[i]))
            return FAIL(E_STALE);
        devices += device_list_count(lists[i]);
    }
    at = ARENA_ARRAY(a, devices, struct roster_recipient);
    if (at == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < r->accounts; i++)
        for (size_t j = 0; j < lists[i]->devices; j++) {
            const struct device_entry *device = &lists[i]->device[j];

            if (device_list_is_device(device) && !ID_SAME(device->did, *sender) &&
                !roster_skips(r, &device->did))
                at[count++] = (struct roster_recipient){i, device};
        }
    if (count > LIMIT_RECIPIENTS)
        return FAIL(E_LIMIT);
    *out = at;
    *n = count;
    return OK;
}
