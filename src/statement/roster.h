/* SPDX-License-Identifier: Apache-2.0 */
/* roster: who is to receive, by signed lists at named versions.  [PROTOCOL 4.6] */
#ifndef TACET_STATEMENT_ROSTER_H
#define TACET_STATEMENT_ROSTER_H

#include "base/arena.h"
#include "base/buf.h"
#include "statement/device_list.h"

#define ROSTER_NETWORKS_MAX 8
#define ROSTER_MAX_SIZE     (96 * 1024)

enum roster_reason { ROSTER_NO_PREKEY = 1 };

struct roster_network {
    struct network_id nid;
    uint32_t policy_version;
    uint8_t policy_hash[NAMES_H32_SIZE];
};

struct roster_account {
    uint8_t network; /* its place among the networks */
    struct account_id aid;
    uint32_t list_version;
    uint8_t list_hash[NAMES_H16_SIZE];
};

struct roster_skipped {
    struct device_id did;
    enum roster_reason reason;
};

struct roster {
    struct room_id room;
    uint32_t state_version;
    uint8_t state_hash[NAMES_H32_SIZE];
    const struct roster_network *network;
    const struct roster_account *account;
    const struct roster_skipped *skipped;
    size_t networks, accounts, skips;
};

/* One recipient: a device of the roster's lists. */
struct roster_recipient {
    size_t account; /* its place in the roster */
    const struct device_entry *device;
};

/* Is the device among the skipped ones? */
bool roster_skips(const struct roster *r, const struct device_id *did);

/* Append; everything must be sorted and within the limits as 4.6 says. */
void roster_write(const struct roster *r, struct buf *out);

/* Arrays live in the arena.  E_TRUNCATED, E_MALFORMED (also: unsorted, twice), E_LIMIT, E_NOMEM. */
FALLIBLE roster_parse(struct bytes in, struct arena *a, struct roster *out);

/* Is it this list that the roster names for this account?  And the place of an account, SIZE_MAX
 * when it has none. */
bool roster_names(const struct roster_account *account, const struct device_list *list);
size_t roster_find(const struct roster *r, const struct network_id *nid,
                   const struct account_id *aid);

FALLIBLE roster_digest(struct bytes in, struct roster_id *out);

/*
 * The devices that an upload by `sender` has entries for, in order.
 * lists[i] is the device list of account i at the version that the roster names.
 * E_STALE: a list is of another account, version or hash.  E_LIMIT: over LIMIT_RECIPIENTS. E_NOMEM.
 */
FALLIBLE roster_recipients(const struct roster *r, const struct device_list *const *lists,
                           const struct device_id *sender, struct arena *a,
                           struct roster_recipient **out, size_t *n);

#endif
