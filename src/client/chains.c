/* SPDX-License-Identifier: Apache-2.0 */
#include "client/chains.h"

#include "base/reader.h"
#include "crypto/secret.h"

static const struct bytes NO_VALUE = {NULL, 0};

#define SKIPPED_SIZE       (1 + CHANNEL_EPOCH_ID_SIZE + 4 + CHANNEL_KEY_SIZE + 8)
#define SKIPPED_RECORD_MAX (CHANNEL_SKIPPED_MAX * SKIPPED_SIZE)
#define ARENA_MAX          (1 << 20)

/* Receiving side of one channel. */
struct receiving {
    struct party from;
    size_t n;
    struct {
        struct epoch epoch;
        uint64_t used_ms;         /* when it first opened something; 0: not yet */
    } at[CHANNEL_EPOCHS_MAX + 1]; /* newest first; room for one more before the oldest goes */
};

/* A skipped key as the vault keeps it. */
struct kept {
    uint8_t profile;
    uint8_t epoch[CHANNEL_EPOCH_ID_SIZE];
    struct skipped key;
    uint64_t since_ms;
};

/* ---- records */

struct err chains_sending(struct vault *v, const struct device_id *to, uint8_t profile,
                          struct epoch *out)
{
    struct err err = OK;
    struct arena a = ARENA(4096);
    struct bytes value;
    struct reader r;

    TRY_OUT(vault_get(v, VAULT_SENDING, ID_BYTES(*to), profile, &a, &value));
    r = reader(value);
    channel_read_epoch(&r, out);
    TRY_OUT(reader_end(&r));
out:
    arena_free(&a);
    return err;
}

struct err chains_put_sending(struct vault *v, const struct device_id *to, const struct epoch *e)
{
    struct err err;
    struct buf b = BUF(CHANNEL_EPOCH_SIZE);

    channel_write_epoch(e, &b);
    err = vault_put(v, VAULT_SENDING, ID_BYTES(*to), e->profile, buf_view(&b));
    buf_free(&b);
    return err;
}

struct err chains_forget_sending(struct vault *v, const struct device_id *to, uint8_t profile)
{
    return vault_erase(v, VAULT_SENDING, ID_BYTES(*to), profile);
}

struct err chains_open_anew(struct vault *v, const struct device_id *to)
{
    TRY(chains_forget_sending(v, to, UPLOAD_PROFILE_STANDARD));
    return chains_forget_sending(v, to, UPLOAD_PROFILE_HYBRID);
}

struct err chains_forget_all_sending(struct vault *v)
{
    return vault_erase_below(v, VAULT_SENDING, UINT8_MAX); /* the number is a profile */
}

static struct err put_receiving(struct vault *v, const struct receiving *rc)
{
    struct err err = OK;
    struct buf b = BUF(1024);
    struct bytes value;

    identity_write_party(&rc->from, &b);
    buf_u8(&b, (uint8_t)rc->n);
    for (size_t i = 0; i < rc->n; i++) {
        channel_write_epoch(&rc->at[i].epoch, &b);
        buf_u64(&b, rc->at[i].used_ms);
    }
    TRY_OUT(buf_end(&b, &value));
    TRY_OUT(vault_put(v, VAULT_RECEIVING, ID_BYTES(rc->from.did), 0, value));
out:
    buf_free(&b);
    return err;
}

static struct err get_receiving(struct vault *v, const struct device_id *from,
                                struct receiving *out)
{
    struct err err = OK;
    struct arena a = ARENA(4096);
    struct bytes value;
    struct reader r;

    *out = (struct receiving){0};
    TRY_OUT(vault_get(v, VAULT_RECEIVING, ID_BYTES(*from), 0, &a, &value));
    r = reader(value);
    reader_copy(&r, out->from.nid.b, sizeof out->from.nid.b);
    reader_copy(&r, out->from.aid.b, sizeof out->from.aid.b);
    reader_copy(&r, out->from.did.b, sizeof out->from.did.b);
    out->n = reader_u8(&r);
    reader_require(&r, out->n <= CHANNEL_EPOCHS_MAX, E_MALFORMED);
    for (size_t i = 0; r.failed == E_OK && i < out->n; i++) {
        channel_read_epoch(&r, &out->at[i].epoch);
        out->at[i].used_ms = reader_u64(&r);
    }
    TRY_OUT(reader_end(&r));
out:
    arena_free(&a);
    return err;
}

