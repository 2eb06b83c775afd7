/* SPDX-License-Identifier: Apache-2.0 */
/*
 * outgoing: the outbox.  [PROTOCOL 10 S1-S3]
 *
 * One upload is on its way at a time, so that a stream's order is the order of its acceptance.  A
 * message that has to wait (for a look-up, for a prekey, for a full mailbox) holds back later ones
 * to the same person only.
 */
#include "base/fault.h"
#include "base/map.h"
#include "client/engine_internal.h"
#include "client/rules.h"
#include "wire/tacet.pb-c.h"

#define ARENA_MAX    (4 * VAULT_VALUE_MAX)
#define REFUSALS_MAX 8 /* within an hour, then the message fails; see count_refusal() */
#define RETRY_MS     CLOCK_MINUTE_MS        /* after a refusal that time may mend */
#define ASK_AGAIN_MS CLOCK_HOUR_MS          /* at most this often for newer prekeys */
#define CLOCKS_MS    (10 * CLOCK_MINUTE_MS) /* until clocks agree on which policy is in force */

static const struct bytes NO_KEY = {NULL, 0};

/* ---- states */

static void tell_state(struct engine *e, const struct message *m, enum err_code code)
{
    struct event event = {.kind = EVENT_STATE, .code = code, .message = *m};

    if (people_get(e->vault, m->contact, &event.contact).code != E_OK)
        event.contact.number = m->contact;
    actions_tell(e, &event);
}

static bool is_persons(const struct outbox_row *row)
{
    return row->kind == OUTBOX_MESSAGE;
}

/* In the caller's transaction: the message takes a step.  What is not a person's has no states. */
static struct err step(struct engine *e, const struct outbox_row *row, enum delivery_step s,
                       enum err_code why, struct arena *a, struct message *m)
{
    if (!is_persons(row))
        return OK;
    TRY(messages_get(e->vault, row->contact, row->place, a, m));
    TRY(delivery_next(m->state, s, &m->state));
    m->code = why;
    return messages_update(e->vault, m);
}

/* ---- S0 */

struct err outgoing_add(struct engine *e, struct outbox_row *row)
{
    row->made_ms = e->now_ms;
    e->queued = true;
    TRY(vault_count(e->vault, VAULT_NEXT_OUTBOX, &row->number));
    return sealing_put(e, row);
}

static struct err queue_in(struct engine *e, const struct contact *to, struct message *m)
{
    struct outbox_row row = {.kind = OUTBOX_MESSAGE, .contact = to->number};

    m->contact = to->number;
    TRY(messages_add(e->vault, m));
    row.place = m->place;
    return outgoing_add(e, &row);
}

struct err outgoing_queue(struct engine *e, const struct contact *to, struct bytes text)
{
    struct message m = {.mine = true,
                        .read = true,
                        .state = DELIVERY_QUEUED,
                        .sender = e->own.me.who.did,
                        .sent_ms = e->now_ms,
                        .kept_ms = e->now_ms,
                        .type = 1,
                        .text = text};

    TRY(random_fill(e->random, m.id.b, sizeof m.id.b));
    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, queue_in(e, to, &m)));
    tell_state(e, &m, E_OK);
    return outgoing_pump(e);
}

/* ---- S2 */

static void forget_unregistered(struct engine *e)
{
    buf_free(&e->unregistered.body);
    e->unregistered.row = 0;
}

/* Unless the server is known to have it.  The upload goes right behind it: when the server refuses
 * the roster, it does not find it for the upload. */
static struct err register_roster(struct engine *e, const struct outbox_row *row, struct arena *a)
{
    Tacet__Wire__RegisterRoster m = TACET__WIRE__REGISTER_ROSTER__INIT;
    struct waiting w = {.number = row->number};
    struct bytes known;
    struct err err = people_roster(e->vault, &row->roster_id, a, &known);

    forget_unregistered(e);
    if (err.code != E_ABSENT)
        return err;
    m.roster = frame_data(row->roster);
    return link_request(e, OP_REGISTER, &m, &w);
}

