/* SPDX-License-Identifier: Apache-2.0 */
/*
 * api: all between a frame and a commit.  No thread, no socket, no clock of its own.
 *
 *   loop    api_frame   bytes of a session -> a request: parsed, allowed, sized, paced
 *   worker  api_batch   many requests -> one transaction -> effects, released after the commit
 *   worker  api_apart   the same without a database: the bytes of files, on a thread of their own
 *
 * A handler is a straight-line function: its caller is authenticated and allowed, its body within
 * the limit, a transaction is open, memory is the request's arena.  It answers with
 * request_answer() and request_effect(), and owns nothing.  It may be run twice for one request:
 * what the first time did in the database is gone by then.
 */
#ifndef TACET_SERVER_API_API_H
#define TACET_SERVER_API_API_H

#include "base/arena.h"
#include "base/id.h"
#include "crypto/random.h"
#include "storage/blob.h"
#include "storage/db.h"
#include "wire/frame.h"
#include "wire/limits.h"

struct backups;
struct keystore;
struct request;
struct networks;
struct Tacet__Wire__Versions;

/* ---- The table: who, how large, how often.  Every enum starts at 1: a forgotten column fails. */

enum route_who {
    ROUTE_ANYONE = 1, /* a connection that has not signed in */
    ROUTE_DEVICE,     /* signed in */
    ROUTE_OPERATOR,   /* the local control socket */
    ROUTE_SERVER,     /* no frame: the server asks itself */
};
enum route_rate { ROUTE_ONCE = 1, ROUTE_SLOW, ROUTE_NORMAL, ROUTE_BULK };
enum route_kind {
    ROUTE_READS = 1, /* answered even where nothing can be kept */
    ROUTE_WRITES,    /* needs room: refused where the disk is full */
    /* Writes too, also where the disk is full: it frees more than it takes, or takes next to
     * nothing at its operator's word. */
    ROUTE_GOES_ON,
    /* Asks no database: a host may run it with api_apart(). */
    ROUTE_APART,
};

struct route {
    enum op op;
    enum route_who who;
    uint32_t body_limit; /* bytes */
    enum route_rate rate;
    enum route_kind kind;
    struct err (*handler)(struct request *rq);
};

/* All features' tables, each ended by a row with op 0. */
struct routes {
    const struct route *const *table;
    size_t n;
};

const struct route *api_route(const struct routes *routes, uint32_t op);

/* ---- A connection as the loop knows it.  The host owns it and never shares it with the worker. */

#define API_BINDING_SIZE 32
#define API_FROM_SIZE    46        /* an address of IPv6 as text, and its NUL */
#define API_PAGES_MAX    4         /* pages of mail a device may owe acknowledgements for */
#define API_ARENA_MAX    (8 << 20) /* bytes: a ceiling for the arena of any one request */

/* What may be asked: every operation costs tokens, which come back with time. */
#define API_TOKENS_FULL       8000
#define API_TOKENS_PER_SECOND 2000
#define API_COST_SLOW         1000
#define API_COST_NORMAL       20
#define API_COST_BULK         1

/* What the requests of one session that are on their way may weigh together: the uploads that may
 * be unanswered, and as much as a busy client asks beside them. */
#define API_REQUEST_WEIGHT 2048 /* of every request, beside its frame; bytes */
#define API_WAITING_MAX    ((LIMIT_UNANSWERED + 2) * LIMIT_FRAME)

/* Files that a session may write to: those that it began last. */
#define API_GRANTS_MAX 4

struct grant {
    struct blob_name name;
    uint64_t size; /* of the whole, bytes; 0: none is granted here */
};

enum session_kind { SESSION_CLIENT = 1, SESSION_CONTROL };

