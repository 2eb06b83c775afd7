/* SPDX-License-Identifier: Apache-2.0 */
/*
 * coming: a profile whose owner has lost every device and comes back with the letters of a recovery
 * key.  Until the account has this device in its list, this is all that the profile holds.
 * [PROTOCOL 15.6]
 *
 * The letters are never kept: who goes on after a program that ended gives them again.  What is
 * kept is the new device's key and the list that was signed with it, which is committed before it
 * leaves: so the same is sent until the server has taken it or shown another one of its number.
 */
#ifndef TACET_CLIENT_COMING_H
#define TACET_CLIENT_COMING_H

#include "client/vault.h"
#include "crypto/sign.h"
#include "statement/device_list.h"
#include "statement/recovery_link.h"

struct coming_profile {
    struct recovery_link link;
    bool keeps; /* the account's other devices stay in the list */
    struct sign_private *dsk;
};

/* A profile for this link; in a transaction of its own. */
FALLIBLE coming_create(struct vault *v, const struct recovery_link *link, bool keeps);

/* E_ABSENT: the vault has none.  `list`, in the arena: what was signed last; empty: nothing. */
FALLIBLE coming_load(struct vault *v, struct arena *a, struct coming_profile *out,
                     struct bytes *list);
void coming_free(struct coming_profile *p); /* wipes; harmless on a zeroed one */

/* In the caller's transaction: this list was signed; the device came into the account. */
FALLIBLE coming_signed(struct vault *v, const struct coming_profile *p, struct bytes list);
FALLIBLE coming_over(struct vault *v);

/*
 * The list that comes after `newest`, unsigned: with the new device, and without the others unless
 * they stay.  E_LIMIT: there are as many devices as there may be.  E_REMOVED: this device was in a
 * list already and was revoked since.
 */
FALLIBLE coming_next(const struct device_list *newest, const struct device_entry *mine, bool keeps,
                     uint64_t now_ms, struct device_list *next);

#endif
