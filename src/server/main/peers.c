/* SPDX-License-Identifier: Apache-2.0 */
#include "server/main/peers.h"

#include <stdlib.h>
#include <unistd.h>

#include "base/fault.h"
#include "net/local.h"
#include "net/origin.h"
#include "net/websocket.h"
#include "server/linking/linking.h"
#include "server/main/depot.h"
#include "server/main/features.h"
#include "server/main/jobs.h"
#include "server/main/serving_internal.h"
#include "server/prekeys/prekeys.h"
#include "statement/device_list.h"

#define SIGN_IN_MS (30 * CLOCK_SECOND_MS) /* for a client to say who it is */

/* Of a client that has not signed in: a JOIN is the largest that it may ask; what it is told of its
 * account, or by whoever adds it, the most that it can be owed. */
#define STRANGER_MESSAGE_MAX 8192
#define STRANGER_PENDING_MAX (16 * 1024)
_Static_assert(DEVICE_LIST_MAX_SIZE + 2048 <= STRANGER_MESSAGE_MAX, "a JOIN fits");
_Static_assert(LINKING_BOX_MOST + 1024 <= STRANGER_MESSAGE_MAX, "so does a LINK_ASK");
_Static_assert(LINKING_ANSWER_MOST + 1024 <= STRANGER_PENDING_MAX, "and its answer");
_Static_assert(LINKING_RECOVERY_MOST + PREKEYS_OWN_LISTS_BYTES + DEVICE_LIST_MAX_SIZE + 2048 <=
                   STRANGER_PENDING_MAX,
               "and that to RECOVER");
_Static_assert(API_FROM_SIZE == ORIGIN_SIZE, "an address is one here and there");

/* One connection: of a client, or on the control socket. */
struct peer {
    struct session session; /* first: live gives it back to us */
    struct serving *s;
    struct stream *stream;
    struct local *local;
    struct loop_timer *deadline; /* of a stranger, to sign in */
    char from[API_FROM_SIZE];    /* the client's address; empty: not known, or not TCP */
    bool entered;                /* live knows it */
    struct peer *next, **link;
};

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
    p->s->metrics.sign_ins++;
    stream_trust(p->stream, &p->s->known);
}

void peers_send(void *ctx, struct session *session, struct bytes frame)
{
    struct serving *s = ctx;
    struct peer *p = peer_of(session);
    struct err e = OK;

    if (session->signed_in) /* its first page leaves in the round in which it signs in */
        trust(p);
    s->metrics.sent_bytes += frame.n;
    if (p->stream != NULL)
        e = stream_send(p->stream, frame);
    else if (p->local != NULL)
        e = local_send(p->local, frame);
    if (e.code != E_OK && e.code != E_CLOSED)
        journal_failure(&s->journal, JOURNAL_FRAME_UNSENT, e);
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
    if (p->entered && p->local != NULL)
        jobs_left(p->s, p->session.id);
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

void peers_close(void *ctx, struct session *session, enum err_code why)
{
    struct peer *p = peer_of(session);

    (void)ctx;
    if (p->stream != NULL)
        stream_close(p->stream, close_code(why), err_name(why));
    else
        peer_free(p);
}

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
    api_session(&p->session, ++p->s->next_session, kind, features_routes(), binding,
                serving_now_ms());
    memcpy(p->session.from, p->from, sizeof p->from);
    p->entered = live_enter(p->s->live, &p->session).code == E_OK;
    return p->entered;
}

static bool is_apart(const struct request *rq)
{
    return rq->refused == E_OK && rq->route->kind == ROUTE_APART;
}

static void take_frame(void *ctx, struct bytes frame)
{
    struct peer *p = ctx;
    struct job *j = jobs_new();
    struct err e;

    if (j == NULL) {
        peers_close(p->s, &p->session, E_NOMEM);
        return;
    }
    p->s->metrics.received_bytes += frame.n;
    p->session.now_ms = serving_now_ms();
    e = api_frame(&p->session, &j->arena, frame, &j->rq);
    if (e.code == E_OK) {
        fault_point("server-received");
        if (is_apart(j->rq))
            depot_submit(p->s, j, &p->session);
        else
            (void)jobs_submit(p->s, j, &p->session);
        return;
    }
    jobs_free(j);
    p->s->metrics.frames_refused++;
    journal_closed(&p->s->journal, p->session.id, e);
    peers_close(p->s, &p->session, e.code);
}

static void on_deadline(void *ctx)
{
    struct peer *p = ctx;

    peers_close(p->s, &p->session, E_DENIED);
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

void peers_accept_tcp(void *ctx, int fd)
{
    struct serving *s = ctx;
    struct peer *p = s->clients < s->clients_max ? peer_new(s) : NULL;
    struct err e;

    if (p == NULL) {
        s->metrics.clients_turned_away++;
        close(fd);
        return;
    }
    e = stream_accept(&s->strangers, fd, p, &p->stream);
    if (e.code != E_OK) {
        journal_failure(&s->journal, JOURNAL_CONNECTION_NOT_ACCEPTED, e);
        peer_free(p);
        return;
    }
    origin_read(fd, p->from);
    s->clients++;
    s->metrics.clients_accepted++;
}

static void local_closed(void *ctx, struct err why)
{
    (void)why;
    peer_free(ctx);
}

static const struct local_events LOCAL_EVENTS = {take_frame, local_closed};

/* The right to administer is the peer's uid: ours, or root's. */
void peers_accept_unix(void *ctx, int fd)
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
    else
        s->metrics.controls_accepted++;
}

void peers_limits(struct serving *s)
{
    s->known = (struct stream_setup){s->loop, s->tls, &STREAM_EVENTS, STREAM_LIMITS};
    s->strangers = s->known;
    s->strangers.limits.message_max = STRANGER_MESSAGE_MAX;
    s->strangers.limits.pending_max = STRANGER_PENDING_MAX;
}

void peers_farewell(struct serving *s)
{
    struct peer *next;

    for (struct peer *p = s->peers; p != NULL; p = next) {
        next = p->next;
        if (p->stream != NULL)
            stream_close(p->stream, WEBSOCKET_CLOSE_AWAY, "the server stops");
        else
            peer_free(p);
    }
}

void peers_count(const struct serving *s, struct metrics_now *out)
{
    out->clients = out->strangers = out->controls = 0;
    for (const struct peer *p = s->peers; p != NULL; p = p->next)
        if (p->stream == NULL)
            out->controls++;
        else if (p->session.signed_in)
            out->clients++;
        else
            out->strangers++;
}

void peers_free_all(struct serving *s)
{
    struct peer *next;

    for (struct peer *p = s->peers; p != NULL; p = next) {
        next = p->next;
        peer_free(p);
    }
}
