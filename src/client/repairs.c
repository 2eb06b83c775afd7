/* SPDX-License-Identifier: Apache-2.0 */
/*
 * repairs: what this device seals again because another could not open it, did not get it, or had
 * no room for it.  [PROTOCOL 5.4, 6.4, 6.7]
 *
 * What is asked for is done for who was sent it, and not more often than the limits say: whoever
 * asks cannot make this device work without end, nor learn what was not for them.
 */
#include "client/audience.h"
#include "client/chains.h"
#include "client/dealings.h"
#include "client/gathering.h"
#include "client/rules.h"
#include "client/sentlog.h"
#include "statement/notice.h"

#define REQUEST_MOST   100  /* messages that one request brings */
#define LOOK_MOST      1000 /* places that it may make us look at */
#define PENDING_MOST   1024 /* messages on their way that have their place already */
#define PATIENCE_FIRST CLOCK_MINUTE_MS
#define ROW_ARENA      (4 * VAULT_VALUE_MAX) /* one message or row, however many there are */
#define KEY_SIZE       (16 + 16)

static const struct bytes NO_VALUE = {NULL, 0};

/* ---- rows */

static struct bytes key_of(const struct device_id *to, const struct message_id *id,
                           uint8_t out[KEY_SIZE])
{
    memcpy(out, to->b, sizeof to->b);
    memcpy(out + sizeof to->b, id->b, sizeof id->b);
    return bytes(out, KEY_SIZE);
}

struct err repairs_done(struct engine *e, const struct outbox_row *row)
{
    uint8_t key[KEY_SIZE];

    return vault_erase(e->vault, VAULT_REPAIR, key_of(&row->to, &row->core.id, key), 0);
}

uint64_t repairs_patience(uint8_t tries)
{
    uint64_t wait = PATIENCE_FIRST;

    for (; tries > 0 && wait < CLOCK_DAY_MS; tries--)
        wait *= 2;
    return wait < CLOCK_DAY_MS ? wait : CLOCK_DAY_MS;
}

/* One at a time for each device and message. */
static struct err queue_repair(struct engine *e, const struct sentlog_entry *s,
                               const struct device_id *to, uint64_t not_before_ms)
{
    struct outbox_row row = {.kind = OUTBOX_REPAIR,
                             .contact = s->contact,
                             .place = s->place,
                             .to = *to,
                             .type = s->core.type,
                             .content = s->content,
                             .tries = s->tries,
                             .retry_ms = not_before_ms,
                             .has_core = true,
                             .core = s->core};
    uint8_t key[KEY_SIZE];
    bool queued;

    TRY(vault_has(e->vault, VAULT_REPAIR, key_of(to, &s->core.id, key), 0, &queued));
    if (queued)
        return OK;
    TRY(vault_put(e->vault, VAULT_REPAIR, key_of(to, &s->core.id, key), 0, NO_VALUE));
    return outgoing_add(e, &row);
}

struct err repairs_tell(struct engine *e, uint64_t contact, const struct device_id *to,
                        const struct room_id *room, const struct control *c)
{
    struct err err = OK;
    struct buf b = BUF(LIMIT_TEXT);
    struct outbox_row row = {.kind = OUTBOX_CONTROL,
                             .contact = contact,
                             .to = *to,
                             .type = (uint16_t)c->type,
                             .made_ms = e->now_ms};

    control_write(c, &b);
    TRY_OUT(buf_end(&b, &row.content));
    if (room != NULL)
        TRY_OUT(cores_control(e, &row, room));
    TRY_OUT(outgoing_add(e, &row));
out:
    buf_free(&b);
    return err;
}

/* Is there still what to seal again? */
static struct err lives(struct engine *e, const struct sentlog_entry *s, struct arena *a, bool *out)
{
    struct message m;
    struct err err;

    *out = sentlog_lives(s, e->now_ms) && s->core.type != PAYLOAD_HISTORY; /* said again anyway */
    if (!*out || s->place == 0)
        return OK;
    err = messages_get(e->vault, s->contact, s->place, a, &m);
    *out = err.code == E_OK && (m.notes & MESSAGE_RECALLED) == 0;
    return err.code == E_ABSENT ? OK : err;
}

