/* SPDX-License-Identifier: Apache-2.0 */
/*
 * roomlog: the conversations of several people that this account is or was in, as the vault keeps
 * them: their states, which were checked before, and what they are called.  [PROTOCOL 4.9, 6.9]
 *
 * A room has a number among those of contacts, under which its messages stand; a number is a
 * contact's or a room's.  Everything that writes does so in the caller's transaction.
 */
#ifndef TACET_CLIENT_ROOMLOG_H
#define TACET_CLIENT_ROOMLOG_H

#include "client/own.h"
#include "e2ee/about.h"
#include "statement/room_chain.h"

enum roomlog_standing {
    ROOMLOG_MAKING = 1, /* made here, and not in force yet: nobody knows of it */
    ROOMLOG_IN,
    ROOMLOG_OUT,    /* left, put out, or deleted */
    ROOMLOG_COPIES, /* I keep copies of what is written there, as a policy says */
};

struct room {
    uint64_t number;
    struct room_id id;
    enum roomlog_standing standing;
    bool deleted;     /* whoever was its last moderator put all others out */
    uint32_t version; /* of the newest state that is known; 0: none is in force */
    uint64_t asked_ms;
};

/* E_ABSENT. */
FALLIBLE roomlog_get(struct vault *v, uint64_t number, struct room *out);
FALLIBLE roomlog_find(struct vault *v, const struct room_id *id, struct room *out);
/* The one with the lowest number above `after`.  E_ABSENT: that was the last. */
FALLIBLE roomlog_next(struct vault *v, uint64_t after, struct room *out);

/* A new one, whose number is set. */
FALLIBLE roomlog_add(struct vault *v, struct room *r);
FALLIBLE roomlog_put(struct vault *v, const struct room *r);

/* A state and its commit, as they were signed; in the arena, the parsed parts too.  E_ABSENT. */
struct roomlog_step {
    struct room_state state;
    struct room_commit commit;
    struct bytes statement, commitment; /* the bytes */
};
FALLIBLE roomlog_step(struct vault *v, const struct room_id *id, uint32_t version, struct arena *a,
                      struct roomlog_step *out);
/* The newest.  E_ABSENT: none is in force. */
FALLIBLE roomlog_newest(struct vault *v, const struct room *r, struct arena *a,
                        struct roomlog_step *out);
FALLIBLE roomlog_put_step(struct vault *v, const struct room_state *s, struct bytes statement,
                          struct bytes commit);

/* What it is called by its newest state, in the arena.  E_ABSENT: nobody has told this device, or
 * another one of the account, yet. */
FALLIBLE roomlog_about(struct vault *v, const struct room_id *id, struct arena *a,
                       struct about *out, struct bytes *content);
/* The same, or what it was called before by what this device was told: to show. */
FALLIBLE roomlog_called(struct vault *v, const struct room_id *id, struct arena *a,
                        struct about *out);
/* `me`, this device, was told: my other devices are to know it, too.  [PROTOCOL 15.8] */
FALLIBLE roomlog_put_about(struct vault *v, const struct room_id *id, struct bytes content,
                           const struct device_id *me, uint64_t now_ms);

/* Whose device wrote this?  E_ABSENT. */
FALLIBLE roomlog_voice(struct vault *v, const struct device_id *did, struct account_id *out);
FALLIBLE roomlog_put_voice(struct vault *v, const struct device_id *did,
                           const struct account_id *aid);

#endif
