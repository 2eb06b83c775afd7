/* SPDX-License-Identifier: Apache-2.0 */
#include "e2ee/history.h"

#include "base/reader.h"

/* ---- the control message */

static bool is_sound(const struct history *h)
{
    switch (h->kind) {
    case HISTORY_OFFER:
    case HISTORY_TAKEN:
        return true;
    case HISTORY_OVER:
        return h->code != 0;
    case HISTORY_PIECE:
        return h->number >= 1 && h->done <= h->of && (h->last || h->cut.n > 0);
    }
    return false;
}

void history_write(const struct history *h, struct buf *out)
{
    invariant(is_sound(h));
    invariant(h->cut.n <= HISTORY_CUT_MAX);
    buf_u8(out, (uint8_t)h->kind);
    buf_bytes(out, BYTES(h->transfer));
    if (h->kind == HISTORY_OFFER) {
        buf_u64(out, h->of);
    } else if (h->kind == HISTORY_TAKEN) {
        buf_u32(out, h->number);
    } else if (h->kind == HISTORY_PIECE) {
        buf_u32(out, h->number);
        buf_u8(out, h->last);
        buf_u64(out, h->done);
        buf_u64(out, h->of);
        buf_bytes(out, h->cut);
    } else {
        buf_u8(out, h->code);
    }
}

static bool read_flag(struct reader *r)
{
    uint8_t flag = reader_u8(r);

    reader_require(r, flag <= 1, E_MALFORMED);
    return flag == 1;
}

static struct bytes read_rest(struct reader *r, size_t most)
{
    reader_require(r, reader_left(r) <= most, E_LIMIT);
    return reader_take(r, reader_left(r));
}

static void read_piece(struct reader *r, struct history *h)
{
    h->number = reader_u32(r);
    h->last = read_flag(r);
    h->done = reader_u64(r);
    h->of = reader_u64(r);
    h->cut = read_rest(r, HISTORY_CUT_MAX);
}

struct err history_parse(struct bytes content, struct history *out)
{
    struct reader r = reader(content);
    struct history h = {.kind = (enum history_kind)reader_u8(&r)};

    reader_copy(&r, h.transfer, sizeof h.transfer);
    switch (h.kind) {
    case HISTORY_OFFER:
        h.of = reader_u64(&r);
        break;
    case HISTORY_TAKEN:
        h.number = reader_u32(&r);
        break;
    case HISTORY_PIECE:
        read_piece(&r, &h);
        break;
    case HISTORY_OVER:
        h.code = reader_u8(&r);
        break;
    }
    reader_require(&r, is_sound(&h), E_MALFORMED);
    TRY(reader_end(&r));
    *out = h;
    return OK;
}

/* ---- entries */

enum { FLAG_MINE = 1, FLAG_READ = 2 };

static bool message_is_sound(const struct history_entry *e)
{
    return (e->notes & ~HISTORY_NOTES) == 0 && !payload_is_control(e->type) && e->seq >= 1 &&
           e->ttl_s >= 1 && e->ttl_s <= TRAILER_TTL_MOST_S &&
           (e->mine ? e->state >= 3 && e->state <= 5 : e->state == 0);
}

static void write_message(const struct history_entry *e, struct buf *out)
{
    buf_bytes(out, ID_BYTES(e->with));
    buf_u8(out, (uint8_t)((e->mine ? FLAG_MINE : 0) | (e->read ? FLAG_READ : 0)));
    buf_u8(out, e->state);
    buf_u32(out, e->notes);
    buf_u64(out, e->missing);
    buf_u64(out, e->kept_ms);
    if (e->kind == HISTORY_PROVED) {
        buf_bytes(out, e->proof);
    } else {
        buf_bytes(out, ID_BYTES(e->sender));
        buf_bytes(out, ID_BYTES(e->id));
        buf_u64(out, e->seq);
        buf_u64(out, e->sent_ms);
        buf_u32(out, e->ttl_s);
        buf_u16(out, e->type);
    }
    buf_bytes(out, e->content);
}

