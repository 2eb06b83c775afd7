/* SPDX-License-Identifier: Apache-2.0 */
/* faults: what happens to machines and to the network. */
#ifndef TACET_TESTS_SIM_FAULTS_H
#define TACET_TESTS_SIM_FAULTS_H

#include "sim/world.h"

/* Some of what the world is to have, to somebody. */
void faults_step(struct world *w);
/* All of it is over: disks are well, clocks are right, what is down comes up. */
void faults_end(struct world *w);

#endif
