/* SPDX-License-Identifier: Apache-2.0 */
/*
 * registers: the values that all devices of this account agree on, whatever order changes come in.
 * [PROTOCOL 15.8]
 *
 * A register has a name, a kind and a key, and holds the one change that stands of all that were
 * heard of.  Every device numbers its own changes from 1, so that two devices can say what they
 * have of whom, and give each other what is missing.
 *
 * Merging is commutative, associative and idempotent: two vaults that have heard of the same
 * changes hold the same.  All that changes something is in the caller's transaction.
 */
#ifndef TACET_CLIENT_REGISTERS_H
#define TACET_CLIENT_REGISTERS_H

#include "client/vault.h"
#include "e2ee/shared.h"

enum registers_kind {
    REGISTERS_DEVICE_NAME = 1, /* key = did; UTF-8 */
    REGISTERS_NICKNAME,        /* key = aid; UTF-8 */
    REGISTERS_VERIFIED,        /* key = aid; the account root that was compared; empty: none */
    REGISTERS_CONTACT,         /* key = handle; the aid that the person accepts; empty: forgotten */
    REGISTERS_READ,            /* key = room, did; u64: the highest seq that was read */
    REGISTERS_DRAFT,           /* key = room; UTF-8 */
    REGISTERS_MUTED,           /* key = room; u64: until when, in ms */
    REGISTERS_BLOCKED,         /* key = aid; 1, or empty */
    REGISTERS_SETTINGS,        /* key = room; what a later version of this file says */
    REGISTERS_ROOM,            /* key = room; what it is called (e2ee/about.h) */
    REGISTERS_TIMERS = 20,     /* key = room; for how long what I write there lives: timers.h */
    REGISTERS_DELETED = 30,    /* key = did, message id; 1 */
    REGISTERS_STARRED,         /* the same; or empty */
    REGISTERS_PINNED,          /* key = room; 1, or empty */
    REGISTERS_RECEIPTS = 50,   /* key = aid, mine; u8: how much is told (engine.h) */
    REGISTERS_ACTIVITY,        /* the same; u8: 1: it is told what I do at the moment */
};

/* What a host is told of which kinds have another value: a bit for each of the first, one for all
 * of some later ones. */
#define REGISTERS_MARKS (UINT32_C(1) << 29) /* STARRED, PINNED */
#define REGISTERS_TOLD  (UINT32_C(1) << 21) /* RECEIPTS, ACTIVITY */

/* The value that stands, in the arena.  E_ABSENT: nobody has put one there. */
FALLIBLE registers_get(struct vault *v, uint8_t kind, struct bytes key, struct arena *a,
                       struct bytes *value);

/* This device's change.  One that puts there what stands is none.  E_LIMIT: key or value. */
FALLIBLE registers_set(struct vault *v, const struct device_id *me, uint64_t now_ms, uint8_t kind,
                       struct bytes key, struct bytes value);

/* A change that was heard of.  *stands: it is what the register holds now, and did not before. */
FALLIBLE registers_merge(struct vault *v, const struct shared_change *c, bool *stands);

/* All that still stands of those changes was merged.  *gap: those before them are missing, and so
 * nothing was noted.  E_LIMIT: more devices than an account can have had. */
FALLIBLE registers_note(struct vault *v, const struct shared_range *range, bool *gap);

/* Up to where nothing is missing, of each device. */
FALLIBLE registers_have(struct vault *v, struct shared_have *out);

/* Of a device's changes the one with the lowest number above `after` that stands.  E_ABSENT. */
FALLIBLE registers_next(struct vault *v, const struct device_id *writer, uint64_t after,
                        struct arena *a, struct shared_change *out);

/* One of this device's own changes that a vault which was put back had lost, told by another one,
 * and which stands: it gets a number that all others miss, so that nobody is left without it. */
FALLIBLE registers_again(struct vault *v, const struct shared_change *c);

/* This vault was put back from a copy: the next change is numbered above all that a copy may have
 * made. */
FALLIBLE registers_restored(struct vault *v, const struct device_id *me, uint64_t now_ms);

/* A device's mark; 0: it has none.  And what somebody has who is told that. */
uint64_t registers_mark(const struct shared_have *h, const struct device_id *writer);
FALLIBLE registers_told(struct shared_have *h, const struct shared_state *said);

/* What somebody lacks who has so much of whom: as many ranges and changes as fit into one content.
 * E_ABSENT: nothing.  *more: there is more to tell when this has arrived. */
FALLIBLE registers_lacking(struct vault *v, const struct shared_have *theirs, struct arena *a,
                           struct shared_state *out, bool *more);

#endif