void history_entry_write(const struct history_entry *e, struct buf *out)
{
    buf_u8(out, (uint8_t)e->kind);
    switch (e->kind) {
    case HISTORY_PERSON:
        buf_bytes(out, ID_BYTES(e->with));
        buf_bytes(out, BYTES(e->ark.b));
        buf_bytes(out, e->handle);
        return;
    case HISTORY_LIST:
        buf_bytes(out, e->list);
        return;
    case HISTORY_PROVED:
    case HISTORY_UNPROVED:
        write_message(e, out);
        return;
    }
}

static void read_person(struct reader *r, struct history_entry *e)
{
    reader_copy(r, e->with.b, sizeof e->with.b);
    reader_copy(r, e->ark.b, sizeof e->ark.b);
    e->handle = read_rest(r, TEXT_HANDLE_MAX);
    reader_require(r, text_is_handle(e->handle), E_MALFORMED);
}

/* What an entry says of its message beside the signature stands in what was signed. */
static void read_proof(struct reader *r, struct history_entry *e)
{
    struct core core;
    struct wrap wrap;
    struct err err;

    e->proof = reader_take(r, PROOF_SIZE);
    if (r->failed != E_OK)
        return;
    err = proof_parse(e->proof, &core, &wrap);
    reader_require(r, err.code == E_OK, err.code);
    if (err.code == E_OK)
        reader_require(r, core.burn_s == 0, E_MALFORMED);
    if (r->failed != E_OK)
        return;
    e->sender = core.sender.did;
    e->id = core.id;
    e->seq = core.seq;
    e->sent_ms = core.sent_ms;
    e->ttl_s = core.ttl_s;
    e->type = core.type;
}

static void read_unproved(struct reader *r, struct history_entry *e)
{
    reader_copy(r, e->sender.b, sizeof e->sender.b);
    reader_copy(r, e->id.b, sizeof e->id.b);
    e->seq = reader_u64(r);
    e->sent_ms = reader_u64(r);
    e->ttl_s = reader_u32(r);
    e->type = reader_u16(r);
}

static void read_message(struct reader *r, struct history_entry *e)
{
    uint8_t flags;

    reader_copy(r, e->with.b, sizeof e->with.b);
    flags = reader_u8(r);
    reader_require(r, flags <= (FLAG_MINE | FLAG_READ), E_MALFORMED);
    e->mine = flags & FLAG_MINE;
    e->read = flags & FLAG_READ;
    e->state = reader_u8(r);
    e->notes = reader_u32(r);
    e->missing = reader_u64(r);
    e->kept_ms = reader_u64(r);
    if (e->kind == HISTORY_PROVED)
        read_proof(r, e);
    else
        read_unproved(r, e);
    e->content = read_rest(r, LIMIT_TEXT);
    reader_require(r, message_is_sound(e), E_MALFORMED);
}

struct err history_entry_parse(struct bytes in, struct history_entry *out)
{
    struct reader r = reader(in);
    struct history_entry e = {.kind = (enum history_entry_kind)reader_u8(&r)};

    reader_require(&r, e.kind >= HISTORY_PERSON && e.kind <= HISTORY_UNPROVED, E_MALFORMED);
    switch (e.kind) {
    case HISTORY_PERSON:
        read_person(&r, &e);
        break;
    case HISTORY_LIST:
        e.list = read_rest(&r, DEVICE_LIST_MAX_SIZE);
        break;
    case HISTORY_PROVED:
    case HISTORY_UNPROVED:
        read_message(&r, &e);
        break;
    }
    TRY(reader_end(&r));
    *out = e;
    return OK;
}

struct err history_next_entry(struct bytes *in, struct bytes *entry)
{
    struct reader r = reader(*in);
    struct bytes found = reader_block(&r, HISTORY_ENTRY_MAX);

    if (r.failed != E_OK)
        return FAIL(r.failed);
    *in = reader_rest(&r);
    *entry = found;
    return OK;
}
