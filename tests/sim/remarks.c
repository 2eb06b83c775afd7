/* SPDX-License-Identifier: Apache-2.0 */
#include "sim/remarks.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/deeds.h"
#include "client/engine_internal.h"
#include "sim/backups.h"
#include "sim/people.h"
#include "sim/world.h"

#define ARENA_MAX (8 << 20)
#define LOOKS     8 /* at the newest messages of a conversation */

/* ---- saying something */

/* One of the newest that can be answered. */
static bool pick(struct world *w, struct person *who, uint64_t conversation, struct arena *a,
                 struct message *out)
{
    size_t skip = dice_below(&w->remark, LOOKS);
    uint64_t most = UINT64_MAX;
    bool found = false;
    struct message m;

    for (size_t i = 0;
         i <= skip && messages_last(who->vault, conversation, most, a, &m).code == E_OK; i++) {
        if (deeds_is_text(&m) && m.state != DELIVERY_FAILED) {
            *out = m;
            found = true;
        }
        most = m.place - 1;
    }
    return found;
}

static const char *reaction(struct world *w)
{
    static const char *const kinds[] = {"+", "-", "?"};

    return kinds[dice_below(&w->remark, 3)];
}

static enum payload_type choose(struct world *w, const struct message *m)
{
    size_t n = dice_below(&w->remark, 12);

    if (n < 4)
        return PAYLOAD_REACTION;
    if (n < 6)
        return PAYLOAD_REPLY;
    if (!m->mine)
        return PAYLOAD_REACTION;
    return n < 11 ? PAYLOAD_EDIT : PAYLOAD_RECALL;
}

static struct command command_for(struct world *w, const struct message *m, enum payload_type type,
                                  char text[REMARKS_TEXT_MAX])
{
    struct command c = {.kind = COMMAND_REPLY, .number = m->place};

    snprintf(text, REMARKS_TEXT_MAX, "a remark, %u", w->remarks.drawn++);
    if (type == PAYLOAD_REACTION) {
        c.kind = dice_once_in(&w->remark, 3) ? COMMAND_TAKE_BACK : COMMAND_REACT;
        snprintf(text, REMARKS_TEXT_MAX, "%s", reaction(w));
    } else if (type == PAYLOAD_EDIT) {
        c.kind = COMMAND_EDIT;
    } else if (type == PAYLOAD_RECALL) {
        c.kind = COMMAND_RECALL;
        text[0] = '\0';
    }
    c.text = bytes_text(text);
    return c;
}

static struct remark *add(struct world *w)
{
    struct remarks *r = &w->remarks;

    if (r->n == r->room) {
        r->room = r->room == 0 ? 64 : 2 * r->room;
        r->at = realloc(r->at, r->room * sizeof *r->at);
        invariant(r->at != NULL);
    }
    return &r->at[r->n++];
}

static void be_unsure(struct world *w, const struct message *m)
{
    struct remarks *r = &w->remarks;

    if (r->unsures == r->unsures_room) {
        r->unsures_room = r->unsures_room == 0 ? 16 : 2 * r->unsures_room;
        r->unsure = realloc(r->unsure, r->unsures_room * sizeof *r->unsure);
        invariant(r->unsure != NULL);
    }
    r->unsure[r->unsures++] = (struct remarks_unsure){m->sender, m->id};
}

static void note(struct world *w, struct person *by, struct person *to, uint64_t conversation,
                 const struct message *about, const struct command *c)
{
    struct arena a = ARENA(ARENA_MAX);
    struct remark *r = add(w);
    struct message m;

    world_must(messages_last(by->vault, conversation, UINT64_MAX, &a, &m), "finding a remark");
    *r = (struct remark){.by = by->index,
                         .to = to->first->index,
                         .aid = engine_own(by->engine)->me.who.aid,
                         .did = m.sender,
                         .id = m.id,
                         .about_did = about->sender,
                         .about_id = about->id,
                         .type = m.type,
                         .on = c->kind != COMMAND_TAKE_BACK,
                         .must = (kin_who_get(w, by) | kin_who_get(w, to)) &
                                 ~(UINT64_C(1) << by->index)};
    memcpy(r->text, c->text.at, c->text.n);
    world_trace(w, "  %s remarks @%zu, of type %u, to %s", by->name, w->remarks.n - 1, m.type,
                to->handle);
    arena_free(&a);
}

