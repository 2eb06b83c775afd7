/* SPDX-License-Identifier: Apache-2.0 */
/* exporting: the calls that write a conversation out, as signed lines of JSON, and check such a
 * file.  [PROTOCOL 16] */
#include <jansson.h>
#include <stdlib.h>

#include "base/encoding.h"
#include "client/giving.h"
#include "client/host/client_internal.h"
#include "client/host/export_file.h"
#include "client/roomlog.h"
#include "client/rules.h"
#include "crypto/hash.h"
#include "crypto/secret.h"
#include "e2ee/attachment.h"
#include "e2ee/proof.h"

#define ROW_ARENA  (512 * 1024)
#define LISTED_MAX 16384 /* people and devices that stand in one file */

/* Who stands in the file already: accounts and devices, by hash of neither: there are few. */
struct exporting {
    struct tacet_client *c;
    tacet_write_fn *write;
    void *ctx;
    struct hash_run *run;
    struct buf told; /* of ids of 32 bytes; a device's has zeros behind it */
    struct tacet_exported *out;
};

/* ---- lines */

static json_t *base64(struct bytes in)
{
    struct buf b = BUF(VAULT_VALUE_MAX * 2);
    json_t *text;

    encoding_base64(&b, in);
    text = b.failed == E_OK ? json_stringn((const char *)b.at, b.n) : NULL;
    buf_free(&b);
    return text;
}

static json_t *hex(struct bytes in)
{
    struct buf b = BUF(2 * in.n);
    json_t *text;

    encoding_hex(&b, in);
    text = b.failed == E_OK ? json_stringn((const char *)b.at, b.n) : NULL;
    buf_free(&b);
    return text;
}

/* Takes the object, which may be NULL for want of memory. */
static struct err put_line(struct exporting *x, json_t *line)
{
    char *text = line == NULL ? NULL : json_dumps(line, JSON_COMPACT | JSON_ENSURE_ASCII);
    struct err err = OK;
    size_t n;

    json_decref(line);
    if (text == NULL)
        return FAIL(E_NOMEM);
    n = strlen(text);
    text[n] = '\n'; /* in the place of the NUL */
    hash_run_add(x->run, bytes((const uint8_t *)text, n + 1));
    if (!x->write(x->ctx, (const uint8_t *)text, n + 1))
        err = FAIL(E_IO);
    explicit_bzero(text, n + 1);
    free(text);
    return err;
}

/* ---- who */

static struct err tell_once(struct exporting *x, struct bytes id, bool *told)
{
    uint8_t key[32] = {0};

    memcpy(key, id.at, id.n);
    *told = false;
    for (size_t at = 0; at < x->told.n && !*told; at += sizeof key)
        *told = memcmp(x->told.at + at, key, sizeof key) == 0;
    if (!*told)
        buf_bytes(&x->told, BYTES(key));
    return x->told.failed == E_OK ? OK : FAIL(x->told.failed);
}

static struct err put_person(struct exporting *x, const struct account_id *aid,
                             const struct point *ark, const char *handle)
{
    bool told;

    TRY(tell_once(x, ID_BYTES(*aid), &told));
    return told ? OK
                : put_line(x, json_pack("{so so ss?}", "account", hex(ID_BYTES(*aid)), "root",
                                        base64(BYTES(ark->b)), "handle", handle));
}

static struct err put_list(struct exporting *x, const struct device_id *did, struct bytes list)
{
    bool told;

    TRY(tell_once(x, ID_BYTES(*did), &told));
    return told ? OK : put_line(x, json_pack("{so}", "list", base64(list)));
}

/* Whoever wrote it, by what the vault knows of them.  *known: they stand in the file now. */
static struct err put_writer(struct exporting *x, const struct account_id *aid, bool *known)
{
    const struct own *own = engine_own(x->c->engine);
    struct contact contact;
    struct err err;

    *known = true;
    if (ID_SAME(*aid, own->me.who.aid))
        return put_person(x, aid, &own->me.ark, own->handle);
    err = people_by_account(x->c->vault, aid, &contact);
    *known = err.code == E_OK && contact.known;
    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    return *known ? put_person(x, aid, &contact.ark, contact.handle) : OK;
}

