/* SPDX-License-Identifier: Apache-2.0 */
#include "client/own.h"

#include "base/reader.h"
#include "crypto/secret.h"

static const struct bytes NO_KEY = {NULL, 0};

#define NETWORK_MAX       2048
#define LEAP_MOST         (1 << 20) /* of prekey numbers: more than an hour each of a century */
#define PREKEY_RECORD_MAX (8 + AGREE_PRIVATE_SIZE + MLKEM_PRIVATE_SIZE + PREKEY_SIZE)
#define OWN_IN_FLIGHT_MS                                                     \
    CLOCK_MINUTE_MS /* what the server accepted last may still be on its way \
                     */

/* ---- records */

static void write_text(struct buf *b, const char *text)
{
    size_t opened = buf_open(b);

    buf_text(b, text);
    buf_close(b, opened);
}

static void read_text(struct reader *r, char *out, size_t room)
{
    struct bytes text = reader_block(r, room - 1);

    if (text.n > 0)
        memcpy(out, text.at, text.n);
    out[text.n] = '\0';
}

static struct err put_network(const struct own *o, struct vault *v)
{
    struct err err = OK;
    struct buf b = BUF(NETWORK_MAX);
    struct bytes value;

    buf_bytes(&b, ID_BYTES(o->nid));
    buf_bytes(&b, BYTES(o->root.b));
    buf_bytes(&b, BYTES(o->pin));
    buf_bytes(&b, BYTES(o->token));
    buf_u8(&b, o->joined);
    write_text(&b, o->domain);
    write_text(&b, o->address);
    write_text(&b, o->handle);
    write_text(&b, o->network_name);
    TRY_OUT(buf_end(&b, &value));
    TRY_OUT(vault_put(v, VAULT_NETWORK, NO_KEY, 0, value));
out:
    buf_free(&b);
    return err;
}

static struct err get_network(struct own *o, struct vault *v, struct arena *a)
{
    struct bytes value;
    struct reader r;

    TRY(vault_get(v, VAULT_NETWORK, NO_KEY, 0, a, &value));
    r = reader(value);
    reader_copy(&r, o->nid.b, sizeof o->nid.b);
    reader_copy(&r, o->root.b, sizeof o->root.b);
    reader_copy(&r, o->pin, sizeof o->pin);
    reader_copy(&r, o->token, sizeof o->token);
    o->joined = reader_u8(&r) != 0;
    read_text(&r, o->domain, sizeof o->domain);
    read_text(&r, o->address, sizeof o->address);
    read_text(&r, o->handle, sizeof o->handle);
    read_text(&r, o->network_name, sizeof o->network_name);
    return reader_end(&r);
}

/* [PROTOCOL 4.7] */
static struct err get_server(struct own *o, struct vault *v, struct arena *a)
{
    struct bytes value;
    struct err err = vault_get(v, VAULT_SERVER_KEYS, NO_KEY, 0, a, &value);

    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    return server_keys_parse(value, &o->server);
}

static struct err put_identity(const struct own *o, struct vault *v)
{
    struct err err = OK;
    struct buf b = BUF(512);

    TRY_OUT(identity_write(&o->me, &b));
    TRY_OUT(vault_put(v, VAULT_IDENTITY, NO_KEY, 0, buf_view(&b)));
out:
    buf_free(&b);
    return err;
}

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

static struct err get_prekeys(struct own *o, struct vault *v, struct arena *a)
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

static struct err make_list(struct own *o, struct vault *v, uint64_t now_ms)
{
    struct err err = OK;
    struct buf b = BUF(DEVICE_LIST_MAX_SIZE);
    struct device_list list = {.aid = o->me.who.aid, .version = 1, .made_ms = now_ms};

    list.devices = 1;
    list.device[0] = (struct device_entry){
        .did = o->me.who.did, .dsk = o->me.dsk, .role = DEVICE_PLAIN, .added_ms = now_ms};
    TRY_OUT(
        device_list_sign(&list, &o->nid, o->me.ark_secret, &o->me.who.did, o->me.dsk_secret, &b));
    TRY_OUT(vault_put(v, VAULT_LIST, ID_BYTES(o->me.who.aid), list.version, buf_view(&b)));
    o->list = list;
out:
    buf_free(&b);
    return err;
}

/* Private half i goes, from disk and from memory. */
static struct err delete_prekey(struct own *o, struct vault *v, size_t i)
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

static struct err make_prekey(struct own *o, struct vault *v, uint32_t number, uint64_t now_ms)
{
    struct err err = OK;
    struct buf b = BUF(PREKEY_SIZE);
    struct own_prekey p = {0};
    uint8_t kem[MLKEM_PUBLIC_SIZE];

