/* SPDX-License-Identifier: Apache-2.0 */
/* engine_internal: the engine as its own modules see it: link, lookups, outgoing, incoming. */
#ifndef TACET_CLIENT_ENGINE_INTERNAL_H
#define TACET_CLIENT_ENGINE_INTERNAL_H

#include "client/ageing.h"
#include "client/changing.h"
#include "client/ending.h"
#include "client/engine.h"
#include "client/newcomer.h"
#include "client/outbox.h"
#include "client/own_prekeys.h"
#include "client/parsed.h"
#include "client/recovering.h"
#include "client/relisting.h"
#include "client/reminding.h"
#include "e2ee/control.h"
#include "wire/frame.h"

#define ENGINE_REQUESTS_MAX 32

enum link_state {
    LINK_OFF = 1,    /* waiting to connect again */
    LINK_CONNECTING, /* the host is at it */
    LINK_GREETING,   /* up; JOIN or SIGN_IN is on its way */
    LINK_READY,      /* signed in */
    LINK_ENDED,      /* the server will not have us; a person must act */
};

/* A request that was not answered yet, and what it was for. */
struct waiting {
    uint64_t id;
    enum op op;
    uint64_t since_ms;
    /* SEND, REGISTER: place in the outbox; PREKEY, POLICY: its number; PERSON: from which list on;
     * LIST: the version of one that the server had forgotten; ROOM_CHANGE: the wish;
     * ROOM_AGAIN: the version of the state */
    uint64_t number;
    struct bytes key; /* PERSON: handle or aid; ROSTER: digest; in `room` */
    bool by_account;  /* PERSON: the key is an aid */
    uint8_t room[48];
};

struct link {
    enum link_state state;
    uint8_t binding[32];
    uint64_t next_id, retry_ms;
    uint64_t keys_ms; /* when this connection's server was asked for its keys; 0: not yet */
    unsigned failures;
    struct waiting waiting[ENGINE_REQUESTS_MAX];
    size_t n;
};

/* Whose ML-KEM keys were asked for. */
struct kem_question {
    struct {
        struct account_id aid;
        struct device_id did;
        uint32_t number;
    } name[LIMIT_KEM_KEYS];
    size_t n;
};

/* How long the mailbox was not drained. */
struct delays {
    uint64_t since_ms;  /* when this connection began to wait for it; 0: it does not */
    uint64_t waited_ms; /* in connections before, since it was drained last */
    bool told;
};

/* Steps along chains for what only claims to be from afar; what finds none left waits. */
struct effort {
    uint64_t since_ms; /* when the minute began of which `steps` are left; 0: none began */
    uint32_t steps;
};

/* A recovery key that is being made, with its letters. */
struct keeping {
    enum keeping_stage {
        KEEPING_NOTHING = 0,
        KEEPING_MADE,   /* its list is on its way */
        KEEPING_LISTED, /* in force; the server is given the blob */
        KEEPING_READY,  /* the letters can be shown */
    } stage;
    struct recovery_key key;
    struct device_id did;
};

/* Rooms whose states wait for somebody's account. */
#define ATTENDING_WAITS_MAX 16
struct attending {
    struct room_id waits[ATTENDING_WAITS_MAX];
    size_t n;
    uint64_t forked; /* the number of one of which the server showed two states; 0: none */
};

/* The lists of all people, asked for where something is of a device that none of them has. */
struct asking_whose {
    uint64_t from; /* the contact behind whom the next one is asked for; 0: nobody is on the way */
    uint64_t asked_ms; /* when some were, last; 0: never */
};

struct returning;     /* returning.c */
struct transferring;  /* transferring.c */
struct queued_action; /* actions.c */

