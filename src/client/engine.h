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
#include "client/offer.h"
#include "client/recovering.h"
#include "client/wishes.h"
#include "statement/roster_people.h"

struct attachment; /* e2ee/attachment.h */
struct engine;
struct filing; /* client/filing.h */
struct pool;   /* crypto/p521.h */

/* ---- What a person asks. */

enum command_kind {
    COMMAND_SEND = 1, /* text to handle */
    COMMAND_LOOK_UP,  /* ask the network who handle is */
    COMMAND_CONFIRM,  /* these are the digits that handle reads out to me */
    COMMAND_ACCEPT,   /* handle is another account now, and that is right */
    COMMAND_REVOKE,   /* remove this device of mine: its did in `text`.  EVENT_LISTED follows */
    COMMAND_GIVE,     /* give my history to this device of mine: its did in `text` */
    COMMAND_TAKE,     /* take what this device of mine gives; EVENT_HISTORY tells of both */

    /* Add one.  EVENT_ADDING says what comes of it. */
    COMMAND_OFFER = 10,    /* a link is to be shown */
    COMMAND_OFFER_CONFIRM, /* who asked is who the person means: the digest in `text` */
    COMMAND_OFFER_CANCEL,  /* nobody is to be added by it any more */
    /* What brings a person back who lost every device.  [PROTOCOL 15.6] */
    COMMAND_RECOVERY_MAKE,    /* make a recovery key.  EVENT_RECOVERY follows */
    COMMAND_RECOVERY_SHOWN,   /* its letters were shown, and are forgotten here */
    COMMAND_RECOVERY_CONFIRM, /* these are its letters, in `text` */
    COMMAND_RECOVERY_USE,     /* come back with these, in `text`: EVENT_JOINED follows, or none */
    /* What all my devices agree on.  [PROTOCOL 15.8] */
    COMMAND_NAME = 20,   /* I call handle so; empty: by no name */
    COMMAND_NAME_DEVICE, /* and a device of mine */
    COMMAND_READ,        /* the message at place `number` of the conversation with handle */
    COMMAND_DRAFT,       /* what I began to write to handle; empty: nothing */
    COMMAND_MUTE,        /* the conversation with handle, until `number` ms */
    COMMAND_BLOCK,       /* handle, with number 1; no longer, with 0 */
    COMMAND_DELETE = 50, /* the message at place `number` there, from all devices of mine */
    COMMAND_STAR,        /* mark that message */
    COMMAND_UNSTAR,
    COMMAND_PIN, /* that conversation comes first, with number 1; no longer, with 0 */
    /* Conversations of several people: `room` is its number.  EVENT_ROOM_CHANGE follows. */
    COMMAND_ROOM_CREATE = 40, /* called `text`, of the kind `number` (e2ee/about.h) */
    COMMAND_ROOM_ADD,         /* the handles in `text`, with one space between, as the next three */
    COMMAND_ROOM_REMOVE,
    COMMAND_ROOM_PROMOTE,
    COMMAND_ROOM_DEMOTE,
    COMMAND_ROOM_NAME, /* call it `text` */
    COMMAND_ROOM_DESCRIBE,
    COMMAND_ROOM_LEAVE,
    COMMAND_ROOM_DELETE,
    COMMAND_ROOM_POSTING,   /* who may write there: "all" or "moderators" */
    COMMAND_TIMERS = 60,    /* in the conversation with handle, or in `room`: `timers` */
    COMMAND_POSITION = 145, /* to handle or `room`: I am at `position`, and for `number` seconds
                             * newer ones follow */
    COMMAND_CARD,           /* to handle or `room`: who is called `text` */
    COMMAND_RECEIPTS = 130, /* tell so much: `number`, of enum receipts_level */
    COMMAND_ACTIVITY,       /* tell what I do at the moment, with number 1; no longer, with 0 */
    COMMAND_TELL_ACTIVITY,  /* to handle or `room`: `number`, PAYLOAD_TYPING or PAYLOAD_HERE */
    /* With the message at place `number` of the conversation with handle, or in `room`. */
    COMMAND_FORWARD = 140, /* to handle or `room`, what stands at place `number` of `from` */
    COMMAND_MOVE,          /* it is mine, and says where I am: at `position` now */
    COMMAND_STOP,          /* and no newer one follows */
    COMMAND_SHELVE = 150,  /* it stands as `filed` says among what the conversation keeps */
    COMMAND_REPLY = 80,    /* answer it with `text` */
    COMMAND_REACT,         /* react to it by the kind in `text` */
    COMMAND_TAKE_BACK,     /* no longer */
    COMMAND_EDIT,          /* it is mine, and says `text` from now on */
    COMMAND_RECALL,        /* it is mine, and says nothing any more, anywhere */
    /* Files, where they can be reached.  EVENT_TRANSFER follows. */
    COMMAND_FILE_SEND = 100, /* the one at the path `text`, as `about` says, to handle or room */
    COMMAND_FILE_FETCH,      /* that of the message at place `number`, into the folder `text` */
    COMMAND_FILE_CANCEL,     /* transfer `number` */
    COMMAND_FILE_PASS, /* that of the message at place `number` of `from`, to handle or room */
    COMMAND_FILE_AUTOMATIC = 86, /* of up to `number` bytes, into the folder `text`; 0: none */
    COMMAND_FILE_SHOW = 85, /* that of the message at place `number`: engine_shown() has it then */
};

