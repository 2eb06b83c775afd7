/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sharing: my devices tell each other what changed of what they agree on, and ask for what they
 * lack.  [PROTOCOL 15.8]
 *
 * A change is a register and no message: what each device was told is a number of this device's
 * changes, committed when the server has accepted it.  So a hundred changes are one message, what a
 * crash interrupts is told later, and nothing waits in the outbox for who is away.
 */
#include "base/reader.h"
#include "client/agreed.h"
#include "client/dealings.h"
#include "client/engine_internal.h"
#include "client/registers.h"
#include "client/rules.h"
#include "client/sealing.h"

#define DELAY_MS     (2 * CLOCK_SECOND_MS) /* what changes within it goes together */
#define PIECES_MOST  32                    /* that one `have` is answered by */
#define PIECE_ARENA  (2 << 20)
#define RECORD_ARENA 4096

/* ---- time */

void sharing_look_at(struct engine *e, uint64_t at_ms)
{
    if (e->sharing_ms == 0 || at_ms < e->sharing_ms)
        e->sharing_ms = at_ms == 0 ? 1 : at_ms;
}

void sharing_soon(struct engine *e)
{
    sharing_look_at(e, clock_add(e->now_ms, DELAY_MS));
}

void sharing_now(struct engine *e)
{
    sharing_look_at(e, e->now_ms);
}

uint64_t sharing_at(const struct engine *e)
{
    return e->drained ? e->sharing_ms : 0;
}

/* ---- one of my devices */

/* What it was told: my changes up to a number, and what is on its way to it. */
struct with {
    uint64_t told, row, to; /* row: of the outbox; 0: none.  When it is accepted, it knows `to` */
    /* This vault was put back, and has not heard from it which of its own changes from this number
     * on it had lost; 0: it has. */
    uint64_t lost;
    struct dealings_count answered;
};

static struct err get_with(struct engine *e, const struct device_id *did, struct with *out)
{
    struct arena a = ARENA(RECORD_ARENA);
    struct bytes value;
    struct err err = vault_get(e->vault, VAULT_SHARING_WITH, ID_BYTES(*did), 0, &a, &value);

    *out = (struct with){0};
    if (err.code == E_OK) {
        struct reader r = reader(value);

        out->told = reader_u64(&r);
        out->row = reader_u64(&r);
        out->to = reader_u64(&r);
        out->lost = reader_u64(&r);
        dealings_read_count(&r, &out->answered);
        err = reader_end(&r);
    }
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

static struct err put_with(struct engine *e, const struct device_id *did, const struct with *w)
{
    struct err err = OK;
    struct buf b = BUF(256);
    struct bytes value;

    buf_u64(&b, w->told);
    buf_u64(&b, w->row);
    buf_u64(&b, w->to);
    buf_u64(&b, w->lost);
    dealings_write_count(&w->answered, &b);
    TRY_OUT(buf_end(&b, &value));
    TRY_OUT(vault_put(e->vault, VAULT_SHARING_WITH, ID_BYTES(*did), 0, value));
out:
    buf_free(&b);
    return err;
}

static struct err own_number(struct engine *e, uint64_t *out)
{
    struct shared_have h;

    TRY(registers_have(e->vault, &h));
    *out = registers_mark(&h, &e->own.me.who.did);
    return OK;
}

/* Can something be sealed to it now?  One that was away for a month cannot be reached, and asks
 * when it is back. */
struct err sharing_reaches(struct engine *e, const struct device_id *did, bool *is)
{
    struct rules rules;
    struct prekey p;
    enum sealing_way way;

    TRY(rules_of_pair(e->vault, &e->own, &e->own.me.who.aid, e->now_ms, &rules));
    TRY(sealing_way_to(e, did, rules.profile, &p, &way));
    *is = way != SEALING_NO_WAY;
    return OK;
}

/* ---- rows */

struct err sharing_queue(struct engine *e, const struct device_id *to, enum payload_type type,
                         struct bytes content, uint64_t *number)
{
    struct contact me;
    struct outbox_row row = {
        .kind = OUTBOX_CONTROL, .to = *to, .type = (uint16_t)type, .content = content};

    TRY(people_by_account(e->vault, &e->own.me.who.aid, &me));
    row.contact = me.number;
    TRY(outgoing_add(e, &row));
    *number = row.number;
    return OK;
}

static struct err queue_state(struct engine *e, const struct device_id *to,
                              const struct shared_state *s, uint64_t *number)
{
    struct err err = OK;
    struct buf b = BUF(LIMIT_TEXT);
    struct bytes content;

    shared_state_write(s, &b);
    TRY_OUT(buf_end(&b, &content));
    TRY_OUT(sharing_queue(e, to, PAYLOAD_STATE, content, number));
out:
    buf_free(&b);
    return err;
}

/* What I changed and it was not told; of the rest it hears from who changed that. */
static struct err tell_changes(struct engine *e, const struct device_id *to, struct with *w)
{
    struct err err = OK;
    struct arena a = ARENA(PIECE_ARENA);
    struct shared_have theirs;
    struct shared_state said;
    bool more;

