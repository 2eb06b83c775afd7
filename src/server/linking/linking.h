/* SPDX-License-Identifier: Apache-2.0 */
/*
 * linking: how devices come to an account and leave it.
 *
 * A device that is there opens a slot, for ten minutes.  A new one leaves a sealed box in it, which
 * the other fetches and answers.  The server can open neither; what adds the device is the next
 * list alone.  Somebody who has lost every device comes back with what the account's recovery key
 * opens. Slots are kept by SHA-256 of their names: who reads the database cannot ask. [PROTOCOL
 * 11, 15.1, 15.2, 15.4, 15.6]
 *
 *   slots.c     open, ask, look, answer
 *   recovery.c  what is kept for a recovery key, and a list that one signed
 *   changes.c   a list, and all that hangs on whom it removes
 */
#ifndef TACET_SERVER_LINKING_LINKING_H
#define TACET_SERVER_LINKING_LINKING_H

#include "base/clock.h"
#include "server/accounts/accounts.h"
#include "server/api/api.h"
#include "server/devices/devices.h"

#define LINKING_SLOT_SIZE     16
#define LINKING_SLOT_LIFE_MS  (10 * CLOCK_MINUTE_MS)
#define LINKING_BOX_MOST      4096 /* bytes of what a new device asks */
#define LINKING_ANSWER_MOST   6400 /* and of the answer, with the largest list in it */
#define LINKING_RECOVERY_MOST 1024 /* of what opens with a recovery key */

/* ---- Slots: one of an account at a time.  Each E_MALFORMED: `slot` is no name of one. */

/* From now on, in the place of the account's other one.  The same once more from the same device
 * changes nothing.  E_CONFLICT: another account has one of this name. */
FALLIBLE linking_open(struct db *db, const struct device *me, struct bytes slot, uint64_t now_ms);

/* Leave the box if there is none yet; *answer, in the arena, is empty until there is one.
 * E_ABSENT: no such slot, or its time is over.  E_CONFLICT: another box was first.  E_LIMIT. */
FALLIBLE linking_ask(struct db *db, struct arena *a, struct bytes slot, struct bytes box,
                     struct bytes from, uint64_t now_ms, struct bytes *answer);

/* What was asked, in the arena; empty: nothing.  E_ABSENT: not a slot that this device opened. */
FALLIBLE linking_look(struct db *db, struct arena *a, const struct device *me, struct bytes slot,
                      uint64_t now_ms, struct bytes *box, struct bytes *from);

/* For whoever asked; the same once more changes nothing.  E_ABSENT: as above.  E_CONFLICT: nobody
 * has asked, or another answer was given.  E_LIMIT. */
FALLIBLE linking_answer(struct db *db, struct arena *a, const struct device *me, struct bytes slot,
                        struct bytes answer, uint64_t now_ms);

/* Delete the slots whose time is over, in a transaction of its own.  For the host, now and then;
 * cheap when there are none. */
FALLIBLE linking_expire(struct db *db, uint64_t now_ms);

/* Of a device that was removed, its slot. */
FALLIBLE linking_forget_device(struct db *db, uint64_t device);

/* ---- A recovery key. */

/* Keep the blob of this key, in the place of the account's other one.  E_MALFORMED: no name, or
 * nothing.  E_LIMIT.  E_STALE: the account's newest list has another key, or none: what brings
 * nobody back does not take the place of what does.  E_CONFLICT: another account has one of this
 * name. */
FALLIBLE linking_keep(const struct request *rq, uint64_t account, struct bytes did,
                      struct bytes slot, struct bytes blob);

/* What is kept under this name, and for which account.  E_MALFORMED, E_ABSENT. */
FALLIBLE linking_kept(struct db *db, struct arena *a, struct bytes slot, struct bytes *blob,
                      uint64_t *account);

/* Of an account that has no recovery key any more, what was kept. */
FALLIBLE linking_forget_key(struct db *db, uint64_t account);

/* Whose is this list, which a device or recovery key of the account's newest list claims to have
 * signed?  E_TRUNCATED, E_MALFORMED; E_ABSENT: an account unknown here; E_REMOVED; E_DENIED: it
 * claims to be signed by somebody else.  Whether it was is checked when it is published. */
FALLIBLE linking_recovered(const struct request *rq, struct bytes list, struct account *who);

/* ---- */

/* Publish an account's next list: who is removed by it has no mailbox, prekeys, slot and connection
 * any more.  Errors of devices_publish(). */
FALLIBLE linking_publish(struct request *rq, const struct account *who, struct bytes list);

/* Of an account that was removed, all of the above. */
FALLIBLE linking_forget(struct db *db, uint64_t account);

extern const struct schema linking_schema;
extern const struct route linking_routes[];

#endif
