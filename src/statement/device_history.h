/* SPDX-License-Identifier: Apache-2.0 */
/*
 * device_history: what an account's lists say together of a device that may have been revoked by
 * now.  [PROTOCOL 4.9, 6.5]
 */
#ifndef TACET_STATEMENT_DEVICE_HISTORY_H
#define TACET_STATEMENT_DEVICE_HISTORY_H

#include "base/clock.h"
#include "statement/device_list.h"

#define DEVICE_HISTORY_LATE_MS (30 * CLOCK_DAY_MS)

/* Lists of one account that were checked, versions rising; the last is the newest that is known. */
struct device_history {
    const struct device_list *const *list;
    size_t n;
};

/* The device as it stands in the newest list, or as it stood before it was revoked.  `revoked_by`
 * is NULL while it stands, else the first list without it. E_FORGED: it is a recovery key, which
 * signs lists alone, or the newest list neither has it nor says that it was revoked; E_ABSENT: no
 * list at all, or not the first without it, or none that has it: ask for them. */
FALLIBLE device_history_find(const struct device_history *h, const struct device_id *did,
                             const struct device_entry **entry,
                             const struct device_list **revoked_by);

enum device_sender { DEVICE_SENDER_STANDS = 1, DEVICE_SENDER_LEFT, DEVICE_SENDER_REVOKED };

/*
 * May a message be taken from a device that stands in list `version` of its account?
 * STANDS: no newer list revokes it.  LEFT: one does, but the server received the message before
 * that list was made, at most 30 days ago: it is shown, and marked.  REVOKED: it is refused. Errors
 * as device_history_find; E_FORGED also when the device is not in list `version`, E_ABSENT when
 * that list is not among these.
 */
FALLIBLE device_history_sender(const struct device_history *h, uint32_t version,
                               const struct device_id *did, uint64_t received_ms, uint64_t now_ms,
                               enum device_sender *out);

#endif