    p.statement.aid = o->me.who.aid;
    p.statement.did = o->me.who.did;
    p.statement.number = number;
    p.statement.made_ms = now_ms;
    p.statement.list_version = o->list.version;
    memcpy(p.statement.list_hash, o->list.hash, sizeof p.statement.list_hash);
    TRY_OUT(agree_generate(&p.secret, p.statement.point));
    TRY_OUT(mlkem_generate(&p.kem, kem));
    TRY_OUT(prekey_kem_digest(BYTES(kem), p.statement.kem_digest));
    TRY_OUT(prekey_sign(&p.statement, &o->nid, o->me.dsk_secret, &b));
    TRY_OUT(put_prekey(v, &p, buf_view(&b)));
    if (o->prekeys == OWN_PREKEYS_MAX)
        TRY_OUT(delete_prekey(o, v, o->prekeys - 1));
    for (size_t i = o->prekeys; i > 0; i--)
        o->prekey[i] = o->prekey[i - 1];
    o->prekey[0] = p;
    o->prekeys++;
    p.secret = NULL;
    p.kem = NULL;
out:
    sign_off(&p);
    buf_free(&b);
    return err;
}

struct err own_make_prekey(struct own *o, struct vault *v, uint64_t now_ms)
{
    uint32_t number = o->prekey[0].statement.number + 1;

    if (o->prekey[0].acknowledged_ms == 0)
        TRY(delete_prekey(o, v, 0));
    return make_prekey(o, v, number, now_ms);
}

static struct err create_in(struct own *o, struct vault *v, uint64_t now_ms)
{
    TRY(identity_make(&o->nid, &o->me));
    TRY(put_identity(o, v));
    TRY(make_list(o, v, now_ms));
    TRY(make_prekey(o, v, 1, now_ms));
    return put_network(o, v);
}

struct err own_create(struct vault *v, const struct invitation *link, uint64_t now_ms,
                      struct own *out)
{
    struct err err = OK;

    *out = (struct own){.nid = link->nid};
    memcpy(out->pin, link->pin, sizeof out->pin);
    memcpy(out->token, link->token, sizeof out->token);
    memcpy(out->address, link->address, sizeof out->address);
    TRY(vault_begin(v));
    err = vault_end(v, create_in(out, v, now_ms));
    if (err.code != E_OK)
        own_free(out);
    return err;
}

struct err own_date_again(struct own *o, struct vault *v, uint64_t now_ms)
{
    invariant(!o->joined && o->prekeys == 1);
    if (o->list.made_ms > now_ms)
        TRY(make_list(o, v, now_ms));
    TRY(delete_prekey(o, v, 0));
    return make_prekey(o, v, 1, now_ms);
}

struct err own_load(struct vault *v, struct own *out)
{
    struct err err = OK;
    struct arena a = ARENA(1 << 20);
    struct bytes value;
    uint64_t version;

    *out = (struct own){0};
    TRY_OUT(get_network(out, v, &a));
    TRY_OUT(get_server(out, v, &a));
    TRY_OUT(vault_get(v, VAULT_IDENTITY, NO_KEY, 0, &a, &value));
    TRY_OUT(identity_parse(value, &out->me));
    TRY_OUT(vault_last(v, VAULT_LIST, ID_BYTES(out->me.who.aid), UINT64_MAX, &a, &version, &value));
    TRY_OUT(device_list_parse(value, &out->nid, &out->list));
    TRY_OUT(get_prekeys(out, v, &a));
    if (out->prekeys == 0) /* rows were taken out of the file */
        TRY_OUT(FAIL(E_FORGED));
out:
    arena_free(&a);
    if (err.code != E_OK)
        own_free(out);
    return err;
}

void own_free(struct own *o)
{
    identity_free(&o->me);
    for (size_t i = 0; i < o->prekeys; i++)
        sign_off(&o->prekey[i]);
    secret_wipe(o, sizeof *o);
}

/* ---- joining */

static struct err check_joined(struct own *o, const struct own_joined *in, uint64_t now_ms)
{
    struct directory_certificate certificate;
    struct directory_statement me;
    struct network_id nid;

    if (in->root.n != sizeof o->root.b || in->domain.n > OWN_DOMAIN_MAX)
        return FAIL(E_MALFORMED);
    memcpy(o->root.b, in->root.at, sizeof o->root.b);
    TRY(names_network(&o->root, in->domain, &nid));
    if (!ID_SAME(nid, o->nid))
        return FAIL(E_FORGED);
    TRY(directory_check_certificate(in->certificate, &o->nid, &o->root, now_ms, &certificate));
    TRY(directory_check(in->me, &o->nid, &certificate.key, now_ms, &me));
    if (!ID_SAME(me.aid, o->me.who.aid) || me.state != DIRECTORY_ACTIVE)
        return FAIL(E_FORGED);
    memcpy(o->domain, in->domain.at, in->domain.n);
    o->domain[in->domain.n] = '\0';
    memcpy(o->handle, me.handle.at, me.handle.n);
    o->handle[me.handle.n] = '\0';
    memcpy(o->network_name, certificate.name.at, certificate.name.n);
    o->network_name[certificate.name.n] = '\0';
    return OK;
}

