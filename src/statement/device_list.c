/* SPDX-License-Identifier: Apache-2.0 */
#include "statement/device_list.h"

#include "base/clock.h"
#include "crypto/hash.h"
#include "statement/signed_internal.h"

#define ARK_LABEL    BYTES_LABEL("tacet1 list")
#define DEVICE_LABEL BYTES_LABEL("tacet1 list device")
#define HASH_LABEL   BYTES_LABEL("tacet1 list hash")

static const uint8_t VERSION = 1;
static const uint8_t NO_NEXT_ARK = 0;

/* What was signed. */
struct proof {
    struct signed_parts ark, device; /* over the same body */
};

/* A list is at most eleven entries: nothing is gained by a search that knows the order. */
const struct device_entry *device_list_find(const struct device_list *list,
                                            const struct device_id *did)
{
    for (size_t i = 0; i < list->devices; i++)
        if (ID_SAME(list->device[i].did, *did))
            return &list->device[i];
    return NULL;
}

bool device_list_is_device(const struct device_entry *entry)
{
    return entry->role == DEVICE_PLAIN;
}

const struct device_entry *device_list_find_device(const struct device_list *list,
                                                   const struct device_id *did)
{
    const struct device_entry *entry = device_list_find(list, did);

    return entry != NULL && device_list_is_device(entry) ? entry : NULL;
}

size_t device_list_count(const struct device_list *list)
{
    return list->devices - (device_list_recovery(list) != NULL);
}

const struct device_entry *device_list_recovery(const struct device_list *list)
{
    for (size_t i = 0; i < list->devices; i++)
        if (list->device[i].role == DEVICE_RECOVERY)
            return &list->device[i];
    return NULL;
}

bool device_list_is_recovered(const struct device_list *list)
{
    const struct device_entry *signer = device_list_find(list, &list->signer);

    return signer != NULL && signer->role == DEVICE_RECOVERY;
}

const struct device_revoked *device_list_find_revoked(const struct device_list *list,
                                                      const struct device_id *did)
{
    for (size_t i = 0; i < list->revoked; i++)
        if (ID_SAME(list->gone[i].did, *did))
            return &list->gone[i];
    return NULL;
}

static bool is_sound_entry(const struct device_entry *d)
{
    return (d->role == DEVICE_PLAIN && (d->capabilities & ~DEVICE_GIVEN_HISTORY) == 0) ||
           (d->role == DEVICE_RECOVERY && d->capabilities == 0);
}

/* Each by itself, in order, and not too many of each role. */
static bool are_sound_entries(const struct device_list *l)
{
    size_t keys = 0;

    if (l->devices > DEVICE_LIST_ENTRIES_MAX)
        return false;
    for (size_t i = 0; i < l->devices; i++) {
        if (!is_sound_entry(&l->device[i]) ||
            (i > 0 && !ID_RISES(l->device[i - 1].did, l->device[i].did)))
            return false;
        keys += l->device[i].role == DEVICE_RECOVERY;
    }
    return keys <= (l->version == 1 ? 0 : 1) && l->devices - keys >= 1 &&
           l->devices - keys <= LIMIT_LIST_DEVICES;
}

/* What neither a writer writes nor a reader accepts otherwise.  [PROTOCOL 4.3] */
static bool is_sound(const struct device_list *l)
{
    if (l->version == 0 || (l->version == 1 && !bytes_all_zero(BYTES(l->previous))))
        return false;
    if (!are_sound_entries(l) || l->revoked > LIMIT_LIST_REVOKED)
        return false;
    for (size_t i = 0; i < l->revoked; i++)
        if (l->gone[i].at_version < 2 || l->gone[i].at_version > l->version ||
            l->gone[i].reason != DEVICE_REVOKED ||
            (i > 0 && !ID_RISES(l->gone[i - 1].did, l->gone[i].did)) ||
            device_list_find(l, &l->gone[i].did) != NULL)
            return false;
    return true;
}

