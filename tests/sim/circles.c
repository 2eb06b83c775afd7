/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/circles.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/roomlog.h"
#include "server/rooms/states.h"
#include "sim/backups.h"
#include "sim/edicts.h"
#include "sim/people.h"

#define TEXT_MAX    4096
#define FILLING_MAX 1000
#define ARENA_MAX   (4 << 20)

/* ---- what the server has in force */

/* Whose program does not run: as the server calls them. */
static size_t named_by_server(struct world *w, const struct account_id *aid)
{
    struct arena a = ARENA(ARENA_MAX);
    struct account who;
    size_t at = OPTIONS_DEVICES_MOST;

    if (accounts_get(w->server.db, &a, aid, &who).code == E_OK)
        for (size_t i = 0; i < w->people; i++)
            if (w->person[i] == w->person[i]->first &&
                bytes_same(who.handle, bytes_text(w->person[i]->handle)))
                at = i;
    if (at < OPTIONS_DEVICES_MOST) {
        w->circles.aid[at] = *aid;
        w->circles.known[at] = true;
    }
    arena_free(&a);
    return at;
}

/* The account's first device; OPTIONS_DEVICES_MOST: nobody's that ever joined. */
static size_t account_of(struct world *w, const struct account_id *aid)
{
    struct circles *c = &w->circles;

    for (size_t i = 0; i < w->people; i++) {
        struct person *who = w->person[i];

        if (who != who->first)
            continue;
        if (!c->known[i] && who->engine != NULL && who->joined) {
            c->aid[i] = engine_own(who->engine)->me.who.aid;
            c->known[i] = true;
        }
        if (c->known[i] && ID_SAME(c->aid[i], *aid))
            return i;
    }
    return named_by_server(w, aid);
}

static const struct circle_moment *now_of(const struct circle *c)
{
    return c->n == 0 ? NULL : &c->moment[c->n - 1];
}

static void keep_moment(struct circle *c, const struct circle_moment *m)
{
    for (size_t i = 0; i < c->n; i++)
        c->split |= m->version > 0 && c->moment[i].version == m->version &&
                    !bytes_same(BYTES(c->moment[i].hash), BYTES(m->hash));
    if (c->n == c->room) {
        c->room = c->room == 0 ? 32 : 2 * c->room;
        c->moment = realloc(c->moment, c->room * sizeof *c->moment);
        invariant(c->moment != NULL);
    }
    c->moment[c->n++] = *m;
}

static void note_newest(struct world *w, size_t number, const struct room_state *s)
{
    struct circle *c = &w->circles.circle[number];
    const struct circle_moment *now = now_of(c);
    struct circle_moment m = {.at_ms = w->now_ms, .version = s->version};

    memcpy(m.hash, s->hash, sizeof m.hash);
    if (now == NULL ? m.version == 0
                    : now->version == m.version && bytes_same(BYTES(now->hash), BYTES(m.hash)))
        return;
    for (size_t i = 0; i < s->members; i++) {
        size_t who = account_of(w, &s->member[i].aid);

        if (who < OPTIONS_DEVICES_MOST)
            m.members |= UINT64_C(1) << who;
    }
    if (now == NULL ||
        m.version > now->version) /* as with lists: they are not put back behind it */
        w->server.listed_ms = w->now_ms;
    keep_moment(c, &m);
    world_trace(w, "  server: room %zu is at state %u, members %llx", number, m.version,
                (unsigned long long)m.members);
}

void circles_look(struct world *w)
{
    for (size_t i = 0; i < w->circles.n && w->server.up; i++) {
        struct arena a = ARENA(ARENA_MAX);
        struct rooms_state s = {.state = {.version = 0}};
        struct err err = rooms_newest(w->server.db, &a, &w->circles.circle[i].id, &s);

        if (err.code == E_ABSENT)
            s = (struct rooms_state){.state = {.version = 0}};
        if (err.code == E_OK || err.code == E_ABSENT)
            note_newest(w, i, &s.state);
        arena_free(&a);
    }
}

