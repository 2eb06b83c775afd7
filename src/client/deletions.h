/* SPDX-License-Identifier: Apache-2.0 */
/*
 * deletions: messages that the person wants on none of their devices; others keep them.
 * [PROTOCOL 15.8]
 *
 * What is here is over from then on, and ends as such (ending.c); what comes later, by whichever
 * way, is known and not kept.  All devices hear of it by a register.
 */
#ifndef TACET_CLIENT_DELETIONS_H
#define TACET_CLIENT_DELETIONS_H

#include "client/engine.h"
#include "client/messages.h"
#include "e2ee/shared.h"

/* COMMAND_DELETE.  E_ABSENT: no such message; E_DENIED: it is a copy for who keeps them. */
FALLIBLE deletions_command(struct engine *e, const struct command *c);

/* In the caller's transaction: a device of mine says so of a message. */
FALLIBLE deletions_follow(struct engine *e, const struct shared_change *c);

/* Is it not to be kept: deleted, or said of what was? */
FALLIBLE deletions_covers(struct vault *v, const struct message *m, bool *covers);

#endif