/* For how long the server keeps it: what is sent again has not its whole time before it. */
static uint32_t time_left_s(const struct engine *e, const struct outbox_row *row)
{
    uint64_t gone_s = clock_since(e->now_ms, row->core.sent_ms) / CLOCK_SECOND_MS;

    if (is_persons(row))
        return row->core.ttl_s;
    return gone_s < row->core.ttl_s ? row->core.ttl_s - (uint32_t)gone_s : 1;
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
    TRY(sealing_next(e, *from, a, row));
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
        if (sealing_way_to(e, &list.device[i].did, rules.profile, &p, &way).code != E_OK ||
            way == SEALING_NO_WAY || clock_since(e->now_ms, p.made_ms) >= PREKEY_ROTATION_MS)
            return clock_since(e->now_ms, c->asked_ms) < ASK_AGAIN_MS;
    return true;
}

/* In the caller's transaction: the message's last step, and its row goes. */
static struct err finish(struct engine *e, const struct outbox_row *row, enum delivery_step s,
                         enum err_code why, struct arena *a, struct message *m)
{
    TRY(step(e, row, s, why, a, m));
    if (row->kind == OUTBOX_REPAIR)
        TRY(repairs_done(e, row));
    return vault_erase(e->vault, VAULT_OUTBOX, NO_KEY, row->number);
}

static struct err abandon(struct engine *e, struct outbox_row *row, enum err_code why,
                          struct arena *a, struct message *m)
{
    if (row->sealed)
        TRY(sealing_undo(e, row));
    return finish(e, row, DELIVERY_GIVE_UP, why, a, m);
}

static struct err give_up(struct engine *e, struct outbox_row *row, enum err_code why,
                          struct arena *a)
{
    struct message m = {0};

    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, abandon(e, row, why, a, &m)));
    if (is_persons(row))
        tell_state(e, &m, why);
    return OK;
}

/* Once for each message that waits for a prekey. */
static struct err tell_no_prekey(struct engine *e, const struct outbox_row *row,
                                 const struct contact *c, struct arena *a)
{
    struct message m;

    if (!is_persons(row))
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

    if (!is_persons(row)) {
        *over = row->has_core
                    ? clock_since(e->now_ms, row->core.sent_ms) >= row->core.ttl_s * CLOCK_SECOND_MS
                    : clock_since(e->now_ms, row->made_ms) >= CONTROL_TTL_S * CLOCK_SECOND_MS;
        return OK;
    }
    TRY(messages_get(e->vault, row->contact, row->place, a, &m));
    *over = clock_since(e->now_ms, m.sent_ms) >= sealing_ttl_s(&m) * CLOCK_SECOND_MS;
    return OK;
}

/* E_AGAIN: it waits, and holds back what follows to the same contact.  A program that has just
 * begun does not wait: somebody is here who wants it sent. */
static struct err prepare(struct engine *e, struct outbox_row *row, struct arena *a)
{
    struct contact c;
    struct err err;
    bool over, waits;

