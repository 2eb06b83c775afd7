/* SPDX-License-Identifier: Apache-2.0 */
/*
 * asking: what came and cannot be opened, and what did not come, is asked for again, of the device
 * that sent it.  [PROTOCOL 5.4, 6.7]
 *
 * Only what this device sees itself is a cause: nothing that a server says is one.  And only while
 * it is online and its mailbox has been drained for a minute, since till then it may come yet.
 */
#include "base/map.h"
#include "client/agreed.h"
#include "client/chains.h"
#include "client/conversations.h"
#include "client/dealings.h"
#include "client/parking.h"
#include "client/roomlog.h"
#include "client/sealing.h"
#include "client/streams.h"

#define AFTER_MS    CLOCK_MINUTE_MS
#define INTERVAL_MS CLOCK_HOUR_MS
#define OBEYS_MS    (10 * CLOCK_MINUTE_MS) /* one request in so long */
#define ROW_ARENA   (2 * VAULT_VALUE_MAX + 4096)
#define STREAMS_MAX 10000 /* looked at in one pass */
#define LISTS_MAX   16    /* asked for in one pass */

/* ---- time */

static void look_at(struct engine *e, uint64_t at_ms)
{
    if (at_ms != UINT64_MAX && (e->asking_ms == 0 || at_ms < e->asking_ms))
        e->asking_ms = at_ms;
}

void asking_soon(struct engine *e)
{
    if (e->drained)
        look_at(e, clock_add(e->now_ms, AFTER_MS));
}

uint64_t asking_at(const struct engine *e)
{
    return e->drained ? e->asking_ms : 0;
}

/* ---- resets */

/* A parked message that may be named now. */
struct stuck {
    struct stuck *next;
    uint64_t number;
    uint8_t prefix[SCHEDULE_PREFIX_SIZE], ctx[CONTROL_MARK_SIZE];
    bool placed; /* somebody known has the device */
};

struct resets {
    struct engine *e;
    struct arena *a;
    struct stuck *first, **end;
};

static struct err add_stuck(struct resets *rs, const struct parking_row *row)
{
    struct stuck *s = ARENA_NEW(rs->a, struct stuck);

    if (s == NULL)
        return FAIL(E_NOMEM);
    s->number = row->number;
    memcpy(s->prefix, row->item.prefix, sizeof s->prefix);
    memcpy(s->ctx, row->item.ctx, sizeof s->ctx);
    *rs->end = s;
    rs->end = &s->next;
    return OK;
}

/* What waits is looked at again when it is ripe, and while there is any, each hour. */
static struct err find_stuck(struct resets *rs)
{
    struct engine *e = rs->e;
    struct err err = OK;
    struct arena a = ARENA(ROW_ARENA);
    struct parking_row row = {.number = 0};
    uint64_t due_ms;

    for (size_t i = 0; i < PARKING_ROWS_MAX; i++) {
        arena_free(&a);
        err = parking_next(e, row.number + 1, &a, &row);
        if (err.code != E_OK)
            break;
        if (!row.item.resettable || row.item.resets >= STREAMS_ASKS_MAX)
            continue;
        due_ms = streams_due_at(row.since_ms, e->drained_ms, row.item.resets);
        if (due_ms > e->now_ms) {
            look_at(e, due_ms);
            continue;
        }
        err = add_stuck(rs, &row);
        if (err.code != E_OK)
            break;
        look_at(e, clock_add(e->now_ms, INTERVAL_MS));
    }
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

static struct err count_reset(struct engine *e, uint64_t number)
{
    struct err err = OK;
    struct arena a = ARENA(ROW_ARENA);
    struct parking_row row;

    TRY_OUT(parking_next(e, number, &a, &row));
    row.item.resets++;
    TRY_OUT(parking_update(e, &row));
out:
    arena_free(&a);
    return err;
}

/* Marks rise, and none stands twice: two deliveries of one ctx are one message. */
static void add_mark(struct control *c, const uint8_t ctx[CONTROL_MARK_SIZE])
{
    size_t at = 0;
    int order = -1;

    while (at < c->n && (order = memcmp(c->mark[at].ctx, ctx, CONTROL_MARK_SIZE)) < 0)
        at++;
    if (at < c->n && order == 0)
        return;
    memmove(&c->mark[at + 1], &c->mark[at], (c->n - at) * sizeof c->mark[0]);
    c->mark[at] = (struct control_mark){0};
    memcpy(c->mark[at].ctx, ctx, CONTROL_MARK_SIZE);
    c->n++;
}

/* In one transaction: the message, what it names, and when it was. */
static struct err ask_device(struct resets *rs, uint64_t contact, const struct device_id *did)
{
    struct engine *e = rs->e;
    struct control c = {.type = PAYLOAD_RESET};
    struct dealings d;