struct engine {
    struct vault *vault;
    struct random *random;
    const struct pool *pool; /* the host's; NULL: none */
    struct parsed *parsed;
    struct own own;
    uint64_t now_ms;
    uint64_t steady_ms; /* of the host's steady clock; 0: it has none */
    struct ageing ageing;
    uint64_t ending_ms; /* own time when messages are looked at again that are due; 0: none are */
    bool unburied;      /* something was destroyed, and may still be in the database's log */
    struct link link;
    bool drained;
    uint64_t retry_ms; /* when outgoing should look again; 0: no need */
    bool refused;      /* an upload was, since this program began */
    bool queued;       /* something was put into the outbox that outgoing has not looked at */
    struct unregistered {
        uint64_t row; /* place in the outbox of whose roster it is */
        uint32_t code;
        struct buf body;
    } unregistered; /* what the server had against a roster, until it refuses the upload under it */
    uint64_t wake_ms;               /* the wake that the host was asked for last */
    uint64_t drained_ms, asking_ms; /* since when drained; when asking looks next, 0: no need */
    struct asking_whose asking_whose;
    bool drained_news;     /* the mailbox was drained and nobody was told yet */
    bool parked_news;      /* something was parked and nobody was told yet */
    bool held_back;        /* something that opens waits for what its sender said before */
    uint64_t forgotten_ms; /* when what waits may be sealed again; 0: nothing does */
    uint64_t changing_ms;  /* when a list is sent again; 0: not before something comes */
    uint64_t giving_ms;    /* when what is given is looked at again; 0: nothing is */
    bool fetching_due;     /* a file that came is to be fetched by itself */
    bool giving_due;       /* a device said something of what it is given */
    struct relisting relisting;
    struct offer offer;
    uint64_t offer_ms;           /* when the server is asked of it again; 0: not before something */
    bool offer_late, offer_told; /* that it is late; how far it is, since this program began */
    struct newcomer *newcomer;   /* this device has no account yet: nothing else is there then */
    uint64_t arriving_ms;        /* when it asks again; 0: not before something comes */
    bool arriving_told;          /* its code was */
    bool arriving_heard;         /* the server has answered on this connection: it may end it */
    struct keeping keeping;
    uint64_t keeping_ms;         /* when its blob goes once more; 0: it need not */
    struct returning *returning; /* of a profile that is no device yet; NULL: it is one */
    struct delays delays;
    struct effort effort; /* opening */
    struct err failure;
    bool keeper_told; /* that who keeps copies cannot be written to, on this connection */
    uint64_t sharing_ms, present_ms; /* when they look next; 0: no need */
    bool accepted;                   /* an account, on another device: what waits for that opens */
    struct attending attending;
    struct reminding reminding;
    struct transferring *transferring; /* NULL: no files can be reached */
    uint64_t wishing_ms;               /* when wishes are looked at again; 0: no need */
    uint64_t receipts_ms;              /* when receipts are looked at; 0: no need */
    struct activity_told {
        uint64_t conversation; /* 0: in none, since this program began */
        uint64_t at_ms;
    } activity_told[2];      /* where it was told last: of typing, and of being here */
    uint64_t naming_ms;      /* when rooms without a name are looked for; 0: no need */
    uint64_t transfer;       /* the number of the transfer that was begun last */
    uint64_t made;           /* the number of the room that was made last */
    uint64_t hello;          /* the room in whose outbox a hello waits; 0: none does */
    struct kem_question kem; /* the one that is on its way, while link_is_busy(e, OP_KEM_KEYS) */
    struct queued_action *first, *last, *taken;
};

/* ---- engine.c */

/* obeying.c: one command, outside of any transaction.  Errors as engine_command(). */
FALLIBLE obeying_command(struct engine *e, const struct command *c);

/* The program or the account is new: what is done before all else. */
FALLIBLE engine_begin(struct engine *e);
/* In which conversation is a command to write?  E_ABSENT: none with them yet, or no such room;
 * E_MALFORMED, E_CONFLICT, E_REMOVED, E_DENIED: as for tacet_send(). */
FALLIBLE engine_conversation(struct engine *e, const struct command *c, uint64_t *out);

/* ---- actions.c */

/* E_NOMEM is kept as the engine's failure. */
void actions_connect(struct engine *e);
void actions_send(struct engine *e, struct bytes frame);
void actions_close(struct engine *e);
void actions_wake(struct engine *e, uint64_t at_ms);
void actions_tell(struct engine *e, const struct event *event);
bool actions_next(struct engine *e, struct action *out);
void actions_free(struct engine *e);

/* ---- link.c */

