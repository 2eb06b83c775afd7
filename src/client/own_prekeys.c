/* SPDX-License-Identifier: Apache-2.0 */
#include "client/own_prekeys.h"

#include "base/reader.h"
#include "crypto/secret.h"

static const struct bytes NO_KEY = {NULL, 0};

#define LEAP_MOST         (1 << 20) /* of prekey numbers: more than an hour each of a century */
#define PREKEY_RECORD_MAX (8 + AGREE_PRIVATE_SIZE + MLKEM_PRIVATE_SIZE + PREKEY_SIZE)
/* What the server accepted last may still be on its way. */
#define OWN_IN_FLIGHT_MS CLOCK_MINUTE_MS

/* ---- records */

static struct err put_prekey(struct vault *v, const struct own_prekey *p, struct bytes statement)
{
    struct err err = OK;
    struct buf b = BUF(PREKEY_RECORD_MAX);
    uint8_t scalar[AGREE_PRIVATE_SIZE], seed[MLKEM_PRIVATE_SIZE];

    TRY_OUT(agree_private_write(p->secret, scalar));
    mlkem_private_write(p->kem, seed);
    buf_u64(&b, p->acknowledged_ms);
    buf_bytes(&b, BYTES(scalar));
    buf_bytes(&b, BYTES(seed));
    buf_bytes(&b, statement);
    TRY_OUT(vault_put(v, VAULT_OWN_PREKEY, NO_KEY, p->statement.number, buf_view(&b)));
out:
    secret_wipe(scalar, sizeof scalar);
    secret_wipe(seed, sizeof seed);
    buf_free(&b);
    return err;
}

static struct err parse_prekey(struct bytes value, struct own_prekey *p, struct bytes *statement)
{
    struct reader r = reader(value);
    struct bytes scalar, seed;

    p->acknowledged_ms = reader_u64(&r);
    scalar = reader_take(&r, AGREE_PRIVATE_SIZE);
    seed = reader_take(&r, MLKEM_PRIVATE_SIZE);
    *statement = reader_take(&r, reader_left(&r));
    TRY(reader_end(&r));
    TRY(prekey_parse(*statement, &p->statement));
    TRY(agree_private_parse(&p->secret, scalar));
    return mlkem_private_parse(&p->kem, seed);
}

static void sign_off(struct own_prekey *p)
{
    agree_private_free(p->secret);
    mlkem_private_free(p->kem);
    *p = (struct own_prekey){0};
}

struct err own_prekeys_load(struct own *o, struct vault *v, struct arena *a)
{
    uint64_t most = UINT64_MAX;
    struct bytes value, statement;

    while (o->prekeys < OWN_PREKEYS_MAX) {
        struct err err = vault_last(v, VAULT_OWN_PREKEY, NO_KEY, most, a, &most, &value);

        if (err.code == E_ABSENT)
            break;
        TRY(err);
        err = parse_prekey(value, &o->prekey[o->prekeys], &statement);
        if (err.code != E_OK) {
            sign_off(&o->prekey[o->prekeys]);
            return err;
        }
        o->prekeys++;
        if (most-- == 0)
            break;
    }
    return OK;
}

/* ---- making */

struct err own_prekeys_delete(struct own *o, struct vault *v, size_t i)
{
    uint32_t number = o->prekey[i].statement.number;

    TRY(vault_erase(v, VAULT_OWN_PREKEY, NO_KEY, number));
    if (i == o->prekeys - 1) /* the oldest: no epoch of it or of one before can come again */
        TRY(vault_erase_below(v, VAULT_EPOCH_SEEN, (uint64_t)number + 1));
    sign_off(&o->prekey[i]);
    o->prekeys--;
    for (; i < o->prekeys; i++)
        o->prekey[i] = o->prekey[i + 1];
    o->prekey[o->prekeys] = (struct own_prekey){0};
    return OK;
}