struct session {
    uint64_t id; /* unique in the life of a process */
    enum session_kind kind;
    const struct routes *routes;
    uint64_t now_ms; /* set by the host before api_frame */
    uint8_t binding[API_BINDING_SIZE];
    char from[API_FROM_SIZE]; /* the peer's address, numeric, without port; empty: not known */
    bool signed_in;
    struct device_id did;
    struct account_id aid;
    uint64_t asked_once; /* a bit for each operation of ROUTE_ONCE that was asked */
    uint32_t unanswered; /* uploads on their way */
    size_t waiting;      /* weight of all requests on their way */
    uint32_t tokens;     /* what may still be asked now; refilled with time */
    uint64_t refilled_ms;

    struct grant grants[API_GRANTS_MAX];
    size_t granted; /* so often */

    /* mail: kept by server/live */
    bool mail, paging;
    uint64_t cursor;                  /* the last item handed out */
    uint64_t page_end[API_PAGES_MAX]; /* last items of pages that are not acknowledged */
    size_t pages;
};

void api_session(struct session *s, uint64_t id, enum session_kind kind,
                 const struct routes *routes, struct bytes binding, uint64_t now_ms);

/* ---- A request, from frame to reply. */

/* The host's last room, on a disk that is full: false: it has none that would help.  Outside of a
 * transaction. */
struct relief {
    void *ctx;
    bool (*give)(void *ctx);
};

struct server {
    struct db *db;
    struct networks *networks;
    const struct routes *routes;
    const struct keystore *keystore;
    const struct backups *backups;  /* NULL: this host makes none */
    const struct relief *relief;    /* NULL: this host has none */
    const struct blob_store *blobs; /* NULL: this host keeps no files */
    struct files_room {             /* what files may take together, as announced; bytes */
        uint64_t account, all;
    } files_room;
    bool full; /* the disk is: what writes is refused.  Set by the host, and by api_batch when it
                * was given relief */
    uint8_t pin[32];     /* of the TLS key that we started with */
    const char *address; /* "host:port", for the same */
    unsigned careful;    /* kept by api_batch, from 0: batches that still go by savepoints */
};

enum effect_kind {
    EFFECT_SEND = 1,  /* frame bytes to a session */
    EFFECT_SIGNED_IN, /* the session is this device's now */
    EFFECT_MAIL,      /* the device has mail; with a `frame`, item `number` is in it */
    EFFECT_PASS,      /* frame bytes to the device, if it is there now; else they are dropped */
    EFFECT_PAGE,      /* a page went to the session, up to `number`; `more` waits behind it */
    EFFECT_ACKED,     /* the session acknowledged up to `number` */
    EFFECT_GONE,      /* the device was removed: close its session */
    EFFECT_CLOSE,     /* close this session with `code` */
    EFFECT_ANSWERED,  /* an upload of the session was answered */
    EFFECT_DONE,      /* a request of the session, of weight `number`, is no longer on its way */
    EFFECT_GRANT,     /* the session may write to the blob named `frame`, of size `number` */
    EFFECT_ERASE,     /* nothing refers to the blob named `frame` any more */
    EFFECT_KEYS, /* the keystore holds what new connections are to be shown; `frame`: its pin */
};

struct effect {
    enum effect_kind kind;
    uint64_t session;
    struct device_id did;
    struct account_id aid;
    uint64_t number;
    bool more;
    enum err_code code;
    struct bytes frame;
};

/* What a batch did, for the loop to carry out in this order.  Owns its memory, but frames that
 * handlers wrote are in the arenas of their requests, which therefore stay until it is done. */
struct effects {
    struct arena arena;
    struct effect *at;
    size_t n, room;
    enum err_code speechless; /* E_OK, or why there is nothing here: api_batch() */
};

struct request {
    struct arena *arena;       /* the caller's; outlives the effects */
    const struct route *route; /* NULL: there is none, and the request is refused */
    uint32_t op;
    uint64_t session, id;
    struct session_binding {
        uint8_t b[API_BINDING_SIZE];
    } binding;
    char from[API_FROM_SIZE]; /* the session's */
    struct device_id did;     /* the caller's, when signed in */
    struct account_id aid;
    struct bytes body;
    size_t weight;              /* in its session's `waiting`; 0: the server's own */
    uint64_t cursor;            /* of a ROUTE_SERVER delivery */
    const struct grant *grants; /* of ROUTE_APART: API_GRANTS_MAX of them */
    enum err_code refused;      /* by api_frame, already */

