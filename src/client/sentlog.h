/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sentlog: what this device sealed in the last 45 days, so that it can be sealed again for whoever
 * could not open it or did not get it.  [PROTOCOL 5.4, 6.4, 6.7]
 *
 * What is given of history (15.5) is not kept here: its giver says it again by itself.
 *
 * Entries are numbered here, and not by upload: a server that was set back takes a number again.
 *
 * Everything here happens in the caller's transaction.
 */
#ifndef TACET_CLIENT_SENTLOG_H
#define TACET_CLIENT_SENTLOG_H

#include "client/own.h"
#include "e2ee/control.h"
#include "e2ee/trailer.h"

struct sentlog_entry {
    uint64_t number, upload, made_ms; /* number 0: not put yet */
    uint8_t ctx[CONTROL_MARK_SIZE];
    uint64_t contact, place; /* where the message stands; place 0: a control message */
    struct core core;
    struct roster_id roster;
    bool partial; /* for `to` alone */
    struct device_id to;
    uint8_t tries;        /* how often it was sealed again for want of room */
    struct bytes content; /* of a control message, borrowed */
};

/* A new one, or the same again; the upload number is this one's from now on. */
FALLIBLE sentlog_put(struct vault *v, struct sentlog_entry *s);

/* The upload was never stored. */
FALLIBLE sentlog_drop(struct vault *v, uint64_t upload);

/* What was sealed of the message at that place cannot be sealed again, nor be known by its content
 * any more.  It is still known that it was. */
FALLIBLE sentlog_void(struct vault *v, uint64_t contact, uint64_t place);

/* What programs of before kept, as it would be kept now. */
FALLIBLE sentlog_name_messages(struct vault *v);

/* By its own number; by upload number, the last that had it; by ctx; or by place, which gives the
 * one that was for all. E_ABSENT. */
FALLIBLE sentlog_get(struct vault *v, uint64_t number, struct arena *a, struct sentlog_entry *out);
FALLIBLE sentlog_by_upload(struct vault *v, uint64_t upload, struct arena *a,
                           struct sentlog_entry *out);
FALLIBLE sentlog_by_ctx(struct vault *v, const uint8_t ctx[CONTROL_MARK_SIZE], struct arena *a,
                        struct sentlog_entry *out);
FALLIBLE sentlog_by_place(struct vault *v, const struct room_id *room, uint64_t seq,
                          struct arena *a, struct sentlog_entry *out);

/* Of the places first..last of a room, the first at which something was sealed.  E_ABSENT. */
FALLIBLE sentlog_next_place(struct vault *v, const struct room_id *room, uint64_t first,
                            uint64_t last, uint64_t *seq);

/* Was the device one of those it went to? */
FALLIBLE sentlog_went_to(struct vault *v, const struct own *me, const struct sentlog_entry *s,
                         const struct device_id *did, struct arena *a, bool *went);

/* Is the device a recipient of this roster?  Not, as far as lists that it names are not known. */
FALLIBLE sentlog_is_recipient(struct vault *v, const struct own *me, struct bytes roster,
                              const struct device_id *did, struct arena *a, bool *is);

/* Does it live still? */
bool sentlog_lives(const struct sentlog_entry *s, uint64_t now_ms);

FALLIBLE sentlog_forget_old(struct vault *v, uint64_t now_ms);

#endif
