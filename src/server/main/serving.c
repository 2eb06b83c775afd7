/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/serving.h"

#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/types.h>
#include <time.h>
#include <unistd.h>

#include "base/fault.h"
#include "net/listener.h"
#include "net/local.h"
#include "net/loop.h"
#include "net/stream.h"
#include "net/tls.h"
#include "net/websocket.h"
#include "net/workers.h"
#include "server/live/live.h"
#include "server/main/features.h"
#include "server/main/house.h"
#include "server/main/journal.h"
#include "server/main/room.h"
#include "server/networks/networks.h"
#include "server/queue/queue.h"
#include "storage/sqlite/sqlite.h"

#define ADDRESS_SIZE    320
#define HOUSEKEEPING_MS CLOCK_MINUTE_MS
#define RENEWAL_MS      (14 * CLOCK_DAY_MS)    /* for the operator to bring the root key */
#define FAREWELL_MS     2500                   /* for the peers to hear that we stop */
#define SIGN_IN_MS      (30 * CLOCK_SECOND_MS) /* for a client to say who it is */

/* Of a client that has not signed in: a JOIN is the largest that it may ask, a handful of pongs the
 * most that it can be owed. */
#define STRANGER_MESSAGE_MAX 8192
#define STRANGER_PENDING_MAX (16 * 1024)
_Static_assert(DEVICE_LIST_MAX_SIZE + 2048 <= STRANGER_MESSAGE_MAX, "a JOIN fits");

/* One connection: of a client, or on the control socket. */
struct peer {
    struct session session; /* first: live gives it back to us */
    struct serving *s;
    struct stream *stream;
    struct local *local;
    struct loop_timer *deadline; /* of a stranger, to sign in */
    bool entered;                /* live knows it */
    struct peer *next, **link;
};

struct serving {
    struct loop *loop;
    struct tls *tls;
    struct db *db;
    struct networks *networks;
    struct live *live;
    struct workers *workers;
    struct listener *tcp, *unix_socket;
    struct loop_signal *term, *interrupt;
    struct loop_timer *housekeeping, *farewell;
    struct loop_task after_release;       /* tests may kill the server here */
    struct stream_setup strangers, known; /* before and after a client has signed in */
    struct random random;
    struct server server;
    struct journal journal;
    char address[ADDRESS_SIZE];
    uint64_t next_session;
    struct peer *peers;
    size_t clients, clients_max; /* connected by TCP, signed in or not */
    bool stopping;
};

/* What the worker is given: a request with its memory, or housekeeping. */
struct job {
    struct arena arena;
    struct request *rq; /* NULL: housekeeping */
};

/* What it gives back. */
struct batch {
    struct effects effects;
    struct job **job;
    size_t jobs;
    struct err expiry, certificate; /* how housekeeping went */
    bool more_expired;              /* than one round of expiry deletes */
};

