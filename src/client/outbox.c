/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outbox: what is on its way, a row each; the states of the message that a row brings, and its end.
 */
#include "base/reader.h"
#include "client/deeds.h"
#include "client/engine_internal.h"
#include "client/sealing.h"

#define ROW_MAX VAULT_VALUE_MAX

static const struct bytes NO_KEY = {NULL, 0};

/* ---- the row */

static void write_block(struct buf *b, struct bytes in)
{
    size_t opened = buf_open(b);

    buf_bytes(b, in);
    buf_close(b, opened);
}

struct err outbox_put(struct engine *e, const struct outbox_row *row)
{
    struct err err = OK;
    struct buf b = BUF(ROW_MAX);
    struct bytes value;

    buf_u8(&b, (uint8_t)row->kind);
    buf_u64(&b, row->contact);
    buf_u64(&b, row->place);
    buf_bytes(&b, ID_BYTES(row->to));
    buf_u16(&b, row->type);
    write_block(&b, row->content);
    buf_u64(&b, row->made_ms);
    buf_u8(&b, row->tries);
    buf_u32(&b, row->refusals);
    buf_u64(&b, row->refused_ms);
    buf_u64(&b, row->retry_ms);
    buf_u8(&b, row->has_core);
    buf_u8(&b, row->sealed);
    if (row->kind == OUTBOX_RECEIPT)
        buf_bytes(&b, ID_BYTES(row->account));
    if (row->has_core)
        trailer_write_core(&row->core, &b);
    if (row->sealed) {
        buf_u64(&b, row->upload);
        buf_bytes(&b, ID_BYTES(row->roster_id));
        write_block(&b, row->roster);
        write_block(&b, row->bytes);
        write_block(&b, row->opened);
    }
    TRY_OUT(buf_end(&b, &value));
    TRY_OUT(vault_put(e->vault, VAULT_OUTBOX, NO_KEY, row->number, value));
out:
    buf_free(&b);
    return err;
}

static struct err parse_row(struct bytes in, uint64_t number, struct outbox_row *out)
{
    struct reader r = reader(in);
    struct outbox_row row = {.number = number};

    row.kind = (enum outbox_kind)reader_u8(&r);
    reader_require(&r, row.kind >= OUTBOX_MESSAGE && row.kind <= OUTBOX_RECEIPT, E_MALFORMED);
    row.contact = reader_u64(&r);
    row.place = reader_u64(&r);
    reader_copy(&r, row.to.b, sizeof row.to.b);
    row.type = reader_u16(&r);
    row.content = reader_block(&r, LIMIT_TEXT);
    row.made_ms = reader_u64(&r);
    row.tries = reader_u8(&r);
    row.refusals = reader_u32(&r);
    row.refused_ms = reader_u64(&r);
    row.retry_ms = reader_u64(&r);
    row.has_core = reader_u8(&r) != 0;
    row.sealed = reader_u8(&r) != 0;
    if (row.kind == OUTBOX_RECEIPT)
        reader_copy(&r, row.account.b, sizeof row.account.b);
    if (row.has_core) {
        struct bytes core = reader_take(&r, TRAILER_CORE_SIZE);

        if (r.failed == E_OK)
            TRY(trailer_parse_core(core, &row.core));
    }
    if (row.sealed) {
        row.upload = reader_u64(&r);
        reader_copy(&r, row.roster_id.b, sizeof row.roster_id.b);
        row.roster = reader_block(&r, ROSTER_MAX_SIZE);
        row.bytes = reader_block(&r, LIMIT_FRAME);
        row.opened = reader_block(&r, LIMIT_CAPSULES * sizeof(struct device_id));
    }
    TRY(reader_end(&r));
    *out = row;
    return OK;
}

struct err outbox_next(struct engine *e, uint64_t from, struct arena *a, struct outbox_row *row)
{
    struct bytes value;
    uint64_t number;

    TRY(vault_next(e->vault, VAULT_OUTBOX, NO_KEY, from, a, &number, &value));
    return parse_row(value, number, row);
}

/* ---- its message's states */

void outbox_tell(struct engine *e, const struct message *m, enum err_code code)
{
    struct event event = {.kind = EVENT_STATE, .code = code, .message = *m};

    if (people_get(e->vault, m->contact, &event.contact).code != E_OK)
        event.contact.number = m->contact;
    actions_tell(e, &event);
}

bool outbox_is_persons(const struct outbox_row *row)
{
    return row->kind == OUTBOX_MESSAGE;
}

struct err outbox_tells_room(struct engine *e, uint64_t room, bool *tells)
{
    struct err err = OK;
    uint64_t from = 0;

    *tells = false;
    while (err.code == E_OK && !*tells) {
        struct arena a = ARENA(VAULT_VALUE_MAX);
        struct outbox_row row;

        err = outbox_next(e, from, &a, &row);
        if (err.code == E_OK) {
            *tells = row.kind == OUTBOX_TELLING && row.contact == room;
            from = row.number + 1;
        }
        arena_free(&a);
    }
    return err.code == E_ABSENT ? OK : err;
}

struct err outbox_step(struct engine *e, const struct outbox_row *row, enum delivery_step s,
                       enum err_code why, struct arena *a, struct message *m)
{
    if (!outbox_is_persons(row))
        return OK;
    TRY(messages_get(e->vault, row->contact, row->place, a, m));
    TRY(delivery_next(m->state, s, &m->state));
    m->code = why;
    return messages_update(e->vault, m);
}

/* ---- its end */

struct err outbox_finish(struct engine *e, const struct outbox_row *row, enum delivery_step s,
                         enum err_code why, struct arena *a, struct message *m)
{
    TRY(outbox_step(e, row, s, why, a, m));
    if (outbox_is_persons(row) && m->state == DELIVERY_FAILED)
        TRY(deeds_undo(e->vault, &e->own, m));
    if (row->kind == OUTBOX_REPAIR)
        TRY(repairs_done(e, row));
    if (row->kind == OUTBOX_HELLO)
        e->hello = 0;
    if (row->kind == OUTBOX_CONTROL)
        TRY(sharing_finished(e, row, s == DELIVERY_ACCEPT));
    return vault_erase(e->vault, VAULT_OUTBOX, NO_KEY, row->number);
}

static struct err abandon(struct engine *e, struct outbox_row *row, enum err_code why,
                          struct arena *a, struct message *m)
{
    if (row->sealed)
        TRY(sealing_undo(e, row));
    return outbox_finish(e, row, DELIVERY_GIVE_UP, why, a, m);
}

struct err outbox_give_up(struct engine *e, struct outbox_row *row, enum err_code why,
                          struct arena *a)
{
    struct message m = {0};

    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, abandon(e, row, why, a, &m)));
    if (outbox_is_persons(row))
        outbox_tell(e, &m, why);
    return OK;
}
