/* SPDX-License-Identifier: Apache-2.0 */
/* power: programs that die, with the machine or alone, and a server that somebody starts again. */
#ifndef TACET_TESTS_SIM_POWER_H
#define TACET_TESTS_SIM_POWER_H

#include "sim/world.h"

/* The program that has this disk dies at once: the power is cut (it was, if the disk is off), or
 * only it is killed.  What it has open is dead, and the disk can be used again. */
void power_cut(struct world *w, struct disk *d);

/* Somebody starts the server again, or starts it, in so many milliseconds. */
void power_later(struct world *w, uint64_t ms);
void power_on_later(struct world *w, uint64_t ms);

#endif
