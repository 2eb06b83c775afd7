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
#include "client/engine_internal.h"
#include "statement/signin.h"
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

/* ---- greeting */

static Tacet__Wire__Versions our_versions(void)
{
    Tacet__Wire__Versions v = TACET__WIRE__VERSIONS__INIT;

    v.version = FRAME_PROTOCOL_VERSION;
    v.least = FRAME_PROTOCOL_LEAST;
    return v;
}

static struct err join(struct engine *e)
{
    struct err err = OK;
    struct arena a = ARENA(4 * DEVICE_LIST_MAX_SIZE);
    Tacet__Wire__Versions versions = our_versions();
    Tacet__Wire__Join m = TACET__WIRE__JOIN__INIT;
    struct bytes list, prekey, kem;

    TRY_OUT(own_list_statement(&e->own, e->vault, &a, &list));
    TRY_OUT(own_prekey_statement(&e->own, e->vault, 1, &a, &prekey, &kem));
    m.versions = &versions;
    m.token = frame_data(BYTES(e->own.token));
    m.ark = frame_data(BYTES(e->own.me.ark.b));
    m.list = frame_data(list);
    m.prekey = frame_data(prekey);
    m.kem = frame_data(kem);
    TRY_OUT(link_request(e, OP_JOIN, &m, NULL));
out:
    arena_free(&a);
    return err;
}

static struct err sign_in(struct engine *e)
{
    struct err err = OK;
    struct buf statement = BUF(SIGNIN_MAX_SIZE);
    struct signin s = {e->own.me.who.did, bytes_text(e->own.domain), BYTES(e->link.binding), 0};
    Tacet__Wire__Versions versions = our_versions();
    Tacet__Wire__SignIn m = TACET__WIRE__SIGN_IN__INIT;

    TRY_OUT(generations_next(e, &s.generation));
    TRY_OUT(signin_sign(&s, &e->own.nid, e->own.me.dsk_secret, &statement));
    m.versions = &versions;
    m.statement = frame_data(buf_view(&statement));
    TRY_OUT(link_request(e, OP_SIGN_IN, &m, NULL));
out:
    buf_free(&statement);
    return err;
}

struct err link_up(struct engine *e, struct bytes binding)
{
    if (binding.n != sizeof e->link.binding)
        return FAIL(E_CRYPTO);
    e->link.state = LINK_GREETING;
    memcpy(e->link.binding, binding.at, binding.n);
    return e->own.joined ? sign_in(e) : join(e);
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

static void tell_link(struct engine *e, enum err_code code)
{
    struct event event = {.kind = EVENT_LINK, .code = code};

    actions_tell(e, &event);
}

void link_down(struct engine *e, enum err_code why)
{
    struct link *l = &e->link;

    if (l->state == LINK_OFF || l->state == LINK_ENDED)
        return;
    l->state = LINK_OFF;
    l->n = 0;
    l->keys_ms = 0;
    e->keeper_told = false;
    e->drained = e->drained_news = false;
    e->asking_ms = 0;
    delays_end(e);
    tell_link(e, why == E_OK ? E_CLOSED : why);
    retry_later(e);
}

/* The server refused us: trying again by ourselves would change nothing. */
static void end(struct engine *e, enum err_code why)
{
    e->link.state = LINK_ENDED;
    e->link.n = 0;
    actions_close(e);
    tell_link(e, why);
}

/* ---- answers */

static struct err joined(struct engine *e, const struct frame *f, struct arena *a)
{
    Tacet__Wire__Joined *m;
    struct own_joined answer;
    struct event event = {.kind = EVENT_JOINED};

    TRY(frame_unpack(f->body, &tacet__wire__joined__descriptor, a, &m));
    answer = (struct own_joined){frame_bytes(m->root), frame_bytes(m->domain),
                                 frame_bytes(m->certificate), frame_bytes(m->me)};
    TRY(own_join(&e->own, e->vault, &answer, e->now_ms));
    actions_tell(e, &event);
    return sign_in(e);
}

static struct err publish_prekey(struct engine *e)
{
    struct err err = OK;
    struct arena a = ARENA(4096);
    uint32_t number = e->own.prekey[0].statement.number;
    struct waiting w = {.number = number};
    Tacet__Wire__PublishPrekey m = TACET__WIRE__PUBLISH_PREKEY__INIT;
    struct bytes statement, kem;

