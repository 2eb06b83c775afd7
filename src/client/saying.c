/* SPDX-License-Identifier: Apache-2.0 */
/*
 * saying: what the person says on one device for all of them: names, drafts, what was read, whom to
 * mute and to block.  [PROTOCOL 15.8]
 *
 * Each is one transaction; that others hear of it is up to sharing.c.
 */
#include "base/text.h"
#include "client/activity.h"
#include "client/agreed.h"
#include "client/deletions.h"
#include "client/engine_internal.h"
#include "client/nicknames.h"
#include "client/receipts.h"
#include "client/registers.h"
#include "client/roomlog.h"
#include "client/stars.h"
#include "client/timers.h"

static struct err set(struct engine *e, uint8_t kind, struct bytes key, struct bytes value)
{
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, agreed_put(e, kind, key, value));
}

static struct err turn(struct engine *e, uint8_t kind, struct bytes key, bool on)
{
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, agreed_turn(e, kind, key, on));
}

/* ---- names */

static struct err name_contact(struct engine *e, const struct command *c)
{
    struct contact to;

    TRY(people_by_handle(e->vault, c->handle, &to));
    if (c->text.n > 0)
        TRY(nicknames_check(c->text));
    if (to.known)
        return set(e, REGISTERS_NICKNAME, ID_BYTES(to.aid), c->text);
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, nicknames_keep(e->vault, &to, c->text));
}

static struct err name_device(struct engine *e, const struct command *c)
{
    if (device_list_find_device(&e->own.list, &c->device) == NULL)
        return FAIL(E_ABSENT);
    if (c->text.n > 0)
        TRY(nicknames_check(c->text));
    return set(e, REGISTERS_DEVICE_NAME, ID_BYTES(c->device), c->text);
}

/* ---- reading */

static struct err mark(struct engine *e, struct message *m)
{
    TRY(messages_mark_read(e->vault, m));
    TRY(ending_read(e, m, e->now_ms));
    if (m->mine || m->seq == 0 || bytes_all_zero(ID_BYTES(m->room)))
        return OK;
    return agreed_raise(e, &m->room, &m->sender);
}

static struct err read_message(struct engine *e, const struct command *c)
{
    struct err err = OK;
    struct arena a = ARENA(4 * VAULT_VALUE_MAX);
    struct contact with = {.number = c->room};
    struct message m;

    if (c->room == 0)
        TRY_OUT(people_by_handle(e->vault, c->handle, &with));
    TRY_OUT(messages_get(e->vault, with.number, c->number, &a, &m));
    if (m.read)
        goto out;
    TRY_OUT(vault_begin(e->vault));
    TRY_OUT(vault_end(e->vault, mark(e, &m)));
out:
    arena_free(&a);
    return err;
}

/* ---- a conversation's */

static struct err find_room(struct engine *e, struct bytes handle, struct contact *with,
                            struct room_id *room)
{
    TRY(people_by_handle(e->vault, handle, with));
    if (!with->known)
        return FAIL(E_ABSENT);
    return names_pair_room(&e->own.nid, &e->own.me.who.aid, &with->aid, room);
}

/* With a person, or of a room that has a number. */
static struct err find_any(struct engine *e, struct bytes handle, uint64_t number,
                           struct room_id *room)
{
    struct contact with;
    struct room r;

    if (number == 0)
        return find_room(e, handle, &with, room);
    TRY(roomlog_get(e->vault, number, &r));
    *room = r.id;
    return OK;
}

static struct err draft(struct engine *e, const struct command *c)
{
    struct room_id room;

    if (!text_is_utf8(c->text))
        return FAIL(E_MALFORMED);
    TRY(find_any(e, c->handle, c->room, &room));
    return set(e, REGISTERS_DRAFT, ID_BYTES(room), c->text);
}

struct err saying_draft(struct engine *e, struct bytes handle, uint64_t number, struct arena *a,
                        struct bytes *text)
{
    struct room_id room;

    TRY(find_any(e, handle, number, &room));
    TRY(registers_get(e->vault, REGISTERS_DRAFT, ID_BYTES(room), a, text));
    return text->n > 0 && text_is_utf8(*text) ? OK : FAIL(E_ABSENT);
}

static struct err mute(struct engine *e, const struct command *c)
{
    struct room_id room;
    uint8_t until[8];

    TRY(find_any(e, c->handle, c->room, &room));
    for (size_t i = 0; i < 8; i++)
        until[i] = (uint8_t)(c->number >> (56 - 8 * i));
    return set(e, REGISTERS_MUTED, ID_BYTES(room), BYTES(until));
}

static struct err pin(struct engine *e, const struct command *c)
{
    struct room_id room;

    TRY(find_any(e, c->handle, c->room, &room));
    return turn(e, REGISTERS_PINNED, ID_BYTES(room), c->number != 0);
}

static struct err block(struct engine *e, const struct command *c)
{
    struct contact who;
    struct room_id room;

    TRY(find_room(e, c->handle, &who, &room));
    if (people_is_me(&e->own, &who))
        return FAIL(E_DENIED);
    return turn(e, REGISTERS_BLOCKED, ID_BYTES(who.aid), c->number != 0);
}

struct err saying_command(struct engine *e, const struct command *c)
{
    static const struct {
        enum command_kind kind;
        struct err (*obey)(struct engine *e, const struct command *c);
    } ways[] = {
        {COMMAND_NAME, name_contact},
        {COMMAND_NAME_DEVICE, name_device},
        {COMMAND_READ, read_message},
        {COMMAND_DRAFT, draft},
        {COMMAND_MUTE, mute},
        {COMMAND_BLOCK, block},
        {COMMAND_DELETE, deletions_command},
        {COMMAND_STAR, stars_command},
        {COMMAND_UNSTAR, stars_command},
        {COMMAND_PIN, pin},
        {COMMAND_TIMERS, timers_command},
        {COMMAND_RECEIPTS, receipts_command},
        {COMMAND_ACTIVITY, activity_command},
        {COMMAND_TELL_ACTIVITY, activity_tell},
    };

    for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++)
        if (ways[i].kind == c->kind)
            return ways[i].obey(e, c);
    return FAIL(E_MALFORMED);
}
