/* SPDX-License-Identifier: Apache-2.0 */
/*
 * automatic: files of others that are fetched without being asked for, where the person wants it:
 * up to a size, into a folder, and so many a day.  Off until it is said.
 */
#ifndef TACET_CLIENT_AUTOMATIC_H
#define TACET_CLIENT_AUTOMATIC_H

#include "client/engine_internal.h"

#define AUTOMATIC_DAY_MOST 200 /* files; whatever others send, a disk is not full in a day */

/* Up to `most` bytes each, into the folder; with 0 none, and the folder is forgotten.  E_LIMIT:
 * over LIMIT_FILE, or no path. */
FALLIBLE automatic_set(struct engine *e, struct bytes folder, uint64_t most);

/* The folder is in the arena.  *most 0: it is off. */
FALLIBLE automatic_get(struct vault *v, struct arena *a, struct bytes *folder, uint64_t *most);

/* In the caller's transaction: this message came and was kept.  Of one that brings such a file a
 * transfer is begun, unless it is mine, a copy, only to be looked at, or there are too many. */
FALLIBLE automatic_take(struct engine *e, const struct message *m);

#endif