static struct err has_device(struct engine *e, const struct account_id *aid,
                             const struct device_id *did, bool *has)
{
    struct device_list list;
    struct err err = people_newest_list(e->vault, &e->own, aid, &list);

    *has = err.code == E_OK && device_list_find_device(&list, did) != NULL;
    return err.code == E_ABSENT ? OK : err;
}

/* Is the device the contact's, or another one of mine, or of who keeps copies of what I write to
 * them now?  Nothing can be sealed to others in this conversation, whatever they were before. */
static struct err is_concerned(struct engine *e, uint64_t contact, const struct device_id *did,
                               bool *is)
{
    struct contact c;
    struct rules rules;
    struct room r;
    struct err err = people_get(e->vault, contact, &c);

    if (err.code == E_ABSENT) {
        TRY(roomlog_get(e->vault, contact, &r));
        return gathering_has_device(e, &r, did, is);
    }
    TRY(err);
    TRY(has_device(e, &c.aid, did, is));
    if (!*is)
        TRY(has_device(e, &e->own.me.who.aid, did, is));
    if (*is)
        return OK;
    TRY(rules_of_pair(e->vault, &e->own, &c.aid, e->now_ms, &rules));
    return rules.joins ? has_device(e, &rules.keeper, did, is) : OK;
}

/* Was it sent to that device, and may it be again? */
static struct err is_due_to(struct engine *e, const struct sentlog_entry *s,
                            const struct device_id *did, struct arena *a, bool *is)
{
    TRY(sentlog_went_to(e->vault, &e->own, s, did, a, is));
    return *is ? is_concerned(e, s->contact, did, is) : OK;
}

struct err repairs_again(struct engine *e, const struct sentlog_entry *s,
                         const struct device_id *to, struct arena *a, bool *queued)
{
    TRY(is_due_to(e, s, to, a, queued));
    if (*queued)
        TRY(lives(e, s, a, queued));
    return *queued ? queue_repair(e, s, to, 0) : OK;
}

/* ---- resets */

/* What a reset comes to: the answer, and what to seal again, in the order of its first time. */
struct settling {
    struct control answer;
    uint64_t sent[CONTROL_ENTRIES_MAX]; /* numbers of entries */
    size_t n;
};

static void add_sent(struct settling *st, uint64_t number)
{
    size_t at = st->n++;

    for (; at > 0 && st->sent[at - 1] > number; at--)
        st->sent[at] = st->sent[at - 1];
    st->sent[at] = number;
}

/* Was what is named sent to that device? */
static struct err settle_in(struct engine *e, const struct repairs_asker *from,
                            const struct control_mark *mark, struct settling *st, struct arena *a)
{
    struct control_mark *settled = &st->answer.mark[st->answer.n];
    struct sentlog_entry s;
    bool holds;
    struct err err = sentlog_by_ctx(e->vault, mark->ctx, a, &s);

    if (err.code == E_ABSENT)
        return OK;
    TRY(err);
    TRY(is_due_to(e, &s, &from->who.did, a, &holds));
    if (!holds)
        return OK;
    *settled = *mark;
    memset(settled->id.b, 0, sizeof settled->id.b);
    st->answer.n++;
    TRY(lives(e, &s, a, &holds));
    if (!holds)
        return OK;
    settled->id = s.core.id;
    add_sent(st, s.number);
    return OK;
}

static struct err settle_one(struct engine *e, const struct repairs_asker *from,
                             const struct control_mark *mark, struct settling *st)
{
    struct arena a = ARENA(ROW_ARENA);
    struct err err = settle_in(e, from, mark, st, &a);

    arena_free(&a);
    return err;
}

static struct err queue_settled(struct engine *e, const struct repairs_asker *from,
                                const struct settling *st)
{
    for (size_t i = 0; i < st->n; i++) {
        struct arena a = ARENA(ROW_ARENA);
        struct sentlog_entry s;
        struct err err = sentlog_get(e->vault, st->sent[i], &a, &s);

        if (err.code == E_OK)
            err = queue_repair(e, &s, &from->who.did, 0);
        arena_free(&a);
        TRY(err);
    }
    return repairs_tell(e, from->contact, &from->who.did, NULL, &st->answer);
}

