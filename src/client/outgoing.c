/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outgoing: which row of the outbox is sealed and sent next.  [PROTOCOL 10 S1, S2]
 *
 * One upload is on its way at a time, so that a stream's order is the order of its acceptance.  A
 * message that has to wait (for a look-up, for a prekey, for a full mailbox) holds back later ones
 * to the same person only.
 */
#include "base/fault.h"
#include "base/map.h"
#include "client/deeds.h"
#include "client/gathering.h"
#include "client/rules.h"
#include "client/sealing.h"
#include "client/timers.h"
#include "e2ee/payload.h"
#include "wire/tacet.pb-c.h"

#define ARENA_MAX    (32 << 20)       /* a room of a thousand, whose lists take some */
#define RETRY_MS     CLOCK_MINUTE_MS  /* after a refusal that time may mend */
#define ASK_AGAIN_MS CLOCK_HOUR_MS    /* at most this often for newer prekeys */
#define WAITS_MOST_S (30 * 24 * 3600) /* at the server */

/* ---- S0 */

struct err outgoing_add(struct engine *e, struct outbox_row *row)
{
    row->made_ms = e->now_ms;
    e->queued = true;
    TRY(vault_count(e->vault, VAULT_NEXT_OUTBOX, &row->number));
    return outbox_put(e, row);
}

static struct err queue_in(struct engine *e, uint64_t conversation, const struct timers *said,
                           struct message *m)
{
    struct outbox_row row = {.kind = OUTBOX_MESSAGE, .contact = conversation};
    struct timers t;

    TRY(timers_choose(e, conversation, said, &t));
    m->contact = conversation;
    m->ttl_s = t.ttl_s;
    m->burn_s = timers_burns(m->type) ? t.burn_s : 0;
    m->due_ms = ageing_due(&e->ageing, m->sent_ms, m->ttl_s);
    TRY(messages_add(e->vault, m));
    TRY(deeds_take(e->vault, &e->own, m, &e->own.me.who.aid));
    if (m->type == PAYLOAD_RECALL)
        ending_emptied(e);
    ending_kept(e, m->due_ms);
    row.place = m->place;
    return outgoing_add(e, &row);
}

static struct err put(struct engine *e, uint64_t conversation, enum payload_type type,
                      struct bytes content, const struct timers *said, struct message *m)
{
    *m = (struct message){.mine = true,
                          .read = true,
                          .state = DELIVERY_QUEUED,
                          .sender = e->own.me.who.did,
                          .sent_ms = e->now_ms,
                          .kept_ms = e->now_ms,
                          .type = (uint16_t)type,
                          .text = content};
    TRY(random_fill(e->random, m->id.b, sizeof m->id.b));
    return queue_in(e, conversation, said, m);
}

struct err outgoing_put(struct engine *e, uint64_t conversation, enum payload_type type,
                        struct bytes content, struct message *m)
{
    return put(e, conversation, type, content, &(struct timers){0}, m);
}

struct err outgoing_queue_for(struct engine *e, uint64_t conversation, enum payload_type type,
                              struct bytes content, const struct timers *said)
{
    struct message m;

    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, put(e, conversation, type, content, said, &m)));
    outbox_tell(e, &m, E_OK);
    return outgoing_pump(e);
}

struct err outgoing_queue(struct engine *e, uint64_t conversation, enum payload_type type,
                          struct bytes content)
{
    return outgoing_queue_for(e, conversation, type, content, &(struct timers){0});
}

/* ---- S2 */

/* Unless the server is known to have it; one that refused the upload may have lost it.  Ours is
 * kept all the same: it says to whom went what was sent under it.  The upload goes right behind it:
 * when the server refuses the roster, it does not find it for the upload. */
static struct err register_roster(struct engine *e, const struct outbox_row *row, struct arena *a)
{
    Tacet__Wire__RegisterRoster m = TACET__WIRE__REGISTER_ROSTER__INIT;
    struct waiting w = {.number = row->number};
    struct bytes known;
    struct err err = people_roster(e->vault, &row->roster_id, a, &known);

