/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario/stage_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "client/deeds.h"
#include "scenario/stage_internal.h"
#include "server/files/files.h"
#include "server/main/features.h"
#include "server/networks/networks.h"
#include "storage/sqlite/sqlite.h"
#include "wire/tacet.pb-c.h"

#define ROUNDS_MAX 10000
#define ADDRESS    "127.0.0.1:8443"

uint64_t stage_clock(const struct person *who)
{
    return (uint64_t)((int64_t)who->play->now_ms + who->skew_ms);
}

void stage_wake(struct person *who)
{
    engine_steady(who->engine, who->play->now_ms);
    engine_wake(who->engine, stage_clock(who));
}

/* ---- the server */

static void take_frame(struct person *who, struct bytes frame)
{
    if (who->engine == NULL || stage_dies(who))
        return;
    stage_wake(who);
    engine_frame(who->engine, frame);
}

static void send_down(void *ctx, struct session *s, struct bytes frame)
{
    struct play *p = ctx;
    struct line *line = (struct line *)(void *)s; /* the session is its first member */
    struct buf b = BUF(LIMIT_FRAME);

    if (!line->open)
        return;
    buf_bytes(&b, frame);
    if (line == &p->control) {
        buf_cut(&p->control_answer, 0);
        buf_bytes(&p->control_answer, frame);
    } else if (p->down == NULL || p->down(p->down_ctx, line->who, &b)) {
        take_frame(line->who, buf_view(&b));
    }
    buf_free(&b);
}

void stage_drop_line(struct play *p, struct line *line, enum err_code why)
{
    if (!line->open)
        return;
    line->open = false;
    live_leave(p->live, &line->session);
    if (line->who != NULL && line->who->line == line) {
        line->who->line = NULL;
        if (line->who->engine != NULL)
            engine_link_down(line->who->engine, why);
    }
}

static void close_line(void *ctx, struct session *s, enum err_code why)
{
    stage_drop_line(ctx, (struct line *)(void *)s, why);
}

static struct arena *new_arena(void)
{
    struct arena *a = calloc(1, sizeof *a);

    assert_non_null(a);
    *a = ARENA(API_ARENA_MAX);
    return a;
}

static void drop_arena(struct arena *a)
{
    arena_free(a);
    free(a);
}

static void submit(struct play *p, struct request *rq)
{
    assert_true(p->n_pending < PENDING_MAX);
    p->pending[p->n_pending++] = rq;
}

static void ask_page(void *ctx, struct session *s)
{
    struct arena *a = new_arena();
    struct request *rq;

    assert_ok(api_deliver(s, a, &rq));
    submit(ctx, rq);
}

static void run_batch(struct play *p)
{
    struct request *batch[PENDING_MAX];
    size_t n = p->n_pending;
    struct effects effects = {.n = 0};

    memcpy(batch, p->pending, sizeof batch);
    p->n_pending = 0;
    api_batch(&p->server, batch, n, p->now_ms, &p->random, &effects);
    live_settle(p->live, &effects);
    api_effects_free(&effects);
    for (size_t i = 0; i < n; i++)
        drop_arena(batch[i]->arena);
}

static void frame_to_server(struct play *p, struct line *line, struct bytes frame)
{
    struct arena *a = new_arena();
    struct request *rq;
    struct err err;

    line->session.now_ms = p->now_ms;
    err = api_frame(&line->session, a, frame, &rq);
    if (err.code == E_OK) {
        submit(p, rq);
        return;
    }
    drop_arena(a);
    stage_drop_line(p, line, err.code);
}

void stage_start_server(struct play *p)
{
    const struct live_host host = {p, send_down, close_line, ask_page, stage_change_key, NULL};
    uint8_t scalar[SIGN_PRIVATE_SIZE];
    char path[128];

    snprintf(path, sizeof path, "%s/server/tacet.db", p->dir);
    assert_ok(sqlite_open(&p->db, path, true, true));
    assert_ok(features_open(p->db));
    p->server = (struct server){.db = p->db, .routes = features_routes(), .address = ADDRESS};
    assert_ok(sign_private_write(p->directory_key, scalar));
    struct err err = networks_open(p->db, BYTES(scalar), &p->networks);
    if (err.code == E_ABSENT) {
        struct network_id nid;
        struct buf certificate = BUF(DIRECTORY_CERTIFICATE_MAX);
        struct directory_certificate c = {.made_ms = p->now_ms,
                                          .expires_ms = p->now_ms + DIRECTORY_LIFE_MS,
                                          .name = BYTES_LITERAL("Ministry of X")};

        assert_ok(sign_private_public(p->directory_key, c.key.b));
        assert_ok(names_network(&p->root, BYTES_LITERAL(DOMAIN), &nid));
        assert_ok(directory_certify(&c, &nid, p->root_key, &certificate));
        assert_ok(networks_create(p->db, &p->root, BYTES_LITERAL(DOMAIN), buf_view(&certificate),
                                  p->now_ms));
        buf_free(&certificate);
        err = networks_open(p->db, BYTES(scalar), &p->networks);
    }
    assert_ok(err);
    p->server.networks = p->networks;
    p->server.blobs = p->blobs;
    p->server.files_room = files_room;
    stage_open_keys(p);
    assert_ok(live_new(&p->live, &host));
    p->control = (struct line){.open = true};
    api_session(&p->control.session, ++p->next_session, SESSION_CONTROL, features_routes(),
                (struct bytes){0}, p->now_ms);
    assert_ok(live_enter(p->live, &p->control.session));
    p->up = true;
}

