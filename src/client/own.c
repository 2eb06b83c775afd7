/* SPDX-License-Identifier: Apache-2.0 */
#include "client/own.h"

#include "base/reader.h"
#include "client/own_prekeys.h"
#include "crypto/secret.h"

static const struct bytes NO_KEY = {NULL, 0};

#define NETWORK_MAX 2048

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

static struct err create_in(struct own *o, struct vault *v, uint64_t now_ms)
{
    TRY(identity_make(&o->nid, &o->me));
    TRY(put_identity(o, v));
    TRY(make_list(o, v, now_ms));
    TRY(own_prekeys_make(o, v, 1, now_ms));
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
    TRY(own_prekeys_delete(o, v, 0));
    return own_prekeys_make(o, v, 1, now_ms);
}

struct err own_load(struct vault *v, struct own *out)
{
    struct err err = OK;
    struct arena a = ARENA(1 << 20);
    struct bytes value;
    uint64_t first;
    bool news;

    *out = (struct own){0};
    TRY_OUT(get_network(out, v, &a));
    TRY_OUT(get_server(out, v, &a));
    TRY_OUT(vault_get(v, VAULT_IDENTITY, NO_KEY, 0, &a, &value));
    TRY_OUT(identity_parse(value, &out->me));
    TRY_OUT(own_refresh_list(out, v, &news));
    TRY_OUT(vault_next(v, VAULT_LIST, ID_BYTES(out->me.who.aid), 0, &a, &first, &value));
    out->added = first > 1;
    TRY_OUT(own_prekeys_load(out, v, &a));
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
    own_prekeys_free(o);
    secret_wipe(o, sizeof *o);
}

/* ---- a device that was added to an account */

static struct err put_adopted(struct own *o, struct vault *v, const struct own_adopted *in,
                              uint64_t now_ms)
{
    TRY(put_identity(o, v));
    TRY(vault_put(v, VAULT_LIST, ID_BYTES(o->me.who.aid), o->list.version, in->list));
    TRY(in->point == NULL ? own_prekeys_make(o, v, 1, now_ms)
                          : own_prekeys_adopt(o, v, 1, in->point, in->kem, now_ms));
    return put_network(o, v);
}

static struct err read_adopted(struct own *o, const struct own_adopted *in)
{
    if (in->root.n != sizeof o->root.b || in->domain.n >= sizeof o->domain ||
        in->handle.n >= sizeof o->handle || in->address.n >= sizeof o->address ||
        in->pin.n != sizeof o->pin)
        return FAIL(E_MALFORMED);
    memcpy(o->root.b, in->root.at, in->root.n);
    memcpy(o->domain, in->domain.at, in->domain.n);
    memcpy(o->handle, in->handle.at, in->handle.n);
    memcpy(o->address, in->address.at, in->address.n);
    memcpy(o->pin, in->pin.at, in->pin.n);
    return device_list_parse(in->list, &o->nid, &o->list);
}

struct err own_adopt(struct vault *v, const struct own_adopted *in, uint64_t now_ms,
                     struct own *out)
{
    struct err err = OK;

    *out = (struct own){.nid = in->me->who.nid, .joined = true, .added = true, .me = *in->me};
    *in->me = (struct identity){0};
    TRY_OUT(read_adopted(out, in));
    TRY_OUT(vault_begin(v));
    TRY_OUT(vault_end(v, put_adopted(out, v, in, now_ms)));
out:
    if (err.code != E_OK)
        own_free(out);
    return err;
}

struct err own_learn_network(struct own *o, struct vault *v, struct bytes name)
{
    if (o->network_name[0] != '\0' || name.n == 0 || name.n >= sizeof o->network_name)
        return OK;
    memcpy(o->network_name, name.at, name.n);
    o->network_name[name.n] = '\0';
    TRY(vault_begin(v));
    return vault_end(v, put_network(o, v));
}

/* ---- my account's list */

struct err own_refresh_list(struct own *o, struct vault *v, bool *news)
{
    struct err err = OK;
    struct arena a = ARENA(4 * DEVICE_LIST_MAX_SIZE);
    uint32_t before = o->list.version;
    struct bytes value;
    uint64_t version;

    TRY_OUT(vault_last(v, VAULT_LIST, ID_BYTES(o->me.who.aid), UINT64_MAX, &a, &version, &value));
    TRY_OUT(device_list_parse(value, &o->nid, &o->list));
    *news = o->list.version != before;
out:
    arena_free(&a);
    return err;
}

bool own_is_listed(const struct own *o)
{
    return device_list_find_device(&o->list, &o->me.who.did) != NULL;
}

bool own_has_siblings(const struct own *o)
{
    return device_list_count(&o->list) > 1;
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
    return own_prekeys_acknowledged(o, v, o->prekey[0].statement.number, now_ms);
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

struct err own_list_statement(const struct own *o, struct vault *v, struct arena *a,
                              struct bytes *out)
{
    return vault_get(v, VAULT_LIST, ID_BYTES(o->me.who.aid), o->list.version, a, out);
}