void circles_members(const struct world *w, size_t circle, uint64_t from_ms, uint64_t to_ms,
                     uint64_t *always, uint64_t *ever)
{
    const struct circle *c = &w->circles.circle[circle];

    *always = UINT64_MAX;
    *ever = 0;
    for (size_t i = 0; i < c->n; i++) {
        bool over = i + 1 < c->n && c->moment[i + 1].at_ms < from_ms;

        if (over || c->moment[i].at_ms > to_ms || c->moment[i].version == 0)
            continue;
        *always &= c->moment[i].members;
        *ever |= c->moment[i].members;
    }
    *always &= *ever;
}

bool circles_are_split(const struct world *w)
{
    for (size_t i = 0; i < w->circles.n; i++)
        if (w->circles.circle[i].split)
            return true;
    return false;
}

/* ---- what is said */

static void write_text(const struct circles *c, size_t number, char out[TEXT_MAX])
{
    const struct word *word = &c->word[number];
    struct dice d = {number + 1000003};
    size_t filling = dice_once_in(&d, 8) ? dice_below(&d, FILLING_MAX) : dice_below(&d, 40);
    int at =
        snprintf(out, TEXT_MAX, "@%zu from %zu in %zu: ", number, word->said.from, word->circle);

    for (size_t i = 0; i < filling; i++)
        out[at++] = (char)('a' + dice_below(&d, 26));
    out[at] = '\0';
}

size_t circles_number(const struct world *w, struct bytes text)
{
    char digits[24] = {0}, whole[TEXT_MAX];
    size_t number;

    if (text.n < 2 || text.at[0] != '@')
        return SIZE_MAX;
    memcpy(digits, text.at + 1, text.n - 1 < sizeof digits - 1 ? text.n - 1 : sizeof digits - 1);
    number = strtoull(digits, NULL, 10);
    if (number >= w->circles.words)
        return SIZE_MAX;
    write_text(&w->circles, number, whole);
    return bytes_same(text, bytes_text(whole)) ? number : SIZE_MAX;
}

/* Every device that gets what is sealed now, whose account it may be. */
static uint64_t who_get(const struct world *w)
{
    uint64_t all = 0;

    for (size_t i = 0; i < w->people; i++)
        if (w->person[i] == w->person[i]->first)
            all |= kin_who_get(w, w->person[i]);
    return all;
}

static bool may_act(const struct person *who)
{
    return who->engine != NULL && who->joined && !backups_is_gone(who) && !who->leaving;
}

/* In its own vault, and it may write there as far as it knows. */
static bool is_in(struct person *who, size_t circle, struct room *r)
{
    return roomlog_find(who->vault, &who->world->circles.circle[circle].id, r).code == E_OK &&
           r->standing == ROOMLOG_IN;
}

static void say(struct person *from, size_t circle, const struct room *r)
{
    struct world *w = from->world;
    struct circles *c = &w->circles;
    struct command command = {.kind = COMMAND_SEND, .room = r->number};
    char text[TEXT_MAX];
    enum err_code code;

    if (c->words == c->room) {
        c->room = c->room == 0 ? 256 : 2 * c->room;
        c->word = realloc(c->word, c->room * sizeof *c->word);
        invariant(c->word != NULL);
    }
    c->word[c->words] = (struct word){.circle = circle,
                                      .said = {.from = from->index,
                                               .to = from->first->index,
                                               .at_ms = w->now_ms,
                                               .life = from->restored,
                                               .must = who_get(w) & ~(UINT64_C(1) << from->index)}};
    write_text(c, c->words, text);
    world_trace(w, "  %s says @%zu in room %zu", from->name, c->words, circle);
    c->words++;
    w->outcome->said++;
    w->outcome->faults[KIND_ROOMS]++;
    command.text = bytes_text(text);
    code = people_order(from, &command);
    if (code != E_OK) {
        world_trace(w, "  which is refused: %s", err_name(code));
        c->word[c->words - 1].said.uncertain = true;
    }
}