    TRY(people_get(e->vault, row->contact, &c));
    if (c.removed)
        return give_up(e, row, E_REMOVED, a);
    TRY(is_over(e, row, a, &over));
    if (over)
        return give_up(e, row, E_EXPIRED, a);
    if (c.changed)
        return FAIL(E_AGAIN);
    if (!c.known || !outgoing_is_fresh(e, &c)) {
        retry_at(e, clock_add(e->now_ms, RETRY_MS)); /* should the answer be of no use */
        TRY(c.known ? lookups_account(e, &c.aid) : lookups_handle(e, bytes_text(c.handle)));
        return FAIL(E_AGAIN);
    }
    if (row->retry_ms > e->now_ms && (e->refused || !is_persons(row))) {
        retry_at(e, row->retry_ms);
        return FAIL(E_AGAIN);
    }
    TRY(lookups_kem_keys(e, &c, &waits));
    if (!waits)
        TRY(governing_prepare(e, &c, &waits));
    if (waits) {
        retry_at(e, clock_add(e->now_ms, RETRY_MS));
        return FAIL(E_AGAIN);
    }
    err = sealing_seal(e, row, &c, a);
    if (err.code == E_REMOVED)
        return give_up(e, row, err.code, a);
    if (err.code != E_ABSENT)
        return err;
    retry_at(e, clock_add(e->now_ms, ASK_AGAIN_MS));
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
        if (err.code != E_OK || (is_persons(&row) && is_held(&held, row.contact)))
            continue;
        err = prepare(e, &row, &a);
        if (err.code == E_AGAIN) {
            err = is_persons(&row) ? hold(&held, row.contact) : OK;
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

/* ---- S3 */

/* The next upload has a higher number, unless the server named a still higher one at sign-in. */
static struct err use_up_number(struct engine *e, uint64_t number)
{
    uint64_t last;

    TRY(vault_counter_get(e->vault, VAULT_NEXT_UPLOAD, &last));
    return last >= number ? OK : vault_counter_set(e->vault, VAULT_NEXT_UPLOAD, number);
}

static struct err keep_accepted(struct engine *e, const struct outbox_row *row, struct arena *a,
                                struct message *m)
{
    TRY(people_keep_roster(e->vault, &row->roster_id, row->roster));
    TRY(use_up_number(e, row->upload));
    return finish(e, row, DELIVERY_ACCEPT, E_OK, a, m);
}

/* A roster that is known from now on may be what something parked waits for: it opens before what
 * comes after it does, or its sender's words would stand in another order. */
static struct err accepted(struct engine *e, const struct outbox_row *row, struct arena *a)
{
    struct message m = {0};
    bool known;

    TRY(vault_has(e->vault, VAULT_ROSTER, ID_BYTES(row->roster_id), 0, &known));
    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, keep_accepted(e, row, a, &m)));
    if (is_persons(row))
        tell_state(e, &m, E_OK);
    return known ? OK : incoming_retry(e, false);
}

/* Those of a machine in trouble (40 to 43, a full disk or mailbox among them) do not count: the
 * message waits until its operator has acted. */
static void count_refusal(struct engine *e, struct outbox_row *row, enum err_code code)
{
    if (err_who(code) == WHO_OPERATOR)
        return;
    if (clock_since(e->now_ms, row->refused_ms) >= CLOCK_HOUR_MS) {
        row->refused_ms = e->now_ms;
        row->refusals = 0;
    }
    row->refusals++;
}

/* What a refusal says, in a transaction of its own: the message goes back to the queue whatever it
 * says. */
static struct err learn_refusal(struct engine *e, struct outbox_row *row, const struct frame *f,
                                struct arena *a)
{
    bool expired, taught;
    struct err err;

    TRY(vault_begin(e->vault));
    err = vault_end(e->vault, lookups_learn_stale(e, row->roster, f->body, a, &expired, &taught));
    if (err.code != E_OK && err_who(err.code) == WHO_OPERATOR)
        return err;
    if (err.code == E_OK && !taught)
        row->retry_ms = clock_add(e->now_ms, CLOCKS_MS);
    if (err.code == E_OK && !expired)
        return OK;
    lookups_tell_bad(e, err.code == E_OK ? E_EXPIRED : err.code);
    if (err.code != E_OK)
        row->retry_ms = clock_add(e->now_ms, RETRY_MS);
    return OK;
}

/* Absent again, though the roster was registered: the account itself.  A server that was restored
 * forgot it, and whoever has the handle now has another one; the answer shows it, and nothing goes
 * there before it was accepted. */
static struct err doubt_account(struct engine *e, const struct outbox_row *row)
{
    struct contact c;

    if (row->refusals < 2)
        return OK;
    TRY(people_get(e->vault, row->contact, &c));
    return lookups_handle(e, bytes_text(c.handle));
}

/* A mailbox that is full stays so for long.  [PROTOCOL 6.4] */
static uint64_t patience(struct outbox_row *row, enum err_code code)
{
    if (row->kind != OUTBOX_REPAIR || err_who(code) != WHO_OPERATOR)
        return RETRY_MS;
    return repairs_patience(row->tries++);
}