/* For how long something lives, in seconds; 0: nothing is said of that, or nothing bounds it. */
struct timers {
    uint32_t ttl_s;  /* from when it was written */
    uint32_t burn_s; /* from when it was read */
};
#define TIMERS_DEFAULT_S (30 * 24 * 3600) /* ttl, where nobody said anything */

/* Those of a conversation. */
/* How much is told of what came, to who wrote it.  [PROTOCOL 6.13] */
enum receipts_level {
    RECEIPTS_NOTHING = 0,
    RECEIPTS_CAME,
    RECEIPTS_READ, /* that, and what was read */
};
#define RECEIPTS_DEFAULT RECEIPTS_CAME /* until the person says something */

/* How many people told that a message of mine came to them, and that they read it. */
struct engine_heard {
    unsigned came, read;
};

struct timers_of {
    struct timers said;  /* by me, for what I write; 0: nothing */
    struct timers room;  /* by its newest state; 0: it is none, or sets no bound */
    struct timers lives; /* what comes of them for what I write now */
};

struct command {
    enum command_kind kind;
    struct bytes handle, text; /* text: or the digits, a did, a digest */
    uint64_t number;
    struct device_id device;
    uint64_t room;                  /* SEND, READ to PIN, FILE_*: 0: the conversation with handle */
    uint64_t from;                  /* FORWARD: the number of a conversation */
    const struct attachment *about; /* FILE_SEND */
    const struct position *position; /* POSITION, MOVE, whose label and end stay as they were */
    const struct filed *filed;       /* SHELVE */
    struct timers timers;            /* TIMERS; SEND: what is said of this one */
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
    EVENT_ADDING,      /* a device is being added, by this one, or it is this one: `adding` */
    EVENT_RECOVERY,    /* a recovery key is in force, its letters can be shown; or not (code) */
    EVENT_HISTORY,     /* `history`: given to another device of mine, or by it */
    /* The room with the number message.contact has another state: rows in it say what changed. */
    EVENT_ROOM = 30,
    EVENT_ROOM_CHANGE,   /* `wished` is in force in that room; or cannot be (code): E_CONFLICT:
                            somebody else was before, and changed the same */
    EVENT_ENDED = 50,    /* the message at message.place of a conversation is over, and destroyed */
    EVENT_DEED = 60,     /* `message` says something of another one, at which it shows */
    EVENT_TRANSFER = 80, /* `transfer`: how far a file is, or how it ended (code); then message.text
                             is the path of one that was fetched */
    EVENT_RECEIPT =
        100,           /* in the conversation message.contact more came to `contact`, or was read */
    EVENT_ACTIVITY,    /* there `contact` does so at this moment: `activity` */
    EVENT_SHARED = 15, /* another device of mine changed what all of them agree on: see `shared` */
};

/* How far adding a device has come.  [PROTOCOL 15] */
enum adding_step {
    ADDING_OPEN = 1, /* engine_link() can be shown */
    ADDING_ASKED,    /* somebody asks, or this device did: the codes are to be compared */
    ADDING_LATE,     /* it was confirmed, but the server has not taken it in the link's time */
    ADDING_DONE,     /* it is in the account's list, and has its answer */
    ADDING_OVER,     /* the link is of no use any more (code says why), and added nobody */
};

