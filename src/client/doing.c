/* SPDX-License-Identifier: Apache-2.0 */
/* doing: what a person does with messages that are there.  [PROTOCOL 6.10] */
#include "client/deeds.h"
#include "client/engine_internal.h"
#include "client/rules.h"
#include "client/shelf.h"

/* What is done with which message. */
struct doing {
    struct engine *e;
    const struct command *c;
    uint64_t conversation;
    struct message to;
    struct target target;
};

static struct err say(struct doing *d, enum payload_type type, struct reference *ref)
{
    struct err err = OK;
    struct buf b = BUF(LIMIT_TEXT);

    ref->sender = d->to.sender;
    ref->id = d->to.id;
    TRY_OUT(reference_write(type, ref, &b));
    TRY_OUT(outgoing_queue(d->e, d->conversation, type, buf_view(&b)));
out:
    buf_free(&b);
    return err;
}

static struct err reply(struct doing *d)
{
    return say(d, PAYLOAD_REPLY, &(struct reference){.text = d->c->text});
}

/* What is so already is not said again. */
static struct err react(struct doing *d, bool on)
{
    struct engine *e = d->e;
    const struct reaction *there;
    struct reactions mine;

    TRY(reactions_of(e->vault, &d->target, &e->own.me.who.aid, &mine));
    there = reactions_find(&mine, d->c->text);
    if ((there != NULL && there->on) == on)
        return FAIL(E_STALE);
    return say(d, PAYLOAD_REACTION,
               &(struct reference){
                   .text = d->c->text, .on = on, .stamp = reactions_stamp(&mine, e->now_ms)});
}

/* One's own, on whichever device it was written. */
static struct err edit(struct doing *d, struct arena *a)
{
    struct engine *e = d->e;
    struct bytes text;
    size_t versions;
    struct edits mine;

    if (!deeds_is_editable(&d->to))
        return FAIL(E_ABSENT);
    if (!d->to.mine)
        return FAIL(E_DENIED);
    TRY(deeds_newest(e->vault, &e->own, &d->to, a, &text, &versions));
    if (bytes_same(text, d->c->text))
        return FAIL(E_STALE);
    TRY(edits_of(e->vault, &d->target, &e->own.me.who.aid, &mine));
    return say(d, PAYLOAD_EDIT,
               &(struct reference){.text = d->c->text, .stamp = edits_stamp(&mine, e->now_ms)});
}

static struct err recall(struct doing *d)
{
    return d->to.mine ? say(d, PAYLOAD_RECALL, &(struct reference){.stamp = 0}) : FAIL(E_DENIED);
}

static bool is_same(const struct filed *a, const struct filed *b)
{
    return a->kept == b->kept && bytes_same(a->folder, b->folder) && bytes_same(a->title, b->title);
}

/* Where it stands among what the conversation keeps. */
static struct err shelve(struct doing *d, struct arena *a)
{
    struct engine *e = d->e;
    struct buf b = BUF(FILED_MAX_SIZE);
    struct err err = OK;
    struct filed now;
    uint64_t stamp;
    bool may;

    TRY_OUT(shelf_may(e->vault, &e->own, &d->to, &e->own.me.who.aid, &may));
    TRY_OUT(may ? OK : FAIL(E_DENIED));
    TRY_OUT(shelf_of(e->vault, &e->own, &d->to, a, &now));
    TRY_OUT(is_same(&now, d->c->filed) ? FAIL(E_STALE) : OK);
    TRY_OUT(filed_write(d->c->filed, &b));
    TRY_OUT(shelf_stamp(e->vault, &d->target, e->now_ms, &stamp));
    err = say(d, PAYLOAD_FILED, &(struct reference){.text = buf_view(&b), .stamp = stamp});
out:
    buf_free(&b);
    return err;
}

/* What stands in its place by now, with what is said of it anew. */
static struct err say_moved(struct doing *d, const struct position *at)
{
    struct engine *e = d->e;
    struct buf b = BUF(POSITION_MAX_SIZE);
    struct err err = OK;
    struct edits mine;

