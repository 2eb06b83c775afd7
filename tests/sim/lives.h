/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lives: messages that end some time after they were said, or were read.  [PROTOCOL 6.11]
 *
 * Nothing of one may be shown, or stand in a vault, when its time is over.  It may be over before
 * it comes, so that nothing else is asked of it.
 */
#ifndef TACET_TESTS_SIM_LIVES_H
#define TACET_TESTS_SIM_LIVES_H

#include "client/engine.h"
#include "client/messages.h"
#include "sim/ledger.h"

/* For how long the next message is to live; nothing, mostly. */
struct timers lives_choose(struct world *w);
/* Somebody reads. */
void lives_step(struct world *w);

/* Does it end? */
bool lives_is_short(const struct said *s);
/* It is shown now; and it stands in a vault in the end. */
void lives_shown(struct world *w, struct person *who, const struct said *s, size_t number);
void lives_look_at(struct world *w, struct person *in, const struct message *m,
                   const struct said *s, size_t number);
/* Was there one that `who` was to get?  It leaves its place in the stream void. */
bool lives_gave_up(const struct world *w, const struct person *who);

#endif
