/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link: the connection as the engine sees it.
 *
 *   OFF --time--> CONNECTING --up--> GREETING --welcome--> READY
 *    ^                |                 |                     |
 *    +------down------+-------down------+--------down---------+
 *                          refused: ENDED (a person must act first)
 *
 * Waits between attempts double from one second to a minute, each drawn at random below its bound;
 * they are short again once the mailbox was drained.  A server that leaves a request unanswered for
 * a minute is as good as gone.
 */
#include "client/activity.h"
#include "client/naming.h"
#include "client/receipts.h"
#include "client/transferring.h"
#include "client/wishing.h"
#include "wire/tacet.pb-c.h"

#define BACKOFF_FIRST_MS  CLOCK_SECOND_MS
#define BACKOFF_MOST_MS   CLOCK_MINUTE_MS
#define BACKOFF_DOUBLINGS 6
#define PATIENCE_MS       CLOCK_MINUTE_MS
#define KEYS_AGAIN_MS     (12 * CLOCK_HOUR_MS)
#define ANSWER_ARENA      (16 * LIMIT_FRAME)

/* ---- requests */

static struct err write_frame(struct engine *e, enum op op, uint64_t id, const void *message)
{
    struct err err = OK;
    struct buf body = BUF(LIMIT_FRAME), frame = BUF(LIMIT_FRAME);
    struct frame f = {.op = op, .id = id};
    struct bytes written;

    frame_pack(message, &body);
    TRY_OUT(buf_end(&body, &f.body));
    frame_write(&f, &frame);
    TRY_OUT(buf_end(&frame, &written));
    actions_send(e, written);
out:
    buf_free(&body);
    buf_free(&frame);
    return err;
}

struct err link_request(struct engine *e, enum op op, const void *message, const struct waiting *w)
{
    struct link *l = &e->link;
    struct waiting *slot;

    if (l->n == ENGINE_REQUESTS_MAX)
        return FAIL(E_AGAIN);
    TRY(write_frame(e, op, ++l->next_id, message));
    slot = &l->waiting[l->n++];
    *slot = (struct waiting){0};
    if (w != NULL)
        *slot = *w;
    slot->id = l->next_id;
    slot->op = op;
    slot->since_ms = e->now_ms;
    if (w != NULL && w->key.n > 0) {
        invariant(w->key.n <= sizeof slot->room);
        memcpy(slot->room, w->key.at, w->key.n);
    }
    return OK;
}

struct err link_tell(struct engine *e, enum op op, const void *message)
{
    return write_frame(e, op, 0, message);
}

static struct bytes waiting_key(const struct waiting *w)
{
    return bytes(w->room, w->key.n);
}

bool link_is_waiting(const struct engine *e, enum op op, struct bytes key)
{
    for (size_t i = 0; i < e->link.n; i++)
        if (e->link.waiting[i].op == op && bytes_same(waiting_key(&e->link.waiting[i]), key))
            return true;
    return false;
}

bool link_is_busy(const struct engine *e, enum op op)
{
    for (size_t i = 0; i < e->link.n; i++)
        if (e->link.waiting[i].op == op)
            return true;
    return false;
}

struct err link_up(struct engine *e, struct bytes binding)
{
    if (binding.n != sizeof e->link.binding)
        return FAIL(E_CRYPTO);
    e->link.state = LINK_GREETING;
    memcpy(e->link.binding, binding.at, binding.n);
    return greeting_begin(e);
}

/* ---- losing it */

static void retry_later(struct engine *e)
{
    struct link *l = &e->link;
    unsigned doublings = l->failures < BACKOFF_DOUBLINGS ? l->failures : BACKOFF_DOUBLINGS;
    uint64_t most = BACKOFF_FIRST_MS << doublings, wait = 0;
    uint8_t r[4] = {0};

    if (most > BACKOFF_MOST_MS)
        most = BACKOFF_MOST_MS;
    if (random_fill(e->random, r, sizeof r).code == E_OK)
        wait = ((uint64_t)r[0] << 24 | (uint64_t)r[1] << 16 | (uint64_t)r[2] << 8 | r[3]) % most;
    l->failures++;
    l->retry_ms = clock_add(e->now_ms, wait + 1);
}

void link_tell_state(struct engine *e, enum err_code code)
{
    struct event event = {.kind = EVENT_LINK, .code = code};

    actions_tell(e, &event);
}

