/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opening: one item of the mailbox, checked in the order of [PROTOCOL 6.5].
 *
 * Everything happens in the caller's savepoint: parked and damaged items leave no trace in it.
 */
#include "base/reader.h"
#include "client/chains.h"
#include "client/engine_internal.h"
#include "crypto/secret.h"
#include "e2ee/payload.h"
#include "statement/roster_judge.h"

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
static bool may_ask(struct opening *op)
{
    if (op->item->asks >= ASKS_MAX)
        return false;
    op->item->asks++;
    return true;
}

static struct err ask_account(struct opening *op, const struct account_id *aid)
{
    return may_ask(op) ? lookups_account(op->e, aid) : OK;
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

/* ---- messages: who is behind it, and to whom did it go? */

static struct err get_roster(struct opening *op, const struct opened *o, struct roster *out)
{
    struct bytes roster;
    struct err err = people_roster(op->e->vault, &o->wrap.roster, op->a, &roster);

    if (err.code == E_ABSENT && may_ask(op))
        TRY(lookups_roster(op->e, &o->wrap.roster));
    TRY(err);
    return roster_parse(roster, op->a, out);
}

/* The version of an account's list that the roster names; 0: not in it. */
static uint32_t version_named(const struct roster *r, const struct account_id *aid)
{
    for (size_t i = 0; i < r->accounts; i++)
        if (ID_SAME(r->account[i].aid, *aid))
            return r->account[i].list_version;
    return 0;
}

/* The list of an account at the version that the roster names, and the one after if we know it. */
static struct err get_lists(struct opening *op, const struct roster *r,
                            const struct account_id *aid, struct device_list *at,
                            struct device_list **next)
{
    struct engine *e = op->e;
    uint32_t version = version_named(r, aid);
    struct device_list *after;
    struct err err;

    err = people_list(e->vault, &e->own, aid, version, at);
    if (err.code == E_ABSENT)
        TRY(ask_account(op, aid));
    TRY(err);
    after = ARENA_NEW(op->a, struct device_list);
    if (after == NULL)
        return FAIL(E_NOMEM);
    err = people_list(e->vault, &e->own, aid, version + 1, after);
    *next = err.code == E_OK ? after : NULL;
    return err.code == E_ABSENT ? OK : err;
}

/* What one (sender device, room) sent before. */
struct stream {
    uint64_t seq;
    uint8_t link[NAMES_H32_SIZE];
    uint32_t my_version, sender_version; /* highest list versions it used */
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
    out->my_version = reader_u32(&r);
    out->sender_version = reader_u32(&r);
    return reader_end(&r);
}

static struct err put_stream(struct opening *op, const struct core *core, const struct stream *s)
{
    struct buf b = BUF(64);
    uint8_t key[48];
    struct err err;

