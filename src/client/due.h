/* SPDX-License-Identifier: Apache-2.0 */
/*
 * due: when each message is over, by this device's own time (ageing.h), in the order of that.
 *
 * Whatever keeps a message notes it here, in the same transaction.  Times are kept to the second,
 * never earlier than was said.
 */
#ifndef TACET_CLIENT_DUE_H
#define TACET_CLIENT_DUE_H

#include "client/vault.h"

struct due {
    uint64_t at_ms;          /* own time */
    uint64_t contact, place; /* of the message */
};

/* Note it, in place of what was noted of that message. */
FALLIBLE due_put(struct vault *v, const struct due *d);

/* When is this message over?  0: that is not known, or never. */
FALLIBLE due_get(struct vault *v, uint64_t contact, uint64_t place, uint64_t *at_ms);

/* The first of all, from *number on, which is where it stands then.  E_ABSENT. */
FALLIBLE due_next(struct vault *v, uint64_t *number, struct due *out);

/* It is gone; fine where nothing was noted. */
FALLIBLE due_drop(struct vault *v, uint64_t contact, uint64_t place);

#endif
