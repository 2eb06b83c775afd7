/* SPDX-License-Identifier: Apache-2.0 */
/*
 * timers: for how long what is written in a conversation lives.  [PROTOCOL 6.11]
 *
 * In a pair and in a group each person says it of what they write; in a room its moderators say it
 * for all, by its state.
 */
#ifndef TACET_CLIENT_TIMERS_H
#define TACET_CLIENT_TIMERS_H

#include "client/engine.h"

/* Those of a conversation, by its number. */
FALLIBLE timers_get(struct engine *e, uint64_t conversation, struct timers_of *out);

/* COMMAND_TIMERS.  E_LIMIT: longer than the policy allows; E_ABSENT: no such conversation, or it is
 * not known yet who they are; else as wanting_command(). */
FALLIBLE timers_command(struct engine *e, const struct command *c);

/* What a message gets of which this was said (0: nothing).  E_LIMIT: that is more than is
 * allowed. */
FALLIBLE timers_choose(struct engine *e, uint64_t conversation, const struct timers *said,
                       struct timers *out);

/* What is left of them where these bounds hold. */
struct timers timers_within(struct timers t, struct timers bound);

/* Does what is of this type burn?  What only speaks of another message ends with that. */
bool timers_burns(uint16_t type);

/* What a state allows, and the policy. */
struct room_state;
struct timers timers_allowed(const struct room_state *s); /* NULL: the policy alone */

#endif