/* Back to QUEUED, in one transaction. */
static struct err unseal(struct engine *e, struct outbox_row *row, enum err_code code,
                         struct arena *a, struct message *m)
{
    if (code == E_ABSENT) /* the server has lost the roster: it is registered next time */
        TRY(vault_erase(e->vault, VAULT_ROSTER, ID_BYTES(row->roster_id), 0));
    if (code == E_CONFLICT) /* the server has accepted another upload under this number */
        TRY(use_up_number(e, row->upload));
    if (code != E_STALE && code != E_ABSENT && code != E_CONFLICT)
        row->retry_ms = clock_add(e->now_ms, patience(row, code));
    TRY(sealing_undo(e, row));
    TRY(step(e, row, DELIVERY_REFUSE, code, a, m));
    return sealing_put(e, row);
}

/* Neither time nor another sealing mends it. */
static bool is_final(enum err_code code)
{
    switch (code) {
    case E_STALE:
    case E_ABSENT:
    case E_CONFLICT:
    case E_FULL:
    case E_LIMIT:
    case E_REMOVED:
        return false;
    case E_OK:
    case E_TRUNCATED:
    case E_MALFORMED:
    case E_FORGED:
    case E_DENIED:
    case E_EXPIRED:
    case E_CLOCK:
    case E_VERSION:
        return true;
    case E_AGAIN:
    case E_CLOSED:
    case E_NOMEM:
    case E_IO:
    case E_CRYPTO:
        return false;
    }
    return true;
}

static struct err refused(struct engine *e, struct outbox_row *row, const struct frame *f,
                          struct arena *a)
{
    enum err_code code = err_from_number(f->code);
    struct message m = {.contact = 0};

    e->refused = true;
    count_refusal(e, row, code);
    if (is_final(code) || row->refusals >= REFUSALS_MAX)
        return give_up(e, row, code, a);
    if (code == E_STALE || code == E_REMOVED)
        TRY(learn_refusal(e, row, f, a));
    if (code == E_ABSENT)
        TRY(doubt_account(e, row));
    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, unseal(e, row, code, a, &m)));
    if (err_who(code) == WHO_OPERATOR && is_persons(row)) /* it may wait for long */
        tell_state(e, &m, code);
    return OK;
}

/* The upload's own answer decides: it may have been accepted before. */
struct err outgoing_registered(struct engine *e, uint64_t number, const struct frame *f)
{
    struct unregistered *u = &e->unregistered;
    struct bytes body;

    forget_unregistered(e);
    if (f->code == 0)
        return OK;
    u->body = BUF(LIMIT_FRAME);
    buf_bytes(&u->body, f->body);
    TRY(buf_end(&u->body, &body));
    u->row = number;
    u->code = f->code;
    return OK;
}

/* An upload whose roster the server would not have is refused for what the roster was. */
static struct frame reason(const struct engine *e, const struct outbox_row *row,
                           const struct frame *f)
{
    const struct unregistered *u = &e->unregistered;
    struct frame why = *f;

    if (f->code == E_ABSENT && u->row == row->number) {
        why.code = u->code;
        why.body = buf_view(&u->body);
    }
    return why;
}

struct err outgoing_answer(struct engine *e, uint64_t number, const struct frame *f)
{
    struct err err = OK;
    struct arena a = ARENA(ARENA_MAX + 16 * LIMIT_FRAME);
    struct outbox_row row;
    struct frame why;

    TRY_OUT(sealing_next(e, number, &a, &row));
    if (row.number != number || !row.sealed)
        TRY_OUT(FAIL(E_MALFORMED));
    why = reason(e, &row, f);
    TRY_OUT(f->code == 0 ? accepted(e, &row, &a) : refused(e, &row, &why, &a));
    forget_unregistered(e);
    TRY_OUT(outgoing_pump(e));
out:
    arena_free(&a);
    return err;
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
            err = give_up(e, &row, why, &a);
    }
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
        *n += is_persons(&row);
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}
