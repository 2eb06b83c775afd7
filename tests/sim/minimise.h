/* SPDX-License-Identifier: Apache-2.0 */
/* minimise: a run that fails, made smaller as long as it still does. */
#ifndef TACET_TESTS_SIM_MINIMISE_H
#define TACET_TESTS_SIM_MINIMISE_H

#include "sim/options.h"

/* Whole kinds of trouble are left out, then steps, then people. */
void minimise(struct options *o);

#endif
