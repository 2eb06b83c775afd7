/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opening: one item of the mailbox, checked in the order of [PROTOCOL 6.5].
 *
 * Everything happens in the caller's savepoint: parked and damaged items leave no trace in it.
 */
#include "base/reader.h"
#include "client/chains.h"
#include "client/verdicts.h"
#include "crypto/secret.h"
#include "e2ee/payload.h"

#define SEEN_KEY_SIZE 16 /* of ctx */
#define ASKS_MAX      4  /* look-ups that one item may cause before it only waits */

static const struct bytes NO_VALUE = {NULL, 0};

/* One item on its way. */
struct opening {
    struct engine *e;
    struct opening_item *item;
    struct arena *a;
    enum opening_result *result;
    struct event *event;
};

static struct err conclude(struct opening *op, enum opening_result result, enum problem problem,
                           enum err_code code)
{
    *op->result = result;
    op->event->kind = EVENT_PROBLEM;
    op->event->problem = problem;
    op->event->code = code;
    return OK;
}

static struct err damaged(struct opening *op, enum err_code code)
{
    return conclude(op, OPENING_DAMAGED, PROBLEM_DAMAGED, code);
}

/* Something must be fetched first: told only if fetching does not mend it. */
static struct err wait_for(struct opening *op)
{
    return conclude(op, OPENING_PARK, PROBLEM_NONE, E_OK);
}

/* What misses something that nobody has would else ask for it for ever. */
bool opening_may_ask(struct opening_item *item)
{
    if (item->asks >= ASKS_MAX)
        return false;
    item->asks++;
    return true;
}

static struct err ask_account(struct opening *op, const struct account_id *aid)
{
    return opening_may_ask(op->item) ? lookups_account(op->e, aid) : OK;
}

/* Errors that speak of the item, not of this machine. */
static bool is_items_fault(struct err err)
{
    return err.code != E_OK && err_who(err.code) != WHO_OPERATOR;
}

/* ---- capsules */

static struct err accept_capsule(struct opening *op, const struct channel_claim *claim,
                                 uint32_t prekey, const struct epoch *epoch)
{
    struct engine *e = op->e;
    struct device_list list;
    const struct device_entry *device;
    struct err err = people_newest_list(e->vault, &e->own, &claim->from.aid, &list);

    if (err.code == E_ABSENT ||
        (err.code == E_OK && device_list_find(&list, &claim->from.did) == NULL)) {
        TRY(ask_account(op, &claim->from.aid));
        return wait_for(op);
    }
    TRY(err);
    device = device_list_find(&list, &claim->from.did);
    err = channel_verify(claim, &device->dsk, e->now_ms);
    if (is_items_fault(err))
        return damaged(op, err.code);
    TRY(err);
    TRY(chains_accept(e->vault, &claim->from, prekey, epoch));
    return conclude(op, OPENING_DONE, PROBLEM_NONE, E_OK);
}

static struct err take_epoch(struct opening *op, const struct channel_claim *claim, uint32_t prekey,
                             const struct epoch *epoch)
{
    bool seen;

    if (!ID_SAME(claim->from.nid, op->e->own.nid))
        return damaged(op, E_FORGED);
    TRY(chains_epoch_seen(op->e->vault, epoch, &seen));
    if (seen)
        return conclude(op, OPENING_KNOWN, PROBLEM_NONE, E_OK);
    return accept_capsule(op, claim, prekey, epoch);
}

static struct err open_capsule(struct opening *op)
{
    struct engine *e = op->e;
    struct upload_capsule_form form;
    struct channel_prekey prekey;
    struct channel_receiver me = {.who = &e->own.me.who, .prekey = &prekey};
    struct channel_claim claim;
    struct epoch epoch;
    const struct own_prekey *mine;
    struct err err = upload_parse_capsule(op->item->sealed, &form);

    if (is_items_fault(err))
        return damaged(op, err.code);
    TRY(err);
    mine = own_find_prekey(&e->own, form.prekey);
    if (mine == NULL)
        return damaged(op, E_EXPIRED);
    prekey.number = mine->statement.number;
    memcpy(prekey.point, mine->statement.point, sizeof prekey.point);
    memcpy(prekey.kem_digest, mine->statement.kem_digest, sizeof prekey.kem_digest);
    me.secret = mine->secret;
    me.kem = mine->kem;
    err = channel_accept(&form, &me, e->now_ms, &claim, &epoch);
    if (is_items_fault(err))
        return damaged(op, err.code);
    TRY(err);
    err = take_epoch(op, &claim, prekey.number, &epoch);
    secret_wipe(&epoch, sizeof epoch);
    return err;
}

/* ---- messages: who is behind it? */

/* What one (sender device, room) sent before. */
struct stream {
    uint64_t seq;
    uint8_t link[NAMES_H32_SIZE];
    struct roster_id roster; /* of the message with the highest place */
};

static struct bytes stream_key(const struct core *core, uint8_t out[48])
{
    memcpy(out, core->room.b, sizeof core->room.b);
    memcpy(out + sizeof core->room.b, core->sender.did.b, sizeof core->sender.did.b);
    return bytes(out, 48);
}