static struct err obey_reset(struct engine *e, const struct repairs_asker *from,
                             const struct control *reset)
{
    struct settling st = {.answer = {.type = PAYLOAD_SETTLED}};
    struct dealings d;

    for (size_t i = 0; i < reset->n; i++)
        TRY(settle_one(e, from, &reset->mark[i], &st));
    if (st.answer.n == 0)
        return OK;
    TRY(dealings_get(e->vault, &from->who.did, &d));
    if (!dealings_may(&d.resets, e->now_ms))
        return OK;
    TRY(dealings_put(e->vault, &from->who.did, &d));
    TRY(chains_open_anew(e->vault, &from->who.did));
    return queue_settled(e, from, &st);
}

/* ---- requests for what is missing */

struct request {
    struct engine *e;
    const struct repairs_asker *from;
    struct arena *a;
    uint64_t highest;
    const uint64_t *pending; /* places of what is on its way still */
    size_t n_pending, looked, brought;
    struct control answer; /* what will not come */
    bool full;
};

static struct err find_pending(struct request *rq)
{
    struct engine *e = rq->e;
    struct err err = OK;
    struct arena a = ARENA(ROW_ARENA);
    uint64_t *at = ARENA_ARRAY(rq->a, PENDING_MOST, uint64_t), from = 0;
    struct outbox_row row;

    if (at == NULL)
        return FAIL(E_NOMEM);
    rq->pending = at;
    while (rq->n_pending < PENDING_MOST) {
        arena_free(&a);
        err = outbox_next(e, from, &a, &row);
        if (err.code != E_OK)
            break;
        from = row.number + 1;
        if (row.kind == OUTBOX_MESSAGE && row.has_core && ID_SAME(row.core.room, rq->from->room))
            at[rq->n_pending++] = row.core.seq;
    }
    rq->full = rq->n_pending == PENDING_MOST; /* nothing is said of what was not looked at */
    arena_free(&a);
    return err.code == E_ABSENT ? OK : err;
}

/* The first place from `seq` to `last` that is on its way; 0: none. */
static uint64_t next_pending(const struct request *rq, uint64_t seq, uint64_t last)
{
    uint64_t first = 0;

    for (size_t i = 0; i < rq->n_pending; i++)
        if (rq->pending[i] >= seq && rq->pending[i] <= last &&
            (first == 0 || rq->pending[i] < first))
            first = rq->pending[i];
    return first;
}

/* These places will not come; next to the last ones, they are one range with them. */
static void add_void(struct request *rq, uint64_t first, uint64_t last)
{
    struct control *c = &rq->answer;

    if (first > last)
        return;
    if (c->n > 0 && c->range[c->n - 1].last + 1 == first)
        c->range[c->n - 1].last = last;
    else if (c->n < CONTROL_ENTRIES_MAX)
        c->range[c->n++] = (struct control_range){first, last};
    else
        rq->full = true;
}

/* One place at which something was sealed: it is brought, or will not come. */
static struct err bring_in(struct request *rq, uint64_t seq, struct arena *a)
{
    struct engine *e = rq->e;
    struct sentlog_entry s;
    bool due, alive;

    TRY(sentlog_by_place(e->vault, &rq->from->room, seq, a, &s));
    TRY(is_due_to(e, &s, &rq->from->who.did, a, &due));
    TRY(lives(e, &s, a, &alive));
    if (!alive || !due) {
        add_void(rq, seq, seq);
        return OK;
    }
    rq->brought++;
    return queue_repair(e, &s, &rq->from->who.did, 0);
}

static struct err bring(struct request *rq, uint64_t seq)
{
    struct arena a = ARENA(ROW_ARENA);
    struct err err = bring_in(rq, seq, &a);

    arena_free(&a);
    return err;
}