/* Send a request; `w` says what for.  E_AGAIN: too many are waiting. */
FALLIBLE link_request(struct engine *e, enum op op, const void *message, const struct waiting *w);
/* One that wants no answer. */
FALLIBLE link_tell(struct engine *e, enum op op, const void *message);
bool link_is_waiting(const struct engine *e, enum op op, struct bytes key);
bool link_is_busy(const struct engine *e, enum op op);
FALLIBLE link_up(struct engine *e, struct bytes binding);
void link_down(struct engine *e, enum err_code why);
FALLIBLE link_frame(struct engine *e, struct bytes frame);
FALLIBLE link_wake(struct engine *e);
uint64_t link_patience_ends(const struct engine *e);
void link_tell_state(struct engine *e, enum err_code code);
/* The server will not have us: trying again by ourselves would change nothing. */
void link_end(struct engine *e, enum err_code why);
/* Come again: nobody is to blame, or time mends it. */
void link_try_later(struct engine *e, enum err_code why);
/* Ask for the server's keys and the newest policy, unless it was just done. */
FALLIBLE link_ask_what_holds(struct engine *e);

/* ---- greeting.c */

FALLIBLE greeting_begin(struct engine *e);   /* JOIN or SIGN_IN leaves */
FALLIBLE greeting_sign_in(struct engine *e); /* on the same connection */
void greeting_tell_version(struct engine *e, const struct frame *f, struct arena *a);
FALLIBLE greeting_answered(struct engine *e, const struct waiting *w, const struct frame *f,
                           struct arena *a);

/* ---- publishing.c */

FALLIBLE publishing_send(struct engine *e); /* the newest prekey, unless one is on its way */
/* Prekeys come and go as [PROTOCOL 3.1] says; `due`: a new one is. */
FALLIBLE publishing_rotate(struct engine *e, bool due);
/* The server has this one of ours. */
FALLIBLE publishing_compare(struct engine *e, uint32_t servers);
FALLIBLE publishing_answered(struct engine *e, const struct waiting *w, const struct frame *f);
/* One that the server would not have, as my account's list is another, is made anew. */
FALLIBLE publishing_list_changed(struct engine *e);
/* When prekeys are to be looked at again; 0: not before the mailbox is drained, what came from it
 * waits for no answer, and what is being published is answered. */
uint64_t publishing_at(const struct engine *e);

/* ---- siblings.c: the other devices of my account */

/* Ask for newer lists of my account, and its devices' prekeys. */
FALLIBLE siblings_ask(struct engine *e);
/* After something of my account was learned and committed. */
FALLIBLE siblings_learned(struct engine *e);
/* What I write can be sealed to my other devices, too; *waits: not yet. */
FALLIBLE siblings_prepare(struct engine *e, bool *waits);
/* The server refuses this device as removed, with this body: *revoked: a list of my account says
 * so, which is committed. */
FALLIBLE siblings_refused(struct engine *e, struct bytes body, struct arena *a, bool *revoked);
/* This device was removed: it is told, and nothing more is done. */
void siblings_end(struct engine *e);

/* ---- offering.c: what offer.h keeps, and the server: this device adds another one */

/* A link is there: ADDING_OPEN is told when it can be shown.  E_LIMIT: no room in the list. */
FALLIBLE offering_begin(struct engine *e);
/* E_ABSENT: nobody has asked; E_CONFLICT: something else was; E_EXPIRED; errors of listing_put().
 */
FALLIBLE offering_confirm(struct engine *e, struct bytes digest);
/* E_ABSENT: there is no link; E_CONFLICT: it was confirmed. */
FALLIBLE offering_cancel(struct engine *e);
/* What can be done now: after a sign-in, and when my account's list is another one. */
FALLIBLE offering_pump(struct engine *e);
/* What was asked of the list is in force, or cannot be. */
FALLIBLE offering_listed(struct engine *e, const struct listing_change *c, enum err_code code);
FALLIBLE offering_answered(struct engine *e, const struct waiting *w, const struct frame *f,
                           struct arena *a);
uint64_t offering_at(const struct engine *e); /* when to look again; 0: no need */
FALLIBLE offering_wake(struct engine *e);

/* ---- arriving.c: what newcomer.h keeps, and the server: this device is being added */

FALLIBLE arriving_load(struct engine *e);  /* E_ABSENT: the vault has no such profile */
FALLIBLE arriving_begin(struct engine *e); /* the link is up */
FALLIBLE arriving_answered(struct engine *e, const struct frame *f, struct arena *a);
uint64_t arriving_at(const struct engine *e);
/* The connection is gone; *news: that it is has to be told. */
void arriving_link_down(struct engine *e, enum err_code why, bool *news);
FALLIBLE arriving_wake(struct engine *e);
void arriving_free(struct engine *e);

