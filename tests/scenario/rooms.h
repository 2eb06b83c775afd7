/* SPDX-License-Identifier: Apache-2.0 */
/* rooms: what people say and do in conversations of several.  [PROTOCOL 4.9, 6.9] */
#ifndef TACET_TESTS_SCENARIO_ROOMS_H
#define TACET_TESTS_SCENARIO_ROOMS_H

#include "client/diary.h"
#include "client/roomlog.h"
#include "scenario/devices_shared.h"
#include "scenario/hostile.h"
#include "scenario/stage_internal.h"

extern const struct CMUnitTest rooms_made[];
extern const size_t rooms_made_n;
extern const struct CMUnitTest rooms_changed[];
extern const size_t rooms_changed_n;
extern const struct CMUnitTest rooms_lies[];
extern const size_t rooms_lies_n;
extern const struct CMUnitTest rooms_devices[];
extern const size_t rooms_devices_n;
extern const struct CMUnitTest rooms_forgotten[];
extern const size_t rooms_forgotten_n;
extern const struct CMUnitTest rooms_named[];
extern const size_t rooms_named_n;

static inline struct room room_of(struct person *who, const struct room_id *id)
{
    struct room r;

    assert_ok(roomlog_find(engine_vault(stage_engine(who)), id, &r));
    return r;
}

static inline struct room_id makes(struct play *p, struct person *who, enum about_kind kind,
                                   const char *name)
{
    struct command c = {.kind = COMMAND_ROOM_CREATE, .number = kind, .text = bytes_text(name)};
    struct room r;

    assert_int_equal(commands(p, who, &c), E_OK);
    assert_ok(roomlog_get(engine_vault(stage_engine(who)), engine_made(stage_engine(who)), &r));
    return r.id;
}

/* The code with which it is taken; what comes of it is told later. */
static inline enum err_code changes(struct play *p, struct person *who, const struct room_id *id,
                                    enum command_kind kind, const char *text)
{
    struct command c = {.kind = kind, .room = room_of(who, id).number, .text = bytes_text(text)};

    return commands(p, who, &c);
}

static inline enum err_code adds(struct play *p, struct person *who, const struct room_id *id,
                                 const char *handles)
{
    return changes(p, who, id, COMMAND_ROOM_ADD, handles);
}

static inline enum err_code says_in(struct play *p, struct person *who, const struct room_id *id,
                                    const char *text)
{
    return changes(p, who, id, COMMAND_SEND, text);
}

static inline enum roomlog_standing standing(struct person *who, const struct room_id *id)
{
    return room_of(who, id).standing;
}

/* "" stands for none. */
static inline void is_named(struct person *who, const struct room_id *id, const char *name)
{
    struct arena a = ARENA(1 << 16);
    struct about about = {.name = {NULL, 0}};
    struct bytes content;
    struct err err = roomlog_about(engine_vault(stage_engine(who)), id, &a, &about, &content);

    assert_true(err.code == E_OK || err.code == E_ABSENT);
    assert_bytes(about.name, bytes_text(name));
    arena_free(&a);
}

/* How many members does `who` know of, and is `other` one of them?  Role 0: not. */
static inline enum room_role role_of(struct person *who, const struct room_id *id,
                                     struct person *other, size_t *members)
{
    const struct party *party = &engine_own(stage_engine(other))->me.who;
    struct arena a = ARENA(1 << 22);
    struct room r = room_of(who, id);
    struct roomlog_step newest;
    const struct room_member *m;
    enum room_role role;

    assert_ok(roomlog_newest(engine_vault(stage_engine(who)), &r, &a, &newest));
    m = room_state_find(&newest.state, &party->nid, &party->aid);
    role = m == NULL ? (enum room_role)0 : m->role;
    *members = newest.state.members;
    arena_free(&a);
    return role;
}

/* How many rows of this kind stand in the room as `who` keeps it? */
static inline unsigned rows(struct person *who, const struct room_id *id, enum diary_what what)
{
    struct vault *v = engine_vault(stage_engine(who));
    struct arena a = ARENA(1 << 22);
    struct room r = room_of(who, id);
    struct message m = {.place = 0};
    struct diary_room row;
    unsigned n = 0;

    while (messages_next(v, r.number, m.place, &a, &m).code == E_OK)
        n += diary_read_room(&m, &row) && row.what == what;
    arena_free(&a);
    return n;
}

#endif
