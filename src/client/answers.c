/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answers: what the server says to an upload, and to the roster that goes ahead of it.  [PROTOCOL
 * 10 S3]
 */
#include "client/attending.h"
#include "client/sealing.h"

#define ARENA_MAX     (4 * VAULT_VALUE_MAX + 16 * LIMIT_FRAME)
#define NUMBERS_AHEAD 64 /* of uploads: the server takes none further ahead */
#define REFUSALS_MAX  8  /* within an hour, then the message fails; see count_refusal() */
#define RETRY_MS      CLOCK_MINUTE_MS        /* after a refusal that time may mend */
#define UNCOUNTED_MS  (10 * CLOCK_MINUTE_MS) /* after one that time alone mends */

/* The next upload has a higher number, unless the server named a still higher one at sign-in; or
 * one that is lower by more than it skips, since it was put back from a copy: then this number was
 * never used.  [PROTOCOL 10 M1] */
static struct err use_up_number(struct engine *e, uint64_t number)
{
    uint64_t last;

    TRY(vault_counter_get(e->vault, VAULT_NEXT_UPLOAD, &last));
    return last >= number || number - last > NUMBERS_AHEAD
               ? OK
               : vault_counter_set(e->vault, VAULT_NEXT_UPLOAD, number);
}

static struct err keep_accepted(struct engine *e, const struct outbox_row *row, struct arena *a,
                                struct message *m)
{
    TRY(people_keep_roster(e->vault, &row->roster_id, row->roster));
    TRY(use_up_number(e, row->upload));
    TRY(outbox_finish(e, row, DELIVERY_ACCEPT, E_OK, a, m));
    return outbox_is_persons(row) ? ending_read(e, m, e->now_ms) : OK;
}

/* A roster that is known from now on may be what something parked waits for, as may be what a
 * refusal teaches: it opens before what comes after it does, or its sender's words would stand in
 * another order. */
static struct err accepted(struct engine *e, const struct outbox_row *row, struct arena *a)
{
    struct message m = {0};
    bool known;

    TRY(vault_has(e->vault, VAULT_ROSTER, ID_BYTES(row->roster_id), 0, &known));
    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, keep_accepted(e, row, a, &m)));
    if (outbox_is_persons(row))
        outbox_tell(e, &m, E_OK);
    if (row->kind == OUTBOX_TELLING)
        actions_tell(e, &(struct event){.kind = EVENT_ROOM, .message.contact = row->contact});
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

/* Time alone mends it, however often we ask meanwhile: it does not count.  Clocks do not agree on
 * which policy is in force; or the server goes back behind what we know, as one that was put back
 * from a copy does, until whoever it is about has been there again. */
static void wait_for_time(struct engine *e, struct outbox_row *row)
{
    row->refusals--;
    row->retry_ms = clock_add(e->now_ms, UNCOUNTED_MS);
}

/* What a refusal says, in a transaction of its own: the message goes back to the queue whatever it
 * says. */
static struct err learn_refusal(struct engine *e, struct outbox_row *row, const struct frame *f,
                                struct arena *a, struct lookups_stale *what)
{
    struct err err;

    TRY(vault_begin(e->vault));
    err = vault_end(e->vault, lookups_learn_stale(e, row->roster, f->body, a, what));
    if (err.code != E_OK && err_who(err.code) == WHO_OPERATOR)
        return err;
    if (err.code == E_OK && !what->taught)
        wait_for_time(e, row);
    if (err.code == E_OK && !what->expired)
        return OK;
    lookups_tell_bad(e, err.code == E_OK ? E_EXPIRED : err.code);
    if (err.code != E_OK) {
        *what = (struct lookups_stale){0};
        row->retry_ms = clock_add(e->now_ms, RETRY_MS);
    }
    if (err.code == E_STALE)
        wait_for_time(e, row);
    return OK;
}

/* Absent again, though the roster was registered: the account itself.  A server that was restored
 * forgot it, and whoever has the handle now has another one; the answer shows it, and nothing goes
 * there before it was accepted. */
static struct err doubt_account(struct engine *e, const struct outbox_row *row)
{
    struct contact c;
    struct err err;