/* ---- a message */

/* By its proof, if it has one that can be checked by what stands in the file then. */
static struct err put_proof(struct exporting *x, struct message *m, struct arena *a, bool *proved)
{
    struct bytes list;
    struct core core;
    struct wrap wrap;
    struct err err;

    *proved = false;
    if (m->proof.n == 0)
        return OK;
    TRY(proof_parse(m->proof, &core, &wrap));
    TRY(put_writer(x, &core.sender.aid, proved));
    if (!*proved)
        return OK;
    err = giving_find_list(x->c->vault, &core, &wrap, a, &list);
    *proved = err.code == E_OK;
    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    m->seq = core.seq; /* which are not kept of one's own */
    m->ttl_s = core.ttl_s;
    return put_list(x, &core.sender.did, list);
}

static struct err writer_of(struct exporting *x, const struct message *m, uint64_t conversation,
                            struct account_id *aid)
{
    struct contact contact;
    struct err err;

    if (m->mine) {
        *aid = engine_own(x->c->engine)->me.who.aid;
        return OK;
    }
    err = people_get(x->c->vault, conversation, &contact);
    if (err.code == E_ABSENT)
        return roomlog_voice(x->c->vault, &m->sender, aid);
    TRY(err);
    if (!contact.known || m->notes & MESSAGE_COPY)
        return FAIL(E_ABSENT);
    *aid = contact.aid;
    return OK;
}

static json_t *message_line(const struct message *m, const struct account_id *by, bool proved)
{
    bool is_text = m->type == PAYLOAD_TEXT;

    return json_pack(
        "{so so so sI sI sI si si si sI sI so so so}", "id", hex(ID_BYTES(m->id)), "account",
        by == NULL ? json_null() : hex(ID_BYTES(*by)), "device", hex(ID_BYTES(m->sender)), "seq",
        (json_int_t)m->seq, "sent", (json_int_t)m->sent_ms, "kept", (json_int_t)m->kept_ms, "ttl",
        (int)m->ttl_s, "type", (int)m->type, "state", m->mine ? (int)m->state : 0, "notes",
        (json_int_t)m->notes, "missing", (json_int_t)m->missing, "text",
        is_text ? json_stringn(m->text.n == 0 ? "" : (const char *)m->text.at, m->text.n)
                : json_null(),
        "content", is_text ? json_null() : base64(m->text), "proof",
        proved ? base64(m->proof) : json_null());
}

static struct err put_message(struct exporting *x, struct message *m, uint64_t conversation,
                              struct arena *a)
{
    struct account_id by;
    bool proved;
    struct err err = writer_of(x, m, conversation, &by);

    if (err.code != E_OK && err.code != E_ABSENT)
        return err;
    TRY(put_proof(x, m, a, &proved));
    TRY(put_line(x, message_line(m, err.code == E_OK ? &by : NULL, proved)));
    x->out->messages++;
    x->out->proved += proved;
    return OK;
}

/* A file that its sender lets nobody keep: what says of it holds its key. */
static bool is_only_shown(const struct message *m)
{
    struct attachment a = {.duration_ms = 0};
    bool is = m->type == PAYLOAD_FILE && attachment_parse(m->text, &a).code == E_OK && a.view_only;

    secret_wipe(&a, sizeof a);
    return is;
}

static struct err put_messages(struct exporting *x, uint64_t conversation)
{
    struct message m = {.place = 0};
    struct err err = OK;
    bool over;

    while (err.code == E_OK) {
        struct arena a = ARENA(ROW_ARENA);

        err = messages_next(x->c->vault, conversation, m.place, &a, &m);
        if (err.code == E_OK)
            err = engine_is_over(x->c->engine, &m, &over);
        if (err.code == E_OK && !over && giving_goes_along(&m, carrier_clock()) &&
            !is_only_shown(&m))
            err = put_message(x, &m, conversation, &a);
        arena_free(&a);
    }
    return err.code == E_ABSENT ? OK : err;
}

