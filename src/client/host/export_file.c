/* SPDX-License-Identifier: Apache-2.0 */
#include "client/host/export_file.h"

#include <jansson.h>
#include <stdlib.h>

#include "base/encoding.h"
#include "client/delivery.h"
#include "client/messages.h"
#include "crypto/hash.h"
#include "e2ee/payload.h"
#include "e2ee/proof.h"
#include "statement/device_list.h"

#define PIECE (64 * 1024) /* bytes that are asked for at once */

struct person {
    struct account_id aid;
    struct point ark;
};
struct device {
    struct account_id aid;
    struct device_id did;
    struct point dsk;
};

struct checking {
    const struct network_id *nid;
    uint64_t now_ms;
    struct room_id room;
    struct hash_run *run;
    struct buf people, devices; /* of struct person, struct device */
    bool begun, ended;
    struct export_found *out;
};

/* ---- members of an object */

static struct err get_text(json_t *o, const char *name, struct bytes *out)
{
    json_t *value = json_object_get(o, name);

    if (!json_is_string(value))
        return FAIL(E_MALFORMED);
    *out = bytes((const uint8_t *)json_string_value(value), json_string_length(value));
    return OK;
}

static struct err get_number(json_t *o, const char *name, uint64_t most, uint64_t *out)
{
    json_t *value = json_object_get(o, name);

    if (!json_is_integer(value) || json_integer_value(value) < 0 ||
        (uint64_t)json_integer_value(value) > most)
        return FAIL(E_MALFORMED);
    *out = (uint64_t)json_integer_value(value);
    return OK;
}

/* Exactly n bytes in hexadecimal. */
static struct err get_id(json_t *o, const char *name, uint8_t *out, size_t n)
{
    struct bytes text;

    TRY(get_text(o, name, &text));
    for (size_t i = 0; i < text.n; i++)
        if (text.at[i] >= 'A' && text.at[i] <= 'F')
            return FAIL(E_MALFORMED);
    return encoding_hex_read(text, out, n);
}

static struct err get_bytes(json_t *o, const char *name, struct buf *out)
{
    struct bytes text;

    TRY(get_text(o, name, &text));
    TRY(encoding_base64_read(text, out));
    return out->failed == E_OK ? OK : FAIL(out->failed);
}

static bool is_null(json_t *o, const char *name)
{
    return json_is_null(json_object_get(o, name));
}

/* ---- people and devices */

static const struct person *find_person(const struct checking *k, const struct account_id *aid)
{
    for (size_t i = 0; i < k->people.n / sizeof(struct person); i++) {
        const struct person *p = (const struct person *)(const void *)k->people.at + i;

        if (ID_SAME(p->aid, *aid))
            return p;
    }
    return NULL;
}

static const struct device *find_device(const struct checking *k, const struct device_id *did)
{
    for (size_t i = 0; i < k->devices.n / sizeof(struct device); i++) {
        const struct device *d = (const struct device *)(const void *)k->devices.at + i;

        if (ID_SAME(d->did, *did))
            return d;
    }
    return NULL;
}

static struct err take_person(struct checking *k, json_t *o)
{
    struct person p;
    struct account_id follows;
    struct buf root = BUF(sizeof p.ark.b);
    struct err err = OK;

    TRY_OUT(get_id(o, "account", p.aid.b, sizeof p.aid.b));
    TRY_OUT(get_bytes(o, "root", &root));
    if (root.n != sizeof p.ark.b ||
        (!json_is_string(json_object_get(o, "handle")) && !is_null(o, "handle")))
        TRY_OUT(FAIL(E_MALFORMED));
    memcpy(p.ark.b, root.at, sizeof p.ark.b);
    TRY_OUT(names_account(k->nid, &p.ark, &follows));
    if (!ID_SAME(follows, p.aid))
        TRY_OUT(FAIL(E_FORGED));
    if (find_person(k, &p.aid) != NULL)
        TRY_OUT(FAIL(E_MALFORMED));
    buf_bytes(&k->people, bytes((const uint8_t *)&p, sizeof p));
    if (k->people.failed != E_OK)
        err = FAIL(k->people.failed);
out:
    buf_free(&root);
    return err;
}

static struct err take_devices(struct checking *k, const struct device_list *list)
{
    for (size_t i = 0; i < list->devices; i++) {
        struct device d = {list->aid, list->device[i].did, list->device[i].dsk};

        if (device_list_is_device(&list->device[i]) && find_device(k, &d.did) == NULL)
            buf_bytes(&k->devices, bytes((const uint8_t *)&d, sizeof d));
    }
    return k->devices.failed == E_OK ? OK : FAIL(k->devices.failed);
}

static struct err take_list(struct checking *k, json_t *o)
{
    struct buf b = BUF(DEVICE_LIST_MAX_SIZE);
    struct device_list list;
    const struct person *p;
    struct err err = OK;