static struct err get_skipped(struct vault *v, const struct device_id *from, struct arena *a,
                              struct kept **out, size_t *n)
{
    struct bytes value = NO_VALUE;
    struct err err = vault_get(v, VAULT_SKIPPED, ID_BYTES(*from), 0, a, &value);
    struct reader r = reader(value);
    size_t count = value.n / SKIPPED_SIZE;
    struct kept *keys;

    if (err.code != E_ABSENT)
        TRY(err);
    keys = ARENA_ARRAY(a, count + CHANNEL_SKIPPED_MAX, struct kept);
    if (keys == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i < count; i++) {
        keys[i].profile = reader_u8(&r);
        reader_copy(&r, keys[i].epoch, sizeof keys[i].epoch);
        keys[i].key.n = reader_u32(&r);
        reader_copy(&r, keys[i].key.mk, sizeof keys[i].key.mk);
        keys[i].since_ms = reader_u64(&r);
    }
    TRY(reader_end(&r));
    *out = keys;
    *n = count;
    return OK;
}

static struct err put_skipped(struct vault *v, const struct device_id *from,
                              const struct kept *keys, size_t n)
{
    struct err err = OK;
    struct buf b = BUF(SKIPPED_RECORD_MAX);
    struct bytes value;

    if (n == 0)
        return vault_erase(v, VAULT_SKIPPED, ID_BYTES(*from), 0);
    for (size_t i = 0; i < n; i++) {
        buf_u8(&b, keys[i].profile);
        buf_bytes(&b, BYTES(keys[i].epoch));
        buf_u32(&b, keys[i].key.n);
        buf_bytes(&b, BYTES(keys[i].key.mk));
        buf_u64(&b, keys[i].since_ms);
    }
    TRY_OUT(buf_end(&b, &value));
    TRY_OUT(vault_put(v, VAULT_SKIPPED, ID_BYTES(*from), 0, value));
out:
    buf_free(&b);
    return err;
}

/* ---- which devices does a hint's prefix fit? */

static struct bytes prefix_of(const uint8_t *did)
{
    return bytes(did, SCHEDULE_PREFIX_SIZE);
}

/* A prefix's record is the device ids that begin with it. */
static struct err add_prefix(struct vault *v, const struct device_id *did)
{
    struct err err = OK;
    struct arena a = ARENA(ARENA_MAX);
    struct buf b = BUF(VAULT_VALUE_MAX);
    struct bytes have = NO_VALUE;

    err = vault_get(v, VAULT_PREFIX, prefix_of(did->b), 0, &a, &have);
    if (err.code != E_ABSENT)
        TRY_OUT(err);
    for (size_t i = 0; i + sizeof did->b <= have.n; i += sizeof did->b)
        if (memcmp(have.at + i, did->b, sizeof did->b) == 0)
            TRY_OUT(FAIL(E_CONFLICT));
    buf_bytes(&b, have);
    buf_bytes(&b, ID_BYTES(*did));
    TRY_OUT(vault_put(v, VAULT_PREFIX, prefix_of(did->b), 0, buf_view(&b)));
out:
    buf_free(&b);
    arena_free(&a);
    return err.code == E_CONFLICT ? OK : err;
}

/* ---- capsules */

struct err chains_epoch_seen(struct vault *v, const struct epoch *e, bool *seen)
{
    struct err err;
    struct arena a = ARENA(1024);
    struct bytes value;
    uint64_t prekey;

    err = vault_next(v, VAULT_EPOCH_SEEN, BYTES(e->id), 0, &a, &prekey, &value);
    arena_free(&a);
    *seen = err.code == E_OK;
    return err.code == E_ABSENT ? OK : err;
}

struct err chains_accept(struct vault *v, const struct party *from, uint32_t prekey,
                         const struct epoch *e)
{
    struct err err;
    struct receiving rc;

    TRY(vault_put(v, VAULT_EPOCH_SEEN, BYTES(e->id), prekey, NO_VALUE));
    TRY(add_prefix(v, &from->did));
    err = get_receiving(v, &from->did, &rc);
    if (err.code != E_OK && err.code != E_ABSENT)
        return err;
    rc.from = *from;
    for (size_t i = rc.n; i > 0; i--)
        rc.at[i] = rc.at[i - 1];
    rc.at[0].epoch = *e;
    rc.at[0].used_ms = 0;
    rc.n = rc.n < CHANNEL_EPOCHS_MAX ? rc.n + 1 : CHANNEL_EPOCHS_MAX;
    err = put_receiving(v, &rc);
    secret_wipe(&rc, sizeof rc);
    return err;
}