    answers_forget(e);
    if (err.code != E_ABSENT)
        TRY(err);
    if (err.code == E_OK && row->refusals == 0)
        return OK;
    m.roster = frame_data(row->roster);
    return link_request(e, OP_REGISTER, &m, &w);
}

/* For how long the server keeps it: what waited here has not its whole time before it.  [PROTOCOL
 * 6.11] */
static uint32_t time_left_s(const struct engine *e, const struct outbox_row *row)
{
    uint64_t gone_s = clock_since(e->now_ms, row->core.sent_ms) / CLOCK_SECOND_MS;
    uint32_t left_s = gone_s < row->core.ttl_s ? row->core.ttl_s - (uint32_t)gone_s : 1;

    return left_s < WAITS_MOST_S ? left_s : WAITS_MOST_S;
}

static struct err send_row(struct engine *e, const struct outbox_row *row, struct arena *a)
{
    Tacet__Wire__Send m = TACET__WIRE__SEND__INIT;
    struct waiting w = {.number = row->number};

    TRY(register_roster(e, row, a));
    m.upload = frame_data(row->bytes);
    m.ttl_s = time_left_s(e, row);
    fault_point("client-before-send");
    return link_request(e, OP_SEND, &m, &w);
}

/* The first row from *from on, which moves behind it.  However many wait for one person, those to
 * others are reached.  E_ABSENT: there is none. */
static struct err next_row(struct engine *e, uint64_t *from, struct arena *a,
                           struct outbox_row *row)
{
    arena_free(a);
    TRY(outbox_next(e, *from, a, row));
    *from = row->number + 1;
    return OK;
}

/* ---- what may be sealed now? */

/* Contacts whose later messages must wait behind an earlier one. */
static struct bytes held_key(const uint64_t *contact)
{
    return bytes((const uint8_t *)contact, sizeof *contact);
}

static bool is_held(const struct map *held, uint64_t contact)
{
    return map_get(held, held_key(&contact)) != NULL;
}

static struct err hold(struct map *held, uint64_t contact)
{
    return map_put(held, held_key(&contact), held);
}

static void retry_at(struct engine *e, uint64_t at_ms)
{
    if (e->retry_ms == 0 || at_ms < e->retry_ms)
        e->retry_ms = at_ms;
}

/* How long until newer prekeys are asked for once more: not for long where a device has just come,
 * which is about to publish its first one. */
static uint64_t pause_before_asking(struct engine *e, const struct contact *c)
{
    struct device_list list;
    struct prekey p;

    if (people_newest_list(e->vault, &e->own, &c->aid, &list).code != E_OK)
        return ASK_AGAIN_MS;
    for (size_t i = 0; i < list.devices; i++)
        if (sealing_is_recipient(e, &list.device[i]) &&
            clock_since(e->now_ms, list.device[i].added_ms) < ASK_AGAIN_MS &&
            people_prekey(e->vault, &list.device[i].did, &p).code == E_ABSENT)
            return RETRY_MS;
    return ASK_AGAIN_MS;
}

bool outgoing_has_asked(struct engine *e, const struct contact *c)
{
    return clock_since(e->now_ms, c->asked_ms) < pause_before_asking(e, c);
}

/* Is the newest prekey of every device of use, and young enough not to ask for a newer one?
 * [PROTOCOL 3.1] */
bool outgoing_is_fresh(struct engine *e, const struct contact *c)
{
    struct device_list list;
    struct rules rules;
    enum sealing_way way;
    struct prekey p;

    if (people_newest_list(e->vault, &e->own, &c->aid, &list).code != E_OK ||
        rules_of_pair(e->vault, &e->own, NULL, e->now_ms, &rules).code != E_OK)
        return false;
    for (size_t i = 0; i < list.devices; i++)
        if (sealing_is_recipient(e, &list.device[i]) &&
            (sealing_way_to(e, &list.device[i].did, rules.profile, &p, &way).code != E_OK ||
             way == SEALING_NO_WAY || clock_since(e->now_ms, p.made_ms) >= PREKEY_ROTATION_MS))
            return outgoing_has_asked(e, c);
    return true;
}

