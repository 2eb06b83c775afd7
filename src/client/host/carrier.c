/* SPDX-License-Identifier: Apache-2.0 */
#include "client/host/carrier.h"

#include <stdatomic.h>
#include <stdlib.h>
#include <time.h>

#include "base/fault.h"
#include "client/host/bell.h"
#include "net/loop.h"
#include "net/stream.h"
#include "net/tls.h"

#define CLOSE_NORMAL 1000 /* [RFC6455 7.4.1] */
#define PATIENCE_MS  10000
#define ALARM_MS     60000

struct carrier {
    struct engine *engine;
    struct loop *loop;
    struct loop_timer *wake, *patience;
    struct loop_wake *interrupt;
    struct loop_task sent; /* runs behind the flush of what was sent this round */
    struct tls *tls;
    struct stream *stream;
    struct stream_setup setup;
    int watched; /* -1: none */
    int bell;
    struct loop_watch *hearing; /* of the bell */
    uint64_t until_ms;          /* of awake_or_not_ms(): how long one may wait */
    uint64_t alarm_ms;          /* the same: when the engine wants to be woken */
    bool time_is_over, rung;
    atomic_bool interrupted; /* set by a signal handler or another thread */
};

uint64_t carrier_clock(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- what the network brings; every callback ends the round, so that actions are looked at */

/* Counted while the machine sleeps too.  0: there is no such clock. */
uint64_t carrier_steady(void)
{
#ifdef CLOCK_BOOTTIME
    struct timespec t;

    if (clock_gettime(CLOCK_BOOTTIME, &t) == 0)
        return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
#endif
    return 0;
}

static void wake_engine(struct carrier *c)
{
    engine_steady(c->engine, carrier_steady());
    engine_wake(c->engine, carrier_clock());
}

static void tick(struct carrier *c)
{
    wake_engine(c);
    loop_stop(c->loop);
}

static void opened(void *ctx, struct bytes binding)
{
    struct carrier *c = ctx;

    tick(c);
    engine_link_up(c->engine, binding);
}

static void arrived(void *ctx, struct bytes message)
{
    struct carrier *c = ctx;

    tick(c);
    engine_frame(c->engine, message);
}

static enum err_code reason(enum stream_end why)
{
    switch (why) {
    case STREAM_WRONG_PIN:
        return E_FORGED;
    case STREAM_TLS:
    case STREAM_PROTOCOL:
        return E_MALFORMED;
    case STREAM_SLOW:
        return E_LIMIT;
    case STREAM_REFUSED: /* of the upgrade: no word about this device, and it passes */
    case STREAM_TIMEOUT:
        return E_AGAIN;
    case STREAM_FAILED:
        return E_NOMEM;
    case STREAM_UNRESOLVED: /* E_ABSENT would be the server's word about an account */
    case STREAM_UNREACHABLE:
    case STREAM_PEER:
    case STREAM_LOCAL:
        break;
    }
    return E_CLOSED;
}

static void hang_up(struct carrier *c)
{
    stream_free(c->stream);
    c->stream = NULL;
    tls_free(c->tls);
    c->tls = NULL;
}

static void closed(void *ctx, enum stream_end why, struct bytes text)
{
    struct carrier *c = ctx;

    (void)text;
    hang_up(c);
    tick(c);
    engine_link_down(c->engine, reason(why));
}

static const struct stream_events EVENTS = {opened, arrived, closed};

/* How long one may wait is counted while the machine sleeps too: who comes back to it was away. */
static uint64_t awake_or_not_ms(void)
{
    uint64_t steady_ms = carrier_steady();
    struct timespec t;

    if (steady_ms != 0)
        return steady_ms;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* Timers of the loop stand still while the machine sleeps: what was due meanwhile is late by as
 * much at most. */
static void set_alarm(struct carrier *c)
{
    uint64_t left = clock_since(c->alarm_ms, awake_or_not_ms());

    loop_timer_set(c->wake, left < ALARM_MS ? left : ALARM_MS);
}

static void woken(void *ctx)
{
    struct carrier *c = ctx;

    if (awake_or_not_ms() < c->alarm_ms)
        set_alarm(c);
    else
        tick(c);
}

/* Timers of the loop stand still in between, so that they are set for a while at a time. */
static void be_patient(struct carrier *c)
{
    uint64_t left = clock_since(c->until_ms, awake_or_not_ms());

    loop_timer_set(c->patience, left < PATIENCE_MS ? left : PATIENCE_MS);
}

static void out_of_patience(void *ctx)
{
    struct carrier *c = ctx;

    if (awake_or_not_ms() < c->until_ms) {
        be_patient(c);
        return;
    }
    c->time_is_over = true;
    loop_stop(c->loop);
}

static void interrupted(void *ctx)
{
    struct carrier *c = ctx;

    loop_stop(c->loop);
}

static void sent(void *ctx)
{
    (void)ctx;
    fault_point("client-after-send");
}

static void rung(void *ctx, unsigned events)
{
    struct carrier *c = ctx;

    (void)events;
    c->rung |= bell_take(c->bell);
    loop_stop(c->loop);
}

/* ---- what the engine wants */

static struct err dial_up(struct carrier *c, const struct action *a)
{
    hang_up(c);
    TRY(tls_new_client(a->pins, &c->tls));
    c->setup = (struct stream_setup){c->loop, c->tls, &EVENTS, STREAM_LIMITS};
    return stream_connect(&c->setup, a->address, NULL, c, &c->stream);
}

static void send_frame(struct carrier *c, struct bytes frame)
{
    struct err err = c->stream == NULL ? FAIL(E_CLOSED) : stream_send(c->stream, frame);

    loop_task_post(c->loop, &c->sent);
    if (err.code == E_OK)
        return;
    hang_up(c);
    engine_link_down(c->engine, err.code);
}

static void wake_at(struct carrier *c, uint64_t at_ms)
{
    c->alarm_ms = clock_add(awake_or_not_ms(), clock_since(at_ms, carrier_clock()) + 1);
    set_alarm(c);
}

static void connect_or_not(struct carrier *c, const struct action *a)
{
    struct err err = dial_up(c, a);

    if (err.code == E_OK)
        return;
    hang_up(c);
    engine_link_down(c->engine, err.code);
}

/* Carry out what there is; true at the first event, which is left in `out`. */
static bool carry_out(struct carrier *c, struct event *out)
{
    struct action a;

    while (engine_next(c->engine, &a)) {
        switch (a.kind) {
        case ACTION_CONNECT:
            connect_or_not(c, &a);
            break;
        case ACTION_SEND:
            send_frame(c, a.frame);
            break;
        case ACTION_CLOSE:
            hang_up(c);
            engine_link_down(c->engine, E_CLOSED);
            break;
        case ACTION_WAKE:
            wake_at(c, a.at_ms);
            break;
        case ACTION_TELL:
            *out = a.event;
            return true;
        }
    }
    return false;
}

struct err carrier_hear(struct carrier *c, int bell)
{
    c->bell = bell;
    TRY(loop_watch_new(c->loop, bell, rung, c, &c->hearing));
    return loop_watch_set(c->hearing, LOOP_READABLE);
}

void carrier_watch(struct carrier *c, int fd)
{
    c->watched = fd;
}

/* One wait; true: for the descriptor that is watched. */
static bool wait(struct carrier *c)
{
    if (c->watched >= 0)
        return loop_run_beside(c->loop, c->watched);
    loop_run(c->loop);
    return false;
}

static enum carrier_news take_bell(struct carrier *c, enum carrier_news otherwise)
{
    bool rung_before = c->rung;

    c->rung = false;
    return rung_before ? CARRIER_LOCK : otherwise;
}

struct err carrier_run(struct carrier *c, int timeout_ms, struct event *out,
                       enum carrier_news *news)
{
    struct err err = OK;
    bool input = false;

    c->time_is_over = false;
    if (timeout_ms >= 0) {
        c->until_ms = awake_or_not_ms() + (uint64_t)timeout_ms;
        be_patient(c);
    }
    wake_engine(c);
    for (;;) {
        *news = take_bell(c, CARRIER_EVENT);
        if (*news == CARRIER_LOCK || carry_out(c, out)) /* then events: what can be read stays so */
            break;
        TRY_OUT(engine_failure(c->engine));
        if (atomic_exchange(&c->interrupted, false))
            TRY_OUT(FAIL(E_CLOSED));
        *news = CARRIER_INPUT;
        if (input)
            break;
        if (c->time_is_over)
            TRY_OUT(FAIL(E_AGAIN));
        input = wait(c);
    }
out:
    loop_timer_stop(c->patience); /* else it would end a later run that has no limit */
    return err;
}

void carrier_interrupt(struct carrier *c)
{
    atomic_store(&c->interrupted, true);
    loop_wake_send(c->interrupt);
}

/* ---- life */

struct err carrier_new(struct carrier **out, struct engine *engine)
{
    struct err err = OK;
    struct carrier *c = calloc(1, sizeof *c);

    if (c == NULL)
        return FAIL(E_NOMEM);
    c->engine = engine;
    c->watched = -1;
    c->sent.run = sent;
    TRY_OUT(loop_new(&c->loop));
    TRY_OUT(loop_timer_new(c->loop, woken, c, &c->wake));
    TRY_OUT(loop_timer_new(c->loop, out_of_patience, c, &c->patience));
    TRY_OUT(loop_wake_new(c->loop, interrupted, c, &c->interrupt));
    *out = c;
    return OK;
out:
    carrier_free(c);
    return err;
}

/* What the engine has said is sent before the line goes dead, if the server listens. */
static void part(struct carrier *c)
{
    struct action a;

    while (engine_next(c->engine, &a))
        if (a.kind == ACTION_SEND)
            send_frame(c, a.frame);
    if (c->stream == NULL || c->patience == NULL)
        return;
    c->time_is_over = false;
    stream_close(c->stream, CLOSE_NORMAL, "");
    c->until_ms = 0;
    loop_timer_set(c->patience, NET_CLOSING_MS);
    while (c->stream != NULL && !c->time_is_over)
        loop_run(c->loop);
}

void carrier_free(struct carrier *c)
{
    if (c == NULL)
        return;
    if (c->loop != NULL && engine_failure(c->engine).code == E_OK)
        part(c);
    hang_up(c);
    loop_task_cancel(&c->sent);
    loop_watch_free(c->hearing);
    loop_timer_free(c->wake);
    loop_timer_free(c->patience);
    loop_wake_free(c->interrupt);
    if (c->loop != NULL)
        loop_free(c->loop);
    free(c);
}