/* ---- a file */

static struct err room_of(struct exporting *x, uint64_t conversation, struct room_id *out)
{
    const struct party *me = &engine_own(x->c->engine)->me.who;
    struct contact contact;
    struct room r;
    struct err err = people_get(x->c->vault, conversation, &contact);

    if (err.code == E_ABSENT) {
        TRY(roomlog_get(x->c->vault, conversation, &r));
        *out = r.id;
        return OK;
    }
    TRY(err);
    return contact.known ? names_pair_room(&me->nid, &me->aid, &contact.aid, out) : FAIL(E_ABSENT);
}

static struct err put_head(struct exporting *x, const char *with, const struct room_id *room)
{
    const struct own *own = engine_own(x->c->engine);

    return put_line(x, json_pack("{ss si so ss so ss}", "tacet", "export", "version", 1, "network",
                                 hex(ID_BYTES(own->nid)), "domain", own->domain, "room",
                                 hex(ID_BYTES(*room)), "with", with));
}

static struct err put_signature(struct exporting *x, const struct room_id *room)
{
    const struct own *own = engine_own(x->c->engine);
    struct arena a = ARENA(4 * DEVICE_LIST_MAX_SIZE);
    struct buf b = BUF(EXPORT_SIZE);
    struct export_word w = {
        .aid = own->me.who.aid, .did = own->me.who.did, .room = *room, .made_ms = carrier_clock()};
    struct bytes list;
    struct err err = OK;

    TRY_OUT(put_person(x, &w.aid, &own->me.ark, own->handle));
    TRY_OUT(own_list_statement(own, x->c->vault, &a, &list));
    TRY_OUT(put_list(x, &w.did, list));
    TRY_OUT(hash_run_end(x->run, w.digest));
    TRY_OUT(export_sign(&w, &own->nid, own->me.dsk_secret, &b));
    TRY_OUT(put_line(x, json_pack("{so}", "signed", base64(buf_view(&b)))));
out:
    buf_free(&b);
    arena_free(&a);
    return err;
}

static struct err export(struct exporting *x, const char *with)
{
    uint64_t conversation;
    struct room_id room;

    if (!rules_allows_export())
        return FAIL(E_DENIED);
    TRY(meeting_conversation(x->c, with, &conversation));
    TRY(room_of(x, conversation, &room));
    TRY(put_head(x, with, &room));
    TRY(put_messages(x, conversation));
    return put_signature(x, &room);
}

enum tacet_code tacet_export(struct tacet_client *c, const char *with, tacet_write_fn *write,
                             void *ctx, struct tacet_exported *out)
{
    struct exporting x = {
        .c = c, .write = write, .ctx = ctx, .told = BUF(32 * LISTED_MAX), .out = out};
    struct err err;

    *out = (struct tacet_exported){0};
    err = hash_run_new(&x.run);
    if (err.code == E_OK)
        err = export(&x, with);
    hash_run_free(x.run);
    buf_free(&x.told);
    return client_code(err);
}

/* ---- checking */

static void say_who(struct tacet_client *c, const struct export_word *w, struct tacet_exported *out)
{
    struct contact contact;

    client_hex(ID_BYTES(w->aid), out->account);
    client_hex(ID_BYTES(w->did), out->device);
    client_handle(c, &w->aid, out->by);
    out->made_ms = w->made_ms;
    out->mine = ID_SAME(w->aid, engine_own(c->engine)->me.who.aid);
    out->verified = people_by_account(c->vault, &w->aid, &contact).code == E_OK && contact.verified;
}

enum tacet_code tacet_check_export(struct tacet_client *c, tacet_read_fn *read, void *ctx,
                                   struct tacet_exported *out)
{
    const struct export_file file = {&engine_own(c->engine)->nid, carrier_clock(), read, ctx};
    struct export_found found;
    struct err err = export_file_check(&file, &found);

    *out = (struct tacet_exported){.messages = found.messages, .proved = found.proved};
    if (err.code == E_OK)
        say_who(c, &found.word, out);
    return client_code(err);
}
