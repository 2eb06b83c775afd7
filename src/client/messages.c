/* SPDX-License-Identifier: Apache-2.0 */
#include "client/messages.h"

#include "base/reader.h"
#include "client/due.h"
#include "client/sentlog.h"
#include "client/streams.h"
#include "e2ee/proof.h"
#include "wire/limits.h"

static const struct bytes NO_KEY = {NULL, 0};

#define RECORD_MAX  (LIMIT_TEXT + 516 + PROOF_SIZE)
#define ID_KEY_SIZE (16 + 16)

/* A conversation's key is its contact's number. */
static struct bytes conversation(uint64_t contact, uint8_t out[8])
{
    for (size_t i = 0; i < 8; i++)
        out[i] = (uint8_t)(contact >> (56 - 8 * i));
    return bytes(out, 8);
}

static struct bytes id_key(const struct device_id *sender, const struct message_id *id,
                           uint8_t out[ID_KEY_SIZE])
{
    memcpy(out, sender->b, sizeof sender->b);
    memcpy(out + sizeof sender->b, id->b, sizeof id->b);
    return bytes(out, ID_KEY_SIZE);
}

static bool has_stream(const struct message *m)
{
    return m->seq > 0 && !bytes_all_zero(ID_BYTES(m->room));
}

static void write_message(const struct message *m, struct buf *b)
{
    size_t opened;

    buf_u64(b, m->contact);
    buf_u8(b, m->mine);
    buf_u8(b, m->read);
    buf_u8(b, (uint8_t)m->state);
    buf_u8(b, (uint8_t)m->code);
    buf_u32(b, m->notes);
    buf_u64(b, m->missing);
    buf_bytes(b, ID_BYTES(m->id));
    buf_bytes(b, ID_BYTES(m->sender));
    buf_u64(b, m->seq);
    buf_u64(b, m->sent_ms);
    buf_u64(b, m->kept_ms);
    buf_u32(b, m->ttl_s);
    buf_u16(b, m->type);
    opened = buf_open(b);
    buf_bytes(b, m->text);
    buf_close(b, opened);
    buf_bytes(b, ID_BYTES(m->room));
    buf_bytes(b, m->proof);
    if (m->burn_s != 0)
        buf_u32(b, m->burn_s);
}

static struct err parse_message(struct bytes in, uint64_t place, struct message *out)
{
    struct reader r = reader(in);
    struct message m = {.place = place};

    m.contact = reader_u64(&r);
    m.mine = reader_u8(&r) != 0;
    m.read = reader_u8(&r) != 0;
    m.state = (enum delivery_state)reader_u8(&r);
    m.code = (enum err_code)reader_u8(&r);
    m.notes = reader_u32(&r);
    m.missing = reader_u64(&r);
    reader_copy(&r, m.id.b, sizeof m.id.b);
    reader_copy(&r, m.sender.b, sizeof m.sender.b);
    m.seq = reader_u64(&r);
    m.sent_ms = reader_u64(&r);
    m.kept_ms = reader_u64(&r);
    m.ttl_s = reader_u32(&r);
    m.type = reader_u16(&r);
    m.text = reader_block(&r, LIMIT_TEXT);
    if (reader_left(&r) > 0) /* kept by a program of before, it has no room */
        reader_copy(&r, m.room.b, sizeof m.room.b);
    if (reader_left(&r) >= PROOF_SIZE) /* nor a proof, which not each has */
        m.proof = reader_take(&r, PROOF_SIZE);
    if (reader_left(&r) > 0) /* few burn */
        m.burn_s = reader_u32(&r);
    TRY(reader_end(&r));
    *out = m;
    return OK;
}

struct err messages_update(struct vault *v, const struct message *m)
{
    struct err err = OK;
    struct buf b = BUF(RECORD_MAX);
    struct bytes value;
    uint8_t key[8];

    write_message(m, &b);
    TRY_OUT(buf_end(&b, &value));
    TRY_OUT(vault_put(v, VAULT_MESSAGE, conversation(m->contact, key), m->place, value));
out:
    buf_free(&b);
    return err;
}

struct err messages_empty(struct vault *v, struct message *m, enum message_note why)
{
    uint8_t key[8];

    m->notes |= (uint32_t)why;
    m->text = m->proof = NO_KEY;
    /* The key that it was sealed under goes, too: the row that stays has another. */
    TRY(vault_erase(v, VAULT_MESSAGE, conversation(m->contact, key), m->place));
    return messages_update(v, m);
}

