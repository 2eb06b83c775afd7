/* SPDX-License-Identifier: Apache-2.0 */
#include "scenario/stage_memory.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/encoding.h"
#include "client/vault.h"
#include "crypto/hash.h"
#include "crypto/password.h"
#include "e2ee/fingerprint.h"
#include "scenario/holdings.h"
#include "server/live/live.h"
#include "server/main/features.h"
#include "server/networks/networks.h"
#include "storage/sqlite/sqlite.h"
#include "wire/tacet.pb-c.h"

#define PEOPLE_MAX  8
#define SHOWN_MAX   256
#define PENDING_MAX 256
#define ROUNDS_MAX  10000
#define DOMAIN      "x.example"
#define ADDRESS     "127.0.0.1:8443"
#define START_MS    UINT64_C(1790000000000)

/* One connection: the server's session and whose it is. */
struct line {
    struct session session;
    struct person *who;
    bool open;
    struct line *older;
};

struct person {
    struct play *play;
    char handle[33], path[300];
    struct db *db;
    struct vault *vault;
    struct engine *engine;
    struct line *line;
    int64_t skew_ms;
    uint64_t wake_ms; /* 0: none */
    struct message shown[SHOWN_MAX];
    char *text[SHOWN_MAX], from[SHOWN_MAX][33];
    size_t n_shown, seen;
    struct message_id said;
    enum delivery_state state;
    enum err_code code, link;
    bool joined;
    unsigned problems, steps; /* steps: until the program is ended; 0: never */
    enum err_code problem_code;
};

struct play {
    char dir[64];
    uint64_t now_ms, next_session, drawn;
    int64_t skew_next_ms; /* of whoever joins */
    struct random random;
    struct point root;
    struct sign_private *root_key, *directory_key;
    struct db *db;
    struct networks *networks;
    struct server server;
    struct live *live;
    bool up;
    struct request *pending[PENDING_MAX];
    size_t n_pending;
    struct line control, *lines; /* lines: every one there ever was */
    struct buf control_answer;
    struct person *person[PEOPLE_MAX];
    size_t people;
    stage_tamper *down, *upward;
    void *down_ctx, *up_ctx;
};

/* ---- randomness that a run can repeat */

static struct err draw(void *ctx, uint8_t *out, size_t n)
{
    struct play *p = ctx;

    while (n > 0) {
        uint8_t digest[HASH_SHA512_SIZE];
        size_t part = n < sizeof digest ? n : sizeof digest;

        p->drawn++;
        TRY(hash_sha512(HASH_PARTS(bytes(&p->drawn, sizeof p->drawn)), digest));
        memcpy(out, digest, part);
        out += part;
        n -= part;
    }
    return OK;
}

static uint64_t clock_of(const struct person *who)
{
    return (uint64_t)((int64_t)who->play->now_ms + who->skew_ms);
}

/* ---- the server */

static bool crashes(struct person *who);

static void take_frame(struct person *who, struct bytes frame)
{
    if (who->engine == NULL || crashes(who))
        return;
    engine_wake(who->engine, clock_of(who));
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

static void hang_up(struct play *p, struct line *line, enum err_code why)
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
    hang_up(ctx, (struct line *)(void *)s, why);
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
    hang_up(p, line, err.code);
}

static void start_server(struct play *p)
{
    const struct live_host host = {p, send_down, close_line, ask_page};
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
            hang_up(p, p->person[i]->line, E_CLOSED);
    live_leave(p->live, &p->control.session);
    live_free(p->live);
    networks_free(p->networks);
    db_close(p->db);
    p->up = false;
    stage_settle(p);
}

void server_comes_back(struct play *p)
{
    start_server(p);
    stage_settle(p);
}

/* ---- people's engines */

static void remember(struct person *who, const struct event *e)
{
    size_t i = who->n_shown;

    assert_true(i < SHOWN_MAX);
    who->shown[i] = e->message;
    who->text[i] = calloc(1, e->message.text.n + 1);
    assert_non_null(who->text[i]);
    if (e->message.text.n > 0)
        memcpy(who->text[i], e->message.text.at, e->message.text.n);
    snprintf(who->from[i], sizeof who->from[i], "%s", e->contact.handle);
    who->n_shown++;
}

static void hear(struct person *who, const struct event *e)
{
    switch (e->kind) {
    case EVENT_JOINED:
        who->joined = true;
        break;
    case EVENT_LINK:
        who->link = e->code;
        break;
    case EVENT_MESSAGE:
        remember(who, e);
        break;
    case EVENT_STATE:
        who->said = e->message.id;
        who->state = e->message.state;
        who->code = e->code;
        break;
    case EVENT_PROBLEM:
        who->problems |= 1u << e->problem;
        who->problem_code = e->code;
        break;
    case EVENT_DRAINED:
    case EVENT_CONTACT:
        break;
    }
}