static void write_body(const struct device_list *l, struct buf *b)
{
    buf_u8(b, VERSION);
    buf_bytes(b, ID_BYTES(l->aid));
    buf_u32(b, l->version);
    buf_bytes(b, BYTES(l->previous));
    buf_u64(b, l->made_ms);
    buf_u8(b, (uint8_t)l->devices);
    for (size_t i = 0; i < l->devices; i++) {
        buf_bytes(b, ID_BYTES(l->device[i].did));
        buf_bytes(b, BYTES(l->device[i].dsk.b));
        buf_u8(b, (uint8_t)l->device[i].role);
        buf_u64(b, l->device[i].added_ms);
        buf_u32(b, l->device[i].capabilities);
    }
    buf_u8(b, (uint8_t)l->revoked);
    for (size_t i = 0; i < l->revoked; i++) {
        buf_bytes(b, ID_BYTES(l->gone[i].did));
        buf_u32(b, l->gone[i].at_version);
        buf_u8(b, l->gone[i].reason);
    }
    buf_u8(b, NO_NEXT_ARK);
}

static struct err hash_body(const struct network_id *nid, struct bytes body,
                            uint8_t out[NAMES_H32_SIZE])
{
    return names_h32(HASH_PARTS(HASH_LABEL, ID_BYTES(*nid), body), out);
}

struct err device_list_sign(struct device_list *list, const struct network_id *nid,
                            const struct sign_private *ark, const struct device_id *signer,
                            const struct sign_private *dsk, struct buf *out)
{
    uint8_t by_device[SIGN_SIZE], hash[NAMES_H32_SIZE];
    size_t before = out->n;
    struct bytes all, body;
    struct err err = OK;

    if (!is_sound(list))
        return FAIL(E_MALFORMED);
    write_body(list, out);
    TRY_OUT(buf_end(out, &all));
    body = bytes(&all.at[before], all.n - before);
    TRY_OUT(hash_body(nid, body, hash));
    TRY_OUT(signed_make(DEVICE_LABEL, nid, body, dsk, by_device));
    TRY_OUT(signed_append(ARK_LABEL, nid, out, before, ark));
    buf_bytes(out, ID_BYTES(*signer));
    buf_bytes(out, BYTES(by_device));
    TRY_OUT(buf_end(out, &all));
    memcpy(list->hash, hash, sizeof hash);
    list->signer = *signer;
out:
    if (err.code != E_OK)
        buf_cut(out, before);
    return err;
}

static void read_devices(struct reader *r, struct device_list *l)
{
    l->devices = reader_u8(r);
    reader_require(r, l->devices <= DEVICE_LIST_ENTRIES_MAX, E_MALFORMED);
    for (size_t i = 0; r->failed == E_OK && i < l->devices; i++) {
        reader_copy(r, l->device[i].did.b, sizeof l->device[i].did.b);
        reader_copy(r, l->device[i].dsk.b, sizeof l->device[i].dsk.b);
        l->device[i].role = (enum device_role)reader_u8(r);
        l->device[i].added_ms = reader_u64(r);
        l->device[i].capabilities = reader_u32(r);
    }
}

static void read_revoked(struct reader *r, struct device_list *l)
{
    l->revoked = reader_u8(r);
    reader_require(r, l->revoked <= LIMIT_LIST_REVOKED, E_MALFORMED);
    for (size_t i = 0; r->failed == E_OK && i < l->revoked; i++) {
        reader_copy(r, l->gone[i].did.b, sizeof l->gone[i].did.b);
        l->gone[i].at_version = reader_u32(r);
        l->gone[i].reason = reader_u8(r);
    }
}

static struct err parse(struct bytes in, const struct network_id *nid, struct device_list *l,
                        struct proof *proof)
{
    struct reader r = reader(in);

    *l = (struct device_list){.version = 0}; /* unused places are zero, not what was on the stack */
    reader_require(&r, reader_u8(&r) == VERSION, E_MALFORMED);
    reader_copy(&r, l->aid.b, sizeof l->aid.b);
    l->version = reader_u32(&r);
    reader_copy(&r, l->previous, sizeof l->previous);
    l->made_ms = reader_u64(&r);
    read_devices(&r, l);
    read_revoked(&r, l);
    reader_require(&r, reader_u8(&r) == NO_NEXT_ARK, E_MALFORMED);
    proof->ark = signed_read(in, &r);
    reader_copy(&r, l->signer.b, sizeof l->signer.b);
    proof->device = (struct signed_parts){proof->ark.body, reader_take(&r, SIGN_SIZE)};
    TRY(reader_end(&r));
    if (!is_sound(l))
        return FAIL(E_MALFORMED);
    return hash_body(nid, proof->ark.body, l->hash);
}