struct err messages_known(struct vault *v, const struct device_id *sender,
                          const struct message_id *id, bool *known)
{
    uint8_t key[ID_KEY_SIZE];

    return vault_has(v, VAULT_MESSAGE_ID, id_key(sender, id, key), 0, known);
}

static struct err put_name(struct vault *v, const struct message *m)
{
    struct err err;
    struct buf b = BUF(16);
    uint8_t key[ID_KEY_SIZE];

    buf_u64(&b, m->contact);
    buf_u64(&b, m->place);
    err = vault_put(v, VAULT_MESSAGE_ID, id_key(&m->sender, &m->id, key), 0, buf_view(&b));
    buf_free(&b);
    return err;
}

static struct err put_place(struct vault *v, enum vault_kind kind, struct bytes key,
                            uint64_t number, uint64_t contact)
{
    struct err err;
    struct buf b = BUF(8);

    buf_u64(&b, contact);
    err = vault_put(v, kind, key, number, buf_view(&b));
    buf_free(&b);
    return err;
}

struct err messages_begin(struct vault *v)
{
    uint64_t last;

    TRY(vault_counter_get(v, VAULT_NEXT_MESSAGE, &last));
    return last >= MESSAGES_FIRST_PLACE
               ? OK
               : vault_counter_set(v, VAULT_NEXT_MESSAGE, MESSAGES_FIRST_PLACE);
}

static struct err put_unread(struct vault *v, const struct message *m)
{
    struct err err;
    struct buf b = BUF(16);
    uint8_t key[STREAMS_KEY_SIZE];

    TRY(put_place(v, VAULT_UNREAD, NO_KEY, m->place, m->contact));
    if (!has_stream(m))
        return OK;
    buf_u64(&b, m->contact);
    buf_u64(&b, m->place);
    err =
        vault_put(v, VAULT_UNREAD_AT, streams_key(&m->room, &m->sender, key), m->seq, buf_view(&b));
    buf_free(&b);
    return err;
}

static struct err put_due(struct vault *v, const struct message *m)
{
    return m->due_ms == 0 ? OK : due_put(v, &(struct due){m->due_ms, m->contact, m->place});
}

struct err messages_pass(struct vault *v, const struct message *m)
{
    uint8_t key[ID_KEY_SIZE];

    return put_place(v, VAULT_MESSAGE_ID, id_key(&m->sender, &m->id, key), 0, m->contact);
}

/* At m->place. */
static struct err add(struct vault *v, const struct message *m)
{
    bool known;

    TRY(messages_known(v, &m->sender, &m->id, &known));
    if (known)
        return FAIL(E_CONFLICT);
    TRY(put_name(v, m));
    TRY(put_due(v, m));
    if (!m->mine && !m->read)
        TRY(put_unread(v, m));
    return messages_update(v, m);
}

struct err messages_add(struct vault *v, struct message *m)
{
    TRY(vault_count(v, VAULT_NEXT_MESSAGE, &m->place));
    return add(v, m);
}

struct err messages_add_before(struct vault *v, struct message *m)
{
    uint64_t n;

    TRY(vault_count(v, VAULT_MESSAGES_BEFORE, &n));
    m->place = MESSAGES_FIRST_PLACE - n;
    return add(v, m);
}

struct err messages_get(struct vault *v, uint64_t contact, uint64_t place, struct arena *a,
                        struct message *out)
{
    struct bytes value;
    uint8_t key[8];

    TRY(vault_get(v, VAULT_MESSAGE, conversation(contact, key), place, a, &value));
    return parse_message(value, place, out);
}

struct err messages_next(struct vault *v, uint64_t contact, uint64_t after, struct arena *a,
                         struct message *out)
{
    struct bytes value;
    uint64_t place;
    uint8_t key[8];

    TRY(vault_next(v, VAULT_MESSAGE, conversation(contact, key), after + 1, a, &place, &value));
    return parse_message(value, place, out);
}

struct err messages_last(struct vault *v, uint64_t contact, uint64_t most, struct arena *a,
                         struct message *out)
{
    struct bytes value;
    uint64_t place;
    uint8_t key[8];

    TRY(vault_last(v, VAULT_MESSAGE, conversation(contact, key), most, a, &place, &value));
    return parse_message(value, place, out);
}

/* Of a vault from before, whose names do not say at which place: every one of the conversation is
 * looked at, the newest first. */