static struct err bring_range(struct request *rq, uint64_t first, uint64_t last)
{
    while (first <= last && !rq->full) {
        uint64_t sealed = 0, pending, next;
        struct err err = sentlog_next_place(rq->e->vault, &rq->from->room, first, last, &sealed);

        if (err.code != E_ABSENT)
            TRY(err);
        else
            sealed = 0;
        pending = next_pending(rq, first, last);
        next = sealed == 0 || (pending != 0 && pending < sealed) ? pending : sealed;
        add_void(rq, first, next == 0 ? last : next - 1);
        if (next == 0)
            return OK;
        if (next != pending)
            TRY(bring(rq, next));
        first = next + 1;
        rq->full |= ++rq->looked == LOOK_MOST || rq->brought == REQUEST_MOST;
    }
    return OK;
}

/* What is too much for once is asked for again. */
static struct err obey_missing(struct engine *e, const struct repairs_asker *from,
                               const struct control *c, struct arena *a)
{
    struct request rq = {.e = e, .from = from, .a = a, .answer = {.type = PAYLOAD_VOID}};
    struct dealings d;
    bool concerned;

    if (from->with == 0)
        return OK;
    TRY(is_concerned(e, from->with, &from->who.did, &concerned));
    if (!concerned)
        return OK;
    TRY(cores_highest(e, &from->room, &rq.highest));
    TRY(dealings_get(e->vault, &from->who.did, &d));
    if (rq.highest == 0 || !dealings_may(&d.requests, e->now_ms))
        return OK;
    TRY(dealings_put(e->vault, &from->who.did, &d));
    TRY(find_pending(&rq));
    for (size_t i = 0; i < c->n && c->range[i].first <= rq.highest; i++)
        TRY(bring_range(&rq, c->range[i].first,
                        c->range[i].last < rq.highest ? c->range[i].last : rq.highest));
    return rq.answer.n == 0 ? OK : repairs_tell(e, from->with, &from->who.did, NULL, &rq.answer);
}

struct err repairs_control(struct engine *e, const struct repairs_asker *from,
                           const struct control *c, struct arena *a)
{
    if (c->type == PAYLOAD_RESET)
        return obey_reset(e, from, c);
    if (c->type == PAYLOAD_MISSING)
        return obey_missing(e, from, c, a);
    return OK;
}

/* ---- notices */

/* An upload whose answer is on its way still: is it for that device? */
static struct err goes_to(struct engine *e, uint64_t upload, const struct device_id *did,
                          struct arena *a, bool *goes)
{
    struct err err = OK;
    struct arena rows = ARENA(ROW_ARENA);
    struct outbox_row row = {.number = 0};

    *goes = false;
    while (!(row.sealed && row.upload == upload)) {
        arena_free(&rows);
        TRY_OUT(outbox_next(e, row.number + 1, &rows, &row));
    }
    TRY_OUT(sentlog_is_recipient(e->vault, &e->own, row.roster, did, a, goes));
out:
    arena_free(&rows);
    return err.code == E_ABSENT ? OK : err;
}

/* The server's word alone must not bring a message to a device that it was not for: one that was
 * added since, say. */
static struct err was_for(struct engine *e, const struct sentlog_entry *s,
                          const struct device_id *did, struct arena *a, bool *was)
{
    TRY(sentlog_went_to(e->vault, &e->own, s, did, a, was));
    if (!*was && !s->partial && s->core.type != PAYLOAD_RECEIPT) /* not all of it are meant */
        TRY(goes_to(e, s->upload, did, a, was));
    return *was ? is_concerned(e, s->contact, did, was) : OK;
}

struct err repairs_notice(struct engine *e, struct bytes sealed, struct arena *a)
{
    struct upload_notice n;
    struct sentlog_entry s;
    uint64_t at_ms;
    bool holds;
    struct err err;

    TRY(notice_parse(sealed, &n));
    err = sentlog_by_upload(e->vault, n.number, a, &s);
    if (err.code == E_ABSENT || n.code == E_REMOVED)
        return OK;
    TRY(err);
    TRY(was_for(e, &s, &n.did, a, &holds));
    if (holds)
        TRY(lives(e, &s, a, &holds));
    if (!holds)
        return OK;
    at_ms = clock_add(e->now_ms, repairs_patience(s.tries));
    if (s.tries < UINT8_MAX)
        s.tries++;
    TRY(sentlog_put(e->vault, &s)); /* the same word again is not worth a minute again */
    return queue_repair(e, &s, &n.did, at_ms);
}
