/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prekeys: the numbered keys that others seal to, and all that is public about a person.
 *
 * A device has one newest prekey.  Those before it pass for 24 hours after they were superseded,
 * because messages sealed to them are on their way.  [PROTOCOL 3.1, 4.4]
 */
#ifndef TACET_SERVER_PREKEYS_PREKEYS_H
#define TACET_SERVER_PREKEYS_PREKEYS_H

#include "server/accounts/accounts.h"
#include "server/api/api.h"
#include "server/devices/devices.h"
#include "server/networks/networks.h"
#include "statement/prekey.h"

#define PREKEYS_KEPT_MAX        64 /* of one device, for messages that are on their way */
#define PREKEYS_LISTS_MAX       LIMIT_ANSWER_LISTS /* whoever needs more asks on from there */
#define PREKEYS_OWN_LISTS_BYTES 8192               /* of them, where the caller has not signed in */

struct Tacet__Wire__Person;

/*
 * Publish the next prekey of a device.  The newest, once more, is accepted and changes nothing.
 * E_CONFLICT: its number does not rise.  E_STALE: it names another list than the current one.
 * E_CLOCK: made more than an hour ahead; an old one may come late.  E_AGAIN: PREKEYS_KEPT_MAX were
 * published within a day, and every message to the device has to be looked up among them.
 * E_MALFORMED, E_FORGED, E_EXPIRED: also when `kem` is not the ML-KEM key that it names.
 */
FALLIBLE prekeys_publish(struct db *db, const struct networks *n, struct arena *a,
                         const struct device *d, struct bytes statement, struct bytes kem,
                         uint64_t now_ms);

/* The newest prekey of a device.  E_ABSENT: none. */
FALLIBLE prekeys_newest(struct db *db, struct arena *a, uint64_t device, struct bytes *statement,
                        struct prekey *out);

/* May something be sealed to a prekey of this device?  By its whole number, or by as much of it as
 * an entry has.  E_STALE: unknown, expired, or superseded more than 24 hours ago. */
FALLIBLE prekeys_usable(struct db *db, uint64_t device, uint32_t number, uint64_t now_ms);
FALLIBLE prekeys_usable_low16(struct db *db, uint64_t device, uint16_t low16, uint64_t now_ms);

/* The ML-KEM key of one that something may be sealed to, in the arena.  E_ABSENT: no such prekey.
 */
FALLIBLE prekeys_kem(struct db *db, struct arena *a, uint64_t device, uint32_t number,
                     uint64_t now_ms, struct bytes *kem);

/* Is the newest one still valid? */
FALLIBLE prekeys_valid(struct db *db, uint64_t device, uint64_t now_ms, bool *out);

/* Delete those of a device that was removed. */
FALLIBLE prekeys_forget(struct db *db, uint64_t device);

/* Directory statement, lists from a version on, newest prekeys: as generated, because several
 * answers carry it.  Of a removed person without prekeys.  Lives in the arena. */
FALLIBLE prekeys_person(struct db *db, struct arena *a, const struct account *who,
                        uint32_t from_list, struct Tacet__Wire__Person **out);

/* What an own device that is not signed in is told of its account: the newest lists, and no
 * prekeys. Small enough for a connection that nobody knows yet. */
FALLIBLE prekeys_own_person(struct db *db, struct arena *a, const struct account *who,
                            struct Tacet__Wire__Person **out);

extern const struct schema prekeys_schema;
extern const struct route prekeys_routes[];

#endif