    TRY(dealings_get(e->vault, did, &d));
    if (d.asked_ms != 0 && clock_since(e->now_ms, d.asked_ms) < INTERVAL_MS) {
        look_at(e, clock_add(d.asked_ms, INTERVAL_MS));
        return OK;
    }
    for (const struct stuck *s = rs->first; s != NULL && c.n < CONTROL_ENTRIES_MAX; s = s->next) {
        if (memcmp(s->prefix, did->b, sizeof s->prefix) != 0)
            continue;
        add_mark(&c, s->ctx);
        TRY(count_reset(e, s->number));
    }
    if (c.n == 0)
        return OK;
    d.asked_ms = e->now_ms == 0 ? 1 : e->now_ms;
    TRY(dealings_put(e->vault, did, &d));
    /* Our own direction may be as broken, and then nobody would be heard. */
    TRY(chains_open_anew(e->vault, did));
    return repairs_tell(e, contact, did, NULL, &c);
}

static void place(struct resets *rs, const struct device_id *did)
{
    for (struct stuck *s = rs->first; s != NULL; s = s->next)
        s->placed |= memcmp(s->prefix, did->b, sizeof s->prefix) == 0;
}

static struct err ask_contact(struct resets *rs, const struct contact *to)
{
    struct device_list list;
    struct err err;

    if (!to->known)
        return OK;
    err = people_newest_list(rs->e->vault, &rs->e->own, &to->aid, &list);
    if (err.code ==
        E_ABSENT) /* known by the word of another device of mine: asked within the hour */
        return lookups_account(rs->e, &to->aid);
    TRY(err);
    for (size_t i = 0; i < list.devices; i++) {
        place(rs, &list.device[i].did);
        if (to->changed || to->removed || !sealing_is_recipient(rs->e, &list.device[i]))
            continue;
        TRY(vault_begin(rs->e->vault));
        TRY(vault_end(rs->e->vault, ask_device(rs, to->number, &list.device[i].did)));
    }
    return OK;
}

/* ---- devices that nobody is known to have */

static bool is_anybodys(const struct resets *rs)
{
    for (const struct stuck *s = rs->first; s != NULL; s = s->next)
        if (!s->placed)
            return false;
    return true;
}

static struct err count_unplaced(struct resets *rs)
{
    for (const struct stuck *s = rs->first; s != NULL; s = s->next)
        if (!s->placed)
            TRY(count_reset(rs->e, s->number));
    return OK;
}

/* It may have come to one of our people since their list was asked for, and what told of it was
 * lost: all are asked for, some at a time. */
static struct err ask_lists(struct resets *rs)
{
    struct engine *e = rs->e;
    struct asking_whose *w = &e->asking_whose;
    struct contact to = {.number = w->from};
    struct err err = OK;

    if (w->from == 0 && w->asked_ms != 0 && clock_since(e->now_ms, w->asked_ms) < INTERVAL_MS) {
        look_at(e, clock_add(w->asked_ms, INTERVAL_MS));
        return OK;
    }
    for (size_t i = 0; i < LISTS_MAX; i++) {
        err = people_next(e->vault, to.number, &to);
        if (err.code != E_OK)
            break;
        if (to.known && !to.removed)
            TRY(lookups_account(e, &to.aid));
    }
    w->from = err.code == E_OK ? to.number : 0;
    w->asked_ms = e->now_ms;
    if (err.code == E_OK) {
        look_at(e, clock_add(e->now_ms, AFTER_MS));
        return OK;
    }
    if (err.code != E_ABSENT)
        return err;
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, count_unplaced(rs));
}

static struct err ask_resets(struct engine *e)
{
    struct err err = OK;
    struct arena a = ARENA(PARKING_ROWS_MAX * (sizeof(struct stuck) + 16)); /* as it rounds */
    struct resets rs = {.e = e, .a = &a};
    struct contact to = {.number = 0};

    rs.end = &rs.first;
    err = find_stuck(&rs);
    while (err.code == E_OK && rs.first != NULL) {
        err = people_next(e->vault, to.number, &to);
        if (err.code == E_OK)
            err = ask_contact(&rs, &to);
    }
    if (err.code == E_ABSENT && !is_anybodys(&rs))
        err = ask_lists(&rs);
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

/* ---- gaps */

static struct err ask_stream(struct engine *e, const struct room_id *room,
                             const struct party *sender, uint64_t conversation, bool *asks)
{
    struct control c = {.type = PAYLOAD_MISSING};
    struct stream s;

    TRY(streams_get(e->vault, room, &sender->did, &s));
    c.n = streams_ask(&s, e->drained_ms, e->now_ms, c.range);
    look_at(e, streams_ask_at(&s, e->drained_ms));
    *asks = c.n > 0;
    if (!*asks)
        return OK;
    TRY(streams_put(e->vault, room, sender, &s));
    return repairs_tell(e, conversation, &sender->did, room, &c);
}

/* In which conversation?  What another device of mine writes stands in the one with whom it is. */
static struct err find_conversation(struct engine *e, const struct room_id *room,
                                    const struct party *sender, struct contact *to)
{
    struct arena a = ARENA(ROW_ARENA);
    struct stream s;
    struct room r;
    struct err err = roomlog_find(e->vault, room, &r);

    if (err.code == E_OK) {
        *to = (struct contact){.number = r.number, .removed = r.standing == ROOMLOG_OUT};
        return OK;
    }
    if (err.code != E_ABSENT)
        return err;

    if (!ID_SAME(sender->aid, e->own.me.who.aid))
        return people_by_account(e->vault, &sender->aid, to);
    err = streams_get(e->vault, room, &sender->did, &s);
    if (err.code == E_OK)
        err = conversations_find(e->vault, &e->own, room, &s.roster, &a, to);
    arena_free(&a);
    return err;
}

/* One request of a device at a time: it would not obey a second one, of another room. */
static struct err ask_gap(struct engine *e, const struct room_id *room, const struct party *sender,
                          struct map *asked)
{
    struct contact to;
    struct err err = find_conversation(e, room, sender, &to);
    bool asks = false;

