/* SPDX-License-Identifier: Apache-2.0 */
/*
 * engine: one person's client without any input or output.
 *
 * Its host gives it time, frames and the state of the link; it answers with actions.  After every
 * call the host takes actions until there are none.  What an action points to lives until the next
 * call of engine_next().
 *
 * An error from engine_* other than engine_command() is about this machine (E_IO, E_FULL, E_NOMEM,
 * E_CRYPTO) and is kept: engine_failure() gives it, and the engine does nothing more.  The vault is
 * then as it was at its last commit; open it again.
 */
#ifndef TACET_CLIENT_ENGINE_H
#define TACET_CLIENT_ENGINE_H

#include "client/listing.h"
#include "client/messages.h"
#include "statement/roster_people.h"

struct engine;
struct pool; /* crypto/p521.h */

/* ---- What a person asks. */

enum command_kind {
    COMMAND_SEND = 1, /* text to handle */
    COMMAND_LOOK_UP,  /* ask the network who handle is */
    COMMAND_CONFIRM,  /* these are the digits that handle reads out to me */
    COMMAND_ACCEPT,   /* handle is another account now, and that is right */
    COMMAND_REVOKE,   /* remove this device of mine: its did in `text`.  EVENT_LISTED follows */
    COMMAND_GIVE,     /* give my history to this device of mine: its did in `text` */
    COMMAND_TAKE,     /* take what this device of mine gives; EVENT_HISTORY tells of both */
};

struct command {
    enum command_kind kind;
    struct bytes handle, text; /* text: or the digits, or a did */
};

/* ---- What the engine wants done. */

enum event_kind {
    EVENT_JOINED = 1, /* this profile has its account */
    EVENT_LINK,       /* signed in (code E_OK), or not (why) */
    EVENT_DRAINED,    /* the mailbox is empty, and nothing is being asked for */
    EVENT_MESSAGE,    /* somebody wrote */
    EVENT_STATE,      /* a message of mine is in another state */
    EVENT_CONTACT,    /* the network said who `contact` is; or could not (code) */
    EVENT_PROBLEM,
    EVENT_REMOVED = 9, /* another device of mine removed this one: its profile is to be wiped */
    EVENT_DEVICES,     /* devices of `contact`, who may be me, came or went */
    EVENT_LISTED,      /* `change`, which was asked for here, is in force; or cannot be (code) */
    EVENT_HISTORY,     /* `history`: given to another device of mine, or by it */
};

enum problem {
    PROBLEM_NONE = 0,
    PROBLEM_PARKED = 1,  /* a message cannot be opened yet; it is kept sealed */
    PROBLEM_DAMAGED,     /* a message or capsule is damaged or forged; it is not shown */
    PROBLEM_RECIPIENTS,  /* sent to an unexpected set of devices; held */
    PROBLEM_KEY_CHANGED, /* the handle is another account now; the conversation stops */
    PROBLEM_NO_PREKEY,   /* their device has no prekey now that can be sealed to */
    PROBLEM_STATEMENT,   /* the server sent something that does not check (code) */
    PROBLEM_RESTORED,    /* the server knows more of this device than this vault does */
    PROBLEM_OLD_SELF,    /* the server no longer talks to a program as old as this */
    PROBLEM_OLD_SERVER,  /* this program no longer talks to a server as old as that */
    PROBLEM_OVER,        /* `missing` messages of theirs will not come: their time is over */
    PROBLEM_GIVEN_UP,    /* `missing` messages of theirs are not asked for any more */
    PROBLEM_OLD_KEYS,    /* they were given a key of ours that was superseded days before */
    PROBLEM_DELAYED,     /* the mailbox was not drained in 72 hours online */
    PROBLEM_KEEPER,  /* who must get a copy of each message cannot be written to (code): all wait */
    PROBLEM_HISTORY, /* history came that nobody asked for, or from no device of mine: ignored */
};

enum history_phase {
    HISTORY_OFFERED = 1, /* the person at the device that gets it has to agree */
    HISTORY_GOES_ON,
    HISTORY_ENDED, /* it is all there (code E_OK), or will not come (why) */
};

struct history_news {
    enum history_phase phase;
    struct device_id with; /* the other device */
    bool giving;           /* this one gives */
    uint64_t done, of;     /* messages, about */
};

struct event {
    enum event_kind kind;
    enum err_code code;
    enum problem problem;
    struct contact contact; /* number 0: nobody in particular */
    struct message message; /* EVENT_MESSAGE, EVENT_STATE */
    /* EVENT_MESSAGE: to whom it went, when that was not as it should be; PROBLEM_RECIPIENTS: why */
    struct roster_finding finding;
    unsigned added, removed;      /* EVENT_DEVICES: so many */
    unsigned given;               /* and so many were given what was said before */
    bool recovered;               /* and all others were lost, a recovery key says */
    struct listing_change change; /* EVENT_LISTED */
    struct history_news history;  /* EVENT_HISTORY */
};

enum action_kind { ACTION_CONNECT = 1, ACTION_SEND, ACTION_CLOSE, ACTION_WAKE, ACTION_TELL };

struct action {
    enum action_kind kind;
    const char *address; /* CONNECT: "host:port" */
    struct bytes pins;   /* CONNECT: 1 to 4 of 32 bytes: the server has one of these keys */
    struct bytes frame;  /* SEND */
    uint64_t at_ms;      /* WAKE: call engine_wake() then; replaces an earlier one */
    struct event event;  /* TELL */
};

/* ---- Life. */

/* The vault has a profile (own_create).  The vault and `random` stay the caller's. */
FALLIBLE engine_new(struct engine **out, struct vault *vault, struct random *random,
                    uint64_t now_ms);
void engine_free(struct engine *e); /* NULL is fine; wipes */

/* From here on the engine shares out over `pool` what can be done at the same time; the pool stays
 * the caller's.  Until then, and with NULL, everything happens in the calling thread. */
void engine_lend(struct engine *e, const struct pool *pool);

FALLIBLE engine_command(struct engine *e, const struct command *c, uint64_t now_ms);

/* The link: up with this connection's binding (32 bytes), a whole message, down.  `now_ms` of the
 * last engine_wake() or engine_command() counts as now: hosts call engine_wake() before. */
void engine_link_up(struct engine *e, struct bytes binding);
void engine_frame(struct engine *e, struct bytes frame);
void engine_link_down(struct engine *e, enum err_code why);

/* Time has passed.  The first call makes the engine connect. */
void engine_wake(struct engine *e, uint64_t now_ms);

bool engine_next(struct engine *e, struct action *out);

struct err engine_failure(const struct engine *e);

/* ---- Looking. */

const struct own *engine_own(const struct engine *e);
struct vault *engine_vault(const struct engine *e); /* for tests: hosts have their own pointer */
bool engine_is_ready(const struct engine *e);       /* signed in */
bool engine_is_drained(const struct engine *e);     /* and the mailbox was empty */
FALLIBLE engine_waiting(struct engine *e, uint64_t *outgoing, uint64_t *parked);

#endif
