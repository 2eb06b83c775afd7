/* SPDX-License-Identifier: Apache-2.0 */
/* traitor: one of the people seals what no honest engine would, and the server helps. */
#ifndef TACET_TESTS_PROPERTY_TRAITOR_H
#define TACET_TESTS_PROPERTY_TRAITOR_H

#include "property/world.h"

/* Once, if the two know each other; whoever gets it tells of it, or keeps it sealed. */
void traitor_betrays(struct world *w, size_t by, size_t to);

#endif