static void connect_up(struct person *who)
{
    struct play *p = who->play;
    uint8_t binding[API_BINDING_SIZE];
    struct line *line;

    if (!p->up) {
        engine_link_down(who->engine, E_CLOSED);
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
    assert_ok(live_enter(p->live, &line->session));
    who->line = line;
    engine_wake(who->engine, clock_of(who));
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
        if (crashes(who))
            break;
        switch (a.kind) {
        case ACTION_CONNECT:
            connect_up(who);
            break;
        case ACTION_SEND:
            send_up(who, a.frame);
            break;
        case ACTION_CLOSE:
            if (who->line != NULL)
                hang_up(who->play, who->line, E_CLOSED);
            break;
        case ACTION_WAKE:
            who->wake_ms = a.at_ms;
            break;
        case ACTION_TELL:
            hear(who, &a.event);
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

        if (who->engine == NULL || who->wake_ms == 0 || clock_of(who) < who->wake_ms)
            continue;
        who->wake_ms = 0;
        engine_wake(who->engine, clock_of(who));
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

enum err_code stage_problem_code(const struct person *who)
{
    return who->problem_code;
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
        hang_up(who->play, who->line, E_CLOSED);
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
    struct arena a = ARENA(4 << 20);
    unsigned copies = 0;

    assert_ok(people_by_handle(who->vault, bytes_text(with->handle), &c));
    for (uint64_t after = 0;; after = m.place) {
        struct err err = messages_next(who->vault, c.number, after, &a, &m);

        if (err.code == E_ABSENT)
            break;
        assert_ok(err);
        copies += bytes_same(m.text, bytes_text(text));
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

/* ---- beginning and end */

struct play *play_begin(void)
{
    struct play *p = calloc(1, sizeof *p);
    char path[128];

    assert_non_null(p);
    snprintf(p->dir, sizeof p->dir, "/tmp/tacet-play-XXXXXX");
    assert_non_null(mkdtemp(p->dir));
    snprintf(path, sizeof path, "%s/server", p->dir);
    assert_int_equal(mkdir(path, 0700), 0);
    p->now_ms = START_MS;
    p->random = (struct random){draw, p};
    p->control_answer = BUF(LIMIT_FRAME);
    assert_ok(sign_generate(&p->root_key, p->root.b));
    struct point directory;
    assert_ok(sign_generate(&p->directory_key, directory.b));
    start_server(p);
    return p;
}

static void stop_person(struct person *who)
{
    if (who->line != NULL)
        hang_up(who->play, who->line, E_CLOSED);
    engine_free(who->engine);
    vault_close(who->vault);
    db_close(who->db);
    who->engine = NULL;
    who->vault = NULL;
    who->db = NULL;
    who->wake_ms = 0;
    who->link = E_CLOSED;
    who->steps = 0;
}

/* One step nearer to the end that was asked for. */
static bool crashes(struct person *who)
{
    if (who->steps == 0 || --who->steps > 0)
        return false;
    stop_person(who);
    return true;
}

void play_end(struct play *p)
{
    char command[128];

    for (size_t i = 0; i < p->people; i++) {
        stop_person(p->person[i]);
        for (size_t k = 0; k < p->person[i]->n_shown; k++)
            free(p->person[i]->text[k]);
    }
    if (p->up)
        server_dies(p);
    for (size_t i = 0; i < p->people; i++)
        free(p->person[i]);
    while (p->lines != NULL) {
        struct line *line = p->lines;

        p->lines = line->older;
        free(line);
    }
    sign_private_free(p->root_key);
    sign_private_free(p->directory_key);
    buf_free(&p->control_answer);
    snprintf(command, sizeof command, "rm -rf %s", p->dir);
    assert_int_equal(system(command), 0);
    free(p);
}

/* ---- people */

char *invited(struct play *p, const char *handle)
{
    Tacet__Wire__Invite m = TACET__WIRE__INVITE__INIT;
    Tacet__Wire__Invited *got;
    struct buf answer = BUF(4096);
    struct arena a = ARENA(65536);
    char *link;

    m.handle = frame_data(bytes_text(handle));
    m.lives_s = 48 * 3600;
    assert_int_equal(stage_operate(p, OP_INVITE, &m, &answer), E_OK);
    assert_ok(frame_unpack(buf_view(&answer), &tacet__wire__invited__descriptor, &a, &got));
    link = strndup((const char *)got->link.data, got->link.len);
    arena_free(&a);
    buf_free(&answer);
    return link;
}

static const struct bytes PASSPHRASE = {(const uint8_t *)"correct horse", 13};

static void open_database(struct person *who)
{
    assert_ok(sqlite_open(&who->db, who->path, true, true));
}

static void start_engine(struct person *who)
{
    assert_ok(engine_new(&who->engine, who->vault, &who->play->random, clock_of(who)));
    engine_wake(who->engine, clock_of(who));
    stage_settle(who->play);
}

enum err_code joins_by(struct play *p, const char *handle, const char *link, struct person **out)
{
    struct invitation invitation;
    struct person *who;
    struct own own;
    struct err err = invitation_read(bytes_text(link), &invitation);

    if (err.code != E_OK)
        return err.code;
    who = calloc(1, sizeof *who);
    assert_non_null(who);
    assert_true(p->people < PEOPLE_MAX);
    p->person[p->people++] = who;
    who->play = p;
    who->skew_ms = p->skew_next_ms;
    snprintf(who->handle, sizeof who->handle, "%s", handle);
    snprintf(who->path, sizeof who->path, "%s/%zu-%s.vault", p->dir, p->people, handle);
    open_database(who);
    assert_ok(vault_create(&who->vault, who->db, PASSPHRASE, PASSWORD_COST_LEAST, &p->random));
    assert_ok(own_create(who->vault, &invitation, clock_of(who), &own));
    own_free(&own);
    start_engine(who);
    *out = who;
    return who->joined ? E_OK : who->link;
}

struct person *joins(struct play *p, const char *handle)
{
    char *link = invited(p, handle);
    struct person *who = NULL;

    assert_int_equal(joins_by(p, handle, link, &who), E_OK);
    assert_true(engine_is_drained(who->engine));
    free(link);
    return who;
}

void leaves(struct person *who)
{
    stop_person(who);
    stage_settle(who->play);
}

void returns(struct person *who)
{
    open_database(who);
    assert_ok(vault_open(&who->vault, who->db, PASSPHRASE, &who->play->random));
    start_engine(who);
}

void removes(struct play *p, const char *handle)
{
    Tacet__Wire__Remove m = TACET__WIRE__REMOVE__INIT;

    m.handle = frame_data(bytes_text(handle));
    assert_int_equal(stage_operate(p, OP_REMOVE, &m, NULL), E_OK);
}

/* ---- messages */

void says_to(struct person *who, const char *handle, const char *text)
{
    struct command c = {COMMAND_SEND, bytes_text(handle), bytes_text(text)};
    struct err err = engine_command(who->engine, &c, clock_of(who));

    if (err.code != E_OK) { /* refused before it was queued */
        who->state = DELIVERY_FAILED;
        who->code = err.code;
    }
    stage_settle(who->play);
}

void says(struct person *who, struct person *to, const char *text)
{
    says_to(who, to->handle, text);
}

void is(struct person *who, const char *state)
{
    assert_string_equal(delivery_name(who->state), state);
}

void failed_with(struct person *who, enum err_code code)
{
    assert_string_equal(err_name(who->code), err_name(code));
}

void sees(struct person *who, struct person *from, const char *text)
{
    if (who->seen == who->n_shown)
        fail_msg("%s sees nothing, and should see \"%s\"", who->handle, text);
    assert_string_equal(who->text[who->seen], text);
    assert_string_equal(who->from[who->seen], from->handle);
    who->seen++;
}

void sees_nothing(struct person *who)
{
    if (who->seen != who->n_shown)
        fail_msg("%s sees \"%s\"", who->handle, who->text[who->seen]);
}

/* ---- trust */

static void contact_of(struct person *who, struct person *other, struct contact *out)
{
    assert_ok(people_by_handle(who->vault, bytes_text(other->handle), out));
}

const char *safety_number(struct person *who, struct person *other)
{
    static char digits[FINGERPRINT_DIGITS + 1];
    uint8_t fingerprint[FINGERPRINT_SIZE];
    struct contact c;

    contact_of(who, other, &c);
    assert_ok(people_fingerprint(engine_own(who->engine), &c, fingerprint));
    fingerprint_digits(fingerprint, digits);
    return digits;
}

enum err_code confirms(struct person *who, struct person *other, const char *digits)
{
    struct command c = {COMMAND_CONFIRM, bytes_text(other->handle), bytes_text(digits)};

    return engine_command(who->engine, &c, clock_of(who)).code;
}

bool has_verified(struct person *who, struct person *other)
{
    struct contact c;

    contact_of(who, other, &c);
    return c.verified;
}

bool server_holds(struct play *p, const char *text)
{
    char path[128];

    snprintf(path, sizeof path, "%s/server", p->dir);
    return holdings_have(path, bytes_text(text));
}
