/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opening: one item of the mailbox, checked in the order of [PROTOCOL 6.5].
 *
 * Everything happens in the caller's savepoint: parked and damaged items leave no trace in it.
 */
#include "client/activity.h"
#include "client/agreed.h"
#include "client/automatic.h"
#include "client/chains.h"
#include "client/controls.h"
#include "client/conversations.h"
#include "client/dealings.h"
#include "client/deeds.h"
#include "client/deletions.h"
#include "client/following.h"
#include "client/judging.h"
#include "client/opening_internal.h"
#include "client/receipts.h"
#include "client/standing.h"
#include "client/taker.h"
#include "crypto/secret.h"
#include "e2ee/payload.h"
#include "e2ee/proof.h"

#define SEEN_KEY_SIZE  16 /* of ctx */
#define STEPS_A_MINUTE (2 * CHANNEL_STEPS_MAX)

static const struct bytes NO_VALUE = {NULL, 0};

struct err opening_conclude(struct opening *op, enum opening_result result, enum problem problem,
                            enum err_code code)
{
    *op->result = result;
    op->event->kind = EVENT_PROBLEM;
    op->event->problem = problem;
    op->event->code = code;
    return OK;
}

struct err opening_damaged(struct opening *op, enum err_code code)
{
    return opening_conclude(op, OPENING_DAMAGED, PROBLEM_DAMAGED, code);
}

/* The person must act first, or nobody can. */
static struct err hold(struct opening *op, enum problem problem)
{
    op->item->resettable = false;
    return opening_conclude(op, OPENING_PARK, problem, E_OK);
}

struct err opening_wait(struct opening *op)
{
    return opening_conclude(op, OPENING_PARK, PROBLEM_NONE, E_OK);
}

bool opening_is_items_fault(struct err err)
{
    return err.code != E_OK && err_who(err.code) != WHO_OPERATOR;
}

/* ---- order  [PROTOCOL 6.7] */

static void tell_also(struct opening *op, enum problem problem, uint64_t messages)
{
    op->event[1] = (struct event){.kind = EVENT_PROBLEM, .problem = problem};
    op->event[1].contact = op->event[0].contact;
    op->event[1].message.missing = messages;
}

/* What the message's place in its stream says of it. */
static struct err order(struct opening *op, const struct opened *o, struct verdict *verdict,
                        struct message *m)
{
    struct stream *s = &verdict->stream;
    uint64_t highest = s->highest;
    struct streams_step step;

    TRY(streams_take(s, &o->core, op->e->now_ms, &step));
    if (step.result == STREAMS_FAULT)
        m->notes |= MESSAGE_FORKED;
    if (step.result == STREAMS_GAP && verdict->again) { /* what is missing is asked for, no more */
        s->baseline = o->core.seq;
        step.missing = 0;
    } else if (step.result == STREAMS_GAP) {
        m->notes |= MESSAGE_GAP;
    }
    if (step.result == STREAMS_RESTART)
        m->notes |= MESSAGE_RESTART;
    m->missing = step.missing;
    if (s->highest > highest)
        s->roster = o->wrap.roster;
    if (step.given_up > 0)
        tell_also(op, PROBLEM_GIVEN_UP, step.given_up);
    if (s->missing.n > 0)
        asking_soon(op->e);
    return streams_put(op->e->vault, &o->core.room, &o->core.sender, s);
}

/* ---- keeping */

/* The delivery is used up: its key goes, and it is known again. */
static struct err use_up(struct opening *op, const struct opened *o,
                         const struct chains_match *match)
{
    struct engine *e = op->e;

    TRY(chains_advance(e->vault, o, match, e->now_ms));
    TRY(dealings_heard(e->vault, &o->core.sender.did, o->core.sent_ms, e->now_ms));
    return vault_put(e->vault, VAULT_SEEN, bytes(o->ctx, SEEN_KEY_SIZE), e->now_ms / CLOCK_DAY_MS,
                     NO_VALUE);
}

static bool is_mine(const struct engine *e, const struct core *core)
{
    return ID_SAME(core->sender.aid, e->own.me.who.aid);
}

