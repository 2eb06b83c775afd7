/* SPDX-License-Identifier: Apache-2.0 */
/*
 * naming: what a room is called, asked of its people by a device that nobody has told, and told to
 * a device that asks.  [PROTOCOL 6.9]
 *
 * Who came back by a recovery key learns from the server in which rooms the account is, but no
 * server knows what they are called.
 */
#ifndef TACET_CLIENT_NAMING_H
#define TACET_CLIENT_NAMING_H

#include "client/engine_internal.h"

/* There may be a room without a name: it is looked for in a minute. */
void naming_soon(struct engine *e);
uint64_t naming_at(const struct engine *e); /* when to look; 0: no need */
FALLIBLE naming_wake(struct engine *e);

/* In the caller's transaction: a device asked what the room is called, and is told when it is of
 * somebody in there, this device knows, and it was not told too often. */
FALLIBLE naming_asked(struct engine *e, const struct room *r, const struct device_id *by,
                      struct arena *a);
/* In the caller's transaction: it is known here, and a later one is asked for without waiting. */
FALLIBLE naming_told(struct engine *e, const struct room_id *id);

#endif
