/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tacet/client.h: one person's client, for programs that people or scripts use.
 *
 * A client is a profile: a directory that holds a vault, sealed under a passphrase, and a lock.
 * One process has it open at a time.  All calls are made from one thread; a call that waits says
 * how long at most.  One that seals for several devices may start threads, which take no signals
 * and have ended when it returns.  Text is UTF-8 and, where another person wrote it, untrusted:
 * make it harmless before a terminal sees it.
 *
 * Every call that can fail returns an enum tacet_code; tacet_explain() says in one sentence what it
 * means and who must act.
 */
#ifndef TACET_CLIENT_H
#define TACET_CLIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "tacet/attachment.h"

#ifdef __cplusplus
extern "C" {
#endif

#define TACET_API __attribute__((visibility("default")))

#define TACET_TEXT_MAX       65536 /* bytes of one message */
#define TACET_HANDLE_SIZE    33    /* 32 and a NUL */
#define TACET_ID_SIZE        33    /* a message id: 32 hexadecimal digits and a NUL */
#define TACET_ACCOUNT_SIZE   65    /* an account's name: 64 hexadecimal digits and a NUL */
#define TACET_SAFETY_SIZE    61    /* a safety number: 60 digits and a NUL */
#define TACET_NAME_MAX       64    /* bytes of a name that I give to somebody */
#define TACET_DRAFT_MAX      16384 /* bytes of what I began to write */
#define TACET_PASSPHRASE_MAX 1024  /* bytes */
#define TACET_LINK_SIZE      577   /* a link by which a device is added, with its NUL */
#define TACET_CODE_SIZE      15    /* "1234 5678 9012" and a NUL */
#define TACET_DEVICE_MAX     64    /* bytes of what a device calls itself */
#define TACET_COST_DEFAULT   17    /* scrypt with N = 2^17: about 0.3 s and 128 MiB */

/* The tens say who must act, as on the wire. */
enum tacet_code {
    TACET_OK = 0,
    TACET_TRUNCATED = 10, /* the other side's bytes are at fault */
    TACET_MALFORMED = 11,
    TACET_FORGED = 12,
    TACET_LIMIT = 13,
    TACET_DENIED = 20, /* what was asked is */
    TACET_ABSENT = 21,
    TACET_CONFLICT = 22,
    TACET_STALE = 23,
    TACET_EXPIRED = 24,
    TACET_CLOCK = 25,
    TACET_VERSION = 26,
    TACET_REMOVED = 27,
    TACET_AGAIN = 30, /* nobody: wait, or connect again */
    TACET_CLOSED = 31,
    TACET_NOMEM = 40, /* this machine, or the server's: its operator must act */
    TACET_IO = 41,
    TACET_CRYPTO = 42,
    TACET_FULL = 43,
};

struct tacet_client;

/* ---- Opening and joining */

/* Passphrases that were wrong, or whose try was cut off: each is counted on disk before it is
 * looked at. */
struct tacet_tries {
    unsigned wrong;   /* in a row; after TACET_OK those before it that nobody was told of */
    unsigned wait_s;  /* until the next one is looked at; 0: it is at once */
    uint64_t last_ms; /* when the last of those was; 0: there was none */
    bool wiped;       /* they were too many: the profile's key and its files are gone */
};

struct tacet_profile {
    const char *directory;     /* made with mode 0700 when joining */
    const uint8_t *passphrase; /* borrowed for the call; NULL: see tacet_use_key_store() */
    size_t passphrase_n;
    unsigned cost; /* base-2 logarithm of scrypt's N, when joining; 0: TACET_COST_DEFAULT */
    struct tacet_tries *tries; /* filled in by tacet_open(); NULL: nobody asks */
    const char *name; /* what this device calls itself, when it joins by another one's link: UTF-8,
                         TACET_DEVICE_MAX bytes at most; NULL: nothing */
};

/* Is there a profile in the directory? */
TACET_API bool tacet_profile_exists(const char *directory);

/* Looks the whole vault over first, at the speed of the disk.  TACET_ABSENT: no profile.
 * TACET_DENIED: wrong passphrase; p->tries says what follows.  TACET_AGAIN: too many were wrong, so
 * this one was not looked at, nor counted: p->tries->wait_s.  TACET_FULL: the disk has no room to
 * count it, and wrong ones are counted.  TACET_CONFLICT: another process has it.  TACET_VERSION: a
 * newer program wrote it.  TACET_MALFORMED, TACET_FORGED: its file is damaged.  TACET_LIMIT: the
 * passphrase is over TACET_PASSPHRASE_MAX.  TACET_STALE: it is coming back with a recovery key, and
 * not there yet: tacet_come_back(). */
TACET_API enum tacet_code tacet_open(struct tacet_client **out, const struct tacet_profile *p);

/* From now on tacet_open() without a passphrase opens the profile, with a key that the system's key
 * store keeps (the Secret Service, by the program secret-tool); NULL: no more, and what is kept
 * there opens nothing.  The passphrase opens it as before.  Both wait for a minute at most, so that
 * a person can open the key store.  TACET_ABSENT: there is none here; nothing has changed.
 * TACET_DENIED, TACET_AGAIN as tacet_open().  TACET_FULL, TACET_IO: when taken back, what is left
 * of it in the profile's files goes with what is written next. */
TACET_API enum tacet_code tacet_use_key_store(struct tacet_client *c, const uint8_t *passphrase,
                                              size_t n);

/* Is this an invitation, or a link that another device shows [tacet_add_device()]: whole, and of a
 * version we know?  Whether it is still good the server says.
 * TACET_MALFORMED: not a link.  TACET_FORGED: damaged.  TACET_VERSION: made by a newer server. */
TACET_API enum tacet_code tacet_check_link(const char *link);

/* Is it one that another device shows? */
TACET_API bool tacet_is_device_link(const char *link);

/* Make a profile from a link and go on from there as tacet_open(); tacet_run() then joins: with an
 * invitation a new account, with a device's link its account, when somebody confirms it there.
 * A profile that began to join with this same link and was interrupted goes on.
 * As tacet_check_link() and tacet_open().  TACET_CONFLICT: there is another profile. */
TACET_API enum tacet_code tacet_join(struct tacet_client **out, const struct tacet_profile *p,
                                     const char *link);

/* The person was told of the wrong passphrases that tacet_open() spoke of: not again. */
TACET_API enum tacet_code tacet_tries_told(struct tacet_client *c);

struct tacet_passphrases {
    const uint8_t *old, *fresh; /* borrowed for the call */
    size_t old_n, fresh_n;
    unsigned cost; /* as in struct tacet_profile; what the profile has, if that is more */
};

/* From now on the new passphrase opens the profile and the old one does not, but a copy of it that
 * was made before.  Cut off at any moment, it leaves one of the two.
 * TACET_DENIED: wrong old passphrase, which is counted.  TACET_AGAIN: as tacet_open().
 * TACET_LIMIT: one is too long, or no such cost.
 * TACET_NOMEM.  After these nothing has changed.  TACET_FULL: nor now, but if this program is
 * killed soon the new one may open it.  TACET_IO: either of the two opens it; close it. */
TACET_API enum tacet_code tacet_change_passphrase(struct tacet_client *c,
                                                  const struct tacet_passphrases *p);

TACET_API void tacet_close(struct tacet_client *c); /* NULL is fine; wipes */

/* ---- Locking */

/* Ask the program that has the profile in this directory open to close it, and wait for that, for
 * timeout_ms at most.  No passphrase is needed.  TACET_OK: it has closed it.  TACET_ABSENT: none
 * had it open, or there is no profile.  TACET_AGAIN: it has not closed it yet.  TACET_IO: it cannot
 * be asked. */
TACET_API enum tacet_code tacet_lock(const char *directory, int timeout_ms);

struct tacet_locking {
    unsigned after_minutes; /* without a key pressed a program locks the profile; 0: never */
    unsigned wipe_at;       /* so many wrong passphrases in a row destroy the profile; 0: never */
};

/* What is kept in the profile.  The first is for the programs that show it to a person to obey.
 * TACET_LIMIT: over a day, or over a million. */
TACET_API enum tacet_code tacet_get_locking(struct tacet_client *c, struct tacet_locking *out);
TACET_API enum tacet_code tacet_set_locking(struct tacet_client *c, const struct tacet_locking *l);

/* ---- The network */

enum tacet_event_kind {
    TACET_EVENT_JOINED = 1,
    TACET_EVENT_LINK,    /* code TACET_OK: signed in; else why not */
    TACET_EVENT_DRAINED, /* everything that waited for this device has been taken */
    TACET_EVENT_MESSAGE, /* somebody wrote */
    TACET_EVENT_STATE,   /* a message of mine is in another state */
    TACET_EVENT_CONTACT, /* code TACET_OK: the network said who it is; else why not */
    TACET_EVENT_PROBLEM,
    TACET_EVENT_INPUT, /* the descriptor of tacet_watch() can be read, or has ended */
    /* Another device of mine removed this one, as a list that my account signed says: the profile
     * was wiped (code TACET_OK), or could not be wholly.  Then tacet_run() is TACET_REMOVED, and
     * there is nothing to do but tacet_close(). */
    TACET_EVENT_REMOVED,
    TACET_EVENT_DEVICES, /* devices of `who`, who may be me, came or went, or were `given` */
    TACET_EVENT_LISTED,  /* `device` is out of the list of mine, or in it, as was asked for here; or
                            cannot be (code) */
    TACET_EVENT_ADDING,  /* a device is being added by this one, or this one is: see `adding` */
    /* tacet_make_recovery(): there are letters to show, or cannot be (code) */
    TACET_EVENT_RECOVERY,
    TACET_EVENT_HISTORY, /* `history`: what is given to `device` of mine, or given by it */
    /* Another device of mine changed something that all of them agree on: `shared` says what. */
    TACET_EVENT_SHARED = 15,
    /* The room message.with has another state: unread rows in it say what changed.  Or its people
     * have been sent what this device changed. */
    TACET_EVENT_ROOM = 30,
    TACET_EVENT_ROOM_CHANGE, /* `wished`, of the room message.with, is in force; or cannot be: see
                                tacet_change_room() */
    /* The message at message.place of the conversation message.with is over: it is destroyed here,
     * and what shows it takes it away. */
    TACET_EVENT_ENDED = 50,
    TACET_EVENT_DEED = 60, /* somebody did something with a message, message.re: see message.kind.
                            * It is no row of the conversation, but shows at that message */
    /* `transfer`: `done` bytes `of` the file are there; or it has `ended`: it was sent, or what was
     * fetched is at the path in message.text (code TACET_OK); or it will not come (why) */
    TACET_EVENT_FILE = 80,
    /* In the conversation message.with more of what I wrote came to `who`, or was read by them. */
    TACET_EVENT_RECEIPT = 100,
    /* In the conversation message.with `who` does `activity` at this moment: see tacet/activity.h
     */
    TACET_EVENT_ACTIVITY,
    /* Another program asks to lock the profile, see tacet_lock(): tacet_close() it at once, and
     * show nothing of it any more. */
    TACET_EVENT_LOCK = 64,
};

enum tacet_problem {
    TACET_PROBLEM_PARKED = 1,  /* a message cannot be opened yet; it is kept sealed */
    TACET_PROBLEM_DAMAGED,     /* a message was damaged or forged; it is not shown */
    TACET_PROBLEM_RECIPIENTS,  /* a message went to an unexpected set of devices; it is held */
    TACET_PROBLEM_KEY_CHANGED, /* the handle is another account now; the conversation stops */
    TACET_PROBLEM_NO_PREKEY,   /* their device has no prekey now that can be sealed to */
    TACET_PROBLEM_STATEMENT,  /* the server sent something that does not check: see code; STALE with
                               * `who`: it shows less of them than before */
    TACET_PROBLEM_RESTORED,   /* this profile was put back from a copy, or is one */
    TACET_PROBLEM_OLD_SELF,   /* this program must be updated to talk to the server */
    TACET_PROBLEM_OLD_SERVER, /* the server must be updated to talk to this program */
    TACET_PROBLEM_OVER,       /* message.missing messages of theirs will not come any more */
    TACET_PROBLEM_GIVEN_UP,   /* message.missing messages of theirs are not asked for any more */
    TACET_PROBLEM_OLD_KEYS,   /* the server hands out keys of this device that were replaced */
    TACET_PROBLEM_DELAYED,    /* the server has held mail back for days */
    TACET_PROBLEM_KEEPER,     /* `who` must get copies and cannot be written to (code): all wait */
    TACET_PROBLEM_AWAY = 20,  /* away for message.missing days: the server keeps mail for 30 only */
    TACET_PROBLEM_HISTORY, /* history came that nobody asked for, or from somebody else: ignored */
    TACET_PROBLEM_TWO_LISTS, /* the account of `who` has two lists of devices under one number */
    TACET_PROBLEM_ROOM = 24, /* the server shows two states of the room message.with: it lies */
};

/* How far history has come that one device of mine gives to another. */
enum tacet_history {
    TACET_HISTORY_OFFERED = 1, /* the person at the device that gets it has to agree */
    TACET_HISTORY_GOES_ON,     /* `done` messages of `of`, about */
    TACET_HISTORY_ENDED,       /* it is all there (code TACET_OK), or will not come (why) */
};

/* What the devices of an account agree on, whatever one of them is told. */
enum tacet_shared {
    TACET_SHARED_DEVICE_NAMES = 2,   /* tacet_name_device() */
    TACET_SHARED_NAMES = 4,          /* tacet_name() */
    TACET_SHARED_VERIFIED = 8,       /* tacet_confirm() */
    TACET_SHARED_ACCOUNTS = 16,      /* tacet_accept_key() */
    TACET_SHARED_READ = 32,          /* tacet_mark_read() */
    TACET_SHARED_DRAFTS = 64,        /* tacet_draft() */
    TACET_SHARED_MUTED = 128,        /* tacet_mute() */
    TACET_SHARED_BLOCKED = 256,      /* tacet_block() */
    TACET_SHARED_TIMERS = 1 << 20,   /* tacet_set_timers() */
    TACET_SHARED_RECEIPTS = 1 << 21, /* tacet_set_receipts(), tacet_set_activity() */
    TACET_SHARED_MARKS = 1 << 29,    /* tacet_pin(), tacet_star() */
    TACET_SHARED_DELETED = 1 << 30,  /* tacet_delete(): TACET_EVENT_ENDED follows for each */
};

/* Why a message did not go to whom it had to go; and what `about` is then. */
enum tacet_cause {
    TACET_CAUSE_NONE = 0,
    TACET_CAUSE_LIST,           /* the list of devices of `about` is another one here */
    TACET_CAUSE_STATE,          /* the same of its room */
    TACET_CAUSE_POLICY,         /* and of the network's policy */
    TACET_CAUSE_NOT_COMMITTED,  /* a state of a room that never was in force */
    TACET_CAUSE_ROOM,           /* it is of another conversation */
    TACET_CAUSE_NETWORKS,       /* or of other networks */
    TACET_CAUSE_TOO_MANY,       /* it went to more devices than there may be */
    TACET_CAUSE_STRANGER,       /* `about` got it, who is not of the conversation */
    TACET_CAUSE_MISSING,        /* `about` was left out */
    TACET_CAUSE_NOT_TO_ME,      /* this device was left out */
    TACET_CAUSE_SCOPE,          /* it was for devices that are not there */
    TACET_CAUSE_SENDER,         /* its sender may not write here */
    TACET_CAUSE_PROFILE,        /* it is sealed with something else than the policy says */
    TACET_CAUSE_WENT_BACK,      /* its sender had used a newer list of `about`, or a newer policy */
    TACET_CAUSE_KEEPER_MISSING, /* `about`, who keeps copies, was left out */
    TACET_CAUSE_KEEPER_SKIPPED, /* a device of theirs was */
    TACET_CAUSE_KEEPER_OUTSIDE, /* or did not get it again */
    TACET_CAUSE_OLD_LIST,       /* the list of devices of `about` had been replaced */
    TACET_CAUSE_OLD_STATE,
    TACET_CAUSE_OLD_POLICY,
};

enum tacet_state {
    TACET_STATE_QUEUED = 1,
    TACET_STATE_SEALED,
    TACET_STATE_ACCEPTED,  /* on the server's disk */
    TACET_STATE_DELIVERED, /* of others' messages; and of mine to one person, when they told so */
    TACET_STATE_READ,      /* and that they read it */
    TACET_STATE_FAILED,    /* the code says why; TACET_EXPIRED: it waited for 30 days in vain */
    TACET_STATE_EXPIRED,   /* not given yet */
};

enum tacet_note {
    TACET_NOTE_LATE = 1,        /* sent under a device list or policy that had been superseded */
    TACET_NOTE_GAP = 2,         /* `missing` messages before it did not arrive */
    TACET_NOTE_FORKED = 4,      /* its sender contradicts what it sent before */
    TACET_NOTE_AHEAD = 8,       /* dated more than an hour ahead of this machine's clock */
    TACET_NOTE_UNREADABLE = 16, /* needs a newer program */
    TACET_NOTE_RESTART = 32,    /* its sender was restored: what they sent before may be lost */
    TACET_NOTE_NO_COPY = 64,    /* who must get a copy was left out */
    TACET_NOTE_COPY = 128,      /* written to somebody else; this account keeps copies */
    TACET_NOTE_LEFT = 256,      /* its device was revoked after the server got it */
    TACET_NOTE_ELSEWHERE = 512, /* mine, written on another device of mine */
    TACET_NOTE_DEVICES = 1024,  /* no message: devices of theirs, or mine, came or went */
    TACET_NOTE_HISTORY = 2048,  /* given to this device by another one of mine */
    TACET_NOTE_UNPROVED = 4096, /* and by its word alone: without its writer's signature */
    TACET_NOTE_ROOM = 8192,     /* no message: the room changed, `change` says how */
    TACET_NOTE_RECALLED = 16384 /* its author took it back: it says nothing any more, unless this
                                 * account keeps copies */
};

/* A message of which another one speaks; it may not be here, not yet or not any more. */
struct tacet_quote {
    char id[TACET_ID_SIZE];     /* "" when there is none */
    uint64_t place;             /* 0: it is not here, and the rest is not known */
    char by[TACET_HANDLE_SIZE]; /* who wrote it; "" when not known */
    const uint8_t *text;        /* borrowed as that of the message */
    size_t text_n;
};

/* Where somebody is, as they say: of WGS 84, in 1e-7 degrees. */
struct tacet_position {
    int32_t latitude, longitude;
    uint32_t accuracy_m; /* within so many metres; 0: not said */
    uint64_t until_ms;   /* Unix time until when newer ones follow, or followed; 0: none do */
};

/* Who a contact card is about, as this account knows them. */
enum tacet_introduced {
    TACET_INTRODUCED_NEW = 1,   /* nobody here is called that, or who it is was not asked yet */
    TACET_INTRODUCED_SAME,      /* the one who is known here */
    TACET_INTRODUCED_OTHER,     /* somebody else is called that here */
    TACET_INTRODUCED_ELSEWHERE, /* it is about somebody of another network */
};

struct tacet_message {
    char with[TACET_HANDLE_SIZE]; /* the conversation: the other person, or a room's address */
    bool mine, read;
    enum tacet_state state;
    enum tacet_code code; /* why it failed, or waits */
    unsigned notes;       /* enum tacet_note */
    uint64_t missing;
    char id[TACET_ID_SIZE];
    uint64_t sent_ms, received_ms; /* Unix time */
    uint64_t place;                /* rises within a conversation */
    const uint8_t *text;           /* borrowed; see each call */
    size_t text_n;
    unsigned added, removed;    /* NOTE_DEVICES: so many devices */
    bool recovered;             /* and all others were lost: a recovery key says so */
    unsigned given;             /* and so many were given what was said before */
    char by[TACET_HANDLE_SIZE]; /* who wrote it, or did it; "" when not known */
    unsigned change; /* NOTE_ROOM, as the next: enum tacet_room_change of tacet/rooms.h */
    char whom[TACET_HANDLE_SIZE];
    unsigned versions;     /* of its text, which is the last of them; 0: it is no message */
    bool taken_back;       /* KIND_REACTION: it does not stand any more */
    unsigned kind;         /* enum tacet_kind of tacet/deeds.h; 0: no message, or unreadable */
    struct tacet_quote re; /* what a message of another kind than KIND_TEXT is about */
    bool file;             /* it brings a file, which its sender calls `text`: see tacet/files.h */
    uint64_t file_size;    /* of so many bytes */
    bool view_only;        /* that is not to be kept */
    bool starred;          /* I marked it: see tacet_star() of tacet/deeds.h */
    struct tacet_attachment attachment; /* and what else it says of it */
    uint32_t expire_s; /* it lives for so long from sent_ms on; 0: it is no message */
    uint32_t burn_s;   /* and no longer than that from when it was read on; 0: it does not burn */
    uint64_t ends_ms;  /* Unix time when it is destroyed here; 0: never */
    bool mentioned;    /* its text mentions me: see tacet/markup.h */
    unsigned came_to, read_by; /* of mine: so many people told so, see tacet/receipts.h */
    bool located;              /* KIND_POSITION: its writer is there, and calls that `text` */
    struct tacet_position position;
    enum tacet_introduced introduced; /* KIND_CARD: of whoever is called `text`; else 0 */
    char account[TACET_ACCOUNT_SIZE]; /* of whom it is: hexadecimal digits */
};

/* How far adding a device has come, on either of the two. */
enum tacet_adding {
    TACET_ADDING_OPEN = 1, /* tacet_device_link() can be shown */
    TACET_ADDING_ASKED,    /* both show `digits`: a person compares them, and confirms on the device
                              that is there.  There `called` and `from` say who asks, too */
    TACET_ADDING_LATE,     /* it was confirmed, but the server did not take it in ten minutes: it is
                              tried again, and what comes of it is told */
    TACET_ADDING_DONE,     /* it is there */
    TACET_ADDING_OVER,     /* the link is of no use any more, and nobody was added.  TACET_EXPIRED:
                              its ten minutes are over; TACET_ABSENT: so the server says;
                              TACET_DENIED: by tacet_cancel_device(), or the server refuses;
                              TACET_FORGED: what came does not check; TACET_CONFLICT: another device
                              asked first; TACET_LIMIT: the account has ten */
};

struct tacet_event {
    enum tacet_event_kind kind;
    enum tacet_code code;
    enum tacet_problem problem;
    char who[TACET_HANDLE_SIZE];   /* "" when nobody in particular */
    struct tacet_message message;  /* MESSAGE, STATE, DEED; of PROBLEM `missing` alone */
    enum tacet_cause cause;        /* MESSAGE, PROBLEM_RECIPIENTS */
    char about[TACET_HANDLE_SIZE]; /* of the cause: an account, "" when none or not known */
    char device[TACET_ID_SIZE];    /* and a device of theirs, where it is about one; of LISTED,
                                      ADDING and HISTORY */
    unsigned added, removed;       /* DEVICES: so many */
    unsigned given;                /* and so many were given what was said before */
    bool recovered;                /* and all others were lost: a recovery key says so */
    unsigned shared;               /* SHARED: of enum tacet_shared */
    enum tacet_adding adding;      /* ADDING, as the next three */
    char digits[TACET_CODE_SIZE];
    char called[TACET_DEVICE_MAX + 1]; /* by itself: text of others */
    char from[64];                     /* where it is, as the server says; "" when it does not */
    bool verified;              /* PROBLEM_KEY_CHANGED: the account that they were before was */
    unsigned wished;            /* ROOM_CHANGE: enum tacet_room_wish of tacet/rooms.h */
    enum tacet_history history; /* HISTORY; */
    bool giving;                /* this device gives; */
    uint64_t done, of;          /* messages; of FILE, bytes */
    uint64_t transfer;          /* FILE, as the next two: its number */
    bool sending, ended;
    unsigned activity; /* ACTIVITY: enum tacet_activity */
};

/* Work on the connection until there is an event, or for at most timeout_ms (0: what can be done
 * without waiting; negative: no limit).  The first call connects.  TACET_AGAIN: time is over and
 * there is no event.  What `out` points to lives until the next call. */
TACET_API enum tacet_code tacet_run(struct tacet_client *c, int timeout_ms,
                                    struct tacet_event *out);

/* From now on tacet_run() also ends with TACET_EVENT_INPUT when this descriptor can be read, so
 * that one thread can wait for the network and for a person.  Any kind of file will do; it is not
 * made non-blocking, and stays the caller's.  One at a time; negative: none. */
TACET_API void tacet_watch(struct tacet_client *c, int fd);

/* Make a tacet_run() in progress, or the next one, return TACET_CLOSED.  May be called from a
 * signal handler. */
TACET_API void tacet_interrupt(struct tacet_client *c);

/* ---- Asking */

/* Queue a text; its states come as events.  `id` names it.  TACET_LIMIT, TACET_MALFORMED: no handle
 * or no UTF-8; TACET_CONFLICT: their account key changed; TACET_REMOVED; TACET_DENIED: to oneself,
 * without another device. */
TACET_API enum tacet_code tacet_send(struct tacet_client *c, const char *to, const uint8_t *text,
                                     size_t n, char id[TACET_ID_SIZE]);

/* Ask the network who this is: TACET_EVENT_CONTACT follows.  TACET_CLOSED: not connected. */
TACET_API enum tacet_code tacet_look_up(struct tacet_client *c, const char *handle);

/* ---- Reading what is kept */

/* The next message after `place`: of one conversation, or with `with` NULL the next unread of any.
 * TACET_ABSENT: no more.  The text lives until the next call about a message. */
TACET_API enum tacet_code tacet_next_message(struct tacet_client *c, const char *with,
                                             uint64_t place, struct tacet_message *out);

/* The last message of a conversation before `place` (0: the newest).  TACET_ABSENT: there is none.
 * The text lives until the next call about a message. */
TACET_API enum tacet_code tacet_previous_message(struct tacet_client *c, const char *with,
                                                 uint64_t place, struct tacet_message *out);

/* `with` and `place` say which message; the rest is not looked at.  On my other devices it is read,
 * too, once all before it is.  TACET_ABSENT: there is none. */
TACET_API enum tacet_code tacet_mark_read(struct tacet_client *c, const struct tacet_message *m);

/* What I began to write to somebody, or in a room, for all my devices; NULL: nothing.
 * TACET_ABSENT: no such contact, or not looked up yet; no such room.  TACET_MALFORMED: no UTF-8.
 * TACET_LIMIT: over TACET_DRAFT_MAX. */
TACET_API enum tacet_code tacet_set_draft(struct tacet_client *c, const char *with,
                                          const uint8_t *text, size_t n);

/* The text lives until the next call about a message.  TACET_ABSENT: there is none. */
TACET_API enum tacet_code tacet_draft(struct tacet_client *c, const char *with,
                                      const uint8_t **text, size_t *n);

/* What a conversation is sealed with: hybrid, unless a policy that the network's root signed says
 * otherwise. */
enum tacet_seal {
    TACET_SEAL_STANDARD = 1, /* P-521 */
    TACET_SEAL_HYBRID = 2,   /* P-521 and ML-KEM-1024 together */
};

struct tacet_contact {
    char handle[TACET_HANDLE_SIZE];
    bool known, verified, removed, changed;
    bool recovered; /* they came back by a recovery key since they were last written to: whoever has
                       its letters could.  See tacet_warned() */
    enum tacet_seal seal; /* of the next message to them */
    bool kept;            /* the network's policy demands that somebody else gets copies: */
    char keeper[TACET_HANDLE_SIZE]; /* who does; "" while the network was not asked who it is */
    uint32_t
        uses_list;     /* the newest list of my devices by which they were seen to write; 0: none */
    const char *name;  /* what I call them, see tacet_name(); NULL: nothing */
    uint64_t muted_ms; /* until when I want no notice of what they write; 0: I do */
    bool blocked;      /* see tacet_block() */
    uint64_t number;   /* pass it to get the next */
    bool pinned;       /* see tacet_pin() */
};

/* The contact after `number` (0: the first).  TACET_ABSENT: no more.  The name lives until a
 * contact is asked for again. */
TACET_API enum tacet_code tacet_next_contact(struct tacet_client *c, uint64_t number,
                                             struct tacet_contact *out);
TACET_API enum tacet_code tacet_find_contact(struct tacet_client *c, const char *handle,
                                             struct tacet_contact *out);

/* Call a contact so, on all my devices: nobody else, and no server, sees it.  NULL: by no name.
 * One line that shows as what it is: no control or invisible character, no backslash, no blank at
 * an end.  TACET_ABSENT: no such contact.  TACET_MALFORMED, TACET_LIMIT: not such a line. */
TACET_API enum tacet_code tacet_name(struct tacet_client *c, const char *handle, const char *name);

#define TACET_MUTED_EVER UINT64_C(253402300799000) /* the last second of the year 9999 */
/* Whoever shows messages gives no notice of what comes in the conversation with somebody, or in a
 * room, until then; 0: again.  On all my devices.  TACET_ABSENT: no such contact, or not looked up
 * yet; no such room. */
TACET_API enum tacet_code tacet_mute(struct tacet_client *c, const char *with, uint64_t until_ms);

/* Whoever lists conversations shows this one first; or no longer.  The same. */
TACET_API enum tacet_code tacet_pin(struct tacet_client *c, const char *with, bool pinned);

/* What they write from now on is kept in the conversation with them, read, and told by no event; or
 * no longer.  They do not learn of it.  On all my devices.  As tacet_mute(); TACET_DENIED: me. */
TACET_API enum tacet_code tacet_block(struct tacet_client *c, const char *handle, bool blocked);

/* ---- Trust */

/* The number to compare with this person, and the text of the QR code.  TACET_ABSENT: not known
 * yet.  `qr` has room for 128 bytes. */
TACET_API enum tacet_code tacet_safety_number(struct tacet_client *c, const char *handle,
                                              char digits[TACET_SAFETY_SIZE], char qr[128]);

/* They read out the same digits: the contact is verified, on all my devices.  Anything but digits
 * is passed over. TACET_FORGED: they differ. */
TACET_API enum tacet_code tacet_confirm(struct tacet_client *c, const char *handle,
                                        const char *digits);

/* Accept that the handle is another account now.  TACET_CONFLICT: it is not, or
 * that account is another contact already. */
TACET_API enum tacet_code tacet_accept_key(struct tacet_client *c, const char *handle);

/* I was told that they came back by a recovery key, and write to them all the same.
 * TACET_ABSENT: no such contact. */
TACET_API enum tacet_code tacet_warned(struct tacet_client *c, const char *handle);

/* ---- Status */

enum tacet_copies {
    TACET_COPIES_NONE = 0,
    TACET_COPIES_ALL = 1,
    TACET_COPIES_ROOMS = 2,
    TACET_COPIES_SOME = 3, /* rooms that the policy names */
};

/* Of the account's recovery key: tacet/recovery.h. */
enum tacet_recovery {
    TACET_RECOVERY_NONE = 0,    /* the account has no recovery key */
    TACET_RECOVERY_ELSEWHERE,   /* it has one, which another device of it made */
    TACET_RECOVERY_MAKING,      /* one is being made */
    TACET_RECOVERY_UNSEEN,      /* it has one whose letters nobody has seen: make another one */
    TACET_RECOVERY_UNCONFIRMED, /* its letters were shown, and never typed in again */
    TACET_RECOVERY_CONFIRMED,
    TACET_RECOVERY_USED, /* it is good, and was typed in somewhere: make another one */
};

struct tacet_status {
    char handle[TACET_HANDLE_SIZE];
    char domain[254], network[65], address[256];
    char network_id[65], account_id[65], device_id[33]; /* hexadecimal */
    bool joined, connected, drained;
    uint64_t outgoing, parked; /* messages that wait to be sent; that cannot be opened yet */
    uint64_t answers;          /* of TACET_EVENT_HISTORY, that other devices of mine wait for */
    uint32_t prekey;           /* number of the newest */
    uint64_t prekey_made_ms;
    uint32_t policy;                /* number of the network policy in force; 0: there is none */
    enum tacet_copies copies;       /* of which conversations somebody gets copies by it */
    char keeper[TACET_HANDLE_SIZE]; /* who; "" when nobody, or while it is not known who it is */
    enum tacet_recovery recovery;
    bool key_store;       /* it is opened with a key that the system keeps */
    unsigned wrong_tries; /* wrong passphrases that nobody knew of when the profile was opened */
};

TACET_API enum tacet_code tacet_get_status(struct tacet_client *c, struct tacet_status *out);

/* One sentence: what it means and who must act. */
TACET_API const char *tacet_explain(enum tacet_code code);

/* "0.1.0 (commit abcdef0)" */
TACET_API const char *tacet_version(void);

#ifdef __cplusplus
}
#endif

/* The rest, by what it is about. */
#include "tacet/activity.h"
#include "tacet/deeds.h"
#include "tacet/devices.h"
#include "tacet/files.h"
#include "tacet/receipts.h"
#include "tacet/recovery.h"
#include "tacet/rooms.h"
#include "tacet/timers.h"

#endif