static void talk(struct world *w)
{
    struct person *from = w->person[dice_below(&w->circle, w->people)];
    size_t circle = dice_below(&w->circle, w->circles.n);
    size_t n = dice_once_in(&w->circle, 6) ? 1 + dice_below(&w->circle, 6) : 1;
    struct room r;

    for (size_t i = 0; i < n && may_act(from) && is_in(from, circle, &r); i++)
        say(from, circle, &r);
}

void circles_sweep(struct world *w)
{
    struct room r;

    for (size_t i = 0; i < w->people; i++)
        for (size_t k = 0; k < w->circles.n; k++)
            if (may_act(w->person[i]) && is_in(w->person[i], k, &r))
                say(w->person[i], k, &r);
}

/* ---- what is changed */

static void make(struct world *w, struct person *by)
{
    static const enum about_kind kinds[] = {ABOUT_ROOM, ABOUT_ROOM, ABOUT_GROUP};
    struct command command = {.kind = COMMAND_ROOM_CREATE, .text = BYTES_LITERAL("Harbour")};
    struct circles *c = &w->circles;
    uint64_t life = by->life;
    struct room r;

    command.number = kinds[dice_below(&w->circle, 3)];
    if (people_order(by, &command) != E_OK || by->engine == NULL || by->life != life)
        return;
    if (roomlog_get(by->vault, engine_made(by->engine), &r).code != E_OK)
        return;
    world_trace(w, "%s makes room %zu", by->name, c->n);
    c->circle[c->n++] = (struct circle){.id = r.id};
}

/* Whoever is alone in a room leaves it on that device alone; their other devices go on with it. */
static bool leaves_others_behind(const struct person *by, const struct room *r)
{
    struct arena a = ARENA(ARENA_MAX);
    struct roomlog_step newest;
    bool alone =
        roomlog_newest(by->vault, r, &a, &newest).code == E_OK && newest.state.members == 1;

    arena_free(&a);
    return alone && kin_has_several(by->first);
}

/* One wish, about one person mostly. */
static void change(struct person *by, size_t circle, enum command_kind kind)
{
    struct world *w = by->world;
    struct command command = {.kind = kind};
    char text[128] = "";
    size_t n = kind == COMMAND_ROOM_ADD ? 1 + dice_below(&w->circle, 3) : 1;
    enum err_code code;
    struct room r;

    for (size_t i = 0; i < n; i++) {
        const struct person *whom = w->person[dice_below(&w->circle, w->people)]->first;

        if (!whom->joined || whom->unknown || whom->leaving || strstr(text, whom->handle) != NULL)
            continue;
        if (text[0] != '\0')
            strcat(text, " ");
        strcat(text, whom->handle);
    }
    if (kind == COMMAND_ROOM_NAME)
        (void)snprintf(text, sizeof text, "Quay %zu", dice_below(&w->circle, 100));
    if (kind == COMMAND_ROOM_LEAVE)
        text[0] = '\0';
    else if (text[0] == '\0')
        return;
    if (!may_act(by) || !is_in(by, circle, &r) ||
        (kind == COMMAND_ROOM_LEAVE && leaves_others_behind(by, &r)))
        return;
    command.room = r.number;
    command.text = bytes_text(text);
    code = people_order(by, &command);
    world_trace(w, "%s wishes %d of room %zu: \"%s\": %s", by->name, (int)kind, circle, text,
                err_name(code));
}

void circles_step(struct world *w)
{
    static const enum command_kind kinds[] = {
        COMMAND_ROOM_ADD,     COMMAND_ROOM_ADD,    COMMAND_ROOM_ADD,  COMMAND_ROOM_REMOVE,
        COMMAND_ROOM_PROMOTE, COMMAND_ROOM_DEMOTE, COMMAND_ROOM_NAME, COMMAND_ROOM_LEAVE};
    struct circles *c = &w->circles;
    struct person *by;
    size_t what, made = c->n;

    if (!options_has(&w->options, KIND_ROOMS))
        return;
    by = w->person[dice_below(&w->circle, w->people)];
    what = dice_below(&w->circle, 24);
    if (c->n < CIRCLES_MOST && (c->n == 0 ? what < 8 : what == 0) && may_act(by))
        make(w, by);
    if (c->n > made) /* an empty one is none */
        change(by, made, COMMAND_ROOM_ADD);
    if (c->n == 0)
        return;
    if (what < 8)
        change(by, dice_below(&w->circle, c->n), kinds[dice_below(&w->circle, 8)]);
    else
        talk(w);
}

