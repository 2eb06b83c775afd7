/* SPDX-License-Identifier: Apache-2.0 */
/* wanting: what a person says of rooms becomes a wish.  [PROTOCOL 6.9] */
#include "client/wishing.h"

#define ARENA_MAX (1 << 20)

/* ---- a new room */

static struct err sign_genesis(struct engine *e, struct bytes box, struct room_state *s,
                               struct buf *out)
{
    const struct party *me = &e->own.me.who;
    struct room_member creator = {.aid = me->aid, .role = ROOM_MODERATOR, .since = 1};
    struct err err;

    *s = (struct room_state){.version = 1,
                             .made_ms = e->now_ms,
                             .signer = {me->nid, me->aid, me->did},
                             .networks = 1,
                             .network = {me->nid},
                             .members = 1,
                             .member = &creator,
                             .posting = ROOM_POSTING_ALL,
                             .name_box = box};
    TRY(random_fill(e->random, s->seed, sizeof s->seed));
    err = room_state_sign(s, e->own.me.dsk_secret, out);
    s->member = NULL;
    return err;
}

static struct err keep_new(struct engine *e, struct wish *w, const struct room_id *id)
{
    struct room r = {.id = *id, .standing = ROOMLOG_MAKING};

    TRY(roomlog_add(e->vault, &r));
    TRY(roomlog_put_about(e->vault, id, w->about, &e->own.me.who.did, e->now_ms));
    sharing_soon(e);
    w->room = r.number;
    e->made = r.number;
    return wishes_add(e->vault, w);
}

static struct err create(struct engine *e, const struct command *c)
{
    struct about about = {.kind = (enum about_kind)c->number, .name = c->text};
    struct wish w = {.kind = WISHES_CREATE};
    struct buf content = BUF(ABOUT_MAX_SIZE), statement = BUF(ROOM_STATE_MAX_SIZE);
    uint8_t box[ABOUT_BOX_SIZE];
    struct room_state s;
    struct err err = OK;

    TRY_OUT(random_fill(e->random, about.salt, sizeof about.salt));
    TRY_OUT(about_write(&about, &content));
    w.about = buf_view(&content);
    TRY_OUT(about_box(&e->own.nid, w.about, box));
    TRY_OUT(sign_genesis(e, BYTES(box), &s, &statement));
    w.statement = buf_view(&statement);
    TRY_OUT(vault_begin(e->vault));
    TRY_OUT(vault_end(e->vault, keep_new(e, &w, &s.room)));
out:
    buf_free(&content);
    buf_free(&statement);
    return err;
}

/* ---- changes */

static enum wishes_kind kind_of(enum command_kind kind)
{
    if (kind == COMMAND_ROOM_POSTING)
        return WISHES_POSTING;
    if (kind == COMMAND_TIMERS)
        return WISHES_TIMERS;
    return (enum wishes_kind)(WISHES_ADD + (kind - COMMAND_ROOM_ADD));
}

static struct err find_or_add(struct engine *e, struct bytes handle, uint64_t *out)
{
    struct contact c;
    struct err err;

    if (!text_is_handle(handle))
        return FAIL(E_MALFORMED);
    err = people_by_handle(e->vault, handle, &c);
    if (err.code == E_ABSENT)
        err = people_add(e->vault, handle, &c);
    TRY(err);
    *out = c.number;
    return OK;
}

/* Handles with one space between. */
static struct err read_subjects(struct engine *e, struct bytes text, struct arena *a,
                                struct wish *w)
{
    uint64_t *subject = ARENA_ARRAY(a, WISHES_SUBJECTS_MAX, uint64_t);
    size_t from = 0;

    if (subject == NULL)
        return FAIL(E_NOMEM);
    for (size_t i = 0; i <= text.n; i++) {
        if (i < text.n && text.at[i] != ' ')
            continue;
        if (w->subjects == WISHES_SUBJECTS_MAX)
            return FAIL(E_LIMIT);
        TRY(find_or_add(e, bytes(text.at + from, i - from), &subject[w->subjects]));
        w->subjects++;
        from = i + 1;
    }
    w->subject = subject;
    return OK;
}

static struct err read_name(struct engine *e, const struct room *r, const struct command *c,
                            struct arena *a, struct wish *w)
{
    struct about about;
    struct bytes content;
    bool name = w->kind == WISHES_NAME;

    if (c->text.n > (name ? ABOUT_NAME_MAX : ABOUT_DESCRIPTION_MAX))
        return FAIL(E_LIMIT);
    if (!text_is_utf8(c->text) || (name && c->text.n == 0))
        return FAIL(E_MALFORMED);
    TRY(roomlog_about(e->vault, &r->id, a, &about, &content));
    w->text = c->text;
    w->before = name ? about.name : about.description;
    return OK;
}

static struct err read_posting(struct engine *e, const struct room *r, const struct command *c,
                               struct arena *a, struct wish *w)
{
    struct roomlog_step newest;

    if (!bytes_same(c->text, wishes_posting(ROOM_POSTING_ALL)) &&
        !bytes_same(c->text, wishes_posting(ROOM_POSTING_MODERATORS)))
        return FAIL(E_MALFORMED);
    TRY(roomlog_newest(e->vault, r, a, &newest));
    w->text = c->text;
    w->before = wishes_posting((uint8_t)newest.state.posting);
    return OK;
}