    TRY_OUT(registers_have(e->vault, &theirs));
    for (size_t i = 0; i < theirs.n; i++)
        if (ID_SAME(theirs.mark[i].writer, e->own.me.who.did))
            theirs.mark[i].number = w->told;
    TRY_OUT(registers_lacking(e->vault, &theirs, &a, &said, &more));
    w->to = said.range[0].to;
    TRY_OUT(queue_state(e, to, &said, &w->row));
    TRY_OUT(put_with(e, to, w));
out:
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

/* One at a time to each device, and nothing to one that cannot be reached. */
static struct err push(struct engine *e, const struct device_id *to)
{
    struct with w;
    uint64_t number;
    bool can;

    TRY(own_number(e, &number));
    TRY(get_with(e, to, &w));
    if (w.row != 0 || w.told >= number)
        return OK;
    TRY(sharing_reaches(e, to, &can));
    return can ? tell_changes(e, to, &w) : OK;
}

struct err sharing_finished(struct engine *e, const struct outbox_row *row, bool accepted)
{
    struct with w;

    if (row->type != PAYLOAD_STATE)
        return OK;
    TRY(get_with(e, &row->to, &w));
    if (w.row != row->number)
        return OK;
    if (accepted && w.to > w.told)
        w.told = w.to;
    w.row = 0;
    if (accepted)
        sharing_now(e);
    else
        sharing_soon(e);
    return put_with(e, &row->to, &w);
}

/* ---- being asked, and told */

/* All of it, in as many pieces as it takes; more than PIECES_MOST are asked for another time. */
static struct err tell_all(struct engine *e, const struct device_id *to, struct shared_have *theirs)
{
    bool more = true;

    for (size_t i = 0; more && i < PIECES_MOST; i++) {
        struct arena a = ARENA(PIECE_ARENA);
        struct shared_state said;
        uint64_t number;
        struct err err = registers_lacking(e->vault, theirs, &a, &said, &more);

        if (err.code == E_OK)
            err = queue_state(e, to, &said, &number);
        if (err.code == E_OK)
            err = registers_told(theirs, &said);
        arena_free(&a);
        if (err.code == E_ABSENT)
            return OK;
        TRY(err);
    }
    return OK;
}

static bool has_more(const struct shared_have *theirs, const struct shared_have *mine)
{
    for (size_t i = 0; i < theirs->n; i++)
        if (theirs->mark[i].number > registers_mark(mine, &theirs->mark[i].writer))
            return true;
    return false;
}

static struct err take_have(struct engine *e, const struct device_id *from, struct bytes content)
{
    struct shared_have theirs, mine;
    struct with w;

    TRY(shared_have_parse(content, &theirs));
    TRY(registers_have(e->vault, &mine));
    if (has_more(&theirs, &mine))
        TRY(lacking_at(e, from));
    TRY(get_with(e, from, &w));
    if (w.lost != 0 && !has_more(&theirs, &mine))
        TRY(lacking_at(e, from));
    if (!dealings_may(&w.answered, e->now_ms))
        return OK;
    TRY(put_with(e, from, &w));
    return tell_all(e, from, &theirs);
}

static struct err take_change(struct engine *e, const struct shared_change *c, uint32_t *kinds)
{
    bool stands;

    TRY(registers_merge(e->vault, c, &stands));
    if (!stands)
        return OK;
    if (ID_SAME(c->writer, e->own.me.who.did)) {
        TRY(registers_again(e->vault, c));
        sharing_soon(e);
    }
    if (c->kind == REGISTERS_STARRED || c->kind == REGISTERS_PINNED)
        *kinds |= REGISTERS_MARKS;
    else if (c->kind == REGISTERS_RECEIPTS || c->kind == REGISTERS_ACTIVITY)
        *kinds |= REGISTERS_TOLD;
    else if (c->kind < 32)
        *kinds |= UINT32_C(1) << c->kind;
    return agreed_apply(e, c);
}

/* It says what it has of my own changes: also those that I had lost. */
static struct err settle_lost(struct engine *e, const struct device_id *from,
                              const struct shared_range *r)
{
    struct with w;

    if (!ID_SAME(r->writer, e->own.me.who.did))
        return OK;
    TRY(get_with(e, from, &w));
    if (w.lost == 0 || r->after >= w.lost)
        return OK;
    w.lost = 0;
    return put_with(e, from, &w);
}

static struct err take_state(struct engine *e, const struct device_id *from, struct bytes content,
                             struct arena *a, uint32_t *kinds)
{
    struct shared_state s;
    bool any = false;