/* ---- opening */

static struct err try_skipped(struct vault *v, const struct receiving *rc, const struct party *me,
                              uint32_t prekey, struct opened *o, struct arena *a,
                              struct chains_match *out)
{
    struct kept *keys;
    size_t n;

    TRY(get_skipped(v, &rc->from.did, a, &keys, &n));
    for (size_t i = 0; i < n; i++) {
        struct err err;

        if (keys[i].key.n != o->n)
            continue;
        err = open_entry(o, &(struct open_candidate){&rc->from.did, me, prekey, keys[i].profile,
                                                     keys[i].epoch, keys[i].key.mk});
        if (err.code == E_FORGED)
            continue;
        TRY(err);
        *out = (struct chains_match){.from = rc->from, .was_skipped = true};
        out->after.profile = keys[i].profile;
        memcpy(out->after.id, keys[i].epoch, sizeof out->after.id);
        return OK;
    }
    return FAIL(E_ABSENT);
}

/* Is there effort left to step so far ahead?  Then it is spent. */
static bool may_reach(const struct epoch *e, uint32_t n, uint32_t *steps)
{
    uint32_t far = n > e->n ? n - e->n : 0;

    if (far <= CHAINS_NEAR || far > CHANNEL_STEPS_MAX)
        return true;
    if (far > *steps)
        return false;
    *steps -= far;
    return true;
}

static struct err try_epochs(const struct receiving *rc, const struct party *me, uint32_t prekey,
                             struct opened *o, uint32_t *steps, struct arena *a,
                             struct chains_match *out)
{
    struct err err = OK;
    struct chains_match m = {.from = rc->from};
    uint8_t mk[CHANNEL_KEY_SIZE];

    for (size_t i = 0; i < rc->n; i++) {
        const struct epoch *e = &rc->at[i].epoch;

        if (!may_reach(e, o->n, steps))
            continue;
        err = channel_reach(e, o->n, a, &m.after, mk, &m.passed, &m.n_passed);
        if (err.code == E_ABSENT || err.code == E_LIMIT)
            continue;
        TRY_OUT(err);
        err = open_entry(
            o, &(struct open_candidate){&rc->from.did, me, prekey, e->profile, e->id, mk});
        if (err.code == E_FORGED)
            continue;
        TRY_OUT(err);
        *out = m;
        goto out;
    }
    err = FAIL(E_ABSENT);
out:
    secret_wipe(mk, sizeof mk);
    secret_wipe(&m.after, sizeof m.after);
    return err;
}

static struct err try_sender(struct vault *v, const struct device_id *from, const struct party *me,
                             uint32_t prekey, struct opened *o, uint32_t *steps, struct arena *a,
                             struct chains_match *out)
{
    struct receiving rc;
    struct err err = get_receiving(v, from, &rc);

    if (err.code == E_OK)
        err = try_epochs(&rc, me, prekey, o, steps, a, out);
    if (err.code == E_ABSENT && rc.n > 0)
        err = try_skipped(v, &rc, me, prekey, o, a, out);
    secret_wipe(&rc, sizeof rc);
    return err;
}

struct err chains_open(struct vault *v, const struct party *me, uint32_t prekey, struct opened *o,
                       uint32_t *steps, struct arena *a, struct chains_match *out)
{
    struct bytes dids;
    struct reader r;

    TRY(vault_get(v, VAULT_PREFIX, prefix_of(o->prefix), 0, a, &dids));
    r = reader(dids);
    while (reader_left(&r) > 0) {
        struct device_id did;
        struct err err;

        reader_copy(&r, did.b, sizeof did.b);
        TRY(r.failed == E_OK ? OK : FAIL(r.failed));
        err = try_sender(v, &did, me, prekey, o, steps, a, out);
        if (err.code != E_ABSENT)
            return err;
    }
    return FAIL(E_ABSENT);
}

static struct err add_to_mark(struct vault *v, const struct device_id *did,
                              uint8_t out[CHANNEL_EPOCH_ID_SIZE])
{
    struct receiving rc;
    struct err err = get_receiving(v, did, &rc);

    for (size_t i = 0; err.code == E_OK && rc.n > 0 && i < CHANNEL_EPOCH_ID_SIZE; i++)
        out[i] ^= rc.at[0].epoch.id[i];
    secret_wipe(&rc, sizeof rc);
    return err.code == E_ABSENT ? OK : err;
}

