/* SPDX-License-Identifier: Apache-2.0 */
/*
 * world: one server and its people, one clock, and what is going to happen when.
 *
 * Everything is one process and one thread.  What is to happen stands in a queue by virtual time
 * (and, at the same time, by when it was put there); nothing else moves the world.
 */
#ifndef TACET_TESTS_SIM_WORLD_H
#define TACET_TESTS_SIM_WORLD_H

#include "base/buf.h"
#include "base/clock.h"
#include "client/engine.h"
#include "crypto/sign.h"
#include "property/dice.h"
#include "server/api/api.h"
#include "server/live/live.h"
#include "server/main/ballast.h"
#include "sim/circles.h"
#include "sim/disk.h"
#include "sim/doings.h"
#include "sim/kin.h"
#include "sim/ledger.h"
#include "sim/losing.h"
#include "sim/options.h"
#include "sim/past.h"
#include "sim/remarks.h"

#define WORLD_START_MS UINT64_C(1790000000000)
#define WORLD_DOMAIN   "x.example"

struct world;
struct person;
struct line;

/* What is going to happen.  It does not when its subject lives another life by then. */
typedef void moment_run(struct world *w, void *subject);
struct moment {
    uint64_t at_ms, order;
    moment_run *run;
    void *subject;
    const uint64_t *life_now; /* NULL: it happens in any case */
    uint64_t life;
};

/* The program of one device of a person, and the machine that it runs on. */
struct person {
    struct world *world;
    size_t index;         /* in world.person */
    struct person *first; /* the account's first device, by which the account is known here */
    struct kin kin;
    struct past past;
    struct losing losing;
    char handle[33];
    char name[40]; /* of the device, where it is told what happens */
    struct disk *disk;
    struct db *db;
    struct vault *vault;
    struct engine *engine; /* NULL: it does not run */
    uint64_t life;         /* counts its starts and ends */
    uint64_t wakes;        /* and what the engine asked to be woken for */
    struct line *line;     /* the connection that the engine has, or tries to have */
    int64_t skew_ms;       /* its clock runs ahead by so much */
    char *link;            /* the invitation; NULL: none yet */
    bool made;             /* its vault was made, with the invitation's keys */
    bool joined;           /* it was told so */
    uint64_t joined_ms;    /* the first time */
    bool unknown;          /* the server, which was put back, does not know it */
    bool away;             /* it was ended in good order, and is started by an action only */
    bool leaving;          /* the administrator was asked to remove it */
    bool removed;          /* the server said that it was removed */
    size_t removed_at;     /* after so many messages had been said */
    unsigned crash_in;     /* things that the engine wants done until it crashes; 0: it does not */
    unsigned restored;     /* how often its vault was put back */
    unsigned restored_later; /* and that behind a sign-in */
    uint64_t sign_ins, told; /* since the copy was made; problems in all */
    bool told_restored;
    uint64_t told_ms;    /* when it was last */
    bool answered;       /* since its vault was put back a sign-in was */
    bool unheard;        /* it was not, by a crash, an end or a lost link, and could have said so */
    unsigned passphrase; /* which one opens its vault; with the copy, that one */
    unsigned copy_passphrase;
    bool either; /* or the next one does: the disk failed or was full when it was changed */
    bool copy_either;
    /* the network on its side */
    unsigned latency_ms;
    uint64_t blocked_until[2], blocked_since[2], slow_until; /* by enum way */
    struct disk_image *copy;                                 /* of its vault; NULL: none */
};

/* What the operator has asked for; asked again until it is answered. */
struct order {
    enum op op;
    size_t about; /* a person's index */
    bool sent;
    struct order *next;
};

struct server_node {
    struct disk *disk;
    struct db *db;
    struct networks *networks;
    struct server server;
    struct live *live;
    struct ballast ballast; /* reserve.h */
    bool room_kept;         /* since this start the ballast was whole: what goes on has room */
    struct ballast_place place;
    struct relief relief;
    bool up, busy;
    uint64_t life, next_session;
    int64_t skew_ms;
    struct session control;
    struct request **pending;
    size_t n_pending, room_pending;
    /* a batch that was committed, and is released later */
    struct request **batch;
    size_t n_batch;
    struct effects effects;
    bool crash_before_release;
    struct order *orders;
    struct buf policy; /* the root's statement; empty: none */
    struct point root;
    struct sign_private *root_key, *directory_key;
    /* the operator's backup: backups.c */
    struct {
        bool under_way;
        uint64_t began_ms, size;
        struct buf part;          /* what was taken so far */
        struct disk_image *whole; /* the last one; NULL: none yet */
        uint64_t of_ms;           /* when it began */
    } backup;
    bool restored, closed;   /* it was put back; and nobody but the operator may come yet */
    uint64_t restored_of_ms; /* to which moment, the earliest of them */
    uint64_t listed_ms; /* when it took a list that is not an account's first, or what opens with a
                           recovery key */
};

struct hostile;

struct world {
    struct options options;
    struct outcome *outcome;
    uint64_t now_ms, order, drawn;
    struct moment *heap;
    size_t moments, room;
    /* each purpose has its own */
    struct dice act, net, machine, lie, own, care, rule, secret, kin, past, lose, circle, remark,
        life, doing;
    struct random random; /* from `own` */
    struct server_node server;
    struct person *person[OPTIONS_DEVICES_MOST]; /* each device of everybody */
    size_t people, accounts;
    unsigned losses;    /* how often somebody lost everything */
    struct line *lines; /* every one there ever was */
    struct ledger ledger;
    struct circles circles;
    struct remarks remarks;
    struct doings doings;
    struct hostile *hostile;
    bool calm; /* no trouble any more */
};

struct world *world_new(const struct options *o, struct outcome *outcome);
void world_free(struct world *w);

/* Let this happen after so many milliseconds; `life` may be NULL. */
void world_after(struct world *w, uint64_t ms, moment_run *run, void *subject,
                 const uint64_t *life);
/* Let everything happen until then. */
void world_run_until(struct world *w, uint64_t at_ms);

/* Tell what happens, when that was asked for. */
void world_trace(const struct world *w, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

/* What cannot be, and is no promise of the product: the simulator itself is wrong. */
void world_must(struct err err, const char *what);

/* Something that this world is to have is rolled: once in n. */
bool world_rolls(struct world *w, struct dice *d, enum kind k, size_t n);

#endif