    if (err.code == E_ABSENT || (err.code == E_OK && (to.changed || to.removed)))
        return OK;
    TRY(err);
    if (map_get(asked, ID_BYTES(sender->did)) != NULL) {
        look_at(e, clock_add(e->now_ms, OBEYS_MS));
        return OK;
    }
    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, ask_stream(e, room, sender, to.number, &asks)));
    return asks ? map_put(asked, ID_BYTES(sender->did), asked) : OK;
}

static struct err ask_gaps(struct engine *e)
{
    struct map asked = MAP;
    struct err err = OK;
    uint64_t number = 0;

    for (size_t i = 0; err.code == E_OK && i < STREAMS_MAX; i++, number++) {
        struct room_id room;
        struct party sender;

        err = streams_next_gap(e->vault, &number, &room, &sender);
        if (err.code == E_OK)
            err = ask_gap(e, &room, &sender, &asked);
    }
    map_free(&asked);
    return err.code == E_ABSENT ? OK : err;
}

struct err asking_wake(struct engine *e)
{
    if (asking_at(e) == 0 || e->now_ms < e->asking_ms)
        return OK;
    e->asking_ms = 0;
    TRY(ask_resets(e));
    TRY(ask_gaps(e));
    return outgoing_pump(e);
}

/* ---- answers */

/* One ctx of theirs that they answer for; with an id it comes, or came, as that message.  A server
 * makes as many deliveries of one ctx as there is room for. */
static struct err let_go(struct engine *e, const struct repairs_asker *from,
                         const struct control_mark *mark, uint64_t *over)
{
    struct err err = OK;
    struct arena a = ARENA(ROW_ARENA);
    struct parking_row row = {.number = 0};
    bool left = false;

    while (err.code == E_OK) {
        arena_free(&a);
        err = parking_by_ctx(e, mark->ctx, row.number + 1, &a, &row);
        if (err.code != E_OK ||
            memcmp(row.item.prefix, from->who.did.b, sizeof row.item.prefix) != 0)
            continue;
        err = parking_leave(e, &row);
        left = true;
    }
    arena_free(&a);
    *over += left && bytes_all_zero(ID_BYTES(mark->id));
    return err.code == E_ABSENT ? OK : err;
}

/* What was before the first that came was never shown as missing; to a device that was added it was
 * not sent, as a rule, nor in a room to somebody who came in later. */
static uint64_t close_range(bool late, struct stream *s, const struct control_range *r)
{
    uint64_t first = r->first;

    if (late && first < s->baseline) {
        (void)streams_void(s, first, r->last < s->baseline ? r->last : s->baseline - 1);
        first = s->baseline;
    }
    return first > r->last ? 0 : streams_void(s, first, r->last);
}

static struct err close_gaps(struct engine *e, const struct repairs_asker *from,
                             const struct control *c, uint64_t *over)
{
    struct room r;
    struct stream s;
    struct err err = roomlog_find(e->vault, &from->room, &r);
    bool late = e->own.added || err.code == E_OK;

    if (err.code != E_ABSENT)
        TRY(err);
    TRY(streams_get(e->vault, &from->room, &from->who.did, &s));
    for (size_t i = 0; i < c->n; i++)
        *over += close_range(late, &s, &c->range[i]);
    if (s.highest == 0)
        return OK;
    TRY(streams_put(e->vault, &from->room, &from->who, &s));
    return agreed_raise(e, &from->room, &from->who.did);
}

struct err asking_answered(struct engine *e, const struct repairs_asker *from,
                           const struct control *c, uint64_t *over)
{
    *over = 0;
    if (c->type == PAYLOAD_VOID)
        return close_gaps(e, from, c, over);
    if (c->type != PAYLOAD_SETTLED)
        return OK;
    for (size_t i = 0; i < c->n; i++)
        TRY(let_go(e, from, &c->mark[i], over));
    return OK;
}