    TRY_OUT(get_bytes(o, "list", &b));
    TRY_OUT(device_list_parse(buf_view(&b), k->nid, &list));
    p = find_person(k, &list.aid);
    if (p == NULL)
        TRY_OUT(FAIL(E_MALFORMED));
    TRY_OUT(device_list_check(buf_view(&b), k->nid, &p->ark, NULL, k->now_ms, &list));
    TRY_OUT(take_devices(k, &list));
out:
    buf_free(&b);
    return err;
}

/* ---- a message */

struct line {
    struct message_id id;
    struct account_id aid;
    struct device_id did;
    bool known; /* by which account */
    uint64_t seq, sent_ms, kept_ms, ttl_s, type, state, notes, missing;
};

static struct err read_line(json_t *o, struct line *l)
{
    l->known = !is_null(o, "account");
    TRY(get_id(o, "id", l->id.b, sizeof l->id.b));
    if (l->known)
        TRY(get_id(o, "account", l->aid.b, sizeof l->aid.b));
    TRY(get_id(o, "device", l->did.b, sizeof l->did.b));
    TRY(get_number(o, "seq", INT64_MAX, &l->seq));
    TRY(get_number(o, "sent", INT64_MAX, &l->sent_ms));
    TRY(get_number(o, "kept", INT64_MAX, &l->kept_ms));
    TRY(get_number(o, "ttl", UINT32_MAX, &l->ttl_s));
    TRY(get_number(o, "type", UINT16_MAX, &l->type));
    TRY(get_number(o, "state", DELIVERY_READ, &l->state));
    TRY(get_number(o, "notes", UINT32_MAX, &l->notes));
    return get_number(o, "missing", INT64_MAX, &l->missing);
}

/* What it says: text, or of another type its bytes. */
static struct err read_content(json_t *o, const struct line *l, struct buf *out)
{
    struct bytes text;

    if (l->type != PAYLOAD_TEXT)
        return is_null(o, "text") ? get_bytes(o, "content", out) : FAIL(E_MALFORMED);
    if (!is_null(o, "content"))
        return FAIL(E_MALFORMED);
    TRY(get_text(o, "text", &text));
    buf_bytes(out, text);
    return out->failed == E_OK ? OK : FAIL(out->failed);
}

/* The signature speaks of this very line. */
static struct err check_core(const struct checking *k, const struct line *l, const struct core *c)
{
    bool same = ID_SAME(c->id, l->id) && ID_SAME(c->sender.did, l->did) && l->known &&
                ID_SAME(c->sender.aid, l->aid) && ID_SAME(c->sender.nid, *k->nid) &&
                c->seq == l->seq && c->sent_ms == l->sent_ms && c->ttl_s == l->ttl_s &&
                c->type == l->type && (ID_SAME(c->room, k->room) || l->notes & MESSAGE_COPY);

    return same ? OK : FAIL(E_FORGED);
}

static struct err check_proof(const struct checking *k, const struct line *l, struct bytes proof,
                              struct bytes content)
{
    const struct device *d = find_device(k, &l->did);
    struct sign_public *dsk = NULL;
    struct core core;
    struct wrap wrap;
    struct err err;

    TRY(proof_parse(proof, &core, &wrap));
    TRY(check_core(k, l, &core));
    if (d == NULL || !ID_SAME(d->aid, l->aid))
        return FAIL(E_FORGED);
    TRY(sign_public_parse(&dsk, BYTES(d->dsk.b)));
    err = proof_check(proof, content, dsk);
    sign_public_free(dsk);
    return err;
}

static struct err take_message(struct checking *k, json_t *o)
{
    struct buf content = BUF(LIMIT_TEXT), proof = BUF(PROOF_SIZE);
    struct line l;
    struct err err = OK;

    TRY_OUT(read_line(o, &l));
    TRY_OUT(read_content(o, &l, &content));
    if (l.known && find_person(k, &l.aid) == NULL && !is_null(o, "proof"))
        TRY_OUT(FAIL(E_MALFORMED));
    if (!is_null(o, "proof")) {
        TRY_OUT(get_bytes(o, "proof", &proof));
        TRY_OUT(check_proof(k, &l, buf_view(&proof), buf_view(&content)));
        k->out->proved++;
    }
    k->out->messages++;
out:
    buf_free(&content);
    buf_free(&proof);
    return err;
}

/* ---- the first line, and the last */

static struct err take_head(struct checking *k, json_t *o)
{
    struct network_id nid;
    struct bytes text;
    uint64_t version;

