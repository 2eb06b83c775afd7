/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wishes: what this person wants changed in rooms, until it is in force or cannot be.
 *
 * A wish is made by somebody who saw one state, and may meet another: whoever was too late makes it
 * anew on the state that was committed, unless what the person saw is not so any more.  That is the
 * rule by which two moderators who act at once come to one room.  [PROTOCOL 6.9]
 */
#ifndef TACET_CLIENT_WISHES_H
#define TACET_CLIENT_WISHES_H

#include "client/vault.h"
#include "e2ee/about.h"
#include "statement/room_chain.h"

#define WISHES_MAX          1000 /* that wait at a time */
#define WISHES_SUBJECTS_MAX ROOM_STATE_MEMBERS_MAX

enum wishes_kind {
    WISHES_CREATE = 1, /* the statement is there from the beginning */
    WISHES_ADD,
    WISHES_REMOVE,
    WISHES_PROMOTE, /* to moderator */
    WISHES_DEMOTE,
    WISHES_NAME,
    WISHES_DESCRIBE,
    WISHES_LEAVE,
    WISHES_DELETE,  /* put out all others */
    WISHES_TIDY,    /* put out whose account was removed: the room is silent until somebody does */
    WISHES_POSTING, /* who may write: text is "all" or "moderators" */

    WISHES_TIMERS = 20, /* for how long what is written lives: wishes_timers() */
};

struct wish {
    uint64_t number, room; /* its place in the queue; the room's number */
    enum wishes_kind kind;
    uint32_t seen; /* the newest version when it was made */
    size_t subjects;
    const uint64_t *subject;   /* contacts: whom to add, remove, promote, demote */
    struct bytes text, before; /* new name, description or posting, and the one that was seen */
    struct bytes statement;    /* signed for it, and perhaps sent; empty: none */
    struct bytes about;        /* what goes with the statement's name box; empty: nothing new */
    uint64_t retry_ms;         /* not before */
};

/* In the caller's transaction.  E_LIMIT: too many wait, or it is too large. */
FALLIBLE wishes_add(struct vault *v, struct wish *w);
FALLIBLE wishes_put(struct vault *v, const struct wish *w);
FALLIBLE wishes_drop(struct vault *v, uint64_t number);
/* The first from this number on, in the arena.  E_ABSENT. */
FALLIBLE wishes_next(struct vault *v, uint64_t from, struct arena *a, struct wish *out);

/* Who may write, as WISHES_POSTING says it: "all" or "moderators". */
struct bytes wishes_posting(uint8_t posting);

/* The bounds of a state, as WISHES_TIMERS says them. */
#define WISHES_TIMERS_SIZE 8
struct bytes wishes_timers(uint32_t ttl_s, uint32_t burn_s, uint8_t out[WISHES_TIMERS_SIZE]);

/* What the next state is to be. */
struct wishes_question {
    const struct wish *wish;
    const struct room_state *now;
    const bool *gone;              /* now->member[i]: the account was removed from the network */
    const struct about *about;     /* what it is called now; NULL: not known */
    struct account_id me;          /* as the next, of the room's only network */
    const struct account_id *whom; /* the subjects */
    struct bytes box;              /* the name box that NAME and DESCRIBE want */
};

/*
 * The next state, without signer and date; or *there: nothing is left to change.
 * E_DENIED: I may not; E_ABSENT: whom it is about is not in the room, or its name is not known;
 * E_CONFLICT: somebody else changed the same since; E_LIMIT: too many members; E_NOMEM.
 */
FALLIBLE wishes_apply(const struct wishes_question *q, struct arena *a, struct room_state *next,
                      bool *there);

#endif