    if (row->refusals < 2)
        return OK;
    err = people_get(e->vault, row->contact, &c);
    if (err.code == E_ABSENT)
        return OK; /* a room, whose states say who is in it */
    TRY(err);
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
    if (code == E_CONFLICT) /* the server has accepted another upload under this number */
        TRY(use_up_number(e, row->upload));
    if (code != E_STALE && code != E_ABSENT && code != E_CONFLICT)
        row->retry_ms = clock_add(e->now_ms, patience(row, code));
    TRY(sealing_undo(e, row));
    TRY(outbox_step(e, row, DELIVERY_REFUSE, code, a, m));
    return outbox_put(e, row);
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

/* Of a room that I may have been put out of, or that a server which was put back may have
 * forgotten, the states say so: asked for, before anything is given up. */
static struct err doubt_room(struct engine *e, struct outbox_row *row, enum err_code code,
                             bool *doubted)
{
    struct room r;
    struct err err = roomlog_get(e->vault, row->contact, &r);

    *doubted = err.code == E_OK && code == E_DENIED;
    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    if (!*doubted && (code != E_ABSENT || row->refusals < 2))
        return OK;
    row->retry_ms = clock_add(e->now_ms, RETRY_MS);
    return attending_look(e, &r.id);
}

static struct err put_back(struct engine *e, struct outbox_row *row, enum err_code code,
                           struct arena *a)
{
    struct message m = {.contact = 0};
    bool doubted;

    TRY(doubt_room(e, row, code, &doubted));
    if ((is_final(code) && !doubted) || row->refusals >= REFUSALS_MAX)
        return outbox_give_up(e, row, code, a);
    if (code == E_ABSENT)
        TRY(doubt_account(e, row));
    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, unseal(e, row, code, a, &m)));
    if (err_who(code) == WHO_OPERATOR && outbox_is_persons(row)) /* it may wait for long */
        outbox_tell(e, &m, code);
    return OK;
}

/* The server is being given what it has forgotten of the room: what it says meanwhile does not
 * count. */
static struct err spare(struct engine *e, struct outbox_row *row, enum err_code code)
{
    struct room r;
    struct err err = roomlog_get(e->vault, row->contact, &r);

    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    if (!reminding_waits(e, &r.id))
        return OK;
    if (code == E_ABSENT || code == E_DENIED)
        row->refusals--;
    row->retry_ms = clock_add(e->now_ms, RETRY_MS);
    return OK;
}

/* What was learned is acted on when the row is back in the queue: whoever sends meanwhile would
 * find it sealed, and send it a second time. */
static struct err refused(struct engine *e, struct outbox_row *row, const struct frame *f,
                          struct arena *a)
{
    enum err_code code = err_from_number(f->code);
    bool teaches = code == E_STALE || code == E_REMOVED;
    struct lookups_stale what;

    e->refused = true;
    count_refusal(e, row, code);
    if (teaches)
        TRY(learn_refusal(e, row, f, a, &what));
    TRY(spare(e, row, code));
    TRY(put_back(e, row, code, a));
    return teaches ? lookups_learned_stale(e, &what) : OK;
}

void answers_forget(struct engine *e)
{
    buf_free(&e->unregistered.body);
    e->unregistered.row = 0;
}

/* The upload's own answer decides: it may have been accepted before. */
struct err answers_roster(struct engine *e, uint64_t number, const struct frame *f)
{
    struct unregistered *u = &e->unregistered;
    struct bytes body;

    answers_forget(e);
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

struct err answers_upload(struct engine *e, uint64_t number, const struct frame *f)
{
    struct err err = OK;
    struct arena a = ARENA(ARENA_MAX);
    struct outbox_row row;
    struct frame why;

    TRY_OUT(outbox_next(e, number, &a, &row));
    if (row.number != number || !row.sealed)
        TRY_OUT(FAIL(E_MALFORMED));
    why = reason(e, &row, f);
    TRY_OUT(f->code == 0 ? accepted(e, &row, &a) : refused(e, &row, &why, &a));
    answers_forget(e);
    if (why.code == E_STALE || why.code == E_REMOVED)
        TRY_OUT(incoming_retry(e, false));
    TRY_OUT(outgoing_pump(e));
out:
    arena_free(&a);
    return err;
}