static struct err join_in(struct own *o, struct vault *v, uint64_t now_ms)
{
    TRY(put_network(o, v));
    return own_prekey_acknowledged(o, v, o->prekey[0].statement.number, now_ms);
}

struct err own_join(struct own *o, struct vault *v, const struct own_joined *answer,
                    uint64_t now_ms)
{
    TRY(check_joined(o, answer, now_ms));
    secret_wipe(o->token, sizeof o->token);
    o->joined = true;
    TRY(vault_begin(v));
    return vault_end(v, join_in(o, v, now_ms));
}

/* ---- the server's keys */

struct bytes own_pins(const struct own *o)
{
    return o->server.pins == 0 ? BYTES(o->pin)
                               : bytes(o->server.pin, o->server.pins * sizeof o->server.pin[0]);
}

static struct err check_server(const struct own *o, struct bytes statement,
                               struct bytes certificate, uint64_t now_ms, struct server_keys *out)
{
    struct directory_certificate c;

    TRY(directory_check_certificate(certificate, &o->nid, &o->root, now_ms, &c));
    TRY(server_keys_check(statement, &o->nid, &c.key, now_ms, out));
    if (out->number < o->server.number)
        return FAIL(E_STALE);
    if (out->number == o->server.number && !server_keys_same(out, &o->server))
        return FAIL(E_CONFLICT);
    return OK;
}

struct err own_learn_server(struct own *o, struct vault *v, struct bytes statement,
                            struct bytes certificate, uint64_t now_ms)
{
    struct server_keys s;

    if (statement.n == 0)
        return o->server.number == 0 ? OK : FAIL(E_STALE);
    /* What says what we know needs no check. */
    if (server_keys_parse(statement, &s).code == E_OK && server_keys_same(&s, &o->server))
        return OK;
    TRY(check_server(o, statement, certificate, now_ms, &s));
    TRY(vault_begin(v));
    TRY(vault_end(v, vault_put(v, VAULT_SERVER_KEYS, NO_KEY, 0, statement)));
    o->server = s;
    return OK;
}

/* ---- statements */

struct err own_list_statement(struct own *o, struct vault *v, struct arena *a, struct bytes *out)
{
    return vault_get(v, VAULT_LIST, ID_BYTES(o->me.who.aid), o->list.version, a, out);
}

struct err own_prekey_statement(struct own *o, struct vault *v, uint32_t number, struct arena *a,
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

const struct own_prekey *own_find_prekey(const struct own *o, uint32_t number)
{
    for (size_t i = 0; i < o->prekeys; i++)
        if (o->prekey[i].statement.number == number)
            return &o->prekey[i];
    return NULL;
}

const struct own_prekey *own_find_prekey_low(const struct own *o, uint16_t low)
{
    for (size_t i = 0; i < o->prekeys; i++)
        if ((o->prekey[i].statement.number & 0xffff) == low)
            return &o->prekey[i];
    return NULL;
}

bool own_was_superseded(const struct own *o, uint16_t low, uint64_t dated_ms)
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

uint64_t own_next_rotation(const struct own *o)
{
    uint64_t prekey = next_prekey(o), deletion = next_deletion(o);

    return deletion != 0 && deletion < prekey ? deletion : prekey;
}

bool own_prekey_is_due(const struct own *o, uint64_t now_ms)
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

struct err own_prekey_acknowledged(struct own *o, struct vault *v, uint32_t number, uint64_t now_ms)
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

struct err own_renew_prekeys(struct own *o, struct vault *v, uint32_t servers, uint64_t now_ms)
{
    uint32_t newest = o->prekey[0].statement.number;

    if (servers > newest && servers - newest > LEAP_MOST)
        servers = newest; /* no copy of ours went so far */
    if (servers < newest && o->prekey[0].acknowledged_ms == 0)
        TRY(delete_prekey(o, v, 0));
    else /* the copy published it: it may be sealed to */
        TRY(own_prekey_acknowledged(o, v, newest, now_ms));
    return make_prekey(o, v, (servers > newest ? servers : newest) + 1, now_ms);
}

bool own_deletion_is_due(const struct own *o, bool drained, uint64_t now_ms)
{
    uint64_t since;

    if (next_deletion(o) == 0)
        return false;
    since = clock_since(now_ms, o->prekey[o->prekeys - 2].acknowledged_ms);
    return since >= PREKEY_DELETION_MOST_MS || (drained && now_ms >= next_deletion(o));
}

struct err own_delete_prekeys(struct own *o, struct vault *v, bool drained, uint64_t now_ms)
{
    while (own_deletion_is_due(o, drained, now_ms))
        TRY(delete_prekey(o, v, o->prekeys - 1));
    return OK;
}
