/* SPDX-License-Identifier: Apache-2.0 */
#include "client/activity.h"

#include "client/agreed.h"
#include "client/opening_internal.h"
#include "client/receipts.h"
#include "client/registers.h"
#include "client/rules.h"
#include "client/sealing.h"
#include "e2ee/payload.h"
#include "wire/tacet.pb-c.h"

#define TYPING_EVERY_MS (5 * CLOCK_SECOND_MS)
#define HERE_EVERY_MS   (30 * CLOCK_SECOND_MS)
#define OTHER_EVERY_MS  CLOCK_SECOND_MS       /* in another conversation than the last time */
#define DATED_MS        (5 * CLOCK_MINUTE_MS) /* so far from our clock it says nothing of now */
#define ARENA_MAX       (24 << 20)            /* as an item of the mailbox has */

static bool is_activity(uint64_t type)
{
    return type == PAYLOAD_TYPING || type == PAYLOAD_HERE;
}

/* ---- whether it is told */

struct err activity_is_told(struct engine *e, bool *told)
{
    struct arena a = ARENA(4 * SHARED_VALUE_MAX);
    struct bytes value;
    struct err err =
        registers_get(e->vault, REGISTERS_ACTIVITY, ID_BYTES(e->own.me.who.aid), &a, &value);

    *told = err.code == E_OK && value.n == 1 && value.at[0] == 1 && rules_allows_activity();
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

struct err activity_command(struct engine *e, const struct command *c)
{
    uint8_t told = (uint8_t)c->number;

    if (c->number > 1)
        return FAIL(E_MALFORMED);
    if (told == 1 && !rules_allows_activity())
        return FAIL(E_DENIED);
    TRY(vault_begin(e->vault));
    return vault_end(
        e->vault, agreed_put(e, REGISTERS_ACTIVITY, ID_BYTES(e->own.me.who.aid), bytes(&told, 1)));
}

/* To nobody who is to see nothing, and not in a room that is too large or not mine. */
static struct err is_told_in(struct engine *e, uint64_t conversation, bool *told)
{
    struct arena a = ARENA(ARENA_MAX);
    struct roomlog_step newest;
    struct contact c;
    struct room r;
    bool blocked;
    struct err err = people_get(e->vault, conversation, &c);

    *told = false;
    if (err.code == E_OK) {
        TRY(agreed_is_blocked(e->vault, &c.aid, &blocked));
        *told = c.known && !c.changed && !c.removed && !blocked && !people_is_me(&e->own, &c);
        return OK;
    }
    if (err.code != E_ABSENT)
        return err;
    TRY(roomlog_get(e->vault, conversation, &r));
    if (r.standing != ROOMLOG_IN)
        return OK;
    err = roomlog_newest(e->vault, &r, &a, &newest);
    *told = err.code == E_OK && newest.state.members <= ACTIVITY_MEMBERS_MAX;
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

/* ---- telling */

/* Not more often than it is of use. */
static bool is_due(const struct engine *e, uint64_t conversation, uint64_t type)
{
    const struct activity_told *last = &e->activity_told[type == PAYLOAD_HERE];
    uint64_t every_ms = type == PAYLOAD_HERE ? HERE_EVERY_MS : TYPING_EVERY_MS;

    if (last->conversation == 0 || last->at_ms > e->now_ms)
        return true;
    return e->now_ms - last->at_ms >=
           (last->conversation == conversation ? every_ms : OTHER_EVERY_MS);
}

/* Sealed and gone, or gone. */
static struct err send(struct engine *e, uint64_t conversation, uint16_t type)
{
    Tacet__Wire__Activity m = TACET__WIRE__ACTIVITY__INIT;
    struct arena a = ARENA(ARENA_MAX);
    struct outbox_row row = {
        .kind = OUTBOX_ACTIVITY, .contact = conversation, .type = type, .made_ms = e->now_ms};
    struct err err = sealing_seal(e, &row, &a);

    if (err.code == E_OK) {
        m.sealed = frame_data(row.bytes);
        err = link_request(e, OP_ACTIVITY, &m, NULL);
    }
    arena_free(&a);
    return err.code == E_ABSENT || err.code == E_REMOVED || err.code == E_AGAIN ? OK : err;
}

struct err activity_tell(struct engine *e, const struct command *c)
{
    enum receipts_level level;
    uint64_t conversation = c->room;
    struct contact with;
    bool wanted, told;