/* ---- keeping.c: a recovery key of my account  [PROTOCOL 15.6] */

/* E_CONFLICT: one is being made.  Errors of listing_put().  EVENT_RECOVERY comes when there are
 * letters to show, or there will be none. */
FALLIBLE keeping_make(struct engine *e);
/* At the beginning: of one that was being made when the program ended and of which the server has
 * heard nothing, nothing is left. */
FALLIBLE keeping_load(struct engine *e);
/* E_ABSENT: there are no letters to show. */
FALLIBLE keeping_shown(struct engine *e);
FALLIBLE keeping_confirm(struct engine *e, struct bytes letters); /* as recovering_compare() */
/* A list with this change is in force, or never will be. */
FALLIBLE keeping_listed(struct engine *e, const struct listing_change *c, enum err_code code);
FALLIBLE keeping_answered(struct engine *e, const struct waiting *w, const struct frame *f);
FALLIBLE keeping_signed_in(struct engine *e);
uint64_t keeping_at(const struct engine *e); /* when to call keeping_wake(); 0: no need */
FALLIBLE keeping_wake(struct engine *e);
void keeping_forget(struct engine *e); /* wipes */

/* ---- returning.c: a person with no device left comes back  [PROTOCOL 15.6] */

/* The vault may hold a profile that is coming back: then e->returning is set.  E_ABSENT: it holds
 * none. */
FALLIBLE returning_load(struct engine *e);
void returning_free(struct engine *e); /* wipes */
/* The letters, and the server is asked.  E_MALFORMED: none.  E_CONFLICT: nobody is coming back. */
FALLIBLE returning_letters(struct engine *e, struct bytes letters);
/* Is it a profile that waits for its letters? */
bool returning_waits(const struct engine *e);
FALLIBLE returning_begin(struct engine *e); /* RECOVER leaves */
FALLIBLE returning_answered(struct engine *e, const struct waiting *w, const struct frame *f,
                            struct arena *a);

/* ---- governing.c */

/* Ask for the policy with this number; 0: the newest. */
FALLIBLE governing_fetch(struct engine *e, uint32_t number);
FALLIBLE governing_answer(struct engine *e, const struct waiting *w, const struct frame *f,
                          struct arena *a);
/* Keep what a refusal says, in the caller's transaction; *news: it was not known before. */
FALLIBLE governing_learn(struct engine *e, struct bytes statement, bool *news);
/* Whoever has to get a copy of what goes to this contact can be sealed to; *waits: not yet. */
FALLIBLE governing_prepare(struct engine *e, const struct contact *to, bool *waits);
struct room_state;
FALLIBLE governing_prepare_room(struct engine *e, const struct room_state *s, bool *waits);
/* The server has no such account. */
FALLIBLE governing_nobody(struct engine *e, const struct account_id *aid);

/* ---- generations.c */

/* The number of the sign-in that comes next: committed. */
FALLIBLE generations_next(struct engine *e, uint64_t *out);
/* What the server says of this device.  When a copy of this vault has signed in, all that the copy
 * may have used is left behind in one transaction, and the person is told. */
struct generations_news {
    struct bytes signin; /* statement */
    uint32_t prekey;
    uint64_t uploads;
};
FALLIBLE generations_compare(struct engine *e, const struct generations_news *news, bool *restored);

/* ---- lookups.c: asking for what is missing, and keeping what comes */

/* Something is being fetched that what is parked may need. */
bool lookups_are_pending(const struct engine *e);
/* Is there room for a question that was not asked yet? */
bool lookups_may_ask(const struct engine *e, enum op op, struct bytes key);
FALLIBLE lookups_handle(struct engine *e, struct bytes handle);
FALLIBLE lookups_account(struct engine *e, const struct account_id *aid);
FALLIBLE lookups_own_from(struct engine *e, uint32_t list); /* of my account, from this list on */
FALLIBLE lookups_roster(struct engine *e, const struct roster_id *id);
/* The keys with which channels to this person's devices will be opened; *waits: some are missing
 * that the server was not asked for yet, or has not answered. */
