/* SPDX-License-Identifier: Apache-2.0 */
/* plays: the scenarios that every stage can play. */
#ifndef TACET_TESTS_SCENARIO_PLAYS_H
#define TACET_TESTS_SCENARIO_PLAYS_H

#include "scenario/play.h"

extern const struct CMUnitTest plays[];
extern const size_t plays_n;

#endif
