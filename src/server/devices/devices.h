/* SPDX-License-Identifier: Apache-2.0 */
/*
 * devices: the device lists of accounts, the devices in them, which of their uploads were accepted,
 * and the newest word of each about its vault.
 *
 * Every version of a list is kept, because whoever was away follows the chain.  A device that the
 * newest one has, and that is no recovery key, has a row here; it stays when the device is removed,
 * so that it never comes back.  [PROTOCOL 4.3, 4.5, 10 M1, 11]
 */
#ifndef TACET_SERVER_DEVICES_DEVICES_H
#define TACET_SERVER_DEVICES_DEVICES_H

#include "server/accounts/accounts.h"
#include "server/api/api.h"
#include "server/networks/networks.h"
#include "statement/device_list.h"
#include "statement/signin.h"

#define DEVICES_UPLOAD_WINDOW 64 /* numbers whose uploads are remembered */
#define DEVICES_MARK_SIZE     8  /* of each, as upload_mark() makes it */

enum devices_state { DEVICES_ACTIVE = 1, DEVICES_REMOVED = 2 };

struct device {
    uint64_t row, account; /* account: its row */
    struct device_id did;
    struct point dsk;
    enum devices_state state;
    uint64_t uploads;    /* highest number accepted */
    uint64_t generation; /* highest of its vault that it signed in with */
};

/* E_ABSENT. */
FALLIBLE devices_get(struct db *db, const struct device_id *did, struct device *out);

/* All of an account that were not removed, in the order of their did. */
FALLIBLE devices_of(struct db *db, struct arena *a, uint64_t account, struct device **out,
                    size_t *n);

/* The device that asks.  E_REMOVED: it was removed after its session began. */
FALLIBLE devices_caller(const struct request *rq, struct device *out);

/* Whose word is this, that it is at the other end of the connection with this binding?
 * E_DENIED: a device unknown here.  E_MALFORMED, E_FORGED.  E_REMOVED: all is well, but it was
 * removed; *out is set then as well. */
FALLIBLE devices_sign_in(struct db *db, const struct networks *n, struct bytes statement,
                         struct bytes binding, struct device *out);

/* The sign-in statement with the highest vault generation that was accepted of the device, in the
 * arena; empty: none was.  And keep this one, which was, if its own is higher.  [PROTOCOL 10 V1] */
FALLIBLE devices_signed_in(struct db *db, struct arena *a, const struct device *d,
                           struct bytes *statement);
FALLIBLE devices_keep_sign_in(struct db *db, const struct device *d, struct bytes statement);

/* Version 1 of an active account's list, and its device.
 * E_MALFORMED, E_FORGED, E_CLOCK: the list.  E_LIMIT: an account begins with one device. */
FALLIBLE devices_begin(struct db *db, const struct networks *n, const struct account *who,
                       struct bytes list, uint64_t now_ms, struct device *out);

/* Whom a list removed: the rows in the arena. */
struct devices_change {
    struct device *gone;
    size_t n;
    bool key_gone; /* the recovery key, and there is no other */
};

/* The next version: devices that it adds are here from now on, those that it revokes are removed;
 * what hangs on these is the caller's to delete.  The newest, once more, is accepted and changes
 * nothing.  E_CONFLICT: not the next one.  E_FORGED: also when it adds one that was removed before.
 * E_MALFORMED, E_CLOCK: the list. */
FALLIBLE devices_publish(struct db *db, const struct networks *n, struct arena *a,
                         const struct account *who, struct bytes list, uint64_t now_ms,
                         struct devices_change *out);

/* The newest list of an account; or statements from a version on, at most `most`, rising; or of the
 * newest as many as `bytes` hold and one at least, at most `most`, rising too. */
FALLIBLE devices_list(struct db *db, const struct networks *n, struct arena *a, uint64_t account,
                      struct device_list **out);
FALLIBLE devices_lists(struct db *db, struct arena *a, uint64_t account, uint32_t from, size_t most,
                       struct bytes **out, size_t *count);
FALLIBLE devices_last_lists(struct db *db, struct arena *a, uint64_t account, size_t bytes,
                            size_t most, struct bytes **out, size_t *count);

/* All devices of an account are removed from now on. */
FALLIBLE devices_remove(struct db *db, uint64_t account);

/* What is remembered of a device's uploads: of number n in place n modulo the window. */
struct devices_window {
    uint64_t highest, taken; /* a bit for each place: was it accepted? */
    uint8_t mark[DEVICES_UPLOAD_WINDOW][DEVICES_MARK_SIZE];
};

/* Was the upload of this number accepted before, with this mark?
 * E_CONFLICT: with another one, or too long ago to tell, or more than a window ahead. */
FALLIBLE devices_upload_known(struct db *db, const struct device *d, uint64_t number,
                              const uint8_t mark[DEVICES_MARK_SIZE], struct devices_window *w,
                              bool *known);

/* Remember it as accepted, in the window that devices_upload_known() found when it said that it was
 * not. */
FALLIBLE devices_upload_accept(struct db *db, const struct device *d, uint64_t number,
                               const uint8_t mark[DEVICES_MARK_SIZE], struct devices_window *w);

extern const struct schema devices_schema;

#endif