static struct err read_timers(struct engine *e, const struct room *r, const struct command *c,
                              struct arena *a, struct wish *w)
{
    uint8_t *text = ARENA_ARRAY(a, WISHES_TIMERS_SIZE, uint8_t);
    uint8_t *before = ARENA_ARRAY(a, WISHES_TIMERS_SIZE, uint8_t);
    struct roomlog_step newest;
    struct err err = roomlog_newest(e->vault, r, a, &newest);

    if (text == NULL || before == NULL)
        return FAIL(E_NOMEM);
    if (err.code == E_ABSENT) /* it is being made, without bounds */
        newest.state = (struct room_state){.ttl_s = 0};
    else
        TRY(err);
    w->text = wishes_timers(c->timers.ttl_s, c->timers.burn_s, text);
    w->before = wishes_timers(newest.state.ttl_s, newest.state.burn_s, before);
    return OK;
}

/* As far as is known here: the server's word decides. */
static struct err check_right(struct engine *e, const struct room *r, enum wishes_kind kind,
                              struct arena *a)
{
    const struct party *me = &e->own.me.who;
    const struct room_member *m;
    struct roomlog_step newest;
    bool group;

    if (r->standing == ROOMLOG_OUT || r->standing == ROOMLOG_COPIES)
        return FAIL(E_REMOVED);
    if (r->version == 0 || kind == WISHES_LEAVE)
        return OK;
    TRY(roomlog_newest(e->vault, r, a, &newest));
    m = room_state_find(&newest.state, &me->nid, &me->aid);
    group = about_kind_of(newest.state.name_box) == ABOUT_GROUP;
    if (m == NULL || m->role != ROOM_MODERATOR)
        return FAIL(E_DENIED);
    return group && kind != WISHES_ADD && kind != WISHES_NAME && kind != WISHES_DESCRIBE
               ? FAIL(E_DENIED)
               : OK;
}

static struct err keep(struct engine *e, const struct room *r, const struct command *c,
                       struct arena *a)
{
    struct wish w = {.kind = kind_of(c->kind), .room = r->number, .seen = r->version};

    if (w.kind >= WISHES_ADD && w.kind <= WISHES_DEMOTE)
        TRY(read_subjects(e, c->text, a, &w));
    if (w.kind == WISHES_NAME || w.kind == WISHES_DESCRIBE)
        TRY(read_name(e, r, c, a, &w));
    if (w.kind == WISHES_POSTING)
        TRY(read_posting(e, r, c, a, &w));
    if (w.kind == WISHES_TIMERS)
        TRY(read_timers(e, r, c, a, &w));
    return wishes_add(e->vault, &w);
}

static struct err change(struct engine *e, const struct command *c)
{
    struct err err = OK;
    struct arena a = ARENA(ARENA_MAX);
    struct room r;

    TRY_OUT(roomlog_get(e->vault, c->room, &r));
    TRY_OUT(check_right(e, &r, kind_of(c->kind), &a));
    TRY_OUT(vault_begin(e->vault));
    TRY_OUT(vault_end(e->vault, keep(e, &r, c, &a)));
out:
    arena_free(&a);
    return err;
}

struct err wanting_command(struct engine *e, const struct command *c)
{
    TRY(c->kind == COMMAND_ROOM_CREATE ? create(e, c) : change(e, c));
    return wishing_pump(e);
}

/* Is there a wish of this room's, of this kind (0: of any)? */
static struct err has_wish(struct engine *e, uint64_t room, enum wishes_kind kind, bool *has)
{
    struct err err = OK;
    uint64_t from = 0;

    *has = false;
    while (err.code == E_OK && !*has) {
        struct arena a = ARENA(ARENA_MAX);
        struct wish w;

        err = wishes_next(e->vault, from, &a, &w);
        if (err.code == E_OK) {
            *has = w.room == room && (kind == 0 || w.kind == kind);
            from = w.number + 1;
        }
        arena_free(&a);
    }
    return err.code == E_ABSENT ? OK : err;
}

struct err wanting_may_write(struct engine *e, const struct room *r, bool *may)
{
    struct err err = OK;
    struct arena a = ARENA(ARENA_MAX);
    const struct party *me = &e->own.me.who;
    const struct room_member *m;
    struct roomlog_step newest;

    *may = true;
    err = roomlog_newest(e->vault, r, &a, &newest);
    if (err.code == E_OK) {
        m = room_state_find(&newest.state, &me->nid, &me->aid);
        *may = newest.state.posting != ROOM_POSTING_MODERATORS ||
               (m != NULL && m->role == ROOM_MODERATOR);
    }
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

struct err wanting_waits(struct engine *e, uint64_t room, bool *waits)
{
    return has_wish(e, room, (enum wishes_kind)0, waits);
}

struct err wanting_tidy(struct engine *e, uint64_t room)
{
    struct wish w = {.kind = WISHES_TIDY, .room = room};
    bool has;

    TRY(has_wish(e, room, WISHES_TIDY, &has));
    return has ? OK : wishes_add(e->vault, &w);
}
