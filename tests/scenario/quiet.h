/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quiet: in plays the network says that nobody is told what came, so that what goes over the wire
 * is what the play speaks of.  One that is about receipts says something else.
 */
#ifndef TACET_TESTS_SCENARIO_QUIET_H
#define TACET_TESTS_SCENARIO_QUIET_H

#include "client/engine.h"

#define QUIET_PERSONS (-1) /* the network says nothing */

/* One of enum receipts_level, for everybody from now on; or that. */
void quiet_says(int level);

#endif
