/* SPDX-License-Identifier: Apache-2.0 */
/* outbox: what is on its way, a row each; the states of the message that a row brings, and its end.
 */
#ifndef TACET_CLIENT_OUTBOX_H
#define TACET_CLIENT_OUTBOX_H

#include "client/messages.h"
#include "e2ee/trailer.h"

struct engine;

/* What a row of the outbox is. */
enum outbox_kind {
    OUTBOX_MESSAGE = 1, /* of a person: contact and place say where it stands */
    OUTBOX_CONTROL,     /* for one device */
    OUTBOX_REPAIR,      /* something sent before, once more for one device */
    OUTBOX_TELLING,     /* a control message for all devices in a room */
    OUTBOX_HELLO,       /* for those of them to which there is no channel yet, 50 at a time */
    OUTBOX_RECEIPT,     /* a control message for all devices of one account in a room */
    OUTBOX_ACTIVITY,    /* for whoever is there now: never in the outbox [PROTOCOL 6.16] */
};

/* One message on its way, as the outbox keeps it. */
struct outbox_row {
    enum outbox_kind kind;
    uint64_t number, contact, place; /* place 0: a control message */
    struct device_id to;             /* of control messages and repairs; a receipt's writer */
    struct account_id account;       /* whom a receipt is for */
    uint16_t type;                   /* of a control message, and its content */
    struct bytes content;
    uint64_t made_ms;
    uint8_t tries; /* of a repair for which there was no room */
    uint32_t refusals;
    uint64_t refused_ms, retry_ms; /* first refusal of the current hour; not before */
    bool has_core, sealed;
    struct core core;
    uint64_t upload;
    struct roster_id roster_id;
    struct bytes roster, bytes; /* of a sealed one */
    struct bytes opened;        /* did after did: to whom a capsule goes along */
};
FALLIBLE outbox_put(struct engine *e, const struct outbox_row *row);
/* The first from this number on.  E_ABSENT. */
FALLIBLE outbox_next(struct engine *e, uint64_t from, struct arena *a, struct outbox_row *row);
bool outbox_is_persons(const struct outbox_row *row);
/* Does what tells a room's people of a change still wait here? */
FALLIBLE outbox_tells_room(struct engine *e, uint64_t room, bool *tells);
/* The person hears in which state the message is. */
void outbox_tell(struct engine *e, const struct message *m, enum err_code code);
/* In the caller's transaction: the message takes a step.  What is not a person's has no states. */
FALLIBLE outbox_step(struct engine *e, const struct outbox_row *row, enum delivery_step s,
                     enum err_code why, struct arena *a, struct message *m);
/* In the caller's transaction: the message's last step, and its row goes. */
FALLIBLE outbox_finish(struct engine *e, const struct outbox_row *row, enum delivery_step s,
                       enum err_code why, struct arena *a, struct message *m);
/* In a transaction of its own: it fails, and its row goes. */
FALLIBLE outbox_give_up(struct engine *e, struct outbox_row *row, enum err_code why,
                        struct arena *a);

#endif