/* In which conversation does it stand?  Is it one that I am not in, but keep copies of? */
static struct err note_copy(struct engine *e, const struct core *core, const struct room *in,
                            struct message *m)
{
    struct room_id room;

    if (in->number != 0) {
        m->contact = in->number;
        if (in->standing == ROOMLOG_COPIES)
            m->notes |= MESSAGE_COPY;
        return roomlog_put_voice(e->vault, &core->sender.did, &core->sender.aid);
    }
    TRY(names_pair_room(&e->own.nid, &e->own.me.who.aid, &core->sender.aid, &room));
    if (!m->mine && !ID_SAME(room, core->room))
        m->notes |= MESSAGE_COPY;
    return OK;
}

/* Another device of mine showed it; or nobody wants to see it.  [PROTOCOL 15.8] */
static struct err note_read(struct engine *e, const struct core *core, struct message *m,
                            bool *blocked)
{
    *blocked = false;
    if (m->mine)
        return OK;
    TRY(agreed_is_read(e->vault, core, &m->read));
    TRY(agreed_is_blocked(e->vault, &core->sender.aid, blocked));
    m->read |= *blocked;
    return OK;
}

/* Copies that I keep for others have no end of their own. */
static struct err keep_or_pass(struct engine *e, struct message *m, struct timers allowed,
                               bool *over)
{
    struct timers lives = timers_within((struct timers){m->ttl_s, m->burn_s}, allowed);

    m->burn_s = timers_burns(m->type) ? lives.burn_s : 0;
    if ((m->notes & MESSAGE_COPY) == 0)
        m->due_ms = ageing_due(&e->ageing, m->sent_ms, lives.ttl_s);
    TRY(deeds_is_late(e->vault, m, over));
    *over |= m->due_ms != 0 && m->due_ms <= e->ageing.time_ms;
    if (*over)
        return messages_pass(e->vault, m);
    TRY(messages_add(e->vault, m));
    ending_kept(e, m->due_ms);
    return m->read ? ending_read(e, m, e->now_ms) : OK;
}

/* Its time was over before it came: nothing of it is shown. */
static struct err pass(struct opening *op)
{
    op->event->message = (struct message){.missing = 1};
    return opening_conclude(op, OPENING_DONE, PROBLEM_OVER, E_OK);
}

/* As it is said to be; what is noted with it comes later. */
static struct message message_of(struct opening *op, const struct core *core, struct bytes content,
                                 struct bytes proof)
{
    struct engine *e = op->e;
    struct message m = {.contact = op->event->contact.number,
                        .mine = is_mine(e, core),
                        .state = DELIVERY_DELIVERED,
                        .id = core->id,
                        .sender = core->sender.did,
                        .room = core->room,
                        .seq = core->seq,
                        .sent_ms = core->sent_ms,
                        .kept_ms = e->now_ms,
                        .ttl_s = core->ttl_s,
                        .burn_s = core->burn_s,
                        .type = core->type,
                        .text = content,
                        .proof = proof};

    if (m.mine) { /* another device of mine wrote it, and the server has it */
        m.read = true;
        m.state = DELIVERY_ACCEPTED;
        m.notes |= MESSAGE_ELSEWHERE;
    }
    if (!deeds_are_readable(core->type, content))
        m.notes |= MESSAGE_UNREADABLE; /* it stays as it is, for a newer program */
    return m;
}

/* What it says of others is so from now on. */
static struct err take_deed(struct engine *e, struct message *m, const struct core *core, bool over)
{
    if (!over || m->type == PAYLOAD_RECALL)
        TRY(deeds_take(e->vault, &e->own, m, &core->sender.aid));
    if (m->type == PAYLOAD_RECALL)
        ending_emptied(e);
    return OK;
}

static struct err keep(struct opening *op, struct opened *o, const struct chains_match *match,
                       struct verdict *verdict, struct bytes content)
{
    struct engine *e = op->e;
    struct message *m = &op->event->message;
    const struct core *core = &o->core;
    uint8_t proof[PROOF_SIZE];
    bool blocked, over, deleted;

