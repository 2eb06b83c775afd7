/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The real client's engine against a server that says what the input says.
 *
 * Input: a byte of which 1 chooses who it is, Bob who has an account or Carol who is about to join,
 * 4 that it is a device that asks to be one of Alice's, and 2 asks for another start of the program
 * at the end, which costs time; then steps of this server, of the link, of time and of the person,
 * each a byte and what it needs. Signatures hold (see trusted.c): the server is every member's
 * friend.  What is sealed stays so.
 */
#include "base/text.h"
#include "fuzz/rehearsal.h"
#include "wire/tacet.pb-c.h"

#define STEPS_MAX   48
#define ACTIONS_MAX 2000 /* of the engine, until it rests */
#define ASKED_MAX   64
#define HANDED_ON   128 /* of pages that are pushed: in another way than by the mailbox */

enum { ANSWER, ANSWER_RAW, PUSH, PUSH_RAW, FRAME_RAW, HANG_UP, PASS_TIME, ASK, STEPS };

/* A request that the engine has sent on this connection. */
struct asked {
    uint32_t op;
    uint64_t id;
};

static struct {
    const struct rehearsal *r;
    struct person *who;
    struct engine *e;
    uint64_t now_ms, wake_ms;
    bool up, wants_link, accepted;
    struct asked asked[ASKED_MAX];
    size_t n;
    uint64_t last_id;
    size_t shown;
    struct message_id seen[STEPS_MAX];
    struct server_keys keys; /* by which it is known, as the engine had it */
} host;

/* ---- what the engine wants */

static void take_request(struct bytes frame)
{
    struct arena a = ARENA(4 * LIMIT_FRAME);
    struct frame f;

    invariant(host.up && frame_parse(frame, &a, &f).code == E_OK);
    invariant(f.code == 0 && (f.id == 0 || f.id > host.last_id));
    if (f.id != 0) {
        invariant(host.n < ASKED_MAX);
        host.asked[host.n++] = (struct asked){f.op, f.id};
        host.last_id = f.id;
    }
    arena_free(&a);
}

static void hear(const struct event *e)
{
    invariant(e->contact.number == 0 || text_is_handle(bytes_text(e->contact.handle)));
    /* Only what was sealed under the link's secret is an ask, and only one that was confirmed gets
     * an answer. */
    if (e->kind == EVENT_ADDING && host.who != host.r->grace)
        invariant(e->adding.step == ADDING_OPEN || e->adding.step == ADDING_OVER);
    if (e->kind == EVENT_STATE && e->message.state == DELIVERY_ACCEPTED)
        invariant(host.accepted);
    if (e->kind != EVENT_MESSAGE)
        return;
    /* Only what Alice wrote, and that once: everything else would have to be sealed by her. */
    invariant(bytes_same(e->message.text, bytes_text(REHEARSAL_TEXT)) && !e->message.mine);
    for (size_t i = 0; i < host.shown; i++)
        invariant(!ID_SAME(host.seen[i], e->message.id));
    invariant(host.shown < STEPS_MAX);
    host.seen[host.shown++] = e->message.id;
}

static void connect(void)
{
    uint8_t binding[API_BINDING_SIZE] = {1};

    host.up = true;
    host.n = 0;
    engine_link_up(host.e, BYTES(binding));
}

static void cut(enum err_code why)
{
    host.up = false;
    host.n = 0;
    engine_link_down(host.e, why);
}

/* [PROTOCOL 4.7]: what it said once of its keys it may not take back or say otherwise. */
static void watch_keys(void)
{
    const struct server_keys *now = &engine_own(host.e)->server;

    invariant(now->number > host.keys.number || server_keys_same(now, &host.keys));
    invariant((now->number == 0) == (now->pins == 0));
    host.keys = *now;
}

static void settle(void)
{
    struct action a;
    size_t actions = 0;

    while (engine_next(host.e, &a)) {
        invariant(++actions < ACTIONS_MAX);
        switch (a.kind) {
        case ACTION_CONNECT:
            invariant(a.address != NULL && a.pins.n > 0);
            connect();
            break;
        case ACTION_SEND:
            if (host.up)
                take_request(a.frame);
            break;
        case ACTION_CLOSE:
            cut(E_CLOSED);
            break;
        case ACTION_WAKE:
            host.wake_ms = a.at_ms;
            break;
        case ACTION_TELL:
            hear(&a.event);
            break;
        }
    }
    /* Nothing that a server says is trouble of this machine. */
    invariant(engine_failure(host.e).code == E_OK);
    invariant(!vault_is_damaged(host.who->vault));
    watch_keys();
}

/* ---- what the server does */

static void say(const struct frame *f)
{
    struct buf b = BUF(2 * LIMIT_FRAME);

    host.accepted |= f->op == OP_SEND && f->code == 0;
    frame_write(f, &b);
    if (host.up)
        engine_frame(host.e, buf_view(&b));
    buf_free(&b);
}

static bool take_asked(struct reader *in, struct asked *out)
{
    size_t i = reader_u8(in);

    if (host.n == 0)
        return false;
    i %= host.n;
    *out = host.asked[i];
    host.asked[i] = host.asked[--host.n];
    return true;
}

static void answer(struct reader *in)
{
    struct buf body = BUF(LIMIT_FRAME);
    const struct rehearsal_frame *said;
    struct asked asked;

    if (!take_asked(in, &asked))
        return;
    said = rehearsal_down(host.r, host.who, asked.op, false, reader_u8(in));
    if (said != NULL) {
        rehearsal_changed(said->body, in, &body);
        say(&(struct frame){asked.op, asked.id, said->code, buf_view(&body)});
    }
    buf_free(&body);
}