    if (link_is_busy(e, OP_PREKEY))
        return OK;
    TRY_OUT(own_prekey_statement(&e->own, e->vault, number, &a, &statement, &kem));
    m.statement = frame_data(statement);
    m.kem = frame_data(kem);
    TRY_OUT(link_request(e, OP_PREKEY, &m, &w));
out:
    arena_free(&a);
    return err;
}

static struct err renew_prekeys(struct engine *e, bool due)
{
    if (due)
        TRY(own_make_prekey(&e->own, e->vault, e->now_ms));
    return own_delete_prekeys(&e->own, e->vault, e->drained, e->now_ms);
}

/* Prekeys come and go as [PROTOCOL 3.1] says; `due`: a new one is.  While one is being published
 * none is made: the server may have it already, and its private half must stay. */
static struct err rotate(struct engine *e, bool due)
{
    due = due && !link_is_busy(e, OP_PREKEY);
    if (!due && !own_deletion_is_due(&e->own, e->drained, e->now_ms))
        return OK;
    TRY(vault_begin(e->vault));
    TRY(vault_end(e->vault, renew_prekeys(e, due)));
    return due ? publish_prekey(e) : OK;
}

static struct err compare_prekeys(struct engine *e, uint32_t servers)
{
    uint32_t newest = e->own.prekey[0].statement.number;

    if (servers < newest)
        return own_prekey_is_due(&e->own, e->now_ms) ? rotate(e, true) : publish_prekey(e);
    if (servers > newest)
        return OK;
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, own_prekey_acknowledged(&e->own, e->vault, newest, e->now_ms));
}

static struct err number_on(struct engine *e, uint64_t mine, uint64_t servers)
{
    if (servers < mine)
        TRY(forgotten_seal(e, servers, mine));
    return vault_counter_set(e->vault, VAULT_NEXT_UPLOAD, servers);
}

/* Uploads are numbered on from what the server accepted last, whatever it said before. */
static struct err compare_uploads(struct engine *e, uint64_t servers)
{
    uint64_t mine;

    TRY(vault_counter_get(e->vault, VAULT_NEXT_UPLOAD, &mine));
    if (servers >= mine && servers - mine <= 1) /* the answer to one upload may be lost */
        return OK;
    TRY(vault_begin(e->vault));
    return vault_end(e->vault, number_on(e, mine, servers));
}

/* Our statements will be refused, or theirs by us. */
static void compare_clocks(struct engine *e, uint64_t servers_ms)
{
    if (clock_is_ahead(servers_ms, e->now_ms) || clock_is_ahead(e->now_ms, servers_ms))
        lookups_tell_bad(e, E_CLOCK);
}

/* Once for each connection, and once a day while it lasts: a key that is announced for a month is
 * known to everybody who was here in that month. */
static struct err ask_what_holds(struct engine *e)
{
    Tacet__Wire__AskServerKeys m = TACET__WIRE__ASK_SERVER_KEYS__INIT;
    struct link *l = &e->link;

    if (l->keys_ms != 0 && clock_since(e->now_ms, l->keys_ms) < KEYS_AGAIN_MS)
        return OK;
    l->keys_ms = e->now_ms == 0 ? 1 : e->now_ms;
    TRY(link_request(e, OP_SERVER_KEYS, &m, NULL));
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

static struct err welcomed(struct engine *e, const struct frame *f, struct arena *a)
{
    Tacet__Wire__Welcome *m;
    struct directory_certificate certificate;
    struct generations_news news;
    bool restored;
    struct err err;

    TRY(frame_unpack(f->body, &tacet__wire__welcome__descriptor, a, &m));
    news = (struct generations_news){frame_bytes(m->signin), m->prekey, m->uploads};
    err = directory_check_certificate(frame_bytes(m->certificate), &e->own.nid, &e->own.root,
                                      e->now_ms, &certificate);
    if (err.code == E_EXPIRED) /* whom we know we can go on writing to */
        lookups_tell_bad(e, err.code);
    else
        TRY(err);
    e->link.state = LINK_READY;
    delays_begin(e);
    compare_clocks(e, m->now_ms);
    TRY(generations_compare(e, &news, &restored));
    TRY(restored ? publish_prekey(e) : compare_prekeys(e, m->prekey));
    TRY(compare_uploads(e, m->uploads));
    TRY(forgotten_again(e));
    tell_link(e, E_OK);
    /* A program that ended between learning something and opening what waited for it: before what
     * comes now, which its sender said later. */
    TRY(incoming_retry(e, false));
    TRY(ask_what_holds(e));
    return outgoing_pump(e);
}

/* Come again: nobody is to blame, or time mends it. */
static void try_later(struct engine *e, enum err_code why)
{
    actions_close(e);
    link_down(e, why);
}

static struct err refused(struct engine *e, const struct waiting *w, enum err_code code)
{
    if (code == E_CLOCK && w->op == OP_JOIN) {
        TRY(vault_begin(e->vault));
        TRY(vault_end(e->vault, own_date_again(&e->own, e->vault, e->now_ms)));
    }
    if (code == E_CLOCK || err_who(code) == WHO_NOBODY || err_who(code) == WHO_OPERATOR)
        try_later(e, code);
    else
        end(e, code);
    return OK;
}

/* The versions do not meet: who must update?  The server's answer says its own.  [PROTOCOL 9.2] */
static void tell_version(struct engine *e, const struct frame *f, struct arena *a)
{
    struct event event = {.kind = EVENT_PROBLEM, .problem = PROBLEM_OLD_SERVER, .code = E_VERSION};
    Tacet__Wire__Versions *theirs;

    if (frame_unpack(f->body, &tacet__wire__versions__descriptor, a, &theirs).code != E_OK)
        return;
    if (theirs->least > FRAME_PROTOCOL_VERSION)
        event.problem = PROBLEM_OLD_SELF;
    actions_tell(e, &event);
}

/* JOIN or SIGN_IN was answered. */
static struct err greeted(struct engine *e, const struct waiting *w, const struct frame *f,
                          struct arena *a)
{
    struct err err;

