/* SPDX-License-Identifier: Apache-2.0 */
/* actions: what people do: write, come, go, compare numbers, are removed. */
#ifndef TACET_TESTS_SIM_ACTIONS_H
#define TACET_TESTS_SIM_ACTIONS_H

#include "sim/world.h"

/* Those who are there from the beginning are asked for. */
void actions_begin(struct world *w);
/* One thing, by somebody. */
void actions_step(struct world *w);
/* Everybody writes once more to whom they wrote before, so that what is missing shows. */
void actions_sweep(struct world *w);
/* Everybody's program is started. */
void actions_everybody_back(struct world *w);

#endif
