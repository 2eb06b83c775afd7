/* SPDX-License-Identifier: Apache-2.0 */
/* History: control messages, and entries with a message of bob's to alice.  [PROTOCOL 15.5] */
#include "crypto/hash.h"
#include "e2ee/history.h"
#include "vectors/make.h"

#define NOW_MS UINT64_C(1793000000000)

static const uint8_t TRANSFER[HISTORY_TRANSFER_SIZE] = "one transfer";

static void put_controls(json_t *to)
{
    struct history controls[] = {
        {.kind = HISTORY_OFFER, .of = 10000},
        {.kind = HISTORY_TAKEN, .number = 3},
        {.kind = HISTORY_PIECE,
         .number = 4,
         .done = 7,
         .of = 9,
         .cut = BYTES_LITERAL("of entries")},
        {.kind = HISTORY_PIECE, .number = 5, .last = true, .done = 9, .of = 9},
        {.kind = HISTORY_OVER, .code = E_FORGED},
    };

    for (size_t i = 0; i < sizeof controls / sizeof controls[0]; i++) {
        struct history *h = &controls[i];
        struct buf content = BUF(1024);
        json_t *o = add_object(to);

        memcpy(h->transfer, TRANSFER, sizeof h->transfer);
        history_write(h, &content);
        put_number(o, "kind", (uint64_t)h->kind);
        put_bytes(o, "transfer", BYTES(h->transfer));
        put_number(o, "number", h->number);
        put_number(o, "last", h->last);
        put_number(o, "done", h->done);
        put_number(o, "of", h->of);
        put_number(o, "code", h->code);
        put_bytes(o, "cut", h->cut);
        put_bytes(o, "content", buf_view(&content));
        buf_free(&content);
    }
}

static void put_entry(json_t *to, const struct history_entry *e)
{
    struct buf bytes = BUF(HISTORY_ENTRY_MAX);
    json_t *o = add_object(to);

    history_entry_write(e, &bytes);
    put_number(o, "kind", (uint64_t)e->kind);
    if (e->kind != HISTORY_LIST)
        put_bytes(o, "aid", ID_BYTES(e->with));
    if (e->kind == HISTORY_PERSON)
        put_text(o, "handle", e->handle);
    if (e->kind == HISTORY_PROVED || e->kind == HISTORY_UNPROVED) {
        put_number(o, "mine", e->mine);
        put_number(o, "read", e->read);
        put_number(o, "state", e->state);
        put_number(o, "notes", e->notes);
        put_number(o, "missing", e->missing);
        put_number(o, "kept_ms", e->kept_ms);
        put_bytes(o, "did", ID_BYTES(e->sender));
        put_bytes(o, "id", ID_BYTES(e->id));
        put_number(o, "seq", e->seq);
        put_number(o, "sent_ms", e->sent_ms);
        put_number(o, "ttl_s", e->ttl_s);
        put_number(o, "type", e->type);
        put_bytes(o, "content", e->content);
    }
    put_bytes(o, "entry", buf_view(&bytes));
    buf_free(&bytes);
}

static void prove(const struct people *p, struct history_entry *e, uint8_t proof[PROOF_SIZE],
                  json_t *o)
{
    struct identity bob = {.who = p->bob.device[0], .dsk_secret = p->bob.dsk[0].secret};
    struct core core = {.sender = bob.who,
                        .id = e->id,
                        .seq = e->seq,
                        .prev = {9},
                        .sent_ms = e->sent_ms,
                        .ttl_s = e->ttl_s,
                        .type = e->type};
    struct wrap wrap = {.list_version = 1};
    uint8_t ctx[SCHEDULE_CTX_SIZE];
    struct buf plain = BUF(1024);

    make_bytes(ctx, sizeof ctx);
    make_bytes(wrap.roster.b, sizeof wrap.roster.b);
    make_bytes(wrap.list_hash, sizeof wrap.list_hash);
    must(names_pair_room(&p->nid, &p->alice.device[0].aid, &bob.who.aid, &core.room));
    must(trailer_digest(&core.id, e->content, core.digest));
    must(trailer_sign(&core, &wrap, BYTES(ctx), &bob, &plain));
    proof_write(ctx, buf_view(&plain), proof);
    e->proof = bytes(proof, PROOF_SIZE);
    put_bytes(o, "ctx", BYTES(ctx));
    put_bytes(o, "room", ID_BYTES(core.room));
    put_bytes(o, "prev", BYTES(core.prev));
    put_bytes(o, "roster", ID_BYTES(wrap.roster));
    put_number(o, "list_version", wrap.list_version);
    put_bytes(o, "list_hash", BYTES(wrap.list_hash));
    buf_free(&plain);
}

static void sign_list(const struct people *p, struct buf *out)
{
    struct device_list list = {.aid = p->bob.device[0].aid,
                               .version = 1,
                               .made_ms = NOW_MS,
                               .devices = 1,
                               .device = {{.did = p->bob.device[0].did,
                                           .dsk = p->bob.dsk[0].pub,
                                           .role = DEVICE_PLAIN,
                                           .added_ms = NOW_MS}}};

    must(device_list_sign(&list, &p->nid, p->bob.ark.secret, &p->bob.device[0].did,
                          p->bob.dsk[0].secret, out));
}

json_t *make_history(const struct people *p)
{
    struct history_entry message = {.kind = HISTORY_PROVED,
                                    .with = p->bob.device[0].aid,
                                    .read = true,
                                    .notes = 1 | 2,
                                    .missing = 4,
                                    .kept_ms = NOW_MS + 5000,
                                    .sender = p->bob.device[0].did,
                                    .seq = 12,
                                    .sent_ms = NOW_MS + 1000,
                                    .ttl_s = 86400,
                                    .type = PAYLOAD_TEXT,
                                    .content = BYTES_LITERAL("Gr\xc3\xbc\xc3\x9f Gott, Alice.")};
    struct history_entry person = {.kind = HISTORY_PERSON,
                                   .with = message.with,
                                   .ark = p->bob.ark.pub,
                                   .handle = BYTES_LITERAL("bob")};
    json_t *o = json_object(), *entries;
    uint8_t proof[PROOF_SIZE];
    struct buf list = BUF(DEVICE_LIST_MAX_SIZE);

    put_text(o, "source", BYTES_LITERAL("PROTOCOL 15.5"));
    put_bytes(o, "nid", ID_BYTES(p->nid));
    put_bytes(o, "alice", ID_BYTES(p->alice.device[0].aid));
    put_signer(o, "ark", &p->bob.ark);
    put_signer(o, "dsk", &p->bob.dsk[0]);
    put_controls(put_array(o, "controls"));
    make_bytes(message.id.b, sizeof message.id.b);
    sign_list(p, &list);
    prove(p, &message, proof, put_object(o, "proof"));
    entries = put_array(o, "entries");
    put_entry(entries, &person);
    put_entry(entries, &(struct history_entry){.kind = HISTORY_LIST, .list = buf_view(&list)});
    put_entry(entries, &message);
    message.kind = HISTORY_UNPROVED;
    message.mine = true;
    message.state = 3;
    put_entry(entries, &message);
    buf_free(&list);
    return o;
}
