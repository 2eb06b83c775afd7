/* SPDX-License-Identifier: Apache-2.0 */
/* stage_internal: the stage in memory as its two files see it. */
#ifndef TACET_TESTS_SCENARIO_STAGE_INTERNAL_H
#define TACET_TESTS_SCENARIO_STAGE_INTERNAL_H

#include "client/vault.h"
#include "scenario/stage_memory.h"
#include "server/live/live.h"
#include "server/networks/keystore.h"

#ifndef PEOPLE_MAX /* benches have more */
#define PEOPLE_MAX 16
#define SHOWN_MAX  256
#endif
#define PENDING_MAX 256
#define DOMAIN      "x.example"
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
    const struct filing *filing; /* the same; NULL: it reaches no files */
    const struct pool *pool;     /* lent to every engine from the next start on; NULL: none */
    struct line *line;
    int64_t skew_ms;
    uint64_t wake_ms; /* 0: none */
    struct message shown[SHOWN_MAX];
    char *text[SHOWN_MAX], from[SHOWN_MAX][33], with[SHOWN_MAX][33]; /* with: whose conversation */
    size_t n_shown, seen;
    struct message_id said;
    enum delivery_state state;
    enum err_code code, link;
    bool joined, cut_off, removed;
    struct event devices; /* the last that told of somebody's devices, of so many */
    unsigned changes;
    unsigned deeds;       /* what was done with messages was told so often */
    struct event history; /* the last that told of what is given; of so many */
    unsigned histories;
    unsigned ended;        /* messages that were said to be over */
    struct event recovery; /* the last that told of a recovery key; kind 0: none did */
    struct event listed;   /* the last that told of a change to its own list; kind 0: none did */
    struct event doing;    /* what somebody does at the moment; told so often */
    unsigned doings;
    struct event moved;    /* the last that told of a file on its way; of so many */
    unsigned moves;
    struct event wished;      /* what came of a change of a room */
    bool telling;             /* and then its people were not told yet */
    uint32_t shared;          /* kinds of registers that other devices of mine changed */
    struct event adding;      /* and of a device that is being added */
    unsigned problems, steps; /* steps: until the program is ended; 0: never */
    enum err_code problem_code;
    struct roster_finding finding;
    unsigned told[32];    /* of each problem */
    uint64_t missing[32]; /* messages that each was about */
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
    const struct blob_store *blobs; /* lent to the server from its next start on; or NULL */
    struct live *live;
    bool up;
    struct request *pending[PENDING_MAX];
    size_t n_pending;
    struct keystore keystore;
    struct server_pin key, next, shown; /* in the keystore; to whoever connects */
    bool has_next;
    struct line control, *lines; /* lines: every one there ever was */
    struct buf control_answer;
    struct person *person[PEOPLE_MAX];
    size_t people;
    stage_tamper *down, *upward;
    void *down_ctx, *up_ctx;
};

/* ---- stage_memory.c */

uint64_t stage_clock(const struct person *who);
void stage_wake(struct person *who);
void stage_start_server(struct play *p);
void stage_drop_line(struct play *p, struct line *line, enum err_code why);

/* ---- stage_keys.c */

void stage_open_keys(struct play *p);
void stage_change_key(void *play, struct bytes pin);
/* Would whoever has these pins accept the server? */
bool stage_accepts(const struct play *p, struct bytes pins);

/* ---- stage_people.c */

/* Somebody whose vault is new; its file is called so.  Then its program is started. */
struct person *stage_enter(struct play *p, const char *handle, const char *file);
void stage_start(struct person *who);
/* The vault alone. */
void stage_open(struct person *who);
/* The program ends, without a word to anybody. */
void stage_stop(struct person *who);
/* Is this the step at which it was to crash?  Then it has. */
bool stage_dies(struct person *who);

/* Somebody is told something. */
void stage_hear(struct person *who, const struct event *e);

#endif
