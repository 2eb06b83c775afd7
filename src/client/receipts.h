/* SPDX-License-Identifier: Apache-2.0 */
/*
 * receipts: what this device tells of what came to it, and of what was read.  [PROTOCOL 6.13]
 *
 * For each stream what is to be told waits in a batch, which becomes a row of the outbox some
 * seconds after its first place.  What others tell of what was written here is heard.h.
 */
#ifndef TACET_CLIENT_RECEIPTS_H
#define TACET_CLIENT_RECEIPTS_H

#include "client/engine_internal.h"

#define RECEIPTS_MEMBERS_MAX 64 /* of a room in which something is told */

/* In the caller's transaction: this message came, and is kept. */
FALLIBLE receipts_came(struct engine *e, const struct core *core, const struct message *m);
/* In the caller's transaction: of this stream something more was read. */
FALLIBLE receipts_read(struct engine *e, const struct room_id *room, const struct device_id *did);

/* What the network says is told, or the person, or nobody. */
FALLIBLE receipts_level(struct engine *e, enum receipts_level *out);
/* In the caller's transaction: the person said something else, perhaps on another device. */
FALLIBLE receipts_follow(struct engine *e);
/* E_MALFORMED: no such level; E_DENIED: the network says it. */
FALLIBLE receipts_command(struct engine *e, const struct command *c);

void receipts_soon(struct engine *e);
uint64_t receipts_at(const struct engine *e); /* when to look; 0: no need */
FALLIBLE receipts_wake(struct engine *e);

#endif
