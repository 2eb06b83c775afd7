/* SPDX-License-Identifier: Apache-2.0 */
/*
 * cores: what stays of a message however often it is sealed: its core, and with it the place in
 * this device's stream.  [PROTOCOL 6.2, 6.7]
 */
#include "base/reader.h"
#include "client/due.h"
#include "client/engine_internal.h"
#include "client/timers.h"

/* ---- the stream: seq and link of (this device, room) */

#define RESTORE_LEAP  (UINT64_C(1) << 20) /* places that a copy of this vault may have used */
#define PLACES_PER_MS 1024                /* more than anybody can use */

struct own_stream {
    uint64_t seq, restores; /* restores: how often the vault had been put back when seq was used */
    uint8_t link[NAMES_H32_SIZE];
};

static struct err get_stream(struct engine *e, const struct room_id *room, struct own_stream *out)
{
    struct arena a = ARENA(1024);
    struct bytes value;
    struct err err = vault_get(e->vault, VAULT_STREAM_OUT, ID_BYTES(*room), 0, &a, &value);

    *out = (struct own_stream){0};
    if (err.code == E_OK) {
        struct reader r = reader(value);

        out->seq = reader_u64(&r);
        reader_copy(&r, out->link, sizeof out->link);
        out->restores = reader_u64(&r);
        err = reader_end(&r);
    }
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

struct err cores_highest(struct engine *e, const struct room_id *room, uint64_t *seq)
{
    struct own_stream s;

    TRY(get_stream(e, room, &s));
    *seq = s.seq;
    return OK;
}

/* After the vault was put back a stream goes on far ahead, whether it has begun here or not: it may
 * have in the copy.  And where the clock says: the same copy may be put back again.  [PROTOCOL 10
 * V2] */
static uint64_t place_after_restore(const struct engine *e, uint64_t seq)
{
    uint64_t ahead = seq + RESTORE_LEAP, by_clock = e->now_ms * PLACES_PER_MS;

    return ahead > by_clock ? ahead : by_clock;
}

/* The place of a message, and what it names. */
static struct err take_place(struct engine *e, struct core *core)
{
    struct own_stream s;
    uint64_t restores;

    TRY(get_stream(e, &core->room, &s));
    TRY(vault_counter_get(e->vault, VAULT_RESTORES, &restores));
    core->restart = restores > s.restores;
    core->seq = core->restart ? place_after_restore(e, s.seq) : s.seq + 1;
    if (!core->restart)
        memcpy(core->prev, s.link, sizeof core->prev);
    return OK;
}

static struct err put_stream(struct engine *e, const struct core *core)
{
    struct err err = OK;
    struct buf b = BUF(8 + NAMES_H32_SIZE + 8);
    uint8_t link[NAMES_H32_SIZE];
    uint64_t restores;

    TRY_OUT(trailer_link(core, link));
    TRY_OUT(vault_counter_get(e->vault, VAULT_RESTORES, &restores));
    buf_u64(&b, core->seq);
    buf_bytes(&b, BYTES(link));
    buf_u64(&b, restores);
    TRY_OUT(vault_put(e->vault, VAULT_STREAM_OUT, ID_BYTES(core->room), 0, buf_view(&b)));
out:
    buf_free(&b);
    return err;
}

uint32_t cores_ttl_s(const struct message *m)
{
    return m->ttl_s == 0 ? TIMERS_DEFAULT_S : m->ttl_s;
}

/* What it is given, and what the room allows by now: it may be less than when it was written. */
static struct err find_timers(struct engine *e, const struct message *m, struct timers *out)
{
    struct timers_of of;

    TRY(timers_get(e, m->contact, &of));
    *out = timers_within((struct timers){cores_ttl_s(m), m->burn_s},
                         timers_within(of.room, timers_allowed(NULL)));
    if (!timers_burns(m->type))
        out->burn_s = 0;
    return OK;
}

/* One's own copy lives no longer than those of others. */
static struct err shorten(struct engine *e, const struct message *m, const struct timers *lives)
{
    struct due d = {ageing_due(&e->ageing, m->sent_ms, lives->ttl_s), m->contact, m->place};
    uint64_t at_ms;

    TRY(due_get(e->vault, m->contact, m->place, &at_ms));
    if (at_ms == 0 || d.at_ms >= at_ms)
        return OK;
    ending_kept(e, d.at_ms);
    return due_put(e->vault, &d);
}

static struct err make_message_core(struct engine *e, struct outbox_row *row,
                                    const struct room_id *room, struct message *m)
{
    struct core *core = &row->core;
    struct timers lives;

    TRY(find_timers(e, m, &lives));
    TRY(shorten(e, m, &lives));
    m->ttl_s = lives.ttl_s;
    m->burn_s = lives.burn_s;
    *core = (struct core){.sender = e->own.me.who,
                          .room = *room,
                          .id = m->id,
                          .sent_ms = m->sent_ms,
                          .ttl_s = cores_ttl_s(m),
                          .burn_s = m->burn_s,
                          .type = m->type};
    TRY(take_place(e, core));
    m->seq = core->seq;
    TRY(trailer_digest(&m->id, m->text, core->digest));
    return put_stream(e, core);
}

struct err cores_control(struct engine *e, struct outbox_row *row, const struct room_id *room)
{
    struct core *core = &row->core;

    *core = (struct core){.sender = e->own.me.who,
                          .room = *room,
                          .sent_ms = row->made_ms,
                          .ttl_s = CONTROL_TTL_S,
                          .type = row->type};
    TRY(random_fill(e->random, core->id.b, sizeof core->id.b));
    TRY(trailer_digest(&core->id, row->content, core->digest));
    row->has_core = true;
    return OK;
}

struct err cores_make(struct engine *e, struct outbox_row *row, const struct room_id *room,
                      struct message *m)
{
    struct timers lives;

    if (row->has_core && ID_SAME(row->core.room, *room)) {
        if (row->kind != OUTBOX_MESSAGE)
            return OK;
        TRY(find_timers(e, m, &lives));
        m->burn_s = lives.burn_s;
        return shorten(e, m, &lives);
    }
    switch (row->kind) {
    case OUTBOX_MESSAGE:
        TRY(make_message_core(e, row, room, m));
        break;
    case OUTBOX_CONTROL:
    case OUTBOX_TELLING:
    case OUTBOX_HELLO:
    case OUTBOX_RECEIPT:
    case OUTBOX_ACTIVITY:
        return cores_control(e, row, room);
    case OUTBOX_REPAIR:
        return FAIL(E_REMOVED);
    }
    row->has_core = true;
    return OK;
}