static void answer_raw(struct reader *in)
{
    struct asked asked;
    uint32_t code;

    if (!take_asked(in, &asked))
        return;
    code = reader_u8(in);
    say(&(struct frame){asked.op, asked.id, code, rehearsal_block(in)});
}

/* What is in a page, each as if it were told at the moment, and kept nowhere. */
static void hand_on(struct bytes page)
{
    struct arena a = ARENA(4 * LIMIT_FRAME);
    struct buf body = BUF(LIMIT_FRAME);
    Tacet__Wire__Deliver *m;

    if (frame_unpack(page, &tacet__wire__deliver__descriptor, &a, &m).code == E_OK)
        for (size_t i = 0; i < m->n_items; i++) {
            Tacet__Wire__Activity out = TACET__WIRE__ACTIVITY__INIT;

            out.sealed = m->items[i]->sealed;
            buf_cut(&body, 0);
            frame_pack(&out, &body);
            say(&(struct frame){.op = OP_ACTIVITY, .body = buf_view(&body)});
        }
    buf_free(&body);
    arena_free(&a);
}

static void push(struct reader *in)
{
    struct buf body = BUF(LIMIT_FRAME);
    uint8_t which = reader_u8(in);
    const struct rehearsal_frame *said =
        rehearsal_down(host.r, host.who, OP_DELIVER, true, which % HANDED_ON);

    if (said != NULL) {
        rehearsal_changed(said->body, in, &body);
        if (which >= HANDED_ON)
            hand_on(buf_view(&body));
        else
            say(&(struct frame){.op = OP_DELIVER, .body = buf_view(&body)});
    }
    buf_free(&body);
}

/* ---- what time and the person do */

static void pass_time(struct reader *in)
{
    uint64_t ms = (uint64_t)reader_u16(in) * CLOCK_SECOND_MS;

    /* Long times pass in steps of the engine's own wishes. */
    if (ms == 0 && host.wake_ms > host.now_ms)
        ms = host.wake_ms - host.now_ms;
    host.now_ms = clock_add(host.now_ms, ms);
    engine_wake(host.e, host.now_ms);
}

static void ask(struct reader *in)
{
    static const char *const handles[] = {"alice", "nobody", "alicd", "carol"};
    static const enum command_kind kinds[] = {
        COMMAND_SEND,  COMMAND_LOOK_UP,       COMMAND_CONFIRM,      COMMAND_ACCEPT,
        COMMAND_OFFER, COMMAND_OFFER_CONFIRM, COMMAND_OFFER_CANCEL,
    };
    struct command c = {.text = BYTES_LITERAL("hello")};

    c.kind = kinds[reader_u8(in) % (sizeof kinds / sizeof kinds[0])];
    c.handle = bytes_text(handles[reader_u8(in) % 4]);
    if (c.kind == COMMAND_CONFIRM || c.kind == COMMAND_OFFER_CONFIRM)
        c.text = rehearsal_block(in);
    if (c.kind == COMMAND_CONFIRM || c.kind == COMMAND_OFFER_CONFIRM)
        invariant(engine_command(host.e, &c, host.now_ms).code != E_OK);
    else
        invariant(err_who(engine_command(host.e, &c, host.now_ms).code) != WHO_OPERATOR);
}

static void step(struct reader *in)
{
    switch (reader_u8(in) % STEPS) {
    case ANSWER:
        answer(in);
        break;
    case ANSWER_RAW:
        answer_raw(in);
        break;
    case PUSH:
        push(in);
        break;
    case PUSH_RAW:
        say(&(struct frame){.op = OP_DELIVER, .body = rehearsal_block(in)});
        break;
    case FRAME_RAW:
        if (host.up)
            engine_frame(host.e, rehearsal_block(in));
        break;
    case HANG_UP:
        if (host.up)
            cut((enum err_code)reader_u8(in));
        break;
    case PASS_TIME:
        pass_time(in);
        break;
    case ASK:
        ask(in);
        break;
    default:
        break;
    }
    settle();
}

/* ---- one evening */

static void start(void)
{
    host.up = false;
    host.wake_ms = host.last_id = 0;
    invariant(engine_new(&host.e, host.who->vault, &host.r->play->random, host.now_ms).code ==
              E_OK);
    engine_wake(host.e, host.now_ms);
    settle();
}

/* Whatever was said: what is on disk is a profile that the next start finds in order. */
static void starts_again(void)
{
    struct party before = engine_own(host.e)->me.who;
    uint64_t outgoing, parked;

    invariant(engine_waiting(host.e, &outgoing, &parked).code == E_OK);
    engine_free(host.e);
    invariant(engine_new(&host.e, host.who->vault, &host.r->play->random, host.now_ms).code ==
              E_OK);
    invariant(ID_SAME(before.did, engine_own(host.e)->me.who.did));
    invariant(ID_SAME(before.aid, engine_own(host.e)->me.who.aid));
    invariant(server_keys_same(&host.keys, &engine_own(host.e)->server));
}

int LLVMFuzzerTestOneInput(const uint8_t *at, size_t n)
{
    const struct rehearsal *r = rehearsal();
    struct reader in = reader(bytes(at, n));
    uint8_t setting = reader_u8(&in);
    bool bob = (setting & 1) == 0;

    memset(&host, 0, sizeof host);
    host.r = r;
    host.who = bob ? r->bob : r->carol;
    host.now_ms = bob ? r->bob_ms : r->carol_ms;
    if ((setting & 4) != 0) {
        host.who = r->grace;
        host.now_ms = r->grace_ms;
    }
    invariant(vault_begin(host.who->vault).code == E_OK);
    start();
    for (size_t i = 0; i < STEPS_MAX && reader_left(&in) > 0; i++)
        step(&in);
    if ((setting & 2) != 0)
        starts_again();
    engine_free(host.e);
    vault_rollback(host.who->vault);
    return 0;
}