/* Ids follow from keys, and keys are points. */
static struct err check_names(const struct device_list *l, const struct network_id *nid,
                              const struct point *ark)
{
    struct account_id aid;

    TRY(names_account(nid, ark, &aid));
    if (!ID_SAME(l->aid, aid))
        return FAIL(E_FORGED);
    for (size_t i = 0; i < l->devices; i++) {
        struct device_id did;

        TRY(names_device(&l->aid, &l->device[i].dsk, &did));
        if (!ID_SAME(l->device[i].did, did))
            return FAIL(E_FORGED);
        TRY(signed_check_point(&l->device[i].dsk));
    }
    return OK;
}

/* A device of the list before is still here as it was, or was revoked by this very list. */
static bool keeps_or_revokes(const struct device_list *l, const struct device_entry *before)
{
    const struct device_entry *now = device_list_find(l, &before->did);
    const struct device_revoked *gone = device_list_find_revoked(l, &before->did);

    if (now != NULL)
        return now->added_ms == before->added_ms && now->role == before->role &&
               (now->capabilities & before->capabilities) == before->capabilities;
    return gone != NULL && gone->at_version == l->version;
}

/* Who is said to have been revoked before was, by the list before; by this list, stood in it. */
static bool was_there(const struct device_list *previous, const struct device_list *l,
                      const struct device_revoked *gone)
{
    const struct device_revoked *before = device_list_find_revoked(previous, &gone->did);

    if (gone->at_version == l->version)
        return device_list_find(previous, &gone->did) != NULL;
    return before != NULL && before->at_version == gone->at_version;
}

/* Nobody leaves without a word, nobody who was revoked comes back, and no revocation is forgotten
 * before there is no room for it.  [PROTOCOL 4.3] */
static bool is_consistent(const struct device_list *l, const struct device_list *previous)
{
    for (size_t i = 0; i < previous->devices; i++)
        if (!keeps_or_revokes(l, &previous->device[i]))
            return false;
    for (size_t i = 0; i < l->revoked; i++)
        if (!was_there(previous, l, &l->gone[i]))
            return false;
    for (size_t i = 0; i < previous->revoked; i++)
        if (device_list_find(l, &previous->gone[i].did) != NULL ||
            (l->revoked < LIMIT_LIST_REVOKED &&
             device_list_find_revoked(l, &previous->gone[i].did) == NULL))
            return false;
    return true;
}

/* Does `l` follow `previous`, by the word of a device that stands in both? */
static struct err check_chain(const struct device_list *l, const struct device_list *previous)
{
    if (l->version - 1 != previous->version || !ID_SAME(l->aid, previous->aid))
        return FAIL(E_FORGED);
    if (!bytes_same(BYTES(l->previous), BYTES(previous->hash)) || l->made_ms < previous->made_ms)
        return FAIL(E_FORGED);
    if (device_list_find(previous, &l->signer) == NULL || !is_consistent(l, previous))
        return FAIL(E_FORGED);
    return OK;
}

struct err device_list_check(struct bytes in, const struct network_id *nid, const struct point *ark,
                             const struct device_list *previous, uint64_t now_ms,
                             struct device_list *out)
{
    struct device_list l;
    struct proof proof;
    const struct device_entry *signer;

    TRY(parse(in, nid, &l, &proof));
    TRY(signed_verify(ARK_LABEL, nid, proof.ark, ark));
    TRY(check_names(&l, nid, ark));
    if (previous != NULL)
        TRY(check_chain(&l, previous));
    signer = device_list_find(&l, &l.signer);
    if (signer == NULL)
        return FAIL(E_FORGED);
    TRY(signed_verify(DEVICE_LABEL, nid, proof.device, &signer->dsk));
    if (clock_is_ahead(l.made_ms, now_ms))
        return FAIL(E_CLOCK);
    *out = l;
    return OK;
}

struct err device_list_parse(struct bytes in, const struct network_id *nid, struct device_list *out)
{
    struct device_list l;
    struct proof proof;

    TRY(parse(in, nid, &l, &proof));
    *out = l;
    return OK;
}