    TRY_OUT(edits_of(e->vault, &d->target, &e->own.me.who.aid, &mine));
    TRY_OUT(position_write(at, &b));
    err = say(d, PAYLOAD_MOVED,
              &(struct reference){.text = buf_view(&b), .stamp = edits_stamp(&mine, e->now_ms)});
out:
    buf_free(&b);
    return err;
}

/* Until it ends: from then on nothing follows any more. */
static struct err move(struct doing *d, const struct position *to, struct arena *a)
{
    struct engine *e = d->e;
    struct position at;

    TRY(deeds_position(e->vault, &e->own, &d->to, a, &at));
    if (!d->to.mine)
        return FAIL(E_DENIED);
    if (at.until_ms <= e->now_ms)
        return to == NULL ? FAIL(E_STALE) : FAIL(E_EXPIRED);
    if (to == NULL) {
        at.until_ms = e->now_ms == 0 ? 1 : e->now_ms;
    } else {
        at.latitude = to->latitude;
        at.longitude = to->longitude;
        at.accuracy_m = to->accuracy_m;
    }
    return say_moved(d, &at);
}

/* The message that is meant, where others can know of it, too.  What is kept about it stands under
 * the room of the two, so that their account must be known. */
static struct err find_target(struct doing *d, struct arena *a)
{
    struct engine *e = d->e;

    TRY(messages_get(e->vault, d->conversation, d->c->number, a, &d->to));
    if (!deeds_is_text(&d->to))
        return FAIL(E_ABSENT);
    if (d->to.state == DELIVERY_FAILED)
        return FAIL(E_CONFLICT);
    TRY(target_of(e->vault, &e->own, &d->to, &d->target));
    return bytes_all_zero(ID_BYTES(d->target.room)) ? FAIL(E_AGAIN) : OK;
}

static struct err act(struct doing *d, struct arena *a)
{
    if (d->c->kind == COMMAND_REPLY)
        return reply(d);
    if (d->c->kind == COMMAND_EDIT)
        return edit(d, a);
    if (d->c->kind == COMMAND_RECALL)
        return recall(d);
    if (d->c->kind == COMMAND_MOVE)
        return move(d, d->c->position, a);
    if (d->c->kind == COMMAND_SHELVE)
        return shelve(d, a);
    if (d->c->kind == COMMAND_STOP)
        return move(d, NULL, a);
    return react(d, d->c->kind == COMMAND_REACT);
}

/* What is destroyed once it was read, or is kept for the network, stays where it is. */
static struct err may_forward(const struct message *m)
{
    return m->burn_s != 0 || (m->notes & MESSAGE_COPY) != 0 || !rules_allows_forwarding()
               ? FAIL(E_DENIED)
               : OK;
}

struct err doing_forwarded(struct engine *e, const struct command *c, struct arena *a,
                           struct bytes *text)
{
    struct message m;
    size_t versions;

    TRY(messages_get(e->vault, c->from, c->number, a, &m));
    if (!deeds_is_editable(&m) && (!deeds_is_text(&m) || m.type != PAYLOAD_FORWARD))
        return FAIL(E_ABSENT); /* where I am, and whom I know, nobody says for me */
    TRY(may_forward(&m));
    return deeds_newest(e->vault, &e->own, &m, a, text, &versions);
}

struct err doing_forwarded_file(struct engine *e, const struct command *c, struct arena *a,
                                struct bytes *content)
{
    struct message m;

    TRY(messages_get(e->vault, c->from, c->number, a, &m));
    if (!deeds_is_text(&m) || m.type != PAYLOAD_FILE)
        return FAIL(E_ABSENT);
    TRY(may_forward(&m));
    *content = m.text;
    return OK;
}

struct err doing_command(struct engine *e, const struct command *c)
{
    struct err err = OK;
    struct arena a = ARENA(2 * VAULT_VALUE_MAX);
    struct doing d = {.e = e, .c = c};

    TRY_OUT(engine_conversation(e, c, &d.conversation));
    TRY_OUT(find_target(&d, &a));
    TRY_OUT(act(&d, &a));
out:
    arena_free(&a);
    return err;
}