static void note_recalled(struct world *w, const struct message *m)
{
    size_t number = ledger_number(w, m->text);

    if (number != SIZE_MAX)
        w->ledger.said[number].recalled = true;
}

static void say(struct world *w, struct person *by, struct person *to, uint64_t conversation,
                const struct message *m)
{
    enum payload_type type = choose(w, m);
    char text[REMARKS_TEXT_MAX];
    struct command c = command_for(w, m, type, text);
    enum err_code code;

    c.handle = bytes_text(to->handle);
    if (type == PAYLOAD_RECALL)
        note_recalled(w, m);
    code = people_order(by, &c);
    if (by->engine == NULL || (code != E_OK && err_who(code) == WHO_OPERATOR))
        be_unsure(w, m);
    else if (code == E_OK)
        note(w, by, to, conversation, m, &c);
}

void remarks_step(struct world *w)
{
    struct arena a = ARENA(ARENA_MAX);
    struct person *by = w->person[dice_below(&w->remark, w->people)];
    struct person *to = w->person[dice_below(&w->remark, w->people)]->first;
    struct contact c;
    struct message m;

    if (!world_rolls(w, &w->remark, KIND_REMARKS, 2) || by->engine == NULL || !by->joined ||
        by->removed || by->unknown || by->first == to)
        return;
    if (people_by_handle(by->vault, bytes_text(to->handle), &c).code == E_OK && c.known &&
        pick(w, by, c.number, &a, &m))
        say(w, by, to, c.number, &m);
    arena_free(&a);
}

/* ---- what is heard */

static struct remark *find(struct world *w, const struct message *m)
{
    for (size_t i = 0; i < w->remarks.n; i++)
        if (ID_SAME(w->remarks.at[i].did, m->sender) && ID_SAME(w->remarks.at[i].id, m->id))
            return &w->remarks.at[i];
    return NULL;
}

/* Something that was said of a message, and not known here. */
static bool is_unsure(const struct world *w)
{
    return w->remarks.unsures > 0;
}

static void shown(struct world *w, struct person *who, const struct event *e)
{
    struct remark *r = find(w, &e->message);

    if (r == NULL) {
        if (!is_unsure(w))
            ledger_break(w, WRONG_UNEXPECTED, "%s is shown a remark that nobody made", who->name);
        return;
    }
    world_trace(w, "  %s sees @%zu", who->name, (size_t)(r - w->remarks.at));
    if (w->person[r->by]->first != who->first && w->person[r->to] != who->first)
        ledger_break(w, WRONG_UNEXPECTED, "%s is shown a remark that is not for them", who->name);
    if (++r->shown[who->index] > 1 && who->restored == 0)
        ledger_break(w, WRONG_DUPLICATED, "@%zu is shown again to %s", (size_t)(r - w->remarks.at),
                     who->name);
}

bool remarks_hear(struct world *w, struct person *who, const struct event *e)
{
    struct remark *r;

    if (e->kind != EVENT_MESSAGE && e->kind != EVENT_DEED && e->kind != EVENT_STATE)
        return false;
    if (e->message.type == PAYLOAD_TEXT)
        return false;
    if (e->kind != EVENT_STATE) {
        shown(w, who, e);
        return true;
    }
    r = find(w, &e->message);
    if (r != NULL && e->message.state == DELIVERY_ACCEPTED && r->accepted_ms == 0)
        r->accepted_ms = w->now_ms;
    return r != NULL;
}

/* ---- what stands in the end */

static bool was_recalled(const struct world *w, const struct message *m)
{
    for (size_t i = 0; i < w->remarks.n; i++)
        if (w->remarks.at[i].type == PAYLOAD_RECALL &&
            ID_SAME(w->remarks.at[i].about_did, m->sender) &&
            ID_SAME(w->remarks.at[i].about_id, m->id))
            return true;
    return false;
}

/* A version of what was recalled says nothing, either. */
static bool is_of_recalled(struct world *w, const struct message *m)
{
    const struct remark *r = find(w, m);
    const struct message about = {.sender = r == NULL ? m->sender : r->about_did,
                                  .id = r == NULL ? m->id : r->about_id};

    return was_recalled(w, &about) || was_recalled(w, m);
}