void link_down(struct engine *e, enum err_code why)
{
    struct link *l = &e->link;
    bool news;

    if (l->state == LINK_OFF || l->state == LINK_ENDED)
        return;
    l->state = LINK_OFF;
    l->n = 0;
    l->keys_ms = 0;
    e->keeper_told = false;
    e->drained = e->drained_news = false;
    e->asking_ms = 0;
    e->naming_ms = e->receipts_ms = 0;
    delays_end(e);
    reminding_forget(e);
    transferring_down(e);
    arriving_link_down(e, why, &news);
    if (news)
        link_tell_state(e, why == E_OK ? E_CLOSED : why);
    retry_later(e);
}

/* The server refused us: trying again by ourselves would change nothing. */
void link_end(struct engine *e, enum err_code why)
{
    e->link.state = LINK_ENDED;
    e->link.n = 0;
    actions_close(e);
    link_tell_state(e, why);
}

/* ---- answers */

/* Once for each connection, and once a day while it lasts: a key that is announced for a month is
 * known to everybody who was here in that month. */
struct err link_ask_what_holds(struct engine *e)
{
    Tacet__Wire__AskServerKeys m = TACET__WIRE__ASK_SERVER_KEYS__INIT;
    struct link *l = &e->link;

    if (l->keys_ms != 0 && clock_since(e->now_ms, l->keys_ms) < KEYS_AGAIN_MS)
        return OK;
    l->keys_ms = e->now_ms == 0 ? 1 : e->now_ms;
    TRY(link_request(e, OP_SERVER_KEYS, &m, NULL));
    TRY(siblings_ask(e));
    TRY(attending_ask(e));
    return governing_fetch(e, 0);
}

/* What does not check is told, and the keys that we know go on to hold.  A server that is older
 * than the question does not answer it. */
static struct err server_keys_answered(struct engine *e, const struct frame *f, struct arena *a)
{
    Tacet__Wire__ServerKeys *m;
    struct err err = OK;

    if (f->code == 0) {
        TRY(frame_unpack(f->body, &tacet__wire__server_keys__descriptor, a, &m));
        err = own_learn_server(&e->own, e->vault, frame_bytes(m->statement),
                               frame_bytes(m->certificate), e->now_ms);
    }
    if (err.code != E_OK && err_who(err.code) == WHO_OPERATOR)
        return err;
    if (err.code != E_OK)
        lookups_tell_bad(e, err.code);
    incoming_report(e);
    return OK;
}

/* Nobody is to blame, or time mends it. */
void link_try_later(struct engine *e, enum err_code why)
{
    actions_close(e);
    link_down(e, why);
}

/* The mailbox was empty: what waited for something may ask for it again.  So it is once for each
 * connection, and once a day while it lasts. */
static struct err tidy(struct engine *e)
{
    TRY(publishing_rotate(e, own_prekeys_is_due(&e->own, e->now_ms)));
    TRY(link_ask_what_holds(e));
    return incoming_retry(e, true);
}

static struct err delivered(struct engine *e, const struct frame *f)
{
    bool more;

    TRY(incoming_page(e, f->body, &more));
    if (more || e->drained)
        return OK;
    e->drained = e->drained_news = true;
    e->drained_ms = e->now_ms;
    delays_drained(e);
    asking_soon(e);
    naming_soon(e);
    receipts_soon(e);
    TRY(presence_drained(e));
    sharing_now(e);
    e->link.failures = 0;
    return tidy(e);
}

/* The time at which the server has been silent for too long; 0: nothing is asked. */
uint64_t link_patience_ends(const struct engine *e)
{
    uint64_t first = UINT64_MAX;

    for (size_t i = 0; i < e->link.n; i++)
        if (e->link.waiting[i].since_ms < first)
            first = e->link.waiting[i].since_ms;
    return e->link.n == 0 ? 0 : clock_add(first, PATIENCE_MS);
}

struct err link_wake(struct engine *e)
{
    struct link *l = &e->link;