static struct err get_stream(struct opening *op, const struct core *core, struct stream *out)
{
    uint8_t key[48];
    struct bytes value;
    struct reader r;
    struct err err =
        vault_get(op->e->vault, VAULT_STREAM_IN, stream_key(core, key), 0, op->a, &value);

    *out = (struct stream){0};
    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    r = reader(value);
    out->seq = reader_u64(&r);
    reader_copy(&r, out->link, sizeof out->link);
    reader_copy(&r, out->roster.b, sizeof out->roster.b);
    return reader_end(&r);
}

static struct err put_stream(struct opening *op, const struct core *core, const struct stream *s)
{
    struct buf b = BUF(128);
    uint8_t key[48];
    struct err err;

    buf_u64(&b, s->seq);
    buf_bytes(&b, BYTES(s->link));
    buf_bytes(&b, ID_BYTES(s->roster));
    err = vault_put(op->e->vault, VAULT_STREAM_IN, stream_key(core, key), 0, buf_view(&b));
    buf_free(&b);
    return err;
}

/* ---- order  [PROTOCOL 6.7] */

static struct err order(const struct core *core, struct stream *s, struct message *m)
{
    uint8_t link[NAMES_H32_SIZE];

    TRY(trailer_link(core, link));
    if (s->seq == 0) {
        /* the baseline: nothing is known of what came before */
    } else if (core->seq <= s->seq) {
        /* An older place in the stream: late, by another way; or a second message for one place. */
        if (core->seq == s->seq && !bytes_same(BYTES(link), BYTES(s->link)))
            m->notes |= MESSAGE_FORKED;
        return OK;
    } else if (core->seq > s->seq + 1) {
        m->notes |= MESSAGE_GAP;
        m->missing = core->seq - s->seq - 1;
    } else if (!bytes_same(BYTES(core->prev), BYTES(s->link))) {
        m->notes |= MESSAGE_FORKED;
    }
    s->seq = core->seq;
    memcpy(s->link, link, sizeof s->link);
    return OK;
}

/* ---- keeping */

/* The delivery is used up: its key goes, and it is known again. */
static struct err use_up(struct opening *op, const struct opened *o,
                         const struct chains_match *match)
{
    struct engine *e = op->e;

    TRY(chains_advance(e->vault, o, match, e->now_ms));
    return vault_put(e->vault, VAULT_SEEN, bytes(o->ctx, SEEN_KEY_SIZE), e->now_ms / CLOCK_DAY_MS,
                     NO_VALUE);
}

/* Is it of a conversation that I am not in, but keep copies of? */
static struct err note_copy(struct engine *e, const struct core *core, struct message *m)
{
    struct room_id room;

    TRY(names_pair_room(&e->own.nid, &e->own.me.who.aid, &core->sender.aid, &room));
    if (!ID_SAME(room, core->room))
        m->notes |= MESSAGE_COPY;
    return OK;
}

static struct err keep(struct opening *op, struct opened *o, const struct chains_match *match,
                       const struct verdict *verdict, struct stream *stream, struct bytes content)
{
    struct engine *e = op->e;
    struct message *m = &op->event->message;
    struct contact *c = &op->event->contact;
    const struct core *core = &o->core;
    uint64_t highest;

    *m = (struct message){.contact = c->number,
                          .state = DELIVERY_DELIVERED,
                          .id = core->id,
                          .sender = core->sender.did,
                          .seq = core->seq,
                          .sent_ms = core->sent_ms,
                          .kept_ms = e->now_ms,
                          .ttl_s = core->ttl_s,
                          .type = core->type,
                          .text = content};
    m->notes |= verdicts_notes(&verdict->finding);
    TRY(note_copy(e, core, m));
    if (clock_is_ahead(core->sent_ms, e->now_ms))
        m->notes |= MESSAGE_AHEAD;
    if (core->type != PAYLOAD_TEXT || !text_is_utf8(content)) {
        m->notes |= MESSAGE_UNREADABLE;
        m->text = NO_VALUE;
    }
    highest = stream->seq;
    TRY(order(core, stream, m));
    if (stream->seq > highest) /* whose roster is the measure from now on */
        stream->roster = o->wrap.roster;
    TRY(put_stream(op, core, stream));
    TRY(use_up(op, o, match));
    TRY(messages_add(e->vault, m));
    *op->result = OPENING_DONE;
    op->event->kind = EVENT_MESSAGE;
    op->event->finding = verdict->finding;
    return OK;
}

/* The conversation it belongs to must be going on. */
static struct err find_contact(struct opening *op, const struct core *core, bool *stopped)
{
    struct contact *c = &op->event->contact;
    struct err err = people_by_account(op->e->vault, &core->sender.aid, c);

    *stopped = true;
    if (err.code == E_ABSENT)
        return wait_for(op); /* another account of a handle that we know: the person must accept */
    TRY(err);
    if (c->changed)
        return wait_for(op);
    *stopped = false;
    return OK;
}