struct adding {
    enum adding_step step;
    struct device_id did;             /* from ASKED on */
    uint8_t digest[HASH_SHA512_SIZE]; /* of the ask */
    char code[LINK_ASK_CODE_SIZE];    /* ASKED; as the next two */
    char name[LINK_ASK_NAME_MAX + 1]; /* as the new device calls itself */
    char from[OFFER_FROM_MAX + 1];    /* where it is, as the server says; "" not said */
};

/* How far history has come that one device of mine gives to another.  [PROTOCOL 15.5] */
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

/* A file on its way. */
struct transfer_news {
    uint64_t number;
    bool sending, ended;
    uint64_t done, of; /* bytes */
};

enum problem {
    PROBLEM_NONE = 0,
    PROBLEM_PARKED = 1,  /* a message cannot be opened yet; it is kept sealed */
    PROBLEM_DAMAGED,     /* a message or capsule is damaged or forged; it is not shown */
    PROBLEM_RECIPIENTS,  /* sent to an unexpected set of devices; held */
    PROBLEM_KEY_CHANGED, /* the handle is another account now; the conversation stops */
    PROBLEM_NO_PREKEY,   /* their device has no prekey now that can be sealed to */
    PROBLEM_STATEMENT,   /* the server sent something that does not check (code); E_STALE with a
                          * contact: it shows less of them than is known */
    PROBLEM_RESTORED,    /* the server knows more of this device than this vault does */
    PROBLEM_OLD_SELF,    /* the server no longer talks to a program as old as this */
    PROBLEM_OLD_SERVER,  /* this program no longer talks to a server as old as that */
    PROBLEM_OVER,        /* `missing` messages of theirs will not come: their time is over */
    PROBLEM_GIVEN_UP,    /* `missing` messages of theirs are not asked for any more */
    PROBLEM_OLD_KEYS,    /* they were given a key of ours that was superseded days before */
    PROBLEM_DELAYED,     /* the mailbox was not drained in 72 hours online */
    PROBLEM_KEEPER, /* who must get a copy of each message cannot be written to (code): all wait */
    PROBLEM_AWAY =
        20,          /* this device was not here for `missing` days: the server keeps mail for 30 */
    PROBLEM_HISTORY, /* history came that nobody asked for, or from no device of mine: ignored */
    PROBLEM_TWO_LISTS, /* the account has two lists of devices under one number: see `contact` */
    PROBLEM_ROOM_FORKED = 24, /* the server shows two states of a room: message.contact */
};

