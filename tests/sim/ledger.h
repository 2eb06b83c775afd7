/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ledger: what was said, what was shown, and whether the one is the other.
 *
 * A message is lost when its sender was told that it was accepted, or that it is kept, and in the
 * end it stands nowhere that it should.  All counts of `wrong` are 0 in a run that holds.
 */
#ifndef TACET_TESTS_SIM_LEDGER_H
#define TACET_TESTS_SIM_LEDGER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "client/engine.h"
#include "sim/options.h"

struct world;
struct person;

enum wrong {
    WRONG_LOST,       /* acknowledged, and never shown at a live device of who is to have it */
    WRONG_UNSENT,     /* neither accepted nor failed, in the end */
    WRONG_REFUSED,    /* failed, for no reason that the world gave */
    WRONG_UNEXPECTED, /* shown, and never said like that */
    WRONG_DUPLICATED, /* shown twice */
    WRONG_REORDERED,  /* shown before what its sender had said before */
    WRONG_DISAGREED,  /* two devices show the same message in two ways, or one what was recalled */
    WRONG_OUTLIVED,   /* shown, or in a vault, when its time is over */
    WRONG_HEARSAY,    /* told to have come to somebody, none of whose devices has it */
    WRONG_UNDECRYPTABLE, /* came, and cannot be opened */
    WRONG_UNDETECTED,    /* a lie that nobody was told of */
    WRONG_ALARM,         /* somebody was told of a lie that nobody told */
    WRONG_STUCK,         /* somebody cannot work any more */
    WRONGS
};

/* What a run came to; in memory that a parent process may look at. */
struct outcome {
    uint64_t wrong[WRONGS];
    char why[256]; /* the first of them */
    uint64_t said, shown, frames, batches, virtual_ms, lies, alarms;
    uint64_t faults[64]; /* how often each kind happened: enum kind */
    bool finished;
};

/* One message that somebody said: one device of theirs, to all of another account, or of their own.
 */
struct said {
    size_t from, to; /* to: the account's first device */
    uint64_t at_ms;
    uint64_t accepted_ms; /* when its sender was told so; 0: not yet */
    bool forgotten;       /* by the server, which was put back to what it was before that */
    unsigned life;        /* how often the sender's vault had been put back */
    uint64_t must;        /* a bit for each device that must have it, if it is accepted */
    bool must_copy;       /* for the keeper, too */
    uint64_t given;       /* and for each that got it from another one of its account */
    struct timers timers; /* for how long it lives; 0: as others do */
    bool recalled;        /* its sender took it back, or wanted to */
    bool uncertain;       /* the machine failed while it was being kept */
    unsigned kept;        /* in its sender's vault, in the end */
    struct {
        uint8_t shown;        /* how often the device was told of it */
        uint8_t came, copied; /* in its vault, in the end */
        uint64_t read_ms;     /* when its person read it; 0: they did not */
    } at[OPTIONS_DEVICES_MOST];
    enum delivery_state state;
    enum err_code code;
};

struct ledger {
    struct said *said;
    size_t n, room;
    struct {
        uint64_t problems; /* a bit for each that the person was told of */
        uint32_t notes;    /* of any message */
        bool old_prekey;   /* told of damage that is explained: backups.h */
        bool refused;      /* the same, of what a device that was removed had sent: kin.h */
    } of[OPTIONS_DEVICES_MOST];
    bool gap[OPTIONS_DEVICES_MOST]
            [OPTIONS_DEVICES_MOST]; /* from, to: shown that some are missing */
};

const char *ledger_wrong(enum wrong what);
void ledger_break(struct world *w, enum wrong what, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

/* `from` says something to `to`: the text, static until the next call. */
const char *ledger_say(struct world *w, struct person *from, struct person *to);
/* And for how long it is to live. */
void ledger_limit(struct world *w, struct timers timers);
/* What the engine answered to that. */
void ledger_said(struct world *w, enum err_code code);
/* What the engine of `who` tells. */
void ledger_hear(struct world *w, struct person *who, const struct event *e);

/* The number of what this text says; SIZE_MAX: nobody ever said that. */
size_t ledger_number(struct world *w, struct bytes text);
void ledger_free(struct ledger *l);

/* After everything was healed and drained: look at all vaults.  audit.c */
void ledger_check(struct world *w);

#endif