    TRY(get_text(o, "tacet", &text));
    TRY(get_number(o, "version", INT64_MAX, &version));
    if (!bytes_same(text, BYTES_LITERAL("export")))
        return FAIL(E_MALFORMED);
    if (version != 1)
        return FAIL(version > 1 ? E_VERSION : E_MALFORMED);
    TRY(get_id(o, "network", nid.b, sizeof nid.b));
    if (!ID_SAME(nid, *k->nid))
        return FAIL(E_DENIED);
    TRY(get_text(o, "domain", &text));
    TRY(get_text(o, "with", &text));
    TRY(get_id(o, "room", k->room.b, sizeof k->room.b));
    k->begun = true;
    return json_object_size(o) == 6 ? OK : FAIL(E_MALFORMED);
}

static struct err take_signature(struct checking *k, json_t *o)
{
    struct buf b = BUF(EXPORT_SIZE);
    uint8_t digest[HASH_SHA384_SIZE];
    const struct device *d;
    struct export_word w;
    struct err err = OK;

    TRY_OUT(get_bytes(o, "signed", &b));
    TRY_OUT(export_parse(buf_view(&b), &w));
    TRY_OUT(hash_run_end(k->run, digest));
    d = find_device(k, &w.did);
    if (d == NULL || !ID_SAME(d->aid, w.aid) || !ID_SAME(w.room, k->room) ||
        !bytes_same(BYTES(digest), BYTES(w.digest)))
        TRY_OUT(FAIL(E_FORGED));
    TRY_OUT(export_check(buf_view(&b), k->nid, &d->dsk, k->now_ms, &k->out->word));
    k->ended = true;
out:
    buf_free(&b);
    return err;
}

/* ---- lines */

static struct err take_object(struct checking *k, json_t *o)
{
    static const struct {
        const char *name; /* the member that says which line it is */
        size_t members;
        struct err (*take)(struct checking *k, json_t *o);
    } kinds[] = {
        {"root", 3, take_person},
        {"list", 1, take_list},
        {"id", 14, take_message},
        {"signed", 1, take_signature},
    };

    if (!json_is_object(o) || k->ended)
        return FAIL(E_MALFORMED);
    if (!k->begun)
        return take_head(k, o);
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (json_object_get(o, kinds[i].name) != NULL)
            return json_object_size(o) == kinds[i].members ? kinds[i].take(k, o)
                                                           : FAIL(E_MALFORMED);
    return FAIL(E_MALFORMED);
}

static struct err take_line(struct checking *k, struct bytes line)
{
    const size_t flags = JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL;
    json_error_t why;
    json_t *o;
    struct err err;

    for (size_t i = 0; i < line.n; i++)
        if (line.at[i] >= 0x80)
            return FAIL(E_MALFORMED);
    o = json_loadb((const char *)line.at, line.n, flags, &why);
    if (o == NULL)
        return FAIL(E_MALFORMED);
    err = take_object(k, o);
    json_decref(o);
    if (err.code == E_OK && !k->ended)
        hash_run_add(k->run, line);
    return err;
}

/* All whole lines of what was read; the rest stays. */
static struct err take_lines(struct checking *k, struct buf *in)
{
    const uint8_t *end;

    while (in->n > 0 && (end = memchr(in->at, '\n', in->n)) != NULL) {
        size_t n = (size_t)(end - in->at) + 1;

        TRY(take_line(k, bytes(in->at, n)));
        buf_drop(in, n);
    }
    return in->n < EXPORT_FILE_LINE_MAX ? OK : FAIL(E_LIMIT);
}

static struct err take_file(struct checking *k, const struct export_file *file)
{
    struct buf in = BUF(EXPORT_FILE_LINE_MAX + PIECE);
    struct err err = OK;

    while (err.code == E_OK) {
        uint8_t *at = buf_extend(&in, PIECE);
        long n = at == NULL ? 0 : file->read(file->ctx, at, PIECE);

        if (at == NULL || n < 0 || n > PIECE)
            TRY_OUT(FAIL(at == NULL ? in.failed : E_IO));
        buf_cut(&in, in.n - PIECE + (size_t)n);
        if (n == 0)
            break;
        err = take_lines(k, &in);
    }
    if (err.code == E_OK && (!k->ended || in.n > 0))
        err = FAIL(k->ended ? E_MALFORMED : E_TRUNCATED);
out:
    buf_free(&in);
    return err;
}

struct err export_file_check(const struct export_file *file, struct export_found *out)
{
    struct checking k = {.nid = file->nid,
                         .now_ms = file->now_ms,
                         .people = BUF(EXPORT_FILE_PEOPLE * sizeof(struct person)),
                         .devices = BUF(EXPORT_FILE_DEVICES * sizeof(struct device)),
                         .out = out};
    struct err err;

    *out = (struct export_found){0};
    err = hash_run_new(&k.run);
    if (err.code == E_OK)
        err = take_file(&k, file);
    hash_run_free(k.run);
    buf_free(&k.people);
    buf_free(&k.devices);
    return err;
}