/* It is the newest then. */
static struct err put_first(struct own *o, struct vault *v, struct own_prekey *p)
{
    if (o->prekeys == OWN_PREKEYS_MAX)
        TRY(own_prekeys_delete(o, v, o->prekeys - 1));
    for (size_t i = o->prekeys; i > 0; i--)
        o->prekey[i] = o->prekey[i - 1];
    o->prekey[0] = *p;
    o->prekeys++;
    *p = (struct own_prekey){0};
    return OK;
}

struct err own_prekeys_adopt(struct own *o, struct vault *v, uint32_t number,
                             struct agree_private **point, struct mlkem_private **kem,
                             uint64_t now_ms)
{
    struct err err = OK;
    struct buf b = BUF(PREKEY_SIZE);
    struct own_prekey p = {.secret = *point, .kem = *kem};
    uint8_t pub[MLKEM_PUBLIC_SIZE];

    *point = NULL;
    *kem = NULL;
    p.statement.aid = o->me.who.aid;
    p.statement.did = o->me.who.did;
    p.statement.number = number;
    p.statement.made_ms = now_ms;
    p.statement.list_version = o->list.version;
    memcpy(p.statement.list_hash, o->list.hash, sizeof p.statement.list_hash);
    TRY_OUT(agree_private_public(p.secret, p.statement.point));
    mlkem_private_public(p.kem, pub);
    TRY_OUT(prekey_kem_digest(BYTES(pub), p.statement.kem_digest));
    TRY_OUT(prekey_sign(&p.statement, &o->nid, o->me.dsk_secret, &b));
    TRY_OUT(put_prekey(v, &p, buf_view(&b)));
    TRY_OUT(put_first(o, v, &p));
out:
    sign_off(&p);
    buf_free(&b);
    return err;
}

struct err own_prekeys_make(struct own *o, struct vault *v, uint32_t number, uint64_t now_ms)
{
    struct agree_private *point = NULL;
    struct mlkem_private *kem = NULL;
    uint8_t pub[AGREE_PUBLIC_SIZE], kem_pub[MLKEM_PUBLIC_SIZE];
    struct err err = OK;

    TRY_OUT(agree_generate(&point, pub));
    TRY_OUT(mlkem_generate(&kem, kem_pub));
    TRY_OUT(own_prekeys_adopt(o, v, number, &point, &kem, now_ms));
out:
    agree_private_free(point);
    mlkem_private_free(kem);
    return err;
}

void own_prekeys_free(struct own *o)
{
    for (size_t i = 0; i < o->prekeys; i++)
        sign_off(&o->prekey[i]);
}

struct err own_prekeys_make_next(struct own *o, struct vault *v, uint64_t now_ms)
{
    uint32_t number = o->prekey[0].statement.number + 1;

    if (o->prekey[0].acknowledged_ms == 0)
        TRY(own_prekeys_delete(o, v, 0));
    return own_prekeys_make(o, v, number, now_ms);
}

struct err own_prekeys_statement(struct own *o, struct vault *v, uint32_t number, struct arena *a,
                                 struct bytes *out, struct bytes *kem)
{
    struct err err = OK;
    struct own_prekey p = {0};
    uint8_t pub[MLKEM_PUBLIC_SIZE];
    struct bytes value;

    (void)o;
    TRY(vault_get(v, VAULT_OWN_PREKEY, NO_KEY, number, a, &value));
    TRY_OUT(parse_prekey(value, &p, out));
    mlkem_private_public(p.kem, pub);
    TRY_OUT(arena_copy(a, BYTES(pub), kem));
out:
    sign_off(&p);
    return err;
}

/* ---- prekeys in use */

const struct own_prekey *own_prekeys_find(const struct own *o, uint32_t number)
{
    for (size_t i = 0; i < o->prekeys; i++)
        if (o->prekey[i].statement.number == number)
            return &o->prekey[i];
    return NULL;
}

const struct own_prekey *own_prekeys_find_low(const struct own *o, uint16_t low)
{
    for (size_t i = 0; i < o->prekeys; i++)
        if ((o->prekey[i].statement.number & 0xffff) == low)
            return &o->prekey[i];
    return NULL;
}