/* The last steps: verdict, sender's key, signature, body. */
static struct err check_and_keep(struct opening *op, struct opened *o,
                                 const struct chains_match *match)
{
    struct err err;
    struct verdict verdict;
    struct stream stream;
    struct verdicts_question q = {.e = op->e, .item = op->item, .a = op->a, .o = o};
    const struct device_entry *sender;
    struct sign_public *dsk = NULL;
    struct buf content = BUF(LIMIT_TEXT);
    bool known, stopped;
    struct bytes text;

    TRY(find_contact(op, &o->core, &stopped));
    if (stopped)
        return OK;
    TRY(get_stream(op, &o->core, &stream));
    q.highest = stream.seq;
    q.earlier = &stream.roster;
    err = verdicts_judge(&q, &verdict);
    if (err.code == E_ABSENT)
        return wait_for(op);
    if (is_items_fault(err))
        return damaged(op, err.code);
    TRY(err);
    if (verdict.finding.verdict == ROSTER_WRONG) {
        op->event->finding = verdict.finding;
        return conclude(op, OPENING_PARK, PROBLEM_RECIPIENTS, E_OK);
    }
    sender = device_list_find(&verdict.theirs, &o->core.sender.did);
    if (sender == NULL || verdict.theirs.version != o->wrap.list_version ||
        memcmp(verdict.theirs.hash, o->wrap.list_hash, sizeof o->wrap.list_hash) != 0)
        return damaged(op, E_FORGED);
    err = parsed_sign(op->e->parsed, sender->dsk.b, &dsk);
    if (err.code == E_OK)
        err = open_content(o, dsk, &content);
    if (is_items_fault(err)) {
        err = damaged(op, err.code);
        goto out;
    }
    TRY_OUT(err);
    TRY_OUT(messages_known(op->e->vault, &o->core.sender.did, &o->core.id, &known));
    /* Sealed a second time; or a control message, and none is carried out yet. */
    if (known || payload_is_control(o->core.type)) {
        TRY_OUT(use_up(op, o, match));
        err = conclude(op, OPENING_KNOWN, PROBLEM_NONE, E_OK);
        goto out;
    }
    TRY_OUT(arena_copy(op->a, buf_view(&content), &text));
    TRY_OUT(keep(op, o, match, &verdict, &stream, text));
out:
    sign_public_free(dsk);
    buf_free(&content);
    return err;
}

static struct err find_channel(struct opening *op, struct opened *o, struct chains_match *match,
                               bool *found)
{
    struct engine *e = op->e;
    const struct own_prekey *mine = own_find_prekey_low(&e->own, o->prekey_low);
    struct err err;

    *found = false;
    if (mine == NULL)
        return damaged(op, E_EXPIRED);
    err = open_hint(o, mine->secret, &e->own.me.who.did);
    if (is_items_fault(err))
        return damaged(op, err.code);
    TRY(err);
    err = chains_open(e->vault, &e->own.me.who, mine->statement.number, o, op->a, match);
    if (err.code == E_ABSENT)
        return conclude(op, OPENING_PARK, PROBLEM_PARKED, E_OK);
    if (is_items_fault(err))
        return damaged(op, err.code);
    TRY(err);
    *found = true;
    return OK;
}

/* Was a delivery with this ctx kept before? */
static struct err was_seen(struct opening *op, const struct opened *o, bool *seen)
{
    struct bytes value;
    uint64_t day;
    struct err err =
        vault_next(op->e->vault, VAULT_SEEN, bytes(o->ctx, SEEN_KEY_SIZE), 0, op->a, &day, &value);

    *seen = err.code == E_OK;
    return err.code == E_ABSENT ? OK : err;
}

static bool is_senders(const struct opened *o, const struct party *from)
{
    return ID_SAME(o->core.sender.nid, from->nid) && ID_SAME(o->core.sender.aid, from->aid) &&
           ID_SAME(o->core.sender.did, from->did);
}

static struct err open_message(struct opening *op)
{
    struct err err = OK;
    struct opened o = {0};
    struct chains_match match = {0};
    bool seen, found;

    err = open_begin(op->item->sealed, &o);
    if (is_items_fault(err))
        return damaged(op, err.code);
    TRY(err);
    TRY(was_seen(op, &o, &seen));
    if (seen)
        return conclude(op, OPENING_KNOWN, PROBLEM_NONE, E_OK);
    TRY_OUT(find_channel(op, &o, &match, &found));
    if (!found)
        goto out;
    if (!is_senders(&o, &match.from) || !ID_SAME(o.wrap.roster, o.in.shared.roster))
        err = damaged(op, E_FORGED);
    else
        err = check_and_keep(op, &o, &match);
out:
    secret_wipe(&match.after, sizeof match.after);
    open_wipe(&o);
    return err;
}

struct err opening_item(struct engine *e, struct opening_item *item, struct arena *a,
                        enum opening_result *result, struct event *event)
{
    struct opening op = {e, item, a, result, event};

    if (item->kind == FRAME_CAPSULE)
        return open_capsule(&op);
    if (item->kind == FRAME_MESSAGE)
        return open_message(&op);
    if (item->kind == FRAME_NOTICE) /* nothing is sealed again yet */
        return conclude(&op, OPENING_KNOWN, PROBLEM_NONE, E_OK);
    return damaged(&op, E_MALFORMED);
}