/* Once for each message that waits for a prekey. */
static struct err tell_no_prekey(struct engine *e, const struct outbox_row *row,
                                 const struct contact *c, struct arena *a)
{
    struct message m;

    if (!outbox_is_persons(row))
        return OK;
    TRY(messages_get(e->vault, row->contact, row->place, a, &m));
    if (m.code == E_EXPIRED)
        return OK;
    m.code = E_EXPIRED;
    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, messages_update(e->vault, &m)));
    actions_tell(
        e, &(struct event){.kind = EVENT_PROBLEM, .problem = PROBLEM_NO_PREKEY, .contact = *c});
    return OK;
}

/* Did it wait here for longer than it may wait anywhere?  [PROTOCOL 10 S3] */
static struct err is_over(struct engine *e, const struct outbox_row *row, struct arena *a,
                          bool *over)
{
    struct message m;

    if (row->place != 0) {
        struct err err = messages_get(e->vault, row->contact, row->place, a, &m);

        *over = err.code == E_ABSENT || (err.code == E_OK && (m.notes & MESSAGE_RECALLED) != 0);
        if (*over) /* it was recalled before it left, or left again */
            return OK;
        TRY(err);
    }
    if (!outbox_is_persons(row)) {
        *over = row->has_core
                    ? clock_since(e->now_ms, row->core.sent_ms) >= row->core.ttl_s * CLOCK_SECOND_MS
                    : clock_since(e->now_ms, row->made_ms) >= CONTROL_TTL_S * CLOCK_SECOND_MS;
        return OK;
    }
    invariant(row->place != 0);
    *over = clock_since(e->now_ms, m.sent_ms) >= cores_ttl_s(&m) * CLOCK_SECOND_MS;
    return OK;
}

static bool is_put_off(struct engine *e, const struct outbox_row *row)
{
    if (row->retry_ms <= e->now_ms || (!e->refused && outbox_is_persons(row)))
        return false;
    retry_at(e, row->retry_ms);
    return true;
}

/* As prepare(), in a room. */
static struct err prepare_in_room(struct engine *e, struct outbox_row *row, struct arena *a)
{
    struct room r;
    struct err err = roomlog_get(e->vault, row->contact, &r);
    bool over, waits;

    if (err.code == E_ABSENT || (err.code == E_OK && r.standing == ROOMLOG_OUT))
        return outbox_give_up(e, row, E_REMOVED, a);
    TRY(err);
    TRY(is_over(e, row, a, &over));
    if (over)
        return outbox_give_up(e, row, E_EXPIRED, a);
    if (r.version == 0 || is_put_off(e, row))
        return FAIL(E_AGAIN);
    TRY(gathering_prepare(e, &r, row, a, &waits));
    if (waits) {
        retry_at(e, clock_add(e->now_ms, RETRY_MS));
        return FAIL(E_AGAIN);
    }
    err = sealing_seal(e, row, a);
    if (err.code == E_REMOVED || (err.code == E_ABSENT && row->kind != OUTBOX_MESSAGE))
        return outbox_give_up(e, row, err.code, a);
    if (err.code != E_ABSENT)
        return err;
    retry_at(e, clock_add(e->now_ms, RETRY_MS));
    return FAIL(E_AGAIN);
}

/* E_AGAIN: it waits, and holds back what follows to the same contact.  A program that has just
 * begun does not wait: somebody is here who wants it sent. */
static struct err prepare(struct engine *e, struct outbox_row *row, struct arena *a)
{
    struct contact c;
    struct err err;
    bool over, waits;