    proof_write(o->ctx, BYTES(o->trailer), proof);
    *m = message_of(op, core, content, BYTES(proof));
    m->notes |= judging_notes(&verdict->finding);
    if (verdict->left)
        m->notes |= MESSAGE_LEFT;
    TRY(note_copy(e, core, &verdict->room, m));
    if (clock_is_ahead(core->sent_ms, e->now_ms))
        m->notes |= MESSAGE_AHEAD;
    TRY(order(op, o, verdict, m));
    /* By a date ahead of ours its sender would say it of an honest server. */
    if (core->sent_ms <= e->now_ms &&
        own_prekeys_was_superseded(&e->own, o->prekey_low, core->sent_ms))
        tell_also(op, PROBLEM_OLD_KEYS, 0);
    TRY(use_up(op, o, match));
    TRY(note_read(e, core, m, &blocked));
    m->read |= deeds_is_quiet(m);
    TRY(deletions_covers(e->vault, m, &deleted));
    if (deleted) {
        TRY(messages_pass(e->vault, m));
        return opening_conclude(op, OPENING_DONE, PROBLEM_NONE, E_OK);
    }
    TRY(keep_or_pass(e, m, verdict->allowed, &over));
    TRY(take_deed(e, m, core, over));
    m->proof = NO_VALUE;
    if (m->notes & MESSAGE_UNREADABLE) /* nothing of it is shown */
        m->text = NO_VALUE;
    if (over && timers_burns(m->type))
        return pass(op);
    if (over || blocked)
        return opening_conclude(op, OPENING_DONE, PROBLEM_NONE, E_OK);
    TRY(receipts_came(e, core, m));
    TRY(automatic_take(e, m));
    *op->result = OPENING_DONE;
    op->event->kind = deeds_is_quiet(m) ? EVENT_DEED : EVENT_MESSAGE;
    op->event->finding = verdict->finding;
    return OK;
}

/* ---- control messages  [PROTOCOL 6.8] */

/* What is only handed on is not known again: its key is gone.  [PROTOCOL 6.16] */
static struct err take_passing(struct opening *op, const struct opened *o,
                               const struct chains_match *match, const struct verdict *verdict,
                               struct bytes content)
{
    const struct core *core = &o->core;

    TRY(chains_advance(op->e->vault, o, match, op->e->now_ms));
    TRY(dealings_heard(op->e->vault, &core->sender.did, core->sent_ms, op->e->now_ms));
    return activity_take(op, o, verdict, content);
}

static struct err keep_control(struct opening *op, const struct opened *o,
                               const struct chains_match *match, bool left, struct bytes content)
{
    bool was;

    TRY(use_up(op, o, match));
    TRY(controls_was_obeyed(op, &o->core, &was));
    if (was)
        return opening_conclude(op, OPENING_KNOWN, PROBLEM_NONE, E_OK);
    return controls_obey(op, o, left, content);
}

/* With whom the sender writes to me; or, if it is another device of mine, I to whom.  That is known
 * by the roster, and who is in it by the lists that it was judged by. */
static struct err look_for_contact(struct opening *op, const struct opened *o, struct contact *c)
{
    struct engine *e = op->e;
    struct room r;
    struct err err;

    if (!is_mine(e, &o->core))
        return people_by_account(e->vault, &o->core.sender.aid, c);
    err = roomlog_find(e->vault, &o->core.room, &r);
    if (err.code == E_ABSENT)
        return conversations_find(e->vault, &e->own, &o->core.room, &o->wrap.roster, op->a, c);
    TRY(err);
    return people_by_account(e->vault, &e->own.me.who.aid, c);
}

/* The conversation it belongs to must be going on. */
static struct err find_contact(struct opening *op, const struct opened *o, bool *stopped)
{
    struct contact *c = &op->event->contact;
    struct err err = look_for_contact(op, o, c);

    *stopped = true;
    if (err.code == E_ABSENT) /* another account of a handle that we know */
        return hold(op, PROBLEM_NONE);
    TRY(err);
    if (c->changed)
        return hold(op, PROBLEM_NONE);
    *stopped = false;
    return OK;
}

/* Did the device stand in the list that the roster names, and does it still, or did it when the
 * server got this?  Else *stopped. */
