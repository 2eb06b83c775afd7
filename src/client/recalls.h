/* SPDX-License-Identifier: Apache-2.0 */
/*
 * recalls: what its author took back.  [PROTOCOL 6.10]
 *
 * What the message said, in all its versions, and how people reacted to it goes from the vault;
 * that it was there stays.  It may come after it was recalled, and is then as if it had been there.
 * All in the caller's transaction.
 */
#ifndef TACET_CLIENT_RECALLS_H
#define TACET_CLIENT_RECALLS_H

#include "client/target.h"

/* `by` takes it back, and does so wherever that is not its author, in vain. */
FALLIBLE recalls_take(struct vault *v, const struct own *me, const struct target *to,
                      const struct account_id *by);

/* Did `by` take it back? */
FALLIBLE recalls_has(struct vault *v, const struct target *to, const struct account_id *by,
                     bool *has);

/* A message that is `by`'s was recalled: what it says goes, unless this device keeps copies. */
FALLIBLE recalls_obey(struct vault *v, struct message *m);

#endif
