/* SPDX-License-Identifier: Apache-2.0 */
/* meeting: the calls about conversations of several people. */
#include <stdio.h>

#include "base/encoding.h"
#include "client/diary.h"
#include "client/host/client_internal.h"
#include "client/roomlog.h"
#include "tacet/rooms.h"

#define ID_SHOWN   8 /* bytes of a room's id that its address has */
#define ROOM_ARENA (4 << 20)

_Static_assert((int)TACET_ROOM_SETTINGS == (int)DIARY_SETTINGS, "what happens in rooms");
_Static_assert((int)TACET_WISH_DELETE == (int)WISHES_DELETE, "what is wished of rooms");
_Static_assert((int)TACET_WISH_TIMERS == (int)WISHES_TIMERS, "what is wished of rooms");
_Static_assert((int)TACET_WISH_POSTING == (int)WISHES_POSTING, "what is wished of rooms");
_Static_assert(TACET_ROOM_NAME_MAX == ABOUT_NAME_MAX, "names");
_Static_assert(TACET_ROOM_DESCRIPTION_MAX == ABOUT_DESCRIPTION_MAX, "descriptions");

/* ---- addresses */

bool meeting_is_room(const char *with)
{
    return with[0] == '+';
}

static void write_address(const struct room_id *id, char out[TACET_HANDLE_SIZE])
{
    out[0] = '+';
    client_hex(bytes(id->b, ID_SHOWN), out + 1);
}

static struct err find_room(struct tacet_client *c, const char *address, struct room *out)
{
    uint8_t id[ID_SHOWN];
    struct err err;

    if (encoding_hex_read(bytes_text(address + 1), id, sizeof id).code != E_OK)
        return FAIL(E_ABSENT);
    out->number = 0;
    do
        err = roomlog_next(c->vault, out->number, out);
    while (err.code == E_OK && memcmp(out->id.b, id, sizeof id) != 0);
    return err;
}

struct err meeting_conversation(struct tacet_client *c, const char *with, uint64_t *number)
{
    struct contact contact;
    struct room r;

    if (meeting_is_room(with)) {
        TRY(find_room(c, with, &r));
        *number = r.number;
    } else {
        TRY(people_by_handle(c->vault, bytes_text(with), &contact));
        *number = contact.number;
    }
    return OK;
}

void meeting_with(struct tacet_client *c, uint64_t number, char out[TACET_HANDLE_SIZE])
{
    struct contact contact;
    struct room r;

    out[0] = '\0';
    if (people_get(c->vault, number, &contact).code == E_OK)
        snprintf(out, TACET_HANDLE_SIZE, "%s", contact.handle);
    else if (roomlog_get(c->vault, number, &r).code == E_OK)
        write_address(&r.id, out);
}

/* ---- who did it */

void meeting_authors(struct tacet_client *c, const struct message *m, struct tacet_message *out)
{
    struct account_id aid;
    struct diary_room row;

    if (diary_read_room(m, &row)) {
        out->text_n = 0;
        out->change = (unsigned)row.what;
        client_handle(c, &row.who, out->by);
        client_handle(c, &row.whom, out->whom);
    } else if (m->mine) {
        snprintf(out->by, sizeof out->by, "%s", engine_own(c->engine)->handle);
    } else if (!meeting_is_room(out->with)) {
        snprintf(out->by, sizeof out->by, "%s", out->with);
    } else if (roomlog_voice(c->vault, &m->sender, &aid).code == E_OK) {
        client_handle(c, &aid, out->by);
    }
}

/* ---- looking */

static struct err count_wishes(struct tacet_client *c, uint64_t room, unsigned *n)
{
    struct err err = OK;
    uint64_t from = 0;

    while (err.code == E_OK) {
        struct arena a = ARENA(ROOM_ARENA);
        struct wish w;

        err = wishes_next(c->vault, from, &a, &w);
        if (err.code == E_OK) {
            *n += w.room == room;
            from = w.number + 1;
        }
        arena_free(&a);
    }
    return err.code == E_ABSENT ? OK : err;
}

static struct err about_out(struct tacet_client *c, const struct room *r, struct tacet_room *out)
{
    struct about about;
    struct err err = roomlog_called(c->vault, &r->id, &c->room, &about);

    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    out->group = about.kind == ABOUT_GROUP;
    out->name = arena_text(&c->room, about.name);
    out->description = arena_text(&c->room, about.description);
    return out->name == NULL || out->description == NULL ? FAIL(E_NOMEM) : OK;
}