void server_dies(struct play *p)
{
    for (size_t i = 0; i < p->n_pending; i++)
        drop_arena(p->pending[i]->arena);
    p->n_pending = 0;
    for (size_t i = 0; i < p->people; i++)
        if (p->person[i]->line != NULL)
            stage_drop_line(p, p->person[i]->line, E_CLOSED);
    live_leave(p->live, &p->control.session);
    live_free(p->live);
    networks_free(p->networks);
    db_close(p->db);
    p->up = false;
    stage_settle(p);
}

void server_comes_back(struct play *p)
{
    stage_start_server(p);
    stage_settle(p);
}

/* ---- people's engines */

static void connect_up(struct person *who, struct bytes pins)
{
    struct play *p = who->play;
    uint8_t binding[API_BINDING_SIZE];
    struct line *line;

    if (!p->up || who->cut_off) {
        engine_link_down(who->engine, E_CLOSED);
        return;
    }
    if (!stage_accepts(p, pins)) {
        engine_link_down(who->engine, E_FORGED);
        return;
    }
    line = calloc(1, sizeof *line);
    assert_non_null(line);
    line->older = p->lines;
    p->lines = line;
    assert_ok(random_fill(&p->random, binding, sizeof binding));
    line->who = who;
    line->open = true;
    api_session(&line->session, ++p->next_session, SESSION_CLIENT, features_routes(),
                BYTES(binding), p->now_ms);
    memcpy(line->session.from, STAGE_FROM, sizeof STAGE_FROM);
    assert_ok(live_enter(p->live, &line->session));
    who->line = line;
    stage_wake(who);
    engine_link_up(who->engine, BYTES(binding));
}

static void send_up(struct person *who, struct bytes frame)
{
    struct play *p = who->play;
    struct buf b = BUF(LIMIT_FRAME);

    if (who->line == NULL)
        return;
    buf_bytes(&b, frame);
    if (p->upward == NULL || p->upward(p->up_ctx, who, &b))
        frame_to_server(p, who->line, buf_view(&b));
    buf_free(&b);
}

/* Everything that one engine wants done now; was there anything? */
static bool act(struct person *who)
{
    struct action a;
    bool any = false;

    while (who->engine != NULL && engine_next(who->engine, &a)) {
        any = true;
        if (stage_dies(who))
            break;
        switch (a.kind) {
        case ACTION_CONNECT:
            connect_up(who, a.pins);
            break;
        case ACTION_SEND:
            send_up(who, a.frame);
            break;
        case ACTION_CLOSE:
            if (who->line != NULL)
                stage_drop_line(who->play, who->line, E_CLOSED);
            break;
        case ACTION_WAKE:
            who->wake_ms = a.at_ms;
            break;
        case ACTION_TELL:
            stage_hear(who, &a.event);
            break;
        }
    }
    if (who->engine != NULL)
        assert_ok(engine_failure(who->engine));
    return any;
}

void stage_settle(struct play *p)
{
    bool moved = true;

    for (int round = 0; moved; round++) {
        assert_true(round < ROUNDS_MAX);
        moved = false;
        for (size_t i = 0; i < p->people; i++)
            moved |= act(p->person[i]);
        if (p->up && p->n_pending > 0) {
            run_batch(p);
            moved = true;
        }
    }
}

static void wake_due(struct play *p)
{
    for (size_t i = 0; i < p->people; i++) {
        struct person *who = p->person[i];

        if (who->engine == NULL || who->wake_ms == 0 || stage_clock(who) < who->wake_ms)
            continue;
        who->wake_ms = 0;
        stage_wake(who);
    }
}

/* The next moment at which somebody wants to be woken, or `end`. */
static uint64_t next_moment(struct play *p, uint64_t end)
{
    uint64_t next = end;

    for (size_t i = 0; i < p->people; i++) {
        struct person *who = p->person[i];
        uint64_t at = (uint64_t)((int64_t)who->wake_ms - who->skew_ms);

        if (who->engine != NULL && who->wake_ms != 0 && at < next)
            next = at;
    }
    return next > p->now_ms ? next : p->now_ms + 1;
}

void stage_forward(struct play *p, uint64_t ms)
{
    uint64_t end = p->now_ms + ms;

    stage_settle(p);
    for (int step = 0; p->now_ms < end; step++) {
        assert_true(step < ROUNDS_MAX);
        p->now_ms = next_moment(p, end);
        if (p->now_ms > end)
            p->now_ms = end;
        wake_due(p);
        stage_settle(p);
    }
}