static struct err check_sender(struct opening *op, const struct opened *o, struct verdict *verdict,
                               bool *stopped)
{
    struct engine *e = op->e;
    const struct party *sender = &o->core.sender;
    struct standing now;
    struct err err;

    *stopped = true;
    if (device_list_find_device(&verdict->theirs, &sender->did) == NULL ||
        verdict->theirs.version != o->wrap.list_version ||
        memcmp(verdict->theirs.hash, o->wrap.list_hash, sizeof o->wrap.list_hash) != 0)
        return opening_damaged(op, E_FORGED);
    err = standing_find(e->vault, &e->own, &sender->aid, &sender->did, op->item->received_ms,
                        e->now_ms, &now);
    if (err.code == E_ABSENT) {
        TRY(judging_ask_account(op, &sender->aid));
        return opening_wait(op);
    }
    if (opening_is_items_fault(err))
        return opening_damaged(op, err.code);
    TRY(err);
    if (now.sender == DEVICE_SENDER_REVOKED)
        return opening_damaged(op, E_REMOVED);
    verdict->left = now.sender == DEVICE_SENDER_LEFT;
    verdict->dsk = now.device.dsk;
    *stopped = false;
    return OK;
}

/* It was sealed a second time; or another device of mine gave it, and its place in the stream is
 * still missing. */
static struct err know_again(struct opening *op, const struct opened *o,
                             const struct chains_match *match, struct verdict *verdict)
{
    struct message m = {.notes = 0};

    if (!payload_is_control(o->core.type))
        TRY(order(op, o, verdict, &m));
    TRY(use_up(op, o, match));
    return opening_conclude(op, OPENING_KNOWN, PROBLEM_NONE, E_OK);
}

/* The last steps: verdict, sender's key, signature, body. */
static struct err check_and_keep(struct opening *op, struct opened *o,
                                 const struct chains_match *match)
{
    struct err err;
    struct verdict verdict;
    struct sign_public *dsk = NULL;
    struct buf content = BUF(LIMIT_TEXT);
    bool known, stopped = false, mine = is_mine(op->e, &o->core);
    struct bytes text;

    if (!mine)
        TRY(find_contact(op, o, &stopped));
    if (stopped)
        return OK;
    err = judging_judge(op, o, &verdict);
    if (err.code == E_ABSENT)
        return opening_wait(op);
    if (opening_is_items_fault(err))
        return opening_damaged(op, err.code);
    TRY(err);
    if (verdict.finding.verdict == ROSTER_WRONG) {
        op->event->finding = verdict.finding;
        return hold(op, PROBLEM_RECIPIENTS);
    }
    if (mine)
        TRY(find_contact(op, o, &stopped));
    if (!stopped)
        TRY(check_sender(op, o, &verdict, &stopped));
    if (stopped)
        return OK;
    err = parsed_sign(op->e->parsed, verdict.dsk.b, &dsk);
    if (err.code == E_OK)
        err = open_content(o, dsk, &content);
    if (opening_is_items_fault(err)) {
        err = opening_damaged(op, err.code);
        goto out;
    }
    TRY_OUT(err);
    if (!mine)
        TRY_OUT(following_note(op->e->vault, &o->core.sender.aid, verdict.mine));
    TRY_OUT(messages_known(op->e->vault, &o->core.sender.did, &o->core.id, &known));
    if (known) {
        err = know_again(op, o, match, &verdict);
        goto out;
    }
    TRY_OUT(arena_copy(op->a, buf_view(&content), &text));
    if (op->item->passing)
        err = take_passing(op, o, match, &verdict, text);
    else
        err = payload_is_control(o->core.type) ? keep_control(op, o, match, verdict.left, text)
                                               : keep(op, o, match, &verdict, text);
out:
    sign_public_free(dsk);
    buf_free(&content);
    return err;
}

/* Whoever knows our prekey can claim to be far ahead in anybody's chain. */
static uint32_t *steps_left(struct engine *e)
{
    if (e->effort.since_ms == 0 || e->now_ms < e->effort.since_ms ||
        e->now_ms - e->effort.since_ms >= CLOCK_MINUTE_MS)
        e->effort = (struct effort){e->now_ms == 0 ? 1 : e->now_ms, STEPS_A_MINUTE};
    return &e->effort.steps;
}

