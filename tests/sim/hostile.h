/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hostile: a server that lies, sitting between honest handlers and honest engines.
 *
 * It drops, repeats, holds back, swaps, damages and replays mail, hands out old prekeys and devices
 * and members that nobody made, stalls, is put back to what it was, and has two histories that it
 * shows to different people.  Then it behaves, and what it did must have come to light or come
 * right.
 */
#ifndef TACET_TESTS_SIM_HOSTILE_H
#define TACET_TESTS_SIM_HOSTILE_H

#include "sim/world.h"

struct hostile *hostile_new(struct world *w);
void hostile_free(struct hostile *h);

/* A frame that has come down, to be changed in place; false: it does not go on.  And it was taken
 * by an engine whose person had been told of so many problems before. */
bool hostile_down(struct world *w, struct person *to, struct buf *frame);
void hostile_was_taken(struct world *w, struct person *by, uint64_t told_before);
/* Are they among those to whom the server shows the history that it has now? */
bool hostile_shows(const struct world *w, const struct person *to);
/* Between steps: what was held back may come, and what is to be put back is. */
void hostile_step(struct world *w);
/* It behaves from now on. */
void hostile_stop(struct world *w);

/* Is there something that nobody can ever open? */
bool hostile_left_junk(const struct world *w, const struct person *who);
/* Does what it did explain that this message failed; or never came to this device, and was it told?
 */
bool hostile_may_fail(const struct world *w, const struct said *s);
bool hostile_explains(const struct world *w, const struct said *s, const struct person *to);

/* In the end: was everybody told who had to be? */
void hostile_check(struct world *w);

#endif
