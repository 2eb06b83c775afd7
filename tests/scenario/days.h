/* SPDX-License-Identifier: Apache-2.0 */
/* days: scenarios in which days pass, by what has grown old. */
#ifndef TACET_TESTS_SCENARIO_DAYS_H
#define TACET_TESTS_SCENARIO_DAYS_H

#include "scenario/hostile.h"

extern const struct CMUnitTest time_prekeys[], time_mail[], time_clocks[];
extern const size_t time_prekeys_n, time_mail_n, time_clocks_n;

#endif
