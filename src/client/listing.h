/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listing: changes to the list of my account's devices that were asked for on this device, kept
 * until a list has them: each becomes the list after the newest, one after the other.
 * [PROTOCOL 4.3, 15.4]
 *
 * A list that was signed is committed before it leaves, and the same is sent until the server has
 * taken it or shown another one of its number: no two of one number are signed here.
 */
#ifndef TACET_CLIENT_LISTING_H
#define TACET_CLIENT_LISTING_H

#include "client/own.h"

#define LISTING_MAX 32 /* changes that wait */

enum listing_kind {
    LISTING_ADD = 1,      /* entry: a device */
    LISTING_REVOKE,       /* entry.did: of a device or recovery key */
    LISTING_RECOVERY,     /* entry: a recovery key, in the place of the one that there is */
    LISTING_CAPABILITIES, /* entry.did and capabilities, which it has besides from then on */
};

struct listing_change {
    enum listing_kind kind;
    struct device_entry entry;
};

/* The change is in this list already.  E_REMOVED: what it adds was revoked since.  E_LIMIT, else as
 * device_change.h; of a list with it, in `next`. */
FALLIBLE listing_apply(const struct device_list *now, const struct listing_change *c,
                       uint64_t now_ms, struct device_list *next, bool *there);

/* In the caller's transaction.  E_LIMIT: too many wait.  E_DENIED: to revoke this device, or to
 * change anything when the list has it no more.  Else what listing_apply() says of the newest list.
 */
FALLIBLE listing_put(struct vault *v, const struct own *own, const struct listing_change *c,
                     uint64_t now_ms);

/* The first that waits, and the list that was signed for it, in the arena: empty when none was.
 * E_ABSENT: nothing waits. */
FALLIBLE listing_first(struct vault *v, struct arena *a, uint64_t *number, struct listing_change *c,
                       struct bytes *list);

/* The change that is to add this device, while it waits, as listing_first(). */
FALLIBLE listing_find(struct vault *v, const struct device_id *did, struct arena *a,
                      uint64_t *number, struct bytes *list);

/* In the caller's transaction: this was signed for it; it is over. */
FALLIBLE listing_signed(struct vault *v, uint64_t number, const struct listing_change *c,
                        struct bytes list);
FALLIBLE listing_over(struct vault *v, uint64_t number);

/* In the caller's transaction: a recovery key is not wanted any more, unless a list with it was
 * signed.  *was: it waited, and does no longer. */
FALLIBLE listing_withdraw(struct vault *v, const struct device_id *did, bool *was);

#endif