static struct err state_out(struct tacet_client *c, const struct room *r, struct tacet_room *out)
{
    const struct party *me = &engine_own(c->engine)->me.who;
    const struct room_member *m;
    struct roomlog_step newest;
    struct err err = roomlog_newest(c->vault, r, &c->room, &newest);

    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    m = room_state_find(&newest.state, &me->nid, &me->aid);
    out->moderator = m != NULL && m->role == ROOM_MODERATOR;
    out->members = (unsigned)newest.state.members;
    out->moderated = newest.state.posting == ROOM_POSTING_MODERATORS;
    out->group = about_kind_of(newest.state.name_box) == ABOUT_GROUP;
    return OK;
}

static struct err room_out(struct tacet_client *c, const struct room *r, struct tacet_room *out)
{
    struct engine_quiet quiet;

    arena_free(&c->room);
    TRY(engine_quiet_room(c->engine, &r->id, &quiet));
    *out = (struct tacet_room){.making = r->standing == ROOMLOG_MAKING,
                               .in = r->standing == ROOMLOG_MAKING || r->standing == ROOMLOG_IN,
                               .deleted = r->deleted,
                               .version = r->version,
                               .number = r->number,
                               .muted_ms = quiet.muted_ms,
                               .pinned = quiet.pinned};
    write_address(&r->id, out->address);
    TRY(about_out(c, r, out));
    TRY(state_out(c, r, out));
    TRY(engine_tells_room(c->engine, r->number, &out->telling));
    return count_wishes(c, r->number, &out->waiting);
}

enum tacet_code tacet_next_room(struct tacet_client *c, uint64_t number, struct tacet_room *out)
{
    struct room r;
    struct err err = roomlog_next(c->vault, number, &r);

    return client_code(err.code == E_OK ? room_out(c, &r, out) : err);
}

enum tacet_code tacet_find_room(struct tacet_client *c, const char *address, struct tacet_room *out)
{
    struct room r;
    struct err err = meeting_is_room(address) ? find_room(c, address, &r) : FAIL(E_ABSENT);

    return client_code(err.code == E_OK ? room_out(c, &r, out) : err);
}

static struct err get_member(struct tacet_client *c, const char *address, unsigned n,
                             struct arena *a, struct tacet_member *out)
{
    const struct room_member *m;
    struct roomlog_step newest;
    struct room r;

    TRY(find_room(c, address, &r));
    TRY(roomlog_newest(c->vault, &r, a, &newest));
    if (n >= newest.state.members)
        return FAIL(E_ABSENT);
    m = &newest.state.member[n];
    *out = (struct tacet_member){.moderator = m->role == ROOM_MODERATOR, .since = m->since};
    client_handle(c, &m->aid, out->handle);
    return OK;
}

enum tacet_code tacet_get_member(struct tacet_client *c, const char *address, unsigned n,
                                 struct tacet_member *out)
{
    struct arena a = ARENA(ROOM_ARENA);
    struct err err = get_member(c, address, n, &a, out);

    arena_free(&a);
    return client_code(err);
}

/* ---- changing */

enum tacet_code tacet_make_room(struct tacet_client *c, bool group, const char *name,
                                char address[TACET_HANDLE_SIZE])
{
    struct command cmd = {.kind = COMMAND_ROOM_CREATE,
                          .text = bytes_text(name),
                          .number = group ? ABOUT_GROUP : ABOUT_ROOM};
    enum tacet_code code = client_command(c, &cmd);

    if (code == TACET_OK)
        meeting_with(c, engine_made(c->engine), address);
    return code;
}

enum tacet_code tacet_change_room(struct tacet_client *c, const char *address,
                                  enum tacet_room_wish wish, const char *text)
{
    struct command cmd = {.text = bytes_text(text)};
    struct room r;
    struct err err;

    if (wish < TACET_WISH_ADD || (wish > TACET_WISH_DELETE && wish != TACET_WISH_POSTING) ||
        !meeting_is_room(address))
        return TACET_MALFORMED;
    err = find_room(c, address, &r);
    if (err.code != E_OK)
        return client_code(err);
    cmd.kind = (enum command_kind)(COMMAND_ROOM_ADD + ((int)wish - (int)TACET_WISH_ADD));
    if (wish == TACET_WISH_POSTING)
        cmd.kind = COMMAND_ROOM_POSTING;
    cmd.room = r.number;
    return client_command(c, &cmd);
}
