/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real server's handlers against clients that say what the input says.
 *
 * Input: steps of four connections, each a byte and what it needs: a stranger's, Alice's and Bob's,
 * who are signed in, and the operator's.  Signatures hold (see trusted.c), as those of members do
 * who sign what they like.
 */
#include <stdlib.h>

#include "fuzz/rehearsal.h"

#define STEPS_MAX 32
#define ARENA_MAX (16 * LIMIT_FRAME)

enum { SAID, SAID_TOO, BODY_RAW, FRAME_RAW, PASS_TIME, HANG_UP, RUN, STEPS };
enum { STRANGER, ALICE, BOB, OPERATOR, LINES };

/* A connection, and the answers that it still waits for. */
struct client {
    struct session session; /* first: live gives it back */
    bool open;
    struct asked {
        uint32_t op;
        uint64_t id;
    } asked[STEPS_MAX];
    size_t n;
};

static struct {
    const struct rehearsal *r;
    struct live *live;
    struct client client[LINES];
    uint64_t now_ms, next_session, next_id;
    struct request *pending[PENDING_MAX];
    size_t n;
} host;

/* ---- what the server does */

static void take_answer(struct client *c, const struct frame *f)
{
    for (size_t i = 0; i < c->n; i++)
        if (c->asked[i].id == f->id && c->asked[i].op == f->op) {
            c->asked[i] = c->asked[--c->n];
            return;
        }
    invariant(f->id == 0); /* nobody asked */
}

/* What is asked before signing in, and that itself. */
static bool begins(uint32_t op)
{
    return op == OP_SIGN_IN || op == OP_JOIN || op == OP_LINK_ASK || op == OP_RECOVER ||
           op == OP_RECOVER_LIST;
}

/* Who may be answered with "done"?  The routes' tables say it too; this is written apart. */
static bool may(const struct client *c, uint32_t op)
{
    if (c->session.kind == SESSION_CONTROL)
        return op >= OP_INVITE;
    return c->session.signed_in ? op < OP_INVITE : begins(op);
}

static void on_send(void *ctx, struct session *s, struct bytes frame)
{
    struct client *c = (struct client *)(void *)s;
    struct arena a = ARENA(ARENA_MAX);
    struct frame f;

    (void)ctx;
    invariant(frame.n <= LIMIT_FRAME && frame_parse(frame, &a, &f).code == E_OK);
    if (f.id == 0)
        invariant((f.op == OP_DELIVER || f.op == OP_ACTIVITY) && f.code == 0 && s->signed_in);
    invariant(f.code != 0 || may(c, f.op));
    invariant(f.code == 0 || err_from_number(f.code) == (enum err_code)f.code);
    take_answer(c, &f);
    arena_free(&a);
}

static void on_close(void *ctx, struct session *s, enum err_code why)
{
    (void)ctx;
    (void)why;
    live_leave(host.live, s);
    ((struct client *)(void *)s)->open = false;
}

static struct arena *new_arena(void)
{
    struct arena *a = calloc(1, sizeof *a);

    invariant(a != NULL);
    *a = ARENA(API_ARENA_MAX);
    return a;
}

static void drop_arena(struct arena *a)
{
    arena_free(a);
    free(a);
}

static void on_page(void *ctx, struct session *s)
{
    struct arena *a = new_arena();

    (void)ctx;
    invariant(host.n < PENDING_MAX);
    invariant(api_deliver(s, a, &host.pending[host.n++]).code == E_OK);
}

/* All that waits, in one batch. */
static void run_batch(void)
{
    struct request *batch[PENDING_MAX];
    struct effects effects = {.n = 0};
    struct play *p = host.r->play;
    size_t n = host.n;

    memcpy(batch, host.pending, sizeof batch);
    host.n = 0;
    api_batch(&p->server, batch, n, host.now_ms, &p->random, &effects);
    for (size_t i = 0; i < n; i++) /* nothing that a client says is trouble of this machine */
        invariant(err_who(batch[i]->outcome.code) != WHO_OPERATOR ||
                  batch[i]->outcome.code == E_FULL || batch[i]->outcome.code == E_OK);
    live_settle(host.live, &effects);
    api_effects_free(&effects);
    for (size_t i = 0; i < n; i++)
        drop_arena(batch[i]->arena);
}

/* ---- what the clients do */

