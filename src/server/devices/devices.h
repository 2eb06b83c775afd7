/* SPDX-License-Identifier: Apache-2.0 */
/*
 * devices: the device lists of accounts, the devices in them, which of their uploads were accepted,
 * and the newest word of each about its vault.
 *
 * Every version of a list is kept, because whoever was away follows the chain.  An account has one
 * device for now (LIMIT below); its list may still get new versions.  [PROTOCOL 4.3, 4.5, 10 M1]
 */
#ifndef TACET_SERVER_DEVICES_DEVICES_H
#define TACET_SERVER_DEVICES_DEVICES_H

#include "server/accounts/accounts.h"
#include "server/api/api.h"
#include "server/networks/networks.h"
#include "statement/device_list.h"
#include "statement/signin.h"

#define DEVICES_LIMIT         1  /* of one account, for now */
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

/* All of an account, removed ones too, in the order of their did. */
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
 * E_MALFORMED, E_FORGED, E_CLOCK: the list.  E_LIMIT: more devices than DEVICES_LIMIT. */
FALLIBLE devices_begin(struct db *db, const struct networks *n, const struct account *who,
                       struct bytes list, uint64_t now_ms, struct device *out);

/* The next version.  The newest, once more, is accepted and changes nothing.
 * E_CONFLICT: not the next one.  The other errors as devices_begin. */
FALLIBLE devices_publish(struct db *db, const struct networks *n, struct arena *a,
                         const struct account *who, struct bytes list, uint64_t now_ms);

/* The newest list of an account; or statements from a version on, at most `most`, rising. */
FALLIBLE devices_list(struct db *db, const struct networks *n, struct arena *a, uint64_t account,
                      struct device_list **out);
FALLIBLE devices_lists(struct db *db, struct arena *a, uint64_t account, uint32_t from, size_t most,
                       struct bytes **out, size_t *count);

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
extern const struct route devices_routes[];

#endif