    err = people_get(e->vault, row->contact, &c);
    if (err.code == E_ABSENT)
        return prepare_in_room(e, row, a);
    TRY(err);
    if (c.removed)
        return outbox_give_up(e, row, E_REMOVED, a);
    if (people_is_me(&e->own, &c) && !own_has_siblings(&e->own))
        return outbox_give_up(e, row, E_DENIED, a); /* nobody would get it */
    TRY(is_over(e, row, a, &over));
    if (over)
        return outbox_give_up(e, row, E_EXPIRED, a);
    if (c.changed)
        return FAIL(E_AGAIN);
    if (!c.known || !outgoing_is_fresh(e, &c)) {
        retry_at(e, clock_add(e->now_ms, RETRY_MS)); /* should the answer be of no use */
        TRY(c.known ? lookups_account(e, &c.aid) : lookups_handle(e, bytes_text(c.handle)));
        return FAIL(E_AGAIN);
    }
    if (is_put_off(e, row))
        return FAIL(E_AGAIN);
    TRY(lookups_kem_keys(e, &c, &waits));
    if (!waits)
        TRY(siblings_prepare(e, &waits));
    if (!waits)
        TRY(governing_prepare(e, &c, &waits));
    if (waits) {
        retry_at(e, clock_add(e->now_ms, RETRY_MS));
        return FAIL(E_AGAIN);
    }
    err = sealing_seal(e, row, a);
    if (err.code == E_REMOVED)
        return outbox_give_up(e, row, err.code, a);
    if (err.code != E_ABSENT)
        return err;
    retry_at(e, clock_add(e->now_ms, pause_before_asking(e, &c)));
    TRY(tell_no_prekey(e, row, &c, a));
    return FAIL(E_AGAIN);
}

/* A row that is sealed already goes before all others: its upload number is taken. */
static struct err resend(struct engine *e, bool *sent)
{
    struct err err = OK;
    struct arena a = ARENA(ARENA_MAX);
    struct outbox_row row;
    uint64_t from = 0;

    *sent = false;
    while (err.code == E_OK && !*sent) {
        err = next_row(e, &from, &a, &row);
        if (err.code == E_OK && row.sealed) {
            err = send_row(e, &row, &a);
            *sent = true;
        }
    }
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

static struct err seal_next(struct engine *e)
{
    struct err err = OK;
    struct arena a = ARENA(ARENA_MAX);
    struct outbox_row row;
    struct map held = MAP;
    uint64_t from = 0;
    bool sent = false;

    while (err.code == E_OK && !sent) {
        err = next_row(e, &from, &a, &row);
        if (err.code != E_OK || (outbox_is_persons(&row) && is_held(&held, row.contact)))
            continue;
        err = prepare(e, &row, &a);
        if (err.code == E_AGAIN) {
            err = outbox_is_persons(&row) ? hold(&held, row.contact) : OK;
        } else if (err.code == E_OK && row.sealed) {
            err = send_row(e, &row, &a);
            sent = true;
        }
    }
    map_free(&held);
    arena_free(&a);
    return err.code == E_ABSENT || err.code == E_AGAIN ? OK : err;
}

struct err outgoing_pump(struct engine *e)
{
    bool sent;

    if (e->link.state != LINK_READY || link_is_busy(e, OP_SEND))
        return OK;
    e->queued = false;
    TRY(resend(e, &sent));
    return sent ? OK : seal_next(e);
}

struct err outgoing_give_up(struct engine *e, uint64_t contact, enum err_code why)
{
    struct err err = OK;
    struct arena a = ARENA(ARENA_MAX);
    struct outbox_row row;
    uint64_t from = 0;

    while (err.code == E_OK) {
        err = next_row(e, &from, &a, &row);
        if (err.code == E_OK && row.contact == contact && !row.sealed)
            err = outbox_give_up(e, &row, why, &a);
    }
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

struct err outgoing_answers(struct engine *e, uint64_t *n)
{
    struct err err = OK;
    struct arena a = ARENA(ARENA_MAX);
    struct outbox_row row;
    uint64_t from = 0;

    *n = 0;
    while ((err = next_row(e, &from, &a, &row)).code == E_OK)
        *n += row.kind == OUTBOX_CONTROL && row.type == PAYLOAD_HISTORY;
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

struct err outgoing_waiting(struct engine *e, uint64_t *n)
{
    struct err err = OK;
    struct arena a = ARENA(ARENA_MAX);
    struct outbox_row row;
    uint64_t from = 0;

    *n = 0;
    while ((err = next_row(e, &from, &a, &row)).code == E_OK)
        *n += outbox_is_persons(&row);
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}