FALLIBLE lookups_kem_keys(struct engine *e, const struct contact *c, bool *waits);
/* The same for whichever devices' keys the question is about. */
void lookups_want_key(struct kem_question *q, const struct account_id *aid,
                      const struct device_id *did, uint32_t number); /* unless it is full */
FALLIBLE lookups_ask_keys(struct engine *e, const struct kem_question *q, bool *waits);
FALLIBLE lookups_kem_answer(struct engine *e, const struct frame *f);
/* The server sent something that does not check. */
void lookups_tell_bad(struct engine *e, enum err_code why);
FALLIBLE lookups_person_answer(struct engine *e, const struct waiting *w, const struct frame *f);
FALLIBLE lookups_roster_answer(struct engine *e, const struct waiting *w, const struct frame *f);
/* Keep what a refusal says about policies and the accounts of a roster, in the caller's
 * transaction, and tell of it after that. */
struct lookups_stale {
    bool expired; /* the certificate is, and nothing that needs it was kept */
    bool taught;  /* else there was nothing to learn, and only the clocks differ, on which policy is
                     in force */
    bool moved;   /* the room has another state: */
    struct room_id room;
    bool behind; /* the server went back behind what is known, and showed nothing else */
    bool mine;   /* lists of my account are missing behind `shown` */
    uint32_t shown;
    struct event *events; /* in the arena: whose devices came or went, and what is wrong */
    size_t n;
};
FALLIBLE lookups_learn_stale(struct engine *e, struct bytes roster, struct bytes body,
                             struct arena *a, struct lookups_stale *out);
FALLIBLE lookups_learned_stale(struct engine *e, const struct lookups_stale *what);

/* ---- cores.c: what stays of a message however often it is sealed */

/* The core of a row that has none yet in this room, and its place in my stream; *m, for the caller
 * to keep, lives as the room allows now.  E_REMOVED: it was sealed for another account than now. */
FALLIBLE cores_make(struct engine *e, struct outbox_row *row, const struct room_id *room,
                    struct message *m);
/* That of a control message. */
FALLIBLE cores_control(struct engine *e, struct outbox_row *row, const struct room_id *room);
/* The highest place of my stream in a room. */
FALLIBLE cores_highest(struct engine *e, const struct room_id *room, uint64_t *seq);
/* For how long this message of mine may wait for its receivers, from when it was written. */
uint32_t cores_ttl_s(const struct message *m);

/* ---- outgoing.c */

/* In a conversation: with a contact, or of a room. */
FALLIBLE outgoing_queue(struct engine *e, uint64_t conversation, enum payload_type type,
                        struct bytes content);
/* The same, when this was said of it alone (0: nothing).  E_LIMIT: more than is allowed there. */
FALLIBLE outgoing_queue_for(struct engine *e, uint64_t conversation, enum payload_type type,
                            struct bytes content, const struct timers *said);
/* In the caller's transaction: the same, with nothing said; *m is as it was kept. */
FALLIBLE outgoing_put(struct engine *e, uint64_t conversation, enum payload_type type,
                      struct bytes content, struct message *m);
/* In the caller's transaction: a row behind all others. */
FALLIBLE outgoing_add(struct engine *e, struct outbox_row *row);
FALLIBLE outgoing_pump(struct engine *e); /* seal and send what can be sent now */
/* Give up every queued message to a contact. */
FALLIBLE outgoing_give_up(struct engine *e, uint64_t contact, enum err_code why);
/* Are the newest prekeys of a contact of use, or was it just asked for newer ones? */
bool outgoing_is_fresh(struct engine *e, const struct contact *c);
/* The latter alone. */
bool outgoing_has_asked(struct engine *e, const struct contact *c);
FALLIBLE outgoing_waiting(struct engine *e, uint64_t *n);
/* What is to be said of history, among my devices. */
FALLIBLE outgoing_answers(struct engine *e, uint64_t *n);

/* ---- answers.c: S3 of [PROTOCOL 10] */

/* What the server says to the upload of a row, and to the roster that went ahead of it. */
FALLIBLE answers_upload(struct engine *e, uint64_t row, const struct frame *f);
FALLIBLE answers_roster(struct engine *e, uint64_t row, const struct frame *f);
/* What was said to the last roster is over. */
void answers_forget(struct engine *e);

/* ---- incoming.c */

