/* SPDX-License-Identifier: Apache-2.0 */
/* run: one seed, from its first invitation to the last look into the vaults. */
#ifndef TACET_TESTS_SIM_RUN_H
#define TACET_TESTS_SIM_RUN_H

#include "sim/ledger.h"
#include "sim/options.h"

/* In this process. */
void run_here(const struct options *o, struct outcome *out);
/* In a child, so that a program that stops is a run that failed too. */
void run_apart(const struct options *o, struct outcome *out);
bool run_failed(const struct outcome *out);

#endif