bool own_prekeys_was_superseded(const struct own *o, uint16_t low, uint64_t dated_ms)
{
    for (size_t i = 1; i < o->prekeys; i++)
        if ((o->prekey[i].statement.number & 0xffff) == low && o->prekey[i - 1].acknowledged_ms > 0)
            return clock_since(dated_ms, o->prekey[i - 1].acknowledged_ms) > 2 * CLOCK_DAY_MS;
    return false;
}

/* When may the oldest private half go, if the mailbox is drained?  0: it is the newest, too. */
static uint64_t next_deletion(const struct own *o)
{
    return o->prekeys < 2 || o->prekey[o->prekeys - 2].acknowledged_ms == 0
               ? 0
               : clock_add(o->prekey[o->prekeys - 2].acknowledged_ms,
                           PREKEY_ROTATION_MS + OWN_IN_FLIGHT_MS);
}

static uint64_t next_prekey(const struct own *o)
{
    const struct own_prekey *newest = &o->prekey[0];

    return clock_add(newest->statement.made_ms,
                     newest->acknowledged_ms == 0 ? CLOCK_HOUR_MS : PREKEY_ROTATION_MS);
}

uint64_t own_prekeys_next_rotation(const struct own *o)
{
    uint64_t prekey = next_prekey(o), deletion = next_deletion(o);

    return deletion != 0 && deletion < prekey ? deletion : prekey;
}

bool own_prekeys_is_due(const struct own *o, uint64_t now_ms)
{
    /* One from the future was made while our clock was wrong. */
    return now_ms >= next_prekey(o) || clock_is_ahead(o->prekey[0].statement.made_ms, now_ms);
}

static struct err store_again(struct vault *v, const struct own_prekey *p)
{
    struct err err = OK;
    struct arena a = ARENA(4096);
    struct own_prekey before = {0};
    struct bytes value, statement;

    TRY_OUT(vault_get(v, VAULT_OWN_PREKEY, NO_KEY, p->statement.number, &a, &value));
    TRY_OUT(parse_prekey(value, &before, &statement));
    TRY_OUT(put_prekey(v, p, statement));
out:
    sign_off(&before);
    arena_free(&a);
    return err;
}

struct err own_prekeys_acknowledged(struct own *o, struct vault *v, uint32_t number,
                                    uint64_t now_ms)
{
    for (size_t i = 0; i < o->prekeys; i++) {
        struct own_prekey *p = &o->prekey[i];

        if (p->statement.number != number || p->acknowledged_ms != 0)
            continue;
        p->acknowledged_ms = now_ms == 0 ? 1 : now_ms;
        return store_again(v, p);
    }
    return OK;
}

struct err own_prekeys_renew(struct own *o, struct vault *v, uint32_t servers, uint64_t now_ms)
{
    uint32_t newest = o->prekey[0].statement.number;

    if (servers > newest && servers - newest > LEAP_MOST)
        servers = newest; /* no copy of ours went so far */
    if (servers < newest && o->prekey[0].acknowledged_ms == 0)
        TRY(own_prekeys_delete(o, v, 0));
    else /* the copy published it: it may be sealed to */
        TRY(own_prekeys_acknowledged(o, v, newest, now_ms));
    return own_prekeys_make(o, v, (servers > newest ? servers : newest) + 1, now_ms);
}

bool own_prekeys_deletion_is_due(const struct own *o, bool drained, uint64_t now_ms)
{
    uint64_t since;

    if (next_deletion(o) == 0)
        return false;
    since = clock_since(now_ms, o->prekey[o->prekeys - 2].acknowledged_ms);
    return since >= PREKEY_DELETION_MOST_MS || (drained && now_ms >= next_deletion(o));
}

struct err own_prekeys_delete_old(struct own *o, struct vault *v, bool drained, uint64_t now_ms)
{
    while (own_prekeys_deletion_is_due(o, drained, now_ms))
        TRY(own_prekeys_delete(o, v, o->prekeys - 1));
    return OK;
}