    if (f->code == E_VERSION)
        tell_version(e, f, a);
    if (f->code != 0)
        return refused(e, w, err_from_number(f->code));
    if (w->op == OP_SIGN_IN)
        return welcomed(e, f, a);
    err = joined(e, f, a);
    if (err.code == E_EXPIRED) { /* the server's certificate: its operator must act first */
        lookups_tell_bad(e, err.code);
        try_later(e, E_AGAIN);
        return OK;
    }
    if (err.code != E_OK && err.code != E_CLOCK && err_who(err.code) != WHO_OPERATOR) {
        end(e, err.code); /* another network than the invitation's */
        return OK;
    }
    return err;
}

static struct err prekey_published(struct engine *e, const struct waiting *w, const struct frame *f)
{
    if (f->code != 0) { /* another is made within the hour */
        lookups_tell_bad(e, err_from_number(f->code));
        return OK;
    }
    TRY(vault_begin(e->vault));
    return vault_end(e->vault,
                     own_prekey_acknowledged(&e->own, e->vault, (uint32_t)w->number, e->now_ms));
}

/* The mailbox was empty: what waited for something may ask for it again.  So it is once for each
 * connection, and once a day while it lasts. */
static struct err tidy(struct engine *e)
{
    TRY(rotate(e, own_prekey_is_due(&e->own, e->now_ms)));
    TRY(ask_what_holds(e));
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

/* When prekeys are to be looked at again; 0: not before the mailbox is drained and what is being
 * published is answered. */
uint64_t link_rotation_at(const struct engine *e)
{
    return e->drained && !link_is_busy(e, OP_PREKEY) ? own_next_rotation(&e->own) : 0;
}

struct err link_wake(struct engine *e)
{
    struct link *l = &e->link;

    TRY(rotate(e, false));
    if (l->n > 0 && e->now_ms >= link_patience_ends(e))
        try_later(e, E_AGAIN);
    if (l->state == LINK_READY && link_rotation_at(e) != 0 && e->now_ms >= link_rotation_at(e))
        return tidy(e);
    if (l->state != LINK_OFF || e->now_ms < l->retry_ms)
        return OK;
    l->state = LINK_CONNECTING;
    actions_connect(e);
    return OK;
}

static struct err answered(struct engine *e, const struct waiting *w, const struct frame *f,
                           struct arena *a)
{
    if (w->op == OP_JOIN || w->op == OP_SIGN_IN)
        return greeted(e, w, f, a);
    if (w->op == OP_PERSON)
        return lookups_person_answer(e, w, f);
    if (w->op == OP_ROSTER)
        return lookups_roster_answer(e, w, f);
    if (w->op == OP_KEM_KEYS)
        return lookups_kem_answer(e, f);
    if (w->op == OP_PREKEY)
        return prekey_published(e, w, f);
    if (w->op == OP_SERVER_KEYS)
        return server_keys_answered(e, f, a);
    if (w->op == OP_POLICY)
        return governing_answer(e, w, f, a);
    if (w->op == OP_REGISTER)
        return answers_roster(e, w->number, f);
    if (w->op == OP_SEND)
        return answers_upload(e, w->number, f);
    return FAIL(E_MALFORMED);
}

static struct err dispatch(struct engine *e, const struct frame *f, struct arena *a)
{
    struct link *l = &e->link;

    if (f->id == 0)
        return f->op == OP_DELIVER && l->state == LINK_READY ? delivered(e, f) : FAIL(E_MALFORMED);
    for (size_t i = 0; i < l->n; i++) {
        struct waiting w = l->waiting[i];

        if (w.id != f->id || (uint32_t)w.op != f->op)
            continue;
        w.key.at = w.room;
        l->waiting[i] = l->waiting[--l->n];
        return answered(e, &w, f, a);
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
