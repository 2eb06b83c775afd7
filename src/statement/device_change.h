/* SPDX-License-Identifier: Apache-2.0 */
/*
 * device_change: the list that may follow another one: begin it, put in what is new, take out what
 * goes, and sign it with a device that stays.  [PROTOCOL 4.3]
 */
#ifndef TACET_STATEMENT_DEVICE_CHANGE_H
#define TACET_STATEMENT_DEVICE_CHANGE_H

#include "statement/device_list.h"

/* The same devices one version later, dated now, or as `previous` when the clock went back.
 * E_LIMIT: there is no later version. */
FALLIBLE device_change_begin(const struct device_list *previous, uint64_t now_ms,
                             struct device_list *out);

/* E_CONFLICT: it is there, or was and is remembered as revoked.  E_LIMIT: as many as there may be
 * of its role.  `list` is untouched on error. */
FALLIBLE device_change_add(struct device_list *list, const struct device_entry *entry);

/* Revoke a device or recovery key that stood in the list before; where 100 are remembered, one that
 * was revoked first is forgotten.  E_ABSENT: it is not there.  E_LIMIT: all that are remembered
 * were revoked by this very list. */
FALLIBLE device_change_revoke(struct device_list *list, const struct device_id *did);

#endif