FALLIBLE incoming_page(struct engine *e, struct bytes body, bool *more);
/* What is parked, after something was learned; `anew`: each may ask again for what it misses. */
FALLIBLE incoming_retry(struct engine *e, bool anew);
/* Tell that the mailbox is drained and what of it stays parked, once nothing more is being fetched
 * for it. */
void incoming_report(struct engine *e);

/* ---- opening.c: one item, in the caller's transaction */

enum opening_result {
    OPENING_DONE = 1, /* kept; event says what to tell, if anything */
    OPENING_KNOWN,    /* seen before: nothing to do */
    OPENING_PARK,     /* something is missing; event.problem says more */
    OPENING_DAMAGED,  /* wrong for good */
};
struct opening_item {
    uint32_t kind;
    struct bytes sealed;
    const struct opened *ahead; /* how far it was opened already; or NULL */
    uint64_t received_ms;
    bool passing; /* the server only hands it on: nothing waits for it [PROTOCOL 6.16] */
    uint8_t asks; /* look-ups that it has caused; opening_item() counts on */
    uint8_t told; /* enum problem that was told of it while it waits */

    /* What opening_item() finds out of one that it parks. */
    bool claimed; /* who sent it, it says: */
    uint8_t prefix[SCHEDULE_PREFIX_SIZE];
    bool resettable; /* it is a message that a reset may bring again, by its ctx */
    uint8_t ctx[CONTROL_MARK_SIZE];
    uint8_t resets; /* that named it, or how often it was asked whose it is */
    /* It need not be tried as long as its prekey lives and this is the mark: of a message, of its
     * sender's epochs, of which none opens it; of a capsule, of the newest list of the account that
     * it names. */
    bool barren;
    uint32_t prekey; /* of a message, the low half of its number */
    uint8_t mark[CHANNEL_EPOCH_ID_SIZE];
    struct account_id account; /* of a capsule */
};
#define OPENING_EVENTS 2 /* the second: a problem that came to light with a message */
FALLIBLE opening_item(struct engine *e, struct opening_item *item, struct arena *a,
                      enum opening_result *result, struct event event[OPENING_EVENTS]);

/* ---- delays.c */

void delays_begin(struct engine *e);   /* signed in */
void delays_end(struct engine *e);     /* the link is down */
void delays_drained(struct engine *e); /* the mailbox is */
uint64_t delays_at(const struct engine *e);
void delays_wake(struct engine *e);

/* ---- repairs.c: doing what others ask for, in the caller's transaction  [PROTOCOL 5.4, 6.7] */

/* Whose control message it is, and in which conversation. */
struct repairs_asker {
    struct party who;
    uint64_t contact;
    struct room_id room;
    uint64_t with; /* the contact whose room with me it is: who keeps copies asks in it, too; 0: I
                      keep copies of it myself */
};
FALLIBLE repairs_control(struct engine *e, const struct repairs_asker *from,
                         const struct control *c, struct arena *a);
/* The server's word that a device's mailbox could not keep an upload. */
FALLIBLE repairs_notice(struct engine *e, struct bytes sealed, struct arena *a);
/* A control message for one device of a contact, or of who keeps copies of what we write to each
 * other.  In the room of us two, or in one that I keep copies of (NULL: in ours). */
FALLIBLE repairs_tell(struct engine *e, uint64_t contact, const struct device_id *to,
                      const struct room_id *room, const struct control *c);
struct sentlog_entry;
/* What was sent to that device is sealed for it again, if there is still what to seal. */
FALLIBLE repairs_again(struct engine *e, const struct sentlog_entry *s, const struct device_id *to,
                       struct arena *a, bool *queued);
/* For how long one waits that found no room, after so many tries. */
uint64_t repairs_patience(uint8_t tries);
/* The row of a repair leaves the outbox. */
FALLIBLE repairs_done(struct engine *e, const struct outbox_row *row);

/* ---- forgotten.c: what a server forgot that was put back from a copy  [PROTOCOL 10 M1] */

/* It accepted uploads up to `accepted`, and knows of them up to `known`, which is less.  In the
 * caller's transaction.  What may not be sealed again yet waits. */
FALLIBLE forgotten_seal(struct engine *e, uint64_t known, uint64_t accepted);
/* What waits, if it may now; for a sign-in. */
FALLIBLE forgotten_again(struct engine *e);
/* When forgotten_wake() is to be called; 0: nothing waits. */
uint64_t forgotten_at(const struct engine *e);
FALLIBLE forgotten_wake(struct engine *e);

