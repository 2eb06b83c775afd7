/* SPDX-License-Identifier: Apache-2.0 */
/*
 * circles: rooms, which people make, change and write in; and a ledger of their own.
 *
 * What the server has in force is seen whenever it has answered.  A message is for the members of
 * the state that its roster names, which was in force at some moment between its being said and its
 * being accepted: whoever was a member all that time must have it, and nobody else may but those
 * who were for a part of it.
 */
#ifndef TACET_TESTS_SIM_CIRCLES_H
#define TACET_TESTS_SIM_CIRCLES_H

#include "client/engine.h"
#include "sim/ledger.h"
#include "statement/room_state.h"

#define CIRCLES_MOST 3

/* What the server had in force from then on. */
struct circle_moment {
    uint64_t at_ms;
    uint32_t version; /* 0: there is no such room */
    uint8_t hash[NAMES_H32_SIZE];
    uint64_t members; /* a bit for each account, by its first device */
};

struct circle {
    struct room_id id;
    struct circle_moment *moment;
    size_t n, room;
    bool split; /* the server had two states of one version in force: nobody promises anything */
};

/* What somebody said there; `said.to` says nothing. */
struct word {
    struct said said;
    size_t circle;
};

struct circles {
    struct circle circle[CIRCLES_MOST];
    size_t n, words, room;
    struct word *word;
    struct account_id aid[OPTIONS_DEVICES_MOST]; /* of accounts, by first device */
    bool known[OPTIONS_DEVICES_MOST];
};

/* Somebody makes a room, changes one, or says something there. */
void circles_step(struct world *w);
/* What it is that the server has in force now. */
void circles_look(struct world *w);
/* Did the engine of `who` tell of something said in a room?  Then it is judged. */
bool circles_hear(struct world *w, struct person *who, const struct event *e);
/* The server has forgotten what it accepted since. */
void circles_forget(struct world *w, uint64_t since_ms);
/* Everybody says something in each of their rooms. */
void circles_sweep(struct world *w);
/* Was any room split? */
bool circles_are_split(const struct world *w);
/* Did somebody give up what they had sealed in a room of `who`, since they had left it?  When they
 * come back a place of their stream is missing, which nobody was told of before. */
bool circles_gave_up(const struct world *w, const struct person *who);
/* In the end: the vaults of all people, before anything is judged; then what stands in their rooms.
 * circles_audit.c */
void circles_read(struct world *w);
void circles_check(struct world *w);
void circles_free(struct world *w);

/* ---- between the two files */

/* The word of this text; SIZE_MAX: nobody ever said that in a room. */
size_t circles_number(const struct world *w, struct bytes text);
/* Who were members at every moment between these, and at any, as bits. */
void circles_members(const struct world *w, size_t circle, uint64_t from_ms, uint64_t to_ms,
                     uint64_t *always, uint64_t *ever);

#endif