/* No channel opens it: it is not tried again before its sender has another epoch. */
static struct err wait_for_epoch(struct opening *op)
{
    op->item->barren = true;
    TRY(chains_mark(op->e->vault, op->item->prefix, op->item->mark));
    return opening_conclude(op, OPENING_PARK, PROBLEM_PARKED, E_OK);
}

static struct err is_barren(struct opening *op, bool *barren)
{
    uint8_t mark[CHANNEL_EPOCH_ID_SIZE];

    *barren = false;
    if (!op->item->barren || own_prekeys_find_low(&op->e->own, (uint16_t)op->item->prekey) == NULL)
        return OK;
    TRY(chains_mark(op->e->vault, op->item->prefix, mark));
    *barren = memcmp(mark, op->item->mark, sizeof mark) == 0;
    return OK;
}

static struct err find_channel(struct opening *op, struct opened *o, struct chains_match *match,
                               bool *found)
{
    struct engine *e = op->e;
    const struct own_prekey *mine = own_prekeys_find_low(&e->own, o->prekey_low);
    struct err err;

    *found = false;
    if (mine == NULL)
        return opening_damaged(op, E_EXPIRED);
    err = open_hint(o, mine->secret, &e->own.me.who.did);
    if (opening_is_items_fault(err))
        return opening_damaged(op, err.code);
    TRY(err);
    op->item->claimed = op->item->resettable = true;
    memcpy(op->item->prefix, o->prefix, sizeof op->item->prefix);
    memcpy(op->item->ctx, o->ctx, sizeof op->item->ctx);
    op->item->prekey = o->prekey_low;
    err = chains_open(e->vault, &e->own.me.who, mine->statement.number, o, steps_left(e), op->a,
                      match);
    if (err.code == E_ABSENT)
        return wait_for_epoch(op);
    if (opening_is_items_fault(err))
        return opening_damaged(op, err.code);
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

static struct err begin(const struct opening_item *item, struct opened *o)
{
    if (item->ahead == NULL)
        return open_begin(item->sealed, o);
    *o = *item->ahead;
    return OK;
}

static struct err open_message(struct opening *op)
{
    struct err err = OK;
    struct opened o = {0};
    struct chains_match match = {0};
    bool seen, found, barren;

    TRY(is_barren(op, &barren));
    if (barren)
        return opening_conclude(op, OPENING_PARK, PROBLEM_PARKED, E_OK);
    err = begin(op->item, &o);
    if (opening_is_items_fault(err))
        return opening_damaged(op, err.code);
    TRY(err);
    TRY(was_seen(op, &o, &seen));
    if (seen)
        return opening_conclude(op, OPENING_KNOWN, PROBLEM_NONE, E_OK);
    TRY_OUT(find_channel(op, &o, &match, &found));
    if (!found)
        goto out;
    if (!is_senders(&o, &match.from) || !ID_SAME(o.wrap.roster, o.in.shared.roster))
        err = opening_damaged(op, E_FORGED);
    else
        err = check_and_keep(op, &o, &match);
out:
    secret_wipe(&match.after, sizeof match.after);
    open_wipe(&o);
    return err;
}

/* A mailbox of theirs was full. */
static struct err take_notice(struct opening *op)
{
    struct err err = repairs_notice(op->e, op->item->sealed, op->a);

    if (opening_is_items_fault(err))
        return opening_damaged(op, err.code);
    TRY(err);
    return opening_conclude(op, OPENING_DONE, PROBLEM_NONE, E_OK);
}

struct err opening_item(struct engine *e, struct opening_item *item, struct arena *a,
                        enum opening_result *result, struct event event[OPENING_EVENTS])
{
    struct opening op = {e, item, a, result, event};

    if (item->kind == FRAME_CAPSULE)
        return capsules_open(&op);
    if (item->kind == FRAME_MESSAGE)
        return open_message(&op);
    if (item->kind == FRAME_NOTICE)
        return take_notice(&op);
    return opening_damaged(&op, E_MALFORMED);
}