    if (!is_activity(c->number))
        return FAIL(E_MALFORMED);
    if (conversation == 0) {
        TRY(people_by_handle(e->vault, c->handle, &with));
        conversation = with.number;
    }
    TRY(activity_is_told(e, &wanted));
    if (!wanted || e->link.state != LINK_READY || !is_due(e, conversation, c->number))
        return OK;
    TRY(receipts_level(e, &level));
    TRY(is_told_in(e, conversation, &told));
    if (level == RECEIPTS_NOTHING || !told)
        return OK;
    e->activity_told[c->number == PAYLOAD_HERE] =
        (struct activity_told){.conversation = conversation, .at_ms = e->now_ms};
    return send(e, conversation, (uint16_t)c->number);
}

/* ---- being told */

/* In which conversation of mine is it?  0: in none. */
static struct err find_conversation(struct opening *op, const struct core *core,
                                    const struct verdict *verdict, uint64_t *out)
{
    const struct own *own = &op->e->own;
    struct room_id room;

    *out = 0;
    if (verdict->room.number != 0) {
        if (verdict->room.standing == ROOMLOG_IN)
            *out = verdict->room.number;
        return OK;
    }
    TRY(names_pair_room(&own->nid, &own->me.who.aid, &core->sender.aid, &room));
    if (ID_SAME(room, core->room))
        *out = op->event->contact.number;
    return OK;
}

/* Does it say anything of this moment, and of somebody whom the person wants to hear of? */
static struct err counts(struct opening *op, const struct core *core, const struct verdict *verdict,
                         bool *is)
{
    uint64_t now_ms = op->e->now_ms;
    bool blocked;

    TRY(agreed_is_blocked(op->e->vault, &core->sender.aid, &blocked));
    *is = !blocked && !verdict->left && !ID_SAME(core->sender.aid, op->e->own.me.who.aid) &&
          clock_since(now_ms, core->sent_ms) <= DATED_MS &&
          clock_since(core->sent_ms, now_ms) <= DATED_MS;
    return OK;
}

struct err activity_take(struct opening *op, const struct opened *o, const struct verdict *verdict,
                         struct bytes content)
{
    const struct core *core = &o->core;
    uint64_t conversation;
    bool is;

    if (!is_activity(core->type) || content.n != 0)
        return opening_damaged(op, E_MALFORMED);
    TRY(opening_conclude(op, OPENING_DONE, PROBLEM_NONE, E_OK));
    TRY(counts(op, core, verdict, &is));
    TRY(find_conversation(op, core, verdict, &conversation));
    if (!is || conversation == 0)
        return OK;
    op->event->kind = EVENT_ACTIVITY;
    op->event->activity = core->type;
    op->event->message.contact = conversation;
    return OK;
}

/* As an item of the mailbox is tried, but that nothing remembers it. */
static struct err take(struct engine *e, struct bytes sealed, struct arena *a)
{
    struct event event[OPENING_EVENTS] = {{.kind = EVENT_PROBLEM}};
    struct opening_item item = {.kind = FRAME_MESSAGE,
                                .sealed = sealed,
                                .received_ms = e->now_ms,
                                .asks = UINT8_MAX, /* nothing is asked for */
                                .passing = true};
    enum opening_result result = OPENING_DAMAGED;
    struct err err;

    TRY(vault_begin(e->vault));
    err = opening_item(e, &item, a, &result, event);
    if (err.code != E_OK || result != OPENING_DONE) {
        vault_rollback(e->vault);
        return err;
    }
    TRY(vault_commit(e->vault));
    if (event[0].kind == EVENT_ACTIVITY)
        actions_tell(e, &event[0]);
    return OK;
}

struct err activity_came(struct engine *e, struct bytes body, struct arena *a)
{
    struct arena item = ARENA(ARENA_MAX);
    Tacet__Wire__Activity *m;
    struct err err;

    TRY(frame_unpack(body, &tacet__wire__activity__descriptor, a, &m));
    err = take(e, frame_bytes(m->sealed), &item);
    arena_free(&item);
    return err;
}