    TRY(shared_state_parse(content, a, &s));
    for (size_t i = 0; i < s.changes; i++)
        TRY(take_change(e, &s.change[i], kinds));
    for (size_t i = 0; i < s.ranges; i++) {
        bool gap;

        TRY(registers_note(e->vault, &s.range[i], &gap));
        any |= gap;
        TRY(settle_lost(e, from, &s.range[i]));
    }
    return any ? lacking_at(e, from) : OK;
}

struct err sharing_control(struct engine *e, const struct repairs_asker *from,
                           const struct sharing_said *said, struct arena *a, uint32_t *kinds)
{
    const struct party *me = &e->own.me.who;
    struct room_id room;

    *kinds = 0;
    TRY(names_pair_room(&e->own.nid, &me->aid, &me->aid, &room));
    if (!ID_SAME(from->who.aid, me->aid) || !ID_SAME(from->room, room))
        return OK;
    return said->type == PAYLOAD_STATE ? take_state(e, &from->who.did, said->content, a, kinds)
                                       : take_have(e, &from->who.did, said->content);
}

/* ---- what others do */

/* Those that are new to this device are told from here on: they ask for what was before. */
static struct err meet(struct engine *e, uint64_t told)
{
    const struct device_list *list = &e->own.list;
    struct with w = {.told = told};

    TRY(vault_counter_get(e->vault, VAULT_REGISTER_LOST, &w.lost));
    for (size_t i = 0; i < list->devices; i++) {
        const struct device_id *did = &list->device[i].did;
        bool known;

        if (!sealing_is_recipient(e, &list->device[i]))
            continue;
        TRY(vault_has(e->vault, VAULT_SHARING_WITH, ID_BYTES(*did), 0, &known));
        if (!known)
            TRY(put_with(e, did, &w));
        if (!known && w.lost != 0)
            TRY(lacking_at(e, did));
    }
    return OK;
}

struct err sharing_listed(struct engine *e)
{
    uint64_t number;

    TRY(own_number(e, &number));
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, meet(e, number));
}

/* From which of its own changes on does this device not know whether it made them?  Each of the
 * others is asked until it has said; an earlier loss of which one has not is part of it. */
static struct err lose(struct engine *e, uint64_t lost)
{
    const struct device_list *list = &e->own.list;

    for (size_t i = 0; i < list->devices; i++) {
        struct with w;

        if (!sealing_is_recipient(e, &list->device[i]))
            continue;
        TRY(get_with(e, &list->device[i].did, &w));
        if (w.lost == 0)
            w.lost = lost;
        TRY(put_with(e, &list->device[i].did, &w));
    }
    return vault_counter_set(e->vault, VAULT_REGISTER_LOST, lost);
}

struct err sharing_restored(struct engine *e)
{
    uint64_t number;

    TRY(own_number(e, &number));
    TRY(lose(e, number + 1));
    TRY(registers_restored(e->vault, &e->own.me.who.did, e->now_ms));
    return lacking_at_all(e);
}

struct err sharing_lost(struct engine *e, const struct device_id *with, uint64_t *from)
{
    struct with w;

    TRY(get_with(e, with, &w));
    *from = w.lost;
    return OK;
}

struct err sharing_begin(struct engine *e)
{
    if (!own_has_siblings(&e->own))
        return OK;
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, meet(e, 0));
}

static struct err share(struct engine *e)
{
    const struct device_list *list = &e->own.list;

    for (size_t i = 0; i < list->devices; i++)
        if (sealing_is_recipient(e, &list->device[i]))
            TRY(push(e, &list->device[i].did));
    return lacking_ask(e);
}

struct err sharing_wake(struct engine *e)
{
    struct contact me;
    struct err err;

    if (sharing_at(e) == 0 || e->now_ms < e->sharing_ms)
        return OK;
    e->sharing_ms = 0;
    if (e->accepted) {
        e->accepted = false;
        TRY(incoming_retry(e, true));
    }
    err = people_by_account(e->vault, &e->own.me.who.aid, &me);
    if (!own_has_siblings(&e->own) || err.code == E_ABSENT) /* it is asked for: link */
        return OK;
    TRY(err);
    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, share(e)));
    return e->queued ? outgoing_pump(e) : OK;
}