static uint64_t now_ms(void)
{
    struct timespec t;

    clock_gettime(CLOCK_REALTIME, &t);
    return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* ---- jobs */

static struct job *job_new(void)
{
    struct job *j = calloc(1, sizeof *j);

    if (j != NULL)
        j->arena = ARENA(API_ARENA_MAX);
    return j;
}

static void job_free(struct job *j)
{
    if (j == NULL)
        return;
    arena_free(&j->arena);
    free(j);
}

/* ---- on the worker's thread */

static void *work(void *ctx, void **items, size_t n)
{
    struct serving *s = ctx;
    struct batch *b = calloc(1, sizeof *b);
    struct request **rq = calloc(n, sizeof *rq);
    size_t requests = 0;
    uint64_t now = now_ms(), deleted = 0;
    bool expire = false;

    invariant(b != NULL && rq != NULL); /* nothing could be answered without */
    b->job = calloc(n, sizeof *b->job);
    invariant(b->job != NULL);
    b->jobs = n;
    for (size_t i = 0; i < n; i++) {
        b->job[i] = items[i];
        if (b->job[i]->rq == NULL)
            expire = true;
        else
            rq[requests++] = b->job[i]->rq;
    }
    if (requests > 0)
        api_batch(&s->server, rq, requests, now, &s->random, &b->effects);
    if (expire) {
        b->expiry = queue_expire(s->db, now, &deleted);
        b->certificate = networks_in_force(s->networks, s->db, now + RENEWAL_MS);
    }
    b->more_expired = deleted == QUEUE_EXPIRE_MOST;
    free(rq);
    return b;
}

/* ---- back on the loop's thread */

static void batch_free(struct batch *b)
{
    for (size_t i = 0; i < b->jobs; i++)
        job_free(b->job[i]);
    api_effects_free(&b->effects);
    free(b->job);
    free(b);
}

static void released(void *ctx)
{
    (void)ctx;
    fault_point("server-after-release");
}

static struct peer *peer_of(struct session *session)
{
    return (struct peer *)(void *)session;
}

/* A stranger no more. */
static void trust(struct peer *p)
{
    if (p->deadline == NULL)
        return;
    loop_timer_free(p->deadline);
    p->deadline = NULL;
    stream_trust(p->stream, &p->s->known);
}

static void send_frame(void *ctx, struct session *session, struct bytes frame)
{
    struct serving *s = ctx;
    struct peer *p = peer_of(session);
    struct err e = OK;

    if (session->signed_in) /* its first page leaves in the round in which it signs in */
        trust(p);
    if (p->stream != NULL)
        e = stream_send(p->stream, frame);
    else if (p->local != NULL)
        e = local_send(p->local, frame);
    if (e.code != E_OK && e.code != E_CLOSED)
        journal_failure(&s->journal, "a frame was not sent", e);
}

static uint16_t close_code(enum err_code why)
{
    switch (err_who(why)) {
    case WHO_PEER:
    case WHO_CALLER:
        return WEBSOCKET_CLOSE_POLICY;
    case WHO_OPERATOR:
        return WEBSOCKET_CLOSE_TROUBLE;
    case WHO_NOBODY:
        break;
    }
    return WEBSOCKET_CLOSE_NORMAL;
}

static void peer_free(struct peer *p)
{
    if (p->entered)
        live_leave(p->s->live, &p->session);
    if (p->stream != NULL)
        p->s->clients--;
    loop_timer_free(p->deadline);
    stream_free(p->stream);
    local_free(p->local);
    if (p->next != NULL)
        p->next->link = p->link;
    *p->link = p->next;
    free(p);
}

static void close_session(void *ctx, struct session *session, enum err_code why)
{
    struct peer *p = peer_of(session);

    (void)ctx;
    if (p->stream != NULL)
        stream_close(p->stream, close_code(why), err_name(why));
    else
        peer_free(p);
}

/* A request of this session, which hears of it if it cannot be worked; or, without, housekeeping.
 */
static void submit(struct serving *s, struct job *j, struct session *session)
{
    struct err e = workers_submit(s->workers, j);

    if (e.code == E_OK)
        return;
    job_free(j);
    if (e.code == E_CLOSED) /* stopping: clients will ask again */
        return;
    journal_failure(&s->journal, "a request was dropped", e);
    if (session != NULL)
        close_session(s, session, e.code);
}

static void expire(struct serving *s)
{
    struct job *j = job_new();

    if (j != NULL)
        submit(s, j, NULL);
}

static void note(struct serving *s, const struct batch *b)
{
    for (size_t i = 0; i < b->jobs; i++)
        if (b->job[i]->rq != NULL)
            journal_refusal(&s->journal, b->job[i]->rq);
    if (b->expiry.code != E_OK)
        journal_failure(&s->journal, "expiry", b->expiry);
    if (b->certificate.code == E_EXPIRED)
        journal_renewal(&s->journal, now_ms());
}

static void done(void *ctx, void *result)
{
    struct serving *s = ctx;
    struct batch *b = result;

    fault_point("server-before-release");
    live_settle(s->live, &b->effects);
    note(s, b);
    if (b->more_expired)
        expire(s);
    batch_free(b);
    loop_task_post(s->loop, &s->after_release); /* behind the flushes that settling posted */
}

static void ask_page(void *ctx, struct session *session)
{
    struct serving *s = ctx;
    struct job *j = job_new();

    if (j == NULL || api_deliver(session, &j->arena, &j->rq).code != E_OK) {
        job_free(j);
        close_session(ctx, session, E_NOMEM);
        return;
    }
    submit(s, j, session);
}

/* ---- connections */

static struct peer *peer_new(struct serving *s)
{
    struct peer *p = calloc(1, sizeof *p);

    if (p == NULL)
        return NULL;
    p->s = s;
    p->next = s->peers;
    p->link = &s->peers;
    if (p->next != NULL)
        p->next->link = &p->next;
    s->peers = p;
    return p;
}

static bool enter(struct peer *p, enum session_kind kind, struct bytes binding)
{
    api_session(&p->session, ++p->s->next_session, kind, features_routes(), binding, now_ms());
    p->entered = live_enter(p->s->live, &p->session).code == E_OK;
    return p->entered;
}

static void take_frame(void *ctx, struct bytes frame)
{
    struct peer *p = ctx;
    struct job *j = job_new();
    struct err e;

    if (j == NULL) {
        close_session(p->s, &p->session, E_NOMEM);
        return;
    }
    p->session.now_ms = now_ms();
    e = api_frame(&p->session, &j->arena, frame, &j->rq);
    if (e.code == E_OK) {
        fault_point("server-received");
        submit(p->s, j, &p->session);
        return;
    }
    job_free(j);
    journal_closed(&p->s->journal, p->session.id, e);
    close_session(p->s, &p->session, e.code);
}

static void on_deadline(void *ctx)
{
    struct peer *p = ctx;

    close_session(p->s, &p->session, E_DENIED);
}

static void stream_opened(void *ctx, struct bytes binding)
{
    struct peer *p = ctx;

    if (!enter(p, SESSION_CLIENT, binding) ||
        loop_timer_new(p->s->loop, on_deadline, p, &p->deadline).code != E_OK) {
        stream_abort(p->stream);
        return;
    }
    loop_timer_set(p->deadline, SIGN_IN_MS);
}

static void stream_closed(void *ctx, enum stream_end why, struct bytes text)
{
    struct peer *p = ctx;
    struct serving *s = p->s;

    (void)why;
    (void)text;
    peer_free(p);
    if (s->stopping && s->peers == NULL)
        loop_stop(s->loop);
}

static const struct stream_events STREAM_EVENTS = {stream_opened, take_frame, stream_closed};

static void accepted_tcp(void *ctx, int fd)
{
    struct serving *s = ctx;
    struct peer *p = s->clients < s->clients_max ? peer_new(s) : NULL;
    struct err e;

    if (p == NULL) {
        close(fd);
        return;
    }
    e = stream_accept(&s->strangers, fd, p, &p->stream);
    if (e.code != E_OK) {
        journal_failure(&s->journal, "a connection was not accepted", e);
        peer_free(p);
        return;
    }
    s->clients++;
}

static void local_closed(void *ctx, struct err why)
{
    (void)why;
    peer_free(ctx);
}

static const struct local_events LOCAL_EVENTS = {take_frame, local_closed};

/* The right to administer is the peer's uid: ours, or root's. */
static void accepted_unix(void *ctx, int fd)
{
    struct serving *s = ctx;
    struct peer *p = peer_new(s);
    uid_t uid;

    if (p == NULL) {
        close(fd);
        return;
    }
    if (local_accept(s->loop, fd, &LOCAL_EVENTS, p, &p->local).code != E_OK) {
        peer_free(p);
        return;
    }
    uid = local_peer_uid(p->local);
    if ((uid != 0 && uid != geteuid()) || !enter(p, SESSION_CONTROL, (struct bytes){0}))
        peer_free(p);
}

/* ---- beginning and end */

static void housekeep(void *ctx)
{
    struct serving *s = ctx;

    journal_minute(&s->journal);
    expire(s);
    loop_timer_set(s->housekeeping, HOUSEKEEPING_MS);
}

static void stop(void *ctx)
{
    struct serving *s = ctx;

    s->stopping = true;
    loop_stop(s->loop);
}

static struct err read_file(const struct serving_options *o, const char *name, struct buf *out)
{
    char path[HOUSE_PATH_SIZE];

    TRY(house_path(o->data, name, path));
    return house_read(path, out);
}

static struct err open_keys(struct serving *s, const struct serving_options *o)
{
    struct err err = OK;
    struct buf key = BUF(HOUSE_FILE_MAX), certificate = BUF(HOUSE_FILE_MAX),
               directory = BUF(HOUSE_FILE_MAX);

    TRY_OUT(read_file(o, HOUSE_TLS_KEY, &key));
    TRY_OUT(read_file(o, HOUSE_TLS_CERT, &certificate));
    TRY_OUT(read_file(o, HOUSE_DIRECTORY_KEY, &directory));
    TRY_OUT(tls_new_server(buf_view(&key), buf_view(&certificate), &s->tls));
    TRY_OUT(tls_pin(buf_view(&certificate), s->server.pin));
    TRY_OUT(networks_open(s->db, buf_view(&directory), &s->networks));
out:
    buf_free(&key);
    buf_free(&certificate);
    buf_free(&directory);
    return err;
}

static struct err open_database(struct serving *s, const struct serving_options *o)
{
    char path[HOUSE_PATH_SIZE];

    TRY(house_path(o->data, HOUSE_DATABASE, path));
    TRY(sqlite_open(&s->db, path, false, true));
    return features_open(s->db);
}

static struct err open_loop(struct serving *s)
{
    static const struct workers_plan plan = {work, done};
    const struct live_host host = {s, send_frame, close_session, ask_page};

    s->clients_max = room_for_clients();
    TRY(loop_new(&s->loop));
    s->known = (struct stream_setup){s->loop, s->tls, &STREAM_EVENTS, STREAM_LIMITS};
    s->strangers = s->known;
    s->strangers.limits.message_max = STRANGER_MESSAGE_MAX;
    s->strangers.limits.pending_max = STRANGER_PENDING_MAX;
    s->after_release.run = released;
    TRY(live_new(&s->live, &host));
    TRY(loop_signal_new(s->loop, SIGTERM, stop, s, &s->term));
    TRY(loop_signal_new(s->loop, SIGINT, stop, s, &s->interrupt));
    TRY(loop_timer_new(s->loop, housekeep, s, &s->housekeeping));
    TRY(loop_timer_new(s->loop, stop, s, &s->farewell));
    return workers_new(s->loop, &plan, s, &s->workers);
}

/* `listen` with the port that the kernel chose. */
static void say_address(struct serving *s, const struct serving_options *o)
{
    const char *colon = strrchr(o->listen, ':');
    int host = colon == NULL ? 0 : (int)(colon - o->listen);

    snprintf(s->address, sizeof s->address, "%.*s:%u", host, o->listen,
             (unsigned)listener_port(s->tcp));
    s->server.address = o->address == NULL ? s->address : o->address;
    printf("tacetd listens on %s\n", s->address);
    fflush(stdout);
}

static struct err listen_on(struct serving *s, const struct serving_options *o)
{
    char path[HOUSE_PATH_SIZE];

    TRY(house_path(o->data, HOUSE_CONTROL, path));
    TRY(listener_unix(s->loop, path, accepted_unix, s, &s->unix_socket));
    TRY(listener_tcp(s->loop, o->listen, accepted_tcp, s, &s->tcp));
    say_address(s, o);
    return OK;
}

static struct err serve(struct serving *s, const struct serving_options *o,
                        enum serving_stage *stage)
{
    *stage = SERVING_HOUSE;
    TRY(house_check(o->data));
    *stage = SERVING_DATABASE;
    TRY(open_database(s, o));
    *stage = SERVING_KEYS;
    TRY(open_keys(s, o));
    s->random = random_system();
    s->server.db = s->db;
    s->server.networks = s->networks;
    s->server.routes = features_routes();
    *stage = SERVING_LOOP;
    TRY(open_loop(s));
    *stage = SERVING_LISTENING;
    TRY(listen_on(s, o));
    *stage = SERVING;
    housekeep(s);
    loop_run(s->loop);
    return s->stopping ? OK : FAIL(E_IO);
}

/* The batch at hand is committed, its answers leave, and everybody hears that we go. */
static void say_farewell(struct serving *s)
{
    struct peer *next;

    listener_free(s->tcp);
    listener_free(s->unix_socket);
    loop_timer_free(s->housekeeping); /* there is soon nobody left to keep house */
    workers_drain_and_stop(s->workers);
    for (struct peer *p = s->peers; p != NULL; p = next) {
        next = p->next;
        if (p->stream != NULL)
            stream_close(p->stream, WEBSOCKET_CLOSE_AWAY, "the server stops");
        else
            peer_free(p);
    }
    if (s->peers == NULL)
        return;
    loop_timer_set(s->farewell, FAREWELL_MS);
    loop_run(s->loop);
}

static void close_all(struct serving *s)
{
    if (s->loop != NULL)
        say_farewell(s);
    while (s->peers != NULL)
        peer_free(s->peers);
    live_free(s->live);
    loop_task_cancel(&s->after_release);
    loop_timer_free(s->farewell);
    loop_signal_free(s->term);
    loop_signal_free(s->interrupt);
    if (s->loop != NULL)
        loop_free(s->loop);
    tls_free(s->tls);
    networks_free(s->networks);
    db_close(s->db);
}

struct err serving_run(const struct serving_options *o, enum serving_stage *stage)
{
    struct serving *s = calloc(1, sizeof *s);
    struct err err;

    *stage = SERVING_LOOP;
    if (s == NULL)
        return FAIL(E_NOMEM);
    s->journal.to = stderr;
    err = serve(s, o, stage);
    close_all(s);
    free(s);
    return err;
}
