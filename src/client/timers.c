/* SPDX-License-Identifier: Apache-2.0 */
#include "client/timers.h"

#include "base/reader.h"
#include "client/agreed.h"
#include "client/deeds.h"
#include "client/engine_internal.h"
#include "client/registers.h"
#include "client/roomlog.h"
#include "client/rules.h"
#include "client/wishing.h"
#include "e2ee/payload.h"

#define ARENA_MAX  (1 << 20)
#define VALUE_SIZE 8

/* ---- bounds; 0 is none */

static uint32_t lesser(uint32_t a, uint32_t b)
{
    return a == 0 || (b != 0 && b < a) ? b : a;
}

struct timers timers_within(struct timers t, struct timers bound)
{
    return (struct timers){lesser(t.ttl_s, bound.ttl_s), lesser(t.burn_s, bound.burn_s)};
}

struct timers timers_allowed(const struct room_state *s)
{
    struct timers t = {rules_ttl_most(), rules_burn_most()};

    return s == NULL ? t : timers_within((struct timers){s->ttl_s, s->burn_s}, t);
}

static bool is_within(const struct timers *t, struct timers bound)
{
    struct timers cut = timers_within(*t, bound);

    return t->burn_s <= TRAILER_TTL_MOST_S && (t->ttl_s == 0 || cut.ttl_s == t->ttl_s) &&
           (t->burn_s == 0 || cut.burn_s == t->burn_s);
}

bool timers_burns(uint16_t type)
{
    return type != PAYLOAD_RECALL && !deeds_ends_with_another(type);
}

/* ---- what the person said */

/* A value that is none means nothing. */
static struct timers parse(struct bytes value)
{
    struct reader r = reader(value);
    struct timers t;

    t.ttl_s = reader_u32(&r);
    t.burn_s = reader_u32(&r);
    reader_require(&r, t.ttl_s <= TRAILER_TTL_MOST_S && t.burn_s <= TRAILER_TTL_MOST_S,
                   E_MALFORMED);
    return reader_end(&r).code == E_OK ? t : (struct timers){0};
}

static struct err get_said(struct engine *e, const struct room_id *room, struct timers *out)
{
    struct arena a = ARENA(4 * SHARED_VALUE_MAX);
    struct bytes value;
    struct err err = registers_get(e->vault, REGISTERS_TIMERS, ID_BYTES(*room), &a, &value);

    *out = err.code == E_OK ? parse(value) : (struct timers){0};
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

static struct err put_said(struct engine *e, const struct room_id *room, const struct timers *t)
{
    struct err err = OK;
    struct buf b = BUF(VALUE_SIZE);

    buf_u32(&b, t->ttl_s);
    buf_u32(&b, t->burn_s);
    TRY_OUT(vault_begin(e->vault));
    TRY_OUT(vault_end(e->vault, agreed_put(e, REGISTERS_TIMERS, ID_BYTES(*room), buf_view(&b))));
out:
    buf_free(&b);
    return err;
}

/* ---- of a conversation */

/* *group: each says it for themselves. */
static struct err look_at_state(struct engine *e, const struct room *r, struct timers *bound,
                                bool *group)
{
    struct arena a = ARENA(ARENA_MAX);
    struct roomlog_step newest;
    struct about about = {.kind = ABOUT_ROOM};
    struct err err = roomlog_newest(e->vault, r, &a, &newest);

    *bound = (struct timers){0};
    if (err.code == E_OK) {
        *bound = (struct timers){newest.state.ttl_s, newest.state.burn_s};
        *group = about_kind_of(newest.state.name_box) == ABOUT_GROUP;
    } else if (err.code == E_ABSENT) { /* the server has not heard of it yet */
        err = roomlog_called(e->vault, &r->id, &a, &about);
        *group = about.kind == ABOUT_GROUP;
    }
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

/* Its room id; zero: it is not known yet who they are. */
static struct err find(struct engine *e, uint64_t conversation, struct room_id *id,
                       struct timers *bound)
{
    struct contact c;
    struct room r;
    bool group;
    struct err err = people_get(e->vault, conversation, &c);

    *id = (struct room_id){{0}};
    *bound = (struct timers){0};
    if (err.code == E_OK)
        return c.known ? names_pair_room(&e->own.nid, &e->own.me.who.aid, &c.aid, id) : OK;
    if (err.code != E_ABSENT)
        return err;
    TRY(roomlog_get(e->vault, conversation, &r));
    *id = r.id;
    return look_at_state(e, &r, bound, &group);
}

/* What a message gets of which this was said.  One's own copy lives no longer than those of
 * others. */
static struct timers make(const struct timers *said, const struct timers_of *of)
{
    struct timers t = {said->ttl_s != 0 ? said->ttl_s : of->said.ttl_s,
                       said->burn_s != 0 ? said->burn_s : of->said.burn_s};

    if (t.ttl_s == 0 && of->room.ttl_s == 0)
        t.ttl_s = TIMERS_DEFAULT_S;
    return timers_within(timers_within(t, of->room), timers_allowed(NULL));
}

struct err timers_get(struct engine *e, uint64_t conversation, struct timers_of *out)
{
    struct timers nothing = {0};
    struct room_id id;

    TRY(find(e, conversation, &id, &out->room));
    TRY(get_said(e, &id, &out->said));
    out->lives = make(&nothing, out);
    return OK;
}

struct err timers_choose(struct engine *e, uint64_t conversation, const struct timers *said,
                         struct timers *out)
{
    struct timers_of of;

    TRY(timers_get(e, conversation, &of));
    if (!is_within(said, timers_within(of.room, timers_allowed(NULL))))
        return FAIL(E_LIMIT);
    *out = make(said, &of);
    return OK;
}

/* ---- saying it */

/* In a group each for themselves, in a room its moderators for all. */
static struct err say_in_room(struct engine *e, const struct command *c)
{
    struct timers bound;
    struct room r;
    bool group = false;

    TRY(roomlog_get(e->vault, c->room, &r));
    TRY(look_at_state(e, &r, &bound, &group));
    if (!group)
        return wanting_command(e, c);
    if (r.standing == ROOMLOG_OUT || r.standing == ROOMLOG_COPIES)
        return FAIL(E_REMOVED);
    return put_said(e, &r.id, &c->timers);
}

struct err timers_command(struct engine *e, const struct command *c)
{
    struct contact with;
    struct room_id id;
    struct timers bound;

    if (!is_within(&c->timers, timers_allowed(NULL)))
        return FAIL(E_LIMIT);
    if (c->room != 0)
        return say_in_room(e, c);
    TRY(people_by_handle(e->vault, c->handle, &with));
    if (!with.known)
        return FAIL(E_ABSENT);
    TRY(find(e, with.number, &id, &bound));
    return put_said(e, &id, &c->timers);
}