bool remarks_gave_up(const struct world *w, const struct person *who)
{
    for (size_t i = 0; i < w->remarks.n; i++) {
        const struct remark *r = &w->remarks.at[i];

        if (r->type == PAYLOAD_RECALL &&
            (w->person[r->to] == who->first || w->person[r->by]->first == who->first))
            return true;
    }
    return is_unsure(w);
}

bool remarks_look_at(struct world *w, struct person *in, const struct message *m)
{
    if ((m->notes & (MESSAGE_DEVICES | MESSAGE_ROOM)) != 0)
        return false;
    if ((m->notes & MESSAGE_RECALLED) != 0) {
        if (m->text.n != 0)
            ledger_break(w, WRONG_DISAGREED, "%s keeps what was recalled", in->name);
        if (!is_of_recalled(w, m) && !is_unsure(w))
            ledger_break(w, WRONG_UNEXPECTED, "%s has as recalled what nobody did", in->name);
        return true;
    }
    if (m->type == PAYLOAD_TEXT)
        return false;
    if (find(w, m) == NULL && !is_unsure(w))
        ledger_break(w, WRONG_UNEXPECTED, "%s keeps a remark that nobody made", in->name);
    return true;
}

static bool can_look(const struct person *who)
{
    return who->engine != NULL && !who->removed && !who->leaving && !who->kin.wiped &&
           !who->losing.lost && !backups_is_gone(who) && !kin_was_forgotten(who);
}

static bool must_have(const struct world *w, const struct remark *r, const struct person *who)
{
    return (r->must >> who->index & 1) != 0 && r->accepted_ms != 0 && can_look(who) &&
           !kin_is_refused(w->person[r->by], r->accepted_ms);
}

static bool knows(struct person *who, const struct remark *r)
{
    bool known;

    world_must(messages_known(who->vault, &r->did, &r->id, &known), "looking for a remark");
    return known;
}

static void check_arrival(struct world *w, const struct remark *r)
{
    for (size_t i = 0; i < w->people; i++)
        if (must_have(w, r, w->person[i]) && !knows(w->person[i], r))
            ledger_break(w, WRONG_LOST, "@%zu was accepted, and %s never saw it",
                         (size_t)(r - w->remarks.at), w->person[i]->name);
}

static void write_reactions(struct person *who, const struct message *m, struct arena *a,
                            struct buf *out)
{
    struct reactions_sum sum;
    struct target to;

    world_must(target_of(who->vault, engine_own(who->engine), m, &to), "naming a message");
    world_must(reactions_sum(who->vault, &to, a, &sum), "looking at reactions");
    for (size_t i = 0; i < sum.n; i++) {
        buf_text(out, " ");
        buf_bytes(out, sum.kind[i].kind);
        for (size_t k = 0; k < sum.kind[i].n; k++)
            buf_bytes(out, ID_BYTES(sum.kind[i].by[k]));
    }
}

/* What a person sees of it.  false: it is not here. */
static bool write_view(struct person *who, const struct remark *r, struct buf *out)
{
    struct arena a = ARENA(ARENA_MAX);
    struct deeds_view view;
    struct message m;
    struct err err = messages_find(who->vault, &r->about_did, &r->about_id, &a, &m);

    if (err.code == E_OK) {
        world_must(deeds_view(who->vault, engine_own(who->engine), &m, &a, &view),
                   "looking at a message");
        buf_u8(out, (m.notes & MESSAGE_RECALLED) != 0);
        if ((m.notes & MESSAGE_RECALLED) == 0) {
            buf_u8(out, (uint8_t)view.versions);
            buf_bytes(out, view.text);
            write_reactions(who, &m, &a, out);
        }
        invariant(out->failed == E_OK);
    } else {
        invariant(err.code == E_ABSENT);
    }
    arena_free(&a);
    return err.code == E_OK;
}

static bool is_about_the_same(const struct remark *x, const struct remark *y)
{
    return ID_SAME(x->about_did, y->about_did) && ID_SAME(x->about_id, y->about_id);
}

/* Whoever knows all that was said of it. */
static bool knows_all(struct world *w, struct person *who, const struct remark *of)
{
    for (size_t i = 0; i < w->remarks.n; i++) {
        const struct remark *r = &w->remarks.at[i];

        if (is_about_the_same(r, of) && !knows(who, r))
            return false;
    }
    return true;
}