    /* while a handler runs */
    struct server *server;
    struct db *db;
    uint64_t now_ms;
    struct random *random;

    /* what it left */
    struct err outcome; /* for the host's log: why it was refused, and where */
    struct bytes answer, explanation;
    struct effect *effect;
    size_t effects, effects_room;
};

/*
 * E_MALFORMED, E_LIMIT, E_DENIED, E_ABSENT, E_AGAIN, E_NOMEM: not a frame that a well-behaved
 * client would send; close the session with that code.  What can be answered instead, because it
 * has an id and its sender has signed in, is a request with `refused` set:
 *
 *   E_ABSENT   no such operation
 *   E_DENIED   not for this caller
 *   E_LIMIT    larger than its row allows, or too many unanswered uploads
 *   E_AGAIN    faster than tokens come back: wait, and send the same bytes again
 *
 * E_LIMIT for the session: more than API_WAITING_MAX is on its way.
 */
FALLIBLE api_frame(struct session *s, struct arena *a, struct bytes frame, struct request **out);

/* A request of the server's own: a page of mail for this session's device. */
FALLIBLE api_deliver(const struct session *s, struct arena *a, struct request **out);

/* The same for what its operator might have asked: an operation without a body. */
FALLIBLE api_order(const struct routes *routes, struct arena *a, enum op op, struct request **out);

/*
 * One transaction, one commit; of a request that fails nothing stays; then `out` holds every
 * answer and effect, request after request, the answer first.  If the transaction cannot begin or
 * commit, every request that writes is answered with that code and nothing else has happened; those
 * that only read are answered all the same, if that is possible.  For want of room the host is
 * asked for relief first, and if it gives some, it is tried once more, without what writes.
 *
 * Whatever the outcome, each request of a session leaves an EFFECT_DONE, each SEND an
 * EFFECT_ANSWERED, and a request that wants no answer but failed an EFFECT_CLOSE: nobody would hear
 * of it otherwise.  But an acknowledgement that fails for trouble of this machine leaves its
 * EFFECT_ACKED alone: closing would help nobody.
 *
 * Without memory even for refusals nothing has happened, there are no effects, and
 * `out->speechless` is E_NOMEM: close every session that has a request here, or it waits for ever.
 */
void api_batch(struct server *sv, struct request **rq, size_t n, uint64_t now_ms,
               struct random *rnd, struct effects *out);

/* Requests of ROUTE_APART alone, one after the other; `sv` may be at work in api_batch() on another
 * thread meanwhile.  Effects as there. */
void api_apart(struct server *sv, struct request **rq, size_t n, struct effects *out);

void api_effects_free(struct effects *e);

/* ---- For handlers. */

/* The body, unpacked into the arena by its generated form.  E_MALFORMED, E_LIMIT, E_NOMEM. */
FALLIBLE request_read(const struct request *rq, const ProtobufCMessageDescriptor *form,
                      void *out_message);

/* The answer: a generated message, packed into the arena.  E_LIMIT: no frame holds it.  E_NOMEM. */
FALLIBLE request_answer(struct request *rq, const void *message);

/* A refusal that explains itself: keeps `message` as its body and returns FAIL(code). */
FALLIBLE request_refuse(struct request *rq, enum err_code code, const void *message);

/* Dropped when the handler fails, unless it is EFFECT_CLOSE.  `frame` is in the request's arena. */
FALLIBLE request_effect(struct request *rq, struct effect e);

/* A push as bytes, in the arena.  E_LIMIT, E_NOMEM. */
FALLIBLE request_frame(struct request *rq, enum op op, const void *message, struct bytes *out);

/* Of handlers that begin a session: may the two programs talk to each other?  E_MALFORMED: `theirs`
 * is NULL, or no range.  On E_VERSION the answer's body says our versions. */
FALLIBLE request_versions(struct request *rq, const struct Tacet__Wire__Versions *theirs);

#endif