/* ---- sharing.c: what my devices tell each other of what they agree on  [PROTOCOL 15.8] */

struct shared_change; /* e2ee/shared.h */

struct sharing_said {
    uint16_t type; /* PAYLOAD_STATE or PAYLOAD_HAVE */
    struct bytes content;
};
FALLIBLE sharing_begin(struct engine *e); /* the program does */
/* In the caller's transaction: what a device said, and did it say so as it should?  *kinds: a bit
 * for each kind of register that has another value now.  Errors that are not this machine's: it is
 * malformed, and of no use. */
FALLIBLE sharing_control(struct engine *e, const struct repairs_asker *from,
                         const struct sharing_said *said, struct arena *a, uint32_t *kinds);
/* In the caller's transaction: the row of a control message leaves the outbox. */
FALLIBLE sharing_finished(struct engine *e, const struct outbox_row *row, bool accepted);
/* Another list of my account was committed. */
FALLIBLE sharing_listed(struct engine *e);
/* In the caller's transaction: this vault was put back from a copy. */
FALLIBLE sharing_restored(struct engine *e);
/* From which of my own changes on that device is to say what it has of them; 0: it has. */
FALLIBLE sharing_lost(struct engine *e, const struct device_id *with, uint64_t *from);
/* Something was changed here; or there is something to do at once, or at a time. */
void sharing_soon(struct engine *e);
void sharing_now(struct engine *e);
void sharing_look_at(struct engine *e, uint64_t at_ms);
/* When sharing_wake() is to be called; 0: no need. */
uint64_t sharing_at(const struct engine *e);
FALLIBLE sharing_wake(struct engine *e);
/* Can something be sealed to that device of mine now? */
FALLIBLE sharing_reaches(struct engine *e, const struct device_id *did, bool *is);
/* In the caller's transaction: a control message for it; *number: its place in the outbox. */
FALLIBLE sharing_queue(struct engine *e, const struct device_id *to, enum payload_type type,
                       struct bytes content, uint64_t *number);

/* ---- lacking.c: in the caller's transaction, too */

FALLIBLE lacking_at(struct engine *e, const struct device_id *did); /* that device has more */
FALLIBLE lacking_at_all(struct engine *e);                          /* each may have */
/* Ask the next one, if one is to be asked and may be. */
FALLIBLE lacking_ask(struct engine *e);

/* ---- presence.c */

FALLIBLE presence_drained(struct engine *e); /* the mailbox is */
/* When presence_wake() is to be called; 0: no need. */
uint64_t presence_at(const struct engine *e);
FALLIBLE presence_wake(struct engine *e);

FALLIBLE rereading_begin(struct engine *e); /* when the program begins */

/* ---- doing.c */

/* E_ABSENT: no such message, or nobody can refer to it; E_CONFLICT: it was never sent; E_STALE: it
 * is so already; E_AGAIN: it is not known yet whose handle that is; E_DENIED: it is somebody
 * else's. */
FALLIBLE doing_command(struct engine *e, const struct command *c);
/* What the message says that is to be forwarded, borrowed from the arena.  E_ABSENT: there is none,
 * or none with a text; E_DENIED: it may not go anywhere else. */
FALLIBLE doing_forwarded(struct engine *e, const struct command *c, struct arena *a,
                         struct bytes *text);
/* The same of a file: its content. */
FALLIBLE doing_forwarded_file(struct engine *e, const struct command *c, struct arena *a,
                              struct bytes *content);

/* ---- saying.c */

FALLIBLE saying_command(struct engine *e, const struct command *c);
FALLIBLE saying_draft(struct engine *e, struct bytes handle, uint64_t room, struct arena *a,
                      struct bytes *text);

/* ---- asking.c: asking for what cannot be opened, and for what is missing */

/* Something may have to be asked for. */
void asking_soon(struct engine *e);
/* When asking_wake() is to be called; 0: there is nothing to ask for. */
uint64_t asking_at(const struct engine *e);
FALLIBLE asking_wake(struct engine *e);
/* What was asked for was answered, in the caller's transaction; *over: so many messages are. */
FALLIBLE asking_answered(struct engine *e, const struct repairs_asker *from,
                         const struct control *c, uint64_t *over);

#endif
