/* SPDX-License-Identifier: Apache-2.0 */
/*
 * options: what a seed expands to: how many people, how many steps, which kinds of trouble.
 *
 * All of it can be said on the command line instead, so that a run that fails can be made smaller:
 * each kind draws from dice of its own, and switching one off leaves the others as they were.
 */
#ifndef TACET_TESTS_SIM_OPTIONS_H
#define TACET_TESTS_SIM_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define OPTIONS_PEOPLE_LEAST 3
#define OPTIONS_PEOPLE_MOST  50
#define OPTIONS_DEVICES_MOST 64 /* of all of them together */

/* Kinds of trouble, and of things that people do; a bit each. */
enum kind {
    /* what people do beside writing */
    KIND_JOIN,   /* some come later */
    KIND_LEAVE,  /* the program ends, and is started again later */
    KIND_REMOVE, /* by an administrator */
    KIND_VERIFY, /* safety numbers are compared */
    /* the network */
    KIND_LOSS,      /* what is lost is sent again, and holds up what follows */
    KIND_PARTITION, /* one way or both, for long */
    KIND_FLAP,      /* many short ones */
    KIND_HALF_OPEN, /* one end is gone, and the other does not hear of it */
    KIND_RESET,     /* what was on its way is lost */
    KIND_SLOW,      /* somebody does not read */
    /* machines */
    KIND_CRASH,        /* a program of somebody's ends, at any moment */
    KIND_SERVER_CRASH, /* the server's */
    KIND_DISK_CRASH,   /* at any operation of a disk, of recovery too */
    KIND_SYNC,         /* a sync fails */
    KIND_FULL,         /* a disk is full */
    KIND_CLOCK,        /* clocks jump, by less than they may differ */
    KIND_DAYS,         /* and by more, which no seed brings: only where a word asks for it */
    /* the operator: only where not `hostile` */
    KIND_POLICY,    /* somebody keeps copies of everything; no seed brings it yet */
    KIND_BACKUP,    /* a backup is taken */
    KIND_LOST_DISK, /* the server's disk is lost, and the backup is put on a new one */
    /* a server that lies: only where `hostile` */
    KIND_DROP,
    KIND_TWICE,
    KIND_HOLD,
    KIND_FLIP,
    KIND_REPLAY,
    KIND_SWAP,
    KIND_STALL,
    KIND_PREKEYS,
    KIND_DEVICES,
    KIND_ROLL_BACK, /* the server's disk is put back to what it was */
    KIND_RESTORE,   /* and somebody's vault */
    /* what people do beside writing, too: behind the others, so that the bits of those stay */
    KIND_PASSPHRASE, /* it is changed */
    /* and of a server that lies */
    KIND_FORK,   /* it has two histories, each shown to some of the people */
    KIND_INSERT, /* a list has a device more than its owner signed, or a roster a member */
    /* and of people with several devices */
    KIND_ADD_DEVICE,    /* one adds another */
    KIND_REMOVE_DEVICE, /* and removes one */
    KIND_GIVE_HISTORY,  /* and gives one what was said before it was there */
    KIND_LOSE_DEVICES,  /* or they are all lost, and a recovery key brings their owner back */
    KIND_RECOVERY,      /* to whom a server lies that lies */
    KIND_ROOMS,         /* people make rooms, change them, and write there */
    KIND_TIMERS,        /* what they say ends, and they read */
    KIND_REMARKS,       /* they answer messages, react to them, edit and recall theirs */
    KIND_ACTIVITY,      /* they have it told that they write, or are here */
    KINDS
};

struct options {
    uint64_t seed;
    unsigned people, steps;
    uint64_t kinds; /* a bit for each */
    bool hostile;
    unsigned latency_ms, jitter_ms; /* of the network, one way */
    unsigned pace_ms;               /* between steps, most of the time */
    const char *plant;              /* a fault that is built in; NULL: none */
    bool trace;                     /* tell what happens, to stdout */
    bool as_is;                     /* what fails is not made smaller */
};

void options_expand(uint64_t seed, struct options *out);
/* One word of the command line, over what the seed says.  False: no such word. */
bool options_word(struct options *o, const char *word);
/* In one line, as words that options_word() takes. */
void options_write(const struct options *o, char *out, size_t n);

/* May somebody be told of trouble, and may messages come late and in another order? */
bool options_heals(const struct options *o);
bool options_has(const struct options *o, enum kind k);
const char *options_kind(enum kind k);

#endif
