/* SPDX-License-Identifier: Apache-2.0 */
/* timers_test: for how long messages live, on the stage in memory. */
#include "scenario/timers.h"

int main(void)
{
    return _cmocka_run_group_tests("said", timers_said, timers_said_n, NULL, NULL) +
           _cmocka_run_group_tests("burned", timers_burned, timers_burned_n, NULL, NULL);
}