/* One that failed stands with who said it alone; and one of which it is not known what was said. */
static bool is_open(const struct world *w, const struct remark *of)
{
    for (size_t i = 0; i < w->remarks.n; i++) {
        const struct remark *r = &w->remarks.at[i];

        if (is_about_the_same(r, of) && r->accepted_ms == 0)
            return true;
    }
    for (size_t i = 0; i < w->remarks.unsures; i++)
        if (ID_SAME(w->remarks.unsure[i].did, of->about_did) &&
            ID_SAME(w->remarks.unsure[i].id, of->about_id))
            return true;
    return false;
}

/* Is it what its account said last of this, and on one device alone?  Then it stands. */
static bool stands(const struct world *w, const struct remark *r)
{
    const struct remark *last = &w->remarks.at[w->remarks.n];

    for (const struct remark *o = w->remarks.at; o < last; o++) {
        bool same = o != r && o->type == r->type && is_about_the_same(o, r) &&
                    w->person[o->by]->first == w->person[r->by]->first &&
                    (r->type != PAYLOAD_REACTION || strcmp(o->text, r->text) == 0);

        if (same && (o > r || o->by != r->by))
            return false;
    }
    return true;
}

static bool has_reacted(struct person *who, const struct remark *r, const struct message *m,
                        struct arena *a)
{
    struct reactions_sum sum;
    struct target to;

    world_must(target_of(who->vault, engine_own(who->engine), m, &to), "naming a message");
    world_must(reactions_sum(who->vault, &to, a, &sum), "looking at reactions");
    for (size_t i = 0; i < sum.n; i++)
        for (size_t k = 0; k < sum.kind[i].n && bytes_same(sum.kind[i].kind, bytes_text(r->text));
             k++)
            if (ID_SAME(sum.kind[i].by[k], r->aid))
                return true;
    return false;
}

/* What was said is so, at whoever knows all that was said of the message. */
static void check_said(struct world *w, struct person *who, const struct remark *r)
{
    struct arena a = ARENA(ARENA_MAX);
    struct deeds_view view;
    struct message m;
    bool so = true;

    if (messages_find(who->vault, &r->about_did, &r->about_id, &a, &m).code == E_OK) {
        world_must(deeds_view(who->vault, engine_own(who->engine), &m, &a, &view),
                   "looking at a message");
        if (r->type == PAYLOAD_RECALL)
            so = (m.notes & MESSAGE_RECALLED) != 0;
        else if (r->type == PAYLOAD_EDIT)
            so = !deeds_is_said(&m) || bytes_same(view.text, bytes_text(r->text));
        else if (r->type == PAYLOAD_REACTION)
            so = !deeds_is_said(&m) || has_reacted(who, r, &m, &a) == r->on;
    }
    if (!so)
        ledger_break(w, WRONG_DISAGREED, "%s does not see what @%zu said", who->name,
                     (size_t)(r - w->remarks.at));
    arena_free(&a);
}

static void check_agreement(struct world *w, const struct remark *r)
{
    const struct person *first = NULL;
    struct buf one = BUF(1 << 16), other = BUF(1 << 16);

    if (is_open(w, r))
        return;
    for (size_t i = 0; i < w->people; i++) {
        struct person *who = w->person[i];

        if ((who->first != w->person[r->by]->first && who->first != w->person[r->to]) ||
            !can_look(who) || !knows_all(w, who, r))
            continue;
        if (stands(w, r))
            check_said(w, who, r);
        buf_cut(&other, 0);
        if (!write_view(who, r, first == NULL ? &one : &other))
            continue;
        if (first == NULL)
            first = who;
        else if (!bytes_same(buf_view(&one), buf_view(&other)))
            ledger_break(w, WRONG_DISAGREED, "%s and %s see another thing where @%zu was said",
                         first->name, who->name, (size_t)(r - w->remarks.at));
    }
    buf_free(&one);
    buf_free(&other);
}

void remarks_check(struct world *w)
{
    for (size_t i = 0; i < w->remarks.n; i++) {
        check_arrival(w, &w->remarks.at[i]);
        check_agreement(w, &w->remarks.at[i]);
    }
}

void remarks_free(struct world *w)
{
    free(w->remarks.at);
    free(w->remarks.unsure);
}