static void sign_in(struct client *c, const struct party *who)
{
    struct effect in = {
        .kind = EFFECT_SIGNED_IN, .session = c->session.id, .did = who->did, .aid = who->aid};
    struct effect mail = {.kind = EFFECT_MAIL, .did = who->did};
    struct effect both[] = {in, mail};

    live_settle(host.live, &(struct effects){.at = both, .n = 2});
    invariant(c->session.signed_in);
}

/* With the binding of Alice's last connection, so that her sign-in, changed or not, fits again. */
static void open_line(size_t i)
{
    struct client *c = &host.client[i];
    enum session_kind kind = i == OPERATOR ? SESSION_CONTROL : SESSION_CLIENT;

    *c = (struct client){.open = true};
    api_session(&c->session, ++host.next_session, kind, host.r->play->server.routes,
                BYTES(host.r->alice->line->session.binding), host.now_ms);
    invariant(live_enter(host.live, &c->session).code == E_OK);
    if (i == ALICE)
        sign_in(c, &host.r->alice_is);
    if (i == BOB)
        sign_in(c, &host.r->bob_is);
}

static void send(struct client *c, struct bytes frame)
{
    struct arena *a = new_arena();
    struct request *rq = NULL;
    struct err err;

    c->session.now_ms = host.now_ms;
    err = api_frame(&c->session, a, frame, &rq);
    if (err.code == E_OK) {
        invariant(host.n < PENDING_MAX && c->n < STEPS_MAX);
        host.pending[host.n++] = rq;
        if (rq->id != 0)
            c->asked[c->n++] = (struct asked){rq->op, rq->id};
        return;
    }
    invariant(rq == NULL && err_who(err.code) != WHO_OPERATOR);
    drop_arena(a);
    on_close(NULL, &c->session, err.code);
}

static void ask(struct client *c, uint32_t op, bool silent, struct bytes body)
{
    struct frame f = {.op = op, .id = silent ? 0 : ++host.next_id, .body = body};
    struct buf b = BUF(2 * LIMIT_FRAME);

    frame_write(&f, &b);
    send(c, buf_view(&b));
    buf_free(&b);
}

/* What somebody really said, changed or not. */
static void say_again(struct client *c, struct reader *in)
{
    const struct rehearsal_frame *said = &host.r->up[reader_u8(in) % host.r->ups];
    struct buf body = BUF(LIMIT_FRAME);

    rehearsal_changed(said->body, in, &body);
    ask(c, said->op, said->pushed, buf_view(&body));
    buf_free(&body);
}

static void step(struct reader *in)
{
    uint8_t what = reader_u8(in);
    size_t i = what / STEPS % LINES;
    struct client *c = &host.client[i];

    if (!c->open)
        open_line(i);
    switch (what % STEPS) {
    case SAID:
    case SAID_TOO:
        say_again(c, in);
        break;
    case BODY_RAW:
        what = reader_u8(in);
        ask(c, what & 0x3f, (what & 0x80) != 0, rehearsal_block(in));
        break;
    case FRAME_RAW:
        send(c, rehearsal_block(in));
        break;
    case PASS_TIME:
        host.now_ms += (uint64_t)reader_u16(in) * CLOCK_MINUTE_MS;
        break;
    case HANG_UP:
        on_close(NULL, &c->session, E_CLOSED);
        break;
    case RUN:
        run_batch();
        break;
    default:
        break;
    }
}

/* Everybody who is still there has got an answer to everything. */
static void all_answered(void)
{
    for (int i = 0; host.n > 0; i++) {
        invariant(i < STEPS_MAX);
        run_batch();
    }
    for (size_t i = 0; i < LINES; i++)
        if (host.client[i].open) {
            invariant(host.client[i].n == 0 && host.client[i].session.waiting == 0);
            invariant(host.client[i].session.unanswered == 0);
            live_leave(host.live, &host.client[i].session);
        }
    invariant(live_count(host.live) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    static const struct live_host events = {NULL, on_send, on_close, on_page, NULL, NULL};
    struct reader in = reader(bytes(at, n));

    memset(&host, 0, sizeof host);
    host.r = rehearsal();
    host.now_ms = host.r->play->now_ms;
    invariant(live_new(&host.live, &events).code == E_OK);
    invariant(db_begin(host.r->play->db).code == E_OK);
    for (size_t i = 0; i < STEPS_MAX && reader_left(&in) > 0; i++)
        step(&in);
    all_answered();
    db_rollback(host.r->play->db);
    live_free(host.live);
    return 0;
}
