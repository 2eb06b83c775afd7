/* SPDX-License-Identifier: Apache-2.0 */
/*
 * schedule: a few people, at most twenty messages, and a server that does its worst, all from one
 * seed; then the server behaves, and everything must be as the protocol promises.  [PROTOCOL 5.4,
 * 6.5, 6.6, 6.7, 10]
 *
 * liar.c is the server, answers.c and uploads.c what it does to answers and uploads, impostor.c the
 * keys that it has of its own, fork.c two histories of it, traitor.c a member who helps it;
 * edicts.c what the network's root says, promises.c what must be so in the end.
 */
#ifndef TACET_TESTS_PROPERTY_SCHEDULE_H
#define TACET_TESTS_PROPERTY_SCHEDULE_H

#include "scenario/stage_memory.h"

#define SCHEDULE_PEOPLE   3
#define SCHEDULE_DEVICES  4 /* the first of them may have two */
#define SCHEDULE_MESSAGES 20

enum schedule_lie {
    LIE_DROP,
    LIE_REPEAT,
    LIE_HOLD,
    LIE_DAMAGE, /* of an item of mail, a device list, or one entry of an upload */
    LIE_REPLAY,
    LIE_REORDER,
    LIE_STALL,
    LIE_PREKEY,    /* another one, an old one, or none */
    LIE_HIDE,      /* a roster or a policy */
    LIE_BACK,      /* an answer or a policy of before */
    LIE_FORK,      /* two histories of the server */
    LIE_DEVICE,    /* one more in a list that its account did not sign */
    LIE_ACCOUNT,   /* another account under a handle that is known */
    LIE_MEMBER,    /* one more in a roster */
    LIE_BOT,       /* a policy by another root, with somebody else who keeps copies */
    LIE_CAPSULE,   /* from a device that is in no list */
    LIE_LEFT_OUT,  /* an entry, of the keeper or another: from an upload on its way */
    LIE_NO_COPY,   /* the keeper, from the roster: by a member */
    LIE_STRANGER,  /* one more in the roster: by a member */
    LIE_OTHER_KEY, /* than everybody else's, in one entry: by a member */
    LIE_SIGNER,    /* another than the device that it came from: by a member */
    LIES
};

/* What happened in many schedules. */
struct schedule_counts {
    uint64_t schedules, messages, arrived, failed, restored, rolled_back, parked;
    uint64_t several;      /* schedules in which somebody has two devices */
    uint64_t kept, copied; /* schedules with a keeper; messages that the keeper must have */
    uint64_t lie[LIES];
};

/* A line of all of it. */
void schedule_print(const struct schedule_counts *c);

/* To stderr, when TRACE is in the environment. */
void schedule_trace(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Run one; an assertion fails when a promise is broken. */
void schedule_run(uint64_t seed, struct schedule_counts *counts);

#endif