    buf_u64(&b, s->seq);
    buf_bytes(&b, BYTES(s->link));
    buf_u32(&b, s->my_version);
    buf_u32(&b, s->sender_version);
    err = vault_put(op->e->vault, VAULT_STREAM_IN, stream_key(core, key), 0, buf_view(&b));
    buf_free(&b);
    return err;
}

/* Roster verdict of [PROTOCOL 6.6], with everything that it needs. */
struct verdict {
    enum roster_verdict roster;
    struct device_list mine, theirs;
    struct stream stream;
};

/* A roster of what is built today: the two of us, without state and policy.  All else is held back
 * before anything is asked for. */
static bool is_plain_pair(const struct roster *r, const struct account_id *me,
                          const struct account_id *sender)
{
    return r->state_version == 0 && r->networks == 1 && r->network[0].policy_version == 0 &&
           r->accounts == 2 && version_named(r, me) != 0 && version_named(r, sender) != 0;
}

/* What the sender named in the roster of its highest seq, as far as it is kept. */
static struct roster earlier_roster(const struct roster *r, const struct account_id *me,
                                    const struct stream *stream, struct roster_account account[2])
{
    struct roster earlier = *r;

    for (size_t i = 0; i < 2; i++) {
        account[i] = r->account[i];
        account[i].list_version =
            ID_SAME(account[i].aid, *me) ? stream->my_version : stream->sender_version;
    }
    earlier.account = account;
    return earlier;
}

static struct err judge(struct opening *op, const struct opened *o, struct verdict *out)
{
    struct engine *e = op->e;
    const struct party *me = &e->own.me.who, *sender = &o->core.sender;
    const struct device_list *list[2], *next[2];
    const struct network_policy *none[1] = {NULL};
    struct roster r, earlier;
    struct roster_account before[2];
    struct roster_finding finding;
    struct device_list *my_next, *their_next;
    struct roster_question q = {.named = {.list = list, .policy = none},
                                .since = {.list = next, .policy = none},
                                .me = {me->nid, me->aid, me->did},
                                .sender = {sender->nid, sender->aid, sender->did},
                                .profile =
                                    (uint8_t)policy_profile(NULL), /* there is no other yet */
                                .seq = o->core.seq,
                                .message_ms = o->core.sent_ms};

    TRY(get_roster(op, o, &r));
    out->roster = ROSTER_WRONG;
    if (!is_plain_pair(&r, &me->aid, &sender->aid) || !ID_SAME(r.room, o->core.room))
        return OK;
    TRY(get_lists(op, &r, &me->aid, &out->mine, &my_next));
    TRY(get_lists(op, &r, &sender->aid, &out->theirs, &their_next));
    TRY(get_stream(op, &o->core, &out->stream));
    for (size_t i = 0; i < 2; i++) {
        bool mine = ID_SAME(r.account[i].aid, me->aid);

        list[i] = mine ? &out->mine : &out->theirs;
        next[i] = mine ? my_next : their_next;
    }
    earlier = earlier_roster(&r, &me->aid, &out->stream, before);
    q.earlier = &earlier;
    q.highest = out->stream.seq;
    TRY(roster_judge(&r, &q, op->a, &finding));
    out->roster = finding.verdict;
    return OK;
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

static struct err keep(struct opening *op, struct opened *o, const struct chains_match *match,
                       struct verdict *verdict, struct bytes content)
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
    if (verdict->roster == ROSTER_LATE)
        m->notes |= MESSAGE_LATE;
    if (clock_is_ahead(core->sent_ms, e->now_ms))
        m->notes |= MESSAGE_AHEAD;
    if (core->type != PAYLOAD_TEXT || !text_is_utf8(content)) {
        m->notes |= MESSAGE_UNREADABLE;
        m->text = NO_VALUE;
    }
    highest = verdict->stream.seq;
    TRY(order(core, &verdict->stream, m));
    if (verdict->stream.seq > highest) { /* whose roster is the measure from now on */
        verdict->stream.my_version = verdict->mine.version;
        verdict->stream.sender_version = verdict->theirs.version;
    }
    TRY(put_stream(op, core, &verdict->stream));
    TRY(use_up(op, o, match));
    TRY(messages_add(e->vault, m));
    *op->result = OPENING_DONE;
    op->event->kind = EVENT_MESSAGE;
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
    const struct device_entry *sender;
    struct sign_public *dsk = NULL;
    struct buf content = BUF(LIMIT_TEXT);
    bool known, stopped;
    struct bytes text;

    TRY(find_contact(op, &o->core, &stopped));
    if (stopped)
        return OK;
    err = judge(op, o, &verdict);
    if (err.code == E_ABSENT)
        return wait_for(op);
    if (is_items_fault(err))
        return damaged(op, err.code);
    TRY(err);
    if (verdict.roster == ROSTER_WRONG)
        return conclude(op, OPENING_PARK, PROBLEM_RECIPIENTS, E_OK);
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
    TRY_OUT(keep(op, o, match, &verdict, text));
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
