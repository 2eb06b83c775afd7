/* SPDX-License-Identifier: Apache-2.0 */
/*
 * messages: conversations as this device keeps them.
 *
 * A message stands once, under (sender's device, message id); its place in the conversation is the
 * order in which this device committed it, behind what another device of mine gave to it.
 */
#ifndef TACET_CLIENT_MESSAGES_H
#define TACET_CLIENT_MESSAGES_H

#include "client/delivery.h"
#include "client/people.h"
#include "e2ee/trailer.h"

/* What the receiver must be told beside the text. */
enum message_note {
    MESSAGE_LATE = 1,        /* sent under a device list or policy that had been superseded */
    MESSAGE_GAP = 2,         /* messages before it are missing */
    MESSAGE_FORKED = 4,      /* its sender contradicts what it sent before */
    MESSAGE_AHEAD = 8,       /* dated more than an hour ahead of our clock */
    MESSAGE_UNREADABLE = 16, /* a kind that this program does not know */
    MESSAGE_RESTART = 32,    /* its sender was restored: what it sent in between may be lost */
    MESSAGE_NO_COPY = 64,    /* who must keep a copy of it was left out */
    MESSAGE_COPY = 128,      /* written to somebody else: I keep copies, as a policy says */
    MESSAGE_LEFT = 256,      /* its device was revoked after the server got it */
    MESSAGE_ELSEWHERE = 512, /* mine, written on another device of mine */
    MESSAGE_DEVICES = 1024,  /* no message: devices came or went, see diary.h */
    MESSAGE_HISTORY = 2048,  /* another device of mine gave it to this one, which was not there */
    MESSAGE_UNPROVED = 4096, /* and by that device's word alone: its writer's signature is lost */
    MESSAGE_ROOM = 8192,     /* no message: the room changed, see diary.h */
    MESSAGE_RECALLED = 16384 /* its author took it back: but for who keeps copies it says nothing */
};

struct message {
    uint64_t contact, place;
    bool mine, read;
    enum delivery_state state; /* of mine; DELIVERY_DELIVERED for others' */
    enum err_code code;        /* why it failed, or waits */
    uint32_t notes;
    uint64_t missing; /* how many before it, with MESSAGE_GAP */
    struct message_id id;
    struct device_id sender;
    struct room_id room; /* of others'; zero: not known, of mine or of a vault of before */
    uint64_t seq, sent_ms, kept_ms;
    uint32_t ttl_s, burn_s; /* burn_s: from when it was read; 0: it does not burn */
    uint64_t due_ms; /* when it is over, in own time (ageing.h); 0: never.  Only for adding it */
    uint16_t type;
    struct bytes text;  /* borrowed: from the caller, or from the arena it was read into */
    struct bytes proof; /* e2ee/proof.h, the same; empty: none was kept */
};

/* Places begin here, so that there is room for what was before. */
#define MESSAGES_FIRST_PLACE (UINT64_C(1) << 40)

/* In the caller's transaction: no message is added at a place below MESSAGES_FIRST_PLACE from now
 * on. */
FALLIBLE messages_begin(struct vault *v);

/* In the caller's transaction: a new message at the end of its conversation; sets m->place.
 * E_CONFLICT: (sender, id) stands already. */
FALLIBLE messages_add(struct vault *v, struct message *m);

/* The same before all that was added so, in any conversation: what another device kept comes here
 * newest first. */
FALLIBLE messages_add_before(struct vault *v, struct message *m);

/* In the caller's transaction: it is over, and not kept; but it is known from now on. */
FALLIBLE messages_pass(struct vault *v, const struct message *m);

/* In the caller's transaction: one that a program of before kept, as it would be kept now. */
FALLIBLE messages_again(struct vault *v, const struct message *m);

/*
 * In the caller's transaction: its end.  Its record goes with the key that it was sealed under, and
 * with it each row that says something of it: unread, when it is due, what of it could be sealed
 * again.  It stays known under its name, so that it does not come again, and in its places in
 * streams and gaps.  After the commit vault_bury() takes it out of the files.  Rows of the outbox
 * are the engine's: ending_message() is all of it.  Fine where there is none.
 */
FALLIBLE messages_destroy(struct vault *v, uint64_t contact, uint64_t place);

/* Replace what stands at (contact, place): state, code, read. */
FALLIBLE messages_update(struct vault *v, const struct message *m);

/* In the caller's transaction: what it says goes from the vault as in messages_destroy(), and why
 * is noted; its row stays. */
FALLIBLE messages_empty(struct vault *v, struct message *m, enum message_note why);

FALLIBLE messages_get(struct vault *v, uint64_t contact, uint64_t place, struct arena *a,
                      struct message *out);

/* The next of a conversation with place > after.  E_ABSENT. */
FALLIBLE messages_next(struct vault *v, uint64_t contact, uint64_t after, struct arena *a,
                       struct message *out);

/* The newest of a conversation with place <= most.  E_ABSENT. */
FALLIBLE messages_last(struct vault *v, uint64_t contact, uint64_t most, struct arena *a,
                       struct message *out);

/* The next that was not read yet, of any conversation, with place > after.  E_ABSENT. */
FALLIBLE messages_next_unread(struct vault *v, uint64_t after, struct arena *a,
                              struct message *out);

FALLIBLE messages_mark_read(struct vault *v, struct message *m);

/* Of what one device of somebody else wrote in a room, the lowest place in its stream, from `seq`
 * on, that was not read yet.  E_ABSENT. */
FALLIBLE messages_next_unread_of(struct vault *v, const struct room_id *room,
                                 const struct device_id *sender, uint64_t seq, struct arena *a,
                                 struct message *m);

/* Every row of every conversation, in no order that means anything, until a visit fails.  It lives
 * until its visit is over, and no visit asks the vault. */
typedef struct err messages_visit_fn(void *ctx, const struct message *m);
FALLIBLE messages_each(struct vault *v, messages_visit_fn *visit, void *ctx);

FALLIBLE messages_known(struct vault *v, const struct device_id *sender,
                        const struct message_id *id, bool *known);

/* The one of that name, in whichever conversation it stands.  E_ABSENT. */
FALLIBLE messages_find(struct vault *v, const struct device_id *sender, const struct message_id *id,
                       struct arena *a, struct message *out);

#endif
