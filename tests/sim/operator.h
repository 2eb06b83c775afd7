/* SPDX-License-Identifier: Apache-2.0 */
/* operator: who invites and removes people, and asks again until the server has answered. */
#ifndef TACET_TESTS_SIM_OPERATOR_H
#define TACET_TESTS_SIM_OPERATOR_H

#include "sim/world.h"

/* OP_INVITE or OP_REMOVE about this person. */
void operator_asks(struct world *w, enum op op, struct person *about);
/* The server runs again: what it did not answer is asked again. */
void operator_asks_again(struct world *w);
void operator_hears(struct world *w, struct bytes frame);
/* Is there nothing that was not answered? */
bool operator_rests(const struct world *w);
void operator_free(struct world *w);

#endif