struct err chains_mark(struct vault *v, const uint8_t prefix[SCHEDULE_PREFIX_SIZE],
                       uint8_t out[CHANNEL_EPOCH_ID_SIZE])
{
    struct arena a = ARENA(ARENA_MAX);
    struct bytes dids = NO_VALUE;
    struct err err = vault_get(v, VAULT_PREFIX, prefix_of(prefix), 0, &a, &dids);
    struct reader r = reader(dids);

    memset(out, 0, CHANNEL_EPOCH_ID_SIZE);
    while (err.code == E_OK && reader_left(&r) > 0) {
        struct device_id did;

        reader_copy(&r, did.b, sizeof did.b);
        err = r.failed == E_OK ? add_to_mark(v, &did, out) : FAIL(r.failed);
    }
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

/* ---- moving on */

static struct err advance_epoch(struct vault *v, const struct chains_match *m, uint64_t now_ms)
{
    struct err err = OK;
    struct receiving rc;
    size_t keep = 0;
    bool newer_is_old = false;

    TRY_OUT(get_receiving(v, &m->from.did, &rc));
    for (size_t i = 0; i < rc.n; i++) {
        if (memcmp(rc.at[i].epoch.id, m->after.id, sizeof m->after.id) == 0) {
            if (!m->was_skipped)
                rc.at[i].epoch = m->after;
            if (rc.at[i].used_ms == 0)
                rc.at[i].used_ms = now_ms == 0 ? 1 : now_ms;
        }
        if (newer_is_old)
            continue; /* a newer one has been in use long enough */
        rc.at[keep++] = rc.at[i];
        newer_is_old =
            rc.at[i].used_ms != 0 && clock_since(now_ms, rc.at[i].used_ms) >= CHANNEL_OLD_EPOCH_MS;
    }
    rc.n = keep;
    TRY_OUT(put_receiving(v, &rc));
out:
    secret_wipe(&rc, sizeof rc);
    return err;
}

/* Drop what was used and what is too old; append what was passed over; keep the newest. */
static size_t renew_skipped(struct kept *keys, size_t n, const struct opened *o,
                            const struct chains_match *m, size_t most, uint64_t now_ms)
{
    size_t keep = 0, cut;

    for (size_t i = 0; i < n; i++) {
        bool used = m->was_skipped && keys[i].key.n == o->n &&
                    memcmp(keys[i].epoch, m->after.id, sizeof m->after.id) == 0;

        if (!used && clock_since(now_ms, keys[i].since_ms) < CHANNEL_SKIPPED_LIFE_MS)
            keys[keep++] = keys[i];
    }
    for (size_t i = 0; i < m->n_passed; i++, keep++) {
        keys[keep].profile = m->after.profile;
        memcpy(keys[keep].epoch, m->after.id, sizeof m->after.id);
        keys[keep].key = m->passed[i];
        keys[keep].since_ms = now_ms;
    }
    cut = keep > most ? keep - most : 0;
    memmove(keys, keys + cut, (keep - cut) * sizeof *keys);
    return keep - cut;
}

static struct err advance_skipped(struct vault *v, const struct opened *o,
                                  const struct chains_match *m, uint64_t now_ms)
{
    struct err err = OK;
    struct arena a = ARENA(ARENA_MAX);
    struct kept *keys;
    size_t n, after, most = CHANNEL_SKIPPED_MAX;
    uint64_t all;

    TRY_OUT(get_skipped(v, &m->from.did, &a, &keys, &n));
    if (n == 0 && m->n_passed == 0)
        goto out;
    TRY_OUT(vault_counter_get(v, VAULT_SKIPPED_KEYS, &all));
    all -= all < n ? all : n;
    if (CHAINS_SKIPPED_DEVICE_MAX - all < most)
        most = (size_t)(CHAINS_SKIPPED_DEVICE_MAX - all);
    after = renew_skipped(keys, n, o, m, most, now_ms);
    TRY_OUT(put_skipped(v, &m->from.did, keys, after));
    TRY_OUT(vault_counter_set(v, VAULT_SKIPPED_KEYS, all + after));
out:
    arena_free(&a);
    return err;
}

struct err chains_advance(struct vault *v, const struct opened *o, const struct chains_match *m,
                          uint64_t now_ms)
{
    TRY(advance_epoch(v, m, now_ms));
    return advance_skipped(v, o, m, now_ms);
}
