/* SPDX-License-Identifier: Apache-2.0 */
/*
 * queue: sealed messages and capsules waiting for the devices that can open them.
 *
 * One row an item and device, one body a message that has several.  A row leaves when its device
 * acknowledges it, when it expires, or when its device is removed: nothing else deletes.  Items are
 * numbered for the whole server, rising, and a number is never given twice.  [PROTOCOL 6.4, 10 M1,
 * 11]
 */
#ifndef TACET_SERVER_QUEUE_QUEUE_H
#define TACET_SERVER_QUEUE_QUEUE_H

#include "base/clock.h"
#include "server/api/api.h"
#include "server/devices/devices.h"
#include "server/prekeys/prekeys.h"
#include "server/rooms/rooms.h"
#include "statement/upload.h"

#define QUEUE_PAGE_ITEMS      64
#define QUEUE_PAGE_BYTES      (200 * 1024)        /* of sealed bytes; one item always fits */
#define QUEUE_CAPSULE_LIFE_MS (45 * CLOCK_DAY_MS) /* where copies are kept, so much longer */
#define QUEUE_NOTICE_LIFE_MS  (45 * CLOCK_DAY_MS)
#define QUEUE_TTL_MOST_S      31536000
#define QUEUE_EXPIRE_MOST     4096 /* items deleted by one queue_expire() */
#define QUEUE_AT_ONCE_MOST    4    /* recipients whose devices are offered a message at once */

/* An upload on its way in, and what has been found out about it. */
struct queue_offer {
    struct bytes bytes; /* as they came */
    uint32_t ttl_s;
    uint64_t now_ms;

    struct upload upload;
    bool roster_known; /* is the next one set? */
    struct rooms_roster room;
    struct device *to; /* one for each entry, in its order; none if it was accepted before */
    size_t *account;   /* the place in the roster of each one's account */
    uint64_t *number;  /* what each got it as; 0: its mailbox had no room */
    size_t recipients;
    uint64_t notice; /* the last one for the sender about those; 0: there is none */
};

/*
 * All of [PROTOCOL 11] and M1: check the offer of this device and store it, once.
 * E_MALFORMED, E_LIMIT: the bytes.  E_CONFLICT: the upload number.  E_ABSENT: the roster is not
 * registered.  E_STALE: a list or prekey was superseded.  E_REMOVED: an account.  E_FULL: every
 * mailbox, or the sender's has no room for notices.  E_DENIED: the profile is another than the
 * policy's.  Else as rooms_roster() and rooms_check().
 */
FALLIBLE queue_accept(struct db *db, const struct networks *n, struct arena *a,
                      const struct device *sender, const struct account_id *aid,
                      struct queue_offer *offer);

/*
 * What is told at the moment, and kept nowhere: checked as what is accepted, and then `to` says
 * whom it is for.  E_MALFORMED: also with capsules, without a scope, with a number of its own, or
 * with more than the least body; E_LIMIT: also for more than LIMIT_ACTIVITY.  Else as above, but
 * that nothing is full.  [PROTOCOL 6.16]
 */
FALLIBLE queue_check_passing(struct db *db, const struct networks *n, struct arena *a,
                             const struct device *sender, const struct account_id *aid,
                             struct queue_offer *offer);

/* When what comes now is deleted: most of it, and what goes to the devices of the account `keeper`,
 * which keeps copies whatever the ttl; 0: there is no such account.  [PROTOCOL 4.8, 11] */
struct queue_life {
    uint64_t message_ms, capsule_ms;
    uint64_t keeper, kept_message_ms, kept_capsule_ms;
};

/* Add a checked upload for each of its recipients that has room, capsules first; `number` says as
 * which item each has the message, 0: it has no room.  E_FULL: so it is with all of them. */
FALLIBLE queue_append(struct db *db, struct arena *a, const struct upload *u,
                      const struct device *to, uint64_t now_ms, const struct queue_life *life,
                      uint64_t *number);

/* Tell the sender of an upload for which recipients it could not be kept: those with number 0;
 * `notice` says as which item the last of them is told, 0: there is none.  E_FULL: no room. */
FALLIBLE queue_tell_left_out(struct db *db, const struct device *sender,
                             const struct queue_offer *o, uint64_t *notice);

/* What the device of this entry gets.  E_NOMEM. */
FALLIBLE queue_assemble(struct arena *a, const struct upload_shared *shared, struct bytes entry,
                        struct bytes *out);

struct queue_item {
    uint64_t number;
    enum frame_item kind;
    struct bytes sealed; /* as it is delivered */
    uint64_t received_ms;
};

struct queue_page {
    struct queue_item item[QUEUE_PAGE_ITEMS];
    size_t n;
    bool more;
};

/* The oldest items after `after`; all of it lives in the arena. */
FALLIBLE queue_page(struct db *db, struct arena *a, uint64_t device, uint64_t after,
                    uint64_t now_ms, struct queue_page **out);

/* Push the page after rq->cursor to the session of the request, as its effects. */
FALLIBLE queue_hand_out(struct request *rq, uint64_t device);

/* Forget everything up to and including `number`.  Repeating it is harmless. */
FALLIBLE queue_acknowledge(struct db *db, uint64_t device, uint64_t number);

/* Delete what is due, at most QUEUE_EXPIRE_MOST items of it, in a transaction of its own; `deleted`
 * says how many, none on an error.  For the host, now and then; cheap when nothing is due. */
FALLIBLE queue_expire(struct db *db, uint64_t now_ms, uint64_t *deleted);

/* Items and bytes in all mailboxes. */
FALLIBLE queue_totals(struct db *db, uint64_t *items, uint64_t *bytes);

/* Items in the mailbox; empty it, of a device that was removed. */
FALLIBLE queue_waiting(struct db *db, uint64_t device, uint64_t *items);
FALLIBLE queue_forget(struct db *db, uint64_t device);

extern const struct schema queue_schema;
extern const struct route queue_routes[];

#endif
