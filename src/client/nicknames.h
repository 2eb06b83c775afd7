/* SPDX-License-Identifier: Apache-2.0 */
/*
 * nicknames: what this person calls others, for their own eyes.
 *
 * A nickname is a record of its own, so that it is read into an arena where it is shown and nowhere
 * else.  It never leaves the vault.
 */
#ifndef TACET_CLIENT_NICKNAMES_H
#define TACET_CLIENT_NICKNAMES_H

#include "client/vault.h"

#define NICKNAMES_MAX 64 /* bytes */

/* One line of text that shows as what it is: UTF-8, no character of text_harmless(), no blank at
 * either end.  E_MALFORMED; E_LIMIT: over NICKNAMES_MAX. */
FALLIBLE nicknames_check(struct bytes name);

/* Of a contact, in the caller's transaction; an empty name is none.  As nicknames_check(). */
FALLIBLE nicknames_put(struct vault *v, uint64_t contact, struct bytes name);

/* With a NUL behind it.  E_ABSENT: the contact has none. */
FALLIBLE nicknames_get(struct vault *v, uint64_t contact, struct arena *a, const char **name);

#endif
