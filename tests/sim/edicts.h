/* SPDX-License-Identifier: Apache-2.0 */
/*
 * edicts: the network's policy, of which there is none at first: the first person keeps copies of
 * what all others say to each other, from some moment on.
 */
#ifndef TACET_TESTS_SIM_EDICTS_H
#define TACET_TESTS_SIM_EDICTS_H

#include "sim/world.h"

/* Between steps: the root may sign it, and the operator publishes it. */
void edicts_step(struct world *w);
void edicts_free(struct world *w);

/* Whoever keeps copies; NULL: nobody. */
struct person *edicts_keeper(const struct world *w);
/* What `from` says to `to` now must come to the keeper, too: so `from` has it from the root. */
bool edicts_hold(const struct person *from, const struct person *to);

#endif