    if (e->newcomer == NULL && e->returning == NULL)
        TRY(publishing_rotate(e, false));
    if (l->n > 0 && e->now_ms >= link_patience_ends(e))
        link_try_later(e, E_AGAIN);
    if (l->state == LINK_READY && publishing_at(e) != 0 && e->now_ms >= publishing_at(e))
        return tidy(e);
    if (l->state != LINK_OFF || e->now_ms < l->retry_ms || returning_waits(e))
        return OK;
    if (e->newcomer == NULL && e->returning == NULL && !own_is_listed(&e->own)) {
        siblings_end(e);
        return OK;
    }
    l->state = LINK_CONNECTING;
    actions_connect(e);
    return OK;
}

static struct err answered(struct engine *e, const struct waiting *w, const struct frame *f,
                           struct arena *a)
{
    if (w->op == OP_JOIN || w->op == OP_SIGN_IN)
        return greeting_answered(e, w, f, a);
    if (w->op == OP_PERSON)
        return lookups_person_answer(e, w, f);
    if (w->op == OP_ROSTER)
        return lookups_roster_answer(e, w, f);
    if (w->op == OP_KEM_KEYS)
        return lookups_kem_answer(e, f);
    if (w->op == OP_PREKEY)
        return publishing_answered(e, w, f);
    if (w->op == OP_LIST)
        return w->number != 0 ? relisting_answered(e, w, f) : changing_answered(e, f);
    if (w->op == OP_LINK_ASK)
        return arriving_answered(e, f, a);
    if (w->op == OP_LINK_OPEN || w->op == OP_LINK_LOOK || w->op == OP_LINK_ANSWER)
        return offering_answered(e, w, f, a);
    if (w->op == OP_RECOVERY_KEEP)
        return keeping_answered(e, w, f);
    if (w->op == OP_RECOVER_LIST && e->returning == NULL)
        return relisting_knocked(e, f);
    if (w->op == OP_RECOVER || w->op == OP_RECOVER_LIST)
        return returning_answered(e, w, f, a);
    if (w->op == OP_SERVER_KEYS)
        return server_keys_answered(e, f, a);
    if (w->op == OP_POLICY)
        return governing_answer(e, w, f, a);
    if (w->op == OP_ROOM)
        return attending_answered(e, w, f, a);
    if (w->op == OP_ROOMS)
        return attending_all_answered(e, f, a);
    if (w->op == OP_ROOM_CHANGE)
        return wishing_answered(e, w, f, a);
    if (w->op == OP_ROOM_AGAIN)
        return reminding_answered(e, w, f, a);
    if (w->op >= OP_FILE_BEGIN && w->op <= OP_FILE_COPY)
        return transferring_answered(e, w, f, a);
    if (w->op == OP_REGISTER)
        return answers_roster(e, w->number, f);
    if (w->op == OP_SEND)
        return answers_upload(e, w->number, f);
    if (w->op == OP_ACTIVITY) /* it is gone, whatever became of it */
        return OK;
    return FAIL(E_MALFORMED);
}

/* What opened waited for the last answer only. */
static struct err show_held_back(struct engine *e)
{
    if (!e->held_back || lookups_are_pending(e))
        return OK;
    e->held_back = false;
    return incoming_retry(e, false);
}

/* What was not asked for. */
static struct err pushed(struct engine *e, const struct frame *f, struct arena *a)
{
    if (e->link.state != LINK_READY)
        return FAIL(E_MALFORMED);
    if (f->op == OP_DELIVER)
        return delivered(e, f);
    return f->op == OP_ACTIVITY ? activity_came(e, f->body, a) : FAIL(E_MALFORMED);
}

static struct err dispatch(struct engine *e, const struct frame *f, struct arena *a)
{
    struct link *l = &e->link;

    if (f->id == 0)
        return pushed(e, f, a);
    for (size_t i = 0; i < l->n; i++) {
        struct waiting w = l->waiting[i];

        if (w.id != f->id || (uint32_t)w.op != f->op)
            continue;
        w.key.at = w.room;
        l->waiting[i] = l->waiting[--l->n];
        TRY(answered(e, &w, f, a));
        return show_held_back(e);
    }
    return FAIL(E_MALFORMED);
}

struct err link_frame(struct engine *e, struct bytes in)
{
    struct err err = OK;
    struct arena a = ARENA(ANSWER_ARENA);
    struct frame f;

    if (e->link.state != LINK_GREETING && e->link.state != LINK_READY)
        return OK;
    TRY_OUT(frame_parse(in, &a, &f));
    TRY_OUT(dispatch(e, &f, &a));
out:
    arena_free(&a);
    return err;
}
