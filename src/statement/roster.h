/* SPDX-License-Identifier: Apache-2.0 */
/* roster: who is to receive, by signed lists at named versions.  [PROTOCOL 4.6, 6.6] */
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

/* Append; everything must be sorted and within the limits as 4.6 says. */
void roster_write(const struct roster *r, struct buf *out);

/* Arrays live in the arena.  E_TRUNCATED, E_MALFORMED (also: unsorted, twice), E_LIMIT, E_NOMEM. */
FALLIBLE roster_parse(struct bytes in, struct arena *a, struct roster *out);

FALLIBLE roster_digest(struct bytes in, struct roster_id *out);

/*
 * The devices that an upload by `sender` has entries for, in order.
 * lists[i] is the device list of account i at the version that the roster names.
 * E_STALE: a list is of another account, version or hash.  E_LIMIT: over LIMIT_RECIPIENTS. E_NOMEM.
 */
FALLIBLE roster_recipients(const struct roster *r, const struct device_list *const *lists,
                           const struct device_id *sender, struct arena *a,
                           struct roster_recipient **out, size_t *n);

enum roster_verdict { ROSTER_OK = 1, ROSTER_LATE, ROSTER_WRONG };

/* What a receiver knows when it judges a pair conversation's roster. */
struct roster_question {
    struct network_id nid;
    struct account_id me, sender;
    struct device_id my_device, sender_device;
    const struct device_list *my_list, *sender_list; /* at the versions named */
    const struct device_list *my_next, *sender_next; /* the versions after; NULL: none known */
    uint32_t my_version_seen, sender_version_seen;   /* highest that this sender used before */
    uint64_t message_ms;
};

/* The verdict; E_NOMEM or E_CRYPTO only.  That the roster has the digest that the message names is
 * for the caller to see: without that there is nothing to judge. */
FALLIBLE roster_judge(const struct roster *r, const struct roster_question *q, struct arena *a,
                      enum roster_verdict *out);

#endif