/* ---- what is heard */

/* Until when it went out to who was in the room: a vault put back sends again what it had not sent
 * then, to who is in the room now. */
static uint64_t went_until(const struct world *w, const struct said *s)
{
    bool again = s->life != w->person[s->from]->restored;

    return s->accepted_ms != 0 && !again ? s->accepted_ms : w->now_ms;
}

static void judge(struct world *w, struct person *who, const struct event *e, size_t number)
{
    struct word *word = &w->circles.word[number];
    const struct person *from = w->person[word->said.from];
    bool mine = from->first == who->first;
    uint64_t always, ever;

    if (from == who || e->message.mine != mine ||
        (!mine && strcmp(e->contact.handle, from->handle) != 0))
        ledger_break(w, WRONG_UNEXPECTED, "@%zu is shown to %s as if by %s", number, who->name,
                     e->contact.handle);
    circles_members(w, word->circle, word->said.at_ms, went_until(w, &word->said), &always, &ever);
    if ((ever >> who->first->index & 1) == 0 && who->first != edicts_keeper(w) &&
        !w->circles.circle[word->circle].split)
        ledger_break(w, WRONG_UNEXPECTED, "@%zu is shown to %s, who was not in the room", number,
                     who->name);
    if (who->kin.removed && word->said.at_ms > who->kin.removed_ms && !kin_was_forgotten(who))
        ledger_break(w, WRONG_UNEXPECTED, "@%zu was said when %s had been removed", number,
                     who->name);
    if (++word->said.at[who->index].shown > 1 && who->restored == 0)
        ledger_break(w, WRONG_DUPLICATED, "@%zu is shown again to %s", number, who->name);
}

static bool shown(struct world *w, struct person *who, const struct event *e)
{
    size_t number = circles_number(w, e->message.text);
    size_t from;

    if (number == SIZE_MAX)
        return false;
    from = w->circles.word[number].said.from;
    w->outcome->shown++;
    w->ledger.of[who->index].notes |= e->message.notes;
    w->ledger.gap[from][who->index] |= (e->message.notes & MESSAGE_GAP) != 0;
    world_trace(w, "  %s sees @%zu, notes %u", who->name, number, e->message.notes);
    judge(w, who, e, number);
    return true;
}

bool circles_hear(struct world *w, struct person *who, const struct event *e)
{
    size_t number;

    if (e->kind == EVENT_MESSAGE)
        return shown(w, who, e);
    if (e->kind == EVENT_ROOM_CHANGE)
        world_trace(w, "  %s hears of a wish %d of a room: %s", who->name, (int)e->wished,
                    err_name(e->code));
    if (e->kind != EVENT_STATE || e->message.state != DELIVERY_ACCEPTED)
        return false;
    number = circles_number(w, e->message.text);
    if (number == SIZE_MAX)
        return false;
    w->circles.word[number].said.accepted_ms = w->now_ms;
    world_trace(w, "  %s hears that @%zu is accepted", who->name, number);
    return true;
}

void circles_forget(struct world *w, uint64_t since_ms)
{
    for (size_t i = 0; i < w->circles.words; i++) {
        struct said *s = &w->circles.word[i].said;

        s->forgotten |= s->accepted_ms == 0 || s->accepted_ms >= since_ms;
    }
}

void circles_free(struct world *w)
{
    for (size_t i = 0; i < w->circles.n; i++)
        free(w->circles.circle[i].moment);
    free(w->circles.word);
}