struct event {
    enum event_kind kind;
    enum err_code code;
    enum problem problem;
    struct contact contact; /* number 0: nobody in particular */
    struct message message; /* EVENT_MESSAGE, EVENT_STATE, EVENT_DEED */
    /* EVENT_MESSAGE: to whom it went, when that was not as it should be; PROBLEM_RECIPIENTS: why */
    struct roster_finding finding;
    unsigned added, removed;       /* EVENT_DEVICES: so many */
    unsigned given;                /* and so many were given what was said before */
    bool recovered;                /* and all others were lost, a recovery key says */
    struct listing_change change;  /* EVENT_LISTED */
    struct history_news history;   /* EVENT_HISTORY */
    uint32_t shared;               /* EVENT_SHARED: a bit for each of enum registers_kind */
    struct adding adding;          /* EVENT_ADDING */
    enum wishes_kind wished;       /* EVENT_ROOM_CHANGE */
    struct transfer_news transfer; /* EVENT_TRANSFER */
    uint16_t activity;             /* EVENT_ACTIVITY: PAYLOAD_TYPING or PAYLOAD_HERE */
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

/* The vault has a profile (own_create, own_adopt), or one that is being added (newcomer_make) or
 * coming back (coming_create).  The vault and `random` stay the caller's. */
FALLIBLE engine_new(struct engine **out, struct vault *vault, struct random *random,
                    uint64_t now_ms);
void engine_free(struct engine *e); /* NULL is fine; wipes */

/* From here on the engine shares out over `pool` what can be done at the same time; the pool stays
 * the caller's.  Until then, and with NULL, everything happens in the calling thread. */
void engine_lend(struct engine *e, const struct pool *pool);

/* From here on the engine sends and fetches files through this seam, which stays the caller's. */
FALLIBLE engine_lend_files(struct engine *e, const struct filing *filing);

FALLIBLE engine_command(struct engine *e, const struct command *c, uint64_t now_ms);

/* The link: up with this connection's binding (32 bytes), a whole message, down.  `now_ms` of the
 * last engine_wake() or engine_command() counts as now: hosts call engine_wake() before. */
void engine_link_up(struct engine *e, struct bytes binding);
void engine_frame(struct engine *e, struct bytes frame);
void engine_link_down(struct engine *e, enum err_code why);

/* What a clock says that nobody sets, and that goes on while the machine sleeps; its beginning does
 * not matter.  Hosts that have one say it before each engine_wake(), and before engine_command():
 * by it messages grow old, whatever becomes of the other clock. */
void engine_steady(struct engine *e, uint64_t steady_ms);

/* Time has passed.  The first call makes the engine connect. */
void engine_wake(struct engine *e, uint64_t now_ms);

bool engine_next(struct engine *e, struct action *out);

struct err engine_failure(const struct engine *e);

/* ---- Looking. */

const struct own *engine_own(const struct engine *e);
/* The link that this device shows now, appended.  E_ABSENT: none. */
FALLIBLE engine_link(const struct engine *e, struct buf *out);
struct vault *engine_vault(const struct engine *e); /* for tests: hosts have their own pointer */
bool engine_is_ready(const struct engine *e);       /* signed in */
bool engine_is_drained(const struct engine *e);     /* and the mailbox was empty */
/* What I began to write to handle, or (not 0) in a room, on any device, in the arena.  E_ABSENT:
 * nothing. */
FALLIBLE engine_draft(struct engine *e, struct bytes handle, uint64_t room, struct arena *a,
                      struct bytes *text);
/* How little I want to hear of a contact whose account is known. */
struct engine_quiet {
    uint64_t muted_ms; /* until when; 0: not */
    bool blocked;
    bool pinned; /* and that I want to see the conversation first */
};
FALLIBLE engine_quiet(struct engine *e, const struct contact *c, struct engine_quiet *out);
/* Is what its people have to hear of a room still on its way? */
FALLIBLE engine_tells_room(struct engine *e, uint64_t room, bool *tells);
FALLIBLE engine_quiet_room(struct engine *e, const struct room_id *room, struct engine_quiet *out);
/* Is this a profile that is coming back, and no device yet?  Then it only obeys
 * COMMAND_RECOVERY_USE. */
bool engine_is_returning(const struct engine *e);
FALLIBLE engine_recovery(struct engine *e, enum recovering_state *out);
/* E_ABSENT: there are none to be shown. */
FALLIBLE engine_letters(const struct engine *e, char out[RECOVERY_LETTERS_SIZE]);
/* The number of the transfer that was begun last. */
uint64_t engine_transfer(const struct engine *e);
/* A file that was to be shown, when EVENT_TRANSFER has told that it is there: until
 * COMMAND_FILE_CANCEL or the next COMMAND_FILE_SHOW wipes it.  E_ABSENT. */
FALLIBLE engine_shown(const struct engine *e, uint64_t number, struct bytes *out);
/* The number of the room that COMMAND_ROOM_CREATE made last. */
uint64_t engine_made(const struct engine *e);
/* Is its time over?  Then it is not to be shown, and will be destroyed as soon as that can be. */
FALLIBLE engine_is_over(struct engine *e, const struct message *m, bool *over);
/* When will it be, by the clock as it is now, in ms?  0: never.  A message that was not destroyed.
 */
FALLIBLE engine_ends(struct engine *e, const struct message *m, uint64_t *at_ms);
/* For how long what I write in a conversation lives, and what a room allows. */
/* What is told of messages that come here. */
FALLIBLE engine_receipts(struct engine *e, enum receipts_level *out);
/* Is it told what I do at the moment? */
FALLIBLE engine_activity(struct engine *e, bool *told);
/* What was told of a message of mine; and by whom, the next with a number above `after`, who read
 * it or not.  E_ABSENT. */
FALLIBLE engine_heard(struct engine *e, const struct message *m, struct engine_heard *out);
FALLIBLE engine_heard_next(struct engine *e, const struct message *m, uint64_t after,
                           struct contact *who, bool *read);
FALLIBLE engine_timers(struct engine *e, uint64_t conversation, struct timers_of *out);
FALLIBLE engine_waiting(struct engine *e, uint64_t *outgoing, uint64_t *parked);
/* How much is to be said to other devices of mine of history that is given, and was not taken by
 * the server yet. */
FALLIBLE engine_answers(struct engine *e, uint64_t *n);

#endif