static struct err search(struct vault *v, uint64_t contact, const struct device_id *sender,
                         const struct message_id *id, struct arena *a, struct message *out)
{
    struct message m;

    for (uint64_t most = UINT64_MAX; most > 0; most = m.place - 1) {
        arena_free(a);
        TRY(messages_last(v, contact, most, a, &m));
        if (ID_SAME(m.sender, *sender) && ID_SAME(m.id, *id)) {
            *out = m;
            return OK;
        }
    }
    return FAIL(E_ABSENT);
}

struct err messages_find(struct vault *v, const struct device_id *sender,
                         const struct message_id *id, struct arena *a, struct message *out)
{
    struct arena own = ARENA(1024), found = ARENA(2 * RECORD_MAX);
    struct bytes value;
    struct reader r;
    uint64_t contact, place = 0;
    uint8_t key[ID_KEY_SIZE];
    struct err err;

    err = vault_get(v, VAULT_MESSAGE_ID, id_key(sender, id, key), 0, &own, &value);
    if (err.code == E_OK) {
        r = reader(value);
        contact = reader_u64(&r);
        if (reader_left(&r) > 0)
            place = reader_u64(&r);
        err = reader_end(&r);
    }
    if (err.code == E_OK && place == 0) {
        struct message m;

        err = search(v, contact, sender, id, &found, &m);
        place = err.code == E_OK ? m.place : 0;
    }
    if (err.code == E_OK)
        err = messages_get(v, contact, place, a, out);
    arena_free(&own);
    arena_free(&found);
    return err;
}

struct err messages_next_unread(struct vault *v, uint64_t after, struct arena *a,
                                struct message *out)
{
    struct bytes value;
    struct reader r;
    uint64_t place, contact;

    TRY(vault_next(v, VAULT_UNREAD, NO_KEY, after + 1, a, &place, &value));
    r = reader(value);
    contact = reader_u64(&r);
    TRY(reader_end(&r));
    return messages_get(v, contact, place, a, out);
}

struct err messages_next_unread_of(struct vault *v, const struct room_id *room,
                                   const struct device_id *sender, uint64_t seq, struct arena *a,
                                   struct message *m)
{
    struct bytes value;
    struct reader r;
    uint64_t at, contact, place;
    uint8_t key[STREAMS_KEY_SIZE];

    TRY(vault_next(v, VAULT_UNREAD_AT, streams_key(room, sender, key), seq, a, &at, &value));
    r = reader(value);
    contact = reader_u64(&r);
    place = reader_u64(&r);
    TRY(reader_end(&r));
    return messages_get(v, contact, place, a, m);
}

struct err messages_mark_read(struct vault *v, struct message *m)
{
    uint8_t key[STREAMS_KEY_SIZE];

    if (m->read)
        return OK;
    m->read = true;
    TRY(vault_erase(v, VAULT_UNREAD, NO_KEY, m->place));
    if (has_stream(m))
        TRY(vault_erase(v, VAULT_UNREAD_AT, streams_key(&m->room, &m->sender, key), m->seq));
    return messages_update(v, m);
}

struct visiting {
    messages_visit_fn *visit;
    void *ctx;
};

static struct err visit_record(void *ctx, uint64_t place, struct bytes value)
{
    const struct visiting *to = ctx;
    struct message m;

    TRY(parse_message(value, place, &m));
    return to->visit(to->ctx, &m);
}

struct err messages_each(struct vault *v, messages_visit_fn *visit, void *ctx)
{
    struct visiting to = {visit, ctx};

    return vault_each(v, VAULT_MESSAGE, visit_record, &to);
}

/* ---- its end */

struct err messages_again(struct vault *v, const struct message *m)
{
    TRY(put_due(v, m));
    return messages_update(v, m);
}

static struct err forget_unread(struct vault *v, const struct message *m)
{
    uint8_t key[STREAMS_KEY_SIZE];

    TRY(vault_erase(v, VAULT_UNREAD, NO_KEY, m->place));
    return has_stream(m)
               ? vault_erase(v, VAULT_UNREAD_AT, streams_key(&m->room, &m->sender, key), m->seq)
               : OK;
}

struct err messages_destroy(struct vault *v, uint64_t contact, uint64_t place)
{
    struct arena a = ARENA(2 * VAULT_VALUE_MAX);
    struct message m;
    uint8_t key[8];
    struct err err = messages_get(v, contact, place, &a, &m);

    if (err.code == E_OK && !m.mine && !m.read)
        err = forget_unread(v, &m);
    arena_free(&a);
    if (err.code != E_ABSENT)
        TRY(err);
    TRY(due_drop(v, contact, place));
    TRY(sentlog_void(v, contact, place));
    return vault_erase(v, VAULT_MESSAGE, conversation(contact, key), place);
}