uint64_t stage_now(const struct play *p)
{
    return p->now_ms;
}

void stage_skew(struct person *who, int64_t ms)
{
    if (who->wake_ms != 0) /* a host's timers do not run by the clock that was set */
        who->wake_ms = (uint64_t)((int64_t)who->wake_ms + ms - who->skew_ms);
    who->skew_ms = ms;
}

void stage_skew_next(struct play *p, int64_t ms)
{
    p->skew_next_ms = ms;
}

void stage_tamper_down(struct play *p, stage_tamper *tamper, void *ctx)
{
    p->down = tamper;
    p->down_ctx = ctx;
}

void stage_tamper_up(struct play *p, stage_tamper *tamper, void *ctx)
{
    p->upward = tamper;
    p->up_ctx = ctx;
}

struct engine *stage_engine(struct person *who)
{
    return who->engine;
}

struct server *stage_server(struct play *p)
{
    return &p->server;
}

struct random *stage_random(struct play *p)
{
    return &p->random;
}

const char *stage_handle(const struct person *who)
{
    return who->handle;
}

bool stage_heard(struct person *who, enum problem problem)
{
    bool heard = who->problems & 1u << problem;

    who->problems &= ~(1u << problem);
    return heard;
}

unsigned stage_told(const struct person *who, enum problem problem, uint64_t *missing)
{
    if (missing != NULL)
        *missing = who->missing[problem];
    return who->told[problem];
}

enum err_code stage_problem_code(const struct person *who)
{
    return who->problem_code;
}

const struct roster_finding *stage_finding(const struct person *who)
{
    return &who->finding;
}

bool stage_link_ended(struct person *who, enum err_code code)
{
    return who->link == code;
}

void stage_inject(struct person *who, struct bytes frame)
{
    take_frame(who, frame);
    stage_settle(who->play);
}

void stage_send(struct person *who, struct bytes frame)
{
    send_up(who, frame);
    stage_settle(who->play);
}

void stage_hang_up(struct person *who)
{
    if (who->line != NULL)
        stage_drop_line(who->play, who->line, E_CLOSED);
}

void stage_cut_off(struct person *who, bool cut_off)
{
    who->cut_off = cut_off;
    if (cut_off)
        stage_hang_up(who);
}

void stage_crash_at(struct person *who, unsigned step)
{
    who->steps = step;
}

bool stage_is_running(const struct person *who)
{
    return who->engine != NULL;
}

struct sign_private *stage_directory_key(struct play *p)
{
    return p->directory_key;
}

void stage_certify(struct play *p, uint64_t lives_ms)
{
    struct directory_certificate c = {.made_ms = p->now_ms,
                                      .expires_ms = p->now_ms + lives_ms,
                                      .name = BYTES_LITERAL("Ministry of X")};
    Tacet__Wire__CertifyDirectory m = TACET__WIRE__CERTIFY_DIRECTORY__INIT;
    struct buf certificate = BUF(DIRECTORY_CERTIFICATE_MAX);

    assert_ok(sign_private_public(p->directory_key, c.key.b));
    assert_ok(directory_certify(&c, networks_id(p->networks), p->root_key, &certificate));
    m.certificate = frame_data(buf_view(&certificate));
    assert_int_equal(stage_operate(p, OP_CERTIFY, &m, NULL), E_OK);
    buf_free(&certificate);
}

unsigned stage_copies(struct person *who, struct person *with, const char *text)
{
    struct contact c;
    struct message m;
    struct arena a = ARENA(1 << 20);
    unsigned copies = 0;

    assert_ok(people_by_handle(who->vault, bytes_text(with->handle), &c));
    for (uint64_t after = 0;; after = m.place) {
        struct err err = messages_next(who->vault, c.number, after, &a, &m);

        if (err.code == E_ABSENT)
            break;
        assert_ok(err);
        copies += bytes_same(m.text, bytes_text(text));
        arena_free(&a);
    }
    arena_free(&a);
    return copies;
}

const struct message *stage_next_shown(struct person *who)
{
    return who->seen < who->n_shown ? &who->shown[who->seen] : NULL;
}

void stage_skip_shown(struct person *who)
{
    who->seen++;
}

enum err_code stage_operate(struct play *p, enum op op, const void *message, struct buf *answer)
{
    struct buf body = BUF(LIMIT_FRAME), frame = BUF(LIMIT_FRAME);
    struct frame f = {.op = op, .id = 1}, reply;
    struct arena a = ARENA(4 * LIMIT_FRAME);
    enum err_code code;

    frame_pack(message, &body);
    f.body = buf_view(&body);
    frame_write(&f, &frame);
    frame_to_server(p, &p->control, buf_view(&frame));
    stage_settle(p);
    assert_ok(frame_parse(buf_view(&p->control_answer), &a, &reply));
    code = reply.code == 0 ? E_OK : err_from_number(reply.code);
    if (answer != NULL)
        buf_bytes(answer, reply.body);
    arena_free(&a);
    buf_free(&body);
    buf_free(&frame);
    return code;
}
